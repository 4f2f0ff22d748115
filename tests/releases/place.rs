//! A kept folder, unpacked, and lines run in it a few hours after it was packed.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const NOW: &str = "2002-06-30T23:00:00+08:00";

/// Every release and the folders that are kept of it.
pub(crate) fn places() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let names = |folder: &Path| -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    };
    let releases = Path::new(ROOT).join("tests/releases");
    for release in names(&releases) {
        if !releases.join(&release).is_dir() {
            continue;
        }
        for file in names(&releases.join(&release)) {
            found.push((release.clone(), file.strip_suffix(".tar.gz").unwrap().to_owned()));
        }
    }
    found.sort();
    found
}

pub(crate) struct Place {
    folder: tempfile::TempDir,
    /// What the release itself said of the folder.
    pub(crate) facts: Value,
}

pub(crate) struct Ran {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Place {
    pub(crate) fn unpack(release: &str, name: &str) -> Self {
        let archive = format!("{ROOT}/tests/releases/{release}/{name}.tar.gz");
        let folder = tempfile::tempdir().unwrap();
        let mut tar = Command::new("tar");
        tar.args(["-xpzf", &archive, "--no-same-owner", "-C"]).arg(folder.path());
        assert!(tar.status().unwrap().success(), "{archive}");
        let facts = std::fs::read_to_string(folder.path().join("said/facts.json")).unwrap();
        Self { folder, facts: serde_json::from_str(&facts).unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn said(&self, name: &str) -> PathBuf {
        self.path(&format!("said/{name}.csv"))
    }

    pub(crate) fn command(&self, line: &str, home: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_earmark"));
        command.current_dir(self.folder.path()).env_clear().stdin(Stdio::null());
        command.env("EARMARK_HOME", self.path(home)).env("EARMARK_TEST_CLOCK", NOW);
        command.env("EARMARK_LEDGER", self.path("book"));
        if self.path("words").exists() {
            command.env("EARMARK_PASSPHRASE_FILE", self.path("words"));
        }
        command.args(line.split(' '));
        command
    }

    pub(crate) fn run_at(&self, home: &str, line: &str) -> Ran {
        let output = self.command(line, home).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let status = output.status.code().unwrap_or(-1);
        Ran { status, out: text(output.stdout), err: text(output.stderr) }
    }

    pub(crate) fn run(&self, line: &str) -> Ran {
        self.run_at("home", line)
    }

    #[track_caller]
    pub(crate) fn ok(&self, line: &str) -> String {
        let ran = self.run(line);
        assert_eq!(ran.status, 0, "earmark {line}\n{}{}", ran.out, ran.err);
        ran.out
    }

    #[track_caller]
    pub(crate) fn value(&self, line: &str) -> Value {
        let text = self.ok(&format!("{line} -O json"));
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{line}: {error}\n{text}"))
    }

    /// What the independent verifier says of the log.
    #[track_caller]
    pub(crate) fn python(&self, vkey: &str) -> Value {
        let given = std::env::var_os("EARMARK_PYTHON").map(PathBuf::from);
        let beside = Path::new(ROOT).join("target/.venv/bin/python");
        let python = given.or(beside.exists().then_some(beside)).unwrap_or("python3".into());
        let mut command = Command::new(python);
        command.arg(format!("{ROOT}/tools/verify/verify.py")).arg("--log-key").arg(vkey);
        if self.path("book/confidential").is_dir() {
            command.arg("--confidential").arg(self.path("book/confidential"));
        }
        let output = command.arg(self.path("book/log")).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "tools/verify needs what tools/test installs: {error}");
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }
}
