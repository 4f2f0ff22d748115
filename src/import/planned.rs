//! What a mapping comes to once it is fitted to a file: columns are indexes, constants are values.

use super::fields::{EventKind, FieldSpec, Shape};
use super::mapping::{End, Filter, SignWords, Test};
use super::payments::NamedBy;
use super::problem::Problem;
use super::text::{Compare, clean, is_blank};
use crate::domain::ids::{Tag, Text};
use crate::domain::money::{Amount, Currency};
use crate::form::Value;
use crate::form::amount::NumberStyle;
use crate::form::amount::exact::{Exact, Rounding};
use crate::form::day::DateFormat;
use crate::form::day::fiscal::{Named, year_named};
use std::borrow::Cow;
use std::collections::BTreeMap;

#[derive(Debug)]
pub(super) struct PlannedEvent {
    pub(super) kind: EventKind,
    pub(super) target: bool,
    pub(super) when: Vec<PlannedCondition>,
    pub(super) fields: Vec<PlannedField>,
    pub(super) splits: Vec<Vec<PlannedField>>,
    /// Which payment a refund is of, and what names it.
    pub(super) refund: Option<(PlannedField, NamedBy)>,
}

impl PlannedEvent {
    /// Its fields, and those of its lines and its refund.
    pub(super) fn all_fields(&self) -> impl Iterator<Item = &PlannedField> {
        let refund = self.refund.iter().map(|(of, _)| of);
        self.fields.iter().chain(self.splits.iter().flatten()).chain(refund)
    }
}

#[derive(Debug)]
pub(super) enum PlannedCondition {
    Of { index: usize, label: String, test: Test, compare: Compare },
    Not(Box<PlannedCondition>),
    Any(Vec<PlannedCondition>),
}

impl PlannedCondition {
    /// The columns that it looks at.
    pub(super) fn columns(&self) -> Vec<usize> {
        match self {
            Self::Of { index, .. } => vec![*index],
            Self::Not(one) => one.columns(),
            Self::Any(all) => all.iter().flat_map(Self::columns).collect(),
        }
    }
}

#[derive(Debug)]
pub(super) struct PlannedField {
    pub(super) spec: FieldSpec,
    /// The first column that it comes from.
    pub(super) label: String,
    pub(super) value: PlannedValue,
    pub(super) default: Option<Value>,
    pub(super) translation: Option<BTreeMap<String, Value>>,
    pub(super) compare: Compare,
    pub(super) as_written: bool,
}

#[derive(Debug)]
pub(super) struct PlannedValue {
    pub(super) supply: PlannedSupply,
    pub(super) label: String,
    /// Texts that a blank cell may hold, as they are compared.
    pub(super) blank: Vec<String>,
    pub(super) carries: bool,
    pub(super) cut: Option<usize>,
    pub(super) rounding: Rounding,
}

#[derive(Debug)]
pub(super) enum PlannedSupply {
    /// With its text.
    Constant(Value, String),
    /// A number that is no amount.
    Number(Exact),
    Cell {
        index: usize,
        numbers: PlannedNumbers,
        dates: Vec<DateFormat>,
    },
    Template(Vec<PlannedPart>),
    Sum(Vec<PlannedValue>),
    Times(Vec<PlannedValue>),
    Negate(Box<PlannedValue>),
    First(Vec<PlannedValue>),
    Piece(Box<PlannedValue>, End, String),
}

/// How a cell is read as a number.
#[derive(Debug, Clone, Default)]
pub(super) struct PlannedNumbers {
    pub(super) style: NumberStyle,
    pub(super) sign: Option<PlannedSign>,
    /// It is a factor, and may have `%` behind it.
    pub(super) is_factor: bool,
    /// The product has one hundredth in it already.
    pub(super) is_of_hundredths: bool,
}

#[derive(Debug, Clone)]
pub(super) struct PlannedSign {
    pub(super) index: usize,
    pub(super) label: String,
    pub(super) words: SignWords,
}

#[derive(Debug)]
pub(super) enum PlannedPart {
    Literal(String),
    Cell(usize, Filter),
    RowNumber(Filter),
    Line(Filter),
}

impl PlannedValue {
    /// The values that it is made of.
    pub(super) fn operands(&self) -> &[Self] {
        match &self.supply {
            PlannedSupply::Sum(all) | PlannedSupply::Times(all) | PlannedSupply::First(all) => all,
            PlannedSupply::Negate(one) | PlannedSupply::Piece(one, _, _) => {
                std::slice::from_ref(one)
            }
            PlannedSupply::Constant(..)
            | PlannedSupply::Number(_)
            | PlannedSupply::Cell { .. }
            | PlannedSupply::Template(_) => &[],
        }
    }

    /// The columns that it reads itself.
    pub(super) fn own_columns(&self) -> Vec<usize> {
        match &self.supply {
            PlannedSupply::Cell { index, numbers, .. } => {
                let sign = numbers.sign.as_ref().map(|sign| sign.index);
                std::iter::once(*index).chain(sign).collect()
            }
            PlannedSupply::Template(parts) => {
                let cell = |part: &PlannedPart| match part {
                    PlannedPart::Cell(index, _) => Some(*index),
                    PlannedPart::Literal(_) | PlannedPart::RowNumber(_) | PlannedPart::Line(_) => {
                        None
                    }
                };
                parts.iter().filter_map(cell).collect()
            }
            PlannedSupply::Constant(..)
            | PlannedSupply::Number(_)
            | PlannedSupply::Sum(_)
            | PlannedSupply::Times(_)
            | PlannedSupply::Negate(_)
            | PlannedSupply::First(_)
            | PlannedSupply::Piece(..) => Vec::new(),
        }
    }

    /// It and all that it is made of.
    pub(super) fn each<'v>(&'v self, see: &mut dyn FnMut(&'v Self)) {
        see(self);
        self.operands().iter().for_each(|one| one.each(see));
    }
}

/// How text is read that is in no style of the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plain {
    pub(super) currency: Currency,
    pub(super) year_named: Named,
}

impl Plain {
    /// Text as a value of `shape`, in the plain style of constants; `None` where it is blank.
    pub(super) fn constant(self, shape: Shape, text: &str) -> Result<Option<Value>, Problem> {
        let text: Cow<'_, str> = clean(text);
        if is_blank(&text) {
            return Ok(None);
        }
        if shape == Shape::Tags {
            let tags = text.split(';').map(str::trim).filter(|tag| !tag.is_empty());
            return Ok(Some(Value::Tags(tags.map(Tag::new).collect())));
        }
        if shape == Shape::Amount {
            let amount = NumberStyle::default().read(&text, self.currency)?;
            return Ok(Some(Value::Amount(Amount(amount))));
        }
        if shape == Shape::Year {
            return Ok(Some(Value::Year(year_named(&text, self.year_named)?)));
        }
        if shape == Shape::Entry {
            // Whether there is one, and which, is asked when the row's turn comes.
            Value::check(shape, &text)?;
            return Ok(Some(Value::Text(Text::typed(&text))));
        }
        Ok(Some(Value::read(shape, &text, self.currency)?))
    }
}
