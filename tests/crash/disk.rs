//! Real disks: a full one (a small tmpfs, where mounting works), a read-only one, and a folder that
//! belongs to somebody else (as an unprivileged user, where setpriv works). What could not be tried is
//! printed; the same errors are tried always by the faults of `fault`.

use crate::house::{House, allocation, copy_folder, fund, payee, payment};
use crate::whole::{assert_whole, spawn, undisturbed};
use earmark::error::{Error, Kind, Result};
use earmark::ledger::{Durability, Ledger, Reader, Receipt, Submission};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn output(command: &mut Command) -> std::io::Result<Output> {
    spawn(command.stdout(Stdio::piped()).stderr(Stdio::piped()))?.wait_with_output()
}

fn run(command: &mut Command) -> std::result::Result<(), String> {
    match output(command) {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// A file system of its own, unmounted when dropped.
struct Mounted(PathBuf);

impl Mounted {
    fn new(at: &Path, size: &str) -> std::result::Result<Self, String> {
        std::fs::create_dir_all(at).unwrap();
        let size = format!("size={size}");
        run(Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(at))?;
        Ok(Self(at.to_owned()))
    }

    fn remount(&self, options: &str) {
        let options = format!("remount,{options}");
        run(Command::new("mount").args(["-o", &options]).arg(&self.0)).unwrap();
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        run(Command::new("umount").arg("-l").arg(&self.0)).ok();
    }
}

fn pay(house: &House, ledger: &mut Ledger, key: u64) -> Result<Receipt> {
    ledger.submit(&Submission {
        order: &payment("PD-INFO", "P-1", 1),
        confidential: None,
        signer: &house.officer(),
        command_key: Some(&key.to_be_bytes()),
        accept_clock: None,
        dry_run: false,
        until: Durability::Published,
    })
}

fn started() -> House {
    let _undisturbed = undisturbed();
    let house = House::new();
    let mut ledger = house.create();
    house.submit(&mut ledger, fund("PD-INFO"));
    house.submit(&mut ledger, payee("P-1"));
    house.submit(&mut ledger, allocation("PD-INFO:2026", 100_000));
    ledger.close().unwrap();
    house
}

/// Fills the disk up to so many KiB.
fn fill(folder: &Path, leave_kib: u64) -> PathBuf {
    let ballast = folder.join("ballast");
    let mut file = std::fs::File::create(&ballast).unwrap();
    let kib = [1_u8; 1_024];
    while std::io::Write::write_all(&mut file, &kib).is_ok() {}
    let length = file.metadata().unwrap().len();
    file.set_len(length.saturating_sub(leave_kib * 1_024)).unwrap();
    ballast
}

/// Pays until the disk is full; gives the acknowledged keys and the error.
fn pay_until_full(house: &House) -> (Vec<u64>, Error) {
    let mut ledger = match house.try_open() {
        Ok(ledger) => ledger,
        Err(error) => return (Vec::new(), error),
    };
    let mut acknowledged = Vec::new();
    for key in 0..5_000 {
        match pay(house, &mut ledger, key) {
            Ok(_) => acknowledged.push(key),
            Err(error) => {
                ledger.close().ok();
                return (acknowledged, error);
            }
        }
    }
    panic!("the disk never was full");
}

/// The disk is said to be full, at whatever place it was met.
#[track_caller]
fn check_full(error: &Error) {
    let text = error.to_string();
    let says =
        ["no storage space", "No space left on device"].iter().any(|words| text.contains(words));
    assert!(says, "{error:?}");
    assert!(matches!(error.kind(), Kind::Io | Kind::Unknown), "{error:?}");
    assert!(error.hint().is_some(), "{error:?}");
}

#[test]
fn a_full_disk_is_said_to_be_full_and_loses_nothing() {
    let template = started();
    // Small enough to fill quickly, with room for some segments of 4 MiB once the ballast is gone.
    for leave_kib in [0, 4, 16, 64, 256, 1_024, 4_096, 4_500, 6_000] {
        let house = House::new();
        let mounted = match Mounted::new(&house.ledger_folder(), "64m") {
            Ok(mounted) => mounted,
            Err(why) => {
                println!(
                    "full disk: NOT TRIED on a real one, mounting a tmpfs does not work: {why}"
                );
                return;
            }
        };
        let _undisturbed = undisturbed();
        copy_folder(template.folder.path(), house.folder.path());
        let ballast = fill(&mounted.0, leave_kib);
        let (acknowledged, error) = pay_until_full(&house);
        check_full(&error);
        // Again while it is full: refused again, and nothing breaks.
        let (more, again) = pay_until_full(&house);
        check_full(&again);
        assert!(more.len() >= acknowledged.len() || again.code() != "conflict");
        std::fs::remove_file(ballast).unwrap();
        let mut ledger = house.open();
        for key in acknowledged.iter().chain(&more) {
            assert!(pay(&house, &mut ledger, *key).unwrap().replayed, "{key} was lost");
        }
        pay(&house, &mut ledger, 9_999).unwrap();
        ledger.close().unwrap();
        let size = assert_whole(&house);
        println!(
            "full disk: {leave_kib} KiB left, {} payments, then {}; {size} entries after",
            acknowledged.len(),
            error.code()
        );
    }
    println!("full disk: tried on a real tmpfs");
}

#[test]
fn a_read_only_disk_is_said_to_be_read_only_and_can_be_read_and_verified() {
    let template = started();
    let house = House::new();
    let mounted = match Mounted::new(&house.ledger_folder(), "24m") {
        Ok(mounted) => mounted,
        Err(why) => {
            println!("read-only disk: NOT TRIED on a real one, mounting does not work: {why}");
            return;
        }
    };
    copy_folder(template.folder.path(), house.folder.path());
    mounted.remount("ro");
    let error = {
        let _undisturbed = undisturbed();
        house.try_open().unwrap_err()
    };
    assert_eq!((error.kind(), error.code()), (Kind::Io, "read_only"), "{error}");
    assert_eq!(error.hint(), Some("mount the file system for writing, or copy the ledger"));
    assert_eq!(Reader::open(&house.ledger_folder(), None).unwrap().size(), 5);
    mounted.remount("rw");
    let _undisturbed = undisturbed();
    assert_eq!(assert_whole(&house), 5);
    println!("read-only disk: tried on a real tmpfs");
}

/// Set for the child that runs as nobody: the ledger's folder.
const FOLDER: &str = "EARMARK_READ_ONLY_FOLDER";
const NOBODY: &str = "65534";

/// What the unprivileged child does: it may read and verify, and is told why it cannot write.
fn as_nobody(folder: &Path) {
    let house = House::new();
    let error = Ledger::open(folder, house.outside()).unwrap_err();
    assert_eq!((error.kind(), error.code()), (Kind::Io, "no_permission"), "{error}");
    let expected = format!("cannot open {}/LOCK", folder.display());
    assert!(error.message().starts_with(&expected), "{error}");
    assert_eq!(error.hint(), Some("run as the user who owns the ledger, or change the mode"));
    let config = earmark::edge::config::LedgerConfig::new("example.org/new", "new");
    let (genesis, officer) = (house.genesis(), house.officer());
    let below = folder.join("new");
    let made = Ledger::create(&below, &config, &genesis, &officer, house.outside());
    assert_eq!(made.unwrap_err().code(), "no_permission");
    let reader = Reader::open(folder, None).unwrap();
    let report = earmark::verify::verify(
        &reader,
        Some(&folder.join("cache")),
        &earmark::verify::Tier::ALL,
        &Default::default(),
        &mut |_| {},
    );
    assert!(report.unwrap().is_whole());
    println!("nobody was told");
}

#[test]
fn a_folder_of_somebody_else_can_be_read_and_not_written() {
    if let Ok(folder) = std::env::var(FOLDER) {
        return as_nobody(Path::new(&folder));
    }
    let house = started();
    // Where the test runner lies, nobody may not look.
    let (program, current) = (house.folder.path().join("test"), std::env::current_exe().unwrap());
    std::fs::copy(current, &program).unwrap();
    for folder in [house.folder.path(), &house.ledger_folder()] {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(folder, PermissionsExt::from_mode(0o755)).unwrap();
    }
    let name = "disk::a_folder_of_somebody_else_can_be_read_and_not_written";
    let mut setpriv = Command::new("setpriv");
    setpriv
        .args(["--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"])
        .arg(&program)
        .args(["--exact", name, "--nocapture", "--test-threads=1"])
        .env(FOLDER, house.ledger_folder())
        .current_dir(house.folder.path());
    let child = output(&mut setpriv);
    match child {
        Ok(output) if output.status.success() => {
            let told = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(told.contains("nobody was told"), "{told}");
            println!("folder of somebody else: tried as user {NOBODY}");
        }
        Ok(output) if String::from_utf8_lossy(&output.stderr).starts_with("setpriv: ") => {
            let why = String::from_utf8_lossy(&output.stderr).into_owned();
            println!("folder of somebody else: NOT TRIED, not allowed to change user: {why}");
        }
        Ok(output) => panic!(
            "{}\n{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        ),
        Err(why) => println!("folder of somebody else: NOT TRIED, no setpriv: {why}"),
    }
    let _undisturbed = undisturbed();
    assert_eq!(assert_whole(&house), 5);
}
