//! Refusals of the ledger as a whole: opening, officers, numbers, the clock, command ids.

use crate::given::{Given, refused};
use crate::wishes::*;
use earmark::domain::calendar::{Date, parse_instant};
use earmark::domain::command::Command;
use earmark::domain::event::*;
use earmark::domain::ids::Text;
use earmark::domain::money::Amount;
use earmark::domain::rejection::Rejection;

#[test]
fn a_ledger_is_opened_first() {
    Given::nothing().when(fund("PD")).then_refused(
        "ledger_not_open",
        "the ledger is not open: its first entry is missing
         hint: open it with `earmark init`",
    );
}

#[test]
fn a_ledger_is_opened_once() {
    Given::ledger().when(opening()).then_refused(
        "ledger_open",
        "a ledger is opened once, by its first command
         hint: open another ledger in a folder of its own",
    );
}

#[test]
fn a_policy_asks_for_rules_that_are_known() {
    let policy = Policy { rule_set_version: 4, ..Policy::default() };
    Given::ledger().when(PolicyAdopted { policy, filing: no_filing() }).then_refused(
        "rule_set_unknown",
        "rule set 4 is not known; this program has rule sets 1 to 3
         hint: use a release of earmark that knows it
         details: found=4 | allowed=1 to 3",
    );
    let approval_bands = vec![ApprovalBand { from: Amount(0), approvals: 1 }];
    let policy = Policy { approval_bands, ..Policy::default() };
    Given::ledger().when(PolicyAdopted { policy, filing: no_filing() }).then_refused(
        "not_in_rule_set",
        "the rule sets of this program have no approval bands
         hint: leave it out",
    );
}

#[test]
fn a_key_has_one_purpose() {
    Given::ledger().when(officer("Wang", 1)).then_refused(
        "key_in_use",
        "a key has one purpose; this one is already the key of officer Lin
         hint: make a key of its own (earmark key new)",
    );
    Given::ledger().when(officer("Wang", 9)).then_refused(
        "key_in_use",
        "a key has one purpose; this one is already the log's key
         hint: make a key of its own (earmark key new)",
    );
}

#[test]
fn an_officer_signs_who_is_known() {
    let mut given = Given::ledger();
    given.officer = 1;
    given.when(fund("PD")).then_refused(
        "unknown_officer",
        "there is no officer number 1
         hint: see `earmark officer list`",
    );
    // Not even the first command is signed by a number that it does not enrol.
    let mut given = Given::nothing();
    given.officer = 1;
    given.when(opening()).then_refused(
        "unknown_officer",
        "there is no officer number 1
         hint: see `earmark officer list`",
    );
}

#[test]
fn an_officers_name_is_used_once() {
    Given::ledger().when(officer("Lin", 2)).then_refused(
        "officer_exists",
        "officer Lin exists already
         hint: choose another name",
    );
}

#[test]
fn numbers_have_no_gaps() {
    Given::ledger().when_event(OfficerEnrolled { number: 2, ..officer("Wang", 2) }).then_refused(
        "number_not_next",
        "the next officer number is 1, not 2
         hint: numbers have no gaps; earmark fills in the next one
         details: expected=1 | found=2",
    );
    let payment = DisbursementRecorded {
        commitment: None,
        splits: vec![Split { line: line("PD:2001"), project: Some(code("P")), amount: yuan(5) }],
        payee: Some(code("V-1")),
        purpose: None,
        source_number: None,
        voucher_no: 3,
        filing: no_filing(),
    };
    let given = Given::line(100).project("P", &[("PD:2001", 50)]);
    let given = given.and(pay_directly().of("P").from(&[("PD:2001", 5)]));
    given.when_event(payment).then_refused(
        "number_not_next",
        "the next voucher number is 2, not 3
         hint: numbers have no gaps; earmark fills in the next one
         details: expected=2 | found=3",
    );
}

#[test]
fn a_clock_does_not_run_ahead_unasked() {
    let mut given = Given::ledger().today("2001-07-02");
    given.clock_accepted = false;
    given.clone().when(fund("PD")).then_refused(
        "clock_ahead",
        "the clock says 2001-07-02T04:00:00.000000Z, more than a day after the last entry of \
         2001-06-30T04:00:00.000000Z
         hint: if the clock is right, repeat its day: --accept-clock 2001-07-02; else set it right and \
         run the same command again
         details: now=2001-07-02T04:00:00.000000Z | head=2001-06-30T04:00:00.000000Z | day=2001-07-02",
    );
    given.clock_accepted = true;
    given.when(fund("PD")).then_booked();
}

#[test]
fn a_clock_does_not_run_behind() {
    // Said by the ledger, which reads the clock.
    let now = parse_instant("2001-06-30T04:00:00Z").unwrap();
    let head = parse_instant("2001-06-30T04:02:00.5Z").unwrap();
    refused(
        "clock_behind",
        "the clock says 2001-06-30T04:00:00.000000Z, more than a minute before the last entry of \
         2001-06-30T04:02:00.500000Z
         hint: set the clock right and run the same command again; if it is right, and the last entry's \
         was wrong, repeat its day: --accept-clock 2001-06-30 (recorded right after the last entry, and \
         marked)
         details: now=2001-06-30T04:00:00.000000Z | head=2001-06-30T04:02:00.500000Z | day=2001-06-30",
        &Rejection::ClockBehind { now, head, day: Date::parse("2001-06-30").unwrap() },
    );
}

#[test]
fn only_the_clocks_own_day_accepts_it() {
    // Said by the ledger, which reads the clock.
    refused(
        "clock_day",
        "--accept-clock repeats the clock's own day, which is 2001-06-30, not 2001-07-01
         hint: look whether the clock is right; if it is, write its own day, else set it right
         details: found=2001-07-01 | day=2001-06-30",
        &Rejection::ClockDay {
            said: Date::parse("2001-07-01").unwrap(),
            day: Date::parse("2001-06-30").unwrap(),
        },
    );
}

#[test]
fn a_command_id_stands_for_one_command() {
    // Said by the ledger, which knows the ids.
    refused(
        "command_id_reused",
        "this command id was used at @7 for another command: amount differs
         hint: choose another --command-id
         details: field=amount | first=@7",
        &Rejection::CommandIdReused { field: "amount".to_owned(), first: 7 },
    );
}

#[test]
fn a_ledger_opens_with_its_first_officer() {
    let given = Given::nothing().when(opening()).then_events(&["LedgerOpened", "OfficerEnrolled"]);
    assert_eq!(given.state.officers[0].name, Text::new("Lin"));
    let given = given.when(officer("Wang", 2)).then_events(&["OfficerEnrolled"]);
    assert_eq!(given.state.officers.len(), 2);
    let late = Command::OpenLedger(ledger(), officer("Lin", 1)).on("2001-07-01");
    Given::nothing().when(late).then_refused(
        "date_in_future",
        "2001-07-01 is after today, 2001-06-30
         hint: give the day it happened with --on
         details: date=2001-07-01 | today=2001-06-30",
    );
}
