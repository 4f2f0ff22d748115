//! A history to project: events admitted by the rules one by one, with the moves they made. Amounts
//! are minor units.

pub mod random;

use earmark::chain::entry::{CommandId, EntryId, Row};
use earmark::chain::hash;
use earmark::domain::admit::{Context, admit};
use earmark::domain::apply::Cited;
use earmark::domain::calendar::Date;
use earmark::domain::event::*;
use earmark::domain::fact::cited_by;
use earmark::domain::ids::{Code, LineKey, Tag, Text};
use earmark::domain::kinds::*;
use earmark::domain::money::Amount;
use earmark::domain::posting::{Leaf, Move};
use earmark::domain::rejection::Rejection;
use earmark::domain::state::State;
use earmark::projection::{Projection, Recorded};
use std::collections::BTreeMap;

pub fn code(text: &str) -> Code {
    Code::new(text)
}

pub fn line(text: &str) -> LineKey {
    LineKey::parse(text).unwrap()
}

pub fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

pub fn filing() -> Filing {
    Filing::default()
}

pub fn split(at: &str, project: Option<&str>, amount: i128) -> Split {
    Split { line: line(at), project: project.map(code), amount: Amount(amount) }
}

/// An entry of the history.
#[derive(Debug, Clone)]
pub struct Kept {
    pub event: Event,
    pub moves: Vec<Move>,
    pub cited: Option<Event>,
}

/// A history.
#[derive(Debug, Clone, Default)]
pub struct Book {
    pub state: State,
    pub entries: Vec<Kept>,
    pub today: i32,
}

impl Book {
    /// Every leaf that is not zero.
    pub fn balances(&self) -> BTreeMap<Leaf, Amount> {
        self.state.balances().map(|(leaf, balance)| (leaf.clone(), *balance)).collect()
    }

    /// A ledger in CNY, policy as given, opened on 2001-01-01; it is 2003-12-31.
    pub fn open(policy: Policy) -> Self {
        let mut book = Self { today: day("2003-12-31").0, ..Self::default() };
        let opened = LedgerOpened {
            ledger: Bytes16([7; 16]),
            origin: Text::new("example.org/pudong"),
            name: Text::new("Pudong"),
            currency: Text::new("CNY"),
            exponent: 2,
            utc_offset_minutes: 480,
            fiscal_year_start_month: 1,
            log_key: Bytes32([9; 32]),
            policy,
            filing: filing(),
        };
        book.on("2001-01-01", opened);
        let officer = OfficerEnrolled {
            number: 0,
            name: Text::new("Lin"),
            key: Bytes32([8; 32]),
            proof: Bytes64([0; 64]),
            roles: vec![Role::Maker, Role::Administrator],
            limit: None,
            filing: filing(),
        };
        book.on("2001-01-01", officer);
        book
    }

    /// Books an event that happened on a day; returns its index.
    #[track_caller]
    pub fn on(&mut self, date: &str, body: impl Into<Body>) -> u64 {
        let body = body.into();
        let shown = format!("{body:?}");
        self.attempt(day(date), false, body).unwrap_or_else(|e| panic!("{e}\n{shown}"))
    }

    /// Books an event of history.
    #[track_caller]
    pub fn history(&mut self, date: &str, body: impl Into<Body>) -> u64 {
        self.attempt(day(date), true, body.into()).unwrap_or_else(|e| panic!("{e}"))
    }

    /// Books an event if the rules admit it.
    pub fn attempt(
        &mut self,
        occurred_on: Date,
        historical: bool,
        body: Body,
    ) -> Result<u64, Rejection> {
        let index = u64::try_from(self.entries.len()).unwrap();
        let cites = cited_by(&body);
        let event = Event { occurred_on, historical, confidential: None, body };
        let cited_event = cites.and_then(|at| self.entries.get(usize::try_from(at).ok()?));
        let cited_event = cited_event.map(|kept| kept.event.clone());
        let cited: Cited = cites.zip(cited_event.clone()).into_iter().collect();
        let context = Context {
            recorded_at_microseconds: self.recorded_at(index),
            officer: 0,
            clock_accepted: true,
            cited: &cited,
        };
        let mut admitted = admit(&mut self.state, std::slice::from_ref(&event), &context)?;
        let moves = admitted.moves.remove(0);
        self.entries.push(Kept { event, moves, cited: cited_event });
        Ok(index)
    }

    fn recorded_at(&self, index: u64) -> i64 {
        i64::from(self.today) * 86_400_000_000 + i64::try_from(index).unwrap()
    }

    /// Shows every entry to `see`, as a reader does.
    pub fn each(&self, mut see: impl FnMut(&Recorded<'_>)) {
        for (kept, index) in self.entries.iter().zip(0_u64..) {
            let at = self.recorded_at(index);
            let key = [5; 16];
            see(&Recorded {
                index,
                id: EntryId::new(at, index).unwrap(),
                hash: hash::entry(&index.to_le_bytes()),
                recorded_at_microseconds: at,
                officer: 0,
                command: CommandId([3; 16]),
                row: kept.event.historical.then_some(Row { source: "menu", key }),
                event: &kept.event,
                moves: &kept.moves,
                cited: kept.cited.as_ref(),
            });
        }
    }

    /// Entries that are reversed, with their reversals.
    pub fn reversals(&self) -> std::collections::BTreeMap<u64, u64> {
        let mut reversals = std::collections::BTreeMap::new();
        self.each(|recorded| {
            if let Body::EntryReversed(b) = &recorded.event.body {
                reversals.insert(b.entry, recorded.index);
            }
        });
        reversals
    }

    /// A projection of the whole history.
    pub fn project<P: Projection>(&self, mut projection: P) -> P {
        self.each(|recorded| projection.apply(recorded));
        assert_eq!(projection.position(), u64::try_from(self.entries.len()).unwrap());
        projection
    }
}

pub fn fund(fund: &str, district: Option<&str>) -> FundEstablished {
    FundEstablished {
        code: code(fund),
        name: Text::new(&format!("Fund {fund}")),
        name_zh: Some(Text::new("信息化建设专项资金")),
        kind: FundKind::Special,
        purposes: vec![Tag::new("it")],
        manager: None,
        district: district.map(code),
        filing: filing(),
    }
}

pub fn district(district: &str, name: &str, name_zh: &str) -> DistrictRegistered {
    DistrictRegistered {
        code: code(district),
        name: Text::new(name),
        name_zh: Some(Text::new(name_zh)),
        level: Level::District,
        parent: None,
        valid_from: None,
        valid_to: None,
        successor: None,
        filing: filing(),
    }
}

pub fn payee(payee: &str) -> PayeeRegistered {
    PayeeRegistered {
        code: code(payee),
        name: Text::new(&format!("Vendor {payee}")),
        name_zh: None,
        credit_code: None,
        accounts: Vec::new(),
        filing: filing(),
    }
}

pub fn allocate(at: &str, amount: i128) -> AllocationRecorded {
    AllocationRecorded {
        line: line(at),
        amount: Amount(amount),
        source: MoneySource { kind: SourceKind::Own, division: None, reference: None },
        filing: filing(),
    }
}

pub fn adjust(at: &str, direction: Direction, amount: i128) -> AllocationAdjusted {
    let amount = Amount(amount);
    AllocationAdjusted { line: line(at), direction, amount, reason: None, filing: filing() }
}

pub fn transfer(from: &str, to: &str, amount: i128) -> AllocationTransferred {
    AllocationTransferred {
        from: line(from),
        to: Some(line(to)),
        elsewhere: None,
        amount: Amount(amount),
        reason: None,
        filing: filing(),
    }
}

pub fn project(
    project: &str,
    district: Option<&str>,
    ceiling: Option<i128>,
    funding: &[(&str, i128)],
) -> ProjectApproved {
    let funding = funding.iter();
    ProjectApproved {
        code: code(project),
        title: Text::new(&format!("Project {project}")),
        title_zh: Some(Text::new("社会保障卡工程")),
        purpose: Tag::new("it/social-card"),
        district: district.map(code),
        programme: None,
        start: None,
        end: None,
        ceiling: ceiling.map(Amount),
        funding: funding.map(|(at, a)| Funding { line: line(at), amount: Amount(*a) }).collect(),
        duplicates: Vec::new(),
        duplicates_reason: None,
        filing: filing(),
    }
}

pub fn commitment(contract: &str, payee: Option<&str>, splits: Vec<Split>) -> CommitmentMade {
    CommitmentMade {
        contract: code(contract),
        payee: payee.map(code),
        purpose: Some(Tag::new("it")),
        title: Some(Text::new("市民卡 cards")),
        splits,
        tranches: Vec::new(),
        filing: filing(),
    }
}

pub fn pay(
    voucher_no: u64,
    contract: Option<&str>,
    payee: Option<&str>,
    splits: Vec<Split>,
) -> DisbursementRecorded {
    DisbursementRecorded {
        commitment: contract.map(code),
        splits,
        payee: payee.map(code),
        purpose: Some(Tag::new("it")),
        source_number: Some(Text::new("INV-1")),
        voucher_no,
        filing: filing(),
    }
}

pub fn refund(disbursement: u64, restores_budget: bool, splits: Vec<Split>) -> RefundReceived {
    RefundReceived { disbursement, splits, restores_budget, reason: None, filing: filing() }
}

pub fn reverse(entry: u64) -> EntryReversed {
    EntryReversed { entry, reason: Text::new("typed twice"), filing: filing() }
}

pub fn carry(
    from: &str,
    to: &str,
    stage: Stage,
    of: (Option<&str>, Option<&str>),
    amount: i128,
) -> BalanceCarriedForward {
    BalanceCarriedForward {
        from: line(from),
        to: line(to),
        stage,
        project: of.0.map(code),
        commitment: of.1.map(code),
        amount: Amount(amount),
        rest: RestKind::CarryOver,
        filing: filing(),
    }
}

pub fn lapse(at: &str, amount: i128) -> BalanceLapsed {
    BalanceLapsed { line: line(at), amount: Amount(amount), reason: None, filing: filing() }
}

pub fn pledge(follow_on: &str, project: &str, kind: FollowOnKind, amount: i128) -> FollowOnPledged {
    FollowOnPledged {
        code: code(follow_on),
        project: code(project),
        investor: Text::new("An enterprise"),
        kind,
        amount: Amount(amount),
        original: None,
        valuation: (kind == FollowOnKind::InKind).then_some(Bytes32([1; 32])),
        agreement: None,
        causality: None,
        filing: filing(),
    }
}

pub fn pay_in(follow_on: &str, amount: i128) -> FollowOnPaidIn {
    FollowOnPaidIn { code: code(follow_on), amount: Amount(amount), filing: filing() }
}

pub fn withdraw(follow_on: &str, amount: i128) -> FollowOnWithdrawn {
    let amount = Amount(amount);
    FollowOnWithdrawn { code: code(follow_on), amount, reason: None, filing: filing() }
}
