//! Contracts, payments under them, refunds.

use super::*;

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

pub(super) fn made() -> Vec<Case> {
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
    vec![(
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
    )]
}

pub(super) fn changed() -> Vec<Case> {
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

pub(super) fn paid() -> Vec<Case> {
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
