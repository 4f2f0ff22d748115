//! The one pass.

mod caches;
mod damages;
mod folding;
mod identity;
mod resume;

use self::caches::{FoundCache, cached_size, read_cache};
use self::folding::{Folding, Told};
use self::resume::{Earlier, NotResumed};
use super::bookmark::{Bookmark, Kept, Resumption, Tally};
use super::figures::Figures;
use super::{Fault, Identity, Outcome, Report, Succession, Tier, Trust};
use crate::archive::check::check_with;
use crate::archive::damage::Damage;
use crate::chain::breaks::{Break, Likely};
use crate::chain::command_ids::CommandIds;
use crate::chain::entry::{self, Head};
use crate::chain::hash::{self, Hash};
use crate::chain::signature::{VerifyingKey, entry_message};
use crate::chain::walk::prefix_of;
use crate::domain::event::Body;
use crate::domain::invariant;
use crate::domain::state::LedgerFacts;
use crate::error::{Kind, Result};
use crate::ledger::reader::Reader;
use crate::ledger::reader::ahead::Ahead;
use crate::ledger::reader::replay::{self, Judge, Replay};
use crate::ledger::reader::settled::Settled;
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::tree::Digest;
use std::cell::{Cell, RefCell};
use std::ops::ControlFlow;
use std::path::Path;

/// Verifies the log that `reader` reads, and the caches in `caches`.
///
/// `progress` is told the number of entries done, now and then.
///
/// # Errors
/// What does not verify is no error but a [`Fault`]; `Kind::Io` when the machine could not go on.
pub fn verify(
    reader: &Reader,
    caches: Option<&Path>,
    tiers: &[Tier],
    trust: &Trust,
    progress: &mut dyn FnMut(u64),
) -> Result<Report> {
    let trust = with_key_of_pin(trust)?;
    let job = Job { reader, caches, tiers, trust, bookmark: None };
    job.whole(progress)
}

/// [`verify`], from the bookmark on that an earlier run on this machine left, and leaving one.
///
/// What the earlier run found out about signatures and rules holds for the very same entries only. So
/// every byte is read and hashed again, and the chain followed from the first entry: at the bookmark
/// it must have the head that it had. Where it has not, everything is verified from the first entry
/// on, and the report says why.
///
/// # Errors
/// As [`verify`]; `Kind::Io` when the bookmark cannot be read or written.
pub fn verify_on(
    reader: &Reader,
    caches: Option<&Path>,
    tiers: &[Tier],
    trust: &Trust,
    bookmark: &Bookmark,
    progress: &mut dyn FnMut(u64),
) -> Result<Report> {
    let trust = with_key_of_pin(trust)?;
    let job = Job { reader, caches, tiers, trust, bookmark: Some(bookmark) };
    job.resumed(bookmark, progress)
}

/// What is to be verified, and how.
struct Job<'a> {
    reader: &'a Reader,
    caches: Option<&'a Path>,
    tiers: &'a [Tier],
    trust: Trust,
    /// Where to keep the place.
    bookmark: Option<&'a Bookmark>,
}

impl Job<'_> {
    /// The one pass, after what an earlier one has verified; or why that is of no use here. A plain one
    /// follows no rules: of chain and log alone, they say nothing where nothing is wrong.
    fn pass(
        &self,
        kept: Option<Kept>,
        is_plain: bool,
        progress: &mut dyn FnMut(u64),
    ) -> Result<std::result::Result<Report, NotResumed>> {
        let (reader, caches, trust) = (self.reader, self.caches, &self.trust);
        let found = caches.map_or(Ok(None), |folder| read_cache(folder, reader));
        if let Some(Err(not_resumed)) = kept.as_ref().map(|kept| kept.fits(reader.size(), &found)) {
            return Ok(Err(not_resumed));
        }
        let mut run = Run::new(self.tiers, self.bookmark, found, kept);
        run.is_plain = is_plain;
        let keys = run.replay.keys();
        let (signatures, begins_at) = (run.wants(Tier::Signatures), run.replay.walk().head().size);
        let state = RefCell::new(&mut run);
        let look = |index: u64, bytes: &[u8]| match signatures {
            _ if index < begins_at => Ahead::hash_of(bytes),
            _ if is_plain => Ahead::of_chain(bytes),
            true => keys.look(bytes),
            false => Ahead::of(bytes),
        };
        // Whoever wrote the checkpoint wrote its size: it counts only once its signature does.
        let signed_by = |key| Checkpoint::verify(reader.archive().note(), key).is_ok();
        let is_vouched_for = trust.key.as_ref().is_some_and(signed_by);
        let checked = check_with(reader.archive(), is_vouched_for, look, |index, bytes, ahead| {
            if index.is_multiple_of(65_536) {
                progress(index);
            }
            let mut run = state.borrow_mut();
            run.entry(reader, index, bytes, ahead)?;
            let ends = run.chain_ends.is_some();
            Ok(if ends { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        });
        if let Some(not_resumed) = run.not_resumed() {
            return Ok(Err(not_resumed));
        }
        let checked = checked?;
        Damage::check_readable(&checked.damages)?;
        let trust = &run.follow_key(reader, trust);
        let signed = run.signed_checkpoint(reader, trust);
        run.finish(reader, signed.is_ok());
        run.keep_place(true)?;
        run.finish_cache(reader, trust, caches);
        let identity = run.identity(reader, trust);
        if run.wants(Tier::Log) {
            run.log_damages(checked.damages, signed.is_ok());
            run.checkpoint(reader, signed);
        }
        // What is wrong with a chain is told with what the rules say of it.
        let is_clear = run.faults.is_empty() && run.chain_ends.is_none() && !run.needs_rules;
        if is_plain && !is_clear {
            return Ok(Err(NotResumed::Unclear));
        }
        Ok(Ok(run.into_report(reader, identity, caches)))
    }
}

/// True for an entry that hands the log over to another key.
fn brings_log_key(ahead: &Ahead) -> bool {
    matches!(
        ahead.body.as_ref().ok().and_then(|body| body.as_deref()),
        Some(Body::LogKeyRotated(_))
    )
}

/// A pin stands for its key.
fn with_key_of_pin(trust: &Trust) -> Result<Trust> {
    let mut trust = trust.clone();
    if let (None, Some(pin)) = (&trust.key, &trust.pin) {
        trust.key = Some(pin.vkey.parse()?);
    }
    Ok(trust)
}

struct Run<'a> {
    tiers: Vec<Tier>,
    /// Only keys are followed, no rules.
    is_plain: bool,
    /// What only the rules can tell: a log key was brought in, and whether it counts decides whose log it is.
    needs_rules: bool,
    /// What an earlier run has verified, while the chain is followed up to there.
    earlier: Option<Earlier>,
    resumption: Option<Resumption>,
    bookmark: Option<&'a Bookmark>,
    /// The size at which the bookmark was left last.
    kept_at: u64,
    replay: Replay,
    faults: Vec<Fault>,
    /// The chain broke here; waits for the entry after it, which tells more.
    broken: Option<(Break, Vec<u8>)>,
    /// From this entry on nothing could be followed.
    chain_ends: Option<u64>,
    signatures_end: Option<u64>,
    /// The first entry of the last command whose signature held.
    signed_to: u64,
    genesis: Option<Hash>,
    succession: Option<Succession>,
    folding: Folding,
    cache: FoundCache,
    /// The file of the cache that was compared, in this run or in the one that left the bookmark.
    compared: Option<Digest>,
}

impl<'a> Run<'a> {
    fn new(
        tiers: &[Tier],
        bookmark: Option<&'a Bookmark>,
        cache: FoundCache,
        kept: Option<Kept>,
    ) -> Self {
        let wants = |tier| tiers.contains(&tier);
        // Where anything is wrong the rules are run whatever is asked: only they tell whose keys count.
        let judge = if wants(Tier::Signatures) { Judge::Everything } else { Judge::Rules };
        // Where a bookmark is left, a cache of the next run may be of any size beyond.
        let keeps = bookmark.is_some() && wants(Tier::Projections);
        let limit = if keeps { u64::MAX } else { cached_size(&cache) };
        let compared = kept.as_ref().and_then(|kept| kept.compared);
        let first = bookmark.map(|_| Resumption::First);
        let (earlier, resumption, replay, tally) = match kept {
            None => {
                let mut replay = Replay::new(None, judge);
                replay.watch_ids(CommandIds::default());
                (None, first, replay, Tally::default())
            }
            Some(kept) => {
                let earlier = Earlier::new(kept.ledger, kept.head);
                let resumption = kept.resumption();
                let at = (kept.head, kept.recorded_at_microseconds);
                let replay = Replay::resume(kept.ledger, at.0, at.1, kept.state, judge);
                (Some(earlier), Some(resumption), replay, kept.tally)
            }
        };
        Self {
            tiers: tiers.to_vec(),
            is_plain: false,
            needs_rules: false,
            earlier,
            resumption,
            bookmark,
            kept_at: replay.walk().head().size,
            replay,
            faults: Vec::new(),
            broken: None,
            chain_ends: None,
            signatures_end: None,
            signed_to: 0,
            genesis: None,
            succession: None,
            folding: Folding::new(tally, limit),
            cache,
            compared,
        }
    }

    fn wants(&self, tier: Tier) -> bool {
        self.tiers.contains(&tier)
    }

    fn entry(&mut self, reader: &Reader, index: u64, bytes: &[u8], ahead: Ahead) -> Result<()> {
        if let Some((broken, at)) = self.broken.take() {
            self.break_chain(broken.refine(&at, Some(bytes)));
        }
        if self.chain_ends.is_some() {
            return Ok(());
        }
        if index == 0 {
            self.genesis = Some(ahead.hash);
        }
        self.needs_rules |= self.is_plain && brings_log_key(&ahead);
        if let Some(earlier) = self.earlier.as_mut().filter(|earlier| !earlier.is_past()) {
            earlier.step(bytes, ahead.hash)?;
            if earlier.is_past() {
                self.replay.watch_ids(earlier.take_ids());
            }
            return Ok(());
        }
        // A cited entry whose file is damaged is for the tier `log` to name. The rules can be followed no
        // further then, which is no fault of the command that cites it.
        let unread = Cell::new(false);
        let mut lookup = |index| match reader.event(index) {
            Err(error) if error.kind() == Kind::Break => {
                unread.set(true);
                Ok(None)
            }
            found => found,
        };
        let mut settled = None;
        let mut keep = |command| settled = Some(command);
        match self.replay.step_ahead(bytes, ahead, &mut lookup, &mut keep) {
            Ok(None) => {}
            Ok(Some(outcome)) if unread.get() => {
                self.replay.stop(outcome.first);
                self.command(replay::Outcome { rules: Ok(()), ..outcome }, None);
            }
            Ok(Some(outcome)) => {
                self.command(outcome, settled);
                self.keep_place(false)?;
            }
            Err(error) => match Break::from_error(&error) {
                Some(broken) => {
                    self.broken = Some((broken, bytes.to_vec()));
                    self.chain_ends = Some(index);
                }
                None => return Err(error),
            },
        }
        Ok(())
    }

    fn command(&mut self, outcome: replay::Outcome, settled: Option<Settled>) {
        let findings = outcome.findings.len();
        self.folding.add(Told { officer: outcome.officer, findings, settled });
        if let Some(broken) = outcome.repeated {
            self.fault_of(Tier::Chain, broken);
        }
        match outcome.signature {
            Ok(()) => self.signed_to = outcome.first,
            Err(broken) => {
                self.signatures_end.get_or_insert(broken.index);
                self.fault_of(Tier::Signatures, broken);
            }
        }
        if let Err((broken, _)) = outcome.rules {
            self.fault_of(Tier::Rules, broken);
        }
        let done = self.replay.walk().head().size;
        if self.is_plain {
            self.replay.stop(done);
        }
        if cached_size(&self.cache) == done && done > 0 {
            self.compare_cache();
        }
    }

    fn fault_of(&mut self, tier: Tier, broken: Break) {
        if self.wants(tier) {
            self.faults.push(Fault {
                tier,
                index: Some(broken.index),
                file: None,
                field: broken.field.to_owned(),
                expected: broken.expected,
                found: broken.found,
                likely: broken.likely.to_string(),
                acknowledged: None,
            });
        }
    }

    fn break_chain(&mut self, broken: Break) {
        let ends = self.chain_ends.get_or_insert(broken.index);
        *ends = (*ends).min(broken.index);
        self.fault_of(Tier::Chain, broken);
    }

    /// There are fewer entries than the checkpoint says. Where nobody signed that it says so, its
    /// signature is what is wrong, and nothing is known of more entries.
    fn end_early(&mut self, head: Head, size: u64, is_signed: bool) {
        self.chain_ends = Some(head.size);
        if is_signed || !self.wants(Tier::Log) {
            let (expected, found) = (format!("{size} entries"), format!("{} entries", head.size));
            self.break_chain(Break::new(head.size, "size", expected, found, Likely::Missing));
        }
    }

    fn finish(&mut self, reader: &Reader, is_signed: bool) {
        if let Some((broken, at)) = self.broken.take() {
            let refined = match self.is_whole(&at) {
                Some(is_signed) => broken.refine_last(is_signed),
                None => broken,
            };
            self.break_chain(refined);
        }
        if reader.size() == 0 {
            let found = "the log is empty";
            self.break_chain(Break::new(0, "size", "a first entry", found, Likely::Missing));
        }
        if self.chain_ends.is_none() {
            match self.replay.walk().finish() {
                Err(broken) => self.break_chain(broken),
                Ok(head) if head.size < reader.size() => {
                    self.end_early(head, reader.size(), is_signed)
                }
                Ok(_) => {}
            }
        }
        if self.chain_ends.is_none() && self.replay.stopped_at().is_none() {
            let (state, tally) = (self.replay.state(), self.folding.tally());
            let kept = invariant::broken(state).into_iter().map(|words| ("invariant", words));
            let sums = tally.totals.broken(state).into_iter().map(|words| ("control_total", words));
            let last = reader.size().saturating_sub(1);
            for (field, words) in kept.chain(sums).collect::<Vec<_>>() {
                let expected = "what holds after every command";
                let broken = Break::new(last, field, expected, words, Likely::Refused);
                self.fault_of(Tier::Rules, broken);
            }
        }
        // Whoever signed later entries, or a head over them, that fit an entry without its signature,
        // rewrote it.
        let goes_on_to = self.replay.walk().head().size;
        let signed_to = if is_signed { goes_on_to } else { self.signed_to };
        for fault in &mut self.faults {
            let next = fault.index.and_then(|index| index.checked_add(1));
            let is_before = next.is_some_and(|next| next < goes_on_to && next <= signed_to);
            if fault.tier == Tier::Signatures && is_before {
                fault.likely = Likely::Rewritten.to_string();
            }
        }
    }

    /// Whether an entry is whole under its officer's key; `None` if it does not say.
    fn is_whole(&self, bytes: &[u8]) -> Option<bool> {
        let envelope = entry::parse(bytes).ok()?;
        let (prefix, signature) = (prefix_of(bytes)?, envelope.signature?);
        let number = usize::try_from(envelope.officer).ok()?;
        let key = VerifyingKey::new(&self.replay.state().officers.get(number)?.key.0)?;
        Some(key.verify(&entry_message(envelope.ledger, &hash::signing(prefix)), &signature))
    }

    /// The first entry from which on nothing could be followed.
    fn stopped(&self) -> Option<u64> {
        self.chain_ends.into_iter().chain(self.replay.stopped_at()).min()
    }

    fn facts(&self) -> Option<&LedgerFacts> {
        self.replay.state().ledger.as_ref()
    }

    fn outcome(&self, tier: Tier) -> Outcome {
        if !self.wants(tier) {
            return Outcome::NotAsked;
        }
        if self.faults.iter().any(|fault| fault.tier == tier) {
            return Outcome::Broken;
        }
        let unsigned = self.chain_ends.into_iter().chain(self.replay.unsigned_from()).min();
        match (tier, self.stopped()) {
            (Tier::Chain, _) => self.chain_ends.map_or(Outcome::Passed, Outcome::NotCheckedFrom),
            (Tier::Log, _) => Outcome::Passed,
            (Tier::Signatures, _) => unsigned.map_or(Outcome::Passed, Outcome::NotCheckedFrom),
            (Tier::Projections, _) if matches!(self.cache, Ok(None)) => Outcome::Nothing,
            (Tier::Projections, _) if self.is_compared() => Outcome::Passed,
            (Tier::Projections, None) => Outcome::Broken,
            (Tier::Rules | Tier::Projections, Some(index)) => Outcome::NotCheckedFrom(index),
            (Tier::Rules, None) => Outcome::Passed,
        }
    }

    /// Says of each breach who acknowledged it.
    fn name_acknowledged(&mut self) {
        let state = self.replay.state();
        for fault in &mut self.faults {
            let Some(first) = fault.index else { continue };
            if fault.is_refusal() {
                fault.acknowledged = state.breaches.get(&first).and_then(|b| b.acknowledged);
            } else if fault.is_repetition() {
                fault.acknowledged = state.repeats.get(&first).copied();
            }
        }
    }

    fn into_report(mut self, reader: &Reader, identity: Identity, caches: Option<&Path>) -> Report {
        self.name_acknowledged();
        self.faults.sort_by_key(|fault| (fault.tier, fault.index.unwrap_or(u64::MAX)));
        let mut read = vec!["log".to_owned()];
        let mut not_read = vec!["db".to_owned(), "wal".to_owned()];
        match (&self.cache, caches) {
            (Ok(None), _) | (_, None) => not_read.push("cache".to_owned()),
            (Ok(Some(_)) | Err(_), Some(_)) => read.push("cache".to_owned()),
        }
        let tiers = Tier::ALL.map(|tier| (tier, self.outcome(tier))).to_vec();
        let tally = std::mem::take(self.folding.tally());
        // Sums of what does not hold would prove nothing; what a breach moved is in them.
        let is_known = self.faults.iter().all(|fault| fault.acknowledged.is_some());
        let (holds, clocks) = (self.stopped().is_none() && is_known, self.clocks());
        Report {
            size: reader.size(),
            root: reader.archive().root(),
            origin: reader.archive().checkpoint().origin.clone(),
            head: self.replay.walk().head(),
            ledger: self.replay.walk().ledger(),
            genesis: self.genesis,
            claimed_key: self.claimed_key(reader),
            identity,
            succession: self.succession.clone(),
            quorum: None,
            log_keys: self.facts().map(super::succession::log_keys).unwrap_or_default(),
            tiers,
            faults: self.faults,
            accepted: Vec::new(),
            commands: tally.commands,
            findings: tally.findings,
            clocks,
            resumption: self.resumption,
            figures: if self.is_plain {
                Figures::of_ledger(self.replay.state())
            } else {
                tally.count.into_figures(self.replay.state(), holds)
            },
            read,
            not_read,
        }
    }
}
