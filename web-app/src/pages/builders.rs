//! Builders: who is registered, how anybody checks a build, and the form with which a builder signs what it found.

use super::{shown_page, whole};
use crate::{
    answer,
    client::{live, network, use_client},
    components::{
        Deed, Field, act_panel, bare, drop_zone, empty, field, head, leaf, link, react, seg, table, td, td_known,
        text_area,
    },
    known, say, text,
};
use leptos::prelude::*;
use zera_primitives::{AccountId, Address, Hash, tx::Call};
use zera_worker_protocol::{BuilderView, Command};

/// `/builders`.
#[must_use]
pub fn page() -> AnyView {
    let slot = live(|| Some(Command::Builders), |result| answer!(result, Builders));
    let accounts = Memo::new(move |_| {
        slot.with(|answer| match answer {
            Some(Ok(all)) => all.iter().map(|builder| builder.account).collect::<Vec<_>>(),
            _ => Vec::new(),
        })
    });
    view! {
        {shown_page(slot, say!(BUILDERS).into(), |builders| show(builders))}
        {leaf(say!(VERIFY_BUILD), say!(VERIFY_BUILD_NOTE), how_to())}
        {leaf(say!(ATTEST), say!(ATTEST_NOTE), form(accounts))}
    }
    .into_any()
}

fn show(builders: &[BuilderView]) -> AnyView {
    let title = match builders.len() {
        0 => say!(BUILDERS_NOBODY).to_owned(),
        n => say!(BUILDERS_TITLE, text::plural(n, say!(ONE_BUILDER), say!(MANY_BUILDERS))),
    };
    let list = if builders.is_empty() {
        empty(
            say!(ATT_NO_BUILDERS),
            view! { <p>{say!(ATT_NO_BUILDERS_WHAT)}</p><p>{link("/proposals/new", say!(NEW_PROPOSAL))}</p> },
        )
    } else {
        let rows = builders.iter().map(row).collect();
        table(say!(BUILDERS), &[(say!(ATT_BUILDER), false), (say!(ACCOUNT), false), ("", false)], rows)
    };
    view! { {head(().into_any(), title, say!(BUILDERS_LEAD))}{leaf(say!(BUILDERS_REGISTERED), say!(BUILDERS_REGISTERED_NOTE), view! { {list}{whole()} })} }.into_any()
}

fn row(builder: &BuilderView) -> (AnyView, Vec<AnyView>) {
    let address = Address::Account(builder.account).to_text(network());
    let name = text::safe(&builder.name);
    let account = view! { <a href=format!("/account/{address}")><code>{text::short(&address)}</code></a> };
    (name.clone().into_any(), vec![td(say!(ACCOUNT), account), td_known(bare(known::state(name, say!(BUILDER_ABOUT))))])
}

fn how_to() -> AnyView {
    view! {
        <ol class="steps">
            <li><b>{say!(BUILD_1)}</b>{say!(BUILD_1_HOW)}</li>
            <li><b>{say!(BUILD_2)}</b><code>"cargo xtask verify-build lending-v2"</code></li>
            <li><b>{say!(BUILD_3)}</b>{say!(BUILD_3_HOW)}</li>
        </ol>
    }
    .into_any()
}

/// A hash as people copy it, with or without `b3:`.
fn read_hash(text: &str) -> Option<Hash> {
    Hash::from_hex(text.trim().trim_start_matches("b3:").to_lowercase().as_str())
}

/// What is signed of a recipe: the hash that is given, as `verify-build` prints it, or the one of the text.
fn recipe_hash(text: &str) -> Option<Hash> {
    let whole = text.trim();
    (!whole.is_empty()).then(|| read_hash(whole).unwrap_or_else(|| Hash::of(text.as_bytes())))
}

fn form(accounts: Memo<Vec<AccountId>>) -> AnyView {
    let client = use_client();
    let (code, rebuilt, recipe) =
        (RwSignal::new(String::new()), RwSignal::new(String::new()), RwSignal::new(String::new()));
    let how = RwSignal::new("file".to_owned());
    let unread: RwSignal<Option<String>> = RwSignal::new(None);
    let bad = |value: RwSignal<String>| {
        move || value.with(|text| (!text.is_empty() && read_hash(text).is_none()).then(|| say!(NOT_A_HASH).to_owned()))
    };
    let me = move || client.status.with(|s| s.as_ref().and_then(|status| status.account));
    let deed = move || -> Deed {
        let account = me().ok_or_else(|| say!(WHY_NO_KEY).to_owned())?;
        if accounts.with(|all| !all.contains(&account)) {
            return Err(say!(ATTEST_NOT_BUILDER).to_owned());
        }
        let code = code.with(|text| read_hash(text)).ok_or_else(|| say!(ATTEST_NO_CODE).to_owned())?;
        let rebuilt = rebuilt.with(|text| read_hash(text)).ok_or_else(|| say!(ATTEST_NO_REBUILT).to_owned())?;
        let recipe = recipe.with(|text| recipe_hash(text)).ok_or_else(|| say!(ATTEST_NO_RECIPE).to_owned())?;
        Ok((Vec::new(), vec![Call::Attest { code, rebuilt, recipe }]))
    };
    let take = move |_: String, bytes: Result<Vec<u8>, String>| match bytes {
        Ok(bytes) => {
            unread.set(None);
            rebuilt.set(Hash::of(&bytes).to_hex());
        }
        Err(reason) => unread.set(Some(reason)),
    };
    let says = move || match (code.with(|text| read_hash(text)), rebuilt.with(|text| read_hash(text))) {
        (Some(code), Some(rebuilt)) if code == rebuilt => say!(ATTEST_SAME).to_owned(),
        (Some(_), Some(_)) => say!(ATTEST_OTHER).to_owned(),
        _ => String::new(),
    };
    let signed =
        move || recipe.with(|text| recipe_hash(text)).map(|hash| say!(ATTEST_RECIPE_HASH, text::short(&hash.to_hex())));
    let by_file = move || how.with(|how| how == "file");
    view! {
        <div class="split">
            <div class="stack">
                {field(Field::new("attest-code", say!(ATTEST_CODE)).kind("b3").mono().hint(say!(ATTEST_CODE_HINT)), code, bad(code))}
                {seg("attest-how", say!(ATT_REBUILT), vec![("file".into(), say!(ATTEST_BY_FILE).into()), ("hash".into(), say!(ATTEST_BY_HASH).into())], how)}
                {react(move || if by_file() { drop_zone("rebuilt-file", say!(ATTEST_DROP), ".wasm,application/wasm", take) } else { ().into_any() })}
                {field(Field::new("attest-rebuilt", say!(ATTEST_REBUILT)).kind("b3").mono(), rebuilt, bad(rebuilt))}
                {move || unread.get().map(|why| view! { <p class="why" role="alert"><code>{why}</code></p> })}
                {text_area(Field::new("attest-recipe", say!(ATT_RECIPE)).hint(say!(ATTEST_RECIPE_HINT)), recipe, || None)}
                <p class="small dim" aria-live="polite">{signed}</p>
            </div>
            <section class="panel" aria-label=say!(CALL_PANEL)>
                <h2>{say!(ATTEST)}</h2>
                <p class="small dim" role="status">{says}</p>
                {act_panel(say!(PREVIEW_AND_SIGN), deed, None, |_| ())}
            </section>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_read_as_people_copy_it() {
        let hash = Hash([0xab; 32]);
        assert_eq!(read_hash(&format!(" b3:{} ", hash.to_hex().to_uppercase())), Some(hash));
        assert_eq!(read_hash(&hash.to_hex()), Some(hash));
        assert_eq!(read_hash("b3:abc"), None);
        assert_eq!(recipe_hash(&hash.to_hex()), Some(hash), "a hash stands for itself");
        assert_eq!(recipe_hash("cargo build\n"), Some(Hash::of(b"cargo build\n")), "a text byte for byte");
        assert_eq!(recipe_hash("  \n"), None);
    }
}
