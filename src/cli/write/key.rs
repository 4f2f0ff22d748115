//! Officers' keys: making one, and asking to be enrolled with it.
//!
//! A request is a small text file with the public key and a proof that its writer holds the private
//! one, for one ledger and one name. It holds no secret.

use crate::chain::entry::LedgerId;
use crate::chain::hash::{from_hex, to_hex};
use crate::chain::signature::{self, Signer, enrol_message};
use crate::cli::args::{ChangePassphrase, KeyVerb, NewKey, RequestEnrolment};
use crate::cli::output::{Exit, for_terminal, path_text};
use crate::cli::session::Session;
use crate::edge::config::LedgerConfig;
use crate::edge::durable;
use crate::edge::keys::new_passphrase;
use crate::error::{Error, Kind, Result};
use serde_json::json;
use std::path::Path;

const HEADER: &str = "earmark-enrol-request-v1";

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
    session.home()?.check_nowhere_public()?;
    let keys = session.home()?.keys();
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
    let keys = session.home()?.keys();
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
    let request = Request::signed(&session.home()?.keys().officer(&a.name)?, ledger, &a.name)?;
    let (key, proof) = (to_hex(&request.key), to_hex(&request.proof));
    let name = &a.name;
    let text = format!("{HEADER}\nledger {ledger}\nname {name}\nkey {key}\nproof {proof}\n");
    session.console.value(
        &text,
        &json!({"request": {"ledger": ledger.to_string(), "name": name, "key": key, "proof": proof}}),
    )
}

/// What an officer is enrolled by.
pub(super) struct Request {
    /// The public key.
    pub(super) key: [u8; 32],
    /// The proof that whoever asks holds the private key.
    pub(super) proof: [u8; 64],
}

impl Request {
    /// A request signed by the key itself.
    pub(super) fn signed(signer: &dyn Signer, ledger: LedgerId, name: &str) -> Result<Self> {
        let key = signer.public_key();
        let name = crate::domain::ids::Text::typed(name);
        let proof = signer.sign(&enrol_message(ledger, name.as_str(), &key));
        Ok(Self { key, proof })
    }
}

/// Reads a request made for this ledger and name, and checks its proof.
pub(super) fn read_request(path: &Path, ledger: LedgerId, name: &str) -> Result<Request> {
    let text = crate::file::read_named_text(path).map_err(|e| Error::io("read", path, e))?;
    let refuse = |why: String| {
        let message = format!("{} is no request to be enrolled here: {why}", path.display());
        Error::new(Kind::Usage, "request_malformed", message)
            .with_hint(format!(
                "let {name} make one: earmark key request {name} --ledger-id {ledger}"
            ))
            .with_detail("path", path.display())
            .with_detail("why", why)
            .with_detail("officer", name)
            .with_detail("ledger", ledger)
    };
    let mut lines = text.lines();
    if lines.next() != Some(HEADER) {
        return Err(refuse(format!("its first line is not `{HEADER}`")));
    }
    let mut field = |word: &str| {
        let line = lines.next().unwrap_or_default();
        let value = line.strip_prefix(word).and_then(|rest| rest.strip_prefix(' '));
        value.map(str::to_owned).ok_or_else(|| refuse(format!("the line `{word} …` is missing")))
    };
    let (for_ledger, for_name) = (field("ledger")?, field("name")?);
    let (key, proof) = (field("key")?, field("proof")?);
    if for_ledger != ledger.to_string() {
        return Err(refuse(format!("it is for ledger {for_ledger}, not {ledger}")));
    }
    if for_name != name {
        return Err(refuse(format!("it is for the name {for_name}, not {name}")));
    }
    let key = from_hex(&key).and_then(|key| <[u8; 32]>::try_from(key).ok());
    let proof = from_hex(&proof).and_then(|proof| <[u8; 64]>::try_from(proof).ok());
    let (Some(key), Some(proof)) = (key, proof) else {
        return Err(refuse("key or proof is not hexadecimal of the right length".to_owned()));
    };
    let said = crate::domain::ids::Text::typed(name);
    if !signature::verify(&key, &enrol_message(ledger, said.as_str(), &key), &proof) {
        return Err(refuse("its proof does not verify under its key".to_owned()));
    }
    Ok(Request { key, proof })
}
