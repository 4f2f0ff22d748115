//! `witness init`, `serve` and `show`: this home as a witness of other people's logs.
//!
//! A home is one witness. `$EARMARK_HOME/witness/vkey` is its public key with its name; beside it are
//! the heads that it cosigned.

use super::read_policy;
use crate::api::{Bound, witness as routes};
use crate::chain::signature::Signer;
use crate::cli::args::{InitWitness, ServeWitness, WitnessVerb};
use crate::cli::output::{self, Exit};
use crate::cli::session::Session;
use crate::domain::calendar::instant_text;
use crate::edge::durable::{self, Readers};
use crate::edge::http;
use crate::error::{Error, Kind, Result};
use crate::tlog::cosignature::WitnessKey;
use crate::tlog::note::VerifierKey;
use crate::witness::Witness;
use crate::words::shown::{counted, for_terminal};
use serde_json::json;
use std::path::PathBuf;
use std::sync::Arc;

/// Runs `witness init`, `serve` and `show`.
///
/// # Errors
/// `witness_exists`, `no_witness`, `policy_malformed`, and all of [`Witness::open`].
pub(super) fn witness(session: &Session, verb: &WitnessVerb) -> Result<Exit> {
    match verb {
        WitnessVerb::Init(a) => init(session, a),
        WitnessVerb::Serve(a) => serve(session, a),
        WitnessVerb::Show(_) => {
            let key = read_key(session)?;
            print(session, "This home is the witness", &key, None)
        }
    }
    .map(|()| Exit::Done)
}

fn key_file(session: &Session) -> Result<PathBuf> {
    Ok(session.desk.home()?.witness().join("vkey"))
}

fn init(session: &Session, a: &InitWitness) -> Result<()> {
    if let Some(url) = &a.url {
        http::check_url(url)?;
    }
    if durable::is_there(&key_file(session)?)? {
        let key = read_key(session)?;
        return Err(Error::new(
            Kind::Usage,
            "witness_exists",
            format!("this home is the witness {} already", key.name()),
        )
        .with_detail("found", &key)
        .with_hint("use it (earmark witness show), or set EARMARK_HOME to another folder"));
    }
    session.desk.home()?.check_nowhere_public()?;
    // The name is judged before a key is made for it.
    WitnessKey::check_name(&a.name)?;
    let keys = session.desk.home()?.keys();
    // A key without the file beside it stems from an `init` that was cut short.
    durable::sweep(&keys.witness_path(&a.name))?;
    let made = match keys.witness(&a.name) {
        Err(error) if error.code() == "no_key" => keys.create_witness(&a.name)?,
        found => found?,
    };
    let key = WitnessKey::new(&a.name, &made.public_key())?;
    durable::create_folder(&session.desk.home()?.witness(), Readers::Owner)?;
    durable::replace(&key_file(session)?, format!("{key}\n").as_bytes(), Readers::Everyone)?;
    print(session, "Made the witness", &key, a.url.as_deref())
}

fn read_key(session: &Session) -> Result<WitnessKey> {
    let home = session.desk.home()?;
    let text = durable::read_text(&key_file(session)?)?.ok_or_else(|| {
        let message = format!("{} is no witness's home", home.folder().display());
        Error::new(Kind::NotFound, "no_witness", message)
            .with_hint("make it one: earmark witness init --name NAME")
            .with_detail("path", home.folder().display())
    })?;
    text.trim_end_matches('\n').parse()
}

fn print(session: &Session, what: &str, key: &WitnessKey, url: Option<&str>) -> Result<()> {
    let name = key.name();
    let line = format!("witness {name} {key} {}", url.unwrap_or_default());
    let line = line.trim_end();
    let shown = for_terminal(name);
    session.console.value(
        &format!("{what} {shown}.\n  vkey         {key}\n  policy line  {line}\n"),
        &json!({"witness": {"name": name, "vkey": key.to_string(), "policy_line": line}}),
    )
}

fn serve(session: &Session, a: &ServeWitness) -> Result<()> {
    let key = read_key(session)?;
    let log_keys = watched(a)?;
    let signer = Box::new(session.desk.home()?.keys().witness(key.name())?);
    let clock = session.desk.clock()?;
    let witness = Witness::open(
        &session.desk.home()?.witness(),
        key.clone(),
        signer,
        session.desk.clock()?,
        &log_keys,
    )?;
    for note in witness.notes() {
        session.console.warn(&note);
    }
    let place = Bound::take(a.listen)?;
    let url = format!("http://{}", place.address);
    let logs = witness.logs();
    let sizes = logs.iter().map(|(origin, size)| match size {
        Some(size) => format!("  {} at size {size}\n", for_terminal(origin)),
        None => format!("  {}, nothing cosigned yet\n", for_terminal(origin)),
    });
    let title = format!(
        "The witness {} watches {} at {url}\n",
        for_terminal(key.name()),
        counted(u64::try_from(logs.len()).unwrap_or(u64::MAX), "log", "logs")
    );
    let text: String = std::iter::once(title).chain(sizes).collect();
    let logs: Vec<_> =
        logs.iter().map(|(origin, size)| json!({"origin": origin, "size": size})).collect();
    let json = json!({"witness": {
        "name": key.name(), "vkey": key.to_string(), "url": url, "logs": logs,
    }});
    session.console.receipt(&text, &json)?;
    let quiet = session.console.quiet;
    routes::serve(
        place,
        witness,
        Arc::new(move |line| {
            if !quiet {
                let time = instant_text(clock.now_microseconds());
                output::say(&format!("{time} {}\n", for_terminal(line)));
            }
        }),
    )
}

/// The keys of the logs that are watched; a log may have more than one.
fn watched(a: &ServeWitness) -> Result<Vec<VerifierKey>> {
    let mut keys = a.log.iter().map(|vkey| vkey.parse()).collect::<Result<Vec<VerifierKey>>>()?;
    if let Some(path) = &a.policy {
        let policy = read_policy(path)?;
        keys.extend(policy.logs().iter().map(|log| log.key.clone()));
        if keys.is_empty() {
            let message = format!("{} names no log to watch", path.display());
            return Err(Error::new(Kind::Usage, "policy_without_logs", message)
                .with_hint("add a line `log VKEY` for each")
                .with_detail("path", path.display()));
        }
    }
    Ok(keys)
}
