//! The little of JSON that snarkjs writes: objects, arrays, plain strings, small numbers. No escapes, no name twice.

use super::{MAX_BYTES, StockError};
use alloc::vec::Vec;

/// Most nested arrays and objects.
const DEPTH: usize = 6;
/// Most values of a file.
const VALUES: usize = 1 << 16;

/// A value; texts borrow from the file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Value<'t> {
    /// A string, or a number as it is written.
    Text(&'t str),
    /// A number.
    Number(&'t str),
    /// An array.
    Array(Vec<Value<'t>>),
    /// An object.
    Object(Vec<(&'t str, Value<'t>)>),
}

impl<'t> Value<'t> {
    /// The field of that name.
    pub fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(fields) => fields.iter().find(|(known, _)| *known == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The string.
    pub const fn text(&self) -> Option<&'t str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The elements.
    pub fn array(&self) -> Option<&[Self]> {
        match self {
            Self::Array(values) => Some(values),
            _ => None,
        }
    }
}

/// Reads a whole file.
///
/// # Errors
/// [`StockError::Json`].
pub fn parse<'t>(file: &'static str, text: &'t str) -> Result<Value<'t>, StockError> {
    if text.len() > MAX_BYTES {
        return Err(StockError::Json { file, what: "it is too long" });
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader { rest: text, values: 0 };
    let value = reader.value(0).map_err(|what| StockError::Json { file, what })?;
    reader.space();
    if reader.rest.is_empty() { Ok(value) } else { Err(StockError::Json { file, what: "something follows its end" }) }
}

struct Reader<'t> {
    rest: &'t str,
    values: usize,
}

impl<'t> Reader<'t> {
    fn space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\r', '\n']);
    }

    /// Takes `token` if it comes next.
    fn takes(&mut self, token: char) -> bool {
        self.space();
        let rest = self.rest.strip_prefix(token);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn value(&mut self, depth: usize) -> Result<Value<'t>, &'static str> {
        self.values += 1;
        if depth > DEPTH || self.values > VALUES {
            return Err("it holds more than such files do");
        }
        if self.takes('[') {
            return self.list(']', |reader| reader.value(depth + 1)).map(Value::Array);
        }
        if self.takes('{') {
            let mut fields: Vec<(&str, Value<'t>)> = Vec::new();
            for (name, value) in self.list('}', |reader| {
                let name = reader.string()?;
                if reader.takes(':') { Ok((name, reader.value(depth + 1)?)) } else { Err("a colon is missing") }
            })? {
                if fields.len() >= 64 || fields.iter().any(|(known, _)| *known == name) {
                    return Err("a name stands twice, or there are too many");
                }
                fields.push((name, value));
            }
            return Ok(Value::Object(fields));
        }
        if self.rest.starts_with('"') {
            return self.string().map(Value::Text);
        }
        let end = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
        let (number, rest) = self.rest.split_at(end);
        self.rest = rest;
        if number.is_empty() { Err("it is not JSON that snarkjs writes") } else { Ok(Value::Number(number)) }
    }

    fn list<T>(
        &mut self,
        end: char,
        mut item: impl FnMut(&mut Self) -> Result<T, &'static str>,
    ) -> Result<Vec<T>, &'static str> {
        let mut items = Vec::new();
        if self.takes(end) {
            return Ok(items);
        }
        loop {
            items.push(item(self)?);
            if self.takes(end) {
                return Ok(items);
            }
            if !self.takes(',') {
                return Err("a comma or an end is missing");
            }
        }
    }

    fn string(&mut self) -> Result<&'t str, &'static str> {
        if !self.takes('"') {
            return Err("a string is missing");
        }
        let (text, rest) = self.rest.split_once('"').ok_or("a string does not end")?;
        if text.contains(|c: char| c == '\\' || c.is_control()) {
            return Err("a string with escapes");
        }
        self.rest = rest;
        Ok(text)
    }
}
