//! The single wishes of a random history.

use super::history::{History, dated};
use super::house::order;
use earmark::domain::command::*;
use earmark::domain::event::*;
use earmark::domain::ids::{Code, LineKey, Tag, Text};
use earmark::domain::kinds::*;
use earmark::domain::money::Amount;
use std::collections::BTreeMap;

impl History {
    pub(crate) fn approve(&mut self) -> Order {
        let mut funding = BTreeMap::new();
        for _ in 0..self.dice.roll(3) {
            funding.insert(self.line(), Amount(self.dice.amount().0 / 2));
        }
        let funding: Vec<Funding> =
            funding.into_iter().map(|(line, amount)| Funding { line, amount }).collect();
        let b = ProjectApproved {
            code: self.new_code("P"),
            title: Text::new("社区信息化"),
            title_zh: None,
            purpose: Tag::new("it/community"),
            district: None,
            programme: Some(Code::new("CARD")),
            start: None,
            end: None,
            ceiling: None,
            funding,
            duplicates: Vec::new(),
            duplicates_reason: None,
            filing: Filing::default(),
        };
        dated(2024, Command::ApproveProject(b))
    }

    pub(crate) fn commit(&mut self) -> Order {
        let project = self.project().filter(|_| !self.dice.chance(4));
        let drawing = self.drawing(project);
        let year = drawing.from[0].0.year;
        let b = MakeCommitment {
            contract: self.new_code("C"),
            payee: Some(Code::new("V-1")),
            purpose: Some(Tag::new("it")),
            title: None,
            drawing,
            tranches: Vec::new(),
            filing: Filing::default(),
        };
        dated(year, Command::MakeCommitment(b))
    }

    pub(crate) fn pay(&mut self) -> Option<Order> {
        let (mut commitment, mut project) = (None, None);
        let drawing = if self.dice.chance(3) {
            project = self.project().filter(|_| !self.dice.chance(3)).or(project);
            self.drawing(project)
        } else {
            let (contract, shares) = self.contract()?;
            commitment = Some(contract);
            self.drawing_of(&shares)?
        };
        let year = drawing.from[0].0.year;
        let b = RecordDisbursement {
            commitment,
            drawing,
            payee: Some(Code::new("V-2")),
            purpose: Some(Tag::new("it")),
            source_number: None,
            filing: Filing::default(),
        };
        Some(dated(year, Command::RecordDisbursement(b)))
    }

    /// The payments so far, with their splits.
    pub(crate) fn payments(&self) -> Vec<(u64, Vec<Split>)> {
        let payment = |index| match self.ledger.event(index).unwrap().unwrap().body {
            Body::DisbursementRecorded(b) => Some((index, b.splits)),
            _ => None,
        };
        let size = self.ledger.head().size;
        (size.saturating_sub(150)..size).filter_map(payment).collect()
    }

    pub(crate) fn refund(&mut self) -> Option<Order> {
        let payments = self.payments();
        let (disbursement, splits) = self.dice.pick(&payments)?;
        let split = self.dice.pick(splits)?;
        let amount = Amount(split.amount.0 / 100 / 3 * 100);
        let drawing = Drawing {
            amount,
            project: split.project.clone(),
            from: vec![(split.line.clone(), amount)],
            ..Drawing::default()
        };
        Some(order(Command::ReceiveRefund(ReceiveRefund {
            disbursement: *disbursement,
            drawing,
            restores_budget: Some(!self.dice.chance(3)),
            reason: None,
            filing: Filing::default(),
        })))
    }

    pub(crate) fn follow_on(&mut self) -> Option<Order> {
        let filing = Filing::default();
        let codes: Vec<Code> = self.ledger.state().follow_ons.keys().cloned().collect();
        let command = match (self.dice.roll(3), self.dice.pick(&codes).cloned()) {
            (0, Some(code)) => {
                let amount = Amount(self.dice.amount().0 / 4);
                Command::PayInFollowOn(FollowOnPaidIn { code, amount, filing })
            }
            (1, Some(code)) => {
                let (amount, reason) = (None, None);
                Command::WithdrawFollowOn(WithdrawFollowOn { code, amount, reason, filing })
            }
            _ => Command::PledgeFollowOn(FollowOnPledged {
                code: self.new_code("FO"),
                project: self.project()?,
                investor: Text::new("Enterprise 1"),
                kind: FollowOnKind::EnterpriseBuild,
                amount: self.dice.amount(),
                original: None,
                valuation: None,
                agreement: None,
                causality: None,
                filing,
            }),
        };
        Some(order(command))
    }

    pub(crate) fn carry(&mut self) -> Option<Order> {
        let leaves: Vec<_> = (self.ledger.state().balances())
            .filter(|(leaf, amount)| {
                let stages = [Stage::Unreserved, Stage::Reserved, Stage::Committed];
                stages.contains(&leaf.stage) && amount.0 > 0
            })
            .map(|(leaf, amount)| (leaf.clone(), *amount))
            .collect();
        let (leaf, amount) = self.dice.pick(&leaves)?.clone();
        let part = if self.dice.chance(2) { amount } else { Amount(amount.0 / 2) };
        Some(order(Command::CarryForward(BalanceCarriedForward {
            to: LineKey { year: leaf.line.year + 1, ..leaf.line.clone() },
            from: leaf.line,
            stage: leaf.stage,
            project: leaf.project,
            commitment: leaf.commitment,
            amount: part,
            rest: RestKind::CarryOver,
            filing: Filing::default(),
        })))
    }

    pub(crate) fn rare(&mut self) -> Order {
        let filing = Filing::default();
        match self.dice.roll(3) {
            0 => {
                let control = *self.dice.pick(Control::ALL).unwrap();
                let policy = Policy { control, ..self.house.policy.clone() };
                order(Command::AdoptPolicy(PolicyAdopted { policy, filing }))
            }
            1 => {
                let entry = u64::try_from(self.dice.roll(20)).unwrap();
                let document_no = Some(Text::new("2026-1"));
                let filing = Filing { document_no, ..filing };
                order(Command::AttachDocument(DocumentAttached { entry, filing }))
            }
            _ => {
                let b = AllocationRecorded {
                    line: self.line(),
                    amount: self.dice.amount(),
                    source: MoneySource { kind: SourceKind::Own, division: None, reference: None },
                    filing,
                };
                order(Command::SetAllocation(b))
            }
        }
    }
}
