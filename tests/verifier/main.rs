//! The independent verifier in tools/verify, against this crate: golden vectors, random histories,
//! and ledgers that were tampered with.
//!
//! Needs a Python with `blake3` and `cryptography`, which `tools/test` installs. Without one these
//! tests fail and say so: a comparison that did not take place is none that passed.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::wildcard_enum_match_arm,
    reason = "test code"
)]

mod binary;
#[path = "../both/mod.rs"]
mod both;
mod corners;
mod dice;
mod history;
#[path = "../house/mod.rs"]
mod house;
mod office;
mod package;
mod sealed;
mod surfaces;
mod tamper;
mod wishes;

use both::PYTHON;
use earmark::chain::signature::Signer as _;
use earmark::domain::kinds::Stage;
use earmark::domain::money::Currency;
use earmark::domain::state::State;
use earmark::ledger::Reader;
use earmark::projection::filter::Filter;
use earmark::projection::groups::{By, Selection};
use earmark::report;
use earmark::report::table::{Header, Identity};
use earmark::tlog::note::VerifierKey;
use house::{House, ORIGIN};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// What a run of a script of tools/verify said.
#[derive(Debug)]
struct Said {
    status: i32,
    stdout: String,
    stderr: String,
}

fn run(script: &str, arguments: &[&str]) -> Said {
    run_with(&["-B"], script, arguments)
}

/// Without any installed package: what a machine has that has nothing but Python.
fn run_bare(script: &str, arguments: &[&str]) -> Said {
    run_with(&["-B", "-S"], script, arguments)
}

fn run_with(flags: &[&str], script: &str, arguments: &[&str]) -> Said {
    let output = Command::new(PYTHON.as_path())
        .args(flags)
        .arg(Path::new(ROOT).join("tools/verify").join(script))
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Said {
        status: output.status.code().unwrap(),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

fn log_key(house: &House) -> String {
    VerifierKey::new(ORIGIN, &house.log_signer().public_key()).unwrap().to_string()
}

fn verify(house: &House, log_folder: &Path) -> Said {
    run("verify.py", &[log_folder.to_str().unwrap(), "--log-key", &log_key(house)])
}

/// Balances by fund and stage, in minor units, as the verifier writes them.
fn by_fund(state: &State) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut sums: BTreeMap<&str, BTreeMap<&str, i128>> = BTreeMap::new();
    let nothing = || Stage::ALL.iter().map(|stage| (stage.text(), 0)).collect();
    for fund in state.funds.keys() {
        sums.insert(fund.as_str(), nothing());
    }
    for (leaf, amount) in state.balances() {
        let fund = sums.entry(leaf.line.fund.as_str()).or_insert_with(nothing);
        *fund.get_mut(leaf.stage.text()).unwrap() += amount.0;
    }
    let text = |stages: BTreeMap<&str, i128>| {
        stages.into_iter().map(|(stage, sum)| (stage.to_owned(), sum.to_string())).collect()
    };
    sums.into_iter().map(|(fund, stages)| (fund.to_owned(), text(stages))).collect()
}

/// What the independent verifier says of every fund's accounts.
fn stages_of(json: &Value) -> BTreeMap<String, BTreeMap<String, String>> {
    let funds = json["funds"].as_object().unwrap().iter();
    funds
        .map(|(code, fund)| (code.clone(), serde_json::from_value(fund["stages"].clone()).unwrap()))
        .collect()
}

/// The report `balance` of a ledger's published log, as JSON.
fn balance_of(house: &House) -> Value {
    let reader = Reader::open_log(&house.ledger_folder().join("log"), None, None).unwrap();
    let books = reader.books(reader.size(), None).unwrap();
    let header = Header {
        identity: Identity::NotPinned,
        breaches: Vec::new(),
        ledger: String::new(),
        name: String::new(),
        head: reader.head_at(reader.size()).unwrap(),
        recorded_at: None,
        as_of: None,
        as_known_at: None,
        filter: Vec::new(),
        currency: Currency::named("CNY").unwrap(),
    };
    let filter = Filter::default();
    let selection = Selection { filter: &filter, years: &[] };
    let (balances, names) = (&books.balances, &books.names);
    report::json::value(
        &report::balance::balance(balances, names, selection, By::Fund, header).unwrap(),
    )
}

/// The figures that the report `balance` and the independent verifier both have.
const FIGURES: [&str; 13] = [
    "allocated",
    "adjustments",
    "transfers_net",
    "carried_in",
    "budget_final",
    "reserved",
    "committed",
    "approved_unpaid",
    "paid_net",
    "refunded_out",
    "carried_out",
    "lapsed",
    "available",
];

/// Figure by figure, of every fund and in all: the independent verifier says what `balance` says, of a
/// currency with hundredths.
#[track_caller]
fn assert_same_figures(json: &Value, table: &Value) {
    let minor = |amount: &Value| amount.as_str().unwrap().replace('.', "").parse::<i128>().unwrap();
    let same = |ours: &Value, theirs: &Value, of: &str| {
        for name in FIGURES {
            let theirs: i128 = theirs[name].as_str().unwrap().parse().unwrap();
            assert_eq!(minor(&ours[name]), theirs, "{name} of {of}");
        }
    };
    let rows = table["rows"].as_array().unwrap();
    for row in rows {
        let fund = row["fund"].as_str().unwrap();
        same(row, &json["funds"][fund], fund);
    }
    // A fund that nothing was given to has no row.
    assert!(rows.len() <= json["funds"].as_object().unwrap().len());
    same(&table["totals"], &json["totals"], "all funds");
}

#[test]
fn golden_vectors_are_read_alike() {
    let golden = Path::new(ROOT).join("tests/golden");
    let said = run("golden.py", &[golden.to_str().unwrap()]);
    assert_eq!(said.status, 0, "{said:?}");
    let files = |name: &str| std::fs::read_dir(golden.join(name)).unwrap().count();
    let all = files("entries") + files("orders");
    assert_eq!(said.stdout, format!("{all} vectors read alike\n"));
    let bare = run_bare("golden.py", &[golden.to_str().unwrap()]);
    assert_eq!((bare.status, bare.stdout), (0, said.stdout), "{}", bare.stderr);

    // The comparison can fail: one word changed in a copy.
    let copy = tempfile::tempdir().unwrap();
    for name in ["entries", "orders"] {
        std::fs::create_dir(copy.path().join(name)).unwrap();
        for item in std::fs::read_dir(golden.join(name)).unwrap() {
            let path = item.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap().replace("\"stop\"", "\"warn\"");
            let target = copy.path().join(name).join(path.file_name().unwrap());
            std::fs::write(target, text).unwrap();
        }
    }
    let said = run("golden.py", &[copy.path().to_str().unwrap()]);
    assert_eq!(said.status, 1, "{said:?}");
    assert!(said.stderr.contains("PolicyAdopted.json, vector: expected"), "{said:?}");
}

#[test]
fn python_alone_says_the_same_of_a_ledger_and_of_a_forged_signature() {
    let house = House::new();
    let mut ledger = house.create();
    house.submit(&mut ledger, house::fund("PD-INFO"));
    house.submit(&mut ledger, house::allocation("PD-INFO:2026", 1_000_000));
    ledger.close().unwrap();
    let log = house.ledger_folder().join("log");
    let arguments = [log.to_str().unwrap(), "--log-key", &log_key(&house)];
    let (said, bare) = (verify(&house, &log), run_bare("verify.py", &arguments));
    assert_eq!((said.status, bare.status), (0, 0), "{bare:?}");
    assert_eq!(said.stdout, bare.stdout);
    let bundle = log.join("tile/entries/000.p/4");
    let mut bytes = std::fs::read(&bundle).unwrap();
    *bytes.last_mut().unwrap() ^= 16;
    std::fs::write(&bundle, bytes).unwrap();
    let (said, bare) = (verify(&house, &log), run_bare("verify.py", &arguments));
    assert_eq!((said.status, bare.status), (3, 3), "{bare:?}");
    assert_eq!(said.stderr, bare.stderr);
}

#[test]
fn wrong_usage_is_told_from_a_break() {
    let house = House::new();
    let folder = house.folder.path().to_str().unwrap().to_owned();
    let said = run("verify.py", &[&folder, "--log-key", "example.org/pudong+00000000+AAAA"]);
    assert_eq!(said.status, 2, "{said:?}");
    assert!(said.stderr.contains("--log-key: not a vkey of an Ed25519 key"), "{said:?}");
    let said = run("verify.py", &[&format!("{folder}/none"), "--log-key", &log_key(&house)]);
    assert_eq!(said.status, 2, "{said:?}");
    let said = verify(&house, house.folder.path());
    assert_eq!(said.status, 3, "{said:?}");
    assert_eq!(
        said.stderr,
        "break: checkpoint, file: expected a signed checkpoint, found no file\n"
    );
    let json: Value = serde_json::from_str(&said.stdout).unwrap();
    assert_eq!(json["break"]["at"], "checkpoint");
}
