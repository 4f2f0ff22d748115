//! What leaves the ledger entry by entry: a journal for hledger, rows as CSV, entries as JSON lines;
//! and a package for auditors.
//!
//! [`Export`] takes entries as a reader folds them and keeps none; names that could run or steer
//! something in the format are escaped by its own grammar. Lacks sums: those are reports.

pub mod hledger;
pub mod package;

use crate::domain::calendar::Date;
use crate::domain::money::Currency;
use crate::error::{Error, Kind, Result};
use crate::projection::Recorded;
use crate::projection::filter::Filter;
use crate::projection::register::{Register, Reversals};
use crate::report::table::Header;
use crate::report::{csv, entry_json, register};
use std::io::{self, Write};

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A journal for hledger: every entry that moves money, one transaction each.
    Hledger,
    /// The register's rows, one a move; `raw` leaves out the guard against formulas.
    Csv {
        /// Without the guard.
        raw: bool,
    },
    /// Every entry with its body and moves, one a line.
    Jsonl,
}

/// An export that is being written.
#[derive(Debug)]
pub struct Export<W: Write> {
    out: W,
    form: Form,
    currency: Currency,
    as_of: Option<Date>,
    register: Register,
    rows: register::Rows,
    entries: u64,
    failed: Option<io::Error>,
}

impl<W: Write> Export<W> {
    /// Begins an export: writes what stands before the first entry.
    ///
    /// `header` says what is exported: entries of its ledger, up to its size, on or before its day;
    /// `rows` have seen none of them yet. Rows of reversed entries are marked.
    #[must_use]
    pub fn new(
        out: W,
        form: Form,
        header: &Header,
        rows: register::Rows,
        reversals: Reversals,
    ) -> Self {
        let (currency, as_of) = (header.currency, header.as_of);
        let register = Register::new(Filter::default(), as_of).with_reversals(reversals);
        let mut export =
            Self { out, form, currency, as_of, register, rows, entries: 0, failed: None };
        let front = match form {
            Form::Hledger => hledger::front(header),
            Form::Csv { .. } => {
                let keys = register::REGISTER.columns.iter().map(|column| column.key);
                csv::line(keys.map(str::to_owned))
            }
            Form::Jsonl => String::new(),
        };
        export.put(&front);
        export
    }

    /// Takes the next entry. MUST see every entry from the first on, in order.
    pub fn take(&mut self, recorded: &Recorded<'_>) {
        self.rows.apply(recorded);
        let is_later = self.as_of.is_some_and(|day| recorded.event.occurred_on > day);
        let text = match self.form {
            Form::Csv { raw } => {
                let found = self.register.rows_of(recorded);
                let (rows, currency) = (&mut self.rows, self.currency);
                let line = |row| csv::line(csv::cells(&rows.cells(row), currency, raw));
                found.iter().map(line).collect()
            }
            Form::Hledger | Form::Jsonl if is_later => String::new(),
            Form::Hledger => hledger::transaction(recorded, self.currency),
            Form::Jsonl => format!("{}\n", entry_json(recorded, self.currency)),
        };
        if !text.is_empty() {
            self.put(&text);
            self.entries = self.entries.saturating_add(1);
        }
    }

    /// True once the writer has refused something: what follows is lost.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.failed.is_some()
    }

    fn put(&mut self, text: &str) {
        if self.failed.is_none() {
            self.failed = self.out.write_all(text.as_bytes()).err();
        }
    }

    /// Ends the export and gives the number of entries written.
    ///
    /// # Errors
    /// `export_not_written`: the first thing that the writer refused; nothing was written after it.
    pub fn finish(mut self) -> Result<u64> {
        let failed = self.failed.take().or_else(|| self.out.flush().err());
        match failed {
            None => Ok(self.entries),
            Some(error) => {
                let message = format!("the export could not be written: {error}");
                Err(Error::new(Kind::Io, "export_not_written", message)
                    .because_of(&error)
                    .with_hint("make room, or write to another place, and run it again")
                    .with_source(error))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::entry::Head;
    use crate::projection::register::Officers;
    use crate::report::table::Identity;

    struct Full;

    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::Error::from(io::ErrorKind::StorageFull))
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_full_disk_is_told_at_the_end() {
        let header = Header {
            identity: Identity::Pinned,
            breaches: Vec::new(),
            ledger: String::new(),
            name: String::new(),
            head: Head::default(),
            recorded_at: None,
            as_of: None,
            as_known_at: None,
            filter: Vec::new(),
            currency: Currency::named("CNY").unwrap(),
        };
        let rows = register::Rows::new(0, Officers::default());
        let error =
            Export::new(Full, Form::Hledger, &header, rows, Reversals::new()).finish().unwrap_err();
        assert_eq!(error.code(), "export_not_written");
        assert!(error.to_string().contains("next: make room, or write to another place"));
    }
}
