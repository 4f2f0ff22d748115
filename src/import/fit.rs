//! Fits a mapping to a file's header: names of columns become indexes, constants become values. A name
//! that is not there is refused with the nearest that is.

use super::fields::Shape;
use super::mapping::{
    Column, ColumnName, Condition, EventRule, FieldRule, Mapping, Numbers, Part, Sign, Supply,
    ValueRule, percent_column, unfit_constant,
};
use super::planned::{
    Plain, PlannedCondition, PlannedEvent, PlannedField, PlannedNumbers, PlannedPart, PlannedSign,
    PlannedSupply, PlannedValue,
};
use super::problem::{Problem, quoted};
use super::text::nearest;
use crate::error::{Error, Kind, Result};
use crate::form::Value;
use crate::form::amount::exact::{Exact, Rounding};
use crate::form::amount::{NumberStyle, Signs};
use std::collections::BTreeMap;

/// Columns of a file that a refusal lists.
const COLUMNS_NAMED: usize = 40;

/// What fitting needs to know.
pub(super) struct Fit<'a> {
    pub(super) mapping: &'a Mapping,
    pub(super) header: &'a [String],
    pub(super) plain: Plain,
}

/// What a value has from the one that it is a part of.
#[derive(Clone, Copy, Default)]
struct Within {
    rounding: Option<Rounding>,
    /// It is counted with, and need not be whole minor units.
    is_counted: bool,
    is_factor: bool,
    /// The product that it is in has one hundredth in it.
    is_of_hundredths: bool,
}

impl Fit<'_> {
    pub(super) fn column(&self, column: &Column) -> Result<(usize, String)> {
        match &column.name {
            ColumnName::Number(number) => {
                let index = number.saturating_sub(1);
                let label = self.header.get(index).filter(|name| !name.is_empty()).cloned();
                if self.header.is_empty() || index < self.header.len() {
                    return Ok((index, label.unwrap_or_else(|| format!("#{number}"))));
                }
                Err(self.no_column(column, &format!("#{number}")))
            }
            ColumnName::Name(name) => {
                let compare = self.mapping.compare;
                let wanted = compare.of(name);
                let mut found = (self.header.iter().enumerate())
                    .filter(|(_, other)| compare.of(other) == wanted);
                match (found.next(), found.next()) {
                    (Some((index, label)), None) => Ok((index, label.clone())),
                    (None, _) => Err(self.no_column(column, name)),
                    (Some((a, _)), Some((b, _))) => {
                        let (a, b) = (a.saturating_add(1), b.saturating_add(1));
                        let message = format!(
                            "mapping line {}: the file has the column `{name}` twice, as numbers {a} and {b}",
                            column.line
                        );
                        Err(Error::new(Kind::Usage, "mapping_column_twice", message)
                            .with_hint(format!("say which is meant: column = {a} or column = {b}"))
                            .with_detail("line", column.line)
                            .with_detail("column", name)
                            .with_detail("first", a)
                            .with_detail("second", b))
                    }
                }
            }
        }
    }

    fn no_column(&self, column: &Column, name: &str) -> Error {
        let message = format!("mapping line {}: the file has no column `{name}`", column.line);
        let error = Error::new(Kind::Usage, "mapping_column", message)
            .with_detail("line", column.line)
            .with_detail("column", name);
        if self.header.is_empty() {
            return error.with_hint(
                "the mapping says header = 0, so columns are named by number: column = 1",
            );
        }
        let list = self.header.iter().take(COLUMNS_NAMED).map(|name| quoted(name));
        let mut list = list.collect::<Vec<_>>().join(", ");
        if self.header.len() > COLUMNS_NAMED {
            list.push_str(", …");
        }
        match nearest(name, self.header.iter().map(String::as_str)) {
            Some(near) => error.with_hint(format!("did you mean `{near}`? The file has {list}")),
            None => error.with_hint(format!("the file has {list}")),
        }
    }

    pub(super) fn conditions(&self, conditions: &[Condition]) -> Result<Vec<PlannedCondition>> {
        conditions.iter().map(|condition| self.condition(condition)).collect()
    }

    fn condition(&self, condition: &Condition) -> Result<PlannedCondition> {
        Ok(match condition {
            Condition::Of(column, test, compare) => {
                let (index, label) = self.column(column)?;
                let (test, compare) = (test.clone(), *compare);
                PlannedCondition::Of { index, label, test, compare }
            }
            Condition::Not(inner) => PlannedCondition::Not(Box::new(self.condition(inner)?)),
            Condition::Any(all) => PlannedCondition::Any(self.conditions(all)?),
        })
    }

    pub(super) fn event(&self, rule: &EventRule) -> Result<PlannedEvent> {
        Ok(PlannedEvent {
            kind: rule.kind,
            target: rule.target,
            when: self.conditions(&rule.when)?,
            fields: self.fields(&rule.fields)?,
            splits: rule.splits.iter().map(|split| self.fields(split)).collect::<Result<_>>()?,
            refund: match &rule.refund {
                Some(refund) => Some((self.field(&refund.of)?, refund.by)),
                None => None,
            },
        })
    }

    pub(super) fn fields(&self, rules: &[FieldRule]) -> Result<Vec<PlannedField>> {
        rules.iter().map(|rule| self.field(rule)).collect()
    }

    fn constant(&self, rule: &FieldRule, text: &str) -> Result<Value> {
        let value = self.plain.constant(rule.spec.kind, text);
        value.map_err(|problem| unfit_constant(rule, &problem))?.ok_or_else(|| {
            unfit_constant(
                rule,
                &Problem::new("cell_blank", "a constant is not blank", "a value", "nothing"),
            )
        })
    }

    fn field(&self, rule: &FieldRule) -> Result<PlannedField> {
        let value = self.value(rule, &rule.value, Within::default())?;
        let default = rule.default.as_ref().map(|text| self.constant(rule, text)).transpose()?;
        let translate =
            |translation: &BTreeMap<String, String>| -> Result<BTreeMap<String, Value>> {
                let pairs = translation.iter();
                pairs.map(|(key, text)| Ok((key.clone(), self.constant(rule, text)?))).collect()
            };
        let translation = rule.translation.as_ref().map(translate).transpose()?;
        let (spec, compare, as_written) = (rule.spec, rule.compare, rule.as_written);
        let label = value.label.clone();
        Ok(PlannedField { spec, label, value, default, translation, compare, as_written })
    }

    /// A style of numbers, with the column of its sign; `sign` and `rounding` over its own.
    pub(super) fn numbers(
        &self,
        numbers: &Numbers,
        sign: Option<&Sign>,
        rounding: Option<Rounding>,
    ) -> Result<PlannedNumbers> {
        let mut style = numbers.style.clone();
        style.rounding = rounding.unwrap_or(style.rounding);
        let sign = sign.or(numbers.sign.as_ref()).map(|sign| {
            let (index, label) = self.column(&sign.column)?;
            Ok::<_, Error>(PlannedSign { index, label, words: sign.words.clone() })
        });
        let sign = sign.transpose()?;
        Ok(PlannedNumbers { style, sign, is_factor: false, is_of_hundredths: false })
    }

    /// What is blank, as cells are compared with it: by the mapping's `fold`, whatever the field's is.
    pub(super) fn blank(&self, words: &[String]) -> Vec<String> {
        words.iter().map(|word| self.mapping.compare.of(word).into_owned()).collect()
    }

    fn value(&self, field: &FieldRule, rule: &ValueRule, within: Within) -> Result<PlannedValue> {
        let numbers = rule.numbers.as_ref().unwrap_or(&self.mapping.numbers);
        let rounding = rule.rounding.or(within.rounding);
        let counted = Within { rounding, is_counted: true, ..Within::default() };
        let all = |rules: &[ValueRule], within| {
            rules.iter().map(|one| self.value(field, one, within)).collect::<Result<Vec<_>>>()
        };
        let mut own_label = None;
        let supply = match &rule.from {
            Supply::Constant(text) if within.is_counted => {
                PlannedSupply::Number(self.number(field, text)?)
            }
            Supply::Constant(text) => {
                PlannedSupply::Constant(self.constant(field, text)?, text.clone())
            }
            Supply::Percent => PlannedSupply::Number(self.percent(rule.line)?),
            Supply::Column(column) => {
                let (index, label) = self.column(column)?;
                own_label = Some(label);
                let mut planned = if field.spec.kind == Shape::Amount {
                    self.numbers(numbers, rule.sign.as_ref(), rounding)?
                } else {
                    PlannedNumbers::default()
                };
                if within.is_factor {
                    planned = factor(planned, within.is_of_hundredths);
                }
                let dates = rule.dates.as_ref().unwrap_or(&self.mapping.dates.formats).clone();
                PlannedSupply::Cell { index, numbers: planned, dates }
            }
            Supply::Template(parts) => {
                let (parts, label) = self.template(parts)?;
                own_label = Some(label);
                PlannedSupply::Template(parts)
            }
            Supply::Sum(rules) => PlannedSupply::Sum(all(rules, counted)?),
            Supply::Negate(one) => {
                PlannedSupply::Negate(Box::new(self.value(field, one, counted)?))
            }
            // The first is an amount, the others say how much of it.
            Supply::Times(rules) => {
                let Product { first, factors } = product(rules, within, counted);
                let (amount, others) = rules.split_at(rules.len().min(1));
                let amount = all(amount, first)?;
                PlannedSupply::Times(amount.into_iter().chain(all(others, factors)?).collect())
            }
            Supply::First(rules) => {
                PlannedSupply::First(all(rules, Within { rounding, ..within })?)
            }
            Supply::Piece(of, end, mark) => {
                let of = self.value(field, of, Within { rounding, ..within })?;
                PlannedSupply::Piece(Box::new(of), *end, mark.clone())
            }
        };
        let mut value = PlannedValue {
            supply,
            label: own_label.unwrap_or_default(),
            blank: self.blank(rule.blank.as_ref().unwrap_or(&self.mapping.blank)),
            carries: rule.carries,
            cut: rule.cut,
            rounding: rounding.unwrap_or(numbers.style.rounding),
        };
        if value.label.is_empty() {
            let label =
                value.operands().iter().map(|one| &one.label).find(|label| !label.is_empty());
            value.label = label.cloned().unwrap_or_default();
        }
        Ok(value)
    }

    /// A constant that is counted with.
    fn number(&self, rule: &FieldRule, text: &str) -> Result<Exact> {
        let exact = NumberStyle::default().exact(text, self.plain.currency);
        let exact = exact.map_err(|refusal| unfit_constant(rule, &Problem::from(refusal)));
        exact.map(|(exact, _)| exact)
    }

    /// One hundredth; in a file that has a column of this name, nobody knows which is meant.
    fn percent(&self, line: usize) -> Result<Exact> {
        let compare = self.mapping.compare;
        if !self.header.iter().any(|name| compare.of(name) == "%") {
            return Ok(Exact::new(1, -2));
        }
        let (index, _) = self.column(&percent_column(line))?;
        let number = index.saturating_add(1);
        let message = format!(
            "mapping line {line}: `%` may be one hundredth, or the column {number} of this name"
        );
        Err(Error::new(Kind::Usage, "mapping_percent", message)
            .with_hint(format!(
                "say which is meant: {{ constant = \"0.01\" }} or {{ column = {number} }}"
            ))
            .with_detail("line", line)
            .with_detail("column", number))
    }

    /// The parts with their columns, and the name of the first column.
    fn template(&self, parts: &[Part]) -> Result<(Vec<PlannedPart>, String)> {
        let mut first = None;
        let mut planned = Vec::with_capacity(parts.len());
        for part in parts {
            planned.push(match part {
                Part::Literal(text) => PlannedPart::Literal(text.clone()),
                Part::RowNumber(filter) => PlannedPart::RowNumber(*filter),
                Part::Line(filter) => PlannedPart::Line(*filter),
                Part::Cell(column, filter) => {
                    let (index, label) = self.column(column)?;
                    first.get_or_insert(label);
                    PlannedPart::Cell(index, *filter)
                }
            });
        }
        Ok((planned, first.unwrap_or_default()))
    }
}

/// What the values of a product have from it.
struct Product {
    first: Within,
    factors: Within,
}

fn product(rules: &[ValueRule], within: Within, counted: Within) -> Product {
    let is_percent = |rule: &ValueRule| matches!(rule.from, Supply::Percent);
    let is_of_hundredths = within.is_of_hundredths || rules.iter().any(is_percent);
    Product {
        first: Within { is_factor: within.is_factor, is_of_hundredths, ..counted },
        factors: Within { is_factor: true, is_of_hundredths, ..counted },
    }
}

/// The style of what an amount is multiplied by: no unit, sign or currency.
fn factor(numbers: PlannedNumbers, is_of_hundredths: bool) -> PlannedNumbers {
    let style =
        NumberStyle { scale: 1, minor: false, signs: Signs::Listed(Vec::new()), ..numbers.style };
    PlannedNumbers { style, sign: None, is_factor: true, is_of_hundredths }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::plan::Plan;

    fn refused(fields: &str, header: &[&str]) -> String {
        let text = format!(
            "source = \"s\"\nheader = {}\n[[event]]\ntype = \"follow-on.pay-in\"\n{fields}",
            u8::from(!header.is_empty())
        );
        let header: Vec<String> = header.iter().map(|name| (*name).to_owned()).collect();
        Plan::new(&Mapping::parse(&text).unwrap(), &header, 2).unwrap_err().to_string()
    }

    #[test]
    fn columns_that_do_not_fit_are_named() {
        let code = "amount = 1\ncode = ";
        for (fields, header, message) in [
            (
                "{ column = \"Codes\" }",
                &["code", "cost"][..],
                "mapping_column: mapping line 6: the file has no column `Codes`\n  next: did you mean `code`? The file has `code`, `cost`",
            ),
            (
                "{ template = \"{ward}-{row}\" }",
                &["code", "cost"],
                "mapping_column: mapping line 6: the file has no column `ward`\n  next: the file has `code`, `cost`",
            ),
            (
                "{ column = 3 }",
                &["code", "cost"],
                "mapping_column: mapping line 6: the file has no column `#3`\n  next: the file has `code`, `cost`",
            ),
            (
                "{ column = \"code\" }",
                &[],
                "mapping_column: mapping line 6: the file has no column `code`\n  next: the mapping says header = 0, so columns are named by number: column = 1",
            ),
            (
                "{ column = \"code\" }",
                &["code", "x", "code"],
                "mapping_column_twice: mapping line 6: the file has the column `code` twice, as numbers 1 and 3\n  next: say which is meant: column = 1 or column = 3",
            ),
        ] {
            assert_eq!(refused(&format!("{code}{fields}"), header), message);
        }
    }

    #[test]
    fn constants_that_are_not_what_their_field_is_are_named() {
        let hint = "\n  next: constants and templates are written YYYY-MM-DD and 1234.50, whatever the file's style";
        for (fields, message) in [
            (
                "code = \"c\"\namount = \"1,5\"",
                "mapping_value: mapping line 6: `amount`: amount_not_a_number: not an amount, though it may be 1.5; allowed decimal `.`, thousands none, found `1,5`",
            ),
            (
                "code = \" \"\namount = 1",
                "mapping_value: mapping line 5: `code`: cell_blank: a constant is not blank; allowed a value, found nothing",
            ),
            (
                "code = \"c\"\namount = 1\noccurred_on = \"1.2.2003\"",
                "mapping_value: mapping line 7: `occurred_on`: date_not_read: it may be 2003-02-01 or 2003-01-02; allowed 2002-03-15, 2002/3/15, 2002.3.15, 2002年3月15日 or 20020315, found `1.2.2003`",
            ),
            (
                "code = \"c\"\namount = { column = \"a\", default = \"x\" }",
                "mapping_value: mapping line 6: `amount`: amount_not_a_number: not an amount; allowed decimal `.`, thousands none, found `x`",
            ),
        ] {
            assert_eq!(refused(fields, &["a"]), format!("{message}{hint}"));
        }
        let text = "source = \"s\"\n[[event]]\ntype = \"fund.establish\"\ncode = \"c\"\nname = \"n\"\npurposes = \"p\"\nkind = \"specail\"";
        let error = Plan::new(&Mapping::parse(text).unwrap(), &["a".to_owned()], 2)
            .unwrap_err()
            .to_string();
        assert_eq!(
            error,
            format!(
                "mapping_value: mapping line 7: `kind`: word_not_known: a field with a closed list has one of its words; allowed special, guidance, matching, found `specail`{hint}"
            )
        );
    }
}
