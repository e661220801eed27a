//! Why the registry refuses, in words for people.

use alloc::{boxed::Box, string::String};
use zera_primitives::{
    AbortReason, Amount, Class, Hash, ModuleId, ParamsError, Sequence, Slot, codec::DecodeError, manifest::SemVer,
};
use zera_state::{AccountError, StateError};
use zera_vm::ProfileError;

/// A refusal. Recoverable: the caller discards what it wrote and nothing has changed; only
/// [`RegistryError::State`] can be fatal, as [`StateError::is_recoverable`] says.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RegistryError {
    /// Code must have 1 byte to 1 MiB.
    #[error("code of {0} bytes: it must have 1 to 1,048,576")]
    UploadLength(u32),
    /// The number of chunk hashes does not fit the length.
    #[error("{given} chunk hashes given, {expected} chunks of 64 KiB make up the announced length")]
    UploadChunks {
        /// Hashes given.
        given: usize,
        /// Chunks the length needs.
        expected: usize,
    },
    /// The sender has not announced this code.
    #[error("no upload of code {0} was announced by this account")]
    NoUpload(Hash),
    /// There is no such chunk.
    #[error("there is no chunk {index}: the upload has {chunks}, counted from 0")]
    ChunkIndex {
        /// Asked for.
        index: u32,
        /// Chunks of the upload.
        chunks: usize,
    },
    /// A chunk's bytes are not the announced ones.
    #[error("chunk {0} does not have the announced hash")]
    ChunkHash(u32),
    /// The chunks are as announced but do not make up the code.
    #[error("the chunks together do not have the hash {0}")]
    CodeHash(Hash),
    /// The code is not a module of the profile.
    #[error(transparent)]
    Profile(Box<ProfileError>),
    /// The manifest does not decode.
    #[error("the manifest in the custom section \"zera\" is not valid: {0}")]
    Manifest(DecodeError),
    /// The manifest lists an export that the code does not have in that form.
    #[error("the manifest lists the export {0:?}, which the code does not export with that calling convention")]
    ManifestExport(String),
    /// There is no such module.
    #[error("there is no module {0:?}")]
    NoSuchModule(ModuleId),
    /// The id is taken.
    #[error("module {0:?} exists already")]
    ModuleExists(ModuleId),
    /// The code store does not hold this code.
    #[error("code {0} is not in the code store")]
    CodeMissing(Hash),
    /// The proposed sequence does not follow.
    #[error("version {given} does not follow version {current}")]
    Sequence {
        /// Sequence of the running version.
        current: Sequence,
        /// Sequence proposed.
        given: Sequence,
    },
    /// The manifest's version is not greater.
    #[error("the new manifest states version {new}, which is not greater than the running {old}")]
    SemVer {
        /// Running.
        old: SemVer,
        /// Proposed.
        new: SemVer,
    },
    /// The running code has a manifest, the new one has none.
    #[error("the running code states version {0} in its manifest, the new code has no manifest")]
    ManifestLost(SemVer),
    /// The new code cannot read stored data and no migration is given.
    #[error("the new code does not read storage schema {0} and the proposal names no migration")]
    NeedsMigration(u32),
    /// The migration code has no entry for it.
    #[error("code {0} exports no migration (a manifest export of that kind, or a function named migrate)")]
    NoMigration(Hash),
    /// The effects are of a higher class than the one voted.
    #[error("the effects are of class {computed:?}, the vote was of class {voted:?}")]
    ClassTooLow {
        /// Voted.
        voted: Class,
        /// From the effects.
        computed: Class,
    },
    /// A configuration proposal must have 1 to 32 changes.
    #[error("{0} changes: a configuration proposal has 1 to 32")]
    ChangeCount(usize),
    /// The running code has no such parameter.
    #[error("module {module:?} has no parameter {name:?}")]
    NoParameter {
        /// The module.
        module: ModuleId,
        /// The parameter asked for.
        name: String,
    },
    /// The value is not of the parameter's type.
    #[error("the value of {name:?} is not valid: {why}")]
    Value {
        /// The parameter.
        name: String,
        /// What is wrong.
        why: &'static str,
    },
    /// The value is outside the parameter's bounds.
    #[error("{value} is outside the bounds of {name:?}: {min} to {max}")]
    OutOfBounds {
        /// The parameter.
        name: String,
        /// The value.
        value: u128,
        /// Least allowed.
        min: u128,
        /// Greatest allowed.
        max: u128,
    },
    /// The new code is the code that stands already.
    #[error("code {0} stands there already")]
    SameCode(Hash),
    /// A tag's name is empty or too long.
    #[error("a tag's name has 1 to {0} bytes")]
    TagName(usize),
    /// There is no such tag.
    #[error("there is no tag {0:?}")]
    NoTag(String),
    /// There is such a tag.
    #[error("there is a tag {0:?} already")]
    TagExists(String),
    /// A module with code of its own has nothing to pin.
    #[error("the module follows no tag")]
    NoFollower,
    /// The code that a module would run cannot come to terms with its data.
    #[error("the code reads storage schema {0} neither as it is nor by a migration of its own")]
    Unreadable(u32),
    /// A setter would run on data that the running code has not seen yet.
    #[error("the module's data wait for the next call, which brings them to the code that it runs now; call it first")]
    NotArrived,
    /// The tag has followers.
    #[error("{0} modules follow this tag; they must leave it before it is deleted")]
    Followed(u64),
    /// The reference is to no manager.
    #[error("this reference is refused: {0}")]
    BadReference(&'static str),
    /// A migration of the module is under way.
    #[error("a migration of this module is under way")]
    Busy,
    /// The list of builders cannot change so.
    #[error("the list of builders: {0}")]
    Builders(&'static str),
    /// The set of validators cannot change so.
    #[error("the set of validators: {0}")]
    Validators(&'static str),
    /// Not a registered builder.
    #[error("only registered builders may attest")]
    NoBuilder,
    /// There is no such version to return to.
    #[error("version {0} is no earlier version of this module")]
    NoSuchVersion(Sequence),
    /// The data of that version are gone.
    #[error("the data of version {0} are no longer kept, and its code does not read the current ones")]
    GenerationGone(Sequence),
    /// The data have been written since.
    #[error(
        "the data have been written since version {0}; its code does not read them, so a reverse migration is needed"
    )]
    DataWritten(Sequence),
    /// The module is frozen.
    #[error("the module is frozen until slot {0}")]
    AlreadyFrozen(Slot),
    /// The module is not frozen.
    #[error("the module is not frozen")]
    NotFrozen,
    /// The freeze is too long for its window.
    #[error("a freeze of {asked} slots; {left} of its window are left")]
    FreezeTooLong {
        /// Asked for.
        asked: u64,
        /// What the window has left.
        left: u64,
    },
    /// The list of effects is empty, too long, or names one twice.
    #[error("the list of effects: {0}")]
    Effects(&'static str),
    /// The code of an executable proposal has no entry.
    #[error("code {0} does not export enact() without arguments")]
    NoEnact(Hash),
    /// Governance parameters outside floor and ceiling.
    #[error(transparent)]
    Params(#[from] ParamsError),
    /// An amount passes its type: impossible while supply is conserved.
    #[error("a storage deposit overflows ({0} per byte)")]
    Overflow(Amount),
    /// The account cannot pay the storage deposit.
    #[error("storage deposit: {0}")]
    Account(AccountError),
    /// The state could not be read; [`StateError::is_recoverable`] says which kind.
    #[error(transparent)]
    State(#[from] StateError),
}

impl RegistryError {
    /// True when the state itself is wrong, so that no block may be built on it.
    #[must_use]
    pub const fn is_fatal(&self) -> bool {
        matches!(self, Self::State(error) if !error.is_recoverable())
    }

    /// What an enactment that meets this error is aborted for.
    #[must_use]
    pub const fn abort_reason(&self) -> AbortReason {
        match self {
            Self::NoSuchModule(_) => AbortReason::NoSuchModule,
            Self::CodeMissing(_) => AbortReason::CodeMissing,
            Self::Sequence { .. } | Self::SemVer { .. } | Self::ManifestLost(_) => AbortReason::BadVersion,
            Self::NeedsMigration(_) | Self::Unreadable(_) | Self::NotArrived => AbortReason::SchemaMismatch,
            Self::NoMigration(_) => AbortReason::MigrationFailed,
            Self::ClassTooLow { .. } => AbortReason::ClassTooLow,
            Self::ChangeCount(_) | Self::NoParameter { .. } | Self::Value { .. } | Self::OutOfBounds { .. } => {
                AbortReason::BadParameter
            }
            Self::Params(_) => AbortReason::BadParams,
            Self::SameCode(_) => AbortReason::SameCode,
            Self::TagName(_)
            | Self::NoTag(_)
            | Self::TagExists(_)
            | Self::NoFollower
            | Self::Followed(_)
            | Self::BadReference(_) => AbortReason::BadReference,
            Self::Busy => AbortReason::Busy,
            Self::Builders(_) | Self::NoBuilder => AbortReason::BadBuilders,
            Self::Validators(_) => AbortReason::BadValidators,
            Self::NoSuchVersion(_) => AbortReason::NoSuchVersion,
            Self::GenerationGone(_) => AbortReason::GenerationGone,
            Self::DataWritten(_) => AbortReason::DataWritten,
            Self::AlreadyFrozen(_) => AbortReason::AlreadyFrozen,
            Self::NotFrozen => AbortReason::NotFrozen,
            Self::FreezeTooLong { .. } => AbortReason::FreezeTooLong,
            Self::Effects(_) => AbortReason::OtherEffects,
            Self::NoEnact(_) => AbortReason::ExecutionFailed,
            _ => AbortReason::CodeInvalid,
        }
    }
}

impl From<AccountError> for RegistryError {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::State(error) => Self::State(error),
            other => Self::Account(other),
        }
    }
}

impl From<ProfileError> for RegistryError {
    fn from(error: ProfileError) -> Self {
        Self::Profile(Box::new(error))
    }
}
