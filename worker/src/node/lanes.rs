//! How the newest blocks were executed here. Only the schedules are kept; what transactions said they would touch is read
//! from the block's record when somebody asks.

use std::collections::VecDeque;
use zera_client::{Sealed, zip::Schedule};
use zera_primitives::Height;
use zera_worker_protocol::LANES_KEPT;

/// One block's execution.
pub struct Lane {
    /// The block.
    pub height: Height,
    /// How it went.
    pub schedule: Schedule,
    /// Pipelines in use then.
    pub pipelines: u8,
}

/// The newest blocks' executions.
#[derive(Default)]
pub struct Lanes(VecDeque<Lane>);

impl Lanes {
    /// Keeps one more; the oldest goes when there are too many.
    pub fn keep(&mut self, sealed: &Sealed, pipelines: u8) {
        self.0.retain(|lane| lane.height < sealed.height);
        self.0.push_front(Lane { height: sealed.height, schedule: sealed.schedule.clone(), pipelines });
        self.0.truncate(LANES_KEPT);
    }

    /// All, newest first.
    pub fn all(&self) -> impl Iterator<Item = &Lane> {
        self.0.iter()
    }

    /// One block's.
    pub fn at(&self, height: Height) -> Option<&Lane> {
        self.0.iter().find(|lane| lane.height == height)
    }
}
