//! Reports in every format: against their schemas, with hostile names, and to the eye.

#![allow(
    missing_docs,
    unreachable_pub,
    dead_code,
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

#[path = "../conforms/mod.rs"]
mod conforms;
mod excel;
#[path = "../history/mod.rs"]
mod history;
mod office;
mod schema;
#[path = "../workbook/mod.rs"]
mod workbook;
mod xlsx;

use earmark::chain::entry::Head;
use earmark::chain::hash;
use earmark::domain::calendar::Date;
use earmark::domain::event::{DistrictRetired, Policy};
use earmark::domain::ids::Text;
use earmark::domain::kinds::{Control, Direction, FollowOnKind, Stage};
use earmark::domain::money::{Amount, Currency};
use earmark::projection::balances::Balances;
use earmark::projection::filter::{Filter, Readers};
use earmark::projection::groups::{By, Selection};
use earmark::projection::leverage::{Leverage, LeverageBy, Question};
use earmark::projection::names::Names;
use earmark::projection::register::{Officers, Register};
use earmark::report::table::{Cell, Header, Identity, Kind, Table};
use earmark::report::text::Unit;
use earmark::report::{self, Format, Style};
use earmark::words::Lang;
use history::*;
use serde_json::{Value, json};

/// Pudong with 社保卡 and 校校通, a line below zero, and investment by an enterprise.
fn pudong() -> Book {
    let mut book = Book::open(Policy { control: Control::Warn, ..Policy::default() });
    book.on("2001-01-01", district("310115", "Pudong New Area", "浦东新区"));
    book.on("2001-01-01", district("310119", "Nanhui", "南汇区"));
    book.on("2001-01-01", fund("PD-INFO", Some("310115")));
    book.on("2001-01-02", payee("V-1"));
    book.on("2001-01-05", allocate("PD-INFO:2001", 1_000_000_000));
    book.on("2001-02-01", adjust("PD-INFO:2001", Direction::Supplement, 100_000_000));
    let funding = [("PD-INFO:2001", 400_000_000)];
    book.on("2001-03-10", project("CARD", Some("310115"), Some(500_000_000), &funding));
    book.on("2001-03-10", project("SCHOOL", None, None, &[]));
    let part = |amount| vec![split("PD-INFO:2001", Some("CARD"), amount)];
    book.on("2001-04-01", commitment("2001-17", Some("V-1"), part(300_000_000)));
    let paid = book.on("2001-05-01", pay(1, Some("2001-17"), Some("V-1"), part(120_000_000)));
    book.on("2001-06-01", refund(paid, false, part(3_000_000)));
    book.on("2001-06-02", pledge("F-1", "CARD", FollowOnKind::EnterpriseBuild, 250_000_000));
    book.on("2001-06-03", pay_in("F-1", 100_000_000));
    let rest = vec![split("PD-INFO:2001", Some("SCHOOL"), 710_000_000)];
    let mistake = book.on("2001-06-30", pay(2, None, Some("V-1"), rest));
    book.on("2001-07-01", reverse(mistake));
    let rest = vec![split("PD-INFO:2001", Some("SCHOOL"), 700_500_000)];
    book.on("2001-07-01", pay(3, None, Some("V-1"), rest));
    let contract = (Some("CARD"), Some("2001-17"));
    book.on(
        "2001-12-31",
        carry("PD-INFO:2001", "PD-INFO:2002:2001", Stage::Committed, contract, 180_000_000),
    );
    book
}

fn header(book: &Book, as_of: Option<Date>, words: &[&str]) -> Header {
    let size = u64::try_from(book.entries.len()).unwrap();
    Header {
        identity: Identity::Pinned,
        breaches: Vec::new(),
        ledger: "07070707-0707-0707-0707-070707070707".to_owned(),
        name: "Pudong".to_owned(),
        head: Head { size, hash: hash::entry(b"last") },
        recorded_at: None,
        as_of,
        as_known_at: None,
        filter: words.iter().map(ToString::to_string).collect(),
        currency: Currency::named("CNY").unwrap(),
    }
}

struct Shelf {
    book: Book,
    balances: Balances,
    names: Names,
    leverage: Leverage,
}

impl Shelf {
    fn new(book: Book) -> Self {
        let (balances, names) = (book.project(Balances::default()), book.project(Names::default()));
        let leverage = book.project(Leverage::default());
        Self { book, balances, names, leverage }
    }

    fn header(&self) -> Header {
        header(&self.book, None, &[])
    }

    fn balance(&self, by: By) -> Table {
        let selection = Selection { filter: &Filter::default(), years: &[] };
        report::balance::balance(&self.balances, &self.names, selection, by, self.header()).unwrap()
    }

    fn leverage(&self, by: LeverageBy) -> Table {
        let question = Question { by, filter: &Filter::default(), only_with_private: false };
        let (leverage, balances) = (&self.leverage, &self.balances);
        report::leverage::leverage(leverage, balances, &self.names, question, self.header())
            .unwrap()
    }

    fn execution(&self, by: By, years: &[i16], on: &str) -> Table {
        let selection = Selection { filter: &Filter::default(), years };
        let (balances, names) = (&self.balances, &self.names);
        report::execution::execution(balances, names, selection, by, day(on), self.header())
            .unwrap()
    }

    fn findings(&self) -> Table {
        let selection = Selection { filter: &Filter::default(), years: &[] };
        let (balances, names) = (&self.balances, &self.names);
        report::findings::findings(balances, names, selection, &[], self.header()).unwrap()
    }

    /// Every report there is, in every arrangement.
    fn all(&self) -> Vec<Table> {
        let all = Filter::default();
        let selection = Selection { filter: &all, years: &[] };
        let (names, balances) = (&self.names, &self.balances);
        let by = [By::Fund, By::Year, By::Line, By::Project, By::District, By::Commitment];
        let mut tables: Vec<Table> = by.into_iter().map(|by| self.balance(by)).collect();
        tables.extend(by.into_iter().map(|by| self.execution(by, &[], "2001-06-30")));
        let leverage = [LeverageBy::Fund, LeverageBy::Project, LeverageBy::District];
        tables.extend(leverage.into_iter().map(|by| self.leverage(by)));
        let reversals = self.book.reversals();
        let register = self.book.project(Register::default().with_reversals(reversals));
        let mut cells = report::register::Rows::new(480, Officers::default());
        self.book.each(|recorded| cells.apply(recorded));
        tables.extend([
            report::balance::by_payee(balances, names, selection, self.header()).unwrap(),
            report::leaf::by_leaf(balances, names, selection, self.header()).unwrap(),
            self.findings(),
            report::register::register(register.rows(), &mut cells, self.header()),
            report::follow_on::follow_on(&self.leverage, names, &all, self.header()).unwrap(),
            report::master::funds(names, balances, &all, self.header()).unwrap(),
            report::master::projects(names, balances, &all, self.header()).unwrap(),
            report::master::payees(names, balances, &all, self.header()).unwrap(),
            report::master::commitments(names, balances, &all, self.header()).unwrap(),
            report::master::districts(names, self.header()),
            report::master::programmes(names, self.header()),
            report::master::officers(names, self.header()),
        ]);
        tables
    }
}

fn text(table: &Table, format: Format) -> String {
    report::write(table, format, Style::default())
}

/// A row by the value of a key.
fn row<'v>(value: &'v Value, key: &str, wanted: &str) -> &'v Value {
    let rows = value["rows"].as_array().unwrap();
    rows.iter()
        .find(|row| row[key] == wanted)
        .unwrap_or_else(|| panic!("{key} {wanted}: {value:#}"))
}

#[test]
fn a_balance_has_the_names_of_the_budget() {
    let shelf = Shelf::new(pudong());
    let value = report::json::value(&shelf.balance(By::Line));
    assert_eq!(
        row(&value, "line", "PD-INFO:2001"),
        &json!({
            "line": "PD-INFO:2001",
            "fund": "PD-INFO",
            "year": 2001,
            "origin": 2001,
            "class": null,
            "allocated": "10000000.00",
            "adjustments": "1000000.00",
            "transfers_net": "0.00",
            "carried_in": "0.00",
            "funded": "0.00",
            "budget_final": "11000000.00",
            "reserved": "1000000.00",
            "committed": "0.00",
            "approved_unpaid": "0.00",
            "paid_net": "8175000.00",
            "refunded_out": "30000.00",
            "carried_out": "1800000.00",
            "lapsed": "0.00",
            "available": "-5000.00",
            // 8,175,000 / 11,000,000
            "execution_rate": "0.743182",
            "below_zero": true,
        })
    );
    assert_eq!(value["totals"]["carried_in"], "0.00");
    assert_eq!(value["totals"]["budget_final"], "11000000.00");
    assert_eq!(
        (&value["report"], &value["schema"], &value["size"], &value["currency"]),
        (
            &json!("balance"),
            &json!("report.balance.json"),
            &json!(shelf.book.entries.len()),
            &json!("CNY")
        )
    );
}

#[test]
fn execution_keeps_up_with_the_year_or_says_by_how_much_it_does_not() {
    let shelf = Shelf::new(pudong());
    let value = report::json::value(&shelf.execution(By::Line, &[2001], "2001-06-30"));
    let line = row(&value, "line", "PD-INFO:2001");
    // 181 of 365 days; 0.743182 − 0.495890
    assert_eq!(line["time_progress"], "0.495890");
    assert_eq!(line["deviation"], "0.247291");
    assert_eq!(value["totals"]["time_progress"], "0.495890");
    let several = report::json::value(&shelf.execution(By::Fund, &[], "2001-06-30"));
    assert_eq!(several["rows"][0]["time_progress"], Value::Null);
    assert_eq!(several["totals"]["deviation"], Value::Null);
    let chosen = report::json::value(&shelf.execution(By::Fund, &[2001], "2001-06-30"));
    assert_eq!(chosen["rows"][0]["time_progress"], "0.495890");
    let shown = text(&shelf.execution(By::Line, &[2001], "2001-06-30"), Format::Table);
    assert!(shown.contains("24.73"), "{shown}");
}

#[test]
fn leverage_stands_side_by_side() {
    let value = report::json::value(&Shelf::new(pudong()).leverage(LeverageBy::Fund));
    let totals = &value["totals"];
    // 2,500,000 pledged over a ceiling of 5,000,000; 1,000,000 paid in over 8,175,000 paid.
    for (key, expected) in [
        ("ceiling", "5000000.00"),
        ("paid_net", "8175000.00"),
        ("enterprise_build_pledged", "2500000.00"),
        ("private_pledged", "0.00"),
        ("leverage_own_pledged", "0.500000"),
        ("leverage_own_paid", "0.122324"),
        ("leverage_public_pledged", "0.500000"),
        ("multiplier_pledged", "1.500000"),
        ("pledge_fulfilment", "0.400000"),
    ] {
        assert_eq!(totals[key], expected, "{key}");
    }
    assert_eq!(value["rows"][0]["projects"], 2);
}

#[test]
fn findings_name_the_account_below_zero() {
    let value = report::json::value(&Shelf::new(pudong()).findings());
    assert_eq!(
        value["rows"],
        json!([{
            "code": "below_zero",
            "entry": null,
            "occurred_on": null,
            "line": "PD-INFO:2001",
            "fund": "PD-INFO",
            "year": 2001,
            "account": "unreserved",
            "project": null,
            "commitment": null,
            "balance": "-5000.00",
            "budget_final": "11000000.00",
            "message": null,
        }])
    );
}

#[test]
fn a_negative_amount_of_history_is_no_line_below_zero() {
    let policy = Policy {
        project_required: false,
        history_before: Some(day("2002-01-01")),
        ..Policy::default()
    };
    let mut book = Book::open(policy);
    book.on("2001-01-01", fund("WARD-7", None));
    book.history("2001-01-05", allocate("WARD-7:2001", 100));
    let back = vec![split("WARD-7:2001", None, -30)];
    book.history("2001-02-01", commitment("ITEM-1", None, back));
    let shelf = Shelf::new(book);
    let value = report::json::value(&shelf.findings());
    let row = row(&value, "code", "negative_amount");
    assert_eq!((&row["account"], &row["balance"]), (&json!("committed"), &json!("-0.30")));
    assert_eq!(value["rows"].as_array().unwrap().len(), 1);
}

#[test]
fn lists_have_what_things_stand_at() {
    let mut book = pudong();
    let code_of = code("310119");
    let successor = Some(code("310115"));
    book.on("2003-12-31", DistrictRetired { code: code_of, successor, filing: filing() });
    let shelf = Shelf::new(book);
    let (names, balances, all) = (&shelf.names, &shelf.balances, Filter::default());
    let made = report::master::commitments(names, balances, &all, shelf.header()).unwrap();
    let made = report::json::value(&made);
    let contract = row(&made, "commitment", "2001-17");
    assert_eq!(
        (&contract["amount"], &contract["committed"], &contract["paid_net"], &contract["funds"]),
        (&json!("3000000.00"), &json!("1800000.00"), &json!("1170000.00"), &json!(["PD-INFO"]))
    );
    let nanhui = report::json::value(&report::master::districts(names, shelf.header()));
    let nanhui = row(&nanhui, "district", "310119");
    assert_eq!(
        (&nanhui["valid_to"], &nanhui["successor"]),
        (&json!("2003-12-31"), &json!("310115"))
    );
    let other = named(&["fund:OTHER"]);
    let none = report::master::projects(names, balances, &other, shelf.header()).unwrap();
    assert!(none.rows.is_empty());
    let here = named(&["district:310115", "fund:PD-INFO"]);
    let both = report::master::projects(names, balances, &here, shelf.header()).unwrap();
    assert_eq!(both.rows.len(), 2, "SCHOOL is in its fund's district");
    let contracts = report::master::commitments(names, balances, &here, shelf.header()).unwrap();
    assert_eq!(contracts.rows.len(), 1);
}

#[test]
fn cells_are_of_their_columns_kind_and_all_have_labels() {
    for table in Shelf::new(pudong()).all() {
        for column in &table.columns {
            for lang in [Lang::En, Lang::Zh] {
                assert!(lang.find(column.key).is_some(), "{} has no label", column.key);
            }
        }
        assert!(Lang::Zh.find(&format!("report:{}", table.report)).is_some(), "{}", table.report);
        for cells in table.rows.iter().chain(&table.totals) {
            assert_eq!(cells.len(), table.columns.len(), "{}", table.report);
            for (cell, column) in cells.iter().zip(&table.columns) {
                let fits = match cell {
                    Cell::Empty => true,
                    Cell::Text(_) | Cell::Said(..) => {
                        matches!(column.kind, Kind::Code | Kind::Name | Kind::Word)
                    }
                    Cell::Texts(_) => column.kind == Kind::Codes,
                    Cell::Amount(_) => column.kind == Kind::Amount,
                    Cell::Ratio(_) => matches!(column.kind, Kind::Ratio | Kind::Points),
                    Cell::Date(_) => column.kind == Kind::Date,
                    Cell::Instant(_) => column.kind == Kind::Instant,
                    Cell::Count(_) => column.kind == Kind::Count,
                    Cell::Flag(_) => column.kind == Kind::Flag,
                };
                assert!(fits, "{} {}: {cell:?}", table.report, column.key);
            }
        }
    }
}

#[test]
fn hostile_names_pass_through_every_format() {
    let hostile =
        ["=HYPERLINK(\"x\")", "+1", "@SUM(1)", "'=1", "a\"b,c;d|e", "שלום", "社保卡（二期）"];
    let mut book = Book::open(Policy::default());
    for (i, name) in hostile.iter().enumerate() {
        let mut fund = fund(&format!("F{i}"), None);
        (fund.name, fund.name_zh) = (Text::new(name), None);
        book.on("2001-01-01", fund);
        book.on("2001-01-02", allocate(&format!("F{i}:2001"), 100));
    }
    let shelf = Shelf::new(book);
    let all = Filter::default();
    let table = report::master::funds(&shelf.names, &shelf.balances, &all, shelf.header()).unwrap();
    let csv = text(&table, Format::Csv);
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let cells: Vec<String> =
        reader.records().map(|record| record.unwrap().get(1).unwrap().to_owned()).collect();
    assert_eq!(
        cells,
        ["'=HYPERLINK(\"x\")", "'+1", "'@SUM(1)", "''=1", "a\"b,c;d|e", "שלום", "社保卡（二期）"]
    );
    let raw = report::write(&table, Format::Csv, Style { raw: true, ..Style::default() });
    assert!(raw.contains("F1,+1,"), "{raw}");
    let value: Value = serde_json::from_str(&text(&table, Format::Json)).unwrap();
    let names: Vec<&str> =
        value["rows"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect();
    assert_eq!(names, hostile);
    let lines = text(&table, Format::Jsonl);
    assert_eq!(lines.lines().count(), hostile.len());
    let first: Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    assert_eq!(first["name"], hostile[0]);
    let shown = text(&table, Format::Table);
    assert!(hostile.iter().all(|name| shown.contains(name)), "{shown}");
}

/// The table below its header.
fn grid(table: &Table, lang: Lang, unit: Unit) -> Vec<String> {
    let shown = report::write(table, Format::Table, Style { lang, unit, ..Style::default() });
    let lines = shown.lines().skip_while(|line| !line.is_empty()).skip(1);
    lines.map(str::to_owned).collect()
}

#[test]
fn a_table_reads_well() {
    let shelf = Shelf::new(pudong());
    assert_eq!(
        grid(&shelf.balance(By::Fund), Lang::Zh, Unit::Wan),
        [
            "资金     名称                下达指标  追加追减  调整后预算数  已预留  合同未付  已支付  缴回国库  可用指标  执行率%  ！",
            "───────  ──────────────────  ────────  ────────  ────────────  ──────  ────────  ──────  ────────  ────────  ───────  ──",
            "PD-INFO  信息化建设专项资金  1,000.00    100.00      1,100.00  100.00    180.00  817.50      3.00     -0.50    74.32  !",
            "───────  ──────────────────  ────────  ────────  ────────────  ──────  ────────  ──────  ────────  ────────  ───────  ──",
            "合计                         1,000.00    100.00      1,100.00  100.00    180.00  817.50      3.00     -0.50    74.32",
            "",
            "！ 该行有科目余额为负（见疑点清单）",
        ]
    );
    let by_project = grid(&shelf.balance(By::Project), Lang::En, Unit::Major);
    assert!(by_project[4].starts_with("(none)  "), "{by_project:#?}");
    let findings = grid(&shelf.findings(), Lang::En, Unit::Major);
    // What was looked for stands below the table.
    assert!(findings.len() == 7 && findings[6].contains("D01 to D12"), "{findings:#?}");
    assert_eq!(
        findings[..5],
        [
            "Code        Line          Account       Balance   Final budget",
            "──────────  ────────────  ──────────  ─────────  ─────────────",
            "below zero  PD-INFO:2001  unreserved  -5,000.00  11,000,000.00",
            "──────────  ────────────  ──────────  ─────────  ─────────────",
            "Total                                 -5,000.00",
        ]
    );
    let lines = grid(&shelf.balance(By::Line), Lang::En, Unit::Major);
    assert!(lines[0].starts_with("Line                   Allocated"), "{lines:#?}");
}

#[test]
fn a_header_says_when_and_through_what() {
    let shelf = Shelf::new(pudong());
    let filter = named(&["fund:PD-INFO"]);
    let selection = Selection { filter: &filter, years: &[] };
    let mut header = header(&shelf.book, Some(day("2001-06-30")), &["fund:PD-INFO"]);
    header.as_known_at = Some(19);
    let (balances, names) = (&shelf.balances, &shelf.names);
    let table = report::balance::balance(balances, names, selection, By::Fund, header).unwrap();
    let shown = text(&table, Format::Table);
    let head = hash::entry(b"last");
    let expected = format!(
        "Balances · Pudong\n19 entries · head {head} · as of 2001-06-30 · as known at 19 · filter \
         fund:PD-INFO\namounts in CNY\n"
    );
    assert!(shown.starts_with(&expected), "{shown}");
    let value = report::json::value(&table);
    assert_eq!(
        (&value["as_of"], &value["as_known_at"], &value["filter"]),
        (&json!("2001-06-30"), &json!(19), &json!(["fund:PD-INFO"]))
    );
}

#[test]
fn an_entry_is_shown_whole() {
    let book = pudong();
    let cny = Currency::named("CNY").unwrap();
    let mut shown = Vec::new();
    book.each(|recorded| shown.push(report::entry_json(recorded, cny)));
    let paid = shown.iter().find(|value| value["type"] == "DisbursementRecorded").unwrap();
    assert_eq!(paid["body"]["splits"][0]["amount"], "1200000.00");
    assert_eq!(paid["moves"][0]["amount"], "1200000.00");
    assert_eq!(paid["moves"][0]["from"]["stage"], "committed");
    assert_eq!(paid["moves"][0]["to"]["commitment"], "2001-17");
    assert_eq!(paid["occurred_on"], "2001-05-01");
    assert_eq!(paid["body"]["filing"], json!({"documents": [], "document_no": null}));
    assert!(
        !shown.iter().any(|value| value.to_string().contains("{\"minor_units\"")),
        "{shown:#?}"
    );
    assert_eq!(shown[0]["body"]["policy"]["tolerance_minor_units"], "0");
}

/// A filter of names only.
fn named(words: &[&str]) -> Filter {
    let amount = |_: &str| Ok(Amount(0));
    let period =
        |_: &str| Ok((earmark::domain::calendar::Date(0), earmark::domain::calendar::Date(0)));
    Filter::parse(words, &Readers { amount: &amount, period: &period }).unwrap()
}
