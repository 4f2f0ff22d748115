//! What `verify` says, and what it never says.

use super::Place;

#[test]
fn a_whole_ledger_of_a_pinned_log_is_verified() {
    let place = Place::with_fund();
    place.prints(
        "verify",
        "
Verified: 4 entries in 3 commands of example.org/pudong.
  chain:       passed
  signatures:  passed
  log:         passed
  rules:       passed
  projections: no caches
  identity:    pinned on this machine
  genesis:     HASH
  head:        HASH at size 4
  read:        log
  not read:    db; wal; cache
",
    );
    assert!(place.ok("verify --store").contains("sled, 4 entries; durability log, 4 entries"));
    assert!(place.ok("verify --tier chain").contains("rules:       not asked for"));
}

#[test]
fn without_a_key_from_outside_nothing_is_called_verified() {
    let place = Place::with_fund();
    let elsewhere = |line: &str| {
        let mut command = place.command(line);
        command.env("EARMARK_HOME", place.path("elsewhere"));
        place.ran(&mut command)
    };
    let ran = elsewhere("verify");
    assert_eq!(ran.status, 3);
    assert!(
        ran.out.contains("identity:    NOT PINNED; the ledger itself names the log key VKEY."),
        "{}",
        ran.out
    );
    assert!(!ran.out.to_lowercase().contains("verified"), "{}", ran.out);
    assert!(ran.out.contains("genesis:     HASH"));
    let ran = elsewhere("verify --unpinned");
    assert_eq!(ran.status, 0);
    assert!(!ran.out.to_lowercase().contains("verified"), "{}", ran.out);
    let vkey = place.value("verify")["verify"]["claimed_log_key"].as_str().unwrap().to_owned();
    let ran = elsewhere(&format!("verify --log-key {vkey}"));
    assert_eq!(ran.status, 0);
    assert!(ran.out.contains("identity:    signed by the log key that was given"), "{}", ran.out);
    // A copy of the log alone is all that an auditor needs.
    let ran = elsewhere(&format!("verify --from pudong/log --log-key {vkey}"));
    assert_eq!((ran.status, &ran.out[..8]), (0, "Verified"));
    let ran = elsewhere("verify --log-key nonsense");
    assert_eq!((ran.status, &ran.err[..15]), (2, "vkey_malformed:"));
}

#[test]
fn a_changed_byte_is_named_and_exits_3() {
    let place = Place::with_fund();
    let bundle = place.path("pudong/log/tile/entries/000.p/4");
    let mut bytes = std::fs::read(&bundle).unwrap();
    let at = bytes.len() - 100;
    bytes[at] ^= 1;
    std::fs::write(&bundle, bytes).unwrap();
    let ran = place.run("verify");
    assert_eq!(ran.status, 3);
    assert!(ran.out.starts_with("BROKEN: 4 entries in"), "{}", ran.out);
    assert!(ran.out.contains("  break: "), "{}", ran.out);
    assert!(ran.out.contains("entry 3"), "{}", ran.out);
    let told = place.value("verify");
    assert_eq!(told["verify"]["verified"], false);
    assert_eq!(told["verify"]["faults"][0]["index"], 3);
}

#[test]
fn a_log_that_is_gone_is_a_break() {
    let place = Place::with_fund();
    std::fs::rename(place.path("pudong/log"), place.path("moved")).unwrap();
    let ran = place.run("verify");
    assert_eq!(ran.status, 3);
    assert!(ran.err.starts_with("log_missing: the ledger has no log: "), "{}", ran.err);
    assert_eq!(place.run("verify --from nowhere").status, 2);
}
