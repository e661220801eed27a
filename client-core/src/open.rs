//! Opening a stored chain: everything that comes back from a store is hostile until it is checked here (design §9).
//!
//! Checked: the head pointer names the last record by hash, each record names the one before it by hash, headers follow
//! each other, the entries give exactly the head's state root, the head's certificate holds. Where the end does not
//! fit, the client goes back block by block to the last one that does, and says so.

use crate::{
    client::{Client, Tip},
    error::ClientError,
    record::{Base, HeadPointer, Record, record_hash},
};
use std::collections::BTreeMap;
use zera_light as light;
use zera_primitives::{Hash, Header, Height, StateKey, limits};
use zera_state::merkle::MerkleState;

/// What a host's store holds.
#[derive(Clone, Debug, Default)]
pub struct Stored {
    /// The head pointer's bytes.
    pub head: Vec<u8>,
    /// The newest base, none when the records begin with the genesis block.
    pub base: Option<Vec<u8>>,
    /// Records after the base in ascending order.
    pub records: Vec<(Height, Vec<u8>)>,
}

/// What opening found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Opened {
    /// Where the pointer stood, where the chain now ends, and why, when these differ.
    pub stepped_back: Option<(Height, Height, String)>,
    /// Records whose hashes were checked.
    pub checked: u64,
}

/// One usable block.
struct Link {
    header: Header,
    certificate: Vec<u8>,
    record: Hash,
    undo: Vec<(StateKey, Option<Vec<u8>>)>,
}

/// Entries and blocks as far as the records fit together.
struct Chain {
    entries: BTreeMap<StateKey, Vec<u8>>,
    links: Vec<Link>,
    damage: Option<String>,
}

impl Client {
    /// Opens a stored chain.
    ///
    /// # Errors
    /// [`ClientError::Damaged`] when not even the base or the genesis block can be used.
    pub fn open(stored: &Stored, sealer: light::SealKey) -> Result<(Self, Opened), ClientError> {
        let mut chain = Chain::start(stored)?;
        let pointer = HeadPointer::from_bytes(&stored.head);
        let wanted = pointer.as_ref().map_or(Height(u64::MAX), |pointer| pointer.height);
        for (height, bytes) in &stored.records {
            if *height > wanted || chain.damage.is_some() {
                break;
            }
            chain.append(*height, bytes);
        }
        let checked = chain.links.len() as u64;
        match pointer {
            Ok(pointer) => chain.meet(&pointer),
            Err(_) => chain.damage = Some("the head pointer cannot be read".into()),
        }
        let (state, link) = chain.settle()?;
        if link.header.runtime != zera_runtime::runtime_hash() {
            return Err(ClientError::OtherRules(link.header.height));
        }
        let config = Self::read_config(&state).ok_or_else(|| damaged(link.header.height, "no configuration"))?;
        let certificate = decode_certificate(&link)?;
        let tip = Tip { header: link.header, certificate, record: link.record };
        let to = tip.header.height;
        let client = Self::assemble(config, state, tip, sealer)?;
        if client.config.sealer != client.sealer.public() {
            return Err(damaged(to, "the stored sealing key is not the chain's"));
        }
        let stepped_back = chain.damage.map(|detail| (if wanted.0 == u64::MAX { to } else { wanted }, to, detail));
        Ok((client, Opened { stepped_back, checked }))
    }
}

impl Chain {
    fn start(stored: &Stored) -> Result<Self, ClientError> {
        let Some(bytes) = &stored.base else {
            return Ok(Self { entries: BTreeMap::new(), links: Vec::new(), damage: None });
        };
        let base = Base::from_bytes(bytes).map_err(|_| damaged(Height(0), "the base cannot be read"))?;
        let link = Link { header: base.header, certificate: base.certificate, record: base.record, undo: Vec::new() };
        Ok(Self { entries: base.entries.into_iter().collect(), links: vec![link], damage: None })
    }

    /// Adds a record if it fits; notes the damage if not.
    fn append(&mut self, height: Height, bytes: &[u8]) {
        if let Err(detail) = self.try_append(height, bytes) {
            self.damage = Some(format!("block {height}: {detail}"));
        }
    }

    fn try_append(&mut self, height: Height, bytes: &[u8]) -> Result<(), String> {
        let record = Record::from_bytes(bytes).map_err(|error| error.to_string())?;
        if record.header.height != height {
            return Err("it is another block's record".into());
        }
        let (previous, parent) = match self.links.last() {
            Some(link) => (link.record, Some(&link.header)),
            None => (Hash::ZERO, None),
        };
        if record.previous != previous {
            return Err("it does not name the record before it".into());
        }
        match parent {
            Some(parent) => light::check_child(parent, &record.header).map_err(|error| error.to_string())?,
            None if height == Height(0) => {}
            None => return Err("the records do not begin with the genesis block".into()),
        }
        let mut undo = Vec::with_capacity(record.changes.len());
        for (key, value) in record.changes {
            let before = match value {
                Some(value) => self.entries.insert(key.clone(), value),
                None => self.entries.remove(&key),
            };
            undo.push((key, before));
        }
        let certificate = record.certificate;
        self.links.push(Link { header: record.header, certificate, record: record_hash(bytes), undo });
        Ok(())
    }

    /// Compares the end with the head pointer.
    fn meet(&mut self, pointer: &HeadPointer) {
        if self.damage.is_some() {
            return;
        }
        self.damage = match self.links.last() {
            Some(last) if last.header.height < pointer.height => {
                Some(format!("the record of block {} is missing", last.header.height.plus(1)))
            }
            Some(last) if last.record != pointer.record || last.header.hash() != pointer.header => {
                Some("the last record is not the one the head pointer names".into())
            }
            Some(_) => None,
            None => Some("there are no records".into()),
        };
        // The pointer's own block is then not to be trusted, whatever it says.
        if self.damage.is_some() && self.links.last().is_some_and(|last| last.header.height == pointer.height) {
            self.step_back();
        }
    }

    fn step_back(&mut self) -> Option<Link> {
        let link = self.links.pop()?;
        for (key, before) in link.undo.iter().rev() {
            match before {
                Some(value) => self.entries.insert(key.clone(), value.clone()),
                None => self.entries.remove(key),
            };
        }
        Some(link)
    }

    /// Goes back to the last block whose root and certificate hold, at most [`limits::STATE_VERSIONS`] blocks.
    fn settle(&mut self) -> Result<(MerkleState, Link), ClientError> {
        for _ in 0..limits::STATE_VERSIONS {
            let Some(link) = self.links.last() else { break };
            let state = MerkleState::from_entries(self.entries.clone(), link.header.height)?;
            let detail = if state.root() != link.header.state_root {
                "the entries do not give its state root"
            } else if !certified(&state, link) {
                "its certificate does not hold"
            } else {
                let link = self.links.pop();
                return link.map(|link| (state, link)).ok_or_else(|| damaged(Height(0), "no block"));
            };
            let height = link.header.height;
            self.damage.get_or_insert_with(|| format!("block {height}: {detail}"));
            self.step_back();
        }
        let height = self.links.last().map_or(Height(0), |link| link.header.height);
        Err(damaged(height, self.damage.as_deref().unwrap_or("there are no records")))
    }
}

fn certified(state: &MerkleState, link: &Link) -> bool {
    let Some(config) = Client::read_config(state) else { return false };
    let Ok(set) = light::ValidatorSet::solo(config.sealer) else { return false };
    decode_certificate(link).is_ok_and(|certificate| certificate.verify(&link.header, &set).is_ok())
}

fn decode_certificate(link: &Link) -> Result<light::Certificate, ClientError> {
    light::Certificate::from_bytes(&link.certificate)
        .map_err(|_| damaged(link.header.height, "its certificate cannot be read"))
}

fn damaged(height: Height, detail: &str) -> ClientError {
    ClientError::Damaged { height, detail: detail.into() }
}
