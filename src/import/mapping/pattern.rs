//! Templates: text with the row's cells in it.

use super::conditions::{Column, ColumnName};
use crate::error::Result;
use crate::import::keys::Item;

/// A piece of a template.
#[derive(Debug, Clone)]
pub(in crate::import) enum Part {
    Literal(String),
    Cell(Column, Filter),
    RowNumber(Filter),
    Line(Filter),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::import) enum Filter {
    None,
    Slug,
    Code,
    Pad(usize),
    /// The calendar year of a day.
    Year,
    /// The ledger's fiscal year of a day.
    FiscalYear,
}

impl Filter {
    /// True where the cell is a day.
    pub(in crate::import) fn is_of_a_day(self) -> bool {
        matches!(self, Self::Year | Self::FiscalYear)
    }
}

pub(super) fn template(item: &Item<'_>) -> Result<Vec<Part>> {
    let unfit = || {
        item.unfit("a template: text with {column}, {#4}, {row} or {line}, filters |code, |slug, |year, |fiscal_year, |pad2 to |pad9, and {{ }} for braces")
    };
    let (mut parts, mut literal) = (Vec::new(), String::new());
    let mut rest = item.text()?;
    while let Some(first) = rest.chars().next() {
        let tail = rest.get(first.len_utf8()..).unwrap_or_default();
        if (first == '{' || first == '}') && tail.starts_with(first) {
            literal.push(first);
            rest = tail.get(1..).unwrap_or_default();
        } else if first == '{' {
            let (inner, after) = tail.split_once('}').ok_or_else(unfit)?;
            if !literal.is_empty() {
                parts.push(Part::Literal(std::mem::take(&mut literal)));
            }
            parts.push(placeholder(inner, item.line()).ok_or_else(unfit)?);
            rest = after;
        } else if first == '}' {
            return Err(unfit());
        } else {
            literal.push(first);
            rest = tail;
        }
    }
    if !literal.is_empty() {
        parts.push(Part::Literal(literal));
    }
    if parts.is_empty() { Err(unfit()) } else { Ok(parts) }
}

fn placeholder(inner: &str, line: usize) -> Option<Part> {
    let (name, filter) = match inner.rsplit_once('|') {
        None => (inner, Filter::None),
        Some((name, "slug")) => (name, Filter::Slug),
        Some((name, "code")) => (name, Filter::Code),
        Some((name, "year")) => (name, Filter::Year),
        Some((name, "fiscal_year")) => (name, Filter::FiscalYear),
        Some((name, filter)) => {
            let width = filter.strip_prefix("pad")?.parse().ok()?;
            ((2..=9).contains(&width)).then_some((name, Filter::Pad(width)))?
        }
    };
    let name = name.trim();
    Some(match name {
        "" => return None,
        "row" | "line" if filter.is_of_a_day() => return None,
        "row" => Part::RowNumber(filter),
        "line" => Part::Line(filter),
        name => {
            let number = name.strip_prefix('#').and_then(|number| number.parse().ok());
            let name = match number {
                Some(0) => return None,
                Some(number) => ColumnName::Number(number),
                None => ColumnName::Name(name.to_owned()),
            };
            Part::Cell(Column { name, line }, filter)
        }
    })
}
