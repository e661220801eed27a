//! Names that authors give, made safe to show: an author is not trusted to be honest about what a line says.

use std::collections::{BTreeMap, BTreeSet};
use wasmparser::{Name, NameSectionReader};

/// Characters of a name that are kept.
const NAME_CHARS: usize = 120;

/// `name` with everything that could disguise a line written out: control and formatting characters (line breaks,
/// direction marks, zero-width characters) and the backslash. Different names stay different.
pub fn visible(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for letter in name.chars() {
        if letter == '\\' || is_hidden(letter) { out.extend(letter.escape_default()) } else { out.push(letter) }
    }
    out
}

/// [`visible`], cut to [`NAME_CHARS`].
pub fn short(name: &str) -> String {
    let kept: String = name.chars().take(NAME_CHARS).collect();
    let cut = if kept.len() < name.len() { "…" } else { "" };
    visible(&kept) + cut
}

/// Characters that have no picture of their own or that move others.
fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// What the name section says of functions and globals, by index; whatever in it is malformed is left out.
#[derive(Default)]
pub struct Given {
    /// Of functions.
    pub functions: BTreeMap<u32, String>,
    /// Of globals.
    pub globals: BTreeMap<u32, String>,
}

impl Given {
    /// Adds what one name section says.
    pub fn read(&mut self, section: NameSectionReader<'_>) {
        for names in section.into_iter().map_while(Result::ok) {
            let (into, map) = match names {
                Name::Function(map) => (&mut self.functions, map),
                Name::Global(map) => (&mut self.globals, map),
                _ => continue,
            };
            let names = map.into_iter().map_while(Result::ok).filter(|naming| !naming.name.is_empty());
            into.extend(names.map(|naming| (naming.index, short(naming.name))));
        }
    }
}

/// Makes labels that differ from each other.
#[derive(Default)]
pub struct Labels(BTreeSet<String>);

impl Labels {
    /// `wanted`, or with `#index` behind it when another has it already.
    pub fn take(&mut self, wanted: String, index: u32) -> String {
        let mut label = wanted;
        // The text format keeps a leading `#` for names that it makes up itself.
        if label.starts_with('#') {
            label.insert(0, '_');
        }
        while !self.0.insert(label.clone()) {
            label = format!("{label}#{index}");
        }
        label
    }
}

/// A name without the hash that rustc puts behind it, which changes whenever anything in the crate does.
pub fn stem(name: &str) -> &str {
    let hash = name.rsplit_once("::h").map(|(_, hash)| hash);
    let is_hash = hash.is_some_and(|hash| hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()));
    if is_hash { name.get(..name.len().saturating_sub(19)).unwrap_or(name) } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_hidden_is_left_and_names_stay_apart() {
        assert_eq!(visible("a\u{202e}b\n\\"), "a\\u{202e}b\\n\\\\");
        assert_ne!(visible("a\u{200b}"), visible("a\u{200d}"));
        assert_eq!(visible("größe"), "größe");
        assert_eq!(short(&"x".repeat(500)).chars().count(), NAME_CHARS + 1);
    }

    #[test]
    fn stems_lose_only_a_hash() {
        assert_eq!(stem("core::fmt::pad::h0123456789abcdef"), "core::fmt::pad");
        assert_eq!(stem("core::fmt::pad::h0123456789abcdeg"), "core::fmt::pad::h0123456789abcdeg");
        assert_eq!(stem("größe::h0"), "größe::h0");
    }

    #[test]
    fn labels_are_unique() {
        let mut labels = Labels::default();
        assert_eq!(labels.take("f".into(), 1), "f");
        assert_eq!(labels.take("f".into(), 2), "f#2");
        assert_eq!(labels.take("#x".into(), 3), "_#x");
    }
}
