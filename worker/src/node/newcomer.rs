//! The newcomer's share of the demo genesis: held by a key of this worker until the first key of a person is stored,
//! then moved to that account by an ordinary, visible transaction.

use super::{
    Node, convert,
    run::{Deaf, Ticket},
    world::{Role, World},
};
use codec::Encode as _;
use zera_client::Plan;
use zera_primitives::{AccountId, Amount, Slot, keys::SecretKey, tx::Call};
use zera_state::accounts;
use zera_worker_protocol::{Error, Event};

impl<W: World, T: Ticket> Node<W, T> {
    /// Looks whether the share is still there; once it has moved, its key is forgotten.
    pub(super) async fn settle_newcomer(&mut self) -> Result<(), Error> {
        let Some(chain) = &self.chain else { return Ok(()) };
        let Some((account, _)) = chain.newcomer else { return Ok(()) };
        let holds = accounts::account(chain.client.state(), &account).map_err(convert::defect)?.free;
        // What is left after the transfer is the part of the fee that was not needed.
        if holds >= Amount::zra(1) {
            return Ok(());
        }
        self.world.set_role(Role::Newcomer, None).await?;
        self.chain_mut()?.newcomer = None;
        self.world.emit(Event::Keys);
        Ok(())
    }

    /// Moves the share to `to` and seals the block that does it.
    pub(super) async fn claim(&mut self, to: AccountId) -> Result<(), Error> {
        let slot = self.slot()?;
        self.ready().await?;
        let chain = self.chain()?;
        let Some((account, seed)) = chain.newcomer else { return Ok(()) };
        if account == to || chain.client.pending().any(|signed| signed.transaction.sender == account) {
            return Ok(());
        }
        let genesis = chain.client.genesis();
        let plan = async |amount| self.whole(|node| transfer(node.chain()?, account, to, amount, slot)).await;
        // The fee does not depend on the amount, so a transfer of nothing tells it.
        let fee = plan(Amount(1)).await?.steps.first().map_or(Amount::ZERO, |step| step.transaction.fee_limit);
        let holds = accounts::account(chain.client.state(), &account).map_err(convert::defect)?.free;
        let steps = plan(holds.saturating_sub(fee)).await?.steps;
        for step in steps {
            let signed = step.transaction.sign(&genesis, &SecretKey::from_seed(&seed));
            let bytes = signed.encode();
            self.retry(|node| node.submit(&bytes)).await?;
        }
        self.seal(0, &Deaf).await?;
        self.settle(&Deaf).await
    }
}

fn transfer(
    chain: &super::chain::Chain,
    from: AccountId,
    to: AccountId,
    amount: Amount,
    slot: Slot,
) -> Result<Plan, Error> {
    chain.client.prepare(from, slot, &[], vec![Call::Transfer { to, amount }]).map_err(convert::client)
}
