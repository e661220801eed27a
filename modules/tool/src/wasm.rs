//! The sections of a `.wasm`: drops what compilers leave for debuggers, appends the manifest.

use crate::Result;
use codec::Encode;
use zera_primitives::Manifest;

const HEADER: &[u8] = b"\0asm\x01\0\0\0";
const CUSTOM: u8 = 0;

/// The module without custom sections, and with `manifest` in a section `zera`.
pub fn finish(code: &[u8], manifest: Option<&Manifest>) -> Result<Vec<u8>> {
    let mut rest = code.strip_prefix(HEADER).ok_or("not a .wasm file")?;
    let mut out = HEADER.to_vec();
    while let Some((id, after)) = rest.split_first() {
        let (length, body) = unsigned(after)?;
        let (body, next) = body.split_at_checked(length).ok_or("a section is cut off")?;
        if *id != CUSTOM {
            section(&mut out, *id, body);
        }
        rest = next;
    }
    if let Some(manifest) = manifest {
        let bytes = manifest.encode();
        let read = Manifest::from_bytes(&bytes).map_err(|error| format!("manifest of {}: {error}", manifest.name))?;
        assert_eq!(read, *manifest, "a manifest is read as it was written");
        let mut body = Vec::new();
        write_unsigned(&mut body, b"zera".len());
        body.extend_from_slice(b"zera");
        body.extend_from_slice(&bytes);
        section(&mut out, CUSTOM, &body);
    }
    Ok(out)
}

fn section(out: &mut Vec<u8>, id: u8, body: &[u8]) {
    out.push(id);
    write_unsigned(out, body.len());
    out.extend_from_slice(body);
}

/// Reads a LEB128 length.
fn unsigned(bytes: &[u8]) -> Result<(usize, &[u8])> {
    let mut value = 0usize;
    for (index, byte) in bytes.iter().enumerate().take(5) {
        value |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Ok((value, bytes.get(index + 1..).unwrap_or_default()));
        }
    }
    Err("a length is cut off".into())
}

fn write_unsigned(out: &mut Vec<u8>, mut value: usize) {
    loop {
        let low = u8::try_from(value & 0x7f).unwrap_or_default();
        value >>= 7;
        if value == 0 {
            return out.push(low);
        }
        out.push(low | 0x80);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drops_custom_sections_and_keeps_the_rest() {
        let code = wat::parse_str("(module $named (memory 1 1) (@custom \"other\" \"abc\"))").unwrap();
        let plain = wat::parse_str("(module (memory 1 1))").unwrap();
        assert_ne!(code, plain);
        assert_eq!(finish(&code, None).unwrap(), plain);
    }

    #[test]
    fn appends_a_manifest_that_reads_back() {
        let plain = wat::parse_str("(module (memory 1 1))").unwrap();
        let manifest = counter::counter::manifest();
        let finished = finish(&plain, Some(&manifest)).unwrap();
        let tail = finished.windows(5).position(|window| window == b"\x04zera").unwrap() + 5;
        assert_eq!(Manifest::from_bytes(&finished[tail..]), Ok(manifest.clone()));
        assert_eq!(finish(&finished, Some(&manifest)).unwrap(), finished, "a second time changes nothing");
    }

    #[test]
    fn refuses_what_is_cut_off() {
        let code = wat::parse_str("(module (memory 1 1))").unwrap();
        for cut in [0, 4, code.len() - 1] {
            assert!(finish(&code[..cut], None).is_err());
        }
    }
}
