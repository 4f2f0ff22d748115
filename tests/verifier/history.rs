//! Random histories, written by the ledger and added up by the independent verifier.

use super::dice::Dice;
use super::house::{self, House, drawing, order};
use super::{assert_same_figures, balance_of, by_fund, stages_of, verify};
use earmark::chain::hash;
use earmark::domain::calendar::Date;
use earmark::domain::command::*;
use earmark::domain::event::*;
use earmark::domain::ids::{Code, LineKey, Tag, Text};
use earmark::domain::kinds::*;
use earmark::domain::money::Amount;
use earmark::ledger::{Durability, Ledger, RowIn, RowOut, Submission};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What the writer of a history knows.
pub(crate) struct History {
    pub(crate) dice: Dice,
    pub(crate) house: House,
    pub(crate) ledger: Ledger,
    /// How often an event of each name was recorded.
    seen: BTreeMap<&'static str, usize>,
    reversed: BTreeSet<&'static str>,
    counter: usize,
}

/// The lines and projects of a contract.
pub(crate) type Shares = Vec<(LineKey, Option<Code>)>;

const FUNDS: [&str; 3] = ["PD-INFO", "XH-INFO", "沪财〔2002〕15号"];
const YEARS: [i16; 3] = [2024, 2025, 2026];

impl History {
    /// A ledger with funds and payees, without lines.
    pub(crate) fn begin_bare(seed: u64) -> Self {
        let mut house = House::new();
        house.policy.control = Control::Warn;
        let ledger = house.create();
        let (seen, reversed) = (BTreeMap::new(), BTreeSet::new());
        let dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let mut history = Self { dice, house, ledger, seen, reversed, counter: 0 };
        for fund in FUNDS {
            history.take(house::fund(fund));
        }
        for payee in ["V-1", "V-2"] {
            history.take(house::payee(payee));
        }
        history
    }

    fn begin(seed: u64) -> Self {
        let mut history = Self::begin_bare(seed);
        history.open();
        history
    }

    fn open(&mut self) {
        self.take(order(Command::RegisterDistrict(DistrictRegistered {
            code: Code::new("310115"),
            name: Text::new("Pudong"),
            name_zh: Some(Text::new("浦东新区")),
            level: Level::District,
            parent: None,
            valid_from: None,
            valid_to: None,
            successor: None,
            filing: Filing::default(),
        })));
        self.take(order(Command::RegisterProgramme(ProgrammeRegistered {
            code: Code::new("CARD"),
            name: Text::new("Social card"),
            name_zh: None,
            district: None,
            filing: Filing::default(),
        })));
        for fund in FUNDS {
            for year in YEARS {
                let amount = self.dice.amount().0 * 10;
                self.take(dated(
                    year,
                    house::allocation(&format!("{fund}:{year}"), amount).command,
                ));
            }
        }
    }

    /// Submits an order; a refusal by a rule is part of history too, an error is not.
    pub(crate) fn take(&mut self, order: Order) -> bool {
        let officer = self.house.officer();
        let submission = Submission {
            order: &order,
            confidential: None,
            signer: &officer,
            command_key: None,
            accept_clock: None,
            dry_run: false,
            until: Durability::Recorded,
        };
        match self.ledger.submit(&submission) {
            Ok(receipt) => {
                for entry in &receipt.entries {
                    self.note(entry.index, entry.event.body.clone());
                }
                true
            }
            Err(error) => {
                assert!(error.is_rejection(), "{error}");
                false
            }
        }
    }

    fn note(&mut self, index: u64, body: Body) {
        *self.seen.entry(body.name()).or_default() += 1;
        if let Body::EntryReversed(b) = &body {
            let event = self.ledger.event(b.entry).unwrap().unwrap();
            self.reversed.insert(event.body.name());
        }
        assert_eq!(index + 1, self.ledger.head().size);
    }

    pub(crate) fn new_code(&mut self, prefix: &str) -> Code {
        self.counter += 1;
        Code::new(&format!("{prefix}-{}", self.counter))
    }

    pub(crate) fn line(&mut self) -> LineKey {
        let lines: Vec<LineKey> = self.ledger.state().lines.keys().cloned().collect();
        self.dice.pick(&lines).unwrap().clone()
    }

    pub(crate) fn project(&mut self) -> Option<Code> {
        let projects: Vec<Code> = self.ledger.state().projects.keys().cloned().collect();
        self.dice.pick(&projects).cloned()
    }

    pub(crate) fn contract(&mut self) -> Option<(Code, Shares)> {
        let state = self.ledger.state();
        let all: Vec<_> = (state.commitments.iter())
            .map(|(code, made)| {
                let shares = made.shares.iter().map(|s| (s.line.clone(), s.project.clone()));
                (code.clone(), shares.collect())
            })
            .collect();
        self.dice.pick(&all).cloned()
    }

    /// Some lines, each with an amount.
    pub(crate) fn drawing(&mut self, project: Option<Code>) -> Drawing {
        let mut from = BTreeMap::new();
        for _ in 0..=self.dice.roll(2) {
            from.insert(self.line(), self.dice.amount());
        }
        // A year's date has to be in every line's fiscal year: keep to one year.
        let year = from.keys().next().unwrap().year;
        from.retain(|line, _| line.year == year);
        let amount = Amount(from.values().map(|amount| amount.0).sum());
        Drawing { amount, project, from: from.into_iter().collect(), ..Drawing::default() }
    }

    pub(crate) fn drawing_of(&mut self, shares: &[(LineKey, Option<Code>)]) -> Option<Drawing> {
        let (line, project) = self.dice.pick(shares)?.clone();
        let amount = self.dice.amount();
        Some(Drawing { amount, project, from: vec![(line, amount)], ..Drawing::default() })
    }

    fn step(&mut self) -> Option<bool> {
        let order = match self.dice.roll(24) {
            0 | 1 => self.authority()?,
            2 | 3 => self.approve(),
            4..=6 => self.project_step()?,
            7..=9 => self.commit(),
            10..=12 => self.change()?,
            13..=16 => self.pay()?,
            17 => self.refund()?,
            18 => self.follow_on()?,
            19 => self.carry()?,
            20 => {
                let (line, amount) = (self.line(), Amount(self.dice.amount().0 / 20));
                let (reason, filing) = (Some(Text::new("goal met")), Filing::default());
                order(Command::Lapse(BalanceLapsed { line, amount, reason, filing }))
            }
            21 | 22 => {
                let size = usize::try_from(self.ledger.head().size).unwrap();
                let back = self.dice.roll(40).min(size - 1);
                let entry = u64::try_from(size - 1 - back).unwrap();
                let (reason, filing) = (Text::new("typed twice"), Filing::default());
                order(Command::ReverseEntry(EntryReversed { entry, reason, filing }))
            }
            _ => self.rare(),
        };
        Some(self.take(order))
    }

    fn authority(&mut self) -> Option<Order> {
        let (line, amount, to) = (self.line(), self.dice.amount(), self.line());
        let (year, reason, filing) = (line.year, None, Filing::default());
        if self.dice.chance(2) {
            let direction = *self.dice.pick(Direction::ALL)?;
            let b = AllocationAdjusted { line, direction, amount, reason, filing };
            return Some(dated(year, Command::AdjustAllocation(b)));
        }
        let elsewhere = Some(ForeignEntry { ledger: Bytes16([3; 16]), entry: Some(7) });
        let (to, elsewhere) =
            if self.dice.chance(4) { (None, elsewhere) } else { (Some(to), None) };
        let b = AllocationTransferred { from: line, to, elsewhere, amount, reason, filing };
        Some(dated(year, Command::TransferAllocation(b)))
    }

    fn project_step(&mut self) -> Option<Order> {
        let (code, line, amount) = (self.project()?, self.line(), self.dice.amount());
        let (year, project) = (line.year, code.clone());
        let (reason, filing) = (None, Filing::default());
        Some(match self.dice.roll(9) {
            0..=2 => {
                dated(year, Command::ReserveFunds(FundsReserved { project, line, amount, filing }))
            }
            3 | 4 => {
                let amount = Amount(amount.0 / 4);
                let b = ReservationReleased { project, line, amount, filing };
                dated(year, Command::ReleaseReservation(b))
            }
            5 => order(Command::CompleteProject(ProjectCompleted { code, reason, filing })),
            6 => order(Command::TerminateProject(ProjectTerminated { code, reason, filing })),
            _ => order(Command::CloseOutProject(ProjectClosedOut { code, reason, filing })),
        })
    }

    fn change(&mut self) -> Option<Order> {
        let (contract, shares) = self.contract()?;
        let (reason, filing) = (None, Filing::default());
        Some(match self.dice.roll(5) {
            0 | 1 => {
                let project = self.project().filter(|_| self.dice.chance(2));
                let known = self.drawing_of(&shares).filter(|_| self.dice.chance(2));
                let drawing = known.unwrap_or_else(|| self.drawing(project));
                let year = drawing.from[0].0.year;
                let b = ChangeCommitment { contract, drawing, reason, filing };
                dated(year, Command::IncreaseCommitment(b))
            }
            2 | 3 => {
                let mut drawing = self.drawing_of(&shares)?;
                drawing.amount.0 /= 4;
                drawing.from[0].1 = drawing.amount;
                let b = ChangeCommitment { contract, drawing, reason, filing };
                order(Command::ReduceCommitment(b))
            }
            _ => order(Command::CloseCommitment(CommitmentClosed { contract, reason, filing })),
        })
    }

    /// An import of history, with negative amounts, in commands of many entries.
    fn import(&mut self) {
        let officer = self.house.officer();
        let mut batch = self.ledger.batch("old-book", &officer, None, false).unwrap();
        for row in 0..400_u32 {
            let fund = FUNDS[self.dice.roll(3)];
            let amount = i128::try_from(self.dice.roll(50_000)).unwrap();
            let amount = if self.dice.chance(9) { -amount } else { amount };
            let drawing = Drawing { year: Some(2024), ..drawing(fund, amount) };
            let contract = format!("OLD-{row}");
            let made = Command::MakeCommitment(MakeCommitment {
                contract: Code::new(&contract),
                payee: None,
                purpose: Some(Tag::new("it")),
                title: None,
                drawing: drawing.clone(),
                tranches: Vec::new(),
                filing: Filing::default(),
            });
            let paid = Command::RecordDisbursement(RecordDisbursement {
                commitment: Some(Code::new(&contract)),
                drawing,
                payee: None,
                purpose: None,
                source_number: Some(Text::new(&row.to_string())),
                filing: Filing::default(),
            });
            let historical = |command| Order { historical: true, ..dated(2024, command) };
            let orders = [historical(made), historical(paid)];
            let key = hash::row_key([contract.as_str()], 0);
            let row = RowIn { key, orders: &orders };
            if matches!(batch.admit(&row).unwrap(), RowOut::Full) {
                batch.seal().unwrap();
                batch.admit(&row).unwrap();
            }
        }
        batch.finish().unwrap();
    }

    /// Ends in ways that leave little to do, so they come last.
    fn end(&mut self) {
        self.take(order(Command::RetireDistrict(DistrictRetired {
            code: Code::new("310115"),
            successor: None,
            filing: Filing::default(),
        })));
        self.take(house::fund("UNUSED"));
        self.take(order(Command::AmendFund(FundAmended {
            code: Code::new("UNUSED"),
            name: None,
            name_zh: Some(Text::new("未用资金")),
            manager: None,
            purposes_added: vec![Tag::new("roads")],
            filing: Filing::default(),
        })));
        let (code, reason) = (Code::new("UNUSED"), Some(Text::new("never needed")));
        self.take(order(Command::CloseFund(FundClosed {
            code,
            reason,
            filing: Filing::default(),
        })));
    }
}

pub(crate) fn dated(year: i16, command: Command) -> Order {
    let occurred_on = Date::new(year, 2, 15);
    Order { occurred_on, ..order(command) }
}

#[test]
fn balances_head_and_root_are_the_same() {
    let (mut seen, mut reversed) = (BTreeMap::new(), BTreeSet::new());
    for seed in 1..=4 {
        let mut history = History::begin(seed);
        for step in 0..1_200 {
            let _ = history.step();
            if step == 600 {
                history.import();
            }
        }
        history.end();
        let History { house, mut ledger, seen: events, reversed: undone, .. } = history;
        let published = ledger.publish().unwrap();
        let (head, expected) = (ledger.head(), by_fund(ledger.state()));
        ledger.close().unwrap();

        let said = verify(&house, &house.ledger_folder().join("log"));
        assert_eq!((said.status, said.stderr.as_str()), (0, ""), "seed {seed}");
        let json: Value = serde_json::from_str(&said.stdout).unwrap();
        assert_eq!(json["size"], head.size, "seed {seed}");
        assert_eq!(json["head"], head.hash.to_string(), "seed {seed}");
        assert_eq!(json["root"], hash::to_hex(&published.root.0), "seed {seed}");
        assert_eq!(stages_of(&json), expected, "seed {seed}");
        assert_same_figures(&json, &balance_of(&house));
        events.into_iter().for_each(|(name, count)| *seen.entry(name).or_insert(0) += count);
        reversed.extend(undone);
    }
    // A history that leaves something out would compare nothing with nothing.
    // Keys and officers have a story of their own in `office`; what is told of files moves nothing.
    let elsewhere = |number: u16| (1..=7).contains(&number) && number != 3 || number >= 82;
    let missing: Vec<&str> = (Body::TYPES.iter())
        .filter(|(number, name, _)| !seen.contains_key(name) && !elsewhere(*number))
        .map(|(_, name, _)| *name)
        .collect();
    assert_eq!(missing, [""; 0], "{seen:?}");
    assert!(reversed.len() >= 15, "{reversed:?}");
}
