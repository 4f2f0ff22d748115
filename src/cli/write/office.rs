//! Orders about officers and keys, and the two that put a new key of this machine to use.
//!
//! A rotation makes the new key's file first, then records it, then puts the file in the old one's
//! place; after a crash in between the next opening goes on (`Session::on_ledger`, `Session::in_use`).

use super::documents::filing;
use super::key::{Request, read_request};
use super::{Desk, Wish, print_receipt, record};
use crate::chain::signature::{Signer, log_key_message};
use crate::cli::args::{
    ChangeRoles, EnrollOfficer, RevokeOfficer, RoleName, RotateLog, RotateOfficer,
};
use crate::cli::output::Exit;
use crate::cli::session::{Session, name_officer};
use crate::domain::command::{Command, Order};
use crate::domain::event::{
    Bytes32, Bytes64, LogKeyRotated, OfficerEnrolled, OfficerKeyRotated, OfficerRevoked,
    OfficerRolesChanged,
};
use crate::domain::ids::Text;
use crate::domain::kinds::Role;
use crate::domain::state::Officer;
use crate::edge::keys::{PrivateKey, Slot};
use crate::error::{Error, Kind, Result};
use crate::ledger::{Durability, Ledger, Receipt, Submission};

/// Enrols an officer by the request they sent, or by their key on this machine.
pub(super) fn enroll(desk: &Desk<'_>, a: &EnrollOfficer) -> Result<Command> {
    let ledger = desk.ledger.id()?;
    let Request { key, proof } = match &a.key {
        Some(file) => read_request(file, ledger, &a.name)?,
        None => Request::signed(&desk.session.home()?.keys().officer(&a.name)?, ledger, &a.name)?,
    };
    check_purpose(desk.session, &key)?;
    Ok(Command::EnrolOfficer(OfficerEnrolled {
        number: 0,
        name: Text::new(&a.name),
        key: Bytes32(key),
        proof: Bytes64(proof),
        roles: role_list(&a.roles),
        limit: desk.amount_or_none(a.limit.as_ref())?,
        filing: desk.filing(),
    }))
}

/// Roles in the order of their numbers, each once: the same wish in any order is the same command.
fn role_list(named: &[RoleName]) -> Vec<Role> {
    let mut roles: Vec<Role> = (named.iter())
        .map(|name| match name {
            RoleName::Maker => Role::Maker,
            RoleName::Approver => Role::Approver,
            RoleName::Auditor => Role::Auditor,
            RoleName::Administrator => Role::Administrator,
        })
        .collect();
    roles.sort_unstable();
    roles.dedup();
    roles
}

/// A key of a log or witness on this machine signs for no officer.
fn check_purpose(session: &Session, key: &[u8; 32]) -> Result<()> {
    let Some(purpose) = session.home()?.keys().other_purpose(key) else { return Ok(()) };
    let message = format!("a key has one purpose; this one is already {purpose} on this machine");
    Err(Error::new(Kind::Usage, "key_in_use", message)
        .with_hint("make a key of its own (earmark key new)"))
}

/// An officer of the ledger by name, with the number.
fn officer_named<'d>(desk: &'d Desk<'_>, name: &str) -> Result<(u32, &'d Officer)> {
    let mut officers = (0_u32..).zip(&desk.state().officers);
    officers.find(|(_, officer)| officer.name.as_str() == name).ok_or_else(|| {
        Error::new(Kind::NotFound, "unknown_officer", format!("there is no officer {name}"))
            .with_hint("see `earmark officer list`")
    })
}

/// Roles given are all that there are then; a limit that is not named stays.
pub(super) fn roles(desk: &Desk<'_>, a: &ChangeRoles) -> Result<Command> {
    let (number, officer) = officer_named(desk, &a.name)?;
    let limit = match &a.limit {
        Some(limit) => Some(desk.amount(limit)?),
        None => officer.limit.filter(|_| !a.no_limit),
    };
    let (roles, reason, filing) = (role_list(&a.roles), a.reason.clone(), desk.filing());
    let body = OfficerRolesChanged { number, roles, limit, reason, filing };
    Ok(Command::ChangeOfficerRoles(body))
}

pub(super) fn revoke(desk: &Desk<'_>, a: &RevokeOfficer) -> Result<Command> {
    let (number, _) = officer_named(desk, &a.name)?;
    let (reason, filing) = (a.reason.clone(), desk.filing());
    Ok(Command::RevokeOfficer(OfficerRevoked { number, reason, filing }))
}

fn rotated(desk: &Desk<'_>, a: &RotateOfficer, request: &Request) -> Result<Command> {
    let (number, _) = officer_named(desk, &a.name)?;
    check_purpose(desk.session, &request.key)?;
    let (key, proof) = (Bytes32(request.key), Bytes64(request.proof));
    let (reason, filing) = (a.reason.clone(), desk.filing());
    Ok(Command::RotateOfficerKey(OfficerKeyRotated { number, key, proof, reason, filing }))
}

/// Runs `officer rotate`: by a request, or with a new key on this machine.
pub(super) fn rotate(session: &Session, a: &RotateOfficer) -> Result<Exit> {
    if let Some(file) = &a.key {
        return record(
            session,
            Wish::new(&a.flags, |desk| {
                rotated(desk, a, &read_request(file, desk.ledger.id()?, &a.name)?)
            }),
        );
    }
    let slot = session.home()?.keys().officer_slot(&a.name)?;
    // What this machine has no key for, is not rotated here.
    slot.key()?;
    let exit = record(
        session,
        Wish::new(&a.flags, |desk| {
            officer_named(desk, &a.name)?;
            let next = if a.flags.dry_run { slot.rehearse_next() } else { slot.make_next() }?;
            rotated(desk, a, &Request::signed(&next, desk.ledger.id()?, &a.name)?)
        }),
    )?;
    if !a.flags.dry_run {
        slot.promote()?;
    }
    Ok(exit)
}

/// Runs `key rotate-log`.
///
/// # Errors
/// As every write; `no_key` when the log's present key is not on this machine.
pub(super) fn rotate_log(session: &Session, a: &RotateLog) -> Result<Exit> {
    let officer = session.recording_officer()?;
    if a.lost {
        let (ledger, next) = session.open_without_log_key(a.flags.dry_run)?;
        return session.closing(ledger, |ledger| {
            rotate_on(session, ledger, a, officer, |_| Ok(Rotation { old: None, next }))
        });
    }
    session.on_ledger(|ledger| {
        rotate_on(session, ledger, a, officer, |slot| {
            let old = Some(slot.key()?);
            let next = if a.flags.dry_run { slot.rehearse_next() } else { slot.make_next() }?;
            Ok(Rotation { old, next })
        })
    })
}

fn rotate_on(
    session: &Session,
    ledger: &mut Ledger,
    a: &RotateLog,
    officer: (String, PrivateKey),
    keys: impl FnOnce(&Slot) -> Result<Rotation>,
) -> Result<Exit> {
    let slot = session.home()?.keys().log_slot(&facts(ledger)?.0);
    let keys = keys(&slot)?;
    let officer = session.in_use(officer, ledger)?;
    let receipt = submit_rotation(ledger, a, &officer, keys)?;
    if !receipt.dry_run {
        slot.promote()?;
        if a.lost { session.pin_log_key(ledger)? } else { session.follow_pin(ledger)? }
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
        filing: filing(&a.flags)?,
    });
    let order = Order { occurred_on: a.flags.on, historical: false, command };
    let submission = Submission {
        order: &order,
        signer: key,
        command_key: a.flags.command_id.as_deref().map(str::as_bytes),
        accept_clock: a.flags.accept_clock,
        dry_run: a.flags.dry_run,
        confidential: None,
        until: Durability::Published,
    };
    let submitted = match old {
        Some(_) => ledger.rotate_log_key(&submission, Box::new(next)),
        None => ledger.replace_lost_log_key(&submission),
    };
    submitted.map_err(|error| name_officer(error, officer, key))
}
