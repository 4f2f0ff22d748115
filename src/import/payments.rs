//! Which payment a refund is of: found by what a list calls it, among all payments of the ledger and of
//! this import.

use super::problem::{Problem, quoted};
use super::text::comparable;
use crate::domain::command::Command;
use crate::domain::event::Body;
use crate::domain::state::State;
use crate::form::EntryRef;
use std::collections::{BTreeMap, BTreeSet};

/// What a list calls a payment by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NamedBy {
    /// Its entry: `@12`, or `FUND/YEAR/VOUCHER`.
    Entry,
    /// The other side's number.
    SourceNo,
    /// The office's file number.
    DocumentNo,
}

impl NamedBy {
    /// The word for it in a mapping.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Entry => "voucher",
            Self::SourceNo => "source_no",
            Self::DocumentNo => "document_no",
        }
    }
}

/// Payments by their names, as far as an import asks for them.
#[derive(Debug, Default)]
pub struct Payments {
    asked: BTreeSet<NamedBy>,
    by: BTreeMap<(NamedBy, String), Vec<u64>>,
}

impl Payments {
    /// Of what `asked` says.
    #[must_use]
    pub fn asked(asked: BTreeSet<NamedBy>) -> Self {
        Self { asked, by: BTreeMap::new() }
    }

    /// True if nothing is asked for.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.asked.is_empty()
    }

    fn name(&mut self, by: NamedBy, text: &str, at: u64) {
        if self.asked.contains(&by) {
            self.by.entry((by, comparable(text).into_owned())).or_default().push(at);
        }
    }

    /// Remembers a recorded entry.
    pub fn learn(&mut self, at: u64, body: &Body) {
        let Body::DisbursementRecorded(b) = body else { return };
        if let Some(first) = b.splits.first() {
            let (fund, year) = (&first.line.fund, first.line.year);
            let voucher = EntryRef::Voucher { fund: fund.clone(), year, number: b.voucher_no };
            self.name(NamedBy::Entry, &voucher.to_string(), at);
        }
        self.filed(
            at,
            b.source_number.as_ref().map(|text| text.as_str()),
            b.filing.document_no.as_ref().map(|text| text.as_str()),
        );
    }

    fn filed(&mut self, at: u64, source_no: Option<&str>, document_no: Option<&str>) {
        for (by, text) in [(NamedBy::SourceNo, source_no), (NamedBy::DocumentNo, document_no)] {
            if let Some(text) = text {
                self.name(by, text, at);
            }
        }
    }

    /// Remembers a payment of this import. Its voucher is numbered as it is booked, so that no row of the
    /// same file can know it.
    pub fn learn_order(&mut self, at: u64, command: &Command) {
        if let Command::RecordDisbursement(c) | Command::DisburseByShares(c) = command {
            let source_no = c.source_number.as_ref().map(|text| text.as_str());
            self.filed(at, source_no, c.filing.document_no.as_ref().map(|text| text.as_str()));
        }
    }

    /// The one payment of this name that stands.
    ///
    /// # Errors
    /// `refund_unknown`, `refund_ambiguous`; `entry_malformed` for what is no name of an entry.
    pub fn find(&self, by: NamedBy, text: &str, state: &State) -> Result<u64, Problem> {
        let name = if by == NamedBy::Entry {
            let entry: EntryRef = text.parse()?;
            if let EntryRef::Index(index) = entry {
                return Ok(index);
            }
            entry.to_string()
        } else {
            comparable(text).into_owned()
        };
        let all = self.by.get(&(by, name)).map(Vec::as_slice).unwrap_or_default();
        let standing = |at: &&u64| !state.reversed.contains_key(*at);
        let all: Vec<u64> = all.iter().filter(standing).copied().collect();
        match all.as_slice() {
            [only] => Ok(*only),
            [] => {
                let rule =
                    format!("a refund is of a payment that stands, found by its {}", by.word());
                Err(Problem::new("refund_unknown", rule, "a payment of this name", quoted(text)))
            }
            several => {
                let some: Vec<String> = several.iter().take(8).map(|at| format!("@{at}")).collect();
                let rule = format!(
                    "a refund is of one payment; {} have this {}: name it by its voucher",
                    several.len(),
                    by.word()
                );
                Err(Problem::new("refund_ambiguous", rule, some.join(", "), quoted(text)))
            }
        }
    }
}
