//! A proof that verifies and says something else than running the code: which value this client uses, what it did, what
//! to do. It stays until somebody acknowledges it with a reason.

use super::words;
use crate::{
    client::use_client,
    components::{Field, bare, button, failure, field, hash, leaf, link, table, td, td_known, verdict},
    en, known, say, text,
};
use leptos::prelude::*;
use zera_worker_protocol::{AlarmView, Command, Error};

/// `A proof that verifies says 1,765. Running the code says 1,764.`
#[must_use]
pub fn sentence(alarm: &AlarmView) -> String {
    let result = alarm.differs.iter().find(|(what, ..)| what == "result").or(alarm.differs.first());
    result.map_or_else(
        || say!(PF_DISAGREES_TITLE).to_owned(),
        |(_, proof, run)| say!(PF_DISAGREES_VALUES, text::safe(proof), text::safe(run)),
    )
}

/// The whole alarm on the proof's own page.
#[must_use]
pub fn show(alarm: &AlarmView) -> AnyView {
    let proof = alarm.proof;
    let (reason, failed) = (RwSignal::new(String::new()), RwSignal::new(None::<Error>));
    let put_away = move || {
        let reason = reason.get_untracked();
        leptos::task::spawn_local(async move {
            let client = use_client();
            match crate::answer!(client.ask(Command::AcknowledgeAlarm { proof, reason }).await, Proofs) {
                Ok(proofs) => {
                    client.alarms.set(proofs.alarms);
                    client.refresh();
                }
                Err(error) => _ = failed.try_set(Some(error)),
            }
        });
    };
    let acknowledge = match &alarm.acknowledged {
        Some((_, why)) => view! { <p>{say!(PF_ACKNOWLEDGED, text::safe(why))}</p> }.into_any(),
        None => view! {
            <div class="stack-2">
                {field(Field::new("alarm-reason", say!(PF_REASON)).hint(say!(PF_REASON_HINT)), reason, || None)}
                {button(say!(PF_ACKNOWLEDGE), put_away)}
                {move || failed.get().map(|error| failure(&error))}
            </div>
        }
        .into_any(),
    };
    view! {
        {differs(&alarm.differs)}
        {leaf(say!(PF_DID), say!(PF_DID_NOTE), did(alarm))}
        {leaf(say!(PF_DO), say!(PF_DO_NOTE), view! { <div class="stack"><ol class="steps-todo"><li>{say!(PF_DO_RELY)}</li><li>{say!(PF_DO_WROTE)}</li><li>{say!(PF_DO_HOLD)}</li></ol>{acknowledge}</div> })}
    }
    .into_any()
}

/// The finding itself.
#[must_use]
pub fn differs(fields: &[(String, String, String)]) -> AnyView {
    verdict("alarm", say!(PF_DISAGREES_TITLE), view! { <p>{say!(PF_ONE_OF_THREE)}</p>{table_of(fields)} }, None)
}

/// Field by field: what the proof says, what running the code gives.
#[must_use]
pub fn table_of(fields: &[(String, String, String)]) -> AnyView {
    let columns = [(say!(PF_FIELD), false), (say!(PF_PROOF_SAYS), false), (say!(PF_RUN_SAYS), false), ("", false)];
    let rows = fields.iter().map(|(what, proof, run)| {
        let name = words::of_key(en::PF_FIELDS, what);
        let evidence = known::disagrees(&name);
        (
            view! { <b>{name}</b> }.into_any(),
            vec![
                td(say!(PF_PROOF_SAYS), view! { <code class="wrap-anywhere">{text::safe(proof)}</code> }),
                td(say!(PF_RUN_SAYS), view! { <code class="wrap-anywhere">{text::safe(run)}</code> }),
                td_known(bare(evidence)),
            ],
        )
    });
    table(say!(PF_DISAGREES_TITLE), &columns, rows.collect())
}

fn did(alarm: &AlarmView) -> AnyView {
    view! {
        <ul>
            <li>{say!(PF_DID_KEPT)}</li>
            <li>{say!(PF_DID_PROOF)}" "{hash(&alarm.proof)}</li>
            <li>{say!(PF_DID_KEYS)}" "{hash(&alarm.keys)}</li>
            <li>{link(super::path_of(&alarm.call), say!(PF_DID_CALL))}</li>
        </ul>
    }
    .into_any()
}

/// On every page while an alarm stands.
#[must_use]
pub fn banner(alarms: &[AlarmView]) -> AnyView {
    let Some(first) = alarms.first() else { return ().into_any() };
    verdict(
        "alarm",
        sentence(first),
        view! { <p>{say!(PF_ALARM_LEAD)}" "{link(format!("/proofs/{}", first.proof.to_hex()), say!(PF_OPEN_PROOF))}</p> },
        None,
    )
}
