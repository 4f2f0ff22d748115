//! Verbs that read: from the published log alone, without the ledger's lock.
//!
//! [`Reading`] is a question's place and time: the log, the size it is asked as known at, the day it
//! is asked as of. Caches are used only under the log key that is pinned on this machine.

mod beside;
mod card;
mod check_proof;
mod checkpoint;
mod confidential;
mod copied;
mod export;
mod filters;
mod forms;
mod late;
mod lists;
mod named;
mod package;
mod packed;
mod policy;
mod prove;
mod register;
mod reports;
mod show;
mod stats;
mod template;
mod verify;

pub(in crate::cli) use verify::policy_trust;

use super::args::{
    CheckpointVerb, ConfidentialVerb, DistrictVerb, FormatName, Import, ImportVerb, OfficerVerb,
    PolicyVerb, ProgrammeVerb, ReadFlags, ReportVerb, UnitName, Verb,
};
use super::output::{Exit, printing};
use super::place::LedgerPlace;
use super::session::Session;
use crate::chain::entry::Head;
use crate::domain::calendar::Date;
use crate::domain::event::{Body, Event};
use crate::domain::state::{LedgerFacts, State};
use crate::edge::config::LedgerConfig;
use crate::edge::pins::Pin;
use crate::error::{Error, Kind, Result};
use crate::form::period::Known;
use crate::ledger::reader::KnownAt;
use crate::ledger::reader::books::Books;
use crate::ledger::{Reader, unpublished_entries};
use crate::projection::filter::Filter;
use crate::projection::register::{Officers, Reversals};
use crate::report::register::Rows;
use crate::report::table::{Header, Identity, Note, Table};
use crate::report::text::Unit;
use crate::report::{Format, Style};
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::note::VerifierKey;
use crate::words::shown::counted;
use crate::words::{self, Lang};
use std::cell::RefCell;
use std::path::Path;

/// Runs a verb that reads; nothing if it is none.
pub(crate) fn read(session: &Session, verb: &Verb) -> Option<Result<Exit>> {
    if let Some((listed, a)) = verb.listed() {
        return Some(lists::list(session, listed, a));
    }
    #[expect(clippy::wildcard_enum_match_arm, reason = "the others record, and stand in `write`")]
    let done = match verb {
        Verb::Balance(a) => reports::balance(session, a),
        Verb::Register(a) => register::register(session, a),
        Verb::Show(a) => show::show(session, a),
        Verb::Confidential(ConfidentialVerb::Show(a)) => confidential::show(session, a),
        Verb::Officer(OfficerVerb::List(_)) => lists::officers(session),
        Verb::District(DistrictVerb::List(_)) => lists::districts(session),
        Verb::Programme(ProgrammeVerb::List(_)) => lists::programmes(session),
        Verb::Report(ReportVerb::Execution(a)) => reports::execution(session, a),
        Verb::Report(ReportVerb::Leverage(a)) => reports::leverage(session, a),
        Verb::Report(ReportVerb::Findings(a)) => reports::findings(session, a),
        Verb::Export(verb) => export::export(session, verb),
        Verb::Stats(a) => stats::stats(session, a),
        Verb::Policy(PolicyVerb::Show(_)) => policy::show(session).map(|()| Exit::Done),
        Verb::Checkpoint(CheckpointVerb::Show(a)) => {
            checkpoint::show(session, a).map(|()| Exit::Done)
        }
        Verb::Prove(a) => prove::prove(session, a),
        Verb::CheckProof(a) => check_proof::check_proof(session, a),
        Verb::Forms(a) => forms::show(session, a),
        Verb::Import(Import { verb: Some(ImportVerb::Template(a)), .. }) => {
            template::show(session, a)
        }
        Verb::Verify(a) => return Some(verify::verify(session, a)),
        _ => return None,
    };
    Some(done)
}

/// A log, read as known at a size and as of a day.
struct Reading {
    reader: Reader,
    facts: LedgerFacts,
    identity: Identity,
    size: u64,
    /// The size that was asked for; nothing for all of it.
    known_at: Option<u64>,
    as_of: Option<Date>,
    /// CSV without the guard against formulas.
    raw: bool,
    /// What was met that the rules refuse and nobody acknowledged.
    breaches: RefCell<Vec<Note>>,
}

impl Reading {
    /// Opens the published log of the session's ledger, for a verb that prints as the console says. Where
    /// nothing is pinned for the log, that is said beside what is printed.
    fn open(session: &Session, flags: &ReadFlags) -> Result<Self> {
        Self::open_for(session, flags, session.console.format == FormatName::Csv)
    }

    /// As [`Reading::open`], for a verb that prints reports alone: tables and JSON say themselves whose
    /// log they are of.
    fn open_report(session: &Session, flags: &ReadFlags) -> Result<Self> {
        let format = session.console.format;
        let reading = Self::open_quietly(session, flags, format == FormatName::Csv)?;
        match format {
            FormatName::Table | FormatName::Json | FormatName::Html => {}
            FormatName::Csv | FormatName::Jsonl => reading.say_identity(session),
        }
        Ok(reading)
    }

    /// As [`Reading::open`]; `is_csv`: for CSV.
    fn open_for(session: &Session, flags: &ReadFlags, is_csv: bool) -> Result<Self> {
        let reading = Self::open_quietly(session, flags, is_csv)?;
        reading.say_identity(session);
        Ok(reading)
    }

    /// All of a log, whoever's it is.
    fn whole(reader: Reader) -> Result<Self> {
        let (facts, size) = (facts_of(&reader)?, reader.size());
        let identity = Identity::NotPinned;
        Ok(Self {
            reader,
            facts,
            identity,
            size,
            known_at: None,
            as_of: None,
            raw: false,
            breaches: RefCell::default(),
        })
    }

    /// One line where nothing outside says whose log it is.
    fn say_identity(&self, session: &Session) {
        if self.identity == Identity::NotPinned {
            session.console.warn(lang(session).label("identity:not_pinned"));
        }
    }

    fn open_quietly(session: &Session, flags: &ReadFlags, is_csv: bool) -> Result<Self> {
        if flags.raw && !is_csv {
            let message = "--raw is about the cells of CSV; this prints none";
            return Err(Error::new(Kind::Usage, "flag_unfit", message)
                .with_hint("leave the flag out, or add -O csv")
                .in_case("raw"));
        }
        let (reader, identity) = opened(session)?;
        let reader = reader.with_home_caches(session.home_caches());
        let facts = facts_of(&reader)?;
        let known_at = match flags.as_known_at {
            None => None,
            Some(Known::Size(size)) => Some(reader.resolve(KnownAt::Size(size))?),
            Some(time) => {
                let instant = time.instant(facts.utc_offset_minutes).unwrap_or(i64::MAX);
                let size = reader.resolve(KnownAt::Instant(instant))?;
                let offset = facts.utc_offset_minutes;
                if let Some(sizes) = reader.unclear_at(size, instant, offset)? {
                    session.console.warn(&unclear(session, &sizes));
                }
                Some(size)
            }
        };
        let size = known_at.unwrap_or_else(|| reader.size());
        let as_of = flags.as_of.map(|period| period.last);
        Ok(Self {
            reader,
            facts,
            identity,
            size,
            known_at,
            as_of,
            raw: flags.raw,
            breaches: RefCell::default(),
        })
    }

    fn books(&self) -> Result<Books> {
        let books = self.reader.books(self.size, self.as_of)?;
        self.note_breaches(&books.state);
        Ok(books)
    }

    /// Notes what a fold has met that the rules refuse: a report that is made after it has it in its head.
    fn note_breaches(&self, state: &State) {
        *self.breaches.borrow_mut() = state
            .open_breaches()
            .map(|(first, breach)| {
                let said = |lang| words::breach::open(first, &breach.rule, lang);
                Note { en: said(Lang::En), zh: said(Lang::Zh) }
            })
            .collect();
    }

    /// Says it beside what was printed while it was not known.
    fn say_breaches(&self, session: &Session, state: &State) {
        self.note_breaches(state);
        let lang = lang(session);
        self.breaches.borrow().iter().for_each(|note| session.console.warn(note.text(lang)));
    }

    fn head(&self) -> Result<Head> {
        self.reader.head_at(self.size)
    }

    /// What every report says of itself.
    fn header(&self, filter: &Filter) -> Result<Header> {
        Ok(Header {
            identity: self.identity,
            breaches: self.breaches.borrow().clone(),
            ledger: crate::chain::entry::LedgerId(self.facts.id.0).to_string(),
            name: self.facts.name.to_string(),
            head: self.head()?,
            as_of: self.as_of,
            as_known_at: self.known_at,
            filter: filter.words().to_vec(),
            currency: self.facts.currency(),
        })
    }

    /// No rows of the register yet.
    fn rows(&self) -> Result<Rows> {
        let second = self.reader.event(1)?;
        Ok(Rows::new(self.facts.utc_offset_minutes, Officers::opened_by(second.as_ref())))
    }

    /// Entries that were reversed by then; none where nobody asks.
    fn reversals_for(&self, wanted: bool) -> Result<Reversals> {
        if wanted { self.reader.reversals(self.size, self.as_of) } else { Ok(Reversals::new()) }
    }

    /// The last day that time has passed for: the day asked for, else the ledger's today.
    fn day(&self, session: &Session) -> Result<Date> {
        let today = || {
            let now = session.clock()?.now_microseconds();
            Ok(Date::at(now, self.facts.utc_offset_minutes))
        };
        self.as_of.map_or_else(today, Ok)
    }
}

/// The log that is read, and whose it is: of a ledger with its caches under the pinned key, of a copy without
/// any.
fn opened(session: &Session) -> Result<(Reader, Identity)> {
    let folder = match session.place()? {
        LedgerPlace::Own(folder) => folder,
        LedgerPlace::Copy(copy) => {
            let reader = copy.open(session.globals.file.as_deref())?;
            let identity = hold_to_pin(session, &reader, None)?;
            copied::tell(session, &copy, &reader, identity)?;
            return Ok((reader, identity));
        }
    };
    let config = LedgerConfig::read(&folder)?;
    let pin = session.pin_of(&config.origin)?;
    let key = pin.as_ref().map(key_of).transpose()?;
    let trusted = key.as_ref().map(|key| key.public_key().to_bytes());
    let reader = Reader::open(&folder, trusted)?;
    let identity = hold_to_pin(session, &reader, pin.as_ref())?;
    warn_unpublished(session, &folder, reader.size());
    Ok((reader, identity))
}

/// The log is the pinned one: signed by the pinned key, beginning with the pinned entry; or nothing is pinned
/// for it.
///
/// # Errors
/// `log_differs_from_pin` (`Kind::NotPinned`) with what was expected and found; as [`Reader::entry`].
fn hold_to_pin(session: &Session, reader: &Reader, pin: Option<&Pin>) -> Result<Identity> {
    let checkpoint = reader.archive().checkpoint();
    let named = if pin.is_none() { session.pin_of(&checkpoint.origin)? } else { None };
    let Some(pin) = pin.or(named.as_ref()) else { return Ok(Identity::NotPinned) };
    let differs = |what: &str, expected: &str, found: &str| {
        let message = format!(
            "this is not the log that is pinned for {}: expected {what} {expected}, found {found}",
            pin.origin
        );
        Error::new(Kind::NotPinned, "log_differs_from_pin", message)
            .with_detail("expected", expected)
            .with_detail("found", found)
            .with_hint(
                "nothing was read from it; run `earmark verify`: where the log's key was handed over, that \
                 moves the pin; otherwise it is another log, or was changed",
            ).with_detail("origin", &pin.origin)
    };
    let key = key_of(pin)?;
    if let Err(error) = Checkpoint::verify(reader.archive().note(), &key) {
        return Err(differs("a signature of", &pin.vkey, error.message()));
    }
    let genesis = reader.head_at(reader.size().min(1))?.hash;
    if genesis != pin.genesis {
        return Err(differs("the first entry", &pin.genesis.to_string(), &genesis.to_string()));
    }
    Ok(Identity::Pinned)
}

/// Says that entries are recorded which no reader sees yet, as far as their writer left word.
fn warn_unpublished(session: &Session, folder: &Path, published: u64) {
    let count = unpublished_entries(folder, published);
    if count > 0 {
        let (are, is) = (counted(count, "entry", "entries"), if count == 1 { "is" } else { "are" });
        let words = say(
            session,
            format!("{are} {is} recorded and not yet published; next: earmark publish"),
            format!("{count} 条已记账，尚未签署存档；下一步：earmark publish"),
        );
        session.console.warn(&words);
    }
}

/// That a time does not say what was known.
fn unclear(session: &Session, sizes: &std::ops::Range<u64>) -> String {
    let (from, to) = (sizes.start, sizes.end);
    say(
        session,
        format!(
            "time says nothing here, size does: a clock did not fit the log, and what stands at @{from} to \
             @{last} may have been known then; this is size {from}; --as-known-at {to} is the log with them",
            last = to.saturating_sub(1),
        ),
        format!(
            "此段时间不足为凭，请以条数为准：时钟与日志不符，@{from} 至 @{last} 当时可能已知；现按 {from} 条列示，\
             含上述条目则为 --as-known-at {to}",
            last = to.saturating_sub(1),
        ),
    )
}

/// What the first entry fixed for ever.
pub(crate) fn facts_of(reader: &Reader) -> Result<LedgerFacts> {
    let first = reader.event(0)?;
    if let Some(Event { body: Body::LedgerOpened(b), occurred_on, .. }) = &first {
        return Ok(b.facts(*occurred_on));
    }
    Err(Error::new(Kind::Break, "ledger_not_open", "the log has no first entry")
        .with_hint("run `earmark verify`"))
}

/// Prints a report in the format and style that were asked for.
fn print(session: &Session, reading: &Reading, table: &Table) -> Result<Exit> {
    let (format, style) = (format(session), style(session, reading.raw));
    session.console.result(&mut |out| {
        crate::report::write_to(out, table, format, style).map_err(|e| printing(&e))
    })?;
    Ok(Exit::Done)
}

/// The format that was asked for.
fn format(session: &Session) -> Format {
    match session.console.format {
        // No report is printed as a page yet; `run` has refused it.
        FormatName::Table | FormatName::Html => Format::Table,
        FormatName::Csv => Format::Csv,
        FormatName::Json => Format::Json,
        FormatName::Jsonl => Format::Jsonl,
    }
}

/// Language and unit that were asked for.
fn style(session: &Session, raw: bool) -> Style {
    let unit = match session.console.unit {
        UnitName::Yuan => Unit::Major,
        UnitName::Wan => Unit::Wan,
    };
    Style { lang: lang(session), unit, raw, columns: session.console.columns() }
}

fn lang(session: &Session) -> Lang {
    session.console.lang
}

/// One of two texts, in the language that was asked for.
fn say(session: &Session, en: impl Into<String>, zh: impl Into<String>) -> String {
    lang(session).choose(en.into(), zh.into())
}

/// The log key of a pin.
pub(crate) fn key_of(pin: &Pin) -> Result<VerifierKey> {
    read_key(&pin.vkey)
}

/// Reads a log key as its keeper published it.
pub(crate) fn read_key(vkey: &str) -> Result<VerifierKey> {
    vkey.parse().map_err(|error: Error| {
        Error::new(Kind::Usage, "vkey_malformed", format!("no log key: {}", error.message()))
            .with_hint("write NAME+ID+KEY, as `earmark init` printed it")
            .with_detail("found", vkey)
            .in_case("log")
    })
}
