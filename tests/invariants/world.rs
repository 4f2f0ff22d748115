//! A ledger in memory: books what an office asks for, and holds every booking against the invariants.

use crate::kept::Kept;
use crate::oracle::{Oracle, account};
use earmark::chain::body;
use earmark::domain::admit::{Admitted, Context, admit};
use earmark::domain::apply::{self, Cited};
use earmark::domain::breach;
use earmark::domain::calendar::Date;
use earmark::domain::command::{Command, Order};
use earmark::domain::event::*;
use earmark::domain::fact::cited_by;
use earmark::domain::ids::{Code, LineKey, Text};
use earmark::domain::invariant;
use earmark::domain::kinds::{Direction, Role, Stage};
use earmark::domain::money::Amount;
use earmark::domain::posting::{Leaf, Move, postings};
use earmark::domain::propose::{cites, propose};
use earmark::domain::rejection::Rejection;
use earmark::domain::state::{Journal, State};
use earmark::domain::table::Table;
use earmark::words::refusal::refusal;
use earmark::words::{Lang, Surface};
use std::collections::BTreeMap;

pub struct World {
    pub state: State,
    pub log: Vec<Event>,
    pub moves: Vec<Vec<Move>>,
    pub today: Date,
    pub refused: BTreeMap<&'static str, i32>,
    pub findings: Vec<&'static str>,
    oracle: Oracle,
    kept: Kept,
}

/// What a state is about, without what depends on how often and when it was written to.
pub fn substance(state: &State) -> State {
    let mut state = state.clone();
    (state.size, state.recorded_at_microseconds) = (0, 0);
    state.reversed = Table::default();
    state.vouchers = Table::default();
    state
}

/// The two are the same; else the lines that differ are shown, and no more.
#[track_caller]
pub fn assert_same(found: &State, expected: &State, what: &str) {
    if found == expected {
        return;
    }
    let lines = |state: &State| {
        let shown = format!("{state:#?}");
        shown.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let (found, expected) = (lines(found), lines(expected));
    let lacks = |all: &[String], line: &String| !all.contains(line);
    let more: Vec<_> = found.iter().filter(|line| lacks(&expected, line)).collect();
    let less: Vec<_> = expected.iter().filter(|line| lacks(&found, line)).collect();
    panic!("{what}\nfound {more:#?}\nexpected {less:#?}");
}

impl World {
    /// Opened on 2001-01-01; it is 2001-03-01.
    pub fn open() -> Self {
        Self::under(Policy::default())
    }

    /// The same under a policy of its own.
    pub fn under(policy: Policy) -> Self {
        let (state, log, moves) = (State::default(), Vec::new(), Vec::new());
        let today = Date::parse("2001-03-01").unwrap();
        let (refused, findings) = (BTreeMap::new(), Vec::new());
        let (oracle, kept) = (Oracle::default(), Kept::default());
        let mut world = Self { state, log, moves, today, refused, findings, oracle, kept };
        let ledger = LedgerOpened {
            ledger: Bytes16([1; 16]),
            origin: Text::new("example.org/ledger"),
            name: Text::new("Ledger"),
            currency: Text::new("CNY"),
            exponent: 2,
            utc_offset_minutes: 480,
            fiscal_year_start_month: 1,
            log_key: Bytes32([9; 32]),
            policy,
            filing: Filing::default(),
        };
        let command = Command::OpenLedger(ledger, officer(0));
        let occurred_on = Date::parse("2001-01-01");
        world.submit(&Order { occurred_on, historical: false, command }).expect("opening");
        let payee = PayeeRegistered {
            code: Code::new("V1"),
            name: Text::new("Vendor"),
            name_zh: None,
            credit_code: None,
            accounts: vec![],
            filing: Filing::default(),
        };
        let command = Command::RegisterPayee(payee);
        world.submit(&Order { occurred_on, historical: false, command }).expect("payee");
        world
    }

    pub fn context<'a>(&self, cited: &'a Cited) -> Context<'a> {
        let recorded_at_microseconds = (i64::from(self.today.0) * 24 + 4) * 3_600_000_000;
        Context { recorded_at_microseconds, officer: 0, clock_accepted: true, cited }
    }

    /// Every entry, by index.
    pub fn all_entries(&self) -> Cited {
        (0_u64..).zip(self.log.iter().cloned()).collect()
    }

    fn cited(&self, entries: impl IntoIterator<Item = u64>) -> Cited {
        let known = |entry: u64| Some((entry, self.log.get(entry as usize)?.clone()));
        entries.into_iter().filter_map(known).collect()
    }

    /// Books an order, or says why not.
    pub fn submit(&mut self, order: &Order) -> Result<(), Rejection> {
        let cited = self.cited(cites(&order.command));
        let proposed = propose(&self.state, order, self.today, &cited);
        let again = propose(&self.state, order, self.today, &cited);
        assert_eq!(proposed, again, "propose is a function");
        let outcome = proposed.and_then(|events| self.book(&self.sealed(events)));
        if let Err(rejection) = &outcome {
            check_words(rejection);
            *self.refused.entry(rejection.code()).or_insert(0) += 1;
        }
        outcome
    }

    /// Events that cannot be reversed have confidential fields.
    fn sealed(&self, mut events: Vec<Event>) -> Vec<Event> {
        for (index, event) in (self.state.size..).zip(&mut events) {
            if matches!(
                event.body,
                Body::PayeeRegistered(_)
                    | Body::DocumentAttached(_)
                    | Body::DistrictRegistered(_)
                    | Body::ProgrammeRegistered(_)
                    | Body::FundEstablished(_)
                    | Body::PolicyAdopted(_)
            ) {
                let mut commitment = [7; 32];
                commitment[..8].copy_from_slice(&index.to_le_bytes());
                event.confidential = Some(Bytes32(commitment));
            }
        }
        events
    }

    /// Books the events of one command; a refused one changes nothing.
    pub fn book(&mut self, events: &[Event]) -> Result<(), Rejection> {
        let cited = self.cited(events.iter().filter_map(|event| cited_by(&event.body)));
        let before = self.state.clone();
        let first = self.judge(events, &cited);
        let admitted = match first {
            Ok(admitted) => admitted,
            Err(first) => {
                assert_same(&self.state, &before, "a refusal changes nothing");
                let bytes = |state: &State| body::encode_state(state).expect("encoded");
                assert_eq!(bytes(&self.state), bytes(&before), "a refusal changes no byte");
                let second = self.judge(events, &cited).err();
                assert_eq!(Some(&first), second.as_ref(), "admit is a function");
                self.follow_kept(&before, events, &cited, Some(&first));
                return Err(first);
            }
        };
        let after = self.state.clone();
        self.state.take_back(admitted.undo);
        assert_same(&self.state, &before, "a command is taken back whole");
        let second = self.judge(events, &cited).expect("admitted once, then refused");
        assert_same(&self.state, &after, "and made again");
        assert_eq!(admitted.moves, second.moves);
        assert_eq!(admitted.findings, second.findings);
        self.check_fold(&before, events, &cited, &admitted.moves);
        self.follow_kept(&before, events, &cited, None);

        for (event, moves) in events.iter().zip(admitted.moves) {
            check_balanced(event, &moves);
            self.oracle.book(event);
            self.log.push(event.clone());
            self.moves.push(moves);
        }
        self.findings.extend(admitted.findings.iter().map(|(_, finding)| finding.code()));
        let broken = invariant::broken(&self.state);
        assert!(broken.is_empty(), "after {events:?}:\n{}", broken.join("\n"));
        self.check_oracle();
        Ok(())
    }

    fn follow_kept(
        &mut self,
        before: &State,
        events: &[Event],
        cited: &Cited,
        refused: Option<&Rejection>,
    ) {
        let mut kept = std::mem::take(&mut self.kept);
        kept.follow(before, events, &self.context(cited), refused, &self.state);
        self.kept = kept;
    }

    fn judge(&mut self, events: &[Event], cited: &Cited) -> Result<Admitted, Rejection> {
        let mut state = std::mem::take(&mut self.state);
        let outcome = admit(&mut state, events, &self.context(cited));
        self.state = state;
        outcome
    }

    /// A reader that trusts the log comes to the same.
    fn check_fold(&self, before: &State, events: &[Event], cited: &Cited, moves: &[Vec<Move>]) {
        let mut folded = before.clone();
        folded.recorded_at_microseconds = self.context(cited).recorded_at_microseconds;
        let mut journal = Journal::on(&mut folded);
        for (event, expected) in events.iter().zip(moves) {
            let folded = apply::fold(&mut journal, event, cited).expect("fold");
            assert_eq!(&folded, expected, "moves of {event:?}");
        }
        assert_same(&folded, &self.state, "fold and admit");
    }

    fn check_oracle(&self) {
        let leaves = self.state.balances();
        let found: BTreeMap<String, i128> = leaves
            .map(|(l, amount)| {
                let (project, contract) = (l.project.as_ref(), l.commitment.as_ref());
                (account(&l.line, l.stage, project, contract), amount.0)
            })
            .collect();
        let expected = self.oracle.balances();
        assert_eq!(found, expected, "after {:?}", self.log.last());
    }

    /// The entry that was just made, reversed, leaves the state as it was before it.
    pub fn check_undone(&self, before: &State) {
        let entry = before.size;
        let event = &self.log[entry as usize];
        let mut branch = self.branch();
        match branch.book(&[branch.reversal(entry)]) {
            Ok(()) => {
                let (found, expected) = (substance(&branch.state), substance(before));
                // What a policy once allowed stays noted.
                let expected = State { was_lenient: found.was_lenient, ..expected };
                assert_same(&found, &expected, &format!("{event:?} left a trace"));
            }
            Err(Rejection::NotReversible { .. }) => {}
            // Under a policy that was once lenient an account may be in need already.
            Err(Rejection::HasDependents { .. }) if before.was_lenient => {}
            // Money released by a project that is closed out does not go back to it.
            Err(Rejection::HasDependents { .. })
                if matches!(event.body, Body::ReservationReleased(_)) => {}
            Err(rejection) => panic!("{event:?} is not undone: {rejection}"),
        }
    }

    /// If the entry may be reversed, every leaf changes by the opposite of what the entry did.
    pub fn check_reversal(&mut self, entry: u64) {
        let mut expected = self.balances();
        if self.book(&[self.reversal(entry)]).is_err() {
            return;
        }
        for posting in postings(&self.moves[entry as usize]).unwrap() {
            let balance = expected.entry(posting.leaf).or_default();
            balance.0 -= posting.amount.0;
        }
        expected.retain(|_, balance| !balance.is_zero());
        assert_eq!(self.balances(), expected, "reversal of {:?}", self.log[entry as usize]);
        let again = self.book(&[self.reversal(entry)]).unwrap_err();
        assert_eq!(again.code(), "already_reversed");
    }

    fn balances(&self) -> BTreeMap<Leaf, Amount> {
        self.state.balances().map(|(leaf, balance)| (leaf.clone(), *balance)).collect()
    }

    /// Applies an event that is known to be admitted, unchecked.
    pub fn apply(&mut self, event: Event) {
        let cited = self.cited(cited_by(&event.body));
        self.judge(std::slice::from_ref(&event), &cited).expect("admitted");
        self.log.push(event);
    }

    pub fn reversal(&self, entry: u64) -> Event {
        let (reason, filing) = (Text::new("wrong"), Filing::default());
        let body = EntryReversed { entry, reason, filing }.into();
        Event { occurred_on: self.today, historical: false, confidential: None, body }
    }

    pub fn branch(&self) -> Self {
        Self {
            state: self.state.clone(),
            log: self.log.clone(),
            moves: self.moves.clone(),
            today: self.today,
            refused: BTreeMap::new(),
            findings: Vec::new(),
            oracle: self.oracle.clone(),
            kept: Kept::default(),
        }
    }

    /// The figures of a budget execution table, from the amounts of the events alone: authority is
    /// allocated + adjusted + transferred + carried in, and the leaves account for all of it.
    pub fn check_years_and_totals(&self) {
        let mut budget: BTreeMap<&LineKey, i128> = BTreeMap::new();
        let mut gone: BTreeMap<(&LineKey, Stage), i128> = BTreeMap::new();
        for (index, event) in (0_u64..).zip(&self.log) {
            if self.state.reversed.contains_key(&index) {
                continue;
            }
            let mut add = |line, amount: i128| *budget.entry(line).or_default() += amount;
            match &event.body {
                Body::AllocationRecorded(b) => add(&b.line, b.amount.0),
                Body::AllocationAdjusted(b) => match b.direction {
                    Direction::Supplement => add(&b.line, b.amount.0),
                    Direction::Reduction => add(&b.line, -b.amount.0),
                },
                Body::AllocationTransferred(b) => {
                    add(&b.from, -b.amount.0);
                    b.to.iter().for_each(|to| add(to, b.amount.0));
                }
                Body::BalanceCarriedForward(b) => {
                    add(&b.to, b.amount.0);
                    *gone.entry((&b.from, Stage::CarriedOut)).or_default() += b.amount.0;
                }
                Body::BalanceLapsed(b) => {
                    *gone.entry((&b.line, Stage::Lapsed)).or_default() += b.amount.0;
                }
                _ => {}
            }
        }
        let sum = |line: &LineKey, wanted: &dyn Fn(Stage) -> bool| {
            let leaves = self.state.balances();
            let of_line = leaves.filter(|(leaf, _)| leaf.line == *line && wanted(leaf.stage));
            of_line.map(|(_, amount)| amount.0).sum::<i128>()
        };
        for (line, budget) in budget {
            assert_eq!(-sum(line, &|s| s == Stage::Authority), budget, "authority of {line}");
            assert_eq!(sum(line, &|s| s != Stage::Authority), budget, "uses of {line}");
        }
        for ((line, stage), amount) in gone {
            assert_eq!(sum(line, &|s| s == stage), amount, "{stage} of {line}");
        }
    }
}

/// Postings add up to zero, line by line.
pub fn check_balanced(event: &Event, moves: &[Move]) {
    let mut sums: BTreeMap<LineKey, Amount> = BTreeMap::new();
    for posting in postings(moves).expect("postings") {
        let sum = sums.entry(posting.leaf.line).or_default();
        *sum = sum.checked_add(posting.amount).expect("sum");
    }
    assert!(sums.values().all(|sum| sum.is_zero()), "{event:?}: {sums:?}");
}

/// What is refused can stand in a log all the same: it is taken as a breach without a panic, moves money within
/// its lines only, gives nobody power, and leaves a state that holds together.
pub fn check_breach(state: &State, events: &[Event], context: &Context<'_>, why: &Rejection) {
    if state.size == 0 {
        return;
    }
    let mut after = state.clone();
    let moves = breach::take(&mut after, events, context, why);
    assert_eq!(after.size, state.size + events.len() as u64);
    for (event, moves) in events.iter().zip(moves) {
        check_balanced(event, &moves.unwrap_or_default());
    }
    assert_eq!((&after.officers, &after.policy), (&state.officers, &state.policy));
    assert_eq!((&after.ledger, &after.spent_keys), (&state.ledger, &state.spent_keys));
    let broken = invariant::broken(&after);
    assert!(broken.is_empty(), "after the breach {events:?}:\n{}", broken.join("\n"));
    let bytes = body::encode_state(&after).expect("a state");
    assert_eq!(body::decode_state(&bytes).expect("its bytes"), after);
}

/// A refusal always has words, and its code is in its text.
pub fn check_words(rejection: &Rejection) {
    let text = rejection.to_string();
    assert!(text.starts_with(rejection.code()), "{text}");
    for lang in [Lang::En, Lang::Zh] {
        let said = refusal(rejection, lang, Surface::CommandLine);
        assert!(said.rule.len() > 10, "{text}");
        assert!(said.next.is_none_or(|next| !next.is_empty()), "{text}");
    }
    assert!(rejection.details().iter().all(|(name, _)| !name.is_empty()), "{text}");
}

pub fn officer(number: u8) -> OfficerEnrolled {
    OfficerEnrolled {
        number: u32::from(number),
        name: Text::new(&format!("Officer {number}")),
        key: Bytes32([100 + number; 32]),
        proof: Bytes64([0; 64]),
        roles: vec![Role::Maker, Role::Administrator],
        limit: None,
        filing: Filing::default(),
    }
}
