//! Pipelines, engines and how they are checked, and the newest blocks' figures.

use crate::node::{
    Answer, Node,
    chain::{Chain, count},
    convert,
    lanes::Lane,
    run::Ticket,
    views::{code, modules},
    world::World,
};
use std::collections::{BTreeMap, BTreeSet};
use zera_primitives::{Gas, Hash, ModuleId};
use zera_vm::tiered::{EngineStats, Tier};
use zera_worker_protocol::{EngineTier, EngineView, Error, LaneTotals, PipelinesView, Response, SamplingView};

/// Codes that one answer names.
const ENGINES: usize = 256;
/// Modules looked at for what they run; and modules named per code.
const MODULES: (usize, usize) = (4_096, 64);

impl<W: World, T: Ticket> Node<W, T> {
    pub(in crate::node) fn pipelines(&self) -> Answer {
        let chain = self.chain()?;
        let settings = self.pool.settings();
        let mut stats = self.pool.engine().stats();
        stats.sort_by_key(|line| std::cmp::Reverse(line.counts.gas_fast.saturating_add(line.counts.gas_reference)));
        let sum = |one: fn(&EngineStats) -> u64| stats.iter().map(one).fold(0, u64::saturating_add);
        let (checked, agreed) = (sum(|line| line.counts.checked), sum(|line| line.counts.agreed));
        stats.truncate(ENGINES);
        let running = running(chain)?;
        let engines = stats.into_iter().map(|line| self.engine(chain, line, &running));
        Ok(Response::Pipelines(Box::new(PipelinesView {
            height: chain.stored(),
            count: self.pool.count(),
            available: self.pool.available().unwrap_or(0),
            wished: settings.pipelines,
            fast: settings.fast,
            no_fast: self.world.no_fast(),
            pipelines: self.pool.pipelines(),
            incidents: self.pool.incidents(),
            sampling: SamplingView {
                ppm: settings.sampling_ppm,
                checked,
                agreed,
                disagreements: self.differences.settled(),
            },
            engines: engines.collect::<Result<_, Error>>()?,
            blocks: self.lanes.all().filter(|lane| lane.height <= chain.stored()).map(totals).collect(),
        })))
    }

    fn engine(
        &self,
        chain: &Chain,
        line: EngineStats,
        running: &BTreeMap<Hash, Vec<ModuleId>>,
    ) -> Result<EngineView, Error> {
        let EngineStats { code, tier, counts } = line;
        let compiled = || code::stored(chain, &code).map_or(0, |view| view.instrumented_size.into());
        let compiled_bytes = if tier == Tier::Fast { compiled() } else { 0 };
        Ok(EngineView {
            code,
            name: code::manifest(chain, &code).ok().flatten().map_or_else(String::new, |manifest| manifest.name),
            modules: running.get(&code).cloned().unwrap_or_default(),
            tier: match tier {
                Tier::Reference => EngineTier::Reference,
                Tier::Fast => EngineTier::Fast,
                Tier::Refused(reason) => EngineTier::Refused { reason },
                Tier::Disagreed(reason) => EngineTier::Disagreed { reason },
            },
            calls_fast: counts.calls_fast,
            calls_reference: counts.calls_reference,
            gas_fast: counts.gas_fast,
            gas_reference: counts.gas_reference,
            checked: counts.checked,
            compiled_bytes,
            pooled: self.world.pooled(&code),
        })
    }
}

/// Which modules run which code now; of very many modules only the first are looked at.
fn running(chain: &Chain) -> Result<BTreeMap<Hash, Vec<ModuleId>>, Error> {
    let mut running: BTreeMap<Hash, Vec<ModuleId>> = BTreeMap::new();
    let ids = zera_registry::modules(chain.client.state()).map_err(convert::defect)?;
    for id in ids.into_iter().take(MODULES.0) {
        let code = modules::running(chain, &modules::record(chain, &id)?)?;
        let named = running.entry(code).or_default();
        if named.len() < MODULES.1 {
            named.push(id);
        }
    }
    Ok(running)
}

/// A block's execution in figures.
pub fn totals(lane: &Lane) -> LaneTotals {
    let schedule = &lane.schedule;
    let length = |(start, end): (u64, u64)| end.saturating_sub(start);
    let runs = || schedule.transactions.iter().flat_map(|placed| [Some(placed.tried), placed.serial]).flatten();
    let ran = || runs().filter(|(start, end)| (*start, *end) != (0, 0));
    let begin = ran().map(|(start, _)| start).min().unwrap_or(0);
    let end = ran().map(|(_, end)| end).max().unwrap_or(0);
    let pipelines: BTreeSet<u8> = schedule.transactions.iter().map(|placed| placed.pipeline).collect();
    let used = pipelines.iter().any(|pipeline| *pipeline > 0);
    LaneTotals {
        height: lane.height,
        transactions: count(schedule.transactions.len()),
        clusters: schedule.stages.iter().fold(0, |sum: u32, clusters| sum.saturating_add(*clusters)),
        stages: count(schedule.stages.len()),
        moved: count(schedule.transactions.iter().filter(|placed| placed.serial.is_some()).count()),
        pipelines: if used { lane.pipelines } else { 0 },
        gas: Gas(schedule.gas.0),
        critical_gas: schedule.critical_gas,
        busy_us: runs().map(length).fold(0, u64::saturating_add),
        lanes_us: end.saturating_sub(begin),
        total_us: schedule.total_us.saturating_add(schedule.root_us),
        messages: schedule.traffic.messages,
        bytes_out: schedule.traffic.bytes_out,
        bytes_in: schedule.traffic.bytes_in,
    }
}
