//! Where the value of a field comes from: a constant, a cell, a template, or what a few of them come to.

use super::conditions::{Column, ColumnName, column, folding};
use super::pattern::{Part, template};
use super::styles::{self, Numbers, Sign};
use crate::error::{Error, Kind, Result};
use crate::form::amount::exact::Rounding;
use crate::form::day::DateFormat;
use crate::import::fields::{FieldSpec, Shape};
use crate::import::keys::{Item, Section};
use crate::import::problem::Problem;
use crate::import::text::Compare;
use std::collections::BTreeMap;

/// A field, and where its value comes from.
#[derive(Debug, Clone)]
pub(in crate::import) struct FieldRule {
    pub(in crate::import) spec: FieldSpec,
    pub(in crate::import) value: ValueRule,
    pub(in crate::import) default: Option<String>,
    pub(in crate::import) translation: Option<BTreeMap<String, String>>,
    /// How a cell is compared with what `map` lists.
    pub(in crate::import) compare: Compare,
    /// `as_written`: a code may look like what a spreadsheet makes of codes.
    pub(in crate::import) as_written: bool,
}

/// Where a value comes from, and how the cells for it are read.
#[derive(Debug, Clone)]
pub(in crate::import) struct ValueRule {
    pub(in crate::import) from: Supply,
    pub(in crate::import) numbers: Option<Numbers>,
    /// Over the style of the numbers.
    pub(in crate::import) sign: Option<Sign>,
    pub(in crate::import) rounding: Option<Rounding>,
    pub(in crate::import) dates: Option<Vec<DateFormat>>,
    /// What a blank cell may hold, instead of what the mapping says for all.
    pub(in crate::import) blank: Option<Vec<String>>,
    /// A blank cell is the last filled one above.
    pub(in crate::import) carries: bool,
    /// The most bytes of a text.
    pub(in crate::import) cut: Option<usize>,
    /// Line of the mapping file.
    pub(in crate::import) line: usize,
}

#[derive(Debug, Clone)]
pub(in crate::import) enum Supply {
    Constant(String),
    Column(Column),
    Template(Vec<Part>),
    /// One hundredth.
    Percent,
    Sum(Vec<ValueRule>),
    Times(Vec<ValueRule>),
    Negate(Box<ValueRule>),
    /// The first that is not blank.
    First(Vec<ValueRule>),
    /// What stands before the first of a mark, or behind the last.
    Piece(Box<ValueRule>, End, String),
}

/// An end of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::import) enum End {
    Prefix,
    Suffix,
}

/// Keys of which a value has one.
const SOURCES: [&str; 9] =
    ["column", "template", "constant", "sum", "difference", "negate", "times", "first", "part"];
/// Keys beside it.
const BESIDE: [&str; 8] =
    ["numbers", "sign", "round", "dates", "blank", "carry_down", "cut", "fold"];

impl ValueRule {
    fn new(from: Supply, line: usize) -> Self {
        Self {
            from,
            numbers: None,
            sign: None,
            rounding: None,
            dates: None,
            blank: None,
            carries: false,
            cut: None,
            line,
        }
    }

    /// The values that it is made of.
    pub(in crate::import) fn operands(&self) -> &[Self] {
        match &self.from {
            Supply::Sum(all) | Supply::Times(all) | Supply::First(all) => all,
            Supply::Negate(one) | Supply::Piece(one, _, _) => std::slice::from_ref(one),
            Supply::Constant(_) | Supply::Column(_) | Supply::Template(_) | Supply::Percent => &[],
        }
    }

    /// The styles of numbers in it.
    pub(super) fn each_style(&mut self, each: &mut dyn FnMut(&mut Numbers)) {
        if let Some(numbers) = &mut self.numbers {
            each(numbers);
        }
        match &mut self.from {
            Supply::Sum(all) | Supply::Times(all) | Supply::First(all) => {
                all.iter_mut().for_each(|one| one.each_style(each));
            }
            Supply::Negate(one) | Supply::Piece(one, _, _) => one.each_style(each),
            Supply::Constant(_) | Supply::Column(_) | Supply::Template(_) | Supply::Percent => {}
        }
    }

    /// True if it is made of the number of its row.
    pub(super) fn numbers_rows(&self) -> bool {
        let is_number = |part: &Part| matches!(part, Part::RowNumber(_));
        let own = matches!(&self.from, Supply::Template(parts) if parts.iter().any(is_number));
        own || self.operands().iter().any(Self::numbers_rows)
    }
}

pub(super) fn field(item: &Item<'_>, spec: FieldSpec, compare: Compare) -> Result<FieldRule> {
    field_with(item, spec, compare, &[])
}

/// A field whose table has further keys.
pub(super) fn field_with(
    item: &Item<'_>,
    spec: FieldSpec,
    compare: Compare,
    more: &[&'static str],
) -> Result<FieldRule> {
    let mut rule = FieldRule {
        spec,
        value: ValueRule::new(Supply::Constant(String::new()), item.line()),
        default: None,
        translation: None,
        compare,
        as_written: false,
    };
    let Some(section) = item.as_section(spec.field.text()) else {
        rule.value.from = Supply::Constant(constant(item, spec.kind)?);
        return Ok(rule);
    };
    let known = ["default", "map", "as_written", "of", "to"];
    let more = more.iter().copied();
    let known: Vec<&str> = SOURCES.into_iter().chain(known).chain(BESIDE).chain(more).collect();
    section.only(&known)?;
    rule.compare = folding(&section, compare)?;
    rule.value = value(item, &section, spec.kind, rule.compare)?;
    rule.default = section.get("default").map(|item| constant(&item, spec.kind)).transpose()?;
    rule.translation =
        section.get("map").map(|item| translation(&item, rule.compare)).transpose()?;
    rule.as_written = section.get("as_written").map_or(Ok(false), |item| item.truth())?;
    let counted = matches!(rule.value.from, Supply::Sum(_) | Supply::Times(_) | Supply::Negate(_));
    if counted && rule.translation.is_some() {
        return Err(item.unfit("without `map`: what amounts come to is no word"));
    }
    Ok(rule)
}

/// A table with one source of a value, and what is beside it.
fn value(
    item: &Item<'_>,
    section: &Section<'_>,
    shape: Shape,
    compare: Compare,
) -> Result<ValueRule> {
    let mut sources = SOURCES.iter().filter_map(|key| section.get(key).map(|of| (*key, of)));
    let (Some((key, of)), None) = (sources.next(), sources.next()) else {
        return Err(item.unfit(
            "a constant, or a table with one of `column`, `template`, `sum`, `difference`, `negate`, `times`, `first`, `part`",
        ));
    };
    let counts = matches!(key, "sum" | "difference" | "negate" | "times");
    if counts && shape != Shape::Amount {
        return Err(
            item.unfit("without `sum`, `difference`, `negate` and `times`, unless it is an amount")
        );
    }
    if (section.get("of").is_some() || section.get("to").is_some()) && key != "part" {
        return Err(item.unfit("without `of` and `to`, unless it has a `part`"));
    }
    let operands = |least: usize| -> Result<Vec<ValueRule>> {
        let all: Vec<ValueRule> =
            of.values()?.iter().map(|one| operand(one, shape, compare)).collect::<Result<_>>()?;
        if all.len() < least {
            Err(of.unfit(&format!("a list of at least {least} columns or values")))
        } else {
            Ok(all)
        }
    };
    let from = match key {
        "column" => Supply::Column(column(&of)?),
        "template" => Supply::Template(template(&of)?),
        "constant" => Supply::Constant(constant(&of, shape)?),
        "sum" => Supply::Sum(operands(1)?),
        "difference" => {
            let Ok([from, less]) = <[ValueRule; 2]>::try_from(operands(2)?) else {
                return Err(of.unfit("two columns or values: of which, and what is taken off"));
            };
            let line = less.line;
            Supply::Sum(vec![from, ValueRule::new(Supply::Negate(Box::new(less)), line)])
        }
        "times" => Supply::Times(
            of.values()?.iter().map(|one| factor(one, shape, compare)).collect::<Result<_>>()?,
        ),
        "first" => Supply::First(operands(1)?),
        "negate" => Supply::Negate(Box::new(operand(&of, shape, compare)?)),
        _ => piece(&of, section, shape, compare)?,
    };
    let mut rule = ValueRule::new(from, item.line());
    beside(item, section, shape, compare, &mut rule)?;
    Ok(rule)
}

/// What stands beside the source of a value: how cells are read, and what is done with a text.
fn beside(
    item: &Item<'_>,
    section: &Section<'_>,
    shape: Shape,
    compare: Compare,
    rule: &mut ValueRule,
) -> Result<()> {
    rule.numbers =
        section.get("numbers").map(|item| styles::numbers(&item, compare)).transpose()?;
    rule.dates = section
        .get("dates")
        .map(|item| styles::dates(&item))
        .transpose()?
        .map(|dates| dates.formats);
    rule.sign = section.get("sign").map(|item| styles::sign(&item, compare)).transpose()?;
    rule.rounding = section.get("round").map(|item| styles::rounding(&item)).transpose()?;
    rule.blank = section.get("blank").map(|item| styles::blank(&item)).transpose()?;
    rule.carries = section.get("carry_down").map_or(Ok(false), |item| item.truth())?;
    rule.cut = section
        .get("cut")
        .map(|item| item.number(1))
        .transpose()?
        .map(|most| usize::try_from(most).unwrap_or(usize::MAX));
    let is_cell = matches!(rule.from, Supply::Column(_));
    let is_amount = shape == Shape::Amount;
    if (rule.numbers.is_some() && !(is_cell && is_amount))
        || (rule.dates.is_some() && !(is_cell && shape == Shape::Date))
    {
        return Err(item.unfit(
            "without `numbers` and `dates`, unless an amount or a day comes from its column",
        ));
    }
    if rule.sign.is_some() && !(is_cell && is_amount) {
        return Err(item.unfit("without `sign`, unless an amount comes from its column"));
    }
    if rule.rounding.is_some()
        && (!is_amount || matches!(rule.from, Supply::Constant(_) | Supply::Template(_)))
    {
        return Err(item.unfit("without `round`, unless an amount comes from columns"));
    }
    let reads_cells = is_cell || matches!(rule.from, Supply::Template(_));
    if rule.carries && (!reads_cells || is_amount) {
        return Err(item.unfit(
            "without `carry_down`, unless it comes from a column or template, and is no amount",
        ));
    }
    if rule.cut.is_some() && !matches!(shape, Shape::Text | Shape::LongText) {
        return Err(item.unfit("without `cut`, unless it is a text"));
    }
    Ok(())
}

/// A column by name or number, or a table as a value of its own.
fn operand(item: &Item<'_>, shape: Shape, compare: Compare) -> Result<ValueRule> {
    let Some(section) = item.as_section("a value") else {
        return Ok(ValueRule::new(Supply::Column(column(item)?), item.line()));
    };
    let known: Vec<&str> = SOURCES.into_iter().chain(["of", "to"]).chain(BESIDE).collect();
    section.only(&known)?;
    if section.get("round").is_some() {
        return Err(item.unfit("without `round`: what all come to is rounded, once"));
    }
    let compare = folding(&section, compare)?;
    value(item, &section, shape, compare)
}

/// An operand of `times`: also `"%"`, one hundredth.
fn factor(item: &Item<'_>, shape: Shape, compare: Compare) -> Result<ValueRule> {
    if item.as_text() == Some("%") {
        return Ok(ValueRule::new(Supply::Percent, item.line()));
    }
    operand(item, shape, compare)
}

fn piece(item: &Item<'_>, section: &Section<'_>, shape: Shape, compare: Compare) -> Result<Supply> {
    let end = match item.text()? {
        "prefix" => End::Prefix,
        "suffix" => End::Suffix,
        _ => return Err(item.unfit("\"prefix\" or \"suffix\"")),
    };
    if shape == Shape::Amount {
        return Err(item.unfit("of a text: an amount is taken whole"));
    }
    let of = operand(&section.need("of")?, shape, compare)?;
    let to = section.need("to")?;
    let mark = to.text()?;
    if mark.is_empty() {
        return Err(to.unfit("a text that is not empty"));
    }
    Ok(Supply::Piece(Box::new(of), end, mark.to_owned()))
}

/// A constant as text; whole numbers are read too, and lists where several values are possible.
fn constant(item: &Item<'_>, shape: Shape) -> Result<String> {
    match (shape, item.as_number()) {
        (Shape::Tags, _) => Ok(item.texts()?.join(";")),
        (_, Some(number)) => Ok(number.to_string()),
        (_, None) => item.text().map(str::to_owned),
    }
}

/// The pairs of a `map`, by the key as it is compared.
fn translation(item: &Item<'_>, compare: Compare) -> Result<BTreeMap<String, String>> {
    let section = item.section("map")?;
    let mut pairs = BTreeMap::new();
    for (key, item) in section.items() {
        let value = item.text()?.to_owned();
        let before = pairs.insert(compare.of(key).into_owned(), value.clone());
        if before.is_some_and(|before| before != value) {
            return Err(item.unfit("said once: another key of the map is read as the same text"));
        }
    }
    Ok(pairs)
}

/// True if a column is called like the sign for one hundredth.
pub(in crate::import) fn percent_column(line: usize) -> Column {
    Column { name: ColumnName::Name("%".to_owned()), line }
}

/// The error for a value of the mapping that cannot be what its field is.
pub(in crate::import) fn unfit_constant(rule: &FieldRule, problem: &Problem) -> Error {
    let (line, field) = (rule.value.line, rule.spec.field.text());
    let message = format!("mapping line {line}: `{field}`: {problem}");
    Error::new(Kind::Usage, "mapping_value", message)
        .with_hint(
            "constants and templates are written YYYY-MM-DD and 1234.50, whatever the file's style",
        )
        .with_detail("line", line)
        .with_detail("key", field)
        .in_case("constant")
        .with_detail("expected", &problem.allowed)
        .with_detail("found", &problem.found)
}
