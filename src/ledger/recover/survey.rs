//! Follows the longest sequence through all copies, command by command, and notes what fits it.
//!
//! It changes nothing on the disk. In memory are one range of entries, and the hash of each entry of which the
//! copies have more than one form.

use super::candidates::Candidates;
use super::copies::{Copies, Place, Section};
use crate::archive::reader::ArchiveReader;
use crate::chain::breaks::Break;
use crate::chain::clocks::Clocks;
use crate::chain::command_ids::CommandIds;
use crate::chain::entry::{Head, MAX_COMMAND_ENTRIES, Sealed};
use crate::chain::hash::Hash;
use crate::domain::event::Event;
use crate::domain::state::State;
use crate::error::{Error, Kind, Result};
use crate::ledger::reader::bodies::read_event;
use crate::ledger::reader::replay::{Judge, Replay};
use crate::tlog::tree::{Digest, Frontier, leaf_hash};
use std::collections::BTreeMap;

/// A copy against the sequence.
#[derive(Debug, Default)]
pub(in crate::ledger) struct Standing {
    /// What is damaged in it, in words.
    pub(in crate::ledger) damage: Vec<String>,
    /// The first entry in it that is not the sequence's.
    pub(in crate::ledger) differs: Option<u64>,
}

impl Standing {
    /// True when it is a beginning of the sequence, or all of it.
    pub(super) fn fits(&self) -> bool {
        self.damage.is_empty() && self.differs.is_none()
    }
}

/// The longest sequence, and how the copies stand to it.
#[derive(Debug)]
pub(in crate::ledger) struct Survey {
    /// The end of it.
    head: Head,
    /// The hash of each entry of which the copies have more than one form.
    pub(super) chosen: BTreeMap<u64, Hash>,
    /// The last entry of it that the store has.
    pub(super) store_end: Head,
    /// The state after the last.
    pub(in crate::ledger) state: State,
    /// The first entry of a later release: of a type, version or rule set that this one does not know.
    pub(in crate::ledger) not_understood: Option<u64>,
    /// Entries whose recorded time stands on an officer's word.
    pub(in crate::ledger) clocks: Clocks,
    /// What commands have the id of an earlier one, in words: the chain goes on all the same.
    pub(in crate::ledger) repeated: Vec<String>,
    /// Root of the tree at the size that was asked for, if the sequence is as long.
    pub(in crate::ledger) anchored: Option<Digest>,
    pub(in crate::ledger) store: Standing,
    pub(in crate::ledger) archive: Standing,
    /// Entries at and after the end, that nothing leads to: the first.
    pub(in crate::ledger) beyond: Option<u64>,
}

impl Survey {
    /// Number of entries.
    pub(in crate::ledger) fn size(&self) -> u64 {
        self.head.size
    }

    /// The end of the sequence.
    pub(in crate::ledger) fn head(&self) -> Head {
        self.head
    }
}

/// Surveys all copies.
///
/// # Errors
/// `fork` names the first entry at which two valid commands differ; `Kind::Io`.
pub(in crate::ledger) fn survey(copies: &Copies<'_>, anchor_size: Option<u64>) -> Result<Survey> {
    // A command that looks whole but does not verify leaves a spoiled state behind: follow again, up
    // to it. Nothing follows it then, so this happens once.
    let mut limit = u64::MAX;
    loop {
        let mut follower = Follower::new(copies, anchor_size, limit)?;
        match follower.run()? {
            Some(bad) => limit = bad,
            None => return Ok(follower.into_survey()),
        }
    }
}

/// What is known of the entries so far, for those that later ones cite.
struct Known<'a> {
    copies: Copies<'a>,
    reader: Option<ArchiveReader>,
    candidates: Candidates,
    /// The end of the sequence so far.
    head: Head,
    /// The hashes of its entries that are in memory, and of those of which there were more forms than one.
    recent: BTreeMap<u64, Hash>,
    chosen: BTreeMap<u64, Hash>,
}

impl Known<'_> {
    /// The event of an entry of the sequence.
    fn event(&self, index: u64) -> Result<Option<Event>> {
        if index >= self.head.size {
            return Ok(None);
        }
        let recent = self.recent.get(&index);
        let sealed = match recent.and_then(|hash| self.candidates.get(index, *hash)) {
            Some(sealed) => Some(sealed.clone()),
            None => {
                let hash = recent.or_else(|| self.chosen.get(&index)).copied();
                self.copies.entry(self.reader.as_ref(), index, hash)?
            }
        };
        Ok(sealed.and_then(|sealed| read_event(&sealed.bytes).ok().flatten()))
    }

    /// Takes a command into `replay`. What fails in its chain or signature is `Doubtful`, and the
    /// state then spoiled. What is signed but refused by the rules is taken: entries are left out for
    /// what they are, never for what they say.
    fn take(&self, replay: &mut Replay, command: &[Sealed]) -> Result<Taken> {
        let mut lookup = |index| self.event(index);
        for sealed in command {
            match replay.step(sealed, &mut lookup, &mut |_| {}) {
                Ok(None) => {}
                Ok(Some(outcome)) if outcome.signature.is_err() => return Ok(Taken::Doubtful),
                Ok(Some(outcome)) => return Ok(Taken::Whole(outcome.repeated)),
                Err(error) if error.kind() == Kind::Break => return Ok(Taken::Doubtful),
                Err(error) => return Err(error),
            }
        }
        Ok(Taken::Doubtful)
    }
}

/// What came of taking a command.
enum Taken {
    /// It verifies; it may have the id of an earlier command all the same.
    Whole(Option<Break>),
    Doubtful,
}

struct Follower<'a> {
    known: Known<'a>,
    replay: Replay,
    repeated: Vec<String>,
    frontier: Frontier,
    anchor_size: Option<u64>,
    anchored: Option<Digest>,
    /// The sequence does not go on at or beyond this size.
    limit: u64,
    ended: bool,
    store: Standing,
    archive: Standing,
    store_end: Head,
    beyond: Option<u64>,
}

impl<'a> Follower<'a> {
    fn new(copies: &Copies<'a>, anchor_size: Option<u64>, limit: u64) -> Result<Self> {
        let known = Known {
            copies: *copies,
            reader: copies.reader()?,
            candidates: Candidates::default(),
            head: Head::default(),
            recent: BTreeMap::new(),
            chosen: BTreeMap::new(),
        };
        let mut new = Self {
            known,
            replay: Replay::new(None, Judge::Everything),
            repeated: Vec::new(),
            frontier: Frontier::default(),
            anchor_size,
            anchored: None,
            limit,
            ended: false,
            store: Standing::default(),
            archive: Standing::default(),
            store_end: Head::default(),
            beyond: None,
        };
        new.replay.watch_ids(CommandIds::default());
        new.compare_anchor();
        Ok(new)
    }

    fn into_survey(self) -> Survey {
        Survey {
            head: self.known.head,
            chosen: self.known.chosen,
            store_end: self.store_end,
            not_understood: self.replay.stopped_at(),
            clocks: self.replay.walk().clocks(),
            state: self.replay.into_state(),
            repeated: self.repeated,
            anchored: self.anchored,
            store: self.store,
            archive: self.archive,
            beyond: self.beyond,
        }
    }

    fn head(&self) -> Head {
        self.replay.walk().head()
    }

    fn compare_anchor(&mut self) {
        if Some(self.frontier.size()) == self.anchor_size {
            self.anchored = Some(self.frontier.root());
        }
    }

    /// Follows to the end; gives the first index of a command that spoiled the state, if one did.
    fn run(&mut self) -> Result<Option<u64>> {
        let most = u64::try_from(MAX_COMMAND_ENTRIES).unwrap_or(u64::MAX);
        let mut sections = self.known.copies.sections()?;
        while let Some((end, section)) = sections.next()? {
            self.take_in(section);
            // A command must be in memory as a whole, with all of its variants.
            while !self.ended && (end == u64::MAX || self.head().size.saturating_add(most) <= end) {
                let head = self.head();
                if !self.advance(head)? {
                    return Ok(Some(head.size));
                }
            }
            self.settle();
        }
        Ok(None)
    }

    fn take_in(&mut self, section: Section) {
        for (place, words) in section.damage {
            let damage = match place {
                Place::Store => &mut self.store.damage,
                Place::Archive => &mut self.archive.damage,
            };
            if !damage.contains(&words) {
                damage.push(words);
            }
        }
        for (place, sealed) in section.entries {
            self.known.candidates.add(place, sealed);
        }
    }

    /// Takes the next command, if there is one that verifies. False if the state was spoiled.
    fn advance(&mut self, head: Head) -> Result<bool> {
        let mut commands = Vec::new();
        if head.size < self.limit {
            commands = self.known.candidates.commands(head);
        }
        if commands.len() > 1 {
            commands = self.choose(commands)?;
        }
        if let [first, second, ..] = commands.as_slice() {
            return Err(fork(first, second));
        }
        let Some(command) = commands.pop() else {
            self.ended = true;
            return Ok(true);
        };
        match self.known.take(&mut self.replay, &command)? {
            Taken::Whole(repeated) => self.repeated.extend(repeated.map(|broken| {
                format!(
                    "the command of entry {} has the id of an earlier one, {}: a retry of it is answered \
                     with the earlier",
                    broken.index, broken.found
                )
            })),
            Taken::Doubtful => return Ok(false),
        }
        for sealed in command {
            let size = sealed.index.saturating_add(1);
            self.known.head = Head { size, hash: sealed.hash };
            self.known.recent.insert(sealed.index, sealed.hash);
            self.frontier.push(leaf_hash(&sealed.bytes));
            self.compare_anchor();
        }
        Ok(true)
    }

    /// The commands that are signed; each is tried on a copy of the state.
    fn choose(&self, commands: Vec<Vec<Sealed>>) -> Result<Vec<Vec<Sealed>>> {
        let mut signed = Vec::new();
        for command in commands {
            match self.known.take(&mut self.replay.clone(), &command)? {
                Taken::Whole(_) => signed.push(command),
                Taken::Doubtful => {}
            }
        }
        Ok(signed)
    }

    /// Lets go of what is decided, and notes which copies have something else.
    fn settle(&mut self) {
        let size = if self.ended { u64::MAX } else { self.head().size };
        for (index, variants) in self.known.candidates.take_below(size) {
            let ours = self.known.recent.get(&index).copied();
            if let Some(hash) = ours {
                if variants.len() > 1 {
                    self.known.chosen.insert(index, hash);
                }
                if variants.iter().any(|v| v.in_store && v.sealed.hash == hash) {
                    self.store_end = Head { size: index.saturating_add(1), hash };
                }
            }
            for variant in variants.iter().filter(|v| ours != Some(v.sealed.hash)) {
                if variant.in_store {
                    self.store.differs.get_or_insert(index);
                }
                if variant.in_archive {
                    self.archive.differs.get_or_insert(index);
                }
            }
            if ours.is_none() {
                self.beyond.get_or_insert(index);
            }
        }
        self.known.recent = self.known.recent.split_off(&size);
    }
}

fn fork(first: &[Sealed], second: &[Sealed]) -> Error {
    let differ = first.iter().zip(second).find(|(a, b)| a.hash != b.hash);
    let index = differ.or(first.first().zip(second.first())).map_or(0, |(a, _)| a.index);
    let message = format!("two copies are each valid and differ at entry {index}");
    Error::new(Kind::Fork, "fork", message)
        .with_hint("compare both with a checkpoint from outside; nothing was changed")
        .with_detail("index", index)
}
