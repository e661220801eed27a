//! What a message to a worker and its answer cost: the reason for at most one per pipeline and stage.

use crate::{
    case::Case,
    rounds::{self, Running, Side},
    stats::estimate,
    tab::{Bench, glue, thrown},
};
use std::rc::Rc;

const ECHO: &str = "/bench/echo.js";
const SIZES: [(u32, &str); 3] = [(1 << 10, "1 KiB"), (64 << 10, "64 KiB"), (1 << 20, "1 MiB")];

/// Measures round trips of three sizes.
///
/// # Errors
/// When there are no workers.
pub async fn run(bench: &Bench) -> Result<Vec<Case>, String> {
    let echo = Rc::new(glue::Echo::begin(ECHO));
    bench.plan(SIZES.len());
    for (length, words) in SIZES {
        let side = |moved| Box::new(Trips { echo: echo.clone(), length, moved }) as Box<dyn Side>;
        let rounds = rounds::measure(&mut [side(true), side(false)], &bench.effort, bench).await?;
        let case = format!("a message of {words} to a worker and back, moved");
        bench.cases(&[Case::exact(case, rounds.time(0).value * 1e3, "µs")
            .against("copied: times as fast", estimate(&rounds.ratios(1, 0)))
            .noise(rounds.noise())]);
        bench.next();
    }
    echo.stop();
    Ok(Vec::new())
}

struct Trips {
    echo: Rc<glue::Echo>,
    length: u32,
    moved: bool,
}

impl Side for Trips {
    fn name(&self) -> String {
        if self.moved { "moved" } else { "copied" }.into()
    }

    fn run(&mut self, times: u32) -> Running<'_> {
        Box::pin(async move { self.echo.trips(self.length, self.moved, times).await.map_err(thrown) })
    }
}
