//! Every vector of docs/vectors/conviction.json, recomputed by the functions the chain itself uses. The file is made and
//! checked by docs/vectors/conviction.py, which shares nothing with them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed invariant in a test is a failed test")]

mod common;

use common::{Sim, account};
use serde_json::Value;
use zera_governance::{alpha::alpha, apply_params, decay::Factor, decay::decay, queries, standing::Standing};
use zera_primitives::{Amount, Class, Params, ProposalId, Side, Slot};

fn vectors() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/vectors/conviction.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn rows<'a>(table: &'a Value, name: &str) -> Vec<&'a [Value]> {
    table[name].as_array().unwrap().iter().map(|row| row.as_array().unwrap().as_slice()).collect()
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

fn amount(value: &Value) -> Amount {
    Amount(value.as_str().unwrap().parse().unwrap())
}

#[test]
fn factors() {
    let vectors = vectors();
    for row in rows(&vectors, "alpha") {
        let expected = u128::from_str_radix(row[1].as_str().unwrap(), 16).unwrap();
        assert_eq!(alpha(number(&row[0])), Some(expected), "{row:?}");
    }
    for row in rows(&vectors, "decay") {
        let text = row[2].as_str().unwrap();
        let expected = if text == format!("1{}", "0".repeat(32)) {
            Factor::One
        } else {
            Factor::Below(u128::from_str_radix(text, 16).unwrap())
        };
        assert_eq!(decay(alpha(number(&row[0])).unwrap(), number(&row[1])), expected, "{row:?}");
    }
}

/// Parameters of an epoch; both proposals are of the class patch, the other thresholds only keep the order.
fn params(row: &[Value]) -> Params {
    let (phi, tau) = (number(&row[2]) as u32, number(&row[3]) as u32);
    Params {
        half_life: number(&row[1]),
        base_floor_ppm: phi,
        threshold_ppm: [tau, tau.max(200_000), tau.max(350_000), tau.max(500_000), 150_000],
        ..Params::demo()
    }
}

/// One schedule as a chain. `curious` reads everything at every step, which must change nothing.
fn play(schedule: &Value, supply: Amount, curious: bool) {
    let (epochs, changes, probes) = (rows(schedule, "epochs"), rows(schedule, "changes"), rows(schedule, "probes"));
    let stake = Amount(supply.0 / 4);
    let mut sim = Sim::new(&params(epochs[0]), &[stake; 4]);
    sim.supply = supply;
    for who in 1..=4 {
        sim.stake(who, stake).unwrap();
    }
    zera_state::accounts::mint_genesis(&mut sim.st, &account(9), Amount::zra(100)).unwrap();
    let ids: [ProposalId; 2] = [sim.propose(9, Class::Patch), sim.propose(9, Class::Patch)];

    // In order of slots; an epoch begins before anything else of its slot.
    let mut steps: Vec<(u64, u8, &[Value])> = vec![];
    steps.extend(epochs[1..].iter().map(|row| (number(&row[0]), 0, *row)));
    steps.extend(changes.iter().map(|row| (number(&row[0]), 1, *row)));
    steps.extend(probes.iter().map(|row| (number(&row[0]), 2, *row)));
    steps.sort_by_key(|(slot, kind, _)| (*slot, *kind));
    for (slot, kind, row) in steps {
        sim.end();
        (sim.height, sim.slot) = (sim.height.plus(1), Slot(slot));
        let ctx = sim.ctx();
        match kind {
            0 => drop(apply_params(&mut sim.st, &ctx, &params(row)).unwrap()),
            1 => check_change(&mut sim, &ids, row),
            _ => check_probe(&sim, &ids, row),
        }
        if curious {
            let before = sim.st.clone();
            for id in ids {
                let _ = (sim.standing(id), sim.situation(id).forecast(), queries::past_chart(&sim.st, &ctx, id, 5));
            }
            assert!(before == sim.st);
        }
    }
}

fn check_change(sim: &mut Sim, ids: &[ProposalId; 2], row: &[Value]) {
    let (who, id) = (number(&row[1]) as u8 + 1, ids[number(&row[2]) as usize]);
    let side = if number(&row[3]) == 0 { Side::For } else { Side::Against };
    let x = amount(&row[4]);
    sim.allocate(who, id, side, x).unwrap_or_else(|error| panic!("{error} in {row:?}"));
    sim.end();
    let held = queries::allocation(&sim.st, &account(who), id).unwrap();
    assert_eq!(held.map_or(Amount::ZERO, |held| held.curve.y), amount(&row[5]), "allocation {row:?}");
    assert_eq!(queries::sides(&sim.st, id).unwrap().get(side).y, amount(&row[6]), "side {row:?}");
    let situation = sim.situation(id);
    assert_eq!(situation.base.at(&situation.timeline, sim.slot), amount(&row[7]), "base {row:?}");
}

fn check_probe(sim: &Sim, ids: &[ProposalId; 2], row: &[Value]) {
    let id = ids[number(&row[1]) as usize];
    let (standing, situation) = (sim.standing(id), sim.situation(id));
    let Standing { y_for, y_against, base, .. } = standing;
    let base_y = situation.base.at(&situation.timeline, sim.slot);
    let expected = [&row[2], &row[3], &row[4], &row[5]].map(amount);
    assert_eq!([y_for, y_against, base_y, base], expected, "{row:?}");
    assert_eq!(Value::Bool(standing.passes(situation.params.threshold_ppm[0])), row[6], "{row:?}");
}

#[test]
fn schedules() {
    let vectors = vectors();
    let supply = amount(&vectors["about"]["supply"]);
    let schedules = vectors["schedules"].as_array().unwrap();
    assert_eq!(schedules.len(), 1_000);
    for (index, schedule) in schedules.iter().enumerate() {
        play(schedule, supply, index % 10 == 0);
    }
}

/// The script still makes and accepts the file as it is checked in. Where there is no Python the Rust side above is
/// what remains; the script then was run by whoever changed the file.
#[test]
fn the_script_agrees() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/vectors/conviction.py");
    match std::process::Command::new("python3").args([script, "check"]).output() {
        Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr)),
        Err(error) => eprintln!("skipped: python3 does not start ({error})"),
    }
}
