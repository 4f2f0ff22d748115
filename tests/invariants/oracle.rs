//! All balances once more, naively: text names for accounts, a journal of every entry, and questions
//! answered by reading the whole journal again. Shares no code with `apply`; slow on purpose.

use earmark::domain::event::{Body, Event, Split};
use earmark::domain::ids::{Code, LineKey};
use earmark::domain::kinds::{Direction, Stage};
use std::collections::{BTreeMap, BTreeSet};

/// The name of an account: `line|stage|project|contract`.
pub fn account(
    line: &LineKey,
    stage: Stage,
    project: Option<&Code>,
    contract: Option<&Code>,
) -> String {
    let or_none = |code: Option<&Code>| code.map_or(String::new(), Code::to_string);
    format!("{line}|{stage}|{}|{}", or_none(project), or_none(contract))
}

#[derive(Clone, Default)]
pub struct Oracle {
    log: Vec<Event>,
    /// What every entry took from and added to which account.
    journal: Vec<Vec<(String, i128)>>,
    undone: BTreeSet<usize>,
    /// Carry-forwards of money that was the project's own.
    carried: BTreeSet<usize>,
    /// `contract|line|project` → whether it was first drawn from reserved money, and by which entries.
    shares: BTreeMap<String, (bool, BTreeSet<usize>)>,
}

type Booking = Vec<(String, i128)>;

fn shift(booking: &mut Booking, from: String, to: String, amount: i128) {
    booking.push((from, -amount));
    booking.push((to, amount));
}

impl Oracle {
    pub fn balances(&self) -> BTreeMap<String, i128> {
        let mut all = BTreeMap::new();
        for (account, amount) in self.journal.iter().flatten() {
            *all.entry(account.clone()).or_default() += amount;
        }
        all.retain(|_, balance| *balance != 0);
        all
    }

    fn balance(&self, account: &str) -> i128 {
        let all = self.journal.iter().flatten();
        all.filter(|(name, _)| name == account).map(|(_, amount)| amount).sum()
    }

    fn live(&self) -> impl Iterator<Item = &Body> {
        let all = self.log.iter().enumerate();
        all.filter(|(index, _)| !self.undone.contains(index)).map(|(_, event)| &event.body)
    }

    /// "has had funding on that line": an approval, a reservation or a carry-forward says so.
    fn funded(&self, project: Option<&Code>, line: &LineKey) -> bool {
        let Some(project) = project else { return false };
        let live = (self.log.iter().enumerate()).filter(|(index, _)| !self.undone.contains(index));
        live.map(|(index, event)| (index, &event.body)).any(|(index, body)| match body {
            Body::ProjectApproved(b) => {
                b.code == *project && b.funding.iter().any(|funding| funding.line == *line)
            }
            Body::FundsReserved(b) => b.project == *project && b.line == *line,
            Body::BalanceCarriedForward(b) => {
                let own = self.carried.contains(&index);
                b.project.as_ref() == Some(project) && b.to == *line && own
            }
            _ => false,
        })
    }

    fn closed_out(&self, project: Option<&Code>) -> bool {
        let is_it = |body: &Body| match body {
            Body::ProjectClosedOut(b) => Some(&b.code) == project,
            _ => false,
        };
        self.live().any(is_it)
    }

    fn terminated(&self, project: Option<&Code>) -> bool {
        let is_it = |body: &Body| match body {
            Body::ProjectTerminated(b) => Some(&b.code) == project,
            _ => false,
        };
        self.live().any(is_it)
    }

    fn share(contract: &Code, line: &LineKey, project: Option<&Code>) -> String {
        format!("{contract}|{line}|{}", project.map_or(String::new(), Code::to_string))
    }

    fn drew_on_reserved(&self, contract: &Code, line: &LineKey, project: Option<&Code>) -> bool {
        self.shares
            .get(&Self::share(contract, line, project))
            .is_some_and(|(reserved, _)| *reserved)
    }

    fn pool(line: &LineKey, project: Option<&Code>, reserved: bool) -> String {
        if reserved {
            account(line, Stage::Reserved, project, None)
        } else {
            account(line, Stage::Unreserved, None, None)
        }
    }

    /// Where money of a contract goes back to.
    fn home(&self, contract: &Code, line: &LineKey, project: Option<&Code>) -> String {
        let reserved = self.drew_on_reserved(contract, line, project) && !self.closed_out(project);
        Self::pool(line, project, reserved)
    }

    pub fn book(&mut self, event: &Event) {
        let mut booking = Booking::new();
        let b = &mut booking;
        match &event.body {
            Body::EntryReversed(reversal) => {
                let entry = usize::try_from(reversal.entry).unwrap();
                b.extend(self.journal[entry].iter().map(|(name, amount)| (name.clone(), -amount)));
                self.undone.insert(entry);
                self.shares.values_mut().for_each(|(_, entries)| {
                    entries.remove(&entry);
                });
                self.shares.retain(|_, (_, entries)| !entries.is_empty());
            }
            Body::CommitmentMade(c) => self.commit(b, &c.contract, &c.splits),
            Body::CommitmentIncreased(c) => self.commit(b, &c.contract, &c.splits),
            Body::CommitmentReduced(c) => {
                for s in &c.splits {
                    let (project, contract) = (s.project.as_ref(), Some(&c.contract));
                    let from = account(&s.line, Stage::Committed, project, contract);
                    shift(b, from, self.home(&c.contract, &s.line, project), s.amount.0);
                }
            }
            Body::CommitmentClosed(c) => self.close(b, &c.contract),
            Body::DisbursementRecorded(c) => {
                for s in &c.splits {
                    self.pay(b, c.commitment.as_ref(), s);
                }
            }
            Body::RefundReceived(c) => {
                let paid = &self.log[usize::try_from(c.disbursement).unwrap()].body;
                let Body::DisbursementRecorded(paid) = paid else { panic!("{paid:?}") };
                for s in &c.splits {
                    let (project, contract) = (s.project.as_ref(), paid.commitment.as_ref());
                    let open = !self.closed_out(project) && !self.terminated(project);
                    let to = if c.restores_budget {
                        Self::pool(&s.line, project, open && self.funded(project, &s.line))
                    } else {
                        account(&s.line, Stage::RefundedOut, project, contract)
                    };
                    shift(b, account(&s.line, Stage::Paid, project, contract), to, s.amount.0);
                }
            }
            Body::ProjectClosedOut(c) => {
                for (name, balance) in self.balances() {
                    let parts: Vec<&str> = name.split('|').collect();
                    if parts[1] == "reserved" && parts[2] == c.code.as_str() {
                        let to = format!("{}|unreserved||", parts[0]);
                        shift(b, name.clone(), to, balance);
                    }
                }
            }
            other => of_lines(b, other),
        }
        if let Body::BalanceCarriedForward(c) = &event.body {
            let mut own = c.stage == Stage::Reserved;
            if let Some(contract) = &c.commitment {
                own = self.drew_on_reserved(contract, &c.from, c.project.as_ref());
                self.note_share(contract, &c.to, c.project.as_ref(), own);
            }
            if own {
                self.carried.insert(self.log.len());
            }
        }
        self.journal.push(booking);
        self.log.push(event.clone());
    }

    fn note_share(
        &mut self,
        contract: &Code,
        line: &LineKey,
        project: Option<&Code>,
        reserved: bool,
    ) {
        let index = self.log.len();
        let share = self.shares.entry(Self::share(contract, line, project));
        share.or_insert((reserved, BTreeSet::new())).1.insert(index);
    }

    fn commit(&mut self, booking: &mut Booking, contract: &Code, splits: &[Split]) {
        for s in splits {
            let project = s.project.as_ref();
            let known = self.shares.contains_key(&Self::share(contract, &s.line, project));
            let reserved = if known {
                self.drew_on_reserved(contract, &s.line, project)
            } else {
                self.funded(project, &s.line)
            };
            let to = account(&s.line, Stage::Committed, project, Some(contract));
            shift(booking, Self::pool(&s.line, project, reserved), to, s.amount.0);
            self.note_share(contract, &s.line, project, reserved);
        }
    }

    fn close(&self, booking: &mut Booking, contract: &Code) {
        for (name, balance) in self.balances() {
            let parts: Vec<&str> = name.split('|').collect();
            if parts[1] == "committed" && parts[3] == contract.as_str() {
                let line = LineKey::parse(parts[0]).unwrap();
                let project = (!parts[2].is_empty()).then(|| Code::new(parts[2]));
                let to = self.home(contract, &line, project.as_ref());
                shift(booking, name.clone(), to, balance);
            }
        }
    }

    fn pay(&self, booking: &mut Booking, contract: Option<&Code>, s: &Split) {
        let project = s.project.as_ref();
        let to = account(&s.line, Stage::Paid, project, contract);
        let funded = self.funded(project, &s.line);
        if contract.is_none() {
            shift(booking, Self::pool(&s.line, project, funded), to, s.amount.0);
            return;
        }
        let committed = account(&s.line, Stage::Committed, project, contract);
        let mut rest = s.amount.0;
        if rest < 0 {
            shift(booking, committed, to, rest);
            return;
        }
        let mut sources = vec![committed];
        if funded {
            sources.push(account(&s.line, Stage::Reserved, project, None));
        }
        for source in sources {
            let there = self.balance(&source).max(0).min(rest);
            shift(booking, source, to.clone(), there);
            rest -= there;
        }
        shift(booking, account(&s.line, Stage::Unreserved, None, None), to, rest);
    }
}

/// Events that name their lines and amounts themselves.
fn of_lines(booking: &mut Booking, body: &Body) {
    let free = |line: &LineKey| account(line, Stage::Unreserved, None, None);
    let authority = |line: &LineKey| account(line, Stage::Authority, None, None);
    let held = |line: &LineKey, project| account(line, Stage::Reserved, Some(project), None);
    match body {
        Body::AllocationRecorded(b) => {
            shift(booking, authority(&b.line), free(&b.line), b.amount.0);
        }
        Body::AllocationAdjusted(b) => {
            let sign = if b.direction == Direction::Supplement { 1 } else { -1 };
            shift(booking, authority(&b.line), free(&b.line), sign * b.amount.0);
        }
        Body::AllocationTransferred(b) => {
            shift(booking, free(&b.from), authority(&b.from), b.amount.0);
            if let Some(to) = &b.to {
                shift(booking, authority(to), free(to), b.amount.0);
            }
        }
        Body::FundsReserved(b) => {
            shift(booking, free(&b.line), held(&b.line, &b.project), b.amount.0);
        }
        Body::ReservationReleased(b) => {
            shift(booking, held(&b.line, &b.project), free(&b.line), b.amount.0);
        }
        Body::ProjectApproved(b) => {
            for funding in &b.funding {
                let to = held(&funding.line, &b.code);
                shift(booking, free(&funding.line), to, funding.amount.0);
            }
        }
        Body::BalanceCarriedForward(b) => {
            let at = |line, stage| account(line, stage, b.project.as_ref(), b.commitment.as_ref());
            shift(booking, at(&b.from, b.stage), at(&b.from, Stage::CarriedOut), b.amount.0);
            shift(booking, authority(&b.to), at(&b.to, b.stage), b.amount.0);
        }
        Body::BalanceLapsed(b) => {
            shift(booking, free(&b.line), account(&b.line, Stage::Lapsed, None, None), b.amount.0);
        }
        _ => {}
    }
}
