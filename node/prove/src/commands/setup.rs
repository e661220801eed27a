//! `zera-prove setup`: keys. Development keys here, a ceremony's in [`super::ceremony`].

use super::ceremony;
use crate::{
    failure::{Failure, write},
    options::{Options, to_hex},
    output::Output,
    store::path,
};
use std::{path::Path, time::Instant};
use zera_proof::{
    circuit::classes::{CLASSES, Class},
    setup::{
        bundle::{DEV_SEED, entry, insert},
        dev,
        keyfile::{Head, Label, to_sections},
    },
};
use zera_proof_verify::{ClassKeys, Keys};

const KNOWN: &[&str] = &[
    "dev",
    "out",
    "classes",
    "write-vks",
    "log",
    "class",
    "ptau",
    "key",
    "transcript",
    "name",
    "source",
    "rounds",
    "json",
];

/// The command.
///
/// # Errors
/// See [`Failure`].
pub fn setup(words: Vec<String>, output: &mut Output) -> Result<(), Failure> {
    let options = Options::read(words.into_iter(), KNOWN)?;
    match options.words() {
        [] if options.has("dev") => development(&options, output),
        [word] => ceremony::step(word, &options, output),
        _ => Err(Failure::Usage(String::from("setup takes --dev or one step of a ceremony."))),
    }
}

/// Makes development keys: those of `--classes`, or all; those that are there already are left as they are.
fn development(options: &Options, output: &mut Output) -> Result<(), Failure> {
    let folder = Path::new(options.one("out")?.unwrap_or("target/keys"));
    let failed = |error: std::io::Error| Failure::File { path: folder.display().to_string(), error: error.to_string() };
    std::fs::create_dir_all(folder).map_err(failed)?;
    let vks = options.one("write-vks")?;
    let known = vks.and_then(|path| std::fs::read(path).ok()).and_then(|bytes| Keys::from_bytes(&bytes).ok());
    let known = known.or_else(|| Keys::from_bytes(crate::store::DEVELOPMENT).ok());
    let mut keys = Keys { insecure: true, classes: Vec::new() };
    for class in CLASSES {
        let wanted = options.all("classes").is_none_or(|ids| ids.contains(&class.id.to_string()));
        let pinned = known.as_ref().and_then(|keys| keys.class(class.id));
        match (wanted, pinned) {
            (true, pinned) => insert(&mut keys, make(class, folder, pinned, output)?),
            // Not asked for: what the file says of it stays.
            (false, Some(pinned)) => insert(&mut keys, pinned.clone()),
            (false, None) => {}
        }
    }
    if let Some(path) = vks {
        write(path, &keys.to_bytes())?;
    } else if known.is_none_or(|known| known != keys) {
        output.say(
            "These are not the pinned ones: the circuits have changed. --write-vks writes the verifying keys anew.",
        );
    }
    output.both("digest", "Verifying keys", to_hex(&keys.digest().0));
    output.say("These keys are INSECURE: everybody knows their seed. They are for development chains only.");
    output.field("insecure", true);
    Ok(())
}

/// One class's key, unless the pinned one is of this very circuit and lies there whole.
fn make(class: &Class, folder: &Path, pinned: Option<&ClassKeys>, output: &mut Output) -> Result<ClassKeys, Failure> {
    let began = Instant::now();
    let matrices = class.shape().matrices();
    let circuit = matrices.digest();
    if let Some(pinned) = pinned.filter(|pinned| pinned.circuit == circuit && pinned.info == class.info())
        && whole(&path(folder, &pinned.proving_key), &pinned.proving_key)
    {
        output.say(format!("Class {} ({}): there already", class.id, class.name));
        return Ok(pinned.clone());
    }
    let fault =
        |error: &dyn std::fmt::Display| Failure::Fault(format!("Class {} ({}): {error}.", class.id, class.name));
    let key = dev(&matrices, class.id, DEV_SEED).map_err(|error| fault(&error))?;
    let label = Label { class: class.id, circuit, insecure: true };
    let (head, sections) = to_sections(&key, label).map_err(|error| fault(&error))?;
    let path = path(folder, &head.sha256());
    let mut bytes = head.to_bytes();
    sections.iter().for_each(|section| bytes.extend_from_slice(section));
    // A key that is there is whole: it is written under another name first.
    let partial = path.with_extension("partial").display().to_string();
    write(&partial, &bytes)?;
    std::fs::rename(&partial, &path)
        .map_err(|error| Failure::File { path: path.display().to_string(), error: error.to_string() })?;
    let (megabytes, seconds) = (bytes.len() / 100_000, began.elapsed().as_millis());
    let (shape, name) = (key.shape, class.name);
    output.say(format!(
        "Class {} ({name}): {} constraints, {} wires ({} committed), {}.{} MB, {seconds} ms",
        class.id,
        shape.constraints,
        shape.wires,
        shape.committed,
        megabytes / 10,
        megabytes % 10
    ));
    output.field(
        &format!("class_{}", class.id),
        serde_json::json!({ "constraints": shape.constraints, "wires": shape.wires, "committed": shape.committed,
            "bytes": bytes.len(), "ms": u64::try_from(seconds).unwrap_or(u64::MAX) }),
    );
    entry(class.info(), &head, &key.vk).map_err(|error| fault(&error))
}

/// Whether a whole file of a key of that name lies there. Its sections are checked by whoever reads them.
fn whole(path: &Path, name: &[u8; 32]) -> bool {
    use std::io::Read;
    let Ok(file) = std::fs::File::open(path) else { return false };
    let length = file.metadata().map_or(0, |data| data.len());
    let mut front = Vec::new();
    let read = file.take(8_192).read_to_end(&mut front).is_ok();
    let head = Head::read(&front, Some(name)).ok().flatten();
    read && head.is_some_and(|head| head.file_bytes() == length)
}
