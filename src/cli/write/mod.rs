//! Verbs that record: from what was typed to an order, from the order to a receipt.
//!
//! [`Desk`] is where a form is filled in: the open ledger, and this machine with its files and keys. It
//! judges nothing; rules are the domain's.

mod caution;
mod confidential;
mod desk;
mod documents;
mod import;
mod init;
mod key;
mod office;
mod receipt;
mod request;
mod undo;

pub(crate) use init::init;
pub(crate) use key::key;

use self::desk::Desk;
pub(crate) use self::documents::filing;
use self::request::Request;
use super::args::{ConfidentialVerb, ImportVerb, Recorded, Verb};
use super::output::Exit;
use super::session::{Session, name_officer};
use crate::domain::apply::Cited;
use crate::domain::command::Order;
use crate::domain::event::{Body, Event};
use crate::domain::money::Currency;
use crate::domain::state::{Journal, State};
use crate::edge::keys::PrivateKey;
use crate::error::{Error, Kind, Result};
use crate::form::Act;
use crate::ledger::{Durability, Ledger, Receipt, Submission};

/// A command that somebody wishes to be recorded: a form, and the key of a request that was made for it.
struct Wish<'v> {
    typed: &'v Recorded,
    request: Option<Request>,
}

impl<'v> Wish<'v> {
    fn new(typed: &'v Recorded) -> Self {
        Self { typed, request: None }
    }

    /// Submits the order on an open ledger.
    fn submit(
        self,
        session: &Session,
        ledger: &mut Ledger,
        (officer, key): &(String, PrivateKey),
        until: Durability,
    ) -> Result<Receipt> {
        let flags = &self.typed.flags;
        let desk = Desk { session, ledger, currency: currency_of(ledger)? };
        let command = desk.command(self.typed, self.request)?;
        let fields = confidential::fields(self.typed)?;
        let order = Order { occurred_on: flags.on, historical: false, command };
        let submitted = ledger.submit(&Submission {
            order: &order,
            confidential: fields.as_ref(),
            signer: key,
            command_key: flags.command_id.as_deref().map(str::as_bytes),
            accept_clock: flags.accept_clock,
            dry_run: flags.dry_run,
            until,
        });
        submitted.map_err(|error| name_officer(error, officer, key))
    }
}

/// Opens the ledger, records a wish and prints the receipt.
fn record(session: &Session, wish: Wish<'_>) -> Result<Exit> {
    let officer = session.recording_officer()?;
    session.on_ledger(|ledger| {
        let officer = session.in_use(officer, ledger)?;
        let receipt = wish.submit(session, ledger, &officer, Durability::Published)?;
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
    officer: &(String, PrivateKey),
    verb: &Verb,
) -> Result<Receipt> {
    let Verb::Record(typed) = verb else {
        let message = "this verb records no single command";
        return Err(Error::new(Kind::Usage, "not_a_record", message));
    };
    Wish::new(typed).submit(session, ledger, officer, Durability::Recorded)
}

fn currency_of(ledger: &Ledger) -> Result<Currency> {
    let facts = ledger.state().ledger.as_ref();
    facts.map(|facts| facts.currency()).ok_or_else(|| {
        Error::new(Kind::Break, "ledger_not_open", "the ledger has no first entry")
            .with_hint("run `earmark verify --store`")
    })
}

/// Prints a receipt, with what is left after it.
fn print_receipt(session: &Session, ledger: &Ledger, receipt: &Receipt) -> Result<()> {
    let after = if receipt.dry_run { Some(state_after(ledger, receipt)?) } else { None };
    let state = after.as_ref().unwrap_or_else(|| ledger.state());
    let undone = undone(ledger, receipt)?;
    if !receipt.dry_run {
        session.warn_unpublished(ledger, Some(&name_of(receipt)));
    }
    let cautions = caution::of(session, ledger, receipt);
    let scene = receipt::Scene { state, undone: &undone, cautions: &cautions };
    receipt::print(session, &scene, receipt, &[])
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

/// The entries that a receipt's reversals undo, by index.
fn undone(ledger: &Ledger, receipt: &Receipt) -> Result<Cited> {
    let mut undone = Cited::new();
    for entry in &receipt.entries {
        if let Body::EntryReversed(b) = &entry.event.body {
            undone.extend(ledger.event(b.entry)?.map(|event| (b.entry, event)));
        }
    }
    Ok(undone)
}

/// The state as it would be after a dry run.
fn state_after(ledger: &Ledger, receipt: &Receipt) -> Result<State> {
    let mut state = ledger.state().clone();
    let events: Vec<&Event> = receipt.entries.iter().map(|entry| &entry.event).collect();
    let mut cited = Cited::new();
    for event in &events {
        if let Some(index) = crate::domain::fact::cited_by(&event.body)
            && let Some(found) = ledger.event(index)?
        {
            cited.insert(index, found);
        }
    }
    let mut journal = Journal::on(&mut state);
    for event in events {
        crate::domain::apply::fold(&mut journal, event, &cited)?;
    }
    Ok(state)
}

/// Runs a verb that records; nothing if it is none.
///
/// # Errors
/// What the verb's own file says.
pub(crate) fn write(session: &Session, verb: &Verb) -> Option<Result<Exit>> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the others record nothing")]
    match verb {
        Verb::Record(a) if a.form.act == Act::OfficerRotate => Some(office::rotate(session, a)),
        Verb::Record(a) => Some(record(session, Wish::new(a))),
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
