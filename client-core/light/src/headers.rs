//! How one header follows another.

use zera_primitives::{Header, Height, block::HEADER_FORMAT};

/// Why a header does not follow its parent. Recoverable: the block is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum HeaderError {
    /// Written by other rules than this client knows: an upgrade of the client may help.
    #[error("header format {0} is not known")]
    Format(u16),
    /// A block of another chain.
    #[error("the block belongs to another chain")]
    OtherChain,
    /// Its parent is another block.
    #[error("the block has another parent")]
    OtherParent,
    /// Its height is not one more than its parent's.
    #[error("height {given} does not follow; {expected} does")]
    Height {
        /// One more than the parent's.
        expected: Height,
        /// The height given.
        given: Height,
    },
    /// Time ran backwards.
    #[error("the slot lies before the parent's")]
    Slot,
    /// Its epoch is neither its parent's nor the next one, or not the one of its height.
    #[error("the epoch is not that of its height")]
    Epoch,
    /// Its validator set is not the one that its parent promised.
    #[error("the validator set is not the one the parent names")]
    Validators,
}

/// Checks that `child` follows `parent`. What its fields commit to (body, receipts, state) is for those who execute it;
/// that it is final is for its certificate.
///
/// # Errors
/// [`HeaderError`], the first that holds.
pub fn check_child(parent: &Header, child: &Header) -> Result<(), HeaderError> {
    if child.format != HEADER_FORMAT {
        return Err(HeaderError::Format(child.format));
    }
    // The genesis header cannot name its own hash; every later one does.
    let chain = if parent.height == Height(0) { parent.hash() } else { parent.chain };
    if child.chain != chain {
        return Err(HeaderError::OtherChain);
    }
    if child.parent != parent.hash() {
        return Err(HeaderError::OtherParent);
    }
    let expected = parent.height.plus(1);
    if child.height != expected || expected == parent.height {
        return Err(HeaderError::Height { expected, given: child.height });
    }
    if child.slot < parent.slot {
        return Err(HeaderError::Slot);
    }
    let validators = match child.epoch.checked_sub(parent.epoch) {
        Some(0) => parent.validators,
        Some(1) => parent.next_validators,
        _ => return Err(HeaderError::Epoch),
    };
    if child.validators == validators { Ok(()) } else { Err(HeaderError::Validators) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::tests::header;
    use zera_primitives::{Hash, Slot};

    fn child(parent: &Header) -> Header {
        Header { parent: parent.hash(), height: parent.height.plus(1), ..parent.clone() }
    }

    #[test]
    fn each_rule_is_checked() {
        let parent = header();
        let good = child(&parent);
        assert_eq!(check_child(&parent, &good), Ok(()));
        let check = |change: fn(&mut Header)| {
            let mut child = good.clone();
            change(&mut child);
            check_child(&parent, &child)
        };
        assert_eq!(check(|h| h.slot = Slot(1_000)), Ok(()));
        assert_eq!(check(|h| h.format = 2), Err(HeaderError::Format(2)));
        assert_eq!(check(|h| h.chain = Hash::ZERO), Err(HeaderError::OtherChain));
        assert_eq!(check(|h| h.parent = Hash::ZERO), Err(HeaderError::OtherParent));
        assert!(matches!(check(|h| h.height = Height(9)), Err(HeaderError::Height { .. })));
        assert_eq!(check(|h| h.slot = Slot(0)), Err(HeaderError::Slot));
        assert_eq!(check(|h| h.epoch += 2), Err(HeaderError::Epoch), "every epoch has blocks");
        assert_eq!(check(|h| h.epoch -= 1), Err(HeaderError::Epoch));
        assert_eq!(check(|h| h.validators = h.next_validators), Err(HeaderError::Validators));
        assert_eq!(check(|h| h.epoch += 1), Err(HeaderError::Validators));
        let next = |h: &mut Header| {
            h.epoch += 1;
            h.validators = h.next_validators;
        };
        assert_eq!(check(next), Ok(()));
        let last = Header { height: Height(u64::MAX), ..parent };
        assert!(matches!(check_child(&last, &child(&last)), Err(HeaderError::Height { .. })));
    }

    #[test]
    fn the_genesis_is_named_by_its_hash() {
        let genesis = Header { height: Height(0), chain: Hash::ZERO, ..header() };
        let first = Header { chain: genesis.hash(), ..child(&genesis) };
        assert_eq!(check_child(&genesis, &first), Ok(()));
        assert_eq!(check_child(&genesis, &child(&genesis)), Err(HeaderError::OtherChain));
        let second = child(&first);
        assert_eq!(check_child(&first, &second), Ok(()));
    }
}
