//! What stands in the annotations.

use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Error, Expr, Lit, LitInt, LitStr, Meta, Result, Token, spanned::Spanned};

/// `#[zera::module(…)]`.
pub struct ModuleArguments {
    /// The author's version; none to take the package's.
    pub version: Option<[u16; 3]>,
    pub schema: u32,
    pub reads: Vec<u32>,
    pub name: Option<String>,
}

impl Parse for ModuleArguments {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let (mut version, mut schema, mut reads, mut name) = (None, None, Vec::new(), None);
        while !input.is_empty() {
            let key: syn::Ident = input.parse()?;
            input.parse::<Token![=]>()?;
            match key.to_string().as_str() {
                "version" => version = Some(semver(&input.parse()?)?),
                "schema" => schema = Some(input.parse::<LitInt>()?.base10_parse()?),
                "name" => name = Some(input.parse::<LitStr>()?.value()),
                "reads" => {
                    let list;
                    syn::bracketed!(list in input);
                    let schemas = list.parse_terminated(<LitInt as Parse>::parse, Token![,])?;
                    reads = schemas.iter().map(LitInt::base10_parse).collect::<Result<_>>()?;
                }
                _ => return Err(Error::new(key.span(), "expected `version`, `schema`, `reads` or `name`")),
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        let missing = |what| Error::new(input.span(), what);
        Ok(Self { version, schema: schema.ok_or_else(|| missing("`schema = 1` is missing"))?, reads, name })
    }
}

/// The version that cargo gives the package being compiled.
pub fn package_version() -> Result<[u16; 3]> {
    let text = std::env::var("CARGO_PKG_VERSION").unwrap_or_default();
    semver(&LitStr::new(&text, proc_macro2::Span::call_site()))
}

fn semver(text: &LitStr) -> Result<[u16; 3]> {
    let value = text.value();
    let parts: Vec<u16> = value.split('.').filter_map(|part| part.parse().ok()).collect();
    let three = value.split('.').count() == 3;
    three
        .then_some(parts)
        .and_then(|parts| parts.try_into().ok())
        .ok_or_else(|| Error::new(text.span(), "a version is three numbers: major.minor.patch"))
}

/// What an entry is for; the names are those of `zera_primitives::manifest::ExportKind`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Constructor,
    Call,
    Query,
    Setter,
    Migration,
    Health,
    Invariant,
}

impl Kind {
    fn named(attribute: &Attribute) -> Option<Self> {
        let name = attribute.path().get_ident()?.to_string();
        Some(match name.as_str() {
            "constructor" => Self::Constructor,
            "call" => Self::Call,
            "query" => Self::Query,
            "setter" => Self::Setter,
            "migration" => Self::Migration,
            "health" => Self::Health,
            "invariant" => Self::Invariant,
            _ => return None,
        })
    }
}

/// The annotation of one entry.
pub struct EntryAttribute {
    pub kind: Kind,
    pub payable: bool,
    pub direct: bool,
    pub parameter: Option<LitStr>,
    pub getter: Option<LitStr>,
    pub min: Option<Expr>,
    pub max: Option<Expr>,
}

impl EntryAttribute {
    /// Takes the one entry annotation out of `attributes`, if there is one.
    pub fn take(attributes: &mut Vec<Attribute>) -> Result<Option<Self>> {
        let mut found = attributes.extract_if(.., |attribute| Kind::named(attribute).is_some());
        let Some(first) = found.next() else { return Ok(None) };
        if let Some(second) = found.next() {
            return Err(Error::new(second.span(), "an entry is of one kind"));
        }
        Self::parse(&first).map(Some)
    }

    fn parse(attribute: &Attribute) -> Result<Self> {
        let span = attribute.span();
        let kind = Kind::named(attribute).ok_or_else(|| Error::new(span, "not an entry"))?;
        let mut entry =
            Self { kind, payable: false, direct: false, parameter: None, getter: None, min: None, max: None };
        if !matches!(attribute.meta, Meta::Path(_)) {
            attribute.parse_nested_meta(|meta| {
                match meta.path.get_ident().map(ToString::to_string).as_deref() {
                    Some("payable") => entry.payable = true,
                    Some("direct") => entry.direct = true,
                    Some("parameter") => entry.parameter = Some(meta.value()?.parse()?),
                    Some("getter") => entry.getter = Some(meta.value()?.parse()?),
                    Some("min") => entry.min = Some(meta.value()?.parse()?),
                    Some("max") => entry.max = Some(meta.value()?.parse()?),
                    _ => return Err(meta.error("unknown option")),
                }
                Ok(())
            })?;
        }
        entry.check(span)?;
        Ok(entry)
    }

    fn check(&self, span: proc_macro2::Span) -> Result<()> {
        let setter = self.kind == Kind::Setter;
        let rules = [
            (setter && (self.parameter.is_none() || self.getter.is_none()), "a setter names its parameter and getter"),
            (
                !setter
                    && (self.parameter.is_some() || self.getter.is_some() || self.min.is_some() || self.max.is_some()),
                "only setters have parameter, getter and bounds",
            ),
            (
                self.payable && !matches!(self.kind, Kind::Constructor | Kind::Call),
                "only constructor and call take ZRA",
            ),
            (self.direct && !matches!(self.kind, Kind::Call | Kind::Query), "only call and query can be direct"),
        ];
        match rules.into_iter().find(|(broken, _)| *broken) {
            Some((_, rule)) => Err(Error::new(span, rule)),
            None => Ok(()),
        }
    }
}

/// Takes `#[name]` out of `attributes`; true if it was there.
pub fn take_marker(attributes: &mut Vec<Attribute>, name: &str) -> bool {
    let before = attributes.len();
    attributes.retain(|attribute| !attribute.path().is_ident(name));
    attributes.len() != before
}

/// The doc comments as paragraphs: lines are joined, an empty line starts a new paragraph.
pub fn docs(attributes: &[Attribute]) -> String {
    let mut text = String::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("doc")) {
        let Meta::NameValue(meta) = &attribute.meta else { continue };
        let Expr::Lit(literal) = &meta.value else { continue };
        let Lit::Str(line) = &literal.lit else { continue };
        match line.value().trim() {
            "" => text.push('\n'),
            line => {
                if !text.is_empty() && !text.ends_with('\n') {
                    text.push(' ');
                }
                text.push_str(line);
            }
        }
    }
    text.trim().to_owned()
}
