//! The node, storage use, and accounts.

use super::voting;
use crate::node::{
    Answer, Node,
    chain::{Chain, count},
    convert,
    run::Ticket,
    world::World,
};
use zera_governance::{
    alpha::alpha,
    base::threshold_base,
    curve::{Span, Timeline},
    queries,
};
use zera_primitives::{AccountId, Amount, Hash, Height, Outcome};
use zera_state::accounts;
use zera_worker_protocol::{AccountView, AllocationView, Error, Response, StatusView};

/// Transactions of an account that its view lists.
const RECENT: u32 = 20;

impl<W: World, T: Ticket> Node<W, T> {
    pub(in crate::node) fn status(&self) -> Answer {
        let chain = self.chain()?;
        let client = &chain.client;
        let state = client.state();
        let params = client.params().map_err(convert::client)?;
        let status = StatusView {
            network: client.config().network,
            genesis: client.genesis(),
            head: chain.head().clone(),
            signers: (
                client.head_certificate().map_or(0, |held| count(held.signers())),
                count(client.validators().quorum()),
            ),
            slot: self.slot()?,
            clock_zero_ms: client.config().zero_ms,
            skipped: client.skipped(),
            executed: client.executed(),
            scrubbed: chain.upkeep.progress(chain.height()),
            supply: accounts::supply(state).map_err(convert::defect)?,
            burnt: accounts::burnt(state).map_err(convert::defect)?,
            base: base(chain)?,
            params,
            newcomer: chain.newcomer.map(|(account, _)| account),
            account: chain.account,
            live: count(queries::live(state).map_err(convert::governance)?.len()),
            pending: count(client.pending().count().max(self.network.waiting())),
            mode: self.network.mode(),
            peers: self.agreeing(),
            lag_ms: self.lag_ms(),
            tabs: count(self.tabs().len()),
        };
        self.note_status(&status);
        Ok(Response::Status(Box::new(status)))
    }

    pub(in crate::node) async fn usage(&self) -> Answer {
        let entries = self.chain()?.client.entries();
        let mut usage = self.world.usage().await?;
        usage.entries = entries;
        Ok(Response::Usage(usage))
    }

    /// An account's newest transactions.
    async fn recent(&self, id: &AccountId) -> Result<Vec<(Height, Hash, Outcome)>, Error> {
        if self.network.is_light() {
            return Ok(self.remote_recent(id).await);
        }
        let mut recent = Vec::new();
        for summary in self.world.of_account(id, RECENT).await? {
            let own = summary.transactions.iter().rev().filter(|(_, sender, _)| sender == id);
            recent.extend(own.map(|(hash, _, outcome)| (summary.head.height, *hash, *outcome)));
        }
        recent.truncate(RECENT as usize);
        Ok(recent)
    }

    pub(in crate::node) async fn account(&self, id: &AccountId) -> Answer {
        let chain = self.chain()?;
        let state = chain.client.state();
        let ctx = chain.client.context(chain.client.head().slot).map_err(convert::client)?.governance();
        let account = accounts::account(state, id).map_err(convert::defect)?;
        let held = queries::allocations(state, &ctx, id).map_err(convert::governance)?;
        let delegations = voting::delegations(chain, id, &held)?;
        let mut allocations = Vec::new();
        for (held, conviction) in held {
            let title = queries::proposal(state, held.proposal).map_err(convert::governance)?.title;
            let (proposal, side, stake) = (held.proposal, held.side, held.curve.x);
            let by = held.by.map(|mandate| mandate.to);
            allocations.push(AllocationView { proposal, title, side, stake, conviction, live: true, by });
        }
        let unstaking = queries::unstaking(state, id).map_err(convert::governance)?;
        let recent = self.recent(id).await?;
        Ok(Response::Account(Box::new(AccountView {
            id: *id,
            height: chain.height(),
            nonce: account.nonce,
            free: account.free,
            staked: account.staked,
            allocated: Amount(allocations.iter().fold(0, |sum, held| held.stake.0.saturating_add(sum))),
            proposal_deposits: account.proposal_deposits,
            storage_deposits: account.storage_deposits,
            unstaking: unstaking.into_iter().map(|entry| (entry.amount, entry.free_at)).collect(),
            allocations,
            delegations,
            delegators: voting::delegators(chain, id)?,
            calendar: voting::calendar(chain, &ctx, id)?,
            recent,
        })))
    }
}

/// S at the head; there may be no proposal to ask about, so the timeline is built from the parameter epochs.
fn base(chain: &Chain) -> Result<Amount, Error> {
    let state = chain.client.state();
    let mut timeline = Timeline::default();
    let mut params = chain.client.params().map_err(convert::client)?;
    for epoch in queries::epochs(state).map_err(convert::governance)? {
        let alpha = alpha(epoch.params.half_life).ok_or_else(|| convert::defect("half-life out of bounds"))?;
        timeline.begin(Span { start: epoch.slot, alpha });
        params = epoch.params;
    }
    let ctx = chain.client.context(chain.client.head().slot).map_err(convert::client)?;
    let base = queries::base(state).map_err(convert::governance)?;
    threshold_base(&base, &timeline, &params, ctx.supply, ctx.slot).map_err(convert::defect)
}
