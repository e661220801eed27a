//! Proofs made with a known trapdoor: what whoever keeps the secrets of a set-up can do, and what these tests need to look at
//! every check of the verifier without a prover. Ships nowhere.

#![allow(dead_code, reason = "each test uses its part")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failed invariant in a test is a failed test"
)]

use ark_bn254::{Fr, G1Affine, G2Affine};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::{Field, PrimeField};
use zera_primitives::{Hash, Outcome};
use zera_proof_rows::{Kind, Program, Row, TRANSLATOR_VERSION};
use zera_proof_verify::{
    ClassInfo, ClassKeys, ClassKind, Emitted, Events, HostCall, HostLog, Keys, Origin, Part, Prepared, ProofFile,
    SegmentProof, Statement,
    bus::{Public, public_sum},
    inputs, points, rules,
    transcript::{challenge, commitments, program_digest},
};
use zera_vm::{AccessKind, StorageAccess, host::lookup, trace};

/// Numbers from a seed, the same on every machine.
pub struct Numbers(pub u64, u64);

impl Numbers {
    pub const fn new(seed: u64) -> Self {
        Self(seed, 0)
    }

    pub fn next(&mut self) -> Fr {
        self.1 += 1;
        let mut wide = [0u8; 64];
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.0.to_le_bytes()).update(&self.1.to_le_bytes());
        hasher.finalize_xof().fill(&mut wide);
        Fr::from_le_bytes_mod_order(&wide)
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.next().into_bigint().0[0] % end
    }
}

pub fn g1(scalar: Fr) -> G1Affine {
    (G1Affine::generator() * scalar).into_affine()
}

pub fn g2(scalar: Fr) -> G2Affine {
    (G2Affine::generator() * scalar).into_affine()
}

pub fn g1_bytes(scalar: Fr) -> [u8; 32] {
    points::to_bytes(&g1(scalar)).unwrap()
}

pub fn g2_bytes(scalar: Fr) -> [u8; 64] {
    points::to_bytes(&g2(scalar)).unwrap()
}

/// The secrets of one class.
#[derive(Clone, Debug)]
pub struct Secrets {
    pub alpha: Fr,
    pub beta: Fr,
    pub gamma: Fr,
    pub delta: Fr,
    pub delta_d: Fr,
    pub ic: Vec<Fr>,
}

/// A set-up whose secrets were kept.
#[derive(Clone, Debug)]
pub struct Trapdoor {
    pub infos: Vec<ClassInfo>,
    pub secrets: Vec<Secrets>,
}

pub const EXEC_S: u8 = 1;
pub const EXEC_M: u8 = 2;
pub const END_S: u8 = 9;

impl Trapdoor {
    /// Two small execution classes and one small end class.
    pub fn new(seed: u64) -> Self {
        let info = |id, kind, inputs: usize| {
            let end = kind == ClassKind::End;
            let size = |number: u32| if end { number } else { 0 };
            let (rows, registers, hidden_log) = (size(24), size(16), size(40));
            ClassInfo { id, kind, log_domain: 16, rows, registers, inputs: inputs as u32, hidden_log }
        };
        let infos = vec![
            info(EXEC_S, ClassKind::Exec, inputs::EXEC),
            info(EXEC_M, ClassKind::Exec, inputs::EXEC),
            info(END_S, ClassKind::End, inputs::END),
        ];
        Self::of(infos, seed)
    }

    /// Those classes with α, β, γ in common, as after one ceremony.
    pub fn of(infos: Vec<ClassInfo>, seed: u64) -> Self {
        let mut numbers = Numbers::new(seed);
        let [alpha, beta, gamma] = [0; 3].map(|_| numbers.next());
        let secrets = infos
            .iter()
            .map(|info| Secrets {
                alpha,
                beta,
                gamma,
                delta: numbers.next(),
                delta_d: numbers.next(),
                ic: (0..=info.inputs).map(|_| numbers.next()).collect(),
            })
            .collect();
        Self { infos, secrets }
    }

    pub fn keys(&self) -> Keys {
        let class = |(info, secrets): (&ClassInfo, &Secrets)| ClassKeys {
            info: info.clone(),
            circuit: Hash([info.id; 32]),
            proving_key: [info.id; 32],
            alpha_g1: g1_bytes(secrets.alpha),
            beta_g2: g2_bytes(secrets.beta),
            gamma_g2: g2_bytes(secrets.gamma),
            delta_g2: g2_bytes(secrets.delta),
            delta_d_g2: g2_bytes(secrets.delta_d),
            ic: secrets.ic.iter().map(|scalar| g1_bytes(*scalar)).collect(),
        };
        Keys { insecure: true, classes: self.infos.iter().zip(&self.secrets).map(class).collect() }
    }

    pub fn prepared(&self) -> Prepared {
        Prepared::new(self.keys()).unwrap()
    }

    fn class(&self, id: u8) -> (&ClassInfo, &Secrets) {
        self.infos.iter().zip(&self.secrets).find(|(info, _)| info.id == id).unwrap()
    }

    /// A proof of any statement at all: D first, then the challenge, then sums that cancel, then the equation solved for C.
    pub fn prove(&self, file: &mut ProofFile, program: &Program, exec: &[u8], seed: u64) {
        let mut numbers = Numbers::new(seed);
        let end = self.infos.iter().find(|info| info.kind == ClassKind::End).unwrap();
        let classes: Vec<u8> = exec.iter().copied().chain([end.id]).collect();
        let d: Vec<Fr> = classes.iter().map(|_| numbers.next()).collect();
        file.statement.keys = self.keys().digest();
        let blank = |(class, d): (&u8, &Fr)| SegmentProof {
            class: *class,
            a: [0; 32],
            b: [0; 64],
            c: [0; 32],
            d: g1_bytes(*d),
            sum: [0; 32],
            gas: [0; 32],
        };
        file.segments = classes.iter().zip(&d).map(blank).collect();
        let checked = rules::check(&file.statement, &file.log, program).unwrap();
        let digest = program_digest(program);
        let challenge = challenge(&file.statement, &file.log, &digest, &commitments(&file.segments));
        let public = Public {
            program,
            args: &checked.args,
            stack_limit: file.statement.stack_limit,
            log: &checked.log,
            rows: end.rows,
            registers: end.registers,
        };
        let mut sum = -public_sum(&public, &challenge).unwrap();
        let mut gas = Fr::from(file.statement.gas_charged) - Fr::from(program.begin_gas);
        let count = file.segments.len();
        for (index, (segment, d)) in file.segments.iter_mut().zip(d).enumerate() {
            let last = index + 1 == count;
            let (mine, my_gas) = if last { (sum, gas) } else { (numbers.next(), numbers.next()) };
            sum -= mine;
            gas -= my_gas;
            let inputs = inputs::inputs(&challenge, mine, my_gas, last.then_some(&checked.end));
            let (_, secrets) = self.class(segment.class);
            segment.sum = points::to_bytes(&mine).unwrap();
            segment.gas = points::to_bytes(&my_gas).unwrap();
            self.solve(segment, secrets, &inputs, d, &mut numbers);
        }
    }

    /// A, B at random and C so that the equation holds.
    pub fn solve(&self, segment: &mut SegmentProof, secrets: &Secrets, inputs: &[Fr], d: Fr, numbers: &mut Numbers) {
        let ic: Fr = secrets.ic.iter().zip([Fr::ONE].iter().chain(inputs)).map(|(k, x)| *k * x).sum();
        let (a, b) = (numbers.next(), numbers.next());
        let rest = a * b - secrets.alpha * secrets.beta - ic * secrets.gamma - d * secrets.delta_d;
        let c = rest * secrets.delta.inverse().unwrap();
        (segment.a, segment.b, segment.c) = (g1_bytes(a), g2_bytes(b), g1_bytes(c));
    }
}

/// A small program: two parameters, a result, globals, data; its rows need not make sense here.
pub fn program() -> Program {
    let row = |pc, kind, flags, imm| Row { pc, kind, flags, d: 3, a: 1, b: 2, imm, target: pc + 1 };
    let none = |pc| Row { pc, kind: Kind::None, flags: 0, d: 0, a: 0, b: 0, imm: 0, target: 0 };
    let mut rows: Vec<Row> = (0..5).map(none).collect();
    rows.push(row(5, Kind::Jump, 0, 12));
    rows.push(row(6, Kind::Const, 2, u64::MAX));
    rows.push(row(7, Kind::Add, 3, 0));
    rows.push(Row { target: 1, ..row(8, Kind::Jump, 0, 0) });
    Program {
        rows,
        counters: 9,
        globals: vec![7, u64::MAX],
        pages: 2,
        data: vec![(0, 5), (9, u64::MAX)],
        params: vec![true, false],
        result: Some(true),
        stack_slot: 3,
        begin_gas: 100,
    }
}

/// The same, called with bytes and answering with bytes.
pub fn bytes_program() -> Program {
    Program { params: Vec::new(), result: None, stack_slot: 1, ..program() }
}

pub fn id(name: &str) -> u16 {
    lookup(name).unwrap().id as u16
}

/// A call of a host function with its plain gas.
pub fn host_call(name: &str, args: &[u64], read: &[&[u8]], written: &[u8], returned: u64) -> HostCall {
    let function = lookup(name).unwrap();
    let bytes = read.iter().map(|bytes| bytes.len()).sum::<usize>() + written.len();
    let bytes = if name == "blake3" { bytes - 32 } else { bytes };
    HostCall {
        function: function.id as u16,
        args: args.to_vec(),
        read: read.iter().map(|bytes| Part::Public(bytes.to_vec())).collect(),
        written: Part::Public(written.to_vec()),
        returned,
        gas: function.base + function.per_byte * bytes as u64,
        whole: None,
    }
}

/// Calls of every kind that the verifier knows something about.
pub fn log() -> HostLog {
    let hash = *blake3::hash(b"abc").as_bytes();
    let mut cut = host_call("storage_get", &[64, 3, 128, 2], &[b"key"], b"va", 5);
    cut.whole = Some(b"value".to_vec());
    HostLog {
        calls: vec![
            host_call("storage_get", &[64, 3, 128, 16], &[b"key"], b"value", 5),
            cut,
            host_call("storage_get", &[67, 1, 128, 16], &[b"x"], b"", u32::MAX.into()),
            host_call("storage_set", &[64, 3, 131, 4], &[b"key", b"next"], b"", 0),
            host_call("storage_remove", &[64, 1], &[b"k"], b"", 0),
            host_call("blake3", &[70, 3, 200], &[b"abc"], &hash, 0),
            host_call("emit_event", &[64, 5, 128, 2], &[b"topic", b"\x01\x02"], b"", 0),
            host_call("slot", &[], &[], b"", 1_234_567),
            host_call("caller", &[300], &[], &[9; 32], 0),
        ],
        stop: None,
    }
}

/// The digests that the log comes to, and its storage accesses.
pub fn digests(log: &HostLog) -> (Hash, Hash) {
    let (mut host, mut storage) = (trace::HostDigest::default(), trace::StorageDigest::default());
    for call in &log.calls {
        let written = call.written.shown().unwrap_or_default();
        host.call(call.function, call.returned, call.gas, written);
        let shown = |at: usize| call.read.get(at).and_then(Part::shown).unwrap_or_default();
        let key = shown(0);
        if call.function == id("storage_get") {
            let value = call.whole.as_deref().or((call.returned != u64::from(u32::MAX)).then_some(written));
            storage.access(AccessKind::Read, key, value);
        } else if call.function == id("storage_set") {
            storage.access(AccessKind::Write, key, Some(shown(1)));
        } else if call.function == id("storage_remove") {
            storage.access(AccessKind::Remove, key, None);
        }
    }
    if let Some(stop) = &log.stop {
        host.stop(trace::HostStop { function: stop.function, gas: stop.gas });
        if let Some(StorageAccess { kind, key, value }) = &stop.access {
            storage.access(*kind, key, value.as_deref());
        }
    }
    (host.finish(), storage.finish())
}

/// A statement about the program above with that log.
pub fn statement(log: &HostLog) -> Statement {
    let (host_digest, storage_digest) = digests(log);
    let events: Vec<Emitted> = log
        .calls
        .iter()
        .filter(|call| call.function == id("emit_event"))
        .map(|call| {
            let part = |at: usize| call.read[at].shown().unwrap_or_default().to_vec();
            Emitted { topic: part(0), data: part(1) }
        })
        .collect();
    Statement {
        chain: Hash([1; 32]),
        runtime_version: 4,
        translator: TRANSLATOR_VERSION,
        keys: Hash::ZERO,
        code_hash: Hash([2; 32]),
        entry: "run".into(),
        args: vec![Part::Public(41u64.to_le_bytes().to_vec()), Part::Public(1u32.to_le_bytes().to_vec())],
        result: Some(Part::Public(42u64.to_le_bytes().to_vec())),
        events: Events::Public(events),
        outcome: Outcome::Ok,
        gas: 5_000,
        gas_charged: 5_000,
        gas_limit: 100_000,
        stack_limit: 1_000,
        host_digest,
        storage_digest,
        origin: Origin::Ledger { transaction: Hash([3; 32]), call: 0 },
        nonce: Hash([4; 32]),
    }
}

/// A file about that statement; `classes` are its execution segments.
pub fn file(trapdoor: &Trapdoor, classes: &[u8], seed: u64) -> ProofFile {
    let log = log();
    let statement = statement(&log);
    let mut file = ProofFile { statement, log, segments: Vec::new(), module: None };
    trapdoor.prove(&mut file, &program(), classes, seed);
    file
}

/// A statement about a run on the prover's machine.
pub fn local(log: &HostLog) -> Statement {
    Statement { origin: Origin::Local, ..statement(log) }
}

/// With these reads hidden.
pub fn hidden_read(mut call: HostCall, parts: &[usize]) -> HostCall {
    for part in parts {
        call.read[*part] = Part::Hidden(call.read[*part].len() as u32);
    }
    call
}

/// With what it wrote hidden.
pub fn hidden_written(mut call: HostCall) -> HostCall {
    call.written = Part::Hidden(call.written.len() as u32);
    call
}

/// A call by bytes: reads 12 bytes of arguments in two pieces, emits an event, writes a result.
pub fn by_bytes() -> (HostLog, Statement) {
    let log = HostLog {
        calls: vec![
            host_call("input_len", &[], &[], b"", 12),
            hidden_written(host_call("input_read", &[64, 0, 8], &[], &[1; 8], 0)),
            hidden_written(host_call("input_read", &[75, 8, 4], &[], &[2; 4], 0)),
            hidden_read(host_call("emit_event", &[64, 5, 128, 2], &[b"topic", b"\x01\x02"], b"", 0), &[0, 1]),
            hidden_read(host_call("output_write", &[64, 3], &[b"abc"], b"", 0), &[0]),
        ],
        stop: None,
    };
    let (host_digest, storage_digest) = digests(&log);
    let base = local(&HostLog::default());
    let statement = Statement {
        args: vec![Part::Hidden(12)],
        result: Some(Part::Hidden(3)),
        events: Events::Hidden(1),
        host_digest,
        storage_digest,
        ..base
    };
    (log, statement)
}
