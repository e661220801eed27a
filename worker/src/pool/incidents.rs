//! What went wrong with pipelines: kept for the page, and told once.

use std::{cell::RefCell, collections::VecDeque};
use zera_worker_protocol::{INCIDENTS_KEPT, IncidentKind, IncidentView};

/// An incident as the page sees it.
pub type Incident = IncidentView;

/// The newest incidents.
#[derive(Default)]
pub struct Incidents {
    kept: RefCell<VecDeque<Incident>>,
    untold: RefCell<Vec<Incident>>,
}

impl Incidents {
    /// Keeps one more; the oldest goes when there are too many.
    pub fn note(&self, incident: Incident) {
        let mut kept = self.kept.borrow_mut();
        kept.push_front(incident.clone());
        kept.truncate(INCIDENTS_KEPT);
        let mut untold = self.untold.borrow_mut();
        untold.push(incident);
        untold.truncate(INCIDENTS_KEPT);
    }

    /// All that are kept, newest first.
    pub fn all(&self) -> Vec<Incident> {
        self.kept.borrow().iter().cloned().collect()
    }

    /// Those since the last call, oldest first.
    pub fn news(&self) -> Vec<Incident> {
        self.untold.take()
    }
}

/// What a worker died of, by what the browser says. Rust's allocator gives no message: it ends in `unreachable` without
/// the panic's words, which a worker says before it ends of anything else.
pub fn kind_of_death(detail: &str) -> IncidentKind {
    let detail = detail.to_ascii_lowercase();
    let memory = ["out of memory", "memory allocation", "allocation failed", "unreachable"];
    if memory.iter().any(|words| detail.contains(words)) { IncidentKind::OutOfMemory } else { IncidentKind::Trapped }
}
