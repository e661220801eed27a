//! Proposals of every kind, and who carries them: one holder decides one vote after the other.

use super::{Deed, Load, VALIDATORS, WHALE, deeds::codes};
use codec::Decode;
use serde_json::{Value, json};
use zera_client::{
    governance::queries,
    primitives::{Event, ProposalId, ProposalState},
    registry,
    runtime::events::CLOSED,
};

/// Proposals that are live at a time, at most.
const LIVE: usize = 6;

/// What the votes of a block are: now and then a proposal, and the deciding allocation.
pub(super) fn votes(load: &mut Load<'_>) -> Vec<Deed> {
    let mut deeds = Vec::new();
    let live = load.live();
    if live.len() < LIVE && load.dice.percent(30) {
        deeds.extend(load.propose());
    }
    if let Some(oldest) = live.first()
        && load.dice.percent(25)
    {
        let allocate = json!({"allocate": {"proposal": oldest.0, "side": "for", "amount": 60_000_000}});
        deeds.push(Deed::of(WHALE, vec![allocate]));
    }
    deeds
}

/// Somebody's small allocation to a live proposal.
pub(super) fn allocate(load: &mut Load<'_>, amount: u64) -> Option<Value> {
    let live = load.live();
    let proposal = load.dice.one(&live)?.0;
    let side = if load.dice.percent(70) { "for" } else { "against" };
    Some(json!({"allocate": {"proposal": proposal, "side": side, "amount": amount}}))
}

pub(super) fn allocate_delegated(load: &mut Load<'_>) -> Option<Value> {
    let live = load.live();
    let proposal = load.dice.one(&live)?.0;
    Some(json!({"allocate_delegated": {"proposal": proposal, "side": "for", "share_ppm": 500_000}}))
}

pub(super) fn withdraw(load: &mut Load<'_>) -> Option<Value> {
    let live = load.live();
    Some(json!({"withdraw": load.dice.one(&live)?.0}))
}

impl Load<'_> {
    fn live(&self) -> Vec<ProposalId> {
        queries::live(self.client.state()).unwrap_or_default()
    }

    fn propose(&mut self) -> Option<Deed> {
        let from = self.someone();
        // One of each first, so that what needs others to be enacted finds them.
        self.asked = self.asked.saturating_add(1);
        let which = if self.asked <= 30 { self.asked.wrapping_add(11) % 15 } else { self.dice.below(15) };
        let (needs, verb, mut what) = match which {
            0 | 1 => self.upgrade()?,
            2 | 3 => self.rollback()?,
            4 => (codes(&[]), "config", self.rate()),
            5 => (codes(&[]), "params", json!({"half_life": self.dice.below(20).saturating_add(50)})),
            6 => (codes(&[]), "freeze", json!({"module": self.one_of("vault"), "slots": 20})),
            7 => (codes(&[]), "unfreeze", json!({"module": self.one_of("vault")})),
            8 => {
                let reference = json!({"module": self.one_of("vault"), "manager": "manager-0", "tag": "stable"});
                (codes(&[]), "reference", reference)
            }
            9 => self.execute(),
            10 | 11 => (codes(&[]), "spam", json!({"proposal": self.dice.one(&self.live())?.0})),
            12 => {
                let (add, remove) = (self.someone(), self.someone());
                let what = if self.dice.percent(70) { json!({"add": [add]}) } else { json!({"remove": [remove]}) };
                (codes(&[]), "builders", what)
            }
            13 => {
                let of = self.executed()?;
                (codes(&[]), "request_by_vote", json!({"of": of, "call": 0}))
            }
            _ => (codes(&[]), "validators", self.validators()),
        };
        what.as_object_mut()?.insert("title".into(), verb.into());
        let propose = Value::Object([(verb.to_string(), what)].into_iter().collect());
        // Its author withdraws some of them at once.
        let mut calls = vec![propose];
        if self.dice.percent(5) {
            let next = queries::count(self.client.state()).unwrap_or_default().saturating_add(1);
            calls.push(json!({"withdraw": next}));
        }
        Some(Deed { codes: needs, ..Deed::of(from, calls) })
    }

    fn upgrade(&mut self) -> Option<(Vec<String>, &'static str, Value)> {
        let (kind, code) = if self.dice.percent(50) { ("lending", "lending-v2") } else { ("vault", self.vault()) };
        let module = self.one_of(kind);
        let id = self.names.module(&module).ok()?;
        let version = registry::module(self.client.state(), &id).ok()??.sequence.saturating_add(1);
        let mut what = json!({"module": module, "code": code, "version": version});
        if kind == "lending" || code != "vault-v1" {
            what.as_object_mut()?.insert("migration".into(), code.into());
        }
        Some((codes(&[code]), "upgrade", what))
    }

    /// Of a module that was upgraded before, where there is one.
    fn rollback(&mut self) -> Option<(Vec<String>, &'static str, Value)> {
        let all = ["lending", "vault"].into_iter().filter_map(|kind| self.made.get(kind)).flatten().cloned();
        let upgraded = |name: &String| {
            let id = self.names.module(name).ok();
            let record = id.and_then(|id| registry::module(self.client.state(), &id).ok().flatten());
            record.is_some_and(|record| record.sequence > 1)
        };
        let upgraded: Vec<String> = all.filter(upgraded).collect();
        let module = self.dice.one(&upgraded)?;
        if module.starts_with("lending") && self.dice.percent(80) {
            let what = json!({"module": module, "to": 1, "migration": "lending-v1-back"});
            return Some((codes(&["lending-v1-back"]), "rollback", what));
        }
        Some((codes(&[]), "rollback", json!({"module": module, "to": 1})))
    }

    fn rate(&mut self) -> Value {
        let value = self.dice.below(900).saturating_add(100);
        let change =
            json!({"module": self.one_of("lending"), "parameter": "interest_rate_bps", "value": [["u32", value]]});
        json!({"changes": [change]})
    }

    /// The treasury's one officer and a grant, by code that does just that, or more than it says.
    fn execute(&mut self) -> (Vec<String>, &'static str, Value) {
        let file = if self.dice.percent(80) { "enactor" } else { "enactor-greedy" };
        let code = format!("bound:{file}:treasury-0:bob");
        let effects = json!([
            {"set": {"module": "treasury-0", "parameter": "threshold", "value": [["u32", 1]]}},
            {"set": {"module": "treasury-0", "parameter": "grant",
                     "value": [["u8", 1], ["account", "bob"], ["u128", 25_000_000_000u64]]}},
            {"call": {"module": "treasury-0", "entry": "pay_grant", "times": 1}},
            {"move": {"from": "treasury-0", "to": "bob", "amount": "25"}}
        ]);
        (vec![code.clone()], "execute", json!({"code": code, "effects": effects}))
    }

    /// One in or one out, so that there are always some.
    fn validators(&mut self) -> Value {
        let name = self.dice.one(&VALIDATORS).copied().unwrap_or("v1");
        let next = registry::validators::next(self.client.state()).unwrap_or_default();
        let is_in = next.contains(&crate::run::key(name).public());
        if is_in && next.len() > 2 { json!({"remove": [name], "evidence": "00"}) } else { json!({"add": [name]}) }
    }

    /// Counts what was enacted.
    pub(super) fn note_enacted(&mut self, events: &[Event]) {
        for event in events.iter().filter(|event| event.topic == CLOSED) {
            let Ok((id, state)) = <(ProposalId, ProposalState)>::decode(&mut &*event.data) else { continue };
            let enacted = matches!(state, ProposalState::Active { .. });
            let Ok(proposal) = queries::proposal(self.client.state(), id) else { continue };
            if enacted {
                let sums = self.payloads.entry(super::payload_name(&proposal.payload)).or_default();
                sums[1] = sums[1].saturating_add(1);
            }
        }
    }
}
