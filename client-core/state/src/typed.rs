//! Entries as typed values: SCALE on the way in and out (design §4).

use crate::view::{StateAccess, StateError, StateView};
use codec::{Decode, DecodeLimit, Encode};
use zera_primitives::{StateKey, codec::MAX_DEPTH};

/// Reads and decodes the entry of `key`.
///
/// # Errors
/// [`StateError::NotLoaded`] as the view says; [`StateError::Corrupt`] when the bytes are not exactly one `T`.
pub fn get_typed<T: Decode>(st: &(impl StateView + ?Sized), key: &StateKey) -> Result<Option<T>, StateError> {
    let Some(bytes) = st.get(key)? else { return Ok(None) };
    T::decode_all_with_depth_limit(MAX_DEPTH, &mut bytes.as_slice())
        .map(Some)
        .map_err(|_| StateError::Corrupt(key.clone()))
}

/// Encodes and writes the entry of `key`.
pub fn put_typed<T: Encode>(st: &mut (impl StateAccess + ?Sized), key: StateKey, value: &T) {
    st.put(key, value.encode());
}
