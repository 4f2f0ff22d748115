//! The columns that earlier imports knew rows by. A mapping that loses or changes its `key` would find
//! none of its rows again and book all of them a second time, so every import writes down its columns
//! (a document of kind `row key`), and a later one looks its rows up by those too.

use super::mapping::conditions::{Column, ColumnName};
use super::text::comparable;
use std::collections::BTreeSet;

/// The document of an import whose mapping has `key`: named by its columns.
pub const KEY_DOCUMENT: &str = "row key";
/// Between two columns in the name of that document.
const BETWEEN: char = '+';

/// The columns as the name of a document: as texts are compared, a number as `#4`.
pub(super) fn name_of(columns: &[Column]) -> Option<String> {
    let part = |column: &Column| match &column.name {
        ColumnName::Name(name) => escaped(&comparable(name)),
        ColumnName::Number(number) => format!("#{number}"),
    };
    let parts: Vec<String> = columns.iter().map(part).collect();
    (!parts.is_empty()).then(|| parts.join(&BETWEEN.to_string()))
}

/// No `/`, which no name of a document has, and none of the signs that part it.
fn escaped(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '%' => out.push_str("%25"),
            '/' => out.push_str("%2F"),
            BETWEEN => out.push_str("%2B"),
            '#' => out.push_str("%23"),
            other => out.push(other),
        }
    }
    out
}

/// Where the columns of these names stand in a file with this header; a set of which one is not there
/// any more, or stands twice, cannot be asked.
pub(super) fn places(names: &BTreeSet<String>, header: &[String], width: usize) -> Vec<Vec<usize>> {
    let header: Vec<String> = header.iter().map(|name| escaped(&comparable(name))).collect();
    let place = |part: &str| {
        if let Some(number) = part.strip_prefix('#') {
            let index = number.parse::<usize>().ok()?.checked_sub(1)?;
            return (index < width).then_some(index);
        }
        let mut found = header.iter().enumerate().filter(|(_, name)| *name == part);
        found.next().map(|(index, _)| index).filter(|_| found.next().is_none())
    };
    names.iter().filter_map(|name| name.split(BETWEEN).map(place).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_again_under_their_names() {
        let column = |name: &str| Column { name: ColumnName::Name(name.to_owned()), line: 1 };
        let number = Column { name: ColumnName::Number(4), line: 1 };
        let header = ["Date", "Inv+oice/No %", "#", "Note"].map(str::to_owned);
        let name = name_of(&[column(" Inv+oice/No\u{a0}% "), number, column("#")]).unwrap();
        assert_eq!(name, "Inv%2Boice%2FNo %25+#4+%23");
        let places = |name: &str, header: &[String]| {
            super::places(&BTreeSet::from([name.to_owned()]), header, 4)
        };
        assert_eq!(places(&name, &header), [[1, 3, 2]]);
        assert_eq!(places("Date+Gone", &header), Vec::<Vec<usize>>::new());
        assert_eq!(places("#5", &header), Vec::<Vec<usize>>::new());
        let twice = ["Date", "Date"].map(str::to_owned);
        assert_eq!(places("Date", &twice), Vec::<Vec<usize>>::new());
        assert_eq!(name_of(&[]), None);
    }
}
