//! The body of an event as a value to write: serde in its human-readable form, one struct a type.
//! For rooms that show entries without knowing events.

use crate::domain::event::Body;
use serde::{Serialize, Serializer};

/// The body of an event.
#[derive(Debug, Clone, Copy)]
pub struct Content<'a>(pub(super) &'a Body);

macro_rules! serialize_each {
    ($($name:ident)+) => {
        impl Serialize for Content<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self.0 { $(Body::$name(body) => body.serialize(serializer),)+ }
            }
        }
    };
}
serialize_each! {
    LedgerOpened PolicyAdopted OfficerEnrolled DistrictRegistered DistrictRetired FundEstablished
    FundClosed AllocationRecorded AllocationAdjusted AllocationTransferred FundsReserved
    ReservationReleased ProgrammeRegistered ProjectApproved ProjectCompleted ProjectTerminated
    ProjectClosedOut CommitmentMade CommitmentIncreased CommitmentReduced CommitmentClosed
    PayeeRegistered DisbursementRecorded RefundReceived FollowOnPledged FollowOnPaidIn
    FollowOnWithdrawn BalanceCarriedForward BalanceLapsed EntryReversed DocumentAttached
    LogKeyRotated OfficerRolesChanged OfficerKeyRotated OfficerRevoked ConfidentialErased
    LedgerRestored AnchorAdopted
}
