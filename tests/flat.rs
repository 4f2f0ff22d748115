//! What an everyday command reads and writes does not grow with the log: counted over whole processes of the program,
//! by what the system read and wrote for them. No time is measured.
//!
// profile: optimised

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "test code"
)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const MAPPING: &str = r#"
source = "bank"

[[event]]
type = "disbursement.record"
occurred_on = { column = "date" }
commitment = { column = "contract" }
payee = { column = "payee" }
amount = { column = "amount" }
source_no = { column = "no" }
"#;

const PAY: &str = "disburse 1 --commitment C-1 --payee P-1 --on 2026-06-01";

/// What the system did for this process and those that it waited for.
#[derive(Debug, Clone, Copy)]
struct Done {
    /// Bytes and calls, read and written.
    counted: [u64; 4],
}

impl Done {
    fn so_far() -> Self {
        let text = std::fs::read_to_string("/proc/self/io").expect("Linux counts what is read");
        let counted = ["rchar", "syscr", "wchar", "syscw"].map(|name| {
            let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
            line.unwrap().parse().unwrap()
        });
        Self { counted }
    }

    fn since(self, before: Self) -> [u64; 4] {
        [0, 1, 2, 3].map(|n| self.counted[n] - before.counted[n])
    }
}

struct Book {
    folder: tempfile::TempDir,
    entries: u64,
}

impl Book {
    /// A ledger of so many entries, nearly all of them payments that were imported.
    fn of(entries: u64) -> Self {
        let book = Self { folder: tempfile::tempdir().unwrap(), entries };
        book.run("init book --name B --origin example.org/book --officer li --on 2026-01-02");
        book.run("fund establish PD --name Pudong --kind special --purpose it --on 2026-01-02");
        book.run("allocate PD 2026 10000000000 --on 2026-01-02");
        book.run("payee register P-1 --name Payee --on 2026-01-02");
        let project = "project approve X --title T --purpose it --ceiling 5000000";
        book.run(&format!("{project} --from PD:2026=5000000 --on 2026-01-02"));
        book.run("commitment make C-1 --project X --payee P-1 --amount 4000000 --on 2026-01-02");
        let mut rows = String::from("date,contract,payee,amount,no\n");
        for number in 7..entries {
            writeln!(rows, "2026-03-{:02},C-1,P-1,1.00,N-{number}", number % 28 + 1).unwrap();
        }
        std::fs::write(book.path("rows.csv"), rows).unwrap();
        std::fs::write(book.path("map.toml"), MAPPING).unwrap();
        book.run("import rows.csv --mapping map.toml");
        let stats = book.run("stats -O json");
        assert!(stats.contains(&format!("\"size\": {entries}")), "{stats}");
        book
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, line: &str) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_earmark"));
        command.current_dir(self.folder.path()).env_clear().stdin(Stdio::null());
        command.env("EARMARK_HOME", self.path("home"));
        command.env("EARMARK_TEST_CLOCK", "2026-06-30T12:00:00+08:00");
        if Path::new(&self.path("book")).exists() {
            command.env("EARMARK_LEDGER", self.path("book"));
        }
        let output = command.args(line.split(' ')).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "earmark {line}: {said}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn counted(&self, line: &str) -> [u64; 4] {
        let before = Done::so_far();
        self.run(line);
        Done::so_far().since(before)
    }
}

/// Alone in its file: what another test did meanwhile would be counted too.
#[test]
fn four_times_the_entries_are_no_more_work() {
    // Both end in the middle of a bundle, beyond the size from which there is a cache.
    let books = [10_368, 41_088].map(Book::of);
    // The first opening after an import has sled take in what was written since its own last snapshot.
    books.iter().for_each(|book| drop(book.run(PAY)));
    type Line<'a> = &'a dyn Fn(&Book) -> String;
    let lines: [(&str, Line<'_>); 7] = [
        ("balance", &|_| "balance".to_owned()),
        ("balance of a line", &|_| "balance PD --by line --year 2026".to_owned()),
        ("list", &|_| "funds".to_owned()),
        ("show", &|book| format!("show @{}", book.entries - 3)),
        ("prove", &|_| "prove @1000 -o one.tlog-proof".to_owned()),
        ("prove a voucher", &|_| "prove PD/2026/1000 -o one.tlog-proof".to_owned()),
        ("disburse", &|_| PAY.to_owned()),
    ];
    for (what, line) in lines {
        let [few, many] = [0, 1].map(|n| books[n].counted(&line(&books[n])));
        println!("{what}: {few:?} {many:?}");
        let grown = few.iter().zip(&many).any(|(few, many)| many * 10 > few * 13);
        assert!(!grown, "{what}: of 10,000 entries {few:?}, of 40,000 {many:?}");
    }
}
