//! Refusals of purpose, choice and limits: the heart of 专款专用.

use crate::given::Given;
use crate::wishes::*;
use earmark::domain::event::*;
use earmark::domain::ids::Tag;
use earmark::domain::kinds::FollowOnKind;

fn no_project_needed(yuan: i64) -> Given {
    Given::line(yuan).policy(|policy| policy.project_required = false)
}

#[test]
fn a_project_is_named() {
    Given::line(100).when(commit("C-1").from(&[("PD:2001", 5)])).then_refused(
        "project_required",
        "the policy asks for a project
         hint: add --project, or adopt a policy with project_required = false",
    );
}

#[test]
fn a_payee_is_named() {
    let wish = RecordNoPayee::of(pay_directly().of("P").from(&[("PD:2001", 5)]));
    Given::line(100).project("P", &[("PD:2001", 50)]).when(wish).then_refused(
        "payee_required",
        "a payment names its payee
         hint: add --payee",
    );
}

struct RecordNoPayee;
impl RecordNoPayee {
    fn of(mut wish: earmark::domain::command::RecordDisbursement) -> Wish {
        wish.payee = None;
        wish.into()
    }
}

#[test]
fn a_purpose_is_named() {
    no_project_needed(100).when(commit("C-1").from(&[("PD:2001", 5)])).then_refused(
        "purpose_required",
        "without a project a purpose has to be named
         hint: add --purpose",
    );
}

#[test]
fn money_is_for_its_purpose() {
    let roads = ProjectApproved { purpose: Tag::new("roads"), ..project("R") };
    let words = |purpose: &str| {
        format!(
            "{purpose} is not a purpose of fund PD, which is for it (专款专用)
             hint: use a fund for this purpose (earmark funds)"
        )
    };
    let given = no_project_needed(100);
    given
        .clone()
        .when(roads.clone().funded(&[("PD:2001", 5)]))
        .then_refused("purpose_outside", &words("roads"));
    let mut wish = commit("C-1").from(&[("PD:2001", 5)]);
    wish.purpose = Some(Tag::new("item"));
    given.clone().when(wish).then_refused("purpose_outside", &words("item"));
    let given = given.and(roads);
    for wish in [
        commit("C-1").of("R").from(&[("PD:2001", 5)]).into(),
        pay_directly().of("R").from(&[("PD:2001", 5)]).into(),
        reserve("R", "PD:2001", 5).into(),
    ] {
        let wish: Wish = wish;
        given.clone().when(wish).then_refused("purpose_outside", &words("roads"));
    }
}

#[test]
fn money_is_not_transferred_to_another_purpose() {
    let purposes = vec![Tag::new("roads")];
    let given = Given::line(100).and(FundEstablished { purposes, ..fund("RD") });
    let given = given.allocation("RD:2001", 0);
    given.clone().when(transfer("PD:2001", "RD:2001", 5)).then_refused(
        "transfer_purpose",
        "funds PD and RD have different purposes (专款专用)
         hint: only a policy with transfer_between_purposes = true allows it",
    );
    let given = given.policy(|policy| policy.transfer_between_purposes = true);
    given.and(transfer("PD:2001", "RD:2001", 5)).balances(
        "PD:2001 authority -95.00
         PD:2001 unreserved 95.00
         RD:2001 authority -5.00
         RD:2001 unreserved 5.00",
    );
}

#[test]
fn an_investment_in_kind_is_valued() {
    let in_kind = FollowOnPledged { kind: FollowOnKind::InKind, ..pledge("F-1", "P", 5) };
    let given = Given::line(100).project("P", &[]);
    given.clone().when(in_kind.clone()).then_refused(
        "valuation_required",
        "an investment in kind needs the hash of its valuation document
         hint: add --valuation FILE",
    );
    given.and(FollowOnPledged { valuation: Some(Bytes32([3; 32])), ..in_kind });
}

#[test]
fn a_line_is_possible() {
    Given::ledger()
        .fund("PD")
        .payee("V-1")
        .project("P", &[])
        .when(commit("C-1").of("P").amount(5))
        .then_refused(
            "no_line",
            "no line is possible for project P year 2001
         hint: record an allocation first, or name the line with --from LINE=AMOUNT",
        );
    Given::line(100)
        .project("P", &[])
        .when(commit("C-1").of("P").of_fund("PD").of_year(2002).amount(5))
        .then_refused(
            "no_line",
            "no line is possible for fund PD project P year 2002
         hint: record an allocation first, or name the line with --from LINE=AMOUNT",
        );
}

#[test]
fn money_is_never_picked_silently() {
    let given = Given::line(100).fund("XH").allocation("XH:2001", 50).project("P", &[]);
    given.clone().when(commit("C-1").of("P").amount(5)).then_refused(
        "line_ambiguous",
        "money is never picked silently; possible are PD:2001 for project P (CNY 100.00), XH:2001 \
         for project P (CNY 50.00)
         hint: say which with --from LINE=AMOUNT, and --project where a line has several
         details: line=PD:2001 | available=100.00 | line=XH:2001 | available=50.00",
    );
    given.when(commit("C-1").of("P").of_fund("XH").amount(5)).then_booked();
}

#[test]
fn a_line_is_not_overdrawn() {
    let given = Given::line(200).project("R", &[("PD:2001", 100)]).project("P", &[]);
    given.clone().when(commit("C-1").of("P").from(&[("PD:2001", 101)])).then_refused(
        "line_exceeded",
        "a line cannot be drawn below zero: line PD:2001 has CNY 100.00, asked for CNY 101.00
         hint: draw less, or supplement the line (earmark allocation supplement)
         details: asked=101.00 | available=100.00 | limit=line PD:2001",
    );
    for wish in [
        reduce_line("PD:2001", 101).into(),
        transfer_out("PD:2001", 7, 101).into(),
        lapse("PD:2001", 101).into(),
        carry("PD:2001", "PD:2002:2001", 101).into(),
        reserve("P", "PD:2001", 101).into(),
        project("Q").funded(&[("PD:2001", 101)]).into(),
        pay_directly().of("P").from(&[("PD:2001", 101)]).into(),
    ] {
        let wish: Wish = wish;
        given.clone().when(wish).then_refused(
            "line_exceeded",
            "a line cannot be drawn below zero: line PD:2001 has CNY 100.00, asked for CNY 101.00
             hint: draw less, or supplement the line (earmark allocation supplement)
             details: asked=101.00 | available=100.00 | limit=line PD:2001",
        );
    }
}

#[test]
fn a_reservation_is_not_overdrawn() {
    // 60 are reserved and 40 are free, but they are never mixed.
    let given = Given::line(100).project("P", &[("PD:2001", 60)]);
    for wish in [
        commit("C-1").of("P").from(&[("PD:2001", 61)]).into(),
        pay_directly().of("P").from(&[("PD:2001", 61)]).into(),
        release("P", "PD:2001", 61).into(),
        carry("PD:2001", "PD:2002:2001", 61).reserved_for("P").into(),
    ] {
        let wish: Wish = wish;
        given.clone().when(wish).then_refused(
            "reservation_exceeded",
            "a project draws only what is reserved for it on the line: project P on line PD:2001 \
             has CNY 60.00, asked for CNY 61.00
             hint: draw less, or reserve more (earmark reservation make)
             details: asked=61.00 | available=60.00 | limit=project P on line PD:2001",
        );
    }
}

#[test]
fn a_ceiling_is_not_exceeded() {
    Given::line(100)
        .and(project("P").ceiling(50))
        .contract("C-1", "P", "PD:2001", 30)
        .when(pay_directly().of("P").from(&[("PD:2001", 21)]))
        .then_refused(
            "ceiling_exceeded",
            "commitments and direct payments of a project stay within its ceiling: project P has \
             CNY 20.00, asked for CNY 21.00
             hint: commit less; the ceiling is fixed at approval
             details: asked=21.00 | available=20.00 | limit=project P",
        );
    Given::line(100).when(project("P").ceiling(50).funded(&[("PD:2001", 51)])).then_refused(
        "ceiling_exceeded",
        "commitments and direct payments of a project stay within its ceiling: project P has \
         CNY 50.00, asked for CNY 51.00
         hint: commit less; the ceiling is fixed at approval
         details: asked=51.00 | available=50.00 | limit=project P",
    );
}

#[test]
fn a_commitment_is_not_exceeded() {
    let given = Given::line(100).project("P", &[]).contract("C-1", "P", "PD:2001", 30);
    for wish in [
        pay("C-1").amount(31).into(),
        reduce("C-1").amount(31).into(),
        carry("PD:2001", "PD:2002:2001", 31).committed_under("C-1", Some("P")).into(),
    ] {
        let wish: Wish = wish;
        given.clone().when(wish).then_refused(
            "commitment_exceeded",
            "a payment or reduction stays within what is committed: commitment C-1 on line PD:2001 \
             has CNY 30.00, asked for CNY 31.00
             hint: pay less, or increase the commitment (earmark commitment increase)
             details: asked=31.00 | available=30.00 | limit=commitment C-1 on line PD:2001",
        );
    }
}

#[test]
fn a_payment_is_not_refunded_twice() {
    let given = Given::line(100).project("P", &[]).and(pay_directly().of("P").amount(30));
    let payment = given.last();
    given.and(refund(payment).amount(10)).when(refund(payment).amount(21)).then_refused(
        "payment_exceeded",
        "refunds of a payment stay within that payment: payment @6 on line PD:2001 has CNY 20.00, \
         asked for CNY 21.00
         hint: refund at most what is left of it
         details: asked=21.00 | available=20.00 | limit=payment @6 on line PD:2001",
    );
}

#[test]
fn authority_is_not_less_than_nothing() {
    // Under `warn` a reduction may leave a line overdrawn, but not without authority.
    Given::line(100)
        .policy(|policy| policy.control = earmark::domain::kinds::Control::Warn)
        .when(reduce_line("PD:2001", 101))
        .then_refused(
            "authority_exceeded",
            "a line's authority cannot be less than nothing: line PD:2001 has CNY 100.00, asked for \
             CNY 101.00
             hint: reduce by at most the line's authority
             details: asked=101.00 | available=100.00 | limit=line PD:2001",
        );
}

#[test]
fn a_pledge_is_not_exceeded() {
    let given = Given::line(100).project("P", &[]).and(pledge("F-1", "P", 50));
    let given = given.and(pay_in("F-1", 20));
    given.when(pay_in("F-1", 31)).then_refused(
        "pledge_exceeded",
        "payments of a pledge stay within what was pledged and not withdrawn: follow-on investment \
         F-1 has CNY 30.00, asked for CNY 31.00
         hint: record a pledge of its own for the rest (earmark follow-on pledge)
         details: asked=31.00 | available=30.00 | limit=follow-on investment F-1",
    );
}

#[test]
fn a_withdrawal_is_the_whole_rest() {
    let given = Given::line(100).project("P", &[]).and(pledge("F-1", "P", 50));
    given.when(withdraw("F-1", Some(49))).then_refused(
        "rest_differs",
        "a withdrawal ends the whole unpaid rest: follow-on investment F-1 has CNY 50.00 left, not \
         CNY 49.00
         hint: leave the amount out: it is the whole rest
         details: asked=49.00 | available=50.00",
    );
}
