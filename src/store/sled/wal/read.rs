//! Reading the durability log: a walk through all of it, and what it has in a range.

use super::{Wal, name};
use crate::chain::entry::{Head, Sealed};
use crate::error::{Error, Result};
use crate::store::sled::frame::{self, Frame};
use std::ops::Range;

/// What a walk through the log meets, in order.
#[derive(Debug)]
pub(in crate::store::sled) enum Met<'a> {
    /// A valid frame. The ones that do not continue the one before follow a [`Met::Damage`].
    Frame(Frame<'a>),
    /// Bytes are missing or changed; the next entry would have had this index.
    Damage { index: u64, words: String },
    /// Something unusual that loses nothing.
    Note(String),
}

/// What the whole log holds, by segments.
#[derive(Debug, Default)]
pub(super) struct Walked {
    segments: Vec<Stretch>,
    /// What is damaged, and the entry it would have had.
    damage: Vec<(u64, String)>,
    /// One more than the last entry of the last frame.
    end: Option<u64>,
}

/// The entries that the frames of a segment hold.
#[derive(Debug)]
struct Stretch {
    generation: u64,
    held: Range<u64>,
}

impl Wal {
    /// Reads the whole log, oldest segment first, and learns where its segments end.
    pub(in crate::store::sled) fn survey(
        &mut self,
        visit: &mut dyn FnMut(Met<'_>) -> Result<()>,
    ) -> Result<()> {
        let ends = self.walk(&mut |_, met| visit(met))?;
        for (generation, end) in ends {
            if let Some(segment) = self.full.iter_mut().find(|s| s.generation == generation) {
                segment.end = end;
            }
        }
        Ok(())
    }

    /// The entries with an index in `range` into `entries`, and the damage met there into `damage`.
    /// A log that holds anything ends at the `head` of its store, if that is known.
    ///
    /// The first time the whole log is walked; then only segments that hold something of the range are read.
    pub(in crate::store::sled) fn collect(
        &self,
        range: &Range<u64>,
        head: Option<u64>,
        entries: &mut Vec<Sealed>,
        damage: &mut Vec<String>,
    ) -> Result<()> {
        let walked = self.walked()?;
        for Stretch { generation, held } in &walked.segments {
            if held.start >= range.end || range.start >= held.end {
                continue;
            }
            let path = self.folder.join(name(*generation));
            let bytes = self.medium.read(&path).map_err(|e| Error::io("read", &path, e))?;
            let scan = frame::scan(&bytes, *generation, true);
            for frame in scan.frames.iter().chain(&scan.strays) {
                if frame.before.size < range.end && range.start < frame.after.size {
                    entries.extend(frame.entries().filter(|e| range.contains(&e.index)));
                }
            }
        }
        let met = walked.damage.iter().filter(|(index, _)| range.contains(index));
        damage.extend(met.map(|(_, words)| words.clone()));
        if let (Some(end), Some(head)) = (walked.end, head)
            && end < head
            && range.contains(&end)
        {
            let last = end.saturating_sub(1);
            damage.push(format!(
                "the durability log ends after entry {last}, the store has {head} entries"
            ));
        }
        entries.sort_by_key(|entry| entry.index);
        entries.dedup();
        Ok(())
    }

    /// The first entry from `from` on that a frame holds.
    pub(in crate::store::sled) fn next_held(&self, from: u64) -> Result<Option<u64>> {
        let later = self.walked()?.segments.iter().filter(|stretch| stretch.held.end > from);
        Ok(later.map(|stretch| stretch.held.start.max(from)).min())
    }

    fn walked(&self) -> Result<&Walked> {
        if let Some(walked) = self.walked.get() {
            return Ok(walked);
        }
        let mut walked = Walked::default();
        self.walk(&mut |generation, met| {
            match met {
                Met::Frame(frame) => {
                    let (start, end) = (frame.before.size, frame.after.size);
                    walked.end = walked.end.max(Some(end));
                    match walked.segments.last_mut().filter(|last| last.generation == generation) {
                        Some(Stretch { held, .. }) => {
                            *held = held.start.min(start)..held.end.max(end);
                        }
                        None => walked.segments.push(Stretch { generation, held: start..end }),
                    }
                }
                Met::Damage { index, words } => walked.damage.push((index, words)),
                Met::Note(_) => {}
            }
            Ok(())
        })?;
        Ok(self.walked.get_or_init(|| walked))
    }

    fn generations(&self) -> Vec<u64> {
        let mut all: Vec<u64> = self.free.clone();
        all.extend(self.full.iter().map(|segment| segment.generation));
        all.extend(self.active.as_ref().map(|active| active.generation));
        all.sort_unstable();
        all
    }

    /// The walk itself; returns each segment's generation with the end of its entries.
    fn walk(&self, visit: &mut dyn FnMut(u64, Met<'_>) -> Result<()>) -> Result<Vec<(u64, u64)>> {
        let mut ends = Vec::new();
        let mut head: Option<Head> = None;
        for generation in self.generations() {
            let path = self.folder.join(name(generation));
            let mut end = 0;
            let visit = &mut |met: Met<'_>| visit(generation, met);
            match self.medium.read(&path) {
                Ok(bytes) => walk_segment(&bytes, generation, &mut head, &mut end, visit)?,
                // Not what the log holds, but what the machine can read of it now.
                Err(error) if !crate::file::is_unfit(&error) => {
                    return Err(Error::io("read", &path, error));
                }
                Err(error) => {
                    end = u64::MAX;
                    let words = format!("segment {generation} cannot be read: {error}");
                    visit(Met::Damage { index: head.map_or(0, |h| h.size), words })?;
                }
            }
            ends.push((generation, end));
        }
        Ok(ends)
    }
}

fn walk_segment(
    bytes: &[u8],
    generation: u64,
    head: &mut Option<Head>,
    end: &mut u64,
    visit: &mut dyn FnMut(Met<'_>) -> Result<()>,
) -> Result<()> {
    let scan = frame::scan(bytes, generation, true);
    if !scan.header_is_good {
        let words = format!("segment {generation} of the durability log has no valid header");
        visit(Met::Damage { index: head.map_or(0, |h| h.size), words })?;
    }
    if scan.torn && scan.strays.is_empty() {
        visit(Met::Note(format!(
            "segment {generation} of the durability log ends in an append that was cut short at \
             byte {} and never acknowledged; it is ignored",
            scan.end
        )))?;
    }
    let mut place = scan.end;
    for (frame, is_stray) in
        scan.frames.iter().map(|f| (f, false)).chain(scan.strays.iter().map(|f| (f, true)))
    {
        if let Some(expected) = head.filter(|head| !frame.continues(*head)) {
            visit(Met::Damage {
                index: expected.size,
                words: gap(generation, place.min(frame.at), frame, expected),
            })?;
        } else if is_stray && frame.at != place {
            let words = format!(
                "segment {generation} of the durability log is damaged from byte {place} to {}",
                frame.at
            );
            visit(Met::Damage { index: frame.before.size, words })?;
        }
        visit(Met::Frame(*frame))?;
        *head = Some(frame.after);
        *end = frame.after.size.max(*end);
        if is_stray {
            place = frame.end;
        }
    }
    Ok(())
}

fn gap(generation: u64, place: usize, frame: &Frame<'_>, expected: Head) -> String {
    format!(
        "the durability log is broken in segment {generation} from byte {place} to {}: expected \
         entry {} after {}, found entry {} after {}",
        frame.at, expected.size, expected.hash, frame.before.size, frame.before.hash
    )
}
