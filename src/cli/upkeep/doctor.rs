//! `doctor`: what is wrong with a ledger's folder, in plain words, and what to do; done only with
//! `--fix`.
//!
//! What `--fix` does is what opening for a write does, which moves aside and never deletes, and
//! closing private keys to others.

use crate::cli::args::Doctor;
use crate::cli::output::{Exit, path_text};
use crate::cli::session::Session;
use crate::domain::state::LedgerFacts;
use crate::edge::config::LedgerConfig;
use crate::error::{Error, Result};
use crate::ledger::check_finished;
use crate::ledger::doctor::{Examined, Health, Observation, distrust, examine};
use crate::words::shown::{counted, for_terminal};
use serde_json::{Value, json};
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Runs `doctor`: exit 0 when nothing is broken, 3 when something is, 4 when the machine could not
/// look everywhere.
///
/// # Errors
/// `no_ledger`, `config_malformed`; `Kind::Io`; with `--fix` all of opening for a write.
pub(super) fn doctor(session: &Session, a: &Doctor) -> Result<Exit> {
    let folder = session.ledger_folder()?;
    let mut done = Vec::new();
    let mut examined = look(session, &folder)?;
    if a.fix && worst(&examined) == Health::Broken {
        done = fix(session)?;
        examined = look(session, &folder)?;
    }
    let worst = worst(&examined);
    session
        .console
        .receipt(&text(&folder, &examined, &done, a.fix), &told(&folder, &examined, &done))?;
    Ok(match worst {
        Health::Whole | Health::Note => Exit::Done,
        Health::NotSeen => Exit::Machine,
        Health::Broken => Exit::Broken,
    })
}

fn worst(examined: &Examined) -> Health {
    let all = examined.observations.iter().map(|seen| seen.health);
    all.max().unwrap_or(Health::Whole)
}

fn look(session: &Session, folder: &Path) -> Result<Examined> {
    let config = LedgerConfig::read(folder)?;
    let (anchors, can_write) =
        (session.desk.home()?.anchors(), session.desk.home()?.keys().has_log(&config.origin)?);
    let mut examined = examine(folder, &config.origin, &anchors, can_write)?;
    let pin = see_pin(session, &config.origin, examined.facts.as_ref())?;
    examined.observations.push(pin);
    examined.observations.extend(see_keys(session, &config.origin)?);
    Ok(examined)
}

/// The pin of this machine against the ledger.
fn see_pin(session: &Session, origin: &str, facts: Option<&LedgerFacts>) -> Result<Observation> {
    let Some(pin) = session.desk.pin_of(origin)? else {
        return Ok(Observation::new("pin", Health::Note, "the log is not pinned on this machine")
            .advise("verify asks for --log-key; a restore with --log-key pins it"));
    };
    let id = facts.map(|facts| crate::chain::entry::LedgerId(facts.id.0));
    Ok(if id.is_none_or(|id| id == pin.ledger) {
        Observation::new("pin", Health::Whole, format!("ledger {}", pin.ledger))
    } else {
        let words = format!("known-logs pins ledger {} for {origin}; this is another", pin.ledger);
        Observation::new("pin", Health::Broken, words).advise(
            "one of the two is not the ledger of that name: ask the log's keeper for the key",
        )
    })
}

/// Whether the log's key is here, and private keys that others can read.
fn see_keys(session: &Session, origin: &str) -> Result<Vec<Observation>> {
    let mut seen = Vec::new();
    if !session.desk.home()?.keys().has_log(origin)? {
        let words = "the log's key is not on this machine: the ledger can only be read here";
        let mut only_read = Observation::new("keys", Health::Note, words);
        // Only who records needs it, and only an administrator can do without.
        if !session.desk.home()?.keys().officers()?.is_empty() {
            only_read = only_read.advise(
                "to record, copy keys/log from the home that the ledger was opened in; where it is lost for \
                 good, an administrator brings in a new one: earmark key rotate-log --lost",
            );
        }
        seen.push(only_read);
    }
    for path in exposed(session)? {
        let words = format!("others can read the private key {}", path.display());
        seen.push(Observation::new("keys", Health::Broken, words).advise(format!(
            "chmod 600 {}, or earmark doctor --fix; if somebody may have read it, rotate it",
            path.display()
        )));
    }
    for path in session.desk.home()?.open_to_others()? {
        let words = format!("others can change {}", path.display());
        let advice = format!("chmod go-w {}; then see who did: earmark verify", path.display());
        seen.push(Observation::new("home", Health::Broken, words).advise(advice));
    }
    let local = session.desk.home()?.local_key();
    if let Err(error) = local.read()
        && seen.iter().all(|seen| !seen.words.ends_with(&local.path().display().to_string()))
    {
        let unfit = Observation::new("keys", Health::Note, error.message());
        seen.push(
            unfit.advise("it may be removed; another is made, and what it sealed is made anew"),
        );
    }
    if seen.is_empty() {
        seen.push(Observation::new("keys", Health::Whole, "here, and nobody else's to read"));
    }
    Ok(seen)
}

/// The private keys of this home whose mode lets others in.
fn exposed(session: &Session) -> Result<Vec<PathBuf>> {
    let mut exposed = Vec::new();
    for kind in ["officers", "log", "witness"] {
        let folder = session.desk.home()?.folder().join("keys").join(kind);
        let Ok(inside) = std::fs::read_dir(&folder) else { continue };
        for entry in inside {
            let entry = entry.map_err(|e| Error::io("list", &folder, e))?;
            let metadata = entry.metadata().map_err(|e| Error::io("look at", &entry.path(), e))?;
            if metadata.is_file() && metadata.permissions().mode() & 0o077 != 0 {
                exposed.push(entry.path());
            }
        }
    }
    let local = session.desk.home()?.local_key();
    match local.path().symlink_metadata() {
        Ok(found) if found.is_file() && found.permissions().mode() & 0o077 != 0 => {
            exposed.push(local.path().to_owned());
        }
        Ok(_) | Err(_) => {}
    }
    exposed.sort();
    Ok(exposed)
}

/// Closes exposed keys and opens the ledger for a write, which heals it. Says what was done.
fn fix(session: &Session) -> Result<Vec<String>> {
    let mut done = Vec::new();
    for path in exposed(session)? {
        std::fs::set_permissions(&path, Permissions::from_mode(0o600))
            .map_err(|e| Error::io("change the mode of", &path, e))?;
        done.push(format!("{} is yours alone now", path.display()));
    }
    for path in session.desk.home()?.open_to_others()? {
        let io = |e| Error::io("change the mode of", &path, e);
        let mode = std::fs::metadata(&path).map_err(io)?.permissions().mode();
        std::fs::set_permissions(&path, Permissions::from_mode(mode & 0o7755)).map_err(io)?;
        done.push(format!("{} can be changed by you alone now", path.display()));
    }
    let folder = session.ledger_folder()?;
    if !session.desk.home()?.keys().has_log(&LedgerConfig::read(&folder)?.origin)?
        || check_finished(&folder).is_err()
    {
        done.push(
            "the ledger cannot be written to from here, so nothing in it was healed".to_owned(),
        );
        return Ok(done);
    }
    distrust(&folder)?;
    match session.on_ledger(|_| Ok(())) {
        // Its copies are mended all the same.
        Err(error) if error.code() == "read_only_ledger" => {}
        done => done?,
    }
    done.push(
        "the ledger was opened as for a write; what that mended is told in the notes".to_owned(),
    );
    Ok(done)
}

fn word(health: Health) -> &'static str {
    match health {
        Health::Whole => "whole",
        Health::Note => "note",
        Health::NotSeen => "NOT SEEN",
        Health::Broken => "BROKEN",
    }
}

fn text(folder: &Path, examined: &Examined, done: &[String], fixing: bool) -> String {
    let size = counted(examined.size, "entry", "entries");
    let verdict = match worst(examined) {
        Health::Whole | Health::Note => "Healthy",
        Health::NotSeen => "NOT LOOKED AT EVERYWHERE",
        Health::Broken => "BROKEN",
    };
    let mut text = format!("{verdict}: {size} that verify in {}.\n", folder.display());
    for words in done {
        text.push_str(&format!("  done        {}\n", for_terminal(words)));
    }
    for seen in &examined.observations {
        let line = format!("{:<9} {:<8} {}", word(seen.health), seen.part, seen.words);
        text.push_str(&format!("  {}\n", for_terminal(&line)));
        if let Some(advice) = &seen.advice {
            text.push_str(&format!("                     → {}\n", for_terminal(advice)));
        }
    }
    if !fixing {
        text.push_str("Nothing was changed.\n");
    }
    text
}

fn told(folder: &Path, examined: &Examined, done: &[String]) -> Value {
    let observation = |seen: &Observation| {
        json!({
            "part": seen.part,
            "health": word(seen.health).to_lowercase().replace(' ', "_"),
            "found": seen.words,
            "advice": seen.advice,
        })
    };
    json!({"doctor": {
        "folder": path_text(folder),
        "healthy": worst(examined) <= Health::Note,
        "size": examined.size,
        "observations": examined.observations.iter().map(observation).collect::<Vec<_>>(),
        "done": done,
    }})
}
