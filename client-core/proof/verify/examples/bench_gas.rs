//! What the gas of verification rests on: the native time of each part of it. Medians; one JSON object per line.
//! `cargo run --profile bench-fast -p zera-proof-verify --example bench_gas`.

#![allow(clippy::float_arithmetic, clippy::print_stdout, reason = "a benchmark reports times")]
#![expect(clippy::expect_used, reason = "a measuring tool stops at the first surprise")]

use ark_bn254::{Bn254, Fr, G1Affine, G1Projective, G2Affine};
use ark_ec::{AffineRepr, CurveGroup, VariableBaseMSM, pairing::Pairing};
use std::{hint::black_box, time::Instant};
use zera_primitives::Hash;
use zera_proof_verify::{bus::Bus, points, transcript::Challenge};

/// Prints the median time of `run`, divided by `share`, in nanoseconds.
fn measure(case: &str, share: usize, mut run: impl FnMut()) {
    let mut times: Vec<f64> = (0..31)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed().as_nanos() as f64 / share as f64
        })
        .collect();
    times.sort_by(f64::total_cmp);
    let median = times.get(15).copied().unwrap_or_default();
    println!(
        "{{\"suite\":\"gas of verification\",\"case\":\"{case}\",\"value\":{median:.0},\"unit\":\"ns\",\"peer\":\"\",\"ratio\":null,\"ci\":null}}"
    );
}

/// Uses a value, so that it is computed.
fn keep<T>(value: T) {
    let _ = black_box(value);
}

fn number(n: u64) -> Fr {
    points::scalar(&{
        let mut bytes = Hash::of(&n.to_le_bytes()).0;
        if let Some(last) = bytes.last_mut() {
            *last &= 0x1f;
        }
        bytes
    })
    .expect("below the order")
}

fn main() {
    let g1: Vec<G1Affine> = (0..256).map(|n| (G1Affine::generator() * number(n)).into_affine()).collect();
    let g2: Vec<G2Affine> = (0..4).map(|n| (G2Affine::generator() * number(n)).into_affine()).collect();
    let scalars: Vec<Fr> = (0..256).map(number).collect();
    let g1_bytes = points::to_bytes::<_, 32>(&g1[0]).expect("a point");
    let g2_bytes = points::to_bytes::<_, 64>(&g2[0]).expect("a point");
    measure("decode a point of G1", 20, || (0..20).for_each(|_| keep(points::g1(&g1_bytes))));
    measure("decode a point of G2", 5, || (0..5).for_each(|_| keep(points::g2(&g2_bytes))));
    measure("G1 times a number", 10, || (0..10).for_each(|_| keep(g1[0] * scalars[1])));
    measure("sum of 256 multiples, each", 256, || {
        keep(G1Projective::msm(&g1, &scalars).expect("as many"));
    });
    measure("Miller loop, not prepared", 1, || keep(Bn254::miller_loop(g1[0], g2[0])));
    let five = || (g1[..4].to_vec(), g2.clone());
    measure("product of four pairings", 1, || {
        let (left, right) = five();
        keep(Bn254::multi_pairing(left, right));
    });
    let product = Bn254::miller_loop(g1[0], g2[0]);
    measure("final exponentiation", 1, || keep(Bn254::final_exponentiation(product)));
    let mut powers = [Fr::default(); 7];
    powers.iter_mut().zip(&scalars).for_each(|(power, scalar)| *power = *scalar);
    let challenge = Challenge { powers, gamma: scalars[9] };
    measure("a term of the sum over public data", 10_000, || {
        let mut bus = Bus::new(&challenge);
        (0..10_000u64).for_each(|n| bus.consume(7, &[n, n ^ 7, n / 3, n / 5, n.wrapping_mul(n), n / 2, 77]));
        keep(bus.sum().expect("no zero"));
    });
    for name in ["integrity", "lending-v1", "tally"] {
        let path = format!("{}/../../../modules/prebuilt/{name}.wasm", env!("CARGO_MANIFEST_DIR"));
        let code = std::fs::read(path).expect("a built sample");
        measure(&format!("translate {name}, per byte of code"), code.len(), || {
            keep(zera_proof_rows::translate(&code));
        });
        let exports = zera_proof_rows::translate(&code).expect("provable").exports();
        let entry = exports.iter().find(|(_, can)| can.is_ok()).expect("an export").0.clone();
        measure(&format!("translate and link {name}, per byte of code"), code.len(), || {
            keep(zera_proof_rows::translate(&code).and_then(|module| module.program(&entry)));
        });
        let hash = |code: &[u8]| keep(zera_vm::validate(code));
        measure(&format!("validate {name}, per byte of code"), code.len(), || hash(&code));
    }
}
