//! Reads say whose log they are of, and show nothing that the signed head does not vouch for.

use super::{Place, copy_folder};
use std::path::Path;

const READS: [&str; 12] = [
    "balance",
    "register",
    "report execution",
    "report leverage",
    "report findings",
    "payees",
    "funds",
    "stats",
    "show @3",
    "export csv",
    "export hledger",
    "export package -o kit.zip",
];

/// A bit of the last entry of the bundle at `path`, within its body.
fn flip_in_last(path: &Path) {
    let mut bytes = std::fs::read(path).unwrap();
    let at = bytes.len() - 100;
    bytes[at] ^= 1;
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn a_changed_byte_in_the_last_entry_is_in_no_figure() {
    let place = Place::with_fund();
    flip_in_last(&place.path("pudong/log/tile/entries/000.p/4"));
    for line in READS {
        let ran = place.run(line);
        assert_eq!(ran.status, 3, "earmark {line}\n{}{}", ran.out, ran.err);
        assert!(!ran.out.contains("10,000,000"), "earmark {line}\n{}", ran.out);
    }
}

#[test]
fn another_log_of_a_pinned_origin_is_refused() {
    let place = Place::with_fund();
    let stranger = Place::new();
    stranger.ok("init pudong --name 浦东 --origin example.org/pudong --officer li --on 2002-01-02");
    stranger.ok("fund establish PD-INFO --name Pudong --kind special --purpose it --on 2002-01-02");
    stranger.ok("allocate PD-INFO 2002 2000万 --on 2002-01-10");
    std::fs::remove_dir_all(place.path("pudong/log")).unwrap();
    copy_folder(&stranger.path("pudong/log"), &place.path("pudong/log"));
    for line in READS {
        let ran = place.run(line);
        assert_eq!((ran.status, ran.out.as_str()), (3, ""), "earmark {line}\n{}", ran.err);
        assert!(ran.err.starts_with("log_differs_from_pin: "), "earmark {line}\n{}", ran.err);
    }
    let ran = place.run("verify");
    assert_eq!(ran.status, 3);
    assert!(ran.out.contains("another log"), "{}", ran.out);
}

#[test]
fn a_log_that_nobody_pinned_says_so() {
    let place = Place::with_fund();
    let elsewhere = |line: &str| {
        let mut command = place.command(line);
        command.env("EARMARK_HOME", place.path("elsewhere"));
        let ran = place.ran(&mut command);
        assert_eq!(ran.status, 0, "{line}: {}", ran.err);
        ran
    };
    let reports = [
        "balance",
        "balance --by payee",
        "register",
        "funds",
        "payees",
        "projects",
        "commitments",
        "officer list",
        "district list",
        "programme list",
        "report execution",
        "report leverage",
        "report findings",
    ];
    let words = "identity: not pinned; nothing outside says whose log this is";
    // A report says it itself, in its head or in its field; rows alone have no place for it.
    for line in reports {
        let ran = elsewhere(line);
        assert_eq!(ran.err, "", "{line}");
        let head: Vec<&str> = ran.out.lines().take(3).collect();
        assert!(head[2].starts_with(words), "{line}: {}", ran.out);
        assert!(!place.ok(line).contains("not pinned"), "{line}");
        let ran = elsewhere(&format!("{line} --lang zh"));
        assert!(ran.out.contains("公钥未经外部核实"), "{line}: {}", ran.out);
        let ran = elsewhere(&format!("{line} -O json"));
        assert_eq!(ran.err, "", "{line}");
        assert!(ran.out.contains("\"identity\": \"not_pinned\""), "{line}: {}", ran.out);
        assert_eq!(place.value(line)["identity"], "pinned", "{line}");
        for format in ["csv", "jsonl"] {
            let ran = elsewhere(&format!("{line} -O {format}"));
            assert!(ran.err.starts_with(&format!("warning: {words}")), "{line}: {}", ran.err);
            assert_eq!(ran.err.lines().count(), 1, "{line}: {}", ran.err);
            assert!(!ran.out.contains("not pinned"), "{line}: {}", ran.out);
        }
    }
    for line in [
        "show @3",
        "stats",
        "export csv",
        "export jsonl",
        "export hledger",
        "export package -o k.zip",
    ] {
        let ran = elsewhere(line);
        assert!(ran.err.starts_with(&format!("warning: {words}")), "{line}: {}", ran.err);
    }
}

#[test]
fn a_log_that_was_rolled_back_is_a_break_where_the_anchor_says_more() {
    let place = Place::with_fund();
    copy_folder(&place.path("pudong/log"), &place.path("old"));
    place.ok("payee register P-2 --name Hengtai");
    let vkey = place.value("verify")["verify"]["claimed_log_key"].as_str().unwrap().to_owned();
    // A copy that is older is what it is.
    let ran = place.run(&format!("verify --from old --log-key {vkey}"));
    assert_eq!((ran.status, &ran.out[..8]), (0, "Verified"), "{}", ran.out);
    assert_eq!(ran.err, "note: older than this machine's anchor: 4 of 5 entries\n");
    std::fs::rename(place.path("pudong/log"), place.path("new")).unwrap();
    copy_folder(&place.path("old"), &place.path("pudong/log"));
    for line in ["verify", "verify --store"] {
        let ran = place.run(line);
        assert_eq!(ran.status, 3, "{line}: {}", ran.out);
        assert!(ran.out.contains("at least the 5 entries that it had"), "{line}: {}", ran.out);
    }
    let ran = place.run("doctor");
    assert_eq!(ran.status, 3, "{}", ran.out);
    assert!(ran.out.contains("this machine's anchor says 5"), "{}", ran.out);
}

#[test]
fn a_bookmark_is_of_the_key_that_is_trusted() {
    let place = Place::with_fund();
    let stranger = Place::with_fund();
    copy_folder(&stranger.path("pudong/log"), &place.path("strange"));
    place.run("verify --from strange --unpinned --resume");
    place.run("verify --from strange --resume");
    let vkey = place.value("verify")["verify"]["claimed_log_key"].as_str().unwrap().to_owned();
    let other = stranger.value("verify")["verify"]["claimed_log_key"].as_str().unwrap().to_owned();
    place.ok(&format!("verify --from strange --log-key {other} --resume"));
    for line in [format!("verify --log-key {vkey} --resume"), "verify --resume".to_owned()] {
        assert!(place.ok(&line).starts_with("Verified: "), "{line}");
    }
}

#[test]
fn a_log_key_that_was_handed_over_moves_the_pin_by_a_verification() {
    let place = Place::with_fund();
    let elsewhere = |line: &str| {
        let mut command = place.command(line);
        command.env("EARMARK_HOME", place.path("elsewhere"));
        place.ran(&mut command)
    };
    std::fs::create_dir(place.path("elsewhere")).unwrap();
    std::fs::copy(place.path("user/known-logs"), place.path("elsewhere/known-logs")).unwrap();
    assert_eq!(elsewhere("balance").err, "");
    place.ok("key rotate-log");
    assert_eq!(place.run("balance").status, 0);
    let ran = elsewhere("balance");
    assert_eq!(ran.status, 3);
    assert!(ran.err.starts_with("log_differs_from_pin: "), "{}", ran.err);
    let ran = elsewhere("verify");
    assert_eq!(ran.status, 0, "{}", ran.out);
    let ran = elsewhere("balance");
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
}
