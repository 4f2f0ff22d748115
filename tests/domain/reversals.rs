//! Reversals: every event that moves money is undone by its exact inverse, leaves and memory alike;
//! what later entries build on is not.

use crate::given::Given;
use crate::wishes::*;
use earmark::domain::event::{Bytes32, FollowOnPledged};
use earmark::domain::kinds::{Control, FollowOnKind};
use earmark::domain::state::State;

/// What a state is about, without what a reversal leaves by design: the number of entries and their
/// time, what was reversed, and voucher numbers, which are not used again.
fn substance(state: &State) -> State {
    let mut state = state.clone();
    (state.size, state.recorded_at_microseconds) = (0, 0);
    state.reversed = Default::default();
    state.vouchers = Default::default();
    state
}

/// The wish is booked and reversed, and all is as if it had never been.
#[track_caller]
fn restored(given: &Given, wish: impl Into<Wish>) {
    let booked = given.clone().and(wish);
    let entry = booked.last();
    let undone = booked.and(reverse(entry));
    assert_eq!(undone.state.leaves, given.state.leaves);
    assert_eq!(undone.state.reserves, given.state.reserves);
    assert_eq!(substance(&undone.state), substance(&given.state));
}

/// The entry cannot be reversed, since this was built on it.
#[track_caller]
fn has_dependents(given: Given, entry: u64, account: &str) -> Given {
    given.when(reverse(entry)).then_refused(
        "has_dependents",
        &format!(
            "later entries build on @{entry}: {account}
             hint: reverse the later entries first, last first
             details: entry=@{entry} | account={account}"
        ),
    )
}

/// The entry cannot be reversed, since an account would stand there.
#[track_caller]
fn is_needed(given: Given, entry: u64, account: &str, short: &str) -> Given {
    given.when(reverse(entry)).then_refused(
        "has_dependents",
        &format!(
            "reversing @{entry} would leave {account} at CNY {short}
             hint: reverse the later entries first, last first
             details: entry=@{entry} | account={account} | balance={short}"
        ),
    )
}

/// A project of reserved and one of unreserved money, each with a contract and a payment.
fn story() -> Given {
    Given::line(1_000)
        .fund("XH")
        .allocation("XH:2001", 500)
        .project("P", &[("PD:2001", 300)])
        .project("Q", &[])
        .contract("C-P", "P", "PD:2001", 100)
        .contract("C-Q", "Q", "PD:2001", 100)
        .and(pay("C-P").amount(40))
        .and(pay("C-Q").amount(40))
        .and(pledge("F-1", "P", 50))
}

#[test]
fn every_event_that_moves_money_is_undone_exactly() {
    let given = story();
    let paid = given.last() - 2;
    restored(&given, allocate("PD:2002", 100));
    restored(&given, supplement("PD:2001", 100));
    restored(&given, reduce_line("PD:2001", 100));
    restored(&given, transfer("PD:2001", "XH:2001", 100));
    restored(&given, transfer_out("PD:2001", 7, 100));
    restored(&given, carry("PD:2001", "PD:2002:2001", 10));
    restored(&given, carry("PD:2001", "PD:2002:2001", 10).reserved_for("P"));
    let under = |contract: &str, project: &str| {
        carry("PD:2001", "PD:2002:2001", 10).committed_under(contract, Some(project))
    };
    restored(&given, under("C-P", "P"));
    restored(&given, under("C-Q", "Q"));
    restored(&given, lapse("PD:2001", 100));
    restored(&given, project("R").ceiling(80).funded(&[("PD:2001", 50), ("XH:2001", 30)]));
    restored(&given, reserve("P", "PD:2001", 10));
    restored(&given, reserve("P", "XH:2001", 10));
    restored(&given, release("P", "PD:2001", 10));
    restored(&given, commit("C-3").of("P").from(&[("PD:2001", 10)]));
    restored(&given, commit("C-3").of("Q").from(&[("PD:2001", 10), ("XH:2001", 5)]));
    restored(&given, increase("C-P").amount(10));
    restored(&given, increase("C-P").of("P").from(&[("XH:2001", 10)]));
    restored(&given, reduce("C-P").amount(10));
    restored(&given, reduce("C-Q").amount(10));
    restored(&given, close("C-P"));
    restored(&given, close("C-Q"));
    restored(&given, pay("C-P").amount(60));
    restored(&given, pay_directly().of("P").from(&[("PD:2001", 10)]));
    restored(&given, pay_directly().of("Q").from(&[("PD:2001", 10), ("XH:2001", 5)]));
    restored(&given, refund(paid).amount(5));
    restored(&given.clone().today("2002-01-05"), refund(paid).amount(5));
    let valued = FollowOnPledged { valuation: Some(Bytes32([5; 32])), ..pledge("F-2", "Q", 10) };
    restored(&given, FollowOnPledged { kind: FollowOnKind::InKind, ..valued });
    restored(&given, pay_in("F-1", 10));
    restored(&given, withdraw("F-1", None));
    let done = given.and(complete("P")).and(complete("Q"));
    restored(&done, close_out("P"));
    restored(&done, close_out("Q"));
    let settled = done.and(close_out("P"));
    restored(&settled, reduce("C-P").amount(10));
    restored(&settled, close("C-P"));
    restored(&settled, refund(paid).amount(5));
}

#[test]
fn an_excess_payment_under_warn_is_undone_exactly() {
    let given = story().policy(|policy| policy.control = Control::Warn);
    // From committed; from reserved, of which 200 are left; and from unreserved.
    restored(&given, pay("C-P").amount(60));
    restored(&given, pay("C-P").amount(160));
    restored(&given, pay("C-P").amount(1_000));
    restored(&given, pay("C-Q").amount(900));
    let paid = given.and(pay("C-P").amount(1_000));
    let entry = paid.last();
    restored(&paid, refund(entry).amount(999));
    let refunded = paid.and(refund(entry).amount(999));
    has_dependents(refunded, entry, "it was refunded");
}

#[test]
fn what_is_undone_may_be_recorded_anew() {
    let mut entry = 0;
    let given = Given::ledger().fund("PD").payee("V-1");
    let given = given.allocation("PD:2001", 10).mark(&mut entry).and(reverse(entry));
    let given = given.allocation("PD:2001", 100);
    let given = given.project("P", &[]).mark(&mut entry).and(reverse(entry));
    let given = given.project("P", &[("PD:2001", 60)]);
    let given = given.contract("C-1", "P", "PD:2001", 5).mark(&mut entry).and(reverse(entry));
    let given = given.contract("C-1", "P", "PD:2001", 50);
    let given = given.and(pledge("F-1", "P", 5)).mark(&mut entry).and(reverse(entry));
    given.and(pledge("F-1", "P", 50)).balances(
        "PD:2001 authority -100.00
         PD:2001 unreserved 40.00
         PD:2001 reserved project:P 10.00
         PD:2001 committed project:P commitment:C-1 50.00",
    );
}

#[test]
fn a_project_whose_only_funding_is_undone_draws_on_the_line_again() {
    let mut entry = 0;
    let given =
        Given::line(100).project("P", &[]).and(reserve("P", "PD:2001", 30)).mark(&mut entry);
    let given = given.and(reverse(entry));
    given.clone().contract("C-1", "P", "PD:2001", 50).balances(
        "PD:2001 authority -100.00
         PD:2001 unreserved 50.00
         PD:2001 committed project:P commitment:C-1 50.00",
    );
    // Of two reservations, one is enough.
    let given = given.and(reserve("P", "PD:2001", 30)).and(reserve("P", "PD:2001", 20));
    let entry = given.last();
    given.and(reverse(entry)).when(commit("C-1").of("P").amount(31)).then_refused(
        "reservation_exceeded",
        "a project draws only what is reserved for it on the line: project P on line PD:2001 has \
         CNY 30.00, asked for CNY 31.00
         hint: draw less, or reserve more (earmark reservation make)
         details: asked=31.00 | available=30.00 | limit=project P on line PD:2001",
    );
}

#[test]
fn a_line_is_open_while_an_entry_opens_it() {
    let key = line("PD:2002:2001");
    let given = Given::line(100).and(carry("PD:2001", "PD:2002:2001", 0));
    let given = given.and(carry("PD:2001", "PD:2002:2001", 10));
    let second = given.last();
    let given = given.and(reverse(second));
    assert!(given.state.lines.contains_key(&key), "the first one still opens it");
    let given = given.and(reverse(second - 1));
    assert!(!given.state.lines.contains_key(&key), "nothing opens it any more");
}

#[test]
fn an_approval_is_not_undone_once_the_project_lives() {
    let mut approval = 0;
    let given = Given::line(100).project("P", &[("PD:2001", 60)]).mark(&mut approval);
    let built = |wish: Wish, account: &str| {
        has_dependents(given.clone().and(wish), approval, account);
    };
    built(complete("P").into(), "project P is completed");
    built(terminate("P").into(), "project P is terminated");
    built(reserve("P", "PD:2001", 5).into(), "more was reserved for project P");
    built(pledge("F-1", "P", 5).into(), "follow-on investment F-1 is for project P");
    let contract = commit("C-1").of("P").amount(5);
    built(contract.into(), "commitment C-1 is for project P");
    built(pay_directly().of("P").amount(5).into(), "payments were made for project P");
    let released = given.clone().and(release("P", "PD:2001", 5));
    is_needed(released, approval, "PD:2001 reserved project:P", "-5.00");
    // A payment that came back in full still names the project.
    let given = given.and(pay_directly().of("P").amount(5));
    let payment = given.last();
    let given = given.and(refund(payment).amount(5));
    let given = has_dependents(given, approval, "payments were made for project P");
    let refunded = given.last();
    given.and(reverse(refunded)).and(reverse(payment)).and(reverse(approval));
}

#[test]
fn a_contract_is_not_undone_once_something_builds_on_it() {
    let mut made = 0;
    let given = Given::line(100)
        .project("P", &[("PD:2001", 60)])
        .contract("C-1", "P", "PD:2001", 20)
        .mark(&mut made);
    let changed = "commitment C-1 was changed, carried or paid above";
    let built = |wish: Wish, account: &str| {
        has_dependents(given.clone().and(wish), made, account);
    };
    built(close("C-1").into(), "commitment C-1 was closed");
    built(increase("C-1").amount(5).into(), changed);
    built(reduce("C-1").amount(5).into(), changed);
    let carried = carry("PD:2001", "PD:2002:2001", 5).committed_under("C-1", Some("P"));
    built(carried.into(), changed);
    let paid = given.clone().and(pay("C-1").amount(5));
    is_needed(paid, made, "PD:2001 committed project:P commitment:C-1", "-5.00");
    let settled = given.clone().and(complete("P")).and(close_out("P"));
    has_dependents(settled, made, "project P was closed out");
    // What cancels out still stands for it, until it is undone, in whatever order.
    let given = given.and(increase("C-1").amount(5));
    let increased = given.last();
    let given = given.and(reduce("C-1").amount(5));
    let reduced = given.last();
    let given = has_dependents(given, made, changed).and(reverse(increased));
    let given = has_dependents(given, made, changed).and(reverse(reduced));
    given.and(reverse(made));
}

#[test]
fn a_payment_is_not_undone_once_its_contract_or_project_is_settled() {
    let mut paid = 0;
    let given = Given::line(100)
        .project("P", &[("PD:2001", 60)])
        .contract("C-1", "P", "PD:2001", 20)
        .and(pay("C-1").amount(20))
        .mark(&mut paid);
    has_dependents(given.clone().and(close("C-1")), paid, "commitment C-1 was closed");
    let settled = given.clone().and(complete("P")).and(close_out("P"));
    has_dependents(settled, paid, "project P was closed out");
    has_dependents(given.and(refund(paid).amount(5)), paid, "it was refunded");
}

#[test]
fn a_release_is_not_undone_for_a_project_that_is_closed_out() {
    let mut released = 0;
    let given = Given::line(100).project("P", &[("PD:2001", 60)]);
    let given = given.and(release("P", "PD:2001", 10)).mark(&mut released);
    let given = given.and(terminate("P")).and(close_out("P"));
    has_dependents(given, released, "project P was closed out");
}

#[test]
fn money_that_moved_on_is_needed_where_it_went() {
    let mut entry = 0;
    // Carried, and paid on the new line.
    let given = Given::line(100).project("P", &[]).contract("C-1", "P", "PD:2001", 20);
    let given = given
        .and(carry("PD:2001", "PD:2002:2001", 20).committed_under("C-1", Some("P")))
        .mark(&mut entry)
        .today("2002-01-05")
        .and(pay("C-1").amount(5));
    let account = "PD:2002:2001 committed project:P commitment:C-1";
    is_needed(given, entry, account, "-5.00");
    // Closed out, and the rest spent by another.
    let given = Given::line(60).project("P", &[("PD:2001", 60)]).and(terminate("P"));
    let given = given.and(close_out("P")).mark(&mut entry).project("Q", &[("PD:2001", 50)]);
    is_needed(given, entry, "PD:2001 unreserved", "-50.00");
    // Reduced, and the ceiling used by another contract.
    let given = Given::line(100).and(project("P").ceiling(50)).contract("C-1", "P", "PD:2001", 50);
    let given = given.and(reduce("C-1").amount(30)).mark(&mut entry);
    let given = given.contract("C-2", "P", "PD:2001", 25);
    is_needed(given, entry, "project P", "-25.00");
}

#[test]
fn a_follow_on_investment_is_undone_last_first() {
    let (mut pledged, mut paid_in, mut withdrawn) = (0, 0, 0);
    let given = Given::line(100)
        .project("P", &[])
        .and(pledge("F-1", "P", 50))
        .mark(&mut pledged)
        .and(pay_in("F-1", 20))
        .mark(&mut paid_in)
        .and(withdraw("F-1", None))
        .mark(&mut withdrawn);
    let given = has_dependents(given, pledged, "follow-on investment F-1 was paid in or withdrawn");
    let given =
        has_dependents(given, paid_in, "the rest of follow-on investment F-1 was withdrawn");
    given.and(reverse(withdrawn)).and(reverse(paid_in)).and(reverse(pledged));
}

#[test]
fn warn_does_not_undo_what_is_needed() {
    let given = Given::line(100).policy(|policy| policy.control = Control::Warn).project("P", &[]);
    let given = given.contract("C-1", "P", "PD:2001", 90);
    is_needed(given, 3, "PD:2001 unreserved", "-90.00");
}
