//! Keeps the house in order: who may import whom, one home for each external crate, short files, the
//! field's words, nothing left behind. `house` has the tables, `rules` the rules, `source` reads Rust.
//!
//! It reads text, not types: a path hidden in a macro of another crate escapes it. What a lint can
//! say, Cargo.toml says; this test only sees to it that those lints stay.

#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "test code"
)]

mod circles;
mod errors;
mod house;
mod rules;
mod source;

use rules::{File, Finding, RULES};
use std::path::Path;

#[test]
fn the_house_is_tidy() {
    let mut files = Vec::new();
    read_folder(Path::new(env!("CARGO_MANIFEST_DIR")), "", &mut files);
    assert!(files.iter().any(|file| file.path == "src/lib.rs"), "the source was not found");
    let findings: Vec<Finding> = RULES.iter().flat_map(|(_, rule)| rule(&files)).collect();
    let shown: Vec<String> = findings.iter().map(ToString::to_string).collect();
    assert!(findings.is_empty(), "{} untidy places:\n{}", shown.len(), shown.join("\n"));
}

/// All text files of the project; not `target`, hidden folders, and what a tool writes.
fn read_folder(folder: &Path, front: &str, out: &mut Vec<File>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(Result::unwrap).collect();
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().into_string().unwrap();
        let path = format!("{front}{name}");
        let hidden = name.starts_with('.') && name != ".ci";
        let built = front.is_empty() && name.starts_with("target");
        let skipped = ["Cargo.lock", "earmark-demo", "__pycache__"];
        if hidden || built || skipped.contains(&name.as_str()) {
            continue;
        }
        if entry.file_type().unwrap().is_dir() {
            read_folder(&entry.path(), &format!("{path}/"), out);
        } else if let Ok(text) = std::fs::read_to_string(entry.path()) {
            out.push(File::new(&path, &text));
        }
    }
}

/// Something untidy: the rule that must find it, the files, and the one place with its text.
struct Bad {
    rule: &'static str,
    files: &'static [(&'static str, &'static str)],
    found: &'static str,
}

const BAD: &[Bad] = &[
    Bad {
        rule: "both verifiers",
        files: &[("tests/forged.rs", "//! x\nuse earmark::verify::{Tier, Trust, verify};\n")],
        found: "tests/forged.rs:2: a test verifies a log by ours alone",
    },
    Bad {
        rule: "imports",
        files: &[("src/domain/money.rs", "//! x\nuse crate::error::Error;\n")],
        found: "src/domain/money.rs:2: domain may not import error::Error",
    },
    Bad {
        rule: "imports",
        files: &[("src/store/sled/page.rs", "//! x\nfn f() { crate::chain::body::read() }\n")],
        found: "src/store/sled/page.rs:2: store may not import chain::body::read",
    },
    Bad {
        rule: "imports",
        files: &[("src/store/mod.rs", "//! x\nuse crate::{\n  error::Result,\n  chain,\n};\n")],
        found: "src/store/mod.rs:4: store may not import chain",
    },
    Bad {
        rule: "imports",
        files: &[("src/store/mod.rs", "//! x\nuse super::chain::{entry::{self, Head}, walk};\n")],
        found: "src/store/mod.rs:2: store may not import chain::walk",
    },
    Bad {
        rule: "imports",
        files: &[("src/chain/walk.rs", "//! x\nuse crate::domain::event::Event;\n")],
        found: "src/chain/walk.rs:2: chain may not import domain::event::Event",
    },
    Bad {
        rule: "imports",
        files: &[("src/ledger/open.rs", "//! x\nuse crate::store::sled::Sled as Engine;\n")],
        found: "src/ledger/open.rs:2: ledger may not import store::sled::Sled",
    },
    Bad {
        rule: "imports",
        files: &[("src/report/table.rs", "//! x\nuse crate::domain::*;\n")],
        found: "src/report/table.rs:2: report may not import domain",
    },
    Bad {
        rule: "imports",
        files: &[("src/verify/mod.rs", "//! x\nuse crate::ledger::submit;\n")],
        found: "src/verify/mod.rs:2: verify may not import ledger::submit",
    },
    Bad {
        rule: "imports",
        files: &[("src/cli/mod.rs", "//! x\nuse crate::Error;\n")],
        found: "src/cli/mod.rs:2: cli may not import Error",
    },
    Bad {
        rule: "imports",
        files: &[("src/attic/mod.rs", "//! x\n")],
        found: "src/attic/mod.rs:1: attic is no room of the house",
    },
    Bad {
        rule: "imports",
        files: &[("src/main.rs", "//! x\nuse earmark::ledger::Ledger;\n")],
        found: "src/main.rs:2: main may not import ledger::Ledger",
    },
    Bad {
        rule: "circles",
        files: &[
            ("src/chain/mod.rs", "//! x\nmod a;\nmod b;\nmod c;\npub use a::A;\nstruct S;\n"),
            ("src/chain/a.rs", "//! x\nuse super::b::B;\nuse super::S;\n"),
            ("src/chain/b.rs", "//! x\nfn f() { crate::chain::c::g() }\n"),
            ("src/chain/c.rs", "//! x\nuse super::a::{A, C};\nuse super::d;\n"),
            ("src/chain/d.rs", "//! x\n"),
        ],
        found: "src/chain/a.rs:1: chain::a, chain::b, chain::c need each other",
    },
    Bad {
        rule: "crate homes",
        files: &[("src/chain/entry.rs", "//! x\nfn f() { blake3::hash(b\"\"); }\n")],
        found: "src/chain/entry.rs:2: blake3 is named outside its home (chain::hash)",
    },
    Bad {
        rule: "crate homes",
        files: &[("src/edge/pins.rs", "//! x\nuse sha2::{Digest};\n")],
        found: "src/edge/pins.rs:2: sha2 is named outside its home (chain::signature, tlog, edge::keys)",
    },
    Bad {
        rule: "crate homes",
        files: &[("src/store/mod.rs", "//! x\nfn f() { ::sled::open() }\nmod page;\n")],
        found: "src/store/mod.rs:2: sled is named outside its home (store::sled)",
    },
    Bad {
        rule: "clock home",
        files: &[("src/cli/init.rs", "//! x\n\nfn f() { std::time::SystemTime::now(); }\n")],
        found: "src/cli/init.rs:3: cli::init reads the clock by SystemTime::now",
    },
    Bad {
        rule: "file home",
        files: &[("src/cli/init.rs", "//! x\n\nfn f() { std::fs::File::open(p); }\n")],
        found: "src/cli/init.rs:3: cli::init opens a file by File::open",
    },
    Bad {
        rule: "sure answers",
        files: &[("src/cli/init.rs", "//! x\n\nfn f() { path.exists(); }\n")],
        found: "src/cli/init.rs:3: cli::init asks whether something exists and takes an error for no",
    },
    Bad {
        rule: "pure rooms",
        files: &[("src/report/csv.rs", "//! x\nuse std::{fmt, fs};\n")],
        found: "src/report/csv.rs:2: report::csv is pure and names std::fs",
    },
    Bad {
        rule: "no surface",
        files: &[("src/domain/known.rs", "//! x --on\nfn f() {\n// --on\n\"add --on\" }\n")],
        found: "src/domain/known.rs:4: domain::known says \"--\", which is typed",
    },
    Bad {
        rule: "sizes",
        files: &[("src/main.rs", "//! x\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\nfn main() {}\n")],
        found: "src/main.rs:16: 17 lines without tests, at most 15",
    },
    Bad {
        rule: "head docs",
        files: &[("tests/cli.rs", "// x\n//! y\n")],
        found: "tests/cli.rs:1: the file does not say what it is",
    },
    Bad {
        rule: "words",
        files: &[("src/cli/mod.rs", "//! x\npub enum KeyManager {}\n")],
        found: "src/cli/mod.rs:2: KeyManager: manager is not a word of the field",
    },
    Bad {
        rule: "words",
        files: &[("src/import/row_helpers.rs", "//! x\n")],
        found: "src/import/row_helpers.rs:1: row_helpers: helper is not a word of the field",
    },
    Bad {
        rule: "words",
        files: &[("src/cli/mod.rs", "//! x\nstruct PaymentRecord;\nstruct RecordPayment;\n")],
        found: "src/cli/mod.rs:2: PaymentRecord: record is not a word of the field",
    },
    Bad {
        rule: "tests at the end",
        files: &[("src/cli/mod.rs", "//! x\n#[cfg(test)]\nmod tests {\n{}\n}\nfn f() {}\n")],
        found: "src/cli/mod.rs:6: code after `mod tests`",
    },
    Bad {
        rule: "no allow",
        files: &[("src/cli/mod.rs", "//! x\n#[allow(clippy::panic, reason = \"\")]\nfn f() {}\n")],
        found: "src/cli/mod.rs:2: #[allow] in code that ships",
    },
    Bad {
        rule: "left behind",
        files: &[("README.md", concat!("# earmark\nTO", "DO\n"))],
        found: concat!("README.md:2: TO", "DO left"),
    },
    Bad {
        rule: "left behind",
        files: &[("tests/x.rs", concat!("//! x\n#[ig", "nore = \"slow\"]\n"))],
        found: concat!("tests/x.rs:2: #[ig", "nore left"),
    },
    Bad {
        rule: "left behind",
        files: &[("tools/test", concat!("cd /ho", "me/somebody\n"))],
        found: concat!("tools/test:1: /ho", "me/ left"),
    },
    Bad {
        rule: "listed modules",
        files: &[("src/lib.rs", "//! x\npub mod cli;\n"), ("src/api/mod.rs", "//! x\n")],
        found: "src/api/mod.rs:1: no `mod api` in lib: the file is not compiled",
    },
    Bad {
        rule: "listed modules",
        files: &[
            ("src/lib.rs", "//! x\nmod page; mod cli;\n"),
            ("src/cli/mod.rs", "//! x\n// mod page;\n"),
            ("src/cli/page.rs", "//! x\n"),
        ],
        found: "src/cli/page.rs:1: no `mod page` in cli: the file is not compiled",
    },
    Bad {
        rule: "lints",
        files: &[("clippy.toml", "too-many-lines-threshold = 700\n")],
        found: "clippy.toml:1: the line too-many-lines-threshold = 70 is missing",
    },
    Bad {
        rule: "changelog",
        files: &[("Cargo.toml", "version = \"0.1.0\"\n")],
        found: "Cargo.toml:1: there is no CHANGELOG.md",
    },
    Bad {
        rule: "changelog",
        files: &[
            ("Cargo.toml", "version = \"0.1.0\"\n"),
            ("CHANGELOG.md", "## [Unreleased]\n### Added\n"),
        ],
        found: "CHANGELOG.md:1: no heading `### Format`",
    },
];

#[test]
fn each_rule_finds_what_it_is_for() {
    for bad in BAD {
        let files = made(bad.files);
        let (_, rule) = RULES.iter().find(|(name, _)| *name == bad.rule).unwrap();
        let found: Vec<String> =
            rule(&files).iter().map(|f| format!("{}:{}: {}", f.path, f.line, f.rule)).collect();
        assert_eq!(found, [bad.found], "rule {:?}", bad.rule);
    }
    for (name, _) in RULES {
        assert!(BAD.iter().any(|bad| bad.rule == *name), "nothing shows that {name:?} can fail");
    }
}

#[test]
fn no_rule_finds_fault_with_what_is_tidy() {
    let store = "//! The store. See [`crate::domain`].\n\
         use crate::chain::{entry::{self, Head}, hash::Hash};\n\
         use super::error::{Error as E, Result};\n\
         mod sled;\n\
         // crate::ledger::open, not code\n\
         /* nor /* nested */ crate::ledger::open */\n\
         pub(crate) fn open<'a>(x: &'a str) -> Result<impl Sized + use<'a>> {\n\
             let quote = ['\"', '\\'', 'x'];\n\
             let text = \"crate::ledger::open \\\" \";\n\
             let raw = br#\"blake3::hash(\" \"#;\n\
             self::sled::open(x, \"std::time::SystemTime::now\", Head::default(), r\"\\\")\n\
         }\n\
         #[cfg(test)]\n\
         mod suite;\n\
         #[cfg(test)]\n\
         pub(super) mod tests {\n\
             #![allow(clippy::panic, reason = \"test code\")]\n\
             use crate::ledger::open;\n\
             fn f() { blake3::hash(b\"}\") }\n\
         }\n";
    let files = made(&[
        ("src/lib.rs", "//! The map.\npub mod error;\npub mod store;\n"),
        ("src/error.rs", "//! Errors.\nuse crate::domain::rejection::Rejection;\n"),
        ("src/store/mod.rs", store),
        ("src/store/suite.rs", "//! The suite.\nuse crate::domain::money::Money;\n"),
        ("src/store/sled.rs", "//! The engine.\nuse sled::Db;\npub struct RecordedAt;\n"),
    ]);
    let found: Vec<Finding> = RULES.iter().flat_map(|(_, rule)| rule(&files)).collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn a_finding_says_where_what_and_how_to_repair_it() {
    let files = made(&[("src/store/mod.rs", "//! x\nuse crate::domain::money::Money;\n")]);
    let found: Vec<Finding> = RULES[0].1(&files);
    assert_eq!(
        found[0].to_string(),
        "src/store/mod.rs:2: store may not import domain::money::Money\n    \
         repair: take it as an argument or a trait of your own room, or move the code"
    );
}

fn made(files: &[(&str, &str)]) -> Vec<File> {
    files.iter().map(|(path, text)| File::new(path, text)).collect()
}
