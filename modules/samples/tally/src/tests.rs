//! The tally against the crate that it is made of.

use super::tally::{ALPHA_60, Tally, exports::EXPORTS};
use zera::prelude::*;
use zera::testing::Chain;

const ANN: AccountId = AccountId([1; 32]);

#[test]
fn counts_as_the_ledger_does() {
    assert_eq!(zera_conviction::alpha::alpha(60), Some(ALPHA_60));
    let mut chain = Chain::new();
    let module = chain.deploy(ANN, EXPORTS, "new", &()).unwrap();
    let after = |conviction, stake, slots| Tally::open().conviction_after(conviction, stake, slots);
    let stake = 30_000_000_000_000_000;
    let (half, same, later) = chain
        .inside(ANN, module, || (after(0, stake, 60), after(5, 5, 9), Tally::open().conviction_at(0, stake, 60, 60)))
        .unwrap();
    assert!(half.abs_diff(stake / 2) <= 1, "{half}");
    assert_eq!(same, 5);
    assert_eq!(later, half);
    assert!(chain.inside(ANN, module, || Tally::open().conviction_at(0, 1, 1, 29)).is_err());
}
