//! Why code cannot be inspected.

use zera_vm::ProfileError;

/// A refusal: nothing was inspected. Recoverable for the caller, final for these bytes.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum InspectError {
    /// The bytes are not a module that the chain accepts.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// No function has this index.
    #[error("the module has no function {0} of its own")]
    NoFunction(u32),
    /// The text form could not be made; a defect of this client, since the module is valid.
    #[error("the module cannot be written as text: {0}")]
    Text(String),
}

impl From<wasmparser::BinaryReaderError> for InspectError {
    fn from(error: wasmparser::BinaryReaderError) -> Self {
        Self::Profile(error.into())
    }
}
