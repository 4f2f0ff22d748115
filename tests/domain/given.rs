//! Given a ledger, when an office asks for something, then it is booked or refused. Every booking is
//! held against the invariants and against a fold of its events alone.

use crate::wishes::{self, Draws, Funded, Wish};
use earmark::domain::admit::{Admitted, Context, admit};
use earmark::domain::apply::{self, Cited};
use earmark::domain::breach;
use earmark::domain::calendar::Date;
use earmark::domain::event::{Body, Event, Policy, PolicyAdopted};
use earmark::domain::fact::cited_by;
use earmark::domain::invariant;
use earmark::domain::money::Amount;
use earmark::domain::posting;
use earmark::domain::propose::propose;
use earmark::domain::rejection::Rejection;
use earmark::domain::state::{Journal, State};
use earmark::words::finding::finding;
use earmark::words::refusal::refusal;
use earmark::words::{Lang, Surface};

/// A day.
#[track_caller]
pub fn day(text: &str) -> Date {
    Date::parse(text).unwrap_or_else(|| panic!("{text} is no day"))
}

/// Noon of a day in the ledger's own time (UTC+8), as the clock of the machine has it.
fn noon(day: Date) -> i64 {
    (i64::from(day.0) * 24 + 4) * 3_600_000_000
}

/// A ledger with its log, and the day it is.
#[derive(Debug, Clone)]
pub struct Given {
    pub state: State,
    pub log: Vec<Event>,
    pub today: Date,
    pub officer: u32,
    pub clock_accepted: bool,
}

impl Given {
    /// Nothing yet, on 2001-06-30.
    pub fn nothing() -> Self {
        let (state, log) = (State::default(), Vec::new());
        Self { state, log, today: day("2001-06-30"), officer: 0, clock_accepted: true }
    }

    /// A ledger in CNY at UTC+8, opened on 2001-01-01 by Lin; control `stop`, project required.
    #[track_caller]
    pub fn ledger() -> Self {
        Self::nothing().and(wishes::opening())
    }

    /// A ledger that was opened under an older rule set.
    #[track_caller]
    pub fn under(rule_set: u32) -> Self {
        let mut opened = wishes::ledger();
        opened.policy.rule_set_version = rule_set;
        Self::nothing().and(wishes::opened(opened))
    }

    /// A ledger with the fund `PD` for `it`, and its line of 2001 with so many yuan.
    #[track_caller]
    pub fn line(yuan: i64) -> Self {
        Self::ledger().fund("PD").allocation("PD:2001", yuan).payee("V-1")
    }

    /// The day it is.
    #[track_caller]
    pub fn today(mut self, date: &str) -> Self {
        self.today = day(date);
        self
    }

    /// A change of the policy in force.
    #[track_caller]
    pub fn policy(self, change: impl FnOnce(&mut Policy)) -> Self {
        let mut policy = self.state.policy.clone();
        change(&mut policy);
        self.and(PolicyAdopted { policy, filing: wishes::no_filing() })
    }

    #[track_caller]
    pub fn fund(self, code: &str) -> Self {
        self.and(wishes::fund(code))
    }

    #[track_caller]
    pub fn allocation(self, line: &str, yuan: i64) -> Self {
        self.and(wishes::allocate(line, yuan))
    }

    #[track_caller]
    pub fn payee(self, code: &str) -> Self {
        self.and(wishes::payee(code))
    }

    /// A project for `it` with this funding, of no ceiling.
    #[track_caller]
    pub fn project(self, code: &str, funding: &[(&str, i64)]) -> Self {
        self.and(wishes::project(code).funded(funding))
    }

    /// A contract of a project on one line.
    #[track_caller]
    pub fn contract(self, number: &str, project: &str, line: &str, yuan: i64) -> Self {
        self.and(wishes::commit(number).of(project).from(&[(line, yuan)]))
    }

    /// Something that has to be booked.
    #[track_caller]
    pub fn and(self, wish: impl Into<Wish>) -> Self {
        self.when(wish).then_booked()
    }

    /// The index of the last entry.
    pub fn last(&self) -> u64 {
        self.log.len() as u64 - 1
    }

    /// The index of the last entry, for use further down the story.
    pub fn mark(self, index: &mut u64) -> Self {
        *index = self.last();
        self
    }

    /// Something that is asked for.
    #[track_caller]
    pub fn when(self, wish: impl Into<Wish>) -> When {
        let order = wish.into().order;
        let cited = self.cited(earmark::domain::propose::cites(&order.command));
        match propose(&self.state, &order, self.today, &cited) {
            Ok(events) => self.when_events(events),
            Err(rejection) => When { given: self, outcome: Err(rejection) },
        }
    }

    /// An event as another program might have written it, without `propose`.
    #[track_caller]
    pub fn when_event(self, body: impl Into<Body>) -> When {
        let occurred_on = self.today;
        self.when_events(vec![Event {
            occurred_on,
            historical: false,
            confidential: None,
            body: body.into(),
        }])
    }

    /// Events of one command that the rules refuse, as they stand in a log: how many of them are void.
    #[track_caller]
    pub fn breach(mut self, code: &str, void: usize, events: Vec<Event>) -> Self {
        let cited = self.cited(events.iter().find_map(|event| cited_by(&event.body)));
        let context = Context {
            recorded_at_microseconds: noon(self.today),
            officer: self.officer,
            clock_accepted: self.clock_accepted,
            cited: &cited,
        };
        let rejection = admit(&mut self.state, &events, &context).unwrap_err();
        assert_eq!(rejection.code(), code, "{}", show(&rejection));
        let taken = breach::take(&mut self.state, &events, &context, &rejection);
        assert_eq!(taken.iter().filter(|moves| moves.is_none()).count(), void, "{taken:?}");
        self.log.extend(events);
        assert_eq!(self.state.size, self.log.len() as u64);
        let broken = invariant::broken(&self.state);
        assert!(broken.is_empty(), "{}", broken.join("\n"));
        self
    }

    /// An event as it would stand in a log today.
    pub fn event(&self, body: impl Into<Body>) -> Event {
        Event { occurred_on: self.today, historical: false, confidential: None, body: body.into() }
    }

    /// Events of one command.
    #[track_caller]
    pub fn when_events(mut self, events: Vec<Event>) -> When {
        let cited = self.cited(events.iter().find_map(|event| cited_by(&event.body)));
        let context = Context {
            recorded_at_microseconds: noon(self.today),
            officer: self.officer,
            clock_accepted: self.clock_accepted,
            cited: &cited,
        };
        let before = self.state.clone();
        let outcome = admit(&mut self.state, &events, &context);
        match outcome {
            Ok(admitted) => self.book(&before, events, &admitted, &cited),
            Err(rejection) => {
                assert_eq!(self.state, before, "a refusal changes nothing");
                When { given: self, outcome: Err(rejection) }
            }
        }
    }

    fn cited(&self, entry: Option<u64>) -> Cited {
        let of_log =
            |entry: u64| Some((entry, self.log.get(usize::try_from(entry).ok()?)?.clone()));
        entry.and_then(of_log).into_iter().collect()
    }

    #[track_caller]
    fn book(
        mut self,
        before: &State,
        events: Vec<Event>,
        admitted: &Admitted,
        cited: &Cited,
    ) -> When {
        for moves in &admitted.moves {
            let postings = posting::postings(moves).expect("postings");
            let sum = Amount::sum(postings.iter().map(|posting| posting.amount));
            assert_eq!(sum, Some(Amount::ZERO), "postings of {events:?}");
        }
        let mut again = before.clone();
        again.recorded_at_microseconds = noon(self.today);
        let mut journal = Journal::on(&mut again);
        for event in &events {
            apply::fold(&mut journal, event, cited).expect("fold");
        }
        assert_eq!(self.state, again, "fold and admit differ");
        assert_eq!(
            voids(before, &events, cited),
            0,
            "what the rules admit is never void: {events:?}"
        );
        let broken = invariant::broken(&self.state);
        assert!(broken.is_empty(), "{}", broken.join("\n"));
        let findings = admitted
            .findings
            .iter()
            .map(|(_, f)| format!("{}: {}", f.code(), finding(f, Lang::En)));
        let findings = findings.collect();
        self.log.extend(events.clone());
        When { given: self, outcome: Ok(Done { events, findings }) }
    }

    /// All leaves that are not zero, in order, exactly: `LINE stage [project:P] [commitment:C] AMOUNT`.
    #[track_caller]
    pub fn balances(self, expected: &str) -> Self {
        let currency = self.state.currency();
        // In the order of lines and stages, which reads better than that of the state.
        let mut leaves: Vec<_> = self.state.balances().collect();
        leaves.sort_by_key(|(leaf, _)| {
            (&leaf.line, leaf.stage, leaf.project.as_ref(), leaf.commitment.as_ref())
        });
        let leaves = leaves.into_iter();
        let shown = leaves.map(|(leaf, amount)| format!("{leaf} {}", currency.plain(*amount)));
        assert_lines(&shown.collect::<Vec<_>>().join("\n"), expected);
        self
    }
}

/// How many events of a command would be void in a breach, but for those that change nothing in one.
fn voids(before: &State, events: &[Event], cited: &Cited) -> usize {
    let (mut state, officer) = (before.clone(), 0);
    let context = Context { recorded_at_microseconds: 0, officer, clock_accepted: true, cited };
    let taken = breach::take(&mut state, events, &context, &Rejection::LedgerOpen);
    let told = taken.iter().zip(events).filter(|(moves, event)| {
        moves.is_none() && !matches!(event.body.number(), 1..=9 | 12 | 82 | 84 | 85 | 99)
    });
    told.count()
}

/// What came of it.
#[derive(Debug)]
pub struct When {
    given: Given,
    outcome: Result<Done, Rejection>,
}

#[derive(Debug)]
struct Done {
    events: Vec<Event>,
    findings: Vec<String>,
}

impl When {
    #[track_caller]
    fn done(&self) -> &Done {
        match &self.outcome {
            Ok(done) => done,
            Err(rejection) => panic!("refused: {}", show(rejection)),
        }
    }

    /// It is booked.
    #[track_caller]
    pub fn then_booked(self) -> Given {
        self.done();
        self.given
    }

    /// It is booked as events of these names.
    #[track_caller]
    pub fn then_events(self, names: &[&str]) -> Given {
        let found: Vec<&str> = self.done().events.iter().map(|event| event.body.name()).collect();
        assert_eq!(found, names);
        self.given
    }

    /// It is booked, and this is the body of its only event.
    #[track_caller]
    pub fn then_body(self, check: impl FnOnce(&Body)) -> Given {
        let events = &self.done().events;
        assert_eq!(events.len(), 1, "{events:?}");
        check(&events[0].body);
        self.given
    }

    /// It is booked, with these findings.
    #[track_caller]
    pub fn then_finds(self, findings: &str) -> Given {
        assert_lines(&self.done().findings.join("\n"), findings);
        self.given
    }

    /// It is refused with this code and these words: the message, then `hint: …` and
    /// `details: …` where there are any. Nothing has changed.
    #[track_caller]
    pub fn then_refused(self, code: &str, words: &str) -> Given {
        match &self.outcome {
            Ok(done) => panic!("booked: {:?}", done.events),
            Err(rejection) => refused(code, words, rejection),
        }
        self.given
    }
}

impl When {
    /// It is refused with this code; for tests of which rule speaks, not of its words.
    #[track_caller]
    pub fn then_refused_with(self, code: &str) -> Given {
        match &self.outcome {
            Ok(done) => panic!("booked: {:?}", done.events),
            Err(rejection) => assert_eq!(rejection.code(), code, "{}", show(rejection)),
        }
        self.given
    }
}

/// Holds a refusal against its code and words, for those that only a whole ledger can come to.
#[track_caller]
pub fn refused(code: &str, words: &str, rejection: &Rejection) {
    assert_eq!(rejection.code(), code, "{}", show(rejection));
    assert_lines(&show(rejection), words);
}

fn show(rejection: &Rejection) -> String {
    let said = refusal(rejection, Lang::En, Surface::CommandLine);
    let mut text = said.rule;
    if let Some(hint) = said.next {
        text = format!("{text}\nhint: {hint}");
    }
    let details = rejection.details();
    let details = details.iter().map(|(name, value)| format!("{name}={value}"));
    match details.collect::<Vec<_>>().join(" | ") {
        none if none.is_empty() => text,
        some => format!("{text}\ndetails: {some}"),
    }
}

#[track_caller]
fn assert_lines(found: &str, expected: &str) {
    let lines = |text: &str| {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        lines.collect::<Vec<_>>().join("\n")
    };
    let (found, expected) = (lines(found), lines(expected));
    assert!(found == expected, "found\n{found}\n\nexpected\n{expected}\n");
}
