//! Events of the runtime in words. The page knows their fields by the topic; what it cannot read it shows as bytes, so a
//! newer node is never hidden.

use crate::{say, text, words};
use codec::{Decode, DecodeWithMemTracking};
use zera_primitives::{
    AbortReason, AccountId, Address, Amount, Class, Event, Executable, Hash, ModuleId, Network, ProposalId,
    ProposalState, Side, Slot, codec::decode_bounded,
};

/// Most bytes that an event's data may have to be read.
const EVENT_BYTES: usize = 64 << 10;

/// An event in words, with the page where more of it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Told {
    /// What happened.
    pub words: String,
    /// Where it leads.
    pub href: Option<String>,
}

/// Reads one event at a time for one network; `date` words a slot.
pub struct Teller<'a> {
    network: Network,
    date: &'a dyn Fn(Slot) -> String,
}

impl<'a> Teller<'a> {
    /// For the addresses of `network`.
    #[must_use]
    pub const fn new(network: Network, date: &'a dyn Fn(Slot) -> String) -> Self {
        Self { network, date }
    }

    /// The event in words; none for a module's own and for what is not known here.
    #[must_use]
    pub fn tell(&self, event: &Event) -> Option<Told> {
        if event.module.is_some() {
            return None;
        }
        let data = event.data.as_slice();
        self.lifecycle(&event.topic, data)
            .or_else(|| self.votes(&event.topic, data))
            .or_else(|| self.money(&event.topic, data))
    }

    fn account(&self, id: AccountId) -> String {
        text::short(&Address::Account(id).to_text(self.network))
    }

    fn module(&self, id: ModuleId) -> String {
        text::short(&Address::Module(id).to_text(self.network))
    }

    fn of_module(&self, id: ModuleId, words: String) -> Option<Told> {
        Some(Told { words, href: Some(format!("/modules/{}", Address::Module(id).to_text(self.network))) })
    }

    fn executable(&self, executable: &Executable) -> String {
        match executable {
            Executable::Code(code) => short(*code),
            Executable::ExternalRef(reference) => {
                let tag = say!(EV_REFERENCE, text::safe(&reference.tag), self.module(reference.manager));
                reference.pin.map_or_else(|| tag.clone(), |pin| say!(EV_PINNED, tag, short(pin)))
            }
        }
    }

    fn lifecycle(&self, topic: &str, data: &[u8]) -> Option<Told> {
        match topic {
            "code_stored" => {
                let (code, uploader) = read::<(Hash, AccountId)>(data)?;
                plain(say!(EV_CODE_STORED, short(code), self.account(uploader)))
            }
            "module_deployed" => {
                let (module, code, deployer) = read::<(ModuleId, Hash, AccountId)>(data)?;
                self.of_module(module, say!(EV_DEPLOYED, self.module(module), short(code), self.account(deployer)))
            }
            "module_upgraded" => {
                type Fields = (ModuleId, u32, Hash, Hash, u32, Option<u64>, ProposalId);
                let (module, sequence, old, new, generation, migrated, proposal) = read::<Fields>(data)?;
                let entries = migrated.map_or_else(String::new, |n| say!(EV_MIGRATED, text::count(n)));
                let names = (self.module(module), short(old), short(new));
                self.of_module(
                    module,
                    say!(EV_UPGRADED, names.0, sequence, names.1, names.2, generation, proposal, entries),
                )
            }
            "module_rolled_back" => {
                type Fields = (ModuleId, u32, u32, Hash, Hash, u32, bool, ProposalId);
                let (module, sequence, to, _, new, _, whole, proposal) = read::<Fields>(data)?;
                let what = if whole { say!(EV_CODE_AND_DATA) } else { say!(EV_CODE_ONLY) };
                self.of_module(
                    module,
                    say!(EV_ROLLED_BACK, self.module(module), to, what, sequence, short(new), proposal),
                )
            }
            "migration_progress" => {
                let (module, proposal, steps, entries, gas) = read::<(ModuleId, ProposalId, u64, u64, u64)>(data)?;
                let figures = [steps, entries, gas].map(text::count);
                self.of_module(
                    module,
                    say!(EV_PROGRESS, self.module(module), figures[0], figures[1], figures[2], proposal),
                )
            }
            "module_frozen" => {
                let (module, until, proposal) = read::<(ModuleId, Slot, ProposalId)>(data)?;
                self.of_module(module, say!(EV_FROZEN, self.module(module), (self.date)(until), proposal))
            }
            "module_unfrozen" => {
                let (module, proposal) = read::<(ModuleId, ProposalId)>(data)?;
                self.of_module(module, say!(EV_UNFROZEN, self.module(module), proposal))
            }
            "config_changed" => {
                let (module, parameter, _, proposal) = read::<(ModuleId, String, Vec<u8>, ProposalId)>(data)?;
                self.of_module(module, say!(EV_CONFIG, text::safe(&parameter), self.module(module), proposal))
            }
            "builders_changed" => self.of_proposal(read(data)?, |id| say!(EV_BUILDERS, id)),
            _ => self.references(topic, data),
        }
    }

    fn references(&self, topic: &str, data: &[u8]) -> Option<Told> {
        match topic {
            "wasm_ref_updated" => {
                let (manager, tag, old, new, from) = read::<(ModuleId, String, Option<Hash>, Hash, Slot)>(data)?;
                let old = old.map_or_else(|| say!(EV_NOTHING).to_owned(), short);
                let words = say!(EV_REF, text::safe(&tag), self.module(manager), old, short(new), (self.date)(from));
                self.of_module(manager, words)
            }
            "executable_updated" => {
                let (module, old, new, _, code) = read::<(ModuleId, Executable, Executable, Hash, Hash)>(data)?;
                let (old, new) = (self.executable(&old), self.executable(&new));
                self.of_module(module, say!(EV_EXECUTABLE, self.module(module), old, new, short(code)))
            }
            "follower_migrated" => {
                let (module, code, schema, _, entries) = read::<(ModuleId, Hash, u32, u32, u64)>(data)?;
                self.of_module(
                    module,
                    say!(EV_FOLLOWER, self.module(module), text::count(entries), schema, short(code)),
                )
            }
            "code_attested" => {
                let (code, builder, rebuilt) = read::<(Hash, AccountId, Hash)>(data)?;
                let verdict =
                    if code == rebuilt { say!(EV_SAME_BYTES).to_owned() } else { say!(EV_OTHER_BYTES, short(rebuilt)) };
                plain(say!(EV_ATTESTED, self.account(builder), short(code), verdict))
            }
            "proposal_executed" => {
                let (proposal, code, effects) = read::<(ProposalId, Hash, u32)>(data)?;
                self.of_proposal(proposal, |id| say!(EV_EXECUTED, id, short(code), effects))
            }
            _ => None,
        }
    }

    fn of_proposal(&self, id: ProposalId, words: impl Fn(ProposalId) -> String) -> Option<Told> {
        Some(Told { words: words(id), href: Some(format!("/proposals/{id}")) })
    }

    fn votes(&self, topic: &str, data: &[u8]) -> Option<Told> {
        match topic {
            "proposed" => {
                let (id, author, class) = read::<(ProposalId, AccountId, Class)>(data)?;
                self.of_proposal(id, |id| say!(EV_PROPOSED, self.account(author), id, words::class(class)))
            }
            "allocated" => {
                let (id, account, side, amount) = read::<(ProposalId, AccountId, Side, Amount)>(data)?;
                self.of_proposal(id, |id| {
                    say!(EV_ALLOCATED, self.account(account), text::zra(amount), words::side(side), id)
                })
            }
            "proposal_moved" => {
                let (id, from, to) = read::<(ProposalId, ProposalState, ProposalState)>(data)?;
                self.of_proposal(id, |id| say!(EV_MOVED, id, words::state(&from), words::state(&to)))
            }
            "proposal_closed" => {
                let (id, state, returned, burnt) = read::<(ProposalId, ProposalState, u128, u128)>(data)?;
                let money = [returned, burnt].map(|units| text::zra(Amount(units)));
                self.of_proposal(id, |id| say!(EV_CLOSED, id, words::state(&state), money[0], money[1]))
            }
            "proposal_raised" => {
                let (id, from, to) = read::<(ProposalId, Class, Class)>(data)?;
                self.of_proposal(id, |id| say!(EV_RAISED, id, words::class(from), words::class(to)))
            }
            "enactment_aborted" => {
                let (id, reason) = read::<(ProposalId, AbortReason)>(data)?;
                self.of_proposal(id, |id| say!(EV_ABORTED, id, words::abort(reason)))
            }
            _ => self.delegations(topic, data),
        }
    }

    fn delegations(&self, topic: &str, data: &[u8]) -> Option<Told> {
        match topic {
            "delegated" => {
                let (account, class, to, amount) = read::<(AccountId, Class, AccountId, Amount)>(data)?;
                plain(say!(
                    EV_DELEGATED,
                    self.account(account),
                    self.account(to),
                    text::zra(amount),
                    words::class(class)
                ))
            }
            "delegation_ended" => {
                let (account, class, to, why) = read::<(AccountId, Class, AccountId, u8)>(data)?;
                let why =
                    [say!(EV_CLAWED_BACK), say!(EV_RESIGNED), say!(EV_DISPLACED)].get(usize::from(why)).copied()?;
                plain(say!(EV_DELEGATION_ENDED, self.account(account), self.account(to), words::class(class), why))
            }
            "allocated_delegated" => {
                let (id, delegate, side, share, changed) = read::<(ProposalId, AccountId, Side, u32, u32)>(data)?;
                let (delegate, share) = (self.account(delegate), text::percent_ppm(share));
                self.of_proposal(id, |id| say!(EV_ALLOCATED_DELEGATED, delegate, share, changed, words::side(side), id))
            }
            "params_changed" => plain(say!(EV_PARAMS, read::<u64>(data)?)),
            _ => None,
        }
    }

    fn money(&self, topic: &str, data: &[u8]) -> Option<Told> {
        if topic == "transfer" {
            let (from, to, amount) = read::<(AccountId, AccountId, Amount)>(data)?;
            return plain(say!(EV_TRANSFER, self.account(from), text::zra(amount), self.account(to)));
        }
        let (account, amount) = read::<(AccountId, Amount)>(data)?;
        let (account, amount) = (self.account(account), text::zra(amount));
        match topic {
            "staked" => plain(say!(EV_STAKED, account, amount)),
            "unstaking" => plain(say!(EV_UNSTAKING, account, amount)),
            "stake_free" => plain(say!(EV_STAKE_FREE, amount, account)),
            _ => None,
        }
    }
}

fn plain(words: String) -> Option<Told> {
    Some(Told { words, href: None })
}

fn short(hash: Hash) -> String {
    format!("b3:{}", text::short(&hash.to_hex()))
}

/// The fields, when the data are exactly these.
fn read<T: Decode + DecodeWithMemTracking>(data: &[u8]) -> Option<T> {
    decode_bounded(data, EVENT_BYTES).ok()
}

#[cfg(test)]
mod tests;
