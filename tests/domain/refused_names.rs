//! Refusals of names: unknown ones, with what they look like, and those that are taken.

use crate::given::{Given, refused};
use crate::wishes::*;
use earmark::domain::event::*;
use earmark::domain::kinds::Level;
use earmark::domain::rejection::{Rejection, Thing};

#[test]
fn a_fund_is_known() {
    Given::line(100).when(allocate("DP:2001", 5)).then_refused(
        "unknown_fund",
        "there is no fund DP
         hint: see `earmark funds`",
    );
    Given::ledger().fund("PD-INFO").when(allocate("pd-info:2001", 5)).then_refused(
        "unknown_fund",
        "there is no fund pd-info
         hint: did you mean PD-INFO? see `earmark funds`",
    );
}

#[test]
fn a_line_is_known() {
    Given::line(100).when(supplement("PD:2002", 5)).then_refused(
        "unknown_line",
        "there is no line PD:2002
         hint: did you mean PD:2001? see `earmark balance --by line`",
    );
    Given::ledger().fund("PD").when(supplement("PD:2002", 5)).then_refused(
        "unknown_line",
        "there is no line PD:2002
         hint: see `earmark balance --by line`",
    );
}

#[test]
fn a_project_is_known() {
    let given = Given::line(100).project("社保卡", &[("PD:2001", 50)]);
    given.clone().when(complete("社保长")).then_refused(
        "unknown_project",
        "there is no project 社保长
         hint: did you mean 社保卡? see `earmark projects`",
    );
    given.when(commit("C-1").of("校校通").amount(5)).then_refused(
        "unknown_project",
        "there is no project 校校通
         hint: see `earmark projects`",
    );
}

#[test]
fn a_payee_is_known() {
    let mut wish = commit("C-1").of("P").from(&[("PD:2001", 5)]);
    wish.payee = Some(code("V-2"));
    Given::line(100).project("P", &[("PD:2001", 50)]).when(wish).then_refused(
        "unknown_payee",
        "there is no payee V-2
         hint: did you mean V-1? see `earmark payees`",
    );
}

#[test]
fn a_commitment_is_known() {
    let given = Given::line(100).project("P", &[("PD:2001", 50)]);
    let given = given.contract("HT-2001-01", "P", "PD:2001", 20);
    given.clone().when(pay("HT-2001-1").amount(5)).then_refused(
        "unknown_commitment",
        "there is no commitment HT-2001-1
         hint: did you mean HT-2001-01? see `earmark commitments`",
    );
    given.when(close("HT-9")).then_refused(
        "unknown_commitment",
        "there is no commitment HT-9
         hint: see `earmark commitments`",
    );
}

#[test]
fn a_follow_on_investment_is_known() {
    let given = Given::line(100).project("P", &[("PD:2001", 50)]).and(pledge("F-1", "P", 10));
    given.clone().when(withdraw("F-2", None)).then_refused(
        "unknown_follow_on",
        "there is no follow-on investment F-2
         hint: did you mean F-1? see `earmark register type:follow-on`",
    );
    given.when(pay_in("G", 5)).then_refused(
        "unknown_follow_on",
        "there is no follow-on investment G
         hint: see `earmark register type:follow-on`",
    );
}

#[test]
fn a_district_is_known() {
    Given::ledger()
        .and(district("310115", Level::District))
        .when(FundEstablished { district: Some(code("310119")), ..fund("NH") })
        .then_refused(
            "unknown_district",
            "there is no district 310119
             hint: did you mean 310115? see `earmark district register`",
        );
}

#[test]
fn a_programme_is_known() {
    let given = Given::line(100).and(programme("社会保障卡"));
    given.when(ProjectApproved { programme: Some(code("X")), ..project("P") }).then_refused(
        "unknown_programme",
        "there is no programme X
         hint: see `earmark programme register`",
    );
}

#[test]
fn an_entry_is_known() {
    Given::line(100).when(reverse(99)).then_refused(
        "unknown_entry",
        "there is no entry @99
         hint: see `earmark register`",
    );
    Given::line(100).when(attach(99, filed("photo", 1))).then_refused(
        "unknown_entry",
        "there is no entry @99
         hint: see `earmark register`",
    );
    Given::line(100).when(refund(99).amount(5)).then_refused(
        "unknown_entry",
        "there is no entry @99
         hint: see `earmark register`",
    );
}

#[test]
fn a_code_is_used_once() {
    let given = Given::line(100)
        .project("P", &[("PD:2001", 50)])
        .contract("C-1", "P", "PD:2001", 20)
        .and(pledge("F-1", "P", 10))
        .and(programme("G"))
        .and(district("310115", Level::District));
    let words = |what: &str| format!("{what} exists already\nhint: choose another code");
    let district = district("310115", Level::City);
    let again = commit("C-1").of("P").from(&[("PD:2001", 5)]);
    given
        .when(fund("PD"))
        .then_refused("fund_exists", &words("fund PD"))
        .when(project("P"))
        .then_refused("project_exists", &words("project P"))
        .when(payee("V-1"))
        .then_refused("payee_exists", &words("payee V-1"))
        .when(programme("G"))
        .then_refused("programme_exists", &words("programme G"))
        .when(district)
        .then_refused("district_exists", &words("district 310115"))
        .when(again)
        .then_refused("commitment_exists", &words("commitment C-1"))
        .when(pledge("F-1", "P", 5))
        .then_refused("follow_on_exists", &words("follow-on investment F-1"));
}

#[test]
fn a_line_is_opened_once() {
    Given::line(100).when(allocate("PD:2001", 5)).then_refused(
        "line_exists",
        "line PD:2001 exists already
         hint: to change its authority: earmark allocation supplement|reduce for PD:2001",
    );
}

#[test]
fn an_entry_has_no_name_to_take() {
    // Entries are numbered, so no command comes to this; its words are kept all the same.
    refused(
        "entry_exists",
        "entry @5 exists already
         hint: choose another code",
        &Rejection::Exists { thing: Thing::Entry, name: "@5".to_owned() },
    );
}

#[test]
fn a_refund_names_a_payment() {
    Given::line(100).when(refund(3).amount(5)).then_refused(
        "not_a_disbursement",
        "@3 is no disbursement but AllocationRecorded
         hint: see `earmark register type:disbursement`",
    );
}
