//! The names of the columns, of one row or of several one above the other with merged cells.

use super::MAX_CELLS;
use super::wire::Said;
use crate::import::text::{clean, is_blank};
use std::collections::BTreeMap;

/// What stands between the parts of a name.
const BETWEEN: &str = " / ";

/// A cell, row and column from 1.
type At = (u64, u64);

/// The header of a sheet.
#[derive(Debug)]
pub(super) struct Header {
    rows: (u64, u64),
    texts: BTreeMap<u64, Vec<String>>,
    merged: Vec<(At, At)>,
}

impl Header {
    /// The header that stands in these rows; none at 0.
    pub(super) fn new(rows: (u64, u64)) -> Self {
        Self { rows, texts: BTreeMap::new(), merged: Vec::new() }
    }

    /// These cells are one. Of a header of one row only the first of them has a name.
    pub(super) fn merge(&mut self, first: At, last: At) {
        if self.rows.0 < self.rows.1 {
            self.merged.push((first, last));
        }
    }

    /// A row of it.
    pub(super) fn row(&mut self, row: u64, cells: &[Said]) {
        self.texts.insert(row, cells.iter().map(|cell| cell.text().to_owned()).collect());
    }

    /// The names, to the last that is not blank.
    pub(super) fn names(&self) -> Vec<String> {
        let mut names: Vec<Vec<&str>> = Vec::new();
        // Where the text of each cell was taken from: a cell that reaches down says its name once.
        let mut sources: Vec<Vec<At>> = Vec::new();
        for row in self.rows.0.max(1)..=self.rows.1 {
            let width = self.width_of(row);
            if names.len() < width {
                names.resize(width, Vec::new());
                sources.resize(width, Vec::new());
            }
            for (column, (parts, taken)) in (1..).zip(names.iter_mut().zip(&mut sources)) {
                let from = self.source((row, column));
                if taken.contains(&from) {
                    continue;
                }
                taken.push(from);
                parts.extend(self.text(from).filter(|text| !is_blank(text)));
            }
        }
        let join = |parts: Vec<&str>| {
            let parts: Vec<_> = parts.into_iter().map(clean).collect();
            parts.join(BETWEEN)
        };
        let mut names: Vec<String> = names.into_iter().map(join).collect();
        while names.last().is_some_and(|name| is_blank(name)) {
            names.pop();
        }
        names
    }

    /// How many columns a row has, merged ones counted.
    fn width_of(&self, row: u64) -> usize {
        let own = self.texts.get(&row).map_or(0, Vec::len);
        let reach =
            self.merged.iter().filter(|((top, _), (bottom, _))| (*top..=*bottom).contains(&row));
        let reach = reach.map(|(_, (_, right))| usize::try_from(*right).unwrap_or(usize::MAX));
        reach.chain([own]).max().unwrap_or(0).min(MAX_CELLS)
    }

    /// The cell whose text counts at a place.
    fn source(&self, at: At) -> At {
        let covers = |(first, last): &&(At, At)| {
            (first.0..=last.0).contains(&at.0) && (first.1..=last.1).contains(&at.1)
        };
        self.merged.iter().find(covers).map_or(at, |(first, _)| *first)
    }

    fn text(&self, (row, column): At) -> Option<&str> {
        let index = usize::try_from(column.checked_sub(1)?).ok()?;
        self.texts.get(&row)?.get(index).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(rows: (u64, u64), texts: &[&[&str]], merged: &[(At, At)]) -> Vec<String> {
        let mut header = Header::new(rows);
        merged.iter().for_each(|(first, last)| header.merge(*first, *last));
        for (row, cells) in (rows.0..).zip(texts) {
            let cells: Vec<Said> =
                cells.iter().map(|cell| Said::Text((*cell).to_owned())).collect();
            header.row(row, &cells);
        }
        header.names()
    }

    #[test]
    fn the_text_of_merged_cells_counts_in_all_their_columns() {
        let found = names(
            (3, 4),
            &[
                &["Payee", "", "2013", "", "2014", "", "Note"],
                &["", "", "paid", "due", "paid", "due"],
            ],
            &[((3, 1), (4, 1)), ((3, 3), (3, 4)), ((3, 5), (3, 6))],
        );
        let expected =
            ["Payee", "", "2013 / paid", "2013 / due", "2014 / paid", "2014 / due", "Note"];
        assert_eq!(found, expected);
    }

    #[test]
    fn without_merging_only_what_stands_there_counts() {
        assert_eq!(names((1, 2), &[&["A", ""], &["x", "y"]], &[]), ["A / x", "y"]);
        assert_eq!(
            names((1, 1), &[&["A", "", " b  c ", " "]], &[((1, 1), (1, 2))]),
            ["A", "", "b c"]
        );
        // A block of two by two reaches beyond what is filled; equal texts of two cells stay two.
        assert_eq!(names((1, 2), &[&["B"], &[]], &[((1, 1), (2, 2))]), ["B", "B"]);
        assert_eq!(names((1, 2), &[&["C"], &["C"]], &[]), ["C / C"]);
        assert_eq!(
            names((1, 3), &[&["D"], &["", "e"], &["f", "g"]], &[((1, 1), (1, 2))]),
            ["D / f", "D / e / g"]
        );
        assert!(names((0, 0), &[], &[]).is_empty() && names((2, 3), &[], &[]).is_empty());
        let far = names((1, 2), &[&["E"], &["e"]], &[((1, 1), (1, u64::MAX))]);
        assert_eq!(far.len(), MAX_CELLS, "no merging makes more columns than there are");
    }
}
