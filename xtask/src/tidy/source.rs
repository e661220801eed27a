//! Rust source with everything that is not code blanked out, so that a word in it is a word the compiler sees.

/// `text` with comments, string and character literals replaced by spaces; lines and columns stay.
pub fn code(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let end = skip(bytes, at);
        match end {
            Some(end) => {
                let end = end.min(bytes.len());
                out[at..end].iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
                at = end;
            }
            None => at = next(bytes, at),
        }
    }
    // Only whole literals and comments were overwritten, with ASCII.
    String::from_utf8(out).unwrap_or_default()
}

/// The end of the comment or literal that starts at `at`, if one does.
fn skip(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = &bytes[at..];
    if rest.starts_with(b"//") {
        return Some(at + rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len()));
    }
    if rest.starts_with(b"/*") {
        return Some(at + block_comment(rest));
    }
    match rest[0] {
        b'"' => Some(at + string(rest)),
        b'r' | b'b' | b'c' => prefixed(rest).map(|length| at + length),
        b'\'' => character(rest).map(|length| at + length),
        _ => None,
    }
}

/// After a word, so that the `r` inside `for"…"` does not start a raw string.
fn next(bytes: &[u8], at: usize) -> usize {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || !byte.is_ascii();
    let length = bytes[at..].iter().take_while(|byte| is_word(byte)).count();
    at + length.max(1)
}

fn block_comment(rest: &[u8]) -> usize {
    let (mut depth, mut at) = (0usize, 0);
    while at < rest.len() {
        if rest[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                break;
            }
        } else {
            at += 1;
        }
    }
    at
}

fn string(rest: &[u8]) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    at
}

/// `b"…"`, `c"…"`, `b'…'`, `r"…"`, `br#"…"#`: the length, or `None` when it is a plain word.
fn prefixed(rest: &[u8]) -> Option<usize> {
    let word = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    let (prefix, after) = rest.split_at(word);
    match prefix {
        b"b" if after.first() == Some(&b'\'') => character(after).map(|length| word + length),
        b"b" | b"c" if after.first() == Some(&b'"') => Some(word + string(after)),
        b"r" | b"br" | b"cr" => {
            let hashes = after.iter().take_while(|byte| **byte == b'#').count();
            if after.get(hashes) != Some(&b'"') {
                return None;
            }
            let mut close = vec![b'"'];
            close.resize(hashes + 1, b'#');
            let body = &after[hashes + 1..];
            let end = body.windows(close.len()).position(|window| window == close)?;
            Some(word + hashes + 1 + end + close.len())
        }
        _ => None,
    }
}

/// `'a'`, `'\n'`; not a lifetime.
fn character(rest: &[u8]) -> Option<usize> {
    if rest.get(1) == Some(&b'\\') {
        return rest.iter().skip(3).position(|byte| *byte == b'\'').map(|end| end + 4);
    }
    let text = std::str::from_utf8(&rest[1..rest.len().min(5)]);
    let text = text.or_else(|error| std::str::from_utf8(&rest[1..1 + error.valid_up_to()])).ok()?;
    let length = text.chars().next()?.len_utf8();
    (rest.get(1 + length) == Some(&b'\'')).then_some(length + 2)
}

/// Blanked code without items under `#[cfg(test)]`.
pub fn shipped(code: &str) -> String {
    let mut out = code.as_bytes().to_vec();
    let mut from = 0;
    while let Some(found) = code[from..].find("#[cfg(test)]") {
        let start = from + found;
        let end = item_end(code.as_bytes(), start + "#[cfg(test)]".len());
        out[start..end].iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
        from = end;
    }
    String::from_utf8(out).unwrap_or_default()
}

/// The end of the item that follows: its closing brace, or its semicolon.
fn item_end(code: &[u8], from: usize) -> usize {
    let mut depth = 0usize;
    for (at, byte) in code.iter().enumerate().skip(from) {
        match byte {
            b'{' => depth += 1,
            b'}' if depth <= 1 => return at + 1,
            b'}' => depth -= 1,
            b';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    code.len()
}

/// Every word of `code` with its line, from 1.
pub fn words(code: &str) -> impl Iterator<Item = (usize, &str)> {
    code.lines().enumerate().flat_map(|(index, line)| {
        let words = line.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
        words.filter(|word| !word.is_empty()).map(move |word| (index + 1, word))
    })
}

#[cfg(test)]
mod tests {
    use super::{code, shipped, words};

    fn names(text: &str) -> Vec<(usize, String)> {
        words(&shipped(&code(text))).map(|(line, word)| (line, word.to_owned())).collect()
    }

    fn has(text: &str, word: &str) -> bool {
        names(text).iter().any(|(_, name)| name == word)
    }

    #[test]
    fn comments_and_literals_are_no_code() {
        for hidden in [
            "// f64",
            "/// f64\n",
            "/* a /* f64 */ f64 */",
            "\"f64\"",
            "\"\\\"f64\"",
            "r#\"f64 \" f64\"#",
            "b\"f64\"",
            "br\"f64\"",
            "'\"'; // f64 \"",
            "b'\\''; \"f64\"",
            "'é'; \"f64\"",
        ] {
            assert!(!has(hidden, "f64"), "{hidden}");
        }
    }

    #[test]
    fn code_beside_them_is_seen_on_its_line() {
        assert_eq!(names("// one\n\"two\nthree\"\nf64"), [(4, "f64".into())]);
        for seen in [
            "'a'; f64",
            "fn x<'a>(y: &'a f64)",
            "'\\n' f64",
            "/* */ f64",
            "r; f64",
            "'\\u{1F600}' as f64",
            "for b in f64",
        ] {
            assert!(has(seen, "f64"), "{seen}");
        }
    }

    #[test]
    fn test_items_are_not_shipped() {
        let text =
            "use a;\n#[cfg(test)]\nmod tests { fn f() { f64 } }\nfn g() { i32 }\n#[cfg(test)]\nmod more;\nfn h() {}";
        assert!(!has(text, "f64") && !has(text, "more"));
        assert!(has(text, "i32") && has(text, "h"));
    }
}
