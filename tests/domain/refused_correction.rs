//! Refusals of corrections: what cannot be reversed, what was, what later entries build on, and the
//! e-voucher that is booked once.

use crate::given::{Given, refused};
use crate::wishes::*;
use earmark::domain::event::*;
use earmark::domain::ids::Text;
use earmark::domain::kinds::Stage;
use earmark::domain::posting::Leaf;
use earmark::domain::rejection::{Dependents, Ground, Rejection};

#[test]
fn master_data_ends_by_an_event_of_its_own() {
    Given::line(100).when(reverse(2)).then_refused(
        "not_reversible",
        "@2 is FundEstablished, which moves no money and cannot be reversed
         hint: it ends by an event of its own (close, retire, …)",
    );
}

#[test]
fn a_reversal_stays() {
    Given::line(100).and(reverse(3)).when(reverse(5)).then_refused(
        "not_reversible",
        "@5 is a reversal, and a reversal cannot be reversed
         hint: record what was right once more",
    );
}

#[test]
fn an_entry_is_reversed_once() {
    let given = Given::line(100).and(supplement("PD:2001", 50));
    let given = given.and(reverse(5)).when(reverse(5)).then_refused(
        "already_reversed",
        "@5 was reversed by @6; a reversal happens once
         hint: record what was right, if that is still missing
         details: entry=@5 | by=@6",
    );
    let given = given.project("P", &[]).and(pay_directly().of("P").amount(30));
    let payment = given.last();
    given.and(reverse(payment)).when(refund(payment).amount(5)).then_refused(
        "already_reversed",
        "@8 was reversed by @9; a reversal happens once
         hint: record what was right, if that is still missing
         details: entry=@8 | by=@9",
    );
}

#[test]
fn later_entries_are_reversed_first() {
    Given::line(100).project("P", &[("PD:2001", 60)]).when(reverse(3)).then_refused(
        "has_dependents",
        "reversing @3 would leave PD:2001 unreserved at CNY -60.00
         hint: reverse the later entries first, last first
         details: entry=@3 | account=PD:2001 unreserved | balance=-60.00",
    );
    let given = Given::line(100).project("P", &[("PD:2001", 60)]);
    given.and(complete("P")).when(reverse(5)).then_refused(
        "has_dependents",
        "later entries build on @5: project P is completed
         hint: reverse the later entries first, last first
         details: entry=@5 | account=project P is completed",
    );
    // The ledger, which can read the log, names them.
    refused(
        "has_dependents",
        "later entries build on @5: PD:2001 unreserved
         hint: reverse @9, @7 first, in this order, or all in one command: earmark reverse @5 --with-dependents --reason TEXT (--dry-run shows it)
         details: entry=@5 | account=PD:2001 unreserved | later=@9 | later=@7",
        &Rejection::HasDependents {
            entry: 5,
            ground: Box::new(Ground::Account(Leaf::of(&line("PD:2001"), Stage::Unreserved))),
            short: None,
            later: Dependents::All(vec![9, 7]),
        },
    );
}

#[test]
fn an_e_voucher_is_booked_once() {
    let paid = |voucher: u8| {
        let mut wish = pay_directly().of("P").amount(30);
        wish.filing = filed("e-voucher", voucher);
        wish
    };
    let hash = "0707070707070707070707070707070707070707070707070707070707070707";
    let words = format!(
        "the e-voucher {hash} is booked already, at @6
         hint: see `earmark show @6`
         details: hash={hash} | entry=@6"
    );
    let given = Given::line(100).project("P", &[]).and(paid(7));
    let given = given.when(paid(7)).then_refused("voucher_booked", &words);
    // Nor is it attached to another payment later, nor twice to one.
    let given = given.and(paid(8));
    let other = given.last();
    let given = given
        .when(attach(other, filed("e-voucher", 7)))
        .then_refused("voucher_booked", &words)
        .and(attach(other, filed("contract", 7)));
    let twice = Filing { documents: vec![document("e-voucher", 9); 2], document_no: None };
    let words = words.replace("07", "09").replace("@6", "@9");
    given.when(attach(other, twice)).then_refused("voucher_booked", &words);
}

#[test]
fn an_e_voucher_is_free_again_once_its_payment_is_reversed() {
    let mut paid = pay_directly().of("P").amount(30);
    paid.filing = filed("e-voucher", 7);
    let given = Given::line(100).project("P", &[]).and(paid.clone());
    let payment = given.last();
    // One that came with it, and one that was attached later.
    let given = given.and(attach(payment, filed("e-voucher", 8))).and(reverse(payment));
    let mut right = paid.clone();
    right.filing.documents.push(document("e-voucher", 8));
    right.source_number = Some(Text::new("INV-7"));
    let given = given.and(right);
    assert_eq!(given.state.e_vouchers.len(), 2);
    assert!(given.state.attached_e_vouchers.is_empty());
}
