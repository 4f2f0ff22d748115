//! A rejects file that comes back: known by its first column, read in its own form whatever the list
//! looks like, and every row with the key of the row that it came from.

use super::label::Labels;
use super::mark;
use super::problem::Problem;
use super::reader::{FileFormat, Row};
use super::rejects::REJECT_COLUMNS;
use super::text::{folded, is_blank, is_invisible, without_guard};
use crate::error::{Error, Kind, Result};
use encoding_rs::Encoding;
use std::collections::BTreeMap;

/// Bytes of a file that are looked at to know a rejects file.
pub(super) const LOOKED_AT: usize = 4_096;

/// What a rejects file says of a row beside its cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Origin {
    /// The key of the row it came from.
    pub(super) key: [u8; 16],
    /// The code that it was refused for.
    pub(super) code: String,
    /// Why it cannot be taken as it stands, where it still has the cells it was refused for.
    pub(super) still: Option<Problem>,
}

/// How a file that begins with these bytes is read, if it is a rejects file.
///
/// # Errors
/// `rejects_older` for one of release 0.1.0, `rejects_columns` for one whose first columns were moved.
pub(super) fn recognise(first: &[u8]) -> Result<Option<FileFormat>> {
    let encoding = match mark::of(first) {
        Some(name) => Encoding::for_label(name.as_bytes()),
        None => Some(encoding_rs::UTF_8),
    };
    let Some(encoding) = encoding else { return Ok(None) };
    let (text, _) = encoding.decode_with_bom_removal(first);
    let line = text.trim_start_matches(is_invisible).split(['\n', '\r']).next().unwrap_or_default();
    let (key, quotes) = (REJECT_COLUMNS[0], ['"', '\'', ' ']);
    let begun: String = line.chars().filter(|c| !is_invisible(*c)).collect();
    let begun = begun.to_ascii_lowercase();
    if let Some(rest) = begun.trim_start_matches(quotes).strip_prefix(key)
        && let Some(delimiter) = rest.trim_start_matches(quotes).chars().next()
        && !matches!(delimiter, '_' | '-')
        && !delimiter.is_alphanumeric()
    {
        return FileFormat::new(encoding.name(), &delimiter.to_string(), 1).map(Some);
    }
    refuse_moved(line.split([',', ';', '\t', '|']))?;
    Ok(None)
}

/// Refuses a header in which columns of a rejects file stand, but not as they were written: read as a
/// list's own, its rows would be booked as new ones.
pub(super) fn refuse_moved<'a>(header: impl Iterator<Item = &'a str>) -> Result<()> {
    let names: Vec<String> =
        header.map(|cell| folded(cell).trim_matches(['"', '\'']).to_owned()).collect();
    let [key, others @ ..] = REJECT_COLUMNS;
    if names.iter().any(|name| name == key) {
        return Err(columns_moved());
    }
    let found = others.iter().filter(|column| names.iter().any(|name| name == *column)).count();
    if found >= 2 {
        let message = "a rejects file of an older form, or without its reject_key: nothing in it says which rows it came from";
        return Err(Error::new(Kind::Usage, "rejects_older", message).with_hint(
            "mend the rows in the list itself and import the list again: what is booked is left out, and what is refused is written to a rejects file of today's form",
        ));
    }
    Ok(())
}

fn columns_moved() -> Error {
    let message = format!("the first columns of a rejects file are {}", REJECT_COLUMNS.join(", "));
    Error::new(Kind::Usage, "rejects_columns", message)
        .with_hint("put them back in this order; only the row's own cells are to be mended")
        .with_detail("expected", REJECT_COLUMNS.join(", "))
}

/// A rejects file being read.
#[derive(Debug)]
pub(super) struct Returned {
    labels: Labels,
    /// The columns of the list, as the rejects file has them.
    header: Vec<String>,
    /// Line of each key that was read.
    seen: BTreeMap<[u8; 16], u64>,
}

impl Returned {
    /// A rejects file with this header, of a list with or without one.
    ///
    /// # Errors
    /// `rejects_columns`.
    pub(super) fn new(labels: Labels, header: &[String]) -> Result<Self> {
        let (front, own) =
            header.split_at_checked(REJECT_COLUMNS.len()).ok_or_else(columns_moved)?;
        if !front.iter().map(|name| folded(name)).eq(REJECT_COLUMNS) {
            return Err(columns_moved());
        }
        Ok(Self { labels, header: own.to_vec(), seen: BTreeMap::new() })
    }

    /// The columns of the list.
    pub(super) fn header(&self) -> &[String] {
        &self.header
    }

    /// Makes `row` the row of the list again: its own cells, and the line it stood on.
    ///
    /// # Errors
    /// `reject_key_wrong`, `reject_key_twice`, with the lines of the rejects file.
    pub(super) fn restore(&mut self, row: &mut Row) -> Result<Origin> {
        let of = |name: &str| {
            let at = REJECT_COLUMNS.iter().position(|column| *column == name);
            row.cell(at.unwrap_or(usize::MAX)).trim().to_owned()
        };
        let (label, line) = (of("reject_key"), of("reject_line"));
        let (code, found) = (of("reject_code"), of("reject_found"));
        let here = row.line;
        let key = self.labels.key(&label).ok_or_else(|| wrong_key(&label, here))?;
        if let Some(before) = self.seen.insert(key, here) {
            return Err(twice(before, here));
        }
        let cells: Vec<String> = row
            .cells()
            .skip(REJECT_COLUMNS.len())
            .map(|cell| without_guard(cell).to_owned())
            .collect();
        let mut cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        let width = self.header.len();
        let still =
            if code == "row_width" { still_wrong(&cells, &self.header, &found) } else { None };
        // A spreadsheet makes all rows as wide as the widest, and may leave out blank cells at the end.
        if still.is_none() {
            while cells.len() > width && cells.last().is_some_and(|cell| is_blank(cell)) {
                cells.pop();
            }
            cells.resize(cells.len().max(width), "");
        }
        *row = Row::new(&cells, row.number, line.parse().unwrap_or(here));
        Ok(Origin { key, code, still })
    }
}

/// Whether a row that was refused for its number of cells still has the cells it had then. A
/// spreadsheet changes their number by itself, so it alone says nothing.
fn still_wrong(cells: &[&str], header: &[String], found: &str) -> Option<Problem> {
    let numbers: Vec<usize> = found
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|number| number.parse().ok())
        .collect();
    let &[had, filled] = numbers.as_slice() else { return None };
    let width = header.len();
    let is_filled = |cell: &&&str| !is_blank(cell);
    if cells.iter().filter(is_filled).count() != filled {
        return None;
    }
    let padded = header.last().is_some_and(|name| is_blank(name));
    let cut = had > width && cells.len() == width && !padded;
    let moved = had < width && cells.iter().skip(had).any(|cell| !is_blank(cell));
    if cut || moved {
        return None;
    }
    let rule = "this row still has the cells it was refused for; put them under their columns, or clear its `reject_code` if they are right";
    let found = format!("{had} cells, {filled} filled");
    Some(Problem::new("row_width", rule, format!("{width} cells"), found))
}

fn wrong_key(label: &str, line: u64) -> Error {
    let label = super::problem::quoted(label);
    let message = format!(
        "line {line} of the rejects file: {label} is no key of a row of this ledger and source"
    );
    Error::new(Kind::Usage, "reject_key_wrong", message)
        .with_hint("reject_key stays as it was written: import the file with the mapping (and --batch) that wrote it, into the same ledger; new rows belong into the list itself; nothing was booked")
        .with_detail("line", line).with_detail("found", label)
}

fn twice(before: u64, line: u64) -> Error {
    let message = format!("lines {before} and {line} of the rejects file have the same reject_key");
    Error::new(Kind::Usage, "reject_key_twice", message)
        .with_hint("a row comes back once: take one of the two out; new rows belong into the list itself; nothing was booked")
        .with_detail("line", line)
        .with_detail("first", before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rejects_file_is_known_however_it_was_saved() {
        let line = REJECT_COLUMNS.join("|");
        for (text, delimiter) in [
            (line.replace('|', ","), b','),
            (line.replace('|', ";"), b';'),
            (line.replace('|', "\t"), b'\t'),
            (format!("\"{}\"", line.replace('|', "\",\"")), b','),
            (format!("\u{feff}{}", line.replace('|', ",")), b','),
            (format!("\u{feff}\u{feff}{}", line.replace('|', ",")), b','),
            (line.replace('|', ",").to_uppercase(), b','),
            (line.replace('|', " , "), b','),
            (line.clone(), b'|'),
        ] {
            let format = recognise(format!("{text},a\nr-x").as_bytes()).unwrap().unwrap();
            assert_eq!((format.delimiter(), format.encoding()), (delimiter, "UTF-8"), "{text}");
        }
        let wide: Vec<u8> = format!("\u{feff}{}", line.replace('|', "\t"))
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(recognise(&wide).unwrap().unwrap().encoding(), "UTF-16LE");
        assert_eq!(recognise(b"Date,Payee\n").unwrap().map(|_| ()), None);
        assert_eq!(recognise(b"").unwrap().map(|_| ()), None);
    }

    #[test]
    fn an_older_form_and_moved_columns_are_refused_with_the_way_out() {
        for text in [
            "reject_line,reject_column,reject_code,reject_rule,reject_allowed,reject_found,a\n",
            "\"reject_line\";\"reject_column\";\"reject_code\"\n",
            "\u{feff}reject_line\treject_column\n",
        ] {
            assert_eq!(recognise(text.as_bytes()).unwrap_err().code(), "rejects_older", "{text}");
        }
        for text in ["a,reject_key,reject_line\n", "Reject_Line;REJECT_KEY\n", "a|\"reject_key\"\n"]
        {
            assert_eq!(recognise(text.as_bytes()).unwrap_err().code(), "rejects_columns", "{text}");
        }
        let cells = |text: &str| refuse_moved(text.split('~')).err().map(|error| error.code());
        assert_eq!(cells("a~\u{200b}Reject_Key~b"), Some("rejects_columns"));
        assert_eq!(cells("a~reject_code~reject_rule"), Some("rejects_older"));
        assert_eq!(cells("a~reject_code~b"), None);
        let header: Vec<String> = ["reject_key", "reject_line", "a"].map(str::to_owned).to_vec();
        let labels = Labels::new([0; 16], "s");
        assert_eq!(Returned::new(labels, &header).unwrap_err().code(), "rejects_columns");
    }

    #[test]
    fn a_row_of_a_wrong_width_comes_back_when_it_is_mended() {
        let header: Vec<String> = ["Date", "Payee", "Amount", "Note"].map(str::to_owned).to_vec();
        let padded: Vec<String> = header.iter().cloned().chain([String::new()]).collect();
        let wide = "5 cells, 4 filled";
        let short = "3 cells, 3 filled";
        for (cells, header, found, wrong) in [
            (&["d", "Birch", "1", "020.00", ""][..], &header, wide, true),
            (&["d", "Birch", "1", "020.00", ""], &padded, wide, true),
            (&["d", "Birch", "1", "20", ""], &padded, wide, true),
            (&["d", "Birch", "1020.00", "", ""], &padded, wide, false),
            (&["d", "Birch", "1020.00", ""], &header, wide, false),
            (&["d", "Birch", "1,020.00", "a note"], &header, wide, false),
            (&["d", "500.00", "1500.00"], &header, short, true),
            (&["d", "500.00", "1500.00", ""], &header, short, true),
            (&["d", "", "500.00", "1500.00"], &header, short, false),
            (&["d", "Ash", "500.00", "1500.00"], &header, short, false),
        ] {
            assert_eq!(still_wrong(cells, header, found).is_some(), wrong, "{cells:?}");
        }
    }
}
