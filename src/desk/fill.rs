//! A form that was filled in, as a command: with what its texts name in an open ledger and on this machine.
//!
//! It judges nothing; rules are the domain's.

use super::documents::{document, document_of};
use super::request::{Request, read_request};
use super::{Asked, Desk, policy_file};
use crate::chain::entry::EntryId;
use crate::domain::breach::COMMAND_ID_REPEATED;
use crate::domain::calendar::Year;
use crate::domain::command::Command;
use crate::domain::event::{Bytes32, Bytes64, DocumentRef, Policy};
use crate::domain::ids::{Code, Text};
use crate::domain::money::Currency;
use crate::domain::state::{Officer, State};
use crate::error::{Error, Kind, Result};
use crate::form::build::Scene;
use crate::form::fill::{World, fill};
use crate::form::{Act, EntryRef, Field, Value};
use crate::ledger::reader::is_voucher;
use crate::ledger::{Ledger, Reader};
use std::path::Path;

/// Where a form is filled in.
struct Filling<'a> {
    desk: &'a Desk,
    ledger: &'a Ledger,
    currency: Currency,
}

impl Desk {
    /// The command of a form; with the key of `request`, where one was made for it.
    ///
    /// # Errors
    /// What was said cannot be read, is not there, or does not go together.
    pub(crate) fn command(
        &self,
        ledger: &Ledger,
        asked: &Asked<'_>,
        request: Option<Request>,
    ) -> Result<Command> {
        let filing = asked.filing()?;
        let filling = Filling { desk: self, ledger, currency: currency_of(ledger)? };
        let mut values = fill(asked.form, asked.texts, &filling)?;
        let request = match (request, asked.text(Field::Name)) {
            // An officer whose key is on this machine needs no file.
            (None, Some(name))
                if asked.form.act == Act::OfficerEnroll && !values.has(Field::Key) =>
            {
                let key = self.home()?.keys().officer(name)?;
                Some(Request::signed(&key, ledger.id()?, name)?)
            }
            (request, _) => request,
        };
        if let Some(request) = request {
            self.check_purpose(&request.key)?;
            values.put(Field::Key, Value::Key(Bytes32(request.key), Bytes64(request.proof)));
        }
        let scene = Scene { state: ledger.state(), day: asked.on };
        Ok(asked.form.build(values, scene, filing)?)
    }

    /// A key of a log or witness on this machine signs for no officer.
    fn check_purpose(&self, key: &[u8; 32]) -> Result<()> {
        let Some(purpose) = self.home()?.keys().other_purpose(key) else { return Ok(()) };
        let message =
            format!("a key has one purpose; this one is already {purpose} on this machine");
        Err(Error::new(Kind::Usage, "key_in_use", message)
            .with_hint("make a key of its own (earmark key new)")
            .with_detail("why", purpose))
    }
}

/// An officer of the ledger by name, with the number.
///
/// # Errors
/// `unknown_officer`.
pub(crate) fn officer_named<'s>(state: &'s State, name: &str) -> Result<(u32, &'s Officer)> {
    numbered(state, name).ok_or_else(|| {
        Error::new(Kind::NotFound, "unknown_officer", format!("there is no officer {name}"))
            .with_hint("see `earmark officer list`")
            .with_detail("officer", name)
    })
}

/// As [`officer_named`]; nothing where there is none.
pub(crate) fn numbered<'s>(state: &'s State, name: &str) -> Option<(u32, &'s Officer)> {
    (0_u32..).zip(&state.officers).find(|(_, officer)| officer.name.as_str() == name)
}

/// The ledger's currency.
///
/// # Errors
/// `ledger_not_open`.
pub(crate) fn currency_of(ledger: &Ledger) -> Result<Currency> {
    let facts = ledger.state().ledger.as_ref();
    facts.map(|facts| facts.currency()).ok_or_else(|| {
        Error::new(Kind::Break, "ledger_not_open", "the ledger has no first entry")
            .with_hint("run `earmark verify --store`")
    })
}

impl Filling<'_> {
    /// The entry that booked a voucher: among those not yet published, then in the log.
    fn voucher(&self, fund: &Code, year: Year, number: u64) -> Result<Option<u64>> {
        for index in self.ledger.published_size()..self.ledger.head().size {
            let event = self.ledger.event(index)?;
            if event.is_some_and(|event| is_voucher(&event.body, fund, year, number)) {
                return Ok(Some(index));
            }
        }
        let reader = Reader::open(self.ledger.folder(), None)?;
        let orderly = if self.ledger.state().breaches.is_empty() { reader.size() } else { 0 };
        reader.find_voucher(reader.size(), (fund, year, number), orderly)
    }
}

impl World for Filling<'_> {
    fn currency(&self) -> Currency {
        self.currency
    }

    fn entry(&self, name: &EntryRef) -> Result<u64> {
        let found = match name {
            EntryRef::Index(index) => {
                return if *index < self.ledger.head().size {
                    Ok(*index)
                } else {
                    Err(no_entry(name).with_detail("size", self.ledger.head().size))
                };
            }
            EntryRef::Id(id) => self.ledger.find(EntryId(*id))?,
            EntryRef::Voucher { fund, year, number } => self.voucher(fund, *year, *number)?,
        };
        found.ok_or_else(|| no_entry(name))
    }

    fn breach(&self, name: &EntryRef) -> Result<(u64, Text)> {
        let entry = self.entry(name)?;
        let before = self.ledger.state().breaches.range(..=entry).next_back();
        let breach = before.filter(|(first, breach)| entry < first.saturating_add(breach.entries));
        let refused = breach.map(|(first, breach)| (*first, breach.rule.clone()));
        if breach.is_some_and(|(_, breach)| breach.acknowledged.is_none()) {
            return refused.ok_or_else(|| no_breach(entry));
        }
        // A command can be both; that it is acknowledged already is said by the rule.
        let repeated = self.ledger.repeated(entry)?;
        let repeated = repeated.map(|first| (first, Text::new(COMMAND_ID_REPEATED)));
        repeated.or(refused).ok_or_else(|| no_breach(entry))
    }

    fn officer(&self, name: &str) -> Result<u32> {
        officer_named(self.ledger.state(), name).map(|(number, _)| number)
    }

    fn document(&self, field: Field, named: &str) -> Result<DocumentRef> {
        if field == Field::Valuation {
            return document_of(Path::new(named), "valuation");
        }
        document(named)
    }

    fn request(&self, named: &str, officer: &str) -> Result<(Bytes32, Bytes64)> {
        let request = read_request(Path::new(named), self.ledger.id()?, officer)?;
        self.desk.check_purpose(&request.key)?;
        Ok((Bytes32(request.key), Bytes64(request.proof)))
    }

    fn policy(&self, named: &str) -> Result<Policy> {
        policy_file::read(Path::new(named), &self.ledger.state().policy, self.currency)
    }
}

fn no_breach(entry: u64) -> Error {
    let message = format!("no rule refuses the command of @{entry}, and its id is its own");
    Error::new(Kind::NotFound, "no_breach", message)
        .with_hint("`earmark verify` names the entries of each breach")
        .with_detail("index", entry)
}

fn no_entry(name: &EntryRef) -> Error {
    Error::new(Kind::NotFound, "unknown_entry", format!("there is no entry {name}"))
        .with_hint("see `earmark register`")
        .with_detail("found", name)
}
