//! Commands: imperative wishes. Where nothing has to be resolved, a wish carries the very fields of
//! the event it asks for; where something has, it says only what the office knows.
//!
//! A command's digest is over the encoding of its [`Order`] (schemas/entry.md §5), so the fields
//! here are frozen like those of events, and a retry after an upgrade is the same command: no field is
//! added to a command. One with more fields is a command of its own, with the next number, and whoever
//! says none of them asks for the older one.

use super::calendar::{Date, Year};
use super::event::{
    AllocationAdjusted, AllocationRecorded, AllocationTransferred, AnchorAdopted,
    BalanceCarriedForward, BalanceLapsed, Body, BreachAcknowledged, CommitmentClosed,
    ConfidentialErased, DistrictRegistered, DistrictRetired, DocumentAttached, EntryReversed,
    Filing, FollowOnPaidIn, FollowOnPledged, FundAmended, FundClosed, FundEstablished,
    FundsReserved, LedgerOpened, LedgerRestored, LogKeyRotated, OfficerEnrolled, OfficerKeyRotated,
    OfficerRevoked, OfficerRolesChanged, PayeeRegistered, PolicyAdopted, ProgrammeRegistered,
    ProjectApproved, ProjectClosedOut, ProjectCompleted, ProjectTerminated, ReservationReleased,
    Tranche,
};
use super::ids::{Code, LineKey, Tag, Text};
use super::money::Amount;
use serde::{Deserialize, Serialize};

/// A command with what all commands share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// When it happened; `None`: the ledger's today. A retry on another day is the same command.
    pub occurred_on: Option<Date>,
    /// Part of an import of history.
    pub historical: bool,
    /// What is wished.
    pub command: Command,
}

/// Which money an amount is drawn from, as far as the office said. `propose` fills in the single
/// possible line, or refuses and lists them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Drawing {
    /// The whole amount, minor units; the sum of `from` where that is given.
    pub amount: Amount,
    /// The project it is for.
    pub project: Option<Code>,
    /// The fund, where there is no project or several are possible.
    pub fund: Option<Code>,
    /// The fiscal year of the line.
    pub year: Option<Year>,
    /// The lines, each with its part.
    pub from: Vec<(LineKey, Amount)>,
}

/// A wish. The words are the verbs of the command line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Command {
    /// Open a ledger and enrol its first officer.
    OpenLedger(LedgerOpened, OfficerEnrolled),
    /// Adopt a policy.
    AdoptPolicy(PolicyAdopted),
    /// Enrol an officer; the number is filled in.
    EnrolOfficer(OfficerEnrolled),
    /// Register a district.
    RegisterDistrict(DistrictRegistered),
    /// End a district.
    RetireDistrict(DistrictRetired),
    /// Register a programme.
    RegisterProgramme(ProgrammeRegistered),
    /// Register a payee.
    RegisterPayee(PayeeRegistered),
    /// Establish a fund.
    EstablishFund(FundEstablished),
    /// Close a fund.
    CloseFund(FundClosed),
    /// Record an allocation, which opens its line.
    RecordAllocation(AllocationRecorded),
    /// Supplement or reduce a line.
    AdjustAllocation(AllocationAdjusted),
    /// Bring a line's authority to this amount: records the difference, nothing when it is zero.
    SetAllocation(AllocationRecorded),
    /// Move authority between lines.
    TransferAllocation(AllocationTransferred),
    /// Carry a balance to a later year.
    CarryForward(BalanceCarriedForward),
    /// Let a balance lapse.
    Lapse(BalanceLapsed),
    /// Approve a project.
    ApproveProject(ProjectApproved),
    /// Complete a project.
    CompleteProject(ProjectCompleted),
    /// Terminate a project.
    TerminateProject(ProjectTerminated),
    /// Close a project out.
    CloseOutProject(ProjectClosedOut),
    /// Reserve money for a project.
    ReserveFunds(FundsReserved),
    /// Release a reservation.
    ReleaseReservation(ReservationReleased),
    /// Make a commitment.
    MakeCommitment(MakeCommitment),
    /// Increase a commitment.
    IncreaseCommitment(ChangeCommitment),
    /// Reduce a commitment.
    ReduceCommitment(ChangeCommitment),
    /// Close a commitment.
    CloseCommitment(CommitmentClosed),
    /// Record a disbursement.
    RecordDisbursement(RecordDisbursement),
    /// Record a refund.
    ReceiveRefund(ReceiveRefund),
    /// Record a pledge.
    PledgeFollowOn(FollowOnPledged),
    /// Record a payment of a pledge.
    PayInFollowOn(FollowOnPaidIn),
    /// Withdraw the unpaid rest of a pledge.
    WithdrawFollowOn(WithdrawFollowOn),
    /// Reverse an entry.
    ReverseEntry(EntryReversed),
    /// Attach documents to an entry.
    AttachDocument(DocumentAttached),
    /// Sign checkpoints with a new log key.
    RotateLogKey(LogKeyRotated),
    /// Change what an officer may do.
    ChangeOfficerRoles(OfficerRolesChanged),
    /// Give an officer a new key.
    RotateOfficerKey(OfficerKeyRotated),
    /// Revoke an officer.
    RevokeOfficer(OfficerRevoked),
    /// Erase the confidential fields of an entry.
    EraseConfidential(ConfidentialErased),
    /// Tell that the ledger was rebuilt from a copy.
    RestoreLedger(LedgerRestored),
    /// Take a checkpoint as the anchor.
    AdoptAnchor(AnchorAdopted),
    /// Reverse an entry with everything that has to be reversed before it. Which entries those are is
    /// looked up when it is recorded, so a retry is the same command.
    ReverseWithDependents(EntryReversed),
    /// Mend what is known of a fund.
    AmendFund(FundAmended),
    /// Acknowledge a command that should not be in the ledger.
    AcknowledgeBreach(BreachAcknowledged),
    /// Record a disbursement over the shares of its contract. What is owed on each is looked up when it is
    /// recorded, so a retry is the same command.
    DisburseByShares(RecordDisbursement),
}

/// Commands that carry the very fields of the event they ask for; and the others, which have something to
/// resolve or number, with their structs.
macro_rules! carrying {
    ($($name:ident),+; $($other:ident $of:ident),+) => {
        /// A command, by what has to be done for its events.
        #[derive(Debug)]
        #[expect(clippy::large_enum_variant, reason = "one a command, for as long as it is looked at")]
        pub enum Wish<'c> {
            /// Nothing: it carries the very fields of its event.
            Carried(Body),
            /// Two events.
            OpenLedger(&'c LedgerOpened, &'c OfficerEnrolled),
            $(
                #[doc = concat!("As [`Command::", stringify!($other), "`].")]
                $other(&'c $of),
            )+
        }

        impl Command {
            /// What has to be done for its events.
            #[must_use]
            pub fn wish(&self) -> Wish<'_> {
                match self {
                    $(Self::$name(body) => Wish::Carried(body.clone().into()),)+
                    Self::OpenLedger(ledger, officer) => Wish::OpenLedger(ledger, officer),
                    $(Self::$other(wish) => Wish::$other(wish),)+
                }
            }
        }
    };
}
carrying!(
    AdoptPolicy, RegisterDistrict, RetireDistrict, RegisterProgramme, RegisterPayee, EstablishFund,
    AmendFund, CloseFund, RecordAllocation, AdjustAllocation, TransferAllocation, CarryForward, Lapse,
    ApproveProject, CompleteProject, TerminateProject, CloseOutProject, ReserveFunds,
    ReleaseReservation, CloseCommitment, PledgeFollowOn, PayInFollowOn, ReverseEntry, AttachDocument,
    RotateLogKey, ChangeOfficerRoles, RotateOfficerKey, RevokeOfficer, EraseConfidential,
    RestoreLedger, AdoptAnchor, AcknowledgeBreach;
    EnrolOfficer OfficerEnrolled, SetAllocation AllocationRecorded, MakeCommitment MakeCommitment,
    IncreaseCommitment ChangeCommitment, ReduceCommitment ChangeCommitment,
    RecordDisbursement RecordDisbursement, ReceiveRefund ReceiveRefund,
    WithdrawFollowOn WithdrawFollowOn, ReverseWithDependents EntryReversed,
    DisburseByShares RecordDisbursement
);

/// Make a commitment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MakeCommitment {
    /// The contract's own number.
    pub contract: Code,
    /// Who will be paid.
    pub payee: Option<Code>,
    /// What it is for, where there is no project.
    pub purpose: Option<Tag>,
    /// Title or description.
    pub title: Option<Text>,
    /// Amount and where it is drawn from.
    pub drawing: Drawing,
    /// Its tranches.
    pub tranches: Vec<Tranche>,
    /// Documents and file number.
    pub filing: Filing,
}

/// Increase or reduce a commitment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeCommitment {
    /// The contract.
    pub contract: Code,
    /// By how much and where.
    pub drawing: Drawing,
    /// Why.
    pub reason: Option<Text>,
    /// Documents and file number.
    pub filing: Filing,
}

/// Record a disbursement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordDisbursement {
    /// The contract it is paid under.
    pub commitment: Option<Code>,
    /// Amount and where it is drawn from.
    pub drawing: Drawing,
    /// Who was paid.
    pub payee: Option<Code>,
    /// What it is for, where there is neither project nor contract.
    pub purpose: Option<Tag>,
    /// Their number.
    pub source_number: Option<Text>,
    /// Documents and file number.
    pub filing: Filing,
}

/// Record a refund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiveRefund {
    /// Index of the disbursement's entry.
    pub disbursement: u64,
    /// Amount and which lines it came back to.
    pub drawing: Drawing,
    /// Whether it restores the budget; `None`: yes in the payment's fiscal year, no after it.
    pub restores_budget: Option<bool>,
    /// Why.
    pub reason: Option<Text>,
    /// Documents and file number.
    pub filing: Filing,
}

/// Withdraw the unpaid rest of a pledge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WithdrawFollowOn {
    /// The investment.
    pub code: Code,
    /// The rest, minor units; `None`: whatever it is.
    pub amount: Option<Amount>,
    /// Why.
    pub reason: Option<Text>,
    /// Documents and file number.
    pub filing: Filing,
}
