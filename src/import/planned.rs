//! What a mapping comes to once it is fitted to a file: columns are indexes, constants are values.

use super::fields::{EventKind, FieldSpec, Shape};
use super::mapping::{Filter, Test};
use super::problem::Problem;
use super::text::{Compare, clean, is_blank};
use crate::domain::ids::Tag;
use crate::domain::money::{Amount, Currency};
use crate::form::Value;
use crate::form::amount::NumberStyle;
use crate::form::day::DateFormat;
use std::borrow::Cow;
use std::collections::BTreeMap;

#[derive(Debug)]
pub(super) struct PlannedEvent {
    pub(super) kind: EventKind,
    pub(super) target: bool,
    pub(super) when: Vec<PlannedCondition>,
    pub(super) fields: Vec<PlannedField>,
}

#[derive(Debug)]
pub(super) struct PlannedCondition {
    pub(super) index: usize,
    pub(super) label: String,
    pub(super) test: Test,
    pub(super) compare: Compare,
}

#[derive(Debug)]
pub(super) struct PlannedField {
    pub(super) spec: FieldSpec,
    pub(super) label: String,
    pub(super) supply: PlannedSupply,
    pub(super) default: Option<Value>,
    pub(super) translation: Option<BTreeMap<String, Value>>,
    pub(super) compare: Compare,
    pub(super) as_written: bool,
}

#[derive(Debug)]
pub(super) enum PlannedSupply {
    Constant(Value),
    Cell { index: usize, numbers: NumberStyle, dates: Vec<DateFormat> },
    Template(Vec<PlannedPart>),
}

#[derive(Debug)]
pub(super) enum PlannedPart {
    Literal(String),
    Cell(usize, Filter),
    RowNumber(Filter),
    Line(Filter),
}

/// Text as a value of `shape`, in the plain style of constants; `None` where it is blank.
pub(super) fn constant(
    shape: Shape,
    text: &str,
    currency: Currency,
) -> Result<Option<Value>, Problem> {
    let text: Cow<'_, str> = clean(text);
    if is_blank(&text) {
        return Ok(None);
    }
    if shape == Shape::Tags {
        let tags = text.split(';').map(str::trim).filter(|tag| !tag.is_empty());
        return Ok(Some(Value::Tags(tags.map(Tag::new).collect())));
    }
    if shape == Shape::Amount {
        let amount = NumberStyle::default().read(&text, currency)?;
        return Ok(Some(Value::Amount(Amount(amount))));
    }
    Ok(Some(Value::read(shape, &text, currency)?))
}
