//! What storing a block's 1,000 entries costs in IndexedDB, strict durability for all ways.

use crate::{
    case::{Aim, Case},
    rounds::{self, Running, Side},
    stats::estimate,
    tab::{Bench, glue, thrown},
};
use std::rc::Rc;

const ENTRIES: u32 = 1_000;
const BYTES: u32 = 236;

/// Measures three ways.
///
/// # Errors
/// When the browser does not let us store.
pub async fn run(bench: &Bench) -> Result<Vec<Case>, String> {
    let database = Rc::new(glue::Database::open(ENTRIES, BYTES).await.map_err(thrown)?);
    let side = |way, name, most| Box::new(Commit { database: database.clone(), way, name, most }) as Box<dyn Side>;
    let mut sides = [
        side("node", "as the node does it", 64),
        side("puts", "one put per key", 4),
        side("transactions", "one transaction per key", 1),
    ];
    let measured = rounds::measure(&mut sides, &bench.effort, bench).await;
    database.remove().await.map_err(thrown)?;
    let rounds = measured?;
    let case = format!("commit of {ENTRIES} entries: one record, its summary, the head");
    let ms = rounds.time(0).value;
    Ok(vec![
        Case::exact(case.clone(), ms, "ms")
            .against("one put per key in one transaction: times as fast", estimate(&rounds.ratios(1, 0)))
            .aim(Aim::AtLeast(5.0))
            .noise(rounds.noise()),
        Case::exact(case, ms, "ms").against("one transaction per key: times as fast", estimate(&rounds.ratios(2, 0))),
    ])
}

struct Commit {
    database: Rc<glue::Database>,
    way: &'static str,
    name: &'static str,
    most: u32,
}

impl Side for Commit {
    fn name(&self) -> String {
        self.name.into()
    }

    fn run(&mut self, times: u32) -> Running<'_> {
        Box::pin(async move {
            for _ in 0..times {
                self.database.commit(self.way).await.map_err(thrown)?;
            }
            Ok(())
        })
    }

    fn most(&self) -> u32 {
        self.most
    }
}
