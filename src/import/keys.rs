//! Walks a TOML table key by key, so that an unknown key or an unfit value is refused with its line,
//! its table and the nearest known key. Knows nothing of what the keys mean.

use super::text::nearest;
use crate::error::{Error, Kind, Result};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A table of the mapping file, with where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Section<'a> {
    text: &'a str,
    name: &'a str,
    table: &'a DeTable<'a>,
}

/// A value of the mapping file, with where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item<'a> {
    text: &'a str,
    key: &'a str,
    value: &'a Spanned<DeValue<'a>>,
}

/// Parses the whole file and hands its top table on.
pub(super) fn with_top<T>(text: &str, read: impl FnOnce(Section<'_>) -> Result<T>) -> Result<T> {
    let table = DeTable::parse(text).map_err(|error| {
        let line = error.span().map_or(1, |span| line_at(text, span.start));
        let message = format!("mapping line {line}: {}", error.message());
        Error::new(Kind::Usage, "mapping_syntax", message)
            .with_hint("the mapping is a TOML 1.0 file; schemas/mapping.md names its keys")
            .with_detail("line", line)
            .with_detail("why", error.message())
    })?;
    read(Section { text, name: "the mapping", table: table.get_ref() })
}

fn line_at(text: &str, byte: usize) -> usize {
    let ahead = text.as_bytes().get(..byte).unwrap_or(text.as_bytes());
    ahead.iter().filter(|byte| **byte == b'\n').count().saturating_add(1)
}

impl<'a> Section<'a> {
    /// Refuses the first key that is not among `known`.
    pub(super) fn only(&self, known: &[&str]) -> Result<()> {
        let unknown = self
            .table
            .keys()
            .filter(|key| !known.contains(&key.get_ref().as_ref()))
            .min_by_key(|key| key.span().start);
        let Some(key) = unknown else { return Ok(()) };
        let line = line_at(self.text, key.span().start);
        let word = key.get_ref().as_ref();
        let message = format!("mapping line {line}: `{word}` is no key of {}", self.name);
        let list = known.join(", ");
        let hint = match nearest(word, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`? Known here: {list}"),
            None => format!("known here: {list}"),
        };
        Err(Error::new(Kind::Usage, "mapping_unknown_key", message)
            .with_hint(hint)
            .with_detail("line", line)
            .with_detail("key", word)
            .with_detail("table", self.name)
            .with_detail("known", list))
    }

    /// The value of a key.
    pub(super) fn get(&self, key: &'a str) -> Option<Item<'a>> {
        let value = self.table.get(key)?;
        Some(Item { text: self.text, key, value })
    }

    /// The value of a key that must be there.
    pub(super) fn need(&self, key: &'a str) -> Result<Item<'a>> {
        self.get(key).ok_or_else(|| self.missing(key))
    }

    /// The error for a key that must be there and is not.
    pub(super) fn missing(&self, key: &str) -> Error {
        let message = format!("{} has no `{key}`", self.name);
        Error::new(Kind::Usage, "mapping_missing_key", message)
            .with_hint("schemas/mapping.md says what each key is for")
            .with_detail("key", key)
            .with_detail("table", self.name)
    }

    /// The keys with their values, in no particular order.
    pub(super) fn items(&self) -> impl Iterator<Item = (&'a str, Item<'a>)> {
        let text = self.text;
        self.table.iter().map(move |(key, value)| {
            let key = key.get_ref().as_ref();
            (key, Item { text, key, value })
        })
    }
}

impl<'a> Item<'a> {
    /// The line it stands on.
    pub(super) fn line(&self) -> usize {
        line_at(self.text, self.value.span().start)
    }

    /// The error that says what should stand here.
    pub(super) fn unfit(&self, expected: &str) -> Error {
        let line = self.line();
        let found = self.text.get(self.value.span()).unwrap_or_default();
        let found = super::problem::quoted(found);
        let message = format!("mapping line {line}: `{}` is {expected}, found {found}", self.key);
        Error::new(Kind::Usage, "mapping_value", message)
            .with_hint("schemas/mapping.md says what each key is for")
            .with_detail("line", line)
            .with_detail("key", self.key)
            .with_detail("expected", expected)
            .with_detail("found", found)
    }

    /// Its text, if it is one.
    pub(super) fn as_text(&self) -> Option<&'a str> {
        self.value.get_ref().as_str()
    }

    /// Its text.
    pub(super) fn text(&self) -> Result<&'a str> {
        self.as_text().ok_or_else(|| self.unfit("a text"))
    }

    /// True or false.
    pub(super) fn truth(&self) -> Result<bool> {
        self.value.get_ref().as_bool().ok_or_else(|| self.unfit("true or false"))
    }

    /// A whole number, if it is one and not below zero.
    pub(super) fn as_number(&self) -> Option<u64> {
        let number = self.value.get_ref().as_integer()?;
        u64::from_str_radix(number.as_str(), number.radix()).ok()
    }

    /// A whole number from `least` on.
    pub(super) fn number(&self, least: u64) -> Result<u64> {
        self.as_number()
            .filter(|number| *number >= least)
            .ok_or_else(|| self.unfit(&format!("a whole number from {least}")))
    }

    /// One character.
    pub(super) fn character(&self) -> Result<char> {
        let mut characters = self.text()?.chars();
        match (characters.next(), characters.next()) {
            (Some(only), None) => Ok(only),
            (None | Some(_), _) => Err(self.unfit("one character")),
        }
    }

    /// A text, or a list of texts.
    pub(super) fn texts(&self) -> Result<Vec<String>> {
        let unfit = || self.unfit("a text or a list of texts");
        match (self.as_text(), self.value.get_ref().as_array()) {
            (Some(text), _) => Ok(vec![text.to_owned()]),
            (None, Some(list)) if list.iter().len() > 0 => list
                .iter()
                .map(|item| item.get_ref().as_str().map(str::to_owned).ok_or_else(unfit))
                .collect(),
            (None, _) => Err(unfit()),
        }
    }

    /// True for a list.
    pub(super) fn is_list(&self) -> bool {
        self.value.get_ref().is_array()
    }

    /// The values of a list.
    pub(super) fn values(&self) -> Result<Vec<Item<'a>>> {
        let list = self.value.get_ref().as_array().ok_or_else(|| self.unfit("a list"))?;
        Ok(list.iter().map(|value| Item { text: self.text, key: self.key, value }).collect())
    }

    /// A table, if it is one.
    pub(super) fn as_section(&self, name: &'a str) -> Option<Section<'a>> {
        let table = self.value.get_ref().as_table()?;
        Some(Section { text: self.text, name, table })
    }

    /// A table.
    pub(super) fn section(&self, name: &'a str) -> Result<Section<'a>> {
        self.as_section(name).ok_or_else(|| self.unfit("a table"))
    }

    /// A table or a list of tables, as items.
    pub(super) fn list(&self) -> Result<Vec<Item<'a>>> {
        let value = self.value.get_ref();
        let items = match (value.as_table(), value.as_array()) {
            (Some(_), _) => vec![*self],
            (None, Some(list)) => {
                list.iter().map(|value| Item { text: self.text, key: self.key, value }).collect()
            }
            (None, None) => return Err(self.unfit("a table or a list of tables")),
        };
        Ok(items)
    }
}
