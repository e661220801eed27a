//! Stake over several proposals in one signature: rows of proposal, side and amount, and the calls that bring the
//! account's allocations there, releases first.

use crate::{
    client::use_client,
    components::{Deed, Field, act_panel, field, react, select, tool_button},
    say, text,
};
use leptos::prelude::*;
use zera_primitives::{Amount, ProposalId, Side, limits, tx::Call};
use zera_worker_protocol::{AccountView, BoundView, ProposalView};

/// What an account wants on a proposal, and what it has there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Want {
    /// The proposal.
    pub proposal: ProposalId,
    /// Its allocation now.
    pub now: Option<(Side, Amount)>,
    /// The side it wants.
    pub side: Side,
    /// All that shall stand there, not what is added.
    pub amount: Amount,
}

/// The calls for it, releases first, so that what becomes free can move; `free` is stake that nothing binds, and what is
/// missing is staked in the same transaction.
///
/// # Errors
/// A proposal named twice, nothing to change, or more than one transaction holds.
pub fn calls(wants: &[Want], free: Amount) -> Result<Vec<Call>, String> {
    let twice = wants
        .iter()
        .enumerate()
        .find(|(i, want)| wants.iter().skip(i + 1).any(|other| other.proposal == want.proposal));
    if let Some((_, want)) = twice {
        return Err(say!(SPLIT_TWICE, want.proposal));
    }
    let (mut less, mut more) = (Vec::new(), Vec::new());
    let (mut freed, mut needed) = (free.0, 0u128);
    for want in wants {
        let Want { proposal, now, side, amount } = *want;
        let held = match now {
            Some((at, held)) if at == side => held,
            Some((at, held)) => {
                less.push(Call::Allocate { proposal, side: at, amount: Amount::ZERO });
                freed = freed.saturating_add(held.0);
                Amount::ZERO
            }
            None => Amount::ZERO,
        };
        let call = Call::Allocate { proposal, side, amount };
        if amount < held {
            less.push(call);
            freed = freed.saturating_add(held.0 - amount.0);
        } else if amount > held {
            more.push(call);
            needed = needed.saturating_add(amount.0 - held.0);
        }
    }
    if less.is_empty() && more.is_empty() {
        return Err(say!(SPLIT_NOTHING).to_owned());
    }
    let missing = needed.saturating_sub(freed);
    if missing > 0 {
        less.push(Call::Stake { amount: Amount(missing) });
    }
    less.append(&mut more);
    if less.len() > limits::TRANSACTION_CALLS {
        return Err(say!(SPLIT_LONG, less.len(), limits::TRANSACTION_CALLS));
    }
    Ok(less)
}

/// Stake of an account that nothing binds.
#[must_use]
pub fn free_stake(account: &AccountView) -> Amount {
    let staked = account.calendar.iter().filter(|entry| entry.bound == BoundView::Staked).map(|entry| entry.amount.0);
    Amount(staked.fold(0, u128::saturating_add))
}

/// What it could put on proposals beyond what stands there: free stake, and free balance but a little for fees.
#[must_use]
pub fn available(account: &AccountView) -> Amount {
    Amount(free_stake(account).0.saturating_add(account.free.saturating_sub(Amount::zra(100)).0))
}

#[derive(Clone, Copy)]
struct Row {
    key: u64,
    proposal: RwSignal<String>,
    side: RwSignal<String>,
    amount: RwSignal<String>,
}

/// The editor. `chosen` are the proposals that have a row; taking one out of it takes its row away.
#[must_use]
pub fn editor(
    account: Memo<Option<Box<AccountView>>>,
    proposals: Memo<Vec<ProposalView>>,
    chosen: RwSignal<Vec<ProposalId>>,
) -> AnyView {
    let rows: RwSignal<Vec<Row>> = RwSignal::new(Vec::new());
    let next = StoredValue::new(0u64);
    // Rows belong to the editor: made by the effect below, they would end with its next run.
    let owner = Owner::current();
    let add = move |id: ProposalId| {
        let key = next.get_value();
        next.set_value(key + 1);
        let mine = proposals.with_untracked(|all| all.iter().find(|p| p.id == id).and_then(|p| p.mine));
        let (side, amount) = mine.map_or(("for", String::new()), |(side, stake, _)| {
            (if side == Side::Against { "against" } else { "for" }, stake.to_string())
        });
        let signal = |text: String| {
            owner
                .as_ref()
                .map_or_else(|| RwSignal::new(text.clone()), |owner| owner.with(|| RwSignal::new(text.clone())))
        };
        let row = Row { key, proposal: signal(id.to_string()), side: signal(side.into()), amount: signal(amount) };
        rows.update(|rows| rows.push(row));
    };
    Effect::new(move |_| {
        let chosen = chosen.get();
        let known: Vec<String> =
            rows.with_untracked(|rows| rows.iter().map(|row| row.proposal.get_untracked()).collect());
        rows.update(|rows| rows.retain(|row| chosen.iter().any(|id| id.to_string() == row.proposal.get_untracked())));
        chosen.iter().filter(|id| !known.contains(&id.to_string())).for_each(|id| add(*id));
    });
    let remove = move |row: Row| {
        let id = row.proposal.get_untracked();
        rows.update(|rows| rows.retain(|known| known.key != row.key));
        chosen.update(|chosen| chosen.retain(|known| known.to_string() != id));
    };
    let wants = move || account.with(|account| wants(&rows.get(), &proposals.get(), account.as_deref()));
    let deed = move || -> Deed {
        let free = account.with(|account| account.as_deref().map_or(Amount::ZERO, free_stake));
        Ok((Vec::new(), calls(&wants()?, free)?))
    };
    let sum = move || {
        let (held, asked) = wants().ok()?.iter().fold((0u128, 0u128), |(held, asked), want| {
            (held + want.now.map_or(0, |(_, held)| held.0), asked + want.amount.0)
        });
        let most = account.with(|account| account.as_deref().map_or(0, |account| available(account).0)) + held;
        let words = say!(SPLIT_SUM, text::zra(Amount(asked)), text::zra_about(Amount(most)));
        let over = asked > most;
        Some(view! { <p class="small" class:m-alarm=over role="status"><b>{words}</b></p> })
    };
    let lines = move || rows.get().into_iter().map(|row| line(row, proposals, remove)).collect_view().into_any();
    view! {
        <div class="split">
            <div class="stack">
                {react(lines)}
                {sum}
                <div>{tool_button(say!(SPLIT_ADD), move || chosen.update(|chosen| chosen.extend(first_free(&proposals.get_untracked(), chosen))))}</div>
            </div>
            <section class="panel" aria-label=say!(SPLIT_PANEL)>
                <h2>{say!(SPLIT_PANEL)}</h2>
                <p class="small dim">{say!(SPLIT_WHAT)}</p>
                {act_panel(say!(PREVIEW_AND_SIGN), deed, None, |_| use_client().refresh())}
            </section>
        </div>
    }
    .into_any()
}

/// The first open proposal without a row.
fn first_free(proposals: &[ProposalView], chosen: &[ProposalId]) -> Option<ProposalId> {
    proposals.iter().filter(|proposal| proposal.state.is_open()).map(|p| p.id).find(|id| !chosen.contains(id))
}

/// What an account put on a proposal itself; what a delegate put there is the delegation's.
fn own(account: Option<&AccountView>, id: ProposalId) -> Option<(Side, Amount)> {
    let mut there = account?.allocations.iter().filter(|a| a.live && a.proposal == id && a.by.is_none());
    there.next().map(|allocation| (allocation.side, allocation.stake))
}

fn wants(rows: &[Row], proposals: &[ProposalView], account: Option<&AccountView>) -> Result<Vec<Want>, String> {
    if rows.is_empty() {
        return Err(say!(SPLIT_EMPTY).to_owned());
    }
    rows.iter()
        .map(|row| {
            let id = row.proposal.get();
            let found = proposals.iter().find(|proposal| proposal.id.to_string() == id);
            let proposal = found.ok_or_else(|| say!(SPLIT_EMPTY).to_owned())?;
            let amount = row.amount.get();
            let amount = if amount.trim().is_empty() { "0" } else { amount.as_str() };
            let amount = amount.parse::<Amount>().map_err(|_| say!(NOT_AMOUNT).to_owned())?;
            let side = if row.side.get() == "against" { Side::Against } else { Side::For };
            Ok(Want { proposal: proposal.id, now: own(account, proposal.id), side, amount })
        })
        .collect()
}

fn line(row: Row, proposals: Memo<Vec<ProposalView>>, remove: impl Fn(Row) + Copy + Send + Sync + 'static) -> AnyView {
    let label = proposals.with_untracked(|all| {
        let id = row.proposal.get_untracked();
        all.iter()
            .find(|p| p.id.to_string() == id)
            .map(|p| format!("#{} {}", p.id, text::safe(&p.title)))
            .unwrap_or_default()
    });
    let wrong = move || {
        let text = row.amount.get();
        (!text.is_empty() && text.parse::<Amount>().is_err()).then(|| say!(NOT_AMOUNT).to_owned())
    };
    let sides = vec![("for".to_owned(), say!(FOR).to_owned()), ("against".to_owned(), say!(AGAINST).to_owned())];
    view! {
        <fieldset class="split-row">
            <legend class="small"><bdi><b>{label}</b></bdi></legend>
            {select(Field::new(format!("split-side-{}", row.key), say!(SIDE)), sides, row.side)}
            {field(Field::new(format!("split-amount-{}", row.key), say!(SPLIT_AMOUNT)).unit("ZRA"), row.amount, wrong)}
            {tool_button(say!(SPLIT_REMOVE), move || remove(row))}
        </fieldset>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn want(id: u64, now: Option<(Side, u64)>, side: Side, amount: u64) -> Want {
        let now = now.map(|(side, held)| (side, Amount::zra(held)));
        Want { proposal: ProposalId(id), now, side, amount: Amount::zra(amount) }
    }

    fn allocate(id: u64, side: Side, amount: u64) -> Call {
        Call::Allocate { proposal: ProposalId(id), side, amount: Amount::zra(amount) }
    }

    #[test]
    fn what_becomes_free_moves_before_anything_is_staked() {
        let wants = [want(1, None, Side::For, 60), want(2, Some((Side::For, 100)), Side::For, 50)];
        let found = calls(&wants, Amount::zra(5)).unwrap();
        let stake = Call::Stake { amount: Amount::zra(5) };
        assert_eq!(found, [allocate(2, Side::For, 50), stake, allocate(1, Side::For, 60)]);
    }

    #[test]
    fn the_other_side_is_left_first_and_its_stake_counts() {
        let wants = [want(3, Some((Side::For, 40)), Side::Against, 30)];
        assert_eq!(calls(&wants, Amount::ZERO).unwrap(), [allocate(3, Side::For, 0), allocate(3, Side::Against, 30)]);
    }

    #[test]
    fn nothing_twice_and_too_much_are_said() {
        assert!(calls(&[want(1, Some((Side::For, 4)), Side::For, 4)], Amount::ZERO).is_err());
        assert!(calls(&[want(1, None, Side::For, 4), want(1, None, Side::For, 5)], Amount::zra(9)).is_err());
        let many: Vec<Want> = (0..33).map(|id| want(id, None, Side::For, 1)).collect();
        assert!(calls(&many, Amount::zra(99)).is_err());
        assert_eq!(calls(&many[..32], Amount::zra(99)).unwrap().len(), 32);
    }
}
