//! Tests of the code store.

use super::*;
use crate::testing::{ALICE, BOB, Spec, assert_balanced, rich, store};
use zera_state::accounts::{account, transfer};

const PRICE: Amount = Amount(1_000);

/// Valid code of three chunks, in its pieces.
fn big() -> (Vec<u8>, Hash, Vec<Hash>) {
    let code = Spec { padding: 140_000, ..Spec::default() }.bytes();
    let chunks = code.chunks(limits::CHUNK_BYTES).map(Hash::of).collect();
    let hash = Hash::of(&code);
    (code, hash, chunks)
}

fn piece(code: &[u8], index: usize) -> &[u8] {
    code.chunks(limits::CHUNK_BYTES).nth(index).unwrap()
}

#[test]
fn chunks_come_in_any_order_and_the_last_one_stores_the_code() {
    let (bytes, hash, chunks) = big();
    let mut st = rich();
    let length = bytes.len() as u32;
    assert_eq!(chunks.len(), 3);
    assert_eq!(begin_upload(&mut st, PRICE, &ALICE, hash, length, &chunks), Ok(Uploaded::Pending { missing: 3 }));
    assert_eq!(upload_chunk(&mut st, &ALICE, hash, 2, piece(&bytes, 2)), Ok(Uploaded::Pending { missing: 2 }));
    assert_eq!(upload_chunk(&mut st, &ALICE, hash, 2, piece(&bytes, 2)), Ok(Uploaded::Pending { missing: 2 }));
    assert_eq!(upload_chunk(&mut st, &ALICE, hash, 0, piece(&bytes, 0)), Ok(Uploaded::Pending { missing: 1 }));
    // Announcing the same again resumes.
    assert_eq!(begin_upload(&mut st, PRICE, &ALICE, hash, length, &chunks), Ok(Uploaded::Pending { missing: 1 }));
    assert_eq!(code(&st, &hash), Ok(None));
    assert_eq!(upload_chunk(&mut st, &ALICE, hash, 1, piece(&bytes, 1)), Ok(Uploaded::Stored));

    assert_eq!(code(&st, &hash), Ok(Some(bytes)));
    let record = code_record(&st, &hash).unwrap().unwrap();
    assert_eq!(
        (record.info.size, record.uploader, record.deposit),
        (length, ALICE, PRICE.times(length.into()).unwrap())
    );
    assert_eq!(account(&st, &ALICE).unwrap().storage_deposits, record.deposit);
    assert_eq!(upload(&st, &ALICE, &hash), Ok(None));
    assert_eq!(keys::scan(&st, &keys::chunk(&hash, &ALICE, 0)), Ok(vec![]));
    assert_balanced(&st);
}

#[test]
fn stored_code_is_not_charged_again() {
    let mut st = rich();
    let bytes = Spec::default().bytes();
    let hash = store(&mut st, &bytes);
    let before = st.clone();
    let chunks = [Hash::of(&bytes)];
    let length = bytes.len() as u32;
    assert_eq!(begin_upload(&mut st, PRICE, &BOB, hash, length, &chunks), Ok(Uploaded::AlreadyStored));
    assert_eq!(upload_chunk(&mut st, &BOB, hash, 0, &bytes), Ok(Uploaded::AlreadyStored));
    assert_eq!(st, before);
}

#[test]
fn nobody_blocks_anothers_upload() {
    let (bytes, hash, chunks) = big();
    let mut st = rich();
    transfer(&mut st, &ALICE, &BOB, Amount::zra(10)).unwrap();
    let length = bytes.len() as u32;
    // Bob announces Alice's code with wrong chunks and leaves it there.
    let wrong = [Hash::ZERO, Hash::ZERO, Hash::ZERO];
    begin_upload(&mut st, PRICE, &BOB, hash, length, &wrong).unwrap();
    begin_upload(&mut st, PRICE, &ALICE, hash, length, &chunks).unwrap();
    for index in 0..3 {
        upload_chunk(&mut st, &ALICE, hash, index, piece(&bytes, index as usize)).unwrap();
    }
    assert!(code_info(&st, &hash).unwrap().is_some());
    // His next call gives his deposit back.
    assert_eq!(upload_chunk(&mut st, &BOB, hash, 0, b"x"), Ok(Uploaded::AlreadyStored));
    let bob = account(&st, &BOB).unwrap();
    assert_eq!((bob.free, bob.storage_deposits), (Amount::zra(10), Amount::ZERO));
    assert_balanced(&st);
}

#[test]
fn giving_up_leaves_nothing_behind() {
    let (bytes, hash, chunks) = big();
    let mut st = rich();
    let before = st.clone();
    begin_upload(&mut st, PRICE, &ALICE, hash, bytes.len() as u32, &chunks).unwrap();
    upload_chunk(&mut st, &ALICE, hash, 1, piece(&bytes, 1)).unwrap();
    assert_eq!(begin_upload(&mut st, PRICE, &ALICE, hash, 0, &[]), Ok(Uploaded::GivenUp));
    assert_eq!(st, before);
}

#[test]
fn announcing_differently_starts_over() {
    let (bytes, hash, chunks) = big();
    let mut st = rich();
    let length = bytes.len() as u32;
    begin_upload(&mut st, PRICE, &ALICE, hash, length, &chunks).unwrap();
    upload_chunk(&mut st, &ALICE, hash, 1, piece(&bytes, 1)).unwrap();
    let shorter = length - 1;
    let now = begin_upload(&mut st, PRICE, &ALICE, hash, shorter, &chunks);
    assert_eq!(now, Ok(Uploaded::Pending { missing: 3 }));
    assert_eq!(account(&st, &ALICE).unwrap().storage_deposits, PRICE.times(shorter.into()).unwrap());
    for index in 0..2 {
        upload_chunk(&mut st, &ALICE, hash, index, piece(&bytes, index as usize)).unwrap();
    }
    // The chunks are as announced, their sum is not.
    assert_eq!(upload_chunk(&mut st, &ALICE, hash, 2, piece(&bytes, 2)), Err(RegistryError::CodeHash(hash)));
    assert_balanced(&st);
}

#[test]
fn bad_announcements_and_chunks_are_refused_and_change_nothing() {
    let (bytes, hash, chunks) = big();
    let mut st = rich();
    let mut begin = |who, length, chunks: &[Hash]| begin_upload(&mut st, PRICE, who, hash, length, chunks);
    assert_eq!(begin(&ALICE, 0, &chunks), Err(RegistryError::UploadLength(0)));
    let too_long = limits::CODE_BYTES as u32 + 1;
    assert_eq!(begin(&ALICE, too_long, &vec![Hash::ZERO; 17]), Err(RegistryError::UploadLength(too_long)));
    let length = bytes.len() as u32;
    let refused = begin(&ALICE, length, &chunks[..2]);
    assert_eq!(refused, Err(RegistryError::UploadChunks { given: 2, expected: 3 }));
    assert!(matches!(begin(&BOB, length, &chunks), Err(RegistryError::Account(_))));
    assert_eq!(st, rich());

    assert_eq!(upload_chunk(&mut st, &ALICE, hash, 0, &bytes), Err(RegistryError::NoUpload(hash)));
    begin_upload(&mut st, PRICE, &ALICE, hash, length, &chunks).unwrap();
    let before = st.clone();
    for index in [3, 31, 32, u32::MAX] {
        let refused = upload_chunk(&mut st, &ALICE, hash, index, b"");
        assert_eq!(refused, Err(RegistryError::ChunkIndex { index, chunks: 3 }));
    }
    let refused = upload_chunk(&mut st, &ALICE, hash, 1, piece(&bytes, 0));
    assert_eq!(refused, Err(RegistryError::ChunkHash(1)));
    assert_eq!(st, before);
}

#[test]
fn code_outside_the_profile_says_why_and_is_not_stored() {
    let float =
        [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 10, 10, 1, 8, 0, 0x43, 0, 0, 0, 0, 0x1a, 0x0b];
    let mut lying = crate::testing::manifest((1, 0, 0), 1, &[]);
    lying.exports.push(crate::testing::export("missing", zera_primitives::manifest::ExportKind::Call, false, &[]));
    let mut odd = Spec::default().bytes();
    odd.extend([0, 6, 4, b'z', b'e', b'r', b'a', 77]);
    for (bytes, words) in [
        (float.to_vec(), "floating point"),
        (b"not wasm".to_vec(), "not a WASM module"),
        (Spec::new(Some(lying)).bytes(), "\"missing\""),
        (odd, "custom section \"zera\""),
    ] {
        let mut st = rich();
        let hash = Hash::of(&bytes);
        begin_upload(&mut st, PRICE, &ALICE, hash, bytes.len() as u32, &[hash]).unwrap();
        let before = st.clone();
        let error = upload_chunk(&mut st, &ALICE, hash, 0, &bytes).unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
        assert_eq!(st, before);
    }
}
