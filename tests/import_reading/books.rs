//! A ledger in memory, for imports: the domain's own `propose` and `admit` on a state, the contract of
//! `Intake`, and nothing of chain, store or signatures.

use earmark::chain::entry::{MAX_COMMAND_ENTRIES, MAX_SOURCE_BYTES};
use earmark::domain::admit::{Context, admit};
use earmark::domain::apply::{Cited, fold};
use earmark::domain::calendar::{Date, parse_instant};
use earmark::domain::command::{Command, Order};
use earmark::domain::event::{
    Body, Bytes16, Bytes32, Bytes64, Event, Filing, LedgerOpened, OfficerEnrolled, Policy,
};
use earmark::domain::finding::Finding;
use earmark::domain::ids::Text;
use earmark::domain::kinds::{Control, Role};
use earmark::domain::propose::propose;
use earmark::domain::state::{Journal, State};
use earmark::error::{Error, Kind, Result};
use earmark::import::run::{Imported, Intake, Past, Taken};

/// An entry of the ledger in memory.
#[derive(Debug, Clone)]
pub struct Booked {
    pub source: String,
    pub key: [u8; 16],
    pub event: Event,
}

/// A ledger in memory.
#[derive(Debug, Default)]
pub struct Books {
    pub state: State,
    pub entries: Vec<Booked>,
    /// Number of entries of each command.
    pub commands: Vec<usize>,
    pub findings: Vec<Finding>,
    pub waiting: Vec<Booked>,
    /// The number of the seal, from 1, that fails.
    pub fails_at_seal: Option<usize>,
}

fn now() -> i64 {
    parse_instant("2026-01-05T00:00:00Z").unwrap()
}

impl Books {
    /// An open ledger with one officer.
    pub fn open(currency: &str, control: Control) -> Self {
        let policy = Policy { control, project_required: false, ..Policy::default() };
        let ledger = LedgerOpened {
            ledger: Bytes16([7; 16]),
            origin: Text::new("example.org/test"),
            name: Text::new("Test"),
            currency: Text::new(currency),
            exponent: 2,
            utc_offset_minutes: 0,
            fiscal_year_start_month: 1,
            log_key: Bytes32([1; 32]),
            policy,
            filing: Filing::default(),
        };
        let officer = OfficerEnrolled {
            number: 0,
            name: Text::new("officer"),
            key: Bytes32([2; 32]),
            proof: Bytes64([3; 64]),
            roles: vec![Role::Maker, Role::Administrator],
            limit: None,
            filing: Filing::default(),
        };
        let mut books = Self::default();
        let command = Command::OpenLedger(ledger, officer);
        let order = Order { occurred_on: None, historical: false, command };
        let taken = books.take("", [0; 16], &[order]).unwrap();
        assert!(matches!(taken, Taken::Booked { entries: 2, .. }), "{taken:?}");
        books.seal().unwrap();
        books
    }

    /// Replays an entry of another ledger in memory.
    pub fn again(&mut self, booked: Booked) {
        fold(&mut Journal::on(&mut self.state), &booked.event, &Cited::default()).unwrap();
        self.entries.push(booked);
        self.commands.push(1);
    }

    /// Entries of a type.
    pub fn of<'a, T>(&'a self, body: impl Fn(&'a Body) -> Option<T> + 'a) -> Vec<T> {
        self.entries.iter().filter_map(|booked| body(&booked.event.body)).collect()
    }
}

impl Intake for Books {
    fn state(&self) -> &State {
        &self.state
    }

    fn look_back(&self, each: &mut dyn FnMut(&Past<'_>) -> Result<()>) -> Result<()> {
        let mut left = 0;
        let mut commands = self.commands.iter();
        for (index, booked) in self.entries.iter().enumerate() {
            let begins = left == 0;
            if begins {
                left = *commands.next().unwrap();
            }
            left -= 1;
            let row = (!booked.source.is_empty()).then_some((booked.source.as_str(), booked.key));
            let event = || Ok(Some(booked.event.clone()));
            each(&Past { index: index as u64, row, begins, event: &event })?;
        }
        Ok(())
    }

    fn imported(&self, index: u64) -> Result<Option<Imported>> {
        let booked = self.entries.get(usize::try_from(index).unwrap());
        Ok(booked.map(|booked| Imported {
            source: booked.source.clone(),
            key: booked.key,
            event: Some(booked.event.clone()),
        }))
    }

    fn next_index(&self) -> u64 {
        (self.entries.len() + self.waiting.len()) as u64
    }

    fn take(&mut self, source: &str, key: [u8; 16], orders: &[Order]) -> Result<Taken> {
        assert!(source.len() <= MAX_SOURCE_BYTES);
        // An order of an import makes one entry at most.
        if !self.waiting.is_empty() && self.waiting.len() + orders.len() > MAX_COMMAND_ENTRIES {
            return Ok(Taken::Full);
        }
        let cited = Cited::default();
        let before = (orders.len() > 1).then(|| self.state.clone());
        let (mut events, mut findings) = (Vec::new(), Vec::new());
        for (number, order) in orders.iter().enumerate() {
            let context = Context {
                recorded_at_microseconds: now(),
                officer: 0,
                clock_accepted: false,
                cited: &cited,
            };
            let proposed = propose(&self.state, order, Date::at(now(), 0), &cited);
            let admitted = proposed
                .and_then(|made| admit(&mut self.state, &made, &context).map(|a| (made, a)));
            match admitted {
                Ok((made, admitted)) => {
                    events.extend(made);
                    findings.extend(admitted.findings.into_iter().map(|(_, finding)| finding));
                }
                Err(rejection) => {
                    self.state = before.unwrap_or_else(|| std::mem::take(&mut self.state));
                    return Ok(Taken::Refused(number, rejection));
                }
            }
        }
        let counts = (events.len(), findings.clone());
        let booked = |event| Booked { source: source.to_owned(), key, event };
        self.waiting.extend(events.into_iter().map(booked));
        self.findings.extend(findings);
        Ok(Taken::Booked { entries: counts.0, findings: counts.1 })
    }

    fn seal(&mut self) -> Result<()> {
        if self.fails_at_seal == Some(self.commands.len()) {
            return Err(Error::new(Kind::Io, "disk_full", "no room on the disk"));
        }
        self.commands.push(self.waiting.len());
        self.entries.append(&mut self.waiting);
        Ok(())
    }
}
