//! This crate's formats on file.

use crate::{
    certificate::{SealKey, seal, tests::header},
    validators::ValidatorSet,
};
use zera_primitives::conformance::{bytes_line, line};

#[test]
fn formats_are_those_on_file() {
    let keys = [1, 2].map(|seed| SealKey::from_seed(&[seed; 32]).unwrap());
    let set = ValidatorSet::new(keys.iter().map(SealKey::public).collect()).unwrap();
    let certificate = seal(&header(), &keys[0]).unwrap();
    zera_primitives::check_conformance!(&[
        bytes_line("Certificate", &[&certificate.to_bytes()]),
        bytes_line("hash of validator set", &[&set.hash().0]),
        line("ValidatorSet", &[set]),
    ]);
}
