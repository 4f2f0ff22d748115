//! Every command leaves a clean end, whatever came of it: the next one trusts the store as it would have.

use super::Place;
use super::files::CONTRACTS;
use std::path::Path;

/// The names and bytes of the durability log and of sled's folder.
fn written(place: &Place) -> Vec<(String, Vec<u8>)> {
    let read = |folder: &Path| {
        let mut found: Vec<(String, Vec<u8>)> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_file())
            .map(|path| (path.display().to_string(), std::fs::read(&path).unwrap()))
            .collect();
        found.sort();
        found
    };
    [read(&place.path("pudong/wal")), read(&place.path("pudong/db"))].concat()
}

/// Files that are not the same, each with the first byte that differs.
fn differing(before: &[(String, Vec<u8>)], now: &[(String, Vec<u8>)]) -> Vec<String> {
    let all = before.iter().chain(now).map(|(name, _)| name);
    let bytes = |of: &[(String, Vec<u8>)], wanted: &str| {
        of.iter().find(|(name, _)| name == wanted).map(|(_, bytes)| bytes.clone())
    };
    let mut found: Vec<String> = all
        .filter_map(|name| {
            let (a, b) = (bytes(before, name), bytes(now, name));
            let lengths = (a.as_ref().map(Vec::len), b.as_ref().map(Vec::len));
            let at = a.iter().flatten().zip(b.iter().flatten()).position(|(a, b)| a != b);
            (a != b).then(|| format!("{name}: {lengths:?} bytes, from {at:?} on"))
        })
        .collect();
    found.dedup();
    found
}

fn is_clean(place: &Place) -> bool {
    place.path("pudong/wal/clean").exists()
}

#[test]
fn a_refused_failed_or_rehearsed_command_leaves_the_clean_end_it_found() {
    let place = Place::with_fund();
    place.ok("payee register P-1 --name 甲 --on 2002-01-10");
    place.write("policy.toml", "project_required = false\n");
    place.ok("policy adopt policy.toml");
    assert!(is_clean(&place));
    place.write("rows.csv", "date\n");
    place.write("mapping.toml", "source = 1");
    place.write("contracts.toml", CONTRACTS);
    place.write("contracts.csv", "date,contract,amount\n");
    // The first look after a write may let sled put its own page table in order.
    place.run("disburse 1 --payee P-9 --fund PD-INFO --purpose it");
    let before = written(&place);
    for (line, status) in [
        ("disburse 2000万 --payee P-1 --fund PD-INFO --purpose it --on 2002-02-01", 1),
        ("disburse 1 --payee P-9 --fund PD-INFO --purpose it --on 2002-02-01", 1),
        ("disburse 1 --payee P-1 --fund PD-INFO --purpose it --on 2002-02-01 --dry-run", 0),
        ("reverse @99 --reason wrong", 2),
        ("disburse 1 --payee P-1 --fund PD-INFO --purpose it --document missing.pdf", 2),
        ("allocate PD-INFO 2002 1.234 --on 2002-01-10", 2),
        ("officer enroll wang --role maker", 2),
        ("confidential sweep --dry-run", 0),
        ("import rows.csv --mapping mapping.toml --dry-run", 2),
        ("import missing.csv --mapping contracts.toml", 2),
        ("import contracts.csv --mapping contracts.toml --dry-run", 0),
        ("publish", 0),
        ("checkpoint sign", 0),
        ("key rotate-log --reason x --dry-run", 0),
        ("verify --store", 0),
    ] {
        let ran = place.run(line);
        assert_eq!(ran.status, status, "earmark {line}\n{}{}", ran.out, ran.err);
        assert!(is_clean(&place), "after earmark {line}");
        let now = written(&place);
        let names =
            |of: &[(String, Vec<u8>)]| of.iter().map(|(n, _)| n.clone()).collect::<Vec<_>>();
        assert_eq!(names(&before), names(&now), "after earmark {line}");
        assert_eq!(differing(&before, &now), [""; 0], "earmark {line} wrote");
    }
}

/// What is there once sled has put its own page table in order, which it does as it is opened after a write: in
/// one of ten times the first opening leaves some of that to the second (0.4.0 too), and no third changes anything.
fn in_order(place: &Place) -> Vec<(String, Vec<u8>)> {
    let mut before = written(place);
    for _ in 0..3 {
        place.run("disburse 1 --payee P-9 --fund PD-INFO --purpose it");
        let now = written(place);
        if differing(&before, &now).is_empty() {
            return now;
        }
        before = now;
    }
    panic!("three openings, and the files still change");
}

#[test]
fn a_rehearsal_writes_nothing_however_far_the_kept_state_is_behind() {
    let place = Place::with_fund();
    place.ok("district register 310115 --name 浦东 --level district --valid-from 1993-01-01 --on 2002-01-11");
    for number in 0..8 {
        // Things to remember: keeping the state costs more each time than replaying one entry.
        place.ok(&format!(
            "project approve A-PROJECT-WITH-A-LONG-CODE-{number} --title T --purpose it --district 310115 \
             --ceiling 100 --from PD-INFO:2002=100 --on 2002-01-11"
        ));
        let before = in_order(&place);
        for line in [
            "key rotate-log --reason x --dry-run",
            "officer rotate li --dry-run",
            "allocation supplement PD-INFO 2002 1 --on 2002-01-11 --dry-run",
        ] {
            place.ok(line);
            assert!(is_clean(&place), "after earmark {line}");
            assert_eq!(differing(&before, &written(&place)), [""; 0], "earmark {line} wrote");
        }
    }
}

#[test]
fn a_command_that_cannot_print_its_receipt_leaves_a_clean_end() {
    let place = Place::with_fund();
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let line = "payee register P-1 --name 甲 --on 2002-01-10";
    let status = place.command(line).stdout(full).status().unwrap();
    assert!(status.success(), "what is done stays done");
    assert!(is_clean(&place));
    assert_eq!(place.size(), 5, "it was recorded");
}

/// Rejects that have nowhere to go, in the middle of an import: what was taken before is kept.
#[test]
fn an_import_that_fails_leaves_a_clean_end() {
    let place = Place::with_fund();
    place.write("policy.toml", "project_required = false\n");
    place.ok("policy adopt policy.toml");
    place.write("map.toml", CONTRACTS);
    let rows = "date,contract,amount\n2002-02-01,HT-1,100\n2002-02-02,HT-2,99999999\n";
    place.write("rows.csv", rows);
    let ran = place.run("import rows.csv --mapping map.toml --rejects nowhere/rejects.csv");
    assert!(![0, 6].contains(&ran.status), "{}{}", ran.out, ran.err);
    assert!(is_clean(&place));
    let ran = place.run("import rows.csv --mapping map.toml");
    assert_eq!(ran.status, 6, "{}{}", ran.out, ran.err);
    assert!(is_clean(&place));
}
