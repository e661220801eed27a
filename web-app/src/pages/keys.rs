//! Keys: a backup is offered first, the quick device key second and labelled for what it is; import and `age` export.

use crate::components::react;
use crate::{
    answer,
    client::use_client,
    components::{
        Field, ask_dialog, button, check, drop_zone, failure, field, keep_focus, kv, link_button, tag, text_area,
        tool_button,
    },
    say, standing, text,
};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use zera_primitives::{AccountId, Address, Network};
use zera_worker_protocol::{Command, Error, KeyKind, KeySource, KeyView};

#[derive(Clone, PartialEq)]
enum Step {
    Offer,
    Phrase(String),
    ImportPhrase,
    ImportFile,
    Busy,
    Failed(Error),
}

/// Offers a key: a phrase to write down first, then a device key, then what one already has.
#[must_use]
pub fn key_offer() -> AnyView {
    let client = use_client();
    let step = RwSignal::new(Step::Offer);
    let add = move |source: KeySource| {
        step.set(Step::Busy);
        leptos::task::spawn_local(async move {
            match answer!(client.ask(Command::AddKey(source)).await, Keys) {
                Ok(_) => {
                    step.try_set(Step::Offer);
                    client.refresh();
                    keep_focus();
                }
                Err(error) => _ = step.try_set(Step::Failed(error)),
            }
        });
    };
    let new_phrase = move || {
        step.set(Step::Busy);
        leptos::task::spawn_local(async move {
            let phrase = answer!(client.ask(Command::NewPhrase).await, Phrase);
            step.try_set(phrase.map_or_else(Step::Failed, Step::Phrase));
        });
    };
    let back = move || step.set(Step::Offer);
    react(move || {
        match step.get() {
        Step::Offer => view! {
            <div class="stack" id="key-offer">
                <div class="stack-2">
                    <p class="small dim">{say!(KEY_BACKUP_FIRST)}</p>
                    <div class="row">{button(say!(KEY_PHRASE), new_phrase)}</div>
                </div>
                <div class="stack-2">
                    <p class="small dim">{say!(KEY_DEVICE_MEANS)}</p>
                    <div class="row">{button(say!(KEY_DEVICE), move || add(KeySource::Device))}{tag(say!(KEY_DEVICE_LABEL))}</div>
                </div>
                <p class="small row">
                    {link_button(say!(KEY_IMPORT_PHRASE), move || step.set(Step::ImportPhrase))}
                    {link_button(say!(KEY_IMPORT_FILE), move || step.set(Step::ImportFile))}
                </p>
            </div>
        }
        .into_any(),
        Step::Phrase(words) => phrase(words, add, back),
        Step::ImportPhrase => import_phrase(add, back),
        Step::ImportFile => import_file(add, back),
        Step::Busy => view! { <p role="status" class="dim">{say!(KEY_BUSY)}</p> }.into_any(),
        Step::Failed(error) => view! { <div class="stack">{failure(&error)}{tool_button(say!(BACK), back)}</div> }.into_any(),
    }
    })
}

fn phrase(words: String, add: impl Fn(KeySource) + Copy + Send + Sync + 'static, back: impl Fn() + 'static) -> AnyView {
    let written = RwSignal::new(false);
    let list = words.split(' ').map(|word| view! { <li>{word.to_owned()}</li> }.into_any()).collect_view();
    let why = move || (!written.get()).then(|| say!(KEY_CONFIRM_WHY).to_owned());
    view! {
        <div class="stack">
            <h3>{say!(KEY_WRITE)}</h3>
            <p class="small dim">{say!(KEY_WRITE_WHY)}</p>
            <ol class="phrase">{list}</ol>
            {check("written", say!(KEY_WRITTEN), written)}
            {crate::components::button_or_why(say!(KEY_USE_PHRASE), why, move || add(KeySource::Phrase(words.clone())))}
            {tool_button(say!(BACK), back)}
        </div>
    }
    .into_any()
}

fn import_phrase(add: impl Fn(KeySource) + Copy + Send + Sync + 'static, back: impl Fn() + 'static) -> AnyView {
    let words = RwSignal::new(String::new());
    let why = move || (words.get().split_whitespace().count() < 12).then(|| say!(KEY_WORDS_WHY).to_owned());
    view! {
        <div class="stack">
            {text_area(Field::new("phrase", say!(KEY_WORDS)).mono().hint(say!(KEY_WORDS_HINT)), words, || None)}
            {crate::components::button_or_why(say!(KEY_IMPORT), why, move || {
                add(KeySource::Phrase(words.get_untracked().split_whitespace().collect::<Vec<_>>().join(" ")));
            })}
            {tool_button(say!(BACK), back)}
        </div>
    }
    .into_any()
}

fn import_file(add: impl Fn(KeySource) + Copy + Send + Sync + 'static, back: impl Fn() + 'static) -> AnyView {
    let file: RwSignal<Option<(String, Vec<u8>)>> = RwSignal::new(None);
    let passphrase = RwSignal::new(String::new());
    let take = move |name: String, bytes: Result<Vec<u8>, String>| file.set(bytes.ok().map(|bytes| (name, bytes)));
    let why = move || match (file.with(Option::is_some), passphrase.with(String::is_empty)) {
        (false, _) => Some(say!(KEY_FILE_WHY).to_owned()),
        (true, true) => Some(say!(KEY_PASS_WHY).to_owned()),
        _ => None,
    };
    let import = move || {
        if let Some((_, bytes)) = file.get_untracked() {
            add(KeySource::File { bytes, passphrase: passphrase.get_untracked() });
        }
    };
    view! {
        <div class="stack">
            {drop_zone("age-file", say!(KEY_FILE), ".age,text/plain,application/octet-stream", take)}
            {move || file.get().map(|(name, bytes)| view! { <p class="small">{name}", "{text::bytes(bytes.len() as u64)}</p> })}
            {field(Field::new("age-pass", say!(KEY_PASS)).secret(), passphrase, || None)}
            {crate::components::button_or_why(say!(KEY_IMPORT), why, import)}
            {tool_button(say!(BACK), back)}
        </div>
    }
    .into_any()
}

/// The keys this tab holds, with what can be done to each.
#[must_use]
pub fn key_list(keys: &[KeyView], network: Network) -> AnyView {
    let client = use_client();
    let ask = move |command: Command| {
        leptos::task::spawn_local(async move {
            // The answer repeats the keys; the page reads them again with everything else.
            let _ = client.ask(command).await;
            client.refresh();
        });
    };
    let rows = keys
        .iter()
        .map(|key| {
            let account: AccountId = key.account;
            let address = Address::Account(account).to_text(network);
            let kind = match key.kind {
                KeyKind::BackedUp => say!(KEY_KIND_BACKED),
                KeyKind::Device => say!(KEY_KIND_DEVICE),
            };
            let state = if key.active {
                tag(say!(KEY_ACTIVE))
            } else {
                tool_button(say!(KEY_MAKE_ACTIVE), move || ask(Command::UseKey(account)))
            };
            let forget = ask_dialog(
                say!(KEY_FORGET),
                say!(KEY_FORGET_ASK),
                say!(KEY_FORGET_WHAT),
                say!(KEY_FORGET_YES),
                move || ask(Command::RemoveKey(account)),
            );
            let name = view! { <code>{text::short(&address)}</code> }.into_any();
            (kind.to_owned(), view! { <div class="row">{name}{state}{forget}</div> }.into_any())
        })
        .collect();
    kv(rows)
}

/// The active key as an `age` file.
#[must_use]
pub fn key_export() -> AnyView {
    let client = use_client();
    let passphrase = RwSignal::new(String::new());
    let failed: RwSignal<Option<Error>> = RwSignal::new(None);
    let short = move || {
        let text = passphrase.get();
        (!text.is_empty() && text.chars().count() < 8).then(|| say!(KEY_PASS_SHORT).to_owned())
    };
    let save = move || {
        if passphrase.with_untracked(|text| text.chars().count() < 8) {
            return;
        }
        leptos::task::spawn_local(async move {
            match answer!(client.ask(Command::ExportKey { passphrase: passphrase.get_untracked() }).await, Bytes) {
                Ok(bytes) => save_file("zera-key.age", &bytes),
                Err(error) => _ = failed.try_set(Some(error)),
            }
        });
    };
    view! {
        <div class="stack">
            {field(Field::new("export-pass", say!(KEY_PASS)).secret().hint(say!(KEY_PASS_HINT)), passphrase, short)}
            <div>{tool_button(say!(KEY_SAVE_FILE), save)}</div>
            {move || failed.get().map(|error| failure(&error))}
        </div>
    }
    .into_any()
}

/// Hands bytes to the person as a file.
pub fn save_file(name: &str, bytes: &[u8]) {
    let parts = js_sys::Array::of1(&js_sys::Uint8Array::from(bytes));
    let Ok(blob) = web_sys::Blob::new_with_u8_array_sequence(&parts) else { return };
    let Ok(url) = web_sys::Url::create_object_url_with_blob(&blob) else { return };
    if let Some(link) =
        document().create_element("a").ok().and_then(|a| a.dyn_into::<web_sys::HtmlAnchorElement>().ok())
    {
        link.set_href(&url);
        link.set_download(name);
        link.click();
    }
    // Released a little later, when the browser has taken the bytes over.
    set_timeout(move || _ = web_sys::Url::revoke_object_url(&url), std::time::Duration::from_secs(10));
}

/// What a key is for here.
#[must_use]
pub fn key_why() -> &'static str {
    standing::by_mode(say!(KEY_PANEL_WHY), say!(KEY_PANEL_WHY_NET), say!(KEY_PANEL_WHY_NET))
}

/// Says what a key is for, with the offer: for pages where nothing can be done without one.
#[must_use]
pub fn key_panel() -> AnyView {
    view! { <section class="panel" aria-label=say!(KEY_PANEL)><h2>{say!(KEY_PANEL)}</h2><p class="small dim">{key_why()}</p>{key_offer()}</section> }
        .into_any()
}
