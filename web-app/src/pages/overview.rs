//! Overview: what this tab has checked, what needs you, what is being voted on. Before there is a key: the first run.

use super::{first_run, keys, proposal_list, shown, whole};
use crate::components::react;
use crate::{
    answer,
    charts::{Coverage, coverage},
    client::{live, use_client},
    components::{bare, counts, empty, figure, figures, file_link, leaf, link, mark, table, td, td_known, td_num},
    known, say,
    standing::{self, Footing, Standing},
    text,
};
use leptos::prelude::*;
use zera_primitives::{Address, Amount};
use zera_worker_protocol::{AccountView, Command, Mode, ModuleView, ProposalView, StatusView};

/// `/`.
#[must_use]
pub fn page() -> AnyView {
    let client = use_client();
    // On a network nobody begins with a chain of one's own: a key is what is missing, and the page says so.
    let newcomer = Memo::new(move |_| {
        client.status.with(|s| s.as_ref().is_none_or(|status| status.account.is_none() && status.mode == Mode::Solo))
    });
    react(move || if newcomer.get() { first_run::page() } else { known_page() })
}

fn known_page() -> AnyView {
    let client = use_client();
    let proposals = live(|| Some(Command::Proposals), |result| answer!(result, Proposals));
    let modules = live(|| Some(Command::Modules), |result| answer!(result, Modules));
    let account = live(
        move || client.status.with(|s| s.as_ref().and_then(|status| status.account)).map(Command::Account),
        |result| answer!(result, Account),
    );
    let keyless = Memo::new(move |_| client.status.with(|s| s.as_ref().is_some_and(|status| status.account.is_none())));
    let ready = move |slot: RwSignal<crate::client::Answer<Vec<ProposalView>>>| {
        slot.with(|answer| answer.as_ref().and_then(|r| r.as_ref().ok()).cloned())
    };
    let needs = move || {
        let proposals = ready(proposals)?;
        let modules = modules.with(|answer| answer.as_ref().and_then(|r| r.as_ref().ok()).map(Vec::len))?;
        let account = account.with(|answer| answer.as_ref().and_then(|r| r.as_ref().ok()).cloned())?;
        Some(needs_you(&proposals, modules, &account))
    };
    view! {
        <div class="wide-host">{move || client.status.get().map(|status| top(&status))}</div>
        {react(move || if keyless.get() { leaf(say!(KEY_PANEL), keys::key_why(), keys::key_offer()) } else { leaf(say!(NEEDS_YOU), say!(NEEDS_YOU_NOTE), react(move || needs().into_any())) })}
        {leaf(say!(NAV_PROPOSALS), say!(BAR_NOTE), shown(proposals, |proposals| some_proposals(proposals)))}
        {leaf(say!(NAV_MODULES), view! { <p>{link("/modules", say!(ALL_MODULES))}</p><p>{link("/journal", say!(NAV_JOURNAL))}</p> }, shown(modules, |modules| some_modules(modules)))}
        {leaf(say!(WHAT_HAPPENED), say!(WHAT_HAPPENED_NOTE), first_run::start_log())}
    }
    .into_any()
}

fn top(status: &StatusView) -> AnyView {
    let client = use_client();
    let height = text::count(status.head.height.0);
    let title = title(status);
    document().set_title(&format!("{title} · ZERA"));
    let slot = status.head.slot.0;
    let age = move || say!(AGO, text::duration(client.clock.get().saturating_sub(slot)));
    let state = |figure: String, about: &'static str| mark(known::state(figure, about));
    let head_known = match status.mode {
        Mode::Solo => known::state(height.clone(), say!(HEAD_ABOUT)),
        _ => known::finalised(height.clone()),
    };
    view! {
        <div class="overview-head">
            <div>
                <h1>{title}</h1>
                <p class="lead">{standing::by_mode(say!(OVERVIEW_LEAD), say!(OVERVIEW_LEAD_NET), say!(OVERVIEW_LEAD_NET))}</p>
                {counts()}
            </div>
            {figures(vec![
                figure(say!(HEAD), height.clone(), "", view! { <span aria-hidden="true">{age}</span>" "{mark(head_known)} }),
                figure(say!(FINAL), height.clone(), "", mark(known::finalised(height))),
                figure(say!(BASE), text::zra_short(status.base).replace("\u{a0}ZRA", ""), "ZRA", state(text::zra(status.base), say!(BASE_ABOUT))),
                figure(say!(LIVE), text::count(status.live.into()), "", state(status.live.to_string(), say!(LIVE_ABOUT))),
                figure(say!(SUPPLY), text::zra_short(status.supply).replace("\u{a0}ZRA", ""), "ZRA", view! { {say!(BURNT, text::zra_about(status.burnt))}" "{state(text::zra(status.supply), say!(SUPPLY_ABOUT))} }),
                figure(say!(HALF_LIFE), text::duration(status.params.half_life), "", state(text::duration(status.params.half_life), say!(HALF_LIFE_ABOUT))),
            ])}
        </div>
        <div class="ruler-host">{coverage(status.head.height.0, covered(status))}<p class="small dim gap-2">{say!(RULER_NOTE)}</p></div>
    }
    .into_any()
}

/// The page's sentence: what this tab has checked, by mode.
fn title(status: &StatusView) -> String {
    let height = text::count(status.head.height.0);
    let (scrubbed, records) = status.scrubbed;
    match (standing::now(), status.executed) {
        (Standing { footing: Footing::Broken, .. }, _) => say!(OVERVIEW_BROKEN).to_owned(),
        (Standing { mode: Mode::Light, .. }, _) => say!(OVERVIEW_LIGHT, height),
        (Standing { mode: Mode::Full, .. }, ran) => say!(OVERVIEW_FULL, height, text::count(ran)),
        (_, 0) => say!(OVERVIEW_OPENED, height, text::count(scrubbed), text::count(records)),
        (_, ran) => say!(OVERVIEW_TITLE, height, text::count(ran)),
    }
}

/// Methods of the ruler and the blocks that each covers.
fn covered(status: &StatusView) -> Vec<Coverage> {
    let head = status.head.height.0;
    let (scrubbed, records) = status.scrubbed;
    let range = (standing::network_now().and_then(|view| view.range).map_or(1, |(from, _)| from.0.max(1)), head);
    let solo = status.mode == Mode::Solo;
    let certified = if solo {
        say!(CERTIFICATES_ALL, text::count(head))
    } else {
        say!(RAN_FROM_TO, text::count(range.0), text::count(range.1))
    };
    let ran = if status.executed == 0 && !solo {
        say!(NONE_RUN).to_owned()
    } else {
        say!(BLOCKS_RUN, text::count(status.executed))
    };
    let mut rows = vec![Coverage { name: say!(CERTIFICATES), range, words: certified, thickness: 6 }];
    // A light node keeps no blocks of its own to hash again.
    if records > 0 && status.mode != Mode::Light {
        rows.push(Coverage {
            name: say!(RECORDS),
            range: (records.saturating_sub(scrubbed) + 1, records.max(1)),
            words: say!(OF_RECORDS, text::count(scrubbed), text::count(records)),
            thickness: 12,
        });
    }
    let executed = (head.saturating_sub(status.executed) + 1, head.max(1));
    rows.push(Coverage { name: say!(RE_EXECUTED), range: executed, words: ran, thickness: 20 });
    rows
}

struct Need {
    title: String,
    what: String,
    href: String,
    label: String,
    evidence: crate::components::Evidence,
}

fn needs_you(proposals: &[ProposalView], modules: usize, account: &AccountView) -> AnyView {
    let mut needs: Vec<Need> = Vec::new();
    let free = account.staked.saturating_sub(account.allocated);
    let could = Amount(free.0.saturating_add(account.free.0));
    for proposal in proposals.iter().filter(|p| p.state.is_live() && p.mine.is_none() && !could.is_zero()) {
        needs.push(Need {
            title: say!(NEED_VOTE, proposal.id, text::safe(&proposal.title)),
            what: say!(NEED_VOTE_WHAT, text::zra_about(could)),
            href: format!("/proposals/{}", proposal.id),
            label: say!(REVIEW_N, proposal.id),
            evidence: known::state(text::zra(could), say!(FREE_STAKE_ABOUT)),
        });
    }
    for allocation in account.allocations.iter().filter(|a| !a.live) {
        needs.push(Need {
            title: say!(NEED_FREE, text::zra_about(allocation.stake), allocation.proposal),
            what: say!(NEED_FREE_WHAT).to_owned(),
            href: "/account".into(),
            label: say!(NAV_ACCOUNT).to_owned(),
            evidence: known::state(text::zra(allocation.stake), say!(FREE_STAKE_ABOUT)),
        });
    }
    if modules == 0 {
        needs.push(Need {
            title: say!(NEED_DEPLOY).to_owned(),
            what: say!(NEED_DEPLOY_WHAT).to_owned(),
            href: "/modules/deploy".into(),
            label: say!(DEPLOY_A_MODULE).to_owned(),
            evidence: known::state("0", say!(MODULE_ABOUT)),
        });
    } else if !proposals.iter().any(|p| p.state.is_live()) {
        needs.push(Need {
            title: say!(NEED_PROPOSE).to_owned(),
            what: say!(NEED_PROPOSE_WHAT).to_owned(),
            href: "/proposals/new".into(),
            label: say!(NEW_PROPOSAL).to_owned(),
            evidence: known::state("0", say!(LIVE_ABOUT)),
        });
    }
    if needs.is_empty() {
        return empty(say!(NEEDS_NOTHING), view! { <p>{say!(NEEDS_NOTHING_WHAT)}</p> });
    }
    let items = needs.into_iter().enumerate().map(|(i, need)| {
        let class = if i == 0 { "btn solid" } else { "btn" };
        view! { <li><div><h3>{need.title}</h3><p>{need.what}" "{mark(need.evidence)}</p></div><p>{file_link(class, need.href, need.label)}</p></li> }.into_any()
    });
    view! { <ul class="needs">{items.collect_view()}</ul> }.into_any()
}

fn some_proposals(proposals: &[ProposalView]) -> AnyView {
    let first: Vec<&ProposalView> = proposals.iter().take(5).collect();
    view! { {proposal_list::rows(&first, say!(PROPOSALS_NONE))} <p class="gap-2">{link("/proposals", say!(ALL_PROPOSALS))}</p>{whole()} }.into_any()
}

fn some_modules(modules: &[ModuleView]) -> AnyView {
    let client = use_client();
    let network = client.status.with_untracked(|s| s.as_ref().map_or_else(Default::default, |status| status.network));
    if modules.is_empty() {
        return empty(say!(MODULES_EMPTY), view! { <p>{say!(MODULES_EMPTY_WHAT)}</p> });
    }
    // What is stopped comes first: somebody may wait for it. Followers come last: their manager speaks for them.
    let mut first: Vec<&ModuleView> = modules.iter().collect();
    first.sort_by_key(|module| (!module.stopped, module.follows));
    let rows = first
        .into_iter()
        .take(5)
        .map(|module| {
            let address = Address::Module(module.id).to_text(network);
            let name = if module.name.is_empty() { text::short(&address) } else { text::safe(&module.name) };
            let note = if module.stopped {
                view! { <b class="m-pending">{say!(MODULE_STOPPED)}</b> }.into_any()
            } else if module.follows {
                say!(FOLLOWS_REFERENCE).into_any()
            } else {
                ().into_any()
            };
            (
                link(format!("/modules/{address}"), name.clone()),
                vec![
                    td(say!(VERSION), module.version.to_string()),
                    td(say!(NOTE), note),
                    td_num(say!(SINCE_BLOCK), text::count(module.since.0.0)),
                    td_num(say!(HOLDS), text::zra_short(module.balance)),
                    td_known(bare(known::state(name, say!(MODULE_ABOUT)))),
                ],
            )
        })
        .collect();
    table(
        say!(NAV_MODULES),
        &[
            (say!(MODULE), false),
            (say!(VERSION), false),
            (say!(NOTE), false),
            (say!(SINCE_BLOCK), true),
            (say!(HOLDS), true),
            ("", false),
        ],
        rows,
    )
}
