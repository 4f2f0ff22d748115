//! A package, a copied folder and a copy of `log/` alone answer every verb that reads as the ledger does, say
//! whom their reader trusts, and are never written to.

use super::{Place, Ran, copy_folder};
use earmark::chain::entry;
use earmark::edge::home::Home;
use earmark::ledger::Reader;
use earmark::ledger::reader::books::Books;
use earmark::ledger::reader::cache::{self, Cache};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Every verb that reads and prints.
const READS: [&str; 33] = [
    "balance",
    "balance --by line",
    "balance --by leaf --year 2002",
    "balance --by payee",
    "balance --by project --as-of 2002-03-01",
    "balance --as-known-at 4",
    "register",
    "register type:disbursement",
    "register --limit 2 --after @3",
    "funds",
    "projects",
    "payees",
    "commitments",
    "follow-on list",
    "officer list",
    "district list",
    "programme list",
    "report execution",
    "report execution --year 2002 --as-of 2002-06-30",
    "report leverage",
    "report findings",
    "show @3",
    "show PD-INFO",
    "show PD-INFO/2002/1",
    "show project:CARD --explain",
    "show PD-INFO:2002",
    "stats",
    "stats --as-known-at 4",
    "policy show",
    "checkpoint show",
    "export csv",
    "export hledger",
    "export jsonl",
];

/// A ledger with a payment and a reversal, and beside it a package, a copy without caches and engine, and a
/// copy of its log, each in a folder of its own.
fn copied() -> Place {
    let place = Place::with_fund();
    for line in [
        "payee register P-1 --name 示例 --on 2002-06-29",
        "project approve CARD --title Card --purpose it/card --ceiling 100万 --from PD-INFO:2002=100万 --on 2002-06-29",
        "disburse 2500.50 --project CARD --payee P-1 --on 2002-06-29",
        "disburse 30 --project CARD --payee P-1 --on 2002-06-29",
        "reverse @6 --reason twice --on 2002-06-30",
    ] {
        let ran = place.run(line);
        assert_eq!(ran.status, 0, "{line}\n{}", ran.err);
    }
    std::fs::create_dir(place.path("zip")).unwrap();
    place.ok("export package -o zip/kit.zip");
    copy_folder(&place.path("pudong/log"), &place.path("copy/log"));
    copy_folder(&place.path("pudong/log"), &place.path("bare"));
    copy_folder(&place.path("pudong"), &place.path("moved"));
    place
}

const COPIES: [&str; 3] = ["zip/kit.zip", "copy", "bare"];

fn run_on(place: &Place, home: &str, ledger: &str, line: &str) -> Ran {
    let mut command = place.command(line);
    command.env("EARMARK_HOME", place.path(home)).env("EARMARK_LEDGER", place.path(ledger));
    place.ran(&mut command)
}

/// Every file below a folder, with its bytes.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    for found in std::fs::read_dir(folder).unwrap() {
        let path = found.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path));
        } else {
            all.insert(path.clone(), std::fs::read(&path).unwrap());
        }
    }
    all
}

fn all_copies(place: &Place) -> Vec<BTreeMap<PathBuf, Vec<u8>>> {
    ["zip", "copy", "bare"].map(|name| files(&place.path(name))).into()
}

/// Compares what a copy prints with what the ledger prints; gives what the copy said beside it.
fn compare(place: &Place, home: &str, copy: &str, line: &str) -> String {
    let own = run_on(place, home, "pudong", line);
    let read = run_on(place, home, copy, line);
    assert_eq!((own.status, read.status), (0, 0), "{copy}: {line}\n{}{}", own.err, read.err);
    assert!(!own.out.is_empty(), "{line}");
    assert_eq!(own.out, read.out, "{copy}: {line}");
    read.err
        .strip_suffix(own.err.as_str())
        .unwrap_or_else(|| panic!("{line}\n{}", read.err))
        .to_owned()
}

#[test]
fn every_read_of_a_copy_prints_what_the_ledger_prints() {
    let place = copied();
    let before = all_copies(&place);
    for line in READS {
        let mut forms = vec![String::new(), " --lang zh".to_owned()];
        if !line.starts_with("export") {
            forms.push(" -O json".to_owned());
        }
        for form in forms {
            for copy in COPIES {
                let said = compare(&place, "user", copy, &format!("{line}{form}"));
                let zh = form.contains("zh");
                let start = if zh {
                    "提示：副本，签署时共 9 条"
                } else {
                    "note: a copy, signed at 9 entries by the log key that is pinned"
                };
                assert!(
                    said.starts_with(start) && said.lines().count() == 1,
                    "{line}{form}\n{said}"
                );
            }
        }
    }
    assert_eq!(all_copies(&place), before, "something was written beside a copy");
}

#[test]
fn without_a_pin_a_copy_says_that_nobody_vouches_for_it() {
    let place = copied();
    for line in ["balance", "register", "stats -O json", "checkpoint show", "export csv", "show @3"]
    {
        for copy in COPIES {
            let said = compare(&place, "elsewhere", copy, line);
            let start =
                "note: a copy of 9 entries, and nobody outside it vouches for whose log it is";
            assert!(said.starts_with(start) && said.lines().count() == 1, "{line}\n{said}");
            let said = compare(&place, "elsewhere", copy, &format!("{line} --lang zh"));
            assert!(said.starts_with("提示：副本，共 9 条，副本之外无人担保"), "{line}\n{said}");
            assert_eq!(run_on(&place, "elsewhere", copy, &format!("{line} -q")).err, "", "{line}");
        }
        // A folder that was copied whole is a ledger's folder: it reads as that, pinned or not.
        let moved = run_on(&place, "elsewhere", "moved", line);
        assert_eq!(moved.out, run_on(&place, "elsewhere", "pudong", line).out, "{line}");
    }
    assert!(!place.path("elsewhere").exists(), "a read made a home");
    let ran = place.run("balance --ledger zip/kit.zip");
    assert_eq!(ran.out, place.ok("balance"), "named by the flag");
}

#[test]
fn proofs_and_packages_come_out_of_a_copy_as_out_of_the_ledger() {
    let place = copied();
    place.ok("prove @6 -o own.tlog-proof");
    let key = place.value("verify")["verify"]["claimed_log_key"].as_str().unwrap().to_owned();
    for copy in COPIES {
        let ran = run_on(&place, "elsewhere", copy, "prove @6 -o theirs.tlog-proof");
        assert_eq!(ran.status, 0, "{}", ran.err);
        for ending in ["tlog-proof", "entry"] {
            let read = |name: &str| std::fs::read(place.path(&format!("{name}.{ending}"))).unwrap();
            assert_eq!(read("own"), read("theirs"), "{copy}: {ending}");
        }
        let ran = run_on(&place, "elsewhere", copy, "export package -o again.zip");
        assert_eq!(ran.status, 0, "{}", ran.err);
        let line = format!("verify --from again.zip --log-key {key}");
        assert_eq!(run_on(&place, "elsewhere", copy, &line).status, 0, "{copy}");
        // Without --from, verify is of what --ledger names.
        let ran = run_on(&place, "elsewhere", copy, &format!("verify --log-key {key}"));
        assert!(
            ran.status == 0 && ran.out.starts_with("Verified: 9 entries"),
            "{copy}\n{}",
            ran.out
        );
        assert_eq!(run_on(&place, "elsewhere", copy, "verify").status, 3, "{copy}: unpinned");
        let ran = run_on(&place, "user", copy, "verify --store");
        assert!(ran.status == 2 && ran.err.starts_with("copy_to_read: "), "{copy}\n{}", ran.err);
    }
}

#[test]
fn nothing_is_recorded_in_a_copy() {
    let place = copied();
    let before = all_copies(&place);
    let home = files(&place.path("user"));
    for line in [
        "allocate PD-INFO 2002 1 --on 2002-06-30",
        "allocate PD-INFO 2002 1 --on 2002-06-30 --dry-run",
        "disburse 1 --project CARD --payee P-1",
        "reverse @7 --reason r",
        "fund establish F-2 --name F --kind special --purpose it",
        "officer enroll wu --key none --role maker",
        "key rotate-log",
        "key rotate-log --lost",
        "confidential erase @3 --legal-basis law",
        "confidential sweep",
        "checkpoint sign",
        "publish",
        "doctor",
        "doctor --fix",
        "anchor show",
    ] {
        for copy in COPIES {
            let ran = run_on(&place, "user", copy, line);
            assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{copy}: {line}\n{}", ran.err);
            let expected = format!(
                "copy_to_read: DIR/{copy} is a copy of a log, which is read and never written to\n  next: do it in the \
                 ledger itself; or build one from this, with its keys: earmark archive restore --from DIR/{copy} NEWDIR\n"
            );
            assert_eq!(ran.err, expected, "{line}");
        }
        let ran = run_on(&place, "user", "zip/kit.zip", &format!("{line} --lang zh"));
        assert!(
            ran.err.starts_with("copy_to_read: DIR/zip/kit.zip 是日志的副本，只供查阅"),
            "{line}\n{}",
            ran.err
        );
    }
    assert_eq!(all_copies(&place), before);
    assert_eq!(files(&place.path("user")), home);
    // The hint works.
    let line = "archive restore --from zip/kit.zip again";
    let ran = place.ran(place.command(line).env_remove("EARMARK_LEDGER"));
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert_eq!(
        place.ok("balance --ledger again --as-known-at 9"),
        place.ok("balance --as-known-at 9")
    );
}

#[test]
fn a_result_never_replaces_the_package_that_is_read() {
    let place = copied();
    let before = all_copies(&place);
    for line in ["export package", "balance -O csv", "export csv"] {
        let ran = run_on(&place, "user", "zip/kit.zip", &format!("{line} -o zip/kit.zip"));
        let expected =
            "output_refused: nothing is written to zip/kit.zip: there is the package that is read";
        assert!(ran.status == 2 && ran.err.starts_with(expected), "{line}\n{}", ran.err);
    }
    let ran = run_on(&place, "user", "zip/kit.zip", "export csv -o zip/kit.zip --lang zh");
    assert!(ran.err.contains("那里有正在读取的资料包"), "{}", ran.err);
    let ran = run_on(&place, "user", "bare", "balance -o bare/balance.csv");
    assert!(ran.status == 2 && ran.err.contains("\noutput_refused: "), "{}", ran.err);
    assert_eq!(all_copies(&place), before);
}

#[test]
fn confidential_fields_are_read_where_their_files_were_copied() {
    let place = Place::with_fund();
    place.write("account", "6222 0000 1111 2222\n");
    place.ok("payee register P-1 --name 示例 --account-file account --on 2002-06-29");
    std::fs::create_dir(place.path("zip")).unwrap();
    place.ok("export package -o zip/kit.zip");
    copy_folder(&place.path("pudong/log"), &place.path("copy/log"));
    for copy in ["zip/kit.zip", "copy"] {
        let ran = run_on(&place, "user", copy, "confidential show @4");
        let (_, error) = ran.err.split_once('\n').unwrap();
        assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{copy}");
        let start = "sealed_file_missing: the confidential fields of @4 cannot be read without confidential/";
        assert!(error.starts_with(start), "{copy}\n{}", ran.err);
    }
    copy_folder(&place.path("pudong/confidential"), &place.path("copy/confidential"));
    assert_eq!(compare(&place, "user", "copy", "confidential show @4").lines().count(), 1);
}

#[test]
fn an_older_copy_and_another_log_are_told_apart() {
    let place = copied();
    place.ok("allocation supplement PD-INFO 2002 1 --on 2002-06-30");
    for copy in COPIES {
        let ran = run_on(&place, "user", copy, "stats");
        assert_eq!(ran.status, 0);
        let last = ran.err.lines().last().unwrap();
        assert_eq!(last, "note: older than this machine's anchor: 9 of 10 entries", "{copy}");
    }
    let stranger = Place::with_fund();
    stranger.ok("export package -o kit.zip");
    for from in [stranger.path("kit.zip"), stranger.path("pudong/log")] {
        let ran = place.ran(place.command("balance").env("EARMARK_LEDGER", from));
        assert_eq!((ran.status, ran.out.as_str()), (3, ""));
        assert!(ran.err.starts_with("log_differs_from_pin: "), "{}", ran.err);
    }
}

#[test]
fn what_is_no_copy_is_no_ledger() {
    let place = Place::with_fund();
    std::fs::create_dir(place.path("empty")).unwrap();
    place.write("notes.txt", "not a zip");
    for name in ["empty", "none", "none/kit.zip", "/dev/null"] {
        let ran = place.run(&format!("balance --ledger {name}"));
        assert!(ran.status == 2 && ran.err.starts_with("no_ledger: "), "{name}\n{}", ran.err);
    }
    let ran = place.run("balance --ledger notes.txt");
    assert_eq!((ran.status, ran.out.as_str()), (3, ""));
    assert!(
        ran.err.starts_with("package_unfit: notes.txt is no package to read: it is no sound zip"),
        "{}",
        ran.err
    );
    // A link in a copy is not followed, wherever it leads.
    std::fs::create_dir(place.path("linked")).unwrap();
    std::os::unix::fs::symlink(place.path("pudong/log"), place.path("linked/log")).unwrap();
    let ran = place.run("balance --ledger linked");
    assert_eq!((ran.status, ran.out.as_str()), (3, ""), "{}", ran.err);
    assert!(ran.err.starts_with("file_unfit: "), "{}", ran.err);
    copy_folder(&place.path("pudong/log"), &place.path("copy"));
    std::fs::remove_file(place.path("copy/tile/entries/000.p/4")).unwrap();
    std::os::unix::fs::symlink(
        place.path("pudong/log/tile/entries/000.p/4"),
        place.path("copy/tile/entries/000.p/4"),
    )
    .unwrap();
    let ran = place.run("balance --ledger copy");
    assert_eq!((ran.status, ran.out.as_str()), (3, ""), "{}", ran.err);
}

#[test]
fn no_cache_in_a_copy_is_used() {
    let place = copied();
    // Books without a figure in them, signed by the log key: whoever signs the log can sign anything.
    let signer = Home::at(place.path("user")).keys().log("example.org/pudong").unwrap();
    let reader = Reader::open(&place.path("pudong"), None).unwrap();
    let state = reader.books(reader.size(), None).unwrap().state;
    let sealed = reader.entry(reader.size() - 1).unwrap().unwrap();
    let envelope = entry::parse(&sealed.bytes).unwrap();
    let cache = Cache {
        ledger: envelope.ledger.0,
        head: reader.head_at(reader.size()).unwrap(),
        recorded_at_microseconds: envelope.recorded_at_microseconds,
        books: Books { state, ..Books::default() },
    };
    let right = place.ok("balance");
    for folder in ["pudong/cache", "copy/cache"] {
        cache::write(&place.path(folder), &cache, &signer).unwrap();
    }
    assert_ne!(place.ok("balance"), right, "a ledger's own cache is used, so that this can fail");
    for copy in COPIES {
        assert_eq!(run_on(&place, "user", copy, "balance").out, right, "{copy}");
    }
}

#[test]
fn a_package_that_was_changed_is_not_read() {
    let place = copied();
    let files = super::package::unzip(&place.path("zip/kit.zip"));
    let bad = |change: &dyn Fn(&mut super::package::Files)| {
        let mut files = files.clone();
        change(&mut files);
        std::fs::write(place.path("bad.zip"), super::package::zipped(&files)).unwrap();
        for line in ["balance", "register -O json", "stats", "export csv", "show @8 --lang zh"] {
            let ran = place.run(&format!("{line} --ledger bad.zip"));
            assert_eq!(ran.status, 3, "{line}\n{}{}", ran.out, ran.err);
            assert!(!ran.out.contains("10,000,000"), "{line}\n{}", ran.out);
        }
    };
    bad(&|files| files[1].0 = "../outside".to_owned());
    bad(&|files| files.push(("log/tile/0/000".to_owned(), vec![0; 10])));
    bad(&|files| files.retain(|(name, _)| name != "manifest.json"));
    bad(&|files| {
        let entries = files.iter_mut().find(|(name, _)| name.contains("entries")).unwrap();
        let at = entries.1.len() - 100;
        entries.1[at] ^= 1;
    });
}
