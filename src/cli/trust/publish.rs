//! `publish`: what is recorded becomes public, and the witnesses of a policy cosign it.
//!
//! The ledger is let go of while witnesses are asked, so that others may record meanwhile; what came
//! is attached only if the log still stands where it stood.

use super::read_policy;
use crate::archive::reader::ArchiveReader;
use crate::cli::args::Publish;
use crate::cli::output::Exit;
use crate::cli::session::Session;
use crate::domain::calendar::second_text;
use crate::edge::config::LedgerConfig;
use crate::edge::http::Http;
use crate::error::{Error, Kind, Result};
use crate::ledger::{LOG_FOLDER, Ledger};
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::note::Note;
use crate::tlog::policy::{Policy, Standing};
use crate::witness::gather::{self, Gathered};
use crate::words::shown::{counted, for_terminal};
use crate::words::verdict::cosigners;
use serde_json::json;
use std::path::Path;

/// Runs `publish`.
///
/// # Errors
/// `policy_malformed`, `log_not_in_policy`, all of opening and publishing; `checkpoint_moved` and
/// `quorum_not_reached`, with everything published.
pub(super) fn publish(session: &Session, a: &Publish) -> Result<Exit> {
    let folder = session.ledger_folder()?;
    let origin = LedgerConfig::read(&folder)?.origin;
    let policy = a.policy.as_deref().map(|path| policy_of(path, &origin)).transpose()?;
    let published = session.on_ledger(Ledger::publish)?;
    let told = Told { origin: &origin, size: published.size, root: published.root.to_base64() };
    let Some(policy) = policy else { return told.print(session, None) };
    if policy.witnesses().is_empty() {
        let standing = policy.standing(&Note::parse(&published.note)?)?;
        return told.print(session, Some((&standing, &Gathered::default())));
    }
    let (checkpoint, gathered) = ask(&folder.join(LOG_FOLDER), &policy)?;
    let standing = session
        .on_ledger(|ledger| ledger.attach(&checkpoint, &gathered.lines, &policy))
        .map_err(|error| meanwhile(error, &checkpoint))?;
    told.print(session, Some((&standing, &gathered)))
}

/// Reads the policy, which must name this log.
fn policy_of(path: &Path, origin: &str) -> Result<Policy> {
    let policy = read_policy(path)?;
    if !policy.log_keys(origin).is_empty() {
        return Ok(policy);
    }
    let message = format!("{} has no line for the log {origin}", path.display());
    Err(Error::new(Kind::Usage, "log_not_in_policy", message)
        .with_detail("expected", origin)
        .with_hint("add `log VKEY` with this log's key; `earmark init` printed it")
        .with_detail("path", path.display()))
}

/// Asks the witnesses about the log as it is published now. Holds no lock.
fn ask(log: &Path, policy: &Policy) -> Result<(Checkpoint, Gathered)> {
    let reader = ArchiveReader::open(log)?;
    let (checkpoint, standing) = policy.verify(reader.note())?;
    let note = Note::parse(reader.note())?;
    // A damaged copy of an older one is no reason not to make a new one.
    let last = reader.cosigned().ok().flatten().and_then(|last| Note::parse(&last).ok());
    let last = if standing.signed.is_empty() { last } else { Some(note.clone()) };
    let prove = |old_size| reader.prove_consistency(old_size).map(|(_, proof)| proof);
    let gathered = gather::gather(&Http::default(), policy, &note, last.as_ref(), &prove)?;
    Ok((checkpoint, gathered))
}

/// Words for a log that moved on while the witnesses were asked.
fn meanwhile(error: Error, checkpoint: &Checkpoint) -> Error {
    if error.code() != "checkpoint_moved" {
        return error;
    }
    let message = format!(
        "the witnesses were asked about {}; meanwhile another command published more",
        counted(checkpoint.size, "entry", "entries")
    );
    Error::new(Kind::Conflict, "checkpoint_moved", message)
        .in_case("witnesses")
        .with_detail("size", checkpoint.size)
        .with_hint("nothing is lost; run it again: the witnesses go on from there")
        .with_source(error)
}

struct Told<'a> {
    origin: &'a str,
    size: u64,
    root: String,
}

impl Told<'_> {
    fn print(&self, session: &Session, asked: Option<(&Standing, &Gathered)>) -> Result<Exit> {
        let count = counted(self.size, "entry", "entries");
        let mut text = format!("Published: {count} of {}.\n", for_terminal(self.origin));
        let mut json = json!({"origin": self.origin, "size": self.size, "root": self.root});
        if let Some((standing, gathered)) = asked {
            text.push_str(&standing_text(standing, gathered));
            let failures = gathered.failures.iter().map(|(name, error)| {
                json!({"witness": name, "code": error.code(), "message": error.message()})
            });
            let extra = json!({
                "quorum": standing.quorum,
                "is_met": standing.is_met,
                "cosigned": cosigners(standing),
                "failures": failures.collect::<Vec<_>>(),
            });
            if let Some(object) = json.as_object_mut() {
                object.insert("cosignatures".to_owned(), extra);
            }
        }
        session.console.done(&text, &json!({"published": json}))?;
        match asked {
            Some((standing, gathered)) if !standing.is_met => Err(not_reached(standing, gathered)),
            Some(_) | None => Ok(Exit::Done),
        }
    }
}

fn standing_text(standing: &Standing, gathered: &Gathered) -> String {
    let mut text = String::new();
    for (name, seconds) in &standing.signed {
        let name = for_terminal(name);
        text.push_str(&format!("  cosigned     by {name} at {}\n", second_text(*seconds)));
    }
    for (name, error) in &gathered.failures {
        let (name, message) = (for_terminal(name), for_terminal(error.message()));
        text.push_str(&format!("  not cosigned by {name}: {}: {message}\n", error.code()));
    }
    let met = if standing.is_met { "met" } else { "NOT met" };
    text.push_str(&format!("  quorum       {} {met}\n", for_terminal(&standing.quorum)));
    text
}

fn not_reached(standing: &Standing, gathered: &Gathered) -> Error {
    let failures = gathered.failures.iter();
    let why: Vec<_> = failures.map(|(name, error)| format!("{name}: {}", error.code())).collect();
    let message = format!("the entries are published, but {standing} ({})", why.join(", "));
    let hints: Vec<&str> = gathered.failures.iter().filter_map(|(_, error)| error.hint()).collect();
    let hint = hints.first().copied().unwrap_or("ask more witnesses");
    Error::new(Kind::Io, "quorum_not_reached", message)
        .with_detail("expected", &standing.quorum)
        .with_detail("missing", standing.missing.join(", "))
        .with_hint(format!("{hint}; then run it again, and those that answered answer again"))
        .with_detail("why", why.join(", "))
}
