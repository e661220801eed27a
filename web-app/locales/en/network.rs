//! English: the network: modes, joining, peers, certificates, tabs, evidence. Part of `en`.
#![allow(missing_docs, reason = "each constant is its own documentation: the sentence")]

pub const NAV_NETWORK: &str = "Network";

// the node line
pub const MODE_LIGHT: &str = "Light node";
pub const MODE_FULL: &str = "Full node";
pub const MODE_LEADS: &str = "this tab leads {0}";
pub const MODE_FOLLOWS: &str = "another tab runs it";
pub const ONE_OTHER: &str = "other";
pub const MANY_OTHERS: &str = "others";
pub const NET_NAMED: &str = "network {0}";
pub const NO_PEERS: &str = "no peers, no network";
pub const ONE_AGREES: &str = "peer agrees";
pub const MANY_AGREE: &str = "peers agree";
pub const NONE_AGREES: &str = "no peer agrees";
pub const BY_CERTIFICATE: &str = "by certificate";
pub const SYNCING: &str = "{0} of {1} blocks run";

// paths
pub const BY_ITS_BLOCK: &str = "by its block’s roots";
pub const RE_RUN: &str = "re-executed";
pub const OVER_HEADER: &str = "over this header";
pub const PEERS_WORD: &str = "peers’ word";
pub const PEER_SAYS: &str = "{0} says so";
pub const GROUND_BROKEN: &str = "validators contradict themselves";
pub const GROUND_EXPIRED: &str = "a newer checkpoint is needed";
pub const P_CERTIFICATE_OLD: &str = "older than the trusting period: its validators may have sold their stake since, so their signatures prove nothing new";
pub const P_CERTIFICATE_BROKEN: &str = "the same validators certified two blocks of one height: no certificate of theirs proves anything until that is settled";
pub const P_SETS: &str = "Validator sets";
pub const P_SETS_HOW: &str = "each named in a header that the set before has certified, from the checkpoint on";
pub const P_GENESIS_CHOSEN: &str = "b3:{0}, the chain that you chose: taken on trust";
pub const P_CHECKPOINT: &str = "Checkpoint, block {0}";
pub const P_CHECKPOINT_TYPED: &str = "b3:{0}, accepted by you on {1}: taken on trust";
pub const P_CHECKPOINT_ORIGIN: &str = "b3:{0}, taken on trust from this page’s origin, {1}, on {2}";
pub const P_PROVEN: &str = "Merkle proofs";
pub const P_PROVEN_HOW: &str = "every entry of the state that was read came with a proof up to the root; what is computed from them was computed here";
pub const P_RAN_FULL_HOW: &str = "this tab ran {0} of {1} blocks since it was opened; the others it ran before, or began with a snapshot whose root a certificate names; {2} of {3} records hashed again";
pub const P_RANGE_HOW: &str = "each named by the one after it, up to the certified head";
pub const P_SERVED: &str = "served by a peer, hashed here";
pub const P_BLOCK_ROOTS: &str = "Header of block {0}";
pub const P_BLOCK_ROOTS_HOW: &str =
    "transactions and receipts hash to the roots in it, and its own hash leads to the certified head";
pub const P_LIST_ENTRIES: &str = "Each entry";
pub const P_LIST_ENTRIES_HOW: &str = "came with a proof up to the root";
pub const P_LIST_WHOLE: &str = "Nothing is left out";
pub const P_LIST_WHOLE_HOW: &str =
    "a tree of hashed keys cannot prove that; where two peers answer, the longer list counts if its entries prove";
pub const P_LIST_PEERS: &str = "The peers asked";
pub const P_LIST_PEERS_HOW: &str = "taken on trust; a full node runs every block instead";
pub const P_LIST_ABOUT: &str = "Whether this list is whole";
pub const LIST_NOTE: &str = "Each entry is proven. That none is missing:";

// the page's head
pub const NW_TITLE_SOLO: &str = "A chain of one’s own: one signer, no peers, {0}.";
pub const NW_TITLE: &str = "{0} on {1}, {2} behind the head, with {3}.";
pub const NW_TITLE_NEW: &str = "{0} on {1}; no block is verified yet.";
pub const NW_TITLE_STALLED: &str = "{0} on {1}: {2}.";
pub const NW_A_LIGHT: &str = "A light node";
pub const NW_A_FULL: &str = "A full node";
pub const NW_ONE_PEER: &str = "1 peer that agrees";
pub const NW_MANY_PEERS: &str = "{0} peers that agree";
pub const NW_NO_PEER: &str = "no peer that agrees";
pub const NW_LEAD_SOLO: &str = "Leaving it for a network needs no new software: the same node follows certificates instead of signing them. This chain stays stored.";
pub const NW_LEAD_LIGHT: &str = "It checks every certificate and every value that it shows, and executes nothing but questions. To run every block too, become a full node.";
pub const NW_LEAD_FULL: &str = "It runs every block itself and holds the result against the certified header.";
pub const NW_STALLED_OFFLINE: &str = "the browser is off line";
pub const NW_STALLED_NO_PEER: &str = "no peer is connected";
pub const NW_STALLED_NOTHING: &str = "its peers have nothing newer";
pub const NW_STALLED_UNVERIFIABLE: &str = "what its peers serve cannot be verified";
pub const NW_STALLED_EXPIRED: &str = "its newest verified block is too old to build on";
pub const NW_STALLED_CONFLICT: &str = "two finalised blocks contradict each other";
pub const NW_STALLED_RULES: &str = "the network runs other rules";
pub const NW_STALLED_STORAGE: &str = "this browser refuses to store";
pub const NW_MODE: &str = "Mode";
pub const NW_LIGHT: &str = "Light";
pub const NW_FULL: &str = "Full";
pub const NW_DISCONNECT: &str = "Disconnect";
pub const NW_TO_SOLO: &str = "Return to the solo chain?";
pub const NW_TO_SOLO_WHAT: &str = "This browser stops following the network. What it has verified stays stored, and so does the solo chain; you can join again at any time.";
pub const NW_TO_SOLO_YES: &str = "Return to the solo chain";
pub const NW_RANGE: &str = "Verified range";
pub const NW_RANGE_ABOUT: &str = "Blocks that are known to be on the verified chain";
pub const NW_RECEIVED: &str = "Received";
pub const NW_RECEIVED_NOTE: &str = "{0} sent";
pub const NW_TRAFFIC_ABOUT: &str = "Counted by this node since it started";
pub const NW_START: &str = "To the tip at the start";
pub const NW_START_NOTE: &str = "{0} downloaded";
pub const NW_START_ABOUT: &str = "From the checkpoint to the verified tip, when this node started";
pub const BY_COUNT: &str = "counted by this tab";
pub const NW_PROVEN: &str = "Entries proven";
pub const NW_PROVEN_NOTE: &str = "{0} kept in memory";
pub const NW_PROVEN_ABOUT: &str = "Entries of the state that came with a proof since the start";
pub const NW_SYNC: &str = "Run here";
pub const NW_SYNC_NOTE: &str = "of {0} blocks";
pub const NW_SYNC_ABOUT: &str = "Blocks that this node has executed";
pub const NW_FIGURES: &str = "Now";
pub const NW_FIGURES_NOTE: &str = "What reaching and following the head takes.";

// joining
pub const JOIN_TITLE: &str = "Join a network";
pub const JOIN_OR: &str = "Or join a network";
pub const JOIN_NOTE: &str = "You choose whom to ask and what to trust first. This chain stays stored.";
pub const JOIN_WHAT: &str = "Optional. A light node starts in about a second. You choose what to trust first:";
pub const JOIN_PEER: &str = "Start from peer";
pub const JOIN_PEER_HINT: &str = "host:port or ws://…/wire. Several, with spaces between them: two must agree.";
pub const JOIN_PEER_WRONG: &str = "Not an address of a peer: {0}.";
pub const JOIN_CHECKPOINT: &str = "Checkpoint";
pub const JOIN_CHECKPOINT_HINT: &str = "Compare it with a copy that you got elsewhere.";
pub const JOIN_CHECKPOINT_WRONG: &str =
    "Not a checkpoint: 64 digits of a genesis hash, optionally followed by :height:block hash:set hash.";
pub const JOIN_KIND: &str = "genesis, or genesis:height:block:set";
pub const JOIN_OF_BLOCK: &str = "block {0}";
pub const JOIN_OF_GENESIS: &str = "genesis";
pub const JOIN_WHY_PEER: &str = "Type the address of a peer.";
pub const JOIN_WHY_CHECKPOINT: &str = "Type a checkpoint, or take one on trust below.";
pub const JOIN_DO: &str = "Join the network";
pub const JOIN_FULL: &str = "Run every block, too (full node)";
pub const JOIN_PROBE: &str = "Ask the peer who it is";
pub const JOIN_ORIGIN: &str = "Ask this page’s origin";
pub const JOIN_PROBING: &str = "Asking {0}.";
pub const JOIN_JOINING: &str = "Connecting, and verifying the way from the checkpoint to the tip.";
pub const JOIN_ORIGIN_NONE: &str = "This page’s origin offers no checkpoint: it is not served by a peer ({0}).";
pub const JOIN_TAKEN_ORIGIN: &str = "this page’s origin, {0}";
pub const JOIN_TYPED: &str = "your own word";
pub const JOIN_OFFER: &str = "{0} answers";
pub const JOIN_OFFER_ABOUT: &str = "What a peer says of itself; nothing of it is checked yet";
pub const JOIN_SOFTWARE: &str = "Software";
pub const JOIN_CHAIN: &str = "Chain";
pub const JOIN_HEAD: &str = "Head";
pub const JOIN_ROUND_TRIP: &str = "Round trip";
pub const JOIN_RULES: &str = "Rules";
pub const JOIN_RULES_SAME: &str = "those of this client";
pub const JOIN_RULES_OTHER: &str = "others: only a light node is possible";
pub const JOIN_SAME_CHAIN: &str = "the chain of your checkpoint";
pub const JOIN_OTHER_CHAIN: &str = "another chain than that of your checkpoint";

// finality
pub const FI_NAME: &str = "Finality";
pub const FI_NOTE: &str = "Time from proposal to certificate, latest blocks. Median {0}.";
pub const FI_EMPTY: &str = "No block has become final while this tab looked.";
pub const FI_EMPTY_WHAT: &str = "A dot per block appears here as they do.";
pub const FI_ALT: &str = "Median {0} over {1} blocks; the slowest was block {2} with {3}.";
pub const FI_SLOWEST: &str = "{0}: {1}";
pub const FI_WAITING: &str = "{0} waiting";
pub const FI_TABLE: &str = "The same as a table";
pub const FI_WORK: &str = "Work here";
pub const FI_TOOK: &str = "To certificate";

// the certificate
pub const NW_CERT: &str = "Certificate of the tip";
pub const NW_CERT_NOTE: &str = "Block {0}. {1} needed, {2} valid.";
pub const NW_CERT_ABOUT: &str = "Checked again just now, signature by signature";
pub const NW_CERT_SET: &str = "Validator set of epoch {0}";
pub const NW_CERT_SET_WAY: &str = "{0}, certified by epoch {1}";
pub const NW_CERT_SET_FIRST: &str = "{0}, named by what you trust first";
pub const NW_CERT_QUORUM: &str = "Quorum";
pub const NW_CERT_QUORUM_OF: &str = "{0} of {1}, no weights";
pub const NW_ONE_NEEDED: &str = "signature";
pub const NW_MANY_NEEDED: &str = "signatures";
pub const NW_CERT_STRICT: &str = "verified strictly, {0}";
pub const ONE_SIGNATURE: &str = "Ed25519 signature";
pub const MANY_SIGNATURES: &str = "Ed25519 signatures";
pub const ONE_KEY: &str = "key";
pub const MANY_KEYS: &str = "keys";
pub const NW_VALIDATOR: &str = "Validator";
pub const NW_SIGNATURE: &str = "Signature";
pub const NW_CHECKED_IN: &str = "Checked in";
pub const NW_UNDER: &str = "< 100\u{a0}µs";
pub const NW_PROPOSER: &str = "proposer";
pub const NW_NOT_IN: &str = "not in the certificate";
pub const NW_NOT_NEEDED: &str = "not needed";
pub const NW_THE_BYTES: &str = "The signed bytes, {0}";
pub const NW_ROUND: &str = "Epoch {0}, view {1}, built on view {2}";
pub const NW_WAY: &str = "The way from the checkpoint, {0}";
pub const NW_WAY_TABLE: &str = "Epoch boundaries";
pub const NW_WAY_EPOCH: &str = "Epoch";
pub const NW_WAY_LAST: &str = "Last block";
pub const NW_WAY_SET: &str = "Names the set";
pub const ONE_BOUNDARY: &str = "boundary";
pub const MANY_BOUNDARIES: &str = "boundaries";
pub const NW_CERT_NEWEST: &str = "Take the newest";
pub const NW_SIGNATURES: &str = "Signatures";
pub const NW_PREVIOUS: &str = "Certificate of the block before";
pub const NW_EXPORT_HEADERS: &str = "Export with header chain";
pub const NW_CERT_NONE: &str = "This block has no certificate of its own.";
pub const NW_CERT_NONE_WHAT: &str = "It became final with a later one, whose parent hashes lead back to it.";

// peers
pub const PE_NAME: &str = "Peers";
pub const PE_NOTE: &str = "Two peers are asked where there are two; answers are compared, and whoever lies is dropped.";
pub const PE_NOTE_SOLO: &str = "A solo chain asks nobody.";
pub const PE_NONE: &str = "No peer is known.";
pub const PE_NONE_WHAT: &str = "Add one below; the node connects and asks it who it is.";
pub const PE_SOLO: &str = "This chain has no peers: one signer, this browser.";
pub const PE_PEER: &str = "Peer";
pub const PE_HEAD: &str = "Head";
pub const PE_ROUND_TRIP: &str = "Round trip";
pub const PE_SCORE: &str = "Score of 1,000";
pub const PE_SERVED: &str = "Served";
pub const PE_GOOD: &str = "Proofs good";
pub const PE_CONNECTING: &str = "connecting";
pub const PE_AGREES: &str = "what it served held";
pub const PE_NEW: &str = "nothing served yet";
pub const PE_BEHIND: &str = "behind the others";
pub const PE_WAITING: &str = "waits to try again";
pub const PE_WAITING_IN: &str = "tries again in {0}";
pub const PE_DROPPED: &str = "dropped for a lie";
pub const PE_DROPPED_AGO: &str = "{0}; dropped {1} ago, nothing of it kept";
pub const PE_WAITING_SINCE: &str = "{0}; since {1}";
pub const PE_SERVES_PAGE: &str = "serves this page";
pub const PE_ADD: &str = "Add a peer";
pub const PE_ADD_HINT: &str = "host:port or ws://…/wire";
pub const PE_REMOVE: &str = "Remove";
pub const PE_REMOVE_WHICH: &str = "Remove {0}";
pub const PE_CONNECTED: &str = "Connection";
pub const PE_CONNECTED_HOW: &str = "over {0}; its software calls itself {1}";
pub const PE_CONNECTED_NOT: &str = "none now";
pub const PE_CHECKED: &str = "Answers checked here";
pub const PE_CHECKED_HOW: &str = "{0} of {1} held";
pub const PE_NEED_NONE: &str = "Trust in the peer";
pub const PE_NEED_NONE_HOW: &str = "none is needed: what it says is held against certificates and proofs";
pub const NW_PEER_ABOUT: &str = "A peer, by what it has served so far";

// tabs
pub const TA_NAME: &str = "Tabs";
pub const TA_NOTE: &str = "One node for all tabs of this site.";
pub const TA_NOTE_TOOK: &str = "One node for all tabs of this site. The last hand-over took {0} ms.";
pub const ONE_TAB: &str = "tab";
pub const MANY_TABS: &str = "tabs";
pub const TA_TAB: &str = "Tab";
pub const TA_ROLE: &str = "Role";
pub const TA_SHOWS: &str = "Shows";
pub const TA_IF: &str = "If the leader closes";
pub const TA_THIS: &str = "This tab";
pub const TA_OPENED: &str = "Opened {0}";
pub const TA_LEADS: &str = "leads: runs the node";
pub const TA_FOLLOWS: &str = "follows";
pub const TA_NEXT: &str = "one of those that follow takes over";
pub const TA_ALONE: &str = "the node stops until a tab is opened";
pub const TA_IN_LINE: &str = "may take over";

// on this device
pub const DE_SETTINGS: &str = "Snapshots, and starting over";

// conflicts
pub const CO_NAME: &str = "Conflicts";
pub const CO_NOTE: &str = "Two certified blocks of one height: evidence against whoever signed both.";
pub const CO_TITLE: &str = "Two finalised blocks of height {0} contradict each other.";
pub const CO_LEAD: &str = "More than a third of the validators have signed both. This node has stopped following, and marks nothing of this chain as verified any more.";
pub const CO_OPEN: &str = "See the evidence";
pub const CO_FIRST: &str = "First block";
pub const CO_SECOND: &str = "Second block";
pub const CO_CERTIFIED: &str = "b3:{0}, its certificate was checked here";
pub const CO_SERVED: &str = "Served by";
pub const CO_FOUND: &str = "Found";
pub const CO_SIGNERS: &str = "Signed both";
pub const CO_EXPORT: &str = "Export the evidence";
pub const CO_DO: &str = "Save the file and give it to people whom you trust: it convinces anybody by its signatures alone. Then compare which of the two blocks others hold final, and join again from a checkpoint on that chain.";
pub const NW_CONFLICT_ABOUT: &str = "Two certificates of one height, both checked here";
pub const CO_ONE: &str = "validator";
pub const CO_MANY: &str = "validators";

// what is trusted
pub const TR_NAME: &str = "Taken on trust";
pub const TR_NOTE: &str = "Where checking begins. Nothing that a peer says is taken so.";
pub const TR_TIME: &str = "Of";
pub const TR_ACCEPTED: &str = "Accepted";
pub const TR_PERIOD: &str = "Trusting period";
pub const TR_PERIOD_ABOUT: &str = "How long certificates of a set count: as long as its stake cannot leave";
pub const TR_AGE: &str = "{0} % of {1} have passed since the newest verified block";
pub const TR_OLD: &str = "More than half of the trusting period has passed since the newest verified block.";
pub const TR_OLD_DO: &str =
    "Connect to the network before it ends. Later, a newer checkpoint from somebody whom you trust is needed.";
pub const TR_LONG: &str = "Long range";
pub const TR_LONG_WHAT: &str = "Keys that signed before the checkpoint, sold or stolen since, cannot make another past for you: it would not lead through this block. Keys of later sets could, once the trusting period has passed; then this node follows nobody until it has a newer checkpoint.";
pub const TR_ECLIPSE: &str = "Eclipse";
pub const TR_ECLIPSE_WHAT: &str = "If all peers that you ask work together, they can keep new blocks from you, and leave entries out of lists. They can forge neither a block nor an entry. A head that does not advance is said so; a peer from elsewhere ends it.";
pub const TR_ORIGIN: &str = "This page’s origin";
pub const TR_ORIGIN_WHAT: &str = "Serves the program that does all this checking, so it is trusted with everything. Compare the page with a build of your own, or serve it yourself.";

// banners
pub const ST_BANNER_OPEN: &str = "See the network";
pub const ST_BANNER_WHAT: &str = "Everything shown is as of block {0}, verified {1} ago.";
pub const ST_BANNER_NEVER: &str = "Nothing has been verified yet.";
pub const ST_BANNER_EXPIRED: &str =
    "Get a newer checkpoint from somebody whom you trust, return to the solo chain, and join again with it.";
pub const ST_BANNER_STORAGE: &str = "Give this site more room, or delete what you do not need; then reload.";

// words that differ by mode
pub const ST_FINAL_NET: &str = "{0} of {1} signatures needed";
pub const ST_SENT_NET: &str = "to the peers; this browser keeps it until it is final";
pub const OVERVIEW_LIGHT: &str =
    "This tab has verified this chain up to block {0} by certificates, and proves what it shows.";
pub const OVERVIEW_FULL: &str = "This tab follows this network up to block {0} and has run {1} of its blocks itself.";
pub const OVERVIEW_LEAD_NET: &str =
    "It rests on the checkpoint that you accepted, and on two thirds of the validators being honest.";
pub const OVERVIEW_BROKEN: &str = "Nothing of this chain is verified: its validators contradict themselves.";
pub const FINAL_ABOUT_NET: &str = "The newest block with a certificate that was checked here";
pub const NONE_RUN: &str = "none; entries are proven instead";
pub const TRANSACTIONS_UNSEEN: &str =
    "This tab has seen no transaction of this account; a light node keeps no index of others’.";
pub const SETTINGS_TITLE_NET: &str = "What this tab knows of the network is kept in this browser.";
pub const SETTINGS_LEAD_NET: &str = "Storage and starting over. The clock of a network is its own.";
pub const KEY_PANEL_WHY_NET: &str =
    "It signs for an account of this network. A new one holds nothing until somebody sends it ZRA.";

// a vote on the validators
pub const KIND_VALIDATORS: &str = "Set of validators";
pub const VA_CHANGES: &str = "Changes of the set";
pub const VA_ENTERS: &str = "enters";
pub const VA_LEAVES: &str = "leaves";
pub const VA_WHEN: &str =
    "Takes effect with the first block of the next epoch after enactment; until then today’s set signs.";
pub const VA_FAULT: &str =
    "The author names a fault, {0} as a peer recorded it. Nothing rests on it: the vote decides.";
pub const VA_SAVE: &str = "Save the fault’s bytes";
pub const VA_NOW: &str = "Who signs now";
pub const VA_REMOVE: &str = "Take out";
pub const VA_NEW: &str = "Take in";
pub const VA_NEW_HINT: &str = "Addresses of accounts, with spaces between them; each account’s key signs blocks.";
pub const VA_NOTHING: &str = "Take somebody in or out.";
pub const VA_FAULT_FILE: &str = "A recorded fault, if one is the reason";
pub const VA_NO_FAULT: &str = "Without it";

// notices
pub const N_PEER_DROPPED: &str = "Peer {0} was dropped: {1}. Nothing that it served was kept.";
pub const N_RECOVERED: &str = "The head advances again.";
pub const N_TOOK_OVER: &str = "This tab runs the node now; it took over in {0} ms.";
pub const N_MADE_ROOM: &str = "The browser’s storage was full; {0} of old blocks and caches were given up to go on.";
pub const N_EVICTED: &str = "The browser has deleted this site’s data. The node began again.";

pub const STALL_OFFLINE: &str = "The head does not advance: this browser is off line.";
pub const STALL_NO_PEER: &str = "The head does not advance: no peer is connected.";
pub const STALL_NOTHING_NEW: &str = "The head does not advance: the peers have nothing newer.";
pub const STALL_UNVERIFIABLE: &str = "The head does not advance: what the peers serve cannot be verified ({0}).";
pub const STALL_EXPIRED: &str = "The head does not advance: the newest verified block is older than the trusting period. A newer checkpoint is needed.";
pub const STALL_CONFLICT: &str = "Following has stopped: two finalised blocks contradict each other.";
pub const STALL_OTHER_RULES: &str =
    "The head does not advance: the network runs other rules than this client. Light mode still works.";
pub const STALL_STORAGE: &str = "The head does not advance: the browser refuses to store ({0}).";
