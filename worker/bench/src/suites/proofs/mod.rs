//! Proofs of execution: one segment against plain arkworks and snarkjs, whole proofs on the page's own provers, verifying.
//!
//! Needs what `cargo xtask bench tab --only proofs` puts beside the page: proving keys under `/keys/` and, for snarkjs, a
//! key and a witness of its own. So it is none of the suites of the page `/bench`.

mod run;
mod segment;
mod verifying;
mod whole;

use crate::{
    case::Case,
    rounds::Effort,
    tab::{Bench, sides::Call, tape::fetched},
};
use codec::Encode as _;
use run::Run;
use std::rc::Rc;
use zera_proof::circuit::segments::class;

const LENDING: &str = crate::suites::contract::LENDING;
const COUNTER: &str = "/samples/counter.wasm";
/// Base units of one ZRA.
const ZRA: u128 = zera_primitives::amount::UNITS_PER_ZRA;
/// Logarithm of the domain of class S.
const S: u8 = 16;

/// Measures everything.
///
/// # Errors
/// A side that fails, or two proofs of one segment.
pub async fn run(bench: &Bench) -> Result<Vec<Case>, String> {
    bench.plan(4);
    let full = Rc::new(filling().await?);
    let effort = effort(&bench.effort);
    segment::measure(bench, &effort, &full).await?;
    bench.next();
    let file = whole::measure(bench, &effort, "increment of counter, in one S", &full, true).await?;
    bench.next();
    let withdraw = Rc::new(Run::new(&withdraw().await?)?);
    let few = Effort { rounds: effort.rounds.min(3), attempts: 1, ..effort };
    whole::measure(bench, &few, "withdraw of lending-v1", &withdraw, false).await?;
    bench.next();
    verifying::measure(bench, &bench.effort, &file, &full).await?;
    let logic = whole::prove(&Run::new(&logic().await?)?).await?;
    verifying::sizes(bench, &logic)?;
    Ok(Vec::new())
}

/// Proofs take seconds: fewer rounds, and longer ones.
fn effort(page: &Effort) -> Effort {
    let quick = page.rounds <= Effort::QUICK.rounds;
    let (rounds, attempts) = if quick { (1, 1) } else { (7, 2) };
    Effort { rounds, attempts, sample_ms: 0.0, warm_ms: 0.0, most_ms: 240_000.0 }
}

/// A call of the counter that fills a segment S as far as calls of the samples do, with the end segment beside it.
async fn filling() -> Result<Run, String> {
    let (code, entry) = (fetched(COUNTER).await?, "increment");
    let before = vec![("new", 5u64.encode(), 0)];
    let call = Call { name: entry, code, entry, argument: 0, args: Vec::new(), value: 0, before, every: 0 };
    let run = Run::new(&call)?;
    let classes = run.session()?.classes();
    let first = classes.first().and_then(|id| class(*id)).map(|class| class.log_domain);
    if (classes.len(), first) == (2, Some(S)) { Ok(run) } else { Err(format!("it takes other classes: {classes:?}")) }
}

/// About 10,000 rows of a real module: storage, 128-bit arithmetic, an event.
async fn withdraw() -> Result<Call, String> {
    let args = ZRA.encode();
    let before =
        vec![("new", 450u32.encode(), 0), ("deposit", Vec::new(), 500 * ZRA), ("borrow", (40 * ZRA).encode(), 0)];
    let code = fetched(LENDING).await?;
    Ok(Call { name: "withdraw", code, entry: "withdraw", argument: 0, args, value: 0, before, every: 0 })
}

/// `critical_business_logic` of document 001.
async fn logic() -> Result<Call, String> {
    let (code, entry) = (fetched(COUNTER).await?, "critical_business_logic");
    Ok(Call { name: entry, code, entry, argument: 0, args: 7u64.encode(), value: 0, before: Vec::new(), every: 0 })
}
