//! Lines of code: hunks of a difference and whole listings. Removed and added double their colour by − and +.

use super::{Part, by_parts};
use crate::say;
use leptos::prelude::*;
use std::sync::Arc;
use zera_worker_protocol::{CodeLine, LineKind};

/// Lines shown at first, and more at a time.
const LINES: usize = 300;

/// The hunks of one function, with a gap between two.
#[must_use]
pub fn hunks(name: &str, hunks: &[Vec<CodeLine>], cut: bool) -> AnyView {
    let mut rows: Vec<Option<CodeLine>> = Vec::new();
    for (i, hunk) in hunks.iter().enumerate() {
        if i > 0 {
            rows.push(None);
        }
        rows.extend(hunk.iter().cloned().map(Some));
    }
    lines(name, rows, cut)
}

/// A whole listing.
#[must_use]
pub fn listing(name: &str, code: &[CodeLine], cut: bool) -> AnyView {
    lines(name, code.iter().cloned().map(Some).collect(), cut)
}

fn lines(name: &str, rows: Vec<Option<CodeLine>>, cut: bool) -> AnyView {
    let total = rows.len();
    let label = say!(CMP_LINES_OF, name);
    let part: Part = Arc::new(move |range| {
        let shown = rows.get(range).unwrap_or_default().iter().map(line).collect_view();
        view! { <div class="code lines" role="region" tabindex="0" aria-label=label.clone()><pre>{shown}</pre></div> }
            .into_any()
    });
    let note = cut.then(|| view! { <p class="small dim">{say!(CMP_CUT)}</p> });
    view! { <div class="stack-2">{by_parts(total, LINES, part)}{note}</div> }.into_any()
}

fn line(line: &Option<CodeLine>) -> AnyView {
    let Some(line) = line else { return view! { <span class="gap-line">"⋯\n"</span> }.into_any() };
    let class = match line.kind {
        LineKind::Same => "same",
        LineKind::Removed => "removed",
        LineKind::Added => "added",
    };
    view! { <span class=class>{written(line)}</span> }.into_any()
}

/// Offset, sign, nesting, operator.
fn written(line: &CodeLine) -> String {
    let sign = match line.kind {
        LineKind::Same => ' ',
        LineKind::Removed => '−',
        LineKind::Added => '+',
    };
    let indent = "  ".repeat(line.depth.min(40).into());
    format!("{:>6x} {sign} {indent}{}\n", line.offset, line.text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_carries_its_offset_sign_and_nesting() {
        let line = CodeLine { kind: LineKind::Added, offset: 0x4a10, depth: 2, text: "i32.add".into() };
        assert_eq!(written(&line), "  4a10 +     i32.add\n");
        let deep = CodeLine { depth: 255, ..line };
        assert!(written(&deep).len() < 120, "deep nesting stays readable");
    }
}
