//! Function bodies without what merely depends on numbering: the form that is compared.

use crate::{
    disassembly::block_type,
    error::InspectError,
    module::{Function, Module},
};
use wasmparser::{Operator, ValType};
use zera_primitives::Hash;

/// Buckets of a sketch.
pub(super) const BUCKETS: usize = 32;
/// Operators that make one shingle.
const SHINGLE: usize = 3;
/// A bucket that nothing fell into.
pub(super) const EMPTY: u32 = u32::MAX;

/// A body, independent of the numbers of functions and types.
pub(super) struct Form {
    /// Hash of signature, locals and operators: imports by name, types by signature, own functions by signature only.
    pub(super) skeleton: Hash,
    /// The same without the values of constants: what is left when only numbers and addresses move.
    pub(super) shape: Hash,
    /// Own functions that it names, in order: together with the skeleton this is the whole body.
    pub(super) named: Vec<u32>,
    /// One-permutation minimum hash over runs of operators: the share of equal buckets estimates how alike two are.
    pub(super) sketch: [u32; BUCKETS],
}

/// The form of one own function.
pub(super) fn form(module: &Module, function: &Function) -> Result<Form, InspectError> {
    let mut forming = Forming {
        module,
        exact: Vec::new(),
        shape: Vec::new(),
        named: Vec::new(),
        plain: Vec::new(),
        tokens: Vec::new(),
    };
    forming.token(b't', module.digest(function.ty));
    let body = module.body(function);
    let mut locals: Vec<(u32, ValType)> = Vec::new();
    for group in body.get_locals_reader()? {
        let (count, ty) = group?;
        match locals.last_mut() {
            Some((sum, last)) if *last == ty => *sum = sum.saturating_add(count),
            _ if count > 0 => locals.push((count, ty)),
            _ => {}
        }
    }
    for (count, ty) in locals {
        forming.token(b'l', format!("{count} {ty}").as_bytes());
    }
    let mut reader = body.get_operators_reader()?;
    forming.tokens.clear();
    while !reader.eof() {
        let (operator, offset) = reader.read_with_offset()?;
        let at = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX);
        let bytes = module.bytes(&(at(offset)..at(reader.original_position())));
        forming.operator(&operator, bytes);
    }
    let sketch = sketch(&forming.tokens);
    let (skeleton, shape) = (Hash::of(&forming.exact), Hash::of(&forming.shape));
    Ok(Form { skeleton, shape, named: forming.named, sketch })
}

struct Forming<'m> {
    module: &'m Module,
    exact: Vec<u8>,
    shape: Vec<u8>,
    named: Vec<u32>,
    /// Room for one operator.
    plain: Vec<u8>,
    /// Hashes of the operators, for the sketch.
    tokens: Vec<u32>,
}

impl Forming<'_> {
    fn token(&mut self, kind: u8, bytes: &[u8]) {
        for buffer in [&mut self.exact, &mut self.shape] {
            put(buffer, kind, bytes);
        }
        self.tokens.push(mix(bytes.iter().fold(mix(u32::from(kind)), |hash, byte| mix(hash ^ u32::from(*byte)))));
    }

    /// A constant: its value counts in the exact form only.
    fn constant(&mut self, kind: u8, bytes: &[u8]) {
        put(&mut self.exact, kind, bytes);
        put(&mut self.shape, kind, &[]);
        self.tokens.push(mix(u32::from(kind)));
    }

    fn operator(&mut self, operator: &Operator<'_>, bytes: &[u8]) {
        match operator {
            Operator::Call { function_index } => self.function(b'c', *function_index),
            Operator::RefFunc { function_index } => self.function(b'r', *function_index),
            Operator::I32Const { value } => self.constant(b'4', &value.to_le_bytes()),
            Operator::I64Const { value } => self.constant(b'8', &value.to_le_bytes()),
            Operator::CallIndirect { type_index, table_index } => {
                self.token(b'i', &[self.module.digest(*type_index), &table_index.to_le_bytes()].concat());
            }
            other => match (block_type(other), bytes.first()) {
                (Some(ty), Some(code)) => self.token(b'b', &[self.module.digest(ty), &[*code]].concat()),
                _ => {
                    let mut plain = std::mem::take(&mut self.plain);
                    shortest(bytes, &mut plain);
                    self.token(b'o', &plain);
                    self.plain = plain;
                }
            },
        }
    }

    fn function(&mut self, kind: u8, index: u32) {
        if let Some((name, _)) = self.module.imports.get(index as usize) {
            self.token(kind, name.as_bytes());
        } else {
            self.named.push(index);
            self.token(kind.to_ascii_uppercase(), self.module.digest(self.module.type_of(index)));
        }
    }
}

/// An operator whose immediates are unsigned numbers in LEB128, each in its shortest form: linkers leave them padded, and
/// padding is no change. (Constants are signed and are taken by value; all else is a single byte.)
fn shortest(bytes: &[u8], out: &mut Vec<u8>) {
    const MORE: u8 = 0x80;
    out.clear();
    let mut start = 0usize;
    for byte in bytes {
        out.push(*byte);
        // The operator itself is one byte.
        if out.len() == 1 {
            start = 1;
        } else if byte & MORE == 0 {
            while out.len() > start.saturating_add(1) && out.last() == Some(&0) {
                out.pop();
                out.last_mut().into_iter().for_each(|last| *last &= !MORE);
            }
            start = out.len();
        }
    }
}

/// Appends a token so that no two lists of tokens give the same bytes.
fn put(buffer: &mut Vec<u8>, kind: u8, bytes: &[u8]) {
    buffer.push(kind);
    buffer.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
    buffer.extend_from_slice(bytes);
}

/// The finaliser of MurmurHash3: good enough to spread shingles, and nothing rests on it but which functions are shown
/// side by side.
const fn mix(mut hash: u32) -> u32 {
    hash = hash.wrapping_add(0x9e37_79b9);
    hash = (hash ^ (hash >> 16)).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ (hash >> 13)).wrapping_mul(0xc2b2_ae35);
    hash ^ (hash >> 16)
}

fn sketch(tokens: &[u32]) -> [u32; BUCKETS] {
    let mut sketch = [EMPTY; BUCKETS];
    for run in tokens.windows(SHINGLE) {
        let hash = run.iter().fold(0, |hash, token| mix(hash ^ *token));
        if let Some(bucket) = sketch.get_mut(hash as usize % BUCKETS) {
            *bucket = (*bucket).min(hash);
        }
    }
    sketch
}

#[cfg(test)]
mod tests {
    use super::shortest;

    #[test]
    fn padding_is_left_out() {
        let plain = |bytes: &[u8]| {
            let mut out = Vec::new();
            shortest(bytes, &mut out);
            out
        };
        // i32.load align=2 offset=300, padded and not.
        assert_eq!(plain(&[0x28, 0x82, 0x00, 0xac, 0x82, 0x80, 0x80, 0x00]), [0x28, 0x02, 0xac, 0x02]);
        assert_eq!(plain(&[0x28, 0x02, 0xac, 0x02]), [0x28, 0x02, 0xac, 0x02]);
        assert_eq!(plain(&[0x23, 0x80, 0x80, 0x80, 0x80, 0x00]), [0x23, 0x00]);
        assert_eq!(plain(&[0x6a]), [0x6a]);
        // memory.fill: a prefix, its number and the memory.
        assert_eq!(plain(&[0xfc, 0x0b, 0x00]), [0xfc, 0x0b, 0x00]);
    }
}
