//! What a module ran at a past block, by its append-only histories at the head: no state has to be rebuilt for it.

use super::code;
use crate::node::{Answer, Node, convert, run::Ticket, world::World};
use zera_primitives::{ExternalRef, Hash, Height, ModuleId, Slot};
use zera_registry::refs;
use zera_state::StateView;
use zera_worker_protocol::{Error, Response};

impl<W: World, T: Ticket> Node<W, T> {
    /// The code that `module` ran after block `height`, with its manifest. An upgrade comes into force before a block's
    /// transactions, so this reads that block's calls too; where one of them moved a tag or switched the module, the calls
    /// before it ran the earlier code, which the block's receipts name.
    pub(in crate::node) async fn code_at(&self, module: &ModuleId, height: Height) -> Answer {
        let (record, _) = self.record(height).await?;
        let chain = self.chain()?;
        let ran = code_after(chain.client.state(), module, height, record.header.slot)?;
        let ran = ran.ok_or_else(|| convert::not_found("module at that block"))?;
        code::stored(chain, &ran).map(|view| Response::Code(Box::new(view)))
    }
}

fn code_after(state: &dyn StateView, module: &ModuleId, height: Height, slot: Slot) -> Result<Option<Hash>, Error> {
    let versions = zera_registry::versions(state, module).map_err(convert::defect)?;
    let Some(version) = versions.into_iter().rev().find(|version| version.enacted.height <= height) else {
        return Ok(None);
    };
    match version.reference {
        None | Some(ExternalRef { pin: Some(_), .. }) => Ok(Some(version.code)),
        Some(ExternalRef { manager, tag, pin: None }) => {
            let changes = refs::tag_history(state, &manager, &tag).map_err(convert::defect)?;
            // A change that was still waiting out its notice when the next one came never took effect.
            let in_force = |change: &&refs::TagChange| change.at.height <= height && change.from <= slot;
            let stood: Vec<&refs::TagChange> = changes.iter().collect();
            let replaced = |place: usize| {
                let change = stood.get(place);
                let next = stood.get(place.saturating_add(1));
                change.zip(next).is_some_and(|(change, next)| next.at.slot < change.from)
            };
            let last = (0..stood.len()).rev().filter(|place| !replaced(*place)).filter_map(|place| stood.get(place));
            Ok(last.copied().find(in_force).map(|change| change.new).or(Some(version.code)))
        }
    }
}
