//! Every topic of the runtime is told in words, and nothing else is.

use super::*;
use codec::Encode;

fn told(topic: &str, data: &impl Encode) -> Option<Told> {
    let event = Event { module: None, topic: topic.into(), data: data.encode() };
    Teller::new(Network::Solo, &|slot| format!("slot {}", slot.0)).tell(&event)
}

const MODULE: ModuleId = ModuleId([3; 32]);
const ACCOUNT: AccountId = AccountId([4; 32]);
const OLD: Hash = Hash([0xaa; 32]);
const NEW: Hash = Hash([0xbb; 32]);
const ID: ProposalId = ProposalId(7);

#[test]
fn events_of_the_lifecycle_are_told_with_their_figures() {
    let upgraded = told("module_upgraded", &(MODULE, 3u32, OLD, NEW, 2u32, Some(1_188u64), ID)).expect("known");
    assert!(upgraded.words.contains("1,188") && upgraded.words.contains("b3:bbbbbbbb…bbbbbb"), "{upgraded:?}");
    assert!(upgraded.href.is_some_and(|href| href.starts_with("/modules/")));
    let progress = told("migration_progress", &(MODULE, ID, 12u64, 8_140u64, 99u64)).expect("known");
    assert!(progress.words.contains("8,140"), "{progress:?}");
    let frozen = told("module_frozen", &(MODULE, Slot(1_200), ID)).expect("known");
    assert!(frozen.words.contains("slot 1200"), "{frozen:?}");
    let back = told("module_rolled_back", &(MODULE, 3u32, 1u32, OLD, NEW, 0u32, true, ID)).expect("known");
    assert!(back.words.contains(say!(EV_CODE_AND_DATA)), "{back:?}");
    let reference = zera_primitives::ExternalRef { manager: MODULE, tag: "token".into(), pin: Some(OLD) };
    let switched = (MODULE, Executable::Code(OLD), Executable::ExternalRef(reference), OLD, NEW);
    assert!(told("executable_updated", &switched).is_some_and(|told| told.words.contains("token")));
    assert!(told("wasm_ref_updated", &(MODULE, "token", None::<Hash>, NEW, Slot(5))).is_some());
}

#[test]
fn events_of_votes_lead_to_their_proposal() {
    let moved = told("proposal_moved", &(ID, ProposalState::Submitted, ProposalState::Accruing)).expect("known");
    assert_eq!(moved.href.as_deref(), Some("/proposals/7"));
    assert!(told("proposal_executed", &(ID, NEW, 4u32)).is_some_and(|told| told.words.contains('4')));
    assert!(told("delegated", &(ACCOUNT, Class::Minor, ACCOUNT, Amount::zra(5))).is_some());
    assert!(
        told("delegation_ended", &(ACCOUNT, Class::Minor, ACCOUNT, 2u8))
            .is_some_and(|t| t.words.contains(say!(EV_DISPLACED)))
    );
    assert_eq!(told("delegation_ended", &(ACCOUNT, Class::Minor, ACCOUNT, 3u8)), None, "a reason not known here");
}

#[test]
fn what_does_not_fit_is_left_as_bytes() {
    assert_eq!(told("module_frozen", &(MODULE, Slot(1))), None, "a field too few");
    assert_eq!(told("module_unfrozen", &(MODULE, ID, 1u8)), None, "a byte too many");
    assert_eq!(told("unknown", &0u8), None);
    let own = Event { module: Some(MODULE), topic: "staked".into(), data: (ACCOUNT, Amount::zra(1)).encode() };
    assert_eq!(Teller::new(Network::Solo, &|_| String::new()).tell(&own), None, "a module cannot speak as the runtime");
}
