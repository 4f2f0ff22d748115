//! Whole imports: real data, refused rows, the same file again, damage.

use crate::books::Books;
use crate::data;
use earmark::domain::event::{Body, Bytes32, DocumentRef};
use earmark::domain::finding::Finding;
use earmark::domain::ids::{Code, LineKey, Text};
use earmark::domain::kinds::{Control, Direction, FollowOnKind, Stage};
use earmark::domain::money::Amount;
use earmark::error::Result;
use earmark::import::history::LIST_DOCUMENT;
use earmark::import::mapping::Mapping;
use earmark::import::rejects::RejectsFile;
use earmark::import::run::{Input, Job, Progress, Summary, run};
use earmark::import::survey::Expected;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A mapping file of `tests/data`.
pub fn mapping(name: &str) -> Mapping {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name);
    Mapping::parse(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Imports a table into `books`, creating what is missing: the summary and the rejects.
fn import(books: &mut Books, table: &[u8], mapping: &Mapping) -> (Result<Summary>, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table.csv");
    std::fs::write(&path, table).unwrap();
    let document = DocumentRef {
        hash: Bytes32([9; 32]),
        kind: Text::new("import"),
        name: Text::new("table.csv"),
        pages: None,
    };
    let list = mapping.target.map(|target| DocumentRef {
        kind: Text::new(LIST_DOCUMENT),
        name: Text::new(&target.as_of.to_string()),
        ..document.clone()
    });
    let documents: Vec<_> = [document].into_iter().chain(list).collect();
    let job = Job {
        input: Input::File(&path),
        mapping,
        source: &mapping.source_of(&path, None).unwrap(),
        again: false,
        create_missing: true,
        expected: Expected::default(),
        documents: &|| Ok(documents.clone()),
    };
    let mut out = Vec::new();
    let mut rejects = RejectsFile::new(&mut out);
    let mut last = Progress { rows: 0, of: 0 };
    let mut progress = |now: Progress| {
        assert!(now.rows >= last.rows && now.rows <= now.of, "{now:?} after {last:?}");
        last = now;
    };
    let summary = run(&job, books, &mut rejects, &mut progress);
    if let Ok(summary) = &summary {
        assert_eq!((last.rows, last.of), (summary.rows, summary.rows));
        let of_rows = [
            summary.skipped,
            summary.known,
            summary.booked,
            summary.without_effect,
            summary.refused,
        ];
        assert_eq!(of_rows.iter().sum::<u64>(), summary.rows, "every row is counted once");
        assert_eq!(books.commands.iter().sum::<usize>(), books.entries.len());
        assert!(books.commands.iter().all(|count| (1..=1_000).contains(count)));
    }
    rejects.finish().unwrap();
    drop(rejects);
    (summary, String::from_utf8(out).unwrap())
}

/// What each ward may spend a year, as a table.
pub fn ward_budgets() -> Vec<u8> {
    let mut table = String::from("ward,year,budget\n");
    for year in 2012..=2023 {
        for ward in 1..=50 {
            let budget = if year <= 2020 { 1_320_000 } else { 1_500_000 };
            table.push_str(&format!("{ward},{year},{budget}\n"));
        }
    }
    table.into_bytes()
}

fn chicago(control: Control) -> Option<(Books, Summary, String)> {
    let items = data("chicago_menu/AllMenu2012-2023.csv.gz")?;
    let mut books = Books::open("USD", control);
    let (summary, _) = import(&mut books, &ward_budgets(), &mapping("chicago_allocations.toml"));
    let summary = summary.unwrap();
    assert_eq!((summary.booked, summary.entries, summary.refused), (600, 650, 0));
    let (summary, rejects) = import(&mut books, &items, &mapping("chicago_menu.toml"));
    Some((books, summary.unwrap(), rejects))
}

fn sum(amounts: impl IntoIterator<Item = Amount>) -> i128 {
    Amount::sum(amounts).unwrap().0
}

/// The balance of all leaves of a stage, by line.
fn by_line(books: &Books, stage: Stage) -> BTreeMap<String, i128> {
    let mut out = BTreeMap::new();
    for (leaf, amount) in books.state.balances().filter(|(leaf, _)| leaf.stage == stage) {
        *out.entry(leaf.line.to_string()).or_default() += amount.0;
    }
    out
}

#[test]
fn chicago_warned_books_all_and_names_21_ward_years() {
    let Some((books, summary, rejects)) = chicago(Control::Warn) else { return };
    assert_eq!((summary.rows, summary.booked, summary.entries), (28_108, 28_108, 28_108));
    assert_eq!((summary.commands, rejects.as_str()), (29, ""));
    assert_eq!(by_line(&books, Stage::Committed).values().sum::<i128>(), 80_400_788_317);
    let below: BTreeSet<String> = (by_line(&books, Stage::Unreserved).into_iter())
        .filter(|(_, balance)| *balance < 0)
        .map(|(line, _)| line)
        .collect();
    assert_eq!(below.len(), 21);
    let found = books.findings.iter().filter_map(|finding| match finding {
        Finding::BelowZero { leaf, .. } => Some(leaf.line.to_string()),
        Finding::AboveCeiling { .. }
        | Finding::ReservedAboveCeiling { .. }
        | Finding::AboveCommitment { .. }
        | Finding::OutsideLineYear { .. }
        | Finding::NegativeAmount { .. }
        | Finding::OutOfOrder { .. } => None,
    });
    assert!(found.collect::<BTreeSet<_>>().is_superset(&below), "each is a finding");
    ward_controls(&books);
}

/// The 250 balances that the city printed for 2019 to 2023.
fn ward_controls(books: &Books) {
    let Some(printed) = data("chicago_menu/ward_controls_from_pdf.csv") else { return };
    let printed = String::from_utf8(printed).unwrap();
    let free = by_line(books, Stage::Unreserved);
    let (mut met, mut unknown) = (0, Vec::new());
    for row in printed.lines().skip(1) {
        let cells: Vec<&str> = row.split(',').collect();
        let (year, ward) = (cells[0], cells[1].parse::<u8>().unwrap());
        let line = format!("W{ward:02}:{year}");
        let balance: i128 = cells[4].replace('.', "").parse().unwrap();
        if books.state.lines.contains_key(&LineKey::parse(&line).unwrap()) {
            assert_eq!(free.get(&line).copied().unwrap_or(0), balance, "{line}");
            met += 1;
        } else {
            unknown.push(line);
        }
    }
    assert_eq!((met, unknown), (250, vec!["W99:2023".to_owned()]));
}

#[test]
fn chicago_stopped_refuses_21_rows_and_no_other() {
    let Some((books, summary, rejects)) = chicago(Control::Stop) else { return };
    assert_eq!((summary.booked, summary.refused), (28_087, 21));
    assert_eq!(summary.refused_amount, Some(Amount(149_515_726)));
    assert_eq!(summary.refused_by_code, BTreeMap::from([("line_exceeded", 21)]));
    assert_eq!(by_line(&books, Stage::Committed).values().sum::<i128>(), 80_251_272_591);
    let mut table = csv::Reader::from_reader(rejects.as_bytes());
    let rows = table.records().map(|row| row.unwrap().iter().skip(1).collect());
    let rows: Vec<csv::StringRecord> = rows.collect();
    assert_eq!(rows.len(), 21);
    let refused = rows.iter().map(|row| row[9].replace('.', "").len() as u64);
    assert!(refused.sum::<u64>() > 0);
    let first = &rows[0];
    assert_eq!((&first[1], &first[2]), ("cost", "line_exceeded"));
    let line: usize = first[0].parse().unwrap();
    assert_eq!(first[6], (line - 1).to_string(), "the row's own cells follow");
    assert!(first[3].contains(&format!("W{:0>2}:{}", &first[8], &first[7])), "{}", &first[3]);
    let (allowed, found): (i128, i128) = (minor(&first[4]), minor(&first[5]));
    assert!(found > allowed, "{found} of {allowed}");
    let years: BTreeSet<_> =
        rows.iter().map(|row| (row[7].to_owned(), row[8].to_owned())).collect();
    assert_eq!(years.len(), 21, "one row a ward-year");
}

fn minor(text: &str) -> i128 {
    text.replace('.', "").parse().unwrap()
}

#[test]
fn nl_projects_draw_what_they_drew() {
    let Some(table) = data("nl_cofinancing/StructuralFundsNL2007NOW.csv") else { return };
    let mut books = Books::open("EUR", Control::Stop);
    let (summary, rejects) = import(&mut books, &table, &mapping("nl_cofinancing.toml"));
    let summary = summary.unwrap();
    assert_eq!((summary.rows, summary.booked, rejects.as_str()), (1_808, 1_808, ""));
    let ceilings = books.of(|body| match body {
        Body::ProjectApproved(b) => Some(b.ceiling),
        _ => None,
    });
    assert_eq!((ceilings.len(), ceilings.iter().flatten().count()), (1_808, 1_789));
    assert_eq!(sum(ceilings.into_iter().flatten()), 130_608_997_600);
    let pledged = |kind| {
        sum(books.of(move |body| match body {
            Body::FollowOnPledged(b) if b.kind == kind => Some(b.amount),
            _ => None,
        }))
    };
    assert_eq!(pledged(FollowOnKind::Private), 59_778_190_400);
    assert_eq!(pledged(FollowOnKind::OtherPublic), 132_828_524_800);
    let opened = books.of(|body| match body {
        Body::AllocationRecorded(b) => Some((b.line.to_string(), b.amount)),
        _ => None,
    });
    assert!(opened.iter().all(|(_, amount)| amount.is_zero()));
    let lines: BTreeSet<_> = opened.iter().map(|(line, _)| line.clone()).collect();
    assert_eq!((opened.len(), lines.len()), (19, 19), "one a fund and start year");
    assert!(lines.contains("EFRO:2001") && lines.contains("ESF:2007"));
    assert_eq!(by_line(&books, Stage::Reserved).values().sum::<i128>(), 130_608_997_600);
    assert!(
        by_line(&books, Stage::Unreserved).is_empty() && by_line(&books, Stage::Paid).is_empty()
    );
}

#[test]
fn tw_enacted_cuts_560_lines_of_the_proposal() {
    let (Some(proposed), Some(enacted)) =
        (data("tw_budget_2019/proposed.csv"), data("tw_budget_2019/enacted.csv"))
    else {
        return;
    };
    let mut books = Books::open("TWD", Control::Stop);
    let (summary, _) = import(&mut books, &proposed, &mapping("tw_proposed.toml"));
    let summary = summary.unwrap();
    assert_eq!((summary.booked, summary.entries), (1_177, 1_177 + 26));
    assert_eq!(-by_line(&books, Stage::Authority).values().sum::<i128>(), 168_309_707_300_000);
    let (summary, rejects) = import(&mut books, &enacted, &mapping("tw_enacted.toml"));
    let summary = summary.unwrap();
    assert_eq!((summary.booked, summary.without_effect, rejects.as_str()), (560, 617, ""));
    let cuts = books.of(|body| match body {
        Body::AllocationAdjusted(b) => Some((b.direction, b.amount)),
        _ => None,
    });
    assert!(cuts.iter().all(|(direction, _)| *direction == Direction::Reduction));
    assert_eq!((cuts.len(), sum(cuts.iter().map(|(_, cut)| *cut))), (560, 2_199_254_500_000));
    let authority = by_line(&books, Stage::Authority);
    assert_eq!(-authority.values().sum::<i128>(), 166_110_452_800_000);
    let of_fund = |fund: &str| -> i128 {
        let lines = authority.iter().filter(|(line, _)| line.starts_with(&format!("{fund}:")));
        -lines.map(|(_, authority)| authority).sum::<i128>()
    };
    assert_eq!(of_fund("國防部主管"), 33_579_086_800_000);
    assert_eq!(of_fund("省市地方政府"), 16_682_477_600_000);
    assert!(books.state.funds.contains_key(&Code::new("國軍退除役官兵輔導委員會主管")));
    let (again, _) = import(&mut books, &enacted, &mapping("tw_enacted.toml"));
    let again = again.unwrap();
    assert_eq!((again.known, again.without_effect, again.entries), (560, 617, 0));
}

const PAYMENTS: &str = r#"
    source = "payments"
    historical = true
    [create.fund]
    purposes = "it"
    [create.project]
    purpose = "it"
    [[event]]
    type = "allocation.supplement"
    when = { column = "kind", equals = "budget" }
    occurred_on = { column = "date" }
    fund = { column = "fund" }
    amount = { column = "amount" }
    [[event]]
    type = "disbursement.record"
    when = { column = "kind", equals = "payment" }
    occurred_on = { column = "date" }
    fund = { column = "fund" }
    project = { column = "project" }
    payee = { column = "payee" }
    purpose = "it"
    amount = { column = "amount" }
"#;

fn payments(rows: &[&str]) -> Vec<u8> {
    let mut table = String::from("kind,date,fund,project,payee,amount\n");
    rows.iter().for_each(|row| table.push_str(&format!("{row}\n")));
    table.into_bytes()
}

#[test]
fn a_refused_row_takes_what_it_created_and_no_other_row_with_it() {
    let mapping = Mapping::parse(PAYMENTS).unwrap();
    let mut books = Books::open("CNY", Control::Stop);
    let table = payments(&[
        "budget,2002-01-01,F,,,100",
        "payment,2002-02-01,F,,Ann,60",
        "payment,2002-02-02,F,,Bob,60",
        "payment,2002-02-03,F,P1,Bob,40",
        "payment,2002-02-31,F,,Ann,1",
        "note,,,,,",
        "payment,2002-02-04,G,,Cho,1.005",
        "payment,2099-02-04,F,,Ann,0",
        ",,,,,",
        "payment,2002-02-05,F",
        "payment,1899-12-31,F,,Ann,1",
        "payment,2002-02-06,F,,\u{202e}nnA,1",
        "payment,2002-02-07,F,,Ann,£1",
        "payment,2026-01-05,F,,Ann,0",
        "payment,2002-02-08,F,,Ann,999999999999999999999999999999999999999",
    ]);
    let (summary, rejects) = import(&mut books, &table, &mapping);
    let summary = summary.unwrap();
    assert_eq!(
        (summary.booked, summary.refused, summary.without_effect, summary.skipped),
        (3, 10, 1, 1)
    );
    assert_eq!(summary.refused_amount, Some(Amount(6_300)));
    let payees: Vec<&str> = books.state.payees.keys().map(Code::as_str).collect();
    assert_eq!(payees, ["Ann", "Bob"], "Bob came with the row after the refused one");
    let without_keys: String =
        rejects.lines().map(|line| format!("{}\n", line.split_once(',').unwrap().1)).collect();
    assert_eq!(
        without_keys,
        "reject_line,reject_column,reject_code,reject_rule,reject_allowed,reject_found,kind,date,fund,project,payee,amount\n\
         4,amount,line_exceeded,\"a line cannot be drawn below zero: line F:2002 has CNY 40.00, asked for CNY 60.00\",40.00,60.00,payment,2002-02-02,F,,Bob,60\n\
         6,date,date_no_such_day,a date is a day of the calendar,a day from 0001-01-01 to 9999-12-31,`2002-02-31`,payment,2002-02-31,F,,Ann,1\n\
         8,amount,amount_too_fine,\"amounts in CNY have at most 2 places after the point, unless the point parts thousands: 1005\",2 decimal places,3 in `1.005`,payment,2002-02-04,G,,Cho,1.005\n\
         9,date,date_in_future,\"2099-01-01 is after today, 2026-01-05\",2026-01-05,2099-01-01,payment,2099-02-04,F,,Ann,0\n\
         11,,row_width,a row has as many cells as the header,6 cells,\"3 cells, 3 filled\",payment,2002-02-05,F\n\
         12,date,out_of_range,year is 1899; allowed is 1900 to 2199,1900 to 2199,1899,payment,1899-12-31,F,,Ann,1\n\
         13,payee,text_not_allowed,\"payee contains U+202E; control, direction, line-separator and unassigned characters are not allowed\",,,payment,2002-02-06,F,,\u{202e}nnA,1\n\
         14,amount,amount_currency,\"the ledger keeps its money in CNY, and amounts are not converted\",CNY,`£1`,payment,2002-02-07,F,,Ann,£1\n\
         15,date,history_too_late,\"2026-01-05 is not before 2026-01-05, where history ends\",2026-01-05,2026-01-05,payment,2026-01-05,F,,Ann,0\n\
         16,amount,amount_too_large,an amount is at most 2^127 − 1 minor units,170141183460469231731687303715884105727 minor units,`999999999999999999999999999999999999999`,payment,2002-02-08,F,,Ann,999999999999999999999999999999999999999\n"
    );
    let vouchers = books.of(|body| match body {
        Body::DisbursementRecorded(b) => Some(b.voucher_no),
        _ => None,
    });
    assert_eq!(vouchers, [1, 2], "a refused payment leaves no gap");
}

#[test]
fn the_same_file_twice_adds_nothing_and_a_longer_one_only_its_new_rows() {
    let mapping = Mapping::parse(PAYMENTS).unwrap();
    let mut books = Books::open("CNY", Control::Stop);
    let rows =
        ["budget,2002-01-01,F,,,100", "payment,2002-02-01,F,,Ann,6", "payment,2002-02-01,F,,Ann,6"];
    let (first, _) = import(&mut books, &payments(&rows), &mapping);
    let first = first.unwrap();
    assert_eq!((first.booked, first.entries), (3, 6), "two equal rows are two payments");
    let (again, _) = import(&mut books, &payments(&rows), &mapping);
    let again = again.unwrap();
    assert_eq!((again.known, again.booked, again.entries, again.commands), (3, 0, 0, 0));
    let longer = ["payment,2002-03-01,F,,Ann,7", rows[0], rows[1], rows[2], rows[1]];
    let (longer, _) = import(&mut books, &payments(&longer), &mapping);
    let longer = longer.unwrap();
    assert_eq!((longer.known, longer.booked, longer.entries), (3, 2, 2));
    let other = Mapping::parse(&PAYMENTS.replace("\"payments\"", "\"others\"")).unwrap();
    let (other, _) = import(&mut books, &payments(&rows), &other);
    let other = other.unwrap();
    assert_eq!((other.booked, other.refused), (0, 3), "a list that was renamed");
}

#[test]
fn each_command_names_the_file_once_and_no_row_straddles_two() {
    let mapping = Mapping::parse(PAYMENTS).unwrap();
    let mut books = Books::open("CNY", Control::Track);
    let rows: Vec<String> = (0..2_500).map(|n| format!("payment,2002-02-01,F,,P{n},1")).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let (summary, _) = import(&mut books, &payments(&rows), &mapping);
    let summary = summary.unwrap();
    assert_eq!((summary.booked, summary.entries, summary.commands), (2_500, 5_002, 6));
    let mut at = books.commands[0];
    for count in &books.commands[1..] {
        let command = &books.entries[at..at + count];
        let named = command.iter().map(|booked| booked.event.body.filing().documents.len());
        assert_eq!(named.collect::<Vec<_>>(), [vec![1], vec![0; count - 1]].concat());
        let next = books.entries.get(at + count);
        assert!(next.is_none_or(|next| next.key != command[count - 1].key));
        at += count;
    }
}

#[test]
fn damage_refuses_the_file_whole_and_a_full_disk_keeps_what_is_sealed() {
    let mapping = Mapping::parse(PAYMENTS).unwrap();
    let mut books = Books::open("CNY", Control::Track);
    let rows: Vec<String> = (0..2_500).map(|n| format!("payment,2002-02-01,F,,P{n},1")).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let good = payments(&rows);
    let damaged = |tail: &[u8]| [good.as_slice(), tail].concat();
    for (tail, code) in [
        (&b"payment,2002-02-01,F,,\xff,1\n"[..], "csv_encoding"),
        (b"payment,2002-02-01,F,,\0,1\n", "csv_nul"),
        (b"payment,2002-02-01,F,,\"Ann,1\n", "csv_quote_open"),
        (
            &[b"payment,2002-02-01,F,,\"".as_slice(), &vec![b'x'; 10 << 20], b"\",1\n"].concat(),
            "csv_row_too_long",
        ),
    ] {
        let (summary, _) = import(&mut books, &damaged(tail), &mapping);
        assert_eq!(summary.unwrap_err().code(), code);
        assert_eq!(books.entries.len(), 2, "nothing was booked");
    }
    books.fails_at_seal = Some(3);
    let (summary, _) = import(&mut books, &good, &mapping);
    assert_eq!(summary.unwrap_err().code(), "disk_full");
    assert_eq!(books.commands.len(), 3);
    // The ledger opens again with what was sealed.
    let sealed = std::mem::take(&mut books);
    let mut books = Books::open("CNY", Control::Track);
    for booked in sealed.entries.iter().skip(2) {
        books.again(booked.clone());
    }
    let (summary, _) = import(&mut books, &good, &mapping);
    let summary = summary.unwrap();
    assert_eq!((summary.booked + summary.known, summary.refused), (2_500, 0));
    assert!(summary.known > 0 && books.entries.len() == 2 + 5_002);
}
