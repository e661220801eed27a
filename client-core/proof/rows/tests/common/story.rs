//! What people do with the sample modules, call by call on a storage that stays, and calls that only compute.

use super::{Chain, twin::Twin};
use codec::Encode;
use zera_vm::CallerKind;

/// One call.
pub struct Call {
    pub entry: &'static str,
    pub args: Vec<u8>,
    /// Base units attached.
    pub value: u128,
    /// Slots that pass before it.
    pub slots: u64,
    pub caller: CallerKind,
}

/// A call of an account without money.
fn call(entry: &'static str, args: impl Encode) -> Call {
    Call { entry, args: args.encode(), value: 0, slots: 3_600, caller: CallerKind::Account }
}

/// With so much ZRA attached.
fn paid(entry: &'static str, zra: u128) -> Call {
    Call { value: zra * 1_000_000_000, ..call(entry, ()) }
}

/// By governance.
fn voted(entry: &'static str, args: impl Encode) -> Call {
    Call { caller: CallerKind::Governance, ..call(entry, args) }
}

/// The account that calls ([`Chain`]), and another one.
const CALLER: [u8; 32] = [7; 32];
const OTHER: [u8; 32] = [9; 32];

/// Every story: the module's name and what is called.
pub fn stories() -> Vec<(&'static str, Vec<Call>)> {
    vec![
        (
            "counter",
            vec![
                call("new", 5u64),
                call("increment", ()),
                voted("set_step", 3u64),
                call("increment", ()),
                call("get_count", ()),
                call("get_step", ()),
                call("process_verified_condition_result", (50u64, 1u32)),
                call("condition", 50u64),
                call("critical_business_logic", 7u64),
            ],
        ),
        ("lending-v1", lending()),
        ("lending-v2", lending()),
        (
            "token",
            vec![
                call("new", ("Zera Test", "ZT", 9u8, 1_000_000_000_000u128)),
                call("transfer", (OTHER, 12_345_678u128)),
                call("balance", CALLER),
                call("approve", (CALLER, 1_000_000u128)),
                call("transfer_from", (CALLER, OTHER, 1_000u128)),
                call("allowance", (CALLER, CALLER)),
                call("total_supply", ()),
                call("describe", ()),
                call("transfer", (OTHER, u128::MAX)),
            ],
        ),
        ("vault-v1", vault()),
        ("vault-v2", vault()),
        (
            "cpp-readings",
            vec![
                voted("set_limit", 1_000i64),
                call("record", 17i64),
                call("record", 40i64),
                call("mean", ()),
                call("summary", ()),
                call("count", ()),
            ],
        ),
        (
            "tally",
            vec![
                call("conviction_after", (1_000_000_000u64, 5_000_000_000u64, 3_600u64)),
                call("conviction_at", (1_000_000_000u64, 5_000_000_000u64, 86_400u64, 604_800u64)),
            ],
        ),
        ("guide-cpp-v1", vec![call("init", 100u32), paid("put", 4), call("savings_of", CALLER), call("total", ())]),
        ("guide-v1", vec![call("new", 100u32), paid("put", 4), call("savings_of", CALLER), call("total", ())]),
    ]
}

fn lending() -> Vec<Call> {
    vec![
        call("new", 450u32),
        paid("deposit", 500),
        paid("deposit", 20),
        call("borrow", 40_000_000_000u128),
        call("totals", ()),
        call("balance_of", CALLER),
        call("debt_of", CALLER),
        paid("repay", 5),
        call("withdraw", 1_000_000_000u128),
        call("withdraw", u128::MAX),
        voted("update_interest_rate_bps", 500u32),
        call("get_interest_rate", ()),
        voted("update_authorized_callers", vec![OTHER, CALLER]),
        call("get_authorized_callers", ()),
        call("total_deposits", ()),
    ]
}

fn vault() -> Vec<Call> {
    vec![
        call("new", CALLER),
        paid("deposit", 30),
        call("withdraw", 1_000_000_000u128),
        call("balance_of", CALLER),
        call("total", ()),
        call("code", ()),
        call("join", (OTHER, "tag")),
        call("stay", OTHER),
    ]
}

/// A sample's code.
pub fn prebuilt(name: &str) -> Vec<u8> {
    let path = format!("{}/../../../modules/prebuilt/{name}.wasm", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Names of all samples, the bad ones too.
pub fn samples() -> Vec<String> {
    let mut names = Vec::new();
    for folder in ["", "bad/"] {
        let path = format!("{}/../../../modules/prebuilt/{folder}", env!("CARGO_MANIFEST_DIR"));
        for entry in std::fs::read_dir(path).expect("the samples are there").flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            names.extend(name.strip_suffix(".wasm").map(|name| format!("{folder}{name}")));
        }
    }
    names.sort();
    names
}

/// The chain before `call`, after the calls before it.
pub fn pass(chain: &mut Chain, call: &Call) {
    chain.slot += call.slots;
    (chain.attached, chain.caller_kind) = (Some(call.value), Some(call.caller));
    chain.returns = Some((vec![1, 2, 3], 500));
}

/// A module that only computes: `sieve` counts primes below its argument, `hash` mixes words of its memory for so many
/// rounds, `sort` sorts so many random numbers.
pub fn compute() -> Twin {
    let code = wat::parse_str(include_str!("compute.wat")).expect("valid text format");
    Twin::new(&code).expect("in the profile").unwrap_or_else(|reason| panic!("{reason}"))
}
