//! The vault in IndexedDB and WebCrypto.
//!
//! Seeds of backed-up keys rest encrypted (AES-256-GCM) under a key that WebCrypto made and will not hand out; device
//! keys are WebCrypto's own Ed25519 keys. Both are stored as `CryptoKey` objects, which survive a reload by structured
//! clone and whose bits no script can read.

use super::{
    browser::Browser,
    indexed_db::{Durability, bytes, to_bytes},
    refused,
    schema::KEYS,
    storage,
};
use crate::node::world::{Role, Seed, Surroundings as _, Vault};
use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AesGcmParams, CryptoKey, CryptoKeyPair, DedicatedWorkerGlobalScope, SubtleCrypto};
use zera_primitives::{AccountId, Signature, keys::SecretKey};
use zera_worker_protocol::{Error, ErrorKind, KeyKind, KeyView};
use zeroize::Zeroize as _;

/// Name of the wrapping key.
const WRAP: &str = "wrap";
/// Name of the entry that names the active key.
const ACTIVE: &str = "active";
/// Bytes of an AES-GCM nonce.
const NONCE_BYTES: usize = 12;

fn subtle() -> Result<SubtleCrypto, Error> {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let missing = |error: &JsValue| {
        Error::browser(ErrorKind::KeyRefused, false, format!("no WebCrypto here: {}", super::text(error)))
    };
    let subtle = scope.crypto().map_err(|error| missing(&error))?.subtle();
    // Absent outside secure contexts.
    if subtle.is_object() { Ok(subtle) } else { Err(missing(&"the page is not in a secure context".into())) }
}

async fn settle(what: &str, promise: Result<js_sys::Promise, JsValue>) -> Result<JsValue, Error> {
    let promise = promise.map_err(|error| refused(what, &error))?;
    JsFuture::from(promise).await.map_err(|error| refused(what, &error))
}

fn property(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

fn no_key() -> Error {
    Error::request(ErrorKind::NoKey, "this tab holds no such key")
}

fn account_of(key: &JsValue) -> Option<AccountId> {
    let bytes = Uint8Array::new(key).to_vec();
    bytes.try_into().ok().map(AccountId)
}

impl Browser {
    async fn key_entry(&self, name: JsValue) -> Result<Option<JsValue>, Error> {
        let entry = self.home()?.read(&[KEYS], |reading| reading.object_store(KEYS)?.get(name))?;
        entry.await.map_err(storage)
    }

    async fn put_keys(&self, entries: &[(JsValue, Option<JsValue>)]) -> Result<(), Error> {
        let put = || async {
            let writing = self.home()?.write(&[KEYS], Durability::Strict)?;
            for (name, value) in entries {
                match value {
                    Some(value) => writing.put(KEYS, value, name)?,
                    None => writing.delete(KEYS, name.clone())?,
                }
            }
            writing.end().await
        };
        self.with_room(put).await
    }

    /// The wrapping key, made at its first use.
    async fn wrapping_key(&self) -> Result<CryptoKey, Error> {
        if let Some(key) = self.key_entry(WRAP.into()).await? {
            return Ok(key.unchecked_into());
        }
        let algorithm = Object::new();
        // Setting a property of a plain object does not fail.
        let _ = Reflect::set(&algorithm, &"name".into(), &"AES-GCM".into());
        let _ = Reflect::set(&algorithm, &"length".into(), &JsValue::from_f64(256.0));
        let usages = Array::of2(&"encrypt".into(), &"decrypt".into());
        let made = subtle()?.generate_key_with_object(&algorithm, false, &usages);
        let key = settle("a wrapping key", made).await?;
        self.put_keys(&[(WRAP.into(), Some(key.clone()))]).await?;
        Ok(key.unchecked_into())
    }

    async fn wrap(&self, seed: &Seed) -> Result<JsValue, Error> {
        let key = self.wrapping_key().await?;
        let mut nonce = [0; NONCE_BYTES];
        self.fill_random(&mut nonce)?;
        let params = AesGcmParams::new("AES-GCM", &Uint8Array::from(nonce.as_slice()));
        let sealed = subtle()?.encrypt_with_object_and_u8_array(&params, &key, seed);
        let sealed = settle("wrapping a key", sealed).await?;
        let entry: JsValue = Object::new().into();
        // As above.
        let _ = Reflect::set(&entry, &"nonce".into(), &bytes(&nonce));
        let _ = Reflect::set(&entry, &"sealed".into(), &Uint8Array::new(&sealed));
        Ok(entry)
    }

    async fn unwrap_seed(&self, entry: &JsValue) -> Result<Seed, Error> {
        let damaged = || Error::browser(ErrorKind::StorageCorrupt, false, "a stored key is damaged");
        let key = self.wrapping_key().await?;
        let params = AesGcmParams::new("AES-GCM", &Uint8Array::new(&property(entry, "nonce")));
        let sealed = to_bytes(&property(entry, "sealed")).ok_or_else(damaged)?;
        let opened = subtle()?.decrypt_with_object_and_u8_array(&params, &key, &sealed);
        let opened = settle("unwrapping a key", opened).await.map_err(|_| damaged())?;
        let mut opened = Uint8Array::new(&opened).to_vec();
        let seed = Seed::try_from(opened.as_slice()).map_err(|_| damaged());
        opened.zeroize();
        seed
    }

    async fn add_device(&self) -> Result<(AccountId, JsValue), Error> {
        let refused = |_| {
            let detail = "this browser makes no Ed25519 keys; use a recovery phrase";
            Error::browser(ErrorKind::KeyRefused, false, detail)
        };
        let usages = Array::of2(&"sign".into(), &"verify".into());
        let pair = settle("a device key", subtle()?.generate_key_with_str("Ed25519", false, &usages)).await;
        let pair: CryptoKeyPair = pair.map_err(refused)?.unchecked_into();
        let public = settle("a device key", subtle()?.export_key("raw", &pair.get_public_key())).await?;
        let account = account_of(&public).ok_or_else(|| refused(no_key()))?;
        let entry: JsValue = Object::new().into();
        // As above.
        let _ = Reflect::set(&entry, &"device".into(), &pair.get_private_key());
        Ok((account, entry))
    }

    async fn stored(&self, account: &AccountId) -> Result<JsValue, Error> {
        self.key_entry(bytes(&account.0)).await?.ok_or_else(no_key)
    }
}

fn role_name(role: Role) -> JsValue {
    match role {
        Role::Sealer => "sealer".into(),
        Role::Newcomer => "newcomer".into(),
    }
}

impl Vault for Browser {
    async fn keys(&self) -> Result<Vec<KeyView>, Error> {
        let (names, values) = self.home()?.read(&[KEYS], |reading| {
            let store = reading.object_store(KEYS)?;
            Ok((store.get_all_keys(None, None)?, store.get_all(None, None)?))
        })?;
        let (names, values) = (names.await.map_err(storage)?, values.await.map_err(storage)?);
        let entries = || names.iter().zip(&values);
        let active = entries().find(|(name, _)| name.as_string().as_deref() == Some(ACTIVE));
        let active = active.and_then(|(_, value)| account_of(value));
        // Names of keys are bytes; those of roles and settings are text.
        let mut keys: Vec<KeyView> = entries()
            .filter(|(name, _)| !name.is_string())
            .filter_map(|(name, value)| {
                let account = account_of(name)?;
                let device = !property(value, "device").is_undefined();
                let kind = if device { KeyKind::Device } else { KeyKind::BackedUp };
                Some(KeyView { account, kind, active: active == Some(account) })
            })
            .collect();
        keys.sort_by_key(|key| (!key.active, key.account));
        Ok(keys)
    }

    async fn add(&self, seed: Option<&Seed>) -> Result<AccountId, Error> {
        let (account, entry) = match seed {
            Some(seed) => (SecretKey::from_seed(seed).public(), self.wrap(seed).await?),
            None => self.add_device().await?,
        };
        let name = bytes(&account.0);
        self.put_keys(&[(name.clone(), Some(entry)), (ACTIVE.into(), Some(name))]).await?;
        Ok(account)
    }

    async fn activate(&self, account: &AccountId) -> Result<(), Error> {
        self.stored(account).await?;
        self.put_keys(&[(ACTIVE.into(), Some(bytes(&account.0)))]).await
    }

    async fn remove(&self, account: &AccountId) -> Result<(), Error> {
        self.stored(account).await?;
        let keys = self.keys().await?;
        let was_active = keys.iter().any(|key| key.active && key.account == *account);
        let next = keys.iter().find(|key| key.account != *account).map(|key| bytes(&key.account.0));
        let mut entries = vec![(bytes(&account.0), None)];
        if was_active {
            entries.push((ACTIVE.into(), next));
        }
        self.put_keys(&entries).await
    }

    async fn sign(&self, account: &AccountId, payload: &[u8]) -> Result<Signature, Error> {
        let entry = self.stored(account).await?;
        let device = property(&entry, "device");
        if device.is_undefined() {
            let mut seed = self.unwrap_seed(&entry).await?;
            let signature = SecretKey::from_seed(&seed).sign(payload);
            seed.zeroize();
            return Ok(signature);
        }
        let key: CryptoKey = device.unchecked_into();
        let payload = Uint8Array::from(payload);
        let signed = subtle()?.sign_with_str_and_js_u8_array("Ed25519", &key, &payload);
        let signed = Uint8Array::new(&settle("signing", signed).await?).to_vec();
        let wrong = || Error::browser(ErrorKind::KeyRefused, false, "the browser's signature has the wrong length");
        signed.try_into().map(Signature).map_err(|_| wrong())
    }

    async fn seed(&self, account: &AccountId) -> Result<Option<Seed>, Error> {
        let entry = self.stored(account).await?;
        if !property(&entry, "device").is_undefined() {
            return Ok(None);
        }
        self.unwrap_seed(&entry).await.map(Some)
    }

    async fn role(&self, role: Role) -> Result<Option<Seed>, Error> {
        match self.key_entry(role_name(role)).await? {
            Some(entry) => self.unwrap_seed(&entry).await.map(Some),
            None => Ok(None),
        }
    }

    async fn set_role(&self, role: Role, seed: Option<&Seed>) -> Result<(), Error> {
        let entry = match seed {
            Some(seed) => Some(self.wrap(seed).await?),
            None => None,
        };
        self.put_keys(&[(role_name(role), entry)]).await
    }

    async fn clear(&self) -> Result<(), Error> {
        let writing = self.home()?.write(&[KEYS], Durability::Strict)?;
        writing.clear(KEYS)?;
        writing.end().await
    }
}
