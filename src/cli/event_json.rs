//! A body as JSON for people: amounts as exact decimal text in major units, everything else as the
//! body's own fields.

use crate::domain::event::Body;
use crate::domain::money::{Amount, Currency};
use serde_json::{Map, Value};

/// The fields of a body; amounts in major units of `currency`.
#[must_use]
pub(crate) fn body(body: &Body, currency: Currency) -> Value {
    macro_rules! fields {
        ($($name:ident)+) => {
            match body { $(Body::$name(fields) => serde_json::to_value(fields),)+ }
        };
    }
    let value = fields! {
        LedgerOpened PolicyAdopted OfficerEnrolled DistrictRegistered DistrictRetired FundEstablished FundClosed AllocationRecorded AllocationAdjusted AllocationTransferred FundsReserved ReservationReleased ProgrammeRegistered ProjectApproved ProjectCompleted ProjectTerminated ProjectClosedOut CommitmentMade CommitmentIncreased CommitmentReduced CommitmentClosed PayeeRegistered DisbursementRecorded RefundReceived FollowOnPledged FollowOnPaidIn FollowOnWithdrawn BalanceCarriedForward BalanceLapsed EntryReversed DocumentAttached
    };
    let mut value = value.unwrap_or(Value::Null);
    in_major_units(&mut value, currency);
    value
}

/// Turns every `{"minor_units": "123"}` into `"1.23"`.
fn in_major_units(value: &mut Value, currency: Currency) {
    match value {
        Value::Object(fields) => {
            if let Some(amount) = minor_units(fields) {
                *value = Value::String(currency.plain(amount));
                return;
            }
            // An amount in its original currency is in units of that one.
            let other = fields.get("currency").and_then(Value::as_str).and_then(Currency::named);
            let currency = other.unwrap_or(currency);
            fields.values_mut().for_each(|field| in_major_units(field, currency));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| in_major_units(item, currency)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn minor_units(fields: &Map<String, Value>) -> Option<Amount> {
    let only = fields.get("minor_units").filter(|_| fields.len() == 1)?;
    only.as_str()?.parse().ok().map(Amount)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::{FollowOnPledged, OriginalAmount};
    use crate::domain::ids::{Code, Text};
    use crate::domain::kinds::FollowOnKind;

    #[test]
    fn amounts_are_in_major_units_of_their_own_currency() {
        let original = OriginalAmount {
            amount: Amount(12_345),
            currency: Text::new("JPY"),
            rate: Text::new("15.5"),
            source: Text::new("bank"),
        };
        let pledged = FollowOnPledged {
            code: Code::new("INV-1"),
            project: Code::new("CARD"),
            investor: Text::new("示例软件企业甲"),
            kind: FollowOnKind::EnterpriseBuild,
            amount: Amount(-150),
            original: Some(original),
            valuation: None,
            agreement: None,
            causality: None,
            filing: Default::default(),
        };
        let json = body(&pledged.into(), Currency::named("CNY").unwrap());
        assert_eq!(json["amount"], "-1.50");
        assert_eq!(json["original"]["amount"], "12345");
        assert_eq!(json["kind"], "enterprise_build");
    }
}
