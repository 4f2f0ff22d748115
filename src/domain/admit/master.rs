//! The ledger, its policy and officers, and master data.

use super::names;
use crate::domain::calendar::Date;
use crate::domain::event::{
    DistrictRegistered, DistrictRetired, FundClosed, FundEstablished, LedgerOpened,
    OfficerEnrolled, PayeeRegistered, Policy, ProgrammeRegistered,
};
use crate::domain::ids::{Code, LineKey};
use crate::domain::kinds::Stage;
use crate::domain::money::Currency;
use crate::domain::posting::Leaf;
use crate::domain::rejection::{Rejection, Thing};
use crate::domain::state::Draft;

fn out_of_range(field: &'static str, found: &impl ToString, allowed: &str) -> Rejection {
    Rejection::OutOfRange { field, found: found.to_string(), allowed: allowed.to_owned() }
}

pub(super) fn open(draft: &Draft<'_>, b: &LedgerOpened) -> Result<(), Rejection> {
    if draft.ledger().is_some() || draft.size != 0 {
        return Err(Rejection::LedgerOpen);
    }
    match Currency::named(b.currency.as_str()) {
        Some(currency) if currency.exponent == b.exponent => {}
        Some(currency) => {
            return Err(out_of_range("exponent", &b.exponent, &currency.exponent.to_string()));
        }
        None => {
            let known = format!("one of {}", Currency::known().join(", "));
            return Err(out_of_range("currency", &b.currency, &known));
        }
    }
    if !(-840..=840).contains(&b.utc_offset_minutes) {
        return Err(out_of_range("utc_offset_minutes", &b.utc_offset_minutes, "-840 to 840"));
    }
    if !(1..=12).contains(&b.fiscal_year_start_month) {
        let found = b.fiscal_year_start_month;
        return Err(out_of_range("fiscal_year_start_month", &found, "1 to 12"));
    }
    let origin = b.origin.as_str();
    if origin.contains(|c: char| c.is_whitespace() || c == '+') || origin.contains("://") {
        let allowed = "a URL without scheme, spaces and +, like example.org/ledger";
        return Err(out_of_range("origin", &origin, allowed));
    }
    policy(&b.policy)
}

pub(super) fn policy(policy: &Policy) -> Result<(), Rejection> {
    if policy.rule_set_version != 1 {
        return Err(Rejection::RuleSetUnknown { version: policy.rule_set_version });
    }
    if policy.tolerance_basis_points > 10_000 {
        let found = policy.tolerance_basis_points;
        return Err(out_of_range("tolerance_basis_points", &found, "0 to 10000"));
    }
    if policy.tolerance_minor_units.is_negative() {
        let found = policy.tolerance_minor_units.0;
        return Err(out_of_range("tolerance_minor_units", &found, "0 or more"));
    }
    if policy.approval_bands.is_empty() {
        Ok(())
    } else {
        Err(Rejection::NotInRuleSet { what: "approval bands" })
    }
}

pub(super) fn officer(draft: &Draft<'_>, b: &OfficerEnrolled) -> Result<(), Rejection> {
    let officers = draft.officers();
    let (expected, found) =
        (u64::try_from(officers.len()).unwrap_or(u64::MAX), u64::from(b.number));
    if expected != found {
        return Err(Rejection::NumberNotNext { what: "officer number", expected, found });
    }
    if officers.iter().any(|officer| officer.name == b.name) {
        return Err(names::exists(Thing::Officer, &b.name));
    }
    if let Some(officer) = officers.iter().find(|officer| officer.key == b.key) {
        let purpose = format!("the key of officer {}", officer.name);
        return Err(Rejection::KeyInUse { purpose });
    }
    if draft.ledger().is_some_and(|ledger| ledger.log_key == b.key) {
        return Err(Rejection::KeyInUse { purpose: "the log's key".to_owned() });
    }
    Ok(())
}

pub(super) fn district(draft: &Draft<'_>, b: &DistrictRegistered) -> Result<(), Rejection> {
    if draft.districts.contains(&b.code) {
        return Err(names::exists(Thing::District, &b.code));
    }
    if let Some(parent) = &b.parent {
        let above = names::district(draft, parent)?;
        if u8::from(above.level) >= u8::from(b.level) {
            let (code, parent) = (b.code.clone(), parent.clone());
            return Err(Rejection::DistrictOrder { code, parent });
        }
    }
    match (b.valid_from, b.valid_to) {
        (Some(from), Some(to)) if to < from => {
            let what = "a district ends after it begins";
            Err(Rejection::DateOrder { what, date: to, earliest: from })
        }
        (Some(_) | None, Some(_) | None) => Ok(()),
    }
}

pub(super) fn retire(
    draft: &Draft<'_>,
    b: &DistrictRetired,
    last_day: Date,
) -> Result<(), Rejection> {
    valid_district(draft, &b.code, last_day)?;
    match &b.successor {
        Some(successor) if *successor == b.code => {
            Err(out_of_range("successor", successor, "another district"))
        }
        Some(successor) => names::district(draft, successor).map(|_| ()),
        None => Ok(()),
    }
}

/// The district is known, and valid on the date.
pub(super) fn valid_district(draft: &Draft<'_>, code: &Code, date: Date) -> Result<(), Rejection> {
    let district = names::district(draft, code)?;
    let begun = district.valid_from.is_none_or(|from| from <= date);
    let ended = district.valid_to.is_some_and(|to| to < date);
    if begun && !ended {
        return Ok(());
    }
    Err(Rejection::DistrictNotValid {
        district: code.clone(),
        date,
        from: district.valid_from,
        to: district.valid_to,
        successor: district.successor.clone().filter(|_| ended),
    })
}

pub(super) fn programme(draft: &Draft<'_>, b: &ProgrammeRegistered) -> Result<(), Rejection> {
    if draft.programmes.contains(&b.code) {
        return Err(names::exists(Thing::Programme, &b.code));
    }
    b.district.as_ref().map_or(Ok(()), |district| names::district(draft, district).map(|_| ()))
}

pub(super) fn payee(draft: &Draft<'_>, b: &PayeeRegistered) -> Result<(), Rejection> {
    if draft.payees.contains(&b.code) {
        return Err(names::exists(Thing::Payee, &b.code));
    }
    match &b.credit_code {
        Some(code) if !is_credit_code(code.as_str()) => {
            let allowed = "18 characters with their check character (GB 32100)";
            Err(out_of_range("credit_code", code, allowed))
        }
        Some(_) | None => Ok(()),
    }
}

/// The unified social credit code of GB 32100-2015: 31 characters, weights 3^(i−1) mod 31, and
/// check = (31 − sum mod 31) mod 31.
#[must_use]
fn is_credit_code(code: &str) -> bool {
    const CHARACTERS: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    let mut values = Vec::with_capacity(18);
    for c in code.chars() {
        match CHARACTERS.find(c) {
            Some(value) => values.push(value),
            None => return false,
        }
    }
    let Some((check, front)) = values.split_last() else { return false };
    let mut weight = 1_usize;
    let mut sum = 0_usize;
    for value in front {
        sum = sum.saturating_add(weight.saturating_mul(*value));
        weight = weight.saturating_mul(3) % 31;
    }
    values.len() == 18 && *check == 31_usize.saturating_sub(sum % 31) % 31
}

pub(super) fn fund(draft: &Draft<'_>, b: &FundEstablished, date: Date) -> Result<(), Rejection> {
    if draft.funds.contains(&b.code) {
        return Err(names::exists(Thing::Fund, &b.code));
    }
    b.district.as_ref().map_or(Ok(()), |district| valid_district(draft, district, date))
}

pub(super) fn close_fund(draft: &Draft<'_>, b: &FundClosed) -> Result<(), Rejection> {
    names::open_fund(draft, &b.code)?;
    let first =
        LineKey { fund: b.code.clone(), year: i16::MIN, origin: i16::MIN, class: Code::default() };
    let first = Leaf::of(&first, Stage::Authority);
    let held = (draft.leaves.range(&first, |leaf| leaf.line.fund == b.code)).find(|(leaf, _)| {
        matches!(
            leaf.stage,
            Stage::Unreserved | Stage::Reserved | Stage::Committed | Stage::ApprovedUnpaid
        )
    });
    match held {
        Some((leaf, balance)) => Err(Rejection::FundNotEmpty {
            fund: b.code.clone(),
            account: leaf.to_string(),
            balance: draft.currency().money(*balance),
        }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::is_credit_code;

    #[test]
    fn credit_codes_are_checked_to_the_last_character() {
        assert!(is_credit_code("91110000600037341L"));
        assert!(!is_credit_code("91110000600037341M"));
        assert!(!is_credit_code("91110000600037341"));
        assert!(!is_credit_code("9111000060003734IL"));
        assert!(!is_credit_code(""));
    }
}
