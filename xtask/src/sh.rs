//! Running other programs, and saying how far we are and how long each step took.

use crate::Result;
use std::io::{BufRead, BufReader, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The repository's root: every path in xtask is relative to it.
pub fn root() -> PathBuf {
    // CARGO_MANIFEST_DIR is this crate's folder at run time under `cargo run`; the built-in one is the fallback.
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let manifest = manifest.filter(|dir| dir.ends_with("xtask")).unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    manifest.parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

/// A program in the repository's root.
pub fn command(program: impl AsRef<std::ffi::OsStr>, args: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(args).current_dir(root());
    command
}

/// How a command looks on a shell's prompt, for messages.
pub fn shown(command: &Command) -> String {
    let mut line = command.get_program().to_string_lossy().into_owned();
    for arg in command.get_args() {
        line.push(' ');
        line.push_str(&arg.to_string_lossy());
    }
    line
}

/// Runs to the end; all it says goes to our standard error, since standard output is for results.
///
/// # Errors
/// When the program cannot be started or ends with a failure.
pub fn run(mut command: Command) -> Result<()> {
    let status = command
        .stdout(std::io::stderr())
        .status()
        .map_err(|error| format!("cannot start `{}`: {error}", shown(&command)))?;
    if status.success() { Ok(()) } else { Err(format!("`{}` failed ({status})", shown(&command)).into()) }
}

/// Runs to the end and gives the trimmed standard output; what it says on standard error is shown only on failure.
///
/// # Errors
/// When the program cannot be started or ends with a failure.
pub fn output(mut command: Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("cannot start `{}`: {error}", shown(&command)))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("`{}` failed ({})\n{said}", shown(&command), output.status).into());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Runs to the end, passes every line of standard output on to `each`; gives whether the program succeeded.
///
/// # Errors
/// When the program cannot be started or its output cannot be read.
pub fn lines(mut command: Command, mut each: impl FnMut(&str)) -> Result<bool> {
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cannot start `{}`: {error}", shown(&command)))?;
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).split(b'\n') {
            each(String::from_utf8_lossy(&line?).trim_end_matches('\r'));
        }
    }
    Ok(child.wait()?.success())
}

/// Finds a program on PATH.
pub fn which(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|dir| dir.join(program)).find(|file| file.is_file())
}

/// Tracked files and new ones that are not ignored, relative to the root.
///
/// # Errors
/// Outside a git checkout.
pub fn files() -> Result<Vec<String>> {
    let git = command("git", &["ls-files", "--cached", "--others", "--exclude-standard", "-z"]);
    let mut files: Vec<String> = output(git)?.split('\0').filter(|name| !name.is_empty()).map(str::to_owned).collect();
    files.sort();
    files.dedup();
    Ok(files)
}

/// `1.2 s`, `350 ms`, `2 min 05 s`.
pub fn time(duration: Duration) -> String {
    let millis = duration.as_millis();
    match millis {
        0..1_000 => format!("{millis} ms"),
        1_000..60_000 => format!("{}.{} s", millis / 1_000, millis % 1_000 / 100),
        _ => format!("{} min {:02} s", millis / 60_000, millis % 60_000 / 1_000),
    }
}

/// A headline of one step, on standard error so that standard output stays for results.
pub struct Step {
    name: String,
    start: Instant,
}

impl Step {
    /// Prints the headline and starts the clock.
    pub fn start(name: impl Into<String>) -> Self {
        let name = name.into();
        say("==>", "36", &name);
        Self { name, start: Instant::now() }
    }

    /// Prints how the step ended and how long it took.
    pub fn end(self, ok: bool, note: &str) {
        let (mark, colour) = if ok { ("ok ", "32") } else { ("FAILED", "31") };
        let note = if note.is_empty() { String::new() } else { format!(": {note}") };
        say(mark, colour, &format!("{}{note} ({})", self.name, time(self.start.elapsed())));
    }
}

/// One coloured mark and a line, on standard error.
pub fn say(mark: &str, colour: &str, line: &str) {
    let mut err = std::io::stderr().lock();
    // Nothing can be done about a closed terminal.
    let _ = if err.is_terminal() {
        writeln!(err, "\x1b[1;{colour}m{mark}\x1b[0m {line}")
    } else {
        writeln!(err, "{mark} {line}")
    };
}
