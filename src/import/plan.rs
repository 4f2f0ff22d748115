//! A mapping fitted to a file: columns are indexes, constants are values, and a row becomes the
//! events it says. Knows nothing of the ledger's state; `rows` turns events into commands.

mod amounts;
mod columns;
mod filter;
mod lines;
mod values;

pub use crate::form::{Value, Values};

use super::fields::{Created, EventKind, Field, is_required};
use super::fit::Fit;
use super::mapping::{Filter, Mapping, Test};
use super::payments::RefundOf;
use super::planned::{
    Plain, PlannedCondition, PlannedEvent, PlannedField, PlannedNumbers, PlannedPart, PlannedSupply,
};
use super::problem::{Problem, quoted};
use super::reader::Row;
use super::rounded::Rounded;
use super::text::{Compare, clean, is_blank};
use crate::domain::calendar::Date;
use crate::domain::ids::Text;
use crate::domain::money::{Amount, Currency};
use crate::domain::state::NO_CURRENCY;
use crate::error::Result;
use crate::form::day::DateFormat;
use crate::form::{self};
use std::collections::BTreeMap;

/// An event that a row says, in the order of the mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappedEvent {
    /// The number of its `[[event]]`, from 0.
    pub rule: usize,
    /// What it is.
    pub kind: EventKind,
    /// Whether its amount is what the authority should be, not what is added.
    pub target: bool,
    /// When it happened.
    pub occurred_on: Date,
    /// Its other fields.
    pub values: Values,
    /// What rounding did to its amounts.
    pub rounded: Rounded,
    /// The payment that it gives back.
    pub refund: Option<RefundOf>,
    /// A payment below zero in the list, which is a refund here.
    pub turned: bool,
}

impl MappedEvent {
    /// Its amount as the list has it.
    #[must_use]
    pub fn amount(&self) -> Option<Amount> {
        let amount = self.values.amount_of(Field::Amount)?;
        if self.turned { amount.checked_neg() } else { Some(amount) }
    }
}

/// A mapping fitted to a header and a currency.
#[derive(Debug)]
pub struct Plan {
    width: Option<usize>,
    has_header: bool,
    /// Columns behind the first name that have none themselves and that the mapping does not read.
    unnamed: Vec<usize>,
    blank_beyond: bool,
    key: Vec<(usize, String)>,
    /// The column of the amounts that the file is held against.
    control: Option<(usize, String)>,
    total_row: Option<PlannedCondition>,
    plain: Plain,
    /// The month in which the ledger's fiscal year begins.
    fiscal_start: u8,
    default_date: Option<Date>,
    numbers: PlannedNumbers,
    dates: Vec<DateFormat>,
    /// Texts that a blank cell may hold, as they are compared.
    blank: Vec<String>,
    compare: Compare,
    skip: Vec<PlannedCondition>,
    events: Vec<PlannedEvent>,
    created: BTreeMap<Created, Vec<PlannedField>>,
}

impl Plan {
    /// Fits `mapping` to a file with this `header` (empty: none) and a currency whose minor unit has
    /// `exponent` digits.
    ///
    /// # Errors
    /// `mapping_column` where the file has no such column, `mapping_column_twice` where it has two,
    /// `mapping_value` for a constant that is not what its field is.
    pub fn new(mapping: &Mapping, header: &[String], exponent: u8) -> Result<Self> {
        let currency = Currency { exponent, ..mapping.currency.unwrap_or(NO_CURRENCY) };
        let plain = Plain { currency, year_named: mapping.year_named() };
        let fit = Fit { mapping, header, plain };
        let created = mapping.created.iter();
        let control = &mapping.control;
        let plan = Self {
            width: mapping.width.or_else(|| (!header.is_empty()).then_some(header.len())),
            has_header: !header.is_empty(),
            unnamed: Vec::new(),
            blank_beyond: mapping.blank_beyond,
            key: mapping.key.iter().map(|column| fit.column(column)).collect::<Result<_>>()?,
            control: control.column.as_ref().map(|column| fit.column(column)).transpose()?,
            total_row: fit.conditions(control.total_row.as_slice())?.pop(),
            plain,
            fiscal_start: mapping.fiscal_start,
            default_date: mapping.default_date,
            numbers: fit.numbers(&mapping.numbers, None, None)?,
            dates: mapping.dates.formats.clone(),
            blank: fit.blank(&mapping.blank),
            compare: mapping.compare,
            skip: fit.conditions(&mapping.skip)?,
            events: mapping.events.iter().map(|rule| fit.event(rule)).collect::<Result<_>>()?,
            created: created
                .map(|(one, rules)| Ok((*one, fit.fields(rules)?)))
                .collect::<Result<_>>()?,
        };
        Ok(plan.with_unnamed(header))
    }

    /// The same plan for rows of `width` cells, where neither header nor mapping says how many.
    #[must_use]
    pub fn of_width(mut self, width: usize) -> Self {
        self.width = self.width.or((width > 0).then_some(width));
        self
    }

    /// The columns that say which row it is: where they stand and what they are called.
    #[must_use]
    pub fn key(&self) -> &[(usize, String)] {
        &self.key
    }

    /// Whether a row says nothing: it is blank, the total, or a filter leaves it out.
    ///
    /// # Errors
    /// The row's [`Problem`]: its width, or what a filter cannot read.
    pub fn is_left_out(&self, row: &Row) -> Result<bool, Problem> {
        if row.is_blank() || self.total(row).is_some() {
            return Ok(true);
        }
        self.check_width(row)?;
        for condition in &self.skip {
            if self.holds(condition, row)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The events that a row says; `None` where it is left out.
    ///
    /// # Errors
    /// The row's [`Problem`], with its column.
    pub fn map(&self, row: &Row) -> Result<Option<Vec<MappedEvent>>, Problem> {
        if self.is_left_out(row)? {
            return Ok(None);
        }
        let mut events = Vec::with_capacity(self.events.len());
        for (rule, planned) in self.events.iter().enumerate() {
            let mut wanted = true;
            for condition in &planned.when {
                wanted = wanted && self.holds(condition, row)?;
            }
            if wanted {
                events.push(self.event(rule, planned, row)?);
            }
        }
        Ok(Some(events))
    }

    /// The fields of a fund, project or payee that the row names and the ledger does not know;
    /// `None` where the mapping does not say how to create one.
    ///
    /// # Errors
    /// The row's [`Problem`], with its column.
    pub fn created(&self, one: Created, row: &Row) -> Result<Option<Values>, Problem> {
        match self.created.get(&one) {
            Some(fields) => self.values(fields, row, &mut Rounded::default()).map(Some),
            None if one == Created::Payee => Ok(Some(Values::default())),
            None => Ok(None),
        }
    }

    /// A value as people write it.
    #[must_use]
    pub fn shown(&self, value: &Value) -> String {
        form::value::shown(value, self.plain.currency, quoted)
    }

    /// The name that a code of the row was made of, where a filter of its template makes codes of names.
    #[must_use]
    pub fn plain_name(&self, rule: usize, field: Field, row: &Row) -> Option<Text> {
        let planned = self.events.get(rule)?.fields.iter().find(|one| one.spec.field == field)?;
        let PlannedSupply::Template(parts) = &planned.value.supply else { return None };
        let makes_codes =
            |part: &PlannedPart| matches!(part, PlannedPart::Cell(_, Filter::Slug | Filter::Code));
        if planned.translation.is_some() || !parts.iter().any(makes_codes) {
            return None;
        }
        self.filled(&planned.value, parts, row, true)
            .ok()
            .flatten()
            .map(|text| Text::typed(&clean(&text)))
    }

    /// The column that a field of an event comes from; empty where it is a constant or absent.
    #[must_use]
    pub fn column(&self, rule: usize, field: Field) -> &str {
        let Some(event) = self.events.get(rule) else { return "" };
        event
            .all_fields()
            .find(|planned| planned.spec.field == field)
            .map(|planned| planned.label.as_str())
            .unwrap_or_default()
    }

    /// True if an event records payments.
    #[must_use]
    pub fn is_payment(&self, rule: usize) -> bool {
        self.events.get(rule).is_some_and(|event| event.kind == EventKind::DisbursementRecord)
    }

    fn check_width(&self, row: &Row) -> Result<(), Problem> {
        let Some(width) = self.width else { return Ok(()) };
        let found = row.width();
        if found == width {
            return self.check_unnamed(row);
        }
        if self.blank_beyond && found > width && row.cells().skip(width).all(is_blank) {
            return self.check_unnamed(row);
        }
        let like = if self.has_header { "the header" } else { "the first one, or as `width` says" };
        let beyond = if found > width && row.cells().skip(width).all(is_blank) {
            "; `blank_beyond = true` in the mapping allows blank ones behind them"
        } else {
            ""
        };
        let filled = row.cells().filter(|cell| !is_blank(cell)).count();
        let rule = format!("a row has as many cells as {like}{beyond}");
        let found = format!("{found} cells, {filled} filled");
        Err(Problem::new("row_width", rule, format!("{width} cells"), found))
    }

    fn event(
        &self,
        rule: usize,
        planned: &PlannedEvent,
        row: &Row,
    ) -> Result<MappedEvent, Problem> {
        let mut rounded = Rounded::default();
        let mut values = self.values(&planned.fields, row, &mut rounded)?;
        let occurred_on =
            values.date(Field::OccurredOn).or(self.default_date).ok_or_else(|| {
                let rule_text = "every event has a day; the mapping has no `default_date`";
                Problem::new("date_missing", rule_text, "a date", "nothing")
                    .in_column(self.column(rule, Field::OccurredOn))
            })?;
        self.put_splits(planned, row, occurred_on, &mut values, &mut rounded)?;
        let (kind, target) = (planned.kind, planned.target);
        let event = MappedEvent {
            rule,
            kind,
            target,
            occurred_on,
            values,
            rounded,
            refund: None,
            turned: false,
        };
        self.with_refund(planned, row, event)
    }

    fn values(
        &self,
        fields: &[PlannedField],
        row: &Row,
        rounded: &mut Rounded,
    ) -> Result<Values, Problem> {
        let mut values = Values::with_capacity(fields.len());
        for planned in fields {
            let value = self.value(planned, row, rounded);
            let value = value.map_err(|problem| problem.in_column(&planned.label))?;
            match value.or_else(|| planned.default.clone()) {
                Some(value) => values.put(planned.spec.field, value),
                None if is_required(&planned.spec) => {
                    let rule = format!("`{}` must not be blank", planned.spec.field.text());
                    let problem = Problem::new("cell_blank", rule, "a value", "nothing");
                    return Err(problem.in_column(&planned.label));
                }
                None => {}
            }
        }
        Ok(values)
    }

    pub(super) fn holds(&self, condition: &PlannedCondition, row: &Row) -> Result<bool, Problem> {
        let (index, label, test, compare) = match condition {
            PlannedCondition::Not(inner) => return Ok(!self.holds(inner, row)?),
            PlannedCondition::Any(all) => {
                for one in all {
                    if self.holds(one, row)? {
                        return Ok(true);
                    }
                }
                return Ok(false);
            }
            PlannedCondition::Of { index, label, test, compare } => (*index, label, test, compare),
        };
        let cell = row.cell(index);
        let blank = || self.reads_blank(cell, &self.blank);
        let amount = |test: fn(i128) -> bool| {
            if blank() {
                return Ok(false);
            }
            let amount = self.amount_in(cell, row);
            amount.map(|amount| test(amount.0)).map_err(|problem| problem.in_column(label))
        };
        let any = |words: &[String], test: fn(&str, &str) -> bool| {
            let text = compare.of(cell);
            words.iter().any(|word| test(&text, word))
        };
        Ok(match test {
            Test::Blank => blank(),
            Test::Filled => !blank(),
            Test::Number => !blank() && self.is_number(cell),
            Test::Zero => amount(|amount| amount == 0)?,
            Test::NotZero => amount(|amount| amount != 0)?,
            Test::Positive => amount(|amount| amount > 0)?,
            Test::Negative => amount(|amount| amount < 0)?,
            Test::Equals(words) => any(words, |text, word| text == word),
            Test::StartsWith(words) => any(words, |text, word| text.starts_with(word)),
            Test::Contains(words) => any(words, |text, word| text.contains(word)),
            Test::Matches(pattern) => pattern.is_in(&compare.for_pattern(cell)),
        })
    }

    /// The columns of which a blank cell has what stands above it, with what is blank there.
    pub(super) fn carried_columns(&self) -> Vec<(usize, Vec<String>)> {
        let mut all = Vec::new();
        for field in self.fields() {
            field.value.each(&mut |value| {
                if value.carries {
                    let own = value.own_columns().into_iter();
                    all.extend(own.map(|index| (index, value.blank.clone())));
                }
            });
        }
        all.sort();
        all.dedup();
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{Code, Tag};

    const MAPPING: &str = r#"
        source = "s"
        default_date = "2007-01-01"
        numbers = { thousands = ".", decimal = "," }
        dates = { formats = ["dd.mm.yyyy"] }
        skip = [{ column = "naam", starts_with = ["Totaal", "合计"] }]
        [create.fund]
        name = { template = "Fonds {fonds}" }
        purposes = ["eu/erdf", "eu/esf"]
        [[event]]
        type = "allocation.supplement"
        when = { column = "bedrag", is = "filled" }
        occurred_on = { column = "datum" }
        fund = { column = "fonds", map = { EFRO = "ERDF", ESF = "ESF" } }
        year = { column = "jaar", default = 2007 }
        amount = { column = "bedrag" }
        reason = { column = "naam" }
        [[event]]
        type = "follow-on.pledge"
        when = { column = "bedrag", is = "positive" }
        code = { template = "{#1|slug}/{jaar|pad6}-{row|pad3}-{{{line}}}" }
        project = { column = 1 }
        investor = { column = "naam", default = "onbekend" }
        kind = "private"
        amount = { column = "bedrag", numbers = { scale = 10000 } }
    "#;

    fn header() -> Vec<String> {
        ["naam", "fonds", "bedrag", "datum", "jaar", ""].map(str::to_owned).to_vec()
    }

    fn plan() -> Plan {
        Plan::new(&Mapping::parse(MAPPING).unwrap(), &header(), 2).unwrap()
    }

    fn refused(cells: &[&str]) -> String {
        plan().map(&Row::new(cells, 7, 9)).unwrap_err().to_string()
    }

    #[test]
    fn a_row_becomes_its_events() {
        let row = Row::new(&[" a:b  c ", "EFRO", "120", "26.04.2016", "2016年", ""], 7, 9);
        let events = plan().map(&row).unwrap().unwrap();
        let [supplement, pledge] = <[MappedEvent; 2]>::try_from(events).unwrap();
        assert_eq!(supplement.occurred_on.to_string(), "2016-04-26");
        let mut values = supplement.values;
        assert_eq!(values.code(Field::Fund), Some(Code::new("ERDF")));
        assert_eq!(values.year(Field::Year), Some(2016));
        assert_eq!(values.amount(Field::Amount), Some(Amount(12_000)));
        assert_eq!(values.text(Field::Reason), Some(Text::new("a:b c")));
        assert_eq!(values, Values::default(), "all were taken");
        let mut values = pledge.values;
        assert_eq!(pledge.occurred_on.to_string(), "2007-01-01");
        assert_eq!(values.code(Field::Code), Some(Code::new("a-b-c/02016年-007-{9}")));
        assert_eq!(values.amount(Field::Amount), Some(Amount(120_000_000)));
        assert_eq!(values.word(Field::Kind), Some("private"));
        assert_eq!(plan().column(0, Field::Amount), "bedrag");
        assert_eq!(plan().column(1, Field::Kind), "");
        assert_eq!(plan().column(1, Field::Code), "naam");
    }

    #[test]
    fn filters_and_conditions_choose() {
        let count = |cells: &[&str]| plan().map(&Row::new(cells, 1, 2)).unwrap().map(|e| e.len());
        assert_eq!(count(&["Totaal 2016", "x", "x", "", "", ""]), None);
        assert_eq!(count(&["合计", "", "", "", "", ""]), None);
        assert_eq!(count(&["", " ", "\u{3000}", "", "", ""]), None);
        assert_eq!(count(&["a", "ESF", "", "", "", ""]), Some(0));
        assert_eq!(count(&["a", "ESF", "0", "", "", ""]), Some(1));
        let beyond = ["a", "ESF", "5", "", "2016", "", " ", ""];
        let problem = plan().map(&Row::new(&beyond, 1, 2)).unwrap_err();
        assert_eq!((problem.code, problem.found.as_str()), ("row_width", "8 cells, 4 filled"));
        let text = MAPPING.replace("source =", "blank_beyond = true\nsource =");
        let plan = Plan::new(&Mapping::parse(&text).unwrap(), &header(), 2).unwrap();
        assert_eq!(plan.map(&Row::new(&beyond, 1, 2)).unwrap().map(|e| e.len()), Some(2));
        let filled = ["a", "ESF", "5", "", "2016", "", "x"];
        assert_eq!(plan.map(&Row::new(&filled, 1, 2)).unwrap_err().code, "row_width");
    }

    #[test]
    fn each_problem_names_rule_column_and_both_figures() {
        for (cells, message) in [
            (
                ["a", "EFRO", "1.23", "", "", ""],
                "amount_grouping: groups between `.` have three digits (column `bedrag`); allowed 3 digits, found 2 digits in `1.23`",
            ),
            (
                ["a", "CF", "1", "", "", ""],
                "value_not_mapped: a value that the mapping translates is in its `map` (column `fonds`); allowed EFRO, ESF, found `CF`",
            ),
            (
                ["a", "", "0", "", "", ""],
                "cell_blank: `fund` must not be blank (column `fonds`); allowed a value, found nothing",
            ),
            (
                ["a", "ESF", "0", "2016-01-01", "", ""],
                "date_not_read: a date is written in one of the mapping's formats (column `datum`); allowed dd.mm.yyyy, found `2016-01-01`",
            ),
            (
                ["a", "ESF", "0", "", "16", ""],
                "year_not_read: a year has four digits (column `jaar`); allowed 0001 to 9999, found `16`",
            ),
            (
                ["", "ESF", "5", "", "", ""],
                "cell_blank: `code` must not be blank (column `naam`); allowed a value, found nothing",
            ),
        ] {
            assert_eq!(refused(&cells), message);
        }
        assert_eq!(
            refused(&["a", "ESF"]),
            "row_width: a row has as many cells as the header; allowed 6 cells, found 2 cells, 2 filled"
        );
        assert!(refused(&["a", "ESF", "", "", "", "", "x"]).contains("found 7 cells"));
        let text = MAPPING.replace("default_date = \"2007-01-01\"", "");
        let plan = Plan::new(&Mapping::parse(&text).unwrap(), &header(), 2).unwrap();
        assert_eq!(
            plan.map(&Row::new(&["a", "ESF", "0", "", "", ""], 1, 2)).unwrap_err().to_string(),
            "date_missing: every event has a day; the mapping has no `default_date` (column `datum`); allowed a date, found nothing"
        );
    }

    #[test]
    fn an_amount_that_ran_into_two_cells_is_refused() {
        let text = "source = \"s\"\ndefault_date = \"2013-01-01\"\n[[event]]\ntype = \"follow-on.pay-in\"\ncode = { column = 2 }\namount = { column = 3 }\n";
        let header = ["Date", "Payee", "Amount", "Note"].map(str::to_owned);
        let row = Row::new(&["2013-01-06", "Birch", "1", "020.00", ""], 1, 2);
        let problem = |text: &str, header: &[String], width: usize| {
            let plan = Plan::new(&Mapping::parse(text).unwrap(), header, 2).unwrap();
            plan.of_width(width).map(&row).unwrap_err().to_string()
        };
        assert_eq!(
            problem(text, &header, 4),
            "row_width: a row has as many cells as the header; `blank_beyond = true` in the mapping allows blank ones behind them; allowed 4 cells, found 5 cells, 4 filled"
        );
        let without = format!("header = 0\n{text}");
        assert!(problem(&without, &[], 4).contains("as many cells as the first one"));
        let said = format!("width = 4\n{without}");
        assert!(problem(&said, &[], 5).contains("allowed 4 cells"));
        assert!(Mapping::parse(&format!("width = 4\n{text}")).is_err());
    }

    #[test]
    fn conditions_maps_and_headers_compare_what_is_seen() {
        let text = |fold: &str| {
            format!(
                "source = \"s\"\ndefault_date = \"2013-01-01\"\n{fold}\n[[skip]]\ncolumn = \"Bénéficiaire\"\nstarts_with = \"Total général\"\n[[skip]]\ncolumn = \"Kind\"\nequals = \"合计\"\n[[event]]\ntype = \"follow-on.pay-in\"\ncode = {{ column = \"Kind\", map = {{ \"Öffentlich\" = \"PUB\" }} }}\namount = 1\n"
            )
        };
        let plan = |fold: &str, header: [&str; 2]| {
            let header = header.map(str::to_owned);
            Plan::new(&Mapping::parse(&text(fold)).unwrap(), &header, 2)
        };
        let header = ["\u{feff}Be\u{301}ne\u{301}ficiaire\u{200b}", " Kind\u{a0}"];
        let seen = plan("", header).unwrap();
        let map = |plan: &Plan, cells: &[&str]| plan.map(&Row::new(cells, 1, 2));
        assert_eq!(map(&seen, &["Total ge\u{301}ne\u{301}ral 2013", "x"]), Ok(None));
        assert_eq!(map(&seen, &["\u{200b}Total\u{a0}g\u{ad}énéral", "x"]), Ok(None));
        assert_eq!(map(&seen, &["a", "合\u{200b}计"]), Ok(None));
        assert_eq!(map(&seen, &["a", "合\u{3000}计"]).unwrap_err().code, "value_not_mapped");
        assert_eq!(map(&seen, &["a", "O\u{308}ffentlich"]).unwrap().unwrap().len(), 1);
        assert_eq!(map(&seen, &["a", "öffentlich"]).unwrap_err().code, "value_not_mapped");
        let folded = plan("fold = true", ["BÉNÉFICIAIRE", "ｋｉｎｄ"]).unwrap();
        assert_eq!(map(&folded, &["a", "合\u{3000}计"]), Ok(None));
        assert_eq!(map(&folded, &["ＴＯＴＡＬ GÉNÉRAL", "x"]), Ok(None));
        assert_eq!(map(&folded, &["a", "öffent lich"]).unwrap().unwrap().len(), 1);
        let error = plan("", ["BÉNÉFICIAIRE", "Kind"]).unwrap_err();
        assert_eq!(error.code(), "mapping_column");
        let error = plan("fold = true", ["Bénéficiaire", "bénéficiaire"]).unwrap_err();
        assert_eq!(error.code(), "mapping_column_twice");
    }

    #[test]
    fn a_refusal_names_some_words_of_a_long_map() {
        let pairs: String = (0..5_000).map(|n| format!("\"value {n}\" = \"V{n}\", ")).collect();
        let text = format!(
            "source = \"s\"\ndefault_date = \"2013-01-01\"\n[[event]]\ntype = \"follow-on.pay-in\"\ncode = {{ column = 1, map = {{ {pairs} }} }}\namount = 1\n"
        );
        let plan = Plan::new(&Mapping::parse(&text).unwrap(), &["a".to_owned()], 2).unwrap();
        let problem = plan.map(&Row::new(&["valeu 77"], 1, 2)).unwrap_err();
        assert_eq!(problem.allowed, "perhaps `value 77`, of 5000 values");
        let problem = plan.map(&Row::new(&["zzzzzzzzzzzzzzzzzzzzz"], 1, 2)).unwrap_err();
        assert!(problem.allowed.len() < 200, "{}", problem.allowed);
    }

    #[test]
    fn a_spoilt_code_is_refused_with_its_cell() {
        let text = "source = \"s\"\ndefault_date = \"2013-01-01\"\n[[event]]\ntype = \"disbursement.record\"\npayee = { column = \"a\" }\ncommitment = { template = \"C-{b}\" }\nsource_no = { column = \"c\" }\namount = 1\n";
        let header = ["a", "b", "c"].map(str::to_owned);
        let plan = Plan::new(&Mapping::parse(text).unwrap(), &header, 2).unwrap();
        let map = |cells: [&str; 3]| plan.map(&Row::new(&cells, 1, 2));
        for (cells, column) in [
            (["9.13101E+17", "1", "1"], "a"),
            (["1-Mar", "1", "1"], "a"),
            (["A", "2E5", "1"], "b"),
            (["A", "Mar-01", "1"], "b"),
            (["A", "1", "9.13E+17"], "c"),
        ] {
            let problem = map(cells).unwrap_err();
            assert_eq!(
                (problem.code, problem.column.as_str()),
                ("code_spoilt", column),
                "{cells:?}"
            );
        }
        assert!(map(["A", "2013-03-01", "1-Mar"]).is_ok());
        let kept = text.replace("column = \"a\"", "column = \"a\", as_written = true");
        let plan = Plan::new(&Mapping::parse(&kept).unwrap(), &header, 2).unwrap();
        assert!(plan.map(&Row::new(&["2E5", "1", "1"], 1, 2)).is_ok());
    }

    #[test]
    fn what_is_created_has_its_own_fields() {
        let row = Row::new(&["a", "ESF", "", "", "", ""], 1, 2);
        let mut fund = plan().created(Created::Fund, &row).unwrap().unwrap();
        assert_eq!(fund.text(Field::Name), Some(Text::new("Fonds ESF")));
        assert_eq!(fund.tags(Field::Purposes), Some(vec![Tag::new("eu/erdf"), Tag::new("eu/esf")]));
        assert_eq!(plan().created(Created::Project, &row).unwrap(), None);
        assert_eq!(plan().created(Created::Payee, &row).unwrap(), Some(Values::default()));
    }
}
