//! Delegation by class, with claw-back. Delegated stake stays its owner's, bound, and what a delegate allocates of it is
//! an allocation of the owner, with its own conviction: it leaves with the owner's stake and nobody else's is touched.
//!
//! Bounds: one delegation per account and class, 64 delegators per delegate and class, 32 allocations per account of
//! both kinds. No chains: who has delegators in a class does not delegate in it, and the other way round.

use crate::{
    allocation::{check_least, live_member, put_back, set_stake, unbound},
    base::BaseDelta,
    curve::Curve,
    error::GovError,
    records::{Allocation, Ctx, Delegation, DelegationEnd, Delegator, GovEvent, Mandate, Member},
    store,
};
use alloc::{vec, vec::Vec};
use zera_primitives::{AccountId, Amount, Class, ProposalId, Side, limits};
use zera_state::{StateAccess, StateView};

/// Lets `to` allocate `amount` of the stake of `who` to proposals filed in `class`: the new amount, not the difference. In
/// a full list a larger delegation displaces the smallest, of equals the newest; what was allocated of that one stays
/// where it is, as its owner's own. Less than before, and another delegate,
/// take effect at once: what was allocated of it leaves with its conviction, the newest allocations first; what would be
/// left below the least allocation leaves too.
///
/// Zero claws the whole back. Zero to oneself also resigns: everybody who delegated to `who` in `class` has it back, so
/// that nobody can be kept from delegating by being made a delegate.
///
/// # Errors
/// [`GovError::SelfDelegation`], [`GovError::HasDelegators`], [`GovError::DelegateDelegates`], [`GovError::DelegateFull`],
/// [`GovError::BelowLeast`], [`GovError::NotEnoughStake`]; [`GovError::Zero`] when there is nothing to give back.
pub fn delegate(
    st: &mut (impl StateAccess + ?Sized),
    ctx: &Ctx,
    who: &AccountId,
    class: Class,
    to: &AccountId,
    amount: Amount,
) -> Result<(Vec<GovEvent>, BaseDelta), GovError> {
    if amount.is_zero() {
        return give_back(st, ctx, who, class, to);
    }
    let mandate = Mandate { class, to: *to };
    check_chain(st, who, &mandate)?;
    check_least(st, amount)?;
    let (mut events, mut base) = (Vec::new(), BaseDelta::NONE);
    let mut member = live_member(st, who)?;
    let held = member.delegations.iter().position(|held| held.mandate.class == class);
    if let Some(held) = held.map(|at| member.delegations.remove(at)) {
        let keep = if held.mandate == mandate { amount } else { Amount::ZERO };
        base = shrink(st, ctx, who, &mut member, class, keep, None)?;
        if held.mandate != mandate {
            strike(st, who, &held.mandate)?;
            let why = DelegationEnd::ClawedBack;
            events.push(GovEvent::DelegationEnded { account: *who, mandate: held.mandate, why });
        }
    }
    let available = unbound(st, who, &member)?;
    if amount > available {
        return Err(GovError::NotEnoughStake { asked: amount, available });
    }
    member.delegations.push(Delegation { mandate, amount });
    store::put_member(st, who, &member);
    if let Some(displaced) = enlist(st, &mandate, Delegator { account: *who, amount })? {
        let why = DelegationEnd::Displaced;
        hand_over(st, &displaced, class)?;
        events.push(GovEvent::DelegationEnded { account: displaced, mandate, why });
    }
    events.push(GovEvent::Delegated { account: *who, mandate, amount });
    Ok((events, base))
}

fn check_chain(st: &(impl StateView + ?Sized), who: &AccountId, mandate: &Mandate) -> Result<(), GovError> {
    if mandate.to == *who {
        return Err(GovError::SelfDelegation);
    }
    let class = mandate.class;
    if !store::delegators(st, &Mandate { class, to: *who })?.is_empty() {
        return Err(GovError::HasDelegators(class));
    }
    if store::member(st, &mandate.to)?.delegations.iter().any(|held| held.mandate.class == class) {
        return Err(GovError::DelegateDelegates(class));
    }
    Ok(())
}

/// Ends the delegation of `who` in `class`, and, to oneself, all those to `who`.
fn give_back(
    st: &mut (impl StateAccess + ?Sized),
    ctx: &Ctx,
    who: &AccountId,
    class: Class,
    to: &AccountId,
) -> Result<(Vec<GovEvent>, BaseDelta), GovError> {
    let (mut events, mut base) = (Vec::new(), BaseDelta::NONE);
    let held = store::member(st, who)?.delegations.into_iter().find(|held| held.mandate.class == class);
    if let Some(Delegation { mandate, .. }) = held {
        base = end(st, ctx, who, class, None)?;
        strike(st, who, &mandate)?;
        events.push(GovEvent::DelegationEnded { account: *who, mandate, why: DelegationEnd::ClawedBack });
    }
    if to == who {
        let mandate = Mandate { class, to: *who };
        for Delegator { account, .. } in store::delegators(st, &mandate)? {
            base = base.plus(end(st, ctx, &account, class, Some(*who))?)?;
            events.push(GovEvent::DelegationEnded { account, mandate, why: DelegationEnd::Resigned });
        }
        store::put_delegators(st, &mandate, &[]);
    }
    if events.is_empty() { Err(GovError::Zero) } else { Ok((events, base)) }
}

/// Takes the delegation of `owner` in `class` out of its entry, with all that was allocated of it; the delegate's list is
/// the caller's affair. `by` is the delegate, when the owner did not ask for it.
fn end(
    st: &mut (impl StateAccess + ?Sized),
    ctx: &Ctx,
    owner: &AccountId,
    class: Class,
    by: Option<AccountId>,
) -> Result<BaseDelta, GovError> {
    let mut member = live_member(st, owner)?;
    member.delegations.retain(|held| held.mandate.class != class);
    let base = shrink(st, ctx, owner, &mut member, class, Amount::ZERO, by)?;
    store::put_member(st, owner, &member);
    Ok(base)
}

/// Takes the delegation of `owner` in `class` out of its entry and leaves what was allocated of it as the owner's own, with
/// its conviction: it did not ask for it, and a moment's larger delegation must not cost others what time has earned.
fn hand_over(st: &mut (impl StateAccess + ?Sized), owner: &AccountId, class: Class) -> Result<(), GovError> {
    let mut member = live_member(st, owner)?;
    member.delegations.retain(|held| held.mandate.class != class);
    for held in &mut member.allocations {
        held.by = held.by.filter(|mandate| mandate.class != class);
    }
    store::put_member(st, owner, &member);
    Ok(())
}

/// Reduces what is allocated under the delegation of `class` to at most `most`, the newest first.
fn shrink(
    st: &mut (impl StateAccess + ?Sized),
    ctx: &Ctx,
    owner: &AccountId,
    member: &mut Member,
    class: Class,
    most: Amount,
    by: Option<AccountId>,
) -> Result<BaseDelta, GovError> {
    let least = store::params(st)?.least_allocation;
    let mut excess = placed(member, class)?.saturating_sub(most);
    let mut base = BaseDelta::NONE;
    for held in member.allocations.iter_mut().rev() {
        if excess.is_zero() {
            break;
        }
        if held.by.is_some_and(|mandate| mandate.class == class) {
            let rest = held.curve.x.saturating_sub(excess);
            let rest = if rest < least { Amount::ZERO } else { rest };
            excess = excess.saturating_sub(held.curve.x.saturating_sub(rest));
            base = base.plus(set_stake(st, ctx, owner, held, rest, by)?)?;
        }
    }
    member.allocations.retain(|held| !held.curve.x.is_zero());
    Ok(base)
}

/// What is allocated under the delegation of `class`.
fn placed(member: &Member, class: Class) -> Result<Amount, GovError> {
    let of_class = member.allocations.iter().filter(|held| held.by.is_some_and(|mandate| mandate.class == class));
    Ok(of_class.map(|held| held.curve.x).try_fold(Amount::ZERO, Amount::add)?)
}

/// Releases the newest allocation that a delegate made for `who`, so that its own finds a place.
pub(crate) fn yield_place(
    st: &mut (impl StateAccess + ?Sized),
    ctx: &Ctx,
    who: &AccountId,
    member: &mut Member,
) -> Result<BaseDelta, GovError> {
    let at = member.allocations.iter().rposition(|held| held.by.is_some()).ok_or(GovError::TooManyAllocations)?;
    let mut held = member.allocations.remove(at);
    set_stake(st, ctx, who, &mut held, Amount::ZERO, None)
}

/// Makes sure that `amount` of the stake in `member` is unbound: what is missing leaves the delegation of `class`, as far
/// as its delegate has not allocated it. A rest below the least allocation leaves too, which ends the delegation.
pub(crate) fn draw(
    st: &mut (impl StateAccess + ?Sized),
    who: &AccountId,
    member: &mut Member,
    class: Class,
    amount: Amount,
) -> Result<Vec<GovEvent>, GovError> {
    let unbound = unbound(st, who, member)?;
    let missing = amount.saturating_sub(unbound);
    if missing.is_zero() {
        return Ok(Vec::new());
    }
    let placed = placed(member, class)?;
    let at = member.delegations.iter().position(|held| held.mandate.class == class);
    let held = at.map(|at| member.delegations.remove(at));
    let spare = held.map_or(Amount::ZERO, |held| held.amount.saturating_sub(placed));
    let Some(held) = held.filter(|_| missing <= spare) else {
        return Err(GovError::NotEnoughStake { asked: amount, available: unbound.add(spare)? });
    };
    let (mandate, rest) = (held.mandate, held.amount.sub(missing)?);
    if placed.is_zero() && rest < store::params(st)?.least_allocation {
        strike(st, who, &mandate)?;
        return Ok(vec![GovEvent::DelegationEnded { account: *who, mandate, why: DelegationEnd::ClawedBack }]);
    }
    member.delegations.push(Delegation { mandate, amount: rest });
    enlist(st, &mandate, Delegator { account: *who, amount: rest })?;
    Ok(vec![GovEvent::Delegated { account: *who, mandate, amount: rest }])
}

/// Writes `new` into the delegate's list and answers who lost a place by it.
fn enlist(
    st: &mut (impl StateAccess + ?Sized),
    mandate: &Mandate,
    new: Delegator,
) -> Result<Option<AccountId>, GovError> {
    let mut list = store::delegators(st, mandate)?;
    let mut displaced = None;
    if let Some(held) = list.iter_mut().find(|held| held.account == new.account) {
        held.amount = new.amount;
    } else {
        if list.len() >= limits::DELEGATORS {
            // Of equals the last is found: the one that came last.
            let least = list.iter().enumerate().rev().min_by_key(|(_, held)| held.amount);
            let (at, least) = least.map(|(at, held)| (at, held.amount)).ok_or(GovError::Missing("delegators"))?;
            if new.amount <= least {
                return Err(GovError::DelegateFull { least });
            }
            displaced = Some(list.remove(at).account);
        }
        list.push(new);
    }
    store::put_delegators(st, mandate, &list);
    Ok(displaced)
}

/// Takes `who` off the delegate's list.
fn strike(st: &mut (impl StateAccess + ?Sized), who: &AccountId, mandate: &Mandate) -> Result<(), GovError> {
    let mut list = store::delegators(st, mandate)?;
    list.retain(|held| held.account != *who);
    store::put_delegators(st, mandate, &list);
    Ok(())
}

/// As the delegate `who`, sets what is allocated of everybody's delegated stake on `side` of `proposal` to the share
/// `share_ppm` of each delegation, rounded down; zero releases it, and so does a share below the least allocation.
/// Answers how many delegators' allocations changed. Delegators are passed over who speak for themselves on this
/// proposal, whose delegated stake is placed elsewhere, or whose places are all taken: nobody's affairs stop the others'.
///
/// # Errors
/// [`GovError::BadShare`], [`GovError::NoSuchProposal`], [`GovError::Closed`], [`GovError::NoDelegators`];
/// [`GovError::OnOtherSide`] while delegated stake is on the other side by this delegate; when nothing changes,
/// [`GovError::DelegatedElsewhere`] if stake was what was missing, else [`GovError::NothingDelegated`].
pub fn allocate_delegated(
    st: &mut (impl StateAccess + ?Sized),
    ctx: &Ctx,
    who: &AccountId,
    proposal: ProposalId,
    side: Side,
    share_ppm: u32,
) -> Result<(u32, BaseDelta), GovError> {
    if share_ppm > 1_000_000 {
        return Err(GovError::BadShare(share_ppm));
    }
    let progress = store::progress(st, proposal)?;
    if !progress.state.is_live() {
        return Err(GovError::Closed(proposal));
    }
    let mandate = Mandate { class: progress.filed, to: *who };
    let delegators = store::delegators(st, &mandate)?;
    if delegators.is_empty() {
        return Err(GovError::NoDelegators(mandate.class));
    }
    let (mut touched, mut base, mut refused) = (0_u32, BaseDelta::NONE, GovError::NothingDelegated);
    for Delegator { account, amount } in delegators {
        let wanted = Wanted { mandate, proposal, side, of: amount, target: amount.share_ppm(share_ppm)? };
        match wanted.place(st, ctx, &account) {
            Ok(delta) => (touched, base) = (touched.saturating_add(1), base.plus(delta)?),
            Err(error @ GovError::DelegatedElsewhere { .. }) if refused == GovError::NothingDelegated => {
                refused = error
            }
            Err(GovError::DelegatedElsewhere { .. } | GovError::NothingDelegated) => {}
            Err(error) => return Err(error),
        }
    }
    if touched == 0 { Err(refused) } else { Ok((touched, base)) }
}

/// What a delegate wants for one delegator.
struct Wanted {
    mandate: Mandate,
    proposal: ProposalId,
    side: Side,
    /// The whole delegation.
    of: Amount,
    /// The allocation.
    target: Amount,
}

impl Wanted {
    /// Sets the allocation of `owner`, or says why that one is passed over.
    fn place(&self, st: &mut (impl StateAccess + ?Sized), ctx: &Ctx, owner: &AccountId) -> Result<BaseDelta, GovError> {
        let mut member = live_member(st, owner)?;
        if member.own_voice.contains(&self.proposal) {
            return Err(GovError::NothingDelegated);
        }
        let at = member.allocations.iter().position(|held| held.proposal == self.proposal);
        let mut held = match at {
            Some(at) => member.allocations.remove(at),
            None => {
                let (proposal, side) = (self.proposal, self.side);
                Allocation { proposal, side, curve: Curve::default(), by: Some(self.mandate) }
            }
        };
        if held.by != Some(self.mandate) {
            return Err(GovError::NothingDelegated);
        }
        if held.side != self.side {
            return Err(GovError::OnOtherSide(held.side));
        }
        let least = store::params(st)?.least_allocation;
        let target = if self.target < least { Amount::ZERO } else { self.target };
        let is_full = member.allocations.len() >= limits::ALLOCATIONS_PER_ACCOUNT;
        if target == held.curve.x || is_full {
            return Err(GovError::NothingDelegated);
        }
        let available = self.of.saturating_sub(placed(&member, self.mandate.class)?);
        if target > available {
            return Err(GovError::DelegatedElsewhere { asked: target, available });
        }
        let base = set_stake(st, ctx, owner, &mut held, target, Some(self.mandate.to))?;
        put_back(&mut member, at, held);
        store::put_member(st, owner, &member);
        Ok(base)
    }
}
