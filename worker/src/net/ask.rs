//! Questions under way.

use super::PeerId;
use std::collections::BTreeSet;
use zera_wire::{Answer, PeerError, Request};

/// Names a question.
pub type AskId = u32;

/// Why a question has no answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// Nobody is connected who could be asked, or nobody answered in time.
    Nobody,
    /// Who was asked will not or cannot; the last one's words.
    Peer(PeerError),
}

/// Who wants to know.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// Whoever holds the question's number.
    Asked,
    /// The session itself: how the peer stands.
    Standing,
    /// The session itself: how long the way is.
    Way,
    /// The session itself: a subscription; the answer says nothing.
    Subscription,
}

/// Where a question is.
#[derive(Debug)]
pub enum Stage {
    /// It waits for a peer.
    Waiting,
    /// It was sent.
    Sent {
        /// To this one.
        peer: PeerId,
        /// When, microseconds.
        at: u64,
    },
    /// It has its answer, and from whom.
    Done(Result<(PeerId, Box<Answer>), Refusal>),
}

/// A question.
#[derive(Debug)]
pub struct Ask {
    pub request: Request,
    pub purpose: Purpose,
    /// Only this one is asked.
    pub only: Option<PeerId>,
    /// These are not asked (any more).
    pub tried: BTreeSet<PeerId>,
    pub stage: Stage,
    /// When it is given up if nobody can be asked, microseconds.
    pub patience: u64,
    /// What the last one asked said.
    pub last: Option<PeerError>,
}

/// True when an answer is of the kind that the question wants.
pub fn fits(request: &Request, answer: &Answer) -> bool {
    use Answer as A;
    use Request as R;
    match request {
        R::Status => matches!(answer, A::Status(_)),
        R::Genesis | R::Committee { .. } | R::Directory { .. } | R::ExecutionProof { .. } => {
            matches!(answer, A::Bytes(_))
        }
        R::Finality { .. } => matches!(answer, A::Finality(_)),
        R::Boundaries { limit, .. } => matches!(answer, A::Boundaries(all) if all.len() <= *limit as usize),
        R::Headers { limit, .. } => matches!(answer, A::Headers(all) if all.len() <= *limit as usize),
        // The last must be certified, for which a peer may go beyond the limit.
        R::Blocks { .. } => matches!(answer, A::Blocks(_)),
        R::Receipts(_) => matches!(answer, A::Receipts(_)),
        R::Entries { keys, .. } => matches!(answer, A::Entries(entries) if entries.values.len() == keys.len()),
        R::Run { limit, .. } => matches!(answer, A::Run(run) if run.entries.len() <= *limit as usize),
        R::Snapshot => matches!(answer, A::Snapshot(_)),
        R::Pages { names, .. } => matches!(answer, A::Pages(pages) if pages.len() <= names.len()),
        R::Locate(_) => matches!(answer, A::Located(_)),
        R::OfAccount { limit, .. } => matches!(answer, A::Heights(all) if all.len() <= *limit as usize),
        R::Submit(_) => matches!(answer, A::Submitted(_)),
        R::Pool => matches!(answer, A::Pool(_)),
        R::Peers => matches!(answer, A::Peers(_)),
        R::Faults => matches!(answer, A::Faults(_)),
        R::Subscribe(_) | R::Unsubscribe(_) | R::Ping => matches!(answer, A::Done),
    }
}
