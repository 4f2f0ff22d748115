//! Values of a mapped event as a command of the domain, field by field. Resolves nothing.

use super::fields::{Created, EventKind, Field};
use super::plan::Values;
use crate::domain::command::{Command, WithdrawFollowOn};
use crate::domain::event::{
    DistrictRegistered, Filing, FollowOnPaidIn, FollowOnPledged, FundEstablished, Funding,
    PayeeRegistered, ProgrammeRegistered, ProjectApproved, ProjectClosedOut, ProjectCompleted,
    ProjectTerminated,
};
use crate::domain::ids::{Code, LineKey, Text};
use crate::domain::kinds::{FollowOnKind, FundKind, Level};
use crate::domain::money::Amount;

/// Required fields are there: a row without one never got this far.
pub(super) fn code(v: &mut Values, field: Field) -> Code {
    v.code(field).unwrap_or_default()
}

pub(super) fn text(v: &mut Values, field: Field) -> Text {
    v.text(field).unwrap_or_default()
}

pub(super) fn amount(v: &mut Values) -> Amount {
    v.amount(Field::Amount).unwrap_or_default()
}

pub(super) fn word<T>(v: &mut Values, field: Field, read: impl Fn(&str) -> Option<T>) -> Option<T> {
    v.word(field).and_then(read)
}

pub(super) fn fund(code: Code, name: Text, v: &mut Values, filing: Filing) -> FundEstablished {
    FundEstablished {
        code,
        name,
        name_zh: v.text(Field::NameZh),
        kind: word(v, Field::Kind, FundKind::from_text).unwrap_or(FundKind::Special),
        purposes: v.tags(Field::Purposes).unwrap_or_default(),
        manager: v.text(Field::Manager),
        district: v.code(Field::District),
        filing,
    }
}

pub(super) fn payee(code: Code, name: Text, v: &mut Values, filing: Filing) -> PayeeRegistered {
    PayeeRegistered {
        code,
        name,
        name_zh: v.text(Field::NameZh),
        credit_code: v.text(Field::CreditCode),
        accounts: Vec::new(),
        filing,
    }
}

pub(super) fn project(
    code: Code,
    v: &mut Values,
    funding: Option<Funding>,
    filing: Filing,
) -> ProjectApproved {
    ProjectApproved {
        code,
        title: text(v, Field::Title),
        title_zh: v.text(Field::TitleZh),
        purpose: v.tag(Field::Purpose).unwrap_or_default(),
        district: v.code(Field::District),
        programme: v.code(Field::Programme),
        start: v.date(Field::Start),
        end: v.date(Field::End),
        ceiling: v.amount(Field::Ceiling),
        funding: funding.into_iter().collect(),
        duplicates: Vec::new(),
        duplicates_reason: None,
        filing,
    }
}

pub(super) fn master(kind: EventKind, v: &mut Values, filing: Filing) -> Command {
    let (code, name) = (code(v, Field::Code), text(v, Field::Name));
    if kind == EventKind::FundEstablish {
        return Command::EstablishFund(fund(code, name, v, filing));
    }
    if kind == EventKind::PayeeRegister {
        return Command::RegisterPayee(payee(code, name, v, filing));
    }
    let name_zh = v.text(Field::NameZh);
    if kind == EventKind::ProgrammeRegister {
        let district = v.code(Field::District);
        let registered = ProgrammeRegistered { code, name, name_zh, district, filing };
        return Command::RegisterProgramme(registered);
    }
    Command::RegisterDistrict(DistrictRegistered {
        code,
        name,
        name_zh,
        level: word(v, Field::Level, Level::from_text).unwrap_or(Level::District),
        parent: v.code(Field::Parent),
        valid_from: v.date(Field::ValidFrom),
        valid_to: None,
        successor: None,
        filing,
    })
}

pub(super) fn project_end(kind: EventKind, v: &mut Values, filing: Filing) -> Command {
    let (code, reason) = (code(v, Field::Project), v.text(Field::Reason));
    if kind == EventKind::ProjectComplete {
        Command::CompleteProject(ProjectCompleted { code, reason, filing })
    } else if kind == EventKind::ProjectTerminate {
        Command::TerminateProject(ProjectTerminated { code, reason, filing })
    } else {
        Command::CloseOutProject(ProjectClosedOut { code, reason, filing })
    }
}

pub(super) fn follow_on(kind: EventKind, v: &mut Values, filing: Filing) -> Command {
    let code_of = code(v, Field::Code);
    if kind == EventKind::FollowOnPayIn {
        let amount = amount(v);
        return Command::PayInFollowOn(FollowOnPaidIn { code: code_of, amount, filing });
    }
    if kind == EventKind::FollowOnWithdraw {
        let reason = v.text(Field::Reason);
        let withdrawn = WithdrawFollowOn { code: code_of, amount: None, reason, filing };
        return Command::WithdrawFollowOn(withdrawn);
    }
    Command::PledgeFollowOn(FollowOnPledged {
        code: code_of,
        project: code(v, Field::Project),
        investor: text(v, Field::Investor),
        kind: word(v, Field::Kind, FollowOnKind::from_text).unwrap_or(FollowOnKind::Private),
        amount: amount(v),
        original: None,
        valuation: None,
        agreement: v.text(Field::Agreement),
        causality: v.text(Field::Causality),
        filing,
    })
}

pub(super) fn created_code(one: Created, command: &Command) -> Option<&Code> {
    match (one, command) {
        (Created::Fund, Command::EstablishFund(b)) => Some(&b.code),
        (Created::Project, Command::ApproveProject(b)) => Some(&b.code),
        (Created::Payee, Command::RegisterPayee(b)) => Some(&b.code),
        _ => None,
    }
}

/// The filing of a command that an import makes.
#[expect(clippy::wildcard_enum_match_arm, reason = "an import makes only these")]
pub(super) fn filing_of(command: &mut Command) -> Option<&mut Filing> {
    Some(match command {
        Command::RegisterDistrict(b) => &mut b.filing,
        Command::RegisterProgramme(b) => &mut b.filing,
        Command::RegisterPayee(b) => &mut b.filing,
        Command::EstablishFund(b) => &mut b.filing,
        Command::RecordAllocation(b) | Command::SetAllocation(b) => &mut b.filing,
        Command::AdjustAllocation(b) => &mut b.filing,
        Command::ApproveProject(b) => &mut b.filing,
        Command::CompleteProject(b) => &mut b.filing,
        Command::TerminateProject(b) => &mut b.filing,
        Command::CloseOutProject(b) => &mut b.filing,
        Command::MakeCommitment(c) => &mut c.filing,
        Command::IncreaseCommitment(c) | Command::ReduceCommitment(c) => &mut c.filing,
        Command::CloseCommitment(b) => &mut b.filing,
        Command::RecordDisbursement(c) => &mut c.filing,
        Command::PledgeFollowOn(b) => &mut b.filing,
        Command::PayInFollowOn(b) => &mut b.filing,
        Command::WithdrawFollowOn(c) => &mut c.filing,
        _ => return None,
    })
}

/// The amount that an order is about.
#[cfg(test)]
#[expect(clippy::wildcard_enum_match_arm, reason = "the others are about no amount")]
pub(super) fn amount_of(command: &Command) -> Option<Amount> {
    match command {
        Command::RecordAllocation(b) | Command::SetAllocation(b) => Some(b.amount),
        Command::AdjustAllocation(b) => Some(b.amount),
        Command::ApproveProject(b) => Amount::sum(b.funding.iter().map(|part| part.amount)),
        Command::MakeCommitment(c) => Some(c.drawing.amount),
        Command::IncreaseCommitment(c) | Command::ReduceCommitment(c) => Some(c.drawing.amount),
        Command::RecordDisbursement(c) => Some(c.drawing.amount),
        Command::PledgeFollowOn(b) => Some(b.amount),
        Command::PayInFollowOn(b) => Some(b.amount),
        _ => None,
    }
}

/// The line that a command opens.
#[expect(clippy::wildcard_enum_match_arm, reason = "the others open none")]
pub(super) fn opened_line(command: &Command) -> Option<&LineKey> {
    match command {
        Command::RecordAllocation(b) | Command::SetAllocation(b) => Some(&b.line),
        _ => None,
    }
}
