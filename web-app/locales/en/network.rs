//! The network: modes, peers, certificates, tabs.

pub const N_PEER_DROPPED: &str = "Peer {0} was dropped: {1}. Nothing that it served was kept.";
pub const N_RECOVERED: &str = "The head advances again.";
pub const N_CONFLICT: &str =
    "Two finalised blocks of height {0} contradict each other. This node has stopped following; the network page has the evidence.";
pub const N_TOOK_OVER: &str = "This tab runs the node now; it took over in {0} ms.";
pub const N_MADE_ROOM: &str = "The browser's storage was full; {0} of old blocks and caches were given up to go on.";
pub const N_EVICTED: &str = "The browser has deleted this site's data. The node began again.";

pub const STALL_OFFLINE: &str = "The head does not advance: this browser is off line.";
pub const STALL_NO_PEER: &str = "The head does not advance: no peer is connected.";
pub const STALL_NOTHING_NEW: &str = "The head does not advance: the peers have nothing newer.";
pub const STALL_UNVERIFIABLE: &str = "The head does not advance: what the peers serve cannot be verified ({0}).";
pub const STALL_EXPIRED: &str =
    "The head does not advance: the newest verified block is older than the trusting period. A newer checkpoint is needed.";
pub const STALL_CONFLICT: &str = "Following has stopped: two finalised blocks contradict each other.";
pub const STALL_OTHER_RULES: &str = "The head does not advance: the network runs other rules than this client. Light mode still works.";
pub const STALL_STORAGE: &str = "The head does not advance: the browser refuses to store ({0}).";
