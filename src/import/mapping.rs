//! The mapping file: what schemas/mapping.md describes, checked as far as it can be without the file
//! that it maps. [`Plan`](super::plan::Plan) then fits it to a header.

pub(in crate::import) mod conditions;
mod control;
mod event;
mod pattern;
mod sheet;
mod source;
mod styles;
mod values;

pub(super) use self::conditions::{Column, ColumnName, Condition, Test};
pub use self::control::{Control, Target};
pub(super) use self::event::EventRule;
pub(super) use self::pattern::{Filter, Part};
pub use self::source::{Kin, Source};
pub(super) use self::styles::{Dates, Numbers, Sign, SignWords};
pub(super) use self::values::{End, FieldRule, Supply, ValueRule, percent_column, unfit_constant};

use self::conditions::{column, conditions, folding};
use super::fields::Created;
use super::former;
use super::keys::{Item, Section, with_top};
use super::payments::NamedBy;
use super::reader::FileFormat;
use super::text::Compare;
use super::wanted::SheetFormat;
use crate::domain::calendar::Date;
use crate::domain::money::Currency;
use crate::error::{Error, Kind, Result};
use crate::form::amount::Signs;
use crate::form::currency;
use crate::form::day::fiscal::Named;
use std::collections::{BTreeMap, BTreeSet};

/// The most bytes of a `source`, as entries keep it.
pub const MAX_SOURCE_BYTES: usize = 64;
/// The most bytes of the columns of `key`, as entries keep them.
const MAX_KEY_BYTES: usize = 200;

/// A mapping file.
#[derive(Debug, Clone)]
pub struct Mapping {
    /// The identity of the rows in the ledger, as the mapping writes it; [`Mapping::source_of`] is
    /// that of one file.
    pub source: String,
    /// How the file is written.
    pub format: FileFormat,
    /// Which part of a workbook is read, where the file is one.
    pub sheet: SheetFormat,
    /// Whether every event is history.
    pub historical: bool,
    /// `occurred_on` where a row says none.
    pub default_date: Option<Date>,
    /// The currency that the amounts are in; a ledger of another refuses the file.
    pub currency: Option<Currency>,
    /// What the whole file must come to.
    pub control: Control,
    /// How a list of targets is read, where it is one.
    pub target: Option<Target>,
    /// The columns that say which row it is; all, where it names none.
    pub(super) key: Vec<Column>,
    /// The number of cells of a row, of a file without a header.
    pub(super) width: Option<usize>,
    pub(super) blank_beyond: bool,
    pub(super) compare: Compare,
    pub(super) numbers: Numbers,
    pub(super) dates: Dates,
    /// Texts that a blank cell may hold.
    pub(super) blank: Vec<String>,
    /// The month in which the ledger's fiscal year begins, once that is known.
    pub(super) fiscal_start: u8,
    pub(super) skip: Vec<Condition>,
    pub(super) events: Vec<EventRule>,
    pub(super) created: BTreeMap<Created, Vec<FieldRule>>,
}

const TOP: &[&str] = &[
    "source",
    "encoding",
    "delimiter",
    "escape",
    "header",
    "width",
    "sheet",
    "blank_beyond",
    "fold",
    "key",
    "currency",
    "historical",
    "default_date",
    "control",
    "target",
    "numbers",
    "dates",
    "blank",
    "skip",
    "create",
    "event",
];

impl Mapping {
    /// Reads a mapping file.
    ///
    /// # Errors
    /// `mapping_syntax`, `mapping_unknown_key`, `mapping_missing_key`, `mapping_value`,
    /// `mapping_encoding` or `mapping_delimiter`, with the line of the mapping file.
    pub fn parse(text: &str) -> Result<Self> {
        with_top(text, |top| {
            top.only(TOP)?;
            let source = source::read(&top.need("source")?)?;
            let default_date = top.get("default_date").map(|item| day(&item)).transpose()?;
            let compare = folding(&top, Compare::Seen)?;
            let numbers =
                top.get("numbers").map(|item| styles::numbers(&item, compare)).transpose()?;
            let dates = top.get("dates").map(|item| styles::dates(&item)).transpose()?;
            let blank = top.get("blank").map(|item| styles::blank(&item)).transpose()?;
            let truth = |key| top.get(key).map_or(Ok(false), |item| item.truth());
            let skip = top
                .get("skip")
                .map_or(Ok(Vec::new()), |item| conditions(&item, "[[skip]]", compare))?;
            let items = top.need("event")?.list()?;
            let events: Vec<EventRule> =
                items.iter().map(|item| event::event(item, compare)).collect::<Result<_>>()?;
            let target = control::target(&top, &items, events.iter().any(|rule| rule.target))?;
            Ok(Self {
                source,
                format: format(&top)?,
                sheet: sheet::read(&top)?,
                historical: truth("historical")?,
                default_date,
                currency: top.get("currency").map(|item| currency(&item)).transpose()?,
                control: control::control(&top, compare)?,
                target,
                key: key(&top)?,
                width: width(&top)?,
                blank_beyond: truth("blank_beyond")?,
                compare,
                numbers: numbers.unwrap_or_default(),
                dates: dates.unwrap_or_default(),
                blank: blank.unwrap_or_default(),
                fiscal_start: 1,
                skip,
                events,
                created: top
                    .get("create")
                    .map_or(Ok(BTreeMap::new()), |item| created(&item, compare))?,
            })
        })
    }

    /// The mapping for a ledger in this currency: signs of others are not read.
    ///
    /// # Errors
    /// `mapping_currency`, where the mapping is for another, or all signs it reads are of others.
    pub(super) fn in_currency(&self, ledger: Currency) -> Result<Self> {
        let code = ledger.to_string();
        let refused = |found: &str| {
            let message = format!("the mapping reads amounts in {found}, the ledger keeps {code}");
            Error::new(Kind::Usage, "mapping_currency", message)
                .with_hint(
                    "amounts are not converted: import the list into a ledger of its currency",
                )
                .with_detail("expected", &code)
                .with_detail("found", found)
        };
        if let Some(own) = self.currency.map(|own| own.to_string()).filter(|own| *own != code) {
            return Err(refused(&own));
        }
        let mut fitted = self.clone();
        fitted.currency = Some(ledger);
        let mut other = None;
        let mut own_only = |numbers: &mut Numbers| {
            let Signs::Listed(signs) = &mut numbers.style.signs else { return };
            let first = signs.first().cloned();
            signs.retain(|sign| currency::fits(sign, &code));
            other = other.take().or(first.filter(|_| signs.is_empty()));
        };
        let rules = fitted.events.iter_mut().flat_map(EventRule::all_fields_mut);
        let created = fitted.created.values_mut().flatten();
        rules.chain(created).for_each(|rule| rule.value.each_style(&mut own_only));
        own_only(&mut fitted.numbers);
        match other {
            Some(sign) => Err(refused(&sign)),
            None => Ok(fitted),
        }
    }

    /// The mapping for a ledger whose fiscal year begins in this month.
    pub(super) fn beginning_in(mut self, month: u8) -> Self {
        self.fiscal_start = month;
        self
    }

    /// By which calendar year `FY2013` names a fiscal year: what the mapping says; where the year is that
    /// of the calendar, there is one only.
    pub(super) fn year_named(&self) -> Named {
        let only = if self.fiscal_start == 1 { Named::ByBegin } else { Named::Unknown };
        self.dates.fy.unwrap_or(only)
    }

    /// What refunds of the list name their payments by.
    pub(super) fn refunds_by(&self) -> BTreeSet<NamedBy> {
        self.events.iter().filter_map(|event| Some(event.refund.as_ref()?.by)).collect()
    }

    /// True if a value is made of the number of its row.
    pub(super) fn numbers_rows(&self) -> bool {
        let fields = self.events.iter().flat_map(EventRule::all_fields);
        let created = self.created.values().flatten();
        fields.chain(created).any(|rule| rule.value.numbers_rows())
    }

    /// The columns that rows are known by, as the name of a document; `None` where it is all they hold.
    #[must_use]
    pub fn key_name(&self) -> Option<String> {
        former::name_of(&self.key)
    }

    /// True if rows are known by columns of their own, not by all they hold.
    #[must_use]
    pub fn has_key(&self) -> bool {
        !self.key.is_empty()
    }
}

fn format(top: &Section<'_>) -> Result<FileFormat> {
    let text_or = |key, default| top.get(key).map_or(Ok(default), |item| item.text());
    let (header, _) = sheet::header(top)?;
    let format =
        FileFormat::new(text_or("encoding", "utf-8")?, text_or("delimiter", ",")?, header)?;
    match top.get("escape") {
        Some(item) => format.with_escape(item.text()?),
        None => Ok(format),
    }
}

fn currency(item: &Item<'_>) -> Result<Currency> {
    let named = item.as_text().and_then(Currency::named);
    named.ok_or_else(|| item.unfit("an ISO 4217 code such as \"CNY\""))
}

fn key(top: &Section<'_>) -> Result<Vec<Column>> {
    let Some(item) = top.get("key") else { return Ok(Vec::new()) };
    let columns: Vec<Column> = if item.as_text().is_some() || item.as_number().is_some() {
        vec![column(&item)?]
    } else {
        item.values()?.iter().map(column).collect::<Result<_>>()?
    };
    match former::name_of(&columns) {
        None => Err(item.unfit("a column or a list of columns")),
        Some(name) if name.len() > MAX_KEY_BYTES => {
            Err(item.unfit("columns whose names have 200 bytes together, or their numbers"))
        }
        Some(_) => Ok(columns),
    }
}

fn width(top: &Section<'_>) -> Result<Option<usize>> {
    let Some(item) = top.get("width") else { return Ok(None) };
    if top.get("header").and_then(|header| header.as_number()) != Some(0) {
        return Err(item.unfit("only with header = 0: else the header says it"));
    }
    Ok(Some(usize::try_from(item.number(1)?).unwrap_or(usize::MAX)))
}

fn day(item: &Item<'_>) -> Result<Date> {
    item.as_text().and_then(Date::parse).ok_or_else(|| item.unfit("a day written \"YYYY-MM-DD\""))
}

fn created(item: &Item<'_>, compare: Compare) -> Result<BTreeMap<Created, Vec<FieldRule>>> {
    let section = item.section("[create]")?;
    let known: Vec<&str> = Created::ALL.iter().map(|one| one.text()).collect();
    section.only(&known)?;
    let mut all = BTreeMap::new();
    for one in Created::ALL {
        let Some(item) = section.get(one.text()) else { continue };
        let name = format!("[create.{}]", one.text());
        let section = item.section(&name)?;
        let specs = one.fields();
        let known: Vec<&str> = specs.iter().map(|spec| spec.field.text()).collect();
        section.only(&known)?;
        all.insert(*one, event::field_rules(&section, &specs, compare)?);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::super::fields::Field;
    use super::*;

    const START: &str = "source = \"s\"\n";
    const EVENT: &str = "[[event]]\ntype = \"follow-on.pay-in\"\ncode = \"c\"\namount = \"1\"\n";

    fn refused(text: &str) -> String {
        Mapping::parse(text).unwrap_err().to_string()
    }

    /// A mapping with `line` as its second line.
    fn with(line: &str) -> String {
        format!("{START}{line}\n{EVENT}")
    }

    #[test]
    fn the_limit_is_that_of_an_entry() {
        assert_eq!(MAX_SOURCE_BYTES, crate::chain::entry::MAX_SOURCE_BYTES);
    }

    #[test]
    fn the_page_has_a_mapping_that_is_read() {
        let page = include_str!("../../schemas/mapping.md");
        let example = page.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
        let mapping = Mapping::parse(example).unwrap();
        assert_eq!((mapping.source.as_str(), mapping.historical), ("menu-money", true));
        assert_eq!((mapping.format.delimiter(), mapping.format.encoding()), (b',', "UTF-8"));
        assert_eq!(mapping.numbers.style.thousands, Some(','));
        assert_eq!(mapping.events.len(), 1);
        for key in TOP {
            assert!(
                page.contains(&format!("`{key}`")) || page.contains(&format!("[{key}")),
                "{key}"
            );
        }
    }

    #[test]
    fn every_refusal_names_its_line_and_the_next_step() {
        let see = "\n  next: schemas/mapping.md says what each key is for";
        for (text, message) in [
            ("source = ", "mapping_syntax: mapping line 1: string values must be quoted, expected literal string\n  next: the mapping is a TOML 1.0 file; schemas/mapping.md names its keys".to_owned()),
            (&with("encodng = \"gb18030\""), "mapping_unknown_key: mapping line 2: `encodng` is no key of the mapping\n  next: did you mean `encoding`? Known here: source, encoding, delimiter, escape, header, width, sheet, blank_beyond, fold, key, currency, historical, default_date, control, target, numbers, dates, blank, skip, create, event".to_owned()),
            (&format!("{START}{EVENT}amonut = 1"), "mapping_unknown_key: mapping line 6: `amonut` is no key of [[event]] follow-on.pay-in\n  next: did you mean `amount`? Known here: type, when, code, amount, occurred_on, document_no".to_owned()),
            (&with("[numbers]\nzzz = 1"), "mapping_unknown_key: mapping line 3: `zzz` is no key of [numbers]\n  next: known here: decimal, thousands, groups, currency, negative, scale, minor, round, sign".to_owned()),
            (EVENT, format!("mapping_missing_key: the mapping has no `source`{see}")),
            (START, format!("mapping_missing_key: the mapping has no `event`{see}")),
            (&format!("{START}[[event]]\ntype = \"follow-on.pay-in\"\ncode = \"c\""), format!("mapping_missing_key: [[event]] follow-on.pay-in has no `amount`{see}")),
            (&with("header = \"one\""), format!("mapping_value: mapping line 2: `header` is a whole number from 0, found `\"one\"`{see}")),
            (&with("historical = 1"), format!("mapping_value: mapping line 2: `historical` is true or false, found `1`{see}")),
            (&with("default_date = \"1.2.2003\""), format!("mapping_value: mapping line 2: `default_date` is a day written \"YYYY-MM-DD\", found `\"1.2.2003\"`{see}")),
            (&with("[numbers]\nthousands = \".\""), format!("mapping_value: mapping line 2: `numbers` is a style whose separators differ and are no letters, digits or `-`, found `[numbers]`{see}")),
            (&with("[numbers]\ndecimal = \"..\""), format!("mapping_value: mapping line 3: `decimal` is one character, found `\"..\"`{see}")),
            (&with("[numbers]\nnegative = \"CR\""), format!("mapping_value: mapping line 3: `negative` is of \"-\", \"trailing -\" and \"()\", found `\"CR\"`{see}")),
            (&with("[numbers]\ncurrency = [\"1\"]"), format!("mapping_value: mapping line 3: `currency` is signs or codes without digits, points, commas, `()+-`, found `[\"1\"]`{see}")),
            (&with("[numbers]\nscale = 0"), format!("mapping_value: mapping line 3: `scale` is a whole number from 1, found `0`{see}")),
            (&with("[dates]\nformats = \"dd.mm.yy\""), format!("mapping_value: mapping line 3: `formats` is formats without yy, unless `pivot` beside them is the last year that yy stands for, found `\"dd.mm.yy\"`{see}")),
            (&with("[[skip]]\ncolumn = \"a\""), format!("mapping_value: mapping line 2: `skip` is a condition with exactly one of is, equals, starts_with, contains, matches; or one with not or any alone, found `[[skip]]`{see}")),
            (&with("[[skip]]\ncolumn = 0\nis = \"blank\""), format!("mapping_value: mapping line 3: `column` is a column's name, or its number from 1, found `0`{see}")),
            (&with("[[skip]]\ncolumn = \"a\"\nis = \"empty\""), format!("mapping_value: mapping line 4: `is` is one of \"blank\", \"filled\", \"number\", \"zero\", \"not zero\", \"positive\", \"negative\", found `\"empty\"`{see}")),
            (&with("[[event]]\ntype = \"commitment.mak\""), format!("mapping_value: mapping line 3: `type` is a type of event (did you mean \"commitment.make\"?), found `\"commitment.mak\"`{see}")),
            (&with("[[event]]\ntype = \"allocation.record\"\nfund = \"f\"\namount = 1\namount_is = \"total\""), format!("mapping_value: mapping line 6: `amount_is` is \"amount\" or \"target\", found `\"total\"`{see}")),
            (&with("[[event]]\ntype = \"follow-on.pay-in\"\ncode = {}\namount = 1"), format!("mapping_value: mapping line 4: `code` is a constant, or a table with one of `column`, `template`, `sum`, `difference`, `negate`, `times`, `first`, `part`, found `{{}}`{see}")),
            (&with("[[event]]\ntype = \"follow-on.pay-in\"\ncode = 1.5\namount = 1"), format!("mapping_value: mapping line 4: `code` is a text, found `1.5`{see}")),
            (&with("[[event]]\ntype = \"follow-on.pay-in\"\ncode = { template = \"{a|upper}\" }\namount = 1"), format!("mapping_value: mapping line 4: `template` is a template: text with {{column}}, {{#4}}, {{row}} or {{line}}, filters |code, |slug, |year, |fiscal_year, |pad2 to |pad9, and {{{{ }}}} for braces, found `\"{{a|upper}}\"`{see}")),
            (&with("[[event]]\ntype = \"follow-on.pay-in\"\ncode = { column = \"a\", numbers = { scale = 2 } }\namount = 1"), format!("mapping_value: mapping line 4: `code` is without `numbers` and `dates`, unless an amount or a day comes from its column, found `{{ column = \"a\", numbers = {{ scale = 2 }} …`{see}")),
            (&with("[[event]]\ntype = \"commitment.make\"\ncontract = \"c\"\namount = 1\nyear = 2002"), format!("mapping_missing_key: [[event]] commitment.make has no `fund`{see}")),
            (&with("[[event]]\ntype = \"project.approve\"\ncode = \"c\"\ntitle = \"t\"\npurpose = \"p\"\nfund = \"f\""), format!("mapping_missing_key: [[event]] project.approve has no `amount`{see}")),
            (&with("[create.found]\nname = \"x\""), "mapping_unknown_key: mapping line 2: `found` is no key of [create]\n  next: did you mean `fund`? Known here: fund, project, payee".to_owned()),
        ] {
            assert_eq!(refused(text), message, "{text}");
        }
        for text in
            ["source = \"\"", "source = \"a\\tb\"", &format!("source = \"{}\"", "x".repeat(65))]
        {
            let message = refused(&format!("{text}\n{EVENT}"));
            assert!(
                message.contains("`source` is 1 to 64 bytes without control characters"),
                "{message}"
            );
        }
        for template in ["", "{", "}", "{}", "{a", "{#0}", "{a|pad1}"] {
            let text = with(&format!(
                "[[event]]\ntype = \"follow-on.pay-in\"\ncode = {{ template = \"{template}\" }}\namount = 1"
            ));
            assert!(refused(&text).contains("`template` is a template"), "{template}");
        }
    }

    #[test]
    fn tables_may_be_written_inline_or_as_lists() {
        let text = with(
            "[[event]]\ntype = \"allocation.reduce\"\nfund = \"f\"\namount = { column = \"a\", numbers = { thousands = \".\", decimal = \",\" } }\nwhen = [{ column = 1, is = \"filled\" }, { column = \"b\", equals = [\"x\", \"y\"] }]\nyear = 2002",
        );
        let mapping = Mapping::parse(&text).unwrap();
        let when = &mapping.events[0].when;
        let Condition::Of(column, Test::Filled, _) = &when[0] else { panic!("{when:?}") };
        assert_eq!(column.name, ColumnName::Number(1));
        let Condition::Of(_, test, _) = &when[1] else { panic!("{when:?}") };
        assert_eq!(*test, Test::Equals(vec!["x".into(), "y".into()]));
        let amount =
            &mapping.events[0].fields.iter().find(|f| f.spec.field == Field::Amount).unwrap();
        assert_eq!(amount.value.numbers.as_ref().unwrap().style.thousands, Some('.'));
    }
}
