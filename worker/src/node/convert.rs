//! Errors of the rooms below as the protocol words them: what failed, who caused it.

use zera_client::ClientError;
use zera_primitives::limits;
use zera_registry::{CodeInfo, RegistryError};
use zera_worker_protocol::{Error, ErrorKind};

/// What the client found.
pub fn client(error: ClientError) -> Error {
    let detail = error.to_string();
    let kind = match &error {
        ClientError::Decode { .. } => ErrorKind::Malformed,
        ClientError::Refused(_) | ClientError::AlreadyPending | ClientError::Full => ErrorKind::TransactionRefused,
        ClientError::NotFound(_) => ErrorKind::NotFound,
        ClientError::CodeRefused(_) => ErrorKind::CodeRefused,
        ClientError::Journal(_) => ErrorKind::JournalRefused,
        ClientError::OtherRules(_) => return Error::browser(ErrorKind::OtherRules, true, detail),
        ClientError::Damaged { .. } => return Error::browser(ErrorKind::StorageCorrupt, true, detail),
        _ => return Error::client(ErrorKind::Panicked, detail),
    };
    Error::request(kind, detail)
}

/// A part of the state could not be read: a defect, since all of it is in memory and was checked.
pub fn defect(error: impl std::fmt::Display) -> Error {
    Error::client(ErrorKind::Panicked, error.to_string())
}

/// Nothing of that id.
pub fn not_found(what: &str) -> Error {
    Error::request(ErrorKind::NotFound, format!("there is no such {what}"))
}

/// Checks code that is not on the chain: a module of the profile, with a manifest that fits or none.
///
/// # Errors
/// `NotWasm`, `CodeRefused` with function, offset and operator.
pub fn read_code(bytes: &[u8]) -> Result<CodeInfo, Error> {
    if !bytes.starts_with(b"\0asm") {
        let detail = "the file does not begin as WebAssembly does";
        return Err(Error::module(ErrorKind::NotWasm, detail));
    }
    if bytes.len() > limits::CODE_BYTES {
        let detail = format!("{} bytes; a module has at most {}", bytes.len(), limits::CODE_BYTES);
        return Err(Error::module(ErrorKind::CodeRefused, detail));
    }
    CodeInfo::read(bytes).map_err(|error| Error::module(ErrorKind::CodeRefused, error.to_string()))
}

/// What the registry found when asked about something on the chain.
pub fn registry(error: RegistryError) -> Error {
    match &error {
        RegistryError::CodeMissing(_) | RegistryError::NoSuchModule(_) => {
            Error::request(ErrorKind::NotFound, error.to_string())
        }
        _ => defect(error),
    }
}

/// What governance found when asked.
pub fn governance(error: zera_governance::GovError) -> Error {
    match &error {
        zera_governance::GovError::NoSuchProposal(_) => Error::request(ErrorKind::NotFound, error.to_string()),
        zera_governance::GovError::Amount(_) => Error::request(ErrorKind::WouldFail, error.to_string()),
        _ => defect(error),
    }
}
