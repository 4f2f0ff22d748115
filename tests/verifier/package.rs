//! The package for auditors, verified on a machine that has nothing but Python.

use super::binary::Desk;
use super::{PYTHON, run_bare};
use earmark::tlog::tree::sha256;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// A ledger with a payment, and an account that is sealed.
fn desk() -> Desk {
    let desk = Desk::open("CNY", "warn");
    std::fs::write(desk.path("account"), "6222020000000000001").unwrap();
    let account = desk.path("account");
    for line in [
        "fund establish PD-INFO --name 信息化 --kind special --purpose it",
        "allocation record PD-INFO 2026 1000000",
        "payee register P-1 --name 示例甲 --account-file ACCOUNT",
        "disburse 2500.50 --fund PD-INFO --year 2026 --purpose it --payee P-1",
    ] {
        let words = line
            .split(' ')
            .map(|word| if word == "ACCOUNT" { account.to_str().unwrap() } else { word });
        desk.earmark(&words.collect::<Vec<_>>());
    }
    desk
}

fn log_key(desk: &Desk) -> String {
    let pins = std::fs::read_to_string(desk.path("home").join("known-logs")).unwrap();
    pins.split_whitespace().nth(3).unwrap().to_owned()
}

pub(crate) fn unpack(package: &Path, to: &Path) {
    let arguments = ["-S", "-m", "zipfile", "-e", package.to_str().unwrap(), to.to_str().unwrap()];
    let output = Command::new(PYTHON.as_path()).args(arguments).output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

/// Every file below a folder, by its path.
fn files(folder: &Path, below: &str, into: &mut BTreeMap<String, Vec<u8>>) {
    for found in std::fs::read_dir(folder).unwrap() {
        let path = found.unwrap().path();
        let name = format!("{below}{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_dir() {
            files(&path, &format!("{name}/"), into);
        } else {
            into.insert(name, std::fs::read(&path).unwrap());
        }
    }
}

/// `verify --from` in a home that knows nothing: exit status and output.
fn from(desk: &Desk, package: &Path, more: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_earmark"))
        .args(["verify", "--from", package.to_str().unwrap()])
        .args(more)
        .env("EARMARK_HOME", desk.path("elsewhere"))
        .env("LC_ALL", "C.UTF-8")
        .output()
        .unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn a_package_verifies_with_python_alone_and_with_the_program() {
    let desk = desk();
    let (package, kit) = (desk.path("kit.zip"), desk.path("kit"));
    desk.earmark(&["export", "package", "-o", package.to_str().unwrap()]);
    desk.earmark(&["export", "package", "-o", desk.path("again.zip").to_str().unwrap()]);
    let bytes = std::fs::read(&package).unwrap();
    assert!(
        bytes == std::fs::read(desk.path("again.zip")).unwrap(),
        "the same log, the same bytes"
    );
    unpack(&package, &kit);

    let mut found = BTreeMap::new();
    files(&kit, "", &mut found);
    let manifest: Value = serde_json::from_slice(&found.remove("manifest.json").unwrap()).unwrap();
    let listed = manifest["files"].as_array().unwrap();
    assert_eq!(listed.len(), found.len());
    for file in listed {
        let bytes = &found[file["path"].as_str().unwrap()];
        assert_eq!(file["bytes"], bytes.len(), "{file}");
        assert_eq!(file["sha256"], sha256(bytes).to_string(), "{file}");
    }
    let rows = |path: &str| listed.iter().find(|f| f["path"] == path).unwrap()["rows"].clone();
    assert_eq!((rows("balances.csv"), rows("register.csv")), (1.into(), 7.into()));
    assert!(found.keys().all(|name| !name.contains("confidential")), "{:?}", found.keys());
    for (name, bytes) in &found {
        assert!(!String::from_utf8_lossy(bytes).contains("6222020000000000001"), "{name}");
    }

    // Python alone, with the verifier of the package, and a key from elsewhere.
    let key = log_key(&desk);
    let arguments = |script: &Path| {
        let log = kit.join("log");
        let output = Command::new(PYTHON.as_path())
            .args(["-S", "-B", script.to_str().unwrap(), log.to_str().unwrap(), "--log-key", &key])
            .output()
            .unwrap();
        (output.status.code().unwrap(), output)
    };
    let (status, output) = arguments(&kit.join("verify/verify.py"));
    assert_eq!(status, 0, "{output:?}");
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    for field in ["size", "head", "origin", "ledger", "commands"] {
        assert_eq!(said[field], manifest[field], "{field}");
    }
    let fund = &manifest["control_totals"]["funds"][0];
    assert_eq!((&fund["fund"], &fund["stages"]["paid"]), (&"PD-INFO".into(), &"2500.50".into()));
    assert_eq!(said["funds"]["PD-INFO"]["paid_net"], "250050");
    assert_eq!(manifest["control_totals"]["all"]["authority"], "-1000000.00");

    // The program, from the zip as it is.
    let (status, out) = from(&desk, &package, &["--log-key", &key]);
    assert_eq!((status, out.starts_with("Verified: ")), (0, true), "{out}");
    let (status, out) = from(&desk, &package, &[]);
    assert_eq!((status, out.to_lowercase().contains("verified")), (3, false), "{out}");

    // What the package says of itself leans on nobody's key.
    let page = String::from_utf8(found["report.html"].clone()).unwrap();
    assert!(
        page.contains("Whole in itself") && !page.to_lowercase().contains("verified"),
        "{page}"
    );

    let bundle = kit.join("log/tile/entries/000.p/7");
    let mut bytes = std::fs::read(&bundle).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&bundle, bytes).unwrap();
    let (status, output) = arguments(&kit.join("verify/verify.py"));
    assert_eq!(status, 3, "{output:?}");
    assert_eq!(run_bare("verify.py", &[kit.to_str().unwrap(), "--log-key", &key]).status, 3);
}

#[test]
fn what_does_not_verify_is_not_packed() {
    let desk = desk();
    std::fs::remove_file(desk.path("ledger/log/tile/0/000.p/7")).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_earmark"))
        .args(["export", "package", "-o", desk.path("kit.zip").to_str().unwrap()])
        .env("EARMARK_HOME", desk.path("home"))
        .env("EARMARK_LEDGER", desk.path("ledger"))
        .output()
        .unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{err}");
    assert!(err.starts_with("package_broken: what does not verify is not packed: log, "), "{err}");
    assert!(!desk.path("kit.zip").exists());
}
