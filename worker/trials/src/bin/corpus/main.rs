//! Writes the corpus of trials: `corpus FILE MODULES COUNT` with the built modules' folder and the number of random modules.

#![allow(clippy::expect_used, clippy::panic, reason = "a corpus that cannot be written is a failed test")]

#[cfg(not(target_arch = "wasm32"))]
mod limits;
#[cfg(not(target_arch = "wasm32"))]
mod random;
#[cfg(not(target_arch = "wasm32"))]
mod rewrite;
#[cfg(not(target_arch = "wasm32"))]
mod samples;
#[cfg(not(target_arch = "wasm32"))]
mod spec;
#[cfg(not(target_arch = "wasm32"))]
mod worst;

#[cfg(target_arch = "wasm32")]
fn main() {}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    use codec::Encode as _;
    let args: Vec<String> = std::env::args().collect();
    let [_, file, modules, count] = args.as_slice() else { panic!("usage: corpus FILE MODULES COUNT") };
    let count = count.parse().expect("a number of random modules");
    let cases = [
        samples::cases(std::path::Path::new(modules)),
        limits::cases(),
        limits::many(),
        worst::cases(),
        limits::figures(std::path::Path::new(modules)),
        spec::cases(),
        random::cases(count),
    ]
    .concat();
    let mut suites = std::collections::BTreeMap::<&str, (usize, usize)>::new();
    for case in &cases {
        let entry = suites.entry(&case.suite).or_default();
        entry.0 += 1;
        entry.1 += case.calls.len();
    }
    let bytes = cases.encode();
    println!("{} bytes; cases and calls by suite: {suites:?}", bytes.len());
    std::fs::write(file, bytes).expect("the corpus can be written");
}
