//! Ledgers to measure on: one officer, ten funds, two thousand contracts, and as many payments as
//! asked for, imported from a generated CSV file.

use earmark::chain::entry::LedgerId;
use earmark::chain::signature::{SeedSigner, Signer, enrol_message};
use earmark::desk::Listener;
use earmark::domain::command::{Command, Drawing, MakeCommitment, Order, RecordDisbursement};
use earmark::domain::event::*;
use earmark::domain::ids::{Code, LineKey, Tag, Text};
use earmark::domain::kinds::{FundKind, Role, SourceKind};
use earmark::domain::money::Amount;
use earmark::edge::anchors::Anchors;
use earmark::edge::clock::SystemClock;
use earmark::edge::config::LedgerConfig;
use earmark::edge::home::Home;
use earmark::edge::ids::SystemIds;
use earmark::edge::pins::Pin;
use earmark::import::intake::LedgerIntake;
use earmark::import::mapping::Mapping;
use earmark::import::rejects::RejectsFile;
use earmark::import::run::{self, Input, Job, Summary};
use earmark::ledger::{
    Durability, Instruction, Ledger, Outside, Receipt, RowIn, RowOut, Submission,
};
use earmark::words::{Lang, Surface};
use std::fmt::Write;
use std::path::{Path, PathBuf};

const ORIGIN: &str = "example.org/bench";
const FUNDS: u32 = 10;
const CONTRACTS: u32 = 2_000;
const YEAR: i16 = 2025;

/// The mapping of the generated payments.
const MAPPING: &str = r#"
source = "bench-payments"

[[event]]
type = "disbursement.record"
occurred_on = { column = "date" }
commitment = { column = "contract" }
fund = { column = "fund" }
year = { column = "year" }
amount = { column = "amount" }
payee = { column = "payee" }
source_no = { column = "invoice" }
"#;

pub(crate) fn officer() -> SeedSigner {
    SeedSigner::new(&[1; 32])
}

fn log_signer() -> SeedSigner {
    SeedSigner::new(&[2; 32])
}

fn log_vkey() -> String {
    let key = log_signer().public_key();
    earmark::tlog::note::VerifierKey::new(ORIGIN, &key).unwrap().to_string()
}

fn outside(folder: &Path) -> Outside {
    Outside {
        clock: Box::new(SystemClock),
        ids: Box::new(SystemIds::new().unwrap()),
        log_signer: Box::new(log_signer()),
        lost_log_key: None,
        anchors: Anchors::at(folder.join("anchors")),
    }
}

pub(crate) fn ledger_folder(folder: &Path) -> PathBuf {
    folder.join("ledger")
}

pub(crate) fn open(folder: &Path) -> Ledger {
    Ledger::open(&ledger_folder(folder), outside(folder)).unwrap()
}

pub(crate) fn order(command: Command) -> Order {
    Order { occurred_on: None, historical: false, command }
}

pub(crate) fn submit(ledger: &mut Ledger, order: &Order, until: Durability) -> Receipt {
    let signer = officer();
    let (command_key, accept_clock, dry_run) = (None, None, false);
    ledger
        .submit(&Submission {
            order,
            confidential: None,
            signer: &signer,
            command_key,
            accept_clock,
            dry_run,
            until,
        })
        .unwrap()
}

/// What an officer whose key is here wishes.
pub(crate) fn instruction(order: Order) -> Instruction {
    let (confidential, command_key, accept_clock) = (None, None, None);
    Instruction { order, confidential, officer: officer().public_key(), command_key, accept_clock }
}

/// Nobody is told anything.
#[derive(Debug)]
pub(crate) struct Silent;

impl Listener for Silent {
    fn note(&self, _: &str) {}

    fn warn(&self, _: &str) {}

    fn lang(&self) -> Lang {
        Lang::En
    }

    fn surface(&self) -> Surface {
        Surface::CommandLine
    }
}

fn on(day: &str, command: Command) -> Order {
    let occurred_on = earmark::domain::calendar::Date::parse(day);
    Order { occurred_on, historical: false, command }
}

fn genesis() -> Order {
    let (name, key) = ("bench", officer().public_key());
    let ledger = [7; 16];
    let proof = officer().sign(&enrol_message(LedgerId(ledger), name, &key));
    let policy = Policy { project_required: false, ..Policy::default() };
    order(Command::OpenLedger(
        LedgerOpened {
            ledger: Bytes16(ledger),
            origin: Text::new(ORIGIN),
            name: Text::new("bench"),
            currency: Text::new("CNY"),
            exponent: 2,
            utc_offset_minutes: 480,
            fiscal_year_start_month: 1,
            log_key: Bytes32(log_signer().public_key()),
            policy,
            filing: Filing::default(),
        },
        OfficerEnrolled {
            number: 0,
            name: Text::new(name),
            key: Bytes32(key),
            proof: Bytes64(proof),
            roles: vec![Role::Maker, Role::Administrator],
            limit: None,
            filing: Filing::default(),
        },
    ))
}

fn payee() -> Command {
    Command::RegisterPayee(PayeeRegistered {
        code: Code::new("P-1"),
        name: Text::new("示例软件企业甲"),
        name_zh: None,
        credit_code: None,
        accounts: Vec::new(),
        filing: Filing::default(),
    })
}

fn fund(number: u32) -> [Command; 2] {
    let code = Code::new(&format!("F-{number:02}"));
    let established = FundEstablished {
        code: code.clone(),
        name: Text::new("信息化建设专项资金"),
        name_zh: None,
        kind: FundKind::Special,
        purposes: vec![Tag::new("it")],
        manager: None,
        district: None,
        filing: Filing::default(),
    };
    let allocated = AllocationRecorded {
        line: LineKey::new(code, YEAR),
        amount: Amount(1_000_000_000_000_000),
        source: MoneySource { kind: SourceKind::Own, division: None, reference: None },
        filing: Filing::default(),
    };
    [Command::EstablishFund(established), Command::RecordAllocation(allocated)]
}

fn contract(number: u32) -> Command {
    Command::MakeCommitment(MakeCommitment {
        contract: Code::new(&format!("HT-{number:05}")),
        payee: Some(Code::new("P-1")),
        purpose: Some(Tag::new("it")),
        title: None,
        drawing: Drawing {
            amount: Amount(100_000_000_000),
            fund: Some(Code::new(&format!("F-{:02}", number % FUNDS))),
            year: Some(YEAR),
            ..Drawing::default()
        },
        tranches: Vec::new(),
        filing: Filing::default(),
    })
}

/// Pins the log in the folder's own home, so that the program trusts its caches.
fn pin(folder: &Path, ledger: &Ledger) {
    let genesis = ledger.entry(0).unwrap().unwrap().hash;
    let (origin, ledger) = (ORIGIN.to_owned(), ledger.id().unwrap());
    let pin = Pin { origin, ledger, genesis, vkey: log_vkey() };
    Home::at(folder.join("home")).known_logs().add(&pin).unwrap();
}

/// A ledger with funds, a payee and contracts, ready for payments.
pub(crate) fn create(folder: &Path) -> Ledger {
    let config = LedgerConfig::new(ORIGIN, "bench");
    let (signer, outside) = (officer(), outside(folder));
    let made = Ledger::create(&ledger_folder(folder), &config, &genesis(), &signer, outside);
    let mut ledger = made.unwrap().0;
    let first_day = |command| on("2025-01-01", command);
    submit(&mut ledger, &order(payee()), Durability::Recorded);
    for command in (0..FUNDS).flat_map(fund) {
        submit(&mut ledger, &first_day(command), Durability::Recorded);
    }
    pin(folder, &ledger);
    let signer = officer();
    let mut batch = ledger.batch("bench-contracts", &signer, None, false).unwrap();
    for number in 0..CONTRACTS {
        let key = earmark::chain::hash::row_key([number.to_string().as_str()], 0);
        let orders = [first_day(contract(number))];
        let row = RowIn { key, orders: &orders };
        if matches!(batch.admit(&row).unwrap(), RowOut::Full) {
            batch.seal().unwrap();
            assert!(matches!(batch.admit(&row).unwrap(), RowOut::Admitted { entries: 1, .. }));
        }
    }
    batch.finish().unwrap();
    ledger
}

/// Adds payments, each a command of its own with a signature of its own.
pub(crate) fn pay_one_by_one(ledger: &mut Ledger, payments: u32) {
    let signer = officer();
    let mut batch = ledger.batch("bench-single", &signer, None, false).unwrap();
    for number in 0..payments {
        let key = earmark::chain::hash::row_key([number.to_string().as_str()], 0);
        let orders = [payment(&format!("HT-{:05}", number % CONTRACTS), 100)];
        let admitted = batch.admit(&RowIn { key, orders: &orders }).unwrap();
        assert!(matches!(admitted, RowOut::Admitted { entries: 1, .. }));
        batch.seal().unwrap();
    }
    batch.finish().unwrap();
}

/// A payment of a contract.
pub(crate) fn payment(contract: &str, amount: i128) -> Order {
    let payment = RecordDisbursement {
        commitment: Some(Code::new(contract)),
        drawing: Drawing { amount: Amount(amount), ..Drawing::default() },
        payee: Some(Code::new("P-1")),
        purpose: None,
        source_number: None,
        filing: Filing::default(),
    };
    on("2025-12-31", Command::RecordDisbursement(payment))
}

/// Writes the CSV file of `rows` payments, numbered from `first`.
pub(crate) fn write_csv(path: &Path, first: u32, rows: u32) {
    let mut text = String::from("date,contract,fund,year,amount,payee,invoice\n");
    for row in first..first + rows {
        let (contract, day, month) = (row % CONTRACTS, row % 28 + 1, row / 28 % 12 + 1);
        let fund = contract % FUNDS;
        let (major, minor) = (row % 900 + 100, row % 100);
        writeln!(
            text,
            "2025-{month:02}-{day:02},HT-{contract:05},F-{fund:02},{YEAR},{major}.{minor:02},P-1,\
             FP-{row:08}"
        )
        .unwrap();
    }
    std::fs::write(path, text).unwrap();
}

/// Imports a generated file, from CSV to published archive.
pub(crate) fn import(folder: &Path, csv: &Path) -> Summary {
    let mut ledger = open(folder);
    let summary = import_into(&mut ledger, csv);
    ledger.close().unwrap();
    summary
}

fn import_into(ledger: &mut Ledger, csv: &Path) -> Summary {
    let mapping = Mapping::parse(MAPPING).unwrap();
    let signer = officer();
    let batch = ledger.batch(&mapping.source, &signer, None, false).unwrap();
    let mut intake = LedgerIntake::new(batch);
    let mut rejects = RejectsFile::new(Vec::new());
    let job = Job {
        input: Input::File(csv),
        mapping: &mapping,
        source: &mapping.source_of(csv, None).unwrap(),
        again: false,
        create_missing: false,
        expected: earmark::import::survey::Expected::default(),
        documents: &|| Ok(Vec::new()),
    };
    let summary = run::run(&job, &mut intake, &mut rejects, &mut |_| {}).unwrap();
    intake.finish().unwrap();
    assert_eq!(summary.refused, 0, "{summary:?}");
    summary
}
