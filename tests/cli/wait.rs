//! A ledger that another program writes to is waited for.

use super::Place;
use earmark::edge::lock::LedgerLock;
use std::process::Stdio;
use std::time::Duration;

#[test]
fn a_held_lock_is_waited_for_and_whose_it_is_said() {
    let place = Place::with_fund();
    let held = LedgerLock::acquire(&place.path("pudong")).unwrap();
    let mut command = place.command("payee register P-1 --name One --wait 60");
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(2_500));
    drop(held);
    let output = child.wait_with_output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{err}");
    let pid = std::process::id();
    assert!(
        err.contains(&format!("is held by process {pid}; waiting for it, up to 60 s")),
        "{err}"
    );
}

#[test]
fn after_the_time_that_was_given_it_is_an_error_of_the_machine() {
    let place = Place::with_fund();
    let _held = LedgerLock::acquire(&place.path("pudong")).unwrap();
    let lines = [
        "payee register P-1 --name One",
        "publish",
        "import rows.csv --mapping map.toml",
        "key rotate-log",
        "anchor adopt pudong/log/checkpoint",
        "checkpoint sign",
        "confidential sweep",
    ];
    place.write("rows.csv", "a\n1\n");
    place.write("map.toml", "source = 'bank'\n[[event]]\nkind = 'payee'\ncode = 'a'\nname = 'a'\n");
    for line in lines {
        let ran = place.run(&format!("{line} --wait 1"));
        if line.starts_with("import") && ran.status == 2 {
            // The mapping is read before the ledger is opened.
            continue;
        }
        assert_eq!(ran.status, 4, "{line}: {}", ran.err);
        assert!(
            ran.err.contains("(waited 1 s for it)\n  next: --wait SECONDS waits longer"),
            "{line}: {}",
            ran.err
        );
        let ran = place.run(&format!("{line} --wait 0 -O json"));
        assert_eq!(ran.status, 4, "{line}: {}", ran.err);
        assert!(ran.err.contains("\"code\":\"locked\""), "{line}: {}", ran.err);
    }
    // Who takes no lock has nothing to wait for.
    for line in ["balance --wait 1", "verify --wait 1", "stats --wait 1"] {
        assert_eq!(place.run(line).status, 2, "{line}");
    }
    assert_eq!(place.run("balance").status, 0);
}

/// Twenty programs at once: each is served, once.
#[test]
fn twenty_writers_at_once_all_get_through() {
    let place = Place::with_fund();
    let size = place.size();
    let children: Vec<_> = (0..20)
        .map(|n| {
            let line = format!("payee register P-{n} --name N{n} --wait 120 -q");
            place.command(&line).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success() && err.is_empty(), "{err}");
    }
    assert_eq!(place.size(), size + 20);
}
