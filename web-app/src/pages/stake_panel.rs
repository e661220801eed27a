//! "Your stake": stakes what is missing and allocates it in one transaction; claws delegated stake back in the same one
//! where it stands in the way; as a delegate, allocates a share of what others delegated.

use super::proposal::available;
use crate::{
    answer,
    client::{live, network, use_client},
    components::{Deed, Field, act_panel, bare, check, field, kv, link, link_button, react, reveal, seg},
    known, say, text, words,
};
use leptos::prelude::*;
use zera_primitives::{Address, Amount, Class, Side, amount::UNITS_PER_ZRA, tx::Call};
use zera_worker_protocol::{AccountView, Command, DelegationView, ProposalDetail};

type Detail = Memo<Option<Box<ProposalDetail>>>;

#[derive(Clone, Copy)]
struct Form {
    side: RwSignal<String>,
    amount: RwSignal<String>,
    /// Claw the delegation of this class back in the same signature.
    claw: RwSignal<bool>,
    /// The delegation that binds stake of this class, if there is one.
    delegation: Memo<Option<DelegationView>>,
    /// What the account itself put on the proposal.
    own: Memo<Option<(Side, Amount)>>,
}

impl Form {
    /// What could be put on the proposal, clawed-back stake included when that is asked for; tracked.
    fn most(self, detail: Detail) -> Amount {
        let own = detail.with(|d| d.as_ref().map_or(Amount::ZERO, |d| available(d)));
        Amount(own.0.saturating_add(self.clawed().0))
    }

    fn clawed(self) -> Amount {
        if self.claw.get() { self.delegation.get().map_or(Amount::ZERO, |held| held.amount) } else { Amount::ZERO }
    }
}

/// The active key's account.
fn account() -> Memo<Option<Box<AccountView>>> {
    let client = use_client();
    let id = Memo::new(move |_| client.status.with(|status| status.as_ref().and_then(|status| status.account)));
    let slot = live(move || id.get().map(Command::Account), |result| answer!(result, Account));
    Memo::new(move |_| slot.with(|answer| answer.as_ref().and_then(|result| result.as_ref().ok()).cloned()))
}

/// Its delegation for the proposal's class.
fn delegation(account: Memo<Option<Box<AccountView>>>, detail: Detail) -> Memo<Option<DelegationView>> {
    let class: Memo<Option<Class>> = Memo::new(move |_| detail.with(|d| d.as_ref().map(|d| d.proposal.class)));
    Memo::new(move |_| {
        let class = class.get()?;
        account.with(|account| account.as_ref()?.delegations.iter().find(|held| held.class == class).cloned())
    })
}

/// What it put on the proposal itself; what a delegate put there with its stake is the delegation's.
fn own(account: Memo<Option<Box<AccountView>>>, detail: Detail) -> Memo<Option<(Side, Amount)>> {
    Memo::new(move |_| {
        let id = detail.with(|d| d.as_ref().map(|d| d.proposal.id))?;
        account.with(|account| {
            let mut there =
                account.as_ref()?.allocations.iter().filter(|a| a.live && a.proposal == id && a.by.is_none());
            there.next().map(|allocation| (allocation.side, allocation.stake))
        })
    })
}

/// The panel beside the curve.
#[must_use]
pub fn panel(detail: Detail) -> AnyView {
    let account = account();
    let form = Form {
        side: RwSignal::new("for".to_owned()),
        amount: RwSignal::new(String::new()),
        claw: RwSignal::new(false),
        delegation: delegation(account, detail),
        own: own(account, detail),
    };
    let wrong = move || wrong(form, detail);
    let deed = move || deed(form, detail, wrong());
    let all = move || {
        let most = untrack(|| form.most(detail));
        form.amount.set(Amount(most.0 / UNITS_PER_ZRA * UNITS_PER_ZRA).to_string());
    };
    let facts = move || detail.with(|d| d.as_ref().map(|d| facts(d)));
    let open = Memo::new(move |_| detail.with(|d| d.as_ref().is_some_and(|d| d.proposal.state.is_open())));
    let sides = [("for", say!(FOR)), ("against", say!(AGAINST)), ("release", say!(RELEASE))]
        .map(|(key, label)| (key.to_owned(), label.to_owned()));
    let adds = Memo::new(move |_| form.side.get() != "release");
    let content = move || {
        if !open.get() {
            return view! { <p class="small dim">{say!(STAKE_CLOSED)}</p> }.into_any();
        }
        view! {
            {delegated_away(form)}
            {seg("side", say!(SIDE), sides.to_vec(), form.side)}
            {move || adds.get().then(|| view! {
                {field(Field::new("stake-amount", say!(AMOUNT)).kind("u128, 10⁻⁹ ZRA").unit("ZRA").hint(say!(STAKE_HINT)), form.amount, wrong)}
                <p class="small">{link_button(say!(ALL_OF_MINE), all)}</p>
            })}
            {act_panel(say!(PREVIEW_AND_SIGN), deed, None, move |_| form.amount.set(String::new()))}
            <p class="small">{split_link(detail)}</p>
        }
        .into_any()
    };
    view! {
        <div class="stack">
            <section class="panel" aria-labelledby="your-stake">
                <h2 id="your-stake">{say!(YOUR_STAKE)}</h2>
                {react(move || facts().into_any())}
                {react(content)}
                {move || open.get().then(|| view! { <div class="stack-2"><p class="small"><b>{say!(IF_ENACTED)}</b></p><p class="small dim">{say!(IF_ENACTED_WHAT)}</p></div> })}
            </section>
            {as_delegate(detail, open)}
            {author(detail)}
        </div>
    }
    .into_any()
}

fn split_link(detail: Detail) -> AnyView {
    let id = detail.with_untracked(|d| d.as_ref().map(|d| d.proposal.id));
    id.map_or_else(|| ().into_any(), |id| link(format!("/proposals?split={id}"), say!(SPLIT_LINK)))
}

/// Says that stake of this class is delegated, and offers to take it back in the same signature.
fn delegated_away(form: Form) -> AnyView {
    react(move || {
        let Some(held) = form.delegation.get() else { return ().into_any() };
        let to = Address::Account(held.to).to_text(network());
        let words = say!(
            DELEGATED_AWAY,
            text::zra_short(held.amount),
            words::class(held.class),
            text::zra_short(held.allocated)
        );
        view! {
            <div class="verdict">
                <p class="small">{words}" "<a href=format!("/account/{to}")><code>{text::short(&to)}</code></a></p>
                {check("claw-back", say!(CLAW_AND_VOTE), form.claw)}
            </div>
        }
        .into_any()
    })
}

fn facts(detail: &ProposalDetail) -> AnyView {
    let mine = detail.proposal.mine.map_or_else(
        || say!(NONE).into_any(),
        |(side, stake, conviction)| {
            let words = say!(MINE, text::zra_short(stake), words::side(side), text::zra_short(conviction));
            view! { {words.clone()}" "{bare(known::recomputed(words, say!(CONVICTION_ABOUT), say!(P_ARITHMETIC_HOW)))} }
                .into_any()
        },
    );
    let fact = |amount: Option<Amount>| {
        let words = amount.map_or_else(|| say!(NO_KEY).to_owned(), text::zra_about);
        view! { {words.clone()}" "{amount.map(|_| bare(known::state(words, say!(FREE_STAKE_ABOUT))))} }.into_any()
    };
    kv(vec![
        (say!(ON_THIS).into(), mine),
        (say!(FREE_STAKE).into(), fact(detail.free_stake)),
        (say!(FREE_BALANCE).into(), fact(detail.free_balance)),
    ])
}

fn wrong(form: Form, detail: Detail) -> Option<String> {
    let text = form.amount.get();
    if text.is_empty() {
        return None;
    }
    let Ok(asked) = text.parse::<Amount>() else { return Some(say!(NOT_AMOUNT).to_owned()) };
    let most = form.most(detail);
    let over = asked.saturating_sub(most);
    (form.side.get() != "release" && !over.is_zero()).then(|| say!(TOO_MANY, text::zra(over), text::zra_about(most)))
}

/// Sets the allocation; claws back and stakes first what is not there yet, and leaves the other side first when it stands
/// there.
fn deed(form: Form, detail: Detail, wrong: Option<String>) -> Deed {
    let Some(detail) = detail.get() else { return Err(say!(ASKING).to_owned()) };
    let proposal = detail.proposal.id;
    let own = form.own.get();
    let release = |side| Call::Allocate { proposal, side, amount: Amount::ZERO };
    if form.side.get() == "release" {
        return own
            .map_or_else(|| Err(say!(WHY_NOTHING_HERE).to_owned()), |(side, _)| Ok((Vec::new(), vec![release(side)])));
    }
    if let Some(wrong) = wrong {
        return Err(wrong);
    }
    let asked: Amount = form.amount.get().parse().map_err(|_| say!(WHY_AMOUNT).to_owned())?;
    if asked.is_zero() {
        return Err(say!(WHY_AMOUNT).to_owned());
    }
    let side = if form.side.get() == "against" { Side::Against } else { Side::For };
    let mut calls = Vec::new();
    let clawed = form.clawed();
    if let Some(held) = form.delegation.get().filter(|_| !clawed.is_zero()) {
        calls.push(Call::Delegate { class: held.class, to: held.to, amount: Amount::ZERO });
    }
    let mut free = Amount(detail.free_stake.unwrap_or_default().0.saturating_add(clawed.0));
    let mut total = asked;
    match own {
        Some((at, stake)) if at == side => total = Amount(stake.0.saturating_add(asked.0)),
        Some((at, stake)) => {
            calls.push(release(at));
            free = Amount(free.0.saturating_add(stake.0));
        }
        None => {}
    }
    let missing = asked.saturating_sub(free);
    if !missing.is_zero() {
        calls.push(Call::Stake { amount: missing });
    }
    calls.push(Call::Allocate { proposal, side, amount: total });
    Ok((Vec::new(), calls))
}

/// What others delegated to the active key, and a share of it to allocate.
fn as_delegate(detail: Detail, open: Memo<bool>) -> AnyView {
    let delegated = Memo::new(move |_| detail.with(|d| d.as_ref().map_or(Amount::ZERO, |d| d.delegated)));
    let shown = Memo::new(move |_| open.get() && !delegated.get().is_zero());
    let (side, share) = (RwSignal::new("for".to_owned()), RwSignal::new("100".to_owned()));
    let parsed = move || {
        let text = share.get();
        super::governance_params::parse(super::governance_params::Unit::Ppm, &text)
            .and_then(|ppm| u32::try_from(ppm).ok())
            .filter(|ppm| *ppm > 0 && *ppm <= 1_000_000)
    };
    let wrong = move || parsed().is_none().then(|| say!(SHARE_WRONG).to_owned());
    let deed = move || -> Deed {
        let proposal = detail.with(|d| d.as_ref().map(|d| d.proposal.id)).ok_or_else(|| say!(ASKING).to_owned())?;
        let on = if side.get() == "against" { Side::Against } else { Side::For };
        let share_ppm =
            if side.get() == "release" { 0 } else { parsed().ok_or_else(|| say!(SHARE_WRONG).to_owned())? };
        Ok((Vec::new(), vec![Call::AllocateDelegated { proposal, side: on, share_ppm }]))
    };
    let sides = [("for", say!(FOR)), ("against", say!(AGAINST)), ("release", say!(RELEASE))]
        .map(|(key, label)| (key.to_owned(), label.to_owned()));
    react(move || {
        if !shown.get() {
            return ().into_any();
        }
        let words = say!(DELEGATED_TO_YOU, text::zra_short(delegated.get_untracked()));
        view! {
            <section class="panel" aria-labelledby="as-delegate">
                <h2 id="as-delegate">{say!(AS_DELEGATE)}</h2>
                <p class="small">{words.clone()}" "{bare(known::state(words, say!(DELEGATED_ABOUT)))}</p>
                {seg("delegate-side", say!(SIDE), sides.to_vec(), side)}
                {move || (side.get() != "release").then(|| field(Field::new("share", say!(SHARE)).unit("%").hint(say!(SHARE_HINT)), share, wrong))}
                {act_panel(say!(PREVIEW_AND_SIGN), deed, None, |_| ())}
            </section>
        }
        .into_any()
    })
}

/// Its author may take it back while nobody else has put stake on it. Closed at first: the solid button of this page is
/// the vote's.
fn author(detail: Detail) -> AnyView {
    let client = use_client();
    let mine = Memo::new(move |_| {
        let account = client.status.with(|status| status.as_ref().and_then(|status| status.account))?;
        detail.with(|d| {
            let d = d.as_ref().filter(|d| d.proposal.author == account && d.proposal.state.is_open())?;
            Some((d.proposal.id, d.changes.iter().any(|change| change.account != account)))
        })
    });
    react(move || {
        let Some((proposal, late)) = mine.get() else { return ().into_any() };
        let body = move || {
            if late {
                return view! { <p class="small dim">{say!(WITHDRAW_LATE)}</p> }.into_any();
            }
            let deed = move || -> Deed { Ok((Vec::new(), vec![Call::Withdraw { proposal }])) };
            view! { <div class="stack-2"><p class="small dim">{say!(WITHDRAW_WHAT)}</p>{act_panel(say!(WITHDRAW_IT), deed, None, |_| ())}</div> }
                .into_any()
        };
        reveal(say!(YOUR_PROPOSAL).into_any(), body)
    })
}
