//! The entries of a module: what the `impl` of the storage struct says, and the code around each.

use crate::attributes::{EntryAttribute, Kind, docs};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Error, FnArg, GenericArgument, Ident, ImplItemFn, Pat, PathArguments, Result, ReturnType, Type};

/// One annotated method.
pub struct Entry {
    pub attribute: EntryAttribute,
    pub name: Ident,
    doc: String,
    args: Vec<(Ident, Type)>,
    /// The type without `Result` around it; `None` for nothing.
    result: Option<Type>,
    fallible: bool,
}

impl Entry {
    /// Reads a method and takes its annotation off; `None` if it has none.
    pub fn take(method: &mut ImplItemFn) -> Result<Option<Self>> {
        let Some(attribute) = EntryAttribute::take(&mut method.attrs)? else { return Ok(None) };
        let mut inputs = method.sig.inputs.iter();
        if !matches!(inputs.next(), Some(FnArg::Receiver(receiver)) if receiver.reference.is_some()) {
            return Err(Error::new_spanned(&method.sig, "an entry takes `&self` or `&mut self` first"));
        }
        let args = inputs.map(argument).collect::<Result<Vec<_>>>()?;
        let (result, fallible) = answer(&method.sig.output);
        let entry =
            Self { attribute, name: method.sig.ident.clone(), doc: docs(&method.attrs), args, result, fallible };
        entry.check()?;
        if entry.attribute.kind == Kind::Constructor {
            // It fills storage that is there already, whatever its name.
            method
                .attrs
                .push(syn::parse_quote!(#[allow(clippy::new_ret_no_self, reason = "a constructor of a module")]));
        }
        Ok(Some(entry))
    }

    fn check(&self) -> Result<()> {
        let rules = [
            (self.attribute.kind == Kind::Setter && self.args.len() != 1, "a setter takes one value"),
            (
                self.attribute.kind == Kind::Migration && self.args.len() > 1,
                "a migration takes no argument, or a cursor",
            ),
            (
                self.attribute.kind == Kind::Migration && self.args.len() == 1 && self.result.is_none(),
                "a migration in steps answers the next cursor: Option<Vec<u8>>",
            ),
            (self.attribute.kind == Kind::Health && !self.args.is_empty(), "health takes no arguments"),
            (self.attribute.kind == Kind::Health && self.result.is_none(), "health answers a bool"),
            (self.attribute.kind == Kind::Invariant && !self.args.is_empty(), "an invariant takes no arguments"),
            (self.attribute.kind == Kind::Invariant && self.result.is_none(), "an invariant answers something"),
            (
                self.attribute.direct && self.args.is_empty() && self.result.is_none(),
                "without arguments and answer there is nothing to pass directly",
            ),
        ];
        match rules.into_iter().find(|(broken, _)| *broken) {
            Some((_, rule)) => Err(Error::new_spanned(&self.name, rule)),
            None => Ok(()),
        }
    }

    fn guards(&self, schema: u32) -> TokenStream {
        let value = (!self.attribute.payable).then(|| quote!(::zera::entry::refuse_value();));
        let caller = match self.attribute.kind {
            Kind::Setter => quote!(::zera::entry::require_governance();),
            Kind::Migration => quote!(::zera::entry::migrating(#schema);),
            Kind::Constructor => quote!(::zera::entry::constructing(#schema);),
            Kind::Call | Kind::Query | Kind::Health | Kind::Invariant => quote!(),
        };
        quote!(#value #caller)
    }

    fn bounds(&self) -> TokenStream {
        let (min, max) = (option(self.attribute.min.as_ref()), option(self.attribute.max.as_ref()));
        match (&self.attribute.min, &self.attribute.max, self.args.first()) {
            (None, None, _) | (_, _, None) => quote!(),
            (_, _, Some((arg, _))) => quote!(::zera::entry::require_within(#arg, #min, #max);),
        }
    }

    fn invocation(&self, storage: &Ident) -> TokenStream {
        let name = &self.name;
        let args = self.args.iter().map(|(arg, _)| arg);
        // `open()` gives an owned handle, so it serves `&self` and `&mut self` alike.
        let call = quote!(#storage::open().#name(#(#args),*));
        if self.fallible { quote!(::zera::entry::unwrap(#call)) } else { call }
    }

    /// The WASM export and, for SCALE entries, the same as a plain function for tests.
    pub fn wrapper(&self, storage: &Ident, schema: u32) -> TokenStream {
        if self.attribute.direct { self.direct(storage, schema) } else { self.scale(storage, schema) }
    }

    fn scale(&self, storage: &Ident, schema: u32) -> TokenStream {
        let name = &self.name;
        let export = format_ident!("export_{name}");
        let text = name.to_string();
        let (guards, bounds, invocation) = (self.guards(schema), self.bounds(), self.invocation(storage));
        let (args, types): (Vec<_>, Vec<_>) = self.args.iter().map(|(arg, ty)| (arg, ty)).unzip();
        quote! {
            pub fn #name() {
                #guards
                let (#(#args,)*): (#(#types,)*) = ::zera::entry::arguments();
                #bounds
                ::zera::entry::answer(&#invocation);
            }

            #[cfg(target_arch = "wasm32")]
            #[unsafe(export_name = #text)]
            extern "C" fn #export() {
                #name();
            }
        }
    }

    fn direct(&self, storage: &Ident, schema: u32) -> TokenStream {
        let export = format_ident!("export_{}", self.name);
        let text = self.name.to_string();
        let (guards, invocation) = (self.guards(schema), self.invocation(storage));
        let (args, types): (Vec<_>, Vec<_>) = self.args.iter().map(|(arg, ty)| (arg, ty)).unzip();
        let (result, body) = match &self.result {
            None => (quote!(), quote!(#invocation;)),
            Some(ty) => (
                quote!(-> <#ty as ::zera::entry::Direct>::Raw),
                quote!(<#ty as ::zera::entry::Direct>::into_raw(#invocation)),
            ),
        };
        quote! {
            #[cfg(target_arch = "wasm32")]
            #[unsafe(export_name = #text)]
            extern "C" fn #export(#(#args: <#types as ::zera::entry::Direct>::Raw),*) #result {
                #guards
                #(let #args = <#types as ::zera::entry::Direct>::from_raw(#args);)*
                #body
            }
        }
    }

    /// A row of the table that the test chain calls by.
    pub fn row(&self) -> Option<TokenStream> {
        let name = &self.name;
        (!self.attribute.direct).then(|| quote!((stringify!(#name), #name as fn())))
    }

    /// The statements that describe this entry to a manifest builder named `builder`.
    pub fn description(&self) -> TokenStream {
        let (name, doc) = (self.name.to_string(), &self.doc);
        let kind = format_ident!("{}", format!("{:?}", self.attribute.kind));
        let (direct, payable) = (self.attribute.direct, self.attribute.payable);
        let args = self.args.iter().map(|(arg, ty)| {
            let arg = arg.to_string();
            quote!((#arg, ::zera::scale_info::meta_type::<#ty>()))
        });
        let result = option(self.result.as_ref().map(|ty| quote!(::zera::scale_info::meta_type::<#ty>())).as_ref());
        let parameter = match (&self.attribute.parameter, &self.attribute.getter, self.args.first()) {
            (Some(parameter), Some(getter), Some((_, ty))) => {
                let (min, max) = (option(self.attribute.min.as_ref()), option(self.attribute.max.as_ref()));
                quote! {
                    builder.parameter(
                        #parameter, #doc, #getter, #name, ::zera::scale_info::meta_type::<#ty>(), #min, #max,
                    );
                }
            }
            _ => quote!(),
        };
        quote! {
            builder.export(#name, ::zera::manifest::ExportKind::#kind, #doc, #direct, #payable, &[#(#args),*], #result);
            #parameter
        }
    }
}

fn option(value: Option<&impl quote::ToTokens>) -> TokenStream {
    value.map_or_else(|| quote!(::core::option::Option::None), |value| quote!(::core::option::Option::Some(#value)))
}

fn argument(input: &FnArg) -> Result<(Ident, Type)> {
    match input {
        FnArg::Typed(typed) => match &*typed.pat {
            Pat::Ident(pat) => Ok((pat.ident.clone(), (*typed.ty).clone())),
            other => Err(Error::new_spanned(other, "an entry's arguments are plain names")),
        },
        FnArg::Receiver(receiver) => Err(Error::new_spanned(receiver, "`self` comes first")),
    }
}

/// The answer's type and whether it stands in a `Result`. By name only: a macro sees no types.
fn answer(output: &ReturnType) -> (Option<Type>, bool) {
    let ReturnType::Type(_, ty) = output else { return (None, false) };
    let Type::Path(path) = &**ty else { return (something(ty), false) };
    let Some(last) = path.path.segments.last().filter(|last| last.ident == "Result") else {
        return (something(ty), false);
    };
    let PathArguments::AngleBracketed(generics) = &last.arguments else { return (None, true) };
    let first = generics.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    (first.and_then(something), true)
}

/// `None` for `()`.
fn something(ty: &Type) -> Option<Type> {
    match ty {
        Type::Tuple(tuple) if tuple.elems.is_empty() => None,
        other => Some(other.clone()),
    }
}
