//! Confidential fields on the command line: from files, never in what is printed or kept elsewhere.

use super::Place;
use serde_json::json;
use std::path::{Path, PathBuf};

const ACCOUNT: &str = "6222 0212 3456 7890 123";

fn place() -> Place {
    let place = Place::with_fund();
    place.write("account.txt", &format!("\u{feff}{ACCOUNT}\r\n"));
    place.write("contact.txt", "王五 021-5555 0101");
    place
}

const REGISTER: &str = "payee register SOFT-A --name A --account-file account.txt --contact-file \
                        contact.txt --command-id soft-a";

/// The files below a folder that hold a text.
fn holders(folder: &Path, needle: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(holders(&path, needle));
        } else if std::fs::read(&path)
            .unwrap()
            .windows(needle.len())
            .any(|w| w == needle.as_bytes())
        {
            found.push(path);
        }
    }
    found
}

#[test]
fn fields_are_sealed_shown_and_erased() {
    let place = place();
    place.prints(
        &format!("{REGISTER} --dry-run"),
        "
Would record: payee SOFT-A (A), dated 2002-06-30.
  confidential fields would be sealed
  dry run: nothing was written
",
    );
    place.prints(
        REGISTER,
        "
Recorded @4: payee SOFT-A (A), dated 2002-06-30.
  confidential fields sealed beside the ledger: earmark confidential show @4
  published; the ledger has 5 entries
",
    );
    let told = format!(
        "@4 · confidential, as committed to by the entry\n  bank account:    {ACCOUNT}\n  contact:         \
         王五 021-5555 0101\n"
    );
    place.prints("confidential show @4", &told);
    let value = place.value("confidential show @4");
    assert_eq!(
        value["confidential"]["fields"],
        json!({"bank_account": ACCOUNT, "contact": "王五 021-5555 0101"})
    );
    assert!(place.ok("show @4").contains("confidential  sealed beside the ledger\n"));
    assert_eq!(place.value("show @4")["show"]["confidential"]["state"], "sealed");
}

#[test]
fn what_is_erased_says_by_whom_when_and_why() {
    let place = place();
    place.ok(REGISTER);
    place.prints(
        "confidential erase @4 --legal-basis 'PIPL art. 47'",
        "
Recorded @5: the confidential fields of @4 erased (PIPL art. 47), dated 2002-06-30.
  published; the ledger has 6 entries
",
    );
    place.refuses(
        "confidential show @4",
        2,
        "
confidential_erased: the confidential fields of @4 were erased on 2002-06-30 by li (@5), on legal basis: PIPL art. 47
  next: nothing is left of them in the ledger
",
    );
    let erased = "confidential  erased on 2002-06-30 by li (@5), legal basis: PIPL art. 47\n";
    assert!(place.ok("show @4").contains(erased), "{}", place.ok("show @4"));
    assert!(
        place
            .ok("--lang zh show @4")
            .contains("已于 2002-06-30 由 li 清除（@5），法律依据：PIPL art. 47")
    );
    assert_eq!(place.value("show @4")["show"]["confidential"]["erased"]["entry"], 5);
    place.refuses(
        "confidential erase @4 --legal-basis again",
        1,
        "
already_erased: the confidential fields of @4 were erased by @5; they are erased once
  next: nothing is left of them in the ledger; copies elsewhere are for their keeper to erase
",
    );
    place.refuses(
        "confidential show @3",
        2,
        "
not_confidential: @3 has no confidential fields
  next: see what it has: earmark show @3
",
    );
    place.refuses(
        REGISTER,
        1,
        "
confidential_erased: @4 was recorded by this command id; its confidential fields were erased by @5, so those given cannot be compared with them
  next: @4 stands as it is (earmark show @4); nothing was sealed again. To record other fields, use another --command-id
",
    );
    place.ok("verify --store");
}

/// The plaintext is in the files it was given in, and nowhere else: not in the ledger, its caches, the
/// home, rejects of an import, nor in anything that was printed.
#[test]
fn no_file_and_no_output_says_what_was_sealed() {
    let place = place();
    let mut printed = Vec::new();
    let mut run = |line: &str, status: i32| {
        let ran = place.run(line);
        assert_eq!(ran.status, status, "earmark {line}: {}", ran.err);
        printed.push(format!("{line}\n{}{}", ran.out, ran.err));
    };
    run(&format!("{REGISTER} -v --dry-run"), 0);
    run(&format!("{REGISTER} -v"), 0);
    run(&format!("{REGISTER} -O json"), 0);
    place.write("other.txt", "9999 8888");
    run(&REGISTER.replace("account.txt", "other.txt"), 1);
    run(&REGISTER.replace("soft-a", "another"), 1);
    place.write("two-lines.txt", &format!("{ACCOUNT}\n{ACCOUNT}\n"));
    run("payee register SOFT-B --name B --account-file two-lines.txt", 1);
    run("payee register SOFT-B --name B --account-file missing.txt", 2);
    place.write("empty.txt", "\n");
    run("payee register SOFT-B --name B --account-file empty.txt", 1);
    std::fs::write(place.path("binary.txt"), [0x36, 0x32, 0x32, 0x32, 0xff]).unwrap();
    run("payee register SOFT-B --name B --account-file binary.txt", 2);
    place.write("long.txt", &ACCOUNT.repeat(50));
    run("payee register SOFT-B --name B --account-file long.txt", 1);
    place.write(
        "map.toml",
        "version = 1\nsource = \"payees\"\n[[event]]\nkind = \"payee\"\ncode = { column = \"code\" }\nname = { column = \"name\" }\n",
    );
    place.write("payees.csv", "code,name\nSOFT-A,again\nSOFT-C,C\n");
    let import = place.run("import payees.csv --mapping map.toml");
    printed.push(format!("{}{}", import.out, import.err));
    for line in ["show @4 --explain -O json", "export jsonl", "register -O csv", "stats", "verify"]
    {
        let ran = place.run(line);
        printed.push(format!("{line}\n{}{}", ran.out, ran.err));
    }
    for text in &printed {
        for secret in [ACCOUNT, "王五", "5555 0101", "9999"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
    for name in ["account.txt", "contact.txt", "two-lines.txt", "long.txt"] {
        std::fs::remove_file(place.path(name)).unwrap();
    }
    for secret in [ACCOUNT, "王五", "5555 0101"] {
        assert_eq!(holders(place.folder.path(), secret), Vec::<PathBuf>::new());
    }
    // The folder of the log, which is published, has no such file; a copy of it verifies.
    assert!(!place.path("pudong/log/confidential").exists());
    assert_eq!(place.run("verify --from pudong/log").status, 0);
}

#[test]
fn verify_says_whether_the_sealed_files_were_read() {
    let place = place();
    assert!(!place.ok("verify").contains("confidential"));
    place.ok(REGISTER);
    let told = place.ok("verify");
    assert!(told.contains("not read:") && told.contains("confidential"), "{told}");
    let told = place.ok("verify --store");
    assert!(told.contains("confidential, 1 entry"), "{told}");
    place.ok("confidential sweep");
    let hex = place.value("show @4")["show"]["confidential"]["commitment"].clone();
    let sealed = place.path("pudong/confidential").join(hex.as_str().unwrap());
    std::fs::write(sealed.with_extension("77.new"), "").unwrap();
    std::fs::remove_file(sealed).unwrap();
    let ran = place.run("verify --store");
    assert_eq!(ran.status, 3);
    assert!(
        ran.out.contains(
            "break: chain, entry 4, file confidential/HASH, store: expected both files, with the \
             fields that the entry committed to, found the confidential fields of @4 cannot be read \
             without confidential/HASH"
        ),
        "{}",
        ran.out
    );
    place.refuses(
        "confidential show @4",
        2,
        "
sealed_file_missing: the confidential fields of @4 cannot be read without confidential/HASH
  next: look where the entry was recorded; copies of the log never have these files
",
    );
}

#[test]
fn what_belongs_to_no_entry_is_swept() {
    let place = place();
    place.ok(REGISTER);
    place.prints("confidential sweep", "Every sealed file belongs to an entry.\n");
    let hex = "ab".repeat(32);
    place.write(&format!("pudong/confidential/{hex}.key"), "");
    let told = "Would remove 1 file of no entry:\n  confidential/HASH.key\n";
    place.prints("confidential sweep --dry-run", told);
    let told = "Removed 1 file of no entry:\n  confidential/HASH.key\n";
    place.prints("confidential sweep", told);
    place.ok("confidential show @4");
}
