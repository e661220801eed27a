//! The words of a command line: `--name value …`, and words without a name.

use crate::failure::Failure;

/// Options by their names; each takes the words up to the next option.
#[derive(Debug, Default)]
pub struct Options {
    words: Vec<String>,
    named: Vec<(String, Vec<String>)>,
}

impl Options {
    /// Takes words apart; refuses names that are not in `known` and names that stand twice. Negative numbers are no names.
    ///
    /// # Errors
    /// [`Failure::Usage`].
    pub fn read(words: impl Iterator<Item = String>, known: &[&str]) -> Result<Self, Failure> {
        let mut options = Self::default();
        for word in words {
            if let Some(name) = word.strip_prefix("--") {
                if !known.contains(&name) {
                    return Err(Failure::Usage(format!("There is no option --{name} here.")));
                }
                if options.named.iter().any(|(other, _)| other == name) {
                    return Err(Failure::Usage(format!("--{name} stands twice.")));
                }
                options.named.push((name.into(), Vec::new()));
            } else if let Some((_, values)) = options.named.last_mut() {
                values.push(word);
            } else {
                options.words.push(word);
            }
        }
        Ok(options)
    }

    /// Words before the first option.
    #[must_use]
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// All values of an option; none if it does not stand there.
    #[must_use]
    pub fn all(&self, name: &str) -> Option<&[String]> {
        self.named.iter().find(|(other, _)| other == name).map(|(_, values)| values.as_slice())
    }

    /// Whether the option stands there.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.all(name).is_some()
    }

    /// The one value of an option, if it stands there.
    ///
    /// # Errors
    /// [`Failure::Usage`] for none or several.
    pub fn one(&self, name: &str) -> Result<Option<&str>, Failure> {
        match self.all(name) {
            None => Ok(None),
            Some([value]) => Ok(Some(value)),
            Some(_) => Err(Failure::Usage(format!("--{name} takes one value."))),
        }
    }

    /// The one value of an option that must stand there.
    ///
    /// # Errors
    /// [`Failure::Usage`].
    pub fn needed(&self, name: &str) -> Result<&str, Failure> {
        self.one(name)?.ok_or_else(|| Failure::Usage(format!("--{name} is missing.")))
    }

    /// A number, or `default`.
    ///
    /// # Errors
    /// [`Failure::Usage`].
    pub fn number(&self, name: &str, default: u64) -> Result<u64, Failure> {
        self.one(name)?.map_or(Ok(default), |word| {
            word.replace('_', "").parse().map_err(|_| Failure::Usage(format!("--{name} takes a number, not {word}.")))
        })
    }
}

/// Bytes from hexadecimal digits, with or without 0x.
///
/// # Errors
/// [`Failure::Usage`].
pub fn hex(word: &str) -> Result<Vec<u8>, Failure> {
    let digits = word.strip_prefix("0x").unwrap_or(word);
    let bad = || Failure::Usage(format!("{word} is not a number of hexadecimal digits."));
    if !digits.len().is_multiple_of(2) || !digits.is_ascii() {
        return Err(bad());
    }
    let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).map_err(|_| bad());
    (0..digits.len()).step_by(2).map(byte).collect()
}

/// Hexadecimal digits of bytes.
#[must_use]
pub fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
