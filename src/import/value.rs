//! Values of a row's fields.

use super::fields::Field;
use crate::domain::calendar::{Date, Year};
use crate::domain::ids::{Code, Tag, Text};
use crate::domain::money::Amount;

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
}

/// The fields of an event that are not blank.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values(pub(super) Vec<(Field, Value)>);

macro_rules! takers {
    ($($(#[$doc:meta])* $name:ident -> $variant:ident $type:ty;)+) => {
        $($(#[$doc])*
        pub fn $name(&mut self, field: Field) -> Option<$type> {
            if let Some(Value::$variant(value)) = self.take(field) { Some(value) } else { None }
        })+
    };
}

impl Values {
    /// Takes a field out, if it is there.
    pub fn take(&mut self, field: Field) -> Option<Value> {
        let at = self.0.iter().position(|(other, _)| *other == field)?;
        Some(self.0.swap_remove(at).1)
    }

    /// True if the field is there.
    #[must_use]
    pub fn has(&self, field: Field) -> bool {
        self.0.iter().any(|(other, _)| *other == field)
    }

    /// A code, left in its place.
    #[must_use]
    pub fn code_of(&self, field: Field) -> Option<&Code> {
        let (_, value) = self.0.iter().find(|(other, _)| *other == field)?;
        if let Value::Code(code) = value { Some(code) } else { None }
    }

    /// A year, left in its place.
    #[must_use]
    pub fn year_of(&self, field: Field) -> Option<Year> {
        let (_, value) = self.0.iter().find(|(other, _)| *other == field)?;
        if let Value::Year(year) = value { Some(*year) } else { None }
    }

    /// All fields with their values.
    pub fn all(&self) -> impl Iterator<Item = (&Field, &Value)> {
        self.0.iter().map(|(field, value)| (field, value))
    }

    /// An amount, left in its place.
    #[must_use]
    pub fn amount_of(&self, field: Field) -> Option<Amount> {
        let (_, value) = self.0.iter().find(|(other, _)| *other == field)?;
        if let Value::Amount(amount) = value { Some(*amount) } else { None }
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
    }
}
