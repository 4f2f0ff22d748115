//! A row of a file, as it stands there.

use crate::chain::hash;
use crate::import::text;

/// A row of a file: its cells, one behind the other, with no slack.
#[derive(Debug, Clone, Default)]
pub struct Row {
    pub(super) text: String,
    /// Where each cell ends in `text`.
    pub(super) ends: Vec<usize>,
    /// What cells are in row keys that are read otherwise, by their index.
    plain: Vec<(usize, String)>,
    /// What blank cells of it have from above, by their index.
    carried: Vec<(usize, String)>,
    /// Blank cells at its end are no part of row keys: nobody said how wide it is.
    is_open: bool,
    /// Its number in the file, from 1; the header is not counted.
    pub number: u64,
    /// The line of the file it begins on, from 1.
    pub line: u64,
}

impl Row {
    /// A row of these cells, number and line.
    #[must_use]
    pub fn new(cells: &[&str], number: u64, line: u64) -> Self {
        let mut row = Self { number, line, ..Self::default() };
        for cell in cells {
            row.text.push_str(cell);
            row.end_cell();
        }
        row
    }

    /// Lets cells be others in row keys than they are read as.
    pub(in crate::import) fn keyed_as(&mut self, plain: Vec<(usize, String)>) {
        self.plain = plain;
    }

    /// Leaves blank cells at its end out of row keys.
    pub(in crate::import) fn keyed_without_end(&mut self) {
        self.is_open = true;
    }

    /// The cell at `index` as row keys have it: two rows under two headings are two rows.
    pub(in crate::import) fn plain_cell(&self, index: usize) -> &str {
        let plain = self.plain.iter().find(|(of, _)| *of == index);
        plain.map_or_else(|| self.carried(index), |(_, text)| text)
    }

    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.plain.clear();
        self.carried.clear();
        self.ends.clear();
    }

    pub(super) fn end_cell(&mut self) {
        self.ends.push(self.text.len());
    }

    /// The cell at `index` from 0 as it stands in the file; empty beyond the last.
    #[must_use]
    pub fn cell(&self, index: usize) -> &str {
        let begin = index.checked_sub(1).and_then(|before| self.ends.get(before));
        let (begin, end) = (begin.copied().unwrap_or(0), self.ends.get(index).copied());
        end.and_then(|end| self.text.get(begin..end)).unwrap_or_default()
    }

    /// Lets blank cells have what stands above them.
    pub(in crate::import) fn carry(&mut self, carried: Vec<(usize, String)>) {
        self.carried = carried;
    }

    /// The cell at `index`, or what it has from above.
    pub(in crate::import) fn carried(&self, index: usize) -> &str {
        let carried = self.carried.iter().find(|(of, _)| *of == index);
        carried.map_or_else(|| self.cell(index), |(_, text)| text)
    }

    /// The row with what it has from above written into its cells; `None` where it has nothing so.
    pub(in crate::import) fn with_carried(&self) -> Option<Self> {
        if self.carried.is_empty() {
            return None;
        }
        let cells: Vec<&str> = (0..self.width()).map(|index| self.carried(index)).collect();
        Some(Self::new(&cells, self.number, self.line))
    }

    /// All cells, in the file's order.
    pub fn cells(&self) -> impl Iterator<Item = &str> {
        let mut begin = 0;
        self.ends.iter().map(move |end| {
            let cell = self.text.get(begin..*end).unwrap_or_default();
            begin = *end;
            cell
        })
    }

    /// The number of cells.
    #[must_use]
    pub fn width(&self) -> usize {
        self.ends.len()
    }

    /// The bytes of all cells.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.text.len()
    }

    /// True if there is nothing but white space and characters that cannot be seen in it.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        text::is_blank(&self.text)
    }

    /// The row key as the `occurrence`-th of equal rows, from 0 (schemas/entry.md §5).
    #[must_use]
    pub fn key(&self, occurrence: u32) -> [u8; 16] {
        if self.plain.is_empty() && self.carried.is_empty() && !self.is_open {
            return hash::row_key(self.cells(), occurrence);
        }
        let blank_at_end = (0..self.width())
            .rev()
            .take_while(|index| self.is_open && self.plain_cell(*index).is_empty());
        let width = self.width().saturating_sub(blank_at_end.count());
        hash::row_key((0..width).map(|index| self.plain_cell(index)), occurrence)
    }
}
