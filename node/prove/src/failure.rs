//! Why a command ended without what was asked for, in words, with an exit code.

/// A failure. The text is for people; the code for scripts.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The command line makes no sense.
    #[error("{0}\nSee `zera-prove help`.")]
    Usage(String),
    /// The answer is no: the proof does not hold, the set-up is not what it says.
    #[error("{0}")]
    No(String),
    /// It cannot be proven: outside the profile, or the run asks for what is not there.
    #[error("{0}")]
    Unprovable(String),
    /// A file cannot be read or written.
    #[error("{path}: {error}")]
    File {
        /// Which.
        path: String,
        /// Why.
        error: String,
    },
    /// A fault of this program or machine.
    #[error("{0}")]
    Fault(String),
}

impl Failure {
    /// The exit code: 1 for no, 2 for a wrong command line, 3 for unprovable, 4 for files, 5 for faults.
    #[must_use]
    pub const fn code(&self) -> u8 {
        match self {
            Self::No(_) => 1,
            Self::Usage(_) => 2,
            Self::Unprovable(_) => 3,
            Self::File { .. } => 4,
            Self::Fault(_) => 5,
        }
    }

    /// The word for it in JSON.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::No(_) => "no",
            Self::Usage(_) => "usage",
            Self::Unprovable(_) => "unprovable",
            Self::File { .. } => "file",
            Self::Fault(_) => "fault",
        }
    }
}

/// Reads a file of at most `most` bytes.
///
/// # Errors
/// [`Failure::File`].
pub fn read(path: &str, most: u64) -> Result<Vec<u8>, Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::File { path: path.into(), error: error.to_string() };
    let length = std::fs::metadata(path).map_err(|error| failed(&error))?.len();
    if length > most {
        return Err(failed(&format!("it has {length} bytes, at most {most} are read")));
    }
    std::fs::read(path).map_err(|error| failed(&error))
}

/// Writes a file.
///
/// # Errors
/// [`Failure::File`].
pub fn write(path: &str, bytes: &[u8]) -> Result<(), Failure> {
    std::fs::write(path, bytes).map_err(|error| Failure::File { path: path.into(), error: error.to_string() })
}
