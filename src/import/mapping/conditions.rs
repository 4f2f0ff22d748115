//! Columns, and conditions on a row: `[[skip]]`, `when`, `total_row`.

use crate::error::Result;
use crate::import::keys::{Item, Section};
use crate::import::text::{Compare, seen};

/// A column by name or by number from 1, and the line of the mapping that names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::import) struct Column {
    pub(in crate::import) name: ColumnName,
    pub(in crate::import) line: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::import) enum ColumnName {
    Name(String),
    Number(usize),
}

/// A condition on a row.
#[derive(Debug, Clone)]
pub(in crate::import) struct Condition {
    pub(in crate::import) column: Column,
    pub(in crate::import) test: Test,
    pub(in crate::import) compare: Compare,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::import) enum Test {
    Blank,
    Filled,
    Zero,
    NotZero,
    Positive,
    Negative,
    Equals(Vec<String>),
    StartsWith(Vec<String>),
    Contains(Vec<String>),
}

pub(super) fn column(item: &Item<'_>) -> Result<Column> {
    let name = match (item.as_text(), item.as_number()) {
        (Some(name), _) => ColumnName::Name(name.to_owned()),
        (None, Some(number)) if number > 0 => {
            ColumnName::Number(usize::try_from(number).unwrap_or(usize::MAX))
        }
        (None, _) => return Err(item.unfit("a column's name, or its number from 1")),
    };
    Ok(Column { name, line: item.line() })
}

pub(super) fn conditions(item: &Item<'_>, name: &str, compare: Compare) -> Result<Vec<Condition>> {
    item.list()?.iter().map(|item| condition(item, name, compare)).collect()
}

pub(super) fn condition(item: &Item<'_>, name: &str, compare: Compare) -> Result<Condition> {
    const TESTS: [&str; 4] = ["is", "equals", "starts_with", "contains"];
    let section = item.section(name)?;
    section.only(&["column", "is", "equals", "starts_with", "contains", "fold"])?;
    let compare = folding(&section, compare)?;
    let column = column(&section.need("column")?)?;
    let mut tests = TESTS.iter().filter_map(|key| section.get(key).map(|test| (*key, test)));
    let (Some((key, test)), None) = (tests.next(), tests.next()) else {
        return Err(item.unfit("a condition with exactly one of is, equals, starts_with, contains"));
    };
    let test = match key {
        "equals" => Test::Equals(words(&test, compare, true)?),
        "starts_with" => Test::StartsWith(words(&test, compare, false)?),
        "contains" => Test::Contains(words(&test, compare, false)?),
        _ => match test.text()? {
            "blank" => Test::Blank,
            "filled" => Test::Filled,
            "zero" => Test::Zero,
            "not zero" => Test::NotZero,
            "positive" => Test::Positive,
            "negative" => Test::Negative,
            _ => {
                return Err(
                    test.unfit("one of \"blank\", \"filled\", \"zero\", \"not zero\", \"positive\", \"negative\"")
                );
            }
        },
    };
    Ok(Condition { column, test, compare })
}

/// The words of a condition as they are compared. One of which nothing is left would hold for every
/// row; only `equals` may ask for a blank cell.
fn words(test: &Item<'_>, compare: Compare, may_be_blank: bool) -> Result<Vec<String>> {
    let as_compared = |word: &String| match compare {
        // A blank at the end of the beginning of a text says something.
        Compare::Seen if !may_be_blank => seen(word).into_owned(),
        Compare::Seen | Compare::Folded => compare.of(word).into_owned(),
    };
    let words: Vec<String> = test.texts()?.iter().map(as_compared).collect();
    if !may_be_blank && words.iter().any(String::is_empty) {
        return Err(test.unfit("words that are not blank"));
    }
    Ok(words)
}

/// How a table of the mapping wants texts compared: its own `fold`, else that of the mapping.
pub(super) fn folding(section: &Section<'_>, default: Compare) -> Result<Compare> {
    let Some(item) = section.get("fold") else { return Ok(default) };
    Ok(if item.truth()? { Compare::Folded } else { Compare::Seen })
}
