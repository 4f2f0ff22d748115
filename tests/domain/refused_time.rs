//! Refusals of dates: absurd, in the future, after history, in a closed period, out of order.

use crate::given::{Given, day};
use crate::wishes::*;
use earmark::domain::calendar::Date;
use earmark::domain::event::*;
use earmark::domain::kinds::Level;

#[test]
fn a_date_is_one_that_money_has() {
    Given::ledger().when(fund("PD").on("1899-12-31")).then_refused(
        "date_absurd",
        "1899-12-31 is outside 1900-01-01 to 2199-12-31
         hint: look at the year
         details: date=1899-12-31 | earliest=1900-01-01 | latest=2199-12-31",
    );
    let end = Some(Date(i32::MAX));
    Given::ledger().when(ProjectApproved { end, ..project("P") }).then_refused(
        "date_absurd",
        "9999-12-31 is outside 1900-01-01 to 2199-12-31
         hint: look at the year
         details: date=9999-12-31 | earliest=1900-01-01 | latest=2199-12-31",
    );
}

#[test]
fn nothing_is_dated_after_today() {
    Given::ledger().when(fund("PD").on("2001-07-01")).then_refused(
        "date_in_future",
        "2001-07-01 is after today, 2001-06-30
         hint: give the day it happened with --on
         details: date=2001-07-01 | today=2001-06-30",
    );
}

#[test]
fn history_is_before_the_ledger() {
    Given::ledger().when(fund("PD").history("2001-01-01")).then_refused(
        "history_too_late",
        "2001-01-01 is not before 2001-01-01, where history ends
         hint: import without `historical`, or adopt a policy with a later history_before
         details: date=2001-01-01 | cut_over=2001-01-01",
    );
    Given::ledger().when(fund("PD").history("2000-12-31")).then_booked();
    let given = Given::ledger().policy(|policy| policy.history_before = Some(day("2001-03-01")));
    given.clone().when(fund("PD").history("2001-02-28")).then_booked();
    given.when(fund("PD").history("2001-03-01")).then_refused(
        "history_too_late",
        "2001-03-01 is not before 2001-03-01, where history ends
         hint: import without `historical`, or adopt a policy with a later history_before
         details: date=2001-03-01 | cut_over=2001-03-01",
    );
}

#[test]
fn a_closed_period_stays_closed() {
    let mut given = Given::ledger();
    given.state.closed_until = Some(day("2001-03-31"));
    given.clone().when(fund("PD").on("2001-03-31")).then_refused(
        "period_closed",
        "2001-03-31 is in a closed period; closed until 2001-03-31
         hint: give a day after it with --on
         details: date=2001-03-31 | closed_until=2001-03-31",
    );
    // Not even history goes there.
    given.clone().when(fund("PD").history("2000-05-01")).then_refused(
        "period_closed",
        "2000-05-01 is in a closed period; closed until 2001-03-31
         hint: give a day after it with --on
         details: date=2000-05-01 | closed_until=2001-03-31",
    );
    given.when(fund("PD").on("2001-04-01")).then_booked();
}

/// A line of 2001-02-01, a project, a contract of 2001-03-01 and a payment of 2001-04-01 (@7).
fn story() -> Given {
    Given::ledger()
        .fund("PD")
        .payee("V-1")
        .and(allocate("PD:2001", 100).on("2001-02-01"))
        .and(project("P").funded(&[("PD:2001", 50)]).on("2001-02-01"))
        .and(commit("C-1").of("P").from(&[("PD:2001", 30)]).on("2001-03-01"))
        .and(pay("C-1").amount(10).on("2001-04-01"))
}

#[test]
fn nothing_is_before_what_it_depends_on() {
    let order = |wish: Wish, date: &str, earliest: &str, what: &str| {
        story().when(wish).then_refused(
            "date_order",
            &format!(
                "{date} is before {earliest}: {what}
                 hint: look at the dates (--on)
                 details: date={date} | earliest={earliest}"
            ),
        );
    };
    order(
        commit("C-2").of("P").from(&[("PD:2001", 5)]).on("2001-01-31"),
        "2001-01-31",
        "2001-02-01",
        "a commitment or payment is not before its allocation",
    );
    let late = "2001-02-28";
    let early = "2001-03-01";
    order(pay("C-1").amount(5).on(late), late, early, "a payment is not before its commitment");
    let wish: Wish = increase("C-1").amount(5).into();
    order(wish.on(late), late, early, "an increase is not before its commitment");
    let wish: Wish = reduce("C-1").amount(5).into();
    order(wish.on(late), late, early, "a reduction is not before its commitment");
    order(close("C-1").on(late), late, early, "a closing is not before its commitment");
    order(
        refund(7).amount(5).on("2001-03-31"),
        "2001-03-31",
        "2001-04-01",
        "a refund is not before its payment",
    );
    order(
        reverse(7).on("2001-03-31"),
        "2001-03-31",
        "2001-04-01",
        "a reversal is not before its entry",
    );
    let (start, end) = (Some(day("2001-05-01")), Some(day("2001-04-30")));
    order(
        ProjectApproved { start, end, ..project("Q") }.into(),
        "2001-04-30",
        "2001-05-01",
        "a project ends after it begins",
    );
    let (valid_from, valid_to) = (start, end);
    order(
        DistrictRegistered { valid_from, valid_to, ..district("310119", Level::District) }.into(),
        "2001-04-30",
        "2001-05-01",
        "a district ends after it begins",
    );
}

#[test]
fn a_line_is_used_in_its_year() {
    let given = story().today("2002-01-10");
    let words = "2002-01-10 is outside the fiscal year of line PD:2001, 2001-01-01 to 2001-12-31
                 hint: carry the balance forward first (earmark allocation carry), or use this \
                 year's line
                 details: date=2002-01-10 | line=PD:2001 | first=2001-01-01 | last=2001-12-31";
    for wish in [
        commit("C-2").of("P").from(&[("PD:2001", 5)]).into(),
        pay("C-1").amount(5).into(),
        pay_directly().of("P").from(&[("PD:2001", 5)]).into(),
        increase("C-1").amount(5).into(),
    ] {
        let wish: Wish = wish;
        given.clone().when(wish).then_refused("line_year_over", words);
    }
    // What gives money back, or belongs to the year that was, is not a use of the line.
    given
        .and(reduce("C-1").amount(5))
        .and(refund(7).amount(5))
        .and(release("P", "PD:2001", 5))
        .and(lapse("PD:2001", 5))
        .and(carry("PD:2001", "PD:2002:2001", 5))
        .and(pay("C-1").amount(5).on("2001-12-31"));
}

#[test]
fn a_district_is_valid_on_the_day() {
    let given = Given::ledger().today("2010-01-01").and(district("310115", Level::District)).and(
        DistrictRegistered {
            valid_from: Some(day("2001-08-24")),
            ..district("310119", Level::District)
        },
    );
    let given = given.and(retire("310119", Some("310115")).on("2009-05-31"));
    let nanhui = FundEstablished { district: Some(code("310119")), ..fund("NH") };
    given.clone().when(nanhui.clone().on("2009-06-01")).then_refused(
        "district_not_valid",
        "district 310119 is valid from 2001-08-24 to 2009-05-31, not on 2009-06-01
         hint: use its successor 310115
         details: date=2009-06-01 | valid_from=2001-08-24 | valid_to=2009-05-31",
    );
    given.clone().when(nanhui.clone().on("2001-08-23")).then_refused(
        "district_not_valid",
        "district 310119 is valid from 2001-08-24 to 2009-05-31, not on 2001-08-23
         hint: name the district that was valid on that day
         details: date=2001-08-23 | valid_from=2001-08-24 | valid_to=2009-05-31",
    );
    given.when(nanhui.on("2009-05-31")).then_booked();
}

#[test]
fn a_district_lies_in_one_of_a_higher_level() {
    let parent = Some(code("310115"));
    Given::ledger()
        .and(district("310115", Level::District))
        .when(DistrictRegistered { parent, ..district("310101", Level::District) })
        .then_refused(
            "district_order",
            "district 310115 is not of a level above 310101
             hint: a street lies in a district, a district in a city",
        );
}
