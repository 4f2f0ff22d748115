//! A body as JSON for people: amounts as exact decimal text in major units, everything else as the
//! body's own fields.

use crate::domain::event::Body;
use crate::domain::money::Currency;
use crate::report::entry::in_major_units;
use serde_json::Value;

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
    LogKeyRotated OfficerRolesChanged OfficerKeyRotated OfficerRevoked ConfidentialErased
    LedgerRestored AnchorAdopted
    };
    in_major_units(value.unwrap_or(Value::Null), Some(currency))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::{FollowOnPledged, OriginalAmount};
    use crate::domain::ids::{Code, Text};
    use crate::domain::kinds::FollowOnKind;
    use crate::domain::money::Amount;

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
