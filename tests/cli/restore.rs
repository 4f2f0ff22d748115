//! `archive restore`: a ledger again from a copy of its log, and never over another.

use super::{Place, Ran, copy_folder};
use earmark::edge::clock::Stopwatch;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;

/// A place with the ledger in `pudong` and a copy of its log in `backup`.
fn backed_up() -> Place {
    let place = Place::with_fund();
    copy_folder(&place.path("pudong/log"), &place.path("backup"));
    place
}

/// Runs a line with another home, or on another ledger.
fn run(place: &Place, home: &str, ledger: &str, line: &str) -> Ran {
    let mut command = place.command(line);
    command.env("EARMARK_HOME", place.path(home)).env("EARMARK_LEDGER", place.path(ledger));
    place.ran(&mut command)
}

#[test]
fn a_lost_ledger_is_built_again_and_says_so_in_its_first_new_entry() {
    let place = backed_up();
    std::fs::remove_dir_all(place.path("pudong")).unwrap();
    let ran = place.run("archive restore --from backup again");
    assert_eq!(
        (ran.status, ran.out.as_str()),
        (
            0,
            "Restored 4 entries in 3 commands of example.org/pudong into again.\n  copy        \
             verified: pinned on this machine\n  It can be written to again; its first new entry, \
             @4, says that it was restored.\n"
        ),
        "{}",
        ran.err
    );
    assert!(!place.path("again/RESTORE").exists());
    let ran = run(&place, "user", "again", "show @4");
    assert!(ran.out.contains("LedgerRestored") && ran.out.contains("backup"), "{}", ran.out);
    let ran = run(&place, "user", "again", "allocation supplement PD-INFO 2002 1万");
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    let ran = run(&place, "user", "again", "verify --store");
    assert!(ran.out.starts_with("Verified: 6 entries"), "{}{}", ran.out, ran.err);
    // Nothing is ever overwritten.
    let ran = place.run("archive restore --from backup again");
    assert_eq!((ran.status, &ran.err[..17]), (2, "folder_not_empty:"));
}

/// Whatever the moment: no half ledger opens, the same line again ends it, and nothing is published that
/// a second attempt would be behind of.
#[test]
fn a_restore_that_is_killed_at_any_moment_is_run_again() {
    let place = backed_up();
    let line = "archive restore --from backup again";
    let home_before = place.path("home-before");
    copy_folder(&place.path("user"), &home_before);
    let start = || {
        std::fs::remove_dir_all(place.path("again")).ok();
        std::fs::remove_dir_all(place.path("user")).unwrap();
        copy_folder(&home_before, &place.path("user"));
        let mut command = place.command(line);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        (Stopwatch::start(), command.spawn().unwrap())
    };
    let (began, mut child) = start();
    assert!(child.wait().unwrap().success());
    let whole = began.elapsed();
    let (mut cut_off, kills) = (0, 24);
    for kill in 0..kills {
        let (began, mut child) = start();
        std::thread::sleep((whole * kill / kills).saturating_sub(began.elapsed()));
        child.kill().unwrap();
        child.wait().unwrap();
        let written = run(&place, "user", "again", "allocation supplement PD-INFO 2002 1");
        let first = place.run(line);
        let entries = if written.status == 0 {
            // It had ended, but for telling so.
            assert_eq!(&first.err[..17], "folder_not_empty:");
            6
        } else {
            let code = written.err.split(':').next().unwrap();
            assert!(["restore_unfinished", "no_ledger"].contains(&code), "{}", written.err);
            assert_eq!(first.status, 0, "{}", first.err);
            cut_off += 1;
            5
        };
        let ran = run(&place, "user", "again", "verify --store");
        let words = format!("Verified: {entries} entries");
        assert!(ran.out.starts_with(&words), "kill {kill}: {}{}", ran.out, ran.err);
    }
    assert!(cut_off > 3, "{cut_off} of {kills} came before its end");
}

/// What is in a folder.
fn names(place: &Place, name: &str) -> Vec<std::ffi::OsString> {
    let inside = std::fs::read_dir(place.path(name)).unwrap();
    let mut names: Vec<_> = inside.map(|inside| inside.unwrap().file_name()).collect();
    names.sort();
    names
}

/// One that is damaged is taken anew, not healed.
fn a_worn_copy_is_taken_anew(place: &Place) {
    copy_folder(&place.path("again"), &place.path("worn"));
    let bundle = place.path("worn/log/tile/entries/000.p/4");
    let mut bytes = std::fs::read(&bundle).unwrap();
    bytes[200] ^= 1;
    std::fs::write(&bundle, bytes).unwrap();
    for line in ["doctor", "doctor --fix"] {
        let ran = run(place, "new", "worn", line);
        assert_eq!(ran.status, 3, "{}{}", ran.out, ran.err);
        assert!(ran.out.contains("a copy to read: not whole"), "{}", ran.out);
        assert!(ran.out.contains("archive restore --from COPY NEWDIR"), "{}", ran.out);
        assert!(!ran.out.contains("opening the ledger for a write"), "{}", ran.out);
    }
    assert_eq!(names(place, "worn"), names(place, "again"));
}

/// A ledger's folder without its store, on a machine that has no key, is one too; with the key it is healed.
fn a_folder_without_its_store_is_a_copy(place: &Place) {
    copy_folder(&place.path("pudong"), &place.path("public"));
    for name in ["db", "wal"] {
        std::fs::remove_dir_all(place.path("public").join(name)).unwrap();
    }
    let ran = run(place, "new", "public", "doctor");
    assert_eq!(ran.status, 0, "{}", ran.out);
    assert!(ran.out.contains("a copy to read: whole"), "{}", ran.out);
    let ran = run(place, "user", "public", "doctor");
    assert_eq!(ran.status, 3, "{}", ran.out);
    assert!(ran.out.contains("opening the ledger for a write heals it"), "{}", ran.out);
}

#[test]
fn a_new_machine_is_asked_for_keys_and_can_read_without() {
    let place = backed_up();
    let ran = run(&place, "new", "pudong", "archive restore --from backup again");
    assert_eq!((ran.status, &ran.err[..16]), (3, "copy_not_pinned:"));
    assert!(!place.path("again").exists());
    let vkey = place.value("verify")["verify"]["claimed_log_key"].as_str().unwrap().to_owned();
    let line = format!("archive restore --from backup again --log-key {vkey}");
    let ran = run(&place, "new", "pudong", &line);
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(ran.out.contains("now pinned here"), "{}", ran.out);
    assert!(
        ran.out.contains("not written to: the log key of example.org/pudong is not in"),
        "{}",
        ran.out
    );
    let ran = run(&place, "new", "again", "verify");
    assert!(ran.out.starts_with("Verified: 4 entries"), "{}", ran.out);
    assert!(run(&place, "new", "again", "balance").out.contains("PD-INFO"));
    // It is whole, nobody is told to heal or to rotate anything, and nothing is made in it by looking.
    let before = names(&place, "again");
    let as_auditor = |line: &str| run(&place, "new", "again", line);
    for line in ["doctor", "doctor --fix"] {
        let ran = as_auditor(line);
        assert_eq!((ran.status, ran.err.as_str()), (0, ""), "{}", ran.out);
        assert!(ran.out.contains("whole     folder   a copy to read: whole\n"), "{}", ran.out);
        assert!(!ran.out.contains('→') && !ran.out.contains("rotate"), "{}", ran.out);
    }
    let healthy = as_auditor("doctor -O json");
    assert!(healthy.out.contains("\"healthy\": true"), "{}", healthy.out);
    for line in [
        "allocation supplement PD-INFO 2002 1万",
        "key rotate-log",
        "key rotate-log --lost",
        "checkpoint sign",
        "verify --store",
        "import none.csv --mapping none.toml",
    ] {
        let ran = as_auditor(line);
        assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{line}: {}", ran.err);
        assert!(!ran.err.contains("rotate") && !ran.err.contains("key new"), "{line}: {}", ran.err);
    }
    assert_eq!(names(&place, "again"), before);
    a_worn_copy_is_taken_anew(&place);
    a_folder_without_its_store_is_a_copy(&place);
    // The keys came later: the folder stays what it is, and says what to do.
    copy_folder(&place.path("user/keys"), &place.path("new/keys"));
    let ran = run(&place, "new", "again", "allocation supplement PD-INFO 2002 1万");
    assert_eq!((ran.status, &ran.err[..21]), (2, "restored_for_reading:"), "{}", ran.err);
    let ran = as_auditor("doctor");
    assert!(ran.out.contains("→ with an officer's key, earmark archive restore"), "{}", ran.out);
    let ran = run(&place, "new", "again", "archive restore --from again/log third");
    assert_eq!(ran.status, 0, "{}", ran.err);
    let ran = run(&place, "new", "third", "allocation supplement PD-INFO 2002 1万");
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    assert_eq!(run(&place, "new", "third", "anchor show").status, 0);
}

#[test]
fn a_copy_shorter_than_the_anchor_can_be_read_until_the_anchor_is_given_up() {
    let place = backed_up();
    place.ok("allocation supplement PD-INFO 2002 1万");
    place.ok("allocation supplement PD-INFO 2002 1万");
    let ran = place.run("archive restore --from backup again");
    assert_eq!(ran.status, 3, "{}", ran.err);
    assert!(ran.out.contains("this machine's anchor says more entries"), "{}", ran.out);
    let ran = run(&place, "user", "again", "allocation supplement PD-INFO 2002 2万");
    assert_eq!((ran.status, &ran.err[..20]), (3, "shorter_than_anchor:"), "{}", ran.err);
    assert_eq!(run(&place, "user", "again", "balance").status, 0);
    let ran = run(&place, "user", "again", "verify");
    assert_eq!(ran.status, 3, "{}", ran.out);
    assert!(ran.out.contains("at least the 6 entries that it had"), "{}", ran.out);
    let ran = run(&place, "user", "again", "anchor adopt again/log/checkpoint");
    assert_eq!(ran.status, 0, "{}", ran.err);
    let ran = run(&place, "user", "again", "verify");
    assert!(ran.out.starts_with("Verified: 6 entries"), "{}", ran.out);
}

#[test]
fn a_copy_of_another_history_or_a_changed_one_leaves_nothing() {
    let place = backed_up();
    let bundle = place.path("backup/tile/entries/000.p/4");
    let good = std::fs::read(&bundle).unwrap();
    let mut bytes = good.clone();
    let at = bytes.len() - 100;
    bytes[at] ^= 1;
    std::fs::write(&bundle, &bytes).unwrap();
    let ran = place.run("archive restore --from backup again");
    assert_eq!((ran.status, &ran.err[..15]), (3, "entries_differ:"));
    assert!(!place.path("again").exists());
    std::fs::remove_file(&bundle).unwrap();
    assert_eq!(place.run("archive restore --from backup again").status, 3);
    assert!(!place.path("again").exists());
    std::fs::write(&bundle, &good).unwrap();
    // Tiles are built anew, so one that is missing does no harm.
    std::fs::remove_dir_all(place.path("backup/tile/0")).unwrap();
    assert_eq!(place.run("archive restore --from backup again").status, 0);
    // Another ledger of the same origin is not this one.
    let other = backed_up();
    let ran = run(
        &place,
        "user",
        "pudong",
        &format!("archive restore --from {} third", other.path("backup").display()),
    );
    assert_eq!(ran.status, 3);
    assert!(ran.err.starts_with("copy_not_verified:"), "{}", ran.err);
    assert!(!place.path("third").exists());
}

#[test]
fn a_restore_that_was_cut_off_is_no_ledger_and_is_begun_again() {
    let place = backed_up();
    std::fs::rename(place.path("pudong"), place.path("gone")).unwrap();
    copy_folder(&place.path("backup"), &place.path("again/log"));
    place.write("again/RESTORE", "unfinished\n");
    let ran = run(&place, "user", "again", "balance");
    assert_eq!((ran.status, &ran.err[..10]), (2, "no_ledger:"));
    // Cut off a moment before the end: ledger.toml is there already.
    std::fs::copy(place.path("gone/ledger.toml"), place.path("again/ledger.toml")).unwrap();
    let ran = run(&place, "user", "again", "allocation supplement PD-INFO 2002 2万");
    assert_eq!((ran.status, &ran.err[..19]), (2, "restore_unfinished:"), "{}", ran.err);
    let ran = place.run("archive restore --from backup again");
    assert_eq!(ran.status, 0, "{}", ran.err);
    let ran = run(&place, "user", "again", "verify");
    assert!(ran.out.starts_with("Verified: 5 entries"), "{}", ran.out);
}

/// Packs a folder as `log/`, with the manifest that lists it.
fn package(folder: &Path, to: &Path) {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(below) = folders.pop() {
        for entry in std::fs::read_dir(below).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = format!("log/{}", path.strip_prefix(folder).unwrap().display());
                files.push((name, std::fs::read(path).unwrap()));
            }
        }
    }
    let listed: Vec<_> = files
        .iter()
        .map(|(name, bytes)| serde_json::json!({"path": name, "bytes": bytes.len()}))
        .collect();
    let manifest = serde_json::json!({"files": listed}).to_string().into_bytes();
    files.push(("manifest.json".to_owned(), manifest));
    let mut zip = zip::ZipWriter::new(std::fs::File::create(to).unwrap());
    for (name, bytes) in files {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(&bytes).unwrap();
    }
    zip.finish().unwrap();
}

/// Serves `answer(path)` on a free port until the test ends; gives the address.
fn serve(answer: impl Fn(&str) -> Vec<u8> + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut line = String::new();
            BufReader::new(stream.try_clone().unwrap()).read_line(&mut line).unwrap();
            let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
            stream.write_all(&answer(&path)).ok();
        }
    });
    address
}

fn response(status: &str, body: &[u8]) -> Vec<u8> {
    let head =
        format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

#[test]
fn a_package_and_an_address_are_as_good_as_a_folder_and_no_better() {
    let place = backed_up();
    package(&place.path("backup"), &place.path("kit.zip"));
    let root = place.path("backup");
    let address = serve(move |path| match std::fs::read(root.join(path.trim_start_matches('/'))) {
        Ok(bytes) => response("200 OK", &bytes),
        Err(_) => response("404 Not Found", b""),
    });
    for from in ["kit.zip", address.as_str()] {
        assert!(
            place.ok(&format!("verify --from {from}")).starts_with("Verified: 4 entries"),
            "{from}"
        );
    }
    let ran = place.run(&format!("archive restore --from {address} again"));
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(place.ok("verify --from again").starts_with("Verified: 5 entries"));
    // Beyond what may be there, elsewhere, or not a log at all.
    let endless = serve(|_| response("200 OK", &[b'a'; 70_000]));
    let ran = place.run(&format!("archive restore --from {endless} third"));
    assert_eq!((ran.status, &ran.err[..11]), (3, "file_unfit:"), "{}", ran.err);
    let redirect = serve(|_| {
        b"HTTP/1.1 302 Found\r\nLocation: http://example.org/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec()
    });
    let ran = place.run(&format!("archive restore --from {redirect} third"));
    assert_eq!(ran.status, 4, "{}", ran.err);
    assert!(ran.err.contains("that is not followed"), "{}", ran.err);
    let page = serve(|_| response("200 OK", b"<html>"));
    let ran = place.run(&format!("verify --from {page}"));
    assert_eq!((ran.status, &ran.err[..15]), (3, "note_malformed:"), "{}", ran.err);
    // A link in a copy leads nowhere.
    std::fs::remove_file(place.path("backup/checkpoint")).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", place.path("backup/checkpoint")).unwrap();
    let ran = place.run("archive restore --from backup third");
    assert_eq!(ran.status, 3);
    assert!(ran.err.contains("is a symbolic link"), "{}", ran.err);
    assert!(!place.path("third").exists());
}
