//! Types 1, 3, 8–10, 12, 19 and 35: the ledger, its policy, and who and what there is.

use super::{Done, Fact, See, Seen, Value, maybe, maybe_name, name, out_of_range, reason};
use crate::domain::calendar::Date;
use crate::domain::event::{
    ApprovalBand, Cited, DistrictRegistered, DistrictRetired, FundAmended, FundClosed,
    FundEstablished, LedgerOpened, PayeeAccount, PayeeRegistered, Policy, PolicyAdopted,
    ProgrammeRegistered,
};
use crate::domain::ids::Code;
use crate::domain::kinds::Control;
use crate::domain::money::{Amount, Currency};
use crate::domain::posting::Move;
use crate::domain::rejection::{Allowed, Rejection, Thing};
use crate::domain::spelling::check_visible;
use crate::domain::state::{District, Fund, Journal, LedgerFacts, State};

impl Fact for LedgerOpened {
    fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
        let Self {
            ledger,
            origin,
            name,
            currency,
            exponent,
            utc_offset_minutes,
            fiscal_year_start_month,
            log_key,
            policy,
            filing,
        } = self;
        see.see("ledger", Value::Bytes(&ledger.0))?;
        see.see("origin", Value::Text(origin, 200))?;
        see.see("name", super::name(name))?;
        see.see("currency", Value::Own(currency))?;
        see.see("exponent", Value::Number((*exponent).into()))?;
        see.see("utc_offset_minutes", Value::Number((*utc_offset_minutes).into()))?;
        see.see("fiscal_year_start_month", Value::Number((*fiscal_year_start_month).into()))?;
        see.see("log_key", Value::Bytes(&log_key.0))?;
        see.form(|_| ledger_form(self))?;
        self::policy(policy, see)?;
        filing.fields(see)
    }

    fn moves(&self, _: &State, _: &Cited) -> Result<Vec<Move>, Rejection> {
        Ok(Vec::new())
    }

    fn remember(&self, journal: &mut Journal<'_>, done: &Done<'_>) -> Seen {
        *journal.ledger_mut() = Some(self.facts(done.occurred_on));
        adopt(journal, &self.policy);
        Ok(())
    }
}

impl LedgerOpened {
    /// What is known of the ledger from then on.
    #[must_use]
    pub fn facts(&self, opened_on: Date) -> LedgerFacts {
        LedgerFacts {
            id: self.ledger,
            origin: self.origin.clone(),
            name: self.name.clone(),
            currency: self.currency.clone(),
            exponent: self.exponent,
            utc_offset_minutes: self.utc_offset_minutes,
            fiscal_year_start_month: self.fiscal_year_start_month,
            log_key: self.log_key,
            former_log_keys: Vec::new(),
            opened_on,
        }
    }
}

fn ledger_form(b: &LedgerOpened) -> Seen {
    match Currency::named(b.currency.as_str()) {
        Some(currency) if currency.exponent == b.exponent => {}
        Some(currency) => {
            return Err(out_of_range(
                "exponent",
                &b.exponent,
                Allowed::Just(currency.exponent.into()),
            ));
        }
        None => {
            let found = format!("{:?}", b.currency);
            return Err(out_of_range("currency", &found, Allowed::Currency));
        }
    }
    if !(-840..=840).contains(&b.utc_offset_minutes) {
        let allowed = Allowed::Between(-840, 840);
        return Err(out_of_range("utc_offset_minutes", &b.utc_offset_minutes, allowed));
    }
    if !(1..=12).contains(&b.fiscal_year_start_month) {
        let found = b.fiscal_year_start_month;
        return Err(out_of_range("fiscal_year_start_month", &found, Allowed::Between(1, 12)));
    }
    let origin = b.origin.as_str();
    // A ledger is opened under its own rules.
    if b.policy.rule_set_version >= 3 {
        check_visible("origin", origin)?;
    }
    if origin.contains(|c: char| c.is_whitespace() || c == '+') || origin.contains("://") {
        return Err(out_of_range("origin", &origin, Allowed::Origin));
    }
    Ok(())
}

impl Fact for PolicyAdopted {
    fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
        let Self { policy, filing } = self;
        self::policy(policy, see)?;
        filing.fields(see)
    }

    fn moves(&self, _: &State, _: &Cited) -> Result<Vec<Move>, Rejection> {
        Ok(Vec::new())
    }

    fn remember(&self, journal: &mut Journal<'_>, _: &Done<'_>) -> Seen {
        adopt(journal, &self.policy);
        Ok(())
    }
}

fn policy<'e, S: See<'e>>(policy: &'e Policy, see: &mut S) -> Seen {
    let Policy {
        control,
        tolerance_basis_points,
        tolerance_minor_units,
        project_required,
        transfer_between_purposes,
        approval_bands,
        duplicate_window_days,
        history_before,
        rule_set_version,
    } = policy;
    see.see("policy", Value::Struct)?;
    see.see("policy.control", Value::Kind(control.text()))?;
    see.see("policy.tolerance_basis_points", Value::Number((*tolerance_basis_points).into()))?;
    see.form(|_| {
        if *tolerance_basis_points <= 10_000 {
            return Ok(());
        }
        let allowed = Allowed::Between(0, 10_000);
        Err(out_of_range("tolerance_basis_points", tolerance_basis_points, allowed))
    })?;
    see.see("policy.project_required", Value::Flag(*project_required))?;
    see.see("policy.transfer_between_purposes", Value::Flag(*transfer_between_purposes))?;
    see.see("policy.approval_bands", Value::List(approval_bands.len()))?;
    for ApprovalBand { from, approvals } in approval_bands {
        see.see("policy.approval_bands.from", Value::Amount(*from))?;
        see.see("policy.approval_bands.approvals", Value::Number((*approvals).into()))?;
    }
    see.see("policy.tolerance_minor_units", Value::Amount(*tolerance_minor_units))?;
    see.see("policy.duplicate_window_days", Value::Number((*duplicate_window_days).into()))?;
    see.see("policy.history_before", maybe(*history_before, Value::Day))?;
    see.see("policy.rule_set_version", Value::Number((*rule_set_version).into()))
}

/// Whether a policy was ever lenient is remembered.
fn adopt(journal: &mut Journal<'_>, policy: &Policy) {
    let tolerant = policy.tolerance_basis_points > 0 && policy.tolerance_minor_units > Amount::ZERO;
    let is_lenient = policy.control != Control::Stop || tolerant;
    journal.set_policy(policy.clone(), is_lenient);
}

fn another(successor: Option<&Code>, code: &Code) -> Seen {
    if successor == Some(code) {
        return Err(out_of_range("successor", code, Allowed::AnotherDistrict));
    }
    Ok(())
}

impl Fact for DistrictRegistered {
    fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
        let Self { code, name, name_zh, level, parent, valid_from, valid_to, successor, filing } =
            self;
        see.see("code", Value::New(Thing::District, code))?;
        see.form(|_| parent.as_ref().map_or(Ok(()), |code| code.check("district")))?;
        see.see("parent", maybe(parent.as_ref(), |code| Value::Known(Thing::District, code)))?;
        see.see("successor", maybe(successor.as_ref(), Value::Code))?;
        see.form(|_| another(successor.as_ref(), code))?;
        see.see("name_zh", maybe_name(name_zh.as_ref()))?;
        see.see("name", super::name(name))?;
        see.see("level", Value::Kind(level.text()))?;
        see.see("valid_from", maybe(*valid_from, Value::Day))?;
        see.see("valid_to", maybe(*valid_to, Value::Day))?;
        filing.fields(see)
    }

    fn moves(&self, _: &State, _: &Cited) -> Result<Vec<Move>, Rejection> {
        Ok(Vec::new())
    }

    fn remember(&self, journal: &mut Journal<'_>, _: &Done<'_>) -> Seen {
        let district = District {
            level: self.level,
            valid_from: self.valid_from,
            valid_to: self.valid_to,
            successor: self.successor.clone(),
        };
        journal.districts().insert(self.code.clone(), district);
        Ok(())
    }
}

impl Fact for DistrictRetired {
    fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
        let Self { code, successor, filing } = self;
        let known = |code| Value::Known(Thing::District, code);
        see.see("code", known(code))?;
        see.see("successor", maybe(successor.as_ref(), known))?;
        see.form(|_| another(successor.as_ref(), code))?;
        filing.fields(see)
    }

    fn moves(&self, _: &State, _: &Cited) -> Result<Vec<Move>, Rejection> {
        Ok(Vec::new())
    }

    fn remember(&self, journal: &mut Journal<'_>, done: &Done<'_>) -> Seen {
        journal.districts().change(&self.code, |district| {
            district.valid_to = Some(done.occurred_on);
            district.successor.clone_from(&self.successor);
        });
        Ok(())
    }
}

impl Fact for FundEstablished {
    fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
        let Self { code, name, name_zh, kind, purposes, manager, district, filing } = self;
        see.see("code", Value::New(Thing::Fund, code))?;
        see.see("name", super::name(name))?;
        see.see("name_zh", maybe_name(name_zh.as_ref()))?;
        see.see("manager", maybe_name(manager.as_ref()))?;
        see.see("kind", Value::Kind(kind.text()))?;
        see.see("purposes", Value::List(purposes.len()))?;
        see.form(|_| {
            if purposes.is_empty() {
                return Err(Rejection::TextEmpty { field: "purposes" });
            }
            Ok(())
        })?;
        for purpose in purposes {
            see.see("purposes", Value::Purpose(purpose))?;
        }
        see.see("district", maybe(district.as_ref(), |code| Value::Known(Thing::District, code)))?;
        filing.fields(see)
    }

    fn moves(&self, _: &State, _: &Cited) -> Result<Vec<Move>, Rejection> {
        Ok(Vec::new())
    }

    fn remember(&self, journal: &mut Journal<'_>, _: &Done<'_>) -> Seen {
        let fund = Fund { purposes: self.purposes.clone(), closed: false };
        journal.funds().insert(self.code.clone(), fund);
        Ok(())
    }
}

impl Fact for FundAmended {
    fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
        let Self { code, name, name_zh, manager, purposes_added, filing } = self;
        see.see("code", Value::Known(Thing::Fund, code))?;
        see.see("name", maybe_name(name.as_ref()))?;
        see.see("name_zh", maybe_name(name_zh.as_ref()))?;
        see.see("manager", maybe_name(manager.as_ref()))?;
        see.see("purposes_added", Value::List(purposes_added.len()))?;
        for purpose in purposes_added {
            see.see("purposes_added", Value::Purpose(purpose))?;
        }
        see.form(|_| {
            if [name, name_zh, manager].into_iter().all(Option::is_none)
                && purposes_added.is_empty()
            {
                return Err(Rejection::TextEmpty { field: "amendment" });
            }
            Ok(())
        })?;
        filing.fields(see)
    }

    fn moves(&self, _: &State, _: &Cited) -> Result<Vec<Move>, Rejection> {
        Ok(Vec::new())
    }

    fn remember(&self, journal: &mut Journal<'_>, _: &Done<'_>) -> Seen {
        journal.funds().change(&self.code, |fund| {
            for purpose in &self.purposes_added {
                if !fund.purposes.contains(purpose) {
                    fund.purposes.push(purpose.clone());
                }
            }
        });
        Ok(())
    }
}

impl Fact for FundClosed {
    fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
        let Self { code, reason, filing } = self;
        see.see("code", Value::Known(Thing::Fund, code))?;
        see.see("reason", self::reason(reason.as_ref()))?;
        filing.fields(see)
    }

    fn moves(&self, _: &State, _: &Cited) -> Result<Vec<Move>, Rejection> {
        Ok(Vec::new())
    }

    fn remember(&self, journal: &mut Journal<'_>, _: &Done<'_>) -> Seen {
        journal.funds().change(&self.code, |fund| fund.closed = true);
        Ok(())
    }
}

impl Fact for ProgrammeRegistered {
    fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
        let Self { code, name, name_zh, district, filing } = self;
        see.see("code", Value::New(Thing::Programme, code))?;
        see.see("name_zh", maybe_name(name_zh.as_ref()))?;
        see.see("name", super::name(name))?;
        see.see("district", maybe(district.as_ref(), |code| Value::Known(Thing::District, code)))?;
        filing.fields(see)
    }

    fn moves(&self, _: &State, _: &Cited) -> Result<Vec<Move>, Rejection> {
        Ok(Vec::new())
    }

    fn remember(&self, journal: &mut Journal<'_>, _: &Done<'_>) -> Seen {
        journal.programmes().insert(self.code.clone(), ());
        Ok(())
    }
}

impl Fact for PayeeRegistered {
    fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
        let Self { code, name, name_zh, credit_code, accounts, filing } = self;
        see.see("code", Value::New(Thing::Payee, code))?;
        see.see("name", super::name(name))?;
        see.see("name_zh", maybe_name(name_zh.as_ref()))?;
        see.see("credit_code", maybe(credit_code.as_ref(), Value::Own))?;
        see.form(|_| {
            if let Some(code) = credit_code
                && !is_credit_code(code.as_str())
            {
                let found = format!("{code:?}");
                return Err(out_of_range("credit_code", &found, Allowed::CreditCode));
            }
            Ok(())
        })?;
        see.see("accounts", Value::List(accounts.len()))?;
        for PayeeAccount { label, valid_from, valid_to } in accounts {
            see.see("accounts.label", self::name(label))?;
            see.see("accounts.valid_from", maybe(*valid_from, Value::Day))?;
            see.see("accounts.valid_to", maybe(*valid_to, Value::Day))?;
        }
        filing.fields(see)
    }

    fn moves(&self, _: &State, _: &Cited) -> Result<Vec<Move>, Rejection> {
        Ok(Vec::new())
    }

    fn remember(&self, journal: &mut Journal<'_>, _: &Done<'_>) -> Seen {
        journal.payees().insert(self.code.clone(), ());
        Ok(())
    }
}

/// The unified social credit code of GB 32100-2015: 31 characters, weights 3^(i−1) mod 31, and
/// check = (31 − sum mod 31) mod 31.
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
