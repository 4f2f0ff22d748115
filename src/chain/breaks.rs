//! What is wrong with an entry that does not verify, and what probably happened to it.

use super::entry::{self, Envelope, Malformed};
use super::hash::{self, Hash};
use crate::error::{Error, Kind};
use std::fmt;

/// What probably happened to a broken entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likely {
    /// Its bytes were changed.
    Changed,
    /// Entries before it are missing.
    Missing,
    /// It stands in another entry's place.
    Reordered,
    /// The end of what was there is missing.
    Truncated,
    /// Written by somebody who made the chain fit again.
    Rewritten,
    /// Recorded although the rules refuse it.
    Refused,
    /// Recorded a second time.
    Repeated,
}

impl fmt::Display for Likely {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Changed => "changed",
            Self::Missing => "missing",
            Self::Reordered => "reordered",
            Self::Truncated => "truncated",
            Self::Rewritten => "rewritten",
            Self::Refused => "recorded against the rules",
            Self::Repeated => "repeated",
        })
    }
}

/// The first entry that does not verify: which field, what was expected and what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Break {
    /// Index of the entry.
    pub index: u64,
    /// Name of the field, as in schemas/entry.md.
    pub field: &'static str,
    /// What chain and format ask for.
    pub expected: String,
    /// What the entry says.
    pub found: String,
    /// What probably happened.
    pub likely: Likely,
}

impl Break {
    /// A break; also for callers that find one by signature, rule or tree.
    #[must_use]
    pub fn new(
        index: u64,
        field: &'static str,
        expected: impl fmt::Display,
        found: impl fmt::Display,
        likely: Likely,
    ) -> Self {
        let (expected, found) = (expected.to_string(), found.to_string());
        Self { index, field, expected, found, likely }
    }

    pub(super) fn malformed(index: u64, malformed: Malformed) -> Self {
        Self::new(index, malformed.field, malformed.expected, malformed.found, Likely::Changed)
    }

    /// [`Break::refine`] for the last entry, which has none after it. Its signature tells as much:
    /// `is_signed` says whether the entry where the walk broke is whole under its officer's key.
    #[must_use]
    pub fn refine_last(mut self, is_signed: bool) -> Self {
        match self.field {
            "previous" if is_signed => self.of_the_entry_before(),
            "index" if !is_signed => {
                self.likely = Likely::Changed;
                self
            }
            _ => self,
        }
    }

    /// The entry before was changed, and the one here is right about what it was.
    fn of_the_entry_before(mut self) -> Self {
        if let Some(index) = self.index.checked_sub(1) {
            self.index = index;
            self.field = "hash";
            std::mem::swap(&mut self.expected, &mut self.found);
        }
        self
    }

    /// Says more exactly what happened, from the entry where the walk broke and the one after it.
    ///
    /// A `previous` that does not fit may be wrong itself, or right about an entry that was changed:
    /// where the next entry vouches for `at`, the entry before is to blame, and `index` moves to it.
    #[must_use]
    pub fn refine(mut self, at: &[u8], after: Option<&[u8]>) -> Self {
        let Some(after) = after.and_then(|bytes| entry::parse(bytes).ok()) else { return self };
        let vouched = after.previous == hash::entry(at);
        match self.field {
            "index" if after.index.to_string() == self.expected => self.likely = Likely::Reordered,
            "index" if is_vouched_with_index(at, self.index, after.previous) => {
                self.likely = Likely::Changed;
            }
            "previous" if vouched => self = self.of_the_entry_before(),
            "index" | "previous" => {}
            _ if vouched => self.likely = Likely::Rewritten,
            _ => {}
        }
        self
    }
}

/// True if the entry would be the one that the next vouches for, if it had this index.
fn is_vouched_with_index(bytes: &[u8], index: u64, vouched: Hash) -> bool {
    let Ok(envelope) = entry::parse(bytes) else { return false };
    let signature = envelope.signature;
    let Ok(mut mended) = (Envelope { index, ..envelope }).prefix() else { return false };
    mended.extend(signature.into_iter().flatten());
    hash::entry(&mended) == vouched
}

impl fmt::Display for Break {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { index, field, expected, found, likely } = self;
        write!(f, "entry {index}, {field}: expected {expected}, found {found} (likely {likely})")
    }
}

impl std::error::Error for Break {}

impl Break {
    /// The break inside an error, if it is one.
    #[must_use]
    pub fn from_error(error: &Error) -> Option<Self> {
        std::error::Error::source(error)?.downcast_ref::<Self>().cloned()
    }
}

impl From<Break> for Error {
    fn from(b: Break) -> Self {
        Self::new(Kind::Break, "break", b.to_string())
            .with_hint("compare with another copy of the log, and keep both")
            .with_detail("index", b.index)
            .with_detail("field", b.field)
            .with_detail("expected", &b.expected)
            .with_detail("found", &b.found)
            .with_detail("likely", b.likely)
            .with_source(b)
    }
}
