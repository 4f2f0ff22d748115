//! Figures that a program writes when one was too large for its whole numbers: the largest and the smallest of
//! 32 and 64 bits, as they are or as hundredths. Nobody pays 2,147,483,647; somebody's export was cut there.

use super::reader::Row;
use super::sheet::cell_name;

/// Cells that a summary names.
const NAMED: usize = 10;

/// What the whole numbers of programs end at, without a sign.
const UPPER: [&str; 4] =
    ["2147483647", "4294967295", "9223372036854775807", "18446744073709551615"];
/// What those with a sign begin at.
const LOWER: [&str; 2] = ["2147483648", "9223372036854775808"];
/// The larger ones as a spreadsheet has them.
const ROUNDED: [&str; 2] = ["9.223372036854776E+18", "1.8446744073709552E+19"];

/// Suspect figures of the rows of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Suspect {
    /// How many there are.
    pub count: u64,
    /// The first cells, as a spreadsheet names them: `C14`.
    pub cells: Vec<String>,
}

impl Suspect {
    /// Adds those of a row.
    pub(super) fn look_at(&mut self, row: &Row) {
        for (cell, column) in row.cells().zip(0_u64..) {
            if is_suspect(cell) {
                self.count = self.count.saturating_add(1);
                if self.cells.len() < NAMED {
                    self.cells.push(cell_name(row.line.saturating_sub(1), column));
                }
            }
        }
    }
}

fn is_suspect(cell: &str) -> bool {
    // Shorter than any of them, or longer than the longest with its grouping.
    if !(10..=40).contains(&cell.len()) {
        return false;
    }
    let cell = cell.trim();
    let (below, cell) = match cell.strip_prefix(['-', '−']) {
        Some(rest) => (true, rest),
        None => match cell.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
            Some(rest) => (true, rest),
            None => (false, cell),
        },
    };
    if ROUNDED.contains(&cell) {
        return true;
    }
    let cents = [".00", ",00", ".0", ",0"].into_iter().find_map(|end| cell.strip_suffix(end));
    let mut digits = String::with_capacity(cell.len());
    for c in cents.unwrap_or(cell).chars() {
        match c {
            '0'..='9' => digits.push(c),
            // Grouping, and the point of hundredths.
            ',' | '.' | ' ' | '\'' | '’' | '\u{a0}' | '\u{202f}' | '\u{2009}' => {}
            _ => return false,
        }
    }
    let digits = digits.as_str();
    UPPER.contains(&digits) || (below && LOWER.contains(&digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_at_the_end_of_whole_numbers_are_seen() {
        for text in [
            "2147483647",
            "-2147483648",
            "4294967295",
            "2,147,483,647",
            "2.147.483.647,00",
            "2147483647.00",
            "21474836.47",
            "-21474836.48",
            "(2147483648)",
            " 2147483647 ",
            "−2 147 483 648",
            "9223372036854775807",
            "9.223372036854776E+18",
            "-9.223372036854776E+18",
        ] {
            assert!(is_suspect(text), "{text}");
        }
        for text in [
            "2147483648",
            "2147483646",
            "214748364",
            "K2147483647",
            "2147483647元",
            "",
            "-",
            "2147-483-647",
            "32767",
            "65535",
            "1200.00",
            "２１４７４８３６４７",
        ] {
            assert!(!is_suspect(text), "{text}");
        }
        let mut suspect = Suspect::default();
        suspect.look_at(&Row::new(&["a", "2147483647", "-2147483648"], 1, 14));
        assert_eq!((suspect.count, suspect.cells), (2, vec!["B14".to_owned(), "C14".to_owned()]));
    }
}
