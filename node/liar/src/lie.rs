//! The lies by name.

use clap::ValueEnum;

/// What a liar does to the tab that asks it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, ValueEnum)]
pub enum Lie {
    /// Certificates whose last signature has a bit flipped.
    ForgedCertificate,
    /// Certificates with too few signers, their bitmap saying so.
    TooFewSigners,
    /// Certificates that claim the next epoch.
    WrongEpoch,
    /// Boundaries that name a validator set of the liar's own.
    WrongSet,
    /// The head of some time ago, for ever, and nothing newer.
    StaleTip,
    /// Proofs of entries with their second half missing.
    TruncatedProof,
    /// The proof that belonged to the entries asked for before.
    SwappedProof,
    /// Entries with another value under the honest proof.
    FalseValue,
    /// Entries that are there, as if they were not.
    HiddenEntry,
    /// Blocks with a transaction or a field of the header changed.
    BadBlock,
    /// Receipts that say another outcome.
    FalseReceipt,
    /// Pages of a snapshot with a bit flipped.
    BadPage,
    /// Transactions taken with thanks and thrown away.
    Swallow,
    /// Messages that are none.
    Garbage,
    /// One message of 64 MiB.
    HugeFrame,
    /// Answers that come one byte a second.
    SlowLoris,
    /// A greeting, and then nothing.
    Silent,
    /// Another chain under the same address.
    OtherChain,
    /// A second block of each height, certified with real keys of enough validators: beyond what consensus promises.
    Fork,
}

impl Lie {
    /// All of them.
    pub const ALL: [Self; 19] = [
        Self::ForgedCertificate,
        Self::TooFewSigners,
        Self::WrongEpoch,
        Self::WrongSet,
        Self::StaleTip,
        Self::TruncatedProof,
        Self::SwappedProof,
        Self::FalseValue,
        Self::HiddenEntry,
        Self::BadBlock,
        Self::FalseReceipt,
        Self::BadPage,
        Self::Swallow,
        Self::Garbage,
        Self::HugeFrame,
        Self::SlowLoris,
        Self::Silent,
        Self::OtherChain,
        Self::Fork,
    ];

    /// Its name in addresses, such as `stale-tip`.
    #[must_use]
    pub fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }

    /// The lie that an address's path ends with; none for `/wire` itself.
    ///
    /// # Errors
    /// The last segment, when it is no lie's name.
    pub fn of_path(path: &str) -> Result<Option<Self>, String> {
        match path.trim_end_matches('/').rsplit('/').next() {
            None | Some("" | "wire") => Ok(None),
            Some(name) => Self::from_str(name, false).map(Some).map_err(|_| name.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Lie;

    #[test]
    fn every_lie_has_an_address() {
        for lie in Lie::ALL {
            assert_eq!(Lie::of_path(&format!("/wire/{}", lie.name())), Ok(Some(lie)));
        }
        assert_eq!(Lie::of_path("/wire"), Ok(None));
        assert_eq!(Lie::of_path("/wire/truth"), Err("truth".into()));
    }
}
