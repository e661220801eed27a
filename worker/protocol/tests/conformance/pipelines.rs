//! Samples of how blocks are executed: pipelines, lanes, engines.

use zera_primitives::{Gas, Hash, Height, ModuleId, Outcome};
use zera_worker_protocol::{Response, views::*};

/// How blocks are executed.
pub fn answers() -> Vec<Response> {
    let (module, hash) = (ModuleId([1; 32]), Hash([2; 32]));
    let totals = LaneTotals {
        height: Height(1),
        transactions: 2,
        clusters: 3,
        stages: 4,
        moved: 5,
        pipelines: 6,
        gas: Gas(7),
        critical_gas: Gas(8),
        busy_us: 9,
        lanes_us: 10,
        total_us: 11,
        messages: 12,
        bytes_out: 13,
        bytes_in: 14,
    };
    let phases =
        [Phase::Opening, Phase::Planning, Phase::Stage(1), Phase::Serial, Phase::Closing, Phase::Root, Phase::Commit];
    let engines = [EngineUse::None, EngineUse::Fast, EngineUse::Reference, EngineUse::Both];
    let run = |engine| RunView {
        transaction: 1,
        cluster: Some((2, 3)),
        pipeline: Some(4),
        start_us: 5,
        end_us: 6,
        gas: Gas(7),
        engine,
        kept: true,
    };
    let transaction = LaneTransaction {
        hash,
        module: Some(module),
        entry: "entry".into(),
        calls: 1,
        hinted: 2,
        outcome: Outcome::Ok,
        gas: Gas(3),
    };
    let conflict = ConflictView { name: "key".into(), module: Some(module), writers: vec![1], readers: vec![2] };
    let lanes = LanesView {
        totals: totals.clone(),
        phases: phases.map(|phase| PhaseView { phase, start_us: 1, end_us: 2 }).into(),
        transactions: vec![transaction],
        runs: engines.map(run).into(),
        conflicts: vec![conflict],
        conflicts_left_out: 3,
    };
    vec![Response::Pipelines(Box::new(view(totals))), Response::Lanes(Box::new(lanes))]
}

fn view(totals: LaneTotals) -> PipelinesView {
    let (module, hash) = (ModuleId([1; 32]), Hash([2; 32]));
    let states = [PipelineState::Starting, PipelineState::Idle, PipelineState::Busy, PipelineState::Down];
    let pipeline = |state| PipelineView { number: 1, state, jobs: 2, busy_us: 3, gas: 4, replaced: 5, codes: 6 };
    let kinds = [
        IncidentKind::Trapped,
        IncidentKind::Hung,
        IncidentKind::OutOfMemory,
        IncidentKind::Garbled,
        IncidentKind::NotStarted,
    ];
    let incident = |kind| IncidentView {
        height: Some(Height(1)),
        pipeline: 2,
        kind,
        detail: "detail".into(),
        redone: true,
        at_ms: 3,
    };
    let disagreement = DisagreementView {
        height: Height(1),
        code: hash,
        modules: vec![module],
        entry: "entry".into(),
        what: "gas".into(),
        fast: "1".into(),
        reference: "2".into(),
        went_back_to: Height(3),
        at_ms: 4,
    };
    let tiers = [
        EngineTier::Reference,
        EngineTier::Fast,
        EngineTier::Refused { reason: "why".into() },
        EngineTier::Disagreed { reason: "why".into() },
    ];
    let engine = |tier| EngineView {
        code: hash,
        name: "name".into(),
        modules: vec![module],
        tier,
        calls_fast: 1,
        calls_reference: 2,
        gas_fast: 3,
        gas_reference: 4,
        checked: 5,
        compiled_bytes: 6,
        pooled: 7,
    };
    PipelinesView {
        height: Height(1),
        count: 2,
        available: 3,
        wished: Some(4),
        fast: true,
        no_fast: Some("why".into()),
        pipelines: states.map(pipeline).into(),
        incidents: kinds.map(incident).into(),
        sampling: SamplingView { ppm: 5, checked: 6, agreed: 7, disagreements: vec![disagreement] },
        engines: tiers.map(engine).into(),
        blocks: vec![totals],
    }
}
