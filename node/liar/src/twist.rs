//! What becomes of an honest peer's messages. No socket: tests of the tab's own code twist answers with it directly.

use crate::{
    Lie,
    forge::{Keys, Parts},
};
use codec::{Decode as _, Encode as _};
use std::collections::BTreeMap;
use zera_light::{SealKey, ValidatorSet};
use zera_primitives::{Hash, SignedTransaction, receipt::Outcome};
use zera_wire::{
    Answer, News, Request, ToPeer, ToTab,
    answer::{Boundary, Finality},
};

/// What the tab gets.
#[derive(Clone, PartialEq, Debug)]
pub enum Out {
    /// This message.
    Message(Box<ToTab>),
    /// Bytes that are no message.
    Raw(Vec<u8>),
    /// One frame of so many bytes.
    Huge(u64),
    /// This message, one byte a second.
    Slow(Box<ToTab>),
    /// Nothing.
    Nothing,
}

/// One connection's lie.
pub struct Twist {
    lie: Option<Lie>,
    keys: Option<Keys>,
    /// Blocks below this height stay as they are.
    from: u64,
    questions: BTreeMap<u32, Request>,
    tip: Option<Finality>,
    proof: Vec<u8>,
    told: u64,
}

impl Twist {
    /// Tells `lie`, or none, about blocks from the height `from` on. Only [`Lie::Fork`] needs `keys`, those of all
    /// validators.
    #[must_use]
    pub fn new(lie: Option<Lie>, keys: Option<Keys>, from: u64) -> Self {
        Self { lie, keys, from, questions: BTreeMap::new(), tip: None, proof: Vec::new(), told: 0 }
    }

    /// How many lies it has told.
    #[must_use]
    pub const fn told(&self) -> u64 {
        self.told
    }

    /// A message from the tab: what the liar says at once, instead of asking the honest peer; none to ask it.
    pub fn asked(&mut self, message: &ToPeer) -> Option<Out> {
        let ToPeer::Ask { id, request } = message else { return None };
        let out = match (self.lie, request) {
            (Some(Lie::Silent), _) => Some(Out::Nothing),
            (Some(Lie::Swallow), Request::Submit(bytes)) => {
                let hash = SignedTransaction::from_bytes(bytes).map_or(Hash::ZERO, |signed| signed.hash());
                Some(Out::Message(Box::new(ToTab::Answer { id: *id, result: Ok(Answer::Submitted(hash)) })))
            }
            _ => None,
        };
        match out {
            Some(_) => self.told += 1,
            None => drop(self.questions.insert(*id, request.clone())),
        }
        out
    }

    /// A message from the honest peer: what the tab gets.
    pub fn answered(&mut self, message: ToTab) -> Out {
        let Some(lie) = self.lie else { return Out::Message(Box::new(message)) };
        let greeting = matches!(message, ToTab::Hello(_));
        let out = match lie {
            Lie::Garbage if !greeting => Out::Raw(vec![0xff; 300]),
            Lie::HugeFrame if !greeting => Out::Huge(64 << 20),
            Lie::SlowLoris if !greeting => Out::Slow(Box::new(message.clone())),
            Lie::Silent if !greeting => Out::Nothing,
            _ => match self.changed(lie, message.clone()) {
                Some(message) => Out::Message(Box::new(message)),
                None => Out::Nothing,
            },
        };
        if out != Out::Message(Box::new(message)) {
            self.told += 1;
        }
        out
    }

    /// The message with the lie in it; none when it is not sent at all.
    fn changed(&mut self, lie: Lie, message: ToTab) -> Option<ToTab> {
        Some(match message {
            ToTab::Hello(mut greeting) => {
                if lie == Lie::OtherChain {
                    greeting.chain = Hash::of(b"another chain");
                }
                ToTab::Hello(greeting)
            }
            ToTab::News(News::Head(mut finality)) => {
                if lie == Lie::StaleTip && self.tip.is_some() {
                    return None;
                }
                self.finality(lie, &mut finality);
                ToTab::News(News::Head(finality))
            }
            ToTab::News(News::Proposed(_)) if lie == Lie::StaleTip => return None,
            ToTab::Answer { id, result: Ok(mut answer) } => {
                let question = self.questions.remove(&id);
                self.answer(lie, question.as_ref(), &mut answer);
                ToTab::Answer { id, result: Ok(answer) }
            }
            other => other,
        })
    }

    fn answer(&mut self, lie: Lie, question: Option<&Request>, answer: &mut Answer) {
        match answer {
            Answer::Finality(finality) => self.finality(lie, finality),
            Answer::Boundaries(boundaries) => boundaries.iter_mut().for_each(|boundary| self.boundary(lie, boundary)),
            Answer::Snapshot(offer) => self.finality(lie, &mut offer.at),
            Answer::Status(status) => {
                if let Some(tip) = self.tip.as_ref().filter(|_| lie == Lie::StaleTip) {
                    (status.head, status.slot, status.hash) = (tip.header.height, tip.header.slot, tip.header.hash());
                }
            }
            Answer::Entries(entries) => {
                let honest = entries.proof.clone();
                match lie {
                    Lie::TruncatedProof => entries.proof.truncate(honest.len() / 2),
                    Lie::SwappedProof if !self.proof.is_empty() => entries.proof.clone_from(&self.proof),
                    Lie::FalseValue => entries.values.iter_mut().flatten().for_each(|value| flip(value, 0)),
                    Lie::HiddenEntry => entries.values.iter_mut().for_each(|value| *value = None),
                    _ => {}
                }
                self.proof = honest;
            }
            Answer::Run(run) => match lie {
                Lie::TruncatedProof => run.proof.truncate(run.proof.len() / 2),
                Lie::SwappedProof if !self.proof.is_empty() => run.proof.clone_from(&self.proof),
                Lie::FalseValue => run.entries.iter_mut().for_each(|(_, value)| flip(value, 0)),
                Lie::HiddenEntry => drop(run.entries.pop()),
                _ => {}
            },
            Answer::Blocks(blocks) => {
                for block in blocks.iter_mut().filter(|block| block.block.header.height.0 >= self.from) {
                    match lie {
                        Lie::BadBlock if block.block.body.transactions.pop().is_none() => {
                            block.block.header.state_root = Hash::of(b"another state");
                        }
                        Lie::ForgedCertificate => flip_last(&mut block.certificate),
                        _ => {}
                    }
                }
            }
            Answer::Receipts(receipts) if lie == Lie::FalseReceipt => {
                for receipt in &mut receipts.receipts {
                    receipt.outcome = if receipt.outcome.is_ok() { Outcome::Invalid } else { Outcome::Ok };
                }
            }
            Answer::Pages(pages) if lie == Lie::BadPage => pages.iter_mut().flatten().for_each(|page| flip(page, 0)),
            Answer::Bytes(bytes) if lie == Lie::BadPage && matches!(question, Some(Request::Directory { .. })) => {
                flip_last(bytes);
            }
            _ => {}
        }
    }

    fn boundary(&mut self, lie: Lie, boundary: &mut Boundary) {
        self.certified(lie, &mut boundary.last);
        if lie == Lie::WrongSet {
            let own = SealKey::from_seed(&[0x66; 32]).ok().and_then(|key| ValidatorSet::solo(key.public()).ok());
            boundary.next = own.map(|set| set.encode());
        }
    }

    fn finality(&mut self, lie: Lie, finality: &mut Finality) {
        if lie == Lie::StaleTip {
            let tip = self.tip.get_or_insert_with(|| finality.clone());
            finality.clone_from(tip);
        }
        self.certified(lie, finality);
    }

    fn certified(&self, lie: Lie, finality: &mut Finality) {
        if finality.header.height.0 < self.from {
            return;
        }
        match lie {
            Lie::ForgedCertificate => flip_last(&mut finality.certificate),
            Lie::TooFewSigners => {
                if let Some(parts) = Parts::of(&finality.certificate) {
                    let half = parts.signed.signers.len() / 2;
                    finality.certificate = parts.fewer(half).to_bytes();
                }
            }
            Lie::WrongEpoch => {
                if let Some(mut parts) = Parts::of(&finality.certificate) {
                    parts.round[0] += 1;
                    finality.certificate = parts.to_bytes();
                }
            }
            Lie::Fork => {
                let round = Parts::of(&finality.certificate).map(|parts| parts.round);
                let mut header = finality.header.clone();
                header.state_root = Hash::of(b"a state in which the liar is rich");
                let forged = self.keys.as_ref().zip(round).and_then(|(keys, round)| keys.certify(&header, round));
                if let Some(forged) = forged {
                    *finality = forged;
                }
            }
            _ => {}
        }
    }
}

/// Decodes an honest peer's message; none when it is none.
#[must_use]
pub fn decoded(bytes: &[u8]) -> Option<ToTab> {
    ToTab::decode(&mut &*bytes).ok()
}

fn flip(bytes: &mut [u8], at: usize) {
    if let Some(byte) = bytes.get_mut(at) {
        *byte ^= 1;
    }
}

fn flip_last(bytes: &mut [u8]) {
    flip(bytes, bytes.len().wrapping_sub(1));
}
