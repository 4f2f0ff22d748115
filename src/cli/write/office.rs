//! Orders about officers and keys, and the two that put a new key of this machine to use.
//!
//! A rotation makes the new key's file first, then records it, then puts the file in the old one's
//! place; after a crash in between the next opening goes on (`Desk::on_ledger`, `Desk::in_use`).

use super::{print_receipt, record};
use crate::chain::signature::{Signer, log_key_message};
use crate::cli::args::{Recorded, RotateLog};
use crate::cli::output::Exit;
use crate::cli::session::Session;
use crate::desk::fill::{numbered, officer_named};
use crate::desk::name_officer;
use crate::desk::request::Request;
use crate::domain::command::{Command, Order};
use crate::domain::event::{Body, Bytes32, Bytes64, LogKeyRotated};
use crate::domain::state::Officer;
use crate::edge::config::LedgerConfig;
use crate::edge::keys::{PrivateKey, Slot};
use crate::error::{Error, Kind, Result};
use crate::form::Field;
use crate::ledger::{Durability, Ledger, Receipt, Submission};
use std::path::Path;

/// Runs `officer rotate`: by a request, or with a new key on this machine.
pub(super) fn rotate(session: &Session, a: &Recorded) -> Result<Exit> {
    if a.text(Field::Key).is_some() {
        return record(session, a);
    }
    let name = a.text(Field::Officer).unwrap_or_default();
    let slot = session.desk.home()?.keys().officer_slot(name)?;
    let begun = begun(&slot)?;
    // What this machine has no key for, is not rotated here.
    if begun.is_none() {
        slot.key()?;
    }
    let officer = session.recording_officer()?;
    session.on_ledger(|ledger| {
        let number = numbered(ledger.state(), name);
        let known = number.map(|(number, officer)| (officer.key.0, number));
        let brought_in = known.filter(|(key, _)| Some(*key) == begun);
        let at = brought_in.and_then(|(_, number)| ledger.state().last_key_rotation(number));
        let officer = session.desk.in_use(officer, ledger)?;
        let again = Again { command_id: a.flags.command_id.as_deref(), at };
        let receipt = match again.rotation(ledger)? {
            Found::Entry(index) => ledger.receipt_at(index)?,
            found @ (Found::Event(_) | Found::Nothing) => {
                let request = Some(own_request(ledger, a, &slot, name, found)?);
                let asked = (&a.asked(), request);
                (session.desk.record(ledger, &officer, asked, Durability::Published))
                    .map_err(run_again)?
            }
        };
        if !receipt.dry_run && is_next_in_use(&slot, numbered(ledger.state(), name))? {
            session.desk.warn_unplaced(slot.promote());
        }
        print_receipt(session, ledger, &receipt).map(|()| Exit::Done)
    })
}

/// The request of the rotation that was recorded under this command id, else of a new key, or of the one
/// that was begun.
fn own_request(
    ledger: &Ledger,
    a: &Recorded,
    slot: &Slot,
    name: &str,
    found: Found,
) -> Result<Request> {
    // What is wrong with the line is told before a key is made.
    officer_named(ledger.state(), name)?;
    a.flags.filing()?;
    if let Found::Event(body) = found
        && let Body::OfficerKeyRotated(b) = *body
    {
        return Ok(Request { key: b.key.0, proof: b.proof.0 });
    }
    let next = if a.flags.dry_run { slot.rehearse_next() } else { slot.make_next() }?;
    Request::signed(&next, ledger.id()?, name)
}

/// The next key is the one that the ledger knows.
fn is_next_in_use(slot: &Slot, officer: Option<(u32, &Officer)>) -> Result<bool> {
    let next = begun(slot)?;
    Ok(next.is_some() && next == officer.map(|(_, officer)| officer.key.0))
}

/// The key of a rotation that was begun on this machine and not ended.
fn begun(slot: &Slot) -> Result<Option<[u8; 32]>> {
    Ok(slot.next()?.map(|next| next.public_key()))
}

/// A rotation that may be run again: by its command id, or by the entry that brought in the key of one
/// that was begun.
struct Again<'a> {
    command_id: Option<&'a str>,
    at: Option<u64>,
}

/// What was recorded of it.
enum Found {
    Nothing,
    /// Without a command id: the entry itself.
    Entry(u64),
    /// Under this command id; the fields are compared.
    Event(Box<Body>),
}

impl Again<'_> {
    fn rotation(&self, ledger: &Ledger) -> Result<Found> {
        let Some(id) = self.command_id else {
            return Ok(self.at.map_or(Found::Nothing, Found::Entry));
        };
        let recorded = ledger.recorded(id.as_bytes())?;
        Ok(recorded.map_or(Found::Nothing, |event| Found::Event(Box::new(event.body))))
    }
}

/// A rotation is known by its new key: where it is not known whether it was recorded, it is run again.
fn run_again(error: Error) -> Error {
    if error.kind() != Kind::Unknown {
        return error;
    }
    error.with_hint(
        "run the same command again: it finds the rotation if it was recorded, and ends it",
    )
}

/// Runs `key rotate-log`.
///
/// # Errors
/// As every write; `no_key` when the log's present key is not on this machine.
pub(super) fn rotate_log(session: &Session, a: &RotateLog) -> Result<Exit> {
    let officer = session.recording_officer()?;
    let folder = session.ledger_folder()?;
    let origin = LedgerConfig::read(&folder)?.origin;
    let begun = begun(&session.desk.home()?.keys().log_slot(&origin))?;
    if a.lost && !is_recorded(session, (&folder, &origin), begun)? {
        let (ledger, next) =
            session.desk.open_without_log_key(&session.written_folder()?, a.flags.dry_run)?;
        return session.desk.closing(ledger, |ledger| {
            rotate_on(session, ledger, a, officer, |_| Ok(Rotation { old: None, next }))
        });
    }
    session.on_ledger(|ledger| {
        let facts = ledger.state().ledger.as_ref();
        let brought_in = facts.filter(|facts| Some(facts.log_key.0) == begun);
        let at =
            brought_in.and_then(|facts| facts.former_log_keys.last()).map(|former| former.until);
        let again = Again { command_id: a.flags.command_id.as_deref(), at };
        match again.rotation(ledger)? {
            Found::Entry(index) => {
                let receipt = ledger.receipt_at(index)?;
                return print_receipt(session, ledger, &receipt).map(|()| Exit::Done);
            }
            Found::Event(body) => {
                if let Body::LogKeyRotated(b) = *body {
                    let command = Command::RotateLogKey(LogKeyRotated {
                        reason: a.reason.clone(),
                        filing: a.flags.filing()?,
                        ..b
                    });
                    let order = Order { occurred_on: a.flags.on, historical: false, command };
                    let receipt = ledger.submit(&submission(a, &order, &officer.1))?;
                    return print_receipt(session, ledger, &receipt).map(|()| Exit::Done);
                }
            }
            Found::Nothing => {}
        }
        rotate_on(session, ledger, a, officer, |slot| {
            let old = Some(slot.key()?);
            let next = if a.flags.dry_run { slot.rehearse_next() } else { slot.make_next() }?;
            Ok(Rotation { old, next })
        })
    })
}

/// Whether the key of a rotation that was begun, for one that is lost, is the ledger's already.
fn is_recorded(
    session: &Session,
    (folder, origin): (&Path, &str),
    begun: Option<[u8; 32]>,
) -> Result<bool> {
    if begun.is_none() || session.desk.home()?.keys().has_log(origin)? {
        return Ok(false);
    }
    match session.desk.open_with_log_key(folder, origin) {
        Ok(ledger) => session.desk.closing(ledger, |_| Ok(true)),
        Err(error) if error.code() == "log_key_differs" => Ok(false),
        Err(error) => Err(error),
    }
}

fn rotate_on(
    session: &Session,
    ledger: &mut Ledger,
    a: &RotateLog,
    officer: (String, PrivateKey),
    keys: impl FnOnce(&Slot) -> Result<Rotation>,
) -> Result<Exit> {
    let slot = session.desk.home()?.keys().log_slot(&facts(ledger)?.0);
    let keys = keys(&slot)?;
    let officer = session.desk.in_use(officer, ledger)?;
    let receipt = submit_rotation(ledger, a, &officer, keys).map_err(run_again)?;
    if !receipt.dry_run {
        // It is recorded: what fails from here on, the next opening ends.
        session.desk.warn_unplaced(session.desk.finish_log_rotation(ledger, &slot));
    }
    print_receipt(session, ledger, &receipt).map(|()| Exit::Done)
}

/// The key of a log, where it is still there, and the one that follows it.
struct Rotation {
    old: Option<PrivateKey>,
    next: PrivateKey,
}

/// The log's origin and public key.
fn facts(ledger: &Ledger) -> Result<(String, [u8; 32])> {
    let facts = ledger.state().ledger.as_ref();
    facts
        .map(|facts| (facts.origin.to_string(), facts.log_key.0))
        .ok_or_else(|| Error::new(Kind::Break, "ledger_not_open", "the ledger has no first entry"))
}

fn submit_rotation(
    ledger: &mut Ledger,
    a: &RotateLog,
    (officer, key): &(String, PrivateKey),
    Rotation { old, next }: Rotation,
) -> Result<Receipt> {
    let public = next.public_key();
    let message = log_key_message(ledger.id()?, &facts(ledger)?.1, &public);
    let command = Command::RotateLogKey(LogKeyRotated {
        key: Bytes32(public),
        proof: Bytes64(next.sign(&message)),
        handover: old.as_ref().map(|old| Bytes64(old.sign(&message))),
        reason: a.reason.clone(),
        filing: a.flags.filing()?,
    });
    let order = Order { occurred_on: a.flags.on, historical: false, command };
    let submission = submission(a, &order, key);
    let submitted = match old {
        Some(_) => ledger.rotate_log_key(&submission, Box::new(next)),
        None => ledger.replace_lost_log_key(&submission),
    };
    submitted.map_err(|error| name_officer(error, officer, key))
}

fn submission<'s>(a: &'s RotateLog, order: &'s Order, key: &'s PrivateKey) -> Submission<'s> {
    Submission {
        order,
        signer: key,
        command_key: a.flags.command_id.as_deref().map(str::as_bytes),
        accept_clock: a.flags.accept_clock,
        dry_run: a.flags.dry_run,
        confidential: None,
        until: Durability::Published,
    }
}
