//! A statement in words: what it says, what it hides, and what it rests on.

use crate::{Emitted, Events, Keys, Origin, Part, Statement};
use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use zera_primitives::Outcome;

/// Most bytes of a value that are written out.
const SHOWN_BYTES: usize = 64;

/// Sentences about a statement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Description {
    /// What was executed, and how it went.
    pub says: Vec<String>,
    /// What only the prover knows, and what of it shows all the same.
    pub hides: Vec<String>,
    /// What somebody who believes the proof has to believe.
    pub rests_on: Vec<String>,
}

/// Puts a statement into words. `keys` are those that it was verified under.
#[must_use]
pub fn describe(statement: &Statement, keys: &Keys) -> Description {
    Description { says: says(statement), hides: hides(statement), rests_on: rests_on(statement, keys) }
}

fn says(statement: &Statement) -> Vec<String> {
    let mut out = Vec::new();
    out.push(format!(
        "The module with code hash {} was called at its export “{}” with {}.",
        statement.code_hash,
        statement.entry,
        parts(&statement.args)
    ));
    out.push(ended(statement));
    out.push(match (&statement.origin, statement.outcome) {
        (_, Outcome::OutOfGas) => format!("It used up its gas limit of {}.", statement.gas_limit),
        _ => format!("It used {} gas of at most {}.", statement.gas, statement.gas_limit),
    });
    match &statement.events {
        Events::Public(events) if events.is_empty() => out.push("It emitted no events.".to_string()),
        Events::Public(events) => out.extend(events.iter().map(event)),
        Events::Hidden(count) => out.push(format!("It emitted {count} events.")),
    }
    out.push(match statement.origin {
        Origin::Ledger { transaction, call } => {
            format!("It is call {call} of transaction {transaction} on the chain {}.", statement.chain)
        }
        Origin::Local => "It happened on the prover’s own machine, not on the ledger.".to_string(),
    });
    out
}

fn ended(statement: &Statement) -> String {
    match (statement.outcome, &statement.result) {
        (Outcome::Ok, Some(part)) if part.is_empty() => "It ended well and returned nothing.".to_string(),
        (Outcome::Ok, Some(part)) => format!("It ended well and returned {}.", value(part)),
        (Outcome::Ok, None) => "It ended well.".to_string(),
        (Outcome::OutOfGas, _) => "It ran out of gas.".to_string(),
        (Outcome::StackLimit, _) => "It reached the stack limit.".to_string(),
        (Outcome::Trap, _) => "It trapped.".to_string(),
        (Outcome::HostRefused, _) => "The host refused a request, or the module ended itself.".to_string(),
        (Outcome::Invalid, _) => "A call that it made could not begin.".to_string(),
    }
}

fn event(event: &Emitted) -> String {
    let topic = String::from_utf8_lossy(&event.topic);
    format!("It emitted the event “{topic}” with {}.", value(&Part::Public(event.data.clone())))
}

fn parts(args: &[Part]) -> String {
    if args.iter().all(Part::is_empty) {
        return "no arguments".to_string();
    }
    let values: Vec<String> = args.iter().map(value).collect();
    let word = if values.len() == 1 { "the argument" } else { "the arguments" };
    format!("{word} {}", values.join(", "))
}

/// Integers as numbers, other bytes in hexadecimal, hidden ones by their length.
fn value(part: &Part) -> String {
    let bytes = match part {
        Part::Hidden(length) => return format!("{length} hidden bytes"),
        Part::Public(bytes) => bytes.as_slice(),
    };
    if let Ok(word) = bytes.try_into().map(u64::from_le_bytes) {
        return word.to_string();
    }
    if let Ok(word) = bytes.try_into().map(u32::from_le_bytes) {
        return word.to_string();
    }
    let hex: String = bytes.iter().take(SHOWN_BYTES).map(|byte| format!("{byte:02x}")).collect();
    match bytes.len() {
        0 => "no bytes".to_string(),
        length if length > SHOWN_BYTES => format!("{length} bytes that begin 0x{hex}"),
        _ => format!("0x{hex}"),
    }
}

fn hides(statement: &Statement) -> Vec<String> {
    let mut out = Vec::new();
    for (index, _) in statement.args.iter().enumerate().filter(|(_, part)| part.is_hidden()) {
        out.push(format!("Argument {} is hidden; the prover knows one with which all of this is true.", index + 1));
    }
    if statement.result.as_ref().is_some_and(Part::is_hidden) {
        out.push("The result is hidden.".to_string());
    }
    if matches!(statement.events, Events::Hidden(_)) {
        out.push("What the events say is hidden.".to_string());
    }
    if !out.is_empty() {
        let shows = "What still shows: gas, outcome, every host call with its lengths and which memory it touched, \
                     the number of segments, and whatever else of the host log is not hidden.";
        out.push(shows.to_string());
    }
    out
}

fn rests_on(statement: &Statement, keys: &Keys) -> Vec<String> {
    let mut out = Vec::new();
    out.push(if keys.insecure {
        "The keys come from a known seed: anybody can make such a proof of anything. It shows that the machinery works, \
         and nothing else."
            .to_string()
    } else {
        "That at least one contributor to the set-up of the keys destroyed their secret.".to_string()
    });
    out.push("The strength of the curve BN254, about 100 bits, and of BLAKE3.".to_string());
    out.push(format!("Version {} of the translation from WebAssembly to rows, and the circuit.", statement.translator));
    out.push(match statement.origin {
        Origin::Ledger { .. } => "What the host answered is not part of the proof: compare the digests of host log \
                                  and storage log with the receipt in the block. Then the state is bound, too."
            .to_string(),
        Origin::Local => {
            "What the host answered (storage, caller, time, other modules) is the prover’s word.".to_string()
        }
    });
    out
}
