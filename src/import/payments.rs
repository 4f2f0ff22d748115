//! Which payment a refund is of: found by what a list calls it, among all payments of the ledger and of
//! this import.

use super::problem::{Problem, quoted};
use super::text::comparable;
use crate::domain::command::Command;
use crate::domain::event::Body;
use crate::domain::ids::Code;
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

/// The payment that a row gives back, as the row tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundOf {
    /// What it is named by.
    pub by: NamedBy,
    /// Its name.
    pub name: String,
    /// The column that names it.
    pub column: String,
    /// Who was paid, where the row says.
    pub payee: Option<Code>,
    /// Its contract, where the row says.
    pub commitment: Option<Code>,
}

impl RefundOf {
    /// False where the payment says another payee or contract than the row.
    fn is_of(&self, payment: &Payment) -> bool {
        let agree = |one: &Option<Code>, other: &Option<Code>| {
            one.as_ref().zip(other.as_ref()).is_none_or(|(one, other)| one == other)
        };
        agree(&self.payee, &payment.payee) && agree(&self.commitment, &payment.commitment)
    }
}

/// A payment that is known by a name.
#[derive(Debug, Clone)]
struct Payment {
    at: u64,
    payee: Option<Code>,
    commitment: Option<Code>,
}

/// Payments by their names, as far as an import asks for them.
#[derive(Debug, Default)]
pub struct Payments {
    asked: BTreeSet<NamedBy>,
    by: BTreeMap<(NamedBy, String), Vec<Payment>>,
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

    fn name(&mut self, by: NamedBy, text: &str, payment: &Payment) {
        if self.asked.contains(&by) {
            let all = self.by.entry((by, comparable(text).into_owned())).or_default();
            all.push(payment.clone());
        }
    }

    /// Remembers a recorded entry.
    pub fn learn(&mut self, at: u64, body: &Body) {
        let Body::DisbursementRecorded(b) = body else { return };
        let payment = Payment { at, payee: b.payee.clone(), commitment: b.commitment.clone() };
        if let Some(first) = b.splits.first() {
            let (fund, year) = (&first.line.fund, first.line.year);
            let voucher = EntryRef::Voucher { fund: fund.clone(), year, number: b.voucher_no };
            self.name(NamedBy::Entry, &voucher.to_string(), &payment);
        }
        self.filed(
            &payment,
            b.source_number.as_ref().map(|text| text.as_str()),
            b.filing.document_no.as_ref().map(|text| text.as_str()),
        );
    }

    fn filed(&mut self, payment: &Payment, source_no: Option<&str>, document_no: Option<&str>) {
        for (by, text) in [(NamedBy::SourceNo, source_no), (NamedBy::DocumentNo, document_no)] {
            if let Some(text) = text {
                self.name(by, text, payment);
            }
        }
    }

    /// Remembers a payment of this import. Its voucher is numbered as it is booked, so that no row of the
    /// same file can know it.
    pub fn learn_order(&mut self, at: u64, command: &Command) {
        if let Command::RecordDisbursement(c) | Command::DisburseByShares(c) = command {
            let source_no = c.source_number.as_ref().map(|text| text.as_str());
            let payment = Payment { at, payee: c.payee.clone(), commitment: c.commitment.clone() };
            self.filed(
                &payment,
                source_no,
                c.filing.document_no.as_ref().map(|text| text.as_str()),
            );
        }
    }

    /// The one payment of this name that stands, and of the payee and contract that the row says.
    ///
    /// # Errors
    /// `refund_unknown`, `refund_ambiguous`; `entry_malformed` for what is no name of an entry.
    pub fn find(&self, of: &RefundOf, state: &State) -> Result<u64, Problem> {
        let (by, text) = (of.by, of.name.as_str());
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
        let standing = all.iter().filter(|payment| !state.reversed.contains_key(&payment.at));
        let standing: Vec<&Payment> = standing.collect();
        let agreeing = standing.iter().filter(|payment| of.is_of(payment));
        let all: Vec<u64> = agreeing.map(|payment| payment.at).collect();
        match all.as_slice() {
            [only] => Ok(*only),
            [] if !standing.is_empty() => {
                let rule = format!(
                    "the payment of this {} is to the payee and of the contract that the row says",
                    by.word()
                );
                let say = |payee: &Option<Code>, commitment: &Option<Code>| {
                    let both = [payee, commitment].into_iter().flatten().map(Code::as_str);
                    both.collect::<Vec<_>>().join(", ")
                };
                let there = standing.iter().take(8).map(|payment| {
                    format!("@{} of {}", payment.at, say(&payment.payee, &payment.commitment))
                });
                let there = there.collect::<Vec<_>>().join("; ");
                Err(Problem::new("refund_unknown", rule, there, say(&of.payee, &of.commitment)))
            }
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
