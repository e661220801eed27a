//! Opening a stored chain: everything that comes back from a store is hostile until it is checked here (design §9).
//!
//! Checked: the head pointer names the last record by hash, each record names the one before it by hash, headers follow
//! each other, the base's directory gives its block's state root and the changes of each record the next one, the head's
//! certificate holds, by the validators that its own state names. Where the end does not fit, or is final only by a
//! block that is not stored yet, the client goes back block by block to the last one that does, and says so. Pages are
//! checked when they are read. That the chain is the one that was meant is for the host, which knows its genesis hash.

use crate::{
    client::{Client, Tip},
    error::ClientError,
    record::{Base, HeadPointer, Record, record_hash},
    sets::Sets,
};
use zera_light as light;
use zera_primitives::{Hash, Header, Height, limits};
use zera_state::{
    ChangeSet,
    merkle::{MerkleError, MerkleState, Pages},
};

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
}

/// State and blocks as far as the records fit together.
struct Chain {
    /// None before the genesis block's record.
    state: Option<MerkleState>,
    links: Vec<Link>,
    damage: Option<String>,
}

impl Client {
    /// Opens a stored chain without a base, or one whose pages are all in memory: see [`Client::open_on`].
    ///
    /// # Errors
    /// As [`Client::open_on`].
    pub fn open(stored: &Stored, sealer: Option<light::SealKey>) -> Result<(Self, Opened), ClientError> {
        Self::open_on(stored, &Pages::default(), sealer)
    }

    /// Opens a stored chain, one of its own signer with that key. Of the pages that the base names only those need be in memory that the records after it
    /// changed; while some are missing the host loads what `pages` wants and opens again.
    ///
    /// # Errors
    /// [`ClientError::Damaged`] when not even the base or the genesis block can be used; one for which
    /// [`ClientError::is_not_loaded`] holds; [`ClientError::OtherRules`].
    pub fn open_on(
        stored: &Stored,
        pages: &Pages,
        sealer: Option<light::SealKey>,
    ) -> Result<(Self, Opened), ClientError> {
        let mut chain = Chain::start(stored, pages)?;
        let pointer = HeadPointer::from_bytes(&stored.head);
        let wanted = pointer.as_ref().map_or(Height(u64::MAX), |pointer| pointer.height);
        for (place, (height, bytes)) in stored.records.iter().enumerate() {
            if *height > wanted || chain.damage.is_some() {
                break;
            }
            if let Err(error) = chain.append(*height, bytes) {
                // All that the later blocks changed is wanted, too, so that the next try gets through.
                chain.touch(stored.records.iter().skip(place));
                return Err(error.into());
            }
        }
        let checked = chain.links.len() as u64;
        match pointer {
            Ok(pointer) => chain.meet(&pointer),
            Err(_) => chain.damage = Some("the head pointer cannot be read".into()),
        }
        if let Some(link) = chain.links.last().filter(|link| link.header.runtime != zera_runtime::runtime_hash()) {
            return Err(ClientError::OtherRules(link.header.height));
        }
        let (state, link) = chain.settle()?;
        let to = link.header.height;
        let config = Self::read_config(&state)?.ok_or_else(|| damaged(to, "no configuration"))?;
        let (sets, certificate) = (Sets::read(&state)?, decode_certificate(&link)?);
        let tip = Tip { header: link.header, certificate, sets, record: link.record };
        let client = Self::assemble(config, state, tip, sealer);
        if client.sealer.as_ref().is_some_and(|sealer| client.validators().keys() != [sealer.public()]) {
            return Err(damaged(to, "the stored sealing key is not the chain's"));
        }
        let stepped_back = chain.damage.map(|detail| (if wanted.0 == u64::MAX { to } else { wanted }, to, detail));
        Ok((client, Opened { stepped_back, checked }))
    }
}

impl Chain {
    fn start(stored: &Stored, pages: &Pages) -> Result<Self, ClientError> {
        let Some(bytes) = &stored.base else {
            return Ok(Self { state: None, links: Vec::new(), damage: None });
        };
        let base = Base::from_bytes(bytes).map_err(|_| damaged(Height(0), "the base cannot be read"))?;
        let (height, root) = (base.header.height, base.header.state_root);
        let state = MerkleState::from_directory(base.directory, height, &root, pages.clone())
            .map_err(|error| damaged(height, &format!("the base: {error}")))?;
        let link = Link { header: base.header, certificate: base.certificate, record: base.record };
        Ok(Self { state: Some(state), links: vec![link], damage: None })
    }

    /// Adds a record if it fits; notes the damage if not.
    ///
    /// # Errors
    /// [`MerkleError::NotLoaded`]; a defect of the tree.
    fn append(&mut self, height: Height, bytes: &[u8]) -> Result<(), MerkleError> {
        let detail = match self.check(height, bytes) {
            Ok(Record { header, certificate, changes, .. }) => {
                if self.apply(&header, changes.into_iter().collect())? {
                    self.links.push(Link { header, certificate, record: record_hash(bytes) });
                    return Ok(());
                }
                "the entries do not give its state root".into()
            }
            Err(detail) => detail,
        };
        self.damage = Some(format!("block {height}: {detail}"));
        Ok(())
    }

    /// The record of block `height`, if it follows.
    fn check(&self, height: Height, bytes: &[u8]) -> Result<Record, String> {
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
        Ok(record)
    }

    /// Applies a block's changes; false when they do not give its state root, and then nothing has changed.
    fn apply(&mut self, header: &Header, changes: ChangeSet) -> Result<bool, MerkleError> {
        let Some(state) = &mut self.state else {
            let entries = changes.into_iter().filter_map(|(key, value)| Some((key, value?))).collect();
            let state = MerkleState::from_entries(entries, header.height)?;
            self.state = Some(state).filter(|state| state.root() == header.state_root);
            return Ok(self.state.is_some());
        };
        let before = state.height();
        let fits = state.apply(header.height, &changes)? == header.state_root;
        if !fits {
            state.revert_to(before)?;
        }
        Ok(fits)
    }

    /// Notes as wanted what these records changed.
    fn touch<'a>(&self, records: impl Iterator<Item = &'a (Height, Vec<u8>)>) {
        let Some(state) = &self.state else { return };
        for record in records.filter_map(|(_, bytes)| Record::from_bytes(bytes).ok()) {
            state.touch(record.changes.iter().map(|(key, _)| key));
        }
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

    /// Forgets the last block.
    fn step_back(&mut self) {
        self.links.pop();
        self.state.take_if(|state| {
            let before = state.height().0.checked_sub(1).map(Height);
            before.is_none_or(|before| state.revert_to(before).is_err())
        });
    }

    /// Goes back to the last block whose certificate holds, at most [`limits::STATE_VERSIONS`] blocks.
    fn settle(&mut self) -> Result<(MerkleState, Link), ClientError> {
        for _ in 0..limits::STATE_VERSIONS {
            let (Some(link), Some(state)) = (self.links.last(), &self.state) else { break };
            if certified(state, link)? {
                let (link, state) = (self.links.pop(), self.state.take());
                return state.zip(link).ok_or_else(|| damaged(Height(0), "no block"));
            }
            let height = link.header.height;
            let why = if link.certificate.is_empty() {
                "nothing stored certifies it"
            } else {
                "its certificate does not hold"
            };
            self.damage.get_or_insert_with(|| format!("block {height}: {why}"));
            self.step_back();
        }
        let height = self.links.last().map_or(Height(0), |link| link.header.height);
        Err(damaged(height, self.damage.as_deref().unwrap_or("there are no records")))
    }
}

/// True when the block's own certificate holds. Nobody certifies the genesis block of a network: it follows from its
/// configuration.
fn certified(state: &MerkleState, link: &Link) -> Result<bool, ClientError> {
    let Some(config) = Client::read_config(state)? else { return Ok(false) };
    if link.certificate.is_empty() {
        let begins = |config| Client::create(config, None).is_ok_and(|(begun, _)| *begun.head() == link.header);
        return Ok(link.header.height == Height(0) && begins(&config));
    }
    let sets = match Sets::read(state) {
        Ok(sets) => sets,
        Err(error) if error.is_not_loaded() => return Err(error),
        Err(_) => return Ok(false),
    };
    let certificate = decode_certificate(link).ok().flatten();
    Ok(certificate.is_some_and(|certificate| certificate.verify(&link.header, &sets.running).is_ok()))
}

/// None where the block has none of its own.
fn decode_certificate(link: &Link) -> Result<Option<light::Certificate>, ClientError> {
    if link.certificate.is_empty() {
        return Ok(None);
    }
    let decoded = light::Certificate::from_bytes(&link.certificate);
    decoded.map(Some).map_err(|_| damaged(link.header.height, "its certificate cannot be read"))
}

fn damaged(height: Height, detail: &str) -> ClientError {
    ClientError::Damaged { height, detail: detail.into() }
}
