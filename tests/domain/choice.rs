//! Money is never picked silently: `propose` fills a line in only where exactly one is possible.

use crate::given::Given;
use crate::wishes::*;
use earmark::domain::event::{Body, Split};
use earmark::domain::ids::Tag;

/// The splits of a body that has some, as `LINE [PROJECT] AMOUNT`.
fn splits(body: &Body) -> Vec<String> {
    let splits: &[Split] = match body {
        Body::CommitmentMade(b) => &b.splits,
        Body::CommitmentIncreased(b) => &b.splits,
        Body::CommitmentReduced(b) => &b.splits,
        Body::DisbursementRecorded(b) => &b.splits,
        Body::RefundReceived(b) => &b.splits,
        other => panic!("{} has no splits", other.name()),
    };
    let show = |split: &Split| {
        let project = split.project.as_ref().map_or("-", |project| project.as_str());
        format!("{} {project} {}", split.line, split.amount.0 / 100)
    };
    splits.iter().map(show).collect()
}

#[track_caller]
fn drawn(given: &Given, wish: impl Into<Wish>, expected: &[&str]) -> Given {
    given.clone().when(wish).then_body(|body| assert_eq!(splits(body), expected))
}

#[test]
fn the_line_that_a_project_is_funded_on_is_meant() {
    let given = Given::line(100).fund("XH").allocation("XH:2001", 100);
    let given = given.project("P", &[("XH:2001", 60)]);
    drawn(&given, commit("C-1").of("P").amount(5), &["XH:2001 P 5"]);
    // With funding on both, or none, the office has to say.
    let words = "money is never picked silently; possible are PD:2001 for project P (CNY 10.00), \
                 XH:2001 for project P (CNY 60.00)
                 hint: say which with --from LINE=AMOUNT, and --project where a line has several
                 details: line=PD:2001 | available=10.00 | line=XH:2001 | available=60.00";
    let given = given.and(reserve("P", "PD:2001", 10));
    given.clone().when(commit("C-1").of("P").amount(5)).then_refused("line_ambiguous", words);
    drawn(&given, commit("C-1").of("P").of_fund("PD").amount(5), &["PD:2001 P 5"]);
    let both = commit("C-1").of("P").from(&[("PD:2001", 5), ("XH:2001", 6)]);
    drawn(&given, both, &["PD:2001 P 5", "XH:2001 P 6"]);
}

#[test]
fn the_only_line_of_the_purpose_and_year_is_meant() {
    let given = Given::line(100)
        .allocation("PD:2002", 100)
        .and(fund_for("RD", "roads"))
        .allocation("RD:2001", 100)
        .fund("XH")
        .allocation("XH:2001", 0)
        .and(close_fund("XH"))
        .project("P", &[]);
    // Neither the line of another year, of another purpose, nor of a closed fund.
    drawn(&given, pay_directly().of("P").amount(5), &["PD:2001 P 5"]);
}

fn fund_for(code: &str, purpose: &str) -> earmark::domain::event::FundEstablished {
    let purposes = vec![Tag::new(purpose)];
    earmark::domain::event::FundEstablished { purposes, ..fund(code) }
}

#[test]
fn a_line_of_carried_money_is_another_line() {
    let given = Given::line(100)
        .project("P", &[])
        .and(carry("PD:2001", "PD:2002:2001", 100))
        .today("2002-01-10")
        .and(allocate("PD:2002", 0).on("2002-01-01"));
    given.clone().when(commit("C-1").of("P").amount(5)).then_refused(
        "line_ambiguous",
        "money is never picked silently; possible are PD:2002:2001 for project P (CNY 100.00), \
         PD:2002 for project P (CNY 0.00)
         hint: say which with --from LINE=AMOUNT, and --project where a line has several
         details: line=PD:2002:2001 | available=100.00 | line=PD:2002 | available=0.00",
    );
}

/// A contract of two projects on one line and of one on another.
fn shared() -> Given {
    let given = Given::line(100)
        .fund("XH")
        .allocation("XH:2001", 100)
        .project("P", &[])
        .project("Q", &[])
        .contract("C-1", "P", "PD:2001", 30);
    given
        .and(increase("C-1").of("Q").from(&[("PD:2001", 20)]))
        .and(increase("C-1").of("P").from(&[("XH:2001", 10)]))
}

#[test]
fn a_contract_of_several_lines_and_projects_is_asked_which() {
    let given = shared();
    given.clone().when(pay("C-1").amount(5)).then_refused(
        "line_ambiguous",
        "money is never picked silently; possible are PD:2001 for project P (CNY 30.00), PD:2001 \
         for project Q (CNY 20.00), XH:2001 for project P (CNY 10.00)
         hint: say which with --from LINE=AMOUNT, and --project where a line has several
         details: line=PD:2001 | available=30.00 | line=PD:2001 | available=20.00 | line=XH:2001 \
         | available=10.00",
    );
    // A line alone does not say which project is meant.
    given.clone().when(pay("C-1").from(&[("PD:2001", 5)])).then_refused(
        "line_ambiguous",
        "money is never picked silently; possible are PD:2001 for project P (CNY 30.00), PD:2001 \
         for project Q (CNY 20.00)
         hint: say which with --from LINE=AMOUNT, and --project where a line has several
         details: line=PD:2001 | available=30.00 | line=PD:2001 | available=20.00",
    );
    drawn(&given, pay("C-1").of("Q").amount(5), &["PD:2001 Q 5"]);
    drawn(&given, pay("C-1").of("Q").from(&[("PD:2001", 5)]), &["PD:2001 Q 5"]);
    drawn(&given, pay("C-1").of_fund("XH").amount(5), &["XH:2001 P 5"]);
    drawn(&given, pay("C-1").from(&[("XH:2001", 5)]), &["XH:2001 P 5"]);
    drawn(&given, reduce("C-1").of("Q").amount(5), &["PD:2001 Q 5"]);
    // Once the others are paid, the one with money left is meant.
    let given = given.and(pay("C-1").of("Q").amount(20)).and(pay("C-1").from(&[("XH:2001", 10)]));
    let given = drawn(&given, pay("C-1").amount(5), &["PD:2001 P 5"]);
    // When all is paid, all of them are possible again, and none has money.
    let given = given.and(pay("C-1").amount(25));
    given.when(pay("C-1").amount(5)).then_refused(
        "line_ambiguous",
        "money is never picked silently; possible are PD:2001 for project P (CNY 0.00), PD:2001 for \
         project Q (CNY 0.00), XH:2001 for project P (CNY 0.00)
         hint: say which with --from LINE=AMOUNT, and --project where a line has several
         details: line=PD:2001 | available=0.00 | line=PD:2001 | available=0.00 | line=XH:2001 | \
         available=0.00",
    );
}

#[test]
fn a_payment_of_several_parts_is_asked_which_was_refunded() {
    let mut paid = 0;
    let given = shared().and(increase("C-1").of("P").from(&[("PD:2001", 10)]));
    let parts: &[(&str, i64)] = &[("PD:2001", 20), ("XH:2001", 10)];
    let given = given.and(pay("C-1").of("P").from(parts)).mark(&mut paid);
    given.clone().when(refund(paid).amount(5)).then_refused(
        "line_ambiguous",
        "money is never picked silently; possible are PD:2001 for project P (CNY 20.00), XH:2001 \
         for project P (CNY 10.00)
         hint: say which with --from LINE=AMOUNT, and --project where a line has several
         details: line=PD:2001 | available=20.00 | line=XH:2001 | available=10.00",
    );
    drawn(&given, refund(paid).of_fund("XH").amount(5), &["XH:2001 P 5"]);
    let given = drawn(&given, refund(paid).from(&[("XH:2001", 10)]), &["XH:2001 P 10"]);
    drawn(&given, refund(paid).amount(5), &["PD:2001 P 5"]);
    given.when(refund(paid).of("Q").amount(5)).then_refused(
        "no_line",
        "no line is possible for project Q year 2001
         hint: record an allocation first, or name the line with --from LINE=AMOUNT",
    );
}

#[test]
fn a_part_without_a_project_is_meant_where_none_is_named() {
    let mut wish = commit("C-1").from(&[("PD:2001", 30)]);
    wish.purpose = Some(Tag::new("it/office"));
    let given = Given::line(100)
        .policy(|policy| policy.project_required = false)
        .project("P", &[])
        .and(wish)
        .and(increase("C-1").of("P").from(&[("PD:2001", 20)]));
    drawn(&given, pay("C-1").from(&[("PD:2001", 5)]), &["PD:2001 - 5"]);
    drawn(&given, pay("C-1").of("P").from(&[("PD:2001", 5)]), &["PD:2001 P 5"]);
}

#[test]
fn a_target_records_the_difference() {
    let given = Given::ledger().fund("PD");
    let given = given.when(target("PD:2001", 100)).then_events(&["AllocationRecorded"]);
    let given = given.when(target("PD:2001", 120)).then_events(&["AllocationAdjusted"]);
    let given = given.when(target("PD:2001", 120)).then_events(&[]);
    let given = given.when(target("PD:2001", 90)).then_body(|body| match body {
        Body::AllocationAdjusted(b) => {
            assert_eq!((b.direction.text(), b.amount), ("reduction", yuan(30)));
        }
        other => panic!("{other:?}"),
    });
    given.when(target("PD:2001", 0)).then_booked().balances("");
}
