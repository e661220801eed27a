//! A rehearsal of an enactment: what was checked, in the order of the one atomic step (design §6), up to the check that
//! did not hold.

use crate::node::{Answer, chain::Chain, convert};
use zera_governance::queries;
use zera_primitives::{AbortReason, Payload, ProposalId};
use zera_worker_protocol::{DryRunCheck, DryRunView, Response};

/// Checks of an upgrade in order, with the reasons that end there. Names are keys of the page's locale file.
const UPGRADE: &[(&str, &[AbortReason])] = &[
    ("module", &[AbortReason::NoSuchModule]),
    ("code", &[AbortReason::CodeMissing]),
    ("profile", &[AbortReason::CodeInvalid]),
    ("version", &[AbortReason::BadVersion]),
    ("schema", &[AbortReason::SchemaMismatch]),
    ("class", &[AbortReason::ClassTooLow]),
    ("migration", &[AbortReason::MigrationFailed, AbortReason::MigrationOutOfGas]),
    ("health", &[AbortReason::Unhealthy]),
];
/// The same for configuration.
const CONFIG: &[(&str, &[AbortReason])] = &[
    ("module", &[AbortReason::NoSuchModule]),
    ("parameter", &[AbortReason::BadParameter]),
    ("setter", &[AbortReason::SetterFailed]),
];
/// The same for governance parameters.
const PARAMETERS: &[(&str, &[AbortReason])] = &[("bounds", &[AbortReason::BadParams])];

/// Enacts a proposal on a copy of the head's state.
pub fn dry_run(chain: &Chain, id: ProposalId, micros: impl Fn() -> u64) -> Answer {
    let proposal = queries::proposal(chain.client.state(), id).map_err(convert::governance)?;
    let began = micros();
    let rehearsal = chain.client.dry_run(id, chain.client.head().slot).map_err(convert::client)?;
    let micros = micros().saturating_sub(began);
    let order = match proposal.payload {
        Payload::Upgrade(_) => UPGRADE,
        Payload::Config { .. } => CONFIG,
        Payload::Parameters { .. } => PARAMETERS,
    };
    let checks = checks(order, rehearsal.abort, rehearsal.cause.as_deref());
    Ok(Response::DryRun(DryRunView {
        height: chain.height(),
        abort: rehearsal.abort,
        cause: rehearsal.cause,
        gas: rehearsal.gas,
        writes: rehearsal.writes,
        checks,
        micros,
    }))
}

fn checks(order: &[(&str, &[AbortReason])], abort: Option<AbortReason>, cause: Option<&str>) -> Vec<DryRunCheck> {
    let mut checks = Vec::new();
    for (what, reasons) in order {
        let held = abort.is_none_or(|abort| !reasons.contains(&abort));
        let finding = if held { String::new() } else { cause.unwrap_or_default().to_owned() };
        checks.push(DryRunCheck { what: (*what).to_owned(), finding, held });
        if !held {
            break;
        }
    }
    checks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_end_at_the_one_that_does_not_hold() {
        let names = |abort| {
            let checks = checks(UPGRADE, abort, Some("because"));
            checks.into_iter().map(|check| (check.what, check.held)).collect::<Vec<_>>()
        };
        assert!(names(None).iter().all(|(_, held)| *held));
        let failed = names(Some(AbortReason::BadVersion));
        assert_eq!(failed.last(), Some(&("version".to_owned(), false)));
        assert_eq!(failed.len(), 4);
    }
}
