//! What is whole and what is not in a ledger's folder, in plain words; nothing is changed.
//!
//! The store is looked at in a copy of its files beside the ledger, because opening an engine writes to
//! it. What recovery would find is found by recovery's own survey. What it lacks on purpose: the user's keys and pins, and any repair: opening the ledger for a write is the repair.

mod copy;
mod folder;
mod sealed;

use self::copy::StoreCopy;
use super::anchored::check_anchor;
use super::checks::unless_damaged;
use super::reader::state::{self, Compared};
use super::recover::{Copies, Survey, survey};
use super::restore::is_for_reading;
use super::{CACHE_FOLDER, LOG_FOLDER, Reader, reader};
use crate::archive::check::check;
use crate::archive::medium::{Disk, Medium};
use crate::archive::reader::ArchiveReader;
use crate::chain::clocks::Clocks;
use crate::domain::state::{Breach, LedgerFacts};
use crate::edge::anchors::{Anchor, Anchors};
use crate::edge::durable;
use crate::edge::lock::LedgerLock;
use crate::error::{Kind, Result};
use crate::store::{self, Store};
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::note::VerifierKey;
use std::path::Path;
use std::sync::Arc;

/// How a part of a ledger was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Health {
    /// As it should be.
    Whole,
    /// Nothing is wrong, but somebody should know.
    Note,
    /// The machine could not look.
    NotSeen,
    /// Something does not verify, or is not there.
    Broken,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// The part: `log`, `db`, `wal`, `anchor`, `cache`, `folder`, `entries`, …
    pub part: &'static str,
    /// How it was found.
    pub health: Health,
    /// What was found.
    pub words: String,
    /// What to do about it, where something is to be done.
    pub advice: Option<String>,
}

impl Observation {
    /// An observation without advice.
    #[must_use]
    pub fn new(part: &'static str, health: Health, words: impl Into<String>) -> Self {
        Self { part, health, words: words.into(), advice: None }
    }

    /// Adds what to do.
    #[must_use]
    pub fn advise(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }
}

/// What an examination found.
#[derive(Debug, Clone, Default)]
pub struct Examined {
    /// Entries of the longest sequence that verifies, from all copies together.
    pub size: u64,
    /// What the ledger's first entry and its rotations say of it.
    pub facts: Option<LedgerFacts>,
    /// Every observation, in the order of looking.
    pub observations: Vec<Observation>,
}

impl Examined {
    fn see(&mut self, observation: Observation) {
        self.observations.push(observation);
    }
}

const OPEN_IT: &str =
    "opening the ledger for a write heals it from the other copies; earmark doctor --fix does that";

/// Examines the ledger in `folder`. `can_write`: the log's key is on this machine. A copy to read has no store,
/// and needs none: one that a restore made for that, or, without the key, one that has neither `db` nor `wal`.
///
/// # Errors
/// `Kind::Io` when the folder cannot be looked at at all.
pub fn examine(
    folder: &Path,
    origin: &str,
    anchors: &Anchors,
    can_write: bool,
) -> Result<Examined> {
    let mut examined = Examined::default();
    let (db, wal) = (folder.join("db"), folder.join("wal"));
    let has_store = durable::is_there(&db)? || durable::is_there(&wal)?;
    let to_read = is_for_reading(folder)? || (!can_write && !has_store);
    folder::leftovers(folder, &mut examined)?;
    let acquired = (!to_read).then(|| LedgerLock::acquire(folder)).transpose();
    let lock = match acquired {
        Ok(lock) => lock,
        Err(error) if error.kind() == Kind::Locked => {
            let words = format!("not looked at: {}", error.message());
            examined.see(
                Observation::new("db, wal", Health::NotSeen, words)
                    .advise("wait for that process, then look again"),
            );
            None
        }
        Err(error) => return Err(error),
    };
    let copied = lock.as_ref().map(|_| StoreCopy::make(folder)).transpose()?;
    let opened = copied.as_ref().map(|copy| store::open(&copy.folder)).transpose()?;
    let empty = store::memory::MemoryStore::default();
    let store: &dyn Store = opened.as_ref().map_or(&empty, |(store, _)| store.as_ref());
    if let Some(words) = opened.as_ref().and_then(|(_, opening)| opening.differs.clone()) {
        examined.see(Observation::new("db, wal", Health::Broken, words).advise(OPEN_IT));
    }
    let log = folder.join(LOG_FOLDER);
    let medium: Arc<dyn Medium> = Arc::new(Disk);
    let copies = Copies { store, medium: &medium, log: &log };
    let anchor = anchors.read(origin);
    let anchored_size = anchor.as_ref().ok().and_then(Option::as_ref).map(|anchor| anchor.size);
    match survey(&copies, anchored_size) {
        Ok(survey) => {
            examined.size = survey.size();
            examined.facts.clone_from(&survey.state.ledger);
            if opened.is_some() {
                see_store(store, &survey, &mut examined)?;
                see_state(store, &log, &mut examined)?;
            }
            see_log(&copies, &survey, origin, &mut examined)?;
            see_entries(&survey, &mut examined);
            see_published(&copies, anchored_size, &mut examined)?;
            see_anchor(anchor, &survey, anchors, origin, to_read, &mut examined);
            sealed::see(folder, &survey.state, &mut examined)?;
        }
        Err(error) if error.kind() == Kind::Io => return Err(error),
        Err(error) => {
            let seen = Observation::new("entries", Health::Broken, error.message());
            examined.see(
                seen.advise(error.hint().unwrap_or("compare with a copy; nothing was changed")),
            );
        }
    }
    see_cache(folder, &mut examined);
    if to_read {
        folder::see_copy(can_write, &mut examined);
    }
    Ok(examined)
}

/// Each copy of the store: how far it goes, and what is wrong with it.
fn see_store(store: &dyn Store, survey: &Survey, examined: &mut Examined) -> Result<()> {
    let mut seen: Vec<(&'static str, u64)> = vec![("sled", 0), ("durability log", 0)];
    let mut at = 0_u64;
    loop {
        let range = at..at.saturating_add(65_536);
        let copies = store.copies(range.clone())?;
        for copy in &copies {
            let end = copy.entries.last().map_or(0, |last| last.index.saturating_add(1));
            match seen.iter_mut().find(|(name, _)| *name == copy.name) {
                Some((_, size)) => *size = end.max(*size),
                None => seen.push((copy.name, end)),
            }
        }
        let Some(next) = store.next_held(range.end)? else { break };
        at = next;
    }
    let size = survey.size();
    for (name, end) in seen {
        let part = if name == "sled" { "db" } else { "wal" };
        let damage: Vec<&String> =
            survey.store.damage.iter().filter(|words| words.starts_with(name)).collect();
        examined.see(match (damage.first(), survey.store.differs) {
            (Some(words), _) => {
                Observation::new(part, Health::Broken, (*words).clone()).advise(OPEN_IT)
            }
            (None, Some(index)) if part == "db" => Observation::new(
                part,
                Health::Broken,
                format!("entry {index} is another one than in the sequence that verifies"),
            )
            .advise(OPEN_IT),
            (None, _) if part == "db" && end < size => {
                let words = format!("ends after {end} of {size} entries");
                Observation::new(part, Health::Broken, words).advise(OPEN_IT)
            }
            // The durability log lets go of what the other copies hold.
            (None, _) => {
                Observation::new(part, Health::Whole, format!("whole to {end} of {size} entries"))
            }
        });
    }
    Ok(())
}

/// The snapshot of the state, which decides what is allowed.
fn see_state(store: &dyn Store, log: &Path, examined: &mut Examined) -> Result<()> {
    let opened = unless_damaged(Reader::open_log(log, None, None))?;
    let Some(reader) = opened else { return Ok(()) };
    match state::compare(store, &reader)? {
        Compared::None | Compared::Agrees(_) => {}
        Compared::Differs { size, .. } => {
            let words =
                format!("the state kept after {size} entries is not what those entries give");
            examined.see(Observation::new("db", Health::Broken, words).advise(
                "earmark doctor --fix makes it anew; who could write the folder and had the log key, made this one",
            ));
        }
        Compared::Damaged { size, why } => {
            let words = format!("the state kept after {size} entries is damaged: {why}");
            examined.see(
                Observation::new("db", Health::Broken, words)
                    .advise("earmark doctor --fix makes it anew"),
            );
        }
        Compared::Unknown { size, why } => {
            let words = format!("the state kept after {size} entries was not compared: {why}");
            examined.see(Observation::new("db", Health::Note, words));
        }
    }
    Ok(())
}

/// Makes the next opening of the ledger in `folder` look at everything.
///
/// # Errors
/// `locked`; `Kind::Io`.
pub fn distrust(folder: &Path) -> Result<()> {
    let _lock = LedgerLock::acquire(folder)?;
    let (store, _) = store::open(folder)?;
    store.distrust()
}

fn see_log(
    copies: &Copies<'_>,
    survey: &Survey,
    origin: &str,
    examined: &mut Examined,
) -> Result<()> {
    let size = survey.size();
    let reader = match ArchiveReader::open_on(Arc::clone(copies.medium), copies.log) {
        Ok(reader) => reader,
        Err(error) => {
            examined.see(Observation::new("log", Health::Broken, error.message()).advise(OPEN_IT));
            return Ok(());
        }
    };
    let damages = check(&reader, None)?.damages;
    for damage in &damages {
        examined.see(Observation::new("log", Health::Broken, damage.to_string()).advise(OPEN_IT));
    }
    let key = survey
        .state
        .ledger
        .as_ref()
        .and_then(|facts| VerifierKey::new(origin, &facts.log_key_at(reader.size()).0).ok());
    let signature = key.map(|key| Checkpoint::verify(reader.note(), &key));
    if let Some(Err(error)) = signature {
        let words = format!("its checkpoint: {}", error.message());
        examined.see(Observation::new("log", Health::Broken, words).advise(OPEN_IT));
    } else if let Some(index) = survey.archive.differs {
        let words = format!("entry {index} is another one than in the sequence that verifies");
        examined.see(Observation::new("log", Health::Broken, words).advise(OPEN_IT));
    } else if damages.is_empty() && reader.size() < size {
        let words = format!("published to {} of {size} entries", reader.size());
        examined.see(
            Observation::new("log", Health::Note, words)
                .advise("the next write publishes the rest"),
        );
    } else if damages.is_empty() {
        examined.see(Observation::new(
            "log",
            Health::Whole,
            format!("whole to {} of {size} entries", reader.size()),
        ));
    }
    Ok(())
}

/// The log has all that was published from here, as the anchor says.
fn see_published(
    copies: &Copies<'_>,
    anchored_size: Option<u64>,
    examined: &mut Examined,
) -> Result<()> {
    let published = copies.reader()?.map_or(0, |reader| reader.size());
    if let Some(anchored) = anchored_size.filter(|anchored| *anchored > published) {
        let words = format!("has {published} entries, but this machine's anchor says {anchored}");
        examined.see(
            Observation::new("log", Health::Broken, words).advise(
                "somebody put an older one in its place, or a publish was interrupted; opening the ledger \
                 for a write publishes again what its store has",
            ),
        );
    }
    Ok(())
}

fn see_breach(first: u64, breach: &Breach) -> Observation {
    let refused = format!(
        "the command of entry {first} is signed, and the rules of its time refuse it ({})",
        breach.rule
    );
    match breach.acknowledged {
        Some(by) => {
            Observation::new("entries", Health::Note, format!("{refused}; acknowledged at @{by}"))
        }
        None => Observation::new("entries", Health::Broken, refused).advise(format!(
            "it can be read, and not written to: find out how it came in, keep a copy, then `earmark breach \
             acknowledge @{first}`; nothing is lost"
        )),
    }
}

fn see_entries(survey: &Survey, examined: &mut Examined) {
    let size = survey.size();
    if let Some(index) = survey.beyond {
        let words = format!(
            "entry {size} is in no copy that verifies, but entries from {index} on are there"
        );
        examined.see(Observation::new("entries", Health::Broken, words).advise(
            "look for a copy that has the missing entry before anything is opened for a write",
        ));
    }
    for (first, breach) in &survey.state.breaches {
        examined.see(see_breach(*first, breach));
    }
    for words in &survey.repeated {
        examined.see(Observation::new("entries", Health::Note, words.clone()).advise(
            "the ledger is read and written as before; `earmark verify` names it for whoever verifies the log",
        ));
    }
    if let Some(index) = survey.not_understood {
        let words = format!(
            "entry {index} is of a type, or brings in a rule set, that this release does not know"
        );
        examined.see(
            Observation::new("entries", Health::Note, words)
                .advise("write with the release that made it"),
        );
    }
    if survey.clocks != Clocks::default() {
        let Clocks { ahead, behind } = survey.clocks;
        let words = format!(
            "recorded on an officer's word: {ahead} more than 40 days after the entry before, {behind} under a \
             clock behind it"
        );
        examined.see(
            Observation::new("clock", Health::Note, words).advise(
                "over such a stretch ask for --as-known-at SIZE; a time says nothing there",
            ),
        );
    }
    if size == 0 {
        let words = "no copy has a first command that verifies";
        examined.see(
            Observation::new("entries", Health::Broken, words)
                .advise("restore it from a copy: earmark archive restore --from COPY NEWDIR"),
        );
    }
}

fn see_anchor(
    anchor: Result<Option<Anchor>>,
    survey: &Survey,
    anchors: &Anchors,
    origin: &str,
    to_read: bool,
    examined: &mut Examined,
) {
    let adopt = "first look for the longer copy; only if it is lost for good: earmark anchor adopt CHECKPOINT";
    let anchor = match anchor {
        Ok(anchor) => anchor,
        Err(error) => {
            return examined
                .see(Observation::new("anchor", Health::Broken, error.message()).advise(adopt));
        }
    };
    let Some(anchor) = anchor else {
        if to_read {
            let words = "none: nothing was published from here";
            return examined.see(Observation::new("anchor", Health::Whole, words));
        }
        let words = format!("there is none at {}", anchors.path(origin).display());
        return examined.see(Observation::new("anchor", Health::Note, words).advise(
            "on the machine that writes, bring it along from where the keys came, or earmark anchor adopt CHECKPOINT",
        ));
    };
    examined.see(match check_anchor(Some(&anchor), survey.size(), || Ok(survey.anchored)) {
        Ok(()) => {
            Observation::new("anchor", Health::Whole, format!("agrees at size {}", anchor.size))
        }
        Err(error) => Observation::new("anchor", Health::Broken, error.message()).advise(adopt),
    });
}

fn see_cache(folder: &Path, examined: &mut Examined) {
    let cache = folder.join(CACHE_FOLDER);
    let key = examined.facts.as_ref().map(|facts| facts.log_key.0);
    examined.see(match reader::cache::glance(&cache, examined.size) {
        Ok(None) => Observation::new("cache", Health::Whole, "none; the log is read instead"),
        Ok(Some(found))
            if key.is_some_and(|key| reader::cache::is_signed(&cache, &key, examined.size)) =>
        {
            Observation::new(
                "cache",
                Health::Whole,
                format!("one of {} entries, signed", found.head.size),
            )
        }
        Ok(Some(_)) => Observation::new(
            "cache",
            Health::Note,
            "one that the log's key did not sign: it is not used",
        )
        .advise("cache/ may be deleted; it is made anew"),
        Err(words) => Observation::new("cache", Health::Note, format!("{words}: it is not used"))
            .advise("cache/ may be deleted; it is made anew"),
    });
}
