//! `archive restore`: a ledger again, from a copy of its log.

use crate::archive::reader::ArchiveReader;
use crate::cli::args::RestoreArchive;
use crate::cli::output::{Exit, path_text};
use crate::cli::progress::Progress;
use crate::cli::read::policy_trust;
use crate::cli::session::Session;
use crate::cli::trust::read_policy;
use crate::desk::name_officer;
use crate::desk::reading::{facts_of, key_of, read_key};
use crate::desk::source::{Source, Time};
use crate::domain::event::Filing;
use crate::edge::anchors::Anchor;
use crate::edge::config::LedgerConfig;
use crate::edge::http::Http;
use crate::edge::keys::PrivateKey;
use crate::edge::pins::Pin;
use crate::error::{Error, Kind, Result};
use crate::ledger::{Anchored, Reader, Restored, Restoring, forget_made, is_made, not_empty};
use crate::tlog::note::VerifierKey;
use crate::tlog::policy::Policy;
use crate::verify::{self, Fault, Identity, Outcome, Report, Tier, Trust};
use crate::witness::held::{self, Heard, Held};
use crate::words::shown::{counted, for_terminal};
use serde_json::json;

/// Runs `archive restore`: exit 3 where the ledger can be read, but is shorter than the anchor.
///
/// # Errors
/// `copy_not_verified`, `copy_not_pinned` and `differs_from_anchor` when the copy is not what it
/// should be; those of the source and of [`Restoring`]. Nothing is left then.
pub(super) fn restore(session: &Session, a: &RestoreArchive) -> Result<Exit> {
    session.desk.home()?.check_outside(&a.folder)?;
    let time = Time::of(a.time_limit, std::iter::once(&a.from))?;
    time.told(restore_within(session, a, &time))
}

fn restore_within(session: &Session, a: &RestoreArchive, time: &Time) -> Result<Exit> {
    let source = Source::open(&a.from, time)?;
    if is_made(&a.folder)? {
        return go_on(session, a, &source);
    }
    let size = source.archive.size();
    let mut bar = Progress::new(&session.console, "entries copied");
    let begun = Restoring::begin(&a.folder, &source.archive, &mut |done| bar.set(done, size));
    bar.finish();
    let restoring = begun?;
    match Plan::of(session, a, &source.archive, &restoring) {
        Ok(plan) => plan.carry_out(session, a, restoring),
        Err(error) => {
            restoring.take_back();
            Err(error)
        }
    }
}

/// Goes on with one that was cut off after the ledger was made: nothing is copied or recorded again.
///
/// # Errors
/// `folder_not_empty` where the ledger was made from another copy; as [`Ledger::open`](crate::ledger::Ledger::open).
fn go_on(session: &Session, a: &RestoreArchive, source: &Source) -> Result<Exit> {
    let reader = Reader::of(source.archive.clone());
    let Verified { report, unfit, .. } = Verified::of(session, a, &reader)?;
    let config = LedgerConfig::read(&a.folder)?;
    if config.origin != report.origin || unfit.is_some() {
        return Err(not_empty(&a.folder));
    }
    let ledger = session.desk.open_with_log_key(&a.folder, &config.origin)?;
    session.desk.closing(ledger, |ledger| {
        let made = ledger.just_restored()?;
        let is_same = made.is_some_and(|b| {
            let from = b.source.as_str() == a.from.to_string();
            from && b.size == report.size && b.head.0 == report.head.hash.0
        });
        if is_same { Ok(()) } else { Err(not_empty(&a.folder)) }
    })?;
    tell(session, a, &report, "writing", &can_be_written(&report))?;
    forget_made(&a.folder).map(|()| exit_of(&report))
}

fn can_be_written(report: &Report) -> String {
    format!(
        "It can be written to again; its first new entry, @{}, says that it was restored.",
        report.size
    )
}

/// A copy that verifies, as far as it does.
struct Verified {
    report: Report,
    trust: Trust,
    policy: Option<Policy>,
    /// Why the rules could not be followed, where nothing else is wrong.
    unfit: Option<String>,
}

impl Verified {
    fn of(session: &Session, a: &RestoreArchive, reader: &Reader) -> Result<Self> {
        let origin = &reader.archive().checkpoint().origin;
        let policy = a.policy.as_deref().map(read_policy).transpose()?;
        let trust = match &policy {
            Some(policy) => policy_trust(policy, reader)?,
            None => trust(session, a, origin)?,
        };
        let size = reader.size();
        let mut bar = Progress::new(&session.console, "entries verified");
        let done = &mut |done| bar.set(done, size);
        let report = verify::verify(reader, None, &Tier::ALL, &trust, done);
        bar.finish();
        let mut report = report?;
        report.accept_breaches();
        let unfit = check(&report, a)?;
        Ok(Self { report, trust, policy, unfit })
    }
}

/// The keys to write with.
struct Keys {
    officer: String,
    key: PrivateKey,
    log: PrivateKey,
}

/// What is known of the copy before it becomes a ledger.
struct Plan {
    config: LedgerConfig,
    report: Report,
    key: Option<VerifierKey>,
    standing: Anchored,
    /// The keys to write with, or why there are none.
    keys: std::result::Result<Keys, String>,
}

impl Plan {
    fn of(
        session: &Session,
        a: &RestoreArchive,
        source: &ArchiveReader,
        restoring: &Restoring,
    ) -> Result<Self> {
        let reader = Reader::open_log(&restoring.log(), None, None)?;
        let origin = reader.archive().checkpoint().origin.clone();
        let Verified { report, trust, policy, unfit } = Verified::of(session, a, &reader)?;
        if let Some(policy) = &policy {
            hear_witnesses(session, policy, source, restoring)?;
        }
        let anchor = session.desk.home()?.anchors().read(&origin)?;
        let standing = restoring.compare(anchor.as_ref())?;
        let config = LedgerConfig::new(&origin, facts_of(&reader)?.name.as_str());
        let keys = match unfit {
            Some(why) => Err(why),
            None => keys(session, a, &origin)?,
        };
        Ok(Self { config, report, key: trust.key, standing, keys })
    }

    fn carry_out(
        mut self,
        session: &Session,
        a: &RestoreArchive,
        restoring: Restoring,
    ) -> Result<Exit> {
        let keys = std::mem::replace(&mut self.keys, Err(String::new()));
        let Keys { officer, key, log } = match keys {
            Ok(keys) => keys,
            Err(lacks) => {
                self.pin(session)?;
                restoring.finish_for_reading(&self.config)?;
                let words = format!("It can be read, and not written to: {lacks}.");
                let holds = self.report.is_whole() || breaches(&self.report).is_some();
                let exit = if holds { exit_of(&self.report) } else { Exit::Broken };
                return tell(session, a, &self.report, "reading", &words).map(|()| exit);
            }
        };
        let is_short = self.standing == Anchored::Shorter;
        let (source, filing) = (a.from.to_string(), Filing::default());
        let accept_clock = a.accept_clock;
        let restored =
            Restored { config: &self.config, source: &source, signer: &key, filing, accept_clock };
        // Before the last step, which makes it a ledger that no other restore goes on with.
        self.pin(session)?;
        let rebuilt = restoring
            .finish(session.desk.outside(log)?, &restored, is_short)
            .map_err(|error| name_officer(error, &officer, &key))?;
        let Some(ledger) = rebuilt.ledger else {
            let words = format!(
                "It can be read, and not written to: this machine's anchor says more entries. Look for a \
                 longer copy, or give the anchor up: earmark --ledger {0} anchor adopt {0}/log/checkpoint",
                a.folder.display()
            );
            tell(session, a, &self.report, "shorter_than_anchor", &words)?;
            return forget_made(&a.folder).map(|()| Exit::Broken);
        };
        session.desk.warn_unpublished(&ledger, None);
        let is_published = ledger.unpublished().is_none();
        session.desk.closing(ledger, |_| Ok(()))?;
        tell(session, a, &self.report, "writing", &can_be_written(&self.report))?;
        // What is not published yet, the same line again goes on with; any write does as well.
        if is_published && let Err(error) = forget_made(&a.folder) {
            session.console.note(error.message());
        }
        Ok(exit_of(&self.report))
    }

    /// A key that was given from outside is pinned, where nothing is pinned yet.
    fn pin(&self, session: &Session) -> Result<()> {
        let known = session.desk.home()?.known_logs();
        let (Some(key), Some(ledger), Some(genesis)) =
            (&self.key, self.report.ledger, self.report.genesis)
        else {
            return Ok(());
        };
        let origin = self.config.origin.clone();
        if self.report.identity != Identity::KeyGiven || known.find(&origin)?.is_some() {
            return Ok(());
        }
        known.add(&Pin { origin, ledger, genesis, vkey: key.to_string() })
    }
}

fn tell(
    session: &Session,
    a: &RestoreArchive,
    report: &Report,
    state: &str,
    words: &str,
) -> Result<()> {
    let named = breaches(report);
    let identity = match report.identity {
        _ if let Some(words) = &named => words.as_str(),
        _ if !report.is_whole() => {
            "bytes, signatures and tree hold, and the rules were not followed to its end"
        }
        Identity::Pinned => "verified: pinned on this machine",
        Identity::KeyGiven => "verified: signed by the log key that was given, now pinned here",
        Identity::NotPinned => "whole in itself; nothing outside says whose log it is",
    };
    let text = format!(
        "Restored {} in {} of {} into {}.\n  copy        {identity}\n  {words}\n",
        counted(report.size, "entry", "entries"),
        counted(report.commands, "command", "commands"),
        for_terminal(&report.origin),
        a.folder.display(),
    );
    let json = json!({"restore": {
        "origin": report.origin,
        "folder": path_text(&a.folder),
        "from": a.from.to_string(),
        "size": report.size,
        "root": report.root.to_base64(),
        "head": report.head.hash.to_string(),
        "verified": report.is_verified(),
        "state": state,
    }});
    session.console.done(&text, &json)
}

/// Holds the copy against what the witnesses cosigned. A head beyond it becomes this machine's anchor,
/// which an anchor is for: nothing shorter is opened for writing here.
fn hear_witnesses(
    session: &Session,
    policy: &Policy,
    source: &ArchiveReader,
    restoring: &Restoring,
) -> Result<()> {
    let origin = &source.checkpoint().origin;
    let Heard { mut heads, unheard } = held::hear(&Http::default(), policy, origin);
    for (name, error) in unheard {
        let words = for_terminal(error.message());
        session.console.note(&format!("witness {} was not heard: {words}", for_terminal(&name)));
    }
    if let Some(note) = source.cosigned()? {
        heads.extend(held::cosigned(policy, origin, &note)?);
    }
    let heads = heads.into_iter().map(|Held { size, note }| Anchor { size, checkpoint: note });
    let mut longest: Option<Anchor> = None;
    for head in heads {
        if restoring.compare(Some(&head))? == Anchored::Shorter
            && longest.as_ref().is_none_or(|longest| longest.size < head.size)
        {
            longest = Some(head);
        }
    }
    let anchors = session.desk.home()?.anchors();
    let known = anchors.read(origin)?.map_or(0, |anchor| anchor.size);
    match longest.filter(|head| head.size > known) {
        Some(head) => anchors.write(origin, &head.checkpoint),
        None => Ok(()),
    }
}

fn trust(session: &Session, a: &RestoreArchive, origin: &str) -> Result<Trust> {
    if let Some(vkey) = &a.log_key {
        return Ok(Trust { key: Some(read_key(vkey)?), pin: None });
    }
    let pin = session.desk.pin_of(origin)?;
    Ok(Trust { key: pin.as_ref().map(key_of).transpose()?, pin })
}

/// Only a copy that verifies, by a key from outside or with that given up, becomes a ledger; where the
/// rules alone could not be followed to its end, one to read, and this gives why.
fn check(report: &Report, a: &RestoreArchive) -> Result<Option<String>> {
    let unfit = not_followed(report);
    if !report.is_whole() && unfit.is_none() && breaches(report).is_none() {
        let first = report.faults.first().map(ToString::to_string).unwrap_or_default();
        let message = format!("the copy does not verify: {first}");
        return Err(Error::new(Kind::Break, "copy_not_verified", message)
            .with_hint("earmark verify --from shows all of it; take another copy"));
    }
    if report.identity != Identity::NotPinned || a.unpinned {
        return Ok(unfit);
    }
    let claimed = report.claimed_key.as_ref().map(ToString::to_string).unwrap_or_default();
    let message = format!(
        "nothing outside the copy says whose log it is; it names the log key {claimed} itself"
    );
    Err(Error::new(Kind::NotPinned, "copy_not_pinned", message).with_hint(
        "ask the log's keeper for its key and give it with --log-key, or accept that with --unpinned",
    ).with_detail("found", claimed))
}

/// What should not be in the log, where nothing else is wrong: it is read like any other, written to once all of
/// it is acknowledged or is a command id that was used again, and `verify` names it for ever.
fn breaches(report: &Report) -> Option<String> {
    let is_one = |fault: &Fault| fault.is_refusal() || fault.is_repetition();
    if !report.faults.iter().all(is_one) {
        return None;
    }
    let holds = |(tier, outcome): &(Tier, Outcome)| match outcome {
        Outcome::Passed | Outcome::Nothing => true,
        Outcome::Broken => matches!(tier, Tier::Chain | Tier::Rules),
        Outcome::NotAsked | Outcome::NotCheckedFrom(_) => false,
    };
    let first = report.faults.first().or(report.accepted.first())?;
    let index = first.index.filter(|_| report.tiers.iter().all(holds))?;
    Some(match first.acknowledged {
        Some(by) => {
            format!("holds, but for the command of entry {index}, which was acknowledged at {by}")
        }
        None if first.is_repetition() => format!(
            "holds, but the command of entry {index} has the id of an earlier one: compare the two with earmark show, and \
             reverse the later one if it was booked again"
        ),
        None => format!(
            "holds, but entry {index} is signed, and the rules of its time refuse it: {}; nothing is written until an \
             administrator acknowledges it (earmark breach acknowledge @{index})",
            first.found
        ),
    })
}

/// A command that nobody acknowledged keeps the ledger from being written to.
fn exit_of(report: &Report) -> Exit {
    if report.faults.iter().any(Fault::is_refusal) { Exit::Broken } else { Exit::Done }
}

/// Why the rules could not be followed, where nothing else is wrong.
fn not_followed(report: &Report) -> Option<String> {
    let holds = |tier: Tier, outcome: Outcome| match outcome {
        Outcome::Passed | Outcome::Nothing | Outcome::NotAsked => true,
        Outcome::Broken => tier == Tier::Rules,
        Outcome::NotCheckedFrom(_) => matches!(tier, Tier::Rules | Tier::Projections),
    };
    if !report.tiers.iter().all(|(tier, outcome)| holds(*tier, *outcome)) {
        return None;
    }
    if !report.faults.iter().all(Fault::is_refusal) {
        return None;
    }
    let from = report.tiers.iter().find_map(|(_, outcome)| match outcome {
        Outcome::NotCheckedFrom(index) => Some(*index),
        Outcome::Passed | Outcome::Broken | Outcome::NotAsked | Outcome::Nothing => None,
    })?;
    Some(format!("from entry {from} on it is of a later release, whose rules are not known here"))
}

/// The keys that writing needs, or the words which are not here.
fn keys(
    session: &Session,
    a: &RestoreArchive,
    origin: &str,
) -> Result<std::result::Result<Keys, String>> {
    if a.for_reading {
        return Ok(Err("--for-reading was asked for".to_owned()));
    }
    let home = session.desk.home()?;
    let (keys, home) = (home.keys(), home.folder().display());
    if !keys.has_log(origin)? {
        return Ok(Err(format!("the log key of {origin} is not in {home}/keys")));
    }
    match session.desk.officer() {
        Ok((officer, key)) => {
            let log = keys.log(origin)?;
            Ok(Ok(Keys { officer, key, log }))
        }
        Err(error) if error.code() == "no_key" && session.globals.officer.is_none() => {
            Ok(Err(format!("no officer's key is in {home}/keys")))
        }
        Err(error) => Err(error),
    }
}
