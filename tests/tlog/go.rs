//! Go's `golang.org/x/mod/sumdb/tlog`: the same roots and proofs, the same answers to wrong ones.

use super::grown::{Claim, Grown, Kind, sizes};
use earmark::tlog::tree::Digest;
use proptest::prelude::*;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::OnceLock;

/// A running program that answers a line with a line, see go/main.go.
pub(crate) struct Go {
    child: Child,
    to: Option<ChildStdin>,
    from: BufReader<ChildStdout>,
}

impl Go {
    /// `None`, and said, where there is no Go.
    pub(crate) fn start() -> Option<Self> {
        static BUILT: OnceLock<Option<PathBuf>> = OnceLock::new();
        let program = BUILT.get_or_init(build).as_ref()?;
        let mut child =
            Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (to, from) = (child.stdin.take(), BufReader::new(child.stdout.take().unwrap()));
        Some(Self { child, to, from })
    }

    pub(crate) fn ask(&mut self, question: &str) -> String {
        let line = format!("{question}\n");
        self.to.as_mut().unwrap().write_all(line.as_bytes()).unwrap();
        let mut answer = String::new();
        self.from.read_line(&mut answer).unwrap();
        answer.strip_suffix('\n').expect("Go answers with a line").to_owned()
    }

    /// Whether Go takes it.
    fn takes(&mut self, claim: &Claim) -> bool {
        let (question, hash) = match claim.kind {
            Kind::Inclusion(leaf) => ("check-inclusion", leaf),
            Kind::Consistency(old) => ("check-consistency", old),
        };
        let Claim { part, size, root, .. } = claim;
        let path = hashes(&claim.path);
        match self.ask(&format!("{question} {size} {root} {part} {hash} {path}")).as_str() {
            "ok" => true,
            "refused" => false,
            other => panic!("{other}"),
        }
    }
}

impl Drop for Go {
    /// It ends where its input ends.
    fn drop(&mut self) {
        drop(self.to.take());
        let ended = self.child.wait();
        assert!(std::thread::panicking() || ended.unwrap().success());
    }
}

/// Builds the program, from what Debian has: no network is needed.
fn build() -> Option<PathBuf> {
    let required = std::env::var("EARMARK_GO").is_ok_and(|value| value == "1");
    if Command::new("go").arg("version").output().is_err() {
        assert!(!required, "EARMARK_GO=1, and go is not on the path");
        println!("left out: go is not on the path");
        return None;
    }
    let room = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let program = room.join("tlog-go");
    let built = Command::new("go")
        .args(["build", "-o"])
        .arg(&program)
        .arg("tests/tlog/go/main.go")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("GO111MODULE", "off")
        .env("GOPATH", "/usr/share/gocode")
        .env("GOCACHE", room.join("go-cache"))
        .env("GOFLAGS", "")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&built.stderr);
    if !required && said.contains("cannot find package") {
        println!("left out: golang.org/x/mod is not there: {said}");
        return None;
    }
    assert!(built.status.success(), "{said}");
    Some(program)
}

/// Bytes as the program reads them.
pub(crate) fn hex(bytes: impl AsRef<[u8]>) -> String {
    let mut text = String::new();
    for byte in bytes.as_ref() {
        write!(text, "{byte:02x}").unwrap();
    }
    if text.is_empty() { "-".to_owned() } else { text }
}

/// Hashes as the program writes them.
fn hashes(path: &[Digest]) -> String {
    path.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

fn agree(go: &mut Go, log: &Grown, picks: &[u64], bit: u8) {
    assert_eq!(go.ask("new"), "ok");
    for (entry, root) in log.entries.iter().zip(&log.roots[1..]) {
        assert_eq!(go.ask(&format!("add {}", hex(entry))), root.to_string());
    }
    for pick in picks {
        let index = pick % log.size();
        let inclusion = log.inclusion(index);
        assert_eq!(go.ask(&format!("prove-inclusion {index}")), hashes(&inclusion.path));
        // An old log of 1 to all entries: Go proves nothing about an empty one.
        let old = index + 1;
        let consistency = log.consistency(old);
        assert_eq!(go.ask(&format!("prove-consistency {old}")), hashes(&consistency.path));
        for claim in [inclusion, consistency] {
            assert!(claim.holds() && go.takes(&claim), "{claim:?}");
            for wrong in claim.spoiled(bit) {
                assert!(!wrong.holds() && !go.takes(&wrong), "{wrong:?}");
            }
        }
    }
}

#[test]
fn go_gives_the_same_roots_and_proofs() {
    let Some(mut go) = Go::start() else { return };
    for size in 1..=20 {
        agree(&mut go, &Grown::new(size, size), &(0..size).collect::<Vec<_>>(), 0);
    }
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) };
    let case = (any::<u64>(), sizes(1_500), prop::collection::vec(any::<u64>(), 8), any::<u8>());
    let go = std::cell::RefCell::new(go);
    let random = |(seed, size, picks, bit): (u64, u64, Vec<u64>, u8)| {
        agree(&mut go.borrow_mut(), &Grown::new(seed, size), &picks, bit);
        Ok(())
    };
    proptest::test_runner::TestRunner::new(config).run(&case, random).unwrap();
}
