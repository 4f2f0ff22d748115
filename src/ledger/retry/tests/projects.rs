//! Projects, their ends, reversals, and the investment that follows.

use super::*;

fn ends<T>(make: fn(Code, Option<Text>, Filing) -> T, wrap: fn(T) -> Command) -> Command {
    wrap(make(code("P"), None, filing()))
}

pub(super) fn approved() -> Vec<Case> {
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
    ]
}

pub(super) fn ended() -> Vec<Case> {
    vec![
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

pub(super) fn followed() -> Vec<Case> {
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
