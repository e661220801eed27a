//! Which pipeline gets which clusters: the heaviest first, each to the one with the least so far.

use zera_zip::Work;

/// What a transaction takes beside its gas, in gas: overlays, hashes, receipts.
const OVERHEAD: u64 = 5_000;
/// What it takes the coordinator to plan, send and take back one, in gas: it gets that much less to run itself.
const SENDING: u64 = 4_000;

/// A stage, divided.
pub struct Share {
    /// Clusters for the coordinator.
    pub here: Vec<usize>,
    /// Clusters for each other pipeline.
    pub elsewhere: Vec<Vec<usize>>,
}

/// Divides the clusters of `work` among the coordinator and `others` pipelines.
pub fn split(work: &Work<'_>, others: usize) -> Share {
    let mut weights: Vec<(u64, usize)> = work.stage.clusters.iter().enumerate().map(weigh(work)).collect();
    weights.sort_unstable_by_key(|(weight, cluster)| (std::cmp::Reverse(*weight), *cluster));
    let transactions: usize = work.stage.clusters.iter().map(|cluster| cluster.transactions.len()).sum();
    let mut loads = vec![(0u64, Vec::new()); others.saturating_add(1)];
    if let Some((load, _)) = loads.first_mut() {
        *load = SENDING.saturating_mul(transactions as u64);
    }
    for (weight, cluster) in weights {
        let least = loads.iter_mut().min_by_key(|(load, _)| *load);
        if let Some((load, clusters)) = least {
            *load = load.saturating_add(weight);
            clusters.push(cluster);
        }
    }
    let mut shares = loads.into_iter().map(|(_, mut clusters)| {
        clusters.sort_unstable();
        clusters
    });
    let here = shares.next().unwrap_or_default();
    Share { here, elsewhere: shares.collect() }
}

fn weigh<'w>(work: &'w Work<'_>) -> impl Fn((usize, &zera_zip::Cluster)) -> (u64, usize) + 'w {
    |(number, cluster)| {
        let transactions = cluster.transactions.len() as u64;
        (work.gas(number).saturating_add(transactions.saturating_mul(OVERHEAD)), number)
    }
}
