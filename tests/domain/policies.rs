//! Control `stop`, `warn` and `track`, tolerance, history, and which limit is named.

use crate::given::{Given, day};
use crate::wishes::*;
use earmark::domain::event::Tranche;
use earmark::domain::ids::Tag;
use earmark::domain::kinds::Control;

fn controlled(control: Control) -> Given {
    Given::line(100).policy(|policy| policy.control = control)
}

#[test]
fn warn_and_track_book_what_stop_refuses() {
    let overdraw = || commit("C-1").of("P").amount(120);
    let given = controlled(Control::Stop).project("P", &[]);
    given.when(overdraw()).then_refused(
        "line_exceeded",
        "a line cannot be drawn below zero: line PD:2001 has CNY 100.00, asked for CNY 120.00
         hint: draw less, or supplement the line (earmark allocation supplement)
         details: asked=120.00 | available=100.00 | limit=line PD:2001",
    );
    for control in [Control::Warn, Control::Track] {
        let given = controlled(control).project("P", &[]);
        given
            .when(overdraw())
            .then_finds("below_zero: PD:2001 unreserved is below zero: CNY -20.00")
            .balances(
                "PD:2001 authority -100.00
                 PD:2001 unreserved -20.00
                 PD:2001 committed project:P commitment:C-1 120.00",
            )
            // What makes it less negative is no finding; what makes it more is.
            .when(reduce("C-1").amount(5))
            .then_finds("")
            .when(increase("C-1").amount(1))
            .then_finds("below_zero: PD:2001 unreserved is below zero: CNY -16.00");
    }
}

#[test]
fn warn_moves_on_no_balance_that_is_not_there() {
    let given = controlled(Control::Warn).project("P", &[("PD:2001", 60)]);
    for wish in [
        transfer_out("PD:2001", 7, 41).into(),
        lapse("PD:2001", 41).into(),
        carry("PD:2001", "PD:2002:2001", 41).into(),
    ] {
        let wish: Wish = wish;
        given.clone().when(wish).then_refused(
            "line_exceeded",
            "a line cannot be drawn below zero: line PD:2001 has CNY 40.00, asked for CNY 41.00
             hint: draw less, or supplement the line (earmark allocation supplement)
             details: asked=41.00 | available=40.00 | limit=line PD:2001",
        );
    }
    // Nor does it lend a project what is not reserved for it.
    given.when(commit("C-1").of("P").amount(61)).then_refused(
        "reservation_exceeded",
        "a project draws only what is reserved for it on the line: project P on line PD:2001 has \
         CNY 60.00, asked for CNY 61.00
         hint: draw less, or reserve more (earmark reservation make)
         details: asked=61.00 | available=60.00 | limit=project P on line PD:2001",
    );
}

#[test]
fn warn_pays_above_a_commitment_from_reserved_then_unreserved() {
    controlled(Control::Warn)
        .project("P", &[("PD:2001", 60)])
        .contract("C-1", "P", "PD:2001", 50)
        .when(pay("C-1").amount(65))
        .then_finds("above_commitment: paid CNY 15.00 more than was committed under C-1 (D13)")
        .balances(
            "PD:2001 authority -100.00
             PD:2001 unreserved 35.00
             PD:2001 paid project:P commitment:C-1 65.00",
        )
        .when(pay("C-1").amount(40))
        .then_finds(
            "above_commitment: paid CNY 40.00 more than was committed under C-1 (D13)
             below_zero: PD:2001 unreserved is below zero: CNY -5.00",
        );
}

#[test]
fn warn_goes_above_a_ceiling() {
    controlled(Control::Warn)
        .and(project("P").ceiling(50))
        .when(commit("C-1").of("P").amount(60))
        .then_finds(
            "above_ceiling: project P has engaged CNY 60.00, above its ceiling of CNY 50.00",
        )
        .when(pay("C-1").amount(60))
        .then_finds("");
}

#[test]
fn a_tolerance_is_the_lower_of_its_two_figures() {
    let tolerant = |basis_points, minor_units| {
        let given = Given::line(1_000).project("P", &[]);
        given.policy(|policy| {
            policy.tolerance_basis_points = basis_points;
            policy.tolerance_minor_units = earmark::domain::money::Amount(minor_units);
        })
    };
    // 5 % of 1,000 is 50, so 30 holds; 2 % is 20, so that holds.
    for (basis_points, minor_units, most) in
        [(500, 3_000, 1_030), (200, 3_000, 1_020), (0, 3_000, 1_000), (500, 0, 1_000)]
    {
        let given = tolerant(basis_points, minor_units);
        let booked = given.clone().when(commit("C-1").of("P").amount(most));
        if most > 1_000 {
            let below = format!("PD:2001 unreserved is below zero: CNY -{}.00", most - 1_000);
            booked.then_finds(&format!("below_zero: {below}"));
        } else {
            booked.then_finds("");
        }
        let asked = most + 1;
        given.when(commit("C-1").of("P").amount(asked)).then_refused(
            "line_exceeded",
            &format!(
                "a line cannot be drawn below zero: line PD:2001 has CNY 1,000.00, asked for CNY \
                 {},{:03}.00
                 hint: draw less, or supplement the line (earmark allocation supplement)
                 details: asked={asked}.00 | available=1000.00 | limit=line PD:2001",
                asked / 1_000,
                asked % 1_000
            ),
        );
    }
}

#[test]
fn a_reduction_is_held_against_the_tolerance_of_what_remains() {
    let given = Given::line(1_000).project("P", &[]).contract("C-1", "P", "PD:2001", 1_000);
    let given = given.policy(|policy| {
        policy.tolerance_basis_points = 1_000;
        policy.tolerance_minor_units = yuan(1_000);
    });
    // 10 % of the 910 that remain is 91; 10 % of the 905 is 90.50.
    given
        .clone()
        .when(reduce_line("PD:2001", 90))
        .then_finds("below_zero: PD:2001 unreserved is below zero: CNY -90.00");
    given.when(reduce_line("PD:2001", 95)).then_refused(
        "line_exceeded",
        "a line cannot be drawn below zero: line PD:2001 has CNY 0.00, asked for CNY 95.00
         hint: draw less, or supplement the line (earmark allocation supplement)
         details: asked=95.00 | available=0.00 | limit=line PD:2001",
    );
}

#[test]
fn a_stricter_policy_leaves_what_was_booked_before() {
    let given = controlled(Control::Warn).project("P", &[]).contract("C-1", "P", "PD:2001", 120);
    // The invariants, which every booking is held against, know that it was once allowed.
    given
        .policy(|policy| policy.control = Control::Stop)
        .and(pay("C-1").amount(120))
        .and(supplement("PD:2001", 5))
        .when(commit("C-2").of("P").from(&[("PD:2001", 1)]))
        .then_refused(
            "line_exceeded",
            "a line cannot be drawn below zero: line PD:2001 has CNY -15.00, asked for CNY 1.00
             hint: draw less, or supplement the line (earmark allocation supplement)
             details: asked=1.00 | available=-15.00 | limit=line PD:2001",
        );
}

#[test]
fn the_tightest_limit_is_named() {
    let line = "a line cannot be drawn below zero: line PD:2001 has CNY 40.00, asked for CNY 70.00
                hint: draw less, or supplement the line (earmark allocation supplement)
                details: asked=70.00 | available=40.00 | limit=line PD:2001";
    let ceiling =
        "commitments and direct payments of a project stay within its ceiling: project P \
                   has CNY 30.00, asked for CNY 70.00
                   hint: commit less; the ceiling is fixed at approval
                   details: asked=70.00 | available=30.00 | limit=project P";
    let given = Given::line(100).project("Q", &[("PD:2001", 60)]);
    given
        .clone()
        .and(project("P").ceiling(50))
        .when(commit("C-1").of("P").amount(70))
        .then_refused("line_exceeded", line);
    given
        .clone()
        .and(project("P").ceiling(30))
        .when(commit("C-1").of("P").amount(70))
        .then_refused("ceiling_exceeded", ceiling);
    // A payment of 70 under a contract with 25 left falls short by 45 of the contract; of the line
    // with 15 left by 30; and of the ceiling of 30, of which 5 are left, by 40.
    given
        .and(project("P").ceiling(30))
        .contract("C-1", "P", "PD:2001", 25)
        .when(pay("C-1").amount(70))
        .then_refused(
            "commitment_exceeded",
            "a payment or reduction stays within what is committed: commitment C-1 on line PD:2001 \
             has CNY 25.00, asked for CNY 70.00
             hint: pay less, or increase the commitment (earmark commitment increase)
             details: asked=70.00 | available=25.00 | limit=commitment C-1 on line PD:2001",
        );
}

#[test]
fn of_two_lines_the_one_that_falls_short_by_more_is_named() {
    let given = Given::line(100).fund("XH").allocation("XH:2001", 50).project("P", &[]);
    let both: &[(&str, i64)] = &[("PD:2001", 130), ("XH:2001", 60)];
    given.when(commit("C-1").of("P").from(both)).then_refused(
        "line_exceeded",
        "a line cannot be drawn below zero: line PD:2001 has CNY 100.00, asked for CNY 130.00
         hint: draw less, or supplement the line (earmark allocation supplement)
         details: asked=130.00 | available=100.00 | limit=line PD:2001",
    );
}

#[test]
fn history_softens_dates_and_order_and_finds_them() {
    let given = Given::line(100).project("P", &[]);
    given
        .clone()
        .when(commit("C-1").of("P").from(&[("PD:2001", 5)]).history("2000-11-05"))
        .then_finds(
            "outside_line_year: 2000-11-05 is outside the fiscal year of line PD:2001
             out_of_order: 2000-11-05 is before 2001-06-30, which it depends on",
        )
        .when(pay("C-1").amount(5).history("2000-11-04"))
        .then_finds(
            "outside_line_year: 2000-11-04 is outside the fiscal year of line PD:2001
             out_of_order: 2000-11-04 is before 2000-11-05, which it depends on",
        );
    let paid = pay_directly().of("P").from(&[("PD:2001", 5)]).history("2000-11-05");
    let given = given.and(paid);
    let payment = given.last();
    given
        .when(refund(payment).amount(5).history("2000-11-04"))
        .then_finds("out_of_order: 2000-11-04 is before 2000-11-05, which it depends on");
}

#[test]
fn history_needs_no_payee_but_every_limit_holds() {
    let mut paid = pay_directly().of("P").from(&[("PD:2001", 101)]);
    paid.payee = None;
    let given = Given::line(100)
        .policy(|policy| policy.history_before = Some(day("2001-06-01")))
        .project("P", &[]);
    given
        .when(paid.clone().history("2001-05-01"))
        .then_refused(
            "line_exceeded",
            "a line cannot be drawn below zero: line PD:2001 has CNY 100.00, asked for CNY 101.00
             hint: draw less, or supplement the line (earmark allocation supplement)
             details: asked=101.00 | available=100.00 | limit=line PD:2001",
        )
        .when(paid.from(&[("PD:2001", 100)]).history("2001-05-01"))
        .then_finds("out_of_order: 2001-05-01 is before 2001-06-30, which it depends on");
}

#[test]
fn history_has_negative_amounts_and_finds_them() {
    let mut made = commit("C-1").from(&[("PD:2000", -30)]);
    (made.payee, made.purpose) = (None, Some(Tag::new("it/portal")));
    let mut paid = pay_directly().from(&[("PD:2000", -10)]);
    (paid.payee, paid.purpose) = (None, Some(Tag::new("it/portal")));
    let mut more = commit("C-2").from(&[("PD:2000", 5)]);
    more.purpose = Some(Tag::new("it/portal"));
    more.tranches = vec![Tranche { code: code("1"), amount: yuan(5), due: None }];
    let given = Given::ledger().fund("PD").payee("V-1");
    let given = given.and(allocate("PD:2000", 100).history("2000-01-01"));
    given
        .policy(|policy| policy.project_required = false)
        .when(made.history("2000-03-01"))
        .then_finds("negative_amount: negative amount CNY -30.00")
        .when(paid.history("2000-04-01"))
        .then_finds("negative_amount: negative amount CNY -10.00")
        .when(more.history("2000-04-01"))
        .then_finds("")
        .balances(
            "PD:2000 authority -100.00
             PD:2000 unreserved 135.00
             PD:2000 committed commitment:C-1 -30.00
             PD:2000 committed commitment:C-2 5.00
             PD:2000 paid -10.00",
        )
        // What a negative contract holds goes back by its closing, and comes again if that is undone.
        .and(close("C-1").on("2001-06-30"))
        .balances(
            "PD:2000 authority -100.00
             PD:2000 unreserved 105.00
             PD:2000 committed commitment:C-2 5.00
             PD:2000 paid -10.00",
        )
        .and(reverse(9))
        .balances(
            "PD:2000 authority -100.00
             PD:2000 unreserved 135.00
             PD:2000 committed commitment:C-1 -30.00
             PD:2000 committed commitment:C-2 5.00
             PD:2000 paid -10.00",
        );
}

#[test]
fn what_history_took_below_zero_hinders_nothing_later() {
    let from = |yuan| {
        let mut paid = pay_directly().from(&[("PD:2000", yuan)]);
        (paid.payee, paid.purpose) = (None, Some(Tag::new("it/portal")));
        paid.history("2000-04-01")
    };
    let given = Given::ledger().fund("PD").payee("V-1");
    let given = given.and(allocate("PD:2000", 100).history("2000-01-01"));
    let given = given.policy(|policy| policy.project_required = false);
    let given = given.and(from(-10)).and(from(4));
    let payment = given.last();
    // The account stands at -6; what was paid since is refunded or undone all the same.
    given.clone().and(reverse(payment)).balances(
        "PD:2000 authority -100.00
         PD:2000 unreserved 110.00
         PD:2000 paid -10.00",
    );
    given.and(refund(payment).amount(4)).and(reverse(payment - 1)).balances(
        "PD:2000 authority -100.00
         PD:2000 unreserved 96.00
         PD:2000 refunded_out 4.00",
    );
}

#[test]
fn a_contract_of_negative_history_is_not_taken_lower() {
    let made = |yuan| {
        let mut made = commit("C-1").from(&[("PD:2000", yuan)]);
        (made.payee, made.purpose) = (None, Some(Tag::new("it/portal")));
        made.history("2000-03-01")
    };
    let given = Given::ledger().fund("PD").payee("V-1");
    let given = given.and(allocate("PD:2000", 100).history("2000-01-01"));
    let given = given.policy(|policy| policy.project_required = false).and(made(-30));
    given
        .clone()
        .when(reduce("C-1").amount(1))
        .then_refused(
            "commitment_exceeded",
            "a payment or reduction stays within what is committed: commitment C-1 on line PD:2000 \
             has CNY -30.00, asked for CNY 1.00
             hint: pay less, or increase the commitment (earmark commitment increase)
             details: asked=1.00 | available=-30.00 | limit=commitment C-1 on line PD:2000",
        )
        .when(carry("PD:2000", "PD:2001:2000", 1).committed_under("C-1", None))
        .then_refused(
            "commitment_exceeded",
            "a payment or reduction stays within what is committed: commitment C-1 on line PD:2000 \
             has CNY -30.00, asked for CNY 1.00
             hint: pay less, or increase the commitment (earmark commitment increase)
             details: asked=1.00 | available=-30.00 | limit=commitment C-1 on line PD:2000",
        );
    let made = given.last();
    let given = given.and(reverse(made));
    assert!(given.state.floors.is_empty());
}
