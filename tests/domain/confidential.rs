//! Confidential fields: a commitment of its own for every entry, erased once. What the fields say is
//! never asked.

use crate::given::Given;
use crate::wishes::*;
use earmark::domain::command::Command;
use earmark::domain::event::*;
use earmark::domain::ids::Text;
use earmark::domain::state::SealedFields;

/// A payee with confidential fields, committed to by so many sevens.
fn sealed(given: &Given, name: &str, commitment: u8) -> Event {
    let (occurred_on, confidential) = (given.today, Some(Bytes32([commitment; 32])));
    Event { occurred_on, historical: false, confidential, body: payee(name).into() }
}

fn erase(entry: u64) -> Command {
    let legal_basis = Text::new("request of the person");
    Command::EraseConfidential(ConfidentialErased { entry, legal_basis, filing: no_filing() })
}

#[test]
fn fields_are_sealed_and_erased_once() {
    let given = Given::ledger();
    let entry = sealed(&given, "V-1", 7);
    let given = given.when_events(vec![entry]).then_booked();
    let standing = |given: &Given| *given.state.confidential.get(&Bytes32([7; 32])).unwrap();
    assert_eq!(standing(&given), SealedFields { entry: 2, erased_by: None });
    let given = given.and(payee("V-2")).and(erase(2));
    assert_eq!(standing(&given), SealedFields { entry: 2, erased_by: Some(4) });
    given.when(erase(2)).then_refused(
        "already_erased",
        "the confidential fields of @2 were erased by @4; they are erased once
         hint: nothing is left of them in the ledger; copies elsewhere are for their keeper to erase
         details: entry=@2 | by=@4",
    );
}

#[test]
fn only_fields_that_are_there_are_erased() {
    let given = Given::ledger().and(payee("V-1"));
    let given = given.when(erase(2)).then_refused(
        "not_confidential",
        "@2 is PayeeRegistered without confidential fields; there is nothing to erase
         hint: see which entry has them with `earmark show`",
    );
    given.when(erase(3)).then_refused(
        "unknown_entry",
        "there is no entry @3
         hint: see `earmark register`",
    );
}

#[test]
fn every_entry_has_a_commitment_of_its_own() {
    let given = Given::ledger();
    let (one, two) = (sealed(&given, "V-1", 7), sealed(&given, "V-2", 7));
    let words = "@2 holds this commitment to confidential fields; every entry has one of its own
         hint: run the same command again; the key is a fresh one";
    let given = given
        .when_events(vec![one.clone(), two.clone()])
        .then_refused("confidential_reused", words);
    let given = given.when_events(vec![one]).then_booked();
    let given = given.when_events(vec![two.clone()]).then_refused("confidential_reused", words);
    // Not even once the other's fields are erased: its files have that name.
    given.and(erase(2)).when_events(vec![two]).then_refused("confidential_reused", words);
}
