//! **The list of events**, once: whoever needs all of them hands a macro to [`each_fact`].

/// Hands every event to a macro, a row each: number, version, name, the word that the filter `type:`
/// matches, who signs it, and whether it can be reversed.
///
/// Numbers and versions are permanent. *Who signs*: a role that is asked for from rule set 2 on
/// (schemas/entry.md §12); `nobody`: whoever signs, for when a ledger is opened nobody can be enrolled
/// yet. *Reversible* are events with postings, and those of follow-on investments, and `reversible_3`,
/// from rule set 3 on, those that end a project; `final` ones end by an event of their own.
macro_rules! each_fact {
    ($then:ident) => {
        $then! {
            1 1 LedgerOpened "ledger" nobody final,
            2 1 LogKeyRotated "ledger" administrator final,
            3 1 PolicyAdopted "policy" administrator final,
            4 1 OfficerEnrolled "officer" administrator final,
            5 1 OfficerRolesChanged "officer" administrator final,
            6 1 OfficerKeyRotated "officer" administrator final,
            7 1 OfficerRevoked "officer" administrator final,
            8 1 DistrictRegistered "district" maker final,
            9 1 DistrictRetired "district" maker final,
            10 1 FundEstablished "fund" maker final,
            11 1 FundAmended "fund" maker final,
            12 1 FundClosed "fund" maker final,
            13 1 AllocationRecorded "allocation" maker reversible,
            14 1 AllocationAdjusted "allocation" maker reversible,
            15 1 AllocationTransferred "allocation" maker reversible,
            17 1 FundsReserved "reservation" maker reversible,
            18 1 ReservationReleased "reservation" maker reversible,
            19 1 ProgrammeRegistered "programme" maker final,
            21 1 ProjectApproved "project" maker reversible,
            26 1 ProjectCompleted "project" maker reversible_3,
            27 1 ProjectTerminated "project" maker reversible_3,
            28 1 ProjectClosedOut "project" maker reversible,
            30 1 CommitmentMade "commitment" maker reversible,
            31 1 CommitmentIncreased "commitment" maker reversible,
            32 1 CommitmentReduced "commitment" maker reversible,
            33 1 CommitmentClosed "commitment" maker reversible,
            35 1 PayeeRegistered "payee" maker final,
            45 1 DisbursementRecorded "disbursement" maker reversible,
            46 1 RefundReceived "refund" maker reversible,
            50 1 FollowOnPledged "follow-on" maker reversible,
            51 1 FollowOnPaidIn "follow-on" maker reversible,
            52 1 FollowOnWithdrawn "follow-on" maker reversible,
            70 1 BalanceCarriedForward "balance" maker reversible,
            71 1 BalanceLapsed "balance" maker reversible,
            80 1 EntryReversed "reversal" maker final,
            81 1 DocumentAttached "document" maker final,
            82 1 ConfidentialErased "document" administrator final,
            84 1 LedgerRestored "ledger" administrator final,
            85 1 AnchorAdopted "ledger" administrator final,
            99 1 BreachAcknowledged "ledger" administrator final,
        }
    };
}
pub(crate) use each_fact;
