//! Putting a module together.

use crate::attributes::{Kind, ModuleArguments, docs, package_version, take_marker};
use crate::entries::Entry;
use crate::types;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Error, Ident, ImplItem, Item, ItemImpl, ItemMod, Result, Type};

/// The whole expansion.
pub fn module(arguments: ModuleArguments, mut item: ItemMod) -> Result<TokenStream> {
    let name = arguments.name.clone().unwrap_or_else(|| item.ident.to_string());
    let doc = docs(&item.attrs);
    let Some((_, items)) = &mut item.content else {
        return Err(Error::new_spanned(&item, "a module is inline: `mod name { … }`"));
    };
    let mut parts = Parts::default();
    for inner in items.iter_mut() {
        parts.read(inner)?;
    }
    let Some(storage) = parts.storage.clone() else {
        return Err(Error::new_spanned(&item.ident, "one struct needs `#[storage]`; it may be empty"));
    };
    for inner in items.iter_mut() {
        if let Item::Impl(block) = inner
            && is_of(block, &storage)
        {
            parts.read_entries(block)?;
        }
    }
    parts.check(&item.ident)?;
    let exports = exports(&parts, &storage, arguments.schema);
    let version = arguments.version.map_or_else(package_version, Ok)?;
    let manifest = manifest(&parts, &arguments, version, &name, &doc);
    let additions = parts.additions;
    items.push(Item::Verbatim(quote!(#additions #exports #manifest)));
    Ok(item.into_token_stream())
}

/// What was found inside.
#[derive(Default)]
struct Parts {
    storage: Option<Ident>,
    events: Vec<Ident>,
    entries: Vec<Entry>,
    additions: TokenStream,
}

impl Parts {
    fn read(&mut self, item: &mut Item) -> Result<()> {
        let attributes = match item {
            Item::Struct(item) => &mut item.attrs,
            Item::Enum(item) => &mut item.attrs,
            _ => return Ok(()),
        };
        let is_storage = take_marker(attributes, "storage");
        let is_event = take_marker(attributes, "event");
        if take_marker(attributes, "data") || is_event {
            let derives = types::data();
            *item = syn::parse2(quote!(#derives #item))?;
        }
        match item {
            Item::Struct(item) if is_storage => {
                if self.storage.replace(item.ident.clone()).is_some() {
                    return Err(Error::new_spanned(&item.ident, "a module has one storage struct"));
                }
                self.additions.extend(types::storage(item)?);
            }
            Item::Struct(item) if is_event => {
                self.events.push(item.ident.clone());
                self.additions.extend(types::event(&item.ident));
            }
            _ if is_storage || is_event => return Err(Error::new_spanned(item, "storage and events are structs")),
            _ => {}
        }
        Ok(())
    }

    fn read_entries(&mut self, block: &mut ItemImpl) -> Result<()> {
        for inner in &mut block.items {
            if let ImplItem::Fn(method) = inner
                && let Some(entry) = Entry::take(method)?
            {
                self.entries.push(entry);
            }
        }
        Ok(())
    }

    fn check(&self, at: &Ident) -> Result<()> {
        for kind in [Kind::Constructor, Kind::Migration, Kind::Health] {
            if self.entries.iter().filter(|entry| entry.attribute.kind == kind).count() > 1 {
                return Err(Error::new_spanned(at, format!("a module has at most one {kind:?}")));
            }
        }
        for entry in &self.entries {
            if let Some(getter) = &entry.attribute.getter
                && !self.entries.iter().any(|other| other.name == getter.value())
            {
                return Err(Error::new_spanned(getter, "there is no such entry"));
            }
        }
        Ok(())
    }
}

fn is_of(block: &ItemImpl, storage: &Ident) -> bool {
    block.trait_.is_none() && matches!(&*block.self_ty, Type::Path(path) if path.path.is_ident(storage))
}

fn exports(parts: &Parts, storage: &Ident, schema: u32) -> TokenStream {
    let wrappers = parts.entries.iter().map(|entry| entry.wrapper(storage, schema));
    let rows = parts.entries.iter().filter_map(Entry::row);
    quote! {
        #[doc(hidden)]
        #[allow(missing_docs, reason = "generated")]
        pub mod exports {
            use super::*;

            #(#wrappers)*

            /// SCALE entries by name, for `zera::testing`.
            #[cfg(not(target_arch = "wasm32"))]
            pub const EXPORTS: &[(&str, fn())] = &[#(#rows),*];
        }
    }
}

fn manifest(parts: &Parts, arguments: &ModuleArguments, version: [u16; 3], name: &str, doc: &str) -> TokenStream {
    let [major, minor, patch] = version;
    let (schema, reads) = (arguments.schema, &arguments.reads);
    let events = &parts.events;
    let descriptions = parts.entries.iter().map(Entry::description);
    quote! {
        /// The manifest of this module.
        #[cfg(not(target_arch = "wasm32"))]
        #[must_use]
        pub fn manifest() -> ::zera::manifest::Manifest {
            let mut builder =
                ::zera::manifest::Builder::new(#name, #doc, (#major, #minor, #patch), #schema, &[#(#reads),*]);
            #(builder.event(::zera::scale_info::meta_type::<#events>());)*
            #(#descriptions)*
            builder.finish()
        }
    }
}
