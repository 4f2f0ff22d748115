//! What belongs to one folder alone: bookmark, package, proof, old keys, sealed fields, rejects, witness.

use super::Place;
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

#[test]
fn a_bookmark_is_gone_on_from() {
    let place = Place::unpack("0.1.0", "clean");
    // Release 0.1.0 named a bookmark by the origin alone, and left one under no key too: whoever it was of,
    // it is not gone on from. What this release leaves is.
    for resumes in [false, true] {
        let said = place.ok("verify --resume");
        assert!(said.starts_with("Verified: 17 entries"), "{said}");
        assert_eq!(said.contains("resumed:"), resumes, "{said}");
        assert_eq!(said.contains("of the first 17 entries"), resumes, "{said}");
    }
    let said = place.ok("verify --against checkpoint-before");
    assert!(said.starts_with("Verified: 17 entries"), "{said}");
}

#[test]
fn a_package_and_a_proof_hold() {
    let place = Place::unpack("0.1.0", "clean");
    let key = place.facts["vkey"].as_str().unwrap();
    let said = place.ok(&format!("verify --from kit.zip --log-key {key}"));
    assert!(said.starts_with("Verified: 17 entries"), "{said}");
    let words =
        "the tables and report beside the log: not compared, for the package is of version 1";
    assert!(said.contains(words), "{said}");
    let said =
        place.ok(&format!("check-proof payment.tlog-proof --entry payment.entry --log-key {key}"));
    assert!(said.contains("example.org/pudong"), "{said}");
    let said = place.ok("archive restore --from kit.zip again");
    assert!(said.starts_with("Restored 17 entries"), "{said}");
}

#[test]
fn trust_in_the_old_log_key_goes_on_to_the_new_one() {
    let place = Place::unpack("0.1.0", "rotated");
    let ran = place.run_at("auditor", "verify --from book/log");
    assert!(ran.status == 0 && ran.out.starts_with("Verified: 18 entries"), "{}", ran.out);
    let said = place.ok("verify --against checkpoint-before");
    assert!(said.starts_with("Verified: 18 entries"), "{said}");
    place.ok("key rotate-log --reason again");
    let ran = place.run_at("auditor", "verify --from book/log");
    assert!(ran.status == 0 && ran.out.starts_with("Verified: 19 entries"), "{}", ran.out);
}

#[test]
fn sealed_fields_are_shown_erased_and_stay_erased() {
    let place = Place::unpack("0.1.0", "sealed");
    assert!(place.ok("confidential show @16").contains("6222 0212 3456 7890 123"));
    let ran = place.run("confidential show @17");
    assert!(ran.status == 2 && ran.err.starts_with("confidential_erased: "), "{}", ran.err);
    let again = "payee register KEPT --name KEPT --account-file account.txt --contact-file \
                 contact.txt --command-id KEPT";
    assert!(place.ok(again).starts_with("Recorded before as @16,"));
    place.ok("confidential erase @16 --legal-basis PIPL");
    assert_eq!(place.run("confidential show @16").status, 2);
    assert!(place.ok("verify --store").starts_with("Verified: 21 entries"));
}

#[test]
fn rows_that_were_imported_are_known() {
    let place = Place::unpack("0.1.0", "imported");
    let again = place.run("import rows.csv --mapping map.toml --rejects again.csv -O json");
    assert_eq!(again.status, 6, "{}", again.err);
    let again: serde_json::Value = serde_json::from_str(&again.out).unwrap();
    assert_eq!((&again["import"]["known"], &again["import"]["booked"]), (&300.into(), &0.into()));
    let longer = place.run("import longer.csv --mapping map.toml -O json");
    let longer: serde_json::Value = serde_json::from_str(&longer.out).unwrap();
    assert_eq!((&longer["import"]["known"], &longer["import"]["booked"]), (&300.into(), &7.into()));
    assert!(place.ok("verify --store").starts_with("Verified: "));
}

/// A rejects file of the release does not say which rows it is about: the rows are mended in the list.
#[test]
fn rejects_are_mended_and_booked_once() {
    let place = Place::unpack("0.1.0", "imported");
    let kept = std::fs::read_to_string(place.path("rows.rejects.csv")).unwrap();
    let mended = kept.replace("NOBODY", "SOFT-A").replace("99999999.00", "2.00");
    assert_ne!(kept, mended);
    std::fs::write(place.path("mended.csv"), mended).unwrap();
    let size = place.value("stats")["stats"]["size"].as_u64().unwrap();
    let refused = place.run("import mended.csv --mapping map.toml");
    let says_why = refused.err.lines().any(|line| line.starts_with("rejects_older: "));
    assert!(refused.status == 2 && says_why, "{}", refused.err);
    assert_eq!(place.value("stats")["stats"]["size"], size);
    let list = std::fs::read_to_string(place.path("rows.csv")).unwrap();
    let list = list.replace("NOBODY", "SOFT-A").replace("99999999.00", "2.00");
    std::fs::write(place.path("rows.csv"), list).unwrap();
    place.ok("import rows.csv --mapping map.toml");
    assert_eq!(place.value("stats")["stats"]["size"], size + 2);
    place.ok("import rows.csv --mapping map.toml");
    assert_eq!(place.value("stats")["stats"]["size"], size + 2);
}

#[test]
fn an_import_that_was_killed_is_run_again() {
    let place = Place::unpack("0.1.0", "killed_importing");
    let again = place.value("import rows.csv --mapping map.toml");
    assert_eq!((&again["import"]["known"], &again["import"]["booked"]), (&300.into(), &0.into()));
    assert_eq!(place.value("stats")["stats"]["size"], 316);
}

/// A witness that is ended by its process id when it goes out of scope.
struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _waited = self.0.wait();
    }
}

#[test]
fn a_witness_goes_on_and_holds_what_it_has_seen() {
    let place = Place::unpack("0.1.0", "witnessed");
    let key = place.facts["vkey"].as_str().unwrap();
    let mut command =
        place.command(&format!("witness serve --listen 127.0.0.1:0 --log {key}"), "city");
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let _serving = Serving(child);
    let url = line.trim().rsplit(' ').next().unwrap();
    let policy = std::fs::read_to_string(place.path("log.policy")).unwrap();
    let old = policy.split_whitespace().find(|word| word.starts_with("http://")).unwrap();
    std::fs::write(place.path("log.policy"), policy.replace(old, url)).unwrap();
    // A twin that goes another way than the ledger does.
    let mut copied = std::process::Command::new("cp");
    copied.arg("-a").args(["book", "twin"]);
    assert!(copied_in(&place, &mut copied));
    let mut copied = std::process::Command::new("cp");
    copied.arg("-a").args(["home", "twin-home"]);
    assert!(copied_in(&place, &mut copied));
    place.ok("allocation supplement PD-INFO 2002 5 --reason more");
    place.ok("publish --policy log.policy");
    assert!(place.ok("verify --policy log.policy").starts_with("Verified: 17 entries"));
    let line = "allocation supplement PD-INFO 2002 6 --reason other --ledger twin";
    assert_eq!(place.run_at("twin-home", line).status, 0);
    let ran = place.run_at("twin-home", "publish --policy log.policy --ledger twin");
    assert_eq!(ran.status, 4, "a fork is not cosigned: {}{}", ran.out, ran.err);
}

fn copied_in(place: &Place, command: &mut std::process::Command) -> bool {
    command.current_dir(place.path("")).status().unwrap().success()
}
