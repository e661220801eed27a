//! How figures are known: the paths that marks open. In solo mode "verified" means by this tab, which is also the only
//! signer; a light node's figures are proven, a full node's run here; every path says which, down to what is trusted.

mod ground;

pub use ground::{executed, ground, trust};

use crate::{
    client::use_client,
    components::{Evidence, Known, Step},
    say, standing, text,
};
use leptos::prelude::*;
use std::sync::Arc;
use zera_worker_protocol::{GroundView, Holds, Mode, VerdictView};

/// Something that running block `height` gave: recomputed here when this tab ran that block since it started, otherwise
/// read back from what this device stored when it ran it; a light node holds it against the roots of the block's header.
#[must_use]
pub fn of_block(figure: impl Into<String>, about: impl Into<String>, height: u64) -> Evidence {
    let client = use_client();
    if standing::now().mode == Mode::Light {
        let figure = figure.into();
        let steps = vec![
            Step::checked(figure.clone(), say!(P_SERVED)),
            Step::checked(say!(P_BLOCK_ROOTS, text::count(height)), say!(P_BLOCK_ROOTS_HOW)),
        ];
        return evidence(Known::Verified, say!(BY_ITS_BLOCK).into(), figure, about.into(), steps, true);
    }
    let here = client
        .status
        .with_untracked(|status| status.as_ref().is_some_and(|s| height > s.head.height.0.saturating_sub(s.executed)));
    if here {
        return recomputed(figure, about, say!(P_EXECUTED_HOW));
    }
    let figure = figure.into();
    let steps = vec![Step::checked(figure.clone(), say!(P_RECORD)), executed()];
    evidence(Known::Verified, say!(RAN_BEFORE).into(), figure, about.into(), steps, true)
}

fn evidence(
    mut known: Known,
    mut method: String,
    figure: String,
    about: String,
    mut steps: Vec<Step>,
    grounded: bool,
) -> Evidence {
    if grounded {
        (known, method) = ground::shaken(known, method);
        steps.extend(ground());
    }
    Evidence { known, method, figure, about, steps: Arc::from(steps) }
}

/// A figure read from the state: computed by this tab by running every block, or proven to it entry by entry.
#[must_use]
pub fn state(figure: impl Into<String>, about: impl Into<String>) -> Evidence {
    let figure = figure.into();
    let steps = vec![Step::checked(figure.clone(), say!(P_READ)), executed()];
    let method = standing::by_mode(say!(BY_THIS_TAB), say!(STATE_PROOF), say!(RE_RUN));
    evidence(Known::Verified, method.into(), figure, about.into(), steps, true)
}

/// That a list leaves nothing out: a light node has only its peers' word for that, and says so; others ran every block.
#[must_use]
pub fn complete() -> Option<Evidence> {
    if standing::now().mode != Mode::Light {
        return None;
    }
    let steps = vec![
        Step::checked(say!(P_LIST_ENTRIES), say!(P_LIST_ENTRIES_HOW)),
        Step::of("unverified", say!(P_LIST_WHOLE), say!(P_LIST_WHOLE_HOW)),
        Step::trusted(say!(P_LIST_PEERS), say!(P_LIST_PEERS_HOW)),
    ];
    let (figure, about) = (say!(P_LIST_WHOLE).into(), say!(P_LIST_ABOUT).into());
    Some(evidence(Known::Unverified, say!(PEERS_WORD).into(), figure, about, steps, false))
}

/// What a peer says of itself or of the chain, before anything of it is checked.
#[must_use]
pub fn said_by_peer(figure: impl Into<String>, peer: &str) -> Evidence {
    words(figure, say!(PEER_SAYS, text::safe(peer)))
}

/// A certificate's parts, checked again just now, down to the checkpoint.
#[must_use]
pub fn certified(figure: impl Into<String>, steps: Vec<Step>) -> Evidence {
    let (known, method) = ground::shaken(Known::Verified, say!(OVER_HEADER).into());
    Evidence { known, method, figure: figure.into(), about: say!(NW_CERT_ABOUT).into(), steps: Arc::from(steps) }
}

/// The newest final block: certified by one signer, or by a quorum of validators.
#[must_use]
pub fn finalised(figure: impl Into<String>) -> Evidence {
    let figure = figure.into();
    let signers = use_client().status.with_untracked(|s| s.as_ref().map_or((0, 0), |status| status.signers));
    let steps = vec![Step::checked(figure.clone(), say!(P_CERTIFICATE_OF, signers.0, signers.1)), executed()];
    let about = standing::by_mode(say!(FINAL_ABOUT), say!(FINAL_ABOUT_NET), say!(FINAL_ABOUT_NET));
    let method = standing::by_mode(say!(RECOMPUTED), say!(BY_CERTIFICATE), say!(BY_CERTIFICATE));
    evidence(Known::Verified, method.into(), figure, about.into(), steps, true)
}

/// Blocks that lead by parent hashes to a certified head.
#[must_use]
pub fn certified_range(figure: impl Into<String>) -> Evidence {
    let figure = figure.into();
    let steps = vec![Step::checked(figure.clone(), say!(P_RANGE_HOW))];
    evidence(Known::Verified, say!(BY_CERTIFICATE).into(), figure, say!(NW_RANGE_ABOUT).into(), steps, true)
}

/// How many entries came with proofs that held.
#[must_use]
pub fn proven_entries(figure: impl Into<String>) -> Evidence {
    let figure = figure.into();
    let steps = vec![Step::checked(figure.clone(), say!(P_PROVEN_HOW))];
    evidence(Known::Verified, say!(STATE_PROOF).into(), figure, say!(NW_PROVEN_ABOUT).into(), steps, true)
}

/// What this tab counted while it worked.
#[must_use]
pub fn counted(figure: impl Into<String>, about: impl Into<String>) -> Evidence {
    let figure = figure.into();
    let steps = vec![Step::checked(figure.clone(), say!(BY_COUNT))];
    evidence(Known::Verified, say!(BY_COUNT).into(), figure, about.into(), steps, false)
}

/// What two blocks of one height come to.
#[must_use]
pub fn contradicted(figure: impl Into<String>, steps: Vec<Step>) -> Evidence {
    let figure = figure.into();
    evidence(Known::Alarm, say!(GROUND_BROKEN).into(), figure, say!(NW_CONFLICT_ABOUT).into(), steps, false)
}

/// A peer, by what it has served.
#[must_use]
pub fn peer(known: Known, method: &str, address: &str, steps: Vec<Step>) -> Evidence {
    evidence(known, method.into(), text::safe(address), say!(NW_PEER_ABOUT).into(), steps, false)
}

/// A figure recomputed from other figures of the chain; `how` names the arithmetic.
#[must_use]
pub fn recomputed(figure: impl Into<String>, about: impl Into<String>, how: impl Into<String>) -> Evidence {
    let figure = figure.into();
    let how = how.into();
    let steps = vec![Step::checked(figure.clone(), how), executed()];
    evidence(Known::Verified, say!(RECOMPUTED).into(), figure, about.into(), steps, true)
}

/// A value with a Merkle proof of so many bytes, or an alarm when the proof did not hold.
#[must_use]
pub fn proven(figure: impl Into<String>, about: impl Into<String>, proof_bytes: Option<u32>) -> Evidence {
    let figure = figure.into();
    match proof_bytes {
        Some(size) => {
            let steps = vec![
                Step::checked(figure.clone(), say!(P_VALUE)),
                Step::checked(say!(P_PROOF), say!(P_PROOF_OF, text::bytes(size.into()))),
            ];
            evidence(Known::Verified, say!(STATE_PROOF).into(), figure, about.into(), steps, true)
        }
        None => {
            let steps = vec![Step::of("alarm", say!(P_PROOF), say!(P_PROOF_BROKEN))];
            evidence(Known::Alarm, say!(PROOF_BROKEN).into(), figure, about.into(), steps, true)
        }
    }
}

/// Bytes hashed here and found equal to a hash on the chain, or an alarm when they differ.
#[must_use]
pub fn hashed(figure: impl Into<String>, about: impl Into<String>, equal: bool) -> Evidence {
    let figure = figure.into();
    if equal {
        let steps = vec![Step::checked(figure.clone(), say!(P_HASHED)), executed()];
        evidence(Known::Verified, say!(HASHED_HERE).into(), figure, about.into(), steps, true)
    } else {
        let steps = vec![Step::of("alarm", figure.clone(), say!(P_HASH_DIFFERS))];
        evidence(Known::Alarm, say!(HASH_DIFFERS).into(), figure, about.into(), steps, true)
    }
}

/// Someone's words.
#[must_use]
pub fn words(figure: impl Into<String>, whose: impl Into<String>) -> Evidence {
    let figure = figure.into();
    let whose = whose.into();
    let steps = vec![
        Step::of("unverified", figure.clone(), say!(P_WORDS, whose)),
        Step::trusted(whose.clone(), say!(P_WORDS_TRUST)),
    ];
    evidence(Known::Unverified, whose.clone(), figure, say!(P_WORDS, whose), steps, false)
}

/// On its way: `waits` says for what.
#[must_use]
pub fn pending(figure: impl Into<String>, about: impl Into<String>, waits: impl Into<String>) -> Evidence {
    let figure = figure.into();
    let waits = waits.into();
    let steps = vec![Step::of("pending", figure.clone(), waits.clone())];
    evidence(Known::Pending, waits, figure, about.into(), steps, true)
}

/// A date worked out from slots: right as long as no time is skipped and no stake moves.
#[must_use]
pub fn forecast(figure: impl Into<String>) -> Evidence {
    let figure = figure.into();
    let steps = vec![
        Step::of("pending", figure.clone(), say!(P_FORECAST)),
        Step::checked(say!(P_ARITHMETIC), say!(P_ARITHMETIC_HOW)),
    ];
    evidence(Known::Pending, say!(FORECAST_WAITS).into(), figure, say!(P_FORECAST_ABOUT).into(), steps, true)
}

/// The browser's own estimate.
#[must_use]
pub fn browser(figure: impl Into<String>, about: impl Into<String>) -> Evidence {
    let figure = figure.into();
    let steps = vec![
        Step::of("unverified", figure.clone(), say!(P_BROWSER)),
        Step::trusted(say!(THE_BROWSER), say!(P_BROWSER_TRUST)),
    ];
    evidence(Known::Unverified, say!(BROWSER_ESTIMATE).into(), figure, about.into(), steps, false)
}

/// A time that this tab measured while it worked: no part of the chain, and other tabs measure others.
#[must_use]
pub fn measured(figure: impl Into<String>, about: impl Into<String>) -> Evidence {
    let figure = figure.into();
    let steps = vec![
        Step::of("unverified", figure.clone(), say!(P_MEASURED)),
        Step::trusted(say!(THE_CLOCK), say!(P_MEASURED_TRUST)),
    ];
    evidence(Known::Unverified, say!(BY_CLOCK).into(), figure, about.into(), steps, false)
}

/// Calls that the browser's engine and the reference both executed, with the same end.
#[must_use]
pub fn agreed(figure: impl Into<String>) -> Evidence {
    let figure = figure.into();
    let steps = vec![
        Step::checked(figure.clone(), say!(P_AGREED)),
        Step::checked(say!(P_AGREED_WHAT), say!(P_AGREED_WHAT_HOW)),
        Step::trusted(say!(P_AGREED_REST), say!(P_AGREED_REST_HOW)),
    ];
    evidence(Known::Verified, say!(TWO_ENGINES).into(), figure, say!(P_AGREED_ABOUT).into(), steps, false)
}

/// What builders got when they rebuilt code from its source: registered, agreeing, differing.
#[must_use]
pub fn rebuilt(figure: impl Into<String>, (builders, agree, differ): (u32, u32, u32)) -> Evidence {
    let figure = figure.into();
    let read = Step::checked(figure.clone(), say!(P_ATTESTED));
    let (known, method, word) = match (agree, differ) {
        (_, 1..) => {
            (Known::Alarm, say!(REBUILT_MARK_DIFFERS), Step::of("alarm", say!(P_REBUILT), say!(P_REBUILT_DIFFERS)))
        }
        (0, _) => {
            (Known::Unverified, say!(REBUILT_MARK_NONE), Step::of("unverified", say!(P_REBUILT), say!(P_REBUILT_NONE)))
        }
        (agree, _) if agree < builders => {
            (Known::Pending, say!(REBUILT_MARK_SOME), Step::of("pending", say!(P_REBUILT), say!(P_REBUILT_SOME)))
        }
        _ => (Known::Verified, say!(REBUILT_MARK_ALL), Step::checked(say!(P_REBUILT), say!(P_REBUILT_ALL))),
    };
    let steps = vec![read, word, Step::trusted(say!(BUILDER_LIST), say!(P_BUILDERS_TRUST))];
    evidence(known, method.into(), figure, say!(REBUILT_ABOUT).into(), steps, true)
}

/// Whether something of a proof holds, as a mark.
fn of_holds(holds: &Holds) -> Known {
    match holds {
        Holds::Yes => Known::Verified,
        Holds::No(_) => Known::Alarm,
        Holds::Unknown(_) => Known::Pending,
        Holds::NotAsked => Known::Unverified,
    }
}

/// One ground of a verdict as a step of its path.
#[must_use]
pub fn ground_step(ground: &GroundView) -> Step {
    let title = crate::en::PF_GROUNDS.iter().find(|(key, _)| *key == ground.what);
    let title = title.map_or_else(|| text::safe(&ground.what), |(_, words)| (*words).to_owned());
    let value = text::safe(&ground.value);
    let hash = value.len() == 64 && value.bytes().all(|byte| byte.is_ascii_hexdigit());
    let value = if hash { format!("b3:{}", text::short(&value)) } else { value };
    if ground.trust { Step::trusted(title, value) } else { Step::checked(title, value) }
}

/// The first verdict on a proof.
#[must_use]
pub fn execution(found: &VerdictView) -> Evidence {
    let steps = found.execution_rests.iter().map(ground_step).collect();
    evidence(
        of_holds(&found.execution),
        say!(P_PROOF_BY).into(),
        say!(PF_EXECUTION_PROVEN_IS).into(),
        say!(PF_LEARNT).into(),
        steps,
        false,
    )
}

/// The second one.
#[must_use]
pub fn state_bound(found: &VerdictView) -> Evidence {
    let steps = found.state_rests.iter().map(ground_step).collect();
    evidence(
        of_holds(&found.state),
        say!(P_STATE_BOUND).into(),
        say!(PF_STATE_BOUND_IS).into(),
        say!(PF_STATE_MEANS).into(),
        steps,
        false,
    )
}

/// A field of a statement: bound by the proof, and held against something or nothing.
#[must_use]
pub fn field(name: &str, against: &str, holds: &Holds, proven: bool) -> Evidence {
    let known = match (of_holds(holds), proven) {
        (Known::Verified | Known::Unverified, true) => Known::Verified,
        (Known::Verified, false) => Known::Pending,
        (other, _) => other,
    };
    let bound = Step::of(if proven { "" } else { "alarm" }, say!(P_PROOF_BY), say!(P_FIELD_BOUND));
    let kind = match of_holds(holds) {
        Known::Verified => "",
        Known::Pending => "pending",
        Known::Unverified => "unverified",
        Known::Alarm => "alarm",
    };
    let steps = vec![bound, Step::of(kind, name, against)];
    evidence(known, against.into(), name.into(), say!(PF_STATEMENT_NOTE).into(), steps, false)
}

/// One segment of a proof.
#[must_use]
pub fn segment(name: &str, holds: &Holds) -> Evidence {
    let steps = vec![Step::checked(name, say!(P_SEGMENT_HOW))];
    evidence(of_holds(holds), say!(P_PROOF_BY).into(), name.into(), say!(P_SEGMENT_HOW).into(), steps, false)
}

/// A proof in a list, verified before.
#[must_use]
pub fn checked_proof(figure: impl Into<String>, alarm: bool) -> Evidence {
    let figure = figure.into();
    let known = if alarm { Known::Alarm } else { Known::Verified };
    let steps = vec![Step::of(if alarm { "alarm" } else { "" }, figure.clone(), say!(P_PROOF_CHECKED))];
    evidence(known, say!(P_PROOF_BY).into(), figure, say!(P_PROOF_CHECKED).into(), steps, false)
}

/// A field in which a proof and running the code disagree.
#[must_use]
pub fn disagrees(name: &str) -> Evidence {
    let steps = vec![Step::of("alarm", name, say!(P_DISAGREES_ONE))];
    evidence(Known::Alarm, say!(PF_DISAGREES).into(), name.into(), say!(P_DISAGREES_ONE).into(), steps, false)
}

/// The equation of some other circuit's proof.
#[must_use]
pub fn equation(curve: &str, holds: &Holds) -> Evidence {
    let figure = say!(P_EQUATION, curve);
    let steps = vec![
        Step::checked(figure.clone(), say!(P_EQUATION_HOW)),
        Step::trusted(say!(PF_KEYS), say!(PF_STOCK_KEY_NOTE)),
    ];
    evidence(of_holds(holds), figure.clone(), figure, say!(PF_STOCK_MEANS).into(), steps, false)
}
