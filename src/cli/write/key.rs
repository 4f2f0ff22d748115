//! Officers' keys: making one, and asking to be enrolled with it.

use crate::chain::entry::LedgerId;
use crate::chain::hash::to_hex;
use crate::chain::signature::Signer;
use crate::cli::args::{ChangePassphrase, KeyVerb, NewKey, RequestEnrolment};
use crate::cli::output::{Exit, path_text};
use crate::cli::session::Session;
use crate::desk::request::{HEADER, Request};
use crate::edge::config::LedgerConfig;
use crate::edge::durable;
use crate::edge::keys::new_passphrase;
use crate::error::{Error, Kind, Result};
use crate::words::shown::for_terminal;
use serde_json::json;

/// Runs `key new` and `key request`.
///
/// # Errors
/// `key_exists`, `key_name`, `no_key`, `ledger_id_malformed`.
pub(crate) fn key(session: &Session, verb: &KeyVerb) -> Result<Exit> {
    match verb {
        KeyVerb::New(a) => new(session, a),
        KeyVerb::Request(a) => request(session, a),
        KeyVerb::Passphrase(a) => protect(session, a),
        KeyVerb::RotateLog(a) => return super::office::rotate_log(session, a),
    }
    .map(|()| Exit::Done)
}

fn new(session: &Session, a: &NewKey) -> Result<()> {
    session.desk.home()?.check_nowhere_public()?;
    let keys = session.desk.home()?.keys();
    let path = keys.officer_path(&a.name)?;
    if a.dry_run {
        if durable::is_there(&path)? {
            keys.officer(&a.name)?;
            let message = format!("officer {} already has a key at {}", a.name, path.display());
            return Err(Error::new(Kind::Usage, "key_exists", message)
                .with_hint("use that key, or choose another name")
                .with_detail("officer", &a.name)
                .with_detail("path", path.display()));
        }
        let shown = path.display();
        return session.console.receipt(
            &format!("Would make a key for {} at {shown}; dry run: nothing was written.\n", a.name),
            &json!({"key": {"officer": a.name, "path": path_text(&path), "public_key": null, "dry_run": true}}),
        );
    }
    let key = if a.passphrase {
        if durable::is_there(&path)? {
            return keys.create_officer(&a.name).map(|_| ());
        }
        keys.create_officer_under(&a.name, new_passphrase()?)?
    } else {
        keys.create_officer(&a.name)?
    };
    let key = to_hex(&key.public_key());
    session.console.done(
        &format!(
            "Made a key for {name}.\n  public key  {key}\n  kept at     {path}\n\nNext, on this machine:   \
             earmark officer enroll {name} --role maker\nFrom another machine:    earmark key request {name} \
             --ledger-id ID -o {name}.request\n",
            name = for_terminal(&a.name),
            path = path.display(),
        ),
        &json!({"key": {"officer": a.name, "path": path_text(&path), "public_key": key, "dry_run": false}}),
    )
}

fn protect(session: &Session, a: &ChangePassphrase) -> Result<()> {
    let keys = session.desk.home()?.keys();
    let (whose, slot) = match &a.name {
        Some(name) => (name.clone(), keys.officer_slot(name)?),
        None => {
            let origin = LedgerConfig::read(&session.ledger_folder()?)?.origin;
            (format!("the log {origin}"), keys.log_slot(&origin))
        }
    };
    // The present passphrase comes before a new one is asked for.
    slot.key()?;
    slot.protect(if a.remove { None } else { Some(new_passphrase()?) })?;
    let (name, path) = (for_terminal(&whose), slot.path());
    let now = if a.remove { "no passphrase" } else { "a new passphrase" };
    session.console.done(
        &format!("The key of {name} at {} is under {now}.\n", path.display()),
        &json!({"key": {"officer": a.name, "log": a.log, "path": path_text(path), "passphrase": !a.remove}}),
    )
}

fn request(session: &Session, a: &RequestEnrolment) -> Result<()> {
    let ledger: LedgerId = a.ledger_id.parse().map_err(|()| {
        let message = format!("not a ledger's id; found `{}`", a.ledger_id);
        Error::new(Kind::Usage, "ledger_id_malformed", message)
            .with_hint("`earmark stats` prints it, 32 hex digits with dashes")
            .with_detail("found", &a.ledger_id)
    })?;
    let request = Request::signed(&session.desk.home()?.keys().officer(&a.name)?, ledger, &a.name)?;
    let (key, proof) = (to_hex(&request.key), to_hex(&request.proof));
    let name = &a.name;
    let text = format!("{HEADER}\nledger {ledger}\nname {name}\nkey {key}\nproof {proof}\n");
    session.console.value(
        &text,
        &json!({"request": {"ledger": ledger.to_string(), "name": name, "key": key, "proof": proof}}),
    )
}
