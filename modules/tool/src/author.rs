//! One module of an author's own (`cargo xtask module`): finished, checked by the chain's own rules, and said in words.

use crate::{Result, json, read, wasm, write};
use std::fmt::Write as _;
use std::path::Path;
use zera_primitives::{Hash, Manifest};
use zera_registry::CodeInfo;

/// Appends the manifest in the file `manifest`, JSON or the bytes that `zera::manifest::print` wrote, to `compiled`, and
/// writes the module to `finished` if the chain would take it.
pub fn finish(compiled: &Path, manifest: &Path, finished: &Path) -> Result<String> {
    let described = read(manifest)?;
    let described = if manifest.extension().is_some_and(|extension| extension == "json") {
        json::manifest(&described).map_err(|error| format!("{}: {error}", manifest.display()))?
    } else {
        Manifest::from_bytes(&described).map_err(|error| format!("{}: {error}", manifest.display()))?
    };
    let code = wasm::finish(&read(compiled)?, Some(&described))?;
    let info = CodeInfo::read(&code).map_err(|error| format!("the chain would refuse it: {error}"))?;
    write(finished, &code)?;
    Ok(words(&code, &info, &described))
}

/// What a voter will see first.
fn words(code: &[u8], info: &CodeInfo, manifest: &Manifest) -> String {
    let Manifest { name, version, schema, .. } = manifest;
    let mut text = format!("{name} {version}, schema {schema}");
    if !manifest.reads_schemas.is_empty() {
        let _ = write!(text, ", reads {:?}", manifest.reads_schemas);
    }
    let _ = writeln!(text, "\n  code      b3:{}, {} bytes", Hash::of(code).to_hex(), info.size);
    let _ = writeln!(text, "  memory    {} to {} pages of 64 KiB", info.memory_min, info.memory_max);
    let _ = writeln!(text, "  imports   {}", info.imports.join(", "));
    for export in &manifest.exports {
        let args: Vec<&str> = export.args.iter().map(|arg| arg.name.as_str()).collect();
        let payable = if export.payable { ", takes ZRA" } else { "" };
        let kind = format!("{:?}", export.kind).to_lowercase();
        let _ = writeln!(text, "  {kind:<11} {}({}){payable}", export.name, args.join(", "));
    }
    for parameter in &manifest.parameters {
        let bound = |bound: Option<u128>| bound.map_or_else(|| "any".to_owned(), |bound| bound.to_string());
        let _ = writeln!(
            text,
            "  parameter   {}, from {} to {}",
            parameter.name,
            bound(parameter.min),
            bound(parameter.max)
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use codec::Encode;

    #[test]
    fn finishes_what_the_chain_takes_and_says_why_not() {
        let folder = std::env::temp_dir().join(format!("zera-author-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let (compiled, manifest, finished) = (folder.join("a.wasm"), folder.join("a.scale"), folder.join("b.wasm"));
        let jar = Path::new(env!("CARGO_MANIFEST_DIR")).join("../prebuilt/guide-v1.wasm");
        std::fs::copy(jar, &compiled).unwrap();
        std::fs::write(&manifest, guide_v1::jar::manifest().encode()).unwrap();
        let words = finish(&compiled, &manifest, &finished).unwrap();
        assert!(words.starts_with("jar 1.0.0, schema 1\n"), "{words}");
        assert!(words.contains("parameter   limit, from 1 to 1000000"), "{words}");
        assert_eq!(std::fs::read(&compiled).unwrap(), std::fs::read(&finished).unwrap());

        std::fs::write(&manifest, guide_v2::jar::manifest().encode()).unwrap();
        let refused = finish(&compiled, &manifest, &finished).unwrap_err().to_string();
        assert!(refused.contains("migrate"), "a manifest promises what the code lacks: {refused}");
        std::fs::remove_dir_all(folder).unwrap();
    }
}
