//! Keys and officers over time: roles, revocations, and keys that follow each other.

use super::Place;
use std::path::{Path, PathBuf};

fn copy(from: &Path, to: &Path) {
    std::fs::remove_dir_all(to).ok();
    std::fs::create_dir_all(to).unwrap();
    for item in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        if item.file_type().unwrap().is_dir() {
            copy(&item.path(), &to.join(item.file_name()));
        } else {
            std::fs::copy(item.path(), to.join(item.file_name())).unwrap();
        }
    }
    let mode = std::fs::metadata(from).unwrap().permissions();
    std::fs::set_permissions(to, mode).unwrap();
}

fn log_key_of(place: &Place) -> String {
    place.value("verify")["verify"]["claimed_log_key"].as_str().unwrap().to_owned()
}

/// The file of the log's key, and the place of the one that follows it.
fn files(place: &Place) -> (PathBuf, PathBuf) {
    let folder = place.path("user/keys/log");
    let names = std::fs::read_dir(&folder).unwrap().map(|item| item.unwrap().file_name());
    let names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
    let used = names.iter().find(|name| !name.starts_with('.')).unwrap();
    let next = folder.join(format!(".{}.next.pem", used.strip_suffix(".pem").unwrap()));
    (folder.join(used), next)
}

#[test]
fn a_rotated_log_key_signs_and_the_old_one_vouches_for_it() {
    let place = Place::with_fund();
    let first = log_key_of(&place);
    assert!(place.ok("key rotate-log --dry-run").contains("dry run"));
    assert!(!files(&place).1.exists(), "a dry run writes nothing");
    place.prints(
        "key rotate-log --reason yearly",
        "
Recorded @4: a new log key, handed over by the old key, dated 2002-06-30.
  published; the ledger has 5 entries
",
    );
    let second = log_key_of(&place);
    assert_ne!(first, second);
    assert!(place.ok("verify --store").starts_with("Verified: 5 entries"));
    let verified = place.value(&format!("verify --log-key {first}"))["verify"].clone();
    assert_eq!((&verified["verified"], &verified["identity"]), (&true.into(), &"key_given".into()));
    assert_eq!(verified["succession"]["until"], 4);
    assert_eq!(verified["succession"]["handed_over"], true);
    let now = place.value(&format!("verify --log-key {second}"))["verify"].clone();
    assert_eq!((&now["verified"], &now["succession"]), (&true.into(), &serde_json::Value::Null));
    // On with it, twice.
    place.ok("allocation supplement PD-INFO 2002 1");
    place.ok("key rotate-log");
    place.ok("allocation supplement PD-INFO 2002 1");
    for key in [&first, &second] {
        assert_eq!(place.value(&format!("verify --log-key {key}"))["verify"]["verified"], true);
    }
    let text = place.ok(&format!("verify --log-key {first}"));
    assert!(text.contains("ended at entry 4; handed over to"), "{text}");
    let pins = std::fs::read_to_string(place.path("user/known-logs")).unwrap();
    assert!(pins.trim_end().ends_with(&log_key_of(&place)), "the pin follows");
}

#[test]
fn a_lost_log_key_is_replaced_and_nobody_hands_over() {
    let place = Place::with_fund();
    let first = log_key_of(&place);
    let (used, next) = files(&place);
    let ran = place.run("key rotate-log --lost");
    assert_eq!((ran.status, &ran.err[..16]), (2, "log_key_present:"), "{}", ran.err);
    std::fs::rename(&used, place.path("lost.pem")).unwrap();
    let ran = place.run("allocation supplement PD-INFO 2002 1");
    assert_eq!((ran.status, &ran.err[..7]), (2, "no_key:"), "{}", ran.err);
    assert!(place.ok("key rotate-log --lost --dry-run").contains("dry run"));
    assert!(!next.exists(), "a dry run writes nothing");
    // A crash before anything was recorded.
    let ran = place.run("key rotate-log --lost --on 2099-01-01");
    assert_eq!(ran.status, 1, "{}", ran.err);
    let made = std::fs::read(&next).unwrap();
    place.prints(
        "key rotate-log --lost --reason 'the disk died'",
        "
Recorded @4: a new log key, not handed over by the old key, dated 2002-06-30.
  published; the ledger has 5 entries
",
    );
    assert_eq!(std::fs::read(&used).unwrap(), made);
    place.ok("allocation supplement PD-INFO 2002 1");
    assert!(place.ok("verify --store").starts_with("Verified: 6 entries"), "this machine made it");
    let ran = place.run(&format!("verify --log-key {first}"));
    assert_eq!(ran.status, 3);
    assert!(ran.out.contains("ended at entry 4; NOT handed over"), "{}", ran.out);
    let second = log_key_of(&place);
    assert!(place.ok(&format!("verify --log-key {second}")).starts_with("Verified: 6 entries"));
}

#[test]
fn a_lost_key_of_another_ledger_than_the_pinned_one_is_not_replaced() {
    let place = Place::with_fund();
    std::fs::remove_file(files(&place).0).unwrap();
    let pins = place.path("user/known-logs");
    let text = std::fs::read_to_string(&pins).unwrap();
    let stranger = "example.org/pudong+fb57fc02+AU3dt9d1wN0FLg81wv+DUmNhq2tuMcgN8tc9mihEZIHl";
    let (front, _) = text.trim_end().rsplit_once(' ').unwrap();
    std::fs::write(&pins, format!("{front} {stranger}\n")).unwrap();
    let ran = place.run("key rotate-log --lost");
    assert_eq!((ran.status, &ran.err[..12]), (3, "pin_differs:"), "{}", ran.err);
}

#[test]
fn a_rotation_goes_on_after_a_crash_at_any_step() {
    let place = Place::with_fund();
    copy(&place.path("user"), &place.path("user.before"));
    copy(&place.path("pudong/log"), &place.path("log.before"));
    place.ok("key rotate-log");
    let (used, next) = files(&place);
    let new_key = std::fs::read(&used).unwrap();
    copy(&place.path("user"), &place.path("user.after"));
    copy(&place.path("pudong"), &place.path("pudong.after"));
    let keys_before = |name: &str| {
        copy(&place.path("user.before/keys"), &place.path("user/keys"));
        std::fs::write(&next, &new_key).unwrap();
        std::fs::set_permissions(&next, std::os::unix::fs::PermissionsExt::from_mode(0o600))
            .unwrap();
        let (from, to) = (place.path(name).join("known-logs"), place.path("user/known-logs"));
        std::fs::copy(from, to).unwrap();
    };
    let step = |what: &str, crash: &dyn Fn()| {
        copy(&place.path("user.after"), &place.path("user"));
        copy(&place.path("pudong.after"), &place.path("pudong"));
        crash();
        place.run("allocation supplement PD-INFO 2002 1");
        let ran = place.run("verify --store");
        assert!(ran.out.starts_with("Verified: 6 entries"), "{what}: {}{}", ran.out, ran.err);
        assert!(!next.exists(), "{what}");
    };
    step("the pin was not updated", &|| {
        std::fs::copy(place.path("user.before/known-logs"), place.path("user/known-logs")).unwrap();
    });
    step("no key is in its place", &|| {
        keys_before("user.before");
        std::fs::remove_file(&used).unwrap();
    });
    step("the key was not put in its place", &|| keys_before("user.before"));
    step("it was recorded and not published", &|| {
        keys_before("user.before");
        copy(&place.path("log.before"), &place.path("pudong/log"));
        // The head that the former key signed is as good as it was.
        let ran = place.run("doctor");
        assert!(ran.out.contains("published to 4 of 5 entries"), "{}", ran.out);
        // That an older log was put in its place would look the same.
        assert_eq!(ran.status, 3, "{}{}", ran.out, ran.err);
        assert!(ran.out.contains("this machine's anchor says 5"), "{}", ran.out);
    });
}

#[test]
fn a_key_that_was_made_and_not_recorded_is_used_by_the_next_try() {
    let place = Place::with_fund();
    let (used, next) = files(&place);
    place.ok("key new spare");
    let spare = place.path("user/keys/officers/spare.pem");
    std::fs::rename(&spare, &next).unwrap();
    let made = std::fs::read(&next).unwrap();
    place.ok("allocation supplement PD-INFO 2002 1");
    assert!(next.exists(), "nothing was recorded yet");
    place.ok("key rotate-log");
    assert_eq!(std::fs::read(&used).unwrap(), made);
}

#[test]
fn a_revoked_officer_signs_no_more_and_old_copies_do_not_open() {
    let place = Place::with_fund();
    place.ok("key new wang");
    place.ok("officer enroll wang --role maker --officer li");
    place.ok("allocation supplement PD-INFO 2002 1 --officer wang");
    copy(&place.path("pudong"), &place.path("copy"));
    place.prints(
        "officer revoke wang --reason 'left the office' --officer li",
        "
Recorded @6: officer no. 1 revoked (left the office), dated 2002-06-30.
  published; the ledger has 7 entries
",
    );
    place.refuses(
        "allocation supplement PD-INFO 2002 1 --officer wang",
        1,
        "
officer_revoked: officer wang was revoked at @6
  next: a revocation is for ever; enrol the person under another name (earmark officer enroll)
",
    );
    let list = place.value("officer list");
    assert_eq!(list["rows"][1]["revoked"], 6);
    assert_eq!(list["rows"][1]["since"], 4);
    assert!(place.ok("verify").starts_with("Verified"), "what wang signed before stays signed");
    // The machine has seen the revocation: an older copy does not bring the key back.
    copy(&place.path("copy"), &place.path("pudong"));
    let ran = place.run("allocation supplement PD-INFO 2002 1 --officer wang");
    assert!(ran.err.starts_with("shorter_than_anchor"), "{}", ran.err);
}

#[test]
fn who_is_named_and_unknown_is_not_taken_for_who_signs() {
    let place = Place::with_fund();
    let rule = "
unknown_officer: there is no officer nobody
  next: see `earmark officer list`
";
    place.refuses("officer revoke nobody --reason gone", 2, rule);
    place.refuses("officer roles nobody --role maker", 2, rule);
    place.ok("key new stranger");
    let ran = place.run("allocation supplement PD-INFO 2002 1 --officer stranger");
    assert!(ran.err.starts_with("unknown_officer: stranger is no officer of this"), "{}", ran.err);
}

#[test]
fn an_officers_key_is_rotated_with_it_or_by_request() {
    let place = Place::with_fund();
    place.ok("key new wang");
    place.ok("officer enroll wang --role auditor --officer li");
    let key = |row: usize| place.value("officer list")["rows"][row]["key"].clone();
    let first = key(1);
    place.ok("officer rotate wang --officer wang --dry-run");
    assert!(!place.path("user/keys/officers/.wang.next.pem").exists());
    place.prints(
        "officer rotate wang --officer wang --reason yearly",
        "
Recorded @5: a new key of officer no. 1, dated 2002-06-30.
  published; the ledger has 6 entries
",
    );
    assert_ne!(key(1), first);
    assert_eq!(place.value("officer list")["rows"][1]["key_since"], 5);
    // Recorded, and the machine stopped before the file was put in its place.
    let officers = place.path("user/keys/officers");
    place.ok("officer roles wang --role maker --limit 100 --officer li");
    let former = std::fs::read_dir(&officers).unwrap().map(|item| item.unwrap().path());
    let former = former.into_iter().find(|path| path.to_str().unwrap().contains("former")).unwrap();
    std::fs::rename(officers.join("wang.pem"), officers.join(".wang.next.pem")).unwrap();
    std::fs::rename(former, officers.join("wang.pem")).unwrap();
    place.ok("allocation supplement PD-INFO 2002 1 --officer wang");
    assert!(!officers.join(".wang.next.pem").exists());
    place.refuses(
        "allocation supplement PD-INFO 2002 101 --officer wang",
        1,
        "
officer_limit: officer wang may move CNY 100.00 an entry, not CNY 101.00
  next: let an officer with a higher limit sign (--officer NAME; earmark officer list)
",
    );
    // The key is lost: an administrator takes a request with a new one.
    std::fs::remove_file(officers.join("wang.pem")).unwrap();
    place.ok("key new wang");
    let id = place.value("stats")["stats"]["ledger"].as_str().unwrap().to_owned();
    place.ok(&format!("key request wang --ledger-id {id} -o wang.request"));
    place.ok("officer rotate wang --key wang.request --reason lost --officer li");
    place.ok("allocation supplement PD-INFO 2002 1 --officer wang");
    assert!(place.ok("verify").starts_with("Verified"));
}

#[test]
fn a_key_of_the_log_enrols_no_officer() {
    let place = Place::with_fund();
    let (used, _) = files(&place);
    std::fs::copy(&used, place.path("user/keys/officers/wang.pem")).unwrap();
    place.refuses(
        "officer enroll wang --role maker --officer li",
        2,
        "
key_in_use: a key has one purpose; this one is already the key of a log on this machine
  next: make a key of its own (earmark key new)
",
    );
}

#[test]
fn a_key_under_a_passphrase_signs_with_it_and_openssl_reads_it() {
    let place = Place::with_fund();
    place.write("right", "浦东 2002\n");
    place.write("wrong", "浦东 2003\n");
    let with = |line: &str, present: &str, new: Option<&str>| {
        let mut command = place.command(line);
        command.env("EARMARK_PASSPHRASE_FILE", place.path(present));
        new.into_iter().for_each(|new| {
            command.env("EARMARK_NEW_PASSPHRASE_FILE", place.path(new));
        });
        place.ran(&mut command)
    };
    let made = with("key new wang --passphrase", "none", Some("right"));
    assert_eq!((made.status, made.err.as_str()), (0, ""));
    let file = place.path("user/keys/officers/wang.pem");
    let pem = std::fs::read_to_string(&file).unwrap();
    assert!(pem.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"), "{pem}");
    let enroll = "officer enroll wang --role maker --role administrator --officer li";
    assert_eq!(with(enroll, "right", None).status, 0);
    let supplement = "allocation supplement PD-INFO 2002 1 --officer wang";
    assert_eq!(with(supplement, "right", None).status, 0);
    let ran = with(supplement, "wrong", None);
    let words = "passphrase_wrong: the passphrase does not open DIR/user/keys/officers/wang.pem\n  \
                 next: type it again, or look at the file that $EARMARK_PASSPHRASE_FILE names; nobody \
                 can open the key without it\n";
    assert_eq!((ran.status, ran.err.as_str()), (2, words));
    // The log's key too, which every write asks for.
    let ran = with("key passphrase --log", "none", Some("right"));
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    assert_eq!(with(supplement, "right", None).status, 0);
    let ran = place.run("allocation supplement PD-INFO 2002 1 --officer li");
    assert_eq!((ran.status, &ran.err[..18]), (2, "passphrase_needed:"), "{}", ran.err);
    assert_eq!(with("key passphrase --log --remove", "right", None).status, 0);
    place.ok("allocation supplement PD-INFO 2002 1 --officer li");
    assert_eq!(place.run("key passphrase").status, 2);
    if let Some(output) = openssl(&file, &place.path("right")) {
        assert!(output.contains("ED25519 Private-Key"), "{output}");
    }
    // The next key is under the same passphrase; then under another one, then under none.
    let rotated = with("officer rotate wang --officer wang", "right", None);
    assert_eq!((rotated.status, rotated.err.as_str()), (0, ""));
    assert_ne!(std::fs::read_to_string(&file).unwrap(), pem);
    assert_eq!(with(supplement, "right", None).status, 0);
    assert_eq!(with("key passphrase wang", "right", Some("wrong")).status, 0);
    assert_eq!(with(supplement, "right", None).status, 2);
    assert_eq!(with(supplement, "wrong", None).status, 0);
    assert_eq!(with("key passphrase wang --remove", "wrong", None).status, 0);
    place.ok(supplement);
    assert!(place.ok("verify").starts_with("Verified"));
}

/// What openssl says of a key under a passphrase; nothing, and that is told, where there is none.
fn openssl(key: &Path, passphrase: &Path) -> Option<String> {
    let mut command = std::process::Command::new("openssl");
    command.args(["pkey", "-noout", "-text", "-in", key.to_str().unwrap()]);
    command.args(["-passin", &format!("file:{}", passphrase.display())]);
    let Ok(output) = command.output() else {
        println!("left out: there is no openssl");
        return None;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}
