//! `#[storage]`, `#[event]` and `#[data]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Error, Fields, Ident, ItemStruct, Result};

/// The derives of a type that crosses the boundary or is stored.
pub fn data() -> TokenStream {
    quote! {
        #[derive(::zera::codec::Encode, ::zera::codec::Decode)]
        #[codec(crate = ::zera::codec)]
        #[cfg_attr(not(target_arch = "wasm32"), derive(::zera::scale_info::TypeInfo))]
        #[cfg_attr(not(target_arch = "wasm32"), scale_info(crate = ::zera::scale_info))]
    }
}

/// `Event` for an event's struct.
pub fn event(name: &Ident) -> TokenStream {
    quote! {
        impl ::zera::Event for #name {
            const TOPIC: &'static str = stringify!(#name);
        }
    }
}

/// `open()` for the storage struct: every field by its name.
pub fn storage(item: &ItemStruct) -> Result<TokenStream> {
    let Fields::Named(fields) = &item.fields else {
        return Err(Error::new_spanned(item, "storage is a struct with named fields"));
    };
    let name = &item.ident;
    let names: Vec<_> = fields.named.iter().filter_map(|field| field.ident.as_ref()).collect();
    Ok(quote! {
        impl #name {
            /// The module's storage; reads nothing yet.
            #[must_use]
            pub fn open() -> Self {
                Self { #(#names: ::zera::storage::Place::at(stringify!(#names))),* }
            }
        }
    })
}
