//! Refusals by where things stand: closed funds and contracts, the status of projects, shares.

use crate::given::Given;
use crate::wishes::*;
use earmark::domain::event::*;
use earmark::domain::kinds::{Level, RestKind, Stage};

#[test]
fn a_district_ends_once() {
    let given = Given::ledger()
        .and(district("310115", Level::District))
        .and(district("310119", Level::District))
        .and(retire("310119", Some("310115")).on("2001-05-31"));
    given.when(retire("310119", None).on("2001-04-30")).then_refused(
        "district_ended",
        "district 310119 ended on 2001-05-31, for 310115
         hint: history is never changed; a district ends once
         details: valid_to=2001-05-31",
    );
    let given = Given::ledger().and(district("310110", Level::District));
    given.and(retire("310110", None).on("2001-05-31")).when(retire("310110", None)).then_refused(
        "district_ended",
        "district 310110 ended on 2001-05-31
         hint: history is never changed; a district ends once
         details: valid_to=2001-05-31",
    );
    Given::ledger()
        .and(district("310119", Level::District))
        .when(retire("310119", Some("310119")))
        .then_refused(
            "out_of_range",
            "successor is 310119; allowed is another district
             details: found=310119 | allowed=another district",
        );
}

#[test]
fn a_closed_fund_gives_and_takes_nothing() {
    let given = Given::line(100)
        .fund("XH")
        .allocation("XH:2001", 50)
        .project("P", &[])
        .and(lapse("PD:2001", 100))
        .and(close_fund("PD"));
    for wish in [
        allocate("PD:2002", 5).into(),
        supplement("PD:2001", 5).into(),
        transfer("XH:2001", "PD:2001", 5).into(),
        transfer("PD:2001", "XH:2001", 5).into(),
        transfer_out("PD:2001", 7, 5).into(),
        carry("PD:2001", "PD:2002:2001", 0).into(),
        reserve("P", "PD:2001", 0).into(),
        project("Q").funded(&[("PD:2001", 0)]).into(),
        commit("C-1").of("P").from(&[("PD:2001", 0)]).into(),
        pay_directly().of("P").from(&[("PD:2001", 0)]).into(),
        close_fund("PD").into(),
    ] {
        let wish: Wish = wish;
        given.clone().when(wish).then_refused(
            "fund_closed",
            "fund PD is closed
             hint: use a fund that is open (earmark funds)",
        );
    }
}

#[test]
fn a_payment_above_a_contract_does_not_open_a_closed_fund() {
    Given::line(100)
        .policy(|policy| policy.control = earmark::domain::kinds::Control::Warn)
        .project("P", &[])
        .contract("C-1", "P", "PD:2001", 60)
        .and(pay("C-1").amount(60))
        .and(lapse("PD:2001", 40))
        .and(close_fund("PD"))
        .when(pay("C-1").amount(1))
        .then_refused(
            "fund_closed",
            "fund PD is closed
             hint: use a fund that is open (earmark funds)",
        );
}

#[test]
fn a_fund_is_empty_when_it_closes() {
    let given = Given::line(100).project("P", &[("PD:2001", 60)]);
    let given = given.contract("C-1", "P", "PD:2001", 20);
    let words = |balance: &str, account: &str| {
        format!(
            "fund PD still holds CNY {balance} at {account}
             hint: pay, release, transfer it or let it lapse first (earmark balance --by line)
             details: balance={balance} | account={account}"
        )
    };
    given
        .when(close_fund("PD"))
        .then_refused("fund_not_empty", &words("40.00", "PD:2001 unreserved"))
        .and(lapse("PD:2001", 40))
        .when(close_fund("PD"))
        .then_refused("fund_not_empty", &words("40.00", "PD:2001 reserved project:P"))
        .and(release("P", "PD:2001", 40))
        .and(transfer_out("PD:2001", 7, 40))
        .when(close_fund("PD"))
        .then_refused(
            "fund_not_empty",
            &words("20.00", "PD:2001 committed project:P commitment:C-1"),
        )
        .and(pay("C-1").amount(20))
        .and(close_fund("PD"))
        .balances(
            "PD:2001 authority -60.00
             PD:2001 paid project:P commitment:C-1 20.00
             PD:2001 lapsed 40.00",
        );
}

#[test]
fn a_project_spends_while_it_is_approved() {
    let given = Given::line(100).project("P", &[("PD:2001", 60)]);
    let given = given.contract("C-1", "P", "PD:2001", 20).and(complete("P"));
    let words = |status: &str, wanted: &str| {
        format!(
            "project P is {status}; it has to be {wanted}
             hint: see where it stands with `earmark projects`
             details: status={status} | wanted={wanted}"
        )
    };
    let refused = |given: &Given, wish: Wish, status: &str, wanted: &str| {
        given.clone().when(wish).then_refused("project_status", &words(status, wanted));
    };
    let spend = || -> [Wish; 4] {
        [
            commit("C-2").of("P").from(&[("PD:2001", 5)]).into(),
            increase("C-1").amount(5).into(),
            pay_directly().of("P").from(&[("PD:2001", 5)]).into(),
            reserve("P", "PD:2001", 5).into(),
        ]
    };
    for wish in spend() {
        refused(&given, wish, "completed", "approved");
    }
    refused(&given, complete("P").into(), "completed", "approved");
    refused(&given, terminate("P").into(), "completed", "approved or suspended");
    let given = given.and(pay("C-1").amount(5)).and(close_out("P"));
    for wish in spend() {
        refused(&given, wish, "closed_out", "approved");
    }
    refused(&given, pay("C-1").amount(5).into(), "closed_out", "approved or completed");
    refused(&given, close_out("P").into(), "closed_out", "completed or terminated");
}

#[test]
fn a_closed_commitment_moves_nothing() {
    let given = Given::line(100).project("P", &[("PD:2001", 60)]);
    let given = given.contract("C-1", "P", "PD:2001", 20).and(close("C-1"));
    let carried = carry("PD:2001", "PD:2002:2001", 5).committed_under("C-1", Some("P"));
    for wish in [
        increase("C-1").amount(5).into(),
        reduce("C-1").amount(5).into(),
        pay("C-1").amount(5).into(),
        close("C-1").into(),
        carried.into(),
    ] {
        let wish: Wish = wish;
        given.clone().when(wish).then_refused(
            "commitment_closed",
            "commitment C-1 is closed
             hint: make a new commitment, or reverse the closing (earmark reverse)",
        );
    }
}

#[test]
fn an_ended_pledge_is_not_paid_in() {
    let given = Given::line(100).project("P", &[]).and(pledge("F-1", "P", 50));
    let given = given.and(pay_in("F-1", 20)).and(withdraw("F-1", None));
    for wish in [pay_in("F-1", 5).into(), withdraw("F-1", None).into()] {
        let wish: Wish = wish;
        given.clone().when(wish).then_refused(
            "follow_on_ended",
            "the rest of follow-on investment F-1 was withdrawn
             hint: record a pledge of its own (earmark follow-on pledge)",
        );
    }
}

#[test]
fn money_moves_on_the_shares_of_its_contract_or_payment() {
    let given = Given::line(100)
        .allocation("PD:2002", 100)
        .project("P", &[("PD:2001", 60)])
        .project("Q", &[])
        .contract("C-1", "P", "PD:2001", 20)
        .and(pay("C-1").amount(5));
    let payment = given.last();
    given.clone().when(pay("C-1").of("Q").from(&[("PD:2001", 5)])).then_refused(
        "not_a_share",
        "commitment C-1 has no share on line PD:2001 for project Q
         hint: see its lines and projects with `earmark show`",
    );
    given.clone().when(reduce("C-1").from(&[("PD:2002", 5)])).then_refused(
        "not_a_share",
        "commitment C-1 has no share on line PD:2002 without a project
         hint: see its lines and projects with `earmark show`",
    );
    given.when(refund(payment).from(&[("PD:2002", 5)])).then_refused(
        "not_a_share",
        "payment @9 has no share on line PD:2002 without a project
         hint: see its lines and projects with `earmark show`",
    );
}

#[test]
fn a_balance_goes_to_the_next_year_as_what_it_is() {
    let given = Given::line(100).fund("XH").project("P", &[("PD:2001", 60)]);
    let refused = |wish: BalanceCarriedForward, words: &str| {
        let words = format!("{words}\nhint: change the line, the stage or what it stands for");
        given.clone().when(wish).then_refused("carry_mismatch", &words);
    };
    refused(
        carry("PD:2001", "XH:2002:2001", 5),
        "PD:2001 cannot go to XH:2002:2001: fund, origin year and class are kept",
    );
    refused(
        carry("PD:2001", "PD:2002", 5),
        "PD:2001 cannot go to PD:2002: fund, origin year and class are kept",
    );
    refused(
        carry("PD:2001", "PD:2003:2001", 5),
        "PD:2001 cannot go to PD:2003:2001: a balance is carried into the next fiscal year",
    );
    let what = "PD:2001 cannot go to PD:2002:2001: carried are unreserved money, reserved money of \
                a project, or committed money of a commitment";
    let paid = BalanceCarriedForward {
        stage: Stage::Paid,
        rest: RestKind::Surplus,
        ..carry("PD:2001", "PD:2002:2001", 5)
    };
    refused(paid.clone(), what);
    refused(BalanceCarriedForward { stage: Stage::Reserved, ..paid.clone() }, what);
    refused(
        BalanceCarriedForward { stage: Stage::Unreserved, project: Some(code("P")), ..paid },
        what,
    );
}
