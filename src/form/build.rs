//! From the values of a form to its command. Judges nothing: `propose` and `admit` do.

use super::field::Field;
use super::refusal::Refusal;
use super::value::{Value, Values};
use crate::domain::calendar::{Date, Year};
use crate::domain::command::Drawing;
use crate::domain::event::Filing;
use crate::domain::ids::{Code, LineKey, Tag, Text};
use crate::domain::money::Amount;
use crate::domain::state::State;

/// Where a form is filled in: the ledger as it stands, and the day of what happened, where it was said.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'a> {
    /// The state that the command is made on.
    pub state: &'a State,
    /// The day.
    pub day: Option<Date>,
}

impl Scene<'_> {
    /// The fiscal year of the day.
    fn year(&self) -> Option<Year> {
        let day = self.day?;
        Some(self.state.ledger.as_ref().map_or_else(|| day.year(), |facts| facts.fiscal_year(day)))
    }

    /// The line of fund, year, origin and class, which stay in their places. The year is by default that
    /// of the day, the origin the year, the class none.
    ///
    /// # Errors
    /// `field_missing`: the fund, or the year where there is no day.
    pub fn line(&self, v: &Values) -> Result<LineKey, Refusal> {
        let fund = v.code_of(Field::Fund).cloned().ok_or_else(|| missing(Field::Fund))?;
        let year = v.year_of(Field::Year).or_else(|| self.year());
        let year = year.ok_or_else(|| missing(Field::Year))?;
        let origin = v.year_of(Field::Origin).unwrap_or(year);
        Ok(LineKey {
            fund,
            year,
            origin,
            class: v.code_of(Field::Class).cloned().unwrap_or_default(),
        })
    }
}

/// A required field is not there.
pub(super) fn missing(field: Field) -> Refusal {
    let rule = format!("the field {} must not be blank", field.text());
    Refusal::new("field_missing", rule, "a value", "")
        .with_figure("field", field.text())
        .with_next(format!("fill in {}; see `earmark forms`", field.text()))
}

/// Two fields are there of which one may be.
pub(super) fn excluded(field: Field, other: Field) -> Refusal {
    let (field, other) = (field.text(), other.text());
    let rule = format!("the fields {field} and {other} exclude each other");
    Refusal::new("field_excluded", rule, "one of the two", field)
        .with_figure("other", other)
        .with_next(format!("leave {field} or {other} blank"))
}

/// A form that was filled in.
pub(super) struct Filled<'a> {
    pub(super) values: Values,
    pub(super) scene: Scene<'a>,
    pub(super) filing: Filing,
}

macro_rules! needed {
    ($($name:ident $or:ident $type:ty;)+) => {
        $(
            pub(super) fn $name(&mut self, field: Field) -> Result<$type, Refusal> {
                self.values.$name(field).ok_or_else(|| missing(field))
            }

            pub(super) fn $or(&mut self, field: Field) -> Option<$type> {
                self.values.$name(field)
            }
        )+
    };
}

impl Filled<'_> {
    needed! {
        code code_or Code;
        text text_or Text;
        tag tag_or Tag;
        tags tags_or Vec<Tag>;
        amount amount_or Amount;
    }

    pub(super) fn line(&mut self, field: Field) -> Result<LineKey, Refusal> {
        self.values.line(field).ok_or_else(|| missing(field))
    }

    pub(super) fn entry(&mut self, field: Field) -> Result<u64, Refusal> {
        self.values.entry(field).ok_or_else(|| missing(field))
    }

    pub(super) fn breach(&mut self) -> Result<(u64, Text), Refusal> {
        match self.values.take(Field::Breach) {
            Some(Value::Breach(first, rule)) => Ok((first, rule)),
            Some(_) | None => Err(missing(Field::Breach)),
        }
    }

    pub(super) fn officer(&mut self) -> Result<u32, Refusal> {
        self.values.officer(Field::Officer).ok_or_else(|| missing(Field::Officer))
    }

    /// Documents and file number. Only once: a command has one filing.
    pub(super) fn filing(&mut self) -> Filing {
        std::mem::take(&mut self.filing)
    }

    /// The value of a word of a closed list.
    pub(super) fn word<T>(
        &mut self,
        field: Field,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<T, Refusal> {
        self.values.word(field).and_then(read).ok_or_else(|| missing(field))
    }

    pub(super) fn has_flag(&self, field: Field) -> bool {
        self.values.of(field) == Some(&Value::Flag)
    }

    /// The line of fund, year, origin and class.
    pub(super) fn line_of_parts(&self) -> Result<LineKey, Refusal> {
        self.scene.line(&self.values)
    }

    /// Where an amount is drawn from, as far as it was said: the very line where origin or class is
    /// given, else fund, year and lines with their parts.
    pub(super) fn drawing(&mut self) -> Result<Drawing, Refusal> {
        let (amount, project) = (self.amount(Field::Amount)?, self.code_or(Field::Project));
        let v = &mut self.values;
        let from = v.parts(Field::From).unwrap_or_default();
        if v.has(Field::Origin) || v.has(Field::Class) {
            let from = vec![(self.line_of_parts()?, amount)];
            return Ok(Drawing { amount, project, fund: None, year: None, from });
        }
        let (fund, year) = (v.code(Field::Fund), v.year(Field::Year));
        Ok(Drawing { amount, project, fund, year, from })
    }
}
