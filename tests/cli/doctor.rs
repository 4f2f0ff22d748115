//! `doctor`: what it says of a damaged folder, that it changes nothing unasked, and what `--fix` does.

use super::{Place, copy_folder};
use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Every file below a folder but LOCK, which names who looked last.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let (mut files, mut folders) = (BTreeMap::new(), vec![folder.to_owned()]);
    while let Some(below) = folders.pop() {
        for entry in std::fs::read_dir(below).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.ends_with("LOCK") {
                files.insert(path.clone(), std::fs::read(path).unwrap());
            }
        }
    }
    files
}

#[test]
fn a_healthy_ledger_is_told_so_and_nothing_is_touched() {
    let place = Place::with_fund();
    let before = contents(&place.path("pudong"));
    let said = place.ok("doctor");
    assert!(said.starts_with("Healthy: 4 entries that verify in DIR/pudong.\n"), "{said}");
    for line in [
        "whole     db       whole to 4 of 4",
        "whole     log      whole to 4 of 4",
        "whole     anchor   agrees at size 4",
    ] {
        assert!(said.contains(line), "{line}\n{said}");
    }
    assert!(said.ends_with("Nothing was changed.\n"), "{said}");
    assert!(contents(&place.path("pudong")) == before);
    assert_eq!(place.value("doctor")["doctor"]["healthy"], true);
}

#[test]
fn a_damaged_log_is_explained_and_mended_only_when_told_to() {
    let place = Place::with_fund();
    let bundle = place.path("pudong/log/tile/entries/000.p/4");
    let mut bytes = std::fs::read(&bundle).unwrap();
    bytes[300] ^= 1;
    std::fs::write(&bundle, bytes).unwrap();
    let before = contents(&place.path("pudong"));
    let ran = place.run("doctor");
    assert_eq!(ran.status, 3, "{}", ran.err);
    assert!(ran.out.starts_with("BROKEN: 4 entries that verify"), "{}", ran.out);
    assert!(ran.out.contains("BROKEN    log      tile/entries/000.p/4 (entry "), "{}", ran.out);
    assert!(ran.out.contains("earmark doctor --fix does that"), "{}", ran.out);
    assert!(contents(&place.path("pudong")) == before, "it only looked");
    let ran = place.run("doctor --fix");
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
    assert!(ran.out.starts_with("Healthy: 4 entries"), "{}", ran.out);
    assert!(
        ran.out.contains("note      folder   log.quarantine-1 holds what a recovery moved aside"),
        "{}",
        ran.out
    );
    assert!(place.ok("verify").starts_with("Verified: 4 entries"));
}

#[test]
fn a_lost_store_and_a_missing_tile_are_rebuilt() {
    let place = Place::with_fund();
    std::fs::remove_dir_all(place.path("pudong/db")).unwrap();
    std::fs::remove_dir_all(place.path("pudong/wal")).unwrap();
    let ran = place.run("doctor");
    assert_eq!(ran.status, 3);
    assert!(ran.out.contains("BROKEN    db       ends after 0 of 4 entries"), "{}", ran.out);
    assert_eq!(place.run("doctor --fix").status, 0);
    std::fs::remove_file(place.path("pudong/log/tile/0/000.p/4")).unwrap();
    let ran = place.run("doctor");
    assert!(ran.out.contains("BROKEN    log      tile/0/000.p/4"), "{}", ran.out);
    assert_eq!(place.run("doctor --fix").status, 0);
    assert!(place.ok("verify --store").starts_with("Verified: 4 entries"));
}

#[test]
fn rollbacks_exposed_keys_and_foreign_pins_are_told_and_not_papered_over() {
    let place = Place::with_fund();
    copy_folder(&place.path("pudong"), &place.path("older"));
    place.ok("allocation supplement PD-INFO 2002 1万");
    std::fs::remove_dir_all(place.path("pudong")).unwrap();
    std::fs::rename(place.path("older"), place.path("pudong")).unwrap();
    let key = place.path("user/keys/officers/li.pem");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let ran = place.run("doctor");
    assert_eq!(ran.status, 3);
    assert!(
        ran.out.contains("anchor   the ledger has 4 entries, but 5 were published before"),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains("keys     others can read the private key DIR/user/keys/officers/li.pem"),
        "{}",
        ran.out
    );
    let before = contents(&place.path("pudong"));
    let ran = place.run("doctor --fix");
    assert_eq!((ran.status, &ran.err[..20]), (3, "shorter_than_anchor:"), "{}", ran.out);
    assert_eq!(std::fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(contents(&place.path("pudong/log")).len() <= before.len(), "the log was not touched");
    let other = Place::with_fund();
    std::fs::copy(other.path("user/known-logs"), place.path("user/known-logs")).unwrap();
    let ran = place.run("doctor");
    assert!(ran.out.contains("BROKEN    pin      known-logs pins ledger ID for"), "{}", ran.out);
    std::fs::remove_dir_all(place.path("pudong/log")).unwrap();
    let ran = place.run("doctor");
    assert!(ran.out.contains("BROKEN    log      there is no checkpoint in"), "{}", ran.out);
}

#[test]
fn sealed_files_are_held_against_their_entries() {
    let place = Place::with_fund();
    place.write("account.txt", "6222 0212");
    place.ok("payee register SOFT-A --name A --account-file account.txt");
    place.ok("payee register SOFT-B --name B --account-file account.txt");
    let folder = place.path("pudong/confidential");
    assert!(place.ok("doctor").contains("whole     sealed   the fields of 2 entries open"));
    let kept = contents(&folder);
    let (file, bytes) = kept.iter().find(|(path, _)| path.extension().is_none()).unwrap();
    let put_back = || kept.iter().for_each(|(path, bytes)| std::fs::write(path, bytes).unwrap());
    let says = |status: i32, words: &str| {
        let ran = place.run("doctor");
        assert_eq!(ran.status, status, "{}", ran.out);
        assert!(ran.out.contains(words), "{words}: {}", ran.out);
        assert!(!ran.out.contains("6222"), "{}", ran.out);
    };
    let mut spoiled = bytes.clone();
    spoiled[20] ^= 1;
    std::fs::write(file, spoiled).unwrap();
    says(3, "BROKEN    sealed   the fields of @");
    put_back();
    kept.keys().for_each(|path| std::fs::remove_file(path).unwrap());
    says(0, "note      sealed   the fields of 2 entries are not here");
    put_back();
    let name = file.file_name().unwrap().to_str().unwrap();
    let orphan = folder.join(name.chars().rev().collect::<String>());
    std::fs::write(&orphan, bytes).unwrap();
    says(0, "note      sealed   1 files of commands that were never recorded");
    place.ok("confidential sweep");
    std::fs::write(folder.join("notes.txt"), "x").unwrap();
    says(0, "none of its own, notes.txt among them");
    std::fs::remove_file(folder.join("notes.txt")).unwrap();
    // What a backup brought back after an erasure goes for good.
    place.ok("confidential erase @4 --legal-basis request");
    put_back();
    says(3, "BROKEN    sealed   the fields of @4 were erased by @6, and files of them are left");
    assert!(place.ok("doctor --fix").contains("whole     sealed   the fields of 1 entries open"));
}
