//! Where the runs of a block lie in time and on which lane. Pure: no drawing, no browser.
//!
//! Clocks of browsers tick every 100 µs or so, and many runs are shorter: runs of one lane that begin in one tick share
//! the time until the last of them ends, each by its gas.

use zera_worker_protocol::{LanesView, Phase, RunView};

/// One run on its lane.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bar {
    /// Which run of the view.
    pub run: usize,
    /// Its begin, nanoseconds.
    pub start: u64,
    /// Its end, nanoseconds.
    pub end: u64,
}

/// What one pipeline, or the node itself, did.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lane {
    /// The pipeline; none for the node.
    pub pipeline: Option<u8>,
    /// Its runs, in order of their begins.
    pub bars: Vec<Bar>,
    /// Time that the runs took, microseconds.
    pub busy_us: u64,
    /// Gas of them.
    pub gas: u64,
}

/// The lanes of a block: pipelines by number, those without work too, and then the node's own.
#[must_use]
pub fn lanes(view: &LanesView) -> Vec<Lane> {
    let used = view.runs.iter().filter_map(|run| run.pipeline).map(|number| number.saturating_add(1)).max();
    let count = view.totals.pipelines.max(used.unwrap_or(0));
    (0..count).map(Some).chain([None]).map(|pipeline| lane(&view.runs, pipeline)).collect()
}

fn lane(runs: &[RunView], pipeline: Option<u8>) -> Lane {
    let mut mine: Vec<(usize, &RunView)> =
        runs.iter().enumerate().filter(|(_, run)| run.pipeline == pipeline).collect();
    mine.sort_by_key(|(_, run)| run.start_us);
    let took = |run: &RunView| run.end_us.saturating_sub(run.start_us);
    let busy_us = mine.iter().fold(0u64, |sum, (_, run)| sum.saturating_add(took(run)));
    let gas = mine.iter().fold(0u64, |sum, (_, run)| sum.saturating_add(run.gas.0));
    let bars = mine.chunk_by(|(_, a), (_, b)| a.start_us == b.start_us).flat_map(shared).collect();
    Lane { pipeline, bars, busy_us, gas }
}

/// Runs of one tick, one after another.
fn shared(runs: &[(usize, &RunView)]) -> Vec<Bar> {
    let start = runs.first().map_or(0, |(_, run)| run.start_us).saturating_mul(1_000);
    let end = runs.iter().map(|(_, run)| run.end_us).max().unwrap_or(0).saturating_mul(1_000).max(start);
    let weight = |run: &RunView| u128::from(run.gas.0.max(1));
    let whole: u128 = runs.iter().map(|(_, run)| weight(run)).sum();
    let span = u128::from(end - start);
    let mut before: u128 = 0;
    let at =
        |part: u128| start.saturating_add(u64::try_from(part.saturating_mul(span) / whole.max(1)).unwrap_or(u64::MAX));
    let mut bars = Vec::with_capacity(runs.len());
    for (run, view) in runs {
        let from = at(before);
        before += weight(view);
        bars.push(Bar { run: *run, start: from, end: at(before) });
    }
    bars
}

/// From when to when the picture goes, microseconds: the whole block, or its lanes alone. Writing down is left out: the
/// next block does not wait for it.
#[must_use]
pub fn window(view: &LanesView, lanes_only: bool) -> (u64, u64) {
    let runs = view.runs.iter().map(|run| (run.start_us, run.end_us));
    let phases = view.phases.iter().filter(|phase| match phase.phase {
        Phase::Stage(_) | Phase::Serial => true,
        Phase::Commit => false,
        _ => !lanes_only,
    });
    let all = || runs.clone().chain(phases.clone().map(|phase| (phase.start_us, phase.end_us)));
    let from = if lanes_only { all().map(|(start, _)| start).min().unwrap_or(0) } else { 0 };
    let to = all().map(|(_, end)| end).max().unwrap_or(0);
    let to = if lanes_only { to } else { to.max(view.totals.total_us) };
    (from, to.max(from.saturating_add(1)))
}

/// The run at `time` (nanoseconds) on a lane, or the one nearest to it.
#[must_use]
pub fn nearest(lane: &Lane, time: u64) -> Option<usize> {
    let distance = |bar: &&Bar| {
        if time < bar.start { bar.start - time } else { time.saturating_sub(bar.end) }
    };
    lane.bars.iter().min_by_key(distance).map(|bar| bar.run)
}

#[cfg(test)]
mod tests {
    use super::*;
    use zera_primitives::{Gas, Height};
    use zera_worker_protocol::{EngineUse, LaneTotals, PhaseView};

    fn run(pipeline: Option<u8>, start_us: u64, end_us: u64, gas: u64) -> RunView {
        let cluster = pipeline.map(|_| (0, 0));
        RunView {
            transaction: 0,
            cluster,
            pipeline,
            start_us,
            end_us,
            gas: Gas(gas),
            engine: EngineUse::Fast,
            kept: true,
        }
    }

    fn view(pipelines: u8, runs: Vec<RunView>) -> LanesView {
        let totals = LaneTotals {
            height: Height(1),
            transactions: 0,
            clusters: 0,
            stages: 0,
            moved: 0,
            pipelines,
            gas: Gas(0),
            critical_gas: Gas(0),
            busy_us: 0,
            lanes_us: 0,
            total_us: 900,
            messages: 0,
            bytes_out: 0,
            bytes_in: 0,
        };
        let phase = |phase, start_us, end_us| PhaseView { phase, start_us, end_us };
        let phases =
            vec![phase(Phase::Opening, 0, 90), phase(Phase::Stage(0), 100, 650), phase(Phase::Commit, 900, 9_000)];
        LanesView { totals, phases, transactions: Vec::new(), runs, conflicts: Vec::new(), conflicts_left_out: 0 }
    }

    #[test]
    fn runs_of_one_tick_share_it_by_gas() {
        let runs = vec![
            run(Some(0), 100, 100, 1),
            run(Some(0), 100, 100, 2),
            run(Some(0), 100, 200, 1),
            run(Some(0), 200, 300, 9),
        ];
        let lanes = lanes(&view(1, runs));
        let bars: Vec<_> = lanes[0].bars.iter().map(|bar| (bar.run, bar.start, bar.end)).collect();
        assert_eq!(bars, [(0, 100_000, 125_000), (1, 125_000, 175_000), (2, 175_000, 200_000), (3, 200_000, 300_000)]);
        assert_eq!((lanes[0].busy_us, lanes[0].gas), (200, 13));
    }

    #[test]
    fn a_pipeline_without_work_has_its_lane_and_the_node_comes_last() {
        let lanes = lanes(&view(3, vec![run(None, 5, 6, 1), run(Some(1), 0, 4, 1)]));
        let shape: Vec<_> = lanes.iter().map(|lane| (lane.pipeline, lane.bars.len())).collect();
        assert_eq!(shape, [(Some(0), 0), (Some(1), 1), (Some(2), 0), (None, 1)]);
        let more = super::lanes(&view(0, vec![run(Some(1), 0, 4, 1)]));
        assert_eq!(more.len(), 3, "a run on a pipeline that the figures leave out still has its lane");
    }

    #[test]
    fn the_window_leaves_out_writing_and_can_leave_out_all_but_the_lanes() {
        let seen = view(1, vec![run(Some(0), 120, 700, 1)]);
        assert_eq!((window(&seen, false), window(&seen, true)), ((0, 900), (100, 700)));
        assert_eq!(window(&view(0, Vec::new()), true), (100, 650));
    }

    #[test]
    fn a_pointer_finds_the_run_under_it_or_the_nearest() {
        let lane = &lanes(&view(1, vec![run(Some(0), 1, 2, 1), run(Some(0), 10, 20, 1)]))[0];
        let found = |time| nearest(lane, time);
        assert_eq!(
            (found(0), found(1_500), found(7_000), found(15_000), found(99_000)),
            (Some(0), Some(0), Some(1), Some(1), Some(1))
        );
        assert_eq!(nearest(&lanes(&view(1, Vec::new()))[0], 5), None);
    }

    #[test]
    fn times_of_a_broken_clock_do_no_harm() {
        let lanes =
            lanes(&view(1, vec![run(Some(0), u64::MAX, 3, u64::MAX), run(Some(0), u64::MAX, u64::MAX, u64::MAX)]));
        assert_eq!(lanes[0].bars.len(), 2);
    }
}
