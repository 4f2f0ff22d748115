//! An office that asks for all sorts of things, mostly sensible ones: it looks at what there is and
//! takes a part of it. Now and then it asks for too much, for the wrong line or on the wrong day.

use crate::dice::Dice;
use crate::world::World;
use earmark::domain::calendar::Date;
use earmark::domain::command::*;
use earmark::domain::event::*;
use earmark::domain::ids::{Code, LineKey, Tag, Text};
use earmark::domain::kinds::*;
use earmark::domain::money::Amount;
use earmark::domain::posting::Leaf;

pub fn none() -> Filing {
    Filing::default()
}

/// The next wish; nothing where there is nothing to wish about.
pub fn wish(world: &mut World, dice: &mut Dice<'_>) -> Option<Order> {
    let what = dice.below(42);
    let office = Office { world };
    let command = match what {
        0 => office.fund(dice),
        1 | 2 => office.allocate(dice),
        3 => office.adjust(dice),
        4 => office.transfer(dice),
        5 | 6 => office.approve(dice),
        7 => office.reserve(dice),
        8 => office.release(dice),
        9..=12 => office.commit(dice),
        13 => office.increase(dice),
        14 => office.reduce(dice),
        15 => office.close(dice),
        16..=20 => office.pay(dice),
        21 | 22 => office.pay_directly(dice),
        23 | 24 => office.refund(dice),
        25..=27 => office.carry(dice),
        28 => office.lapse(dice),
        29 => office.end_project(dice),
        30 | 31 => office.follow_on(dice),
        32..=34 => office.reverse(dice),
        35 => office.policy(dice),
        36 => office.attach(dice),
        37 => return office.history(dice),
        38 => office.master(dice),
        39 | 40 => office.office(dice),
        _ => {
            world.today = Date(world.today.0 + (dice.word() % 150) as i32).min(Date(12_400));
            return None;
        }
    };
    let occurred_on = match dice.below(12) {
        0 => Some(Date(world.today.0 - (dice.word() % 60) as i32)),
        _ => None,
    };
    Some(Order { occurred_on, historical: false, command: command? })
}

pub struct Office<'a> {
    pub world: &'a World,
}

impl Office<'_> {
    fn year(&self) -> i16 {
        self.world.today.year()
    }

    pub fn fresh(&self, letter: &str) -> Code {
        Code::new(&format!("{letter}{}", self.world.log.len()))
    }

    fn balance(&self, leaf: &Leaf) -> i128 {
        self.world.state.balance(leaf).0
    }

    fn free(&self, line: &LineKey) -> i128 {
        self.balance(&Leaf::of(line, Stage::Unreserved))
    }

    /// A line, mostly of this year and with money.
    fn line(&self, dice: &mut Dice<'_>) -> Option<LineKey> {
        let all: Vec<&LineKey> = self.world.state.lines.keys().collect();
        let good: Vec<&LineKey> = (all.iter().copied())
            .filter(|line| line.year == self.year() && self.free(line) > 0)
            .collect();
        let some = if good.is_empty() || dice.once_in(12) { &all } else { &good };
        dice.pick(some).map(|line| (*line).clone())
    }

    /// A project, mostly one that may spend.
    pub fn project(&self, dice: &mut Dice<'_>) -> Option<Code> {
        let all = self.projects();
        let may_spend = |code: &&&Code| {
            self.world.state.projects.get(code).unwrap().status == ProjectStatus::Approved
        };
        let good: Vec<&Code> = all.iter().filter(may_spend).copied().collect();
        let some = if good.is_empty() || dice.once_in(12) { &all } else { &good };
        dice.pick(some).map(|code| (*code).clone())
    }

    /// All projects, ascending: the dice must not hang on how a table was filled.
    fn projects(&self) -> Vec<&Code> {
        self.world.state.projects.sorted().into_iter().map(|(code, _)| code).collect()
    }

    /// A leaf of this stage that holds something, mostly on a line of this year.
    fn held(&self, stage: Stage, dice: &mut Dice<'_>) -> Option<(Leaf, i128)> {
        let leaves = self.world.state.balances();
        let mut all: Vec<(&Leaf, i128)> = leaves
            .filter(|(leaf, _)| leaf.stage == stage)
            .map(|(leaf, amount)| (leaf, amount.0))
            .collect();
        all.sort();
        let this_year = |(leaf, _): &&(&Leaf, i128)| leaf.line.year == self.year();
        let good: Vec<_> = all.iter().filter(this_year).copied().collect();
        let some = if good.is_empty() || dice.once_in(6) { &all } else { &good };
        dice.pick(some).map(|(leaf, amount)| ((*leaf).clone(), *amount))
    }

    /// A line for a project, with what it offers: funded ones first, as the rule says.
    fn source(&self, project: &Code, dice: &mut Dice<'_>) -> Option<(LineKey, i128)> {
        let funded = self.world.state.projects.get(project)?.funded.iter();
        let usable = funded.map(|f| &f.line).filter(|line| line.year == self.year());
        let usable: Vec<&LineKey> = usable.collect();
        if !usable.is_empty() && !dice.once_in(4) {
            let line = (*dice.pick(&usable)?).clone();
            let leaf = Leaf::new(&line, Stage::Reserved, Some(project), None);
            let offered = self.balance(&leaf);
            return Some((line, offered));
        }
        let line = self.line(dice)?;
        let offered = self.free(&line);
        Some((line, offered))
    }

    /// One or two lines of a project.
    fn drawing(&self, project: &Code, dice: &mut Dice<'_>) -> Option<Drawing> {
        let mut from: Vec<(LineKey, Amount)> = Vec::new();
        for _ in 0..=usize::from(dice.once_in(4)) {
            let (line, offered) = self.source(project, dice)?;
            if from.iter().all(|(other, _)| *other != line) {
                from.push((line, Amount(dice.part(offered / 2))));
            }
        }
        let amount = Amount::sum(from.iter().map(|(_, amount)| *amount))?;
        Some(Drawing { amount, project: Some(project.clone()), from, ..Drawing::default() })
    }

    fn fund(&self, dice: &mut Dice<'_>) -> Option<Command> {
        let tags: &[&str] = if dice.once_in(4) { &["it", "roads"] } else { &["it"] };
        let code = Code::new(&format!("F{}", self.world.state.funds.len().min(4)));
        if dice.once_in(8) {
            let (code, reason, filing) = (dice.pick(&self.funds())?.clone(), None, none());
            return Some(Command::CloseFund(FundClosed { code, reason, filing }));
        }
        if dice.once_in(4) {
            let code = dice.pick(&self.funds())?.clone();
            let purposes_added = dice.once_in(2).then(|| Tag::new("roads")).into_iter().collect();
            let (name, name_zh, filing) = (Some(Text::new("Renamed")), None, none());
            let amended =
                FundAmended { code, name, name_zh, manager: None, purposes_added, filing };
            return Some(Command::AmendFund(amended));
        }
        Some(Command::EstablishFund(FundEstablished {
            name: Text::new(code.as_str()),
            code,
            name_zh: None,
            kind: FundKind::Special,
            purposes: tags.iter().map(|tag| Tag::new(tag)).collect(),
            manager: None,
            district: None,
            filing: none(),
        }))
    }

    pub fn funds(&self) -> Vec<Code> {
        self.world.state.funds.keys().cloned().collect()
    }

    fn allocate(&self, dice: &mut Dice<'_>) -> Option<Command> {
        let Some(fund) = dice.pick(&self.funds()).cloned() else { return self.fund(dice) };
        let mut line = LineKey::new(fund, self.year() + i16::from(dice.once_in(8)));
        if dice.once_in(6) {
            line.class = Code::new("A");
        }
        let amount = Amount(i128::from(dice.word() % 1_000_000));
        let source = MoneySource { kind: SourceKind::Own, division: None, reference: None };
        let body = AllocationRecorded { line, amount, source, filing: none() };
        let target = self.world.state.lines.contains_key(&body.line) && !dice.once_in(6);
        Some(if target { Command::SetAllocation(body) } else { Command::RecordAllocation(body) })
    }

    fn adjust(&self, dice: &mut Dice<'_>) -> Option<Command> {
        let line = self.line(dice)?;
        let (direction, amount) = if dice.once_in(2) {
            (Direction::Supplement, i128::from(dice.word() % 100_000))
        } else {
            (Direction::Reduction, dice.part(self.free(&line)))
        };
        let (amount, reason, filing) = (Amount(amount), None, none());
        let body = AllocationAdjusted { line, direction, amount, reason, filing };
        Some(Command::AdjustAllocation(body))
    }

    fn transfer(&self, dice: &mut Dice<'_>) -> Option<Command> {
        let from = self.line(dice)?;
        let amount = Amount(dice.part(self.free(&from) / 4));
        let elsewhere = ForeignEntry { ledger: Bytes16([7; 16]), entry: Some(3) };
        let (to, elsewhere) =
            if dice.once_in(3) { (None, Some(elsewhere)) } else { (Some(self.line(dice)?), None) };
        let (reason, filing) = (None, none());
        let body = AllocationTransferred { from, to, elsewhere, amount, reason, filing };
        Some(Command::TransferAllocation(body))
    }

    fn approve(&self, dice: &mut Dice<'_>) -> Option<Command> {
        let mut funding: Vec<Funding> = Vec::new();
        for _ in 0..dice.below(3) {
            let Some(line) = self.line(dice) else { continue };
            let amount = Amount(dice.part(self.free(&line) / 2));
            if funding.iter().all(|other| other.line != line) {
                funding.push(Funding { line, amount });
            }
        }
        let sum = Amount::sum(funding.iter().map(|f| f.amount))?.0;
        let ceiling = match dice.below(3) {
            0 => None,
            _ => Some(Amount(sum + i128::from(dice.word() % 200_000))),
        };
        let code = self.fresh("P");
        Some(Command::ApproveProject(ProjectApproved {
            title: Text::new(code.as_str()),
            code,
            title_zh: None,
            purpose: Tag::new(if dice.once_in(20) { "roads" } else { "it/portal" }),
            district: None,
            programme: None,
            start: None,
            end: None,
            ceiling,
            funding,
            duplicates: vec![],
            duplicates_reason: None,
            filing: none(),
        }))
    }

    fn reserve(&self, dice: &mut Dice<'_>) -> Option<Command> {
        let (project, line) = (self.project(dice)?, self.line(dice)?);
        let amount = Amount(dice.part(self.free(&line) / 2));
        Some(Command::ReserveFunds(FundsReserved { project, line, amount, filing: none() }))
    }

    fn release(&self, dice: &mut Dice<'_>) -> Option<Command> {
        let (leaf, held) = self.held(Stage::Reserved, dice)?;
        let (project, line, amount) = (leaf.project?, leaf.line, Amount(dice.part(held / 2)));
        let body = ReservationReleased { project, line, amount, filing: none() };
        Some(Command::ReleaseReservation(body))
    }

    fn commit(&self, dice: &mut Dice<'_>) -> Option<Command> {
        let Some(project) = self.project(dice) else { return self.approve(dice) };
        let drawing = self.drawing(&project, dice)?;
        let contract = self.fresh("C");
        let (payee, purpose, title) = (None, None, None);
        let (tranches, filing) = (vec![], none());
        let body = MakeCommitment { contract, payee, purpose, title, drawing, tranches, filing };
        Some(Command::MakeCommitment(body))
    }

    fn increase(&self, dice: &mut Dice<'_>) -> Option<Command> {
        let (leaf, _) = self.held(Stage::Committed, dice)?;
        let contract = leaf.commitment?;
        let project = if dice.once_in(5) { self.project(dice)? } else { leaf.project? };
        let drawing = self.drawing(&project, dice)?;
        let body = ChangeCommitment { contract, drawing, reason: None, filing: none() };
        Some(Command::IncreaseCommitment(body))
    }

    /// A part of a leaf, and where it is drawn from.
    pub fn of_leaf(leaf: &Leaf, amount: i128) -> Drawing {
        let (amount, from) = (Amount(amount), vec![(leaf.line.clone(), Amount(amount))]);
        Drawing { amount, project: leaf.project.clone(), from, ..Drawing::default() }
    }

    fn reduce(&self, dice: &mut Dice<'_>) -> Option<Command> {
        let (leaf, held) = self.held(Stage::Committed, dice)?;
        let drawing = Self::of_leaf(&leaf, dice.part(held / 2));
        let (contract, reason, filing) = (leaf.commitment?, None, none());
        Some(Command::ReduceCommitment(ChangeCommitment { contract, drawing, reason, filing }))
    }

    fn close(&self, dice: &mut Dice<'_>) -> Option<Command> {
        let contract = self.held(Stage::Committed, dice)?.0.commitment?;
        let (reason, filing) = (None, none());
        Some(Command::CloseCommitment(CommitmentClosed { contract, reason, filing }))
    }

    pub fn payment(
        commitment: Option<Code>,
        drawing: Drawing,
        payee: Option<&str>,
    ) -> RecordDisbursement {
        let (purpose, source_number, filing) = (None, None, none());
        let payee = payee.map(Code::new);
        RecordDisbursement { commitment, drawing, payee, purpose, source_number, filing }
    }

    fn pay(&self, dice: &mut Dice<'_>) -> Option<Command> {
        let Some((leaf, held)) = self.held(Stage::Committed, dice) else {
            return self.commit(dice);
        };
        let mut drawing = Self::of_leaf(&leaf, dice.part(held));
        if dice.once_in(3) {
            // The office names less, and leaves the rest to `propose`.
            drawing = Drawing { amount: drawing.amount, ..Drawing::default() };
        }
        Some(Command::RecordDisbursement(Self::payment(leaf.commitment, drawing, Some("V1"))))
    }

    fn pay_directly(&self, dice: &mut Dice<'_>) -> Option<Command> {
        let project = self.project(dice)?;
        let mut drawing = self.drawing(&project, dice)?;
        if dice.once_in(3) {
            drawing.from.clear();
            drawing.fund = dice.pick(&self.funds()).cloned();
        }
        let payee = (!dice.once_in(20)).then_some("V1");
        Some(Command::RecordDisbursement(Self::payment(None, drawing, payee)))
    }

    fn refund(&self, dice: &mut Dice<'_>) -> Option<Command> {
        let is_payment =
            |(_, event): &(u64, &Event)| matches!(event.body, Body::DisbursementRecorded(_));
        let payments: Vec<_> = (0_u64..).zip(&self.world.log).filter(is_payment).collect();
        let (disbursement, event) = dice.pick(&payments)?;
        let Body::DisbursementRecorded(payment) = &event.body else { return None };
        let split = dice.pick(&payment.splits)?;
        let leaf = Leaf::new(&split.line, Stage::Paid, split.project.as_ref(), None);
        let drawing = Self::of_leaf(&leaf, dice.part(split.amount.0 / 2));
        let restores_budget = [None, Some(true), Some(false)][dice.below(3)];
        let (disbursement, reason, filing) = (*disbursement, None, none());
        let body = ReceiveRefund { disbursement, drawing, restores_budget, reason, filing };
        Some(Command::ReceiveRefund(body))
    }

    fn carry(&self, dice: &mut Dice<'_>) -> Option<Command> {
        let stages = [Stage::Unreserved, Stage::Reserved, Stage::Committed];
        let (leaf, held) = self.held(stages[dice.below(3)], dice)?;
        let mut to = leaf.line.clone();
        to.year += 1 + i16::from(dice.once_in(20));
        Some(Command::CarryForward(BalanceCarriedForward {
            from: leaf.line,
            to,
            stage: leaf.stage,
            project: leaf.project,
            commitment: leaf.commitment,
            amount: Amount(dice.part(held)),
            rest: RestKind::CarryOver,
            filing: none(),
        }))
    }

    fn lapse(&self, dice: &mut Dice<'_>) -> Option<Command> {
        let line = self.line(dice)?;
        let (amount, reason, filing) = (Amount(dice.part(self.free(&line) / 3)), None, none());
        Some(Command::Lapse(BalanceLapsed { line, amount, reason, filing }))
    }

    fn end_project(&self, dice: &mut Dice<'_>) -> Option<Command> {
        let all = self.projects();
        let code = (*dice.pick(&all)?).clone();
        let (reason, filing) = (None, none());
        Some(match self.world.state.projects.get(&code).unwrap().status {
            ProjectStatus::Approved if dice.once_in(2) => {
                Command::TerminateProject(ProjectTerminated { code, reason, filing })
            }
            ProjectStatus::Approved => {
                Command::CompleteProject(ProjectCompleted { code, reason, filing })
            }
            _ => Command::CloseOutProject(ProjectClosedOut { code, reason, filing }),
        })
    }

    fn reverse(&self, dice: &mut Dice<'_>) -> Option<Command> {
        let size = self.world.log.len();
        let back = if dice.once_in(2) { dice.below(size.min(4)) } else { dice.below(size) };
        let entry = (size - 1 - back) as u64;
        let (reason, filing) = (Text::new("wrong"), none());
        Some(Command::ReverseEntry(EntryReversed { entry, reason, filing }))
    }
}

/// A small ledger with something at every stage.
pub fn example() -> World {
    let mut world = World::open();
    let mut words = [0_u32; 64];
    let mut seed = 1_u32;
    for _ in 0..600 {
        for word in &mut words {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *word = seed >> 8;
        }
        if let Some(order) = wish(&mut world, &mut Dice::new(&words))
            && !matches!(order.command, Command::AdoptPolicy(_))
            && !order.historical
        {
            let _refused = world.submit(&order).err();
        }
    }
    let stages: std::collections::BTreeSet<Stage> =
        world.state.balances().map(|(leaf, _)| leaf.stage).collect();
    assert!(stages.len() >= 8, "{stages:?}");
    world
}
