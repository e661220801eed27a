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

const GUEST: &str = crate::suites::contract::GUEST;
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
    let file = whole::measure(bench, &effort, "a call that fills S", &full, true).await?;
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

/// The longest run of the guest's interest whose proof is one segment S and the end's.
async fn filling() -> Result<Run, String> {
    let code = fetched(GUEST).await?;
    let run = |rounds: i32| Run::new(&compute(&code, "interest", rounds));
    let fits = |run: &Run| {
        let classes = run.session()?.classes();
        let first = classes.first().and_then(|id| class(*id)).map(|class| class.log_domain);
        Ok::<_, String>((classes.len(), first) == (2, Some(S)))
    };
    let (mut least, mut most) = (1, 4_096);
    if !fits(&run(least)?)? {
        return Err("the shortest run of the guest does not fit S".into());
    }
    while most - least > 1 {
        let middle = (least + most) / 2;
        if run(middle).and_then(|run| fits(&run)).unwrap_or(false) { least = middle } else { most = middle }
    }
    run(least)
}

fn compute(code: &[u8], entry: &'static str, argument: i32) -> Call {
    let args = argument.to_le_bytes().to_vec();
    Call { name: entry, code: code.to_vec(), entry, argument, args, value: 0, before: Vec::new(), every: 0 }
}

/// About 10,000 rows of a real module: storage, 128-bit arithmetic, an event.
async fn withdraw() -> Result<Call, String> {
    let args = ZRA.encode();
    let before = vec![("new", 450u32.encode(), 0), ("deposit", Vec::new(), 500 * ZRA)];
    let code = fetched(LENDING).await?;
    Ok(Call { name: "withdraw", code, entry: "withdraw", argument: 0, args, value: 0, before, every: 0 })
}

/// `critical_business_logic` of document 001.
async fn logic() -> Result<Call, String> {
    let (code, entry) = (fetched(COUNTER).await?, "critical_business_logic");
    Ok(Call { name: entry, code, entry, argument: 0, args: 7u64.encode(), value: 0, before: Vec::new(), every: 0 })
}
