//! What peers may serve a light client, honest and not, and what must come of it.

use codec::Encode;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use zera_client::{
    primitives::{Hash, Header, Height, Slot, StateKey, hash::to_hex},
    state::merkle::MerkleState,
};
use zera_light::{
    Anchor, Boundary, Finality,
    certificate::certify,
    synthetic::{Chain, Shape},
};

const SHAPE: Shape = Shape { seed: 1, validators: 4, turnover: 1, epoch_blocks: 10 };
/// The slot at which steps are taken.
const NOW: u64 = 400;
/// Where a certificate's parts are, for one of epoch 2, view 25, and three of four signers.
const SIGNERS: usize = 3 + 32 + 8;
const SIGNATURES: usize = SIGNERS + 1 + 1;

/// The whole file.
pub fn file() -> String {
    let chain = Chain::new(SHAPE);
    let vectors: Vec<Value> = [
        honest(&chain),
        signers(&chain),
        encodings(&chain),
        headers(&chain),
        boundaries(&chain),
        contradictions(&chain),
        proofs(),
    ]
    .concat();
    let file = json!({ "format": "zera light vectors 1", "vectors": vectors });
    serde_json::to_string_pretty(&file).unwrap() + "\n"
}

fn hex(value: &impl Encode) -> String {
    to_hex(&value.encode())
}

fn at(now: u64) -> u64 {
    zera_light::synthetic::ZERO_MS + now * 1_000
}

fn tip(block: &Finality, gives: &str) -> Value {
    json!({ "tip": hex(block), "now_ms": at(NOW), "gives": gives })
}

fn boundaries_step(boundaries: &[Boundary], gives: &str) -> Value {
    let all: Vec<String> = boundaries.iter().map(hex).collect();
    json!({ "boundaries": all, "now_ms": at(NOW), "gives": gives })
}

/// A vector that begins at `start`.
fn from(chain: &Chain, name: &str, start: &Header, steps: Vec<Value>) -> Value {
    let rules = chain.rules();
    json!({
        "name": name,
        "checkpoint": Anchor::of(chain.genesis().hash(), start).to_string(),
        "start": hex(start),
        "set": hex(&chain.set(start.epoch)),
        "epoch_blocks": rules.epoch_blocks,
        "zero_ms": rules.zero_ms,
        "trusting_slots": rules.trusting_slots,
        "steps": steps,
    })
}

/// A vector at genesis whose client has passed two boundaries.
fn vector(chain: &Chain, name: &str, steps: Vec<Value>) -> Value {
    let passed = boundaries_step(&[chain.boundary(0), chain.boundary(1)], "Ok");
    from(chain, name, chain.genesis(), [vec![passed], steps].concat())
}

fn bent(chain: &Chain, height: u64, change: impl FnOnce(&mut Header)) -> Finality {
    let mut header = chain.lone(height);
    change(&mut header);
    chain.certified(header, None)
}

fn honest(chain: &Chain) -> Vec<Value> {
    let (first, second) = (chain.lone(25), chain.lone(25).hash());
    let second = chain.header(26, second);
    let steps = vec![
        tip(&chain.certified(first, None), "Advanced"),
        tip(&chain.certified(second.clone(), Some(&[0, 2, 3])), "Advanced"),
        tip(&chain.certified(second, Some(&[0, 1, 2, 3])), "Known"),
        tip(&chain.block(22), "Older"),
        tip(&chain.block(5), "Older"),
        tip(&chain.block(35), "Gap { needed: 2, given: 3 }"),
        boundaries_step(&(1..6).map(|epoch| chain.boundary(epoch)).collect::<Vec<_>>(), "Ok"),
        tip(&chain.block(65), "Advanced"),
    ];
    let start = chain.lone(29);
    let later = vec![
        boundaries_step(&[chain.boundary(2), chain.boundary(3)], "Ok"),
        tip(&chain.block(45), "Advanced"),
        tip(&chain.block(15), "TooOld(1)"),
    ];
    let still = Chain::new(Shape { turnover: 0, validators: 7, ..SHAPE });
    let same: Vec<Boundary> = (0..5).map(|epoch| still.boundary(epoch)).collect();
    let solo = Chain::new(Shape { turnover: 0, validators: 1, ..SHAPE });
    let alone = solo.boundary(0);
    vec![
        vector(chain, "an honest peer", steps),
        from(chain, "from a checkpoint that is the last of its epoch", &start, later),
        from(
            &still,
            "validators who stay",
            still.genesis(),
            vec![boundaries_step(&same, "Ok"), tip(&still.block(52), "Advanced")],
        ),
        from(
            &solo,
            "one validator alone",
            solo.genesis(),
            vec![boundaries_step(&[alone], "Ok"), tip(&solo.block(12), "Advanced")],
        ),
    ]
}

/// Who signed.
fn signers(chain: &Chain) -> Vec<Value> {
    let header = chain.lone(25);
    let by = |header: &Header, keys: &[zera_light::SealKey], places: &[usize]| {
        let certificate = certify(header, (25, 24), keys, places).unwrap().to_bytes();
        Finality { header: chain.lone(25), certificate }
    };
    let name = |epoch: u64, place: usize| format!("Certificate(BadSignature({:?}))", chain.set(epoch).keys()[place]);
    let refused = |name: &str, block: Finality, gives: &str| vector(chain, name, vec![tip(&block, gives)]);
    let left = chain.keys(1).iter().position(|key| !chain.set(2).keys().contains(&key.public())).unwrap();
    let strangers = Chain::new(Shape { seed: 9, ..SHAPE });
    let five = Chain::new(Shape { validators: 5, ..SHAPE });
    // The same signature for two validators: the first one's, under the second one's name as well.
    let mut twice = chain.certified(header.clone(), Some(&[0, 1, 2])).certificate;
    let first = twice[SIGNATURES..SIGNATURES + 64].to_vec();
    twice[SIGNATURES + 64..SIGNATURES + 128].copy_from_slice(&first);
    // Two validators named and three signatures, one of them twice.
    let two = chain.certified(header.clone(), Some(&[0, 1])).certificate;
    let mut more = [&two[..SIGNATURES], &two[SIGNATURES..SIGNATURES + 64], &two[SIGNATURES..]].concat();
    more[SIGNATURES - 1] = 3;
    let with = |certificate: Vec<u8>| Finality { header: header.clone(), certificate };
    let stale = Header { epoch: 1, ..header.clone() };
    let foreign = Header { validators: strangers.set(2).hash(), ..header.clone() };
    let by_strangers = Finality {
        certificate: certify(&foreign, (25, 24), &strangers.keys(2), &[0, 1, 2]).unwrap().to_bytes(),
        header: foreign,
    };
    vec![
        refused("too few signers", by(&header, &chain.keys(2), &[0, 3]), "Certificate(TooFew { have: 2, need: 3 })"),
        refused("duplicate vote: one signature under two names", with(twice), &name(2, 1)),
        refused("duplicate vote: more signatures than signers", with(more), "Certificate(Malformed)"),
        refused(
            "ex-validators: the set of the epoch before",
            by(&header, &chain.keys(1), &[0, 1, 2, 3]),
            &wrong_of(chain, 1),
        ),
        refused("ex-validators: all but one are still validators", with_former(chain, left), &name(2, 2)),
        refused("wrong validator set: strangers", by(&header, &strangers.keys(2), &[0, 1, 2]), &name(2, 0)),
        refused("wrong validator set: the header names another", by_strangers, "Certificate(OtherSet)"),
        refused(
            "wrong validator set: of another size",
            by(&header, &five.keys(2), &[0, 1, 2, 3]),
            "Certificate(Malformed)",
        ),
        refused(
            "stale epoch: votes of the epoch before",
            by(&stale, &chain.keys(2), &[0, 1, 2]),
            "Certificate(OtherBlock)",
        ),
        refused("another block's certificate", with(chain.block(24).certificate), "Certificate(OtherBlock)"),
        refused("another chain's certificate", on_another_chain(chain), &name(2, 0)),
    ]
}

/// What the first wrong signature of epoch `epoch`'s set under epoch 2's names is called: a validator of both epochs stands
/// at another place, unless nobody moved.
fn wrong_of(chain: &Chain, epoch: u64) -> String {
    let (theirs, ours) = (chain.set(epoch), chain.set(2));
    let place = theirs.keys().iter().zip(ours.keys()).position(|(one, two)| one != two).unwrap();
    format!("Certificate(BadSignature({:?}))", ours.keys()[place])
}

/// The certificate of a quorum of epoch 2, one of whose signatures is of somebody who left after epoch 1.
fn with_former(chain: &Chain, left: usize) -> Finality {
    let mut keys = chain.keys(2);
    keys[2] = chain.keys(1).swap_remove(left);
    let header = chain.lone(25);
    Finality { certificate: certify(&header, (25, 24), &keys, &[0, 1, 2]).unwrap().to_bytes(), header }
}

fn on_another_chain(chain: &Chain) -> Finality {
    // Signatures name the chain by the header's; this header says the other's while it is signed.
    let header = chain.lone(25);
    let elsewhere = Header { chain: Hash::of(b"elsewhere"), ..header.clone() };
    let signed = certify(&elsewhere, (25, 24), &chain.keys(2), &[0, 1, 2]).unwrap().to_bytes();
    let mut certificate = chain.block(25).certificate;
    certificate[SIGNATURES..].copy_from_slice(&signed[SIGNATURES..]);
    Finality { header, certificate }
}

/// One value, one encoding.
fn encodings(chain: &Chain) -> Vec<Value> {
    let block = chain.block(25);
    let good = &block.certificate;
    let with = |certificate: Vec<u8>| Finality { header: block.header.clone(), certificate };
    let refused =
        |name: &str, certificate: Vec<u8>, gives: &str| vector(chain, name, vec![tip(&with(certificate), gives)]);
    let changed = |place: usize, byte: u8| {
        let mut bytes = good.clone();
        bytes[place] = byte;
        bytes
    };
    let first = format!("Certificate(BadSignature({:?}))", chain.set(2).keys()[0]);
    vec![
        refused("nothing", Vec::new(), "Certificate(Malformed)"),
        refused("a number in more bytes than it needs", [&[0x82, 0x00], &good[1..]].concat(), "Certificate(Malformed)"),
        refused("a byte more", [good.as_slice(), &[0]].concat(), "Certificate(Malformed)"),
        refused("a byte less", good[..good.len() - 1].to_vec(), "Certificate(Malformed)"),
        refused("a signer beyond the set", changed(SIGNERS, 0b1_0011), "Certificate(Malformed)"),
        refused("the number of signatures is another", changed(SIGNATURES - 1, 4), "Certificate(Malformed)"),
        refused("a signature with its scalar beyond the order", beyond_the_order(good, SIGNATURES + 32), &first),
        refused("a signature whose point is none", changed(SIGNATURES, good[SIGNATURES] ^ 1), &first),
    ]
}

/// Adds the group's order to the scalar at `place`: the same signature to whoever reduces it.
fn beyond_the_order(certificate: &[u8], place: usize) -> Vec<u8> {
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let (mut bytes, mut carry) = (certificate.to_vec(), 0);
    for (byte, order) in bytes[place..place + 32].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        (*byte, carry) = (sum as u8, sum >> 8);
    }
    bytes
}

/// What a header says of itself, and when.
fn headers(chain: &Chain) -> Vec<Value> {
    let refused = |name: &str, change: fn(&mut Header), gives: &str| {
        vector(chain, name, vec![tip(&bent(chain, 25, change), gives)])
    };
    let start = chain.lone(25);
    let against = |name: &str, block: Finality| from(chain, name, &start, vec![tip(&block, "Anchor")]);
    let mut late = tip(&chain.block(25), "Expired");
    late["now_ms"] = json!(at(19) + chain.rules().trusting_slots * 1_000);
    let mut just = tip(&chain.block(25), "Advanced");
    just["now_ms"] = json!(at(19) + chain.rules().trusting_slots * 1_000 - 1);
    let mut other_start = from(chain, "a start that is not the checkpoint", &start, vec![]);
    (other_start["start"], other_start["gives"]) = (json!(hex(&chain.lone(24))), json!("Anchor"));
    let mut other_set = from(chain, "a set that the checkpoint does not name", &start, vec![]);
    (other_set["set"], other_set["gives"]) = (json!(hex(&chain.set(3))), json!("OtherSet"));
    vec![
        refused("rules that nobody knows", |h| h.format = 9, "Header(Format(9))"),
        refused("another chain", |h| h.chain = Hash::ZERO, "Header(OtherChain)"),
        refused("an epoch that is not its height's", |h| h.epoch = 1, "Header(Epoch)"),
        refused("a height of the next epoch", |h| h.height = Height(30), "Header(Epoch)"),
        refused("a slot far ahead", |h| h.slot = Slot(NOW + 601), &format!("Ahead(Slot({}))", NOW + 601)),
        vector(chain, "after the trusting period", vec![late, just]),
        against("another block at the checkpoint's height", bent(chain, 25, |h| h.state_root = Hash::ZERO)),
        against("another parent above the checkpoint", chain.block(26)),
        against("non-monotonic slot above the checkpoint", bent(chain, 28, |h| h.slot = Slot(24))),
        other_start,
        other_set,
    ]
}

/// What must not pass for the end of an epoch.
fn boundaries(chain: &Chain) -> Vec<Value> {
    let good = chain.boundary(2);
    let refused = |name: &str, bad: Boundary, gives: &str| {
        let steps = vec![
            boundaries_step(&[bad, chain.boundary(3)], gives),
            boundaries_step(&[chain.boundary(2), chain.boundary(3)], "Ok"),
            tip(&chain.block(45), "Advanced"),
        ];
        vector(chain, name, steps)
    };
    let set = |bytes: Vec<u8>| Boundary { next: Some(bytes), ..good.clone() };
    let mut keys = chain.set(3).keys().to_vec();
    keys.reverse();
    let reversed = keys.encode();
    keys.reverse();
    keys[1] = keys[0];
    let doubled = keys.encode();
    let strangers = Chain::new(Shape { seed: 9, ..SHAPE });
    let taken = Header { next_validators: strangers.set(3).hash(), ..chain.lone(29) };
    let certificate = certify(&taken, (29, 28), &strangers.keys(2), &[0, 1, 2]).unwrap().to_bytes();
    let last = Finality { header: taken, certificate };
    let named = format!("Certificate(BadSignature({:?}))", chain.set(2).keys()[0]);
    vec![
        refused("no set where another is named", Boundary { next: None, ..good.clone() }, "OtherSet"),
        refused("another set than is named", set(chain.set(4).encode()), "OtherSet"),
        refused("a set out of order", set(reversed), "Set(Decode(Malformed))"),
        refused("duplicate votes: a set that names a validator twice", set(doubled), "Set(Twice)"),
        refused("a set of nobody", set(Vec::<[u8; 32]>::new().encode()), "Set(Count(0))"),
        refused("a block before the last", Boundary { last: chain.block(28), ..good.clone() }, "NotLast(Height(28))"),
        refused("an epoch left out", chain.boundary(3), "Gap { needed: 2, given: 3 }"),
        refused("strangers name their own set", Boundary { last, next: Some(strangers.set(3).encode()) }, &named),
    ]
}

/// Certified blocks that cannot both be: the client keeps the evidence and stops.
fn contradictions(chain: &Chain) -> Vec<Value> {
    let first = chain.lone(24);
    let child = chain.header(25, first.hash());
    let last = chain.boundary(1).last.header.hash();
    let vector = |name: &str, one: Finality, two: Finality, clash: &str| {
        let steps = vec![
            tip(&one, "Advanced"),
            tip(&two, &format!("Conflict Ok({clash})")),
            tip(&chain.block(27), &format!("Conflict Ok({clash})")),
            boundaries_step(&[chain.boundary(2)], &format!("Conflict Ok({clash})")),
        ];
        vector(chain, name, steps)
    };
    let other = chain.certified(Header { state_root: Hash::ZERO, ..chain.lone(25) }, Some(&[1, 2, 3]));
    vec![
        vector("two blocks of one height", chain.block(25), other, "Height"),
        vector("a block and another parent's child", chain.certified(first, None), chain.block(25), "Parent"),
        vector(
            "a child and another parent",
            chain.certified(child, None),
            bent(chain, 24, |h| h.state_root = Hash::ZERO),
            "Parent",
        ),
        vector(
            "non-monotonic slot: higher and earlier",
            chain.block(22),
            bent(chain, 25, |h| h.slot = Slot(21)),
            "Slot",
        ),
        vector("non-monotonic slot: lower and later", chain.block(25), bent(chain, 22, |h| h.slot = Slot(26)), "Slot"),
        vector(
            "non-monotonic slot: earlier than the epoch before",
            chain.block(26),
            bent(chain, 20, |h| (h.slot, h.parent) = (Slot(18), last)),
            "Slot",
        ),
    ]
}

/// Proofs of entries.
fn proofs() -> Vec<Value> {
    let key = |number: u8| StateKey(vec![b'k', number]);
    let entries: BTreeMap<_, _> = (0..100u8).step_by(2).map(|number| (key(number), vec![number; 3])).collect();
    let state = MerkleState::from_entries(entries, Height(1)).unwrap();
    let keys: Vec<StateKey> = [2, 3, 44, 45, 98].map(key).to_vec();
    let (values, proof) = state.prove_many(Height(1), &keys).unwrap();
    let vector = |name: &str, keys: &[StateKey], values: &[Option<Vec<u8>>], proof: Vec<u8>, gives: &str| {
        json!({
            "name": name,
            "root": state.root().to_hex(),
            "keys": keys.iter().map(|key| to_hex(key.as_bytes())).collect::<Vec<_>>(),
            "values": values.iter().map(|value| value.as_ref().map(|value| to_hex(value))).collect::<Vec<_>>(),
            "proof": to_hex(&proof),
            "gives": gives,
        })
    };
    let bytes = proof.encode();
    let with = |place: usize, value: Option<Vec<u8>>| {
        let mut values = values.clone();
        values[place] = value;
        values
    };
    let (_, swapped) = state.prove_many(Height(1), &keys[..3]).unwrap();
    let mut flipped = bytes.clone();
    *flipped.last_mut().unwrap() ^= 1;
    vec![
        vector("entries and absences", &keys, &values, bytes.clone(), "Ok"),
        vector("another value", &keys, &with(0, Some(vec![9])), bytes.clone(), "OtherRoot"),
        vector("an entry hidden", &keys, &with(2, None), bytes.clone(), "Present"),
        vector("an entry invented", &keys, &with(1, Some(vec![3; 3])), bytes.clone(), "Absent"),
        vector("a proof of other keys", &keys, &values, swapped.encode(), "Shape"),
        vector("a changed hash", &keys, &values, flipped, "OtherRoot"),
        vector("a proof cut off", &keys, &values, bytes[..bytes.len() - 1].to_vec(), "not a proof"),
        vector("a proof with more", &keys, &values, [bytes.as_slice(), &[0]].concat(), "not a proof"),
    ]
}
