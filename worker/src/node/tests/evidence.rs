//! Comparing codes and reading them as text.

use super::{
    bench::Bench,
    journey::{V1, V2, deploy, propose},
};
use zera_primitives::Hash;
use zera_worker_protocol::{Command, ComparisonView, ErrorKind, Event, LineKind, Response};

fn pair() -> (Bench, Hash, Hash) {
    let mut bench = Bench::new();
    bench.add_key(7);
    let id = deploy(&mut bench);
    propose(&mut bench, id, V2, 2);
    (bench, Hash::of(V1), Hash::of(V2))
}

fn compare(bench: &mut Bench, old: Hash, new: Hash) -> ComparisonView {
    match bench.ask(Command::Compare { old, new }).unwrap() {
        Response::Comparison(view) => *view,
        other => panic!("{other:?}"),
    }
}

#[test]
fn two_codes_are_compared_function_by_function_with_progress() {
    let (mut bench, old, new) = pair();
    bench.world.events();
    let view = compare(&mut bench, old, new);
    assert_eq!((view.old, view.new), (old, new));
    assert!(view.same > 0 && !view.changed.is_empty() && !view.rows.is_empty() && !view.gas.is_empty());
    let lines = view.changed.iter().flat_map(|function| function.hunks.iter().flatten());
    assert!(lines.clone().any(|line| line.kind == LineKind::Added));
    assert!(lines.clone().any(|line| line.kind == LineKind::Removed));
    let deposit = view.gas.iter().find(|row| row.export == "deposit").unwrap();
    assert!(deposit.old.as_ref().is_some_and(|gas| gas.straight > 0 && !gas.hosts.is_empty()));
    let events = bench.world.events();
    let progress: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            Event::Progress { what, done, total } if what == "compare" => Some((*done, *total)),
            _ => None,
        })
        .collect();
    assert!(progress.len() >= 3 && progress.is_sorted(), "{progress:?}");
    assert!(progress.last().is_some_and(|(done, total)| done == total));

    let Response::Difference(difference) = bench.ask(Command::Difference { old, new }).unwrap() else { panic!() };
    assert!(difference.rows.iter().all(|row| view.rows.contains(row)));
    let same = compare(&mut bench, old, old);
    assert!(same.changed.is_empty() && same.rows.is_empty() && same.added.is_empty());
    bench.refused(Command::Compare { old, new: Hash([1; 32]) }, ErrorKind::NotFound);
}

#[test]
fn code_is_read_as_text_whole_or_by_function() {
    let (mut bench, old, _) = pair();
    let mut listing = |function| match bench.ask(Command::Disassemble { code: old, function }) {
        Ok(Response::Listing(listing)) => Ok(*listing),
        Ok(other) => panic!("{other:?}"),
        Err(error) => Err(error),
    };
    let whole = listing(None).unwrap();
    assert!(whole.lines[0].text.starts_with("(module") && !whole.cut);
    let one = whole.functions.iter().find(|function| function.exports.contains(&"deposit".to_owned())).unwrap();
    let text = listing(Some(one.index)).unwrap();
    assert!(text.lines[0].text.starts_with("(func") && text.lines.len() < whole.lines.len());
    assert_eq!(listing(Some(u32::MAX)).unwrap_err().kind, ErrorKind::NotFound);
}
