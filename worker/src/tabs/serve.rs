//! What the leader does for all tabs: requests go to its node, answers to whoever asked, reports to everybody, and what
//! waited when the last leader went is put to the node again.

use super::{
    Asker, Deed, Face, Message, Role, Tabs,
    asks::Inside,
    lead::{Leading, Stage},
};
use zera_primitives::Hash;
use zera_worker_protocol::{Command, Error, ErrorKind, Event, Response, TransactionStage, event::Notice};

/// Requests of other tabs that wait until the node serves.
const MOST_HELD: usize = 65_536;

impl Tabs {
    /// Another tab asks.
    pub(super) fn asked_by(&mut self, asker: Asker, command: Command, now: u64) {
        // Whoever does not lead leaves it: the asker hears who does, and asks there.
        if self.leads() {
            self.serve(asker, command, now);
        }
    }

    /// Has the own node do it, once it serves.
    pub(super) fn serve(&mut self, asker: Asker, command: Command, now: u64) {
        let Role::Leads(leading) = &mut self.role else { return };
        match &mut leading.stage {
            Stage::Starting(held) | Stage::Gathering(held) if held.len() < MOST_HELD => held.push((asker, command)),
            Stage::Starting(_) | Stage::Gathering(_) => {
                let detail = "the node starts, and too much waits for it";
                self.answered(asker, Err(Error::request(ErrorKind::Busy, detail)), now);
            }
            Stage::Serving => self.act(Deed::Serve(asker, command)),
            Stage::Failed(error) => {
                let error = error.clone();
                self.answered(asker, Err(error), now);
            }
        }
    }

    pub(super) fn serve_inside(&mut self, command: Command) {
        self.serve_inside_as(Inside::Nothing, command);
    }

    /// Has the own node do what this worker wants done.
    pub(super) fn serve_inside_as(&mut self, inside: Inside, command: Command) {
        if self.leads() {
            self.act(Deed::Serve(Asker { tab: self.me, serial: 0, face: Face::Inside(inside) }, command));
        }
    }

    /// Tells the own node whether anybody looks.
    pub(super) fn tell_visible(&mut self) {
        let visible = self.visible();
        if self.leads() && self.told_visible != Some(visible) {
            self.told_visible = Some(visible);
            self.serve_inside(Command::Visible(visible));
        }
    }

    /// The own node has an answer.
    pub fn answered(&mut self, asker: Asker, mut result: Result<Response, Error>, now: u64) {
        self.note_time(now);
        let Role::Leads(leading) = &mut self.role else { return };
        if leading.doubts && matches!(result, Ok(Response::Submitted(_))) && !matches!(asker.face, Face::Inside(_)) {
            leading.unsure.push((asker, result));
            if leading.unsure.len() == 1 {
                self.act(Deed::Verify);
            }
            return;
        }
        let (epoch, may_be_stored) = (leading.epoch.unwrap_or(self.epoch), now < leading.look_until);
        if let Ok(Response::Submitted(hashes)) = &result
            && may_be_stored
        {
            for hash in hashes.clone() {
                let look = Inside::Look { hash, refused: false };
                self.serve_inside_as(look, Command::Transaction(hash));
            }
        }
        if let Ok(Response::Network(view)) = &mut result {
            view.tabs.iter_mut().for_each(|tab| tab.own = tab.id == asker.tab.0);
        }
        match asker.face {
            Face::Inside(_) if asker.tab != self.me => {}
            Face::Inside(inside) => self.found(inside, result, now),
            _ if asker.tab == self.me => {
                if let Some(face) = self.asks.answered(asker.serial) {
                    self.act(Deed::Answer(face, result));
                }
            }
            _ => {
                let message = Message::Answer { epoch, serial: asker.serial, result: Box::new(result) };
                self.act(Deed::Send(asker.tab, message));
            }
        }
    }

    /// The own node reports.
    pub fn happened(&mut self, event: Event) {
        let Role::Leads(leading) = &self.role else { return };
        let epoch = leading.epoch.unwrap_or(self.epoch);
        // Another has the storage; the lock says so as well, a moment sooner or later.
        if matches!(&event, Event::Stopped(error) if error.kind == ErrorKind::OtherTab) {
            return self.deposed(leading.sure);
        }
        self.waiting.note(&event);
        // How this worker started, and took over, is told where it did.
        if !matches!(event, Event::Started { .. } | Event::Leads(_) | Event::Notice(Notice::TookOver { .. })) {
            self.send_all(|| Message::Happened { epoch, event: event.clone() });
        }
        self.act(Deed::Tell(event));
    }

    /// To every other tab, in the order of all that is sent to it.
    pub(super) fn send_all(&mut self, message: impl FnOnce() -> Message) {
        if !self.others.is_empty() {
            self.act(Deed::SendAll(self.others.keys().copied().collect(), message()));
        }
    }

    /// The own node has a signed transaction that waits.
    pub fn share(&mut self, signed: &[u8], now: u64) {
        self.note_time(now);
        if let Role::Leads(leading) = &mut self.role
            && leading.doubts
        {
            // One that was taken over must not put it in the way of what its successor takes.
            leading.unshared.push(signed.to_vec());
            return self.act(Deed::Verify);
        }
        if self.waiting.keep(signed.to_vec()).is_some() {
            self.send_all(|| Message::Waits(signed.to_vec()));
        }
    }

    /// The own node has shown a plan.
    pub fn share_plan(&mut self, id: u32, plan: &[u8]) {
        self.plans.keep(self.me, id, plan.to_vec());
        self.send_all(|| Message::Planned { id, plan: plan.to_vec() });
    }

    /// A plan that an earlier leader has shown.
    #[must_use]
    pub fn shared_plan(&self, id: u32) -> Option<Vec<u8>> {
        self.plans.unknown_to(self.me, id).cloned()
    }

    /// A tab knows of a signed transaction that waits.
    pub(super) fn waits(&mut self, signed: Vec<u8>) {
        let Some(hash) = self.waiting.keep(signed) else { return };
        // A node that starts takes up all of them afterwards.
        if matches!(&self.role, Role::Leads(Leading { stage: Stage::Gathering(_) | Stage::Serving, .. })) {
            self.submit_again(hash);
        }
    }

    pub(super) fn submit_again(&mut self, hash: Hash) {
        if let Some(signed) = self.waiting.get(&hash).cloned() {
            self.serve_inside_as(Inside::Again(hash), Command::Submit(signed));
        }
    }

    /// The own node answers this worker.
    pub(super) fn found(&mut self, inside: Inside, result: Result<Response, Error>, now: u64) {
        match (inside, result) {
            (Inside::Start, Ok(_)) => self.take_up(now),
            (Inside::Start, Err(error)) => self.failed(error, now),
            (Inside::Again(hash), result) => {
                // It may be in a block, and whoever waits for it may not have heard.
                let refused = matches!(&result, Err(error) if error.kind == ErrorKind::TransactionRefused);
                self.serve_inside_as(Inside::Look { hash, refused }, Command::Transaction(hash));
            }
            (Inside::Look { hash, .. }, Ok(Response::Transaction(view))) => {
                if let (Some((height, _)), Some(receipt)) = (view.block, view.receipt) {
                    let stage = TransactionStage::Final { height, outcome: receipt.outcome };
                    self.happened(Event::Transaction { hash, stage });
                }
            }
            (Inside::Look { hash, refused: true }, Err(error)) if error.kind == ErrorKind::NotFound => {
                self.happened(Event::Transaction { hash, stage: TransactionStage::Dropped });
            }
            (Inside::Nothing | Inside::Look { .. }, _) => {}
        }
    }
}
