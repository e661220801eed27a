//! Keys on this machine: a file of verifying keys, and a folder of proving keys, each named by the SHA-256 of its head.

use crate::{
    failure::{Failure, read},
    options::{Options, to_hex},
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};
use zera_proof::{
    circuit::{classes::CLASSES, segments::class},
    groth16::{ProvingKey, matrices::Matrices, stock::StockKey},
    setup::keyfile,
};
use zera_proof_verify::{Keys, Prepared};

/// Most bytes of a proving key.
pub const KEY_BYTES: u64 = 4 << 30;
/// The development keys that this build pins.
pub const DEVELOPMENT: &[u8] = include_bytes!("../../../client-core/proof/verify/keys/dev.vks");

/// A class ready for proving.
pub struct Loaded {
    /// Its key.
    pub key: ProvingKey,
    /// Its circuit.
    pub matrices: Matrices,
    /// Both in ark-groth16's words.
    pub stock: StockKey,
}

/// Verifying keys, and proving keys as they are asked for.
pub struct Store {
    folder: PathBuf,
    prepared: Prepared,
    loaded: Mutex<BTreeMap<u8, Arc<Loaded>>>,
}

/// The verifying keys that `--vks` names, or the development keys.
///
/// # Errors
/// When the file is none, or its keys are degenerate.
pub fn verifying(options: &Options) -> Result<Prepared, Failure> {
    let bytes = match options.one("vks")? {
        Some(path) => read(path, zera_proof_verify::keys::MAX_BYTES as u64)?,
        None => DEVELOPMENT.to_vec(),
    };
    let prepared = Keys::from_bytes(&bytes).and_then(Prepared::new);
    prepared.map_err(|error| Failure::No(format!("The verifying keys cannot be used: {error}.")))
}

impl Store {
    /// With the verifying keys of `--vks` and the folder of `--keys`.
    ///
    /// # Errors
    /// As [`verifying`].
    pub fn open(options: &Options) -> Result<Self, Failure> {
        let folder = PathBuf::from(options.one("keys")?.unwrap_or("target/keys"));
        Ok(Self { folder, prepared: verifying(options)?, loaded: Mutex::default() })
    }

    /// The verifying keys.
    #[must_use]
    pub const fn prepared(&self) -> &Prepared {
        &self.prepared
    }

    /// Whether the verifying keys have the classes that are too large for a tab.
    #[must_use]
    pub fn native(&self) -> bool {
        CLASSES.iter().filter(|class| class.native).all(|class| self.prepared.keys().class(class.id).is_some())
    }

    /// A class with its key, read at its first use.
    ///
    /// # Errors
    /// When there is no such key, it is damaged, or it is another circuit's.
    pub fn class(&self, id: u8) -> Result<Arc<Loaded>, Failure> {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = loaded.get(&id) {
            return Ok(found.clone());
        }
        let read = Arc::new(self.load(id)?);
        loaded.insert(id, read.clone());
        Ok(read)
    }

    fn load(&self, id: u8) -> Result<Loaded, Failure> {
        let missing = || Failure::No(format!("The verifying keys have no class {id}."));
        let pinned = self.prepared.keys().class(id).ok_or_else(missing)?;
        let circuit = class(id).ok_or_else(missing)?;
        let path = path(&self.folder, &pinned.proving_key);
        if !path.exists() {
            let (name, folder) = (circuit.name, self.folder.display());
            let text = format!(
                "The proving key of class {id} ({name}) is not in {folder}. Development keys are made there with \
                 `zera-prove setup --dev --out {folder}`."
            );
            return Err(Failure::File { path: path.display().to_string(), error: text });
        }
        let bytes = read(&path.display().to_string(), KEY_BYTES)?;
        let damaged = |error: &dyn std::fmt::Display| Failure::File {
            path: path.display().to_string(),
            error: error.to_string(),
        };
        let (head, key) = keyfile::from_bytes(&bytes, Some(&pinned.proving_key)).map_err(|error| damaged(&error))?;
        let matrices = circuit.shape().matrices();
        if head.circuit != matrices.digest() {
            return Err(damaged(&"this program has another circuit for this class; make the keys again"));
        }
        let stock = StockKey::new(&key, &matrices).map_err(|error| damaged(&error))?;
        Ok(Loaded { key, matrices, stock })
    }
}

/// Where a key lies.
#[must_use]
pub fn path(folder: &Path, name: &[u8; 32]) -> PathBuf {
    folder.join(format!("{}.key", to_hex(name)))
}
