//! A network's chain of made-up load, as a file that `zera-node import` and `zera-node replay` read.
//!
//! `cargo run --profile bench-fast -p zera-scenarios --example load -- BLOCKS FILE [SEED]`

use codec::Encode;
use std::{
    fs::File,
    io::{BufWriter, Write},
    path::Path,
    time::Instant,
};
use zera_scenarios::load::Load;

/// First bytes of a chain's file.
const INTRO: &[u8] = b"zera-chain/1\n\n";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let (Some(blocks), Some(path)) = (args.next(), args.next()) else {
        return Err("BLOCKS FILE [SEED]".into());
    };
    let (blocks, seed) = (blocks.parse::<u64>()?, args.next().map_or(Ok(1), |seed| seed.parse::<u64>())?);
    let prebuilt = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../modules/prebuilt");
    let modules = |name: &str| std::fs::read(prebuilt.join(format!("{name}.wasm"))).ok();
    let mut load = Load::new(seed, &modules)?;
    let mut file = BufWriter::new(File::options().write(true).create_new(true).open(path)?);
    file.write_all(INTRO)?;
    put(&mut file, &Load::config())?;
    let began = Instant::now();
    for height in 1..=blocks {
        let (block, certificate) = load.make()?;
        put(&mut file, &(block, certificate.to_bytes()))?;
        if height.is_multiple_of(1_000) {
            eprintln!("{height} blocks, {} s, {} entries", began.elapsed().as_secs(), load.client().entries());
        }
    }
    file.flush()?;
    let head = load.client().head();
    println!("genesis {} head {} at {}", load.client().genesis().to_hex(), head.hash().to_hex(), head.height);
    println!("calls in blocks, of these successful: {:?}", load.kinds());
    println!("proposals, of these enacted: {:?}", load.payloads());
    Ok(())
}

fn put(file: &mut impl Write, item: &impl Encode) -> Result<(), Box<dyn std::error::Error>> {
    let bytes = item.encode();
    file.write_all(&u32::try_from(bytes.len())?.to_le_bytes())?;
    Ok(file.write_all(&bytes)?)
}
