//! What a mapping says of workbooks: `sheet`, and `header` of several rows.

use super::{EventRule, Item, Mapping, Section, SheetFormat, ValueRule};
use crate::error::{Error, Kind, Result};
use crate::import::wanted::Wanted;

/// The most rows of a header.
const MAX_HEADER_ROWS: u64 = 5;

pub(super) fn read(top: &Section<'_>) -> Result<SheetFormat> {
    let sheet = top.get("sheet").map(|item| wanted(&item)).transpose()?;
    Ok(SheetFormat { sheet, header: header(top)? })
}

impl Mapping {
    /// What stands for the point of a number in the cells of a workbook, which have numbers in no style.
    ///
    /// # Errors
    /// `sheet_decimals`, where the mapping has two.
    pub(in crate::import) fn decimal(&self) -> Result<char> {
        let rules = self.events.iter().flat_map(EventRule::all_fields);
        let rules = rules.chain(self.created.values().flatten());
        let own = self.numbers.style.decimal;
        match rules.filter_map(|rule| other_decimal(&rule.value, own)).next() {
            None => Ok(own),
            Some((decimal, line)) => {
                let message = format!(
                    "mapping line {line}: amounts are written with `{decimal}` here and with `{own}` elsewhere, and the cells of a workbook have numbers in no style"
                );
                Err(Error::new(Kind::Usage, "sheet_decimals", message)
                    .with_hint("give all [numbers] of the mapping of a workbook one `decimal`; nothing was booked")
                    .with_detail("line", line)
                    .with_detail("found", decimal)
                    .with_detail("expected", own))
            }
        }
    }
}

/// What a value, or one that it is made of, has as the point of a number instead, and the line that says so.
fn other_decimal(value: &ValueRule, own: char) -> Option<(char, usize)> {
    let decimal = value.numbers.as_ref().map(|numbers| numbers.style.decimal);
    let other = decimal.filter(|decimal| *decimal != own).map(|decimal| (decimal, value.line));
    other.or_else(|| value.operands().iter().find_map(|value| other_decimal(value, own)))
}

fn wanted(item: &Item<'_>) -> Result<Wanted> {
    match item.as_number() {
        Some(number) if number > 0 => Ok(Wanted::Number(number)),
        _ => match item.as_text().filter(|name| !name.trim().is_empty()) {
            Some(name) => Ok(Wanted::Name(name.to_owned())),
            None => Err(item.unfit("a sheet's name, or its number from 1")),
        },
    }
}

/// The first and last row of the header, from 1; 0 where there is none.
pub(super) fn header(top: &Section<'_>) -> Result<(u64, u64)> {
    let Some(item) = top.get("header") else { return Ok((1, 1)) };
    let unfit = || item.unfit("a line from 1, 0, or the first and last row of a header: [3, 4]");
    let Ok(rows) = item.values() else { return item.number(0).map(|line| (line, line)) };
    let [first, last] = rows.as_slice() else { return Err(unfit()) };
    match (first.as_number(), last.as_number()) {
        (Some(first), Some(last))
            if first > 0 && (1..MAX_HEADER_ROWS).contains(&last.saturating_sub(first)) =>
        {
            Ok((first, last))
        }
        _ => Err(unfit()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format(line: &str) -> Result<SheetFormat> {
        let text = format!(
            "source = \"s\"\n{line}\n[[event]]\ntype = \"follow-on.pay-in\"\ncode = \"c\"\namount = 1\n"
        );
        Mapping::parse(&text).map(|mapping| mapping.sheet)
    }

    #[test]
    fn a_workbook_has_numbers_of_one_point() {
        let of = |numbers: &str, own: &str| {
            let text = format!(
                "source = \"s\"\n{numbers}\n[[event]]\ntype = \"follow-on.pay-in\"\ncode = \"c\"\namount = {{ column = 1, {own} }}\n"
            );
            Mapping::parse(&text).unwrap().decimal()
        };
        let comma = "[numbers]\ndecimal = \",\"";
        assert_eq!(of("", "default = 1").unwrap(), '.');
        assert_eq!(of(comma, "default = 1").unwrap(), ',');
        assert_eq!(of("", "numbers = { scale = 10 }").unwrap(), '.');
        assert_eq!(of(comma, "numbers = { scale = 10 }").unwrap_err().code(), "sheet_decimals");
        assert_eq!(of("", "numbers = { decimal = \",\" }").unwrap_err().code(), "sheet_decimals");
    }

    #[test]
    fn a_sheet_and_the_rows_of_a_header_are_read() {
        let of = |sheet, header| SheetFormat { sheet, header };
        for (line, expected) in [
            ("", of(None, (1, 1))),
            ("header = 0", of(None, (0, 0))),
            ("header = 3", of(None, (3, 3))),
            ("header = [3, 4]\nsheet = 2", of(Some(Wanted::Number(2)), (3, 4))),
            ("header = [1, 5]\nsheet = \"2\"", of(Some(Wanted::Name("2".to_owned())), (1, 5))),
        ] {
            assert_eq!(format(line).unwrap(), expected, "{line}");
        }
        for line in [
            "header = [3]",
            "header = [4, 3]",
            "header = [3, 3]",
            "header = [0, 1]",
            "header = [1, 6]",
            "header = [1, 2, 3]",
            "header = \"3\"",
            "header = -1",
            "header = [1, \"2\"]",
            "sheet = 0",
            "sheet = -1",
            "sheet = \" \"",
            "sheet = true",
            "sheet = [1]",
        ] {
            assert_eq!(format(line).unwrap_err().code(), "mapping_value", "{line}");
        }
    }
}
