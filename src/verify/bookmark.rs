//! A bookmark: how far a verification got, with all that it needs to go on from there.
//!
//! It stands in the home of whoever verifies, beside the pins, never in a ledger: nobody else vouches
//! for what it says. It says: up to this head the chain, and with it the tiers that the file is
//! named after, held. Since a head is the hash of everything before it, that stays true of every log
//! with that head, and is true of no other. The bytes are in schemas/log.md §10.

use super::Tier;
use super::figures::Count;
use super::totals::ControlTotals;
use crate::chain::body;
use crate::chain::entry::{Head, LedgerId};
use crate::chain::hash::Hash;
use crate::domain::state::State;
use crate::edge::durable::{self, Readers};
use crate::error::{Error, Kind, Result};
use crate::ledger::reader::books::Books;
use crate::projection::Recorded;
use crate::tlog::tree::{Digest, sha256};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

const MAGIC: &[u8; 8] = b"EARMMARK";
const FORMAT: u32 = 2;
/// The most bytes of a bookmark that are read: it holds a state, as a cache does.
const MAX_BYTES: usize = 4 << 30;
const DIGEST_END: usize = 40;
/// Bookmarks are left this many entries apart, or a quarter of the size that the last one had: so at
/// most a fifth of a long run is done anew, and writing them does not grow with the log.
const EVERY: u64 = 1_000;

/// The bookmark of one log at one depth of verification.
#[derive(Debug, Clone)]
pub struct Bookmark {
    path: PathBuf,
    now_microseconds: i64,
}

/// What a run could take from an earlier one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resumption {
    /// Nothing: there was no bookmark yet.
    First,
    /// The bookmark at this size.
    From {
        /// Number of entries that the earlier run had verified.
        size: u64,
        /// When it began, microseconds since 1970 in UTC.
        at_microseconds: i64,
    },
    /// Nothing: there was a bookmark, and why it was of no use, in words.
    Anew(String),
}

/// What is counted on the way.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Tally {
    pub(super) commands: u64,
    pub(super) findings: u64,
    pub(super) count: Count,
    pub(super) totals: ControlTotals,
    /// The projections of a fresh run, without the state.
    pub(super) books: Books,
}

impl Tally {
    pub(super) fn entry(&mut self, recorded: &Recorded<'_>, in_books: bool) {
        self.count.entry(recorded);
        self.totals.entry(recorded);
        if in_books {
            self.books.apply(recorded);
        }
    }

    pub(super) fn command(&mut self, officer: u32, findings: usize) {
        self.commands = self.commands.saturating_add(1);
        self.count.command(officer);
        let findings = u64::try_from(findings).unwrap_or(u64::MAX);
        self.findings = self.findings.saturating_add(findings);
    }
}

/// What a bookmark says of a place in a log up to which everything holds: owned as it is read, lent as
/// it is written.
#[derive(Debug)]
pub(super) struct Kept<S = State, T = Tally> {
    /// When the run began that left it.
    pub(super) at_microseconds: i64,
    pub(super) ledger: LedgerId,
    pub(super) head: Head,
    pub(super) recorded_at_microseconds: i64,
    /// The file of the cache that was compared.
    pub(super) compared: Option<Digest>,
    pub(super) state: S,
    pub(super) tally: T,
}

impl Kept {
    pub(super) fn resumption(&self) -> Resumption {
        Resumption::From { size: self.head.size, at_microseconds: self.at_microseconds }
    }
}

#[derive(Serialize, Deserialize)]
struct Stored<S, T> {
    at_microseconds: i64,
    ledger: [u8; 16],
    size: u64,
    hash: [u8; 32],
    recorded_at_microseconds: i64,
    compared: Option<[u8; 32]>,
    state: S,
    tally: T,
}

/// Whose logic a bookmark comes from: another release may judge otherwise.
type Release = (u32, String, [u32; 4]);

fn release() -> Release {
    (FORMAT, env!("CARGO_PKG_VERSION").to_owned(), Books::logic_versions())
}

impl Bookmark {
    /// The bookmark in `folder` of verifying, with these tiers, the log that the key `vkey` is trusted
    /// for; one that is left now is dated `now_microseconds` since 1970.
    #[must_use]
    pub fn of(folder: &Path, vkey: &str, tiers: &[Tier], now_microseconds: i64) -> Self {
        let depth = tiers.last().map_or("none", |tier| tier.text());
        let name = format!("{}.{depth}", sha256(vkey.as_bytes()));
        Self { path: folder.join(name), now_microseconds }
    }

    /// When the run that leaves it began, microseconds since 1970 in UTC.
    pub(super) fn now_microseconds(&self) -> i64 {
        self.now_microseconds
    }

    /// The file it is, or would be.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether a run that is whole so far leaves one at `size`, where the last was at `last`.
    pub(super) fn is_due(last: u64, size: u64) -> bool {
        let distance = EVERY.max(last / 4);
        last.checked_add(distance).is_some_and(|due| size >= due)
    }

    /// The bookmark, if there is one; `Err` in words where it is of no use.
    ///
    /// # Errors
    /// An I/O code if it is there and cannot be read.
    pub(super) fn read(&self) -> Result<std::result::Result<Option<Kept>, String>> {
        let Some(bytes) = durable::read_bytes(&self.path, MAX_BYTES)? else { return Ok(Ok(None)) };
        Ok(decode(&bytes).map(Some).map_err(|words| format!("{}: {words}", self.path.display())))
    }

    /// Leaves the bookmark, durably.
    ///
    /// # Errors
    /// An I/O code when it cannot be written.
    pub(super) fn write(&self, kept: &Kept<&State, &Tally>) -> Result<()> {
        let stored = Stored {
            at_microseconds: kept.at_microseconds,
            ledger: kept.ledger.0,
            size: kept.head.size,
            hash: kept.head.hash.0,
            recorded_at_microseconds: kept.recorded_at_microseconds,
            compared: kept.compared.map(|digest| digest.0),
            state: kept.state,
            tally: kept.tally,
        };
        let value = body::encode_value(&(release(), stored)).map_err(|malformed| {
            Error::new(Kind::Io, "bookmark_too_large", format!("the bookmark: {malformed}"))
        })?;
        let bytes = [MAGIC.as_slice(), &sha256(&value).0, &value].concat();
        if let Some(folder) = self.path.parent() {
            durable::create_folder(folder, Readers::Owner)?;
        }
        durable::replace(&self.path, &bytes, Readers::Owner)
    }
}

fn decode(bytes: &[u8]) -> std::result::Result<Kept, String> {
    let no_bookmark = || "not a bookmark, or a damaged one".to_owned();
    let (front, value) = bytes.split_at_checked(DIGEST_END).ok_or_else(no_bookmark)?;
    if front != [MAGIC.as_slice(), &sha256(value).0].concat() {
        return Err(no_bookmark());
    }
    if body::decode_front::<Release>(value) != Some(release()) {
        return Err("left by another release, whose rules may be others".to_owned());
    }
    let stored = body::decode_value::<(Release, Stored<State, Tally>)>(value);
    let (_, stored) = stored.map_err(|_| no_bookmark())?;
    Ok(Kept {
        at_microseconds: stored.at_microseconds,
        ledger: LedgerId(stored.ledger),
        head: Head { size: stored.size, hash: Hash(stored.hash) },
        recorded_at_microseconds: stored.recorded_at_microseconds,
        state: stored.state,
        tally: stored.tally,
        compared: stored.compared.map(Digest),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written() -> (tempfile::TempDir, Bookmark) {
        let folder = tempfile::tempdir().unwrap();
        let bookmark = Bookmark::of(&folder.path().join("b"), "example.org/x", &Tier::ALL, 9);
        let (state, tally) = (State::default(), Tally { commands: 3, ..Tally::default() });
        let kept = Kept {
            at_microseconds: 9,
            ledger: LedgerId([1; 16]),
            head: Head { size: 7, hash: Hash([2; 32]) },
            recorded_at_microseconds: 5,
            compared: Some(Digest([4; 32])),
            state: &state,
            tally: &tally,
        };
        bookmark.write(&kept).unwrap();
        (folder, bookmark)
    }

    #[test]
    fn what_was_left_is_read_back() {
        let (_folder, bookmark) = written();
        let kept = bookmark.read().unwrap().unwrap().unwrap();
        assert_eq!(kept.resumption(), Resumption::From { size: 7, at_microseconds: 9 });
        assert_eq!((kept.ledger, kept.head.hash), (LedgerId([1; 16]), Hash([2; 32])));
        assert_eq!((kept.tally.commands, kept.compared), (3, Some(Digest([4; 32]))));
    }

    #[test]
    fn each_depth_and_log_has_its_own() {
        let of = |origin, tiers: &[Tier]| Bookmark::of(Path::new("b"), origin, tiers, 0).path;
        assert_ne!(of("a", &Tier::ALL), of("a", &[Tier::Chain]));
        assert_ne!(of("a", &Tier::ALL), of("b", &Tier::ALL));
    }

    #[test]
    fn damage_and_other_releases_are_told_apart() {
        let (_folder, bookmark) = written();
        let good = std::fs::read(&bookmark.path).unwrap();
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 1;
            std::fs::write(&bookmark.path, bad).unwrap();
            let words = bookmark.read().unwrap().unwrap_err();
            assert!(words.ends_with("not a bookmark, or a damaged one"), "byte {at}: {words}");
        }
        let value = body::encode_value(&(FORMAT, "0.0.0", Books::logic_versions())).unwrap();
        let other = [MAGIC.as_slice(), &sha256(&value).0, &value].concat();
        std::fs::write(&bookmark.path, other).unwrap();
        let words = bookmark.read().unwrap().unwrap_err();
        assert!(words.contains("another release"), "{words}");
        std::fs::remove_file(&bookmark.path).unwrap();
        assert!(bookmark.read().unwrap().unwrap().is_none());
    }

    #[test]
    fn bookmarks_lie_a_quarter_apart() {
        for (last, size, is_due) in [
            (0, 999, false),
            (0, 1_000, true),
            (40_000, 49_999, false),
            (40_000, 50_000, true),
            (u64::MAX, u64::MAX, false),
        ] {
            assert_eq!(Bookmark::is_due(last, size), is_due, "{last} {size}");
        }
    }
}
