//! This crate's lines, and the comparison itself.

use super::{samples::*, *};
use crate::{
    address::{Address, Network},
    amount::Amount,
    ids::{Gas, Height, ModuleId, ProposalId, Slot},
    keys,
    manifest::{Manifest, SemVer},
    params::Params,
    proposal::{Class, Side},
};

fn values() -> Vec<Line> {
    let numbers = [0, 1, 1 << 40, u64::MAX];
    vec![
        line("Hash", &[Hash::ZERO, hash(1)]),
        line("AccountId", &[account(0), account(1)]),
        line("ModuleId", &[module(0), module(1)]),
        line("Height", &numbers.map(Height)),
        line("Slot", &numbers.map(Slot)),
        line("ProposalId", &numbers.map(ProposalId)),
        line("Gas", &numbers.map(Gas)),
        line("Amount", &[Amount::ZERO, Amount::zra(1), Amount(u128::MAX)]),
        line("Signature", &[signature(0), signature(1)]),
        line("Network", &[Network::Solo, Network::Main]),
        line("StateKey", &keys()),
        line("SemVer", &[SemVer { major: 1, minor: 2, patch: 3 }]),
    ]
}

fn governance() -> Vec<Line> {
    vec![
        line("Params", &[Params::demo(), Params::network()]),
        line("Class", &Class::ALL),
        line("Side", &[Side::For, Side::Against]),
        line("WasmModuleUpgradeProposal", &[upgrade()]),
        line("ConfigChange", &[change()]),
        line("ExternalRef", &[reference()]),
        line("Executable", &executables()),
        line("Effect", &effects()),
        line("Payload", &payloads()),
        line("AbortReason", &abort_reasons()),
        line("ProposalState", &proposal_states()),
        line("ExportKind", &export_kinds()),
        line("Manifest", &[manifest()]),
    ]
}

fn chain() -> Vec<Line> {
    vec![
        line("Call", &calls()),
        line("AccessHint", &[hint()]),
        line("Transaction", &[transaction()]),
        line("SignedTransaction", &[signed()]),
        line("BlockBody", &[body()]),
        line("Header", &[header()]),
        line("Block", &[block()]),
        line("Outcome", &outcomes()),
        line("CallRecord", &[call_record()]),
        line("Event", &events()),
        line("Receipt", &receipts()),
    ]
}

/// Hashes and bytes that are derived rather than encoded.
fn derived() -> Vec<Line> {
    let leaves = [hash(1), hash(2), hash(3)];
    let address =
        |network| Address::Account(account(1)).to_text(network) + &Address::Module(module(2)).to_text(network);
    vec![
        bytes_line("hash of header", &[&header().hash().0]),
        bytes_line("hash of transaction", &[&signed().hash().0]),
        bytes_line("hash of receipt", &[&receipts()[0].hash().0]),
        bytes_line("hash of event", &[&events()[0].hash().0]),
        bytes_line("hash of payload", &[&payloads()[0].hash().0]),
        bytes_line("hash of parameters", &[&Params::demo().hash().0]),
        bytes_line("root of body", &[&body().root().0]),
        bytes_line(
            "merkle root",
            &[1, 2, 3].map(|n| Hash::merkle("domain", &leaves[..n]).0).each_ref().map(|h| &h[..]),
        ),
        bytes_line("derived module id", &[&ModuleId::derive(&account(1), 2, 3).0]),
        bytes_line("salted module id", &[&ModuleId::derive_salted(&ModuleId([1; 32]), &[2; 32]).0]),
        bytes_line("signing payload", &[&keys::signing_payload(&hash(1), 2, 3, b"payload")]),
        bytes_line("addresses", &[address(Network::Solo).as_bytes(), address(Network::Main).as_bytes()]),
    ]
}

#[test]
fn formats_are_those_on_file() {
    crate::check_conformance!(&[values(), governance(), chain(), derived()].concat());
}

#[test]
fn the_samples_are_valid() {
    let manifest = manifest();
    assert_eq!(Manifest::from_bytes(&manifest.encode()), Ok(manifest));
    assert_eq!(crate::Block::from_bytes(&block().encode()), Ok(block()));
    assert_eq!(signed().verify(&hash(6)), Ok(()));
}

#[test]
fn a_difference_is_named() {
    let lines = [line("A", &[1u8]), line("B", &[2u8])];
    let text = render(&lines);
    assert_eq!(compare(&text, &lines), Ok(()));
    let changed = compare(&text, &[line("A", &[1u16]), line("B", &[2u8])]).unwrap_err();
    assert!(changed.contains("A: ") && !changed.contains("B: "), "{changed}");
    let fewer = compare(&text, &lines[..1]).unwrap_err();
    assert!(fewer.contains("B: on file, but no longer"), "{fewer}");
    let more = compare("", &lines[..1]).unwrap_err();
    assert!(more.contains("A: not on file"), "{more}");
    assert!(compare(&text, &[lines[0].clone(), lines[1].clone(), lines[1].clone()]).is_err());
}
