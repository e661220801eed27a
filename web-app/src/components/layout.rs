//! Page head, leaf, figures, key-value lists, tables.

use super::counts;
use crate::say;
use leptos::prelude::*;

/// The head of a page: crumbs, the finding as a sentence, one lead, the count of marks. Also the document's title.
#[must_use]
pub fn head(crumbs: AnyView, title: impl Into<String>, lead: impl IntoView + 'static) -> AnyView {
    let title = title.into();
    document().set_title(&format!("{title} · ZERA"));
    view! {
        <div class="head">
            <div>
                {crumbs}
                <h1>{title}</h1>
                <p class="lead">{lead.into_any()}</p>
            </div>
            {counts()}
        </div>
    }
    .into_any()
}

/// `Modules / Lending`.
#[must_use]
pub fn crumbs(href: &'static str, up: &'static str, here: impl Into<String>) -> AnyView {
    view! { <nav class="crumbs" aria-label=say!(CRUMBS)><a href=href>{up}</a>" / "{here.into()}</nav> }.into_any()
}

/// A section that hangs from a rule, its name in the margin.
#[must_use]
pub fn leaf(name: impl Into<String>, note: impl IntoView + 'static, body: impl IntoView + 'static) -> AnyView {
    let name = name.into();
    let id = format!("leaf-{}", name.to_lowercase().replace(' ', "-"));
    let label = id.clone();
    view! {
        <section class="leaf" aria-labelledby=label>
            <div class="grid">
                <div class="margin"><h2 id=id>{name}</h2><div class="small">{note.into_any()}</div></div>
                <div class="body">{body.into_any()}</div>
            </div>
        </section>
    }
    .into_any()
}

/// Characters of a value that fits a narrow column of figures.
const SHORT_FIGURE: usize = 8;

/// A figure: label, value with unit, and how it is known or what it means.
#[must_use]
pub fn figure(
    label: &'static str,
    value: impl Into<String>,
    unit: &'static str,
    note: impl IntoView + 'static,
) -> AnyView {
    let value = value.into();
    // A number never breaks: a long one takes the room of two where figures stand close.
    let class = if value.chars().count() > SHORT_FIGURE { "figure long" } else { "figure" };
    view! {
        <div class=class>
            <dt>{label}</dt>
            <dd class="v">{value}<small>{if unit.is_empty() { String::new() } else { format!("\u{a0}{unit}") }}</small></dd>
            <dd class="note">{note.into_any()}</dd>
        </div>
    }
    .into_any()
}

/// Figures in a row.
#[must_use]
pub fn figures(items: Vec<AnyView>) -> AnyView {
    view! { <dl class="figures">{items}</dl> }.into_any()
}

/// A key-value list.
#[must_use]
pub fn kv(rows: Vec<(String, AnyView)>) -> AnyView {
    let rows = rows.into_iter().map(|(key, value)| view! { <div><dt>{key}</dt><dd>{value}</dd></div> }.into_any());
    view! { <dl class="kv">{rows.collect_view()}</dl> }.into_any()
}

/// A column: its head and whether numbers stand in it.
pub type Col = (&'static str, bool);

/// A table that stacks under 40 rem; its roles are written out, because stacking would drop them. Each row brings its
/// own cells: first a header cell, then [`td`], [`td_num`] or [`td_known`] in the order of `columns`.
#[must_use]
pub fn table(label: impl Into<String>, columns: &[Col], rows: Vec<(AnyView, Vec<AnyView>)>) -> AnyView {
    table_of(label, columns, rows.into_iter().map(|(first, rest)| ("", first, rest)).collect())
}

/// [`table`] whose rows have a class: `hot` for what is wrong, `sel` for what is chosen.
#[must_use]
pub fn table_of(
    label: impl Into<String>,
    columns: &[Col],
    rows: Vec<(&'static str, AnyView, Vec<AnyView>)>,
) -> AnyView {
    let heads = columns.iter().map(|(name, number)| {
        let class = match (name.is_empty(), *number) {
            (true, _) => "known",
            (_, true) => "num",
            _ => "",
        };
        let label = if name.is_empty() { say!(KNOWN_HOW) } else { name };
        let hidden = if name.is_empty() { "sr" } else { "" };
        view! { <th role="columnheader" scope="col" class=class><span class=hidden>{label}</span></th> }.into_any()
    });
    let rows = rows.into_iter().map(|(class, first, rest)| {
        view! { <tr role="row" class=class><th role="rowheader" scope="row">{first}</th>{rest}</tr> }.into_any()
    });
    view! {
        <table class="table" role="table" aria-label=label.into()>
            <thead role="rowgroup"><tr role="row">{heads.collect_view()}</tr></thead>
            <tbody role="rowgroup">{rows.collect_view()}</tbody>
        </table>
    }
    .into_any()
}

/// A cell of words; `label` stands before it when the table is stacked.
#[must_use]
pub fn td(label: &'static str, content: impl IntoView + 'static) -> AnyView {
    view! { <td role="cell" data-l=label>{content.into_any()}</td> }.into_any()
}

/// A cell of a number.
#[must_use]
pub fn td_num(label: &'static str, content: impl Into<String>) -> AnyView {
    view! { <td role="cell" class="num" data-l=label>{content.into()}</td> }.into_any()
}

/// The cell of a mark with its words, or of what stands in its place.
#[must_use]
pub fn td_mark(content: AnyView) -> AnyView {
    view! { <td role="cell" class="known worded">{content}</td> }.into_any()
}

/// The cell of a mark; it stays at the top right when the table is stacked.
#[must_use]
pub fn td_known(content: AnyView) -> AnyView {
    view! { <td role="cell" class="known">{content}</td> }.into_any()
}
