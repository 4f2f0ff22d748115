//! Refunds that restore the budget, and those that go to the treasury.

use crate::given::Given;
use crate::wishes::*;
use earmark::domain::command::ReceiveRefund;
use earmark::domain::event::Body;

fn restores(wish: ReceiveRefund, restores: bool) -> ReceiveRefund {
    ReceiveRefund { restores_budget: Some(restores), ..wish }
}

#[track_caller]
fn says(given: &Given, wish: impl Into<Wish>, expected: bool) {
    given.clone().when(wish).then_body(|body| match body {
        Body::RefundReceived(b) => assert_eq!(b.restores_budget, expected),
        other => panic!("{other:?}"),
    });
}

#[test]
fn the_payments_fiscal_year_says_whether_the_budget_is_restored() {
    let given = Given::line(100).project("P", &[]).and(pay_directly().of("P").amount(30));
    let payment = given.last();
    let given = given.today("2002-03-01");
    says(&given, refund(payment).amount(5).on("2001-12-31"), true);
    says(&given, refund(payment).amount(5).on("2002-01-01"), false);
    says(&given, restores(refund(payment).amount(5), true).on("2002-01-01"), true);
    says(&given, restores(refund(payment).amount(5), false).on("2001-12-31"), false);
}

#[test]
fn money_that_restores_goes_to_the_project_while_it_is_open_and_funded() {
    let (mut of_p, mut of_q) = (0, 0);
    let given = Given::line(100)
        .project("P", &[("PD:2001", 60)])
        .project("Q", &[])
        .contract("C-1", "P", "PD:2001", 50)
        .and(pay("C-1").amount(50))
        .mark(&mut of_p)
        .and(pay_directly().of("Q").from(&[("PD:2001", 30)]))
        .mark(&mut of_q);
    given
        .and(refund(of_p).amount(5))
        .and(refund(of_q).amount(4))
        .balances(
            "PD:2001 authority -100.00
             PD:2001 unreserved 14.00
             PD:2001 reserved project:P 15.00
             PD:2001 paid project:P commitment:C-1 45.00
             PD:2001 paid project:Q 26.00",
        )
        .and(complete("P"))
        .and(refund(of_p).amount(5))
        .and(close_out("P"))
        .balances(
            "PD:2001 authority -100.00
             PD:2001 unreserved 34.00
             PD:2001 paid project:P commitment:C-1 40.00
             PD:2001 paid project:Q 26.00",
        )
        .and(refund(of_p).amount(3))
        .balances(
            "PD:2001 authority -100.00
             PD:2001 unreserved 37.00
             PD:2001 paid project:P commitment:C-1 37.00
             PD:2001 paid project:Q 26.00",
        );
}

#[test]
fn a_terminated_project_gets_nothing_back() {
    let given = Given::line(100).project("P", &[("PD:2001", 60)]);
    let given = given.and(pay_directly().of("P").amount(50));
    let payment = given.last();
    given.and(terminate("P")).and(refund(payment).amount(5)).balances(
        "PD:2001 authority -100.00
         PD:2001 unreserved 45.00
         PD:2001 reserved project:P 10.00
         PD:2001 paid project:P 45.00",
    );
}

#[test]
fn money_that_does_not_restore_goes_to_the_treasury() {
    let given = Given::line(100).project("P", &[("PD:2001", 60)]);
    let given = given.contract("C-1", "P", "PD:2001", 50).and(pay("C-1").amount(50));
    let payment = given.last();
    given
        .today("2002-03-01")
        .and(refund(payment).amount(20))
        .balances(
            "PD:2001 authority -100.00
             PD:2001 unreserved 40.00
             PD:2001 reserved project:P 10.00
             PD:2001 paid project:P commitment:C-1 30.00
             PD:2001 refunded_out project:P commitment:C-1 20.00",
        )
        // Both kinds together stay within the payment.
        .and(restores(refund(payment).amount(30), true))
        .when(refund(payment).amount(1))
        .then_refused(
            "payment_exceeded",
            "refunds of a payment stay within that payment: payment @7 on line PD:2001 has CNY \
             0.00, asked for CNY 1.00
             hint: refund at most what is left of it
             details: asked=1.00 | available=0.00 | limit=payment @7 on line PD:2001",
        );
}

#[test]
fn a_payment_of_several_lines_is_refunded_line_by_line() {
    let given = Given::line(100).fund("XH").allocation("XH:2001", 50).project("P", &[]);
    let given = given.and(pay_directly().of("P").from(&[("PD:2001", 30), ("XH:2001", 20)]));
    let payment = given.last();
    given
        .and(refund(payment).from(&[("PD:2001", 10), ("XH:2001", 20)]))
        .balances(
            "PD:2001 authority -100.00
             PD:2001 unreserved 80.00
             PD:2001 paid project:P 20.00
             XH:2001 authority -50.00
             XH:2001 unreserved 50.00",
        )
        .when(refund(payment).from(&[("XH:2001", 1)]))
        .then_refused(
            "payment_exceeded",
            "refunds of a payment stay within that payment: payment @8 on line XH:2001 has CNY \
             0.00, asked for CNY 1.00
             hint: refund at most what is left of it
             details: asked=1.00 | available=0.00 | limit=payment @8 on line XH:2001",
        );
}

#[test]
fn a_closed_contract_is_still_refunded() {
    let given = Given::line(100).project("P", &[]).contract("C-1", "P", "PD:2001", 50);
    let given = given.and(pay("C-1").amount(20));
    let payment = given.last();
    given.and(close("C-1")).and(refund(payment).amount(5)).balances(
        "PD:2001 authority -100.00
         PD:2001 unreserved 85.00
         PD:2001 paid project:P commitment:C-1 15.00",
    );
}
