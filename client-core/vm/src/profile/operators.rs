//! Names of operators, and which of them the profile refuses.

use alloc::string::String;
use wasmparser::Operator;

macro_rules! describe {
    ($( @$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($ann:tt)*) )*) => {
        /// The proposal an operator came with and its name as `visit_…`.
        fn describe(operator: &Operator<'_>) -> (&'static str, &'static str) {
            match operator {
                $( Operator::$op $({ $($arg: _),* })? => (stringify!($proposal), stringify!($visit)), )*
                _ => ("unknown", "visit_unknown"),
            }
        }
    };
}
wasmparser::for_each_operator!(describe);

/// The operator in text format, such as `f32.add`.
#[must_use]
pub fn name(operator: &Operator<'_>) -> String {
    const PREFIXES: [&str; 15] = [
        "i32", "i64", "f32", "f64", "local", "global", "memory", "table", "elem", "data", "ref", "v128", "i8x16",
        "i16x8", "i32x4",
    ];
    let name = describe(operator).1.trim_start_matches("visit_");
    match name.split_once('_') {
        Some((prefix, rest)) if PREFIXES.contains(&prefix) => alloc::format!("{prefix}.{rest}"),
        _ => String::from(name),
    }
}

/// What is refused about this operator, if anything.
pub(super) fn refusal(operator: &Operator<'_>) -> Option<&'static str> {
    let (proposal, name) = describe(operator);
    match proposal {
        "mvp" | "sign_extension" | "bulk_memory" | "reference_types" => {
            (name.contains("f32") || name.contains("f64")).then_some("floating point")
        }
        "saturating_float_to_int" => Some("floating point"),
        "simd" | "relaxed_simd" => Some("SIMD"),
        "threads" | "shared_everything_threads" => Some("a threads operator"),
        "tail_call" => Some("a tail call"),
        "exceptions" | "legacy_exceptions" => Some("exception handling"),
        "gc" | "custom_descriptors" => Some("garbage collection"),
        "function_references" => Some("a typed function reference"),
        "stack_switching" => Some("stack switching"),
        "memory_control" => Some("memory control"),
        "wide_arithmetic" => Some("wide arithmetic"),
        _ => Some("this operator"),
    }
}
