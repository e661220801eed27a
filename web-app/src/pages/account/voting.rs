//! An account's part in votes: whom it lets allocate its stake, who lets it, and when each part of its ZRA can be free.

use crate::{
    client::{network, use_client},
    components::{
        Deed, Field, act_panel, bare, empty, field, leaf, link, react, seg, select, table, tag, td, td_known, td_num,
    },
    known, say, text, words,
};
use leptos::prelude::*;
use zera_primitives::{AccountId, Address, Amount, Class, Slot, tx::Call};
use zera_worker_protocol::{AccountView, BindingView, BoundView, DelegationView, DelegatorView};

fn who(id: &AccountId) -> AnyView {
    let address = Address::Account(*id).to_text(network());
    view! { <a href=format!("/account/{address}")><code>{text::short(&address)}</code></a> }.into_any()
}

/// Delegations, delegators and the unlock calendar.
#[must_use]
pub fn leaves(account: &AccountView) -> AnyView {
    let delegators = (!account.delegators.is_empty())
        .then(|| leaf(say!(DELEGATORS), say!(DELEGATORS_NOTE), delegators(&account.delegators)));
    view! {
        {leaf(say!(CALENDAR), say!(CALENDAR_NOTE), calendar(&account.calendar))}
        {leaf(say!(DELEGATIONS), say!(DELEGATIONS_NOTE), delegations(&account.delegations))}
        {delegators}
    }
    .into_any()
}

fn delegations(all: &[DelegationView]) -> AnyView {
    if all.is_empty() {
        return empty(say!(DELEGATIONS_EMPTY), ());
    }
    let rows = all.iter().map(|held| {
        let evidence = known::state(text::zra(held.amount), say!(DELEGATION_ABOUT));
        (
            tag(say!(CLASS_TAG, words::class(held.class))),
            vec![
                td(say!(DELEGATE), who(&held.to)),
                td_num(say!(AMOUNT), text::zra_about(held.amount)),
                td_num(say!(ALLOCATED_OF_IT), text::zra_about(held.allocated)),
                td_known(bare(evidence)),
            ],
        )
    });
    let columns = [
        (say!(CLASS), false),
        (say!(DELEGATE), false),
        (say!(AMOUNT), true),
        (say!(ALLOCATED_OF_IT), true),
        ("", false),
    ];
    table(say!(DELEGATIONS), &columns, rows.collect())
}

fn delegators(all: &[DelegatorView]) -> AnyView {
    let rows = all.iter().map(|held| {
        let evidence = known::state(text::zra(held.amount), say!(DELEGATION_ABOUT));
        (
            tag(say!(CLASS_TAG, words::class(held.class))),
            vec![
                td(say!(DELEGATOR), who(&held.from)),
                td_num(say!(AMOUNT), text::zra_about(held.amount)),
                td_known(bare(evidence)),
            ],
        )
    });
    let columns = [(say!(CLASS), false), (say!(DELEGATOR), false), (say!(AMOUNT), true), ("", false)];
    table(say!(DELEGATORS), &columns, rows.collect())
}

/// Soonest first.
fn calendar(all: &[BindingView]) -> AnyView {
    if all.is_empty() {
        return empty(say!(CALENDAR_EMPTY), ());
    }
    let client = use_client();
    let now = client.status.with_untracked(|status| status.as_ref().map_or(0, |status| status.slot.0));
    let rows = all.iter().map(|entry| {
        let evidence = known::recomputed(text::zra(entry.amount), say!(CALENDAR_ABOUT), say!(CALENDAR_HOW));
        (
            bound(&entry.bound),
            vec![
                td_num(say!(AMOUNT), text::zra_about(entry.amount)),
                td(say!(FREE_AT), free_at(now, entry.free_at)),
                td_known(bare(evidence)),
            ],
        )
    });
    let columns = [(say!(BOUND_BY), false), (say!(AMOUNT), true), (say!(FREE_AT), false), ("", false)];
    table(say!(CALENDAR), &columns, rows.collect())
}

/// A date, and how far it is.
fn free_at(now: u64, slot: Slot) -> AnyView {
    if slot.0 <= now {
        return say!(FREE_NOW).into_any();
    }
    let zero = use_client().status.with_untracked(|status| status.as_ref().map_or(0, |status| status.clock_zero_ms));
    let date = text::date(zero / 1_000 + slot.0);
    view! { {say!(IN_TIME, text::duration(slot.0 - now))}<span class="sub">{date}</span> }.into_any()
}

fn bound(bound: &BoundView) -> AnyView {
    match bound {
        BoundView::Staked => say!(BOUND_STAKED).into_any(),
        BoundView::Allocated { proposal, side } => view! {
            {say!(BOUND_ALLOCATED, words::side(*side))}" "{link(format!("/proposals/{proposal}"), format!("#{proposal}"))}
        }
        .into_any(),
        BoundView::Delegated { class, to } => {
            view! { {say!(BOUND_DELEGATED, words::class(*class))}" "{who(to)} }.into_any()
        }
        BoundView::Unstaking => say!(BOUND_UNSTAKING).into_any(),
        BoundView::Deposit(proposal) => view! {
            {say!(BOUND_DEPOSIT)}" "{link(format!("/proposals/{proposal}"), format!("#{proposal}"))}
        }
        .into_any(),
    }
}

fn class_of(key: &str) -> Class {
    Class::ALL.into_iter().find(|class| words::class(*class) == key).unwrap_or(Class::Minor)
}

/// The form: make a delegation, claw one back, or give back what others delegated.
#[must_use]
pub fn form(own: AccountId, account: Memo<Option<Box<AccountView>>>) -> AnyView {
    let what = RwSignal::new("make".to_owned());
    let class = RwSignal::new(words::class(Class::Minor).to_owned());
    let (to, amount) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let wrong_to = move || {
        let text = to.get();
        if text.trim().is_empty() { None } else { delegate(&text, own).err() }
    };
    let wrong_amount = move || {
        let text = amount.get();
        (!text.is_empty() && text.parse::<Amount>().is_err()).then(|| say!(NOT_AMOUNT).to_owned())
    };
    let deed = move || -> Deed {
        let class = class_of(&class.get());
        let held = account.with(|account| account.as_ref().map(|account| (delegation(account, class), free(account))));
        let (held, free) = held.ok_or_else(|| say!(ASKING).to_owned())?;
        let calls = match what.get().as_str() {
            "claw" => {
                let held = held.ok_or_else(|| say!(CLAW_NOTHING, words::class(class)))?;
                vec![Call::Delegate { class, to: held.to, amount: Amount::ZERO }]
            }
            "resign" => vec![Call::Delegate { class, to: own, amount: Amount::ZERO }],
            _ => make(class, delegate(&to.get(), own)?, &amount.get(), held.as_ref(), free)?,
        };
        Ok((Vec::new(), calls))
    };
    let whats = [("make", say!(DELEGATE_MAKE)), ("claw", say!(DELEGATE_CLAW)), ("resign", say!(DELEGATE_RESIGN))]
        .map(|(key, label)| (key.to_owned(), label.to_owned()))
        .to_vec();
    let classes =
        Class::ALL.map(|class| (words::class(class).to_owned(), say!(CLASS_TAG, words::class(class)))).to_vec();
    let makes = Memo::new(move |_| what.get() == "make");
    let note = move || crate::deeds::keyed(crate::en::DELEGATE_NOTES, &what.get());
    let fields = move || {
        if !makes.get() {
            return ().into_any();
        }
        view! {
            {field(Field::new("delegate", say!(DELEGATE)).kind("address").mono(), to, wrong_to)}
            {field(Field::new("delegated", say!(AMOUNT)).unit("ZRA").kind("u128, 10⁻⁹ ZRA").hint(say!(DELEGATE_HINT)), amount, wrong_amount)}
        }
        .into_any()
    };
    view! {
        <section class="panel" aria-label=say!(DELEGATE_PANEL)>
            {seg("delegation", say!(DELEGATE_FORM), whats, what)}
            <p class="small dim" aria-live="polite">{note}</p>
            {select(Field::new("delegation-class", say!(CLASS)), classes, class)}
            {react(fields)}
            {act_panel(say!(PREVIEW_AND_SIGN), deed, None, |_| ())}
        </section>
    }
    .into_any()
}

fn delegation(account: &AccountView, class: Class) -> Option<DelegationView> {
    account.delegations.iter().find(|held| held.class == class).cloned()
}

fn free(account: &AccountView) -> Amount {
    super::super::split::free_stake(account)
}

/// An account other than one's own.
fn delegate(text: &str, own: AccountId) -> Result<AccountId, String> {
    if text.trim().is_empty() {
        return Err(say!(WHY_DELEGATE).to_owned());
    }
    match Address::from_text(text.trim(), network()) {
        Ok(Address::Account(id)) if id == own => Err(say!(DELEGATE_SELF).to_owned()),
        Ok(Address::Account(id)) => Ok(id),
        Ok(Address::Module(_)) => Err(say!(DELEGATE_MODULE).to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// Sets a delegation to `amount`; stakes first what is not free stake yet.
fn make(
    class: Class,
    to: AccountId,
    amount: &str,
    held: Option<&DelegationView>,
    free: Amount,
) -> Result<Vec<Call>, String> {
    let amount: Amount = amount.parse().map_err(|_| say!(WHY_AMOUNT).to_owned())?;
    if amount.is_zero() {
        return Err(say!(WHY_AMOUNT).to_owned());
    }
    let freed = held.map_or(Amount::ZERO, |held| held.amount);
    let missing = amount.saturating_sub(Amount(free.0.saturating_add(freed.0)));
    let mut calls = Vec::new();
    if !missing.is_zero() {
        calls.push(Call::Stake { amount: missing });
    }
    calls.push(Call::Delegate { class, to, amount });
    Ok(calls)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_missing_is_staked_first() {
        let to = AccountId([7; 32]);
        let held = DelegationView { class: Class::Minor, to, amount: Amount::zra(30), allocated: Amount::ZERO };
        let found = make(Class::Minor, to, "100", Some(&held), Amount::zra(50)).unwrap();
        assert_eq!(
            found,
            [
                Call::Stake { amount: Amount::zra(20) },
                Call::Delegate { class: Class::Minor, to, amount: Amount::zra(100) }
            ]
        );
        assert_eq!(make(Class::Patch, to, "10", None, Amount::zra(50)).unwrap().len(), 1);
        assert!(make(Class::Patch, to, "0", None, Amount::ZERO).is_err());
    }

    #[test]
    fn every_class_is_found_by_its_word() {
        for class in Class::ALL {
            assert_eq!(class_of(words::class(class)), class);
        }
    }
}
