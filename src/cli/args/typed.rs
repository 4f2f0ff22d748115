//! The grammar of [`form`](crate::form) as clap takes it.

pub(crate) use crate::form::code::command_id as parse_command_id;
pub(crate) use crate::form::day::{parse as parse_date, year as parse_year};
pub(crate) use crate::form::period::{Known, Period, parse_offset};
pub(crate) use crate::form::thing::ThingName;
pub(crate) use crate::form::{AmountText, EntryRef};

use crate::domain::ids::{Code, Text};
use crate::form::code;
use std::convert::Infallible;

/// A code.
///
/// # Errors
/// Never; the shape is clap's.
pub(crate) fn parse_code(text: &str) -> Result<Code, Infallible> {
    Ok(code::code(text))
}

/// A name, title or reason.
///
/// # Errors
/// Never; the shape is clap's.
pub(crate) fn parse_text(text: &str) -> Result<Text, Infallible> {
    Ok(code::text(text))
}
