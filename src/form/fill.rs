//! The texts of a form as values. What text alone does not say is asked of a [`World`].

use super::build;
use super::entry::EntryRef;
use super::field::{Field, Kind};
use super::refusal::Refusal;
use super::table::{FieldSpec, Form, Need, Typed};
use super::value::{Value, Values};
use crate::domain::event::{Bytes32, Bytes64, DocumentRef, Policy};
use crate::domain::ids::Text;
use crate::domain::money::Currency;
use crate::error::{Error, Result};

/// What the fields of a form name and a form cannot know: entries, officers, files.
pub trait World {
    /// The currency that amounts are read in.
    fn currency(&self) -> Currency;

    /// The index of an entry.
    ///
    /// # Errors
    /// `unknown_entry`.
    fn entry(&self, name: &EntryRef) -> Result<u64>;

    /// The command that an entry belongs to and that should not be in the ledger: its first entry, and the
    /// rule that refuses it.
    ///
    /// # Errors
    /// `unknown_entry`; `no_breach` where no rule refuses it.
    fn breach(&self, name: &EntryRef) -> Result<(u64, Text)>;

    /// The number of an officer.
    ///
    /// # Errors
    /// `unknown_officer`.
    fn officer(&self, name: &str) -> Result<u32>;

    /// A document; `field` says which one of the form.
    ///
    /// # Errors
    /// It cannot be read.
    fn document(&self, field: Field, named: &str) -> Result<DocumentRef>;

    /// The key of a request that an officer of this name wrote.
    ///
    /// # Errors
    /// It cannot be read, or is not theirs.
    fn request(&self, named: &str, officer: &str) -> Result<(Bytes32, Bytes64)>;

    /// A policy, over the one in force.
    ///
    /// # Errors
    /// It cannot be read.
    fn policy(&self, named: &str) -> Result<Policy>;
}

/// Reads the texts of a form, field by field; a field that holds several has several texts. Sealed fields are
/// no part of a command and left out.
///
/// # Errors
/// `field_unknown`, `field_missing`, `field_excluded`, `field_alone`, the grammar's refusals with the field's name, what the world says.
pub fn fill(form: &Form, texts: &[(Field, String)], world: &dyn World) -> Result<Values> {
    let mut values = Values::with_capacity(texts.len());
    for (field, text) in texts {
        let spec = form.field(*field).ok_or_else(|| unknown(form, *field))?;
        let value = value(spec, text, texts, world);
        if let Some(value) = value.map_err(|error| error.with_detail("field", field.text()))? {
            values.add(*field, value);
        }
    }
    check_together(form, &values)?;
    let needed =
        form.fields.iter().filter(|spec| spec.need != Need::Optional && spec.typed != Typed::Never);
    for spec in needed {
        if !values.has(spec.field) {
            return Err(build::missing(spec.field).into());
        }
    }
    Ok(values)
}

/// Fields that exclude each other, or need each other.
fn check_together(form: &Form, values: &Values) -> Result<(), Refusal> {
    for spec in form.fields.iter().filter(|spec| values.has(spec.field)) {
        let field = spec.field.text();
        if let Some(other) = spec.excludes.iter().find(|other| values.has(**other)) {
            return Err(build::excluded(spec.field, *other));
        }
        if let Some(other) = spec.needs.filter(|other| !values.has(*other)) {
            let other = other.text();
            let rule = format!("the field {field} needs {other} beside it");
            return Err(Refusal::new("field_alone", rule, "both", field)
                .with_figure("other", other)
                .with_next(format!("fill in {other} too, or leave {field} blank")));
        }
    }
    Ok(())
}

fn unknown(form: &Form, field: Field) -> Error {
    let fields: Vec<&str> = form.all_fields().map(|spec| spec.field.text()).collect();
    let (act, fields) = (form.act.text(), fields.join(", "));
    let rule = format!("{act} has no such field");
    Refusal::new("field_unknown", rule, &fields, field.text()).with_figure("act", act).into()
}

fn value(
    spec: &FieldSpec,
    text: &str,
    texts: &[(Field, String)],
    world: &dyn World,
) -> Result<Option<Value>> {
    let of = |field: Field| texts.iter().find(|(other, _)| *other == field).map(|(_, text)| text);
    Ok(Some(match spec.kind {
        Kind::Entry => Value::Entry(world.entry(&text.parse()?)?),
        Kind::Breach => {
            let (first, rule) = world.breach(&text.parse()?)?;
            Value::Breach(first, rule)
        }
        Kind::Officer => Value::Officer(world.officer(text)?),
        Kind::Document | Kind::Documents => {
            Value::Documents(vec![world.document(spec.field, text)?])
        }
        Kind::Request => {
            let officer = of(Field::Officer).or_else(|| of(Field::Name));
            let (key, proof) = world.request(text, officer.map_or("", String::as_str))?;
            Value::Key(key, proof)
        }
        Kind::Policy => Value::Policy(Box::new(world.policy(text)?)),
        Kind::Sealed => return Ok(None),
        Kind::NewCode(_)
        | Kind::Code(_)
        | Kind::Class
        | Kind::Text
        | Kind::LongText
        | Kind::Tag
        | Kind::Tags
        | Kind::Amount
        | Kind::Date
        | Kind::Year
        | Kind::Line
        | Kind::Part
        | Kind::Parts
        | Kind::Choice(_)
        | Kind::Choices(_)
        | Kind::Flag
        | Kind::NewOfficer => Value::read(spec.kind, text, world.currency())?,
    }))
}
