//! The demo: it plays, it ends verified, and every line that it proposes runs.

use super::Place;
use earmark::domain::money::Currency;
use earmark::ledger::Reader;
use serde_json::Value;

/// A place where the years that the demo plays are over.
fn later() -> Place {
    Place { now: "2026-01-05T09:00:00+08:00".to_owned(), ..Place::new() }
}

#[test]
fn the_demo_plays_and_every_line_it_proposes_runs() {
    let place = later();
    let printed = place.run("demo 'my demo'");
    assert_eq!((printed.status, printed.err.as_str()), (0, ""));
    assert!(printed.out.starts_with("Playing Pudong's special fund"), "{}", printed.out);
    assert!(printed.out.contains("\nVerified: 91 entries in 90 commands"), "{}", printed.out);
    assert!(printed.out.contains("PD-INFO:2002:2001"), "{}", printed.out);
    assert!(!place.path("user").exists());
    let lines: Vec<&str> =
        printed.out.lines().filter(|line| line.starts_with("EARMARK_HOME=")).collect();
    assert_eq!(lines.len(), 10);
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_earmark")).parent().unwrap();
    for line in lines {
        let mut shell = std::process::Command::new("/bin/sh");
        shell.args(["-c", line]).current_dir(place.folder.path()).env_clear();
        shell.env("PATH", program).env("EARMARK_TEST_CLOCK", &place.now);
        let ran = place.ran(&mut shell);
        if line.contains("disburse 300万") {
            assert_eq!(ran.status, 1, "{line}\n{}", ran.err);
            assert!(ran.err.starts_with("commitment_exceeded: "), "{line}\n{}", ran.err);
        } else {
            // The story is of years that are long over, which a receipt says.
            let beside = ran.err.lines().filter(|line| !line.starts_with("warning: odd_year: "));
            assert_eq!((ran.status, beside.count()), (0, 0), "{line}\n{}", ran.err);
            assert!(!ran.out.is_empty(), "{line}");
        }
    }
    place.refuses(
        "demo 'my demo'",
        2,
        "
demo_exists: my demo is there already; the demo makes a folder of its own
  next: name another one (earmark demo DIR), or delete that one
",
    );
}

#[test]
fn the_books_of_the_demo_are_closed_year_by_year() {
    let place = later();
    place.ok("demo --lang zh");
    let demo = |line: &str| {
        let mut command = place.command(&format!("--ledger earmark-demo/ledger {line} -O json"));
        command.env("EARMARK_HOME", place.path("earmark-demo/home"));
        let output = command.output().unwrap();
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    let years = demo("balance --by line");
    let of = |line: &str, field: &str| {
        let rows = years["rows"].as_array().unwrap();
        let row = rows.iter().find(|row| row["line"] == line).unwrap();
        row[field].as_str().unwrap().to_owned()
    };
    assert_eq!(of("PD-INFO:2001", "allocated"), "10000000.00");
    assert_eq!(of("PD-INFO:2001", "available"), "0.00");
    for line in ["PD-INFO:2002", "PD-INFO:2002:2001"] {
        let left = ["available", "reserved", "committed"].map(|field| of(line, field));
        assert_eq!(left, ["0.00", "0.00", "0.00"], "{line}");
    }
    assert_eq!(of("PD-INFO:2001", "lapsed"), "1200000.00");
    assert_eq!(of("PD-INFO:2001", "carried_out"), of("PD-INFO:2002:2001", "carried_in"));
    assert_eq!(of("PD-INFO:2001", "refunded_out"), "20000.00");
    let leverage = demo("report leverage");
    assert_eq!(leverage["totals"]["private_paid_in"], "1500000.00");
    assert_eq!(leverage["totals"]["enterprise_build_paid_in"], "6000000.00");
}

/// What `show` says that an entry moved is what following the whole log finds.
#[test]
fn every_entry_of_the_demo_is_shown_with_what_it_moved() {
    let place = later();
    place.ok("demo");
    let run = |line: &str| {
        let mut command = place.command(&format!("--ledger earmark-demo/ledger {line} -O json"));
        command.env("EARMARK_HOME", place.path("earmark-demo/home"));
        let ran = command.output().unwrap();
        assert!(ran.status.success(), "{line}: {}", String::from_utf8_lossy(&ran.stderr));
        serde_json::from_slice::<Value>(&ran.stdout).unwrap()
    };
    let log = place.path("earmark-demo/ledger/log");
    let reader = || Reader::open_log(&log, None, None).unwrap();
    let last_payment = {
        let (reader, mut last) = (reader(), 0);
        let mut look = |recorded: &earmark::projection::Recorded<'_>| {
            if recorded.kind() == "DisbursementRecorded" {
                last = recorded.index;
            }
        };
        reader.fold(reader.size(), &mut look).unwrap();
        last
    };
    // Taken back, so that its moves are no more told by the state.
    run(&format!("reverse @{last_payment} --reason twice"));
    let reader = reader();
    let mut expected = Vec::new();
    let yuan = Currency::named("CNY").unwrap();
    reader
        .fold(reader.size(), &mut |recorded| {
            expected.push(earmark::report::entry_json(recorded, yuan));
        })
        .unwrap();
    let moved = expected.iter().filter(|entry| entry["moves"] != serde_json::json!([])).count();
    assert!(expected.len() > 30 && moved > 20, "{moved} of {}", expected.len());
    for (index, entry) in expected.iter().enumerate() {
        assert_eq!(&run(&format!("show @{index}"))["show"]["entry"], entry, "@{index}");
    }
}
