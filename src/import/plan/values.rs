//! What a row says in a field: a constant, a cell, a template, or what a few of them come to. Amounts are
//! counted exactly and rounded once, at the end, where the mapping says so.

use super::{Plan, filter};
use crate::domain::money::Amount;
use crate::form::Value;
use crate::form::amount::NumberStyle;
use crate::form::amount::exact::{Exact, Unfit};
use crate::form::day;
use crate::import::fields::{Field, FieldSpec, Shape};
use crate::import::mapping::End;
use crate::import::planned::{
    PlannedField, PlannedNumbers, PlannedPart, PlannedSupply, PlannedValue,
};
use crate::import::problem::{Problem, quoted};
use crate::import::reader::Row;
use crate::import::rounded::Rounded;
use crate::import::spoilt;
use crate::import::text::{Compare, clean, is_blank, nearest, without_guard};
use std::collections::BTreeMap;

/// A number that cells come to: as it counts, as it was written, and how many cells the two differ in.
#[derive(Clone, Copy)]
struct Number {
    kept: Exact,
    written: Exact,
    touched: u64,
}

impl Number {
    fn plain(exact: Exact) -> Self {
        Self { kept: exact, written: exact, touched: 0 }
    }

    fn of_both(self, other: Self, of: fn(Exact, Exact) -> Option<Exact>) -> Result<Self, Problem> {
        let kept = of(self.kept, other.kept).ok_or_else(too_large)?;
        let written = of(self.written, other.written).ok_or_else(too_large)?;
        Ok(Self { kept, written, touched: self.touched.saturating_add(other.touched) })
    }
}

fn too_large() -> Problem {
    let rule = "an amount is at most 2^127 − 1 minor units";
    Problem::new("amount_too_large", rule, "38 digits", "more")
}

impl Plan {
    pub(super) fn value(
        &self,
        planned: &PlannedField,
        row: &Row,
        rounded: &mut Rounded,
    ) -> Result<Option<Value>, Problem> {
        let Some(translation) = &planned.translation else {
            return self.value_of(planned, &planned.value, row, rounded);
        };
        if let PlannedSupply::Template(parts) = &planned.value.supply
            && !planned.as_written
        {
            self.no_part_spoilt(&planned.value, parts, row, planned.spec.kind.is_code())?;
        }
        let text = self.text_of(&planned.value, row)?;
        text.map(|text| translated(translation, planned.compare, &text)).transpose()
    }

    fn value_of(
        &self,
        planned: &PlannedField,
        value: &PlannedValue,
        row: &Row,
        rounded: &mut Rounded,
    ) -> Result<Option<Value>, Problem> {
        let shape = planned.spec.kind;
        match &value.supply {
            PlannedSupply::Constant(constant, _) => Ok(Some(constant.clone())),
            PlannedSupply::Cell { index, numbers, dates } => {
                let Some(cell) = self.filled_cell(value, *index, row) else { return Ok(None) };
                if !planned.as_written {
                    not_spoilt(&planned.spec, cell)?;
                }
                if shape == Shape::Amount && numbers.sign.is_none() {
                    let settled = numbers.style.settle(cell, self.plain.currency)?;
                    if settled.difference.is_some() {
                        rounded.add(1, settled.difference);
                    }
                    return Ok(Some(Value::Amount(Amount(settled.units))));
                }
                if shape == Shape::Amount {
                    return self.counted(value, row, rounded);
                }
                if shape == Shape::Date {
                    return Ok(Some(Value::Date(day::read(cell, dates)?)));
                }
                self.plain.constant(shape, &cut(cell, value.cut))
            }
            PlannedSupply::Template(parts) => {
                if !planned.as_written {
                    self.no_part_spoilt(value, parts, row, shape.is_code())?;
                }
                let Some(text) = self.filled(value, parts, row, false)? else { return Ok(None) };
                self.plain.constant(shape, &cut(&text, value.cut))
            }
            PlannedSupply::First(all) => {
                for one in all {
                    let found = self.value_of(planned, one, row, rounded);
                    if let Some(found) = found.map_err(|problem| problem.in_column(&one.label))? {
                        if let (Value::Text(text), Some(_)) = (&found, value.cut) {
                            return self.plain.constant(shape, &cut(text.as_str(), value.cut));
                        }
                        return Ok(Some(found));
                    }
                }
                Ok(None)
            }
            PlannedSupply::Piece(of, ..) => {
                let whole = self.text_of(of, row)?;
                if let Some(whole) = whole.filter(|_| !planned.as_written) {
                    not_spoilt(&planned.spec, &whole)?;
                }
                let Some(text) = self.text_of(value, row)? else { return Ok(None) };
                self.plain.constant(shape, &cut(&text, value.cut))
            }
            PlannedSupply::Sum(_)
            | PlannedSupply::Times(_)
            | PlannedSupply::Negate(_)
            | PlannedSupply::Number(_) => self.counted(value, row, rounded),
        }
    }

    /// What amounts come to, in whole minor units.
    fn counted(
        &self,
        value: &PlannedValue,
        row: &Row,
        rounded: &mut Rounded,
    ) -> Result<Option<Value>, Problem> {
        let Some(number) = self.number(value, row)? else { return Ok(None) };
        let currency = self.plain.currency;
        let units = number.kept.in_minor_units(currency.exponent, value.rounding);
        let units = units.map_err(|unfit| match unfit {
            Unfit::TooLarge => too_large(),
            Unfit::TooFine => {
                let most = currency.exponent;
                let rule = format!(
                    "what the cells come to has at most {most} places after the point in {currency}; `round` in the mapping says how it is rounded"
                );
                Problem::new("amount_too_fine", rule, format!("{most} decimal places"), number.kept)
            }
        })?;
        let booked = Exact::of_minor_units(units, currency.exponent);
        let difference = booked.checked_sub(number.written);
        if number.touched > 0 || difference.is_none_or(|difference| !difference.is_zero()) {
            rounded.add(number.touched.max(1), difference);
        }
        Ok(Some(Value::Amount(Amount(units))))
    }

    /// The number that a value is; `None` where it is blank.
    fn number(&self, value: &PlannedValue, row: &Row) -> Result<Option<Number>, Problem> {
        let of = |one: &PlannedValue| {
            self.number(one, row).map_err(|problem| problem.in_column(&one.label))
        };
        match &value.supply {
            PlannedSupply::Number(exact) => Ok(Some(Number::plain(*exact))),
            PlannedSupply::Constant(_, text) => {
                let exact = NumberStyle::default().exact(text, self.plain.currency)?.0;
                Ok(Some(Number::plain(exact)))
            }
            PlannedSupply::Cell { index, numbers, .. } => {
                let Some(cell) = self.filled_cell(value, *index, row) else { return Ok(None) };
                self.cell_number(numbers, cell, row).map(Some)
            }
            PlannedSupply::Template(parts) => {
                let Some(text) = self.filled(value, parts, row, false)? else { return Ok(None) };
                let exact = NumberStyle::default().exact(&text, self.plain.currency)?.0;
                Ok(Some(Number::plain(exact)))
            }
            // Blank ones count nothing; where all are, so is the sum.
            PlannedSupply::Sum(all) => {
                let mut sum: Option<Number> = None;
                for one in all {
                    if let Some(number) = of(one)? {
                        let before = sum.unwrap_or(Number::plain(Exact::default()));
                        sum = Some(before.of_both(number, Exact::checked_add)?);
                    }
                }
                Ok(sum)
            }
            PlannedSupply::Times(all) => {
                let mut product = Number::plain(Exact::new(1, 0));
                for one in all {
                    let Some(number) = of(one)? else { return Ok(None) };
                    product = product.of_both(number, Exact::checked_mul)?;
                }
                Ok(Some(product))
            }
            PlannedSupply::Negate(one) => {
                let Some(number) = of(one)? else { return Ok(None) };
                let nothing = Number::plain(Exact::default());
                nothing.of_both(number, Exact::checked_sub).map(Some)
            }
            PlannedSupply::First(all) => {
                for one in all {
                    if let Some(number) = of(one)? {
                        return Ok(Some(number));
                    }
                }
                Ok(None)
            }
            PlannedSupply::Piece(..) => Ok(None),
        }
    }

    /// The number in a cell, with the direction that the words of another column say.
    fn cell_number(
        &self,
        numbers: &PlannedNumbers,
        cell: &str,
        row: &Row,
    ) -> Result<Number, Problem> {
        let (figures, hundredths) = match cell.trim_end() {
            text if !numbers.is_factor => (text, 0),
            text => match text.strip_suffix(['%', '％']) {
                Some(figures) => (figures, -2),
                None => text.strip_suffix('‰').map_or((text, 0), |figures| (figures, -3)),
            },
        };
        if numbers.is_of_hundredths && hundredths != 0 {
            let rule = "a rate is divided by one hundred once: the mapping's `times` has `%`, and so has the cell";
            let allowed = "a rate without a sign, or no `%` in `times`";
            return Err(Problem::new("percent_twice", rule, allowed, quoted(cell)));
        }
        let (kept, written) = numbers.style.exact(figures, self.plain.currency)?;
        let touched = u64::from(kept != written);
        let number = Number { kept, written, touched };
        let parts = Number::plain(Exact::new(1, hundredths));
        let number = number.of_both(parts, Exact::checked_mul)?;
        let Some(sign) = &numbers.sign else { return Ok(number) };
        let word = sign.words.compare.of(row.cell(sign.index));
        let is_credit = sign.words.credit.iter().any(|known| *known == word);
        if !is_credit && !sign.words.debit.iter().any(|known| *known == word) {
            let known: Vec<&str> =
                sign.words.credit.iter().chain(&sign.words.debit).map(String::as_str).collect();
            let rule = "the word that says the direction is among `credit` or `debit` of the mapping's `sign`";
            let found = quoted(row.cell(sign.index));
            return Err(
                Problem::new("sign_unknown", rule, known.join(", "), found).in_column(&sign.label)
            );
        }
        if written.is_negative() {
            let rule =
                "the direction of an amount is said once: in its cell, or in the column of `sign`";
            return Err(Problem::new("sign_twice", rule, "an amount without a sign", quoted(cell)));
        }
        if is_credit {
            let nothing = Number::plain(Exact::default());
            return nothing.of_both(number, Exact::checked_sub);
        }
        Ok(number)
    }

    /// A cell as an amount, in the file's own style.
    pub(super) fn amount_in(&self, cell: &str, row: &Row) -> Result<Amount, Problem> {
        let numbers = &self.numbers;
        let cell = without_guard(cell);
        if numbers.sign.is_none() {
            return Ok(Amount(numbers.style.read(cell, self.plain.currency)?));
        }
        let number = self.cell_number(numbers, cell, row)?;
        let exponent = self.plain.currency.exponent;
        let units = number.kept.in_minor_units(exponent, numbers.style.rounding);
        units.map(Amount).map_err(|_| {
            let rule = "an amount is a whole number of minor units";
            Problem::new("amount_too_fine", rule, "minor units", quoted(cell))
        })
    }

    /// True if a cell holds a number, however fine.
    pub(super) fn is_number(&self, cell: &str) -> bool {
        self.numbers.style.exact(without_guard(cell), self.plain.currency).is_ok()
    }

    /// The text of a value that is one; `None` where it is blank.
    fn text_of(&self, value: &PlannedValue, row: &Row) -> Result<Option<String>, Problem> {
        Ok(match &value.supply {
            PlannedSupply::Constant(_, text) => Some(text.clone()),
            PlannedSupply::Cell { index, .. } => {
                self.filled_cell(value, *index, row).map(|cell| clean(cell).into_owned())
            }
            PlannedSupply::Template(parts) => self.filled(value, parts, row, false)?,
            PlannedSupply::First(all) => {
                let mut found = None;
                for one in all {
                    if found.is_none() {
                        found = self.text_of(one, row)?;
                    }
                }
                found
            }
            PlannedSupply::Piece(of, end, mark) => {
                let Some(text) = self.text_of(of, row)? else { return Ok(None) };
                let parts = match end {
                    End::Prefix => text.split_once(mark.as_str()).map(|(front, _)| front),
                    End::Suffix => text.rsplit_once(mark.as_str()).map(|(_, behind)| behind),
                };
                let part = parts.ok_or_else(|| {
                    let rule =
                        "a text of which a part is taken has the mark of the mapping's `to` in it";
                    Problem::new("part_missing", rule, quoted(mark), quoted(&text))
                        .in_column(&of.label)
                })?;
                Some(part.trim().to_owned()).filter(|part| !is_blank(part))
            }
            PlannedSupply::Sum(_)
            | PlannedSupply::Times(_)
            | PlannedSupply::Negate(_)
            | PlannedSupply::Number(_) => None,
        })
    }

    /// A cell without the guard of a spreadsheet; `None` where it is blank, as the value sees it.
    fn filled_cell<'r>(&self, value: &PlannedValue, index: usize, row: &'r Row) -> Option<&'r str> {
        let cell = if value.carries { row.carried(index) } else { row.cell(index) };
        (!self.reads_blank(cell, &value.blank)).then(|| without_guard(cell))
    }

    /// True if a cell is blank, or holds what the mapping takes for it.
    pub(in crate::import) fn reads_blank(&self, cell: &str, words: &[String]) -> bool {
        is_blank(cell)
            || (!words.is_empty() && words.iter().any(|word| *word == self.compare.of(cell)))
    }

    fn no_part_spoilt(
        &self,
        value: &PlannedValue,
        parts: &[PlannedPart],
        row: &Row,
        of_code: bool,
    ) -> Result<(), Problem> {
        for part in parts {
            if let PlannedPart::Cell(index, of) = part
                && !of.is_of_a_day()
                && let Some(cell) = self.filled_cell(value, *index, row)
            {
                if !of_code {
                    spoilt::no_value(cell)?;
                    continue;
                }
                spoilt::lost(cell)?;
                spoilt::day_in_part(cell, &self.dates)?;
            }
        }
        Ok(())
    }

    /// The template with the row's cells in it, in the spelling of the file where `plain`; `None` where one
    /// of them is blank.
    pub(super) fn filled(
        &self,
        value: &PlannedValue,
        parts: &[PlannedPart],
        row: &Row,
        plain: bool,
    ) -> Result<Option<String>, Problem> {
        let mut out = String::with_capacity(32);
        for part in parts {
            match part {
                PlannedPart::Literal(text) => out.push_str(text),
                PlannedPart::RowNumber(of) => filter::number(&mut out, row.number, *of),
                PlannedPart::Line(of) => filter::number(&mut out, row.line, *of),
                PlannedPart::Cell(index, of) => {
                    let Some(cell) = self.filled_cell(value, *index, row) else { return Ok(None) };
                    if of.is_of_a_day() {
                        let day = day::read(cell, &self.dates)?;
                        filter::year(&mut out, day, *of, self.fiscal_start);
                    } else {
                        filter::cell(&mut out, &clean(cell), *of, plain)?;
                    }
                }
            }
        }
        Ok(Some(out))
    }
}

/// The first so many bytes of a text, no character of it in half.
fn cut(text: &str, most: Option<usize>) -> std::borrow::Cow<'_, str> {
    let text = clean(text);
    let Some(most) = most.filter(|most| text.len() > *most) else { return text };
    let end = text.floor_char_boundary(most);
    text.get(..end).unwrap_or_default().trim_end().to_owned().into()
}

/// Refuses a code, or the number of a document, that a spreadsheet spoilt, and any value that it has not.
fn not_spoilt(spec: &FieldSpec, cell: &str) -> Result<(), Problem> {
    if spec.kind.is_code() {
        spoilt::lost(cell)?;
        return spoilt::day(cell);
    }
    if matches!(spec.field, Field::CreditCode | Field::SourceNo) {
        return spoilt::lost(cell);
    }
    spoilt::no_value(cell)
}

/// The most words of a `map` that a refusal lists.
const WORDS_LISTED: usize = 8;

fn translated(
    translation: &BTreeMap<String, Value>,
    compare: Compare,
    cell: &str,
) -> Result<Value, Problem> {
    let text = compare.of(cell);
    translation.get(text.as_ref()).cloned().ok_or_else(|| {
        let words = translation.keys().map(String::as_str);
        let mut known: String = match nearest(&text, words.clone()) {
            Some(near) if translation.len() > WORDS_LISTED => format!("perhaps {}", quoted(near)),
            Some(_) | None => words.take(WORDS_LISTED).collect::<Vec<_>>().join(", "),
        };
        if translation.len() > WORDS_LISTED {
            known.push_str(&format!(", of {} values", translation.len()));
        }
        let rule = "a value that the mapping translates is in its `map`";
        Problem::new("value_not_mapped", rule, known, quoted(&clean(cell)))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::arithmetic_side_effects, reason = "test code")]
    use super::*;
    use crate::domain::calendar::Date;
    use crate::domain::ids::{Code, Text};
    use crate::import::fields::Field;
    use crate::import::mapping::Mapping;
    use proptest::prelude::*;

    const HEADER: [&str; 5] = ["a", "b", "c", "way", "note"];

    fn plan_of(top: &str, fields: &str) -> crate::error::Result<Plan> {
        let text = format!(
            "source = \"s\"\ndefault_date = \"2013-05-01\"\n{top}\n[[event]]\ntype = \"commitment.make\"\ncontract = \"k\"\nfund = \"F\"\n{fields}"
        );
        Plan::new(&Mapping::parse(&text)?, &HEADER.map(str::to_owned), 2)
    }

    fn said(
        top: &str,
        fields: &str,
        cells: &[&str],
    ) -> Result<(super::super::Values, Rounded), String> {
        let plan = plan_of(top, fields).unwrap_or_else(|error| panic!("{error}"));
        let row = Row::new(cells, 1, 2);
        let mut events = plan.map(&row).map_err(|problem| problem.to_string())?.unwrap();
        let event = events.remove(0);
        Ok((event.values, event.rounded))
    }

    /// The amount of a row in minor units, or the code of the refusal.
    fn amount(top: &str, value: &str, cells: &[&str]) -> Result<i128, String> {
        let found = said(top, &format!("amount = {value}"), cells);
        let code = |problem: String| problem.split(':').next().unwrap_or_default().to_owned();
        found.map(|(mut values, _)| values.amount(Field::Amount).unwrap().0).map_err(code)
    }

    fn ok(value: &str, cells: &[&str]) -> i128 {
        amount("", value, cells).unwrap()
    }

    fn refused(value: &str, cells: &[&str]) -> String {
        amount("", value, cells).unwrap_err()
    }

    #[test]
    fn amounts_are_counted_exactly() {
        let row = ["10.10", "0.05", "", "", ""];
        assert_eq!(ok("{ sum = [\"a\", \"b\", \"c\"] }", &row), 1_015);
        assert_eq!(ok("{ sum = [1, 2] }", &row), 1_015);
        assert_eq!(ok("{ difference = [\"a\", \"b\"] }", &row), 1_005);
        assert_eq!(ok("{ difference = [\"c\", \"b\"] }", &row), -5);
        assert_eq!(ok("{ negate = \"a\" }", &row), -1_010);
        assert_eq!(ok("{ negate = { sum = [\"a\", { negate = \"b\" }] } }", &row), -1_005);
        assert_eq!(ok("{ first = [\"c\", \"a\"] }", &row), 1_010);
        assert_eq!(ok("{ sum = [\"c\"], default = \"7\" }", &row), 700);
        assert_eq!(ok("{ sum = [\"a\", { constant = \"0.90\" }] }", &row), 1_100);
        assert_eq!(refused("{ sum = [\"c\", 3] }", &row), "cell_blank");
        assert_eq!(
            refused("{ sum = [\"a\", \"note\"] }", &["1", "", "", "", "x"]),
            "amount_not_a_number"
        );
        // Finer than a minor unit on the way, whole at the end.
        assert_eq!(ok("{ sum = [\"a\", \"b\"] }", &["0.005", "0.005", "", "", ""]), 1);
        assert_eq!(
            refused("{ sum = [\"a\", \"b\"] }", &["0.005", "0.001", "", "", ""]),
            "amount_too_fine"
        );
        let most = "1701411834604692317316873037158841057.27";
        assert_eq!(ok("{ sum = [\"a\"] }", &[most, "", "", "", ""]), i128::MAX);
        assert_eq!(
            refused("{ sum = [\"a\", \"b\"] }", &[most, "0.01", "", "", ""]),
            "amount_too_large"
        );
        assert_eq!(
            refused("{ times = [\"a\", \"b\"] }", &[most, most, "", "", ""]),
            "amount_too_large"
        );
    }

    #[test]
    fn a_product_is_an_amount_times_numbers() {
        let half = ["1,000.00", "50", "", "", ""];
        let top = "numbers = { thousands = \",\" }";
        for (value, cells, minor) in [
            ("{ times = [\"a\", \"b\", \"%\"] }", half, 50_000),
            ("{ times = [\"a\", { constant = \"0.125\" }] }", half, 12_500),
            ("{ times = [\"a\", \"b\"] }", ["1,000.00", "12.5%", "", "", ""], 12_500),
            ("{ times = [\"a\", \"b\"] }", ["1,000.00", "5 ‰", "", "", ""], 500),
            (
                "{ times = [\"a\", \"b\", \"%\"], round = \"half-up\" }",
                ["0.01", "50", "", "", ""],
                1,
            ),
            (
                "{ times = [\"a\", \"b\", \"%\"], round = \"half-even\" }",
                ["0.01", "50", "", "", ""],
                0,
            ),
            ("{ negate = { times = [\"a\", \"b\", \"%\"] } }", half, -50_000),
        ] {
            assert_eq!(amount(top, value, &cells), Ok(minor), "{value} {cells:?}");
        }
        let value = "{ times = [\"a\", \"b\", \"%\"] }";
        assert_eq!(amount(top, value, &["0.01", "50", "", "", ""]), Err("amount_too_fine".into()));
        assert_eq!(amount(top, value, &["1", "", "", "", ""]), Err("cell_blank".into()));
        assert_eq!(amount(top, value, &["1", "$5", "", "", ""]), Err("amount_currency".into()));
        // What amounts are counted in is not for what they are multiplied by.
        let wan = "numbers = { scale = 10000 }";
        assert_eq!(amount(wan, value, &["3", "50", "", "", ""]), Ok(1_500_000));
        let pence = "numbers = { minor = true }";
        assert_eq!(amount(pence, value, &["300", "50", "", "", ""]), Ok(150));
        assert_eq!(
            amount(pence, "{ times = [\"a\", \"b\"] }", &["300", "0.5", "", "", ""]),
            Ok(150)
        );
    }

    #[test]
    fn a_column_of_the_name_of_a_hundredth_is_asked_about() {
        let text = "source = \"s\"\ndefault_date = \"2013-05-01\"\n[[event]]\ntype = \"commitment.make\"\ncontract = \"k\"\namount = { times = [\"a\", \"%\"] }";
        let header = ["a", "%"].map(str::to_owned);
        let error = Plan::new(&Mapping::parse(text).unwrap(), &header, 2).unwrap_err();
        assert_eq!(
            error.to_string(),
            "mapping_percent: mapping line 6: `%` may be one hundredth, or the column 2 of this name\n  next: say which is meant: { constant = \"0.01\" } or { column = 2 }"
        );
        let text = text.replace("\"%\"]", "{ column = \"%\" }]");
        assert!(Plan::new(&Mapping::parse(&text).unwrap(), &header, 2).is_ok());
    }

    #[test]
    fn the_words_of_a_column_say_the_direction() {
        let sign = "sign = { column = \"way\", credit = [\"CR\", \"贷\"], debit = [\"DR\", \"\"] }";
        let value = format!("{{ column = \"a\", {sign} }}");
        for (word, minor) in [("CR", -500), (" 贷 ", -500), ("DR", 500), ("", 500)] {
            assert_eq!(ok(&value, &["5", "", "", word, ""]), minor, "{word}");
            let top = format!("numbers = {{ {sign} }}");
            assert_eq!(amount(&top, "{ column = \"a\" }", &["5", "", "", word, ""]), Ok(minor));
            assert_eq!(
                amount(&top, "{ sum = [\"a\", \"b\"] }", &["5", "0", "", word, ""]),
                Ok(minor)
            );
        }
        assert_eq!(refused(&value, &["5", "", "", "C", ""]), "sign_unknown");
        assert_eq!(refused(&value, &["-5", "", "", "CR", ""]), "sign_twice");
        assert_eq!(refused(&value, &["-5", "", "", "DR", ""]), "sign_twice");
        let fold = value.replace("credit", "fold = true, credit");
        assert_eq!(ok(&fold, &["5", "", "", "ｃｒ", ""]), -500);
        for bad in [
            "sign = { column = \"way\", credit = [\"CR\"] }",
            "sign = { column = \"way\", credit = [\"CR\"], debit = [\"CR\"] }",
            "sign = { column = \"no\", credit = [\"CR\"], debit = [\"DR\"] }",
        ] {
            assert!(
                plan_of("", &format!("amount = {{ column = \"a\", {bad} }}")).is_err(),
                "{bad}"
            );
        }
    }

    #[test]
    fn what_stands_in_blank_cells_is_blank() {
        let top = "blank = [\"-\", \"N/A\"]";
        for cell in ["-", " N/A ", "", "\u{200b}-"] {
            assert_eq!(
                amount(top, "{ column = \"a\", default = \"3\" }", &[cell, "", "", "", "x"]),
                Ok(300)
            );
            assert_eq!(amount(top, "{ sum = [\"a\", \"b\"] }", &[cell, "1", "", "", "x"]), Ok(100));
        }
        assert_eq!(
            amount(
                top,
                "{ column = \"a\", default = \"3\", blank = [\"—\"] }",
                &["-", "", "", "", "x"]
            ),
            Err("amount_not_a_number".into())
        );
        let own = "{ column = \"a\", default = \"3\", blank = \"—\" }";
        assert_eq!(amount("", own, &["—", "", "", "", "x"]), Ok(300));
        let text = "amount = 1\ntitle = { template = \"{a} x\", default = \"none\" }";
        let title = said(top, text, &["-", "", "", "", "x"]).unwrap().0.text(Field::Title);
        assert_eq!(title, Some(Text::new("none")));
    }

    #[test]
    fn rounding_is_told() {
        let cells = ["1.005", "2.005", "", "", ""];
        let fields = "amount = { sum = [\"a\", \"b\"], round = \"half-up\" }";
        let (mut values, rounded) = said("", fields, &cells).unwrap();
        assert_eq!(values.amount(Field::Amount), Some(Amount(301)));
        assert_eq!(rounded, Rounded::default(), "they come to a whole fen");
        for (round, minor, difference) in [("half-up", 101, "0.005"), ("half-even", 100, "-0.005")]
        {
            let top = format!("numbers = {{ round = \"{round}\" }}");
            let (mut values, rounded) = said(&top, "amount = { column = \"a\" }", &cells).unwrap();
            assert_eq!(values.amount(Field::Amount), Some(Amount(minor)));
            assert_eq!(
                (rounded.count, rounded.difference.unwrap().to_string()),
                (1, difference.to_owned())
            );
        }
        let top = "numbers = { round = \"15-digits\" }";
        let cells = ["109073.68000000001", "0.10000000000000001", "", "", ""];
        let (mut values, rounded) = said(top, "amount = { sum = [\"a\", \"b\"] }", &cells).unwrap();
        assert_eq!(values.amount(Field::Amount), Some(Amount(10_907_378)));
        assert_eq!(
            (rounded.count, rounded.difference.unwrap().to_string()),
            (2, "-0.00000000001000001".into())
        );
        assert_eq!(
            amount(top, "{ column = \"a\" }", &["1.005", "", "", "", ""]),
            Err("amount_too_fine".into())
        );
    }

    #[test]
    fn parts_and_cuts_of_texts() {
        let code = |value: &str, cell: &str| {
            let found = said("", &format!("amount = 1\npayee = {value}"), &[cell, "", "", "", "x"]);
            found.map(|(mut values, _)| values.code(Field::Payee))
        };
        let prefix = "{ part = \"prefix\", of = \"a\", to = \"-\" }";
        let suffix = "{ part = \"suffix\", of = \"a\", to = \"-\" }";
        assert_eq!(code(prefix, "AB-12-X"), Ok(Some(Code::new("AB"))));
        assert_eq!(code(suffix, "AB-12-X"), Ok(Some(Code::new("X"))));
        assert_eq!(code(prefix, ""), Ok(None));
        assert_eq!(code(prefix, "-X"), Ok(None));
        assert!(code(prefix, "AB").unwrap_err().starts_with("part_missing: "));
        assert!(code(prefix, "1-Mar").unwrap_err().starts_with("code_spoilt: "));
        assert_eq!(
            code("{ part = \"suffix\", of = { first = [\"b\", \"a\"] }, to = \"/\" }", "p/q"),
            Ok(Some(Code::new("q")))
        );
        let title = |value: &str, cell: &str| {
            let found = said("", &format!("amount = 1\ntitle = {value}"), &[cell, "", "", "", "x"]);
            found.unwrap().0.text(Field::Title).map(|text| text.to_string())
        };
        assert_eq!(title("{ column = \"a\", cut = 4 }", "abc def"), Some("abc".into()));
        assert_eq!(title("{ column = \"a\", cut = 4 }", "浦东新区"), Some("浦".into()));
        assert_eq!(title("{ first = [\"b\", \"a\"], cut = 3 }", "abcd"), Some("abc".into()));
        assert_eq!(title("{ template = \"{a}!\", cut = 3 }", "abcd"), Some("abc".into()));
    }

    #[test]
    fn a_template_has_the_year_of_a_day() {
        let top = "dates = { formats = [\"d-mmm-yyyy\"] }";
        let fields = "amount = 1\ntitle = { template = \"{a|year} {a|fiscal_year}\" }";
        let text = format!(
            "source = \"s\"\ndefault_date = \"2013-05-01\"\n{top}\n[[event]]\ntype = \"commitment.make\"\ncontract = {{ template = \"K-{{a|fiscal_year}}\" }}\n{fields}"
        );
        let mapping = Mapping::parse(&text).unwrap();
        for (month, cell, title) in [
            (1, "2-Mar-2013", "2013 2013"),
            (4, "2-Mar-2013", "2013 2012"),
            (4, "1-Apr-2013", "2013 2013"),
        ] {
            let plan =
                Plan::new(&mapping.clone().beginning_in(month), &HEADER.map(str::to_owned), 2)
                    .unwrap();
            let mut event =
                plan.map(&Row::new(&[cell, "", "", "", ""], 1, 2)).unwrap().unwrap().remove(0);
            assert_eq!(event.values.text(Field::Title), Some(Text::new(title)));
        }
        let plan = Plan::new(&mapping, &HEADER.map(str::to_owned), 2).unwrap();
        let problem = plan.map(&Row::new(&["2013", "", "", "", ""], 1, 2)).unwrap_err();
        assert_eq!((problem.code, problem.column.as_str()), ("date_not_read", "a"));
    }

    #[test]
    fn years_are_named_as_the_file_says() {
        let year = |top: &str, month, cell: &str| {
            let text = format!(
                "source = \"s\"\n{top}\n[[event]]\ntype = \"allocation.record\"\noccurred_on = \"2013-05-01\"\nfund = \"F\"\namount = 1\nyear = {{ column = \"a\" }}"
            );
            let mapping = Mapping::parse(&text).unwrap().beginning_in(month);
            let plan = Plan::new(&mapping, &HEADER.map(str::to_owned), 2).unwrap();
            let events = plan
                .map(&Row::new(&[cell, "", "", "", ""], 1, 2))
                .map_err(|problem| problem.code)?;
            Ok(events.unwrap().remove(0).values.year(Field::Year).unwrap())
        };
        assert_eq!(year("", 1, "FY2013"), Ok(2013));
        assert_eq!(year("", 4, "FY2013"), Err("year_ambiguous"));
        assert_eq!(year("dates = { fy = \"ends\" }", 4, "FY2013"), Ok(2012));
        assert_eq!(year("dates = { fy = \"begins\" }", 4, "FY2013"), Ok(2013));
        for text in ["2012/13", "2012年度", "FY2012-13"] {
            assert_eq!(year("dates = { fy = \"ends\" }", 4, text), Ok(2012), "{text}");
        }
        assert_eq!(year("", 1, "12/13"), Err("year_not_read"));
        assert_eq!(Date::parse("2013-05-01").unwrap().fiscal_year(4), 2013);
    }

    #[test]
    fn conditions_are_of_conditions() {
        let held = |condition: &str, cells: &[&str]| {
            let fields = format!("amount = 1\nwhen = {condition}");
            let plan = plan_of("", &fields).unwrap_or_else(|error| panic!("{error}"));
            plan.map(&Row::new(cells, 1, 2))
                .map(|events| !events.unwrap().is_empty())
                .map_err(|problem| problem.code)
        };
        let row = ["W12", "1,5", "3.5", "", "Ｇrand  TOTAL"];
        for (condition, holds) in [
            ("{ not = { column = \"a\", equals = \"W12\" } }", false),
            (
                "{ any = [{ column = \"a\", equals = \"x\" }, { column = \"way\", is = \"blank\" }] }",
                true,
            ),
            (
                "{ not = { any = [{ column = \"a\", equals = \"x\" }, { column = \"b\", is = \"number\" }] } }",
                true,
            ),
            ("{ column = \"c\", is = \"number\" }", true),
            ("{ column = \"way\", is = \"number\" }", false),
            ("{ column = \"a\", matches = \"^W[0-9]+$\" }", true),
            ("{ column = \"a\", matches = \"[0-9]\" }", true),
            ("{ column = \"a\", matches = \"^[0-9]\" }", false),
            ("{ column = \"note\", matches = \"total\" }", false),
            ("{ column = \"note\", matches = \"total\", fold = true }", true),
            ("{ column = \"note\", matches = \"^grand total$\", fold = true }", true),
        ] {
            assert_eq!(held(condition, &row), Ok(holds), "{condition}");
        }
        for bad in [
            "{ column = \"a\", matches = \"(\" }",
            "{ column = \"a\", matches = \"\" }",
            "{ column = \"a\", matches = '\\p{Greek}' }",
            "{ column = \"a\", matches = '^\\\\\\P{L}' }",
            "{ column = \"a\", matches = \"(a{1000}){1000}\" }",
            "{ any = [] }",
            "{ not = [] }",
            "{ not = { column = \"a\", is = \"blank\" }, column = \"a\" }",
        ] {
            let error = plan_of("", &format!("amount = 1\nwhen = {bad}")).unwrap_err();
            assert!(error.code().starts_with("mapping_"), "{bad}: {error}");
        }
    }

    #[test]
    fn what_goes_with_nothing_is_refused() {
        for bad in [
            "title = { sum = [\"a\"] }",
            "amount = { part = \"prefix\", of = \"a\", to = \"-\" }",
            "amount = { column = \"a\", carry_down = true }",
            "payee = { column = \"a\", cut = 3 }",
            "amount = { sum = [] }",
            "amount = { sum = \"a\" }",
            "amount = { difference = [\"a\"] }",
            "amount = { difference = [\"a\", \"b\", \"c\"] }",
            "amount = { sum = [\"a\"], column = \"b\" }",
            "amount = { sum = [\"%\"] }",
            "amount = { sum = [\"a\"], map = { x = \"1\" } }",
            "amount = { sum = [\"a\", { column = \"b\", round = \"half-up\" }] }",
            "amount = { column = \"a\", round = \"up\" }",
            "amount = { column = \"a\", of = \"b\" }",
            "title = { column = \"a\", sign = { column = \"b\", credit = \"c\", debit = \"d\" } }",
            "occurred_on = { column = \"a\", dates = { formats = \"dd.mm.yy\" } }",
            "occurred_on = { column = \"a\", dates = { formats = \"dd.mm.yyyy\", pivot = 2050 } }",
            "occurred_on = { column = \"a\", dates = { formats = \"dd.mm.yyyy\", cut_time = true } }",
            "amount = { column = \"a\", numbers = { groups = \"indian\" } }",
            "amount = { column = \"a\", numbers = { minor = true, scale = 2 } }",
            "title = { template = \"{row|year}\" }",
        ] {
            let fields = if bad.starts_with("amount") {
                bad.to_owned()
            } else {
                format!("amount = 1\n{bad}")
            };
            let error = plan_of("", &fields).map(|_| bad).unwrap_err();
            assert!(error.code().starts_with("mapping_"), "{bad}: {error}");
        }
    }

    proptest! {
        #[test]
        fn sums_are_those_of_minor_units(cells in proptest::collection::vec(-10_000_000_i64..10_000_000, 3)) {
            let text: Vec<String> = cells.iter().map(|n| format!("{}{}.{:02}", if *n < 0 { "-" } else { "" }, n.abs() / 100, n.abs() % 100)).collect();
            let row: Vec<&str> = text.iter().map(String::as_str).chain(["", ""]).collect();
            let (a, b, c) = (i128::from(cells[0]), i128::from(cells[1]), i128::from(cells[2]));
            prop_assert_eq!(ok("{ sum = [1, 2, 3] }", &row), a + b + c);
            prop_assert_eq!(ok("{ difference = [1, 2] }", &row), a - b);
            prop_assert_eq!(ok("{ negate = { sum = [1, { negate = 3 }] } }", &row), c - a);
            let product = amount("", "{ times = [1, 2] }", &row);
            let expected = if (a * b) % 100 == 0 { Ok(a * b / 100) } else { Err("amount_too_fine".to_owned()) };
            prop_assert_eq!(product, expected);
        }
    }
}
