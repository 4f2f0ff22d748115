//! Leverage and the register, by hand.

use crate::history::*;
use crate::{filter, pudong};
use earmark::domain::event::Policy;
use earmark::domain::kinds::{FollowOnKind, Stage};
use earmark::domain::money::Amount;
use earmark::projection::balances::Balances;
use earmark::projection::filter::Filter;
use earmark::projection::groups::Key;
use earmark::projection::leverage::{Leverage, LeverageBy, Question};
use earmark::projection::names::Names;
use earmark::projection::ratio::Ratio;
use earmark::projection::register::Register;

/// A project of two funds that drew investment of every kind.
fn drawing() -> Book {
    let mut book = Book::open(Policy::default());
    book.on("2001-01-01", fund("A", None));
    book.on("2001-01-01", fund("B", None));
    book.on("2001-01-02", payee("V1"));
    book.on("2001-01-05", allocate("A:2001", 1_000));
    book.on("2001-01-05", allocate("B:2001", 1_000));
    book.on("2001-01-06", project("P1", None, Some(400), &[("A:2001", 200), ("B:2001", 100)]));
    book.on("2001-01-06", project("P2", None, None, &[]));
    book.on("2001-02-01", pledge("F1", "P1", FollowOnKind::Private, 500));
    book.on("2001-02-01", pledge("F2", "P1", FollowOnKind::EnterpriseBuild, 100));
    book.on("2001-02-01", pledge("F3", "P1", FollowOnKind::OtherPublic, 200));
    book.on("2001-02-01", pledge("F4", "P1", FollowOnKind::InKind, 70));
    book.on("2001-02-01", pledge("F5", "P1", FollowOnKind::OwnFunds, 60));
    let again = book.on("2001-02-02", pledge("F6", "P1", FollowOnKind::Private, 999));
    book.on("2001-02-03", reverse(again));
    book.on("2001-03-01", pay_in("F1", 200));
    book.on("2001-03-01", pay_in("F3", 50));
    let twice = book.on("2001-03-02", pay_in("F2", 40));
    book.on("2001-03-03", reverse(twice));
    book.on("2001-04-01", withdraw("F1", 300));
    book.on("2001-05-01", pay(1, None, Some("V1"), vec![split("A:2001", Some("P1"), 80)]));
    book.on("2001-05-01", pay(1, None, Some("V1"), vec![split("B:2001", Some("P2"), 20)]));
    book
}

#[test]
fn leverage_is_worked_out_by_hand() {
    let book = drawing();
    let (balances, names) = (book.project(Balances::default()), book.project(Names::default()));
    let leverage = book.project(Leverage::default());
    let rows = |by, words: &[&str], only_with_private| {
        let filter = filter(words);
        let question = Question { by, filter: &filter, only_with_private };
        leverage.rows(&balances, &names, question).unwrap()
    };
    let six = |ratio: earmark::error::Result<Ratio>| ratio.unwrap().decimal(6);
    let (_, total) = rows(LeverageBy::Fund, &[], false);
    // private 500 − 300 + 100 = 300; ceilings 400; other public 200; paid in 200; paid 100
    assert_eq!((total.projects, total.pledged.private().unwrap()), (2, Amount(300)));
    assert_eq!(six(total.pledged.leverage_own()).as_deref(), Some("0.750000"));
    assert_eq!(six(total.pledged.leverage_public()).as_deref(), Some("0.500000"));
    assert_eq!(six(total.pledged.multiplier()).as_deref(), Some("1.750000"));
    assert_eq!(six(total.paid.leverage_own()).as_deref(), Some("2.000000"));
    assert_eq!(six(total.paid.leverage_public()).as_deref(), Some("1.333333"));
    assert_eq!(six(total.pledge_fulfilment()).as_deref(), Some("0.666667"));
    assert_eq!(
        (total.pledged.drawn.in_kind, total.pledged.drawn.own_funds),
        (Amount(70), Amount(60))
    );
    // A approved 200 of 300, B 100: 400 is 267 and 133, private 200 is 133 and 67.
    let (funds, _) = rows(LeverageBy::Fund, &[], false);
    let [(_, a), (_, b)] = &funds[..] else { panic!("{funds:?}") };
    assert_eq!((a.pledged.public, b.pledged.public), (Amount(267), Amount(133)));
    assert_eq!((a.pledged.drawn.private, b.pledged.drawn.private), (Amount(133), Amount(67)));
    assert_eq!((a.paid.public, b.paid.public), (Amount(80), Amount(20)));
    assert_eq!((a.projects, b.projects), (1, 2));
    let (projects, only) = rows(LeverageBy::Project, &[], true);
    assert_eq!((projects.len(), only.projects, only.paid.public), (1, 1, Amount(80)));
    let (chosen, of_b) = rows(LeverageBy::Project, &["fund:B"], false);
    assert_eq!((chosen.len(), of_b.pledged.public), (2, Amount(133)));
    let early = book.project(Leverage::new(Some(day("2001-03-31"))));
    let before = book.project(Balances::new(Some(day("2001-03-31"))));
    let filter = Filter::default();
    let question = Question { by: LeverageBy::Fund, filter: &filter, only_with_private: false };
    let (_, early) = early.rows(&before, &names, question).unwrap();
    assert_eq!(early.pledged.private().unwrap(), Amount(600));
    assert!(!early.paid.leverage_own().unwrap().applies(), "nothing was paid by then");
}

#[test]
fn investments_keep_what_was_promised_and_what_came_of_it() {
    let book = drawing();
    let of = |leverage: &Leverage, name: &str| {
        let found = leverage.investments().get(&code(name))?.clone();
        Some((found.status(), found.pledged.0, found.paid_in.0, found.withdrawn.0, found.rest()))
    };
    let all = book.project(Leverage::default());
    assert_eq!(of(&all, "F1"), Some(("withdrawn", 500, 200, 300, Some(Amount(0)))));
    assert_eq!(of(&all, "F2"), Some(("open", 100, 0, 0, Some(Amount(100)))));
    assert_eq!(of(&all, "F3"), Some(("open", 200, 50, 0, Some(Amount(150)))));
    assert_eq!(of(&all, "F6"), None, "it was reversed");
    assert_eq!(all.investments()[&code("F1")].pledged_on, day("2001-02-01"));
    assert_eq!(all.funds_of(&code("P1")).count(), 2);
    let early = book.project(Leverage::new(Some(day("2001-03-31"))));
    assert_eq!(of(&early, "F1"), Some(("open", 500, 200, 0, Some(Amount(300)))));
    let mut book = drawing();
    book.on("2001-06-01", pay_in("F4", 70));
    assert_eq!(of(&book.project(Leverage::default()), "F4").unwrap().0, "paid_in");
}

#[test]
fn leverage_of_many_projects_meets_the_figures_of_a_real_programme() {
    let mut book = Book::open(Policy::default());
    book.on("2001-01-01", fund("EFRO", None));
    book.on("2001-01-05", allocate("EFRO:2001", 0));
    book.on("2001-01-06", project("P1", None, Some(130_608_997_600), &[]));
    book.on("2001-01-06", project("P2", None, None, &[]));
    book.on("2001-02-01", pledge("F1", "P1", FollowOnKind::Private, 59_778_190_400));
    book.on("2001-02-01", pledge("F2", "P2", FollowOnKind::OtherPublic, 132_828_524_800));
    let (balances, names) = (book.project(Balances::default()), book.project(Names::default()));
    let filter = Filter::default();
    let question = Question { by: LeverageBy::Fund, filter: &filter, only_with_private: false };
    let (rows, total) =
        book.project(Leverage::default()).rows(&balances, &names, question).unwrap();
    assert_eq!(rows[0].0, Key::Without, "nothing says which fund it was");
    assert_eq!(total.pledged.leverage_own().unwrap().decimal(6).as_deref(), Some("0.457688"));
    assert_eq!(total.pledged.leverage_public().unwrap().decimal(6).as_deref(), Some("0.226916"));
    assert!(!total.paid.leverage_public().unwrap().applies());
}

#[test]
fn the_register_traces_a_balance_to_its_entries() {
    let book = pudong();
    let rows = |words: &[&str]| book.project(Register::new(filter(words), None)).rows().to_vec();
    let paid: i128 = (rows(&["fund:PD", "project:CARD"]).iter())
        .map(|row| match (row.from, row.to) {
            (_, Some(Stage::Paid)) => row.amount.unwrap().0,
            (Some(Stage::Paid), _) => -row.amount.unwrap().0,
            _ => 0,
        })
        .sum();
    assert_eq!(paid, 272_000_000);
    assert_eq!(rows(&["type:disbursement"]).len(), 3);
    assert_eq!(rows(&["type:DisbursementRecorded", "date:2001"]).len(), 2);
    assert_eq!(rows(&["type:disbursement", "amt:>=1200000"]).len(), 2);
    // Two payments, two refunds, the reversal of one; the contract, its carrying is no payee's.
    let of_v1: Vec<_> = rows(&["payee:V1"]).iter().map(|row| row.kind).collect();
    assert_eq!(
        of_v1,
        [
            "PayeeRegistered",
            "CommitmentMade",
            "DisbursementRecorded",
            "RefundReceived",
            "RefundReceived",
            "EntryReversed",
            "RefundReceived",
            "DisbursementRecorded"
        ]
    );
    assert_eq!(rows(&["district:310104", "type:fund"]).len(), 1);
    assert_eq!(rows(&["district:310104", "type:district"]).len(), 1);
    assert_eq!(rows(&["fund:XH", "type:allocation"]).len(), 2);
    let transfer = &rows(&["type:AllocationTransferred"])[..];
    assert_eq!(
        (transfer[0].from, transfer[0].to),
        (Some(Stage::Unreserved), Some(Stage::Authority))
    );
    let as_of = book.project(Register::new(Filter::default(), Some(day("2001-01-05"))));
    assert_eq!(as_of.rows().last().unwrap().occurred_on, day("2001-01-05"));
    let pledges = drawing().project(Register::new(filter(&["type:follow-on", "project:P1"]), None));
    assert_eq!(pledges.rows().len(), 10);
    assert_eq!(pledges.rows()[6].follow_on, Some(code("F1")));
}
