//! `prove`, `check-proof` and `verify --against`: what a citizen and an auditor can show without us.

use super::{Place, Ran};
use std::path::Path;

fn vkey(place: &Place) -> String {
    let known = std::fs::read_to_string(place.path("user/known-logs")).unwrap();
    known.trim().rsplit(' ').next().unwrap().to_owned()
}

/// Runs a line where there is no ledger, no pin and no key.
fn elsewhere(place: &Place, line: &str) -> Ran {
    let mut command = place.command(line);
    command.env_remove("EARMARK_LEDGER").env("EARMARK_HOME", place.path("nobody"));
    place.ran(&mut command)
}

fn prove(place: &Place) -> String {
    place.ok("prove @3 -o a.tlog-proof");
    format!("check-proof a.tlog-proof --entry a.entry --log-key {}", vkey(place))
}

#[test]
fn an_entry_is_proven_to_somebody_without_the_ledger() {
    let place = Place::with_fund();
    place.prints(
        "prove @3 -o a.tlog-proof",
        "
Proof that entry @3 is in the log of example.org/pudong, signed at 4 entries.
  proof  a.tlog-proof
  entry  a.entry

Hand both files to whoever asks. They need no ledger and no network:

  earmark check-proof a.tlog-proof --entry a.entry --log-key VKEY

The key must reach them from you by another way than the proof: a letter, a gazette, your web page.
",
    );
    let proof = std::fs::read_to_string(place.path("a.tlog-proof")).unwrap();
    assert!(proof.starts_with("c2sp.org/tlog-proof@v1\nindex 3\n"), "{proof}");
    assert!(proof.ends_with(&place.ok_raw("checkpoint show")), "{proof}");
    let told = place.value("prove @3 -o a.tlog-proof");
    assert_eq!(told["proof"]["entry"], 3);
    assert_eq!(told["proof"]["path_hashes"], 2);
    // The printed line is ready to paste.
    let check = told["proof"]["check"].as_str().unwrap().to_owned();
    let ran = elsewhere(&place, check.strip_prefix("earmark ").unwrap());
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    assert!(
        ran.out.starts_with(
            "Holds: entry @3 is in the log of example.org/pudong, as signed at 4 entries.\n\n@3 · "
        ),
        "{}",
        ran.out
    );
    for words in [
        "  occurred_on         2002-01-10\n",
        "  line                PD-INFO:2002\n",
        "  amount.minor_units  1,000,000,000\n",
        "\nProven: these bytes are entry number 3, counted from 0, of the log of 4 that VKEY signed.",
        "\nNot proven: that what the entry says is true, and that everybody is shown the same log",
    ] {
        assert!(ran.out.contains(words), "{words}\n{}", ran.out);
    }
    let ran = elsewhere(&place, &format!("{} -O json", check.strip_prefix("earmark ").unwrap()));
    let told: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(told["check_proof"]["holds"], true);
    assert_eq!(told["check_proof"]["entry"]["body"]["amount"]["minor_units"], "1000000000");
    let ran = elsewhere(&place, &format!("{} --lang zh", check.strip_prefix("earmark ").unwrap()));
    assert!(
        ran.out.starts_with("成立：条目 @3 载于日志 example.org/pudong（签署时共 4 条）。"),
        "{}",
        ran.out
    );
}

#[test]
fn an_entry_goes_by_each_of_its_names() {
    let place = Place::with_fund();
    place.ok("payee register P-1 --name 'Sun Ltd' --on 2002-01-11");
    place.ok("project approve CARD --title Card --purpose it --ceiling 300万 --from PD-INFO:2002=300万 --on 2002-01-12");
    place.ok("disburse 10万 --project CARD --payee P-1 --on 2002-01-13");
    place.ok("prove PD-INFO/2002/1 -o voucher.tlog-proof");
    let index = place.value("prove PD-INFO/2002/1 -o voucher.tlog-proof")["proof"]["entry"].clone();
    let shown = place.value(&format!("show @{index}"));
    assert_eq!(shown["show"]["entry"]["type"], "DisbursementRecorded");
    let id = shown["show"]["entry"]["id"].as_str().unwrap();
    place.ok(&format!("prove {id} -o id.tlog-proof"));
    place.ok(&format!("prove @{index} -o index.tlog-proof"));
    let bytes = |name: &str| std::fs::read(place.path(name)).unwrap();
    assert_eq!(bytes("voucher.tlog-proof"), bytes("id.tlog-proof"));
    assert_eq!(bytes("voucher.tlog-proof"), bytes("index.tlog-proof"));
    assert_eq!(bytes("voucher.entry"), bytes("id.entry"));
    let unknown = place.run("prove @99 -o x.tlog-proof");
    assert_eq!((unknown.status, &unknown.err[..13]), (2, "unknown_name:"));
    place.refuses(
        "prove @3",
        2,
        "
proof_file_name: a proof goes to a file ending in .tlog-proof; found none
  next: add -o NAME.tlog-proof; the entry goes beside it, to NAME.entry
",
    );
    assert!(!place.path("x.entry").exists());
}

/// Every byte of both files, changed: the proof does not hold, or nothing that it says has changed.
#[test]
fn no_byte_of_a_proof_can_be_changed() {
    let place = Place::with_fund();
    prove(&place);
    let key: earmark::tlog::note::VerifierKey = vkey(&place).parse().unwrap();
    let (proof, entry) = (place.path("a.tlog-proof"), place.path("a.entry"));
    let (proof, entry) = (std::fs::read(proof).unwrap(), std::fs::read(entry).unwrap());
    let holds = |proof: &[u8], entry: &[u8]| {
        let read = earmark::tlog::proof_file::ProofFile::parse(proof)?;
        read.verify(earmark::tlog::tree::leaf_hash(entry), &key)
    };
    holds(&proof, &entry).unwrap();
    for at in 0..entry.len() {
        let mut changed = entry.clone();
        changed[at] ^= 1;
        assert!(holds(&proof, &changed).is_err(), "byte {at} of the entry");
    }
    for at in 0..proof.len() {
        for bit in 0..8 {
            let mut changed = proof.clone();
            changed[at] ^= 1 << bit;
            assert!(holds(&changed, &entry).is_err(), "bit {bit} of byte {at} of the proof");
        }
    }
    for length in 0..proof.len() {
        assert!(holds(&proof[..length], &entry).is_err(), "{length} bytes");
    }
}

#[test]
fn what_does_not_hold_is_told_in_words_and_exits_3() {
    let place = Place::with_fund();
    let check = prove(&place);
    let write = |name: &str, bytes: &[u8]| std::fs::write(place.path(name), bytes).unwrap();
    let mut entry = std::fs::read(place.path("a.entry")).unwrap();
    entry[150] ^= 1;
    write("changed.entry", &entry);
    let ran = elsewhere(&place, &check.replace("a.entry", "changed.entry"));
    assert_eq!((ran.status, ran.out.as_str()), (3, ""));
    assert!(
        ran.err.starts_with(
            "proof_wrong: the proof does not hold: the proof that entry 3 is in a log of 4 entries \
             gives the root HASH, not HASH\n  next: the entry, its index or a hash was changed"
        ),
        "{}",
        ran.err
    );
    let ran = elsewhere(&place, &format!("{} -O json", check.replace("a.entry", "changed.entry")));
    let told: serde_json::Value = serde_json::from_str(&ran.err).unwrap();
    assert_eq!(told["error"]["code"], "proof_wrong");
    assert!(told["error"]["details"]["expected"].is_string());
    // Another log's key.
    place.ok("init other --name Other --origin example.org/other --officer wang");
    let known = std::fs::read_to_string(place.path("user/known-logs")).unwrap();
    let other = known.lines().find(|line| line.starts_with("example.org/other")).unwrap();
    let other = other.rsplit(' ').next().unwrap();
    let ran =
        elsewhere(&place, &format!("check-proof a.tlog-proof --entry a.entry --log-key {other}"));
    assert_eq!(ran.status, 3);
    assert!(
        ran.err.starts_with("note_unsigned: the proof does not hold: no signature is by"),
        "{}",
        ran.err
    );
    // The files changed about, missing, too large, no proof at all.
    for (line, status, code) in [
        ("check-proof a.entry --entry a.tlog-proof", 3, "proof_malformed:"),
        ("check-proof nowhere.tlog-proof --entry a.entry", 2, "not_found:"),
        ("check-proof a.tlog-proof --entry large", 3, "file_too_large:"),
        ("check-proof pudong/log/checkpoint --entry a.entry", 3, "proof_malformed:"),
    ] {
        write("large", &[b'x'; 65_536]);
        let ran = elsewhere(&place, &format!("{line} --log-key {}", vkey(&place)));
        assert_eq!(ran.status, status, "{line}: {}", ran.err);
        assert!(ran.err.starts_with(code), "{line}: {}", ran.err);
    }
    let ran = elsewhere(&place, "check-proof a.tlog-proof --entry a.entry --log-key nonsense");
    assert_eq!((ran.status, &ran.err[..15]), (2, "vkey_malformed:"));
    assert_eq!(elsewhere(&place, "check-proof a.tlog-proof --entry a.entry").status, 2);
}

#[test]
fn a_policy_asks_for_witnesses_too() {
    use earmark::chain::signature::{SeedSigner, Signer};
    use earmark::tlog::checkpoint::Checkpoint;
    use earmark::tlog::cosignature::{WitnessKey, cosign};
    let place = Place::with_fund();
    prove(&place);
    let city = SeedSigner::new(&[5; 32]);
    let name = "city.example/witness";
    let witness = WitnessKey::new(name, &city.public_key()).unwrap();
    let policy =
        |quorum: &str| format!("log {}\nwitness city {witness}\nquorum {quorum}\n", vkey(&place));
    place.write("none", &policy("none"));
    place.write("city", &policy("city"));
    let check = |policy: &str| {
        elsewhere(&place, &format!("check-proof a.tlog-proof --entry a.entry --policy {policy}"))
    };
    let ran = check("none");
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    assert!(ran.out.contains("no witness was asked about"), "{}", ran.out);
    let ran = check("city");
    assert_eq!((ran.status, ran.out.as_str()), (3, ""));
    assert!(
        ran.err.starts_with("quorum_not_met: the proof does not hold: the quorum city is not met"),
        "{}",
        ran.err
    );
    let proof = std::fs::read_to_string(place.path("a.tlog-proof")).unwrap();
    let checkpoint = proof.split_once("\n\n").unwrap().1;
    let checkpoint = Checkpoint::read(checkpoint.as_bytes()).unwrap();
    let line = cosign(&checkpoint, 1_025_000_000, name, &city).unwrap();
    place.write("a.tlog-proof", &format!("{proof}{}\n", line.to_string().trim_end()));
    let ran = check("city");
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    assert!(
        ran.out.contains("That everybody is shown the same log, city vouches: cosigned there."),
        "{}",
        ran.out
    );
    place.write("other", &format!("witness city {witness}\nquorum city\n"));
    let ran = check("other");
    assert_eq!((ran.status, &ran.err[..18]), (3, "log_not_in_policy:"));
    place.write("bad", "quorum nobody\n");
    let ran = check("bad");
    assert_eq!((ran.status, &ran.err[..17]), (2, "policy_malformed:"));
}

#[test]
fn no_proof_is_made_from_a_damaged_log() {
    let place = Place::with_fund();
    let tile = place.path("pudong/log/tile/0/000.p/4");
    let mut bytes = std::fs::read(&tile).unwrap();
    bytes[0] ^= 1;
    std::fs::write(&tile, bytes).unwrap();
    let ran = place.run("prove @3 -o a.tlog-proof");
    assert_eq!(ran.status, 3);
    assert!(ran.err.starts_with("tile_changed: tile/0/000.p/4 was changed"), "{}", ran.err);
    assert!(!place.path("a.tlog-proof").exists());
}

#[test]
fn without_a_pin_the_key_is_said_to_be_the_ledgers_own() {
    let place = Place::with_fund();
    let mut command = place.command("prove @0 -o a.tlog-proof");
    command.env("EARMARK_HOME", place.path("nobody"));
    let ran = place.ran(&mut command);
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(ran.out.contains("The key is NOT PINNED here"), "{}", ran.out);
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

#[test]
fn today_s_log_is_proven_to_begin_with_an_older_one() {
    let place = Place::with_fund();
    std::fs::copy(place.path("pudong/log/checkpoint"), place.path("old")).unwrap();
    copy(&place.path("pudong/log"), &place.path("older-log"));
    prove(&place);
    place.ok("allocation supplement PD-INFO 2002 1 --on 2002-01-11");
    place.ok("allocation supplement PD-INFO 2002 2 --on 2002-01-11");
    place.ok("export package -o older.zip");
    place.ok("allocation supplement PD-INFO 2002 3 --on 2002-01-11");
    let zip = place.ok("verify --against older.zip");
    assert!(
        zip.contains("  against:     older.zip: its 6 entries are still the first ones"),
        "{zip}"
    );
    let page = place.ok("verify --against old -O html");
    assert!(page.contains("Held against an older state, old: its 4 entries are still"), "{page}");
    // Trust in the old key goes on, from a policy too, and to what the old key signed.
    let first = place.value("verify")["verify"]["claimed_log_key"].as_str().unwrap().to_owned();
    place.ok("key rotate-log --on 2002-01-11");
    place.write("policy", &format!("log {first}\nquorum none\n"));
    for trust in ["", "--policy policy", &format!("--log-key {first}")] {
        let out = place.ok(&format!("verify --against old --against older.zip {trust}"));
        assert!(out.starts_with("Verified: 8 entries"), "{trust}: {out}");
        assert_eq!(out.matches("still the first ones").count(), 2, "{out}");
    }
    for older in ["old", "older-log", "a.tlog-proof"] {
        let out = place.ok(&format!("verify --against {older}"));
        let words =
            format!("  against:     {older}: its 4 entries are still the first ones (proof: ");
        assert!(out.starts_with("Verified: ") && out.contains(&words), "{out}");
    }
    let told = place.value("verify --against old --against pudong");
    assert_eq!(told["verify"]["against"][0]["holds"], true);
    assert_eq!(told["verify"]["against"][1]["proof_hashes"], 0);
    let ran = place.run("verify --against nowhere");
    assert_eq!((ran.status, &ran.err[..10]), (2, "not_found:"));
    place.write("junk", "junk\n");
    assert_eq!(place.run("verify --against junk").status, 3);
    // A checkpoint of another log, and one that somebody changed.
    place.ok("init other --name Other --origin example.org/other --officer wang");
    let ran = place.run("verify --against other");
    assert_eq!(ran.status, 3);
    assert!(ran.out.contains("signature: expected a signature of VKEY"), "{}", ran.out);
    assert!(ran.out.contains("other: not compared, for it is not known to be"), "{}", ran.out);
}

/// The wholesale rewrite: the same keys, the same origin, another history from entry 4 on.
#[test]
fn a_rewritten_log_is_found_out_and_the_first_other_entry_named() {
    let place = Place::with_fund();
    copy(&place.path("pudong"), &place.path("kept"));
    let keep = |name: &str| {
        std::fs::copy(place.path("pudong/log/checkpoint"), place.path(name)).unwrap();
    };
    keep("at-4");
    for amount in 1..=3 {
        place.ok(&format!("allocation supplement PD-INFO 2002 {amount} --on 2002-01-11"));
    }
    keep("at-7");
    copy(&place.path("pudong/log"), &place.path("older-log"));
    go_back(&place);
    let ran = place.run("verify --against at-7");
    assert_eq!(ran.status, 3);
    assert!(
        ran.out.contains(
            "break: log, entry 4, file at-7, size: expected at least the 7 entries that it had, \
             found 4 entries (likely truncated)"
        ),
        "{}",
        ran.out
    );
    for amount in 5..=9 {
        place.ok(&format!("allocation supplement PD-INFO 2002 {amount} --on 2002-01-11"));
    }
    // Nothing in the log itself shows it.
    assert!(place.ok("verify").starts_with("Verified"));
    let ran = place.run("verify --against at-7");
    assert_eq!(ran.status, 3);
    assert!(ran.out.starts_with("BROKEN"), "{}", ran.out);
    assert!(
        ran.out
            .contains("root: expected the root HASH over the first 7 entries, found the root HASH"),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains(
            ": the first entry that differs is one of 0 to 6; a copy of the older log would name it \
             (likely rewritten)"
        ),
        "{}",
        ran.out
    );
    let ran = place.run("verify --against at-7 --against at-4");
    assert!(ran.out.contains("the first entry that differs is one of 4 to 6;"), "{}", ran.out);
    let ran = place.run("verify --against older-log");
    assert_eq!(ran.status, 3);
    assert!(
        ran.out.contains(
            "break: log, entry 4, file older-log, entry: expected the leaf HASH, as in the copy, \
             found the leaf HASH (likely rewritten)"
        ),
        "{}",
        ran.out
    );
    let told = place.value("verify --against older-log --against at-7");
    assert_eq!(told["verify"]["against"][0]["holds"], false);
    let named = told["verify"]["faults"].as_array().unwrap();
    assert_eq!(named[0]["index"], 4);
    assert!(
        named[1]["found"].as_str().unwrap().contains("entry 4 is the first that a copy shows"),
        "{named:?}"
    );
    // A copy that is damaged itself names nothing: its file is named.
    let tile = place.path("older-log/tile/0/000.p/7");
    std::fs::write(&tile, [7; 7 * 32]).unwrap();
    let ran = place.run("verify --against older-log");
    assert!(ran.out.contains("the copy older-log: tile/0/000.p/7 was changed"), "{}", ran.out);
}

/// Back to the state that was kept at size 4, anchor included.
fn go_back(place: &Place) {
    std::fs::remove_dir_all(place.path("pudong")).unwrap();
    std::fs::rename(place.path("kept"), place.path("pudong")).unwrap();
    std::fs::remove_dir_all(place.path("user/anchors")).unwrap();
    std::fs::create_dir(place.path("user/anchors")).unwrap();
    let anchor = std::fs::read(place.path("at-4")).unwrap();
    std::fs::write(place.path("user/anchors").join(hex_of("example.org/pudong")), anchor).unwrap();
}

fn hex_of(origin: &str) -> String {
    earmark::tlog::tree::sha256(origin.as_bytes()).to_string()
}
