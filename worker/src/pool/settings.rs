//! How blocks are to be executed here: a person's wishes, kept by this browser.

use super::crew::MOST;
use codec::{Decode, DecodeWithMemTracking, Encode};
use zera_primitives::codec::decode_bounded;
use zera_vm::tiered::{ALL, Tiering};

/// Format of what is kept.
const FORMAT: u16 = 1;
/// Bytes of it.
const BYTES: usize = 64;

/// The wishes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct Settings {
    format: u16,
    /// Pipelines; none for as many as the machine has.
    pub pipelines: Option<u8>,
    /// Share of calls that both engines execute, in millionths.
    pub sampling_ppm: u32,
    /// Whether the fast engine is used at all.
    pub fast: bool,
}

impl Default for Settings {
    fn default() -> Self {
        let Tiering { fast, sampling_ppm, .. } = Tiering::default();
        Self { format: FORMAT, pipelines: None, sampling_ppm, fast }
    }
}

impl Settings {
    /// Reads what was kept; anything else than settings within bounds in this format counts as never kept.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let settings: Self = decode_bounded(bytes, BYTES).ok()?;
        (settings.format == FORMAT && settings.check().is_ok()).then_some(settings)
    }

    /// Looks whether they are within bounds.
    ///
    /// # Errors
    /// What is not, in English.
    pub fn check(&self) -> Result<(), String> {
        match (self.pipelines, self.sampling_ppm) {
            (Some(count), _) if count > MOST => Err(format!("{count} pipelines; at most {MOST}")),
            (_, ppm) if ppm > ALL => Err(format!("{ppm} of {ALL} calls")),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_settings_within_bounds_are_read() {
        let good = Settings { pipelines: Some(3), sampling_ppm: ALL, fast: false, ..Settings::default() };
        assert_eq!(Settings::read(&good.encode()), Some(good));
        let bad = [
            Settings { pipelines: Some(MOST + 1), ..good }.encode(),
            Settings { sampling_ppm: ALL + 1, ..good }.encode(),
            Settings { format: FORMAT + 1, ..good }.encode(),
            good.encode()[1..].to_vec(),
            Vec::new(),
        ];
        assert!(bad.iter().all(|bytes| Settings::read(bytes).is_none()));
    }
}
