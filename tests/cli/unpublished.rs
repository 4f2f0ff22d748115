//! What is recorded stays recorded, whatever comes after: a publish that fails, a receipt that cannot be
//! printed. Both are said, and neither is a failure that makes people do it again.

use super::Place;
use std::fs::File;
use std::process::Stdio;

/// A ledger of four entries whose fifth cannot be published: a folder stands where its tile belongs.
fn blocked() -> (Place, std::path::PathBuf) {
    let place = Place::with_fund();
    let block = place.path("pudong/log/tile/0/000.p/5");
    std::fs::create_dir_all(block.join("in-the-way")).unwrap();
    (place, block)
}

#[test]
fn recorded_and_not_published_is_done_with_a_warning() {
    let (place, block) = blocked();
    let ran = place.run("payee register P-1 --name One --command-id first");
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(ran.out.starts_with("Recorded @4: "), "{}", ran.out);
    assert!(ran.out.ends_with("  recorded; the ledger has 5 entries\n"), "{}", ran.out);
    assert!(
        ran.err.starts_with("warning: @4 (command ID) is recorded, and not yet published: cannot ")
            && ran
                .err
                .ends_with("; nothing is lost, do not record it again; next: earmark publish\n")
            && ran.err.lines().count() == 1,
        "{}",
        ran.err
    );
    // Readers take no lock, and know it all the same.
    let warning = "warning: 1 entry is recorded and not yet published; next: earmark publish\n";
    for line in ["balance", "register", "payees", "stats", "show @3"] {
        let ran = place.run(line);
        assert_eq!((ran.status, ran.err.as_str()), (0, warning), "{line}");
    }
    let zh = place.run("balance --lang zh").err;
    assert!(zh.contains("1 条已记账，尚未签署存档"), "{zh}");

    std::fs::remove_dir_all(block).unwrap();
    assert_eq!(place.run("publish").status, 0);
    assert_eq!(place.run("balance").err, "");
    let again = place.ok("payee register P-1 --name One --command-id first");
    assert!(again.starts_with("Recorded before as @4"), "{again}");
    assert_eq!(place.size(), 5);
    assert!(!place.path("pudong/UNPUBLISHED").exists());
}

#[test]
fn the_receipt_as_json_says_recorded() {
    let (place, _) = blocked();
    let receipt = &place.value("payee register P-1 --name One")["receipt"];
    assert_eq!((&receipt["state"], &receipt["size"]), (&"recorded".into(), &5.into()));
    assert_eq!(receipt["entries"][0]["index"], 4);
    assert!(receipt["command_id"].as_str().is_some_and(|id| id.len() == 36));
}

#[test]
fn an_import_that_cannot_be_published_is_recorded() {
    let (place, block) = blocked();
    place.write("rows.csv", "code,name\nP-1,One\nP-2,Two\n");
    std::fs::rename(&block, place.path("pudong/log/tile/0/000.p/6")).unwrap();
    place.write(
        "map.toml",
        "source = \"list\"\ndefault_date = \"2002-01-02\"\n\n[[event]]\ntype = \"payee.register\"\ncode = { column = \"code\" }\nname = { column = \"name\" }\n",
    );
    let ran = place.run("import rows.csv --mapping map.toml");
    if ran.status == 2 {
        panic!("the mapping: {}", ran.err);
    }
    assert_eq!(ran.status, 0, "{} {}", ran.out, ran.err);
    assert!(ran.out.contains("  recorded; the ledger has 6 entries\n"), "{}", ran.out);
    assert!(ran.err.contains("is recorded, and not yet published: "), "{}", ran.err);
    std::fs::remove_dir_all(place.path("pudong/log/tile/0/000.p/6")).unwrap();
    place.run("publish");
    assert_eq!(place.size(), 6);
}

#[test]
fn a_receipt_that_cannot_be_printed_is_no_failure() {
    let place = Place::with_fund();
    for (n, args) in ["", " -O json"].iter().enumerate() {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let mut command = place.command(&format!("payee register P-{n} --name N{n}{args}"));
        let output = command.stdout(Stdio::from(full)).stderr(Stdio::piped()).output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(0), "{err}");
        assert!(
            err.starts_with("warning: it is done, and only its receipt could not be written: "),
            "{err}"
        );
    }
    assert_eq!(place.size(), 6);
    // What only reads, or writes nothing, has failed.
    for line in ["balance", "payee register P-9 --name N --dry-run"] {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let output = place.command(line).stdout(Stdio::from(full)).output().unwrap();
        assert_eq!(output.status.code(), Some(4), "{line}");
    }
}
