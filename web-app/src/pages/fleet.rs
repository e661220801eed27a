//! The fleet of a manager: its tags, what they stand at and come to, and how far their followers are.

use super::{module::bad_address, module_standing::countdown, shown, shown_page, whole};
use crate::{
    answer,
    client::{Answer, live, use_client},
    components::{
        bare, by_parts, empty, file_link, hash, head, kv, leaf, link, mark, react, slot_time, table, td, td_known,
        td_num, tool_button, verdict,
    },
    deeds, known,
    router::escaped,
    say, text,
};
use leptos::prelude::*;
use std::{collections::BTreeMap, sync::Arc};
use zera_primitives::{Address, Hash, ModuleId, Network};
use zera_worker_protocol::{Command, FleetView, FollowerState, FollowerView, ModuleView, TagChangeView, TagView};

/// Followers asked for at a time.
const LIMIT: u32 = 100;
/// Rows shown at first, and more at a time.
const ROWS: usize = 25;

/// `/modules/<address>/fleet`, of one tag when it is named.
#[must_use]
pub fn page(address: &str, tag: Option<String>) -> AnyView {
    let address = address.to_owned();
    let client = use_client();
    let network = Memo::new(move |_| client.status.with(|s| s.as_ref().map(|status| status.network)));
    react(move || match network.get().map(|network| (network, Address::from_text(&address, network))) {
        None => head(().into_any(), say!(FLEET), say!(ASKING)),
        Some((network, Ok(Address::Module(id)))) => manager(id, tag.clone(), network),
        Some((_, other)) => bad_address(other.err().map(|error| error.to_string())),
    })
}

fn manager(id: ModuleId, tag: Option<String>, network: Network) -> AnyView {
    let slot = live(move || Some(Command::Tags(id)), |result| answer!(result, Tags));
    let address = StoredValue::new(Address::Module(id).to_text(network));
    let names = Memo::new(move |_| {
        slot.with(|answer| match answer {
            Some(Ok(tags)) => Some(tags.iter().map(|tag| tag.tag.clone()).collect::<Vec<_>>()),
            _ => None,
        })
    });
    react(move || match names.get() {
        None => shown_page(slot, say!(FLEET).into(), |_| ().into_any()),
        Some(names) => {
            let chosen = tag.clone().or_else(|| names.first().cloned());
            match chosen {
                Some(chosen) => fleet(id, chosen, &names, network),
                None => view! {
                    {head(back(&address.get_value()), say!(FLEET_NONE_TITLE), say!(FLEET_LEAD))}
                    {empty(say!(FLEET_NONE), view! { <p>{say!(FLEET_NONE_WHAT)}</p> })}
                }
                .into_any(),
            }
        }
    })
}

fn back(address: &str) -> AnyView {
    view! { <nav class="crumbs" aria-label=say!(CRUMBS)><a href="/modules">{say!(NAV_MODULES)}</a>" / "{link(format!("/modules/{address}"), text::short(address))}" / "{say!(FLEET)}</nav> }.into_any()
}

fn fleet(id: ModuleId, tag: String, tags: &[String], network: Network) -> AnyView {
    let after: RwSignal<Option<ModuleId>> = RwSignal::new(None);
    let asked = tag.clone();
    let slot = live(
        move || Some(Command::Fleet { manager: id, tag: asked.clone(), after: after.get(), limit: LIMIT }),
        |result| answer!(result, Fleet),
    );
    let modules = live(|| Some(Command::Modules), |result| answer!(result, Modules));
    let address = Address::Module(id).to_text(network);
    let choice = choose(&address, &tag, tags);
    let manager_address = StoredValue::new(address);
    view! {
        {shown_page(slot, say!(FLEET).into(), move |fleet| top(fleet, &manager_address.get_value(), modules, id))}
        {choice}
        {leaf(say!(FLEET_FAR), say!(FLEET_FAR_NOTE), shown(slot, |fleet| how_far(fleet)))}
        {leaf(say!(FLEET_LEADS), say!(FLEET_LEADS_NOTE), shown(slot, move |fleet| leads(fleet, &manager_address.get_value())))}
        {leaf(say!(FLEET_FOLLOWERS), say!(FLEET_FOLLOWERS_NOTE), view! { {shown(slot, move |fleet| followers(fleet, modules, after, network))}{whole()} })}
        {leaf(say!(FLEET_HISTORY), say!(FLEET_HISTORY_NOTE), shown(slot, |fleet| changes(&fleet.tag)))}
        {leaf(say!(FLEET_CHANGE), say!(FLEET_CHANGE_NOTE), view! { <p>{say!(FLEET_CHANGE_WHAT)}</p><p class="gap-2">{file_link("btn", format!("/modules/{}", manager_address.get_value()), say!(FLEET_CALL_MANAGER))}</p> })}
    }
    .into_any()
}

/// The other tags of the manager.
fn choose(address: &str, chosen: &str, tags: &[String]) -> AnyView {
    if tags.len() < 2 {
        return ().into_any();
    }
    let items = tags.iter().map(|tag| {
        let current = (tag == chosen).then_some("page");
        view! { <li><a href=format!("/modules/{address}/fleet?tag={}", escaped(tag)) aria-current=current>{text::safe(tag)}</a></li> }.into_any()
    });
    view! { <nav class="tag-nav" aria-label=say!(FLEET_TAGS)><ul class="row">{items.collect_view()}</ul></nav> }
        .into_any()
}

type Modules = RwSignal<Answer<Vec<ModuleView>>>;

fn name_of(modules: Modules, id: ModuleId) -> Option<String> {
    modules.with(|answer| match answer {
        Some(Ok(all)) => all.iter().find(|module| module.id == id).map(|module| text::safe(&module.name)),
        _ => None,
    })
}

fn short(hash: &Hash) -> String {
    format!("b3:{}", text::short(&hash.to_hex()))
}

fn top(fleet: &FleetView, address: &str, modules: Modules, id: ModuleId) -> AnyView {
    let tag = &fleet.tag;
    let name = name_of(modules, id).unwrap_or_else(|| text::short(address));
    let title = say!(FLEET_TITLE, name, text::safe(&tag.tag), text::count(tag.followers));
    let coming = tag.pending.map(|(code, from)| {
        let body = view! { <p>{say!(FLEET_PENDING_WHAT, text::duration(tag.notice))}" "{countdown(from)}"."</p> };
        verdict(
            "pending",
            say!(FLEET_PENDING, short(&tag.code), short(&code)),
            body,
            Some(known::pending(short(&code), say!(TAG_ABOUT), say!(FLEET_WAITS))),
        )
    });
    view! { {head(back(address), title, say!(FLEET_LEAD))}{coming.map(|coming| view! { <div class="banners">{coming}</div> })} }.into_any()
}

/// How many of each state there are: the words, the count, the shape.
fn states(fleet: &FleetView) -> [(&'static str, &'static str, u32); 4] {
    let (ready, migrates, pinned, stuck) = fleet.counts;
    [
        ("ready", say!(F_READY), ready),
        ("migrates", say!(F_MIGRATES), migrates),
        ("pinned", say!(F_PINNED), pinned),
        ("stuck", say!(F_STUCK), stuck),
    ]
}

/// What there is to say about how far the fleet is.
fn far(fleet: &FleetView) -> String {
    let (ready, migrates, pinned, stuck) = fleet.counts;
    let counted = u64::from(ready) + u64::from(migrates) + u64::from(pinned) + u64::from(stuck);
    let mut words = match (counted, migrates) {
        (0, _) => say!(FAR_NOBODY).to_owned(),
        (_, 0) => say!(FAR_ALL, text::count(ready.into())),
        _ => say!(
            FAR_SOME,
            text::count(ready.into()),
            text::count((u64::from(ready)) + u64::from(migrates)),
            text::count(migrates.into())
        ),
    };
    if stuck > 0 {
        words.push(' ');
        words.push_str(&say!(FAR_STUCK, text::count(stuck.into())));
    }
    if fleet.tag.followers > counted {
        words.push(' ');
        words.push_str(&say!(FAR_COUNTED, text::count(counted), text::count(fleet.tag.followers)));
    }
    words
}

fn how_far(fleet: &FleetView) -> AnyView {
    let all = states(fleet);
    let whole = all.iter().map(|(.., count)| u64::from(*count)).sum::<u64>().max(1);
    let mut left = 0u64;
    let bars = all.iter().filter(|(.., count)| *count > 0).map(|(class, _, count)| {
        let (x, width) = (share(left, whole), share((*count).into(), whole));
        left += u64::from(*count);
        view! { <rect class=format!("f-{class}") x=x y="1" width=width height="22"></rect> }.into_any()
    });
    let bars = bars.collect_view();
    let squares = fleet.followers.iter().map(|follower| view! { <i class=class_of(&follower.state)></i> }.into_any());
    let rows = all.into_iter().map(|(class, words, count)| {
        let figure = text::count(count.into());
        (words.to_owned(), view! { <span class="f-key"><i class=class aria-hidden="true"></i>{figure.clone()}</span>" "{mark(known::recomputed(figure, words, say!(FLEET_COUNTED)))} }.into_any())
    });
    view! {
        <div class="stack">
            <p class="lead">{far(fleet)}</p>
            <div class="chart"><svg role="img" aria-label=far(fleet) width="100%" height="24">{bars}</svg></div>
            {kv(rows.collect())}
            <div class="squares" aria-hidden="true">{squares.collect_view()}</div>
            <p class="small dim">{say!(FLEET_SQUARES)}</p>
        </div>
    }
    .into_any()
}

/// `part` of `whole` in per cent, with one decimal.
fn share(part: u64, whole: u64) -> String {
    let tenths = u128::from(part) * 1_000 / u128::from(whole.max(1));
    format!("{}.{}%", tenths / 10, tenths % 10)
}

const fn class_of(state: &FollowerState) -> &'static str {
    match state {
        FollowerState::Ready => "ready",
        FollowerState::Migrates => "migrates",
        FollowerState::Pinned => "pinned",
        FollowerState::Stuck(_) => "stuck",
    }
}

/// Modules → tag → code → what comes next.
fn leads(fleet: &FleetView, address: &str) -> AnyView {
    let tag = &fleet.tag;
    let set = tag.changes.first().map_or_else(String::new, |change| say!(FLEET_SET_AT, text::count(change.at.0.0)));
    let step = |kind: &'static str, title: String, detail: AnyView| {
        view! { <li class=kind><b>{title}</b><span>{detail}</span></li> }.into_any()
    };
    let mut path = vec![
        step("", text::plural(usize::try_from(tag.followers).unwrap_or(usize::MAX), say!(ONE_MODULE), say!(MANY_MODULES)), view! { <code>{format!("ExternalRef{{{}, “{}”}}", text::short(address), text::safe(&tag.tag))}</code> }.into_any()),
        step("", say!(EXEC_TAG, text::safe(&tag.tag)), view! { {set}" "{say!(FLEET_NOTICE, if tag.notice == 0 { say!(FLEET_NO_NOTICE).to_owned() } else { text::duration(tag.notice) })} }.into_any()),
        step("", say!(FLEET_NOW).to_owned(), hash(&tag.code)),
    ];
    if let Some((code, from)) = tag.pending {
        path.push(step("pending", say!(FLEET_NEXT).to_owned(), view! { {hash(&code)}" "{countdown(from)} }.into_any()));
    }
    view! { <ol class="path wide">{path}</ol> }.into_any()
}

fn followers(fleet: &FleetView, modules: Modules, after: RwSignal<Option<ModuleId>>, network: Network) -> AnyView {
    let first = after.get_untracked().is_none();
    if fleet.followers.is_empty() && first {
        return empty(
            say!(FLEET_NOBODY),
            view! { <p>{say!(FLEET_NOBODY_WHAT)}</p><p>{link("/modules/deploy", say!(DEPLOY_A_MODULE))}</p> },
        );
    }
    let names: BTreeMap<ModuleId, String> = modules.with(|answer| match answer {
        Some(Ok(all)) => all.iter().map(|module| (module.id, text::safe(&module.name))).collect(),
        _ => BTreeMap::new(),
    });
    let all: Arc<[FollowerView]> = Arc::from(fleet.followers.as_slice());
    let total = all.len();
    let names = Arc::new(names);
    let part = move |range: std::ops::Range<usize>| {
        let rows = all.get(range).unwrap_or_default().iter().map(|follower| row(follower, &names, network)).collect();
        let columns = [
            (say!(MODULE), false),
            (say!(FLEET_STATE), false),
            (say!(FLEET_RUNS), false),
            (say!(SCHEMA), true),
            (say!(FLEET_ENTRIES), true),
            (say!(HOLDS), true),
            ("", false),
        ];
        table(say!(FLEET_FOLLOWERS), &columns, rows)
    };
    let last = fleet.followers.last().map(|follower| follower.id);
    view! {
        {by_parts(total, ROWS, Arc::new(part))}
        <p class="row gap">
            {fleet.more.then(|| tool_button(say!(FLEET_MORE), move || after.set(last)))}
            {(!first).then(|| tool_button(say!(FROM_START), move || after.set(None)))}
        </p>
    }
    .into_any()
}

fn row(follower: &FollowerView, names: &BTreeMap<ModuleId, String>, network: Network) -> (AnyView, Vec<AnyView>) {
    let address = Address::Module(follower.id).to_text(network);
    let name =
        names.get(&follower.id).filter(|name| !name.is_empty()).cloned().unwrap_or_else(|| text::short(&address));
    let (words, why) = match &follower.state {
        FollowerState::Ready => (say!(F_READY), String::new()),
        FollowerState::Migrates => (say!(F_MIGRATES), String::new()),
        FollowerState::Pinned => (say!(F_PINNED), String::new()),
        FollowerState::Stuck(why) => (say!(F_STUCK), text::safe(why)),
    };
    let class = class_of(&follower.state);
    let standing = view! { <span class="f-key"><i class=class aria-hidden="true"></i>{words}</span>{(!why.is_empty()).then(|| view! { <span class="sub m-alarm">{why}</span> })} };
    (
        view! { {link(format!("/modules/{address}"), name.clone())}<span class="sub mono">{text::short(&address)}</span> }.into_any(),
        vec![
            td(say!(FLEET_STATE), standing),
            td(say!(FLEET_RUNS), view! { <code class="nowrap">{short(&follower.code)}</code> }),
            td_num(say!(SCHEMA), follower.schema.to_string()),
            td_num(say!(FLEET_ENTRIES), text::count(follower.entries)),
            td_num(say!(HOLDS), text::zra_short(follower.balance)),
            td_known(bare(known::state(name, say!(FOLLOWER_ABOUT)))),
        ],
    )
}

fn changes(tag: &TagView) -> AnyView {
    if tag.changes.is_empty() {
        return empty(say!(FLEET_NEVER_CHANGED), ());
    }
    let rows = tag.changes.iter().map(change).collect();
    let columns = [
        (say!(FLEET_SET), false),
        (say!(CMP_OLD), false),
        (say!(CMP_NEW), false),
        (say!(FLEET_FROM), false),
        (say!(TIME), false),
        ("", false),
    ];
    table(say!(FLEET_HISTORY), &columns, rows)
}

fn change(change: &TagChangeView) -> (AnyView, Vec<AnyView>) {
    let old = change.old.map_or_else(|| say!(EV_NOTHING).into_any(), |old| hash(&old));
    let height = change.at.0;
    (
        link(format!("/blocks/{height}"), text::count(height.0)),
        vec![
            td(say!(CMP_OLD), old),
            td(say!(CMP_NEW), hash(&change.new)),
            td(say!(FLEET_FROM), deeds::date(change.from)),
            td(say!(TIME), slot_time(change.at)),
            td_known(bare(known::state(short(&change.new), say!(TAG_ABOUT)))),
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fleet(counts: (u32, u32, u32, u32), followers: u64) -> FleetView {
        let tag =
            TagView { tag: "token".into(), code: Hash::ZERO, pending: None, notice: 0, followers, changes: Vec::new() };
        FleetView { tag, counts, followers: Vec::new(), more: false }
    }

    #[test]
    fn how_far_a_fleet_is_counts_only_what_follows() {
        assert_eq!(far(&fleet((45, 0, 3, 0), 48)), say!(FAR_ALL, 45));
        assert_eq!(far(&fleet((10, 35, 3, 0), 48)), say!(FAR_SOME, 10, 45, 35), "pinned ones are no part of the way");
        assert!(far(&fleet((10, 0, 0, 2), 12)).ends_with(&say!(FAR_STUCK, 2)));
        assert_eq!(far(&fleet((0, 0, 0, 0), 0)), say!(FAR_NOBODY));
        assert!(
            far(&fleet((1_000, 0, 0, 0), 10_000)).contains("10,000"),
            "only the first thousand are counted, and it says so"
        );
    }

    #[test]
    fn shares_are_written_in_per_cent() {
        assert_eq!((share(1, 3), share(3, 3), share(0, 0)), ("33.3%".into(), "100.0%".into(), "0.0%".into()));
    }
}
