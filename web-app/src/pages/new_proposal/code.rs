//! New code for a module with an optional migration, and the way back to an earlier version.

use super::Form;
use crate::{
    components::{Field, drop_zone, empty, failure, loading, react, select, tool_button},
    pages::{
        deploy::{Candidate, code_facts, source},
        proposal::{Returning, returning, returning_words},
    },
    say, text,
};
use leptos::prelude::*;
use zera_primitives::{Hash, Payload, WasmModuleUpgradeProposal, manifest::ExportKind, payload::Rollback};
use zera_worker_protocol::{CodeView, ManifestView, ModuleDetail, VersionView};

/// A file of code other than the main one: dropped, checked, or refused in place.
pub fn extra(id: &'static str, label: &'static str, into: RwSignal<Candidate>) -> AnyView {
    react(move || {
        let other = move || into.set(Candidate::None);
        match into.get() {
            Candidate::None => {
                drop_zone(id, label, ".wasm,application/wasm", move |name, bytes| Candidate::inspect(into, name, bytes))
            }
            Candidate::Reading => loading(),
            Candidate::Good(name, _, code) => view! {
                <p class="row"><b>{text::safe(&name)}</b><span class="dim">{text::bytes(code.size.into())}</span><code>{text::short(&code.hash.to_hex())}</code>{tool_button(say!(OTHER_FILE), other)}</p>
            }
            .into_any(),
            Candidate::Refused(name, _, _, error) => view! {
                <div class="stack-2"><p><b>{text::safe(&name)}</b></p>{failure(&error)}{tool_button(say!(OTHER_FILE), other)}</div>
            }
            .into_any(),
        }
    })
}

/// Bytes that the chain does not hold yet.
pub fn to_upload(code: &CodeView, bytes: Vec<u8>) -> Vec<Vec<u8>> {
    if code.stored { Vec::new() } else { vec![bytes] }
}

/// Whether a new code can read the data as they are, and if not, whether it brings its own migration.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fit {
    /// It reads them.
    Reads,
    /// It does not, and exports a migration.
    Brings,
    /// It does not, and exports none.
    Needs,
}

/// By both manifests; code without a manifest declares no schema and reads what there is.
pub fn fit(old: Option<&ManifestView>, new: Option<&ManifestView>) -> Fit {
    let Some(new) = new else { return Fit::Reads };
    let old = old.map_or(new.schema, |manifest| manifest.schema);
    if new.schema == old || new.reads_schemas.contains(&old) {
        Fit::Reads
    } else if new.exports.iter().any(|export| export.kind == ExportKind::Migration) {
        Fit::Brings
    } else {
        Fit::Needs
    }
}

/// The form of an upgrade.
pub fn upgrade(form: Form) -> AnyView {
    let migration = RwSignal::new("auto".to_owned());
    let other = RwSignal::new(Candidate::None);
    form.makes(move |description| {
        let Candidate::Good(_, bytes, code) = form.candidate.get() else { return Err(say!(WHY_FILE).to_owned()) };
        let detail = form.detail()?;
        let mut codes = to_upload(&code, bytes);
        let own = Some(code.hash);
        let migration_logic_hash = match migration.get().as_str() {
            "none" => None,
            "own" => own,
            "file" => {
                let Candidate::Good(_, bytes, code) = other.get() else { return Err(say!(WHY_MIGRATION).to_owned()) };
                codes.extend(to_upload(&code, bytes));
                Some(code.hash)
            }
            _ => match fit(detail.code.manifest.as_ref(), code.manifest.as_ref()) {
                Fit::Brings => own,
                Fit::Reads | Fit::Needs => None,
            },
        };
        let payload = Payload::Upgrade(WasmModuleUpgradeProposal {
            module_id: detail.module.id,
            new_wasm_bytecode: code.hash,
            new_version: detail.module.sequence.saturating_add(1),
            migration_logic_hash,
            description,
        });
        Ok((codes, payload))
    });
    let file = move || {
        match form.candidate.get() {
        Candidate::Good(name, _, code) => view! {
            <div class="stack"><p><b>{text::safe(&name)}</b></p>{code_facts(&code)}{migration_part(form, *code, migration, other)}<div>{tool_button(say!(OTHER_FILE), move || form.candidate.set(Candidate::None))}</div></div>
        }
        .into_any(),
        Candidate::Reading => loading(),
        _ => source(form.candidate),
    }
    };
    react(file)
}

fn migration_part(form: Form, code: CodeView, migration: RwSignal<String>, other: RwSignal<Candidate>) -> AnyView {
    let choices = [
        ("auto", say!(MIGRATION_AUTO)),
        ("none", say!(MIGRATION_NONE)),
        ("own", say!(MIGRATION_OWN)),
        ("file", say!(MIGRATION_FILE)),
    ]
    .map(|(key, label)| (key.to_owned(), label.to_owned()))
    .to_vec();
    let note = Memo::new(move |_| {
        let detail = form.detail().ok()?;
        Some(match fit(detail.code.manifest.as_ref(), code.manifest.as_ref()) {
            Fit::Reads => say!(FIT_READS),
            Fit::Brings => say!(FIT_BRINGS),
            Fit::Needs => say!(FIT_NEEDS),
        })
    });
    let same = Memo::new(move |_| form.detail().is_ok_and(|detail| detail.module.code == code.hash));
    let file = move || (migration.get() == "file").then(|| extra("migration-file", say!(MIGRATION_DROP), other));
    view! {
        {move || same.get().then(|| view! { <p class="why" role="alert">{say!(SAME_CODE_NOTE)}</p> })}
        {select(Field::new("migration", say!(MIGRATION)), choices, migration)}
        <p class="small dim" aria-live="polite">{move || note.get()}</p>
        {react(move || file().into_any())}
    }
    .into_any()
}

/// Versions one can return to: earlier ones with a code of their own.
fn earlier(detail: &ModuleDetail) -> Vec<(String, String)> {
    let label = |version: &VersionView| {
        let code = text::short(&version.code.to_hex());
        say!(BACK_CHOICE, version.sequence, version.version, version.schema, code)
    };
    detail
        .versions
        .iter()
        .filter(|version| version.sequence < detail.module.sequence && version.reference.is_none())
        .map(|version| (version.sequence.to_string(), label(version)))
        .collect()
}

/// The form of a rollback.
pub fn rollback(form: Form) -> AnyView {
    let version = RwSignal::new(String::new());
    let reverse = RwSignal::new(Candidate::None);
    let with = RwSignal::new("no".to_owned());
    form.makes(move |description| {
        let detail = form.detail()?;
        let to_version = version.get().parse().map_err(|_| say!(BACK_NONE).to_owned())?;
        let (mut codes, mut reverse_migration): (Vec<Vec<u8>>, Option<Hash>) = (Vec::new(), None);
        if with.get() == "yes" {
            let Candidate::Good(_, bytes, code) = reverse.get() else { return Err(say!(WHY_REVERSE).to_owned()) };
            reverse_migration = Some(code.hash);
            codes = to_upload(&code, bytes);
        }
        let module_id = detail.module.id;
        Ok((codes, Payload::Rollback(Rollback { module_id, to_version, reverse_migration, description })))
    });
    let choices = Memo::new(move |_| form.detail().map(|detail| earlier(&detail)).ok());
    let outcome = Memo::new(move |_| {
        let detail = form.detail().ok()?;
        let version = version.get().parse().ok()?;
        Some(returning(&detail, version, with.get() == "yes"))
    });
    let which = move || match choices.get() {
        None => loading(),
        Some(list) if list.is_empty() => empty(say!(BACK_NONE), view! { <p>{say!(BACK_NONE_WHAT)}</p> }),
        Some(list) => {
            super::first_of(&list, version);
            select(Field::new("to-version", say!(BACK_VERSION)), list, version)
        }
    };
    let yes_no =
        [("no", say!(REVERSE_NO)), ("yes", say!(REVERSE_YES))].map(|(k, l)| (k.to_owned(), l.to_owned())).to_vec();
    let said = move || {
        outcome.get().map(|outcome| {
            let kind = if matches!(outcome, Returning::Written | Returning::Gone) { "pending" } else { "" };
            crate::components::verdict(
                kind,
                returning_words(outcome),
                view! { <p class="small">{say!(BACK_RULE)}</p> },
                None,
            )
        })
    };
    let file = move || (with.get() == "yes").then(|| extra("reverse-file", say!(REVERSE_DROP), reverse));
    view! {
        <div class="stack">
            {react(which)}
            {react(move || said().into_any())}
            {select(Field::new("reverse", say!(BACK_REVERSE_CODE)), yes_no, with)}
            {react(move || file().into_any())}
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use zera_primitives::manifest::SemVer;

    fn manifest(schema: u32, reads: &[u32]) -> ManifestView {
        ManifestView {
            name: String::new(),
            description: String::new(),
            version: SemVer::default(),
            schema,
            reads_schemas: reads.to_vec(),
            exports: Vec::new(),
            parameters: Vec::new(),
            shapes: Vec::new(),
        }
    }

    #[test]
    fn a_schema_that_is_not_read_needs_a_migration() {
        let (one, two) = (manifest(1, &[]), manifest(2, &[]));
        assert_eq!(fit(Some(&one), Some(&two)), Fit::Needs);
        assert_eq!(fit(Some(&one), Some(&manifest(2, &[1]))), Fit::Reads);
        assert_eq!(fit(Some(&two), Some(&two)), Fit::Reads);
        assert_eq!((fit(None, Some(&two)), fit(Some(&one), None)), (Fit::Reads, Fit::Reads));
    }
}
