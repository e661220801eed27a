//! Runs of the samples, and whole proofs' worth of segments checked against the verifier's side.

use super::rows::{
    Chain, Rng,
    story::{Call, compute, pass, stories},
    twin::{Seen, Twin},
};
use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, PrimeField};
use zera_proof::circuit::{
    Cs,
    blinds::Blind,
    builder::Tables,
    segments::{Claimed, Plan, SegmentsError, segments},
};
use zera_proof_rows::{LogEntry, Program, Trace, host::arguments, space};
use zera_proof_verify::{
    Challenge,
    bus::{Public, public_sum},
    inputs::EndInputs,
};
use zera_vm::{Engine, Execution, Outcome, WasmiEngine, gas::STACK_UNITS};

/// Gas of a call beyond its beginning.
const GAS: u64 = 20_000_000;

/// A run with what the verifier knows of it.
pub struct Run {
    pub name: String,
    pub program: Program,
    pub trace: Trace,
    pub arguments: Vec<u64>,
    pub end: EndInputs,
    pub hidden: Vec<bool>,
}

impl Run {
    pub fn new(name: &str, args: &[u8], program: Program, trace: Trace) -> Self {
        let arguments = arguments(&program, args).expect("arguments of the entry");
        let any = trace.outcome == Outcome::OutOfGas && trace.last.0 != space::HOST_STOP;
        let end = EndInputs {
            pc: if any { 0 } else { trace.last.0 },
            any,
            result_public: trace.result.is_some(),
            result: trace.result.unwrap_or(0),
            words: u64::from(program.pages) * space::WORDS_PER_PAGE,
            ..EndInputs::default()
        };
        let hidden = vec![false; trace.log.len()];
        Self { name: name.to_owned(), program, trace, arguments, end, hidden }
    }

    pub fn plan(&self, native: bool) -> Result<Plan, SegmentsError> {
        let claimed = Claimed { end: self.end, arguments: &self.arguments, hidden: &self.hidden };
        let mut rng = Rng(3);
        let mut number = || Fr::from_le_bytes_mod_order(&rng.bytes(40));
        segments(&self.program, &self.trace, &claimed, native, || Blind { r: number(), g: number() })
    }

    /// All segments, filled.
    pub fn fill(&self, plan: &Plan) -> Vec<Cs> {
        let mut used = Tables::default();
        let mut out = Vec::new();
        for segment in &plan.segments {
            let cs = plan.fill(segment, &self.program, &self.trace, &used);
            used.add(&cs.tables);
            out.push(cs);
        }
        out
    }

    /// What the verifier adds.
    pub fn public(&self, plan: &Plan, challenge: &Challenge) -> Fr {
        let info = plan.segments.last().expect("an end segment").class.info();
        let args: Vec<Option<u64>> = (0..self.arguments.len())
            .map(|index| (!self.end.hidden.get(index).copied().unwrap_or(false)).then_some(self.arguments[index]))
            .collect();
        let log: Vec<(LogEntry, bool)> = self.trace.log.iter().copied().zip(self.hidden.iter().copied()).collect();
        let public = Public {
            program: &self.program,
            args: &args,
            stack_limit: STACK_UNITS,
            log: &log,
            rows: info.rows,
            registers: info.registers,
        };
        public_sum(&public, challenge).expect("it fits")
    }

    /// Every constraint holds, the bus closes, and the gas is right.
    pub fn check(&self) -> Plan {
        let plan = self.plan(true).unwrap_or_else(|error| panic!("{}: {error}", self.name));
        let challenge = challenge();
        let (mut sum, mut gas) = (self.public(&plan, &challenge), Fr::from(self.program.begin_gas));
        for cs in self.fill(&plan) {
            let assignment = cs.finish(&challenge).unwrap_or_else(|error| panic!("{}: {error}", self.name));
            sum += assignment.bus_sum();
            gas += assignment.gas_sum();
        }
        assert_eq!(gas, Fr::from(self.trace.gas), "{}", self.name);
        assert_eq!(sum, Fr::ZERO, "{}: the bus does not close", self.name);
        plan
    }
}

/// Some challenge.
pub fn challenge() -> Challenge {
    let mut rng = Rng(77);
    Challenge::new(Fr::from_le_bytes_mod_order(&rng.bytes(64)), Fr::from_le_bytes_mod_order(&rng.bytes(64)))
}

/// A sample's code.
pub fn prebuilt(name: &str) -> Vec<u8> {
    let path = format!("{}/../../modules/prebuilt/{name}.wasm", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every call of every story of the samples, in order.
pub fn runs(mut each: impl FnMut(Run)) {
    for (name, calls) in stories() {
        story(name, &calls, &mut each);
    }
}

fn story(name: &str, calls: &[Call], each: &mut impl FnMut(Run)) {
    let code = prebuilt(name);
    let twin = Twin::new(&code).expect("in the profile").unwrap_or_else(|reason| panic!("{name}: {reason}"));
    let engine = WasmiEngine::new();
    engine.prepare(&twin.info.code_hash, &code).expect("valid code");
    let mut chain = Chain::default();
    for call in calls {
        pass(&mut chain, call);
        let (program, trace, _) = same(&twin, call.entry, &call.args, &chain);
        each(Run::new(&format!("{name}.{}", call.entry), &call.args, program, trace));
        let request = zera_vm::CallRequest {
            code_hash: twin.info.code_hash,
            entry: call.entry,
            args: &call.args,
            gas: GAS,
            stack: STACK_UNITS,
        };
        let before = chain.clone();
        if engine.execute(&request, &mut chain).expect("no fault").outcome != Outcome::Ok {
            chain = before;
        }
    }
}

/// A run of the module that only computes.
pub fn computed(entry: &str, n: u32) -> Run {
    let (program, trace, _) = same(&compute(), entry, &n.to_le_bytes(), &Chain::default());
    Run::new(&format!("compute.{entry}({n})"), &n.to_le_bytes(), program, trace)
}

fn same(twin: &Twin, entry: &str, args: &[u8], chain: &Chain) -> (Program, Trace, Execution) {
    match twin.call(entry, args, chain, GAS) {
        Seen::Same(same) => *same,
        _ => panic!("{entry} cannot be proven"),
    }
}

/// A run of a module in text form.
pub fn text(wat: &str, entry: &str, args: &[u8], gas: u64) -> Run {
    let code = wat::parse_str(wat).expect("valid text format");
    let twin = Twin::new(&code).expect("in the profile").unwrap_or_else(|reason| panic!("{reason}"));
    match twin.call(entry, args, &Chain::default(), gas) {
        Seen::Same(same) => Run::new(entry, args, same.0, same.1),
        _ => panic!("{entry} cannot be proven"),
    }
}
