//! Types 30–33, 45 and 46: contracts, payments and refunds.

use super::accounts::{commitment, is_funded, reserved, source, unreserved};
use super::{Done, Fact, Reversible, See, Seen, Value, keep, maybe, maybe_name, reason, splits};
use crate::domain::event::{
    Body, Cited, CommitmentClosed, CommitmentIncreased, CommitmentMade, CommitmentReduced,
    DisbursementRecorded, Filing, RefundReceived, Split, Tranche,
};
use crate::domain::ids::{Code, LineKey, Text};
use crate::domain::kinds::{ProjectStatus, Stage};
use crate::domain::known;
use crate::domain::money::Amount;
use crate::domain::posting::{Leaf, Move};
use crate::domain::rejection::{Rejection, Thing};
use crate::domain::state::{Commitment, Journal, Project, Share, State};

impl Fact for CommitmentMade {
    fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
        let Self { contract, payee, purpose, title, splits, tranches, filing } = self;
        see.see("contract", Value::New(Thing::Commitment, contract))?;
        see.see("payee", maybe(payee.as_ref(), |code| Value::Known(Thing::Payee, code)))?;
        see.see("title", maybe_name(title.as_ref()))?;
        see.see("purpose", maybe(purpose.as_ref(), Value::Purpose))?;
        see.see("tranches", Value::List(tranches.len()))?;
        for Tranche { code, amount, due } in tranches {
            see.see("tranches.code", Value::Code(code))?;
            see.see("tranches.amount", Value::Amount(*amount))?;
            see.see("tranches.due", maybe(*due, Value::Day))?;
        }
        self::splits(splits, true, see)?;
        see.form(|state| add_up(state, self))?;
        filing.fields(see)
    }

    fn moves(&self, state: &State, _: &Cited) -> Result<Vec<Move>, Rejection> {
        Ok(self.splits.iter().map(|part| commit(state, &self.contract, part, None)).collect())
    }

    fn remember(&self, journal: &mut Journal<'_>, done: &Done<'_>) -> Seen {
        let made = Commitment {
            payee: self.payee.clone(),
            purpose: self.purpose.clone(),
            made_on: done.occurred_on,
            closed: false,
            shares: Vec::new(),
            changes: 0,
        };
        journal.commitments().insert(self.contract.clone(), made);
        share_moves(journal, &self.contract, done.moves);
        lower_floors(journal, committed(&self.splits, &self.contract), false)
    }
}

impl Reversible for CommitmentMade {
    /// Out of reserved money or not, as its shares say.
    fn moved(&self, state: &State, _: &Cited) -> Result<Vec<Move>, Rejection> {
        let made = Some(commitment(state, &self.contract)?);
        Ok(self.splits.iter().map(|part| commit(state, &self.contract, part, made)).collect())
    }

    fn forget(&self, journal: &mut Journal<'_>, _: u64, _: bool) -> Seen {
        journal.commitments().remove(&self.contract);
        lower_floors(journal, committed(&self.splits, &self.contract), true)
    }
}

/// Tranches add up to the contract, where there are any.
fn add_up(state: &State, b: &CommitmentMade) -> Seen {
    if b.tranches.is_empty() {
        return Ok(());
    }
    let whole = Amount::sum(b.splits.iter().map(|s| s.amount)).ok_or(Rejection::Overflow)?;
    let parts = Amount::sum(b.tranches.iter().map(|t| t.amount)).ok_or(Rejection::Overflow)?;
    if whole == parts {
        return Ok(());
    }
    let currency = state.currency();
    Err(Rejection::SumDiffers { whole: currency.money(whole), parts: currency.money(parts) })
}

/// The fields of events that change the amount of a contract.
fn changed<'e, S: See<'e>>(
    contract: &'e Code,
    splits: &'e [Split],
    reason: Option<&'e Text>,
    filing: &'e Filing,
    see: &mut S,
) -> Seen {
    see.see("contract", Value::Known(Thing::Commitment, contract))?;
    see.see("reason", self::reason(reason))?;
    self::splits(splits, true, see)?;
    filing.fields(see)
}

impl Fact for CommitmentIncreased {
    fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
        let Self { contract, splits, reason, filing } = self;
        changed(contract, splits, reason.as_ref(), filing, see)
    }

    fn moves(&self, state: &State, _: &Cited) -> Result<Vec<Move>, Rejection> {
        let made = Some(commitment(state, &self.contract)?);
        Ok(self.splits.iter().map(|part| commit(state, &self.contract, part, made)).collect())
    }

    fn remember(&self, journal: &mut Journal<'_>, done: &Done<'_>) -> Seen {
        keep(journal, done.moves);
        share_moves(journal, &self.contract, done.moves);
        count_change(journal, &self.contract);
        lower_floors(journal, committed(&self.splits, &self.contract), false)
    }
}

impl Reversible for CommitmentIncreased {
    /// They are always kept: after a breach its shares may say something else.
    fn moved(&self, _: &State, _: &Cited) -> Result<Vec<Move>, Rejection> {
        Ok(Vec::new())
    }

    fn forget(&self, journal: &mut Journal<'_>, _: u64, _: bool) -> Seen {
        forget_change(journal, &self.contract, &self.splits);
        lower_floors(journal, committed(&self.splits, &self.contract), true)
    }
}

impl Fact for CommitmentReduced {
    fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
        let Self { contract, splits, reason, filing } = self;
        changed(contract, splits, reason.as_ref(), filing, see)
    }

    fn moves(&self, state: &State, _: &Cited) -> Result<Vec<Move>, Rejection> {
        let made = commitment(state, &self.contract)?;
        Ok((self.splits.iter()).map(|part| give_back(state, &self.contract, made, part)).collect())
    }

    fn remember(&self, journal: &mut Journal<'_>, done: &Done<'_>) -> Seen {
        keep(journal, done.moves);
        count_change(journal, &self.contract);
        Ok(())
    }
}

impl Reversible for CommitmentReduced {
    /// They are always kept.
    fn moved(&self, _: &State, _: &Cited) -> Result<Vec<Move>, Rejection> {
        Ok(Vec::new())
    }

    fn forget(&self, journal: &mut Journal<'_>, _: u64, _: bool) -> Seen {
        forget_change(journal, &self.contract, &[]);
        Ok(())
    }
}

impl Fact for CommitmentClosed {
    fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
        let Self { contract, reason, filing } = self;
        see.see("contract", Value::Known(Thing::Commitment, contract))?;
        see.see("reason", self::reason(reason.as_ref()))?;
        filing.fields(see)
    }

    fn moves(&self, state: &State, _: &Cited) -> Result<Vec<Move>, Rejection> {
        close(state, &self.contract)
    }

    fn remember(&self, journal: &mut Journal<'_>, done: &Done<'_>) -> Seen {
        keep(journal, done.moves);
        set_closed(journal, &self.contract, true);
        Ok(())
    }
}

impl Reversible for CommitmentClosed {
    /// They are always kept.
    fn moved(&self, _: &State, _: &Cited) -> Result<Vec<Move>, Rejection> {
        Ok(Vec::new())
    }

    fn forget(&self, journal: &mut Journal<'_>, _: u64, _: bool) -> Seen {
        set_closed(journal, &self.contract, false);
        Ok(())
    }
}

impl Fact for DisbursementRecorded {
    fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
        let Self { commitment, splits, payee, purpose, source_number, voucher_no, filing } = self;
        let known = |thing| move |code| Value::Known(thing, code);
        see.see("payee", maybe(payee.as_ref(), known(Thing::Payee)))?;
        see.see("commitment", maybe(commitment.as_ref(), known(Thing::Commitment)))?;
        see.see("source_number", maybe_name(source_number.as_ref()))?;
        see.see("purpose", maybe(purpose.as_ref(), Value::Purpose))?;
        self::splits(splits, true, see)?;
        see.see("voucher_no", Value::Number((*voucher_no).into()))?;
        filing.fields(see)
    }

    fn moves(&self, state: &State, _: &Cited) -> Result<Vec<Move>, Rejection> {
        let mut moves = Vec::with_capacity(self.splits.len());
        for split in &self.splits {
            pay(state, self.commitment.as_ref(), split, &mut moves)?;
        }
        Ok(moves)
    }

    fn remember(&self, journal: &mut Journal<'_>, done: &Done<'_>) -> Seen {
        if let Some(series) = self.series() {
            journal.vouchers().insert(series, self.voucher_no);
        }
        if is_unusual(self, done.moves) {
            keep(journal, done.moves);
            self.commitment.iter().for_each(|contract| count_change(journal, contract));
        }
        lower_floors(journal, paid(self), false)
    }
}

impl Reversible for DisbursementRecorded {
    fn moved(&self, _: &State, _: &Cited) -> Result<Vec<Move>, Rejection> {
        let pay = |split: &Split| {
            let (project, contract) = (split.project.as_ref(), self.commitment.as_ref());
            let paid = Leaf::new(&split.line, Stage::Paid, project, contract);
            Move::new(usual_source(self, split), paid, split.amount)
        };
        Ok(self.splits.iter().map(pay).collect())
    }

    fn forget(&self, journal: &mut Journal<'_>, _: u64, kept: bool) -> Seen {
        for contract in self.commitment.iter().filter(|_| kept) {
            forget_change(journal, contract, &[]);
        }
        lower_floors(journal, paid(self), true)
    }
}

impl Fact for RefundReceived {
    fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
        let Self { disbursement, splits, restores_budget, reason, filing } = self;
        see.see("disbursement", Value::Entry(*disbursement))?;
        see.known(|at| {
            let found = &known::counted(at.state, at.cited, *disbursement)?.body;
            if matches!(found, Body::DisbursementRecorded(_)) {
                return Ok(());
            }
            Err(Rejection::NotADisbursement { entry: *disbursement, found: found.name() })
        })?;
        see.see("reason", self::reason(reason.as_ref()))?;
        self::splits(splits, false, see)?;
        see.see("restores_budget", Value::Flag(*restores_budget))?;
        filing.fields(see)
    }

    fn moves(&self, state: &State, cited: &Cited) -> Result<Vec<Move>, Rejection> {
        let payment = &known::counted(state, cited, self.disbursement)?.body;
        let Body::DisbursementRecorded(payment) = payment else {
            return Err(known::unknown(Thing::Entry, &format!("@{}", self.disbursement)));
        };
        let contract = payment.commitment.as_ref();
        let back = |split: &Split| refund(state, contract, split, self.restores_budget);
        Ok(self.splits.iter().map(back).collect())
    }

    fn remember(&self, journal: &mut Journal<'_>, done: &Done<'_>) -> Seen {
        for split in &self.splits {
            let key = (self.disbursement, split.line.clone(), split.project.clone());
            // A refund of nothing leaves nothing to remember, nor to forget when it is reversed.
            journal.refunded().update(&key, |before| {
                let now = before.copied().unwrap_or_default().checked_add(split.amount);
                Ok(Some(now.ok_or(Rejection::Overflow)?).filter(|now| !now.is_zero()))
            })?;
        }
        keep(journal, done.moves);
        Ok(())
    }
}

impl Reversible for RefundReceived {
    /// They are always kept; what a reversal cites does not have the payment.
    fn moved(&self, _: &State, _: &Cited) -> Result<Vec<Move>, Rejection> {
        Ok(Vec::new())
    }

    fn forget(&self, journal: &mut Journal<'_>, _: u64, _: bool) -> Seen {
        for split in &self.splits {
            let key = (self.disbursement, split.line.clone(), split.project.clone());
            journal.refunded().update(&key, |before| {
                let rest = before.copied().unwrap_or_default().checked_sub(split.amount);
                Ok(Some(rest.ok_or(Rejection::Overflow)?).filter(|rest| !rest.is_zero()))
            })?;
        }
        Ok(())
    }
}

fn commit(state: &State, contract: &Code, split: &Split, made: Option<&Commitment>) -> Move {
    let project = split.project.as_ref();
    let from_reserved = match made.and_then(|made| made.share(&split.line, project)) {
        Some(share) => share.from_reserved,
        None => is_funded(state, &split.line, project),
    };
    let committed = Leaf::new(&split.line, Stage::Committed, project, Some(contract));
    Move::new(source(&split.line, project, from_reserved), committed, split.amount)
}

fn give_back(state: &State, contract: &Code, made: &Commitment, split: &Split) -> Move {
    let project = split.project.as_ref();
    let from_reserved = made.share(&split.line, project).is_some_and(|share| share.from_reserved);
    let closed_out = project
        .and_then(|project| state.projects.get(project))
        .is_some_and(|project| project.status == ProjectStatus::ClosedOut);
    let committed = Leaf::new(&split.line, Stage::Committed, project, Some(contract));
    Move::new(committed, source(&split.line, project, from_reserved && !closed_out), split.amount)
}

fn close(state: &State, contract: &Code) -> Result<Vec<Move>, Rejection> {
    let made = commitment(state, contract)?;
    let rest = |share: &Share| {
        let project = share.project.as_ref();
        let leaf = Leaf::new(&share.line, Stage::Committed, project, Some(contract));
        let amount = state.balance(&leaf);
        let split = Split { line: share.line.clone(), project: share.project.clone(), amount };
        (!amount.is_zero()).then(|| give_back(state, contract, made, &split))
    };
    Ok(made.shares.iter().filter_map(rest).collect())
}

/// Pays a split: from what is committed under the contract, an excess from reserved, then
/// unreserved money; without a contract from reserved money where the project has had funding on the
/// line, else from unreserved.
fn pay(
    state: &State,
    contract: Option<&Code>,
    split: &Split,
    moves: &mut Vec<Move>,
) -> Result<(), Rejection> {
    let project = split.project.as_ref();
    let paid = Leaf::new(&split.line, Stage::Paid, project, contract);
    let funded = is_funded(state, &split.line, project);
    let Some(contract) = contract else {
        moves.push(Move::new(source(&split.line, project, funded), paid, split.amount));
        return Ok(());
    };
    let committed = Leaf::new(&split.line, Stage::Committed, project, Some(contract));
    let covered = split.amount.min(state.balance(&committed).max(Amount::ZERO));
    let mut rest = split.amount.checked_sub(covered).ok_or(Rejection::Overflow)?;
    moves.push(Move::new(committed, paid.clone(), covered));
    if rest.is_zero() {
        return Ok(());
    }
    if let Some(project) = project.filter(|_| funded) {
        let leaf = reserved(&split.line, project);
        let part = rest.min(state.balance(&leaf).max(Amount::ZERO));
        rest = rest.checked_sub(part).ok_or(Rejection::Overflow)?;
        if !part.is_zero() {
            moves.push(Move::new(leaf, paid.clone(), part));
        }
    }
    if !rest.is_zero() {
        moves.push(Move::new(unreserved(&split.line), paid, rest));
    }
    Ok(())
}

fn refund(state: &State, contract: Option<&Code>, split: &Split, restores: bool) -> Move {
    let project = split.project.as_ref();
    let paid = Leaf::new(&split.line, Stage::Paid, project, contract);
    let open = project.and_then(|p| state.projects.get(p)).is_some_and(Project::is_open);
    let to = if restores {
        source(&split.line, project, open && is_funded(state, &split.line, project))
    } else {
        Leaf::new(&split.line, Stage::RefundedOut, project, contract)
    };
    Move::new(paid, to, split.amount)
}

/// True if a payment's moves cannot be told from the payment alone.
fn is_unusual(payment: &DisbursementRecorded, moves: &[Move]) -> bool {
    let usual = payment.splits.iter().map(|split| usual_source(payment, split));
    moves.len() != payment.splits.len() || moves.iter().zip(usual).any(|(m, from)| m.from != from)
}

fn usual_source(payment: &DisbursementRecorded, split: &Split) -> Leaf {
    let project = split.project.as_ref();
    match &payment.commitment {
        Some(contract) => Leaf::new(&split.line, Stage::Committed, project, Some(contract)),
        None => source(&split.line, project, true),
    }
}

/// Adds the line and project of every move into `committed` to the contract's shares.
fn share_moves(journal: &mut Journal<'_>, contract: &Code, moves: &[Move]) {
    journal.commitments().change(contract, |made| {
        for m in moves.iter().filter(|m| m.to.stage == Stage::Committed) {
            let from_reserved = m.from.stage == Stage::Reserved;
            add_share(made, &m.to.line, m.to.project.as_ref(), from_reserved);
        }
    });
}

pub(super) fn add_share(
    made: &mut Commitment,
    line: &LineKey,
    project: Option<&Code>,
    from_reserved: bool,
) {
    let known = |share: &&mut Share| share.line == *line && share.project.as_ref() == project;
    if let Some(share) = made.shares.iter_mut().find(known) {
        share.entries = share.entries.saturating_add(1);
    } else {
        let (line, project) = (line.clone(), project.cloned());
        made.shares.push(Share { line, project, from_reserved, entries: 1 });
    }
}

/// A later entry builds on the contract, in a way that its accounts might not show.
fn count_change(journal: &mut Journal<'_>, contract: &Code) {
    let add = |made: &mut Commitment| made.changes = made.changes.saturating_add(1);
    journal.commitments().change(contract, add);
}

/// One entry less stands for the contract, and for these of its shares.
pub(super) fn forget_change(journal: &mut Journal<'_>, contract: &Code, splits: &[Split]) {
    journal.commitments().change(contract, |made| {
        made.changes = made.changes.saturating_sub(1);
        for split in splits {
            let same = |s: &&mut Share| s.line == split.line && s.project == split.project;
            if let Some(share) = made.shares.iter_mut().find(same) {
                share.entries = share.entries.saturating_sub(1);
            }
        }
        made.shares.retain(|share| share.entries > 0);
    });
}

fn set_closed(journal: &mut Journal<'_>, contract: &Code, closed: bool) {
    journal.commitments().change(contract, |made| made.closed = closed);
}

/// The accounts that an event takes below zero by negative amounts, which only history has.
#[must_use]
pub fn negative_parts(body: &Body) -> Vec<(Leaf, Amount)> {
    if let Body::CommitmentMade(b) = body {
        committed(&b.splits, &b.contract)
    } else if let Body::CommitmentIncreased(b) = body {
        committed(&b.splits, &b.contract)
    } else if let Body::DisbursementRecorded(b) = body {
        paid(b)
    } else {
        Vec::new()
    }
}

fn committed(splits: &[Split], contract: &Code) -> Vec<(Leaf, Amount)> {
    negative(splits, Stage::Committed, Some(contract))
}

fn paid(b: &DisbursementRecorded) -> Vec<(Leaf, Amount)> {
    negative(&b.splits, Stage::Paid, b.commitment.as_ref())
}

fn negative(splits: &[Split], stage: Stage, contract: Option<&Code>) -> Vec<(Leaf, Amount)> {
    let negative = splits.iter().filter(|split| split.amount.is_negative());
    let leaf = |split: &Split| Leaf::new(&split.line, stage, split.project.as_ref(), contract);
    negative.map(|split| (leaf(split), split.amount)).collect()
}

/// Lowers the floors of accounts; `back` for a reversal.
fn lower_floors(journal: &mut Journal<'_>, parts: Vec<(Leaf, Amount)>, back: bool) -> Seen {
    for (leaf, amount) in parts {
        journal.floors().update(&leaf, |before| {
            let before = before.copied().unwrap_or_default();
            let now = if back { before.checked_sub(amount) } else { before.checked_add(amount) };
            let now = now.ok_or(Rejection::Overflow)?;
            Ok(Some(now).filter(|now| !now.is_zero()))
        })?;
    }
    Ok(())
}
