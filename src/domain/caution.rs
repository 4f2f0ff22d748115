//! Cautions: what is admitted by every rule and still looks like a slip of the pen. Asked when a command
//! is recorded by hand, never in replay: no log has them, no list shows them again. Codes are stable.

use super::calendar::{Date, Year};
use super::event::{Body, Event, PayeeRegistered, Split};
use super::ids::{Code, Text};
use super::state::LedgerFacts;

/// Years from today beyond which a year is odd.
const NEAR_YEARS: u16 = 2;
/// The days of that.
const NEAR_DAYS: u32 = 731;
/// Years that a project may still go on.
const LONG_DAYS: u32 = 3_653;

/// Something that may be a slip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caution {
    /// A day far from today, and from the opening of the ledger.
    OddDay {
        /// The day.
        date: Date,
        /// The ledger's today.
        today: Date,
    },
    /// A fiscal year far from today's, and from that of the opening.
    OddYear {
        /// The year.
        year: Year,
        /// The fiscal year of today.
        present: Year,
    },
    /// A day before the ledger was opened.
    BeforeOpening {
        /// The day.
        date: Date,
        /// The day the ledger was opened.
        opened_on: Date,
    },
    /// An amount of zero; a payment has used up its voucher number.
    NothingMoved {
        /// The number.
        voucher: Option<u64>,
    },
    /// A contract that does not say who will be paid.
    NoPayee {
        /// The contract.
        contract: Code,
    },
    /// A payee with the name or credit code of another one.
    PayeeTwice {
        /// The one that was there.
        other: Code,
        /// What they share.
        shared: Text,
    },
}

impl Caution {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::OddDay { .. } | Self::OddYear { .. } => "odd_year",
            Self::BeforeOpening { .. } => "before_opening",
            Self::NothingMoved { .. } => "amount_zero",
            Self::NoPayee { .. } => "no_payee",
            Self::PayeeTwice { .. } => "payee_twice",
        }
    }
}

/// What an event looks like that was recorded `today`; history is what it is.
#[must_use]
pub fn cautions(event: &Event, ledger: &LedgerFacts, today: Date) -> Vec<Caution> {
    let date = event.occurred_on;
    // A reversal is dated by what it reverses, which may be history.
    let is_of_its_time = matches!(event.body, Body::LedgerOpened(_) | Body::EntryReversed(_));
    if event.historical || is_of_its_time {
        return Vec::new();
    }
    let opened_on = ledger.opened_on;
    let before = (date < opened_on).then_some(Caution::BeforeOpening { date, opened_on });
    odd(event, ledger, today).into_iter().chain(before).chain(of_body(&event.body)).collect()
}

/// The first day or year of an event that is far from today. What is near the ledger's opening is no slip
/// either: books of an old year are opened in it, and written down later.
fn odd(event: &Event, ledger: &LedgerFacts, today: Date) -> Option<Caution> {
    let opened_on = ledger.opened_on;
    let is_far =
        |date: &Date| [today, opened_on].iter().all(|near| date.0.abs_diff(near.0) > NEAR_DAYS);
    let is_long = |date: &Date| date.0.saturating_sub(today.0) > LONG_DAYS.cast_signed();
    let (first, last) = days(&event.body);
    let days = [Some(event.occurred_on), first].into_iter().flatten().filter(is_far);
    let day = days.chain(last.filter(is_long)).next();
    let (present, first) = (ledger.fiscal_year(today), ledger.fiscal_year(opened_on));
    let is_odd =
        |year: &Year| [present, first].iter().all(|near| year.abs_diff(*near) > NEAR_YEARS);
    let year = years(&event.body).find(is_odd);
    day.map(|date| Caution::OddDay { date, today })
        .or_else(|| year.map(|year| Caution::OddYear { year, present }))
}

/// The first and the last day that a project names.
fn days(body: &Body) -> (Option<Date>, Option<Date>) {
    if let Body::ProjectApproved(b) = body { (b.start, b.end) } else { (None, None) }
}

/// The fiscal years that money is given to. What is drawn later is of a year that is there.
fn years(body: &Body) -> impl Iterator<Item = Year> {
    let (one, two) = if let Body::AllocationRecorded(b) = body {
        (Some(b.line.year), None)
    } else if let Body::BalanceCarriedForward(b) = body {
        (Some(b.from.year), Some(b.to.year))
    } else {
        (None, None)
    };
    one.into_iter().chain(two)
}

fn of_body(body: &Body) -> Vec<Caution> {
    let mut found = Vec::new();
    if is_of_nothing(body) {
        let voucher =
            if let Body::DisbursementRecorded(b) = body { Some(b.voucher_no) } else { None };
        found.push(Caution::NothingMoved { voucher });
    }
    if let Body::CommitmentMade(b) = body
        && b.payee.is_none()
    {
        found.push(Caution::NoPayee { contract: b.contract.clone() });
    }
    found
}

/// An allocation of nothing opens its line, and a project without funding is approved: they are of use.
fn is_of_nothing(body: &Body) -> bool {
    let none = |splits: &[Split]| splits.iter().all(|split| split.amount.is_zero());
    if let Body::AllocationAdjusted(b) = body {
        b.amount.is_zero()
    } else if let Body::AllocationTransferred(b) = body {
        b.amount.is_zero()
    } else if let Body::CommitmentMade(b) = body {
        none(&b.splits)
    } else if let Body::DisbursementRecorded(b) = body {
        none(&b.splits)
    } else if let Body::RefundReceived(b) = body {
        none(&b.splits)
    } else {
        false
    }
}

/// A payee as it is known, to be held against a new one.
#[derive(Debug, Clone, Copy)]
pub struct KnownPayee<'a> {
    /// Its code.
    pub code: &'a Code,
    /// Its names.
    pub names: [Option<&'a Text>; 2],
    /// Its credit code.
    pub credit_code: Option<&'a Text>,
}

/// The first known payee with a name or the credit code of a new one.
#[must_use]
pub fn payee_twice<'a>(
    new: &PayeeRegistered,
    mut known: impl Iterator<Item = KnownPayee<'a>>,
) -> Option<Caution> {
    let plain = |text: &Text| -> String {
        text.as_str().chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
    };
    let names: Vec<String> =
        [Some(&new.name), new.name_zh.as_ref()].into_iter().flatten().map(plain).collect();
    let credit = new.credit_code.as_ref().map(plain);
    known.find_map(|other| {
        let same_name = other.names.into_iter().flatten().find(|name| names.contains(&plain(name)));
        let same_credit = other.credit_code.filter(|one| credit.as_ref() == Some(&plain(one)));
        let shared = same_credit.or(same_name).filter(|_| *other.code != new.code)?;
        Some(Caution::PayeeTwice { other: other.code.clone(), shared: shared.clone() })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::Filing;

    fn day(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    #[test]
    fn a_second_payee_is_told_by_name_in_any_width_of_space_and_by_credit_code() {
        let (a, b) = (Code::new("A"), Code::new("B"));
        let (name, zh, credit) = (Text::new("Soft Co"), Text::new("软件"), Text::new("91310"));
        let mut new = PayeeRegistered {
            code: b.clone(),
            name: Text::new("SOFT  CO"),
            name_zh: None,
            credit_code: None,
            accounts: Vec::new(),
            filing: Filing::default(),
        };
        let other =
            KnownPayee { code: &a, names: [Some(&name), Some(&zh)], credit_code: Some(&credit) };
        let told = |new: &PayeeRegistered, known| payee_twice(new, std::iter::once(known));
        let twice = |shared: &str| {
            Some(Caution::PayeeTwice { other: a.clone(), shared: Text::new(shared) })
        };
        assert_eq!(told(&new, other), twice("Soft Co"));
        assert_eq!(told(&new, KnownPayee { code: &b, ..other }), None, "itself");
        new.name = Text::new("other");
        assert_eq!(told(&new, other), None);
        new.name_zh = Some(zh.clone());
        assert_eq!(told(&new, other), twice("软件"));
        (new.name_zh, new.credit_code) = (None, Some(credit.clone()));
        assert_eq!(told(&new, other), twice("91310"));
    }

    #[test]
    fn two_years_are_near_and_a_long_project_is_none() {
        assert!(day("2000-06-30").0.abs_diff(day("2002-06-30").0) <= NEAR_DAYS);
        assert!(day("2000-06-28").0.abs_diff(day("2002-06-30").0) > NEAR_DAYS);
        assert!(day("2012-06-30").0 - day("2002-06-30").0 <= LONG_DAYS.cast_signed());
    }
}
