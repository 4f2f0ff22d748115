//! What later entries made of an entry where the accounts alone would not show it: it is not reversed
//! before they are.
//!
//! The two sides of the same thing stand side by side, an event each: what to look for before this
//! entry is reversed, and for which entries this one is such a find.

use crate::domain::event::{
    AllocationAdjusted, AllocationRecorded, AllocationTransferred, BalanceCarriedForward,
    BalanceLapsed, Body, CommitmentClosed, CommitmentIncreased, CommitmentMade, CommitmentReduced,
    DisbursementRecorded, FollowOnPaidIn, FollowOnPledged, FollowOnWithdrawn, FundsReserved,
    ProjectApproved, ProjectClosedOut, ProjectCompleted, ProjectTerminated, RefundReceived,
    ReservationReleased, Split, each_fact,
};
use crate::domain::fact::if_reversible;
use crate::domain::ids::Code;
use crate::domain::kinds::ProjectStatus;
use crate::domain::money::Amount;
use crate::domain::rejection::BuiltOn;
use crate::domain::slot::Lookup;
use crate::domain::state::{Project, RefundKey, State};

/// An event whose reversal asks what was built on it. Nothing has a default.
pub(super) trait Built {
    /// What later entries made of `entry`, which is this event.
    fn built_on(&self, state: &State, entry: u64) -> Option<BuiltOn>;

    /// What others cannot be reversed for because of this event, at `index`.
    fn builds(&self, state: &State, index: u64) -> Vec<BuiltOn>;
}

macro_rules! dispatch {
    ($($number:literal $version:literal $name:ident $word:literal $role:ident $end:ident,)+) => {
        impl Built for Body {
            fn built_on(&self, state: &State, entry: u64) -> Option<BuiltOn> {
                match self { $(Self::$name(_body) => if_reversible!($end, _body.built_on(state, entry), None)),+ }
            }

            fn builds(&self, state: &State, index: u64) -> Vec<BuiltOn> {
                match self { $(Self::$name(_body) => if_reversible!($end, _body.builds(state, index), Vec::new())),+ }
            }
        }
    };
}
each_fact!(dispatch);

/// Says of events that their accounts show everything.
macro_rules! accounts_show_it {
    ($($name:ident),+) => {
        $(impl Built for $name {
            fn built_on(&self, _: &State, _: u64) -> Option<BuiltOn> {
                None
            }

            fn builds(&self, _: &State, _: u64) -> Vec<BuiltOn> {
                Vec::new()
            }
        })+
    };
}
accounts_show_it!(AllocationRecorded, AllocationAdjusted, AllocationTransferred, BalanceLapsed);

fn closed(state: &State, contract: &Code) -> Option<BuiltOn> {
    let made = state.commitments.get(contract).filter(|made| made.closed);
    made.map(|_| BuiltOn::Closed { contract: contract.clone() })
}

fn changed(contract: &Code) -> BuiltOn {
    BuiltOn::Changed { contract: contract.clone() }
}

fn closed_out(state: &State, code: &Code) -> Option<BuiltOn> {
    let project = state.projects.get(code);
    let ended = project.filter(|project| project.status == ProjectStatus::ClosedOut);
    ended.map(|_| BuiltOn::ClosedOut { project: code.clone() })
}

fn settled(state: &State, splits: &[Split]) -> Option<BuiltOn> {
    projects(splits).find_map(|project| closed_out(state, project))
}

fn projects(splits: &[Split]) -> impl Iterator<Item = &Code> {
    splits.iter().filter_map(|split| split.project.as_ref())
}

fn contract_for(contract: &Code, splits: &[Split]) -> Vec<BuiltOn> {
    let of =
        |project: &Code| BuiltOn::Contract { project: project.clone(), contract: contract.clone() };
    projects(splits).map(of).collect()
}

fn paid(splits: &[Split]) -> impl Iterator<Item = BuiltOn> {
    projects(splits).map(|project| BuiltOn::Paid { project: project.clone() })
}

fn reserved(project: &Code) -> BuiltOn {
    BuiltOn::Reserved { project: project.clone() }
}

/// The project's status is another than this event gave it.
fn moved_on(state: &State, code: &Code, given: ProjectStatus) -> Option<BuiltOn> {
    let status = state.projects.get(code)?.status;
    let ended = (status != given).then(|| ended(code, status));
    closed_out(state, code).or(ended)
}

fn ended(code: &Code, status: ProjectStatus) -> BuiltOn {
    BuiltOn::Ended { project: code.clone(), status }
}

impl Built for ProjectApproved {
    fn built_on(&self, state: &State, _: u64) -> Option<BuiltOn> {
        let project = state.projects.get(&self.code)?;
        project_built_on(state, &self.code, project, self.funding.len())
    }

    fn builds(&self, _: &State, _: u64) -> Vec<BuiltOn> {
        Vec::new()
    }
}

fn project_built_on(
    state: &State,
    code: &Code,
    project: &Project,
    funded: usize,
) -> Option<BuiltOn> {
    if project.status != ProjectStatus::Approved {
        return Some(ended(code, project.status));
    }
    let entries = project.funded.iter().map(|funded| funded.entries);
    if entries.fold(0_u64, u64::saturating_add) > u64::try_from(funded).unwrap_or(u64::MAX) {
        return Some(reserved(code));
    }
    let contract = state
        .commitments
        .find(|_, made| made.shares.iter().any(|share| share.project.as_ref() == Some(code)));
    if let Some(contract) = contract {
        return Some(BuiltOn::Contract { project: code.clone(), contract: contract.clone() });
    }
    let paid = |(_, _, of): &RefundKey, _: &Amount| of.as_ref() == Some(code);
    if !project.engaged.is_zero() || state.refunded.find(paid).is_some() {
        return Some(BuiltOn::Paid { project: code.clone() });
    }
    let follow_on = state.follow_ons.find(|_, follow_on| follow_on.project == *code);
    follow_on.map(|follow_on| BuiltOn::Investment {
        project: code.clone(),
        follow_on: follow_on.clone(),
    })
}

impl Built for ProjectCompleted {
    fn built_on(&self, state: &State, _: u64) -> Option<BuiltOn> {
        moved_on(state, &self.code, ProjectStatus::Completed)
    }

    fn builds(&self, _: &State, _: u64) -> Vec<BuiltOn> {
        vec![ended(&self.code, ProjectStatus::Completed)]
    }
}

impl Built for ProjectTerminated {
    fn built_on(&self, state: &State, _: u64) -> Option<BuiltOn> {
        moved_on(state, &self.code, ProjectStatus::Terminated)
    }

    fn builds(&self, _: &State, _: u64) -> Vec<BuiltOn> {
        vec![ended(&self.code, ProjectStatus::Terminated)]
    }
}

impl Built for ProjectClosedOut {
    fn built_on(&self, _: &State, _: u64) -> Option<BuiltOn> {
        None
    }

    fn builds(&self, _: &State, _: u64) -> Vec<BuiltOn> {
        let project = self.code.clone();
        vec![ended(&self.code, ProjectStatus::ClosedOut), BuiltOn::ClosedOut { project }]
    }
}

impl Built for FundsReserved {
    fn built_on(&self, _: &State, _: u64) -> Option<BuiltOn> {
        None
    }

    fn builds(&self, _: &State, _: u64) -> Vec<BuiltOn> {
        vec![reserved(&self.project)]
    }
}

impl Built for ReservationReleased {
    fn built_on(&self, state: &State, _: u64) -> Option<BuiltOn> {
        closed_out(state, &self.project)
    }

    fn builds(&self, _: &State, _: u64) -> Vec<BuiltOn> {
        Vec::new()
    }
}

impl Built for CommitmentMade {
    fn built_on(&self, state: &State, _: u64) -> Option<BuiltOn> {
        let changes = state.commitments.get(&self.contract).filter(|made| made.changes > 0);
        closed(state, &self.contract)
            .or_else(|| changes.map(|_| changed(&self.contract)))
            .or_else(|| settled(state, &self.splits))
    }

    fn builds(&self, _: &State, _: u64) -> Vec<BuiltOn> {
        contract_for(&self.contract, &self.splits)
    }
}

impl Built for CommitmentIncreased {
    fn built_on(&self, state: &State, _: u64) -> Option<BuiltOn> {
        closed(state, &self.contract).or_else(|| settled(state, &self.splits))
    }

    fn builds(&self, _: &State, _: u64) -> Vec<BuiltOn> {
        let mut all = contract_for(&self.contract, &self.splits);
        all.push(changed(&self.contract));
        all
    }
}

impl Built for CommitmentReduced {
    fn built_on(&self, state: &State, _: u64) -> Option<BuiltOn> {
        closed(state, &self.contract)
    }

    fn builds(&self, _: &State, _: u64) -> Vec<BuiltOn> {
        vec![changed(&self.contract)]
    }
}

impl Built for CommitmentClosed {
    fn built_on(&self, _: &State, _: u64) -> Option<BuiltOn> {
        None
    }

    fn builds(&self, _: &State, _: u64) -> Vec<BuiltOn> {
        vec![BuiltOn::Closed { contract: self.contract.clone() }]
    }
}

impl Built for DisbursementRecorded {
    fn built_on(&self, state: &State, entry: u64) -> Option<BuiltOn> {
        let key = |split: &Split| (entry, split.line.clone(), split.project.clone());
        if self.splits.iter().any(|split| state.refunded.contains_key(&key(split))) {
            return Some(BuiltOn::Refunded { payment: entry });
        }
        let closed = self.commitment.as_ref().and_then(|contract| closed(state, contract));
        closed.or_else(|| settled(state, &self.splits))
    }

    fn builds(&self, state: &State, index: u64) -> Vec<BuiltOn> {
        let above = self.commitment.iter().filter(|_| state.kept_moves.contains_key(&index));
        paid(&self.splits).chain(above.map(changed)).collect()
    }
}

impl Built for RefundReceived {
    fn built_on(&self, _: &State, _: u64) -> Option<BuiltOn> {
        None
    }

    fn builds(&self, _: &State, _: u64) -> Vec<BuiltOn> {
        let refunded = BuiltOn::Refunded { payment: self.disbursement };
        paid(&self.splits).chain([refunded]).collect()
    }
}

impl Built for BalanceCarriedForward {
    fn built_on(&self, _: &State, _: u64) -> Option<BuiltOn> {
        None
    }

    fn builds(&self, state: &State, index: u64) -> Vec<BuiltOn> {
        let funded = self.project.iter().filter(|_| state.carried_funding.contains_key(&index));
        let of = self.commitment.iter().flat_map(|contract| {
            let project = self.project.clone();
            let share =
                project.map(|project| BuiltOn::Contract { project, contract: contract.clone() });
            share.into_iter().chain([changed(contract)])
        });
        funded.map(reserved).chain(of).collect()
    }
}

impl Built for FollowOnPledged {
    fn built_on(&self, state: &State, _: u64) -> Option<BuiltOn> {
        let follow_on = state.follow_ons.get(&self.code)?;
        let used = follow_on.ended || !follow_on.paid_in.is_zero();
        used.then(|| BuiltOn::Used { follow_on: self.code.clone() })
    }

    fn builds(&self, _: &State, _: u64) -> Vec<BuiltOn> {
        let (project, follow_on) = (self.project.clone(), self.code.clone());
        vec![BuiltOn::Investment { project, follow_on }]
    }
}

impl Built for FollowOnPaidIn {
    fn built_on(&self, state: &State, _: u64) -> Option<BuiltOn> {
        let ended = state.follow_ons.get(&self.code).filter(|follow_on| follow_on.ended);
        ended.map(|_| BuiltOn::Withdrawn { follow_on: self.code.clone() })
    }

    fn builds(&self, _: &State, _: u64) -> Vec<BuiltOn> {
        vec![BuiltOn::Used { follow_on: self.code.clone() }]
    }
}

impl Built for FollowOnWithdrawn {
    fn built_on(&self, _: &State, _: u64) -> Option<BuiltOn> {
        None
    }

    fn builds(&self, _: &State, _: u64) -> Vec<BuiltOn> {
        let follow_on = || self.code.clone();
        vec![
            BuiltOn::Used { follow_on: follow_on() },
            BuiltOn::Withdrawn { follow_on: follow_on() },
        ]
    }
}
