//! Which memory host functions read and write: the table of rows against `host_api.json`, and against what `zera_vm` does.

#![allow(clippy::expect_used, clippy::panic, reason = "a failed invariant is a failed test")]

mod common;

use common::Chain;
use std::cell::RefCell;
use zera_primitives::Hash;
use zera_proof_rows::{LogEntry, host};
use zera_vm::{
    CallRequest, Engine, GuestMemory, HostReply, RunningCall, WasmiEngine,
    abi::ValKind,
    host::table::{FUNCTIONS, HostId},
};

/// One parameter in `host_api.json`: its name and kind.
fn parameters(function: &serde_json::Value) -> Vec<(String, String)> {
    let text = |value: &serde_json::Value| value.as_str().expect("text").to_owned();
    let pairs = function["params"].as_array().expect("a list").iter();
    pairs.map(|pair| (text(&pair[0]), text(&pair[1]))).collect()
}

#[test]
fn the_table_is_that_of_the_host_api() {
    let api: serde_json::Value =
        serde_json::from_str(include_str!("../../../vm/src/host/host_api.json")).expect("valid JSON");
    let functions = api["functions"].as_array().expect("a list");
    for (number, known) in FUNCTIONS.iter().enumerate() {
        let function = functions.iter().find(|function| function["name"] == known.name).expect("in the table");
        let parameters = parameters(function);
        // Every argument another one; lengths are told from pointers by them.
        let args: Vec<u64> = (0..parameters.len() as u64).map(|at| 100 + at).collect();
        let regions = host::regions(number as u16, &args).unwrap_or_else(|| panic!("{} has no regions", known.name));
        let (mut read, mut write) = (Vec::new(), None);
        for (at, (name, kind)) in parameters.iter().enumerate() {
            let digits: String = name.chars().filter(char::is_ascii_digit).collect();
            match (kind.as_str(), digits.parse::<u32>()) {
                ("in", Ok(fixed)) => read.push((args[at] as u32, fixed)),
                ("in", Err(_)) => {
                    assert!(parameters[at + 1].0.ends_with("len"), "{}: {name} has no length", known.name);
                    read.push((args[at] as u32, args[at + 1] as u32));
                }
                ("out", _) => assert_eq!(write.replace(args[at] as u32), None, "{} writes twice", known.name),
                _ => {}
            }
        }
        assert_eq!((regions.read, regions.write), (read, write), "{}", known.name);
    }
    assert_eq!(host::regions(FUNCTIONS.len() as u16, &[]), None);
    assert_eq!(host::regions(HostId::Height as u16, &[1]), None, "another number of arguments");
}

/// Memory that notes what is touched.
struct Noting {
    bytes: Vec<u8>,
    read: RefCell<Vec<(u32, u32)>>,
    written: Vec<(u32, Vec<u8>)>,
}

impl GuestMemory for Noting {
    fn read(&self, ptr: u32, len: u32) -> Option<Vec<u8>> {
        let bytes = self.bytes.get(ptr as usize..ptr as usize + len as usize)?.to_vec();
        self.read.borrow_mut().push((ptr, len));
        Some(bytes)
    }
    fn write(&mut self, ptr: u32, bytes: &[u8]) -> bool {
        self.written.push((ptr, bytes.to_vec()));
        self.contains(ptr, bytes.len() as u32)
    }
    fn contains(&self, ptr: u32, len: u32) -> bool {
        ptr as usize + len as usize <= self.bytes.len()
    }
}

/// Memory of letters, so that names are names.
fn letters() -> Noting {
    Noting { bytes: vec![b't'; 4_096], read: RefCell::default(), written: Vec::new() }
}

fn chain() -> Chain {
    let mut chain = Chain { returns: Some((b"result".to_vec(), 77)), ..Chain::default() };
    chain.storage.insert(b"ttt".to_vec(), b"a value".to_vec());
    chain.old_storage = chain.storage.clone();
    chain.old_storage.insert(b"tttu".to_vec(), Vec::new());
    chain
}

/// Calls a host function with `args` on letters; what was touched, and whether it answered.
fn called(id: HostId, args: &[u64], chain: &mut Chain) -> (Noting, bool) {
    let code = wat::parse_str("(module (func (export \"go\")))").expect("valid text format");
    let engine = WasmiEngine::new();
    let info = engine.prepare(&Hash::of(&code), &code).expect("in the profile");
    let request = CallRequest { code_hash: info.code_hash, entry: "go", args: b"input", gas: 1 << 40, stack: 10_000 };
    let (mut running, _) = RunningCall::begin(&info, &request, chain).expect("it begins");
    let mut memory = letters();
    let before = running.gas();
    let reply = running.host(&FUNCTIONS[id as usize], args, before, 10_000, &mut memory);
    (memory, matches!(reply, HostReply::Return { .. }))
}

/// Arguments with which each function answers.
fn fitting(id: HostId) -> Vec<u64> {
    let known = &FUNCTIONS[id as usize];
    if matches!(id, HostId::InputRead | HostId::ReturnedRead) {
        return vec![100, 0, 0];
    }
    // Pointers and lengths of three letters; no constructor gets more than it may.
    let args = known.params.iter().enumerate();
    args.map(|(at, kind)| {
        if *kind == ValKind::I64 {
            9
        } else if at % 2 == 1 {
            3
        } else {
            200 + 100 * at as u64
        }
    })
    .collect()
}

#[test]
fn the_host_touches_what_the_table_says() {
    for known in FUNCTIONS {
        let args = match known.id {
            // Three parameters before the second length.
            HostId::GetContractWasmRef | HostId::UpdateCurrentContractExecutableRef => vec![100, 200, 3, 300],
            HostId::CreateContractWithExternalRef => vec![100, 200, 3, 300, 400],
            HostId::CreateContractWithExternalRefAndConstructor => vec![100, 200, 3, 300, 400, 5, 500, 600],
            HostId::CallModule => vec![100, 200, 3, 300, 5, 400],
            _ => fitting(known.id),
        };
        let args = &args[..known.params.len()];
        let (memory, answered) = called(known.id, args, &mut chain());
        let regions = host::regions(known.id as u16, args).expect("in the table");
        let all = known.id != HostId::Fail;
        assert_eq!(answered, all, "{}", known.name);
        assert_eq!(memory.read.into_inner(), regions.read, "{} reads", known.name);
        let targets: Vec<u32> = memory.written.iter().map(|(ptr, _)| *ptr).collect();
        assert_eq!(targets, regions.write.into_iter().collect::<Vec<_>>(), "{} writes", known.name);
    }
}

#[test]
fn a_message_is_cut_where_the_host_cuts_it() {
    for len in [0, 1_023, 1_024, 1_025, 3_000] {
        let args = [10, len];
        let (memory, _) = called(HostId::Fail, &args, &mut chain());
        assert_eq!(memory.read.into_inner(), host::regions(HostId::Fail as u16, &args).expect("in the table").read);
    }
}

#[test]
fn bytes_become_words_and_masks() {
    let pieces = |ptr: u32, bytes: &[u8]| -> Vec<(u32, u8, u64)> {
        let of = |entry| match entry {
            LogEntry::Memory { function: 7, word, mask, write: true, value } => (word, mask, value),
            other => panic!("{other:?}"),
        };
        host::pieces(7, ptr, bytes, true).map(of).collect()
    };
    assert_eq!(pieces(16, &[]), []);
    assert_eq!(pieces(17, &[]), []);
    assert_eq!(pieces(16, &[1, 2]), [(2, 0b11, 0x0201)]);
    assert_eq!(pieces(15, &[1, 2]), [(1, 0x80, 1 << 56), (2, 1, 2)]);
    assert_eq!(pieces(8, &[9; 8]), [(1, 0xff, 0x0909_0909_0909_0909)]);
    assert_eq!(pieces(u32::MAX, &[5]), [((1 << 29) - 1, 0x80, 5 << 56)]);
    for (ptr, len) in [(3u32, 40usize), (8, 17), (13, 1), (7, 9)] {
        let bytes: Vec<u8> = (1..=len as u8).collect();
        let mut memory = [0u8; 64];
        for (word, mask, value) in pieces(ptr, &bytes) {
            for byte in (0..8).filter(|byte| mask >> byte & 1 == 1) {
                memory[word as usize * 8 + byte] = value.to_le_bytes()[byte];
            }
        }
        assert_eq!(memory[ptr as usize..ptr as usize + len], bytes);
        assert_eq!(memory.iter().filter(|byte| **byte != 0).count(), len);
    }
}
