//! A mapping to begin with, for one type of event: every field with what it is, the required ones
//! taken from columns of the same name, the others commented out.

use super::fields::{self, EventKind, Field, FieldSpec, Shape, is_required};
use crate::error::{Error, Kind, Result};

/// The text of a mapping file for events of a type such as `commitment.make`.
///
/// ```
/// use earmark::import::mapping::Mapping;
/// let text = earmark::import::template::template("commitment.make").unwrap();
/// assert!(Mapping::parse(&text).is_ok());
/// ```
///
/// # Errors
/// `unknown_event_type`, with the nearest known type.
pub fn template(kind: &str) -> Result<String> {
    let kind = fields::kind(kind).ok_or_else(|| {
        let known: Vec<&str> = fields::kinds().map(EventKind::text).collect();
        let known = known.join(", ");
        let hint = match fields::nearest_kind(kind) {
            Some(near) => format!("did you mean {near}? Known are {known}"),
            None => format!("known are {known}"),
        };
        let message = format!("`{kind}` is no type of event that an import makes");
        Error::new(Kind::Usage, "unknown_event_type", message)
            .with_hint(hint)
            .with_detail("found", kind)
            .with_detail("known", known)
    })?;
    let mut out = String::from(HEAD);
    out.push_str(&format!("\n[[event]]\ntype = \"{}\"\n", kind.text()));
    for spec in fields::fields(kind) {
        out.push_str(&line(&spec, kind));
    }
    Ok(out)
}

const HEAD: &str = r#"# A mapping for `earmark import FILE --mapping THIS`; schemas/mapping.md explains every key.
source = "name-of-this-list"      # keep it for every later version of the same list
encoding = "utf-8"                # or gb18030, big5, windows-1252, …
delimiter = ","
header = 1                        # the line of the header row
historical = false                # true: dates before the policy's cut-over date
# default_date = "2002-01-01"     # where a row has no date

[numbers]
decimal = "."
thousands = ","
# currency = ["¥", "元"]
# negative = ["-", "()"]
# scale = 10000                   # amounts are in 万元

[dates]
formats = ["yyyy-mm-dd"]

# [[skip]]                        # total rows
# column = "name"
# starts_with = ["合计", "Total"]
"#;

fn line(spec: &FieldSpec, kind: EventKind) -> String {
    let name = spec.field.text();
    let mark = if is_required(spec) { "" } else { "# " };
    if let Some(first) = spec.kind.choices().first() {
        let words = spec.kind.choices().join(", ");
        return format!("{mark}{name} = \"{first}\"{}# one of {words}\n", gap(name));
    }
    let value = format!("{{ column = \"{name}\" }}");
    let what = if spec.kind == Shape::Tags { "; purposes are split at ;" } else { "" };
    let what = format!("{}{what}", spec.help.en);
    let target = kind == EventKind::AllocationRecord && spec.field == Field::Amount;
    let more = if target {
        "# amount_is = \"target\"   # the amount is what the line should have\n\
         # target = { as_of = \"2002-12-31\" }   # of which day the list is\n"
    } else {
        ""
    };
    format!("{mark}{name} = {value}{}# {what}\n{more}", gap(name))
}

fn gap(name: &str) -> String {
    " ".repeat(16_usize.saturating_sub(name.len()).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::mapping::Mapping;
    use crate::import::plan::Plan;

    #[test]
    fn every_template_is_a_mapping_that_fits_its_own_header() {
        for kind in fields::kinds() {
            let text = template(kind.text()).unwrap();
            let mapping = Mapping::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
            let header: Vec<String> =
                fields::fields(kind).iter().map(|spec| spec.field.text().to_owned()).collect();
            assert!(Plan::new(&mapping, &header, 2).is_ok(), "{text}");
            // With every comment of a field taken off it is one too.
            let (head, event) = text.split_once("\n[[event]]\n").unwrap();
            let whole = format!("{head}\n[[event]]\n{}", event.replace("\n# ", "\n"));
            let mapping = Mapping::parse(&whole).unwrap_or_else(|error| panic!("{error}\n{whole}"));
            assert!(Plan::new(&mapping, &header, 2).is_ok(), "{whole}");
        }
    }

    #[test]
    fn an_unknown_type_is_answered_with_the_nearest() {
        assert_eq!(
            template("commitments.make").unwrap_err().to_string(),
            "unknown_event_type: `commitments.make` is no type of event that an import makes\n  next: did you mean commitment.make? Known are district.register, programme.register, payee.register, fund.establish, allocation.record, allocation.supplement, allocation.reduce, project.approve, project.complete, project.terminate, project.close-out, commitment.make, commitment.increase, commitment.reduce, commitment.close, disbursement.record, follow-on.pledge, follow-on.pay-in, follow-on.withdraw"
        );
        assert!(template("xyz").unwrap_err().hint().unwrap().starts_with("known are "));
    }
}
