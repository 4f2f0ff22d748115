//! The identity of the rows: one for a whole list, or one for every file of it (its batch).

use super::{MAX_SOURCE_BYTES, Mapping};
use crate::error::{Error, Kind, Result};
use crate::import::keys::Item;
use std::path::Path;
use unicode_normalization::UnicodeNormalization;

/// What stands in a `source` for the name of the file.
const FILE: &str = "{file}";

/// The source of one file's rows, and what it is a part of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// What entries keep.
    pub name: String,
    /// What the sources of all batches of the list begin with; `None` for a list without batches.
    list: Option<String>,
}

/// What an entry's source is to an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kin {
    /// The same, or what the list had before it had batches: its rows are known.
    Own,
    /// Another batch of the same list: equal rows are other rows.
    Batch,
    /// Another list.
    Other,
}

impl Source {
    /// What `other` is to an import of this source.
    #[must_use]
    pub fn kin(&self, other: &str) -> Kin {
        if other == self.name {
            return Kin::Own;
        }
        let Some(list) = &self.list else { return Kin::Other };
        if other == list.trim_end_matches(|c: char| !c.is_alphanumeric()) {
            Kin::Own
        } else if other.starts_with(list.as_str()) {
            Kin::Batch
        } else {
            Kin::Other
        }
    }

    /// True if the source is that of one batch of a list.
    #[must_use]
    pub fn is_batch(&self) -> bool {
        self.list.is_some()
    }
}

impl Mapping {
    /// The source of the rows of this file: `{file}` is its name without folder and ending, `batch`
    /// stands in its place, or behind the source and a `/`.
    ///
    /// # Errors
    /// `source_length` for one that is too long, or whose name cannot stand in a source.
    pub fn source_of(&self, file: &Path, batch: Option<&str>) -> Result<Source> {
        let (list, part) = match (self.source.split_once(FILE), batch) {
            (None, None) => return Ok(Source { name: self.source.clone(), list: None }),
            (None, Some(batch)) => (format!("{}/", self.source), batch.to_owned()),
            (Some((list, _)), Some(batch)) => (list.to_owned(), batch.to_owned()),
            (Some((list, _)), None) => (list.to_owned(), stem(file)),
        };
        let part: String = part.nfc().collect();
        let name = match self.source.split_once(FILE) {
            Some((_, behind)) => format!("{list}{part}{behind}"),
            None => format!("{list}{part}"),
        };
        let bad =
            part.is_empty() || part.contains(['{', '}']) || name.chars().any(char::is_control);
        if bad || name.len() > MAX_SOURCE_BYTES {
            let message = format!(
                "the source `{}` is no name of 1 to {MAX_SOURCE_BYTES} bytes without braces and control characters",
                name.escape_debug()
            );
            return Err(Error::new(Kind::Usage, "source_length", message)
                .with_hint("name the batch in few letters: --batch NAME")
                .with_detail("found", name)
                .with_detail("most_bytes", MAX_SOURCE_BYTES));
        }
        Ok(Source { name, list: Some(list) })
    }
}

/// The file's name without folder and ending; a rejects file's is that of the file it came from.
fn stem(file: &Path) -> String {
    let name = file.file_stem().unwrap_or_default().to_string_lossy();
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let mut name: &str = &name;
    if let Some((front, last)) = name.rsplit_once('.')
        && number(last)
        && front.ends_with(".rejects")
    {
        name = front;
    }
    name.strip_suffix(".rejects").unwrap_or(name).to_owned()
}

pub(super) fn read(item: &Item<'_>) -> Result<String> {
    let source = item.text()?.to_owned();
    let length = (1..=MAX_SOURCE_BYTES).contains(&source.len());
    if !length || source.chars().any(char::is_control) {
        return Err(item.unfit("1 to 64 bytes without control characters"));
    }
    // Anything else in braces is a slip: `{flie}` would be one source for all files.
    let plain = source.replacen(FILE, "", 1);
    if plain.contains(['{', '}']) {
        return Err(item.unfit("a name, in which {file} may stand once and no other brace"));
    }
    if plain != source && source.starts_with(FILE) {
        return Err(item.unfit("a name that begins with the list's own: \"list/{file}\""));
    }
    Ok(source)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapping(source: &str) -> Result<Mapping> {
        Mapping::parse(&format!(
            "source = \"{source}\"\n[[event]]\ntype = \"follow-on.pay-in\"\ncode = \"c\"\namount = 1\n"
        ))
    }

    #[test]
    fn a_source_may_have_a_part_for_every_file() {
        for (source, batch, name) in [
            ("leeds", None, "leeds"),
            ("leeds", Some("2013-01"), "leeds/2013-01"),
            ("leeds/{file}", None, "leeds/Spend Jan"),
            ("leeds {file} v2", None, "leeds Spend Jan v2"),
            ("leeds/{file}", Some("01"), "leeds/01"),
        ] {
            for file in ["in/Spend Jan.csv", "Spend Jan.rejects.csv", "Spend Jan.rejects.12.csv"] {
                let found = mapping(source).unwrap().source_of(Path::new(file), batch).unwrap();
                assert_eq!(found.name, name, "{source} {file}");
                assert_eq!(found.is_batch(), source != "leeds" || batch.is_some());
            }
        }
        for source in ["{file}", "a{flie}", "a{", "a{file}{file}"] {
            assert!(mapping(source).is_err(), "{source}");
        }
        let long = format!("{}.csv", "x".repeat(64));
        let error = mapping("l/{file}").unwrap().source_of(Path::new(&long), None).unwrap_err();
        assert_eq!(error.code(), "source_length");
        assert!(mapping("l").unwrap().source_of(Path::new("a.csv"), Some("")).is_err());
    }

    #[test]
    fn batches_of_a_list_are_kin() {
        let of = |source: &str, batch| {
            mapping(source).unwrap().source_of(Path::new("feb.csv"), batch).unwrap()
        };
        let plain = of("leeds", None);
        assert_eq!((plain.kin("leeds"), plain.kin("leeds/feb")), (Kin::Own, Kin::Other));
        for batch in [of("leeds", Some("feb")), of("leeds/{file}", None)] {
            assert_eq!(batch.kin("leeds/feb"), Kin::Own);
            assert_eq!(batch.kin("leeds"), Kin::Own, "what it was before it had batches");
            assert_eq!(batch.kin("leeds/jan"), Kin::Batch);
            assert_eq!(batch.kin("leedsX"), Kin::Other);
        }
    }
}
