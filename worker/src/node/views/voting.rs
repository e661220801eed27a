//! What voters see beside the tally: delegations, the unlock calendar, flags, what a forecast hangs on, the lock.

use crate::node::{chain::Chain, convert};
use zera_governance::{
    Forecast, Mandate,
    calendar::Bound,
    detector::{Flag, Moment},
    queries,
    records::{Allocation, Ctx},
};
use zera_primitives::{AccountId, Amount, Class, Height, ProposalId, Slot};
use zera_worker_protocol::{
    BindingView, BoundView, DatesView, DelegationView, DelegatorView, Error, FlagView, LockView, SensitivityView,
};

/// What moves the forecast of a live proposal.
pub fn sensitivity(chain: &Chain, ctx: &Ctx, id: ProposalId) -> Result<Option<SensitivityView>, Error> {
    let situation = queries::situation(chain.client.state(), ctx, id, 1).map_err(convert::governance)?;
    if !situation.state.is_open() {
        return Ok(None);
    }
    let found = situation.sensitivity().map_err(convert::governance)?;
    let dates = |forecast: &Forecast| DatesView { crosses: forecast.crosses, enacts: forecast.enacts };
    Ok(Some(SensitivityView {
        lower: dates(&found.lower),
        higher: dates(&found.higher),
        earliest: dates(&found.earliest),
    }))
}

/// How a proposal stood when it was locked in.
pub fn lock(chain: &Chain, id: ProposalId) -> Result<Option<LockView>, Error> {
    let lock = queries::lock(chain.client.state(), id).map_err(convert::governance)?;
    Ok(lock.map(|lock| LockView {
        at: (lock.height, lock.slot),
        class: lock.class,
        tally: (lock.tally.y_for, lock.tally.y_against, lock.tally.base),
        rehearsal: lock.rehearsal,
    }))
}

/// What in a proposal's life is worth a look.
pub fn flags(chain: &Chain, ctx: &Ctx, id: ProposalId) -> Result<Vec<FlagView>, Error> {
    let flags = queries::flags(chain.client.state(), ctx, id).map_err(convert::governance)?;
    Ok(flags.iter().map(flag).collect())
}

fn flag(flag: &Flag) -> FlagView {
    type Span = ((Height, Slot), (Height, Slot));
    let span = |from: &Moment, to: &Moment| -> Span { ((from.height, from.slot), (to.height, to.slot)) };
    match flag {
        Flag::BaseJump { from, to, before, after, base, mover } => FlagView {
            what: "base_jump".into(),
            account: mover.map(|(account, _)| account),
            amount: Amount(before.0.abs_diff(after.0)),
            base: *base,
            between: span(from, to),
        },
        Flag::Pulse { account, amount, dip, from, to, base, .. } => FlagView {
            what: if *dip { "dip" } else { "pulse" }.into(),
            account: Some(*account),
            amount: *amount,
            base: *base,
            between: span(from, to),
        },
        Flag::LateArrival { account, amount, from, to, base } => FlagView {
            what: "late_arrival".into(),
            account: Some(*account),
            amount: *amount,
            base: *base,
            between: span(from, to),
        },
    }
}

/// Stake that others let the active key allocate in one class.
pub fn delegated(chain: &Chain, class: Class) -> Result<Amount, Error> {
    let Some(account) = chain.account else { return Ok(Amount::ZERO) };
    let all = queries::delegators(chain.client.state(), &account, class).map_err(convert::governance)?;
    Ok(Amount(all.iter().fold(0, |sum, one| one.amount.0.saturating_add(sum))))
}

/// What an account lets others allocate, with what of it is allocated now.
pub fn delegations(
    chain: &Chain,
    id: &AccountId,
    allocations: &[(Allocation, Amount)],
) -> Result<Vec<DelegationView>, Error> {
    let allocated = |mandate: &Mandate| {
        let made = allocations.iter().filter(|(held, _)| held.by.as_ref() == Some(mandate));
        Amount(made.fold(0, |sum, (held, _)| held.curve.x.0.saturating_add(sum)))
    };
    let all = queries::delegations(chain.client.state(), id).map_err(convert::governance)?.into_iter();
    Ok(all
        .map(|delegation| DelegationView {
            class: delegation.mandate.class,
            to: delegation.mandate.to,
            amount: delegation.amount,
            allocated: allocated(&delegation.mandate),
        })
        .collect())
}

/// Those who let an account allocate their stake, class by class.
pub fn delegators(chain: &Chain, id: &AccountId) -> Result<Vec<DelegatorView>, Error> {
    let mut views = Vec::new();
    for class in Class::ALL {
        let all = queries::delegators(chain.client.state(), id, class).map_err(convert::governance)?;
        views.extend(all.iter().map(|one| DelegatorView { class, from: one.account, amount: one.amount }));
    }
    Ok(views)
}

/// When each part of an account's ZRA can be free.
pub fn calendar(chain: &Chain, ctx: &Ctx, id: &AccountId) -> Result<Vec<BindingView>, Error> {
    let bindings = queries::calendar(chain.client.state(), ctx, id).map_err(convert::governance)?;
    let bound = |bound: Bound| match bound {
        Bound::Staked => BoundView::Staked,
        Bound::Allocated { proposal, side } => BoundView::Allocated { proposal, side },
        Bound::Delegated(mandate) => BoundView::Delegated { class: mandate.class, to: mandate.to },
        Bound::Unstaking => BoundView::Unstaking,
        Bound::Deposit(proposal) => BoundView::Deposit(proposal),
    };
    let view = |binding: &zera_governance::calendar::Binding| BindingView {
        bound: bound(binding.bound),
        amount: binding.amount,
        free_at: binding.free_at,
    };
    Ok(bindings.iter().map(view).collect())
}
