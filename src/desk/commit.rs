//! From a form that was filled in to a receipt: prepared, signed, committed.

use super::documents::document;
use super::request::Request;
use super::{Desk, Officer, name_officer, sealed};
use crate::chain::signature::{PUBLIC_KEY_BYTES, Signer};
use crate::domain::apply::Cited;
use crate::domain::calendar::Date;
use crate::domain::command::Order;
use crate::domain::event::{Body, Filing};
use crate::domain::ids::Text;
use crate::error::Result;
use crate::form::{Field, Form};
use crate::ledger::{Durability, Instruction, Ledger, Ready, Receipt};

/// A form, as it was filled in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    /// The form.
    pub(crate) form: &'static Form,
    /// Its fields, each with its text; one that holds several has several.
    pub(crate) texts: &'a [(Field, String)],
    /// The day it happened; the ledger's today where none was said.
    pub(crate) on: Option<Date>,
    /// Files, as `FILE` or `FILE:KIND`.
    pub(crate) documents: &'a [String],
    /// The office's file number.
    pub(crate) document_no: Option<&'a Text>,
    /// The idempotency key.
    pub(crate) command_id: Option<&'a str>,
    /// The clock's own day, repeated.
    pub(crate) accept_clock: Option<Date>,
    /// Nothing is to be recorded.
    pub(crate) dry_run: bool,
}

impl Asked<'_> {
    /// The text of a field.
    pub(crate) fn text(&self, field: Field) -> Option<&str> {
        self.texts.iter().find(|(of, _)| *of == field).map(|(_, text)| text.as_str())
    }

    /// What every body ends with.
    ///
    /// # Errors
    /// `document_name`, or an I/O code.
    pub(crate) fn filing(&self) -> Result<Filing> {
        filing(self.documents, self.document_no)
    }
}

/// Documents by hash, and the office's file number.
///
/// # Errors
/// `document_name`, or an I/O code.
pub(crate) fn filing(documents: &[String], document_no: Option<&Text>) -> Result<Filing> {
    let documents = documents.iter().map(|named| document(named)).collect::<Result<_>>()?;
    Ok(Filing { documents, document_no: document_no.cloned() })
}

impl Desk {
    /// What was asked for, as a command of the officer with this key, to be signed; with the key of
    /// `request`, where one was made for it.
    ///
    /// # Errors
    /// As [`Desk::command`] and [`Ledger::prepare`].
    pub(crate) fn prepare(
        &self,
        ledger: &mut Ledger,
        officer: [u8; PUBLIC_KEY_BYTES],
        (asked, request): (&Asked<'_>, Option<Request>),
    ) -> Result<Ready> {
        let command = self.command(ledger, asked, request)?;
        ledger.prepare(Instruction {
            order: Order { occurred_on: asked.on, historical: false, command },
            confidential: sealed::fields(asked)?,
            officer,
            command_key: asked.command_id.map(|key| key.as_bytes().to_vec()),
            accept_clock: asked.accept_clock,
        })
    }

    /// Records what was asked for, for an officer whose key is here; or says what it would be.
    ///
    /// # Errors
    /// As [`Desk::prepare`] and [`Ledger::commit_signed_by`].
    pub(crate) fn record(
        &self,
        ledger: &mut Ledger,
        (officer, key): &Officer,
        asked: (&Asked<'_>, Option<Request>),
        until: Durability,
    ) -> Result<Receipt> {
        let dry_run = asked.0.dry_run;
        let named = |error| name_officer(error, officer, key);
        let prepared = match self.prepare(ledger, key.public_key(), asked).map_err(named)? {
            Ready::ToSign(prepared) => prepared,
            Ready::Done(receipt) => {
                let dry_run = dry_run && !receipt.replayed;
                return Ok(Receipt { dry_run, ..receipt });
            }
        };
        if dry_run {
            return Ok(prepared.receipt(ledger.durability()));
        }
        ledger.commit_signed_by(key, *prepared, until).map_err(named)
    }
}

/// The entries that a receipt's reversals undo, by index.
///
/// # Errors
/// As [`Ledger::event`].
pub(crate) fn undone(ledger: &Ledger, receipt: &Receipt) -> Result<Cited> {
    let mut undone = Cited::new();
    for entry in &receipt.entries {
        if let Body::EntryReversed(b) = &entry.event.body {
            undone.extend(ledger.event(b.entry)?.map(|event| (b.entry, event)));
        }
    }
    Ok(undone)
}
