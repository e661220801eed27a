//! What people do in a block: calls of every kind, some of them hopeless.

use super::{Deed, Load, PEOPLE, WHALE, votes};
use serde_json::{Value, json};

/// Modules of one kind, beyond which no more are made: a state that grows for ever would only measure itself.
const MODULES: usize = 40;
/// Codes that differ in their padding alone.
const PADDINGS: u64 = 60;

impl Load<'_> {
    /// What the first block needs so that everything else can be done.
    pub(super) fn begin(&self) -> Vec<Deed> {
        let treasurers = json!(["accounts", ["ada", "bob"]]);
        vec![
            Deed::of(WHALE, vec![json!({"stake": "60000000"})]),
            deploys(WHALE, "lending-v1", json!([["u32", 450]]), "lending"),
            deploys("ada", "manager", json!([["account", "ada"]]), "manager"),
            deploys("ada", "treasury", json!([treasurers]), "treasury").worth("900"),
            deploys("bob", "integrity", json!([["hex", "00"]]), "integrity"),
            deploys("cyd", "counter", json!([]), "counter"),
            deploys("dot", "vault-v1", json!([["account", "dot"]]), "vault"),
            Deed { codes: codes(&["lending-v2", "vault-v2", "vault-v3"]), ..Deed::of("eli", vec![stake(5)]) },
            Deed::of("fay", vec![stake(100_000)]),
        ]
    }

    /// What happens in any later one.
    pub(super) fn some(&mut self) -> Vec<Deed> {
        let mut deeds: Vec<Deed> = Vec::new();
        if self.client.head().height.0 == 1 {
            return vec![releases("ada", "vault", "vault-v1"), releases("ada", "stable", "vault-v1")];
        }
        for _ in 0..self.dice.below(5) {
            deeds.extend(self.ordinary());
        }
        deeds.extend(votes::votes(self));
        deeds
    }

    pub(super) fn someone(&mut self) -> &'static str {
        self.dice.one(&PEOPLE).copied().unwrap_or("ada")
    }

    /// The name of a module of that kind; of one that is not there where none is.
    pub(super) fn one_of(&mut self, kind: &str) -> String {
        let known = self.made.get(kind).map(Vec::as_slice).unwrap_or_default();
        self.dice.one(known).cloned().unwrap_or_else(|| "nothing".into())
    }

    fn ordinary(&mut self) -> Option<Deed> {
        let from = self.someone();
        let to = self.someone();
        let amount = self.dice.below(50).saturating_add(1);
        let call = match self.dice.below(100) {
            0..=39 => json!({"transfer": {"to": to, "amount": amount}}),
            40..=44 => stake(amount),
            45..=47 => json!({"unstake": amount}),
            48..=51 => json!({"delegate": {"class": self.class(), "to": to, "amount": amount % 9}}),
            52..=55 => votes::allocate(self, amount)?,
            56 => votes::allocate_delegated(self)?,
            57 => votes::withdraw(self)?,
            58..=75 => self.module_call(amount),
            76..=79 => self.reference(from)?,
            80..=83 => {
                let attest = json!({"attest": {"code": "lending-v2", "rebuilt": self.rebuilt()}});
                return Some(Deed::of(self.builder().unwrap_or(from), vec![attest]));
            }
            84..=87 => json!({"request": {"of": self.recent()?, "call": 0}}),
            88..=90 => self.proof()?,
            91..=93 => return self.upload(from),
            94..=95 => return self.deploy(from),
            96 => return Some(releases("ada", "vault", self.vault())),
            // Two calls of which the second cannot be: neither is.
            _ => {
                let calls = vec![json!({"transfer": {"to": to, "amount": 1}}), json!({"unstake": 99_000_000})];
                return Some(Deed::of(from, calls));
            }
        };
        Some(Deed::of(from, vec![call]))
    }

    fn class(&mut self) -> &'static str {
        self.dice.one(&["patch", "minor", "major", "governance", "emergency"]).copied().unwrap_or("patch")
    }

    pub(super) fn vault(&mut self) -> &'static str {
        self.dice.one(&["vault-v1", "vault-v2", "vault-v3"]).copied().unwrap_or("vault-v1")
    }

    fn rebuilt(&mut self) -> &'static str {
        if self.dice.percent(80) { "lending-v2" } else { "lending-v1" }
    }

    /// One of those whose rebuilds count.
    fn builder(&mut self) -> Option<&'static str> {
        let known = zera_client::registry::builders(self.client.state()).ok()?;
        let is_known = |name: &&&str| known.iter().any(|builder| builder.account == crate::run::key(name).public());
        let known: Vec<&'static str> = PEOPLE.iter().filter(is_known).copied().collect();
        self.dice.one(&known).copied()
    }

    fn recent(&mut self) -> Option<String> {
        let known: Vec<String> = self.recent.iter().cloned().collect();
        self.dice.one(&known).cloned()
    }

    fn module_call(&mut self, amount: u64) -> Value {
        let kind = self.dice.one(&["lending", "vault", "counter", "integrity", "follower"]).copied().unwrap_or("vault");
        let module = self.one_of(kind);
        let (entry, args, value) = match (kind, self.dice.below(4)) {
            ("counter", _) => ("increment", json!([]), 0),
            ("integrity", 0) => ("request_integrity_proof", json!([["hex", "00".repeat(32)]]), 0),
            ("integrity", _) => ("critical_business_logic", json!([["u64", amount]]), 0),
            (_, 0) => ("withdraw", json!([["zra", amount]]), 0),
            (_, 1) if amount < 4 => ("no_such_export", json!([]), 0),
            _ => ("deposit", json!([]), amount),
        };
        json!({"call": {"module": module, "entry": entry, "args": args, "value": value}})
    }

    /// A module that runs a tag, while there are few.
    fn reference(&mut self, owner: &'static str) -> Option<Value> {
        if self.made.get("follower").is_some_and(|known| known.len() >= MODULES) {
            let module = self.one_of("follower");
            return Some(json!({"call": {"module": module, "entry": "deposit", "args": [], "value": 1}}));
        }
        let manager = self.one_of("manager");
        Some(
            json!({"deploy_reference": {"manager": manager, "tag": "vault", "args": [["account", owner]], "value": 1}}),
        )
    }

    /// A recent transaction that called a module.
    pub(super) fn executed(&mut self) -> Option<String> {
        let known = self.recent.iter().filter(|name| {
            let receipt = self.names.sent.get(*name).and_then(|hash| self.names.receipts.get(hash));
            receipt.is_some_and(|receipt| !receipt.calls.is_empty())
        });
        let known: Vec<String> = known.cloned().collect();
        self.dice.one(&known).cloned()
    }

    /// A proof of a recent call that says what its receipt says, and does not hold.
    fn proof(&mut self) -> Option<Value> {
        Some(json!({"submit": {"of": self.executed()?, "call": 0, "args": [], "result": []}}))
    }

    fn upload(&mut self, from: &'static str) -> Option<Deed> {
        let padding = self.dice.below(PADDINGS);
        Some(Deed { codes: vec![format!("padded:counter:{padding}")], ..Deed::of(from, vec![stake(1)]) })
    }

    fn deploy(&mut self, from: &'static str) -> Option<Deed> {
        let (file, kind, args) = match self.dice.below(3) {
            0 => ("lending-v1", "lending", json!([["u32", 300]])),
            1 => ("vault-v1", "vault", json!([["account", from]])),
            _ => ("counter", "counter", json!([])),
        };
        let few = self.made.get(kind).is_none_or(|known| known.len() < MODULES);
        few.then(|| deploys(from, file, args, kind))
    }
}

impl Deed {
    pub(super) fn of(from: &'static str, calls: Vec<Value>) -> Self {
        let makes = calls.iter().any(|call| call.get("deploy_reference").is_some()).then_some("follower");
        Self { from, codes: Vec::new(), calls, makes }
    }

    /// With ZRA for the module that it makes.
    fn worth(mut self, zra: &str) -> Self {
        if let Some(deploy) =
            self.calls.first_mut().and_then(|call| call.get_mut("deploy")).and_then(Value::as_object_mut)
        {
            deploy.insert("value".into(), zra.into());
        }
        self
    }
}

pub(super) fn stake(zra: u64) -> Value {
    json!({"stake": zra})
}

pub(super) fn codes(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_string()).collect()
}

fn deploys(from: &'static str, file: &str, args: Value, makes: &'static str) -> Deed {
    let call = json!({"deploy": {"code": file, "args": args}});
    Deed { from, codes: codes(&[file]), calls: vec![call], makes: Some(makes) }
}

fn releases(from: &'static str, tag: &str, code: &str) -> Deed {
    let args = json!([["text", tag], ["code", code]]);
    let call = json!({"call": {"module": "manager-0", "entry": "release", "args": args}});
    Deed { codes: codes(&[code]), ..Deed::of(from, vec![call]) }
}
