//! Where several rules refuse the same command, the first in the order of `Rejection` is said: form,
//! ledger and officer, names, time, state, purpose, limits.

use crate::given::Given;
use crate::wishes::*;
use earmark::domain::command::MakeCommitment;
use earmark::domain::event::ProjectApproved;
use earmark::domain::ids::{Tag, Text};

/// P is completed, R is for roads, XH is closed.
fn given() -> Given {
    Given::line(100)
        .fund("XH")
        .allocation("XH:2001", 0)
        .and(close_fund("XH"))
        .project("P", &[])
        .and(complete("P"))
        .and(ProjectApproved { purpose: Tag::new("roads"), ..project("R") })
}

/// A contract that everything is wrong with, mended step by step.
#[test]
fn a_contract_is_refused_for_the_first_reason() {
    let mut wish: MakeCommitment = commit("C-1").of("X").from(&[("XX:2001", 500)]);
    wish.title = Some(Text::new(""));
    let next = |wish: &MakeCommitment, date: &str, expected: &str| {
        given().when(wish.clone().on(date)).then_refused_with(expected);
    };
    let future = "2002-03-01";
    next(&wish, future, "text_empty");
    wish.title = None;
    next(&wish, future, "unknown_fund");
    wish = wish.from(&[("PD:2001", 400), ("XH:2001", 100)]);
    next(&wish, future, "unknown_project");
    wish = wish.of("P");
    next(&wish, future, "date_in_future");
    next(&wish, "2000-03-01", "line_year_over");
    next(&wish, "2001-03-01", "date_order");
    next(&wish, "2001-06-30", "project_status");
    wish = wish.of("R");
    next(&wish, "2001-06-30", "fund_closed");
    wish = wish.from(&[("PD:2001", 500)]);
    next(&wish, "2001-06-30", "purpose_outside");
    let given = given().project("Q", &[]);
    wish = wish.of("Q");
    given.clone().when(wish.clone()).then_refused_with("line_exceeded");
    given.and(wish.from(&[("PD:2001", 100)]));
}

#[test]
fn a_payment_is_refused_for_the_first_reason() {
    let base = Given::line(100).project("P", &[]).contract("C-1", "P", "PD:2001", 50);
    let mut wish = pay("C-2").from(&[("PD:2001", 500)]);
    base.clone().when(wish.clone()).then_refused_with("unknown_commitment");
    wish.commitment = Some(code("C-1"));
    wish.payee = Some(code("V-9"));
    base.clone().when(wish.clone().on("2002-01-01")).then_refused_with("unknown_payee");
    wish.payee = None;
    base.clone().when(wish.clone().on("2002-01-01")).then_refused_with("date_in_future");
    base.clone().when(wish.clone().on("2001-01-31")).then_refused_with("date_order");
    let closed = base.clone().and(close("C-1"));
    closed.when(wish.clone()).then_refused_with("commitment_closed");
    wish.filing = filed("e-voucher", 1);
    let booked = base.clone().and(attach(3, filed("e-voucher", 1)));
    booked.when(wish.clone()).then_refused_with("voucher_booked");
    base.when(wish).then_refused_with("commitment_exceeded");
}

#[test]
fn a_future_day_is_said_before_the_end_of_history() {
    Given::ledger().when(fund("PD").history("2002-01-01")).then_refused_with("date_in_future");
}
