//! A person's wishes about execution: changed by commands, kept by this browser.

use super::{Answer, Node, run::Ticket, world::World};
use crate::pool::Settings;
use codec::Encode as _;
use zera_worker_protocol::{Error, ErrorKind, Response};

/// Under which they are kept.
const NAME: &str = "execution";

impl<W: World, T: Ticket> Node<W, T> {
    /// Takes what this browser has kept; what cannot be read leaves things as they are.
    pub(super) async fn load_settings(&self) {
        let kept = self.world.note(NAME).await.ok().flatten();
        self.pool.follow(kept.as_deref().and_then(Settings::read).unwrap_or_default());
    }

    /// Changes them from the next block on, and keeps them.
    pub(super) async fn set(&self, change: impl FnOnce(&mut Settings)) -> Answer {
        self.chain()?;
        let mut settings = self.pool.settings();
        change(&mut settings);
        settings.check().map_err(|detail| Error::request(ErrorKind::Malformed, detail))?;
        self.world.keep_note(NAME, &settings.encode()).await?;
        self.pool.follow(settings);
        Ok(Response::Done)
    }
}
