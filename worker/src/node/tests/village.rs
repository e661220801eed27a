//! A network of peers in memory: four validators' chain, and addresses under which it is served, by honest peers and by
//! liars. They answer at once; time passes only when a test says so.

use crate::net::{Heard, WireId};
use codec::Encode as _;
use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, VecDeque},
};
use zera_client::{
    Base, Client, GenesisConfig, Sealed,
    light::{Certificate, ValidatorSet},
};
use zera_liar::{Lie, Out, Twist, forge::Keys};
use zera_primitives::{AccountId, Amount, Hash, Height, Network, Params, SignedTransaction, Slot, keys::SecretKey};
use zera_state::{
    StateView as _,
    merkle::{Directory, MultiProof, PageName},
};
use zera_wire::{
    Answer, FRAME_BYTES, Greeting, News, PeerError, PeerErrorKind, PeerStatus, Request, ToPeer, ToTab, Topic,
    WIRE_VERSION,
    answer::{BlockReceipts, Boundary, Entries, EntryRun, FinalBlock, Finality, SnapshotOffer},
    decode_to_peer,
};

use super::bench::now;

/// Blocks of an epoch.
pub const EPOCH: u64 = 8;
/// Who is rich.
pub const RICH: [u8; 32] = [5; 32];
const SEEDS: [[u8; 32]; 4] = [[1; 32], [2; 32], [3; 32], [4; 32]];

struct Line {
    address: String,
    twist: Twist,
    topics: BTreeSet<Topic>,
}

pub struct Village {
    pub client: Client,
    pub config: GenesisConfig,
    keys: Keys,
    validators: Vec<AccountId>,
    blocks: Vec<Sealed>,
    certificates: BTreeMap<Height, Vec<u8>>,
    /// Addresses that answer, and their lies.
    pub peers: BTreeMap<String, Option<Lie>>,
    lines: BTreeMap<WireId, Line>,
    heard: VecDeque<(WireId, Heard)>,
    /// Requests by kind, as peers got them.
    pub asked: Vec<Request>,
    /// The newest snapshot: its block's height, its directory and pages.
    snapshot: Option<(Height, Directory, BTreeMap<PageName, Vec<u8>>)>,
    /// Transactions that were submitted.
    pub submitted: Vec<Hash>,
}

fn finality_of(sealed: &Sealed, certificate: &[u8]) -> Finality {
    Finality { header: sealed.decoded.header.clone(), certificate: certificate.to_vec() }
}

impl Village {
    pub fn new(now_ms: u64) -> Self {
        let keys = Keys::of_seeds(&SEEDS);
        let validators = keys.set().unwrap().keys().to_vec();
        let rich = SecretKey::from_seed(&RICH).public();
        let config = GenesisConfig {
            network: Network::Main,
            params: Params::demo(),
            zero_ms: now_ms,
            accounts: vec![(rich, Amount::zra(1_000_000)), (AccountId([9; 32]), Amount::zra(9_000_000))],
            validators: validators.clone(),
            epoch_blocks: EPOCH,
        };
        let (client, genesis) = Client::create(&config, None).unwrap();
        Self {
            client,
            config,
            keys,
            validators,
            blocks: vec![genesis],
            certificates: BTreeMap::new(),
            peers: BTreeMap::new(),
            lines: BTreeMap::new(),
            heard: VecDeque::new(),
            asked: Vec::new(),
            snapshot: None,
            submitted: Vec::new(),
        }
    }

    /// Keeps a snapshot of the head, which must be certified.
    pub fn keep_snapshot(&mut self) {
        let (base, pages) = self.client.compaction().run().unwrap();
        let directory = Base::from_bytes(&base.bytes).unwrap().directory;
        self.snapshot = Some((base.height, directory, pages.into_iter().collect()));
    }

    pub fn genesis(&self) -> Hash {
        self.client.genesis()
    }

    pub fn head(&self) -> Height {
        self.client.head().height
    }

    /// Another block of what waits, certified unless `bare`, and told to whoever listens.
    pub fn block(&mut self, slot: Slot, bare: bool) -> Height {
        let height = self.head().plus(1);
        let proposer = self.validators[height.0 as usize % self.validators.len()];
        let draft = now(self.client.draft_by(slot, 0, proposer)).unwrap();
        let block = self.client.extend(draft, proposer).unwrap();
        let round = [block.header.epoch, height.0 + 1, height.0];
        let finality = self.keys.certify(&block.header, round).unwrap();
        // The last of an epoch is always certified by itself.
        let bare = bare && !(height.0 + 1).is_multiple_of(EPOCH);
        let certificate = Certificate::from_bytes(&finality.certificate).unwrap();
        let hash = block.header.hash();
        let sealed = self.client.finalise(&hash, Some(&certificate).filter(|_| !bare)).unwrap();
        let receipts = sealed.decoded.receipts.clone();
        self.blocks.push(sealed);
        if !bare {
            self.certificates.insert(height, finality.certificate.clone());
            self.tell(Topic::Heads, &News::Head(Box::new(finality)));
        }
        for receipt in receipts {
            let (transaction, outcome) = (receipt.transaction, receipt.outcome);
            self.tell(Topic::Transactions, &News::Included { transaction, height, outcome });
        }
        height
    }

    fn tell(&mut self, topic: Topic, news: &News) {
        let wires: Vec<WireId> =
            self.lines.iter().filter(|(_, line)| line.topics.contains(&topic)).map(|(id, _)| *id).collect();
        for wire in wires {
            self.say(wire, ToTab::News(news.clone()));
        }
    }

    /// Cuts all connections to an address.
    pub fn cut(&mut self, address: &str) {
        let cut: Vec<WireId> =
            self.lines.iter().filter(|(_, line)| line.address == address).map(|(id, _)| *id).collect();
        for wire in cut {
            self.lines.remove(&wire);
            self.heard.push_back((wire, Heard::Closed("it is cut".into())));
        }
    }

    pub fn connect(&mut self, wire: WireId, address: &str) {
        let Some(lie) = self.peers.get(address) else {
            self.heard.push_back((wire, Heard::Closed("it cannot be reached".into())));
            return;
        };
        let twist = Twist::new(*lie, Some(self.keys.clone()), 1);
        self.lines.insert(wire, Line { address: address.into(), twist, topics: BTreeSet::new() });
        self.heard.push_back((wire, Heard::Open));
    }

    pub fn close(&mut self, wire: WireId) {
        self.lines.remove(&wire);
        self.heard.retain(|(of, _)| *of != wire);
    }

    pub fn heard(&mut self) -> Option<(WireId, Heard)> {
        self.heard.pop_front()
    }

    pub fn send(&mut self, wire: WireId, message: &[u8]) {
        let message = decode_to_peer(message).unwrap();
        let Some(line) = self.lines.get_mut(&wire) else { return };
        if let Some(out) = line.twist.asked(&message) {
            return self.out(wire, out);
        }
        let answer = match message {
            ToPeer::Hello { version, .. } => {
                assert_eq!(version, WIRE_VERSION);
                let (chain, runtime) = (self.genesis(), self.client.head().runtime);
                ToTab::Hello(Greeting {
                    version,
                    agent: "village".into(),
                    chain,
                    runtime,
                    oldest: 0,
                    open_requests: 32,
                })
            }
            ToPeer::Ask { id, request } => {
                if let Request::Subscribe(topic) = &request {
                    line.topics.insert(*topic);
                }
                self.asked.push(request.clone());
                ToTab::Answer { id, result: self.answer(request) }
            }
        };
        self.say(wire, answer);
    }

    fn say(&mut self, wire: WireId, message: ToTab) {
        let Some(line) = self.lines.get_mut(&wire) else { return };
        let out = line.twist.answered(message);
        self.out(wire, out);
    }

    fn out(&mut self, wire: WireId, out: Out) {
        let heard = match out {
            Out::Message(message) => Heard::Message(message.encode()),
            Out::Raw(bytes) => Heard::Message(bytes),
            Out::Huge(bytes) => Heard::Flooded(format!("it sent {bytes} bytes; at most {FRAME_BYTES} are allowed")),
            // One byte a second: nothing within any patience.
            Out::Slow(_) | Out::Nothing => return,
        };
        self.heard.push_back((wire, heard));
    }

    fn finality(&self, at: Option<Height>) -> Option<Finality> {
        let found = match at {
            Some(at) => self.certificates.range(at..).next(),
            None => self.certificates.last_key_value(),
        };
        found.map(|(height, certificate)| finality_of(&self.blocks[height.0 as usize], certificate))
    }

    fn boundaries(&self, from: u64, limit: u32) -> Vec<Boundary> {
        let last = |epoch: u64| Height((epoch + 1) * EPOCH - 1);
        let ended = (from..).take(limit as usize).take_while(|epoch| last(*epoch) <= self.head());
        ended.map(|epoch| Boundary { last: self.finality(Some(last(epoch))).unwrap(), next: None }).collect()
    }

    fn blocks(&self, from: Height, limit: u32) -> Vec<FinalBlock> {
        let mut all = Vec::new();
        for sealed in self.blocks.iter().skip(from.0 as usize) {
            let record = &sealed.decoded;
            let block = zera_primitives::block::Block { header: record.header.clone(), body: record.body.clone() };
            let certificate = self.certificates.get(&sealed.height).cloned().unwrap_or_default();
            let certified = !certificate.is_empty();
            all.push(FinalBlock { block, certificate });
            if all.len() >= limit as usize && certified {
                break;
            }
        }
        all
    }

    fn entries(&self, height: Height, keys: &[zera_primitives::StateKey]) -> Result<Entries, PeerError> {
        let gone = |_| PeerError::new(PeerErrorKind::TooOld, "too old");
        let (values, proof) = self.client.merkle().prove_many(height, keys).map_err(gone)?;
        Ok(Entries { height, values, proof: proof.encode() })
    }

    fn run(&self, height: Height, prefix: &[u8], after: &[u8], limit: u32) -> Result<EntryRun, PeerError> {
        assert_eq!(height, self.head(), "tests ask at the head");
        let (state, mut keys, mut last) = (self.client.merkle(), Vec::new(), after.to_vec());
        while keys.len() < limit as usize {
            let Some(key) = state.next_key(prefix, &last).unwrap() else { break };
            last.clone_from(&key.0);
            keys.push(key);
        }
        let end = keys.len() < limit as usize;
        if keys.is_empty() {
            return Ok(EntryRun { entries: Vec::new(), end, proof: MultiProof::default().encode() });
        }
        let Entries { values, proof, .. } = self.entries(height, &keys)?;
        let entries = keys.into_iter().zip(values.into_iter().flatten()).collect();
        Ok(EntryRun { entries, end, proof })
    }

    fn located(&self, transaction: &Hash) -> Option<(Height, u32)> {
        let at = |sealed: &Sealed| {
            let place = sealed.decoded.receipts.iter().position(|receipt| receipt.transaction == *transaction)?;
            Some((sealed.height, u32::try_from(place).unwrap()))
        };
        self.blocks.iter().find_map(at)
    }

    fn answer(&mut self, request: Request) -> Result<Answer, PeerError> {
        let missing = || PeerError::new(PeerErrorKind::NotFound, "not found");
        Ok(match request {
            Request::Status => Answer::Status(Box::new(self.status())),
            Request::Genesis => Answer::Bytes(self.config.encode()),
            Request::Finality { at } => Answer::Finality(Box::new(self.finality(at).ok_or_else(missing)?)),
            Request::Boundaries { from, limit } => Answer::Boundaries(self.boundaries(from, limit)),
            Request::Headers { from, limit } => {
                let headers = self.blocks.iter().skip(from.0 as usize).take(limit as usize);
                Answer::Headers(headers.map(|sealed| sealed.decoded.header.clone()).collect())
            }
            Request::Blocks { from, limit } => Answer::Blocks(self.blocks(from, limit)),
            Request::Receipts(height) => {
                let record = &self.blocks.get(height.0 as usize).ok_or_else(missing)?.decoded;
                let (receipts, events) = (record.receipts.clone(), record.events.clone());
                Answer::Receipts(Box::new(BlockReceipts { receipts, events }))
            }
            Request::Entries { height, keys } => Answer::Entries(Box::new(self.entries(height, &keys)?)),
            Request::Run { height, prefix, after, limit } => {
                Answer::Run(Box::new(self.run(height, &prefix, &after, limit)?))
            }
            Request::Committee { .. } => {
                let set: ValidatorSet = self.keys.set().unwrap();
                Answer::Bytes(set.encode())
            }
            Request::Snapshot => {
                let (height, directory, _) = self.snapshot.as_ref().ok_or_else(missing)?;
                let at = self.finality(Some(*height)).ok_or_else(missing)?;
                let directory_bytes = directory.encoded_size() as u64;
                Answer::Snapshot(Box::new(SnapshotOffer { at, directory_bytes, page_bytes: 0 }))
            }
            Request::Directory { offset, .. } => {
                let directory = self.snapshot.as_ref().ok_or_else(missing)?.1.encode();
                Answer::Bytes(directory.into_iter().skip(offset as usize).take(1_000).collect())
            }
            Request::Pages { names, .. } => {
                let pages = &self.snapshot.as_ref().ok_or_else(missing)?.2;
                Answer::Pages(names.iter().take(1).map(|name| pages.get(name).cloned()).collect())
            }
            Request::Locate(hash) => Answer::Located(self.located(&hash)),
            Request::OfAccount { account, .. } => {
                let own = |sealed: &&Sealed| {
                    sealed.decoded.body.transactions.iter().any(|signed| signed.transaction.sender == account)
                };
                Answer::Heights(self.blocks.iter().rev().filter(own).map(|sealed| sealed.height).collect())
            }
            Request::Submit(bytes) => {
                let slot = self.client.head().slot;
                let hash = SignedTransaction::from_bytes(&bytes).unwrap().hash();
                // Known already is as good as taken.
                let _ = self.client.submit(&bytes, slot);
                self.submitted.push(hash);
                Answer::Submitted(hash)
            }
            Request::Subscribe(_) | Request::Unsubscribe(_) | Request::Ping => Answer::Done,
            _ => return Err(missing()),
        })
    }

    fn status(&self) -> PeerStatus {
        let head = self.client.head();
        PeerStatus {
            head: head.height,
            hash: head.hash(),
            slot: head.slot,
            epoch: head.epoch,
            role: "validator".into(),
            validator: None,
            finality_ms: (0, 0),
            pending: 0,
            peers: 3,
            tabs: 1,
        }
    }
}

/// Shared with the world of the node under test.
pub type Shared = std::rc::Rc<RefCell<Village>>;
