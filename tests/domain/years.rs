//! Several years: carried forward at every stage, with project, contract and origin year kept, and
//! paid on the new line; lapses, transfers, and fiscal years that begin in another month.

use crate::given::Given;
use crate::wishes::*;
use earmark::domain::event::LedgerOpened;

/// 2001: 20 free, 30 reserved for P, 30 and 20 committed under contracts of P and of Q.
fn at_the_years_end() -> Given {
    Given::line(100)
        .project("P", &[("PD:2001", 60)])
        .project("Q", &[])
        .contract("C-P", "P", "PD:2001", 30)
        .contract("C-Q", "Q", "PD:2001", 20)
        .today("2001-12-31")
}

#[test]
fn every_stage_is_carried_as_what_it_is() {
    at_the_years_end()
        .and(carry("PD:2001", "PD:2002:2001", 20))
        .and(carry("PD:2001", "PD:2002:2001", 30).reserved_for("P"))
        .and(carry("PD:2001", "PD:2002:2001", 30).committed_under("C-P", Some("P")))
        .and(carry("PD:2001", "PD:2002:2001", 20).committed_under("C-Q", Some("Q")))
        .balances(
            "PD:2001 authority -100.00
             PD:2001 carried_out 20.00
             PD:2001 carried_out project:P 30.00
             PD:2001 carried_out project:P commitment:C-P 30.00
             PD:2001 carried_out project:Q commitment:C-Q 20.00
             PD:2002:2001 authority -100.00
             PD:2002:2001 unreserved 20.00
             PD:2002:2001 reserved project:P 30.00
             PD:2002:2001 committed project:P commitment:C-P 30.00
             PD:2002:2001 committed project:Q commitment:C-Q 20.00",
        )
        // In the new year contracts are paid on the new line, each with its project.
        .today("2002-02-01")
        .and(pay("C-P").amount(25))
        .and(pay("C-Q").amount(20))
        // P is funded there, so its new contract draws on that; Q's on what is free.
        .and(commit("C-P2").of("P").from(&[("PD:2002:2001", 30)]))
        .and(commit("C-Q2").of("Q").from(&[("PD:2002:2001", 15)]))
        // What is left of the old contracts goes back to where it came from, now there.
        .and(close("C-P"))
        .and(increase("C-Q").from(&[("PD:2002:2001", 4)]).of("Q"))
        .and(close("C-Q"))
        .balances(
            "PD:2001 authority -100.00
             PD:2001 carried_out 20.00
             PD:2001 carried_out project:P 30.00
             PD:2001 carried_out project:P commitment:C-P 30.00
             PD:2001 carried_out project:Q commitment:C-Q 20.00
             PD:2002:2001 authority -100.00
             PD:2002:2001 unreserved 5.00
             PD:2002:2001 reserved project:P 5.00
             PD:2002:2001 committed project:P commitment:C-P2 30.00
             PD:2002:2001 committed project:Q commitment:C-Q2 15.00
             PD:2002:2001 paid project:P commitment:C-P 25.00
             PD:2002:2001 paid project:Q commitment:C-Q 20.00",
        );
}

#[test]
fn a_contract_is_paid_partly_in_each_year() {
    at_the_years_end()
        .and(pay("C-P").amount(10))
        .and(carry("PD:2001", "PD:2002:2001", 20).committed_under("C-P", Some("P")))
        .today("2002-02-01")
        .and(pay("C-P").amount(15))
        .today("2002-12-31")
        .and(carry("PD:2002:2001", "PD:2003:2001", 5).committed_under("C-P", Some("P")))
        .today("2003-03-01")
        .when(pay("C-P").from(&[("PD:2002:2001", 5)]))
        .then_refused(
            "line_year_over",
            "2003-03-01 is outside the fiscal year of line PD:2002:2001, 2002-01-01 to 2002-12-31
             hint: carry the balance forward first (earmark allocation carry), or use this year's \
             line
             details: date=2003-03-01 | line=PD:2002:2001 | first=2002-01-01 | last=2002-12-31",
        )
        .and(pay("C-P").amount(5))
        .balances(
            "PD:2001 authority -100.00
             PD:2001 unreserved 20.00
             PD:2001 reserved project:P 30.00
             PD:2001 committed project:Q commitment:C-Q 20.00
             PD:2001 paid project:P commitment:C-P 10.00
             PD:2001 carried_out project:P commitment:C-P 20.00
             PD:2002:2001 authority -20.00
             PD:2002:2001 paid project:P commitment:C-P 15.00
             PD:2002:2001 carried_out project:P commitment:C-P 5.00
             PD:2003:2001 authority -5.00
             PD:2003:2001 paid project:P commitment:C-P 5.00",
        );
}

#[test]
fn carried_money_is_another_line_than_the_new_years() {
    at_the_years_end()
        .and(carry("PD:2001", "PD:2002:2001", 20))
        .today("2002-02-01")
        .allocation("PD:2002", 200)
        .and(transfer("PD:2002", "PD:2002:2001", 5))
        .and(supplement("PD:2002:2001", 1))
        .and(lapse("PD:2002:2001", 26))
        .balances(
            "PD:2001 authority -100.00
             PD:2001 reserved project:P 30.00
             PD:2001 committed project:P commitment:C-P 30.00
             PD:2001 committed project:Q commitment:C-Q 20.00
             PD:2001 carried_out 20.00
             PD:2002:2001 authority -26.00
             PD:2002:2001 lapsed 26.00
             PD:2002 authority -195.00
             PD:2002 unreserved 195.00",
        );
}

#[test]
fn classes_are_lines_of_their_own() {
    Given::line(100)
        .allocation("PD:2001:2001:设备", 50)
        .project("P", &[])
        .and(commit("C-1").of("P").from(&[("PD:2001:2001:设备", 30)]))
        .and(carry("PD:2001:2001:设备", "PD:2002:2001:设备", 20))
        .balances(
            "PD:2001 authority -100.00
             PD:2001 unreserved 100.00
             PD:2001:2001:设备 authority -50.00
             PD:2001:2001:设备 committed project:P commitment:C-1 30.00
             PD:2001:2001:设备 carried_out 20.00
             PD:2002:2001:设备 authority -20.00
             PD:2002:2001:设备 unreserved 20.00",
        );
}

#[test]
fn a_transfer_to_another_ledger_leaves_only_the_giving_side() {
    let given = Given::line(100).and(transfer_out("PD:2001", 7, 30));
    assert_eq!(given.state.lines.len(), 1);
    given.balances(
        "PD:2001 authority -70.00
         PD:2001 unreserved 70.00",
    );
}

#[test]
fn a_fiscal_year_may_begin_in_april() {
    Given::nothing()
        .and(opened(LedgerOpened { fiscal_year_start_month: 4, ..ledger() }))
        .fund("PD")
        .payee("V-1")
        .and(allocate("PD:2000", 100).on("2001-01-02"))
        .and(project("P").on("2001-01-02"))
        .and(commit("C-1").of("P").amount(50).on("2001-03-31"))
        .when(pay("C-1").amount(5).on("2001-04-01"))
        .then_refused(
            "line_year_over",
            "2001-04-01 is outside the fiscal year of line PD:2000, 2000-04-01 to 2001-03-31
             hint: carry the balance forward first (earmark allocation carry), or use this year's \
             line
             details: date=2001-04-01 | line=PD:2000 | first=2000-04-01 | last=2001-03-31",
        )
        .and(carry("PD:2000", "PD:2001:2000", 50).committed_under("C-1", Some("P")))
        .and(pay("C-1").amount(5).on("2001-04-01"));
}
