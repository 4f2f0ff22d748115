//! Builds the shim, and runs commands under it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

struct Built {
    _folder: tempfile::TempDir,
    library: PathBuf,
}

static SHIM: LazyLock<Built> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let library = folder.path().join("shim.so");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults/shim.c");
    let built = Command::new("cc")
        .args(["-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o"])
        .args([&library, &source])
        .arg("-ldl")
        .output()
        .expect("a C compiler, which tools/test installs");
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    Built { _folder: folder, library }
});

/// What becomes of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// It fails.
    Once,
    /// It fails, a while later.
    Late,
    /// It fails, and all after it.
    From,
    /// A write writes half and fails.
    Half,
    /// The program is killed before it.
    Kill,
    /// A write writes half, then the program is killed.
    Torn,
    /// It is sent what Ctrl-C sends.
    Interrupt,
}

impl Mode {
    fn word(self) -> &'static str {
        match self {
            Self::Once => "once",
            Self::Late => "late",
            Self::From => "from",
            Self::Half => "half",
            Self::Kill => "kill",
            Self::Torn => "torn",
            Self::Interrupt => "interrupt",
        }
    }
}

/// A call that the shim saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) number: u64,
    pub(crate) class: char,
    pub(crate) name: String,
    pub(crate) path: String,
}

impl std::fmt::Display for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "call {} ({} of {})", self.number, self.name, self.path)
    }
}

/// Where and how to fail.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fault {
    pub(crate) at: u64,
    pub(crate) mode: Mode,
}

/// A command that takes so long waits for something that never comes.
const STUCK: Duration = Duration::from_secs(120);

/// Runs a command; one that does not end fails the test.
pub(crate) fn ended(mut command: Command) -> Output {
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let number = child.id().to_string();
    let (done, outcome) = channel::<()>();
    let guard = std::thread::spawn(move || {
        let is_stuck = outcome.recv_timeout(STUCK) == Err(RecvTimeoutError::Timeout);
        if is_stuck {
            Command::new("kill").args(["-KILL", &number]).status().unwrap();
        }
        is_stuck
    });
    let output = child.wait_with_output().unwrap();
    drop(done);
    assert!(!guard.join().unwrap(), "it did not end: {command:?}");
    output
}

/// Runs a command whose calls below `under` count.
pub(crate) fn run(mut command: Command, under: &Path, fault: Option<Fault>) -> (Output, Vec<Call>) {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("calls");
    command.env("LD_PRELOAD", &SHIM.library).env("SHIM_LOG", &log).env("SHIM_UNDER", under);
    if let Some(fault) = fault {
        command.env("SHIM_AT", fault.at.to_string()).env("SHIM_MODE", fault.mode.word());
    }
    let output = ended(command);
    let text = std::fs::read_to_string(&log).expect("the shim is loaded");
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("loaded"), "the shim is loaded");
    let calls = lines.map(|line| {
        let mut words = line.splitn(4, ' ');
        let mut next = || words.next().unwrap_or_default().to_owned();
        let (number, class) = (next().parse().unwrap(), next().chars().next().unwrap());
        Call { number, class, name: next(), path: next() }
    });
    (output, calls.collect())
}
