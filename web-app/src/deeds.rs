//! What happened, in words: deeds of the journal, events of blocks, keys that the node sends for the locale to word.

/// The words of `key` in a list of the locale; a key that it does not know stands for itself.
#[must_use]
pub fn keyed(list: &[(&'static str, &'static str)], key: &str) -> String {
    list.iter().find(|(known, _)| *known == key).map_or_else(|| key.to_owned(), |(_, words)| (*words).to_owned())
}
