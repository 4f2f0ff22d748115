//! What is allocated, carried, lapsed and reserved.

use super::*;

pub(super) fn allocated() -> Vec<Case> {
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
    ]
}

pub(super) fn set_aside() -> Vec<Case> {
    vec![
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
