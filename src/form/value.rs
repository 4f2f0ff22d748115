//! Values of a form's fields, and how typed text becomes one.

use super::amount::AmountText;
use super::code;
use super::day;
use super::field::{Field, Kind};
use super::line::{self, LinePart};
use super::refusal::Refusal;
use crate::domain::calendar::{Date, Year};
use crate::domain::event::{Bytes32, Bytes64, DocumentRef, Policy};
use crate::domain::ids::{Code, LineKey, Tag, Text};
use crate::domain::money::{Amount, Currency};

/// The value of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A code.
    Code(Code),
    /// Text.
    Text(Text),
    /// A purpose.
    Tag(Tag),
    /// Purposes.
    Tags(Vec<Tag>),
    /// Minor units of the ledger's currency.
    Amount(Amount),
    /// A day.
    Date(Date),
    /// A year.
    Year(Year),
    /// One of a closed list of words.
    Word(&'static str),
    /// Several of them.
    Words(Vec<&'static str>),
    /// A line.
    Line(LineKey),
    /// Lines, each with its amount in minor units.
    Parts(Vec<(LineKey, Amount)>),
    /// It was said.
    Flag,
    /// The index of an entry.
    Entry(u64),
    /// A command that should not be in the ledger: its first entry, and the rule that refuses it.
    Breach(u64, Text),
    /// The number of an officer.
    Officer(u32),
    /// Documents.
    Documents(Vec<DocumentRef>),
    /// A public key with the proof that somebody holds the private one.
    Key(Bytes32, Bytes64),
    /// A policy.
    Policy(Box<Policy>),
}

impl Value {
    /// Reads the text of a field that can be told from the text alone, in the style that people type in.
    ///
    /// # Errors
    /// The grammar's own refusals; `word_not_known` with the words of a closed list. What needs the world
    /// (entries, officers, files) is nothing that text alone says: `field_not_text`.
    pub fn read(kind: Kind, text: &str, currency: Currency) -> Result<Self, Refusal> {
        Ok(match kind {
            Kind::NewCode(_) | Kind::Code(_) | Kind::Class => Self::Code(code::code(text)),
            Kind::Text | Kind::LongText | Kind::NewOfficer => Self::Text(code::text(text)),
            Kind::Tag => Self::Tag(code::tag(text)),
            Kind::Tags => Self::Tags(vec![code::tag(text)]),
            Kind::Amount => Self::Amount(text.parse::<AmountText>()?.in_minor_units(currency)?),
            Kind::Date => Self::Date(day::parse(text)?),
            Kind::Year => Self::Year(day::year(text)?),
            Kind::Line => Self::Line(line::parse(text)?),
            Kind::Part | Kind::Parts => {
                let part: LinePart = text.parse()?;
                Self::Parts(vec![(part.line, part.amount.in_minor_units(currency)?)])
            }
            Kind::Choice(words) => Self::Word(one_of(words, text)?),
            Kind::Choices(words) => Self::Words(vec![one_of(words, text)?]),
            Kind::Flag => Self::Flag,
            Kind::Entry
            | Kind::Breach
            | Kind::Officer
            | Kind::Document
            | Kind::Documents
            | Kind::Request
            | Kind::Policy
            | Kind::Sealed => {
                let rule = format!("a field of kind {} is looked up, not read", kind.word());
                return Err(Refusal::new("field_not_text", rule, "another field", text));
            }
        })
    }

    /// Says no where text cannot be a value of `kind`, as far as that can be told without a ledger.
    ///
    /// # Errors
    /// As [`Value::read`].
    pub fn check(kind: Kind, text: &str) -> Result<(), Refusal> {
        match kind {
            Kind::Amount => text.parse::<AmountText>().map(drop),
            Kind::Date => day::parse(text).map(drop),
            Kind::Year => day::year(text).map(drop),
            Kind::Line => line::parse(text).map(drop),
            Kind::Part | Kind::Parts => text.parse::<LinePart>().map(drop),
            Kind::Entry | Kind::Breach => text.parse::<super::EntryRef>().map(drop),
            Kind::Choice(words) | Kind::Choices(words) => one_of(words, text).map(drop),
            Kind::NewCode(_)
            | Kind::Code(_)
            | Kind::Class
            | Kind::Text
            | Kind::LongText
            | Kind::Tag
            | Kind::Tags
            | Kind::Flag
            | Kind::Officer
            | Kind::NewOfficer
            | Kind::Document
            | Kind::Documents
            | Kind::Request
            | Kind::Policy
            | Kind::Sealed => Ok(()),
        }
    }

    /// This value and the next of a field that holds several; of any other field the next alone.
    fn and(self, next: Self) -> Self {
        match (self, next) {
            (Self::Tags(mut all), Self::Tags(more)) => {
                all.extend(more);
                Self::Tags(all)
            }
            (Self::Words(mut all), Self::Words(more)) => {
                all.extend(more);
                Self::Words(all)
            }
            (Self::Parts(mut all), Self::Parts(more)) => {
                all.extend(more);
                Self::Parts(all)
            }
            (Self::Documents(mut all), Self::Documents(more)) => {
                all.extend(more);
                Self::Documents(all)
            }
            (_, next) => next,
        }
    }
}

fn one_of(words: &'static [&'static str], text: &str) -> Result<&'static str, Refusal> {
    words.iter().find(|word| **word == text).copied().ok_or_else(|| {
        let rule = "a field with a closed list has one of its words";
        Refusal::new("word_not_known", rule, &words.join(", "), text)
            .with_next(format!("write one of {}", words.join(", ")))
    })
}

/// The fields of a form that are not blank.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values(Vec<(Field, Value)>);

macro_rules! takers {
    ($($(#[$doc:meta])* $name:ident -> $variant:ident $type:ty;)+) => {
        $($(#[$doc])*
        pub fn $name(&mut self, field: Field) -> Option<$type> {
            if let Some(Value::$variant(value)) = self.take(field) { Some(value) } else { None }
        })+
    };
}

impl Values {
    /// With room for `count` fields.
    #[must_use]
    pub fn with_capacity(count: usize) -> Self {
        Self(Vec::with_capacity(count))
    }

    /// Puts a field in that is not there yet.
    pub fn put(&mut self, field: Field, value: Value) {
        self.0.push((field, value));
    }

    /// Puts a value in: a further one of a field that holds several.
    pub fn add(&mut self, field: Field, value: Value) {
        let value = match self.take(field) {
            Some(before) => before.and(value),
            None => value,
        };
        self.put(field, value);
    }

    /// Takes a field out, if it is there.
    pub fn take(&mut self, field: Field) -> Option<Value> {
        let at = self.0.iter().position(|(other, _)| *other == field)?;
        Some(self.0.swap_remove(at).1)
    }

    /// The value of a field, left in its place.
    #[must_use]
    pub fn of(&self, field: Field) -> Option<&Value> {
        self.0.iter().find(|(other, _)| *other == field).map(|(_, value)| value)
    }

    /// True if the field is there.
    #[must_use]
    pub fn has(&self, field: Field) -> bool {
        self.of(field).is_some()
    }

    /// A code, left in its place.
    #[must_use]
    pub fn code_of(&self, field: Field) -> Option<&Code> {
        if let Value::Code(code) = self.of(field)? { Some(code) } else { None }
    }

    /// A year, left in its place.
    #[must_use]
    pub fn year_of(&self, field: Field) -> Option<Year> {
        if let Value::Year(year) = self.of(field)? { Some(*year) } else { None }
    }

    /// An amount, left in its place.
    #[must_use]
    pub fn amount_of(&self, field: Field) -> Option<Amount> {
        if let Value::Amount(amount) = self.of(field)? { Some(*amount) } else { None }
    }

    /// All fields with their values.
    pub fn all(&self) -> impl Iterator<Item = (&Field, &Value)> {
        self.0.iter().map(|(field, value)| (field, value))
    }

    takers! {
        /// Takes a code out.
        code -> Code Code;
        /// Takes a text out.
        text -> Text Text;
        /// Takes a purpose out.
        tag -> Tag Tag;
        /// Takes purposes out.
        tags -> Tags Vec<Tag>;
        /// Takes an amount out.
        amount -> Amount Amount;
        /// Takes a day out.
        date -> Date Date;
        /// Takes a year out.
        year -> Year Year;
        /// Takes a word out.
        word -> Word &'static str;
        /// Takes words out.
        words -> Words Vec<&'static str>;
        /// Takes a line out.
        line -> Line LineKey;
        /// Takes lines with amounts out.
        parts -> Parts Vec<(LineKey, Amount)>;
        /// Takes the index of an entry out.
        entry -> Entry u64;
        /// Takes the number of an officer out.
        officer -> Officer u32;
        /// Takes documents out.
        documents -> Documents Vec<DocumentRef>;
        /// Takes a policy out.
        policy -> Policy Box<Policy>;
    }
}

/// A value as people write it, for a message; `quote` puts what somebody typed in quotes.
#[must_use]
pub fn shown(value: &Value, currency: Currency, quote: fn(&str) -> String) -> String {
    let listed = |all: &mut dyn Iterator<Item = String>| all.collect::<Vec<_>>().join(", ");
    match value {
        Value::Code(code) => quote(code.as_str()),
        Value::Text(text) => quote(text.as_str()),
        Value::Tag(tag) => quote(tag.as_str()),
        Value::Tags(tags) => listed(&mut tags.iter().map(|tag| quote(tag.as_str()))),
        Value::Amount(amount) => currency.plain(*amount),
        Value::Date(date) => date.to_string(),
        Value::Year(year) => year.to_string(),
        Value::Word(word) => quote(word),
        Value::Words(words) => listed(&mut words.iter().map(|word| quote(word))),
        Value::Line(line) => line.to_string(),
        Value::Parts(parts) => {
            let part =
                |(line, amount): &(LineKey, Amount)| format!("{line}={}", currency.plain(*amount));
            listed(&mut parts.iter().map(part))
        }
        Value::Flag => "yes".to_owned(),
        Value::Entry(index) | Value::Breach(index, _) => format!("@{index}"),
        Value::Officer(number) => number.to_string(),
        Value::Documents(all) => listed(&mut all.iter().map(|one| quote(one.name.as_str()))),
        Value::Key(key, _) => key.to_string(),
        Value::Policy(_) => "a policy".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: Kind, text: &str) -> Result<Value, Refusal> {
        Value::read(kind, text, Currency::named("CNY").unwrap())
    }

    #[test]
    fn text_is_read_by_its_kind() {
        assert_eq!(read(Kind::Amount, "1.5万"), Ok(Value::Amount(Amount(1_500_000))));
        assert_eq!(read(Kind::Amount, "-5").unwrap_err().code, "amount_signed");
        assert_eq!(read(Kind::Class, " a "), Ok(Value::Code(Code::new("a"))));
        assert_eq!(read(Kind::Choice(&["yes", "no"]), "no"), Ok(Value::Word("no")));
        let refusal = read(Kind::Choice(&["yes", "no"]), "maybe").unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "word_not_known: a field with a closed list has one of its words; found `maybe`\n  next: write one of yes, no"
        );
        let refusal = read(Kind::Entry, "@1").unwrap_err();
        assert_eq!((refusal.code, refusal.found.as_str()), ("field_not_text", "@1"));
        // What can be told without a ledger is refused where it is typed.
        assert_eq!(Value::check(Kind::Entry, "1").unwrap_err().code, "entry_malformed");
        assert_eq!(Value::check(Kind::Parts, "PD:2002").unwrap_err().code, "line_malformed");
    }

    #[test]
    fn a_field_that_holds_several_takes_further_values() {
        let mut values = Values::default();
        for tag in ["it", "schools"] {
            values.add(Field::Purposes, read(Kind::Tags, tag).unwrap());
            values.add(Field::Name, read(Kind::Text, tag).unwrap());
        }
        let quote = |text: &str| format!("<{text}>");
        let cny = Currency::named("CNY").unwrap();
        let said: Vec<_> = values.all().map(|(_, value)| shown(value, cny, quote)).collect();
        assert_eq!(said, ["<it>, <schools>", "<schools>"]);
        assert_eq!(values.tags(Field::Purposes).map(|tags| tags.len()), Some(2));
        assert_eq!(values.text(Field::Code), None);
    }
}
