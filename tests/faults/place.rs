//! A folder with a home and a ledger in it, and lines run there.

use crate::shim;
use crate::{Call, Fault};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const NOW: &str = "2002-06-30T09:00:00+08:00";
pub(crate) const INIT: &str = "init book --name Pudong --origin example.org/pudong --officer li";

pub(crate) struct Place {
    folder: tempfile::TempDir,
}

#[derive(Debug)]
pub(crate) struct Ran {
    /// `None` for one that was killed.
    pub(crate) status: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { status: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }
}

impl Place {
    /// An empty one, in memory where there is such a folder.
    pub(crate) fn new() -> Self {
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() {
            tempfile::tempdir_in(memory).unwrap()
        } else {
            tempfile::tempdir().unwrap()
        };
        Self { folder }
    }

    /// A ledger with a fund, a payee and one payment.
    pub(crate) fn with_ledger() -> Self {
        let place = Self::new();
        std::fs::write(place.path("policy.toml"), "project_required = false\n").unwrap();
        place.ok(INIT);
        place.ok("policy adopt policy.toml");
        place.ok("fund establish PD --name Pudong --kind special --purpose it");
        place.ok("payee register SOFT-A --name A");
        place.ok("allocate PD 2002 100万");
        place.ok("disburse 5 --fund PD --purpose it --payee SOFT-A");
        place
    }

    /// The same files in another place.
    pub(crate) fn copy(&self) -> Self {
        let copy = Self::new();
        let mut command = Command::new("cp");
        command.arg("-a").arg(self.folder.path().join(".")).arg(copy.folder.path());
        assert!(command.status().unwrap().success());
        copy
    }

    /// Removes everything that is in it.
    pub(crate) fn clear(&self) {
        for entry in std::fs::read_dir(self.folder.path()).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                std::fs::remove_dir_all(path).unwrap();
            } else {
                std::fs::remove_file(path).unwrap();
            }
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_earmark"));
        command.current_dir(self.folder.path()).env_clear().stdin(Stdio::null());
        command.env("EARMARK_HOME", self.path("home")).env("EARMARK_TEST_CLOCK", NOW);
        command.args(line.split(' '));
        if !line.starts_with("init") && !line.contains("restore") {
            command.env("EARMARK_LEDGER", self.path("book"));
        }
        command
    }

    pub(crate) fn run(&self, line: &str) -> Ran {
        Ran::of(&shim::ended(self.command(line)))
    }

    #[track_caller]
    pub(crate) fn ok(&self, line: &str) -> String {
        let ran = self.run(line);
        assert_eq!(ran.status, Some(0), "earmark {line}\n{}{}", ran.out, ran.err);
        ran.out
    }

    /// Runs a line under the shim; what it did, and the calls that were seen.
    pub(crate) fn under_shim(&self, line: &str, fault: Option<Fault>) -> (Ran, Vec<Call>) {
        let (output, calls) = shim::run(self.command(line), self.folder.path(), fault);
        (Ran::of(&output), calls)
    }

    /// [`Place::under_shim`] where what was read once stays in memory.
    pub(crate) fn under_cache(&self, line: &str, fault: Option<Fault>) -> (Ran, Vec<Call>) {
        let mut command = self.command(line);
        command.env("SHIM_CACHE", "1");
        let (output, calls) = shim::run(command, self.folder.path(), fault);
        (Ran::of(&output), calls)
    }

    /// Runs a line under the shim, which appends its changes to `record`.
    pub(crate) fn recorded(&self, line: &str, record: &Path) -> Ran {
        let mut command = self.command(line);
        command.env("SHIM_RECORD", record);
        let (output, _) = shim::run(command, self.folder.path(), None);
        Ran::of(&output)
    }

    /// Every file that is there.
    pub(crate) fn files(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut folders = vec![self.folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let name = path.strip_prefix(self.folder.path()).unwrap();
                    found.push(name.to_str().unwrap().to_owned());
                }
            }
        }
        found
    }
}
