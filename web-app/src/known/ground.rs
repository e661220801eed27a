//! The lower end of every path, by mode: what was run or proven here, the root, the certificate, and what is taken on
//! trust. When the ground is shaken, every mark that stands on it says so.

use crate::{
    client::use_client,
    components::{Known, Step},
    say,
    standing::{self, Footing},
    text,
};
use leptos::prelude::*;
use zera_worker_protocol::{CheckpointView, Mode, StatusView};

/// Root, certificate, and the trust below them.
#[must_use]
pub fn ground() -> Vec<Step> {
    use_client().status.with_untracked(|status| {
        let Some(status) = status else { return Vec::new() };
        let mut steps = vec![
            Step::checked(
                say!(P_ROOT, text::count(status.head.height.0)),
                format!("b3:{}", text::short(&status.head.root.to_hex())),
            ),
            certificate(status),
        ];
        steps.extend(trust(status));
        steps
    })
}

/// The certificate of the head: who finalised it.
fn certificate(status: &StatusView) -> Step {
    let (signed, needed) = status.signers;
    let what = say!(P_CERTIFICATE_OF, signed, needed);
    match standing::now().footing {
        Footing::Firm => Step::checked(say!(P_CERTIFICATE), what),
        Footing::Expired => Step::of("pending", say!(P_CERTIFICATE), say!(P_CERTIFICATE_OLD)),
        Footing::Broken => Step::of("alarm", say!(P_CERTIFICATE), say!(P_CERTIFICATE_BROKEN)),
    }
}

/// Where the checking ends: the genesis of a chain of one's own, or the checkpoint that the person accepted.
#[must_use]
pub fn trust(status: &StatusView) -> Vec<Step> {
    if status.mode == Mode::Solo {
        let genesis = text::short(&status.genesis.to_hex());
        return vec![Step::trusted(say!(P_GENESIS), say!(P_GENESIS_OF, genesis))];
    }
    let view = standing::network_now();
    let checkpoint = view.as_ref().and_then(|view| view.checkpoint.as_ref());
    vec![Step::checked(say!(P_SETS), say!(P_SETS_HOW)), checkpoint.map_or_else(|| genesis(status), checkpoint_step)]
}

fn genesis(status: &StatusView) -> Step {
    Step::trusted(say!(P_GENESIS), say!(P_GENESIS_CHOSEN, text::short(&status.genesis.to_hex())))
}

/// The checkpoint as the step that is taken on trust, with where it came from.
fn checkpoint_step(checkpoint: &CheckpointView) -> Step {
    let hash = text::short(&checkpoint.block.to_hex());
    let date = text::date(checkpoint.accepted_ms / 1_000);
    let origin = crate::origin::vouched_for(&checkpoint.genesis);
    let detail = match origin {
        Some(host) => say!(P_CHECKPOINT_ORIGIN, hash, text::safe(&host), date),
        None => say!(P_CHECKPOINT_TYPED, hash, date),
    };
    let title = match checkpoint.height.0 {
        0 => say!(P_GENESIS).to_owned(),
        height => say!(P_CHECKPOINT, text::count(height)),
    };
    Step::trusted(title, detail)
}

/// The step between a figure and the state root: which blocks this tab ran itself since it started, or that it ran none
/// and the entries came with proofs. Blocks that were run before are said to be so, with what was checked since.
#[must_use]
pub fn executed() -> Step {
    let client = use_client();
    client.status.with_untracked(|status| {
        let (mode, ran, head, (hashed, records)) =
            status.as_ref().map_or((Mode::Solo, 0, 0, (0, 0)), |s| (s.mode, s.executed, s.head.height.0, s.scrubbed));
        if mode == Mode::Light {
            return Step::checked(say!(P_PROVEN), say!(P_PROVEN_HOW));
        }
        if ran >= head {
            return Step::checked(say!(P_EXECUTED), say!(P_EXECUTED_HOW));
        }
        let (title, detail) = match (mode, ran) {
            (Mode::Full, _) => {
                let figures = [ran, head, hashed, records].map(text::count);
                (say!(P_EXECUTED), say!(P_RAN_FULL_HOW, figures[0], figures[1], figures[2], figures[3]))
            }
            (_, 0) => (say!(P_RAN_BEFORE), say!(P_RAN_BEFORE_HOW, text::count(hashed), text::count(records))),
            _ => {
                let figures = [ran, head, hashed, records].map(text::count);
                (say!(P_EXECUTED), say!(P_RAN_PART_HOW, figures[0], figures[1], figures[2], figures[3]))
            }
        };
        Step::checked(title, detail)
    })
}

/// What a mark that stands on certificates becomes when they prove less than they did.
pub(super) fn shaken(known: Known, method: String) -> (Known, String) {
    match (standing::now().footing, known) {
        (Footing::Broken, _) => (Known::Alarm, say!(GROUND_BROKEN).into()),
        (Footing::Expired, Known::Verified) => (Known::Pending, say!(GROUND_EXPIRED).into()),
        _ => (known, method),
    }
}
