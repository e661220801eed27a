//! Calls of a scenario, by names instead of ids.

use crate::{
    json::{Result, ScenarioError, bad, field, list, number, text},
    run::{Modules, key},
};
use codec::Encode;
use serde_json::Value;
use std::collections::BTreeMap;
use zera_client::primitives::{
    AccountId, Amount, Class, Effect, ExternalRef, Hash, ModuleId, Params, Payload, ProposalId, Receipt, Side,
    WasmModuleUpgradeProposal, hash,
    payload::{Builder, ConfigChange, Execution, Rollback},
    tx::Call,
};

/// What names stand for.
pub(crate) struct Names<'m> {
    pub modules: Modules<'m>,
    pub deployed: BTreeMap<String, ModuleId>,
    /// Transactions that were given a name.
    pub sent: BTreeMap<String, Hash>,
    /// Receipts of the blocks so far.
    pub receipts: BTreeMap<Hash, Receipt>,
    /// Which chain it is.
    pub genesis: Hash,
}

impl<'m> Names<'m> {
    pub(crate) fn new(modules: Modules<'m>) -> Self {
        let (deployed, sent, receipts) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Self { modules, deployed, sent, receipts, genesis: Hash::ZERO }
    }

    /// A module file by name; `hex:00ff` are these bytes, `zeros:20` twenty zero bytes, `padded:NAME:N` the file with
    /// a custom section of N zero bytes behind it, which changes nothing but its size and hash; `bound:NAME:a:b` is the
    /// file with the ids of `a` and `b` in place of its markers, `@c` with the hash of code `c`.
    pub(crate) fn code(&self, name: &str) -> Result<Vec<u8>> {
        let file = |name: &str| (self.modules)(name).ok_or_else(|| ScenarioError(format!("no module file {name}")));
        let count = |text: &str| text.parse::<usize>().map_err(|error| ScenarioError(format!("{text}: {error}")));
        match name.split_once(':') {
            Some(("hex", digits)) => hash::from_hex(digits).ok_or_else(|| ScenarioError(format!("no hex: {digits}"))),
            Some(("zeros", n)) => Ok(vec![0; count(n)?]),
            Some(("half", name)) => file(name).map(|bytes| bytes.get(..bytes.len() / 2).unwrap_or_default().to_vec()),
            Some(("padded", rest)) => {
                let (name, n) = rest.split_once(':').unwrap_or((rest, "0"));
                Ok([file(name)?, padding(count(n)?)].concat())
            }
            Some(("bound", rest)) => {
                let mut names = rest.split(':');
                let mut code = file(names.next().unwrap_or(""))?;
                for (number, name) in ('0'..='9').zip(names) {
                    let id = match name.strip_prefix('@') {
                        Some(name) => Hash::of(&self.code(name)?).0,
                        None => self.account(name)?.0,
                    };
                    bind(&mut code, number, &id)?;
                }
                Ok(code)
            }
            _ => file(name),
        }
    }

    pub(crate) fn codes(&self, names: &[Value]) -> Result<Vec<Vec<u8>>> {
        names.iter().map(|name| self.code(name.as_str().unwrap_or(""))).collect()
    }

    pub(crate) fn module(&self, name: &str) -> Result<ModuleId> {
        match self.deployed.get(name) {
            Some(id) => Ok(*id),
            None if name == "nothing" => Ok(ModuleId([0xff; 32])),
            None => bad(format!("no module named {name}")),
        }
    }

    /// A person, or a deployed module's own account.
    pub(crate) fn account(&self, name: &str) -> Result<AccountId> {
        Ok(self.deployed.get(name).map_or_else(|| key(name).public(), |id| id.account()))
    }

    /// `[["u64", 5], ["account", "bob"], …]` as the bytes of these values one after the other.
    pub(crate) fn args(&self, args: &[Value]) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        for pair in args {
            let (Some(kind), Some(value)) = (pair.get(0).and_then(Value::as_str), pair.get(1)) else {
                return bad(format!("an argument is [type, value], not {pair}"));
            };
            let n = value.as_u64().unwrap_or(0);
            match kind {
                "u8" | "bool" => bytes.push(u8::try_from(n).unwrap_or(u8::MAX)),
                "u16" => u16::try_from(n).unwrap_or(u16::MAX).encode_to(&mut bytes),
                "u32" => u32::try_from(n).unwrap_or(u32::MAX).encode_to(&mut bytes),
                "u64" => n.encode_to(&mut bytes),
                "u128" => u128::from(n).encode_to(&mut bytes),
                "zra" => amount(value)?.encode_to(&mut bytes),
                "account" => self.account(value.as_str().unwrap_or(""))?.encode_to(&mut bytes),
                "text" => value.as_str().unwrap_or("").encode_to(&mut bytes),
                "code" => Hash::of(&self.code(value.as_str().unwrap_or(""))?).encode_to(&mut bytes),
                "nested" => self.args(value.as_array().map_or(&[], Vec::as_slice))?.encode_to(&mut bytes),
                "transaction" => self.transaction(value.as_str().unwrap_or(""))?.encode_to(&mut bytes),
                "proof" => {
                    let (statement, proof) = self.proof(value)?;
                    (proof, statement).encode_to(&mut bytes);
                }
                "hex" => bytes.extend(hash::from_hex(value.as_str().unwrap_or("")).unwrap_or_default()),
                "accounts" => {
                    let all = value.as_array().into_iter().flatten();
                    let all = all.map(|name| self.account(name.as_str().unwrap_or(""))).collect::<Result<Vec<_>>>()?;
                    all.encode_to(&mut bytes);
                }
                other => return bad(format!("unknown argument type {other}")),
            }
        }
        Ok(bytes)
    }

    pub(crate) fn call(&self, call: &Value) -> Result<Call> {
        let Some((verb, what)) = call.as_object().and_then(|call| call.iter().next()) else {
            return bad(format!("no call: {call}"));
        };
        Ok(match verb.as_str() {
            "transfer" => {
                Call::Transfer { to: self.account(text(what, "to")?)?, amount: amount(field(what, "amount")?)? }
            }
            "deploy" => Call::Deploy {
                code: Hash::of(&self.code(text(what, "code")?)?),
                args: self.args(list(what, "args"))?,
                value: what.get("value").map_or(Ok(Amount::ZERO), amount)?,
            },
            "call" => Call::Module {
                module: self.module(text(what, "module")?)?,
                entry: text(what, "entry")?.into(),
                args: self.args(list(what, "args"))?,
                value: what.get("value").map_or(Ok(Amount::ZERO), amount)?,
            },
            "stake" => Call::Stake { amount: amount(what)? },
            "unstake" => Call::Unstake { amount: amount(what)? },
            "allocate" => Call::Allocate {
                proposal: ProposalId(number(what, "proposal")?),
                side: side(what)?,
                amount: amount(field(what, "amount")?)?,
            },
            "delegate" => Call::Delegate {
                class: class(what)?,
                to: self.account(text(what, "to")?)?,
                amount: amount(field(what, "amount")?)?,
            },
            "allocate_delegated" => Call::AllocateDelegated {
                proposal: ProposalId(number(what, "proposal")?),
                side: side(what)?,
                share_ppm: small(what, "share_ppm")?,
            },
            "deploy_reference" => Call::DeployReference {
                reference: self.reference(what)?,
                constructor: what.get("args").map(|_| self.args(list(what, "args"))).transpose()?,
                value: what.get("value").map_or(Ok(Amount::ZERO), amount)?,
            },
            "attest" => Call::Attest {
                code: Hash::of(&self.code(text(what, "code")?)?),
                rebuilt: Hash::of(&self.code(text(what, "rebuilt")?)?),
                recipe: Hash::of(b"recipe"),
            },
            "request" => {
                Call::RequestProof { transaction: self.transaction(text(what, "of")?)?, call: small(what, "call")? }
            }
            "submit" => Call::SubmitProof { proof: self.proof(what)?.1 },
            "withdraw" => Call::Withdraw { proposal: ProposalId(what.as_u64().unwrap_or(0)) },
            "upgrade" | "config" | "params" | "rollback" | "freeze" | "unfreeze" | "reference" | "execute" | "spam"
            | "builders" | "request_by_vote" | "validators" => {
                Call::Propose { title: text(what, "title")?.into(), payload: self.payload(verb, what)? }
            }
            other => return bad(format!("unknown call {other}")),
        })
    }

    fn payload(&self, verb: &str, what: &Value) -> Result<Payload> {
        let description = text(what, "title")?.to_string();
        Ok(match verb {
            "upgrade" => Payload::Upgrade(WasmModuleUpgradeProposal {
                module_id: self.module(text(what, "module")?)?,
                new_wasm_bytecode: Hash::of(&self.code(text(what, "code")?)?),
                new_version: u32::try_from(number(what, "version")?).unwrap_or(u32::MAX),
                migration_logic_hash: match what.get("migration").and_then(Value::as_str) {
                    Some(name) => Some(Hash::of(&self.code(name)?)),
                    None => None,
                },
                description,
            }),
            "config" => Payload::Config {
                changes: list(what, "changes").iter().map(|change| self.change(change)).collect::<Result<_>>()?,
                description,
            },
            "rollback" => Payload::Rollback(Rollback {
                module_id: self.module(text(what, "module")?)?,
                to_version: small(what, "to")?,
                reverse_migration: match what.get("migration").and_then(Value::as_str) {
                    Some(name) => Some(Hash::of(&self.code(name)?)),
                    None => None,
                },
                description,
            }),
            "freeze" => Payload::Freeze {
                module_id: self.module(text(what, "module")?)?,
                slots: number(what, "slots")?,
                description,
            },
            "unfreeze" => Payload::Unfreeze { module_id: self.module(text(what, "module")?)?, description },
            "reference" => Payload::Reference {
                module_id: self.module(text(what, "module")?)?,
                reference: self.reference(what)?,
                description,
            },
            "execute" => Payload::Execute(Execution {
                code: Hash::of(&self.code(text(what, "code")?)?),
                effects: list(what, "effects").iter().map(|effect| self.effect(effect)).collect::<Result<_>>()?,
                description,
            }),
            "spam" => Payload::Spam { proposal: ProposalId(number(what, "proposal")?), description },
            "request_by_vote" => Payload::RequestProof {
                transaction: self.transaction(text(what, "of")?)?,
                call: small(what, "call")?,
                description,
            },
            "builders" => Payload::Builders {
                add: list(what, "add")
                    .iter()
                    .map(|name| {
                        let name = name.as_str().unwrap_or("");
                        Ok(Builder { account: self.account(name)?, name: name.into() })
                    })
                    .collect::<Result<_>>()?,
                remove: list(what, "remove")
                    .iter()
                    .map(|name| self.account(name.as_str().unwrap_or("")))
                    .collect::<Result<_>>()?,
                description,
            },
            "validators" => {
                let keys = |field| list(what, field).iter().map(|name| self.account(name.as_str().unwrap_or("")));
                Payload::Validators {
                    add: keys("add").collect::<Result<_>>()?,
                    remove: keys("remove").collect::<Result<_>>()?,
                    evidence: what.get("evidence").and_then(Value::as_str).and_then(hash::from_hex),
                    description,
                }
            }
            _ => {
                let mut params = Params::demo();
                params.half_life = number(what, "half_life")?;
                Payload::Parameters { params: Box::new(params), description }
            }
        })
    }

    fn reference(&self, what: &Value) -> Result<ExternalRef> {
        Ok(ExternalRef {
            manager: self.module(text(what, "manager")?)?,
            tag: text(what, "tag")?.into(),
            pin: match what.get("pin").and_then(Value::as_str) {
                Some(name) => Some(Hash::of(&self.code(name)?)),
                None => None,
            },
        })
    }

    fn effect(&self, effect: &Value) -> Result<Effect> {
        let Some((kind, what)) = effect.as_object().and_then(|effect| effect.iter().next()) else {
            return bad(format!("no effect: {effect}"));
        };
        Ok(match kind.as_str() {
            "call" => Effect::Call {
                module: self.module(text(what, "module")?)?,
                entry: text(what, "entry")?.into(),
                times: small(what, "times")?,
            },
            "set" => Effect::Set {
                module: self.module(text(what, "module")?)?,
                parameter: text(what, "parameter")?.into(),
                value: self.args(list(what, "value"))?,
            },
            "move" => Effect::Move {
                from: self.account(text(what, "from")?)?,
                to: self.account(text(what, "to")?)?,
                amount: amount(field(what, "amount")?)?,
            },
            "upgrade" => Effect::Upgrade {
                module: self.module(text(what, "module")?)?,
                code: Hash::of(&self.code(text(what, "code")?)?),
                version: small(what, "version")?,
                migration: None,
            },
            "tag" => Effect::Tag {
                manager: self.module(text(what, "manager")?)?,
                tag: text(what, "tag")?.into(),
                code: Hash::of(&self.code(text(what, "code")?)?),
            },
            other => return bad(format!("unknown effect {other}")),
        })
    }

    fn change(&self, change: &Value) -> Result<ConfigChange> {
        Ok(ConfigChange {
            module_id: self.module(text(change, "module")?)?,
            parameter: text(change, "parameter")?.into(),
            value: self.args(list(change, "value"))?,
        })
    }
}

fn side(what: &Value) -> Result<Side> {
    Ok(if text(what, "side")? == "for" { Side::For } else { Side::Against })
}

fn class(what: &Value) -> Result<Class> {
    let name = text(what, "class")?;
    let found = Class::ALL.into_iter().find(|class| format!("{class:?}").eq_ignore_ascii_case(name));
    found.ok_or_else(|| ScenarioError(format!("no class {name}")))
}

fn small(what: &Value, name: &str) -> Result<u32> {
    u32::try_from(number(what, name)?).map_err(|error| ScenarioError(format!("{name}: {error}")))
}

/// ZRA as a number or a decimal text.
fn amount(value: &Value) -> Result<Amount> {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_string);
    text.parse().map_err(|error| ScenarioError(format!("{text}: {error}")))
}

/// Puts an id in place of the marker `number` of a proposal's code (`Bound` of the guest SDK).
fn bind(code: &mut [u8], number: char, id: &[u8; 32]) -> Result<()> {
    let marker = format!("zera:replace-these-32-bytes:#{number}#!");
    let place = code.windows(marker.len()).position(|window| window == marker.as_bytes());
    match place.and_then(|at| code.get_mut(at..at.saturating_add(marker.len()))) {
        Some(bytes) => bytes.copy_from_slice(id),
        None => return bad(format!("no marker {number}")),
    }
    Ok(())
}

/// A custom section named `p` with `n` zero bytes.
fn padding(n: usize) -> Vec<u8> {
    let mut section = vec![0];
    let mut size = n.saturating_add(2);
    loop {
        let low = u8::try_from(size & 0x7f).unwrap_or(0);
        size >>= 7;
        section.push(if size > 0 { low | 0x80 } else { low });
        if size == 0 {
            break;
        }
    }
    section.extend_from_slice(&[1, b'p']);
    section.resize(section.len().saturating_add(n), 0);
    section
}
