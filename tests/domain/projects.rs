//! A project from approval to close-out, with money of one fund and of several.

use crate::given::Given;
use crate::wishes::*;
use earmark::domain::kinds::ProjectStatus;

#[track_caller]
fn status(given: &Given, project: &str, expected: ProjectStatus) {
    assert_eq!(given.state.projects.get(&code(project)).unwrap().status, expected);
}

#[test]
fn a_project_goes_from_approved_by_completed_to_closed_out() {
    let given = Given::line(100).project("P", &[("PD:2001", 60)]);
    status(&given, "P", ProjectStatus::Approved);
    let given = given.contract("C-1", "P", "PD:2001", 40).and(complete("P"));
    status(&given, "P", ProjectStatus::Completed);
    let given = given.and(pay("C-1").amount(40)).and(close_out("P"));
    status(&given, "P", ProjectStatus::ClosedOut);
    given.balances(
        "PD:2001 authority -100.00
         PD:2001 unreserved 60.00
         PD:2001 paid project:P commitment:C-1 40.00",
    );
}

#[test]
fn a_project_that_is_given_up_pays_no_more_and_gives_its_money_back() {
    let given = Given::line(100).project("P", &[("PD:2001", 60)]);
    let given = given.contract("C-1", "P", "PD:2001", 40).and(pay("C-1").amount(10));
    let given = given.and(terminate("P"));
    status(&given, "P", ProjectStatus::Terminated);
    given
        .when(pay("C-1").amount(5))
        .then_refused(
            "project_status",
            "project P is terminated; it has to be approved or completed
             hint: see where it stands with `earmark projects`
             details: status=terminated | wanted=approved or completed",
        )
        .and(close_out("P"))
        // What is closed after the close-out goes to the line, not to the project.
        .and(close("C-1"))
        .balances(
            "PD:2001 authority -100.00
             PD:2001 unreserved 90.00
             PD:2001 paid project:P commitment:C-1 10.00",
        );
}

#[test]
fn money_of_a_contract_goes_back_to_where_it_came_from() {
    Given::line(100)
        .project("P", &[("PD:2001", 60)])
        .project("Q", &[])
        .contract("C-1", "P", "PD:2001", 40)
        .contract("C-2", "Q", "PD:2001", 30)
        .balances(
            "PD:2001 authority -100.00
             PD:2001 unreserved 10.00
             PD:2001 reserved project:P 20.00
             PD:2001 committed project:P commitment:C-1 40.00
             PD:2001 committed project:Q commitment:C-2 30.00",
        )
        .and(reduce("C-1").amount(15))
        .and(reduce("C-2").amount(5))
        .balances(
            "PD:2001 authority -100.00
             PD:2001 unreserved 15.00
             PD:2001 reserved project:P 35.00
             PD:2001 committed project:P commitment:C-1 25.00
             PD:2001 committed project:Q commitment:C-2 25.00",
        )
        // Q is funded now, but its contract was made of unreserved money, and stays so.
        .and(reserve("Q", "PD:2001", 10))
        .and(increase("C-2").amount(5))
        .and(close("C-2"))
        .and(close("C-1"))
        .balances(
            "PD:2001 authority -100.00
             PD:2001 unreserved 30.00
             PD:2001 reserved project:P 60.00
             PD:2001 reserved project:Q 10.00",
        );
}

#[test]
fn a_project_of_several_funds_keeps_them_apart() {
    let lines: &[(&str, i64)] = &[("PD:2001", 60), ("XH:2001", 40)];
    // Rule set 3 keeps reservations within the ceiling; what was reserved above it stays locked.
    let given = Given::under(2)
        .fund("PD")
        .allocation("PD:2001", 100)
        .payee("V-1")
        .fund("XH")
        .allocation("XH:2001", 50)
        .and(project("P").ceiling(100).funded(lines))
        .and(commit("C-1").of("P").from(&[("PD:2001", 50), ("XH:2001", 30)]))
        .and(pay("C-1").from(&[("PD:2001", 20), ("XH:2001", 10)]))
        .and(pay_directly().of("P").from(&[("XH:2001", 10)]));
    given
        .balances(
            "PD:2001 authority -100.00
             PD:2001 unreserved 40.00
             PD:2001 reserved project:P 10.00
             PD:2001 committed project:P commitment:C-1 30.00
             PD:2001 paid project:P commitment:C-1 20.00
             XH:2001 authority -50.00
             XH:2001 unreserved 10.00
             XH:2001 committed project:P commitment:C-1 20.00
             XH:2001 paid project:P 10.00
             XH:2001 paid project:P commitment:C-1 10.00",
        )
        // The ceiling is over all of them: 90 are engaged.
        .and(reserve("P", "PD:2001", 20))
        .when(commit("C-2").of("P").from(&[("PD:2001", 11)]))
        .then_refused(
            "ceiling_exceeded",
            "commitments and direct payments of a project stay within its ceiling: project P has \
             CNY 10.00, asked for CNY 11.00
             hint: commit less; the ceiling is fixed at approval
             details: asked=11.00 | available=10.00 | limit=project P",
        )
        .when(commit("C-2").of("P").from(&[("XH:2001", 1)]))
        .then_refused(
            "reservation_exceeded",
            "a project draws only what is reserved for it on the line: project P on line XH:2001 \
             has CNY 0.00, asked for CNY 1.00
             hint: draw less, or reserve more (earmark reservation make)
             details: asked=1.00 | available=0.00 | limit=project P on line XH:2001",
        )
        .and(close("C-1"))
        .and(complete("P"))
        .and(close_out("P"))
        .balances(
            "PD:2001 authority -100.00
             PD:2001 unreserved 80.00
             PD:2001 paid project:P commitment:C-1 20.00
             XH:2001 authority -50.00
             XH:2001 unreserved 30.00
             XH:2001 paid project:P 10.00
             XH:2001 paid project:P commitment:C-1 10.00",
        );
}

#[test]
fn a_contract_of_several_projects_counts_for_each_ceiling() {
    let given = Given::line(100)
        .and(project("P").ceiling(30))
        .and(project("Q").ceiling(20))
        .contract("C-1", "P", "PD:2001", 30)
        .and(increase("C-1").of("Q").from(&[("PD:2001", 20)]));
    assert_eq!(given.state.projects.get(&code("P")).unwrap().engaged, yuan(30));
    assert_eq!(given.state.projects.get(&code("Q")).unwrap().engaged, yuan(20));
    // A payment of a commitment engages nothing more; a refund and a reduction free it.
    let given = given.and(pay("C-1").of("Q").amount(20));
    assert_eq!(given.state.projects.get(&code("Q")).unwrap().engaged, yuan(20));
    let payment = given.last();
    let given = given.and(refund(payment).amount(5)).and(reduce("C-1").of("P").amount(10));
    assert_eq!(given.state.projects.get(&code("P")).unwrap().engaged, yuan(20));
    assert_eq!(given.state.projects.get(&code("Q")).unwrap().engaged, yuan(15));
    given.and(commit("C-2").of("Q").amount(5));
}

#[test]
fn a_close_out_leaves_nothing_reserved() {
    let mut reserved = 0;
    let given = Given::ledger().fund("PD").payee("V-1");
    let given = given.and(allocate("PD:2000", 100).history("2000-01-01"));
    // A negative contract of history gave back to what was reserved, and that was then undone.
    let given = given
        .and(project("P").history("2000-01-01"))
        .and(reserve("P", "PD:2000", 20).history("2000-01-01"))
        .mark(&mut reserved)
        .and(commit("C-1").of("P").from(&[("PD:2000", -30)]).history("2000-03-01"))
        .and(reverse(reserved));
    given
        .balances(
            "PD:2000 authority -100.00
             PD:2000 unreserved 100.00
             PD:2000 reserved project:P 30.00
             PD:2000 committed project:P commitment:C-1 -30.00",
        )
        .and(terminate("P"))
        .and(close_out("P"))
        .balances(
            "PD:2000 authority -100.00
             PD:2000 unreserved 130.00
             PD:2000 committed project:P commitment:C-1 -30.00",
        )
        .and(close("C-1"))
        .balances(
            "PD:2000 authority -100.00
             PD:2000 unreserved 100.00",
        );
}

#[test]
fn a_reservation_is_made_and_released() {
    Given::line(100)
        .project("P", &[])
        .and(reserve("P", "PD:2001", 30))
        .and(reserve("P", "PD:2001", 20))
        .and(release("P", "PD:2001", 40))
        .balances(
            "PD:2001 authority -100.00
             PD:2001 unreserved 90.00
             PD:2001 reserved project:P 10.00",
        )
        // In any state.
        .and(terminate("P"))
        .and(release("P", "PD:2001", 10))
        .balances(
            "PD:2001 authority -100.00
             PD:2001 unreserved 100.00",
        );
}
