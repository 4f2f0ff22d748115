//! A policy as a TOML file: what `policy show` prints and `policy adopt` reads.
//!
//! A key that the file does not have stays as it is in force; a key that is not known is refused, so
//! that a slip of the pen never goes unnoticed.

use crate::domain::event::Policy;
use crate::domain::kinds::Control;
use crate::domain::money::Currency;
use crate::error::{Error, Kind, Result};
use crate::form::{AmountText, Refusal, day};
use serde::Deserialize;
use std::path::Path;

/// The word for: history ends on the day the ledger was opened.
const OPENING: &str = "opening";

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyFile {
    control: Option<String>,
    tolerance_basis_points: Option<u32>,
    tolerance: Option<String>,
    project_required: Option<bool>,
    transfer_between_purposes: Option<bool>,
    history_before: Option<String>,
    rule_set_version: Option<u32>,
}

/// Reads the file at `path` over the policy in force.
///
/// # Errors
/// `policy_malformed` names the line or the key; an I/O code.
pub(crate) fn read(path: &Path, in_force: &Policy, currency: Currency) -> Result<Policy> {
    let text = crate::file::read_named_text(path).map_err(|e| Error::io("read", path, e))?;
    parse(&text, in_force, currency).map_err(|why| {
        let message = format!("{} is no policy: {}", path.display(), why.trim_end());
        Error::new(Kind::Usage, "policy_malformed", message)
            .with_hint("print the one in force and change that: earmark policy show -o policy.toml")
            .with_detail("path", path.display())
            .with_detail("why", why.trim_end())
    })
}

fn parse(text: &str, in_force: &Policy, currency: Currency) -> Result<Policy, String> {
    let file: PolicyFile = toml::from_str(text).map_err(|e| e.to_string())?;
    let mut policy = in_force.clone();
    if let Some(word) = file.control {
        policy.control = Control::from_text(&word)
            .ok_or_else(|| format!("control is {word:?}; it is stop, warn or track"))?;
    }
    if let Some(points) = file.tolerance_basis_points {
        policy.tolerance_basis_points = points;
    }
    if let Some(amount) = file.tolerance {
        let typed: AmountText = amount.parse().map_err(|e: Refusal| e.rule)?;
        let amount = typed.in_minor_units(currency).map_err(|e| e.rule)?;
        policy.tolerance_minor_units = amount;
    }
    if let Some(answer) = file.project_required {
        policy.project_required = answer;
    }
    if let Some(answer) = file.transfer_between_purposes {
        policy.transfer_between_purposes = answer;
    }
    if let Some(version) = file.rule_set_version {
        policy.rule_set_version = version;
    }
    policy.history_before = match file.history_before.as_deref() {
        None => policy.history_before,
        Some(OPENING) => None,
        Some(day) => Some(day::parse(day).map_err(|_| {
            format!("history_before is {day:?}; it is a day like \"2003-01-01\", or {OPENING:?}")
        })?),
    };
    Ok(policy)
}

/// The policy as a file that [`read`] reads back.
#[must_use]
pub(crate) fn text(policy: &Policy, currency: Currency) -> String {
    let before = policy.history_before.map_or(OPENING.to_owned(), |day| day.to_string());
    format!(
        "control = \"{control}\"                     # a line below zero: stop, warn or track\n\
         tolerance_basis_points = {points}           # how far `stop` lets a line go, of its authority …\n\
         tolerance = \"{tolerance}\"                   # … and absolutely; the lower of the two holds\n\
         project_required = {project}              # every contract and payment needs a project\n\
         transfer_between_purposes = {transfer}    # money may go to a fund for something else\n\
         history_before = \"{before}\"           # only earlier dates are imported as history\n\
         rule_set_version = {rules}                 # 1 asks for no roles, 2 does, 3 has more rules (schemas/entry.md, 12)\n",
        control = policy.control,
        points = policy.tolerance_basis_points,
        tolerance = currency.plain(policy.tolerance_minor_units),
        project = policy.project_required,
        transfer = policy.transfer_between_purposes,
        rules = policy.rule_set_version,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::Date;
    use crate::domain::money::Amount;

    fn yuan() -> Currency {
        Currency::named("CNY").unwrap()
    }

    #[test]
    fn what_is_shown_is_read_back() {
        let policy = Policy {
            control: Control::Warn,
            tolerance_basis_points: 50,
            tolerance_minor_units: Amount(123_456),
            project_required: false,
            transfer_between_purposes: true,
            history_before: Date::parse("2003-01-01"),
            ..Policy::default()
        };
        assert_eq!(parse(&text(&policy, yuan()), &Policy::default(), yuan()).unwrap(), policy);
        let plain = Policy::default();
        assert_eq!(parse(&text(&plain, yuan()), &policy, yuan()).unwrap(), plain);
    }

    #[test]
    fn what_the_file_does_not_name_stays() {
        let in_force = Policy { project_required: false, ..Policy::default() };
        let read = parse("control = \"track\"", &in_force, yuan()).unwrap();
        assert_eq!(read, Policy { control: Control::Track, ..in_force });
    }

    #[test]
    fn a_file_that_is_no_policy_says_why() {
        for (text, why) in [
            ("control = \"halt\"", "control is \"halt\"; it is stop, warn or track"),
            ("contrl = \"stop\"", "unknown field `contrl`"),
            ("tolerance = \"0.001\"", "amounts in CNY have at most 2 places after the point"),
            ("tolerance = 5", "invalid type: integer `5`, expected a string"),
            ("history_before = \"soon\"", "history_before is \"soon\"; it is a day like"),
            ("tolerance_basis_points = -1", "expected u32"),
        ] {
            let found = parse(text, &Policy::default(), yuan()).unwrap_err();
            assert!(found.contains(why), "{text}: {found}");
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("policy.toml");
        std::fs::write(&path, "control = \"halt\"").unwrap();
        assert_eq!(
            read(&path, &Policy::default(), yuan()).unwrap_err().to_string(),
            format!(
                "policy_malformed: {} is no policy: control is \"halt\"; it is stop, warn or track\n  \
                 next: print the one in force and change that: earmark policy show -o policy.toml",
                path.display()
            )
        );
    }
}
