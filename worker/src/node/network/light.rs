//! Light mode: the client stands on certified headers, and reads a state of which peers prove every entry.

use super::{Network, talk};
use crate::{
    net::{PeerId, Refusal},
    node::{
        Node,
        chain::{Chain, head_view},
        convert,
        run::Ticket,
        world::World,
    },
};
use zera_client::{
    Client, LightHead,
    light::{Certificate, Light, LightError},
};
use zera_primitives::{Header, Height, StateKey};
use zera_state::merkle::{MerkleState, MultiProof, Range, Remote, Wanted};
use zera_wire::{
    Answer, Request,
    answer::{Entries, EntryRun},
    request::MOST_KEYS,
};
use zera_worker_protocol::{Error, Event};

/// Entries of one range that are asked for at once.
const RUN: u32 = 128;
/// Ranges that are asked for at once.
const RANGES: usize = 32;
/// Keys read at the block before that are asked for again at the next one.
const HABITS: usize = 256;
/// Peers that may lie about one question before it is given up.
const TRIES: usize = 8;

/// Where a light client's newest verified header lets a [`Client`] stand.
fn head_of(light: &Light) -> Result<LightHead, Error> {
    let header = light.head().clone();
    let certificate = light.finality().and_then(|block| Certificate::from_bytes(&block.certificate).ok());
    let validators = light.set(header.epoch).cloned().ok_or_else(|| convert::defect("no set of the head's epoch"))?;
    Ok(LightHead { header, certificate, validators })
}

impl<W: World, T: Ticket> Node<W, T> {
    /// A chain that stands on the newest verified header.
    pub(super) fn light_chain(&self) -> Result<Chain, Error> {
        let followed = self.network.followed.borrow();
        let followed = followed.as_ref().ok_or_else(super::network_only)?;
        let head = head_of(&followed.light)?;
        let view = head_view(&head.header);
        let state = MerkleState::remote(head.header.state_root, head.header.height);
        Ok(Chain::follower(Client::remote(followed.config.clone(), state, head), view))
    }

    /// Goes to the newest verified header.
    pub(super) fn advance_light(&mut self) -> Result<(), Error> {
        let head = {
            let followed = self.network.followed.borrow();
            let Some(followed) = followed.as_ref() else { return Ok(()) };
            head_of(&followed.light)?
        };
        let network = std::rc::Rc::clone(&self.network);
        let chain = self.chain_mut()?;
        let header = head.header.clone();
        let Some(known) = chain.client.known() else { return Ok(()) };
        network.remember(known);
        let state = known.moved(header.state_root, header.height);
        chain.client.set_light_head(state, head).map_err(convert::client)?;
        let view = head_view(&header);
        chain.stands_on_header(view.clone());
        self.world.emit(Event::Head(view));
        Ok(())
    }

    /// Asks peers for what reads have missed, and takes what they prove.
    ///
    /// # Errors
    /// `NoPeer` when nobody serves it; `PeerLied` when all who did lied.
    pub(in crate::node) async fn load_remote(&self) -> Result<(), Error> {
        let Some(known) = self.chain()?.client.known().cloned() else { return Ok(()) };
        if !self.network.may_answer() {
            known.give_up();
            return Err(talk::refusal(Refusal::Nobody));
        }
        let fetched = self.fetch(&known).await;
        if fetched.is_err() {
            known.give_up();
        }
        fetched
    }

    async fn fetch(&self, known: &Remote) -> Result<(), Error> {
        let mut wanted = known.wanted();
        self.network.add_habits(known, &mut wanted);
        let (height, world) = (known.height(), &*self.world);
        let questions: Vec<Question> = questions(&wanted, height);
        let asked: Vec<_> =
            questions.iter().map(|question| self.network.begin(world, question.request.clone(), None)).collect();
        let answers = self.network.answers_to(world, asked).await;
        for (question, answer) in questions.iter().zip(answers) {
            self.settle_question(known, question, answer).await?;
        }
        Ok(())
    }

    /// Takes an answer that holds; asks others while it does not.
    async fn settle_question(
        &self,
        known: &Remote,
        question: &Question,
        mut answer: Result<(PeerId, Answer), Refusal>,
    ) -> Result<(), Error> {
        let (network, world) = (&self.network, &*self.world);
        let mut lied = None;
        for _ in 0..TRIES {
            let (peer, given) = match answer {
                Ok(given) => given,
                Err(refusal) => return Err(lied.unwrap_or_else(|| talk::refusal(refusal))),
            };
            match question.take(known, &given) {
                Ok(entries) => {
                    network.held(peer);
                    network.proven.set(network.proven.get().saturating_add(entries));
                    if let (Some(range), Answer::Run(run)) = (&question.range, given) {
                        self.second_opinion(known, range, *run, peer).await;
                    }
                    return Ok(());
                }
                Err(cause) => lied = Some(network.lied(world, peer, cause)),
            }
            answer = network.ask(world, question.request.clone(), None).await;
        }
        Err(lied.unwrap_or_else(|| talk::refusal(Refusal::Nobody)))
    }

    /// That nothing was left out of a run cannot be proven: where there is somebody else, they are asked, too, and the longer
    /// run wins if its entries are proven.
    async fn second_opinion(&self, known: &Remote, range: &Range, first: EntryRun, peer: PeerId) {
        let (network, world) = (&self.network, &*self.world);
        if network.sessions.borrow().open().len() < 2 {
            return;
        }
        let question = Question::run(range.clone(), known.height());
        let id = network.begin_with_others(world, question.request.clone(), &[peer]);
        let Ok((other, Answer::Run(second))) = network.answer_to(world, id).await else { return };
        let keys = |run: &EntryRun| run.entries.iter().map(|(key, _)| key.clone()).collect::<Vec<_>>();
        let (ours, theirs) = (keys(&first), keys(&second));
        if ours == theirs {
            return network.held(other);
        }
        let missing = theirs.iter().find(|key| !ours.contains(key) && (first.end || ours.last() > Some(*key)));
        let extra = ours.iter().find(|key| !theirs.contains(key) && (second.end || theirs.last() > Some(*key)));
        let taken = missing.is_some().then(|| question.take(known, &Answer::Run(second)));
        match (taken, extra) {
            (Some(Err(cause)), _) => drop(network.lied(world, other, cause)),
            (Some(Ok(_)), _) => {
                drop(network.lied(world, peer, "it left out an entry of a list that another peer proved"))
            }
            (None, Some(_)) => {
                drop(network.lied(world, other, "it left out an entry of a list that another peer proved"))
            }
            (None, None) => {}
        }
    }
}

/// A question about the state, and what it is about.
struct Question {
    request: Request,
    keys: Vec<StateKey>,
    range: Option<Range>,
}

impl Question {
    fn entries(keys: Vec<StateKey>, height: Height) -> Self {
        Self { request: Request::Entries { height, keys: keys.clone() }, keys, range: None }
    }

    fn run(range: Range, height: Height) -> Self {
        let (prefix, after) = (range.prefix.clone(), range.after.clone());
        Self { request: Request::Run { height, prefix, after, limit: RUN }, keys: Vec::new(), range: Some(range) }
    }

    /// Takes an answer if its proof holds; how many entries that were.
    fn take(&self, known: &Remote, answer: &Answer) -> Result<u64, String> {
        let told = |error: &dyn std::fmt::Display| format!("its proof of entries does not hold: {error}");
        let read = |bytes: &[u8]| MultiProof::from_bytes(bytes).map_err(|error| told(&error));
        match (answer, &self.range) {
            (Answer::Entries(entries), None) => {
                let Entries { height, values, proof } = &**entries;
                if *height != known.height() {
                    return Err(format!("it answered about block {height}"));
                }
                known.insert(&self.keys, values, &read(proof)?).map_err(|error| told(&error))?;
                Ok(values.len() as u64)
            }
            (Answer::Run(run), Some(range)) => {
                let EntryRun { entries, end, proof } = &**run;
                let proof = if entries.is_empty() { MultiProof::default() } else { read(proof)? };
                known.insert_run(range, entries, *end, &proof).map_err(|error| told(&error))?;
                Ok(entries.len() as u64)
            }
            _ => Err("its answer is none to the question".into()),
        }
    }
}

fn questions(wanted: &Wanted, height: Height) -> Vec<Question> {
    let keys = wanted.keys.chunks(MOST_KEYS).map(|keys| Question::entries(keys.to_vec(), height));
    let ranges = wanted.ranges.iter().take(RANGES).map(|range| Question::run(range.clone(), height));
    keys.chain(ranges).collect()
}

impl Network {
    /// Remembers what was read, so that the next block's first question asks for all of it.
    fn remember(&self, known: &Remote) {
        let mut asked = known.asked();
        if asked.is_empty() {
            return;
        }
        asked.keys.truncate(HABITS);
        asked.ranges.truncate(RANGES);
        *self.habits.borrow_mut() = asked;
    }

    /// Adds what was read at the block before, the first time that something is asked at this one.
    fn add_habits(&self, known: &Remote, wanted: &mut Wanted) {
        if known.size().0 > 0 {
            return;
        }
        let habits = std::mem::take(&mut *self.habits.borrow_mut());
        wanted.keys.extend(habits.keys);
        wanted.keys.sort();
        wanted.keys.dedup();
        wanted.ranges.extend(habits.ranges);
        wanted.ranges.sort();
        wanted.ranges.dedup();
    }

    /// The header that is verified newest.
    pub fn verified(&self) -> Option<Header> {
        self.followed.borrow().as_ref().map(|followed| followed.light.head().clone())
    }

    /// What taking something from `peer` came to, when it was not taken: a lie drops the peer, a conflict stops everything.
    pub fn not_taken<W: World>(&self, world: &W, peer: PeerId, error: LightError) -> Error {
        if error.is_lie() {
            self.note_unverifiable(error);
            return self.lied(world, peer, error);
        }
        if error == LightError::Conflict {
            self.note_conflict(world, peer);
        } else {
            self.failed(peer);
            self.note_unverifiable(error);
        }
        talk::lie(&error.to_string())
    }
}
