//! Projections against histories whose figures were worked out by hand.

#![allow(
    missing_docs,
    unreachable_pub,
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::wildcard_enum_match_arm,
    reason = "test code"
)]

mod drawn;
#[path = "../history/mod.rs"]
mod history;

use earmark::chain::body;
use earmark::domain::event::Policy;
use earmark::domain::event::{
    CommitmentClosed, CommitmentIncreased, ProjectClosedOut, ProjectCompleted,
};
use earmark::domain::ids::Code;
use earmark::domain::kinds::{Direction, ProjectStatus, Stage};
use earmark::domain::money::Amount;
use earmark::domain::posting::Leaf;
use earmark::projection::Projection;
use earmark::projection::balances::Balances;
use earmark::projection::figures::Figures;
use earmark::projection::filter::{Filter, Readers};
use earmark::projection::groups::{self, By, Grouped, Key, Selection};
use earmark::projection::names::Names;
use earmark::projection::totals::Totals;
use history::*;

/// Pudong's 10,000,000.00 of 2001 and what came of it, in fen.
fn pudong() -> Book {
    let mut book = Book::open(Policy::default());
    book.on("2001-01-01", district("310115", "Pudong New Area", "浦东新区"));
    book.on("2001-01-01", district("310104", "Xuhui", "徐汇区"));
    book.on("2001-01-01", fund("PD", Some("310115")));
    book.on("2001-01-01", fund("XH", Some("310104")));
    book.on("2001-01-02", payee("V1"));
    book.on("2001-01-02", payee("V2"));
    book.on("2001-01-05", allocate("PD:2001", 1_000_000_000));
    book.on("2001-01-05", allocate("XH:2001", 50_000_000));
    book.on("2001-02-01", adjust("PD:2001", Direction::Supplement, 100_000_000));
    book.on("2001-02-02", adjust("PD:2001", Direction::Reduction, 20_000_000));
    let mistake = book.on("2001-02-03", adjust("PD:2001", Direction::Supplement, 7_000_000));
    book.on("2001-02-04", reverse(mistake));
    book.on("2001-03-01", transfer("PD:2001", "XH:2001", 30_000_000));
    // 社保卡 in Xuhui, paid by Pudong's fund.
    let funding = [("PD:2001", 400_000_000)];
    book.on("2001-03-10", project("CARD", Some("310104"), Some(500_000_000), &funding));
    let part = |amount| vec![split("PD:2001", Some("CARD"), amount)];
    book.on("2001-04-01", commitment("C1", Some("V1"), part(300_000_000)));
    let paid = book.on("2001-05-01", pay(1, Some("C1"), Some("V1"), part(120_000_000)));
    book.on("2001-05-02", pay(2, Some("C1"), Some("V2"), part(10_000_000)));
    book.on("2001-06-01", refund(paid, true, part(5_000_000)));
    let other = book.on("2001-06-02", refund(paid, true, part(2_000_000)));
    book.on("2001-06-03", reverse(other));
    book.on("2001-06-04", refund(paid, false, part(3_000_000)));
    let contract = (Some("CARD"), Some("C1"));
    book.on(
        "2001-12-30",
        carry("PD:2001", "PD:2002:2001", Stage::Committed, contract, 170_000_000),
    );
    let rest = (None, None);
    let twice =
        book.on("2001-12-30", carry("PD:2001", "PD:2002:2001", Stage::Unreserved, rest, 9_000_000));
    book.on("2001-12-31", reverse(twice));
    book.on("2001-12-31", carry("PD:2001", "PD:2002:2001", Stage::Unreserved, rest, 40_000_000));
    book.on("2001-12-31", lapse("PD:2001", 11_000_000));
    let later = vec![split("PD:2002:2001", Some("CARD"), 150_000_000)];
    book.on("2002-02-01", pay(1, Some("C1"), Some("V1"), later));
    book
}

fn line_figures(balances: &Balances, at: &str) -> Figures {
    let places = balances.places();
    places
        .filter(|(place, _)| place.line == line(at))
        .fold(Figures::default(), |sum, (_, figures)| sum.checked_add(figures.unwrap()).unwrap())
}

#[test]
fn a_line_adds_up_by_hand() {
    let balances = pudong().project(Balances::default());
    let year = line_figures(&balances, "PD:2001");
    let expected = Figures {
        allocated: Amount(1_000_000_000),
        adjustments: Amount(80_000_000),
        transfers_net: Amount(-30_000_000),
        carried_in: Amount(0),
        // 1,050,000,000 − 400,000,000 for CARD − 40,000,000 carried − 11,000,000 lapsed
        available: Amount(599_000_000),
        // 400,000,000 − 300,000,000 under C1 + 5,000,000 refunded
        reserved: Amount(105_000_000),
        committed: Amount(0),
        approved_unpaid: Amount(0),
        // 120,000,000 + 10,000,000 − 5,000,000 − 3,000,000
        paid_net: Amount(122_000_000),
        refunded_out: Amount(3_000_000),
        carried_out: Amount(210_000_000),
        lapsed: Amount(11_000_000),
        invested: Amount(0),
        funded: Amount(0),
    };
    assert_eq!(year, expected);
    assert_eq!(year.budget_final().unwrap(), Amount(1_050_000_000));
    let next = line_figures(&balances, "PD:2002:2001");
    assert_eq!((next.carried_in, next.available), (Amount(210_000_000), Amount(40_000_000)));
    assert_eq!((next.committed, next.paid_net), (Amount(20_000_000), Amount(150_000_000)));
    let xuhui = line_figures(&balances, "XH:2001");
    assert_eq!((xuhui.transfers_net, xuhui.available), (Amount(30_000_000), Amount(80_000_000)));
}

#[test]
fn leaves_are_those_of_the_rules() {
    let book = pudong();
    assert_eq!(book.project(Balances::default()).leaves().unwrap(), book.balances());
}

#[test]
fn what_a_payee_got_is_told_by_the_payment_and_less_its_refunds() {
    let balances = pudong().project(Balances::default());
    let mut paid: Vec<_> = balances
        .paid()
        .map(|(p, payee, a)| (p.line.year, payee.unwrap().as_str(), a.unwrap().0))
        .collect();
    paid.sort_unstable();
    assert_eq!(
        paid,
        [(2001, "V1", 112_000_000), (2001, "V2", 10_000_000), (2002, "V1", 150_000_000)]
    );
}

#[test]
fn what_was_carried_is_kept_by_pair() {
    let balances = pudong().project(Balances::default());
    let mut carried: Vec<i128> = balances.carried().map(|(_, _, amount)| amount.0).collect();
    carried.sort_unstable_by_key(|amount| -amount);
    assert_eq!(carried, [170_000_000, 40_000_000]);
    assert!(balances.carried().all(|(from, to, _)| from.line.year + 1 == to.line.year));
}

#[test]
fn as_of_a_day_holds_that_day_and_nothing_later() {
    let book = pudong();
    let at = |date| line_figures(&book.project(Balances::new(Some(day(date)))), "PD:2001");
    assert_eq!(at("2001-01-04"), Figures::default());
    assert_eq!(at("2001-02-03").adjustments, Amount(87_000_000));
    assert_eq!(at("2001-02-04").adjustments, Amount(80_000_000));
    assert_eq!(at("2001-05-01").paid_net, Amount(120_000_000));
}

#[test]
fn as_of_may_be_below_zero() {
    let mut book = Book::open(Policy::default());
    book.on("2001-01-01", fund("PD", None));
    book.on("2001-01-02", payee("V1"));
    book.on("2001-01-05", allocate("PD:2001", 100));
    book.on("2001-01-05", project("CARD", None, None, &[]));
    book.on("2001-01-09", pay(1, None, Some("V1"), vec![split("PD:2001", Some("CARD"), 100)]));
    // The supplement is dated after the payment that it made possible, which is recorded later.
    book.on("2001-01-10", adjust("PD:2001", Direction::Supplement, 50));
    book.on("2001-01-07", pay(2, None, Some("V1"), vec![split("PD:2001", Some("CARD"), 50)]));
    let figures = line_figures(&book.project(Balances::new(Some(day("2001-01-09")))), "PD:2001");
    assert_eq!(figures.below_zero(), [(Stage::Unreserved, Amount(-50))]);
    let now = line_figures(&book.project(Balances::default()), "PD:2001");
    assert_eq!(now.below_zero(), []);
}

#[test]
fn a_cache_goes_on_where_it_stopped() {
    let book = pudong();
    let whole = book.project(Balances::default());
    let mut resumed = Balances::default();
    book.each(|recorded| {
        let bytes = body::encode_value(&resumed).unwrap();
        resumed = body::decode_value(&bytes).unwrap();
        assert_eq!(resumed.position(), recorded.index);
        resumed.apply(recorded);
    });
    assert_eq!(body::encode_value(&resumed).unwrap(), body::encode_value(&whole).unwrap());
}

#[test]
fn amounts_beyond_counting_are_an_error_and_no_wrong_figure() {
    let mut book = Book::open(Policy::default());
    book.on("2001-01-01", fund("PD", None));
    let at = book.on("2001-01-05", allocate("PD:2001", 1));
    book.entries[at as usize].moves = vec![earmark::domain::posting::Move::new(
        Leaf::of(&line("PD:2001"), Stage::Authority),
        Leaf::of(&line("PD:2001"), Stage::Unreserved),
        Amount(i128::MAX),
    )];
    let twice = book.entries[at as usize].clone();
    book.entries.push(twice);
    let balances = book.project(Balances::default());
    assert_eq!(balances.leaves().unwrap_err().code(), "sum_overflow");
    assert!(balances.places().all(|(_, figures)| figures.is_none()));
    assert_same_of_lines(&balances, &book.project(Names::default()));
}

fn filter(words: &[&str]) -> Filter {
    let amount = |text: &str| Ok(Amount(text.parse::<i128>().unwrap() * 100));
    let period = |text: &str| {
        let period: earmark::form::period::Period = text.parse()?;
        Ok((period.first, period.last))
    };
    Filter::parse(words, &Readers { amount: &amount, period: &period }).unwrap()
}

fn grouped(book: &Book, words: &[&str], years: &[i16], by: By) -> Grouped {
    let (balances, names) = (book.project(Balances::default()), book.project(Names::default()));
    let selection = Selection { filter: &filter(words), years };
    groups::rows(&balances, &names, selection, by).unwrap()
}

/// available = budget_final − all that it was used for.
fn assert_balanced(figures: &Figures) {
    let used = [
        figures.reserved,
        figures.committed,
        figures.approved_unpaid,
        figures.paid_net,
        figures.refunded_out,
        figures.carried_out,
        figures.lapsed,
    ];
    let used = Amount::sum(used).unwrap();
    assert_eq!(figures.budget_final().unwrap().checked_sub(used), Some(figures.available));
}

#[test]
fn a_fund_over_its_years_leaves_out_what_was_carried_between_them() {
    let by_fund = grouped(&pudong(), &[], &[], By::Fund);
    assert_eq!(by_fund.rows.len(), 2);
    let pudong = &by_fund.rows[0].figures.unwrap();
    assert_eq!((pudong.carried_in, pudong.carried_out), (Amount(0), Amount(0)));
    assert_eq!(pudong.budget_final().unwrap(), Amount(1_050_000_000));
    // 599,000,000 of 2001 and 40,000,000 of 2002.
    assert_eq!(pudong.available, Amount(639_000_000));
    assert_balanced(pudong);
    assert_balanced(&by_fund.total.figures.unwrap());
    assert_eq!(by_fund.total.figures.unwrap().budget_final().unwrap(), Amount(1_130_000_000));
}

#[test]
fn years_show_what_was_carried_and_their_total_does_not() {
    let by_year = grouped(&pudong(), &["fund:PD"], &[], By::Year);
    let figures: Vec<_> = by_year.rows.iter().map(|row| row.figures.unwrap()).collect();
    assert_eq!(by_year.rows[1].key, Key::Year(2002));
    assert_eq!(
        (figures[0].carried_out, figures[1].carried_in),
        (Amount(210_000_000), Amount(210_000_000))
    );
    let total = by_year.total.figures.unwrap();
    assert_eq!(total.carried_in, Amount(0));
    figures.iter().chain([&total]).for_each(assert_balanced);
    // Of 2002 alone, what was carried in is what there was.
    let only = grouped(&pudong(), &[], &[2002], By::Fund);
    let only = only.total.figures.unwrap();
    assert_eq!(only.budget_final().unwrap(), Amount(210_000_000));
    assert_balanced(&only);
}

#[test]
fn a_project_in_another_district_spends_there() {
    let book = pudong();
    let by_district = grouped(&book, &[], &[], By::District);
    let [xuhui, pudong] = &by_district.rows[..] else { panic!("{by_district:?}") };
    assert_eq!(xuhui.key, Key::Code(Code::new("310104")));
    // Xuhui's fund has 80,000,000; Pudong's paid 272,000,000 for CARD in Xuhui.
    let (of_xuhui, of_pudong) = (xuhui.figures.unwrap(), pudong.figures.unwrap());
    assert_eq!(of_xuhui.budget_final().unwrap(), Amount(80_000_000));
    assert_eq!((of_xuhui.paid_net, of_xuhui.available), (Amount(272_000_000), Amount(80_000_000)));
    assert_eq!((of_pudong.paid_net, of_pudong.available), (Amount(0), Amount(639_000_000)));
    assert_balanced(&by_district.total.figures.unwrap());
    let chosen = grouped(&book, &["district:310104"], &[], By::Project);
    assert_eq!(chosen.rows.len(), 2);
    assert_eq!(chosen.rows[1].key, Key::Without);
}

#[test]
fn lines_projects_and_contracts_add_up_to_the_same_total() {
    let book = pudong();
    let total = grouped(&book, &[], &[], By::Fund).total;
    for by in [By::Line, By::Project, By::Commitment, By::District, By::Year] {
        assert_eq!(grouped(&book, &[], &[], by).total, total, "{by:?}");
    }
    let by_contract = grouped(&book, &[], &[], By::Commitment);
    let contract = by_contract.rows[0].figures.unwrap();
    assert_eq!((contract.committed, contract.paid_net), (Amount(20_000_000), Amount(272_000_000)));
}

#[test]
fn payees_have_what_is_owed_and_paid() {
    let book = pudong();
    let (balances, names) = (book.project(Balances::default()), book.project(Names::default()));
    let rows = |words: &[&str]| {
        let selection = Selection { filter: &filter(words), years: &[] };
        let (rows, total) = groups::payees(&balances, &names, selection).unwrap();
        let rows: Vec<_> = (rows.iter())
            .map(|row| {
                let (owed, paid) = (row.committed.unwrap().0, row.paid_net.unwrap().0);
                (row.payee.code().unwrap().to_string(), owed, paid)
            })
            .collect();
        (rows, total.committed.unwrap().0, total.paid_net.unwrap().0)
    };
    let expected =
        vec![("V1".to_owned(), 20_000_000, 262_000_000), ("V2".to_owned(), 0, 10_000_000)];
    assert_eq!(rows(&[]), (expected.clone(), 20_000_000, 272_000_000));
    assert_eq!(rows(&["payee:V2"]), (vec![expected[1].clone()], 0, 10_000_000));
    let selection = Selection { filter: &filter(&["payee:V1"]), years: &[] };
    let error = groups::rows(&balances, &names, selection, By::Fund).unwrap_err();
    assert!(error.to_string().contains("a balance cannot be filtered by payee:"), "{error}");
}

#[test]
fn names_are_as_last_known() {
    let mut book = pudong();
    let part = |amount| vec![split("PD:2001", Some("CARD"), amount)];
    let increase = CommitmentIncreased {
        contract: code("C1"),
        splits: part(5_000_000),
        reason: None,
        filing: filing(),
    };
    book.on("2001-12-31", increase);
    let second = book.on("2001-12-31", commitment("C2", Some("V2"), part(1_000_000)));
    let names = book.project(Names::default());
    assert_eq!(names.commitments[&code("C1")].amount, Amount(305_000_000));
    assert_eq!(names.commitments[&code("C2")].amount, Amount(1_000_000));
    book.on("2001-12-31", reverse(second));
    let close = CommitmentClosed { contract: code("C1"), reason: None, filing: filing() };
    let closed = book.on("2003-01-01", close);
    let complete = ProjectCompleted { code: code("CARD"), reason: None, filing: filing() };
    let completed = book.on("2003-01-01", complete);
    let close_out = ProjectClosedOut { code: code("CARD"), reason: None, filing: filing() };
    let over = book.on("2003-01-02", close_out);
    let names = book.project(Names::default());
    assert!(!names.commitments.contains_key(&code("C2")), "its number is free again");
    let made = &names.commitments[&code("C1")];
    // Closed with 20,000,000 of 2002 and 5,000,000 of 2001 still committed.
    assert_eq!((made.amount, made.closed), (Amount(280_000_000), true));
    assert_eq!(names.projects[&code("CARD")].status, ProjectStatus::ClosedOut);
    book.on("2003-01-03", reverse(over));
    book.on("2003-01-03", reverse(closed));
    let names = book.project(Names::default());
    assert_eq!(names.projects[&code("CARD")].status, ProjectStatus::Completed);
    assert_eq!(names.commitments[&code("C1")].amount, Amount(305_000_000));
    assert_eq!(
        names.commitments.keys().collect::<Vec<_>>(),
        book.state.commitments.keys().collect::<Vec<_>>()
    );
    assert_eq!(names.ledger, book.state.ledger);
    book.on("2003-01-03", reverse(completed));
    let names = book.project(Names::default());
    assert_eq!(names.projects[&code("CARD")].status, ProjectStatus::Approved);
}

/// What lines alone say is what all places say, for every question that lines can answer; and they answer no other.
fn assert_same_of_lines(balances: &Balances, names: &Names) {
    let totals = Totals::of(balances, names);
    let fund = names.funds.keys().next().unwrap();
    let years: Vec<_> = totals.lines.iter().map(|total| total.line.year).collect();
    for word in [None, Some(format!("fund:{fund}")), Some(format!("not:fund:{fund}"))] {
        let words: Vec<&str> = word.iter().map(String::as_str).collect();
        let filter = filter(&words);
        for years in [&[][..], &years[..1]] {
            let selection = Selection { filter: &filter, years };
            for by in [By::Fund, By::Line, By::Year] {
                let all = groups::rows(balances, names, selection, by).unwrap();
                let of_lines = groups::rows_of_lines(&totals, selection, by).unwrap();
                assert_eq!(of_lines, all, "{by:?} {words:?} {years:?}");
            }
            let all = groups::years(balances, names, selection);
            assert_eq!(groups::years_of_lines(&totals, selection), all);
            for by in [By::Project, By::District, By::Commitment] {
                assert_eq!(groups::rows_of_lines(&totals, selection, by), None);
            }
        }
    }
    for word in ["project:X", "not:district:X", "payee:X"] {
        let filter = filter(&[word]);
        let selection = Selection { filter: &filter, years: &[] };
        assert_eq!(groups::rows_of_lines(&totals, selection, By::Fund), None, "{word}");
    }
}

#[test]
fn whatever_happens_rows_balance_and_add_up() {
    for seed in 11..=14 {
        let book = random::random(seed);
        let (balances, names) = (book.project(Balances::default()), book.project(Names::default()));
        assert_eq!(balances.leaves().unwrap(), book.balances());
        for (code, project) in book.state.projects.iter() {
            assert_eq!(names.projects[code].status, project.status, "{code}");
        }
        let all = Filter::default();
        let selection = Selection { filter: &all, years: &[] };
        let total = groups::rows(&balances, &names, selection, By::Fund).unwrap().total;
        assert_balanced(&total.figures.unwrap());
        for by in [By::Fund, By::Line, By::Year] {
            let grouped = groups::rows(&balances, &names, selection, by).unwrap();
            grouped.rows.iter().for_each(|row| assert_balanced(&row.figures.unwrap()));
            assert_eq!(grouped.total, total, "{by:?}");
            let sum = |of: fn(&Figures) -> Amount| {
                Amount::sum(grouped.rows.iter().map(|row| of(&row.figures.unwrap()))).unwrap()
            };
            assert_eq!(sum(|f| f.available), total.figures.unwrap().available);
            assert_eq!(sum(|f| f.paid_net), total.figures.unwrap().paid_net);
            assert_eq!(sum(|f| f.carried_in), sum(|f| f.carried_out));
        }
        assert_same_of_lines(&balances, &names);
        let (payees, of_payees) = groups::payees(&balances, &names, selection).unwrap();
        let total = total.figures.unwrap();
        assert_eq!(of_payees.paid_net, Some(total.paid_net));
        assert_eq!(of_payees.committed, Some(total.committed));
        assert!(payees.len() > 1);
        let known = names.commitments.keys().collect::<Vec<_>>();
        let ruled = book.state.commitments.sorted().into_iter().map(|(code, _)| code);
        assert_eq!(known, ruled.collect::<Vec<_>>(), "seed {seed}");
    }
}

#[test]
fn as_of_a_day_is_what_happened_up_to_it() {
    let book = random::random(15);
    let as_of = book.project(Balances::new(Some(day("2001-12-31"))));
    let mut expected = std::collections::BTreeMap::new();
    for kept in book.entries.iter().filter(|kept| kept.event.occurred_on <= day("2001-12-31")) {
        for posting in earmark::domain::posting::postings(&kept.moves).unwrap() {
            let sum: &mut Amount = expected.entry(posting.leaf).or_default();
            *sum = sum.checked_add(posting.amount).unwrap();
        }
    }
    expected.retain(|_, amount| !amount.is_zero());
    assert_eq!(as_of.leaves().unwrap(), expected);
    assert_ne!(expected, book.balances());
}
