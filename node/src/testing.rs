//! What tests share: folders that go away, and a disk whose power fails.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use crate::store::RedbStore;
use redb::StorageBackend;
use std::{
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard},
};

/// A folder that is empty at the beginning and gone at the end.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("zera-node-{name}-{}", std::process::id()));
        drop(std::fs::remove_dir_all(&path));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// A disk in memory. With a cut, every write from that one on fails, as when the power is gone; what was written since the
/// last sync is then partly there, as a seed decides.
#[derive(Clone, Debug, Default)]
pub struct Disk(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    bytes: Vec<u8>,
    /// As of the last sync.
    synced: Vec<u8>,
    /// Writes since then.
    since: Vec<(usize, Vec<u8>)>,
    writes: usize,
    cut: Option<usize>,
    seed: u64,
}

impl Disk {
    pub fn cut(at: usize, seed: u64) -> Self {
        Self(Arc::new(Mutex::new(State { cut: Some(at), seed, ..State::default() })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// Writes so far.
    pub fn writes(&self) -> usize {
        self.state().writes
    }

    pub fn store(&self) -> RedbStore {
        self.try_store().unwrap()
    }

    pub fn try_store(&self) -> Result<RedbStore, crate::store::redb::OpenError> {
        RedbStore::on(self.clone())
    }

    /// The disk as it is found when the power is back.
    pub fn after_power_loss(&self) -> Self {
        let state = self.state();
        let mut bytes = state.synced.clone();
        let mut random = state.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        for (offset, written) in &state.since {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            // Not there, whole, or torn in the middle.
            let kept = match random % 3 {
                0 => 0,
                1 => written.len(),
                _ => written.len() / 2,
            };
            if bytes.len() < offset + kept {
                bytes.resize(offset + kept, 0);
            }
            bytes[*offset..offset + kept].copy_from_slice(&written[..kept]);
        }
        Self(Arc::new(Mutex::new(State { synced: bytes.clone(), bytes, ..State::default() })))
    }
}

impl State {
    /// Counts a write; an error when the power is gone.
    fn write(&mut self) -> io::Result<()> {
        self.writes += 1;
        let gone = self.cut.is_some_and(|cut| self.writes > cut);
        if gone { Err(io::Error::other("the power is gone")) } else { Ok(()) }
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.state().bytes.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let state = self.state();
        let from = offset as usize;
        let found = state.bytes.get(from..from + out.len()).ok_or(io::ErrorKind::UnexpectedEof)?;
        out.copy_from_slice(found);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut state = self.state();
        state.write()?;
        state.bytes.resize(len as usize, 0);
        // A file system keeps a length that was set before a sync or not; here it is kept.
        state.synced.resize(len as usize, 0);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut state = self.state();
        state.write()?;
        state.synced = state.bytes.clone();
        state.since.clear();
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut state = self.state();
        let power = state.write();
        let from = offset as usize;
        state.since.push((from, data.to_vec()));
        power?;
        if state.bytes.len() < from + data.len() {
            state.bytes.resize(from + data.len(), 0);
        }
        state.bytes[from..from + data.len()].copy_from_slice(data);
        Ok(())
    }
}
