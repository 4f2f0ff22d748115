//! Orders about follow-on investment.

use super::Desk;
use super::documents::document_of;
use crate::cli::args::{FollowOnKindName, PayInFollowOn, PledgeFollowOn, WithdrawFollowOn};
use crate::domain::command::{self, Command};
use crate::domain::event::{FollowOnPaidIn, FollowOnPledged};
use crate::domain::kinds::FollowOnKind;
use crate::error::Result;

pub(super) fn pledge(desk: &Desk<'_>, a: &PledgeFollowOn) -> Result<Command> {
    let mut filing = desk.filing();
    // The valuation is filed as a document too, so that its name is kept beside its hash.
    let valuation = a.valuation.as_ref().map(|file| document_of(file, "valuation")).transpose()?;
    filing.documents.extend(valuation.clone());
    Ok(Command::PledgeFollowOn(FollowOnPledged {
        code: a.code.clone(),
        project: a.project.clone(),
        investor: a.investor.clone(),
        kind: match a.kind {
            FollowOnKindName::Private => FollowOnKind::Private,
            FollowOnKindName::EnterpriseBuild => FollowOnKind::EnterpriseBuild,
            FollowOnKindName::OwnFunds => FollowOnKind::OwnFunds,
            FollowOnKindName::OtherPublic => FollowOnKind::OtherPublic,
            FollowOnKindName::InKind => FollowOnKind::InKind,
        },
        amount: desk.amount(&a.amount)?,
        original: None,
        valuation: valuation.map(|document| document.hash),
        agreement: a.agreement.clone(),
        causality: a.causality.clone(),
        filing,
    }))
}

pub(super) fn pay_in(desk: &Desk<'_>, a: &PayInFollowOn) -> Result<Command> {
    let (code, amount, filing) = (a.code.clone(), desk.amount(&a.amount)?, desk.filing());
    Ok(Command::PayInFollowOn(FollowOnPaidIn { code, amount, filing }))
}

pub(super) fn withdraw(desk: &Desk<'_>, a: &WithdrawFollowOn) -> Result<Command> {
    Ok(Command::WithdrawFollowOn(command::WithdrawFollowOn {
        code: a.code.clone(),
        amount: desk.amount_or_none(a.amount.as_ref())?,
        reason: a.reason.clone(),
        filing: desk.filing(),
    }))
}
