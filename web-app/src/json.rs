//! JSON as text, for the files that people take away. Amounts are strings of base units: a double would round them.

use std::fmt::{Display, Formatter, Result, Write};

/// One value.
pub enum Json {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A number below 2^53.
    Number(u64),
    /// Text.
    Text(String),
    /// Values in order.
    List(Vec<Json>),
    /// Named values in order.
    Object(Vec<(&'static str, Json)>),
}

impl Json {
    /// Text of anything that can be shown.
    pub fn text(value: impl Display) -> Self {
        Self::Text(value.to_string())
    }

    /// The value, or nothing.
    pub fn maybe<T>(value: Option<T>, make: impl FnOnce(T) -> Self) -> Self {
        value.map_or(Self::Null, make)
    }

    /// A list of what `make` gives for each.
    pub fn list<T>(items: impl IntoIterator<Item = T>, make: impl FnMut(T) -> Self) -> Self {
        Self::List(items.into_iter().map(make).collect())
    }
}

fn quoted(text: &str, f: &mut Formatter<'_>) -> Result {
    f.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' | '\\' => write!(f, "\\{c}")?,
            '\n' => f.write_str("\\n")?,
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => write!(f, "\\u{:04x}", u32::from(c))?,
            c => f.write_char(c)?,
        }
    }
    f.write_char('"')
}

impl Display for Json {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(flag) => write!(f, "{flag}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => quoted(text, f),
            Self::List(items) => {
                f.write_char('[')?;
                for (i, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if i > 0 { "," } else { "" })?;
                }
                f.write_char(']')
            }
            Self::Object(fields) => {
                f.write_char('{')?;
                for (i, (name, value)) in fields.iter().enumerate() {
                    write!(f, "{}\"{name}\":{value}", if i > 0 { "," } else { "" })?;
                }
                f.write_char('}')
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_break_out_of_a_string_is_escaped() {
        let value = Json::Object(vec![
            ("a", Json::text("\"\\\n\u{1}\u{2028}</script>")),
            ("b", Json::List(vec![Json::Null, Json::Bool(true), Json::Number(7)])),
        ]);
        assert_eq!(value.to_string(), r#"{"a":"\"\\\n\u0001\u2028</script>","b":[null,true,7]}"#);
    }
}
