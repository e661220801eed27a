//! What a command says: sentences, or one JSON object with `--json`.

use serde_json::{Map, Value};

/// Collects what a command found.
#[derive(Debug, Default)]
pub struct Output {
    json: bool,
    fields: Map<String, Value>,
    lines: Vec<String>,
}

impl Output {
    /// For people, or for scripts.
    #[must_use]
    pub fn new(json: bool) -> Self {
        Self { json, ..Self::default() }
    }

    /// Whether it is for scripts.
    #[must_use]
    pub const fn is_json(&self) -> bool {
        self.json
    }

    /// A sentence for people.
    pub fn say(&mut self, line: impl Into<String>) {
        self.lines.push(line.into());
    }

    /// A field for scripts.
    pub fn field(&mut self, name: &str, value: impl Into<Value>) {
        self.fields.insert(name.into(), value.into());
    }

    /// A field for scripts and a line for people.
    pub fn both(&mut self, name: &str, label: &str, value: impl Into<Value>) {
        let value = value.into();
        let shown = value.as_str().map_or_else(|| value.to_string(), String::from);
        self.say(format!("{label}: {shown}"));
        self.field(name, value);
    }

    /// All of it, as it is printed.
    #[must_use]
    pub fn text(self) -> String {
        if self.json { Value::Object(self.fields).to_string() } else { self.lines.join("\n") }
    }
}
