//! The worst modules for a stack that we could write: each calls itself for ever with the largest frame of its kind.
//! `go` takes nothing; what it does must end at our own limits in every engine. Where it matters what an optimising
//! compiler does, `warm` runs the same functions, which then return, until the gas is used up: engines optimise functions
//! that return. Plain text, so that it can be included wherever an engine is tested.

/// One module.
pub struct Worst {
    /// What is bad about it.
    pub name: String,
    /// Text format; exports `go`.
    pub text: String,
}

/// All of them.
pub fn worst() -> Vec<Worst> {
    let mut all = Vec::new();
    let mut add = |name: &str, text: String| all.push(Worst { name: name.into(), text });
    add("smallest frames", "(module (func $f (export \"go\") (call $f)))".into());
    add(
        "a value over each call",
        "(module (func $f (export \"go\") (result i64) (i64.add (i64.const 1) (call $f))))".into(),
    );
    add("two in turn", "(module (func $f (export \"go\") (call $g)) (func $g (call $f)))".into());
    add(
        "through a table",
        "(module (type $t (func)) (table 1 1 funcref) (elem (i32.const 0) $f)
           (func $f (export \"go\") (call_indirect (type $t) (i32.const 0))))"
            .into(),
    );
    add("in start", "(module (func $f (call $f)) (start $f) (func (export \"go\")))".into());
    for count in [10, 990] {
        add(&format!("{count} locals over each call"), locals(count));
    }
    for count in [100, 4_000] {
        add(&format!("{count} operands over each call"), operands(count));
    }
    add("128 parameters", parameters("call $f", ""));
    add("128 parameters through a table", parameters("call_indirect (type $t)", "(i32.const 0)"));
    add("128 results", results());
    add("128 parameters and results", both());
    for count in [20, 200, 2_000, 6_500] {
        add(&format!("{count} values computed before and after each call"), recomputed(count));
    }
    add("50 values in each of 8 small functions to inline", inlined(8, 50));
    add("50 values in one small function to inline", inlined(1, 50));
    add("15 values in each of 3 small functions to inline", inlined(3, 15));
    add("values in 200 nested blocks", nested(20));
    add("1,000 values one after the other", sequential(1_000));
    add("locals through loops", loops(100, 20));
    all
}

fn each(count: usize, text: impl Fn(usize) -> String) -> String {
    (0..count).map(text).collect::<Vec<_>>().join(" ")
}

fn load(index: usize) -> String {
    format!("(i64.load offset={} (i32.const 0))", 8 * index)
}

fn keep(value: &str) -> String {
    format!("(i64.store (i32.const 0) {value})")
}

fn types(count: usize) -> String {
    "i64 ".repeat(count)
}

fn locals(count: usize) -> String {
    let set = each(count, |i| format!("(local.set {i} {})", load(i)));
    let kept = each(count, |i| keep(&format!("(local.get {i})")));
    format!("(module (memory 1 1) (func $f (export \"go\") (local {}) {set} (call $f) {kept}))", types(count))
}

fn operands(count: usize) -> String {
    let kept = each(count, |_| format!("(local.set 0) {}", keep("(local.get 0)")));
    format!("(module (memory 1 1) (func $f (export \"go\") (local i64) {} (call $f) {kept}))", each(count, load))
}

fn parameters(call: &str, last: &str) -> String {
    let (ty, passed) = (types(128), each(128, |i| format!("(local.get {i})")));
    let kept = each(128, |i| keep(&format!("(local.get {i})")));
    let first = each(128, |i| format!("(i64.const {i})"));
    format!(
        "(module (memory 1 1) (type $t (func (param {ty}))) (table 1 1 funcref) (elem (i32.const 0) $f)
           (func $f (type $t) ({call} {passed} {last}) {kept}) (func (export \"go\") (call $f {first})))"
    )
}

fn results() -> String {
    let set = each(128, |i| format!("(local.set {i} {})", load(i)));
    let kept = each(128, |i| format!("(local.set {}) {}", 128 + i, keep(&format!("(local.get {i})"))));
    let back = each(128, |i| format!("(local.get {})", 128 + i));
    format!(
        "(module (memory 1 1) (func $f (result {}) (local {}) {set} (call $f) {kept} {back})
           (func (export \"go\") (call $f) {}))",
        types(128),
        types(256),
        "drop ".repeat(128)
    )
}

fn both() -> String {
    let (ty, passed) = (types(128), each(128, |i| format!("(local.get {i})")));
    let first = each(128, |i| format!("(i64.const {i})"));
    format!(
        "(module (type $t (func (param {ty}) (result {ty}))) (func $f (type $t) (call $f {passed}))
           (func (export \"go\") (call $f {first}) {}))",
        "drop ".repeat(128)
    )
}

/// `i64 -> i64`, none of which folds into another.
const STEPS: [&str; 6] = ["i64.clz", "i64.popcnt", "i64.extend8_s", "i64.ctz", "i64.extend16_s", "i64.extend32_s"];

fn step(index: usize) -> &'static str {
    STEPS.get((index * 7 + index / 3) % 6).copied().unwrap_or("i64.clz")
}

/// `go` goes down for ever, `warm` down to 6 again and again.
const DRIVERS: &str = "(func (export \"go\") (call $f (i64.const -1)))
   (func (export \"warm\") (loop (call $f (i64.const 6)) (br 0)))";

/// A chain of values computed twice, each used the second time: an optimising compiler keeps all of them meanwhile.
fn recomputed(count: usize) -> String {
    let first = each(count, |i| step(i).into());
    let again = each(count, |i| format!("{} local.tee 1 global.set $h local.get 1", step(i)));
    format!(
        "(module (memory 1 1) (global $h (mut i64) (i64.const 5))
           (func $f (param i64) (local i64) (if (i64.eqz (local.get 0)) (then (return)))
             (local.get 0) {first} (local.set 1) {} (call $f (i64.sub (local.get 0) (i64.const 1)))
             (local.get 0) {again} (local.set 1))
           {DRIVERS})",
        keep("(local.get 1)")
    )
}

/// Small functions full of values, each called before and after the recursion: inlining moves their values into one frame.
fn inlined(functions: usize, count: usize) -> String {
    let small = each(functions, |f| {
        let chain = each(count, |i| format!("{} local.tee 1 global.set $h local.get 1", step(i + f)));
        format!("(func $s{f} (param i64) (local i64) (local.get 0) {chain} drop)")
    });
    let all = each(functions, |f| format!("(call $s{f} (local.get 0))"));
    format!(
        "(module (global $h (mut i64) (i64.const 5)) {small}
           (func $f (param i64) (if (i64.eqz (local.get 0)) (then (return)))
             {all} (call $f (i64.sub (local.get 0) (i64.const 1))) {all})
           {DRIVERS})"
    )
}

fn nested(count: usize) -> String {
    let (ty, values) = (types(count), each(count, load));
    let open = format!("(block (result {ty})").repeat(200);
    let close = format!("{} {values})", "drop ".repeat(count)).repeat(200);
    let kept = each(count, |_| format!("(local.set 0) {}", keep("(local.get 0)")));
    format!(
        "(module (memory 1 1) (func $f (export \"go\") (local i64) {open} {values} (call $f)
           (br_table {} (i32.load (i32.const 0))) {close} {kept}))",
        each(200, |i| i.to_string())
    )
}

fn sequential(count: usize) -> String {
    let body = each(count, |i| format!("(local.set 0 {}) (call $n) {}", load(i), keep("(local.get 0)")));
    format!(
        "(module (memory 1 1) (func $n (if (i32.load (i32.const 60000)) (then (call $n))))
           (func $f (export \"go\") (local i64) (call $f) {body}))"
    )
}

fn loops(count: usize, rounds: usize) -> String {
    let add = each(count, |i| format!("(local.set {i} (i64.add (local.get {i}) {}))", load(i)));
    let body = format!("(loop {add} (br_if 0 (i32.load (i32.const 9))))").repeat(rounds);
    let kept = each(count, |i| keep(&format!("(local.get {i})")));
    format!("(module (memory 1 1) (func $f (export \"go\") (local {}) {body} (call $f) {body} {kept}))", types(count))
}
