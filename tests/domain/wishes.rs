//! Short forms of what an office asks for. Amounts are whole yuan here, fen in the ledger.

use crate::given::day;
use earmark::domain::command::{
    ChangeCommitment, Command, Drawing, MakeCommitment, Order, ReceiveRefund, RecordDisbursement,
    WithdrawFollowOn,
};
use earmark::domain::event::*;
use earmark::domain::ids::{Code, LineKey, Tag, Text};
use earmark::domain::kinds::{
    Direction, FollowOnKind, FundKind, Level, RestKind, Role, SourceKind, Stage,
};
use earmark::domain::money::Amount;

/// An order, told step by step.
#[derive(Debug, Clone)]
pub struct Wish {
    pub order: Order,
}

impl From<Command> for Wish {
    fn from(command: Command) -> Self {
        Self { order: Order { occurred_on: None, historical: false, command } }
    }
}

/// The day it happened on, and whether it is history.
pub trait Dated: Into<Wish> {
    #[track_caller]
    fn on(self, date: &str) -> Wish {
        let mut wish: Wish = self.into();
        wish.order.occurred_on = Some(day(date));
        wish
    }

    #[track_caller]
    fn history(self, date: &str) -> Wish {
        let mut wish = self.on(date);
        wish.order.historical = true;
        wish
    }
}
impl<T: Into<Wish>> Dated for T {}

macro_rules! wishes {
    ($($command:ident $body:ident,)+) => {$(
        impl From<$body> for Wish {
            fn from(body: $body) -> Self {
                Command::$command(body).into()
            }
        }
    )+};
}
wishes! {
    AdoptPolicy PolicyAdopted,
    EnrolOfficer OfficerEnrolled,
    RegisterDistrict DistrictRegistered,
    RetireDistrict DistrictRetired,
    RegisterProgramme ProgrammeRegistered,
    RegisterPayee PayeeRegistered,
    EstablishFund FundEstablished,
    AmendFund FundAmended, CloseFund FundClosed,
    RecordAllocation AllocationRecorded,
    AdjustAllocation AllocationAdjusted,
    TransferAllocation AllocationTransferred,
    CarryForward BalanceCarriedForward,
    Lapse BalanceLapsed,
    ApproveProject ProjectApproved,
    CompleteProject ProjectCompleted,
    TerminateProject ProjectTerminated,
    CloseOutProject ProjectClosedOut,
    ReserveFunds FundsReserved,
    ReleaseReservation ReservationReleased,
    MakeCommitment MakeCommitment,
    CloseCommitment CommitmentClosed,
    RecordDisbursement RecordDisbursement,
    ReceiveRefund ReceiveRefund,
    PledgeFollowOn FollowOnPledged,
    PayInFollowOn FollowOnPaidIn,
    WithdrawFollowOn WithdrawFollowOn,
    ReverseEntry EntryReversed,
    AttachDocument DocumentAttached,
}

pub fn yuan(yuan: i64) -> Amount {
    Amount(i128::from(yuan) * 100)
}

pub fn code(text: &str) -> Code {
    Code::new(text)
}

#[track_caller]
pub fn line(text: &str) -> LineKey {
    LineKey::parse(text).unwrap_or_else(|| panic!("{text} is no line"))
}

pub fn no_filing() -> Filing {
    Filing::default()
}

/// A document of this kind; equal numbers are the same document.
pub fn document(kind: &str, number: u8) -> DocumentRef {
    let name = Text::new(&format!("{kind}-{number}.pdf"));
    DocumentRef { hash: Bytes32([number; 32]), kind: Text::new(kind), name, pages: Some(1) }
}

/// A filing with that document alone.
pub fn filed(kind: &str, number: u8) -> Filing {
    Filing { documents: vec![document(kind, number)], document_no: None }
}

pub fn ledger() -> LedgerOpened {
    LedgerOpened {
        ledger: Bytes16([1; 16]),
        origin: Text::new("example.org/pudong"),
        name: Text::new("Pudong"),
        currency: Text::new("CNY"),
        exponent: 2,
        utc_offset_minutes: 480,
        fiscal_year_start_month: 1,
        log_key: Bytes32([9; 32]),
        policy: Policy::default(),
        filing: no_filing(),
    }
}

pub fn officer(name: &str, key: u8) -> OfficerEnrolled {
    OfficerEnrolled {
        number: 0,
        name: Text::new(name),
        key: Bytes32([key; 32]),
        proof: Bytes64([0; 64]),
        roles: vec![Role::Maker],
        limit: None,
        filing: no_filing(),
    }
}

pub fn opening() -> Wish {
    opened(ledger())
}

pub fn opened(ledger: LedgerOpened) -> Wish {
    let roles = vec![Role::Maker, Role::Administrator];
    Command::OpenLedger(ledger, OfficerEnrolled { roles, ..officer("Lin", 1) }).on("2001-01-01")
}

pub fn fund(name: &str) -> FundEstablished {
    FundEstablished {
        code: code(name),
        name: Text::new(name),
        name_zh: None,
        kind: FundKind::Special,
        purposes: vec![Tag::new("it")],
        manager: None,
        district: None,
        filing: no_filing(),
    }
}

pub fn close_fund(name: &str) -> FundClosed {
    FundClosed { code: code(name), reason: None, filing: no_filing() }
}

pub fn district(name: &str, level: Level) -> DistrictRegistered {
    DistrictRegistered {
        code: code(name),
        name: Text::new(name),
        name_zh: None,
        level,
        parent: None,
        valid_from: None,
        valid_to: None,
        successor: None,
        filing: no_filing(),
    }
}

pub fn retire(name: &str, successor: Option<&str>) -> DistrictRetired {
    DistrictRetired { code: code(name), successor: successor.map(code), filing: no_filing() }
}

pub fn programme(name: &str) -> ProgrammeRegistered {
    let (code, name) = (code(name), Text::new(name));
    ProgrammeRegistered { code, name, name_zh: None, district: None, filing: no_filing() }
}

pub fn payee(name: &str) -> PayeeRegistered {
    PayeeRegistered {
        code: code(name),
        name: Text::new(name),
        name_zh: None,
        credit_code: None,
        accounts: vec![],
        filing: no_filing(),
    }
}

#[track_caller]
pub fn allocate(key: &str, amount: i64) -> AllocationRecorded {
    let source = MoneySource { kind: SourceKind::Own, division: None, reference: None };
    AllocationRecorded { line: line(key), amount: yuan(amount), source, filing: no_filing() }
}

#[track_caller]
pub fn target(key: &str, amount: i64) -> Wish {
    Command::SetAllocation(allocate(key, amount)).into()
}

#[track_caller]
fn adjust(key: &str, direction: Direction, amount: i64) -> AllocationAdjusted {
    let (line, amount) = (line(key), yuan(amount));
    AllocationAdjusted { line, direction, amount, reason: None, filing: no_filing() }
}

#[track_caller]
pub fn supplement(key: &str, amount: i64) -> AllocationAdjusted {
    adjust(key, Direction::Supplement, amount)
}

#[track_caller]
pub fn reduce_line(key: &str, amount: i64) -> AllocationAdjusted {
    adjust(key, Direction::Reduction, amount)
}

#[track_caller]
pub fn transfer(from: &str, to: &str, amount: i64) -> AllocationTransferred {
    AllocationTransferred {
        from: line(from),
        to: Some(line(to)),
        elsewhere: None,
        amount: yuan(amount),
        reason: None,
        filing: no_filing(),
    }
}

#[track_caller]
pub fn transfer_out(from: &str, ledger: u8, amount: i64) -> AllocationTransferred {
    let elsewhere = Some(ForeignEntry { ledger: Bytes16([ledger; 16]), entry: None });
    AllocationTransferred { to: None, elsewhere, ..transfer(from, from, amount) }
}

#[track_caller]
pub fn reserve(project: &str, key: &str, amount: i64) -> FundsReserved {
    let (project, line, amount) = (code(project), line(key), yuan(amount));
    FundsReserved { project, line, amount, filing: no_filing() }
}

#[track_caller]
pub fn release(project: &str, key: &str, amount: i64) -> ReservationReleased {
    let (project, line, amount) = (code(project), line(key), yuan(amount));
    ReservationReleased { project, line, amount, filing: no_filing() }
}

/// Unreserved money to the next year; `of` the project or contract it stands for otherwise.
#[track_caller]
pub fn carry(from: &str, to: &str, amount: i64) -> BalanceCarriedForward {
    BalanceCarriedForward {
        from: line(from),
        to: line(to),
        stage: Stage::Unreserved,
        project: None,
        commitment: None,
        amount: yuan(amount),
        rest: RestKind::CarryOver,
        filing: no_filing(),
    }
}

pub trait Carried {
    fn reserved_for(self, project: &str) -> BalanceCarriedForward;
    fn committed_under(self, contract: &str, project: Option<&str>) -> BalanceCarriedForward;
}
impl Carried for BalanceCarriedForward {
    fn reserved_for(self, project: &str) -> BalanceCarriedForward {
        BalanceCarriedForward { stage: Stage::Reserved, project: Some(code(project)), ..self }
    }

    fn committed_under(self, contract: &str, project: Option<&str>) -> BalanceCarriedForward {
        let (project, commitment) = (project.map(code), Some(code(contract)));
        BalanceCarriedForward { stage: Stage::Committed, project, commitment, ..self }
    }
}

#[track_caller]
pub fn lapse(key: &str, amount: i64) -> BalanceLapsed {
    let (line, amount) = (line(key), yuan(amount));
    BalanceLapsed { line, amount, reason: None, filing: no_filing() }
}

pub fn project(name: &str) -> ProjectApproved {
    ProjectApproved {
        code: code(name),
        title: Text::new(name),
        title_zh: None,
        purpose: Tag::new("it/portal"),
        district: None,
        programme: None,
        start: None,
        end: None,
        ceiling: None,
        funding: vec![],
        duplicates: vec![],
        duplicates_reason: None,
        filing: no_filing(),
    }
}

pub trait Funded {
    fn funded(self, funding: &[(&str, i64)]) -> Self;
    fn ceiling(self, amount: i64) -> Self;
}
impl Funded for ProjectApproved {
    #[track_caller]
    fn funded(mut self, funding: &[(&str, i64)]) -> Self {
        let funding = funding.iter().map(|(key, amount)| (line(key), yuan(*amount)));
        self.funding.extend(funding.map(|(line, amount)| Funding { line, amount }));
        self
    }

    fn ceiling(mut self, amount: i64) -> Self {
        self.ceiling = Some(yuan(amount));
        self
    }
}

pub fn complete(name: &str) -> ProjectCompleted {
    ProjectCompleted { code: code(name), reason: None, filing: no_filing() }
}

pub fn terminate(name: &str) -> ProjectTerminated {
    ProjectTerminated { code: code(name), reason: None, filing: no_filing() }
}

pub fn close_out(name: &str) -> ProjectClosedOut {
    ProjectClosedOut { code: code(name), reason: None, filing: no_filing() }
}

/// Where money is drawn from, for every wish that draws some.
pub trait Draws: Sized {
    fn drawing(&mut self) -> &mut Drawing;

    /// These lines, each with its part in yuan.
    #[track_caller]
    fn from(mut self, parts: &[(&str, i64)]) -> Self {
        let drawing = self.drawing();
        drawing.from = parts.iter().map(|(key, amount)| (line(key), yuan(*amount))).collect();
        drawing.amount = Amount::sum(drawing.from.iter().map(|(_, amount)| *amount)).unwrap();
        self
    }

    fn of(mut self, project: &str) -> Self {
        self.drawing().project = Some(code(project));
        self
    }

    fn of_fund(mut self, fund: &str) -> Self {
        self.drawing().fund = Some(code(fund));
        self
    }

    fn of_year(mut self, year: i16) -> Self {
        self.drawing().year = Some(year);
        self
    }

    fn amount(mut self, amount: i64) -> Self {
        self.drawing().amount = yuan(amount);
        self
    }
}
impl Draws for MakeCommitment {
    fn drawing(&mut self) -> &mut Drawing {
        &mut self.drawing
    }
}
impl Draws for RecordDisbursement {
    fn drawing(&mut self) -> &mut Drawing {
        &mut self.drawing
    }
}
impl Draws for ReceiveRefund {
    fn drawing(&mut self) -> &mut Drawing {
        &mut self.drawing
    }
}
impl Draws for Change {
    fn drawing(&mut self) -> &mut Drawing {
        &mut self.change.drawing
    }
}

pub fn commit(number: &str) -> MakeCommitment {
    MakeCommitment {
        contract: code(number),
        payee: Some(code("V-1")),
        purpose: None,
        title: None,
        drawing: Drawing::default(),
        tranches: vec![],
        filing: no_filing(),
    }
}

/// An increase or a reduction of a contract.
#[derive(Debug, Clone)]
pub struct Change {
    up: bool,
    change: ChangeCommitment,
}

impl From<Change> for Wish {
    fn from(change: Change) -> Self {
        let up = change.up;
        let command = if up { Command::IncreaseCommitment } else { Command::ReduceCommitment };
        command(change.change).into()
    }
}

fn change(number: &str, up: bool) -> Change {
    let (contract, drawing, filing) = (code(number), Drawing::default(), no_filing());
    Change { up, change: ChangeCommitment { contract, drawing, reason: None, filing } }
}

pub fn increase(number: &str) -> Change {
    change(number, true)
}

pub fn reduce(number: &str) -> Change {
    change(number, false)
}

pub fn close(number: &str) -> CommitmentClosed {
    CommitmentClosed { contract: code(number), reason: None, filing: no_filing() }
}

/// A payment without a contract.
pub fn pay_directly() -> RecordDisbursement {
    RecordDisbursement {
        commitment: None,
        drawing: Drawing::default(),
        payee: Some(code("V-1")),
        purpose: None,
        source_number: None,
        filing: no_filing(),
    }
}

/// A payment under a contract.
pub fn pay(number: &str) -> RecordDisbursement {
    RecordDisbursement { commitment: Some(code(number)), payee: None, ..pay_directly() }
}

pub fn refund(entry: u64) -> ReceiveRefund {
    ReceiveRefund {
        disbursement: entry,
        drawing: Drawing::default(),
        restores_budget: None,
        reason: None,
        filing: no_filing(),
    }
}

pub fn pledge(name: &str, project: &str, amount: i64) -> FollowOnPledged {
    FollowOnPledged {
        code: code(name),
        project: code(project),
        investor: Text::new("Enterprise A"),
        kind: FollowOnKind::Private,
        amount: yuan(amount),
        original: None,
        valuation: None,
        agreement: None,
        causality: None,
        filing: no_filing(),
    }
}

pub fn pay_in(name: &str, amount: i64) -> FollowOnPaidIn {
    FollowOnPaidIn { code: code(name), amount: yuan(amount), filing: no_filing() }
}

pub fn withdraw(name: &str, amount: Option<i64>) -> WithdrawFollowOn {
    let (code, amount) = (code(name), amount.map(yuan));
    WithdrawFollowOn { code, amount, reason: None, filing: no_filing() }
}

pub fn reverse(entry: u64) -> EntryReversed {
    EntryReversed { entry, reason: Text::new("booked by mistake"), filing: no_filing() }
}

pub fn attach(entry: u64, filing: Filing) -> DocumentAttached {
    DocumentAttached { entry, filing }
}
