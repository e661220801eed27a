//! What a room must not name (invariants 1, 2, 4 and 5): found as words in its code, tests aside.
//!
//! A line may name one all the same when it, or the line above, says why: `// tidy: allow(f64), because …`.

use super::source;
use super::{File, Finding};

/// Words that some folder must not contain.
struct Ban {
    /// Whole words; `a::b` means the two in a row.
    words: &'static [&'static str],
    /// Where they are banned.
    under: &'static [&'static str],
    /// Where they are at home all the same.
    except: &'static [&'static str],
    /// Why, and what to do.
    says: &'static str,
}

/// Everything that ships as Rust.
const SHIPPED: &[&str] = &["client-core/", "worker/", "web-app/", "node/"];

const BANS: &[Ban] = &[
    Ban {
        words: &["Instant", "SystemTime", "std::time", "UNIX_EPOCH"],
        under: &["client-core/"],
        except: &[],
        says: "names a clock (invariant 1); take the slot as an argument",
    },
    Ban {
        words: &["std::thread", "thread_local", "Mutex", "RwLock", "Condvar", "mpsc", "rayon", "tokio", "async_std"],
        under: &["client-core/"],
        except: &[],
        says: "names a thread or an executor (invariant 1); take a trait such as Pipelines",
    },
    Ban {
        words: &["std::net", "std::fs", "std::env", "std::process", "TcpStream", "UdpSocket"],
        under: &["client-core/"],
        except: &[],
        says: "reaches for the outside world (invariant 1); take bytes as an argument",
    },
    Ban {
        words: &["rand", "rand_core", "getrandom", "OsRng", "thread_rng", "RandomState"],
        under: &["client-core/"],
        except: &[],
        says: "names randomness (invariant 1); take it as an argument",
    },
    Ban {
        words: &["web_sys", "js_sys", "wasm_bindgen", "gloo", "leptos"],
        under: &["client-core/"],
        except: &["client-core/scenarios/"],
        says: "names the browser (invariant 1); that belongs to worker/ or web-app/",
    },
    Ban {
        words: &["f32", "f64", "HashMap", "HashSet"],
        under: &["client-core/"],
        except: &[],
        says: "is not the same on every machine (invariant 2); use integers, BTreeMap or BTreeSet",
    },
    Ban {
        words: &["idb"],
        under: SHIPPED,
        except: &["worker/src/platform/"],
        says: "opens IndexedDB (invariant 4); go through worker/src/platform",
    },
    Ban {
        words: &["wasmi"],
        under: SHIPPED,
        except: &["client-core/vm/", "worker/bench/stock/"],
        says: "names wasmi (invariant 5); go through zera-vm's Engine trait",
    },
    Ban {
        words: &["commonware_cryptography", "commonware_codec", "commonware_utils"],
        under: SHIPPED,
        except: &["client-core/light/", "node/consensus/", "node/liar/"],
        says: "names commonware (invariant 5); go through zera-light",
    },
    Ban {
        words: &[
            "commonware_consensus",
            "commonware_p2p",
            "commonware_runtime",
            "commonware_broadcast",
            "commonware_resolver",
            "commonware_storage",
            "commonware_stream",
            "commonware_actor",
        ],
        under: SHIPPED,
        except: &["node/consensus/"],
        says: "names the consensus engine (invariant 5); go through zera-consensus",
    },
    Ban {
        words: &["axum", "redb"],
        under: SHIPPED,
        except: &["node/src/"],
        says: "names what only the native peer stands on; go through zera-node",
    },
    Ban {
        words: &["WebSocket"],
        under: &["worker/", "web-app/"],
        except: &["worker/src/platform/"],
        says: "opens a socket; go through worker/src/platform",
    },
    Ban {
        words: &["ark_bn254", "ark_groth16", "ark_relations", "ark_ff", "ark_ec"],
        under: SHIPPED,
        except: &["client-core/proof/"],
        says: "names arkworks (invariant 5); go through the proof crate",
    },
];

/// Looks at every Rust file.
pub fn check(files: &[File]) -> Vec<Finding> {
    let tests = test_modules(files);
    let in_tests = |name: &str| is_test(name) || tests.iter().any(|module| name.starts_with(module.as_str()));
    let rust = files.iter().filter(|file| file.name.ends_with(".rs") && !in_tests(&file.name));
    rust.flat_map(in_file).collect()
}

/// Where the modules live that a `#[cfg(test)] mod name;` declares: `folder/name.` and `folder/name/`.
fn test_modules(files: &[File]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files.iter().filter(|file| file.name.ends_with(".rs")) {
        let stem = file.name.trim_end_matches(".rs");
        let owns_folder = ["/lib", "/main", "/mod"].iter().any(|root| stem.ends_with(root));
        let folder = if owns_folder { stem.rsplit_once('/').map_or("", |(folder, _)| folder) } else { stem };
        for item in file.text.split("#[cfg(test)]").skip(1) {
            let item = item.trim_start().trim_start_matches("pub ").trim_start_matches("pub(crate) ");
            let name = item.strip_prefix("mod ").and_then(|rest| rest.split_once(';')).map(|(name, _)| name);
            if let Some(name) =
                name.filter(|name| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'))
            {
                found.extend([format!("{folder}/{name}."), format!("{folder}/{name}/")]);
            }
        }
    }
    found
}

/// Benches and tests are exempt: they never ship.
pub fn is_test(name: &str) -> bool {
    let folders = ["/tests/", "/benches/", "/examples/"];
    folders.iter().any(|folder| name.contains(folder)) || name.ends_with("/tests.rs") || name.ends_with("_tests.rs")
}

fn in_file(file: &File) -> Vec<Finding> {
    let bans: Vec<&Ban> = BANS.iter().filter(|ban| applies(ban, &file.name)).collect();
    if bans.is_empty() {
        return Vec::new();
    }
    let code = source::shipped(&source::code(&file.text));
    let words: Vec<(usize, &str)> = source::words(&code).collect();
    let mut findings = Vec::new();
    for (index, (line, word)) in words.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|before| words.get(before)).map_or("", |(_, word)| *word);
        for ban in &bans {
            let hit = ban.words.iter().find(|banned| match banned.split_once("::") {
                Some((first, second)) => before == first && word == &second,
                None => word == *banned,
            });
            if let Some(hit) = hit.filter(|hit| !excused(&file.text, *line, hit)) {
                findings.push(Finding::new(&file.name, *line, format!("`{hit}` {}", ban.says)));
            }
        }
    }
    findings
}

/// Whether the line, from 1, or the one above it allows the word and gives a reason.
fn excused(text: &str, line: usize, word: &str) -> bool {
    let excuse = format!("tidy: allow({word}), because ");
    text.lines().skip(line.saturating_sub(2)).take(2.min(line)).any(|line| line.contains(&excuse))
}

fn applies(ban: &Ban, name: &str) -> bool {
    let starts = |folders: &[&str]| folders.iter().any(|folder| name.starts_with(folder));
    starts(ban.under) && !starts(ban.except)
}

#[cfg(test)]
mod tests {
    use super::{File, check};

    fn says(name: &str, text: &str) -> Vec<String> {
        let file = File { name: name.into(), text: text.into() };
        check(&[file]).into_iter().map(|finding| format!("{} {}", finding.line, finding.says)).collect()
    }

    #[test]
    fn a_banned_word_is_found_where_it_is_banned() {
        let text = "//! f64 is fine here\nuse std::time::Duration;\nfn f(x: f64) {}\n";
        let found = says("client-core/state/src/lib.rs", text);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("2 `std::time`") && found[1].starts_with("3 `f64`"));
        assert!(says("worker/src/clock.rs", text).is_empty());
        assert!(says("client-core/state/src/tests.rs", text).is_empty());
        assert!(says("client-core/state/tests/long.rs", text).is_empty());
    }

    #[test]
    fn a_module_for_tests_only_is_exempt() {
        let file = |name: &str, text: &str| File { name: name.into(), text: text.into() };
        let root = file("client-core/state/src/lib.rs", "#[cfg(test)]\nmod hashes;\nmod real;\n");
        let hidden = file("client-core/state/src/hashes/mod.rs", "use std::fs;");
        let shown = file("client-core/state/src/real.rs", "use std::fs;");
        let found = check(&[root, hidden, shown]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].place, "client-core/state/src/real.rs");
    }

    #[test]
    fn a_reason_excuses_the_line_below_it_only() {
        let name = "client-core/state/src/lib.rs";
        let excuse = "// tidy: allow(f64), because JavaScript's numbers end here";
        assert!(says(name, &format!("{excuse}\nfn f(x: f64) {{}}\n")).is_empty());
        assert!(says(name, &format!("fn f(x: f64) {{}} {excuse}\n")).is_empty());
        assert_eq!(says(name, &format!("{excuse}\n\nfn f(x: f64) {{}}\n")).len(), 1);
        assert_eq!(says(name, "// tidy: allow(f64)\nfn f(x: f64) {}\n").len(), 1, "no reason");
        assert_eq!(says(name, &format!("{excuse}\nfn f(x: f32) {{}}\n")).len(), 1, "another word");
    }

    #[test]
    fn only_its_home_names_a_library() {
        assert_eq!(says("client-core/runtime/src/lib.rs", "use wasmi::Engine;").len(), 1);
        assert!(says("client-core/vm/src/engine.rs", "use wasmi::Engine;").is_empty());
        assert_eq!(says("worker/src/keys.rs", "use idb::Factory;").len(), 1);
        assert!(says("worker/src/platform/shelf.rs", "use idb::Factory;").is_empty());
        assert_eq!(says("node/src/chain/mod.rs", "use commonware_consensus::simplex;").len(), 1);
        assert!(says("node/consensus/src/node.rs", "use commonware_consensus::simplex;").is_empty());
        assert_eq!(says("worker/src/net/session.rs", "use web_sys::WebSocket;").len(), 1);
        assert!(says("worker/src/platform/sockets.rs", "use web_sys::WebSocket;").is_empty());
    }
}
