//! Both verifiers over one log: where a test verifies what it forged or damaged, the independent verifier in
//! tools/verify judges the same folder, and the two must agree on whether it holds and on the entry where
//! it breaks. Tests verify through here and nowhere else (a rule of tests/tidy), so that none forgets it.
//!
//! They part only where the other one does not look: rules, caches, pins, bookmarks, policies.
#![allow(dead_code, reason = "each test file uses its part")]

use earmark::error::Result;
use earmark::ledger::Reader;
use earmark::tlog::note::VerifierKey;
use earmark::verify::{Identity, Outcome, Report, Tier, Trust};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A Python that has what the verifier imports.
pub(crate) static PYTHON: LazyLock<PathBuf> = LazyLock::new(|| {
    let given = std::env::var_os("EARMARK_PYTHON").map(PathBuf::from);
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or(Path::new(ROOT).join("target"), PathBuf::from);
    let candidates = [given, Some(target.join(".venv/bin/python")), Some("python3".into())];
    let has_modules = |python: &PathBuf| {
        let probe = Command::new(python).args(["-c", "import blake3, cryptography"]).output();
        probe.is_ok_and(|output| output.status.success())
    };
    candidates.into_iter().flatten().find(has_modules).expect(
        "tools/verify needs a Python with blake3 and cryptography: run tools/test, which installs them",
    )
});

/// The independent verifier, which stays for all logs of a test program and ends with its input.
struct Other {
    _child: Child,
    ask: ChildStdin,
    told: BufReader<ChildStdout>,
}

/// As many as there are processors: each judges one log at a time.
static OTHERS: LazyLock<Vec<Mutex<Other>>> = LazyLock::new(|| {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    (0..processors).map(|_| Mutex::new(another())).collect()
});

fn another() -> Other {
    let tools = Path::new(ROOT).join("tools/verify");
    let script = Path::new(ROOT).join("tests/both/judge.py");
    let mut command = Command::new(PYTHON.as_path());
    command.arg("-B").arg(script).arg(tools).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let (ask, told) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
    Other { _child: child, ask, told }
}

/// One that is free, or else the one whose turn it is.
fn free() -> MutexGuard<'static, Other> {
    static TURN: AtomicUsize = AtomicUsize::new(0);
    if let Some(free) = OTHERS.iter().find_map(|other| other.try_lock().ok()) {
        return free;
    }
    let turn = TURN.fetch_add(1, Ordering::Relaxed) % OTHERS.len();
    OTHERS[turn].lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the independent verifier says of a log: exit status, JSON, and what it wrote besides.
pub(crate) fn other(log: &Path, key: &str) -> (i64, Value, String) {
    let mut other = free();
    let asked = json!({"folder": log, "key": key});
    writeln!(other.ask, "{asked}").unwrap();
    let mut line = String::new();
    other.told.read_line(&mut line).unwrap();
    let told: Value = serde_json::from_str(&line).unwrap();
    let status = told["status"].as_i64().unwrap();
    assert_ne!(status, -1, "{}: the independent verifier failed: {told}", log.display());
    (status, told["said"].clone(), told["err"].as_str().unwrap_or_default().to_owned())
}

/// Something that a verifier of ours found: tier, entry and field.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) tier: String,
    pub(crate) index: Option<u64>,
    pub(crate) what: String,
}

impl Found {
    /// The other one looks at it too: it has a log key, and neither pin, bookmark nor policy.
    fn is_of_both(&self) -> bool {
        let is_pinned = self.what.contains("genesis hash: expected")
            || (self.what.contains("ledger id: expected") && self.what.contains("another log"));
        let is_ours = self.what.contains("as an earlier run on this machine")
            || self.what.contains("quorum")
            || is_pinned;
        ["chain", "signatures", "log"].contains(&self.tier.as_str()) && !is_ours
    }
}

/// One in so many logs of a sweep that changes each byte in turn goes to both: the other one takes its time.
pub(crate) const SWEEP: usize = 8;

/// Verifies a log by ours alone: for what a sweep leaves out ([`SWEEP`]), and for logs that are written to
/// meanwhile.
pub(crate) fn verify_ours(log: &Path, tiers: &[Tier], trust: &Trust) -> Result<Report> {
    let reader = Reader::open_log(log, None, None)?;
    earmark::verify::verify(&reader, None, tiers, trust, &mut |_| {})
}

/// Verifies a log with all that a tier needs, by both.
///
/// # Panics
/// Where they do not agree.
#[track_caller]
pub(crate) fn verify(log: &Path, tiers: &[Tier], trust: &Trust) -> Result<Report> {
    let report = verify_ours(log, tiers, trust);
    match &report {
        Ok(report) => judge(log, trust, report),
        Err(error) => {
            if let Some(key) = &trust.key {
                let (status, said, _) = other(log, &key.to_string());
                assert_eq!(status, 3, "{}: {error}\n{said}", log.display());
            }
        }
    }
    report
}

/// Holds a report against what the independent verifier says of the same log.
///
/// # Panics
/// Where they do not agree.
#[track_caller]
pub(crate) fn judge(log: &Path, trust: &Trust, report: &Report) {
    let is_asked = |tier: &Tier| {
        report.tiers.iter().any(|(of, outcome)| of == tier && *outcome != Outcome::NotAsked)
    };
    if ![Tier::Chain, Tier::Signatures, Tier::Log].iter().all(is_asked) {
        return;
    }
    let pinned = trust.pin.as_ref().map(|pin| pin.vkey.parse().unwrap());
    let key = trust.key.clone().or(pinned).or_else(|| report.claimed_key.clone());
    let Some(key) = key else { return };
    if trust.key.is_some() && report.identity == Identity::NotPinned {
        // The log may hold: the key that is trusted handed over to nobody.
        let (status, said, _) = other(log, &key.to_string());
        assert_eq!(status, 3, "{}: {said}", log.display());
        return;
    }
    let found = report.faults.iter().map(|fault| Found {
        tier: fault.tier.text().to_owned(),
        index: fault.index,
        what: fault.to_string(),
    });
    agree(log, &key, &found.collect::<Vec<_>>());
}

/// What ours found, and what the other one says.
#[track_caller]
pub(crate) fn agree(log: &Path, key: &VerifierKey, found: &[Found]) {
    let (status, said, err) = other(log, &key.to_string());
    let ours: Vec<&Found> = found.iter().filter(|found| found.is_of_both()).collect();
    let case = || format!("{}\nours: {found:#?}\nthe other: {status} {said}{err}", log.display());
    let at = said["break"]["at"].as_str();
    if at == Some("checkpoint") && said["break"]["field"] == "size" {
        // A log without a first command; ours says of which entry.
        assert!(!found.is_empty(), "{}", case());
        return;
    }
    // Of the rules it knows what type 99 says, and what the postings cannot follow.
    let at = at.filter(|_| said["break"]["field"] != "rules");
    assert_eq!(at.is_some(), !ours.is_empty(), "{}", case());
    if let Some(index) = at.and_then(|at| at.strip_prefix("entry ")) {
        let first = ours.iter().filter_map(|found| found.index).min();
        assert_eq!(first.map(|first| first.to_string()).as_deref(), Some(index), "{}", case());
    }
}
