//! Verbs that record: what was typed goes to the [`desk`](crate::desk), and its receipt is printed.

mod confidential;
mod import;
mod imported;
mod init;
mod key;
mod office;
mod receipt;
mod undo;

pub(crate) use init::init;
pub(crate) use key::key;

use super::args::{ConfidentialVerb, ImportVerb, Recorded, Verb};
use super::output::Exit;
use super::session::Session;
use crate::desk::commit::undone;
use crate::desk::{Officer, caution};
use crate::domain::state::State;
use crate::error::{Error, Kind, Result};
use crate::form::Act;
use crate::ledger::{Durability, Ledger, Receipt};
use crate::words::Surface;

/// Opens the ledger, records what was typed and prints the receipt.
fn record(session: &Session, typed: &Recorded) -> Result<Exit> {
    let officer = session.recording_officer()?;
    session.on_ledger(|ledger| {
        let officer = session.desk.in_use(officer, ledger)?;
        let asked = (&typed.asked(), None);
        let receipt = session.desk.record(ledger, &officer, asked, Durability::Published)?;
        print_receipt(session, ledger, &receipt).map(|()| Exit::Done)
    })
}

/// Records a verb on a ledger that is open already, without printing: for the demo.
///
/// # Errors
/// As the verb's own; `not_a_record` for a verb that records no single command.
pub(crate) fn record_on(
    session: &Session,
    ledger: &mut Ledger,
    officer: &Officer,
    verb: &Verb,
) -> Result<Receipt> {
    let Verb::Record(typed) = verb else {
        let message = "this verb records no single command";
        return Err(Error::new(Kind::Usage, "not_a_record", message));
    };
    session.desk.record(ledger, officer, (&typed.asked(), None), Durability::Recorded)
}

/// Prints a receipt, with what is left after it.
fn print_receipt(session: &Session, ledger: &mut Ledger, receipt: &Receipt) -> Result<()> {
    let undone = undone(ledger, receipt)?;
    if !receipt.dry_run {
        session.desk.warn_unpublished(ledger, Some(&name_of(receipt)));
    }
    let cautions = caution::of(&session.desk, ledger, receipt);
    let print = |state: &State| {
        let scene = receipt::Scene { state, undone: &undone, cautions: &cautions };
        receipt::print(session, &scene, receipt, &[])
    };
    if receipt.dry_run {
        return ledger.as_if(receipt.entries.iter().map(|entry| &entry.event), print)?;
    }
    print(ledger.state())?;
    // What is left is shown for that entry, which stands.
    if let Err(fault) = ledger.check_state() {
        session.console.warn(&fault.said(session.console.lang, Surface::CommandLine).rule);
    }
    Ok(())
}

/// The entries of a receipt and its command, by name.
fn name_of(receipt: &Receipt) -> String {
    let indexes = receipt.entries.iter().map(|entry| entry.index);
    let entries = match (indexes.clone().min(), indexes.max()) {
        (Some(first), Some(last)) if first < last => format!("@{first} to @{last}"),
        (first, _) => format!("@{}", first.unwrap_or_default()),
    };
    format!("{entries} (command {})", receipt.command_id)
}

/// Runs a verb that records; nothing if it is none.
///
/// # Errors
/// What the verb's own file says.
pub(crate) fn write(session: &Session, verb: &Verb) -> Option<Result<Exit>> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the others record nothing")]
    match verb {
        Verb::Record(a) if a.form.act == Act::OfficerRotate => Some(office::rotate(session, a)),
        Verb::Record(a) => Some(record(session, a)),
        Verb::Init(init) => Some(self::init(session, init)),
        Verb::Key(verb) => Some(self::key(session, verb)),
        Verb::Import(import) => match (&import.verb, &import.rows) {
            (Some(ImportVerb::Undo(a)), _) => Some(undo::undo(session, a)),
            (None, Some(rows)) => Some(import::import(session, rows)),
            (Some(ImportVerb::Template(_)), _) | (None, None) => None,
        },
        Verb::Confidential(ConfidentialVerb::Sweep(a)) => Some(confidential::sweep(session, a)),
        _ => None,
    }
}
