//! The real state machine under consensus: one client per peer, on a thread of its own, that answers before the caller goes
//! on, so that simulated time stays deterministic.

use codec::Encode as _;
use std::sync::mpsc;
use zera_client::{
    Client, ClientError, GenesisConfig,
    light::Certificate,
    primitives::{
        AccountId, Amount, Block, Gas, Hash, Network, Params, Slot, Transaction,
        keys::SecretKey,
        tx::{AccessHint, Call},
    },
    zip::now,
};
use zera_consensus::Verdict;

type Job = Box<dyn FnOnce(&mut Client) + Send>;

/// A client and its thread, which ends with it.
pub struct Real(mpsc::Sender<Job>);

fn person(number: u8) -> SecretKey {
    SecretKey::from_seed(&[200 + number; 32])
}

/// A network of these validators, and eight people with money.
pub fn genesis(validators: Vec<AccountId>, epoch_blocks: u64) -> GenesisConfig {
    let accounts = (0..8).map(|number| (person(number).public(), Amount::zra(1_000_000))).collect();
    GenesisConfig { network: Network::Main, params: Params::demo(), zero_ms: 0, accounts, validators, epoch_blocks }
}

/// The block that a configuration begins with.
pub fn first(config: &GenesisConfig) -> Block {
    let (client, sealed) = Client::create(config, None).unwrap();
    Block { header: client.head().clone(), body: sealed.decoded.body }
}

/// A transfer between two of the eight.
pub fn transfer(chain: &Hash, number: u8, nonce: u64) -> Vec<u8> {
    let (from, to) = (person(number % 8), person((number + 1) % 8).public());
    let transaction = Transaction {
        sender: from.public(),
        nonce,
        expiry: Slot(10_000),
        gas_limit: Gas(4_000_000),
        fee_limit: Amount::zra(1),
        calls: vec![Call::Transfer { to, amount: Amount::zra(1) }],
        hint: AccessHint::default(),
    };
    transaction.sign(chain, &from).encode()
}

impl Real {
    /// Over what a disk holds.
    pub fn open(config: &GenesisConfig, blocks: &[(Block, Vec<u8>)]) -> Self {
        let (jobs, queue) = mpsc::channel::<Job>();
        let (config, blocks) = (config.clone(), blocks.to_vec());
        std::thread::spawn(move || {
            let (mut client, _) = Client::create(&config, None).unwrap();
            for (block, certificate) in blocks.iter().skip(1) {
                finalise(&mut client, block, certificate);
            }
            while let Ok(job) = queue.recv() {
                job(&mut client);
            }
        });
        Self(jobs)
    }

    fn ask<T: Send + 'static>(&self, question: impl FnOnce(&mut Client) -> T + Send + 'static) -> T {
        let (reply, answer) = mpsc::channel();
        self.0.send(Box::new(move |client| reply.send(question(client)).unwrap())).unwrap();
        answer.recv().expect("the client panicked")
    }

    /// Makes a block on `parent`; none where that is not known.
    pub fn make(&self, parent: Hash, slot: Slot, proposer: AccountId) -> Option<Block> {
        self.ask(move |client| {
            client.stand_on(&parent).ok()?;
            let draft = now(client.draft_by(slot, 0, proposer)).unwrap().unwrap();
            Some(client.extend(draft, proposer).unwrap())
        })
    }

    /// Executes somebody's block.
    pub fn check(&self, block: Block) -> Verdict {
        self.ask(move |client| {
            let hash = block.header.hash();
            if client.candidate(&hash).is_some() || client.is_final(&hash) {
                return Verdict::Valid;
            }
            client.stand_on(&block.header.parent).expect("a block is checked before its parent");
            let checked = now(client.check(&block)).unwrap();
            match checked.and_then(|draft| client.extend_checked(draft, &block)) {
                Ok(()) => Verdict::Valid,
                Err(error) if error.condemns() => Verdict::Invalid(error.to_string()),
                Err(error) => panic!("{error}"),
            }
        })
    }

    /// Makes a block final.
    pub fn finalised(&self, block: Block, certificate: Vec<u8>) {
        self.ask(move |client| finalise(client, &block, &certificate));
    }

    /// Takes a transaction.
    pub fn admit(&self, bytes: Vec<u8>) -> bool {
        self.ask(move |client| client.submit(&bytes, client.head().slot).is_ok())
    }
}

fn finalise(client: &mut Client, block: &Block, certificate: &[u8]) {
    let certificate = (!certificate.is_empty()).then(|| Certificate::from_bytes(certificate).unwrap());
    match now(client.accept(block, certificate.as_ref())).unwrap() {
        Ok(_) | Err(ClientError::AlreadyFinal) => {}
        Err(error) => panic!("a final block is refused: {error}"),
    }
}
