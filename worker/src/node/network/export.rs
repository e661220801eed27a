//! What was verified and what contradicts itself, as files for others.

use super::{network_only, talk};
use crate::{
    net::Refusal,
    node::{Answer, Node, convert, run::Ticket, world::World},
};
use codec::{Decode, DecodeWithMemTracking, Encode};
use zera_client::light::{Anchor, Light, Rules, ValidatorSet};
use zera_primitives::Header;
use zera_wire::{
    Answer as Told, Request,
    answer::{Boundary, Finality},
    request::MOST_BOUNDARIES,
};
use zera_worker_protocol::{Error, Response};

/// What a file of headers begins with.
const HEADERS_MAGIC: &[u8] = b"zera headers 1\n";

/// From the checkpoint to the tip. Whoever reads it begins a [`Light`] with the first four, and takes the rest.
#[derive(Clone, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct Headers {
    /// What was trusted.
    pub anchor: Anchor,
    /// The chain's rules.
    pub rules: Rules,
    /// The header of the checkpoint's block.
    pub start: Header,
    /// The set that it names.
    pub set: ValidatorSet,
    /// The last block of each epoch since, with its certificate.
    pub boundaries: Vec<Boundary>,
    /// The tip.
    pub tip: Option<Finality>,
}

impl<W: World, T: Ticket> Node<W, T> {
    /// A conflict as one file that convinces others.
    pub(in crate::node) fn export_evidence(&self, id: u32) -> Answer {
        let forks = self.network.forks.borrow();
        let fork = forks.iter().find(|(view, _)| view.id == id).ok_or_else(|| convert::not_found("conflict"))?;
        Ok(Response::Bytes(fork.1.clone()))
    }

    /// Checkpoint, boundaries and tip in one file. Boundaries are not kept, so peers are asked for them again; the way is
    /// walked once more before the file is given out.
    pub(in crate::node) async fn export_headers(&self) -> Answer {
        let known = self.network.followed.borrow().as_ref().map(|followed| {
            let light = &followed.light;
            (*light.anchor(), *light.rules(), light.start().clone(), light.finality().cloned(), light.epoch())
        });
        let (anchor, rules, start, tip, epoch) = known.ok_or_else(network_only)?;
        let set = self.set_of(start.epoch).await?;
        let mut light = Light::new(anchor, start.clone(), set.clone(), rules).map_err(convert::defect)?;
        let mut boundaries = Vec::new();
        while light.epoch() < epoch {
            boundaries.extend(self.next_boundaries(&mut light, epoch).await?);
        }
        if let Some(tip) = &tip {
            light.tip(tip, self.world.now_ms()).map_err(convert::defect)?;
        }
        let headers = Headers { anchor, rules, start, set, boundaries, tip };
        Ok(Response::Bytes([HEADERS_MAGIC, &headers.encode()].concat()))
    }

    async fn next_boundaries(&self, light: &mut Light, epoch: u64) -> Result<Vec<Boundary>, Error> {
        let (network, world, from) = (&self.network, &*self.world, light.epoch());
        let limit = u32::try_from(epoch.saturating_sub(from)).unwrap_or(MOST_BOUNDARIES).min(MOST_BOUNDARIES);
        match network.ask(world, Request::Boundaries { from, limit }, None).await {
            Ok((peer, Told::Boundaries(boundaries))) if !boundaries.is_empty() => {
                light.boundaries(&boundaries, world.now_ms()).map_err(|error| network.not_taken(world, peer, error))?;
                Ok(boundaries)
            }
            Ok(_) => Err(talk::refusal(Refusal::Nobody)),
            Err(refusal) => Err(talk::refusal(refusal)),
        }
    }
}
