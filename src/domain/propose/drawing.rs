//! Which line an amount is drawn from. Filled in only where exactly one is possible.

use super::Scene;
use crate::domain::calendar::Year;
use crate::domain::command::Drawing;
use crate::domain::event::{DisbursementRecorded, Split};
use crate::domain::ids::{Code, LineKey};
use crate::domain::kinds::Stage;
use crate::domain::money::{Amount, Money};
use crate::domain::near;
use crate::domain::posting::Leaf;
use crate::domain::rejection::{PossibleLine, Rejection, Thing};
use crate::domain::state::{LedgerFacts, Project, Share};

/// A line that is possible, with the money it offers.
pub(super) struct Candidate {
    pub(super) line: LineKey,
    pub(super) project: Option<Code>,
    pub(super) available: Amount,
}

impl Scene<'_> {
    /// Splits of money drawn anew: by a contract, or by a payment without one.
    pub(super) fn fresh(&self, drawing: &Drawing) -> Result<Vec<Split>, Rejection> {
        if !drawing.from.is_empty() {
            return self.named(drawing, |_| Ok(drawing.project.clone()));
        }
        if let Some(code) = &drawing.project
            && !self.state.projects.contains_key(code)
        {
            return Err(near::unknown(Thing::Project, code, self.state.projects.keys()));
        }
        if let Some(fund) = &drawing.fund
            && !self.state.funds.contains_key(fund)
        {
            return Err(near::unknown(Thing::Fund, fund, self.state.funds.keys()));
        }
        let mut candidates = self.fresh_candidates(drawing);
        self.prefer_year_of_day(drawing, &mut candidates);
        self.only(drawing, candidates)
    }

    /// Lines that the project has funding on, else those of its purpose; of the fund and the year
    /// that were named, else of the year of the day.
    fn fresh_candidates(&self, drawing: &Drawing) -> Vec<Candidate> {
        let project = drawing.project.as_ref().and_then(|code| self.state.projects.get(code));
        let year = self.year(drawing);
        let wanted = |line: &LineKey| {
            drawing.fund.as_ref().is_none_or(|fund| *fund == line.fund)
                && year.is_none_or(|year| year == line.year)
        };
        let candidate = |line: &LineKey, stage| {
            let of = drawing.project.as_ref().filter(|_| stage == Stage::Reserved);
            let available = self.balance(&Leaf::new(line, stage, of, None));
            Candidate { line: line.clone(), project: drawing.project.clone(), available }
        };
        if let Some(project) = project.filter(|project| !project.funded.is_empty()) {
            let funded = project.funded.iter().map(|funded| &funded.line);
            let funded = funded.filter(|line| wanted(line));
            let found: Vec<_> = funded.map(|line| candidate(line, Stage::Reserved)).collect();
            if !found.is_empty() {
                return found;
            }
        }
        if let (Some(fund), Some(year)) = (&drawing.fund, year) {
            // The usual case, and the one of imports: a short range instead of the whole table.
            let first =
                LineKey { fund: fund.clone(), year, origin: Year::MIN, class: Code::default() };
            let of_year = (self.state.lines.range(first..)).map(|(line, _)| line);
            let of_year = of_year.take_while(|line| line.fund == *fund && line.year == year);
            return of_year.map(|line| candidate(line, Stage::Unreserved)).collect();
        }
        let suits = |line: &&LineKey| wanted(line) && self.suits(project, &line.fund);
        let lines = self.state.lines.keys().filter(suits);
        lines.map(|line| candidate(line, Stage::Unreserved)).collect()
    }

    /// Lines of a fund that is closed or for another purpose are not possible.
    fn suits(&self, project: Option<&Project>, fund: &Code) -> bool {
        self.state.funds.get(fund).is_some_and(|fund| {
            let within =
                |project: &Project| fund.purposes.iter().any(|tag| project.purpose.is_within(tag));
            !fund.closed && project.is_none_or(within)
        })
    }

    /// The year that was named; for a live entry else the fiscal year of its day (another one would
    /// be refused by rule 5 anyway).
    fn year(&self, drawing: &Drawing) -> Option<Year> {
        drawing.year.or_else(|| self.year_of_day().filter(|_| !self.historical))
    }

    fn year_of_day(&self) -> Option<Year> {
        let facts: Option<&LedgerFacts> = self.state.ledger.as_ref();
        facts.map(|facts| facts.fiscal_year(self.occurred_on))
    }

    /// Of several lines in history, those of the year of the day, where there is one.
    fn prefer_year_of_day(&self, drawing: &Drawing, candidates: &mut Vec<Candidate>) {
        let Some(year) = self.year_of_day().filter(|_| self.historical && drawing.year.is_none())
        else {
            return;
        };
        if candidates.len() > 1 && candidates.iter().any(|c| c.line.year == year) {
            candidates.retain(|c| c.line.year == year);
        }
    }

    /// Splits on the shares of a contract: those with money left, or (for an increase) any.
    pub(super) fn of_contract(
        &self,
        contract: &Code,
        drawing: &Drawing,
        needs_money: bool,
    ) -> Result<Vec<Split>, Rejection> {
        if !drawing.from.is_empty() {
            let shares = self.shares(contract)?;
            return self.named(drawing, |line| self.project_on(line, drawing, &shares));
        }
        let mut candidates = self.contract_candidates(contract, drawing, needs_money)?;
        // Of a contract the year counts where the fund is named; what is owed comes first.
        if drawing.fund.is_some() {
            self.prefer_year_of_day(drawing, &mut candidates);
        }
        self.only(drawing, candidates)
    }

    /// All shares of a contract.
    fn shares(&self, contract: &Code) -> Result<Vec<Candidate>, Rejection> {
        let made = self.state.commitments.get(contract);
        let known = self.state.commitments.keys();
        let made = made.ok_or_else(|| near::unknown(Thing::Commitment, contract, known))?;
        let candidate = |share: &Share| {
            let project = share.project.as_ref();
            let leaf = Leaf::new(&share.line, Stage::Committed, project, Some(contract));
            let available = self.balance(&leaf);
            Candidate { line: share.line.clone(), project: share.project.clone(), available }
        };
        Ok(made.shares.iter().map(candidate).collect())
    }

    /// The shares of a contract that the drawing leaves possible.
    pub(super) fn contract_candidates(
        &self,
        contract: &Code,
        drawing: &Drawing,
        needs_money: bool,
    ) -> Result<Vec<Candidate>, Rejection> {
        let shares = self.shares(contract)?.into_iter();
        let wanted = |c: &Candidate| {
            drawing.fund.as_ref().is_none_or(|fund| *fund == c.line.fund)
                && (drawing.project.is_none() || drawing.project == c.project)
        };
        let mut candidates: Vec<Candidate> = shares.filter(wanted).collect();
        // A single share is meant even where its year is over: the rule that refuses it says more
        // than "no line".
        let year = self.year(drawing);
        if candidates.len() > 1 {
            candidates.retain(|c| year.is_none_or(|year| year == c.line.year));
        }
        if needs_money {
            prefer_money(&mut candidates);
        }
        Ok(candidates)
    }

    /// Splits on the parts of a payment that are not refunded yet.
    pub(super) fn of_payment(
        &self,
        entry: u64,
        payment: &DisbursementRecorded,
        drawing: &Drawing,
    ) -> Result<Vec<Split>, Rejection> {
        let mut candidates = Vec::new();
        for split in &payment.splits {
            let key = (entry, split.line.clone(), split.project.clone());
            let before = self.state.refunded.get(&key).copied().unwrap_or_default();
            let available = split.amount.checked_sub(before).ok_or(Rejection::Overflow)?;
            let (line, project) = (split.line.clone(), split.project.clone());
            candidates.push(Candidate { line, project, available });
        }
        if !drawing.from.is_empty() {
            return self.named(drawing, |line| self.project_on(line, drawing, &candidates));
        }
        candidates.retain(|c| {
            drawing.fund.as_ref().is_none_or(|fund| *fund == c.line.fund)
                && (drawing.project.is_none() || drawing.project == c.project)
                && drawing.year.is_none_or(|year| year == c.line.year)
        });
        prefer_money(&mut candidates);
        self.only(drawing, candidates)
    }

    /// The project that a named line stands for in a contract or payment: the one that was named,
    /// else the only one there; a part without a project is meant where there is one.
    fn project_on(
        &self,
        line: &LineKey,
        drawing: &Drawing,
        parts: &[Candidate],
    ) -> Result<Option<Code>, Rejection> {
        if drawing.project.is_some() {
            return Ok(drawing.project.clone());
        }
        let on_line = || parts.iter().filter(|part| part.line == *line);
        let mut projects = on_line().map(|part| part.project.as_ref());
        match (projects.next(), projects.next()) {
            (None, _) => Ok(None),
            (Some(only), None) => Ok(only.cloned()),
            (Some(_), Some(_)) if on_line().any(|part| part.project.is_none()) => Ok(None),
            (Some(_), Some(_)) => Err(self.ambiguous(on_line())),
        }
    }

    /// The lines that were named, which have to add up to the amount.
    fn named(
        &self,
        drawing: &Drawing,
        project: impl Fn(&LineKey) -> Result<Option<Code>, Rejection>,
    ) -> Result<Vec<Split>, Rejection> {
        let sum = Amount::sum(drawing.from.iter().map(|(_, amount)| *amount));
        let parts = sum.ok_or(Rejection::Overflow)?;
        if parts != drawing.amount {
            let (whole, parts) = (self.money(drawing.amount), self.money(parts));
            return Err(Rejection::SumDiffers { whole, parts });
        }
        let split = |(line, amount): &(LineKey, Amount)| {
            Ok(Split { project: project(line)?, line: line.clone(), amount: *amount })
        };
        drawing.from.iter().map(split).collect()
    }

    pub(super) fn only(
        &self,
        drawing: &Drawing,
        candidates: Vec<Candidate>,
    ) -> Result<Vec<Split>, Rejection> {
        match <[Candidate; 1]>::try_from(candidates) {
            Ok([Candidate { line, project, .. }]) => {
                Ok(vec![Split { line, project, amount: drawing.amount }])
            }
            Err(none) if none.is_empty() => {
                let (fund, project) = (drawing.fund.clone(), drawing.project.clone());
                Err(Rejection::NoLine { fund, project, year: self.year(drawing) })
            }
            Err(several) => Err(self.ambiguous(several.iter())),
        }
    }

    fn ambiguous<'c>(&self, candidates: impl Iterator<Item = &'c Candidate>) -> Rejection {
        let possible = |candidate: &Candidate| PossibleLine {
            line: candidate.line.clone(),
            project: candidate.project.clone(),
            available: self.money(candidate.available),
        };
        Rejection::LineAmbiguous { lines: candidates.map(possible).collect() }
    }

    fn money(&self, amount: Amount) -> Money {
        let currency = self.state.currency();
        currency.money(amount)
    }
}

/// Where several are possible, those with money left; all of them where none has any.
fn prefer_money(candidates: &mut Vec<Candidate>) {
    if candidates.len() > 1 && candidates.iter().any(|c| !c.available.is_zero()) {
        candidates.retain(|c| !c.available.is_zero());
    }
}
