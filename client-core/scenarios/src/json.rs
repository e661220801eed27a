//! Small readers over `serde_json` values that say which field is missing.

use serde_json::Value;

/// A scenario file that is not one.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct ScenarioError(pub String);

pub(crate) type Result<T> = std::result::Result<T, ScenarioError>;

pub(crate) fn bad<T>(text: impl Into<String>) -> Result<T> {
    Err(ScenarioError(text.into()))
}

pub(crate) fn field<'a>(value: &'a Value, name: &str) -> Result<&'a Value> {
    value.get(name).ok_or_else(|| ScenarioError(format!("{name} is missing in {value}")))
}

pub(crate) fn text<'a>(value: &'a Value, name: &str) -> Result<&'a str> {
    field(value, name)?.as_str().ok_or_else(|| ScenarioError(format!("{name} is no text in {value}")))
}

pub(crate) fn number(value: &Value, name: &str) -> Result<u64> {
    field(value, name)?.as_u64().ok_or_else(|| ScenarioError(format!("{name} is no number in {value}")))
}

pub(crate) fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
