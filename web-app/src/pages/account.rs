//! An account: address, balance, stake, locks, nonce; one's own also with its keys and what it can do.

mod voting;

use super::{keys, shown, shown_page, whole};
use crate::components::react;
use crate::{
    answer,
    client::{live, use_client},
    components::{
        Deed, Field, act_panel, bare, copy_button, crumbs, empty, field, figure, figures, head, kv, leaf, link, mark,
        seg, slot_time, table, td, td_known, td_num,
    },
    known, say, standing, text, words,
};
use leptos::prelude::*;
use zera_primitives::{AccountId, Address, Amount, Network, tx::Call};
use zera_worker_protocol::{AccountView, Command, KeyKind};

/// `/account`.
#[must_use]
pub fn own() -> AnyView {
    let client = use_client();
    let id = Memo::new(move |_| client.status.with(|s| s.as_ref().map(|status| (status.account, status.network))));
    react(move || match id.get() {
        None => view! { {head(().into_any(), say!(NAV_ACCOUNT), say!(ASKING))} }.into_any(),
        Some((None, _)) => view! {
            {head(().into_any(), say!(ACCOUNT_NONE), say!(ACCOUNT_NONE_LEAD))}
            <div class="wide-host"><div class="panels">{keys::key_panel()}</div></div>
        }
        .into_any(),
        Some((Some(id), network)) => show_account(id, network, true),
    })
}

/// `/account/<address>`.
#[must_use]
pub fn other(address: &str) -> AnyView {
    let address = address.to_owned();
    let client = use_client();
    let network = Memo::new(move |_| client.status.with(|s| s.as_ref().map(|status| status.network)));
    react(move || match network.get().map(|network| (network, Address::from_text(&address, network))) {
        None => view! { {head(().into_any(), say!(NAV_ACCOUNT), say!(ASKING))} }.into_any(),
        Some((network, Ok(Address::Account(id)))) => show_account(id, network, false),
        Some((network, Ok(Address::Module(id)))) => show_account(id.account(), network, false),
        Some((_, Err(error))) => view! {
            {head(crumbs("/account", say!(NAV_ACCOUNT), ""), say!(ADDRESS_BAD), error.to_string())}
        }
        .into_any(),
    })
}

fn show_account(id: AccountId, network: Network, own: bool) -> AnyView {
    let slot = live(move || Some(Command::Account(id)), |result| answer!(result, Account));
    let address = Address::Account(id).to_text(network);
    let title = if own { say!(NAV_ACCOUNT).to_owned() } else { text::short(&address) };
    let parts = shown_page(slot, title, move |account| summary(account, &address, own));
    let mine: Memo<Option<Box<AccountView>>> =
        Memo::new(move |_| slot.with(|answer| answer.as_ref().and_then(|result| result.as_ref().ok()).cloned()));
    view! { {parts} {own.then(|| own_parts(id, network, mine))} }.into_any()
}

fn summary(account: &AccountView, address: &str, own: bool) -> AnyView {
    let title = if own {
        say!(ACCOUNT_TITLE, text::zra_about(account.free), text::zra_about(account.staked))
    } else {
        say!(ACCOUNT_TITLE_OTHER, text::short(address), text::zra_about(account.free), text::zra_about(account.staked))
    };
    let at = |what: &str| say!(AT_BLOCK, what, text::count(account.height.0));
    let fact = |label, amount: Amount, about: &'static str| {
        figure(
            label,
            text::zra_about(amount).replace("\u{a0}ZRA", ""),
            "ZRA",
            mark(known::state(text::zra(amount), at(about))),
        )
    };
    let free_stake = account.staked.saturating_sub(account.allocated);
    let crumb = if own { ().into_any() } else { crumbs("/account", say!(NAV_ACCOUNT), text::short(address)) };
    let lead = view! { <code>{address.to_owned()}</code>" "{copy_button(address, say!(THE_ADDRESS))} };
    view! {
        {head(crumb, title, lead)}
        {leaf(say!(BALANCE), say!(BALANCE_NOTE), view! {
            {figures(vec![
                fact(say!(FREE), account.free, say!(FREE_ABOUT)),
                fact(say!(STAKED), account.staked, say!(STAKED_ABOUT)),
                fact(say!(FREE_STAKE), free_stake, say!(FREE_STAKE_ABOUT)),
                fact(say!(DEPOSITS), account.proposal_deposits, say!(DEPOSITS_ABOUT)),
                fact(say!(STORAGE_DEPOSITS), account.storage_deposits, say!(STORAGE_DEPOSITS_ABOUT)),
                figure(say!(NONCE), text::count(account.nonce), "", mark(known::state(account.nonce.to_string(), at(say!(NONCE_ABOUT))))),
            ])}
        })}
        {leaf(say!(LOCKS), say!(LOCKS_NOTE), locks(account))}
        {voting::leaves(account)}
        {leaf(say!(TRANSACTIONS), say!(TRANSACTIONS_NOTE), view! { {recent(account)}{whole()} })}
    }
    .into_any()
}

fn locks(account: &AccountView) -> AnyView {
    if account.allocations.is_empty() && account.unstaking.is_empty() {
        return empty(say!(LOCKS_EMPTY), view! { <p><a href="/proposals">{say!(LOCKS_EMPTY_WHAT)}</a></p> });
    }
    let rows = account
        .allocations
        .iter()
        .map(|a| {
            let words_state = if a.live { say!(LOCK_LIVE) } else { say!(LOCK_FREE) };
            let evidence = known::recomputed(text::zra(a.conviction), say!(CONVICTION_ABOUT), say!(P_ARITHMETIC_HOW));
            let by = a
                .by
                .map(|by| view! { <span class="sub">{say!(BY_DELEGATE)}" "<code>{words::account(&by)}</code></span> });
            let name = link(format!("/proposals/{}", a.proposal), format!("#{} {}", a.proposal, text::safe(&a.title)));
            (
                view! { {name}{by} }.into_any(),
                vec![
                    td(say!(SIDE), words::side(a.side)),
                    td_num(say!(STAKE), text::zra_about(a.stake)),
                    td_num(say!(CONVICTION), text::zra_about(a.conviction)),
                    td(say!(STATE), words_state),
                    td_known(bare(evidence)),
                ],
            )
        })
        .collect();
    let waiting = account
        .unstaking
        .iter()
        .map(|(amount, slot)| (text::zra(*amount), slot_time((account.height, *slot))))
        .collect();
    view! {
        {table(say!(LOCKS), &[(say!(PROPOSAL), false), (say!(SIDE), false), (say!(STAKE), true), (say!(CONVICTION), true), (say!(STATE), false), ("", false)], rows)}
        {(!account.unstaking.is_empty()).then(|| kv(waiting))}
    }
    .into_any()
}

fn recent(account: &AccountView) -> AnyView {
    if account.recent.is_empty() {
        // A light node keeps no index of whose transactions are in which block.
        let seen = say!(TRANSACTIONS_UNSEEN);
        return empty(standing::by_mode(say!(TRANSACTIONS_EMPTY), seen, say!(TRANSACTIONS_EMPTY)), ());
    }
    let rows = account
        .recent
        .iter()
        .map(|(height, hash, outcome)| {
            (
                link(format!("/transactions/{hash}"), text::short(&hash.to_hex())),
                vec![
                    td(say!(OUTCOME), words::outcome(*outcome)),
                    td_num(say!(BLOCK), text::count(height.0)),
                    td_known(bare(known::state(text::short(&hash.to_hex()), say!(RECEIPT_ABOUT)))),
                ],
            )
        })
        .collect();
    table(
        say!(TRANSACTIONS),
        &[(say!(TRANSACTION), false), (say!(OUTCOME), false), (say!(BLOCK), true), ("", false)],
        rows,
    )
}

fn own_parts(id: AccountId, network: Network, account: Memo<Option<Box<AccountView>>>) -> AnyView {
    let keys = live(|| Some(Command::Keys), |result| answer!(result, Keys));
    let list = shown(keys, move |keys| keys::key_list(keys, network));
    // A device key cannot leave the browser, so its backup is not offered.
    let exportable = Memo::new(move |_| {
        keys.with(|answer| match answer {
            Some(Ok(keys)) => keys.iter().any(|key| key.active && key.kind == KeyKind::BackedUp),
            _ => false,
        })
    });
    view! {
        {leaf(say!(MOVE_ZRA), say!(MOVE_ZRA_NOTE), move_form(network))}
        {leaf(say!(DELEGATE_FORM), say!(DELEGATE_FORM_NOTE), voting::form(id, account))}
        {leaf(say!(KEYS), say!(KEYS_NOTE), view! {
            <div class="stack">
                {list}
                {move || exportable.get().then(|| view! { <details><summary>{say!(KEY_EXPORT)}</summary>{keys::key_export()}</details> })}
                <details><summary>{say!(KEY_ANOTHER)}</summary>{keys::key_offer()}</details>
            </div>
        })}
    }
    .into_any()
}

/// Stake, unstake and transfer in one form.
fn move_form(network: Network) -> AnyView {
    let what = RwSignal::new("stake".to_owned());
    let (amount, to) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let wrong_amount = move || {
        let text = amount.get();
        (!text.is_empty() && text.parse::<Amount>().is_err()).then(|| say!(NOT_AMOUNT).to_owned())
    };
    let wrong_to = move || {
        let text = to.get();
        if text.is_empty() { None } else { Address::from_text(&text, network).err().map(|error| error.to_string()) }
    };
    let deed = move || -> Deed {
        let amount: Amount = amount.get().parse().map_err(|_| say!(WHY_AMOUNT).to_owned())?;
        if amount.is_zero() {
            return Err(say!(WHY_AMOUNT).to_owned());
        }
        let call = match what.get().as_str() {
            "stake" => Call::Stake { amount },
            "unstake" => Call::Unstake { amount },
            _ => match Address::from_text(&to.get(), network) {
                Ok(Address::Account(to)) => Call::Transfer { to, amount },
                Ok(Address::Module(id)) => Call::Transfer { to: id.account(), amount },
                Err(_) => return Err(say!(WHY_ADDRESS).to_owned()),
            },
        };
        Ok((Vec::new(), vec![call]))
    };
    let choices = [("stake", say!(STAKE_VERB)), ("unstake", say!(UNSTAKE_VERB)), ("send", say!(SEND_VERB))];
    view! {
        <div class="panel">
            {seg("move", say!(MOVE_ZRA), choices.map(|(key, label)| (key.to_owned(), label.to_owned())).to_vec(), what)}
            {move || (what.get() == "send").then(|| field(Field::new("to", say!(TO)).kind("address").mono(), to, wrong_to))}
            {field(Field::new("amount", say!(AMOUNT)).unit("ZRA").kind("u128, 10⁻⁹ ZRA").hint(say!(MOVE_HINT)), amount, wrong_amount)}
            {act_panel(say!(PREVIEW_AND_SIGN), deed, None, |_| ())}
        </div>
    }
    .into_any()
}
