//! The statement, field by field, and what each is held against by the file alone. The node holds them against its chain.

use crate::words;
use codec::Encode;
use zera_proof_verify::{Events, Origin, Part, Statement};
use zera_worker_protocol::{FieldView, Holds};

/// One field. `against` is a key of [`FieldView::against`].
fn field(what: &str, words: String, raw: Vec<u8>, against: &str, holds: Holds) -> FieldView {
    FieldView { what: what.into(), words, raw, hidden: false, against: against.into(), height: None, holds }
}

/// Keeps a field's value to itself.
fn hide(field: FieldView, hidden: bool) -> FieldView {
    if hidden { FieldView { words: String::new(), raw: Vec::new(), hidden, ..field } } else { field }
}

/// How the fields stand that the equations bind.
pub struct Standing {
    /// The equations hold.
    pub proven: Holds,
    /// The module's bytes are those of the code hash.
    pub code: Holds,
    /// The keys are those that this client pins.
    pub keys: Holds,
}

/// All fields, the most telling ones first.
pub fn fields(statement: &Statement, standing: &Standing) -> Vec<FieldView> {
    let bound = |what: &str, words: String, raw: Vec<u8>| field(what, words, raw, "bound", standing.proven.clone());
    let made = |what: &str, words: String, raw: Vec<u8>| field(what, words, raw, "recomputed", standing.proven.clone());
    let said = |what: &str, words: String, raw: Vec<u8>| field(what, words, raw, "nothing", Holds::NotAsked);
    let hidden_args = statement.args.iter().any(Part::is_hidden);
    let result = statement.result.as_ref();
    let result_words = result.and_then(Part::shown).map_or_else(|| "none".into(), words::bytes);
    let origin = match statement.origin {
        Origin::Ledger { transaction, call } => format!("call {call} of transaction {}", words::hash(&transaction)),
        Origin::Local => "a run on the prover's own machine".into(),
    };
    let number = |value: u64| words::number(value.into());
    vec![
        field(
            "code",
            words::hash(&statement.code_hash),
            raw(&statement.code_hash),
            "recomputed",
            standing.code.clone(),
        ),
        made("entry", statement.entry.clone(), raw(&statement.entry)),
        // Arguments that are hidden are only counted, in words and in SCALE.
        FieldView { hidden: hidden_args, ..bound("args", words::parts(&statement.args), raw(&statement.args)) },
        hide(bound("result", result_words, raw(&statement.result)), result.is_some_and(Part::is_hidden)),
        bound("outcome", words::outcome(statement.outcome).into(), raw(&statement.outcome)),
        bound("gas", number(statement.gas), raw(&statement.gas)),
        hide(
            made("events", words::events(&statement.events), raw(&statement.events)),
            matches!(statement.events, Events::Hidden(_)),
        ),
        made("host-log", words::hash(&statement.host_digest), raw(&statement.host_digest)),
        made("storage-log", words::hash(&statement.storage_digest), raw(&statement.storage_digest)),
        said("chain", words::hash(&statement.chain), raw(&statement.chain)),
        said("origin", origin, raw(&statement.origin)),
        said("runtime", statement.runtime_version.to_string(), raw(&statement.runtime_version)),
        made("translator", statement.translator.to_string(), raw(&statement.translator)),
        field("keys", words::hash(&statement.keys), raw(&statement.keys), "pinned", standing.keys.clone()),
        bound("gas-limit", number(statement.gas_limit), raw(&statement.gas_limit)),
        bound("stack-limit", number(statement.stack_limit), raw(&statement.stack_limit)),
        said("nonce", words::hash(&statement.nonce), raw(&statement.nonce)),
    ]
}

fn raw(value: &impl Encode) -> Vec<u8> {
    value.encode()
}
