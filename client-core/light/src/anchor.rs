//! What a light client trusts without proof: a chain's genesis, or a block of it, built in or typed by a person who has it
//! from somebody they believe. Never from a peer that is checked with it.
//!
//! As text: `<genesis hash>`, or `<genesis hash>:<height>:<block hash>:<set hash>`.

use alloc::string::String;
use codec::{Decode, DecodeWithMemTracking, Encode};
use core::{fmt, str::FromStr};
use zera_primitives::{Hash, Header, Height};

/// A checkpoint.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct Anchor {
    /// Hash of the genesis header: which chain.
    pub genesis: Hash,
    /// A later block of it; without one the client begins at genesis.
    pub point: Option<Point>,
}

/// A block that is trusted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct Point {
    /// Its height.
    pub height: Height,
    /// Hash of its header.
    pub block: Hash,
    /// Hash of the validator set of its epoch, as its header names it.
    pub set: Hash,
}

/// Why text is no checkpoint. Recoverable: it is typed again.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a checkpoint is a genesis hash, or genesis hash:height:block hash:set hash, hashes as 64 hexadecimal digits")]
pub struct AnchorError;

impl Anchor {
    /// The checkpoint that `header` is, for others to begin at.
    #[must_use]
    pub fn of(genesis: Hash, header: &Header) -> Self {
        let point = Point { height: header.height, block: header.hash(), set: header.validators };
        Self { genesis, point: (header.height > Height(0)).then_some(point) }
    }

    /// The block to begin at.
    #[must_use]
    pub fn height(&self) -> Height {
        self.point.map_or(Height(0), |point| point.height)
    }

    /// Hash of that block's header.
    #[must_use]
    pub fn block(&self) -> Hash {
        self.point.map_or(self.genesis, |point| point.block)
    }

    /// True when `header` is that block.
    #[must_use]
    pub fn is(&self, header: &Header) -> bool {
        let named = self.point.is_none_or(|point| header.chain == self.genesis && header.validators == point.set);
        named && header.height == self.height() && header.hash() == self.block()
    }
}

impl FromStr for Anchor {
    type Err = AnchorError;

    fn from_str(text: &str) -> Result<Self, AnchorError> {
        let mut parts = text.trim().split(':').map(str::trim);
        let mut hash = || parts.next().and_then(Hash::from_hex).ok_or(AnchorError);
        let genesis = hash()?;
        let Some(height) = parts.next() else { return Ok(Self { genesis, point: None }) };
        let height = height.parse().ok().filter(|height| *height > 0).ok_or(AnchorError)?;
        let mut hash = || parts.next().and_then(Hash::from_hex).ok_or(AnchorError);
        let point = Point { height: Height(height), block: hash()?, set: hash()? };
        if parts.next().is_some() { Err(AnchorError) } else { Ok(Self { genesis, point: Some(point) }) }
    }
}

impl fmt::Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let point = |Point { height, block, set }| alloc::format!(":{}:{}:{}", height.0, block.to_hex(), set.to_hex());
        write!(f, "{}{}", self.genesis.to_hex(), self.point.map_or_else(String::new, point))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::tests::header;
    use alloc::string::ToString;

    #[test]
    fn text_goes_there_and_back() {
        let later = Anchor::of(Hash([0x11; 32]), &header());
        for anchor in [Anchor { genesis: Hash::of(b"genesis"), point: None }, later] {
            assert_eq!(anchor.to_string().parse(), Ok(anchor));
            assert_eq!(alloc::format!(" {anchor} \n").parse(), Ok(anchor));
        }
        let text = later.to_string();
        let (genesis, rest) = text.split_once(':').unwrap();
        let (block, set) = rest.rsplit_once(':').unwrap();
        for wrong in [
            "",
            "genesis",
            &genesis[1..],
            &alloc::format!("{genesis}:"),
            &alloc::format!("{genesis}:{block}"),
            &alloc::format!("{text}:1"),
            &text.replace(":300:", ":0:"),
            &text.replace(":300:", ":-1:"),
            &text.replace(":300:", ":99999999999999999999999:"),
            &alloc::format!("{genesis}:{block}:{}", &set[2..]),
        ] {
            assert_eq!(wrong.parse::<Anchor>(), Err(AnchorError), "{wrong}");
        }
    }

    #[test]
    fn it_is_one_block_only() {
        let anchor = Anchor::of(Hash([0x11; 32]), &header());
        assert!(anchor.is(&header()));
        assert!(!anchor.is(&Header { state_root: Hash::ZERO, ..header() }));
        assert!(!Anchor { genesis: Hash::ZERO, ..anchor }.is(&header()));
        let point = anchor.point.map(|point| Point { set: Hash::ZERO, ..point });
        assert!(!Anchor { point, ..anchor }.is(&header()), "the set is checked, too");
        let genesis = Header { height: Height(0), chain: Hash::ZERO, ..header() };
        assert_eq!(Anchor::of(genesis.hash(), &genesis), Anchor { genesis: genesis.hash(), point: None });
        assert!(Anchor::of(genesis.hash(), &genesis).is(&genesis));
    }
}
