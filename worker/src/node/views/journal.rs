//! The journal for people: each deed as a key with its facts.

use crate::node::{
    Answer, Node,
    chain::{Chain, count},
    convert,
    run::Ticket,
    world::World,
};
use zera_client::journal::{self as file, JournalError, Preamble};
use zera_primitives::{Executable, Height, ModuleId, ProposalId, Sequence};
use zera_registry::{Deed, VersionRecord, Vote, journal};
use zera_worker_protocol::{
    Error, ErrorKind, FactView, JournalEntryView, JournalPage, JournalVerdict, Response, VoteView,
};

/// Entries that one answer holds.
const ROWS: u32 = 100;

/// The newest entries, of one module or of all.
pub fn page(chain: &Chain, module: Option<&ModuleId>, before: Option<u64>, limit: u32) -> Answer {
    let state = chain.client.state();
    let head = journal::head(state).map_err(convert::defect)?;
    let limit = limit.clamp(1, ROWS) as usize;
    let below = before.unwrap_or(head.count).min(head.count);
    let mut entries = Vec::new();
    let mut more = false;
    match module {
        Some(module) => {
            let all = journal::of_module(state, module).map_err(convert::defect)?;
            let mut older = all.iter().rev().filter(|entry| entry.index < below);
            entries.extend(older.by_ref().take(limit).map(entry));
            more |= older.next().is_some();
        }
        None => {
            let from = below.saturating_sub(limit as u64);
            for index in (from..below).rev() {
                entries.extend(journal::entry(state, index).map_err(convert::defect)?.as_ref().map(entry));
            }
            more |= from > 0;
        }
    }
    let (height, count, chain) = (chain.height(), head.count, head.chain);
    Ok(Response::Journal(Box::new(JournalPage { height, count, chain, entries, more })))
}

impl<W: World, T: Ticket> Node<W, T> {
    /// The journal as one file.
    pub(in crate::node) async fn export_journal(&self) -> Answer {
        let (genesis, _) = self.record(Height(0)).await?;
        let bytes = file::export(&self.chain()?.client, &genesis.header).map_err(convert::client)?;
        Ok(Response::Bytes(bytes))
    }
}

/// What checking a journal file came to; `chain` only tells whether it is this tab's.
pub fn verdict(chain: Option<&Chain>, bytes: &[u8]) -> Answer {
    let ours = |genesis| chain.is_some_and(|chain| chain.client.genesis() == genesis);
    let verdict = match file::check(bytes) {
        Ok(checked) => JournalVerdict {
            genesis: checked.genesis,
            ours: ours(checked.genesis),
            height: checked.height,
            entries: checked.entries.len() as u64,
            signers: (count(checked.signers), count(checked.needed)),
            wrong: None,
            newest: checked.entries.iter().rev().take(ROWS as usize).map(entry).collect(),
        },
        Err(error) => {
            let place = error.entry();
            // A file whose beginning can be read says what it claims to be, and what is wrong with that.
            let claimed = Preamble::read(bytes)
                .map_err(|error: JournalError| Error::request(ErrorKind::JournalRefused, error.to_string()))?;
            let genesis = claimed.genesis.hash();
            JournalVerdict {
                genesis,
                ours: ours(genesis),
                height: claimed.header.height,
                entries: claimed.head.map_or(0, |head| head.count),
                signers: (0, 0),
                wrong: Some((place, error.to_string())),
                newest: Vec::new(),
            }
        }
    };
    Ok(Response::JournalVerdict(Box::new(verdict)))
}

/// A vote and the version that it began.
pub struct Begun {
    sequence: Option<Sequence>,
    proposal: Option<ProposalId>,
    /// The vote.
    pub vote: Option<VoteView>,
}

impl Begun {
    /// True when this is the vote behind `version`.
    pub fn begins(&self, version: &VersionRecord) -> bool {
        match self.sequence {
            Some(sequence) => sequence == version.sequence,
            None => self.proposal.is_some() && self.proposal == version.proposal,
        }
    }
}

/// The votes behind a module's versions, by the journal.
pub fn votes(chain: &Chain, module: &ModuleId) -> Result<Vec<Begun>, Error> {
    let all = journal::of_module(chain.client.state(), module).map_err(convert::defect)?;
    let begun = all.iter().filter_map(|entry| {
        let sequence = match &entry.deed {
            Deed::Upgraded { sequence, .. } | Deed::RolledBack { sequence, .. } => Some(*sequence),
            Deed::Switched { .. } => None,
            _ => return None,
        };
        let proposal = entry.vote.map(|vote| vote.proposal);
        Some(Begun { sequence, proposal, vote: entry.vote.as_ref().map(vote) })
    });
    Ok(begun.collect())
}

/// A vote, ready for a page.
pub fn vote(vote: &Vote) -> VoteView {
    VoteView {
        proposal: vote.proposal,
        payload: vote.payload,
        class: vote.class,
        tally: (vote.y_for, vote.y_against, vote.base),
        rehearsal: vote.rehearsal,
    }
}

/// An entry, ready for a page.
pub fn entry(entry: &journal::Entry) -> JournalEntryView {
    let (deed, facts) = deed(&entry.deed);
    JournalEntryView {
        index: entry.index,
        at: (entry.at.height, entry.at.slot),
        module: entry.module,
        vote: entry.vote.as_ref().map(vote),
        deed: deed.into(),
        facts: facts.into_iter().map(|(name, fact)| (name.to_owned(), fact)).collect(),
    }
}

type Facts = Vec<(&'static str, FactView)>;

fn number(n: impl Into<u64>) -> FactView {
    FactView::Number(n.into())
}

/// What happened, as a key, and its details under keys.
fn deed(deed: &Deed) -> (&'static str, Facts) {
    let mut facts = Facts::new();
    let name = match deed {
        Deed::Deployed { deployer, executable, code } => {
            facts.push(("deployer", FactView::Account(*deployer)));
            facts.extend(executables("", executable));
            facts.push(("code", FactView::Hash(*code)));
            "deployed"
        }
        Deed::Upgraded { .. } | Deed::RolledBack { .. } | Deed::FollowerMigrated { .. } => version(deed, &mut facts),
        Deed::MigrationBegun { generation, code } => {
            facts.extend([("generation", number(*generation)), ("code", FactView::Hash(*code))]);
            "migration_begun"
        }
        Deed::Aborted { reason, code } => {
            facts.push(("reason", FactView::Text(format!("{reason:?}"))));
            facts.extend(code.map(|code| ("code", FactView::Hash(code))));
            "aborted"
        }
        Deed::Frozen { until } => {
            facts.push(("until", FactView::Slot(*until)));
            "frozen"
        }
        Deed::Unfrozen => "unfrozen",
        Deed::Configured { parameter, value } => {
            facts.extend([("parameter", FactView::Text(parameter.clone())), ("value", FactView::Bytes(value.clone()))]);
            "configured"
        }
        Deed::Switched { old, new, code } => {
            facts.extend(executables("old_", old));
            facts.extend(executables("new_", new));
            facts.push(("code", FactView::Hash(*code)));
            "switched"
        }
        Deed::TagSet { tag, old, new, from } => {
            facts.push(("tag", FactView::Text(tag.clone())));
            facts.extend(old.map(|old| ("old_code", FactView::Hash(old))));
            facts.extend([("new_code", FactView::Hash(*new)), ("from", FactView::Slot(*from))]);
            "tag_set"
        }
        Deed::TagDeleted { tag } => {
            facts.push(("tag", FactView::Text(tag.clone())));
            "tag_deleted"
        }
        Deed::Executed { code } => {
            facts.push(("code", FactView::Hash(*code)));
            "executed"
        }
        Deed::Builders { added, removed } => {
            for builder in added {
                facts.push(("added", FactView::Account(builder.account)));
                facts.push(("name", FactView::Text(builder.name.clone())));
            }
            facts.extend(removed.iter().map(|account| ("removed", FactView::Account(*account))));
            "builders"
        }
        Deed::Validators { added, removed } => {
            facts.extend(added.iter().map(|key| ("added", FactView::Account(*key))));
            facts.extend(removed.iter().map(|key| ("removed", FactView::Account(*key))));
            "validators"
        }
    };
    (name, facts)
}

/// Deeds by which a version or its data came into force.
fn version(deed: &Deed, facts: &mut Facts) -> &'static str {
    match deed {
        Deed::Upgraded { sequence, old_code, new_code, schema, generation, migrated, builders } => {
            facts.extend([("sequence", number(*sequence)), ("old_code", FactView::Hash(*old_code))]);
            facts.extend([("new_code", FactView::Hash(*new_code)), ("schema", number(*schema))]);
            facts.push(("generation", number(*generation)));
            facts.extend(migrated.map(|entries| ("migrated", number(entries))));
            facts.extend([("agree", number(builders.agree)), ("differ", number(builders.differ))]);
            "upgraded"
        }
        Deed::RolledBack { sequence, to, old_code, new_code, generation, data } => {
            facts.extend([("sequence", number(*sequence)), ("to", number(*to))]);
            facts.extend([("old_code", FactView::Hash(*old_code)), ("new_code", FactView::Hash(*new_code))]);
            facts.push(("generation", number(*generation)));
            if *data { "rolled_back_data" } else { "rolled_back" }
        }
        Deed::FollowerMigrated { code, schema, generation, entries } => {
            facts.extend([("code", FactView::Hash(*code)), ("schema", number(*schema))]);
            facts.extend([("generation", number(*generation)), ("entries", number(*entries))]);
            "follower_migrated"
        }
        _ => "other",
    }
}

/// What a module runs: `code`, or `manager`, `tag` and `pin`, each behind `prefix`.
fn executables(prefix: &str, executable: &Executable) -> Facts {
    let key = |plain: &'static str, old: &'static str, new: &'static str| match prefix {
        "old_" => old,
        "new_" => new,
        _ => plain,
    };
    match executable {
        // Where it is named at once, the code that it comes to says the same.
        Executable::Code(_) if prefix.is_empty() => Vec::new(),
        Executable::Code(code) => vec![(key("code", "old_code", "new_code"), FactView::Hash(*code))],
        Executable::ExternalRef(reference) => {
            let mut facts = vec![
                (key("manager", "old_manager", "new_manager"), FactView::Module(reference.manager)),
                (key("tag", "old_tag", "new_tag"), FactView::Text(reference.tag.clone())),
            ];
            facts.extend(reference.pin.map(|pin| (key("pin", "old_pin", "new_pin"), FactView::Hash(pin))));
            facts
        }
    }
}
