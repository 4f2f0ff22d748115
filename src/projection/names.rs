//! Names: master data as last known, and the amounts that contracts stand at.
//!
//! It has no date of its own: master data is shown as known at the size that was taken in, whatever
//! day is asked for. Lacks balances ([`balances`](super::balances)) and investments
//! ([`leverage`](super::leverage)).

use super::{Projection, Recorded};
use crate::domain::calendar::Date;
use crate::domain::event::{
    Body, Bytes32, CommitmentMade, DistrictRegistered, FundEstablished, LedgerOpened,
    PayeeRegistered, Policy, ProgrammeRegistered, ProjectApproved,
};
use crate::domain::ids::{Code, Tag, Text};
use crate::domain::kinds::{FundKind, Level, ProjectStatus, Role, Stage};
use crate::domain::money::Amount;
use crate::domain::posting::{Leaf, Move};
use crate::domain::state::{FormerLogKey, LedgerFacts};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An officer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Officer {
    /// The number, in order of enrolment.
    pub number: u32,
    /// The name.
    pub name: Text,
    /// The public key.
    pub key: Bytes32,
    /// What the officer may do.
    pub roles: Vec<Role>,
    /// The most that one entry of the officer may move, minor units.
    pub limit: Option<Amount>,
    /// Index of the entry that enrolled the officer.
    pub since: u64,
    /// Index of the entry that brought in the present key.
    pub key_since: u64,
    /// Index of the entry that revoked the officer.
    pub revoked: Option<u64>,
}

/// A district.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct District {
    /// The name.
    pub name: Text,
    /// The Chinese name.
    pub name_zh: Option<Text>,
    /// City, district or street.
    pub level: Level,
    /// The district above it.
    pub above: Option<Code>,
    /// First valid day.
    pub valid_from: Option<Date>,
    /// Last valid day.
    pub valid_to: Option<Date>,
    /// The code that follows it.
    pub successor: Option<Code>,
}

/// A programme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Programme {
    /// The name.
    pub name: Text,
    /// The Chinese name.
    pub name_zh: Option<Text>,
    /// The district that leads it.
    pub district: Option<Code>,
}

/// A fund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fund {
    /// The name.
    pub name: Text,
    /// The Chinese name.
    pub name_zh: Option<Text>,
    /// Special, guidance or matching.
    pub kind: FundKind,
    /// What its money is for.
    pub purposes: Vec<Tag>,
    /// Who manages it.
    pub manager: Option<Text>,
    /// The district it belongs to.
    pub district: Option<Code>,
    /// The day it was established.
    pub established_on: Date,
    /// Whether it is closed.
    pub closed: bool,
}

/// A project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Project {
    /// The title.
    pub title: Text,
    /// The Chinese title.
    pub title_zh: Option<Text>,
    /// What it is for.
    pub purpose: Tag,
    /// Where it is; `None`: its fund's district.
    pub district: Option<Code>,
    /// The programme it implements.
    pub programme: Option<Code>,
    /// First day.
    pub start: Option<Date>,
    /// Last day.
    pub end: Option<Date>,
    /// The most it may engage, minor units.
    pub ceiling: Option<Amount>,
    /// Where it stands.
    pub status: ProjectStatus,
    /// Where it stood before it was closed out.
    pub before_close_out: ProjectStatus,
    /// The day it was approved.
    pub approved_on: Date,
    /// The entry that approved it.
    pub entry: u64,
}

/// A payee.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payee {
    /// The name.
    pub name: Text,
    /// The Chinese name.
    pub name_zh: Option<Text>,
    /// Unified social credit code.
    pub credit_code: Option<Text>,
}

/// A contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commitment {
    /// Who will be paid.
    pub payee: Option<Code>,
    /// What it is for, where there is no project.
    pub purpose: Option<Tag>,
    /// The title.
    pub title: Option<Text>,
    /// The day it was made.
    pub made_on: Date,
    /// Whether it is closed.
    pub closed: bool,
    /// The duty as it stands: made and increased, less reduced and what was free at its closing.
    pub amount: Amount,
    /// What stands in its accounts; at zero after a reversal its number is free again.
    pub standing: Amount,
    /// The entry that made it.
    pub entry: u64,
}

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
        self.ledger = Some(LedgerFacts {
            id: b.ledger,
            origin: b.origin.clone(),
            name: b.name.clone(),
            currency: b.currency.clone(),
            exponent: b.exponent,
            utc_offset_minutes: b.utc_offset_minutes,
            fiscal_year_start_month: b.fiscal_year_start_month,
            log_key: b.log_key,
            former_log_keys: Vec::new(),
            opened_on,
        });
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the others change no key and no officer")]
    fn change_office(&mut self, body: &Body, entry: u64) {
        match body {
            Body::LogKeyRotated(b) => {
                let Some(facts) = &mut self.ledger else { return };
                let key = std::mem::replace(&mut facts.log_key, b.key);
                let handed_over = b.handover.is_some();
                facts.former_log_keys.push(FormerLogKey { key, until: entry, handed_over });
            }
            Body::OfficerEnrolled(b) => self.officers.push(Officer {
                number: b.number,
                name: b.name.clone(),
                key: b.key,
                roles: b.roles.clone(),
                limit: b.limit,
                since: entry,
                key_since: entry,
                revoked: None,
            }),
            Body::OfficerRolesChanged(b) => {
                if let Some(officer) = self.officer_mut(b.number) {
                    officer.roles.clone_from(&b.roles);
                    officer.limit = b.limit;
                }
            }
            Body::OfficerKeyRotated(b) => {
                if let Some(officer) = self.officer_mut(b.number) {
                    (officer.key, officer.key_since) = (b.key, entry);
                }
            }
            Body::OfficerRevoked(b) => {
                if let Some(officer) = self.officer_mut(b.number) {
                    officer.revoked = Some(entry);
                }
            }
            _ => {}
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

    #[expect(clippy::wildcard_enum_match_arm, reason = "the others leave no name behind")]
    fn undo(&mut self, cited: &Body) {
        match cited {
            Body::ProjectApproved(b) => {
                self.projects.remove(&b.code);
            }
            Body::ProjectClosedOut(b) => {
                let before = self.projects.get(&b.code).map(|project| project.before_close_out);
                self.set_status(&b.code, before.unwrap_or(ProjectStatus::Completed));
            }
            Body::CommitmentClosed(b) => self.set_closed(&b.contract, false),
            Body::CommitmentMade(b) => {
                let empty = |made: &Commitment| made.standing.is_zero();
                if self.commitments.get(&b.contract).is_some_and(empty) {
                    self.commitments.remove(&b.contract);
                }
            }
            _ => {}
        }
    }
}

/// True for the events that make, raise or lower a contract's duty.
fn is_duty(body: &Body) -> bool {
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
            Body::LogKeyRotated(_)
            | Body::OfficerEnrolled(_)
            | Body::OfficerRolesChanged(_)
            | Body::OfficerKeyRotated(_)
            | Body::OfficerRevoked(_) => self.change_office(&event.body, entry),
            Body::DistrictRegistered(b) => self.register_district(b),
            Body::DistrictRetired(b) => {
                if let Some(district) = self.districts.get_mut(&b.code) {
                    district.valid_to = Some(event.occurred_on);
                    district.successor = b.successor.clone();
                }
            }
            Body::FundEstablished(b) => self.establish(b, event.occurred_on),
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
            | Body::AnchorAdopted(_) => {}
        }
        let undone = match (&event.body, recorded.cited) {
            (Body::EntryReversed(_), Some(cited)) => Some(&cited.body),
            _ => None,
        };
        self.stand(recorded.moves, is_duty(undone.unwrap_or(&event.body)));
        if let Some(undone) = undone {
            self.undo(undone);
        }
    }

    fn position(&self) -> u64 {
        self.position
    }
}
