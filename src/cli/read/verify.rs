//! `verify`: what is true, in tiers, and what was not looked at.
//!
//! Exits 0 only where every tier that was asked for held and somebody outside the ledger says whose
//! log it is (a pin, or `--log-key`), or `--unpinned` gave that up. It never calls a log verified
//! without.

use super::{key_of, read_key};
use crate::cli::args::{TierName, Verify};
use crate::cli::output::{Exit, counted, for_terminal};
use crate::cli::progress::Progress;
use crate::cli::session::Session;
use crate::error::{Error, Kind, Result};
use crate::ledger::{CACHE_FOLDER, LOG_FOLDER, Reader};
use crate::verify::{
    self, Against, Fault, Identity, Older, Outcome, Report, StoreReport, Tier, Trust,
};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Faults that are shown one by one; the rest is counted.
const SHOWN: usize = 20;

/// Runs `verify`.
pub(super) fn verify(session: &Session, a: &Verify) -> Result<Exit> {
    let place = Place::of(session, a)?;
    let reader = place.open()?;
    let trust = trust(session, a, &reader)?;
    let older = a.against.iter().map(|path| older(path)).collect::<Result<Vec<_>>>()?;
    let against = verify::hold_against(reader.archive(), &older, trust.key.as_ref())?;
    let store = match &place.ledger {
        Some(folder) if a.store => Some(verify::verify_store(folder, reader.archive())?),
        Some(_) | None => None,
    };
    let mut bar = Progress::new(&session.console, "entries");
    let size = reader.size();
    let caches = place.ledger.as_ref().map(|folder| folder.join(CACHE_FOLDER));
    let caches = caches.as_deref().filter(|folder| folder.exists());
    let report =
        verify::verify(&reader, caches, tiers(a.tier), &trust, &mut |done| bar.set(done, size));
    bar.finish();
    let told =
        Told { report: &report?, store: store.as_ref(), against: &against, unpinned: a.unpinned };
    session.console.receipt(&told.text(), &told.json())?;
    Ok(told.exit())
}

/// Where the log is.
struct Place {
    log: PathBuf,
    /// The ledger's folder, where there is more than the log.
    ledger: Option<PathBuf>,
}

impl Place {
    fn of(session: &Session, a: &Verify) -> Result<Self> {
        let folder = match &a.from {
            None => session.ledger_folder()?,
            Some(folder) if folder.join(LOG_FOLDER).is_dir() => folder.clone(),
            Some(folder) => return Ok(Self { log: folder.clone(), ledger: None }),
        };
        Ok(Self { log: folder.join(LOG_FOLDER), ledger: Some(folder) })
    }

    /// Opens the log. Where there is a ledger, a log that is not there is a break, not a slip.
    fn open(&self) -> Result<Reader> {
        Reader::open_log(&self.log, None, None).map_err(|error| {
            if !error.is_not_found() || self.ledger.is_none() {
                return error;
            }
            let message = format!("the ledger has no log: {}", error.message());
            Error::new(Kind::Break, "log_missing", message)
                .with_hint("look for a copy of log/; opening the ledger for a write rebuilds it from its store")
        })
    }
}

fn trust(session: &Session, a: &Verify, reader: &Reader) -> Result<Trust> {
    if let Some(vkey) = &a.log_key {
        return Ok(Trust { key: Some(read_key(vkey)?), pin: None });
    }
    let pin = session.home.known_logs().find(&reader.archive().checkpoint().origin)?;
    Ok(Trust { key: pin.as_ref().map(key_of).transpose()?, pin })
}

/// An older state of the log, in a file, or in the folder of a ledger or of its log.
fn older(path: &Path) -> Result<Older> {
    let log = path.join(LOG_FOLDER);
    Older::read(if log.is_dir() { &log } else { path })
}

/// A tier with those before it.
fn tiers(deepest: TierName) -> &'static [Tier] {
    match deepest {
        TierName::Chain => &[Tier::Chain],
        TierName::Signatures => &[Tier::Chain, Tier::Signatures],
        TierName::Log => &[Tier::Chain, Tier::Signatures, Tier::Log],
        TierName::Rules => &[Tier::Chain, Tier::Signatures, Tier::Log, Tier::Rules],
        TierName::Projections | TierName::All => &Tier::ALL,
    }
}

struct Told<'a> {
    report: &'a Report,
    store: Option<&'a StoreReport>,
    against: &'a [Against],
    unpinned: bool,
}

impl Told<'_> {
    fn faults(&self) -> impl Iterator<Item = &Fault> {
        let store = self.store.iter().flat_map(|store| &store.faults);
        let against = self.against.iter().flat_map(|against| &against.faults);
        self.report.faults.iter().chain(store).chain(against)
    }

    fn is_whole(&self) -> bool {
        self.report.is_whole()
            && self.store.is_none_or(|store| store.faults.is_empty())
            && self.against.iter().all(|against| against.faults.is_empty())
    }

    fn is_pinned(&self) -> bool {
        self.report.identity != Identity::NotPinned
    }

    fn exit(&self) -> Exit {
        if self.is_whole() && (self.is_pinned() || self.unpinned) {
            Exit::Done
        } else {
            Exit::Broken
        }
    }

    fn title(&self) -> String {
        let size = counted(self.report.size, "entry", "entries");
        let commands = counted(self.report.commands, "command", "commands");
        let origin = for_terminal(&self.report.origin);
        let what = format!("{size} in {commands} of {origin}");
        match (self.is_whole(), self.is_pinned()) {
            (true, true) if self.report.is_verified() => format!("Verified: {what}.\n"),
            (true, true) => format!("Whole as far as was asked for: {what}.\n"),
            (true, false) => {
                format!("Whole in itself: {what}; nothing outside says whose log it is.\n")
            }
            (false, _) => format!("BROKEN: {what}.\n"),
        }
    }

    fn text(&self) -> String {
        let report = self.report;
        let mut out = self.title();
        let mut faults = self.faults();
        for fault in faults.by_ref().take(SHOWN) {
            out.push_str(&format!("  break: {}\n", for_terminal(&fault.to_string())));
        }
        let more = faults.count();
        if more > 0 {
            out.push_str(&format!("  … and {more} more\n"));
        }
        for (tier, outcome) in &report.tiers {
            let came = match outcome {
                Outcome::Passed => "passed".to_owned(),
                Outcome::Broken => "BROKEN".to_owned(),
                Outcome::NotCheckedFrom(index) => format!("not checked from entry {index} on"),
                Outcome::NotAsked => "not asked for".to_owned(),
                Outcome::Nothing => "no caches".to_owned(),
            };
            out.push_str(&format!("  {:<12} {came}\n", format!("{}:", tier.text())));
        }
        let mut line = |name: &str, value: String| {
            out.push_str(&format!("  {:<12} {}\n", format!("{name}:"), for_terminal(&value)));
        };
        if report.findings > 0 {
            line(
                "findings",
                format!(
                    "{} to look at: booked, although a soft rule asks about them",
                    counted(report.findings, "finding", "findings")
                ),
            );
        }
        for against in self.against {
            line("against", told_against(against));
        }
        line("identity", self.identity());
        if let Some(genesis) = report.genesis {
            line("genesis", genesis.to_string());
        }
        line("head", format!("{} at size {}", report.head.hash, report.head.size));
        let mut read = report.read.clone();
        for (name, count) in self.store.iter().flat_map(|store| &store.read) {
            read.push(format!("{name}, {}", counted(*count, "entry", "entries")));
        }
        line("read", read.join("; "));
        for note in self.store.iter().flat_map(|store| &store.notes) {
            line("note", note.clone());
        }
        let not_read = report.not_read.join("; ");
        if !not_read.is_empty() && self.store.is_none() {
            line("not read", not_read);
        }
        out
    }

    fn identity(&self) -> String {
        let claimed = (self.report.claimed_key.as_ref())
            .map_or_else(String::new, |key| format!("; the ledger itself names the log key {key}"));
        match self.report.identity {
            Identity::Pinned => "pinned on this machine".to_owned(),
            Identity::KeyGiven => "signed by the log key that was given".to_owned(),
            Identity::NotPinned => format!(
                "NOT PINNED{claimed}. Ask its keeper for the key and run verify --log-key, or accept \
                 that with --unpinned"
            ),
        }
    }

    fn json(&self) -> Value {
        let report = self.report;
        let identity = match report.identity {
            Identity::Pinned => "pinned",
            Identity::KeyGiven => "key_given",
            Identity::NotPinned => "not_pinned",
        };
        let tiers: serde_json::Map<String, Value> = (report.tiers.iter())
            .map(|(tier, outcome)| {
                let came = match outcome {
                    Outcome::Passed => json!("passed"),
                    Outcome::Broken => json!("broken"),
                    Outcome::NotCheckedFrom(index) => json!({"not_checked_from": index}),
                    Outcome::NotAsked => json!("not_asked"),
                    Outcome::Nothing => json!("nothing"),
                };
                (tier.text().to_owned(), came)
            })
            .collect();
        let store = self.store.map(|store| {
            let read: serde_json::Map<String, Value> =
                store.read.iter().map(|(name, count)| (name.clone(), json!(count))).collect();
            json!(read)
        });
        json!({"verify": {
            "verified": self.is_whole() && self.report.is_verified(),
            "whole": self.is_whole(),
            "identity": identity,
            "origin": report.origin,
            "ledger": report.ledger.map(|id| id.to_string()),
            "genesis": report.genesis.map(|hash| hash.to_string()),
            "claimed_log_key": report.claimed_key.as_ref().map(ToString::to_string),
            "size": report.size,
            "root": report.root.to_base64(),
            "head": {"size": report.head.size, "hash": report.head.hash.to_string()},
            "commands": report.commands,
            "findings": report.findings,
            "tiers": tiers,
            "against": self.against.iter().map(against_json).collect::<Vec<_>>(),
            "faults": self.faults().map(fault_json).collect::<Vec<_>>(),
            "store": store,
            "read": report.read,
            "not_read": report.not_read,
        }})
    }
}

fn told_against(against: &Against) -> String {
    let entries = counted(against.size, "entry", "entries");
    let name = &against.name;
    match against.proof_hashes {
        Some(_) if against.size == 0 => format!("{name}: it had no entry yet"),
        Some(count) => {
            let count = u64::try_from(count).unwrap_or(u64::MAX);
            let hashes = counted(count, "hash", "hashes");
            format!("{name}: its {entries} are still the first ones (proof of {hashes})")
        }
        None => format!("{name}: NOT the beginning of this log; it had {entries}"),
    }
}

fn against_json(against: &Against) -> Value {
    json!({
        "name": against.name,
        "size": against.size,
        "holds": against.faults.is_empty(),
        "proof_hashes": against.proof_hashes,
    })
}

fn fault_json(fault: &Fault) -> Value {
    json!({
        "tier": fault.tier.text(),
        "index": fault.index,
        "file": fault.file,
        "field": fault.field,
        "expected": fault.expected,
        "found": fault.found,
        "likely": fault.likely,
    })
}
