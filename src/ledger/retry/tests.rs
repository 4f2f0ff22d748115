use super::*;
use crate::domain::command::*;
use crate::domain::event::*;
use crate::domain::ids::{Code, LineKey, Tag, Text};
use crate::domain::kinds::{
    Control, Direction, FollowOnKind, FundKind, Level, RestKind, Role, SourceKind, Stage,
};

type Change = (&'static str, fn(&mut Order));

/// A command, the event that it became, and each of its fields with another value.
type Case = (Command, Body, Vec<Change>);

macro_rules! changes {
    ($variant:ident($b:ident): $($name:literal => $change:expr,)+) => {
        vec![$(($name, |order: &mut Order| {
            let Command::$variant($b) = &mut order.command else { panic!("another command") };
            $change;
        }),)+]
    };
}

fn code(text: &str) -> Code {
    Code::new(text)
}

fn text(text: &str) -> Text {
    Text::new(text)
}

fn line(text: &str) -> LineKey {
    LineKey::parse(text).unwrap()
}

fn filing() -> Filing {
    let document = DocumentRef {
        hash: Bytes32([1; 32]),
        kind: text("contract"),
        name: text("a.pdf"),
        pages: Some(3),
    };
    Filing { documents: vec![document], document_no: Some(text("沪财〔2026〕1号")) }
}

fn day(n: i32) -> Option<Date> {
    Some(Date(20_000 + n))
}

/// The day it was recorded on.
const THEN: Date = Date(20_513);

fn same(command: &Command) -> Body {
    as_said(command.clone()).unwrap()
}

fn direct(command: Command, changes: Vec<Change>) -> Case {
    (command.clone(), same(&command), changes)
}

fn master() -> Vec<Case> {
    vec![
        direct(
            Command::RegisterDistrict(DistrictRegistered {
                code: code("310115"),
                name: text("Pudong"),
                name_zh: Some(text("浦东")),
                level: Level::District,
                parent: Some(code("310000")),
                valid_from: day(1),
                valid_to: day(2),
                successor: Some(code("X")),
                filing: filing(),
            }),
            changes!(RegisterDistrict(b):
                "code" => b.code = code("310116"),
                "name" => b.name = text("other"),
                "name_zh" => b.name_zh = None,
                "level" => b.level = Level::Street,
                "parent" => b.parent = None,
                "valid_from" => b.valid_from = day(9),
                "valid_to" => b.valid_to = None,
                "successor" => b.successor = Some(code("Y")),
                "document_no" => b.filing.document_no = None,
                "documents" => b.filing.documents.clear(),
                "hash" => b.filing.documents[0].hash = Bytes32([2; 32]),
                "kind" => b.filing.documents[0].kind = text("voucher"),
                "name" => b.filing.documents[0].name = text("b.pdf"),
                "pages" => b.filing.documents[0].pages = None,
            ),
        ),
        direct(
            Command::RetireDistrict(DistrictRetired {
                code: code("310115"),
                successor: None,
                filing: filing(),
            }),
            changes!(RetireDistrict(b):
                "code" => b.code = code("310116"),
                "successor" => b.successor = Some(code("Y")),
                "document_no" => b.filing.document_no = Some(text("2")),
            ),
        ),
        direct(
            Command::RegisterProgramme(ProgrammeRegistered {
                code: code("P"),
                name: text("N"),
                name_zh: None,
                district: None,
                filing: filing(),
            }),
            changes!(RegisterProgramme(b):
                "code" => b.code = code("Q"),
                "name" => b.name = text("M"),
                "name_zh" => b.name_zh = Some(text("中")),
                "district" => b.district = Some(code("D")),
                "document_no" => b.filing.document_no = None,
            ),
        ),
        direct(
            Command::EstablishFund(FundEstablished {
                code: code("F"),
                name: text("N"),
                name_zh: None,
                kind: FundKind::Special,
                purposes: vec![Tag::new("it")],
                manager: None,
                district: None,
                filing: filing(),
            }),
            changes!(EstablishFund(b):
                "code" => b.code = code("G"),
                "name" => b.name = text("M"),
                "name_zh" => b.name_zh = Some(text("中")),
                "kind" => b.kind = FundKind::Matching,
                "purposes" => b.purposes.push(Tag::new("road")),
                "purposes" => b.purposes = vec![Tag::new("road")],
                "manager" => b.manager = Some(text("m")),
                "district" => b.district = Some(code("D")),
                "document_no" => b.filing.document_no = None,
            ),
        ),
        direct(
            Command::CloseFund(FundClosed { code: code("F"), reason: None, filing: filing() }),
            changes!(CloseFund(b):
                "code" => b.code = code("G"),
                "reason" => b.reason = Some(text("r")),
                "documents" => b.filing.documents.clear(),
            ),
        ),
        direct(
            Command::RegisterPayee(PayeeRegistered {
                code: code("V"),
                name: text("N"),
                name_zh: None,
                credit_code: None,
                accounts: vec![PayeeAccount { label: text("l"), valid_from: None, valid_to: None }],
                filing: filing(),
            }),
            changes!(RegisterPayee(b):
                "code" => b.code = code("W"),
                "name" => b.name = text("M"),
                "name_zh" => b.name_zh = Some(text("中")),
                "credit_code" => b.credit_code = Some(text("9")),
                "accounts" => b.accounts.clear(),
                "label" => b.accounts[0].label = text("k"),
                "valid_from" => b.accounts[0].valid_from = day(1),
                "valid_to" => b.accounts[0].valid_to = day(1),
                "document_no" => b.filing.document_no = None,
            ),
        ),
    ]
}

fn office() -> Vec<Case> {
    let enrolled = OfficerEnrolled {
        number: 0,
        name: text("li"),
        key: Bytes32([1; 32]),
        proof: Bytes64([1; 64]),
        roles: vec![Role::Maker],
        limit: Some(Amount(5)),
        filing: filing(),
    };
    let recorded = OfficerEnrolled { number: 4, ..enrolled.clone() };
    vec![
        (
            Command::EnrolOfficer(enrolled),
            recorded.into(),
            changes!(EnrolOfficer(b):
                "name" => b.name = text("wang"),
                "key" => b.key = Bytes32([2; 32]),
                "proof" => b.proof = Bytes64([2; 64]),
                "roles" => b.roles = vec![Role::Auditor],
                "roles" => b.roles.push(Role::Auditor),
                "limit" => b.limit = None,
                "limit" => b.limit = Some(Amount(6)),
                "document_no" => b.filing.document_no = None,
            ),
        ),
        direct(
            Command::AdoptPolicy(PolicyAdopted { policy: Policy::default(), filing: filing() }),
            changes!(AdoptPolicy(b):
                "control" => b.policy.control = Control::Track,
                "tolerance_basis_points" => b.policy.tolerance_basis_points = 7,
                "tolerance_minor_units" => b.policy.tolerance_minor_units = Amount(7),
                "project_required" => b.policy.project_required ^= true,
                "transfer_between_purposes" => b.policy.transfer_between_purposes ^= true,
                "approval_bands" => b.policy.approval_bands.push(ApprovalBand { from: Amount(1), approvals: 2 }),
                "duplicate_window_days" => b.policy.duplicate_window_days += 1,
                "history_before" => b.policy.history_before = day(1),
                "rule_set_version" => b.policy.rule_set_version += 1,
                "document_no" => b.filing.document_no = None,
            ),
        ),
        direct(
            Command::ChangeOfficerRoles(OfficerRolesChanged {
                number: 1,
                roles: vec![Role::Maker],
                limit: None,
                reason: None,
                filing: filing(),
            }),
            changes!(ChangeOfficerRoles(b):
                "number" => b.number = 2,
                "roles" => b.roles.clear(),
                "limit" => b.limit = Some(Amount(1)),
                "reason" => b.reason = Some(text("r")),
                "document_no" => b.filing.document_no = None,
            ),
        ),
        direct(
            Command::RotateOfficerKey(OfficerKeyRotated {
                number: 1,
                key: Bytes32([1; 32]),
                proof: Bytes64([1; 64]),
                reason: None,
                filing: filing(),
            }),
            changes!(RotateOfficerKey(b):
                "number" => b.number = 2,
                "key" => b.key = Bytes32([2; 32]),
                "proof" => b.proof = Bytes64([2; 64]),
                "reason" => b.reason = Some(text("r")),
                "document_no" => b.filing.document_no = None,
            ),
        ),
        direct(
            Command::RevokeOfficer(OfficerRevoked {
                number: 1,
                reason: text("r"),
                filing: filing(),
            }),
            changes!(RevokeOfficer(b):
                "number" => b.number = 2,
                "reason" => b.reason = text("s"),
                "document_no" => b.filing.document_no = None,
            ),
        ),
        direct(
            Command::RotateLogKey(LogKeyRotated {
                key: Bytes32([1; 32]),
                proof: Bytes64([1; 64]),
                handover: None,
                reason: None,
                filing: filing(),
            }),
            changes!(RotateLogKey(b):
                "key" => b.key = Bytes32([2; 32]),
                "proof" => b.proof = Bytes64([2; 64]),
                "handover" => b.handover = Some(Bytes64([2; 64])),
                "reason" => b.reason = Some(text("r")),
                "document_no" => b.filing.document_no = None,
            ),
        ),
        direct(
            Command::EraseConfidential(ConfidentialErased {
                entry: 3,
                legal_basis: text("law"),
                filing: filing(),
            }),
            changes!(EraseConfidential(b):
                "entry" => b.entry = 4,
                "legal_basis" => b.legal_basis = text("other"),
                "document_no" => b.filing.document_no = None,
            ),
        ),
        direct(
            Command::RestoreLedger(LedgerRestored {
                source: text("s"),
                size: 3,
                head: Bytes32([1; 32]),
                filing: filing(),
            }),
            changes!(RestoreLedger(b):
                "source" => b.source = text("t"),
                "size" => b.size = 4,
                "head" => b.head = Bytes32([2; 32]),
                "document_no" => b.filing.document_no = None,
            ),
        ),
        direct(
            Command::AdoptAnchor(AnchorAdopted {
                size: 3,
                root: Bytes32([1; 32]),
                filing: filing(),
            }),
            changes!(AdoptAnchor(b):
                "size" => b.size = 4,
                "root" => b.root = Bytes32([2; 32]),
                "document_no" => b.filing.document_no = None,
            ),
        ),
    ]
}

fn money() -> Vec<Case> {
    let source = MoneySource { kind: SourceKind::Own, division: None, reference: None };
    let allocated =
        AllocationRecorded { line: line("F:2026"), amount: Amount(500), source, filing: filing() };
    let adjusted = AllocationAdjusted {
        line: line("F:2026"),
        direction: Direction::Supplement,
        amount: Amount(100),
        reason: None,
        filing: filing(),
    };
    vec![
        direct(
            Command::RecordAllocation(allocated.clone()),
            changes!(RecordAllocation(b):
                "fund" => b.line.fund = code("G"),
                "year" => b.line.year = 2027,
                "origin" => b.line.origin = 2025,
                "class" => b.line.class = code("C"),
                "amount" => b.amount = Amount(501),
                "kind" => b.source.kind = SourceKind::UpperLevel,
                "division" => b.source.division = Some(text("d")),
                "reference" => b.source.reference = Some(text("r")),
                "document_no" => b.filing.document_no = None,
                "documents" => b.filing.documents.clear(),
            ),
        ),
        (
            Command::SetAllocation(allocated),
            adjusted.clone().into(),
            changes!(SetAllocation(b):
                "fund" => b.line.fund = code("G"),
                "document_no" => b.filing.document_no = None,
            ),
        ),
        direct(
            Command::AdjustAllocation(adjusted),
            changes!(AdjustAllocation(b):
                "year" => b.line.year = 2027,
                "direction" => b.direction = Direction::Reduction,
                "amount" => b.amount = Amount(1),
                "reason" => b.reason = Some(text("r")),
                "document_no" => b.filing.document_no = None,
            ),
        ),
        direct(
            Command::TransferAllocation(AllocationTransferred {
                from: line("F:2026"),
                to: Some(line("G:2026")),
                elsewhere: None,
                amount: Amount(5),
                reason: None,
                filing: filing(),
            }),
            changes!(TransferAllocation(b):
                "fund" => b.from.fund = code("H"),
                "to" => b.to = None,
                "elsewhere" => b.elsewhere = Some(ForeignEntry { ledger: Bytes16([1; 16]), entry: None }),
                "amount" => b.amount = Amount(6),
                "reason" => b.reason = Some(text("r")),
                "document_no" => b.filing.document_no = None,
            ),
        ),
        direct(
            Command::CarryForward(BalanceCarriedForward {
                from: line("F:2025"),
                to: line("F:2026:2025"),
                stage: Stage::Unreserved,
                project: None,
                commitment: None,
                amount: Amount(5),
                rest: RestKind::Surplus,
                filing: filing(),
            }),
            changes!(CarryForward(b):
                "year" => b.from.year = 2024,
                "origin" => b.to.origin = 2026,
                "stage" => b.stage = Stage::Reserved,
                "project" => b.project = Some(code("P")),
                "commitment" => b.commitment = Some(code("C")),
                "amount" => b.amount = Amount(6),
                "rest" => b.rest = RestKind::CarryOver,
                "document_no" => b.filing.document_no = None,
            ),
        ),
        direct(
            Command::Lapse(BalanceLapsed {
                line: line("F:2026"),
                amount: Amount(5),
                reason: None,
                filing: filing(),
            }),
            changes!(Lapse(b):
                "fund" => b.line.fund = code("H"),
                "amount" => b.amount = Amount(6),
                "reason" => b.reason = Some(text("r")),
                "document_no" => b.filing.document_no = None,
            ),
        ),
        direct(
            Command::ReserveFunds(FundsReserved {
                project: code("P"),
                line: line("F:2026"),
                amount: Amount(5),
                filing: filing(),
            }),
            changes!(ReserveFunds(b):
                "project" => b.project = code("Q"),
                "fund" => b.line.fund = code("H"),
                "amount" => b.amount = Amount(6),
                "document_no" => b.filing.document_no = None,
            ),
        ),
        direct(
            Command::ReleaseReservation(ReservationReleased {
                project: code("P"),
                line: line("F:2026"),
                amount: Amount(5),
                filing: filing(),
            }),
            changes!(ReleaseReservation(b):
                "project" => b.project = code("Q"),
                "fund" => b.line.fund = code("H"),
                "amount" => b.amount = Amount(6),
                "document_no" => b.filing.document_no = None,
            ),
        ),
    ]
}

fn ends<T>(make: fn(Code, Option<Text>, Filing) -> T, wrap: fn(T) -> Command) -> Command {
    wrap(make(code("P"), None, filing()))
}

fn projects() -> Vec<Case> {
    vec![
        direct(
            Command::ApproveProject(ProjectApproved {
                code: code("P"),
                title: text("T"),
                title_zh: None,
                purpose: Tag::new("it"),
                district: None,
                programme: None,
                start: None,
                end: None,
                ceiling: Some(Amount(9)),
                funding: vec![Funding { line: line("F:2026"), amount: Amount(5) }],
                duplicates: Vec::new(),
                duplicates_reason: None,
                filing: filing(),
            }),
            changes!(ApproveProject(b):
                "code" => b.code = code("Q"),
                "title" => b.title = text("U"),
                "title_zh" => b.title_zh = Some(text("中")),
                "purpose" => b.purpose = Tag::new("road"),
                "district" => b.district = Some(code("D")),
                "programme" => b.programme = Some(code("D")),
                "start" => b.start = day(1),
                "end" => b.end = day(1),
                "ceiling" => b.ceiling = None,
                "ceiling" => b.ceiling = Some(Amount(8)),
                "funding" => b.funding.clear(),
                "amount" => b.funding[0].amount = Amount(6),
                "duplicates" => b.duplicates.push(code("Z")),
                "duplicates_reason" => b.duplicates_reason = Some(text("r")),
                "document_no" => b.filing.document_no = None,
            ),
        ),
        direct(
            ends(
                |code, reason, filing| ProjectCompleted { code, reason, filing },
                Command::CompleteProject,
            ),
            changes!(CompleteProject(b):
                "code" => b.code = code("Q"),
                "reason" => b.reason = Some(text("r")),
                "document_no" => b.filing.document_no = None,
            ),
        ),
        direct(
            ends(
                |code, reason, filing| ProjectTerminated { code, reason, filing },
                Command::TerminateProject,
            ),
            changes!(TerminateProject(b):
                "code" => b.code = code("Q"),
                "reason" => b.reason = Some(text("r")),
                "document_no" => b.filing.document_no = None,
            ),
        ),
        direct(
            ends(
                |code, reason, filing| ProjectClosedOut { code, reason, filing },
                Command::CloseOutProject,
            ),
            changes!(CloseOutProject(b):
                "code" => b.code = code("Q"),
                "reason" => b.reason = Some(text("r")),
                "document_no" => b.filing.document_no = None,
            ),
        ),
        direct(
            Command::CloseCommitment(CommitmentClosed {
                contract: code("C"),
                reason: None,
                filing: filing(),
            }),
            changes!(CloseCommitment(b):
                "contract" => b.contract = code("Q"),
                "reason" => b.reason = Some(text("r")),
                "document_no" => b.filing.document_no = None,
            ),
        ),
        direct(
            Command::ReverseEntry(EntryReversed { entry: 3, reason: text("r"), filing: filing() }),
            changes!(ReverseEntry(b):
                "entry" => b.entry = 4,
                "reason" => b.reason = text("s"),
                "document_no" => b.filing.document_no = None,
            ),
        ),
        direct(
            Command::ReverseWithDependents(EntryReversed {
                entry: 3,
                reason: text("r"),
                filing: filing(),
            }),
            changes!(ReverseWithDependents(b):
                "entry" => b.entry = 4,
                "reason" => b.reason = text("s"),
                "document_no" => b.filing.document_no = None,
            ),
        ),
        direct(
            Command::AttachDocument(DocumentAttached { entry: 3, filing: filing() }),
            changes!(AttachDocument(b):
                "entry" => b.entry = 4,
                "hash" => b.filing.documents[0].hash = Bytes32([2; 32]),
                "document_no" => b.filing.document_no = None,
            ),
        ),
    ]
}

fn follow_on() -> Vec<Case> {
    let withdrawn = WithdrawFollowOn {
        code: code("I"),
        amount: Some(Amount(5)),
        reason: None,
        filing: filing(),
    };
    let recorded =
        FollowOnWithdrawn { code: code("I"), amount: Amount(5), reason: None, filing: filing() };
    vec![
        direct(
            Command::PledgeFollowOn(FollowOnPledged {
                code: code("I"),
                project: code("P"),
                investor: text("i"),
                kind: FollowOnKind::Private,
                amount: Amount(5),
                original: None,
                valuation: None,
                agreement: None,
                causality: None,
                filing: filing(),
            }),
            changes!(PledgeFollowOn(b):
                "code" => b.code = code("J"),
                "project" => b.project = code("Q"),
                "investor" => b.investor = text("j"),
                "kind" => b.kind = FollowOnKind::InKind,
                "amount" => b.amount = Amount(6),
                "original" => b.original = Some(OriginalAmount { amount: Amount(1), currency: text("USD"), rate: text("7"), source: text("s") }),
                "valuation" => b.valuation = Some(Bytes32([1; 32])),
                "agreement" => b.agreement = Some(text("a")),
                "causality" => b.causality = Some(text("c")),
                "document_no" => b.filing.document_no = None,
            ),
        ),
        direct(
            Command::PayInFollowOn(FollowOnPaidIn {
                code: code("I"),
                amount: Amount(5),
                filing: filing(),
            }),
            changes!(PayInFollowOn(b):
                "code" => b.code = code("J"),
                "amount" => b.amount = Amount(6),
                "document_no" => b.filing.document_no = None,
            ),
        ),
        (
            Command::WithdrawFollowOn(withdrawn),
            recorded.into(),
            changes!(WithdrawFollowOn(b):
                "code" => b.code = code("J"),
                "amount" => b.amount = Some(Amount(6)),
                "amount" => b.amount = None,
                "reason" => b.reason = Some(text("r")),
                "document_no" => b.filing.document_no = None,
            ),
        ),
    ]
}

fn drawing() -> Drawing {
    Drawing {
        amount: Amount(60),
        project: Some(code("P")),
        fund: None,
        year: Some(2026),
        from: vec![(line("F:2026"), Amount(40)), (line("F:2026:2025"), Amount(20))],
    }
}

fn splits() -> Vec<Split> {
    let split = |of: &str, amount| Split {
        line: line(of),
        project: Some(code("P")),
        amount: Amount(amount),
    };
    vec![split("F:2026", 40), split("F:2026:2025", 20)]
}

fn contracts() -> Vec<Case> {
    let made = MakeCommitment {
        contract: code("C"),
        payee: Some(code("V")),
        purpose: None,
        title: None,
        drawing: drawing(),
        tranches: vec![Tranche { code: code("1"), amount: Amount(60), due: None }],
        filing: filing(),
    };
    let recorded = CommitmentMade {
        contract: made.contract.clone(),
        payee: made.payee.clone(),
        purpose: None,
        title: None,
        splits: splits(),
        tranches: made.tranches.clone(),
        filing: filing(),
    };
    let changed = ChangeCommitment {
        contract: code("C"),
        drawing: drawing(),
        reason: None,
        filing: filing(),
    };
    let (contract, reason) = (code("C"), None);
    let increased = CommitmentIncreased {
        contract: contract.clone(),
        splits: splits(),
        reason: reason.clone(),
        filing: filing(),
    };
    let reduced = CommitmentReduced { contract, splits: splits(), reason, filing: filing() };
    vec![
        (
            Command::MakeCommitment(made),
            recorded.into(),
            changes!(MakeCommitment(b):
                "contract" => b.contract = code("D"),
                "payee" => b.payee = Some(code("W")),
                "payee" => b.payee = None,
                "purpose" => b.purpose = Some(Tag::new("it")),
                "title" => b.title = Some(text("t")),
                "amount" => b.drawing.amount = Amount(61),
                "project" => b.drawing.project = Some(code("Q")),
                "project" => b.drawing.project = None,
                "fund" => b.drawing.fund = Some(code("F")),
                "fund" => b.drawing.fund = Some(code("G")),
                "year" => b.drawing.year = None,
                "year" => b.drawing.year = Some(2025),
                "from" => b.drawing.from.clear(),
                "from" => b.drawing.from.swap(0, 1),
                "project, from" => { b.drawing.project = None; b.drawing.from.clear() },
                "tranches" => b.tranches.clear(),
                "due" => b.tranches[0].due = day(1),
                "document_no" => b.filing.document_no = None,
            ),
        ),
        (
            Command::IncreaseCommitment(changed.clone()),
            increased.into(),
            changes!(IncreaseCommitment(b):
                "contract" => b.contract = code("D"),
                "amount" => b.drawing.amount = Amount(61),
                "year" => b.drawing.year = None,
                "reason" => b.reason = Some(text("r")),
                "document_no" => b.filing.document_no = None,
            ),
        ),
        (
            Command::ReduceCommitment(changed),
            reduced.into(),
            changes!(ReduceCommitment(b):
                "contract" => b.contract = code("D"),
                "amount" => b.drawing.amount = Amount(61),
                "from" => b.drawing.from.clear(),
                "reason" => b.reason = Some(text("r")),
                "document_no" => b.filing.document_no = None,
            ),
        ),
    ]
}

fn payments() -> Vec<Case> {
    let paid = RecordDisbursement {
        commitment: Some(code("C")),
        drawing: drawing(),
        payee: None,
        purpose: None,
        source_number: None,
        filing: filing(),
    };
    let recorded = DisbursementRecorded {
        commitment: Some(code("C")),
        splits: splits(),
        payee: Some(code("V")),
        purpose: None,
        source_number: None,
        voucher_no: 17,
        filing: filing(),
    };
    let refunded = ReceiveRefund {
        disbursement: 3,
        drawing: drawing(),
        restores_budget: None,
        reason: None,
        filing: filing(),
    };
    let received = RefundReceived {
        disbursement: 3,
        splits: splits(),
        restores_budget: true,
        reason: None,
        filing: filing(),
    };
    vec![
        (
            Command::RecordDisbursement(paid),
            recorded.into(),
            changes!(RecordDisbursement(b):
                "commitment" => b.commitment = None,
                "commitment" => b.commitment = Some(code("D")),
                "amount" => b.drawing.amount = Amount(61),
                "project" => b.drawing.project = None,
                "fund" => b.drawing.fund = Some(code("F")),
                "from" => b.drawing.from.clear(),
                "payee" => b.payee = Some(code("V")),
                "payee" => b.payee = Some(code("W")),
                "fund, payee" => { b.drawing.fund = Some(code("F")); b.payee = Some(code("V")) },
                "purpose" => b.purpose = Some(Tag::new("it")),
                "source_number" => b.source_number = Some(text("9")),
                "document_no" => b.filing.document_no = Some(text("2")),
                "documents" => b.filing.documents.clear(),
            ),
        ),
        (
            Command::ReceiveRefund(refunded),
            received.into(),
            changes!(ReceiveRefund(b):
                "disbursement" => b.disbursement = 4,
                "amount" => b.drawing.amount = Amount(61),
                "restores_budget" => b.restores_budget = Some(true),
                "restores_budget" => b.restores_budget = Some(false),
                "reason" => b.reason = Some(text("r")),
                "document_no" => b.filing.document_no = None,
            ),
        ),
    ]
}

fn cases() -> Vec<Case> {
    [master(), office(), money(), projects(), follow_on(), contracts(), payments()].concat()
}

#[track_caller]
fn differs(order: &Order, command: &Command, stored: &Event, name: &str) {
    let first = Order { occurred_on: None, historical: false, command: command.clone() };
    let digest = order_digest(&first).unwrap();
    assert_ne!(order_digest(order).unwrap(), digest, "{name}: nothing was changed");
    let found = differing_field(order, &[stored], Some(digest), THEN);
    assert_eq!(found, name, "{:?}", order.command);
}

#[test]
fn the_one_field_that_was_changed_is_named_for_every_field_of_every_command() {
    for (command, body, changes) in cases() {
        let stored = Event { occurred_on: THEN, historical: false, confidential: None, body };
        let order = Order { occurred_on: None, historical: false, command: command.clone() };
        for (name, change) in &changes {
            let mut other = order.clone();
            change(&mut other);
            differs(&other, &command, &stored, name);
        }
        differs(&Order { historical: true, ..order.clone() }, &command, &stored, "historical");
        let dated = |date| Order { occurred_on: Some(date), ..order.clone() };
        differs(&dated(Date(THEN.0 - 1)), &command, &stored, "occurred_on");
        // Said, what was left open and filled in: the same day, and still another order.
        differs(&dated(THEN), &command, &stored, "occurred_on");
    }
}

#[test]
fn another_command_is_named_as_such_and_every_field_stands_in_the_table() {
    let all = cases();
    for (n, (command, body, changes)) in all.iter().enumerate() {
        let stored =
            Event { occurred_on: THEN, historical: false, confidential: None, body: body.clone() };
        for (m, (other, other_body, _)) in all.iter().enumerate() {
            let order = Order { occurred_on: None, historical: false, command: other.clone() };
            if n != m && other_body.name() != body.name() && filled(other, body).is_none() {
                differs(&order, command, &stored, KIND);
            }
        }
        // A field of the event that no change of the table names was forgotten here.
        let text = format!("{body:#?}");
        let fields = text.lines().filter_map(|line| line.strip_prefix("        "));
        let fields =
            fields.filter(|line| !line.starts_with(' ')).filter_map(|line| line.split_once(": "));
        for (field, value) in fields {
            let is_filled = matches!(field, "voucher_no")
                || (field == "number" && matches!(command, Command::EnrolOfficer(_)));
            let is_nested = value.ends_with('{')
                || matches!(
                    field,
                    "splits" | "line" | "from" | "to" | "filing" | "policy" | "source"
                );
            let is_lost = matches!(command, Command::SetAllocation(_));
            assert!(
                is_filled || is_nested || is_lost || changes.iter().any(|(name, _)| *name == field),
                "{field} of {}",
                body.name()
            );
        }
    }
    assert_eq!(all.len(), 39, "every command but the one that opens a ledger");
}
