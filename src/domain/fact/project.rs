//! Types 21 and 26–28: projects.

use super::accounts::{reserved, unreserved};
use super::{Done, Fact, Reversible, See, Seen, Value, keep, maybe, maybe_name, name, reason};
use crate::domain::event::{
    Cited, Filing, Funding, ProjectApproved, ProjectClosedOut, ProjectCompleted, ProjectTerminated,
};
use crate::domain::ids::{Code, LineKey, Text};
use crate::domain::kinds::ProjectStatus;
use crate::domain::money::Amount;
use crate::domain::posting::{Leaf, Move};
use crate::domain::rejection::{Rejection, Thing};
use crate::domain::state::{FundedLine, Journal, Project, State};

impl Fact for ProjectApproved {
    fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
        let Self {
            code,
            title,
            title_zh,
            purpose,
            district,
            programme,
            start,
            end,
            ceiling,
            funding,
            duplicates,
            duplicates_reason,
            filing,
        } = self;
        let known = |thing| move |code| Value::Known(thing, code);
        see.see("code", Value::New(Thing::Project, code))?;
        see.see("title", name(title))?;
        see.see("title_zh", maybe_name(title_zh.as_ref()))?;
        see.see("purpose", Value::Purpose(purpose))?;
        see.see("programme", maybe(programme.as_ref(), known(Thing::Programme)))?;
        see.see("duplicates", Value::List(duplicates.len()))?;
        for duplicate in duplicates {
            see.see("duplicates", Value::Known(Thing::Project, duplicate))?;
        }
        see.see("duplicates_reason", reason(duplicates_reason.as_ref()))?;
        see.see("district", maybe(district.as_ref(), known(Thing::District)))?;
        see.see("start", maybe(*start, Value::Day))?;
        see.see("end", maybe(*end, Value::Day))?;
        see.see("ceiling", maybe(*ceiling, Value::Amount))?;
        see.see("funding", Value::List(funding.len()))?;
        for (i, part) in funding.iter().enumerate() {
            let Funding { line, amount } = part;
            see.see("funding.line", Value::Line(line))?;
            see.see("funding.amount", Value::Amount(*amount))?;
            see.form(|_| {
                if funding.iter().take(i).any(|other| other.line == *line) {
                    let (line, project) = (line.clone(), Some(code.clone()));
                    return Err(Rejection::SplitTwice { line, project });
                }
                Ok(())
            })?;
        }
        filing.fields(see)
    }

    fn moves(&self, _: &State, _: &Cited) -> Result<Vec<Move>, Rejection> {
        let reserve = |part: &Funding| {
            Move::new(unreserved(&part.line), reserved(&part.line, &self.code), part.amount)
        };
        Ok(self.funding.iter().map(reserve).collect())
    }

    fn remember(&self, journal: &mut Journal<'_>, _: &Done<'_>) -> Seen {
        let lines = self.funding.iter().map(|part| part.line.clone());
        let mut funded: Vec<_> = lines.map(|line| FundedLine { line, entries: 1 }).collect();
        funded.sort_by(|a, b| a.line.cmp(&b.line));
        let project = Project {
            purpose: self.purpose.clone(),
            status: ProjectStatus::Approved,
            ceiling: self.ceiling,
            engaged: Amount::ZERO,
            before_close_out: None,
            funded,
        };
        journal.projects().insert(self.code.clone(), project);
        Ok(())
    }
}

impl Reversible for ProjectApproved {
    fn moved(&self, state: &State, cited: &Cited) -> Result<Vec<Move>, Rejection> {
        self.moves(state, cited)
    }

    fn forget(&self, journal: &mut Journal<'_>, _: u64, _: bool) -> Seen {
        journal.projects().remove(&self.code);
        Ok(())
    }
}

/// The fields of events that say of a project that it is over, and perhaps why.
fn ended<'e, S: See<'e>>(
    code: &'e Code,
    reason: Option<&'e Text>,
    filing: &'e Filing,
    see: &mut S,
) -> Seen {
    see.see("code", Value::Known(Thing::Project, code))?;
    see.see("reason", self::reason(reason))?;
    filing.fields(see)
}

fn set_status(journal: &mut Journal<'_>, code: &Code, status: ProjectStatus) {
    journal.projects().change(code, |project| project.status = status);
}

impl Fact for ProjectCompleted {
    fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
        let Self { code, reason, filing } = self;
        ended(code, reason.as_ref(), filing, see)
    }

    fn moves(&self, _: &State, _: &Cited) -> Result<Vec<Move>, Rejection> {
        Ok(Vec::new())
    }

    fn remember(&self, journal: &mut Journal<'_>, _: &Done<'_>) -> Seen {
        set_status(journal, &self.code, ProjectStatus::Completed);
        Ok(())
    }
}

/// From rule set 3 on. Only an approved project is completed.
impl Reversible for ProjectCompleted {
    fn moved(&self, _: &State, _: &Cited) -> Result<Vec<Move>, Rejection> {
        Ok(Vec::new())
    }

    fn forget(&self, journal: &mut Journal<'_>, _: u64, _: bool) -> Seen {
        set_status(journal, &self.code, ProjectStatus::Approved);
        Ok(())
    }
}

impl Fact for ProjectTerminated {
    fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
        let Self { code, reason, filing } = self;
        ended(code, reason.as_ref(), filing, see)
    }

    fn moves(&self, _: &State, _: &Cited) -> Result<Vec<Move>, Rejection> {
        Ok(Vec::new())
    }

    fn remember(&self, journal: &mut Journal<'_>, _: &Done<'_>) -> Seen {
        set_status(journal, &self.code, ProjectStatus::Terminated);
        Ok(())
    }
}

/// From rule set 3 on. No event suspends a project yet, so it was approved before.
impl Reversible for ProjectTerminated {
    fn moved(&self, _: &State, _: &Cited) -> Result<Vec<Move>, Rejection> {
        Ok(Vec::new())
    }

    fn forget(&self, journal: &mut Journal<'_>, _: u64, _: bool) -> Seen {
        set_status(journal, &self.code, ProjectStatus::Approved);
        Ok(())
    }
}

impl Fact for ProjectClosedOut {
    fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
        let Self { code, reason, filing } = self;
        ended(code, reason.as_ref(), filing, see)
    }

    /// All that is reserved for the project, on whatever line: history's negative contracts may have
    /// left some on a line whose funding has been reversed since.
    fn moves(&self, state: &State, _: &Cited) -> Result<Vec<Move>, Rejection> {
        // Only a breach reserves money under a contract.
        let held = state.reserved_for(&self.code).filter(|(leaf, _)| leaf.commitment.is_none());
        let free = |(leaf, balance): (&Leaf, &Amount)| {
            Move::new(leaf.clone(), unreserved(&leaf.line), *balance)
        };
        Ok(held.map(free).collect())
    }

    fn remember(&self, journal: &mut Journal<'_>, done: &Done<'_>) -> Seen {
        keep(journal, done.moves);
        journal.projects().change(&self.code, |project| {
            project.before_close_out = Some(project.status);
            project.status = ProjectStatus::ClosedOut;
        });
        Ok(())
    }
}

impl Reversible for ProjectClosedOut {
    /// They are always kept.
    fn moved(&self, _: &State, _: &Cited) -> Result<Vec<Move>, Rejection> {
        Ok(Vec::new())
    }

    fn forget(&self, journal: &mut Journal<'_>, _: u64, _: bool) -> Seen {
        journal.projects().change(&self.code, |project| {
            project.status = project.before_close_out.take().unwrap_or(ProjectStatus::Completed);
        });
        Ok(())
    }
}

pub(super) fn fund_project(journal: &mut Journal<'_>, code: &Code, line: &LineKey) {
    journal.projects().change(code, |project| {
        match project.funded.binary_search_by(|funded| funded.line.cmp(line)) {
            Ok(place) => {
                if let Some(funded) = project.funded.get_mut(place) {
                    funded.entries = funded.entries.saturating_add(1);
                }
            }
            Err(place) => {
                project.funded.insert(place, FundedLine { line: line.clone(), entries: 1 });
            }
        }
    });
}

pub(super) fn forget_funding(journal: &mut Journal<'_>, code: &Code, line: &LineKey) {
    journal.projects().change(code, |project| {
        if let Some(funded) = project.funded.iter_mut().find(|funded| funded.line == *line) {
            funded.entries = funded.entries.saturating_sub(1);
        }
        project.funded.retain(|funded| funded.entries > 0);
    });
}
