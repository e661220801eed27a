//! "Your stake": stakes what is missing and allocates it in one transaction.

use super::proposal::available;
use crate::components::react;
use crate::{
    components::{Deed, Field, act_panel, bare, field, kv, link_button, seg},
    known, say, text, words,
};
use leptos::prelude::*;
use zera_primitives::{Amount, Side, tx::Call};
use zera_worker_protocol::ProposalDetail;

type Detail = Memo<Option<Box<ProposalDetail>>>;

/// The panel beside the curve.
#[must_use]
pub fn panel(detail: Detail) -> AnyView {
    let (side, amount) = (RwSignal::new("for".to_owned()), RwSignal::new(String::new()));
    let wrong = move || {
        let text = amount.get();
        if text.is_empty() {
            return None;
        }
        let Ok(asked) = text.parse::<Amount>() else { return Some(say!(NOT_AMOUNT).to_owned()) };
        let most = detail.with(|d| d.as_ref().map_or(Amount::ZERO, |d| available(d)));
        let over = asked.saturating_sub(most);
        (side.get() != "release" && !over.is_zero()).then(|| say!(TOO_MANY, text::zra(over), text::zra_about(most)))
    };
    let deed = move || deed(detail, &side.get(), &amount.get(), wrong());
    let all = move || {
        let most = detail.with_untracked(|d| d.as_ref().map_or(Amount::ZERO, |d| available(d)));
        amount.set(
            Amount(most.0 / zera_primitives::amount::UNITS_PER_ZRA * zera_primitives::amount::UNITS_PER_ZRA)
                .to_string(),
        );
    };
    let facts = move || detail.with(|d| d.as_ref().map(|d| facts(d)));
    let live = Memo::new(move |_| detail.with(|d| d.as_ref().is_some_and(|d| d.proposal.state.is_live())));
    let sides = [("for", say!(FOR)), ("against", say!(AGAINST)), ("release", say!(RELEASE))]
        .map(|(key, label)| (key.to_owned(), label.to_owned()));
    let form = move || {
        if !live.get() {
            return view! { <p class="small dim">{say!(STAKE_CLOSED)}</p> }.into_any();
        }
        view! {
            {seg("side", say!(SIDE), sides.to_vec(), side)}
            {move || (side.get() != "release").then(|| view! {
                {field(Field::new("stake-amount", say!(AMOUNT)).kind("u128, 10⁻⁹ ZRA").unit("ZRA").hint(say!(STAKE_HINT)), amount, wrong)}
                <p class="small">{link_button(say!(ALL_OF_MINE), all)}</p>
            })}
            {act_panel(say!(PREVIEW_AND_SIGN), deed, None, move |_| amount.set(String::new()))}
        }
        .into_any()
    };
    view! {
        <section class="panel" aria-labelledby="your-stake">
            <h2 id="your-stake">{say!(YOUR_STAKE)}</h2>
            {react(move || facts().into_any())}
            {react(form)}
            {move || live.get().then(|| view! { <div class="stack-2"><p class="small"><b>{say!(IF_ENACTED)}</b></p><p class="small dim">{say!(IF_ENACTED_WHAT)}</p></div> })}
        </section>
    }
    .into_any()
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

/// Sets the allocation; stakes first what is not staked yet, and leaves the other side first when it stands there.
fn deed(detail: Detail, side: &str, amount: &str, wrong: Option<String>) -> Deed {
    let Some(detail) = detail.get() else { return Err(say!(ASKING).to_owned()) };
    let proposal = detail.proposal.id;
    let mine = detail.proposal.mine;
    let release = |side| Call::Allocate { proposal, side, amount: Amount::ZERO };
    if side == "release" {
        return mine.map_or_else(
            || Err(say!(WHY_NOTHING_HERE).to_owned()),
            |(side, ..)| Ok((Vec::new(), vec![release(side)])),
        );
    }
    if let Some(wrong) = wrong {
        return Err(wrong);
    }
    let asked: Amount = amount.parse().map_err(|_| say!(WHY_AMOUNT).to_owned())?;
    if asked.is_zero() {
        return Err(say!(WHY_AMOUNT).to_owned());
    }
    let side = if side == "against" { Side::Against } else { Side::For };
    let mut calls = Vec::new();
    let mut free = detail.free_stake.unwrap_or_default();
    let mut total = asked;
    match mine {
        Some((at, stake, _)) if at == side => total = Amount(stake.0.saturating_add(asked.0)),
        Some((at, stake, _)) => {
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
