//! Sizes: constraints of each form, and of each class by part.

use std::collections::BTreeMap;
use zera_proof::circuit::{
    Cs, Witness,
    classes::{CLASSES, Room},
    form::{ALL, COUNT, PerForm},
};

/// Constraints of a row of each form, as built.
fn costs() -> PerForm<usize> {
    let mut costs = [0; COUNT];
    for form in ALL {
        let mut cs = Cs::shape();
        let before = cs.counts().constraints;
        form.gadget()(&mut cs, &Witness::default());
        costs[form as usize] = cs.counts().constraints - before;
    }
    costs
}

#[test]
fn every_class_fits_its_domain_and_fills_most_of_it() {
    for (form, cost) in ALL.into_iter().zip(costs()) {
        println!("{:<16}{cost:>4} constraints", format!("{form:?}"));
    }
    for class in CLASSES {
        if class.log_domain > 18 && std::env::var("ZERA_LONG").is_err() {
            continue;
        }
        let shape = class.shape();
        let used = shape.counts.constraints + shape.counts.inputs + 1;
        let domain = 1_usize << class.log_domain;
        let rows: u32 = match &class.room {
            Room::Exec(room) => room.iter().sum(),
            Room::End(size) => size.rows,
        };
        println!(
            "{:<10} 2^{}: {} constraints and inputs of {domain} ({} %), {} committed, {} late, {rows} rows",
            class.name,
            class.log_domain,
            used,
            used * 100 / domain,
            shape.counts.committed,
            shape.counts.late,
        );
        let mut parts: BTreeMap<&str, usize> = BTreeMap::new();
        for (label, count) in shape.census() {
            *parts.entry(label.part).or_default() += count;
        }
        for (part, count) in parts {
            println!("    {part:<18}{count:>8}");
        }
        assert!(used <= domain, "{} does not fit", class.name);
        assert_eq!(shape.counts.inputs, class.info().inputs as usize);
    }
}
