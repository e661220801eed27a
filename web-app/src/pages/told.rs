//! Calls and events in words: calls by the manifest that their module had at that block, events of the runtime by topic.

use crate::{
    answer,
    client::use_client,
    components::{bare, empty, link, react, reveal, table, td, td_known},
    deeds,
    happened::{Teller, Told},
    known, say, text, words,
};
use leptos::prelude::*;
use std::collections::BTreeMap;
use zera_primitives::{Address, Event, Height, ModuleId, Network, hash::to_hex, tx::Call};
use zera_worker_protocol::{Command, ManifestView, Shape};

type Slot = RwSignal<Option<ManifestView>>;

/// The manifests of one block's modules, each asked for once. Made anew with each page that shows them.
#[derive(Clone, Copy)]
pub struct Manifests {
    height: Option<Height>,
    known: StoredValue<BTreeMap<ModuleId, Slot>>,
}

impl Manifests {
    /// As of block `height`; none for what waits and would run on the head.
    #[must_use]
    pub fn at(height: Option<Height>) -> Self {
        Self { height, known: StoredValue::new(BTreeMap::new()) }
    }

    /// The manifest of one module, once it is known; tracked where it is read.
    #[must_use]
    pub fn of(self, module: ModuleId) -> Slot {
        if let Some(slot) = self.known.with_value(|known| known.get(&module).copied()) {
            return slot;
        }
        let slot: Slot = RwSignal::new(None);
        self.known.update_value(|known| _ = known.insert(module, slot));
        let (client, height) = (use_client(), self.height);
        leptos::task::spawn_local(async move {
            let manifest = match height {
                Some(height) => answer!(client.ask(Command::CodeAt { module, height }).await, Code)
                    .ok()
                    .and_then(|code| code.manifest),
                None => answer!(client.ask(Command::Module(module)).await, Module).ok().and_then(|m| m.code.manifest),
            };
            // Without one the call stays as its name.
            slot.try_set(manifest);
        });
        slot
    }

    /// One call: its name at once, its arguments when the manifest is there.
    #[must_use]
    pub fn call(self, call: &Call, network: Network) -> AnyView {
        let Call::Module { module, entry, args, .. } = call else { return words::call(call).into_any() };
        let slot = self.of(*module);
        let plain = words::call(call);
        let (entry, args) = (entry.clone(), args.clone());
        let decoded =
            move || slot.with(|manifest| manifest.as_ref().and_then(|m| arguments(m, &entry, &args, network)));
        react(move || match decoded() {
            Some(arguments) => view! { {plain.clone()}" "<code>{arguments}</code> }.into_any(),
            None => plain.clone().into_any(),
        })
    }

    /// All calls of a transaction, one after the other.
    #[must_use]
    pub fn calls(self, calls: &[Call], network: Network) -> AnyView {
        let last = calls.len().saturating_sub(1);
        let items = calls.iter().enumerate().map(|(i, call)| {
            let end = if i < last { "; " } else { "" };
            view! { {self.call(call, network)}{end} }.into_any()
        });
        items.collect_view().into_any()
    }
}

/// `(asset: 3, amount: 2,500 ZRA)`; none when there are none, or the bytes are not what the manifest says.
fn arguments(manifest: &ManifestView, entry: &str, args: &[u8], network: Network) -> Option<String> {
    let export = manifest.exports.iter().find(|export| export.name == entry)?;
    if export.args.is_empty() {
        return None;
    }
    // Arguments stand one behind the other, as the fields of a record do.
    let mut shapes = manifest.shapes.clone();
    let whole = u32::try_from(shapes.len()).ok()?;
    shapes.push(Shape::Record(String::new(), export.args.clone()));
    let value = zera_worker_protocol::shape::decode(&shapes, whole, args).ok()?;
    let words = super::shapes::words(&value, network);
    let inner = words.strip_prefix("{ ").and_then(|words| words.strip_suffix(" }")).unwrap_or(&words);
    Some(text::safe(&format!("({inner})")))
}

/// Events as rows: who, what it says, and its bytes behind that.
#[must_use]
pub fn events(events: &[Event], height: Height, network: Network) -> AnyView {
    if events.is_empty() {
        return empty(say!(EVENTS_EMPTY), ());
    }
    let teller = Teller::new(network, &deeds::date);
    let rows = events.iter().map(|event| row(event, teller.tell(event), height, network)).collect();
    let columns = [(say!(EVENT), false), (say!(FROM), false), (say!(EVENT_WORDS), false), ("", false)];
    table(say!(EVENTS), &columns, rows)
}

fn row(event: &Event, told: Option<Told>, height: Height, network: Network) -> (AnyView, Vec<AnyView>) {
    let source = event.module.map_or_else(
        || say!(THE_RUNTIME).into_any(),
        |id| {
            let address = Address::Module(id).to_text(network);
            link(format!("/modules/{address}"), text::short(&address))
        },
    );
    let bytes = to_hex(&event.data);
    let raw = move || view! { <span class="bytes">{bytes.clone()}</span> }.into_any();
    let says = match told {
        Some(Told { words, href: Some(href) }) => {
            view! { {link(href, words)}{reveal(say!(RAW_FIELDS).into_any(), raw)} }.into_any()
        }
        Some(Told { words, href: None }) => view! { {words}{reveal(say!(RAW_FIELDS).into_any(), raw)} }.into_any(),
        None => raw(),
    };
    let evidence = known::of_block(event.topic.clone(), say!(BLOCK_ABOUT), height.0);
    (
        view! { <code>{text::safe(&event.topic)}</code> }.into_any(),
        vec![td(say!(FROM), source), td(say!(EVENT_WORDS), says), td_known(bare(evidence))],
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use codec::Encode;
    use zera_primitives::manifest::{ExportKind, SemVer};
    use zera_worker_protocol::ExportView;

    fn manifest() -> ManifestView {
        let export = ExportView {
            name: "borrow".into(),
            kind: ExportKind::Call,
            doc: String::new(),
            direct: false,
            payable: false,
            args: vec![("asset".into(), 0), ("note".into(), 1)],
            result: None,
        };
        ManifestView {
            name: "m".into(),
            description: String::new(),
            version: SemVer::default(),
            schema: 1,
            reads_schemas: Vec::new(),
            exports: vec![export.clone(), ExportView { name: "ping".into(), args: Vec::new(), ..export }],
            parameters: Vec::new(),
            shapes: vec![Shape::Unsigned(4), Shape::Text],
        }
    }

    #[test]
    fn arguments_are_read_one_behind_the_other() {
        let bytes = (2_500u32, "rent").encode();
        let read = |entry: &str, bytes: &[u8]| arguments(&manifest(), entry, bytes, Network::Solo);
        assert_eq!(read("borrow", &bytes).as_deref(), Some("(asset: 2,500, note: “rent”)"));
        assert_eq!(read("ping", &[]), None, "nothing to say of none");
        assert_eq!(read("borrow", &bytes[..3]), None, "cut");
        assert_eq!(read("gone", &bytes), None, "an export of another version");
    }
}
