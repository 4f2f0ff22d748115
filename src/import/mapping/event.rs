//! What one `[[event]]` says: its type, for which rows it is, its fields, its lines, and which payment it
//! gives back.

use super::conditions::{Condition, conditions};
use super::values::{self, FieldRule};
use crate::error::Result;
use crate::import::fields::{self, EventKind, Field, FieldSpec, Shape, is_required};
use crate::import::keys::{Item, Section};
use crate::import::payments::NamedBy;
use crate::import::text::Compare;

/// What one `[[event]]` says.
#[derive(Debug, Clone)]
pub(in crate::import) struct EventRule {
    pub(in crate::import) kind: EventKind,
    pub(in crate::import) when: Vec<Condition>,
    pub(in crate::import) fields: Vec<FieldRule>,
    /// `[[event.split]]`: lines, each with its amount.
    pub(in crate::import) splits: Vec<Vec<FieldRule>>,
    /// `amount_is = "target"`.
    pub(in crate::import) target: bool,
    pub(in crate::import) refund: Option<RefundRule>,
}

/// Which payment a refund is of.
#[derive(Debug, Clone)]
pub(in crate::import) struct RefundRule {
    pub(in crate::import) of: FieldRule,
    pub(in crate::import) by: NamedBy,
}

impl EventRule {
    /// Its fields, and those of its lines and its refund.
    pub(in crate::import) fn all_fields(&self) -> impl Iterator<Item = &FieldRule> {
        let refund = self.refund.iter().map(|refund| &refund.of);
        self.fields.iter().chain(self.splits.iter().flatten()).chain(refund)
    }

    pub(super) fn all_fields_mut(&mut self) -> impl Iterator<Item = &mut FieldRule> {
        let refund = self.refund.iter_mut().map(|refund| &mut refund.of);
        self.fields.iter_mut().chain(self.splits.iter_mut().flatten()).chain(refund)
    }
}

pub(super) fn event(item: &Item<'_>, compare: Compare) -> Result<EventRule> {
    let kind_item = item.section("[[event]]")?.need("type")?;
    let kind = fields::kind(kind_item.text()?).ok_or_else(|| {
        let near = fields::nearest_kind(kind_item.as_text().unwrap_or_default());
        let near = near.map_or_else(String::new, |near| format!(" (did you mean \"{near}\"?)"));
        kind_item.unfit(&format!("a type of event{near}"))
    })?;
    let name = format!("[[event]] {}", kind.text());
    let section = item.section(&name)?;
    let mut known = vec!["type", "when"];
    let mut specs = fields::fields(kind);
    known.extend(specs.iter().map(|spec| spec.field.text()));
    if kind == EventKind::AllocationRecord {
        known.extend(["amount_is", "target"]);
    }
    if fields::has_splits(kind) && !known.contains(&"split") {
        known.push("split");
    }
    if matches!(kind, EventKind::DisbursementRecord | EventKind::Refund) {
        known.push("refunds");
    }
    if kind == EventKind::DisbursementRecord {
        known.push("negative");
    }
    section.only(&known)?;
    let when =
        section.get("when").map_or(Ok(Vec::new()), |item| conditions(&item, "when", compare))?;
    let target = match section.get("amount_is") {
        None => false,
        Some(item) => match item.text()? {
            "amount" => false,
            "target" => true,
            _ => return Err(item.unfit("\"amount\" or \"target\"")),
        },
    };
    let lines = section.get("split").filter(Item::is_list);
    let splits = lines.map_or(Ok(Vec::new()), |item| splits(&item, compare))?;
    if !splits.is_empty() {
        let of_line = [Field::Fund, Field::Year, Field::Origin, Field::Class, Field::Split];
        specs.retain(|spec| !of_line.contains(&spec.field));
        if let Some(item) =
            ["fund", "year", "origin", "class"].iter().find_map(|key| section.get(key))
        {
            return Err(item.unfit("of each [[event.split]], not beside them"));
        }
        for spec in specs.iter_mut().filter(|spec| spec.field == Field::Amount) {
            spec.need = fields::OPTIONAL;
        }
        if kind == EventKind::ProjectApprove {
            specs.retain(|spec| spec.field != Field::Amount);
        }
    }
    let refund = refund(&section, kind, compare)?;
    if section.get("refunds").is_some() {
        specs.retain(|spec| spec.field != Field::Disbursement);
    }
    let fields = field_rules(&section, &specs, compare)?;
    check_line(&section, kind, &fields)?;
    Ok(EventRule { kind, when, fields, splits, target, refund })
}

/// Lines with their amounts.
fn splits(item: &Item<'_>, compare: Compare) -> Result<Vec<Vec<FieldRule>>> {
    let specs = fields::split_fields();
    let known: Vec<&str> = specs.iter().map(|spec| spec.field.text()).collect();
    let split = |item: &Item<'_>| {
        let section = item.section("[[event.split]]")?;
        section.only(&known)?;
        field_rules(&section, &specs, compare)
    };
    item.list()?.iter().map(split).collect()
}

/// Which payment a row gives back: of a refund, and of a payment whose amount is below zero.
fn refund(section: &Section<'_>, kind: EventKind, compare: Compare) -> Result<Option<RefundRule>> {
    let negative = match section.get("negative") {
        None => false,
        Some(item) => match item.text()? {
            "refuse" => false,
            "refund" => true,
            _ => return Err(item.unfit("\"refuse\" or \"refund\"")),
        },
    };
    let Some(spec) = EventKind::Refund.form().field(Field::Disbursement).copied() else {
        return Ok(None);
    };
    let Some(item) = section.get("refunds") else {
        if negative {
            return Err(section.missing("refunds"));
        }
        let own = section.get("disbursement").filter(|_| kind == EventKind::Refund);
        let own = own.map(|item| values::field(&item, spec, compare)).transpose()?;
        return Ok(own.map(|of| RefundRule { of, by: NamedBy::Entry }));
    };
    if kind == EventKind::DisbursementRecord && !negative {
        return Err(item.unfit("only with negative = \"refund\""));
    }
    let is = item.section("refunds")?.need("is")?;
    let by = match is.text()? {
        "voucher" => NamedBy::Entry,
        "source_no" => NamedBy::SourceNo,
        "document_no" => NamedBy::DocumentNo,
        _ => return Err(is.unfit("\"voucher\", \"source_no\" or \"document_no\"")),
    };
    let spec = FieldSpec { kind: Shape::Text, need: fields::OPTIONAL, ..spec };
    let of = values::field_with(&item, spec, compare, &["is"])?;
    Ok(Some(RefundRule { of, by }))
}

/// Funding needs its fund and amount together; a line's finer parts need its fund.
fn check_line(section: &Section<'_>, kind: EventKind, fields: &[FieldRule]) -> Result<()> {
    let has = |field| fields.iter().any(|rule| rule.spec.field == field);
    let part = [Field::Year, Field::Origin, Field::Class].into_iter().any(has);
    let funded = kind == EventKind::ProjectApprove && has(Field::Amount);
    if (part || funded) && !has(Field::Fund) {
        return Err(section.missing("fund"));
    }
    if kind == EventKind::ProjectApprove && has(Field::Fund) && !has(Field::Amount) {
        return Err(section.missing("amount"));
    }
    Ok(())
}

pub(super) fn field_rules(
    section: &Section<'_>,
    specs: &[FieldSpec],
    compare: Compare,
) -> Result<Vec<FieldRule>> {
    let mut rules = Vec::new();
    for spec in specs {
        match section.get(spec.field.text()) {
            Some(item) => rules.push(values::field(&item, *spec, compare)?),
            None if is_required(spec) => return Err(section.missing(spec.field.text())),
            None => {}
        }
    }
    Ok(rules)
}
