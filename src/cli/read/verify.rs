//! `verify`: what is true, in tiers, and what was not looked at.
//!
//! Exits 0 only where every tier that was asked for held and somebody outside the ledger says whose
//! log it is (a pin, or `--log-key`), or `--unpinned` gave that up. It never calls a log verified
//! without.

use crate::archive::package::Beside;
use crate::cli::args::{FormatName, TierName, Verify};
use crate::cli::output::Exit;
use crate::cli::progress::Progress;
use crate::cli::session::Session;
use crate::cli::trust::read_policy;
use crate::desk::packed;
use crate::desk::reading::{key_of, read_key};

use crate::desk::place::LedgerPlace;
use crate::desk::source::{Elsewhere, Source, Time};
use crate::edge::durable;
use crate::edge::pins::Pin;
use crate::edge::sealed::{CONFIDENTIAL_FOLDER, SealedFolder};
use crate::error::{Error, Kind, Result};
use crate::ledger::{CACHE_FOLDER, LOG_FOLDER, Reader, check_finished};
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::note::{Note, VerifierKey};
use crate::tlog::policy::Policy;
use crate::verify::{self, Against, Bookmark, Identity, Older, Report, Tier, Trust};
use crate::words::shown::for_terminal;
use crate::words::verdict::{self, Came, Verdict};
use std::path::PathBuf;

/// Runs `verify`.
pub(super) fn verify(session: &Session, a: &Verify) -> Result<Exit> {
    let time = Time::of(a.time_limit, a.from.iter().chain(&a.against))?;
    time.told(verify_within(session, a, &time))
}

fn verify_within(session: &Session, a: &Verify, time: &Time) -> Result<Exit> {
    let Place { reader, ledger, caches, beside } = Place::of(session, a, time)?;
    let policy = a.policy.as_deref().map(read_policy).transpose()?;
    let trust = match &policy {
        Some(policy) => policy_trust(policy, &reader)?,
        None => trust(session, a, &reader)?,
    };
    let older = a.against.iter().map(|from| older(from, time)).collect::<Result<Vec<_>>>()?;
    let store = match &ledger {
        Some(folder) if a.store => {
            // A copy to read has no store, and none is made by looking for it.
            check_finished(folder).map_err(|error| {
                error.with_hint("leave --store out: there is no store to compare, only the log")
            })?;
            Some(verify::verify_store(folder, reader.archive())?)
        }
        Some(_) | None => None,
    };
    let mut bar = Progress::new(&session.console, "entries");
    let size = reader.size();
    let caches = match &caches {
        Some(folder) if durable::is_there(folder)? => Some(folder.as_path()),
        Some(_) | None => None,
    };
    let mut progress = |done| bar.set(done, size);
    let tiers = &tiers(a)?;
    let key = bookmark_key(session, a, &trust, &reader)?;
    let report = if let Some(key) = key {
        let (folder, now) =
            (session.desk.home()?.bookmarks(), session.desk.clock()?.now_microseconds());
        let bookmark = Bookmark::of(&folder, &key.to_string(), tiers, now);
        verify::verify_on(&reader, caches, tiers, &trust, &bookmark, &mut progress)
    } else {
        verify::verify(&reader, caches, tiers, &trust, &mut progress)
    };
    bar.finish();
    let mut report = report?;
    if a.accept_breaches {
        report.accept_breaches();
    }
    if let Some(policy) = &policy {
        report.hold_to_policy(reader.archive(), policy);
    }
    if let Some(folder) = ledger.as_ref().filter(|_| store.is_none())
        && SealedFolder::of(folder).is_there()?
    {
        report.not_read.push(CONFIDENTIAL_FOLDER.to_owned());
    }
    if let Some(beside) = beside {
        packed::hold(beside, &reader, &mut report)?;
    }
    let keys = believed(&trust, &report);
    let mut against = verify::hold_against(reader.archive(), &older, &keys)?;
    against.extend(against_anchor(session, &reader, ledger.is_some(), &keys)?);
    if report.is_verified() {
        follow_handover(session, &report)?;
    }
    let verdict = Verdict { report: &report, store: store.as_ref(), against: &against };
    print(session, &verdict, reader.archive().note())?;
    Ok(match verdict.came() {
        Came::Verified | Came::WholeAsAsked => Exit::Done,
        Came::WholeInItself if a.unpinned => Exit::Done,
        Came::WholeInItself | Came::Broken => Exit::Broken,
    })
}

/// Prints a verdict; `note`: the signed checkpoint.
fn print(session: &Session, verdict: &Verdict<'_>, note: &[u8]) -> Result<()> {
    let lang = super::lang(session);
    match session.console.format {
        FormatName::Html => {
            let now = session.desk.clock()?.now_microseconds();
            session.console.text(&verdict::page(verdict, lang, Some(now), note))
        }
        FormatName::Table
        | FormatName::Csv
        | FormatName::Json
        | FormatName::Jsonl
        | FormatName::Xlsx => {
            session.console.receipt(&for_terminal(&verdict.text(lang)), &verdict.json())
        }
    }
}

/// Where the log is.
struct Place {
    reader: Reader,
    /// The session's own ledger, where it is that.
    ledger: Option<PathBuf>,
    caches: Option<PathBuf>,
    /// What a package has beside the log.
    beside: Option<Beside>,
}

impl Place {
    fn of(session: &Session, a: &Verify, time: &Time) -> Result<Self> {
        if let Some(from) = &a.from {
            let Source { archive, caches, beside } = Source::open(from, time)?;
            return Ok(Self { reader: Reader::of(archive), ledger: None, caches, beside });
        }
        let folder = match session.place()? {
            LedgerPlace::Copy(copy) if !a.store => {
                let from = Elsewhere::Path(copy.path);
                let Source { archive, caches, beside } = Source::open(&from, time)?;
                return Ok(Self { reader: Reader::of(archive), ledger: None, caches, beside });
            }
            LedgerPlace::Copy(copy) => {
                let hint = "leave --store out: there is no store to compare, only the log";
                return Err(copy.only_read().with_hint(hint));
            }
            LedgerPlace::Own(folder) => folder,
        };
        let reader = Reader::open_log(&folder.join(LOG_FOLDER), None, None).map_err(no_log)?;
        let caches = Some(folder.join(CACHE_FOLDER));
        Ok(Self { reader, ledger: Some(folder), caches, beside: None })
    }
}

/// Where there is a ledger, a log that is not there is a break, not a slip.
fn no_log(error: Error) -> Error {
    if !error.is_not_found() {
        return error;
    }
    let message = format!("the ledger has no log: {}", error.message());
    Error::new(Kind::Break, "log_missing", message).with_hint(
        "look for a copy of log/; opening the ledger for a write rebuilds it from its store",
    )
}

/// The key that a policy has for this log; the one that signed, where it has more.
pub(in crate::cli) fn policy_trust(policy: &Policy, reader: &Reader) -> Result<Trust> {
    let origin = &reader.archive().checkpoint().origin;
    let keys = policy.log_keys(origin);
    let note = Note::parse(reader.archive().note())?;
    let signs = |key: &&VerifierKey| note.lines_of(key.name(), key.key_id()).next().is_some();
    let key = keys.iter().find(signs).or(keys.first()).cloned();
    if key.is_some() {
        return Ok(Trust { key, pin: None });
    }
    let message = format!("the policy has no line for the log {origin}");
    Err(Error::new(Kind::NotPinned, "log_not_in_policy", message)
        .with_detail("expected", origin)
        .with_hint("add `log VKEY` with the key that the log's keeper gave you"))
}

fn trust(session: &Session, a: &Verify, reader: &Reader) -> Result<Trust> {
    if let Some(vkey) = &a.log_key {
        return Ok(Trust { key: Some(read_key(vkey)?), pin: None });
    }
    let pin = session.desk.pin_of(&reader.archive().checkpoint().origin)?;
    Ok(Trust { key: pin.as_ref().map(key_of).transpose()?, pin })
}

/// An older state of the log: a file with a checkpoint, or a copy of it, wherever that is.
fn older(from: &Elsewhere, time: &Time) -> Result<Older> {
    match from {
        Elsewhere::Path(path) if !from.is_copy()? => Older::read(path),
        Elsewhere::Path(_) | Elsewhere::Url(_) => {
            Ok(Older::of_copy(from.to_string(), Source::open(from, time)?.archive))
        }
    }
}

/// The key that a bookmark is of: nothing of a log that nobody vouches for is taken on trust by a later
/// run, so there is none where the checkpoint is not signed by the trusted key.
fn bookmark_key(
    session: &Session,
    a: &Verify,
    trust: &Trust,
    reader: &Reader,
) -> Result<Option<VerifierKey>> {
    if !a.resume {
        return Ok(None);
    }
    session.desk.home()?;
    let key = trust.key.clone().or(trust.pin.as_ref().map(key_of).transpose()?);
    Ok(key.filter(|key| Checkpoint::verify(reader.archive().note(), key).is_ok()))
}

/// The log against this machine's anchor: in its own ledger's folder it has all that was published from
/// here; of a copy it is only said that it is older.
fn against_anchor(
    session: &Session,
    reader: &Reader,
    is_own: bool,
    keys: &[VerifierKey],
) -> Result<Option<Against>> {
    let Ok(home) = session.desk.home() else { return Ok(None) };
    let (anchors, origin) = (home.anchors(), &reader.archive().checkpoint().origin);
    let Some(anchor) = anchors.read(origin)?.filter(|_| !keys.is_empty()) else { return Ok(None) };
    let size = reader.size();
    if !is_own && anchor.size > size {
        session.desk.note_older(size, anchor.size);
        return Ok(None);
    }
    let name = anchors.path(origin).display().to_string();
    let older = Older::of_note(name, anchor.checkpoint.into_bytes())?;
    let held = verify::hold_against(reader.archive(), &[older], keys)?;
    // An anchor that agrees is nothing to tell, nor one of another log's key.
    Ok(held.into_iter().find(|against| against.compared && !against.faults.is_empty()))
}

/// The pin follows the log's key, where the pinned one signed for the one after it.
fn follow_handover(session: &Session, report: &Report) -> Result<()> {
    let handed_over = report.succession.as_ref().is_some_and(|succession| succession.handed_over);
    let Some(key) = report.claimed_key.as_ref().filter(|_| handed_over) else { return Ok(()) };
    let Some(pin) = session.desk.pin_of(&report.origin)? else { return Ok(()) };
    let is_pinned = report.log_keys.iter().any(|former| former.to_string() == pin.vkey);
    if report.identity != Identity::Pinned || !is_pinned {
        return Ok(());
    }
    session.desk.home()?.known_logs().replace(&pin, &Pin { vkey: key.to_string(), ..pin.clone() })
}

/// The keys that an older checkpoint may be signed by: the trusted one, and those whose trust was
/// handed over to it or on from it.
fn believed(trust: &Trust, report: &Report) -> Vec<VerifierKey> {
    match &trust.key {
        Some(key) if report.log_keys.contains(key) => report.log_keys.clone(),
        Some(key) => vec![key.clone()],
        None => Vec::new(),
    }
}

/// A tier with those before it, or several alone.
fn tiers(a: &Verify) -> Result<Vec<Tier>> {
    if let [deepest] = a.tier.as_slice() {
        let deepest = alone(*deepest);
        let wanted = |tier: &Tier| deepest.is_none_or(|deepest| *tier <= deepest);
        return Ok(Tier::ALL.into_iter().filter(wanted).collect());
    }
    if a.resume {
        let message = "a bookmark is of a tier with those before it, not of several alone";
        return Err(Error::new(Kind::Usage, "resume_tiers", message)
            .with_hint("leave out --resume, or name the deepest tier alone"));
    }
    let wanted: Option<Vec<Tier>> = a.tier.iter().map(|name| alone(*name)).collect();
    let mut wanted = wanted.unwrap_or_else(|| Tier::ALL.to_vec());
    wanted.sort_unstable();
    wanted.dedup();
    Ok(wanted)
}

/// The tier of a name; `None` for all of them.
fn alone(name: TierName) -> Option<Tier> {
    match name {
        TierName::Chain => Some(Tier::Chain),
        TierName::Signatures => Some(Tier::Signatures),
        TierName::Log => Some(Tier::Log),
        TierName::Rules => Some(Tier::Rules),
        TierName::Projections => Some(Tier::Projections),
        TierName::All => None,
    }
}
