//! The file of verifying keys: what a chain pins of all classes together.

use super::keyfile::Head;
use crate::groth16::VerifyingKey;
use zera_proof_verify::{ClassInfo, ClassKeys, Keys, points};

/// The seed of development keys. Everybody knows it, so a proof under them convinces nobody.
pub const DEV_SEED: [u8; 32] = *b"zera: insecure development keys.";

/// What the file says of one class.
///
/// # Errors
/// When a point is none.
pub fn entry(info: ClassInfo, head: &Head, vk: &VerifyingKey) -> Result<ClassKeys, &'static str> {
    Ok(ClassKeys {
        info,
        circuit: head.circuit,
        proving_key: head.sha256(),
        alpha_g1: points::to_bytes(&vk.alpha_g1)?,
        beta_g2: points::to_bytes(&vk.beta_g2)?,
        gamma_g2: points::to_bytes(&vk.gamma_g2)?,
        delta_g2: points::to_bytes(&vk.delta_g2)?,
        delta_d_g2: points::to_bytes(&vk.delta_d_g2)?,
        ic: vk.ic.iter().map(points::to_bytes).collect::<Result<_, _>>()?,
    })
}

/// Puts `entry` into its place among the classes, in place of an older one of its number.
pub fn insert(keys: &mut Keys, entry: ClassKeys) {
    keys.classes.retain(|class| class.info.id != entry.info.id);
    keys.classes.push(entry);
    keys.classes.sort_by_key(|class| class.info.id);
}
