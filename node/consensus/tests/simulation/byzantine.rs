//! Peers that break the rules, each in its own way.

use crate::{
    cluster::key,
    ledger::{Rules, seed},
};
use commonware_codec::{Copying, Decode as _};
use commonware_consensus::{
    simplex::{
        mocks::{conflicter, nuller, outdated},
        scheme::ed25519::Scheme,
    },
    types::ViewDelta,
};
use commonware_cryptography::{
    Sha256,
    ed25519::{PrivateKey, PublicKey},
};
use commonware_p2p::{
    Message,
    simulated::{Receiver, Sender, SplitRouter, SplitTarget},
    utils::mux::Muxer,
};
use commonware_runtime::{Handle, Spawner as _, Supervisor as _, deterministic::Context};
use commonware_utils::ordered::Set;

/// Epochs that a mock takes part in.
const EPOCHS: u64 = 24;

/// How a peer behaves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// As it should.
    Honest,
    /// Two engines with one key, each talking to other peers: proposes and votes twice.
    Twin,
    /// Proposes blocks that are not valid.
    Liar,
    /// Proposes blocks and never sends them.
    Withholder,
    /// Votes for what it saw and for something else.
    Conflicter,
    /// Votes to skip and to finalise the same view.
    Nuller,
    /// Votes for what was long ago.
    Outdated,
    /// Says nothing.
    Silent,
}

impl Kind {
    /// All that break the rules.
    pub const BAD: [Self; 7] =
        [Self::Twin, Self::Liar, Self::Withholder, Self::Conflicter, Self::Nuller, Self::Outdated, Self::Silent];

    /// Whether it has no engine.
    pub const fn is_mock(self) -> bool {
        matches!(self, Self::Conflicter | Self::Nuller | Self::Outdated | Self::Silent)
    }

    /// Which half of it hears a message.
    pub fn router(self) -> impl SplitRouter<PublicKey> {
        move |_: &Message<PublicKey>| if self == Self::Twin { SplitTarget::Both } else { SplitTarget::Primary }
    }
}

/// Runs a peer without an engine that answers votes with votes of its own.
pub fn mock(
    context: Context,
    kind: Kind,
    index: u8,
    rules: &Rules,
    votes: (Sender<PublicKey, Context>, Receiver<PublicKey>),
) -> Handle<()> {
    let rules = rules.clone();
    context.spawn(move |context| async move {
        let (mux, mut votes) = Muxer::new(context.child("votes"), votes.0, votes.1);
        let mux = mux.start();
        for epoch in 0..EPOCHS {
            let members = (rules.schedule)(epoch).into_iter().map(key);
            let namespace = [b"zera/finalization/v1".as_slice(), &rules.genesis().header.hash().0].concat();
            let secret = PrivateKey::decode_cfg(Copying(&seed(index)), &()).unwrap();
            let Some(scheme) = Scheme::signer(&namespace, Set::from_iter_dedup(members), secret) else { continue };
            let network = votes.register(epoch).await.unwrap();
            let context = context.child("epoch").with_attribute("epoch", epoch);
            context.spawn(move |context| async move {
                let _ = match kind {
                    Kind::Conflicter => {
                        conflicter::Conflicter::<_, _, Sha256>::new(context, conflicter::Config { scheme })
                            .start(network)
                            .await
                    }
                    Kind::Nuller => {
                        nuller::Nuller::<_, _, Sha256>::new(context, nuller::Config { scheme }).start(network).await
                    }
                    Kind::Outdated => {
                        let config = outdated::Config { scheme, view_delta: ViewDelta::new(3) };
                        outdated::Outdated::<_, _, Sha256>::new(context, config).start(network).await
                    }
                    _ => std::future::pending().await,
                };
            });
        }
        let _ = mux.await;
    })
}
