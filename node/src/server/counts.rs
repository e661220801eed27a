//! What the server counts, and how Prometheus reads it.

use super::Peer;
use std::{
    fmt::Write as _,
    sync::atomic::{AtomicU64, Ordering},
};
use zera_wire::PeerErrorKind;

/// Counters; they only grow, except the number of tabs.
#[derive(Debug, Default)]
pub struct Counts {
    tabs: AtomicU64,
    connections: AtomicU64,
    turned_away: AtomicU64,
    requests: AtomicU64,
    sent: AtomicU64,
    slow: AtomicU64,
    refused: [AtomicU64; 8],
}

/// Names of [`PeerErrorKind`], in its order.
const KINDS: [&str; 8] = ["malformed", "version", "other_chain", "not_found", "too_old", "busy", "refused", "internal"];

fn add(counter: &AtomicU64, count: u64) {
    counter.fetch_add(count, Ordering::Relaxed);
}

fn read(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}

impl Counts {
    /// A tab has come.
    pub fn came(&self) {
        add(&self.connections, 1);
        add(&self.tabs, 1);
    }

    /// A tab has gone.
    pub fn went(&self) {
        self.tabs.fetch_sub(1, Ordering::Relaxed);
    }

    /// Tabs connected.
    #[must_use]
    pub fn tabs(&self) -> u32 {
        u32::try_from(read(&self.tabs)).unwrap_or(u32::MAX)
    }

    /// A connection was not let in.
    pub fn turned_away(&self) {
        add(&self.turned_away, 1);
    }

    /// A question.
    pub fn request(&self) {
        add(&self.requests, 1);
    }

    /// Bytes sent to a tab.
    pub fn sent(&self, bytes: usize) {
        add(&self.sent, bytes as u64);
    }

    /// A tab that did not take a message in time.
    pub fn slow(&self) {
        add(&self.slow, 1);
    }

    /// A question that was refused.
    pub fn refused(&self, kind: PeerErrorKind) {
        if let Some(counter) = self.refused.get(kind as usize) {
            add(counter, 1);
        }
    }
}

/// Everything in Prometheus' text format, the engine's own included.
#[must_use]
pub fn metrics(peer: &Peer) -> String {
    let standing = peer.chain.standing().borrow().clone();
    let counts = &peer.counts;
    let age = peer.chain.now_ms().saturating_sub(standing.since_ms);
    let gauges = [
        ("zera_height", "Height of the newest final block", standing.head.height.0),
        ("zera_epoch", "Its epoch", standing.head.epoch),
        ("zera_slot", "Its slot", standing.head.slot.0),
        ("zera_head_age_ms", "Milliseconds since it became final here", age),
        ("zera_finality_ms_median", "Median of milliseconds from proposal to finality", standing.finality_ms.0.into()),
        ("zera_finality_ms_p99", "99th percentile of the same", standing.finality_ms.1.into()),
        ("zera_pool_transactions", "Transactions that wait", standing.pool.transactions.into()),
        ("zera_pool_bytes", "Their bytes", standing.pool.bytes),
        ("zera_state_page_bytes", "Bytes of the state's pages in memory", standing.page_bytes),
        ("zera_tabs", "Tabs connected", read(&counts.tabs)),
        ("zera_connections_open", "Connections open, those for the page included", peer.doors.open().into()),
        ("zera_peers", "Peers connected", peer.peers().iter().filter(|peer| peer.connected).count() as u64),
        ("zera_memory_bytes", "Resident memory of the process", resident().unwrap_or(0)),
    ];
    let counters = [
        ("zera_transactions_total", "Transactions in final blocks since the start", standing.transactions),
        ("zera_blocks_executed_total", "Blocks executed since the start", standing.executed),
        ("zera_faults_total", "Faults of validators recorded since the start", standing.faults),
        ("zera_chain_busy_us_total", "Microseconds that the chain's thread has worked", peer.chain.busy_us()),
        ("zera_tabs_total", "Tabs that ever connected", read(&counts.connections)),
        ("zera_turned_away_total", "Connections not let in", read(&counts.turned_away)),
        ("zera_requests_total", "Questions of tabs", read(&counts.requests)),
        ("zera_sent_bytes_total", "Bytes of messages to tabs", read(&counts.sent)),
        ("zera_slow_tabs_total", "Tabs let go because they did not take a message in time", read(&counts.slow)),
    ];
    let mut text = String::new();
    let mut series = |kind: &str, name: &str, help: &str, value: u64| {
        // Writing to a string does not fail.
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}");
    };
    gauges.into_iter().for_each(|(name, help, value)| series("gauge", name, help, value));
    counters.into_iter().for_each(|(name, help, value)| series("counter", name, help, value));
    let _ = writeln!(text, "# HELP zera_refused_total Questions refused\n# TYPE zera_refused_total counter");
    for (kind, counter) in KINDS.iter().zip(&counts.refused) {
        let _ = writeln!(text, "zera_refused_total{{kind=\"{kind}\"}} {}", read(counter));
    }
    text + &peer.engine_metrics()
}

/// Resident memory, bytes, where the system says.
fn resident() -> Option<u64> {
    let pages = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = pages.split(' ').nth(1)?.parse().ok()?;
    pages.checked_mul(4_096)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_refusal_has_its_name() {
        let last = PeerErrorKind::Internal as usize;
        assert_eq!(KINDS.len(), last + 1);
        let counts = Counts::default();
        counts.refused(PeerErrorKind::Busy);
        assert_eq!(counts.refused.iter().map(read).collect::<Vec<_>>(), [0, 0, 0, 0, 0, 1, 0, 0]);
        assert_eq!(KINDS[PeerErrorKind::Busy as usize], "busy");
    }
}
