//! Where a form is filled in on a command line: an open ledger, and this machine with its files and keys.

use super::documents::{document, document_of, filing};
use super::office::{check_purpose, officer_named};
use super::request::{Request, read_request};
use crate::chain::entry::EntryId;
use crate::cli::args::Recorded;
use crate::cli::policy_file;
use crate::cli::session::Session;
use crate::domain::breach::COMMAND_ID_REPEATED;
use crate::domain::calendar::Year;
use crate::domain::command::Command;
use crate::domain::event::{Bytes32, Bytes64, DocumentRef, Policy};
use crate::domain::ids::{Code, Text};
use crate::domain::money::Currency;
use crate::error::{Error, Kind, Result};
use crate::form::build::Scene;
use crate::form::fill::{World, fill};
use crate::form::{Act, EntryRef, Field, Value};
use crate::ledger::reader::is_voucher;
use crate::ledger::{Ledger, Reader};
use std::path::Path;

/// An open ledger, where what was typed becomes a command.
pub(super) struct Desk<'a> {
    pub(super) session: &'a Session,
    pub(super) ledger: &'a Ledger,
    pub(super) currency: Currency,
}

impl Desk<'_> {
    /// The command of a form; with the key of `request`, where one was made for it.
    pub(super) fn command(&self, typed: &Recorded, request: Option<Request>) -> Result<Command> {
        let filing = filing(&typed.flags)?;
        let mut values = fill(typed.form, &typed.texts, self)?;
        let request = match (request, typed.text(Field::Name)) {
            // An officer whose key is on this machine needs no file.
            (None, Some(name))
                if typed.form.act == Act::OfficerEnroll && !values.has(Field::Key) =>
            {
                let key = self.session.home()?.keys().officer(name)?;
                Some(Request::signed(&key, self.ledger.id()?, name)?)
            }
            (request, _) => request,
        };
        if let Some(request) = request {
            check_purpose(self.session, &request.key)?;
            values.put(Field::Key, Value::Key(Bytes32(request.key), Bytes64(request.proof)));
        }
        let scene = Scene { state: self.ledger.state(), day: typed.flags.on };
        Ok(typed.form.build(values, scene, filing)?)
    }

    /// The entry that booked a voucher: among those not yet published, then in the log.
    fn voucher(&self, fund: &Code, year: Year, number: u64) -> Result<Option<u64>> {
        for index in self.ledger.published_size()..self.ledger.head().size {
            let event = self.ledger.event(index)?;
            if event.is_some_and(|event| is_voucher(&event.body, fund, year, number)) {
                return Ok(Some(index));
            }
        }
        Reader::open(self.ledger.folder(), None)?.find_voucher(fund, year, number)
    }
}

impl World for Desk<'_> {
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
        check_purpose(self.session, &request.key)?;
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
