//! Going on from a bookmark: the chain is followed up to it again, and must come out at its head.

use super::caches::{FoundCache, cached_size};
use super::{Fault, Job, Report, Run, Tier};
use crate::chain::clocks::Clocks;
use crate::chain::command_ids::CommandIds;
use crate::chain::entry::{Head, LedgerId};
use crate::chain::hash::Hash;
use crate::chain::walk::Walk;
use crate::error::{Error, Kind, Result};
use crate::verify::bookmark::{Bookmark, Kept, Resumption};

/// Why a bookmark is of no use for a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NotResumed {
    /// The log that is read is shorter, as an older copy is.
    Shorter { bookmark: u64, size: u64 },
    /// Below the bookmark there is a cache that the run that left it has not seen.
    OtherCache { bookmark: u64 },
    /// The chain does not come out where it did.
    OtherHead { bookmark: Head, found: Option<Hash> },
    /// Of chain and log alone: not without the rules.
    Unclear,
}

impl NotResumed {
    fn words(&self) -> String {
        match self {
            Self::Shorter { bookmark, size } => {
                format!("the bookmark is at {bookmark} entries, and this copy has {size}")
            }
            Self::OtherCache { bookmark } => {
                format!("the cache was made anew, of fewer entries than the bookmark's {bookmark}")
            }
            Self::OtherHead { bookmark, .. } => {
                format!("the first {} entries are not those of before", bookmark.size)
            }
            Self::Unclear => "the rules have to be followed".to_owned(),
        }
    }
}

impl Kept {
    /// Whether a run can begin here at all.
    pub(super) fn fits(
        &self,
        size: u64,
        cache: &FoundCache,
    ) -> std::result::Result<(), NotResumed> {
        let bookmark = self.head.size;
        if bookmark > size {
            return Err(NotResumed::Shorter { bookmark, size });
        }
        match cache {
            Ok(Some(found)) if cached_size(cache) <= bookmark => {
                let is_known = self.compared == Some(found.file);
                if is_known { Ok(()) } else { Err(NotResumed::OtherCache { bookmark }) }
            }
            Ok(_) | Err(_) => Ok(()),
        }
    }
}

/// The way to a bookmark.
#[derive(Debug)]
pub(super) struct Earlier {
    walk: Walk,
    ledger: LedgerId,
    until: Head,
    found: Option<Hash>,
    is_past: bool,
}

impl Earlier {
    pub(super) fn new(ledger: LedgerId, until: Head) -> Self {
        let mut walk = Walk::new(None);
        walk.watch_ids(CommandIds::default());
        Self { walk, ledger, until, found: None, is_past: until.size == 0 }
    }

    /// The chain came out at the bookmark's head.
    pub(super) fn is_past(&self) -> bool {
        self.is_past
    }

    /// Entries on the way whose recorded time stands on an officer's word.
    pub(super) fn clocks(&self) -> Clocks {
        self.walk.clocks()
    }

    /// The ids of the commands up to the bookmark, taken out.
    pub(super) fn take_ids(&mut self) -> CommandIds {
        self.walk.take_ids().unwrap_or_default()
    }

    /// Takes the next entry.
    pub(super) fn step(&mut self, bytes: &[u8], hash: Hash) -> Result<()> {
        self.walk.step_hashed(bytes, hash)?;
        if self.walk.head().size < self.until.size {
            return Ok(());
        }
        self.found = Some(hash);
        self.is_past =
            self.walk.boundary() == self.until && self.walk.ledger() == Some(self.ledger);
        if self.is_past {
            return Ok(());
        }
        let message = format!("the head at {} is not the bookmark's", self.until.size);
        Err(Error::new(Kind::Break, "not_resumed", message))
    }
}

impl Run<'_> {
    /// Entries whose recorded time stands on an officer's word, of the way to the bookmark and beyond.
    pub(super) fn clocks(&self) -> Clocks {
        let earlier = self.earlier.as_ref().map(Earlier::clocks).unwrap_or_default();
        earlier.and(self.replay.walk().clocks())
    }

    /// Why the bookmark was of no use, if the chain did not come out at its head.
    pub(super) fn not_resumed(&self) -> Option<NotResumed> {
        let earlier = self.earlier.as_ref().filter(|earlier| !earlier.is_past())?;
        Some(NotResumed::OtherHead { bookmark: earlier.until, found: earlier.found })
    }

    /// Leaves a bookmark at the end of a command up to which everything holds, when it is time to.
    pub(super) fn keep_place(&mut self, at_end: bool) -> Result<()> {
        let Some(bookmark) = self.bookmark else { return Ok(()) };
        let head = self.replay.walk().boundary();
        let is_time =
            Bookmark::is_due(self.kept_at, head.size) || (at_end && head.size > self.kept_at);
        let is_whole = self.faults.is_empty()
            && self.broken.is_none()
            && self.stopped().is_none()
            && self.replay.unsigned_from().is_none();
        let Some(ledger) = self.replay.walk().ledger().filter(|_| is_time && is_whole) else {
            return Ok(());
        };
        self.kept_at = head.size;
        bookmark.write(&Kept {
            at_microseconds: bookmark.now_microseconds(),
            ledger,
            head,
            recorded_at_microseconds: self.replay.walk().recorded_at_microseconds(),
            compared: self.compared,
            state: self.replay.state(),
            tally: self.folding.tally(),
        })
    }
}

impl Job<'_> {
    /// From the first entry on.
    pub(super) fn whole(&self, progress: &mut dyn FnMut(u64)) -> Result<Report> {
        let is_plain = self.tiers.iter().all(|tier| matches!(tier, Tier::Chain | Tier::Log));
        if is_plain
            && self.bookmark.is_none()
            && let Ok(report) = self.pass(None, true, progress)?
        {
            return Ok(report);
        }
        // Without anything kept there is nothing that could not be gone on from.
        self.pass(None, false, progress)?
            .map_err(|not_resumed| Error::new(Kind::Break, "not_resumed", not_resumed.words()))
    }

    /// From the bookmark on, if there is one and the log is still the same up to it.
    pub(super) fn resumed(
        &self,
        bookmark: &Bookmark,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Report> {
        let (kept, reason) = match bookmark.read()? {
            Ok(kept) => (kept, None),
            Err(words) => (None, Some(words)),
        };
        let not_resumed = match (kept, reason) {
            (None, None) => return self.whole(progress),
            (None, Some(words)) => {
                let report = self.whole(progress)?;
                return Ok(Report { resumption: Some(Resumption::Anew(words)), ..report });
            }
            (Some(kept), _) => match self.pass(Some(kept), false, progress)? {
                Ok(report) => return Ok(report),
                Err(not_resumed) => not_resumed,
            },
        };
        // A bookmark that says more than this log, or something else, is not overwritten by it.
        let keeps = matches!(not_resumed, NotResumed::OtherCache { .. });
        let job =
            Job { trust: self.trust.clone(), bookmark: self.bookmark.filter(|_| keeps), ..*self };
        let mut report = job.whole(progress)?;
        report.resumption = Some(Resumption::Anew(not_resumed.words()));
        if let Some(fault) = not_resumed.fault(bookmark, &report) {
            // It says more than what may follow from it.
            report.add(fault);
            report.faults.rotate_right(1);
        }
        Ok(report)
    }
}

impl NotResumed {
    /// A chain that is sound in itself and comes out at another head was written anew.
    fn fault(&self, bookmark: &Bookmark, report: &Report) -> Option<Fault> {
        let Self::OtherHead { bookmark: head, found: Some(found) } = self else { return None };
        (report.head.size >= head.size).then(|| Fault {
            tier: Tier::Chain,
            index: None,
            file: None,
            field: "head".to_owned(),
            expected: format!(
                "{} at size {}, as an earlier run on this machine verified it ({})",
                head.hash,
                head.size,
                bookmark.path().display()
            ),
            found: found.to_string(),
            likely: "rewritten".to_owned(),
            acknowledged: None,
        })
    }
}
