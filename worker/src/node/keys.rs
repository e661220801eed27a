//! Keys of the person: phrase, file, device key; which one is active; backup.

use super::{
    Answer, Node, age, phrase,
    run::Ticket,
    world::{Role, Seed, World},
};
use zera_primitives::{
    AccountId, Address,
    hash::{from_hex, to_hex},
    keys::SecretKey,
};
use zera_worker_protocol::{Error, ErrorKind, Event, KeySource, KeyView, Response};
use zeroize::Zeroize as _;

/// Characters a passphrase must have.
const PASSPHRASE: usize = 8;
/// Begins the line of the seed in an exported file.
const SEED_LINE: &str = "zera-seed-1:";

impl<W: World, T: Ticket> Node<W, T> {
    pub(super) async fn keys(&self) -> Result<Vec<KeyView>, Error> {
        self.chain()?;
        self.world.keys().await
    }

    /// Reads the active key and the newcomer's share after the chain is open.
    pub(super) async fn load_keys(&mut self) -> Result<(), Error> {
        let keys = self.world.keys().await?;
        // The newcomer's share is one of the node's own chain.
        let solo = self.network.is_solo();
        let newcomer = if solo { self.world.role(Role::Newcomer).await? } else { None };
        let chain = self.chain_mut()?;
        chain.account = active(&keys);
        chain.newcomer = newcomer.map(|seed| (SecretKey::from_seed(&seed).public(), seed));
        // A crash between storing the first key and moving the share: move it now.
        match chain.account {
            Some(account) if chain.newcomer.is_some() => self.claim(account).await,
            _ => Ok(()),
        }
    }

    /// Twelve fresh words; nothing is stored.
    pub(super) fn new_phrase(&self) -> Answer {
        let mut entropy = [0; phrase::ENTROPY_BYTES];
        self.world.fill_random(&mut entropy)?;
        let words = phrase::words(&entropy);
        entropy.zeroize();
        words.map(Response::Phrase)
    }

    pub(super) async fn add_key(&mut self, source: KeySource) -> Answer {
        self.chain()?;
        let account = match source {
            KeySource::Device => self.world.add(None).await?,
            KeySource::Phrase(mut words) => {
                let seed = phrase::seed(&words);
                words.zeroize();
                self.add_seed(seed?).await?
            }
            KeySource::File { bytes, mut passphrase } => {
                let seed = read_file(&bytes, &passphrase);
                passphrase.zeroize();
                self.add_seed(seed?).await?
            }
        };
        self.chain_mut()?.account = Some(account);
        self.world.emit(Event::Keys);
        self.claim(account).await?;
        Ok(Response::Keys(self.keys().await?))
    }

    async fn add_seed(&self, mut seed: Seed) -> Result<AccountId, Error> {
        let account = self.world.add(Some(&seed)).await;
        seed.zeroize();
        account
    }

    pub(super) async fn use_key(&mut self, account: AccountId) -> Answer {
        self.chain()?;
        self.world.activate(&account).await?;
        self.keys_changed().await
    }

    pub(super) async fn remove_key(&mut self, account: AccountId) -> Answer {
        self.chain()?;
        self.world.remove(&account).await?;
        self.keys_changed().await
    }

    async fn keys_changed(&mut self) -> Answer {
        let keys = self.keys().await?;
        self.chain_mut()?.account = active(&keys);
        self.world.emit(Event::Keys);
        Ok(Response::Keys(keys))
    }

    /// The active key as an age file.
    pub(super) async fn export_key(&self, passphrase: &str) -> Answer {
        let account = self.active_account()?;
        if passphrase.chars().count() < PASSPHRASE {
            let detail = format!("a passphrase needs {PASSPHRASE} characters or more");
            return Err(Error::request(ErrorKind::KeyRefused, detail));
        }
        let Some(mut seed) = self.world.seed(&account).await? else {
            let detail = "a device key cannot leave this browser, so it cannot be exported";
            return Err(Error::request(ErrorKind::KeyRefused, detail));
        };
        let address = Address::Account(account).to_text(self.chain()?.client.config().network);
        let mut text = format!("# ZERA key of {address}\n{SEED_LINE}{}\n", to_hex(&seed));
        seed.zeroize();
        let mut random = age::Randomness { file_key: [0; 16], salt: [0; 16], nonce: [0; 16] };
        for part in [&mut random.file_key, &mut random.salt, &mut random.nonce] {
            self.world.fill_random(part)?;
        }
        let file = age::encrypt(text.as_bytes(), passphrase, &random);
        text.zeroize();
        file.map(Response::Bytes)
    }

    /// The account that signs.
    pub(super) fn active_account(&self) -> Result<AccountId, Error> {
        self.chain()?.account.ok_or_else(|| Error::request(ErrorKind::NoKey, "this tab holds no key yet"))
    }
}

fn active(keys: &[KeyView]) -> Option<AccountId> {
    keys.iter().find(|key| key.active).map(|key| key.account)
}

fn read_file(file: &[u8], passphrase: &str) -> Result<Seed, Error> {
    let mut plain = age::decrypt(file, passphrase)?;
    let seed = str::from_utf8(&plain).ok().and_then(|text| {
        let line = text.lines().find_map(|line| line.strip_prefix(SEED_LINE))?;
        Seed::try_from(from_hex(line.trim())?).ok()
    });
    plain.zeroize();
    seed.ok_or_else(|| Error::request(ErrorKind::KeyRefused, "the file opens, but holds no ZERA key"))
}
