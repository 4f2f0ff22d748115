//! A log, read as known at a size and as of a day: the place and the time of a question.
//!
//! From the published log alone, without the ledger's lock. Caches are used only under the log key that is
//! pinned on this machine.

use super::Desk;
use super::copied;
use super::place::LedgerPlace;
use crate::chain::entry::Head;
use crate::domain::calendar::Date;
use crate::domain::event::{Body, Event};
use crate::domain::state::{Breach, LedgerFacts, State};
use crate::edge::config::LedgerConfig;
use crate::edge::pins::Pin;
use crate::error::{Error, Kind, Result};
use crate::form::period::Known;
use crate::ledger::reader::KnownAt;
use crate::ledger::reader::shelf::Shelf;
use crate::ledger::{Reader, unpublished_entries};
use crate::projection::filter::Filter;
use crate::projection::register::{Officers, Reversals};
use crate::report::register::Rows;
use crate::report::table::{Header, Identity, Note};
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::note::VerifierKey;
use crate::words::shown::counted;
use crate::words::{self, Lang};
use std::cell::RefCell;
use std::path::Path;

/// A log, read as known at a size and as of a day.
pub(crate) struct Reading {
    pub(crate) reader: Reader,
    pub(crate) facts: LedgerFacts,
    pub(crate) identity: Identity,
    pub(crate) size: u64,
    /// The size that was asked for; nothing for all of it.
    pub(crate) known_at: Option<u64>,
    pub(crate) as_of: Option<Date>,
    /// CSV without the guard against formulas.
    pub(crate) raw: bool,
    /// What was met that the rules refuse and nobody acknowledged.
    pub(crate) breaches: RefCell<Vec<Note>>,
}

/// What is asked, and of which log.
pub(crate) struct Asking<'a> {
    /// Where the log is.
    pub(crate) place: LedgerPlace,
    /// The file that the answer goes to, which is never the log that is read.
    pub(crate) result: Option<&'a Path>,
    /// What had happened by the end of this day; all where none is said.
    pub(crate) as_of: Option<Date>,
    /// What was known then; all where nothing is said.
    pub(crate) as_known_at: Option<Known>,
    /// CSV without the guard against formulas.
    pub(crate) raw: bool,
}

impl Desk {
    /// Opens a log to be read.
    ///
    /// # Errors
    /// `log_differs_from_pin`; as [`Reader::open`] and [`Reader::resolve`].
    pub(crate) fn read(&self, asking: &Asking<'_>) -> Result<Reading> {
        let (reader, identity) = self.opened(asking)?;
        let reader = reader.with_home_caches(self.home_caches());
        let facts = facts_of(&reader)?;
        let known_at = match asking.as_known_at {
            None => None,
            Some(Known::Size(size)) => Some(reader.resolve(KnownAt::Size(size))?),
            Some(time) => {
                let instant = time.instant(facts.utc_offset_minutes).unwrap_or(i64::MAX);
                let size = reader.resolve(KnownAt::Instant(instant))?;
                let offset = facts.utc_offset_minutes;
                if let Some(sizes) = reader.unclear_at(size, instant, offset)? {
                    self.listener.warn(&self.unclear(&sizes));
                }
                Some(size)
            }
        };
        let size = known_at.unwrap_or_else(|| reader.size());
        let (as_of, raw, breaches) = (asking.as_of, asking.raw, RefCell::default());
        Ok(Reading { reader, facts, identity, size, known_at, as_of, raw, breaches })
    }

    /// The log that is read, and whose it is: of a ledger with its caches under the pinned key, of a copy without
    /// any.
    fn opened(&self, asking: &Asking<'_>) -> Result<(Reader, Identity)> {
        let folder = match &asking.place {
            LedgerPlace::Own(folder) => folder,
            LedgerPlace::Copy(copy) => {
                let reader = copy.open(asking.result)?;
                let identity = self.hold_to_pin(&reader, None)?;
                copied::tell(self, copy, &reader, identity)?;
                return Ok((reader, identity));
            }
        };
        let config = LedgerConfig::read(folder)?;
        let pin = self.pin_of(&config.origin)?;
        let key = pin.as_ref().map(key_of).transpose()?;
        let trusted = key.as_ref().map(|key| key.public_key().to_bytes());
        let reader = Reader::open(folder, trusted)?;
        let identity = self.hold_to_pin(&reader, pin.as_ref())?;
        self.warn_unseen(folder, reader.size());
        Ok((reader, identity))
    }

    /// The log is the pinned one: signed by the pinned key, beginning with the pinned entry; or nothing is pinned
    /// for it.
    ///
    /// # Errors
    /// `log_differs_from_pin` (`Kind::NotPinned`) with what was expected and found; as [`Reader::entry`].
    pub(crate) fn hold_to_pin(&self, reader: &Reader, pin: Option<&Pin>) -> Result<Identity> {
        let checkpoint = reader.archive().checkpoint();
        let named = if pin.is_none() { self.pin_of(&checkpoint.origin)? } else { None };
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
    fn warn_unseen(&self, folder: &Path, published: u64) {
        let count = unpublished_entries(folder, published);
        if count > 0 {
            let (are, is) =
                (counted(count, "entry", "entries"), if count == 1 { "is" } else { "are" });
            let words = self.say(
                format!("{are} {is} recorded and not yet published; next: earmark publish"),
                format!("{count} 条已记账，尚未签署存档；下一步：earmark publish"),
            );
            self.listener.warn(&words);
        }
    }

    /// That a time does not say what was known.
    fn unclear(&self, sizes: &std::ops::Range<u64>) -> String {
        let (from, to) = (sizes.start, sizes.end);
        self.say(
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
}

impl Reading {
    /// All of a log, whoever's it is.
    pub(crate) fn whole(reader: Reader) -> Result<Self> {
        let (facts, size) = (facts_of(&reader)?, reader.size());
        let (identity, known_at, as_of) = (Identity::NotPinned, None, None);
        let (raw, breaches) = (false, RefCell::default());
        Ok(Self { reader, facts, identity, size, known_at, as_of, raw, breaches })
    }

    /// One line where nothing outside says whose log it is.
    pub(crate) fn say_identity(&self, desk: &Desk) {
        if self.identity == Identity::NotPinned {
            desk.listener.warn(desk.listener.lang().label("identity:not_pinned"));
        }
    }

    pub(crate) fn books(&self) -> Result<Shelf<'_>> {
        let shelf = self.reader.shelf(self.size, self.as_of)?;
        self.note(shelf.open_breaches()?);
        Ok(shelf)
    }

    /// Notes what a fold has met that the rules refuse: a report that is made after it has it in its head.
    pub(crate) fn note_breaches(&self, state: &State) {
        self.note(state.open_breaches());
    }

    fn note<'a>(&self, breaches: impl IntoIterator<Item = (u64, &'a Breach)>) {
        *self.breaches.borrow_mut() = breaches
            .into_iter()
            .map(|(first, breach)| {
                let said = |lang| words::breach::open(first, &breach.rule, lang);
                Note { en: said(Lang::En), zh: said(Lang::Zh) }
            })
            .collect();
    }

    /// Says it beside what was printed while it was not known.
    pub(crate) fn say_breaches(&self, desk: &Desk, state: &State) {
        self.note_breaches(state);
        let lang = desk.listener.lang();
        self.breaches.borrow().iter().for_each(|note| desk.listener.warn(note.text(lang)));
    }

    pub(crate) fn head(&self) -> Result<Head> {
        self.reader.head_at(self.size)
    }

    /// What every report says of itself.
    pub(crate) fn header(&self, filter: &Filter) -> Result<Header> {
        Ok(Header {
            identity: self.identity,
            breaches: self.breaches.borrow().clone(),
            ledger: crate::chain::entry::LedgerId(self.facts.id.0).to_string(),
            name: self.facts.name.to_string(),
            head: self.head()?,
            recorded_at: self.reader.recorded_at(self.size)?,
            as_of: self.as_of,
            as_known_at: self.known_at,
            filter: filter.words().to_vec(),
            currency: self.facts.currency(),
        })
    }

    /// No rows of the register yet.
    pub(crate) fn rows(&self) -> Result<Rows> {
        let second = self.reader.event(1)?;
        Ok(Rows::new(self.facts.utc_offset_minutes, Officers::opened_by(second.as_ref())))
    }

    /// Entries that were reversed by then; none where nobody asks.
    pub(crate) fn reversals_for(&self, wanted: bool) -> Result<Reversals> {
        if wanted { self.reader.reversals(self.size, self.as_of) } else { Ok(Reversals::new()) }
    }

    /// The last day that time has passed for: the day asked for, else the ledger's today.
    pub(crate) fn day(&self, desk: &Desk) -> Result<Date> {
        let today = || {
            let now = desk.clock()?.now_microseconds();
            Ok(Date::at(now, self.facts.utc_offset_minutes))
        };
        self.as_of.map_or_else(today, Ok)
    }
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
