//! docs/modules.md: its code is that of the samples it names, and the module that it writes does in the engine what it says.

mod common;

use common::{By, World};
use std::fs;
use std::path::Path;
use zera_primitives::{AccountId, Amount};

const JAR: [u8; 32] = [100; 32];

/// A fence such as "```rust modules/samples/guide-v1/src/lib.rs" holds lines of that file, one after the other as there,
/// save that what stands between two parts is left out with a line `…`.
#[test]
fn the_guides_code_is_what_is_built() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let guide = fs::read_to_string(root.join("docs/modules.md")).unwrap();
    let mut checked = 0;
    for fence in guide.split("\n```").skip(1).step_by(2) {
        let (header, body) = fence.split_once('\n').unwrap_or((fence, ""));
        let Some((_, file)) = header.split_once(' ') else { continue };
        let source = fs::read_to_string(root.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        let mut rest = plain(&source);
        for part in body.split("\n…\n") {
            let part = plain(part);
            let at =
                rest.find(&part).unwrap_or_else(|| panic!("docs/modules.md shows what {file} does not say:\n{part}"));
            rest = rest.split_off(at + part.len());
        }
        checked += 1;
    }
    assert!(checked >= 8, "{checked} fences name their files");
}

/// Lines without indentation, so that the guide may show a function alone.
fn plain(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(|line| format!("{line}\n")).collect()
}

/// Six hundred accounts need three steps; nobody's savings may be lost between them, in either language.
#[test]
fn the_jar_is_carried_over_in_steps() {
    for (one, two, constructor) in [("guide-v1", "guide-v2", "new"), ("guide-cpp-v1", "guide-cpp-v2", "init")] {
        let mut world = World::default();
        world.install(JAR, one);
        world.call::<()>(By::Runtime([1; 32]), 0, JAR, constructor, &5u32).unwrap();
        let account = |n: u16| -> [u8; 32] { [n.to_be_bytes(); 16].concat().try_into().unwrap() };
        for n in 1..=600 {
            world.fund(account(n), 9);
            assert_eq!(world.call(By::Account(account(n)), 9, JAR, "put", &()), Ok(Amount(9)), "{one}");
        }
        let total = world.call::<Amount>(By::Account([0; 32]), 0, JAR, "total", &());
        assert_eq!(total, Ok(Amount(5_400)), "{one}");
        world.slot = 77;
        world.upgrade(JAR, two, false).unwrap();
        println!("{two}: {} gas for 600 accounts, {} the dearest step", world.gas, world.dearest_step);
        assert_eq!(world.call(By::Account([0; 32]), 0, JAR, "total", &()), total, "{two}");
        for n in [1, 256, 257, 512, 513, 600] {
            let since = world.call(By::Account([0; 32]), 0, JAR, "since", &AccountId(account(n)));
            assert_eq!(since, Ok(Some(77u64)), "{two}: {n}");
            assert_eq!(world.call(By::Account(account(n)), 0, JAR, "take", &Amount(9)), Ok(Amount(0)), "{two}: {n}");
        }
        let taken = world.call::<Option<u64>>(By::Account([0; 32]), 0, JAR, "since", &AccountId(account(1)));
        assert_eq!(taken, Ok(None), "{two}");
        let more = world.call::<Amount>(By::Account(account(2)), 0, JAR, "take", &Amount(10)).unwrap_err();
        assert!(more.contains("you have not that much here"), "{two}: {more}");
    }
}
