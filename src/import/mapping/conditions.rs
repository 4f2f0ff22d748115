//! Columns, and conditions on a row: `[[skip]]`, `when`, `total_row`.

use crate::error::Result;
use crate::import::keys::{Item, Section};
use crate::import::text::{Compare, seen};
use regex::{Regex, RegexBuilder};

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
pub(in crate::import) enum Condition {
    /// Of one cell.
    Of(Column, Test, Compare),
    /// It does not hold.
    Not(Box<Condition>),
    /// One of them holds.
    Any(Vec<Condition>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::import) enum Test {
    Blank,
    Filled,
    Number,
    Zero,
    NotZero,
    Positive,
    Negative,
    Equals(Vec<String>),
    StartsWith(Vec<String>),
    Contains(Vec<String>),
    Matches(Pattern),
}

/// A regular expression, in time that grows with the text alone.
#[derive(Debug, Clone)]
pub(in crate::import) struct Pattern(Regex);

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

impl Eq for Pattern {}

/// The most bytes of a regular expression, and of what it is compiled to.
const PATTERN_BYTES: usize = 1_000;
const COMPILED_BYTES: usize = 1_048_576;
/// How deep groups may stand in each other.
const PATTERN_DEPTH: u32 = 32;

/// True for a class like `\p{Greek}`.
fn has_class(text: &str) -> bool {
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        if letter == '\\' && matches!(letters.next(), Some('p' | 'P')) {
            return true;
        }
    }
    false
}

impl Pattern {
    fn new(item: &Item<'_>, compare: Compare) -> Result<Self> {
        let text = item.text()?;
        if text.is_empty() || text.len() > PATTERN_BYTES {
            return Err(item.unfit("a regular expression of 1 to 1,000 bytes"));
        }
        // The tables of these are in some builds of the crate and not in others.
        if has_class(text) {
            return Err(item.unfit("a regular expression without classes \\p{…}"));
        }
        let regex = RegexBuilder::new(text)
            .case_insensitive(compare == Compare::Folded)
            .size_limit(COMPILED_BYTES)
            .dfa_size_limit(COMPILED_BYTES)
            .nest_limit(PATTERN_DEPTH)
            .build();
        let regex = regex.map_err(|error| {
            // The last line of a long error says what is wrong.
            let why = error.to_string();
            let why = why.lines().last().unwrap_or_default().trim_start_matches("error: ");
            item.unfit(&format!("a regular expression of the crate `regex` ({why})"))
        })?;
        Ok(Self(regex))
    }

    /// True if it is found in the text.
    pub(in crate::import) fn is_in(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
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
    const TESTS: [&str; 5] = ["is", "equals", "starts_with", "contains", "matches"];
    let section = item.section(name)?;
    if let Some(inner) = section.get("not") {
        section.only(&["not"])?;
        return Ok(Condition::Not(Box::new(condition(&inner, "not", compare)?)));
    }
    if let Some(all) = section.get("any") {
        section.only(&["any"])?;
        let all: Vec<Item<'_>> = all.values()?;
        if all.is_empty() {
            return Err(item.unfit("a list of conditions, of which one holds"));
        }
        let all = all.iter().map(|inner| condition(inner, "any", compare));
        return Ok(Condition::Any(all.collect::<Result<_>>()?));
    }
    section.only(&["column", "is", "equals", "starts_with", "contains", "matches", "fold"])?;
    let compare = folding(&section, compare)?;
    let column = column(&section.need("column")?)?;
    let mut tests = TESTS.iter().filter_map(|key| section.get(key).map(|test| (*key, test)));
    let (Some((key, test)), None) = (tests.next(), tests.next()) else {
        return Err(item.unfit(
            "a condition with exactly one of is, equals, starts_with, contains, matches; or one with not or any alone",
        ));
    };
    let test = match key {
        "equals" => Test::Equals(words(&test, compare, true)?),
        "starts_with" => Test::StartsWith(words(&test, compare, false)?),
        "contains" => Test::Contains(words(&test, compare, false)?),
        "matches" => Test::Matches(Pattern::new(&test, compare)?),
        _ => match test.text()? {
            "blank" => Test::Blank,
            "filled" => Test::Filled,
            "number" => Test::Number,
            "zero" => Test::Zero,
            "not zero" => Test::NotZero,
            "positive" => Test::Positive,
            "negative" => Test::Negative,
            _ => {
                return Err(
                    test.unfit("one of \"blank\", \"filled\", \"number\", \"zero\", \"not zero\", \"positive\", \"negative\"")
                );
            }
        },
    };
    Ok(Condition::Of(column, test, compare))
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
