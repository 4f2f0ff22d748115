//! Filters: words with a prefix, as hledger has them: `fund:PD-INFO`, `amt:>=100000`, `date:2002Q1`,
//! `type:disbursement`, `not:payee:V-1`.
//!
//! Words of one kind of name are alternatives (`fund:A fund:B` is either); kinds are combined
//! (`fund:A project:B` is both); every `amt:`, `date:` and `not:` has to hold. A period is one of the
//! calendar, not of the fiscal year.

use super::texts;
use crate::domain::calendar::Date;
use crate::domain::event::{Body, Event};
use crate::domain::ids::{Code, Text};
use crate::domain::money::Amount;
use crate::error::{Error, Kind, Result};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::fmt;

/// The prefixes, as the command line writes them.
pub const PREFIXES: &[&str] =
    &["fund", "project", "payee", "district", "amt", "date", "type", "text", "voucher", "invoice"];

/// What a word asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Term {
    /// `fund:`
    Fund(Code),
    /// `project:`
    Project(Code),
    /// `payee:`
    Payee(Code),
    /// `district:`
    District(Code),
    /// `amt:`, minor units.
    Amount(Bound, Amount),
    /// `amt:` from one to another, both included; minor units.
    Amounts(Amount, Amount),
    /// `date:`, both days included.
    Dates(Date, Date),
    /// `type:`, a family like `disbursement` or a type like `DisbursementRecorded`.
    Type(String),
    /// `text:`, part of any text of the entry, in small letters.
    Text(String),
    /// `voucher:`, part of a payment's `FUND/YEAR/NUMBER`, in small letters.
    Voucher(String),
    /// `invoice:`, part of the payee's own number of a payment, in small letters.
    Invoice(String),
}

/// How `amt:` compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Bound {
    /// `>`
    Above,
    /// `>=`
    AtLeast,
    /// `<`
    Below,
    /// `<=`
    AtMost,
    /// `=`, or nothing.
    Equal,
}

/// All words of a filter. Empty: everything.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Filter {
    terms: Vec<(bool, Term)>,
    words: Vec<String>,
}

/// How values are read: the grammar of what people type is another room's.
#[derive(Clone, Copy)]
pub struct Readers<'a> {
    /// An amount, in minor units.
    pub amount: &'a dyn Fn(&str) -> Result<Amount>,
    /// A period, from its first to its last day.
    pub period: &'a dyn Fn(&str) -> Result<(Date, Date)>,
}

impl fmt::Debug for Readers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Readers")
    }
}

/// What a filter looks at; what is not there matches no word.
#[derive(Debug, Clone, Copy, Default)]
pub struct Subject<'a> {
    /// Funds, at most those of the two sides of a move.
    pub funds: [Option<&'a Code>; 2],
    /// The project.
    pub project: Option<&'a Code>,
    /// The payee.
    pub payee: Option<&'a Code>,
    /// Its project's district, else its fund's.
    pub district: Option<&'a Code>,
    /// The amount of the whole entry, minor units.
    pub amount: Option<Amount>,
    /// The voucher, as `FUND/YEAR/NUMBER`.
    pub voucher: Option<&'a str>,
    /// The payee's own number.
    pub invoice: Option<&'a str>,
    /// The event.
    pub event: Option<&'a Event>,
}

impl Term {
    /// The prefix.
    #[must_use]
    pub fn prefix(&self) -> &'static str {
        match self {
            Self::Fund(_) => "fund",
            Self::Project(_) => "project",
            Self::Payee(_) => "payee",
            Self::District(_) => "district",
            Self::Amount(..) | Self::Amounts(..) => "amt",
            Self::Dates(..) => "date",
            Self::Type(_) => "type",
            Self::Text(_) => "text",
            Self::Voucher(_) => "voucher",
            Self::Invoice(_) => "invoice",
        }
    }

    /// True where several such words are alternatives.
    fn is_name(&self) -> bool {
        match self {
            Self::Fund(_)
            | Self::Project(_)
            | Self::Payee(_)
            | Self::District(_)
            | Self::Type(_) => true,
            Self::Voucher(_) | Self::Invoice(_) => true,
            // Words of text have to be there all, like amounts and dates.
            Self::Amount(..) | Self::Amounts(..) | Self::Dates(..) | Self::Text(_) => false,
        }
    }

    fn matches(&self, subject: &Subject<'_>) -> bool {
        match self {
            Self::Fund(code) => subject.funds.contains(&Some(code)),
            Self::Project(code) => subject.project == Some(code),
            Self::Payee(code) => subject.payee == Some(code),
            Self::District(code) => subject.district == Some(code),
            Self::Amount(bound, amount) => subject.amount.is_some_and(|found| {
                let order = found.cmp(amount);
                match bound {
                    Bound::Above => order == Ordering::Greater,
                    Bound::AtLeast => order != Ordering::Less,
                    Bound::Below => order == Ordering::Less,
                    Bound::AtMost => order != Ordering::Greater,
                    Bound::Equal => order == Ordering::Equal,
                }
            }),
            Self::Amounts(least, most) => {
                subject.amount.is_some_and(|found| (*least..=*most).contains(&found))
            }
            Self::Dates(first, last) => {
                subject.event.is_some_and(|event| (*first..=*last).contains(&event.occurred_on))
            }
            Self::Text(word) => subject.event.is_some_and(|event| texts::holds(event, word)),
            Self::Voucher(part) => {
                subject.voucher.is_some_and(|found| found.to_lowercase().contains(part))
            }
            Self::Invoice(part) => {
                subject.invoice.is_some_and(|found| found.to_lowercase().contains(part))
            }
            Self::Type(word) => subject
                .event
                .is_some_and(|event| event.body.family() == word || event.body.name() == word),
        }
    }
}

impl Filter {
    /// Reads words; `readers` read their values as everything is read that is typed.
    ///
    /// # Errors
    /// `filter_unknown` for a word without a known prefix, `filter_value` for one whose value makes
    /// no sense, and what the readers say.
    pub fn parse<W: AsRef<str>>(words: &[W], readers: &Readers<'_>) -> Result<Self> {
        let mut filter = Self::default();
        for word in words {
            let word = word.as_ref();
            let (wanted, rest) = match word.strip_prefix("not:") {
                Some(rest) => (false, rest),
                None => (true, word),
            };
            filter.terms.push((wanted, term(word, rest, readers)?));
            filter.words.push(word.to_owned());
        }
        Ok(filter)
    }

    /// Adds a name to choose, as a flag or a bare code does.
    pub fn add(&mut self, term: Term) {
        let shown = match &term {
            Term::Fund(code) | Term::Project(code) | Term::Payee(code) | Term::District(code) => {
                code.to_string()
            }
            Term::Type(word) | Term::Text(word) | Term::Voucher(word) | Term::Invoice(word) => {
                word.clone()
            }
            Term::Amount(bound, amount) => format!("{bound:?} {} minor units", amount.0),
            Term::Amounts(least, most) => format!("{}..{} minor units", least.0, most.0),
            Term::Dates(first, last) => format!("{first}..{last}"),
        };
        self.words.push(format!("{}:{shown}", term.prefix()));
        self.terms.push((true, term));
    }

    /// The words, as they were given.
    #[must_use]
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// True if nothing is asked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Refuses a word that a report could not answer, rather than leave it out.
    ///
    /// # Errors
    /// `filter_not_here` names the first prefix that is not among `prefixes`.
    pub fn only(&self, report: &str, prefixes: &[&str]) -> Result<()> {
        let other = self.terms.iter().find(|(_, term)| !prefixes.contains(&term.prefix()));
        other.map_or(Ok(()), |(_, term)| {
            let message = format!("{report} cannot be filtered by {}:", term.prefix());
            let hint = format!("it knows {}", with_colons(prefixes));
            Err(Error::new(Kind::Usage, "filter_not_here", message)
                .with_hint(hint)
                .with_detail("report", report)
                .with_detail("found", term.prefix())
                .with_detail("allowed", with_colons(prefixes)))
        })
    }

    /// True if a `not:` is about the subject: for what has several names of a kind, each has to be asked.
    #[must_use]
    pub fn refuses(&self, subject: &Subject<'_>) -> bool {
        self.terms.iter().any(|(wanted, term)| !wanted && term.matches(subject))
    }

    /// True if the subject is what the words ask for.
    #[must_use]
    pub fn matches(&self, subject: &Subject<'_>) -> bool {
        self.terms.iter().all(|(wanted, term)| {
            if *wanted && term.is_name() {
                let mut alike = self
                    .terms
                    .iter()
                    .filter(|(wanted, other)| *wanted && other.prefix() == term.prefix());
                alike.any(|(_, other)| other.matches(subject))
            } else {
                term.matches(subject) == *wanted
            }
        })
    }
}

fn with_colons(prefixes: &[&str]) -> String {
    prefixes.iter().map(|prefix| format!("{prefix}:")).collect::<Vec<_>>().join(" ")
}

fn term(word: &str, rest: &str, readers: &Readers<'_>) -> Result<Term> {
    let value_error = |allowed: &str| {
        let message = format!("the filter {word} has no value that makes sense");
        Error::new(Kind::Usage, "filter_value", message)
            .with_hint(format!("write {allowed}"))
            .with_detail("found", word)
    };
    let (prefix, value) = parted(rest).unwrap_or(("", rest));
    let code = || match value {
        "" => Err(value_error("a code after the colon, like fund:PD-INFO").in_case("code")),
        _ => Ok(Code::new(value)),
    };
    let part = || match Text::typed(value).as_str() {
        "" => Err(value_error("what to look for after the colon, like text:school")),
        part => Ok(part.to_lowercase()),
    };
    match prefix {
        "text" => part().map(Term::Text),
        "voucher" => part().map(Term::Voucher),
        "invoice" => part().map(Term::Invoice),
        "fund" => code().map(Term::Fund),
        "project" => code().map(Term::Project),
        "payee" => code().map(Term::Payee),
        "district" => code().map(Term::District),
        "amt" => amounts(value, readers),
        "date" => days(value, readers),
        "type" => {
            let mut types = Body::TYPES.iter();
            if types.any(|(_, name, family)| *name == value || *family == value) {
                return Ok(Term::Type(value.to_owned()));
            }
            let mut families: Vec<&str> = Body::TYPES.iter().map(|(_, _, f)| *f).collect();
            families.dedup();
            let families = families.join(", ");
            Err(value_error(&format!("one of {families}")).with_detail("allowed", families))
        }
        _ => {
            let message = format!("{word} is no filter");
            let hint = format!("write one of {} or not: before one", with_colons(PREFIXES));
            Err(Error::new(Kind::Usage, "filter_unknown", message)
                .with_hint(hint)
                .with_detail("found", word)
                .with_detail("allowed", with_colons(PREFIXES)))
        }
    }
}

/// Prefix and value; an input method may have written the colon, which a code may hold too.
fn parted(word: &str) -> Option<(&str, &str)> {
    word.split_once(':').or_else(|| {
        let parts = word.split_once('：')?;
        PREFIXES.contains(&parts.0).then_some(parts)
    })
}

/// `100000..`, `..200000`, `100000..200000`, both ends included, or one bound with its sign.
fn amounts(value: &str, readers: &Readers<'_>) -> Result<Term> {
    let Some((least, most)) = value.split_once("..") else {
        let (bound, figure) = bound(value);
        return (readers.amount)(figure).map(|amount| Term::Amount(bound, amount));
    };
    let amount = readers.amount;
    match (least.trim(), most.trim()) {
        (least, "") => amount(least).map(|least| Term::Amount(Bound::AtLeast, least)),
        ("", most) => amount(most).map(|most| Term::Amount(Bound::AtMost, most)),
        (least, most) => Ok(Term::Amounts(amount(least)?, amount(most)?)),
    }
}

/// A period, or `2002-01-15..2002-03` with both included.
fn days(value: &str, readers: &Readers<'_>) -> Result<Term> {
    let (from, to) = match value.split_once("..") {
        None => (value, value),
        Some(("", to)) => return Ok(Term::Dates(Date::EARLIEST, (readers.period)(to)?.1)),
        Some((from, "")) => return Ok(Term::Dates((readers.period)(from)?.0, Date::LATEST)),
        Some(ends) => ends,
    };
    Ok(Term::Dates((readers.period)(from)?.0, (readers.period)(to)?.1))
}

fn bound(value: &str) -> (Bound, &str) {
    let signs = [
        (">=", Bound::AtLeast),
        ("<=", Bound::AtMost),
        (">", Bound::Above),
        ("<", Bound::Below),
        ("=", Bound::Equal),
    ];
    let found = signs.iter().find_map(|(sign, bound)| Some((*bound, value.strip_prefix(sign)?)));
    found.unwrap_or((Bound::Equal, value))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::wildcard_enum_match_arm, reason = "test code")]
    use super::*;

    fn parse(words: &[&str]) -> Result<Filter> {
        let amount = |text: &str| {
            let figure = text.parse().map_err(|_| Error::new(Kind::Usage, "amount", "no amount"));
            figure.map(Amount)
        };
        let period = |text: &str| {
            let day = Date::parse(text).ok_or_else(|| Error::new(Kind::Usage, "day", "no day"))?;
            Ok((day, day))
        };
        Filter::parse(words, &Readers { amount: &amount, period: &period })
    }

    fn matches(words: &[&str], fund: &str, project: Option<&str>, amount: i128) -> bool {
        let (fund, project) = (Code::new(fund), project.map(Code::new));
        parse(words).unwrap().matches(&Subject {
            funds: [Some(&fund), None],
            project: project.as_ref(),
            amount: Some(Amount(amount)),
            ..Subject::default()
        })
    }

    #[test]
    fn names_are_alternatives_and_kinds_are_combined() {
        assert!(matches(&[], "A", None, 1));
        assert!(matches(&["fund:A", "fund:B"], "B", None, 1));
        assert!(!matches(&["fund:A", "project:P"], "A", None, 1));
        assert!(matches(&["fund:A", "project:P"], "A", Some("P"), 1));
        assert!(!matches(&["not:fund:A", "not:fund:B"], "B", None, 1));
        assert!(matches(&["not:fund:A", "not:fund:B"], "C", None, 1));
        assert!(matches(&["not:project:P"], "A", None, 1));
    }

    #[test]
    fn every_amount_has_to_hold() {
        for (words, amount, expected) in [
            (&["amt:>=100", "amt:<200"][..], 100, true),
            (&["amt:>=100", "amt:<200"], 200, false),
            (&["amt:>100"], 100, false),
            (&["amt:<=100"], 100, true),
            (&["amt:100"], 100, true),
            (&["amt:=100"], 101, false),
            (&["not:amt:=100"], 101, true),
            (&["amt:100.."], 100, true),
            (&["amt:100.."], 99, false),
            (&["amt:..100"], 101, false),
            (&["amt:100..200"], 200, true),
            (&["amt:100..200"], 201, false),
            (&["not:amt:100..200"], 201, true),
            (&["amt：100.."], 100, true),
        ] {
            assert_eq!(matches(words, "A", None, amount), expected, "{words:?} {amount}");
        }
    }

    #[test]
    fn words_that_make_no_sense_are_refused_with_what_does() {
        for (word, text) in [
            (
                "PD-INFO",
                "filter_unknown: PD-INFO is no filter\n  next: write one of fund: project:",
            ),
            ("vendor:X", "filter_unknown: vendor:X is no filter"),
            ("fund:", "filter_value: the filter fund: has no value"),
            ("date:soon", "day: no day"),
            ("type:payments", "next: write one of ledger, policy, officer, district, fund"),
            ("amt:many", "amount: no amount"),
        ] {
            let error = parse(&[word]).unwrap_err().to_string();
            assert!(error.contains(text), "{error}");
        }
        let filter = parse(&["not:amt:5"]).unwrap();
        let error = filter.only("balance", &["fund", "district"]).unwrap_err().to_string();
        assert_eq!(
            error,
            "filter_not_here: balance cannot be filtered by amt:\n  next: it knows fund: district:"
        );
        assert_eq!(filter.words(), ["not:amt:5"]);
    }
}
