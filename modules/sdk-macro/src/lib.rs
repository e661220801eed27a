//! `#[zera::module]`: turns an annotated Rust module into WASM exports, guards and a manifest (design §6).

mod attributes;
mod entries;
mod generate;
mod types;

use proc_macro::TokenStream;

/// Makes a ZERA module of an inline `mod`.
///
/// Arguments: `schema = 1` (required), `version = "1.0.0"` (the package's otherwise), `reads = [0]` (older schemas that this
/// code reads without migration), `name = "…"` (that of the `mod` otherwise). Doc comments become the manifest's texts.
///
/// Inside the `mod`:
/// - `#[storage]` on the one struct whose fields are `Item`, `Map` or `List`; a field's name is its storage key;
/// - `#[event]` on structs that are emitted, `#[data]` on types of arguments, results and stored values;
/// - in the `impl` of the storage struct, on methods with `&self` or `&mut self`:
///   `#[constructor]`, `#[call]`, `#[query]`, `#[setter(parameter = "…", getter = "…", min = …, max = …)]`,
///   `#[migration]`, `#[health]`, `#[invariant]`. A migration with the argument `cursor: Vec<u8>` and the answer
///   `Option<Vec<u8>>` goes in steps: called with the empty cursor first and then with each answer, until that is `None`;
///   each cursor must be greater than the one before, and has at most 256 bytes. Constructor and call also take `payable`, call and query `direct`
///   (integers in WASM values instead of SCALE).
///
/// Generated guards: entries that are not payable refuse ZRA; setters want the governance caller and a value within
/// bounds; constructors run once; migrations want the runtime. An `Err` fails the call with its words.
#[proc_macro_attribute]
pub fn module(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let arguments = syn::parse_macro_input!(arguments as attributes::ModuleArguments);
    let item = syn::parse_macro_input!(item as syn::ItemMod);
    generate::module(arguments, item).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// `#[data]` outside of a module: SCALE, and a description in manifests, for a struct or enum that modules share.
#[proc_macro_attribute]
pub fn data(_: TokenStream, item: TokenStream) -> TokenStream {
    let derives = types::data();
    let item = proc_macro2::TokenStream::from(item);
    quote::quote!(#derives #item).into()
}

#[cfg(test)]
mod tests;
