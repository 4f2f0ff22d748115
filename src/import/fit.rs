//! Fits a mapping to a file's header: names of columns become indexes, constants become values. A name
//! that is not there is refused with the nearest that is.

use super::mapping::{
    Column, ColumnName, Condition, EventRule, FieldRule, Mapping, Part, Supply, unfit_constant,
};
use super::planned::{
    PlannedCondition, PlannedEvent, PlannedField, PlannedPart, PlannedSupply, constant,
};
use super::problem::{Problem, quoted};
use super::text::nearest;
use crate::domain::money::Currency;
use crate::error::{Error, Kind, Result};
use crate::form::Value;
use std::collections::BTreeMap;

/// Columns of a file that a refusal lists.
const COLUMNS_NAMED: usize = 40;

/// What fitting needs to know.
pub(super) struct Fit<'a> {
    pub(super) mapping: &'a Mapping,
    pub(super) header: &'a [String],
    pub(super) currency: Currency,
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
        let fit = |condition: &Condition| {
            let (index, label) = self.column(&condition.column)?;
            let (test, compare) = (condition.test.clone(), condition.compare);
            Ok(PlannedCondition { index, label, test, compare })
        };
        conditions.iter().map(fit).collect()
    }

    pub(super) fn event(&self, rule: &EventRule) -> Result<PlannedEvent> {
        Ok(PlannedEvent {
            kind: rule.kind,
            target: rule.target,
            when: self.conditions(&rule.when)?,
            fields: self.fields(&rule.fields)?,
        })
    }

    pub(super) fn fields(&self, rules: &[FieldRule]) -> Result<Vec<PlannedField>> {
        rules.iter().map(|rule| self.field(rule)).collect()
    }

    fn constant(&self, rule: &FieldRule, text: &str) -> Result<Value> {
        let value = constant(rule.spec.kind, text, self.currency);
        value.map_err(|problem| unfit_constant(rule, &problem))?.ok_or_else(|| {
            unfit_constant(
                rule,
                &Problem::new("cell_blank", "a constant is not blank", "a value", "nothing"),
            )
        })
    }

    fn field(&self, rule: &FieldRule) -> Result<PlannedField> {
        let (supply, label) = match &rule.from {
            Supply::Constant(text) => {
                (PlannedSupply::Constant(self.constant(rule, text)?), String::new())
            }
            Supply::Column(column) => {
                let (index, label) = self.column(column)?;
                let numbers = rule.numbers.as_ref().unwrap_or(&self.mapping.numbers).clone();
                let dates = rule.dates.as_ref().unwrap_or(&self.mapping.dates).clone();
                (PlannedSupply::Cell { index, numbers, dates }, label)
            }
            Supply::Template(parts) => {
                let (parts, label) = self.template(parts)?;
                (PlannedSupply::Template(parts), label)
            }
        };
        let default = rule.default.as_ref().map(|text| self.constant(rule, text)).transpose()?;
        let translate =
            |translation: &BTreeMap<String, String>| -> Result<BTreeMap<String, Value>> {
                let pairs = translation.iter();
                pairs.map(|(key, text)| Ok((key.clone(), self.constant(rule, text)?))).collect()
            };
        let translation = rule.translation.as_ref().map(translate).transpose()?;
        let (spec, compare, as_written) = (rule.spec, rule.compare, rule.as_written);
        Ok(PlannedField { spec, label, supply, default, translation, compare, as_written })
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
