//! What the machine brings: paths that are no text, full disks, folders of others, clocks of another age.

use super::{Place, Ran};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Runs a line where `%` stands for a name that is not UTF-8.
fn run(place: &Place, home: &str, line: &str, ledger: Option<&str>) -> Ran {
    let odd = |text: &str| {
        let bytes =
            text.bytes().flat_map(|byte| if byte == b'%' { vec![b'x', 0xff] } else { vec![byte] });
        OsStr::from_bytes(&bytes.collect::<Vec<u8>>()).to_owned()
    };
    let mut command = place.command("");
    command.env("EARMARK_HOME", place.folder.path().join(odd(home)));
    if let Some(ledger) = ledger {
        command.env("EARMARK_LEDGER", place.folder.path().join(odd(ledger)));
    }
    command.args(super::words(line).iter().map(|word| odd(word)));
    place.ran(&mut command)
}

#[test]
fn a_path_that_is_no_text_is_printed_and_never_a_panic() {
    let place = Place::new();
    // An address and a folder are one argument, and an address is text.
    let odd = place.folder.path().join(OsStr::from_bytes(b"bx\xff"));
    std::os::unix::fs::symlink(odd, place.path("plain")).unwrap();
    for (line, ledger) in [
        ("init b% --name B --origin example.org/b --officer li", None),
        ("init c% --name C --origin example.org/c -O json", None),
        ("key new wang", None),
        ("key new wei -O json", None),
        ("fund establish PD --name P --kind special --purpose it --officer li", Some("b%")),
        ("prove @0 -o p%.tlog-proof", Some("b%")),
        ("prove @0 -o q%.tlog-proof -O json", Some("b%")),
        ("doctor", Some("b%")),
        ("doctor -O json", Some("b%")),
        ("anchor show -O json", Some("b%")),
        ("verify --store -O json", Some("b%")),
        ("stats -O json -o s%", Some("b%")),
        ("export package -o k%.zip", Some("b%")),
        ("archive restore --from plain/log r% -O json --officer li", None),
        ("witness init --name w -O json", None),
    ] {
        let ran = run(&place, "h%", line, ledger);
        assert_eq!(ran.status, 0, "earmark {line}\n{}{}", ran.out, ran.err);
    }
    // What is refused is a sentence too.
    for line in [
        "attach @0 d%",
        "import t% --mapping m%",
        "verify --from n% --unpinned",
        "show @%",
        "demo d%",
    ] {
        let ran = run(&place, "h%", line, Some("b%"));
        assert!(
            (1..=4).contains(&ran.status) && !ran.err.contains("internal"),
            "{line}: {}",
            ran.err
        );
    }
}

#[test]
fn a_receipt_that_cannot_be_printed_is_no_failure_of_what_was_done() {
    let place = Place::with_fund();
    for line in [
        "allocation supplement PD-INFO 2002 1 --reason a",
        "allocation supplement PD-INFO 2002 2 --reason b -O json",
        "allocation supplement PD-INFO 2002 3 --reason c -o none/receipt.txt",
        "publish",
        "key new wang",
    ] {
        let mut command = place.command(&format!("{line} --officer li"));
        if !line.starts_with("alloc") {
            command = place.command(line);
        }
        command.stdout(std::fs::File::options().write(true).open("/dev/full").unwrap());
        let output = command.output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(0), "earmark {line}\n{error}");
        assert!(error.starts_with("warning: it is done, and only its receipt"), "{error}");
    }
    assert_eq!(place.size(), 7);
    // What was asked and could not be told is a failure.
    for line in
        ["balance", "allocation supplement PD-INFO 2002 1 --reason a --dry-run --officer li"]
    {
        let mut command = place.command(line);
        command.stdout(std::fs::File::options().write(true).open("/dev/full").unwrap());
        assert_eq!(command.output().unwrap().status.code(), Some(4), "earmark {line}");
    }
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn what_was_confidential_is_written_for_its_owner_alone() {
    let place = Place::with_fund();
    place.write("account.txt", "6222 0212 3456 7890 123");
    place.ok("payee register A --name A --account-file account.txt");
    place.write("shown.txt", "of everybody");
    for line in ["confidential show @4 -o shown.txt", "confidential show @4 -O json -o shown.json"]
    {
        place.ok(line);
    }
    assert_eq!((mode(&place.path("shown.txt")), mode(&place.path("shown.json"))), (0o600, 0o600));
}

#[test]
fn what_others_can_change_of_the_home_is_told() {
    let place = Place::with_fund();
    for (name, open, whole) in
        [("user", 0o777, 0o700), ("user/known-logs", 0o666, 0o600), ("user/anchors", 0o720, 0o700)]
    {
        set_mode(&place.path(name), open);
        for line in ["verify", "allocation supplement PD-INFO 2002 1"] {
            let ran = place.run(line);
            assert!(
                ran.err.contains(&format!("others can change DIR/{name}, ")),
                "{line}: {}",
                ran.err
            );
        }
        let doctor = place.run("doctor");
        assert_eq!(doctor.status, 3, "{}", doctor.out);
        assert!(doctor.out.contains(&format!("others can change DIR/{name}")), "{}", doctor.out);
        assert_eq!(place.run("doctor --fix").status, 0);
        assert_eq!(mode(&place.path(name)) & 0o022, 0);
        set_mode(&place.path(name), whole);
    }
}

#[test]
fn a_key_is_never_made_in_a_folder_that_is_handed_out() {
    let place = Place::with_fund();
    std::os::unix::fs::symlink(place.path("pudong/log"), place.path("link")).unwrap();
    for home in ["pudong/log/x", "pudong/log", "pudong/x/y", "link/x"] {
        for line in [
            "key new wang",
            "witness init --name w",
            "init n --name N --origin example.org/n --officer li",
        ] {
            let mut command = place.command(line);
            command.env("EARMARK_HOME", place.path(home));
            let ran = place.ran(&mut command);
            assert_eq!(
                (ran.status, ran.err.split(':').next()),
                (2, Some("home_in_ledger")),
                "{home}: {line}"
            );
        }
    }
    assert!(!place.path("n").exists() && !place.path("pudong/x").exists());
}
