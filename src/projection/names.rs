//! Names: master data as last known, and the amounts that contracts stand at.
//!
//! It has no date of its own: master data is shown as known at the size that was taken in, whatever
//! day is asked for. Lacks balances ([`balances`](super::balances)) and investments
//! ([`leverage`](super::leverage)).

pub use super::master::{Commitment, District, Fund, Officer, Payee, Programme, Project};
use super::{Projection, Recorded};
use crate::domain::calendar::Date;
use crate::domain::event::{
    AllocationAdjusted, AllocationRecorded, AllocationTransferred, BalanceCarriedForward,
    BalanceLapsed, Body, CommitmentClosed, CommitmentIncreased, CommitmentMade, CommitmentReduced,
    DisbursementRecorded, DistrictRegistered, FollowOnPaidIn, FollowOnPledged, FollowOnWithdrawn,
    FundAmended, FundEstablished, FundsReserved, LedgerOpened, LogKeyRotated, OfficerEnrolled,
    PayeeRegistered, Policy, ProgrammeRegistered, ProjectApproved, ProjectClosedOut,
    ProjectCompleted, ProjectTerminated, RefundReceived, ReservationReleased, each_fact,
};
use crate::domain::fact::{Reversible, if_reversible};
use crate::domain::ids::Code;
use crate::domain::kinds::{ProjectStatus, Stage};
use crate::domain::money::Amount;
use crate::domain::posting::{Leaf, Move};
use crate::domain::state::{FormerLogKey, LedgerFacts};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Master data.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Names {
    position: u64,
    /// What LedgerOpened fixed.
    pub ledger: Option<LedgerFacts>,
    /// The policy in force.
    pub policy: Policy,
    /// Officers, by number.
    pub officers: Vec<Officer>,
    /// Districts, by code.
    pub districts: BTreeMap<Code, District>,
    /// Programmes, by code.
    pub programmes: BTreeMap<Code, Programme>,
    /// Funds, by code.
    pub funds: BTreeMap<Code, Fund>,
    /// Projects, by code.
    pub projects: BTreeMap<Code, Project>,
    /// Payees, by code.
    pub payees: BTreeMap<Code, Payee>,
    /// Contracts, by number.
    pub commitments: BTreeMap<Code, Commitment>,
}

impl Names {
    /// A leaf's district: its project's, else its fund's.
    #[must_use]
    pub fn district(&self, fund: &Code, project: Option<&Code>) -> Option<&Code> {
        project
            .and_then(|project| self.projects.get(project)?.district.as_ref())
            .or_else(|| self.funds.get(fund)?.district.as_ref())
    }

    /// The payee of a contract.
    #[must_use]
    pub fn payee_of(&self, commitment: Option<&Code>) -> Option<&Code> {
        self.commitments.get(commitment?)?.payee.as_ref()
    }

    fn open(&mut self, b: &LedgerOpened, opened_on: Date) {
        self.policy = b.policy.clone();
        self.ledger = Some(b.facts(opened_on));
    }

    fn amend(&mut self, b: &FundAmended) {
        let Some(fund) = self.funds.get_mut(&b.code) else { return };
        fund.name = b.name.clone().unwrap_or_else(|| fund.name.clone());
        fund.name_zh = b.name_zh.clone().or(fund.name_zh.take());
        fund.manager = b.manager.clone().or(fund.manager.take());
        for purpose in &b.purposes_added {
            if !fund.purposes.contains(purpose) {
                fund.purposes.push(purpose.clone());
            }
        }
    }

    fn rotate_log(&mut self, b: &LogKeyRotated, entry: u64) {
        let Some(facts) = &mut self.ledger else { return };
        let key = std::mem::replace(&mut facts.log_key, b.key);
        let handed_over = b.handover.is_some();
        facts.former_log_keys.push(FormerLogKey { key, until: entry, handed_over });
    }

    fn enrol(&mut self, b: &OfficerEnrolled, entry: u64) {
        self.officers.push(Officer {
            number: b.number,
            name: b.name.clone(),
            key: b.key,
            roles: b.roles.clone(),
            limit: b.limit,
            since: entry,
            key_since: entry,
            revoked: None,
        });
    }

    fn with_officer(&mut self, number: u32, change: impl FnOnce(&mut Officer)) {
        if let Some(officer) = self.officer_mut(number) {
            change(officer);
        }
    }

    fn officer_mut(&mut self, number: u32) -> Option<&mut Officer> {
        self.officers.get_mut(usize::try_from(number).ok()?)
    }

    fn register_district(&mut self, b: &DistrictRegistered) {
        let district = District {
            name: b.name.clone(),
            name_zh: b.name_zh.clone(),
            level: b.level,
            above: b.parent.clone(),
            valid_from: b.valid_from,
            valid_to: b.valid_to,
            successor: b.successor.clone(),
        };
        self.districts.insert(b.code.clone(), district);
    }

    fn register_programme(&mut self, b: &ProgrammeRegistered) {
        let (name, name_zh, district) = (b.name.clone(), b.name_zh.clone(), b.district.clone());
        self.programmes.insert(b.code.clone(), Programme { name, name_zh, district });
    }

    fn register_payee(&mut self, b: &PayeeRegistered) {
        let (name, name_zh, credit_code) =
            (b.name.clone(), b.name_zh.clone(), b.credit_code.clone());
        self.payees.insert(b.code.clone(), Payee { name, name_zh, credit_code });
    }

    fn establish(&mut self, b: &FundEstablished, established_on: Date) {
        let fund = Fund {
            name: b.name.clone(),
            name_zh: b.name_zh.clone(),
            kind: b.kind,
            purposes: b.purposes.clone(),
            manager: b.manager.clone(),
            district: b.district.clone(),
            established_on,
            closed: false,
        };
        self.funds.insert(b.code.clone(), fund);
    }

    fn approve(&mut self, b: &ProjectApproved, approved_on: Date, entry: u64) {
        let project = Project {
            title: b.title.clone(),
            title_zh: b.title_zh.clone(),
            purpose: b.purpose.clone(),
            district: b.district.clone(),
            programme: b.programme.clone(),
            start: b.start,
            end: b.end,
            ceiling: b.ceiling,
            status: ProjectStatus::Approved,
            before_close_out: ProjectStatus::Approved,
            approved_on,
            entry,
        };
        self.projects.insert(b.code.clone(), project);
    }

    fn set_status(&mut self, project: &Code, status: ProjectStatus) {
        if let Some(project) = self.projects.get_mut(project) {
            if status == ProjectStatus::ClosedOut {
                project.before_close_out = project.status;
            }
            project.status = status;
        }
    }

    fn make(&mut self, b: &CommitmentMade, made_on: Date, entry: u64) {
        let commitment = Commitment {
            payee: b.payee.clone(),
            purpose: b.purpose.clone(),
            title: b.title.clone(),
            made_on,
            closed: false,
            amount: Amount::ZERO,
            standing: Amount::ZERO,
            entry,
        };
        self.commitments.insert(b.contract.clone(), commitment);
    }

    fn set_closed(&mut self, commitment: &Code, closed: bool) {
        if let Some(commitment) = self.commitments.get_mut(commitment) {
            commitment.closed = closed;
        }
    }

    /// What the moves leave in a contract's accounts, and what they make of the duty itself.
    fn stand(&mut self, moves: &[Move], is_duty: bool) {
        for m in moves {
            // The usual payment moves within the contract's own accounts and changes nothing here.
            if m.from.stage != Stage::Authority && m.from.commitment == m.to.commitment {
                continue;
            }
            let opposite = m.amount.checked_neg().unwrap_or(Amount::ZERO);
            self.stand_at(&m.from, opposite, is_duty);
            self.stand_at(&m.to, m.amount, is_duty);
        }
    }

    fn stand_at(&mut self, leaf: &Leaf, amount: Amount, is_duty: bool) {
        let Some(made) = leaf.commitment.as_ref().and_then(|c| self.commitments.get_mut(c)) else {
            return;
        };
        // Beyond `i128` no balance could have been admitted; the figure then stays where it was.
        made.standing = made.standing.checked_add(amount).unwrap_or(made.standing);
        if is_duty && leaf.stage == Stage::Committed {
            made.amount = made.amount.checked_add(amount).unwrap_or(made.amount);
        }
    }
}

/// What a reversal takes back of the names that an event left.
trait Leaves: Reversible {
    fn take_back(&self, names: &mut Names);
}

macro_rules! dispatch {
    ($($number:literal $version:literal $name:ident $word:literal $role:ident $end:ident,)+) => {
        impl Leaves for Body {
            fn take_back(&self, names: &mut Names) {
                match self { $(Self::$name(_body) => if_reversible!($end, _body.take_back(names), ())),+ }
            }
        }
    };
}
each_fact!(dispatch);

/// Says of events that they leave no name behind.
macro_rules! leaves_no_name {
    ($($name:ident),+) => {
        $(impl Leaves for $name {
            fn take_back(&self, _: &mut Names) {}
        })+
    };
}
leaves_no_name!(
    AllocationRecorded,
    AllocationAdjusted,
    AllocationTransferred,
    FundsReserved,
    ReservationReleased,
    CommitmentIncreased,
    CommitmentReduced,
    DisbursementRecorded,
    RefundReceived,
    FollowOnPledged,
    FollowOnPaidIn,
    FollowOnWithdrawn,
    BalanceCarriedForward,
    BalanceLapsed
);

impl Leaves for ProjectApproved {
    fn take_back(&self, names: &mut Names) {
        names.projects.remove(&self.code);
    }
}

impl Leaves for ProjectCompleted {
    fn take_back(&self, names: &mut Names) {
        names.set_status(&self.code, ProjectStatus::Approved);
    }
}

impl Leaves for ProjectTerminated {
    fn take_back(&self, names: &mut Names) {
        names.set_status(&self.code, ProjectStatus::Approved);
    }
}

impl Leaves for ProjectClosedOut {
    fn take_back(&self, names: &mut Names) {
        let before = names.projects.get(&self.code).map(|project| project.before_close_out);
        names.set_status(&self.code, before.unwrap_or(ProjectStatus::Completed));
    }
}

impl Leaves for CommitmentClosed {
    fn take_back(&self, names: &mut Names) {
        names.set_closed(&self.contract, false);
    }
}

impl Leaves for CommitmentMade {
    fn take_back(&self, names: &mut Names) {
        let empty = |made: &Commitment| made.standing.is_zero();
        if names.commitments.get(&self.contract).is_some_and(empty) {
            names.commitments.remove(&self.contract);
        }
    }
}

/// True for the events that make, raise or lower a contract's duty.
pub(super) fn is_duty(body: &Body) -> bool {
    matches!(
        body,
        Body::CommitmentMade(_)
            | Body::CommitmentIncreased(_)
            | Body::CommitmentReduced(_)
            | Body::CommitmentClosed(_)
    )
}

impl Projection for Names {
    const NAME: &'static str = "names";
    const LOGIC_VERSION: u32 = 2;

    fn apply(&mut self, recorded: &Recorded<'_>) {
        self.position = recorded.index.saturating_add(1);
        let (event, entry) = (recorded.event, recorded.index);
        match &event.body {
            Body::LedgerOpened(b) => self.open(b, event.occurred_on),
            Body::PolicyAdopted(b) => self.policy = b.policy.clone(),
            Body::LogKeyRotated(b) => self.rotate_log(b, entry),
            Body::OfficerEnrolled(b) => self.enrol(b, entry),
            Body::OfficerRolesChanged(b) => self.with_officer(b.number, |officer| {
                officer.roles.clone_from(&b.roles);
                officer.limit = b.limit;
            }),
            Body::OfficerKeyRotated(b) => self.with_officer(b.number, |officer| {
                (officer.key, officer.key_since) = (b.key, entry);
            }),
            Body::OfficerRevoked(b) => {
                self.with_officer(b.number, |officer| officer.revoked = Some(entry));
            }
            Body::DistrictRegistered(b) => self.register_district(b),
            Body::DistrictRetired(b) => {
                if let Some(district) = self.districts.get_mut(&b.code) {
                    district.valid_to = Some(event.occurred_on);
                    district.successor = b.successor.clone();
                }
            }
            Body::FundEstablished(b) => self.establish(b, event.occurred_on),
            Body::FundAmended(b) => self.amend(b),
            Body::FundClosed(b) => {
                if let Some(fund) = self.funds.get_mut(&b.code) {
                    fund.closed = true;
                }
            }
            Body::ProgrammeRegistered(b) => self.register_programme(b),
            Body::PayeeRegistered(b) => self.register_payee(b),
            Body::ProjectApproved(b) => self.approve(b, event.occurred_on, entry),
            Body::ProjectCompleted(b) => self.set_status(&b.code, ProjectStatus::Completed),
            Body::ProjectTerminated(b) => self.set_status(&b.code, ProjectStatus::Terminated),
            Body::ProjectClosedOut(b) => self.set_status(&b.code, ProjectStatus::ClosedOut),
            Body::CommitmentMade(b) => self.make(b, event.occurred_on, entry),
            Body::CommitmentClosed(b) => self.set_closed(&b.contract, true),
            Body::AllocationRecorded(_)
            | Body::AllocationAdjusted(_)
            | Body::AllocationTransferred(_)
            | Body::FundsReserved(_)
            | Body::ReservationReleased(_)
            | Body::CommitmentIncreased(_)
            | Body::CommitmentReduced(_)
            | Body::DisbursementRecorded(_)
            | Body::RefundReceived(_)
            | Body::FollowOnPledged(_)
            | Body::FollowOnPaidIn(_)
            | Body::FollowOnWithdrawn(_)
            | Body::BalanceCarriedForward(_)
            | Body::BalanceLapsed(_)
            | Body::EntryReversed(_)
            | Body::DocumentAttached(_)
            | Body::ConfidentialErased(_)
            | Body::LedgerRestored(_)
            | Body::AnchorAdopted(_)
            | Body::BreachAcknowledged(_) => {}
        }
        let undone = match (&event.body, recorded.cited) {
            (Body::EntryReversed(_), Some(cited)) => Some(&cited.body),
            _ => None,
        };
        self.stand(recorded.moves, is_duty(undone.unwrap_or(&event.body)));
        if let Some(undone) = undone {
            undone.take_back(self);
        }
    }

    fn position(&self) -> u64 {
        self.position
    }
}
