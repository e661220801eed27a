//! Stock Groth16: proofs that snarkjs made of different circuits hold, and none does with one digit changed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failed invariant in a test is a failed test"
)]

use bolero::check;
use std::{env, fs, path::Path};
use zera_proof_verify::{
    groth16,
    stock::{StockBytes, StockError, StockVerdict, to_bytes, verify_bytes, verify_snarkjs},
};

/// The three files of one proof.
#[derive(Clone, Debug)]
struct Files {
    name: String,
    key: String,
    public: String,
    proof: String,
}

impl Files {
    fn read(folder: &Path) -> Option<Self> {
        let read = |name: &str| fs::read_to_string(folder.join(name)).ok();
        let name = folder.file_name()?.to_string_lossy().into_owned();
        Some(Self {
            name,
            key: read("verification_key.json")?,
            public: read("public.json")?,
            proof: read("proof.json")?,
        })
    }

    fn of(name: &str) -> Self {
        Self::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stock").join(name)).unwrap()
    }

    /// Those beside this test on curves that are built in, and those of the folder `ZERA_STOCK`, if it is set.
    fn all() -> Vec<Self> {
        let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stock");
        let other = env::var_os("ZERA_STOCK").map(Into::into);
        let folders = [Some(own), other].into_iter().flatten().flat_map(|folder| fs::read_dir(folder).unwrap());
        let mut all: Vec<Self> = folders.filter_map(|entry| Self::read(&entry.unwrap().path())).collect();
        all.retain(|files| cfg!(feature = "bls") || !files.name.starts_with("bls"));
        all.sort_by(|one, other| one.name.cmp(&other.name));
        all
    }

    fn verdict(&self) -> Result<StockVerdict, StockError> {
        verify_snarkjs(&self.proof, &self.public, &self.key)
    }

    fn file(&mut self, which: usize) -> &mut String {
        [&mut self.proof, &mut self.public, &mut self.key].into_iter().nth(which).unwrap()
    }
}

/// Places of digits inside strings of at least eight digits, and of every digit of short public inputs; what snarkjs itself
/// does not read is left out.
fn digits(text: &str, which: usize) -> Vec<usize> {
    let end = text.find("vk_alphabeta_12").unwrap_or(text.len());
    let start = text.find("\"IC\"").unwrap_or(text.len());
    let (mut places, mut quoted, mut run) = (Vec::new(), false, Vec::new());
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'"' => {
                if which == 1 || run.len() >= 8 {
                    places.append(&mut run);
                }
                run.clear();
                quoted = !quoted;
            }
            _ if quoted && byte.is_ascii_digit() && (at < end || at > start) => run.push(at),
            _ => {}
        }
    }
    places
}

#[test]
fn proofs_of_snarkjs_hold() {
    let all = Files::all();
    assert!(all.len() >= 11);
    for files in all {
        let verdict = files.verdict().unwrap_or_else(|error| panic!("{}: {error}", files.name));
        assert!(verdict.holds, "{}", files.name);
        println!("{}: {} inputs on {}", files.name, verdict.inputs.len(), verdict.curve);
        assert_eq!(verdict.words().len(), 4);
    }
}

#[test]
fn with_one_digit_changed_none_holds() {
    for files in Files::all() {
        for which in 0..3 {
            let places = digits(&files.clone().file(which).clone(), which);
            // A spread of them: each costs a pairing or the finding that a point is none.
            let step = (places.len() / 12).max(1);
            for at in places.into_iter().step_by(step) {
                let mut changed = files.clone();
                let text = changed.file(which);
                let digit = text.as_bytes()[at];
                text.replace_range(at..=at, if digit == b'9' { "8" } else { "9" });
                let verdict = changed.verdict();
                assert!(!verdict.is_ok_and(|verdict| verdict.holds), "{} file {which} place {at}", files.name);
            }
        }
    }
}

fn with(files: &Files, which: usize, from: &str, to: &str) -> Result<StockVerdict, StockError> {
    let mut changed = files.clone();
    let text = changed.file(which);
    assert!(text.contains(from), "{from}");
    *text = text.replacen(from, to, 1);
    changed.verdict()
}

/// First string of at least 60 digits after `field`.
fn number<'t>(text: &'t str, field: &str) -> &'t str {
    let rest = &text[text.find(field).unwrap()..];
    rest.split('"').find(|part| part.len() >= 60 && part.bytes().all(|byte| byte.is_ascii_digit())).unwrap()
}

fn add(number: &str, other: &str) -> String {
    let digits = |text: &str| text.bytes().rev().map(|byte| byte - b'0').collect::<Vec<_>>();
    let (a, b, mut carry, mut out) = (digits(number), digits(other), 0, Vec::new());
    for at in 0..a.len().max(b.len()) + 1 {
        let sum = a.get(at).unwrap_or(&0) + b.get(at).unwrap_or(&0) + carry;
        out.push(b'0' + sum % 10);
        carry = sum / 10;
    }
    let text: String = out.into_iter().rev().map(char::from).collect();
    text.trim_start_matches('0').into()
}

const R: &str = "21888242871839275222246405745257275088548364400416034343698204186575808495617";
const P: &str = "21888242871839275222246405745257275088696311157297823662689037894645226208583";

#[test]
fn numbers_plus_their_modulus_are_refused() {
    let files = Files::of("bn128-preimage");
    let input = number(&files.public, "[");
    assert!(matches!(with(&files, 1, input, &add(input, R)), Err(StockError::Value { .. })));
    assert!(matches!(with(&files, 1, input, R), Err(StockError::Value { .. })));
    for field in ["pi_a", "pi_b", "pi_c"] {
        let coordinate = number(&files.proof, field);
        let aliased = with(&files, 0, coordinate, &add(coordinate, P));
        assert!(matches!(aliased, Err(StockError::Value { .. })), "{field}");
    }
    let coordinate = number(&files.key, "vk_delta_2");
    assert!(matches!(with(&files, 2, coordinate, &add(coordinate, P)), Err(StockError::Value { .. })));
    assert!(matches!(with(&files, 1, input, &"9".repeat(400)), Err(StockError::Value { .. })));
}

#[test]
fn numbers_have_one_form() {
    let files = Files::of("bn128-product");
    for other in ["033", "+33", "-33", "0x21", "33.0", "3e1", " 33", "33 ", ""] {
        let verdict = with(&files, 1, "\"33\"", &format!("\"{other}\""));
        assert!(matches!(verdict, Err(StockError::Value { .. })), "{other}");
    }
    assert!(matches!(with(&files, 1, "\"33\"", "33"), Err(StockError::Shape { .. })));
    assert!(matches!(with(&files, 1, "\"33\"", "\"3\\u0033\""), Err(StockError::Json { .. })));
}

#[test]
fn counts_agree() {
    let files = Files::of("bn128-product");
    let short = StockError::Count { wanted: 1, given: 0 };
    assert_eq!(with(&files, 1, "\"33\"", ""), Err(short));
    assert_eq!(with(&files, 1, "\"33\"", "\"33\", \"0\""), Err(StockError::Count { wanted: 1, given: 2 }));
    assert!(matches!(with(&files, 2, "\"nPublic\": 1", "\"nPublic\": 2"), Err(StockError::Shape { .. })));
}

#[test]
fn other_protocols_and_curves_are_refused() {
    let files = Files::of("bn128-product");
    assert!(matches!(with(&files, 0, "groth16", "plonk"), Err(StockError::Kind(_))));
    assert!(matches!(with(&files, 2, "groth16", "fflonk"), Err(StockError::Kind(_))));
    assert!(matches!(with(&files, 0, "bn128", "bls12381"), Err(StockError::Kind(_))));
    assert!(matches!(with(&files, 2, "bn128", "secp256k1"), Err(StockError::Kind(_))));
}

#[test]
fn swapped_points_and_identities_do_not_hold() {
    let files = Files::of("bn128-preimage");
    let mut swapped = files.clone();
    swapped.proof = files.proof.replace("pi_a", "pi_x").replace("pi_c", "pi_a").replace("pi_x", "pi_c");
    assert!(!swapped.verdict().unwrap().holds);
    // The point at infinity as snarkjs writes it: (0, 1, 0).
    let start = files.proof.find("\"pi_c\"").unwrap();
    let end = start + files.proof[start..].find(']').unwrap();
    let mut identity = files.clone();
    identity.proof.replace_range(start..=end, "\"pi_c\": [\"0\", \"1\", \"0\"]");
    assert!(matches!(identity.verdict(), Err(StockError::Shape { .. })));
    identity.proof = identity.proof.replace("[\"0\", \"1\", \"0\"]", "[\"0\", \"0\", \"1\"]");
    assert!(matches!(identity.verdict(), Err(StockError::Value { .. })));
}

/// The text of a field whose value is an array, brackets included.
fn array<'t>(text: &'t str, field: &str) -> &'t str {
    let start = text.find(field).unwrap();
    let open = start + text[start..].find('[').unwrap();
    let mut depth = 0;
    for (at, byte) in text.bytes().enumerate().skip(open) {
        depth += i32::from(byte == b'[') - i32::from(byte == b']');
        if depth == 0 {
            return &text[open..=at];
        }
    }
    panic!("{field} does not end");
}

#[test]
fn keys_that_prove_anything_are_refused() {
    let files = Files::of("bn128-product");
    let (gamma, delta, beta) =
        (array(&files.key, "vk_gamma_2"), array(&files.key, "vk_delta_2"), array(&files.key, "vk_beta_2"));
    // What snarkjs exports from a set-up without a contribution: gamma = delta = the generator.
    assert!(matches!(with(&files, 2, delta, gamma), Err(StockError::Degenerate(_))));
    assert!(matches!(with(&files, 2, gamma, delta), Err(StockError::Degenerate(_))));
    assert!(matches!(with(&files, 2, beta, gamma), Err(StockError::Degenerate(_))));
    assert!(matches!(with(&files, 2, gamma, beta), Err(StockError::Degenerate(_))));
    let one = "[\"1\", \"2\", \"1\"]";
    assert!(matches!(with(&files, 2, array(&files.key, "vk_alpha_1"), one), Err(StockError::Degenerate(_))));
}

#[test]
fn points_of_the_twist_outside_the_group_are_refused() {
    use ark_bn254::{Fq, Fq2, G2Affine};
    let files = Files::of("bn128-product");
    let x = (1u64..).map(|x| Fq2::new(Fq::from(x), Fq::from(1u64)));
    let point = x
        .filter_map(|x| G2Affine::get_point_from_x_unchecked(x, true))
        .find(|point| !point.is_in_correct_subgroup_assuming_on_curve())
        .unwrap();
    let text =
        format!("[[\"{}\",\"{}\"],[\"{}\",\"{}\"],[\"1\",\"0\"]]", point.x.c0, point.x.c1, point.y.c0, point.y.c1);
    let outside = |which, field| with(&files, which, array(&files.clone().file(which).clone(), field), &text);
    for (which, field) in [(0, "pi_b"), (2, "vk_beta_2"), (2, "vk_gamma_2"), (2, "vk_delta_2")] {
        assert!(matches!(outside(which, field), Err(StockError::Value { what: "is not in the group", .. })), "{field}");
    }
}

#[test]
fn files_that_are_none_are_refused() {
    let files = Files::of("bn128-product");
    let trials = ["", "{", "[[[[[[[[[[[[", "{\"a\":1,\"a\":1}", "null", "[1,]", "{} {}", "\"open"];
    for text in trials {
        for which in 0..3 {
            let mut changed = files.clone();
            *changed.file(which) = text.into();
            assert!(changed.verdict().is_err(), "{text}");
        }
    }
    let mut long = files.clone();
    long.public = format!("[{}]", " ".repeat(2 << 20));
    assert!(matches!(long.verdict(), Err(StockError::Json { .. })));
    for which in 0..3 {
        let mut cut = files.clone();
        let text = cut.file(which);
        let length = text.trim_end().len();
        for length in (0..length).step_by(7) {
            let mut cut = files.clone();
            cut.file(which).truncate(length);
            assert!(cut.verdict().is_err());
        }
    }
}

#[test]
fn the_same_proofs_hold_as_bytes_and_with_none_of_them_changed() {
    for files in Files::all().iter().filter(|files| !files.name.starts_with("bls")) {
        let StockBytes { key, inputs, proof } = to_bytes(&files.proof, &files.public, &files.key).unwrap();
        assert_eq!(verify_bytes(&key, &inputs, &proof), Ok(true), "{}", files.name);
        assert!(groth16::verify(&key, &proof, &inputs));
        let changed = |bytes: &[u8], at: usize| {
            let mut bytes = bytes.to_vec();
            bytes[at] ^= 1 << (at % 8);
            bytes
        };
        // α, β, γ, δ and the constant one's point; those of inputs that are zero say nothing.
        for at in (0..256).step_by(23) {
            assert_ne!(verify_bytes(&changed(&key, at), &inputs, &proof), Ok(true));
        }
        for at in (0..inputs.len()).step_by(inputs.len() / 16 + 1) {
            assert_ne!(verify_bytes(&key, &changed(&inputs, at), &proof), Ok(true));
        }
        for at in (0..proof.len()).step_by(17) {
            assert_ne!(verify_bytes(&key, &inputs, &changed(&proof, at)), Ok(true));
        }
        assert!(verify_bytes(&key, &inputs, &proof[1..]).is_err());
        assert!(verify_bytes(&key[..key.len() - 1], &inputs, &proof).is_err());
        assert!(verify_bytes(&key, &[inputs.clone(), vec![0; 32]].concat(), &proof).is_err());
        assert!(verify_bytes(&key, &[inputs, vec![0; 5]].concat(), &proof).is_err());
    }
    assert!(verify_bytes(&[], &[], &[]).is_err());
    assert!(verify_bytes(&[0; 256], &[0; 32], &[0; 128]).is_err());
}

#[test]
fn fuzz_snarkjs() {
    let files = Files::of("bn128-many");
    check!().with_type::<(u8, u16, Vec<u8>)>().for_each(|(which, at, bytes)| {
        let mut changed = files.clone();
        let text = changed.file(usize::from(which % 3));
        let mut raw = std::mem::take(text).into_bytes();
        let at = usize::from(*at) % raw.len();
        for (to, from) in raw.iter_mut().skip(at).zip(bytes) {
            *to = *from;
        }
        if which & 64 != 0 {
            raw = bytes.clone();
        }
        *changed.file(usize::from(which % 3)) = String::from_utf8_lossy(&raw).into_owned();
        if changed.verdict().is_ok_and(|verdict| verdict.holds) {
            // Only what nobody reads may differ: white space, unread fields.
            assert!(which & 64 == 0);
        }
    });
}
