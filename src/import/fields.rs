//! Which events a mapping may ask for, and the fields of each: the forms that an import takes
//! ([`form`](crate::form)), which are the table of schemas/mapping.md §6.

pub use crate::form::field::Kind as Shape;
pub use crate::form::{Act as EventKind, Field, FieldSpec};

use crate::form::field::worded;
use crate::form::nearest;
use crate::form::table::{Need, forms};

worded! {
    /// What `--create-missing` creates with fields of its own.
    Created {
        Fund "fund",
        Project "project",
        Payee "payee",
    }
}

/// The events that a row may become.
pub fn kinds() -> impl Iterator<Item = EventKind> {
    forms().filter(|form| form.is_imported).map(|form| form.act)
}

/// The event with this word.
#[must_use]
pub fn kind(text: &str) -> Option<EventKind> {
    kinds().find(|kind| kind.text() == text)
}

/// The event that was probably meant.
#[must_use]
pub fn nearest_kind(text: &str) -> Option<&'static str> {
    nearest(text, kinds().map(EventKind::text))
}

/// The fields that a row of an event may have.
#[must_use]
pub fn fields(kind: EventKind) -> Vec<FieldSpec> {
    kind.form().imported().copied().collect()
}

/// A field that a row need not have.
pub(super) const OPTIONAL: Need = Need::Optional;

/// True if an event may have several lines, each with its amount (`[[event.split]]`).
#[must_use]
pub fn has_splits(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::ProjectApprove
            | EventKind::CommitmentMake
            | EventKind::CommitmentIncrease
            | EventKind::CommitmentReduce
            | EventKind::DisbursementRecord
            | EventKind::Refund
    )
}

/// The fields of a line with its amount.
#[must_use]
pub fn split_fields() -> Vec<FieldSpec> {
    let of_line = [Field::Fund, Field::Year, Field::Origin, Field::Class, Field::Amount];
    let specs = fields(EventKind::CommitmentIncrease).into_iter();
    let mut specs: Vec<_> = specs.filter(|spec| of_line.contains(&spec.field)).collect();
    for spec in &mut specs {
        let is_fund = spec.field == Field::Fund;
        spec.need = if is_fund { Need::Always } else { Need::Optional };
    }
    specs
}

/// True if a row without the field is refused.
#[must_use]
pub fn is_required(spec: &FieldSpec) -> bool {
    spec.need == Need::Always
}

impl Created {
    /// The event that creates it.
    #[must_use]
    pub fn event(self) -> EventKind {
        match self {
            Self::Fund => EventKind::FundEstablish,
            Self::Project => EventKind::ProjectApprove,
            Self::Payee => EventKind::PayeeRegister,
        }
    }

    /// The fields it takes, those of its event that describe it. Its code is the one that the row names,
    /// and only what it is for has no default.
    #[must_use]
    pub fn fields(self) -> Vec<FieldSpec> {
        let describes = |spec: &FieldSpec| {
            use Field as F;
            !matches!(
                spec.field,
                F::Code
                    | F::OccurredOn
                    | F::DocumentNo
                    | F::Ceiling
                    | F::Fund
                    | F::Year
                    | F::Origin
                    | F::Class
                    | F::Amount
            )
        };
        let mut specs: Vec<_> = fields(self.event()).into_iter().filter(describes).collect();
        for spec in &mut specs {
            let is_purpose = matches!(spec.field, Field::Purpose | Field::Purposes);
            spec.need = if is_purpose { Need::Always } else { Need::Optional };
        }
        specs
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// The table of schemas/mapping.md §6, row by row: each type with its fields, and whether each is bold.
    fn table() -> Vec<(String, BTreeSet<(String, bool)>)> {
        let page = include_str!("../../schemas/mapping.md");
        let section = page.split("## 6. Events").nth(1).unwrap().split("## 7.").next().unwrap();
        let mut rows = Vec::new();
        for line in section.lines().filter(|line| line.starts_with("| `")).skip(1) {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            // Words of closed lists stand in brackets; `funding of one line:` is a remark.
            let row = cells[1].replace("funding of one line:", ",").replace(';', ",");
            let parts = row.split('(').map(|part| part.split_once(')').map_or(part, |(_, p)| p));
            let plain: String = parts.collect();
            let field = |text: &str| (text.trim_matches('*').to_owned(), text.starts_with("**"));
            let fields = plain.split(',').map(str::trim).filter(|text| !text.is_empty());
            let fields: BTreeSet<_> = fields.map(field).collect();
            for kind in cells[0].split(',') {
                rows.push((kind.trim().trim_matches('`').to_owned(), fields.clone()));
            }
        }
        rows
    }

    #[test]
    fn the_table_of_the_page_is_that_of_the_forms() {
        let of_forms: Vec<(String, BTreeSet<(String, bool)>)> = kinds()
            .map(|kind| {
                let own = fields(kind).into_iter();
                let own = own.filter(|s| !matches!(s.field, Field::OccurredOn | Field::DocumentNo));
                let own = own.map(|spec| (spec.field.text().to_owned(), is_required(&spec)));
                (kind.text().to_owned(), own.collect())
            })
            .collect();
        assert_eq!(table(), of_forms);
        assert_eq!(nearest_kind("commitment.mak"), Some("commitment.make"));
    }

    #[test]
    fn the_page_has_the_words_of_closed_lists() {
        let page = include_str!("../../schemas/mapping.md");
        for spec in kinds().flat_map(fields).filter(|spec| !spec.kind.choices().is_empty()) {
            let words = spec.kind.choices().join(", ");
            assert!(page.contains(&format!("({words}")), "{}: {words}", spec.field.text());
        }
    }

    #[test]
    fn what_is_created_has_the_fields_that_the_page_says() {
        let names = |one: Created| {
            let specs = one.fields().into_iter();
            let name = |s: FieldSpec| {
                let mark = if is_required(&s) { "**" } else { "" };
                format!("{mark}{}{mark}", s.field.text())
            };
            specs.map(name).collect::<BTreeSet<_>>()
        };
        let page = include_str!("../../schemas/mapping.md");
        for one in Created::ALL {
            let head = format!("`[create.{}]`: ", one.text());
            let row = page.lines().find_map(|line| line.split_once(&head)).unwrap().1;
            let listed = row.split(['|', ';']).next().unwrap();
            let listed = listed.split(',').map(|name| name.trim().to_owned());
            assert_eq!(names(*one), listed.collect::<BTreeSet<_>>());
        }
    }
}
