//! An import from file to ledger: rows in the file's order, one by one; a refused row goes to the
//! rejects and takes no other with it; the rest is sealed in commands. Reading, keying and mapping run
//! ahead in a thread of their own; rules run here. How entries are made, signed and kept is the
//! ledger's business, seen through [`Intake`].

use super::mapping::Mapping;
use super::plan::{MappedEvent, Plan};
use super::problem::Problem;
use super::reader::{Row, RowReader};
use super::refusal;
use super::rejects::Rejects;
use super::rowkey::RowMemory;
use super::rows::{Ordering, RowOrders};
use super::wish::amount_of;
use crate::domain::command::Order;
use crate::domain::event::DocumentRef;
use crate::domain::money::Amount;
use crate::domain::rejection::Rejection;
use crate::domain::state::State;
use crate::error::{Error, Result};
use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// Rows that are handed over together, at most.
const BATCH_ROWS: usize = 256;
/// Bytes of cells that are handed over together, about.
const BATCH_BYTES: usize = 262_144;
/// Batches that may wait to be taken.
const BATCHES_AHEAD: usize = 4;

/// What became of a row's orders.
#[derive(Debug)]
pub enum Taken {
    /// They are admitted and wait to be sealed.
    Booked {
        /// Entries made; 0 where the orders change nothing.
        entries: usize,
        /// Findings of the rules, to look at.
        findings: usize,
    },
    /// They do not fit into the command that waits to be sealed. Nothing has changed.
    Full,
    /// A rule said no to the order of this number, from 0. Nothing has changed.
    Refused(usize, Rejection),
}

/// The ledger as an import sees it.
///
/// The rows taken since the last seal are one command. An implementation
/// - MUST propose and admit the orders of a row one after the other, each on the state after the one
///   before, and MUST leave no trace of the row where one of them is refused;
/// - MUST answer [`Taken::Full`] rather than let a command grow beyond its limits, and never when no
///   row waits; a row that alone exceeds them is refused as `command_too_large`;
/// - MUST mark every entry with the source and row key, and MUST NOT let a row straddle two commands;
/// - MUST make [`Intake::seal`] all or nothing: after an error no row since the last seal is in the
///   ledger;
/// - MUST NOT take a row for granted before `seal` has returned. A dry run seals nothing and keeps the
///   state in memory only.
pub trait Intake {
    /// The state with all rows taken so far.
    fn state(&self) -> &State;

    /// Tells `know` the key of every row that the ledger has under `source`.
    ///
    /// # Errors
    /// The ledger cannot be read.
    fn known_rows(&mut self, source: &str, know: &mut dyn FnMut([u8; 16])) -> Result<()>;

    /// Takes a row.
    ///
    /// # Errors
    /// The machine could not; a rule that says no is [`Taken::Refused`].
    fn take(&mut self, source: &str, key: [u8; 16], orders: &[Order]) -> Result<Taken>;

    /// Seals the rows taken since the last seal as one signed command, durably.
    ///
    /// # Errors
    /// The command is not in the ledger, or it is not known whether it is.
    fn seal(&mut self) -> Result<()>;
}

/// What is imported, and how.
#[derive(Debug, Clone, Copy)]
pub struct Job<'a> {
    /// The file.
    pub path: &'a Path,
    /// The mapping.
    pub mapping: &'a Mapping,
    /// Whether what rows name and the ledger does not know is created.
    pub create_missing: bool,
    /// The file as a document (its hash, its name without a folder), attached to the first entry of
    /// each command; `None` attaches nothing.
    pub document: Option<&'a DocumentRef>,
}

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Rows done.
    pub rows: u64,
    /// Rows of the file.
    pub of: u64,
}

/// What an import did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Rows of the file.
    pub rows: u64,
    /// Rows left out by a filter, or blank.
    pub skipped: u64,
    /// Rows that the ledger had already.
    pub known: u64,
    /// Rows that made entries.
    pub booked: u64,
    /// Rows that had nothing to book: no event for them, or a target that was met.
    pub without_effect: u64,
    /// Rows that went to the rejects.
    pub refused: u64,
    /// Sum of the amounts of the refused orders, minor units; `None` beyond `i128`. A row that could
    /// not be read has no amount.
    pub refused_amount: Option<Amount>,
    /// Refused rows by code.
    pub refused_by_code: BTreeMap<&'static str, u64>,
    /// Entries made.
    pub entries: u64,
    /// Commands sealed.
    pub commands: u64,
    /// Findings of the rules, to look at.
    pub findings: u64,
}

/// Imports a file. Before anything is written the whole file is read once, so that bytes that are no
/// text, an open quote or an endless cell refuse it whole.
///
/// # Errors
/// The file or the mapping cannot be read (nothing is written), or the ledger or the rejects fail: what
/// is sealed until then stays, and the same import goes on after it.
pub fn run(
    job: &Job<'_>,
    intake: &mut dyn Intake,
    rejects: &mut dyn Rejects,
    progress: &mut dyn FnMut(Progress),
) -> Result<Summary> {
    let facts = intake.state().ledger.as_ref();
    let exponent = facts.map(|facts| facts.exponent).ok_or(Rejection::LedgerNotOpen)?;
    let reader = open(job)?;
    let header = reader.header().to_vec();
    let plan = Plan::new(job.mapping, &header, exponent)?.of_width(reader.width());
    let of = count_rows(job)?;
    let mut memory = RowMemory::default();
    intake.known_rows(&job.mapping.source, &mut |key| memory.know(key))?;
    let mut import = Import {
        job,
        intake,
        rejects,
        header: &header,
        ordering: Ordering {
            plan: &plan,
            historical: job.mapping.historical,
            create_missing: job.create_missing,
        },
        waiting: 0,
        summary: Summary { refused_amount: Some(Amount::ZERO), ..Summary::default() },
    };
    std::thread::scope(|scope| {
        let (to_here, batches) = sync_channel(BATCHES_AHEAD);
        let ahead = Ahead { plan: &plan, memory, to_here };
        let reading = scope.spawn(move || ahead.read(reader));
        let taken = import.take_all(&batches, of, progress);
        drop(batches);
        let read = reading.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        taken.and(read)
    })?;
    import.seal()?;
    progress(Progress { rows: import.summary.rows, of });
    Ok(import.summary)
}

fn open(job: &Job<'_>) -> Result<RowReader<File>> {
    let file =
        crate::file::open_named(job.path).map_err(|error| Error::io("read", job.path, error))?;
    RowReader::open(file, &job.mapping.format)
}

fn count_rows(job: &Job<'_>) -> Result<u64> {
    let mut reader = open(job)?;
    let mut row = Row::default();
    while reader.read(&mut row)? {}
    Ok(row.number)
}

/// What is known of a row before its turn.
enum Mapped {
    Events(Vec<MappedEvent>),
    Refused(Problem),
}

/// Rows in the file's order, handed over together.
#[derive(Default)]
struct Batch {
    rows: Vec<(Row, [u8; 16], Mapped)>,
    known: u64,
    skipped: u64,
    bytes: usize,
}

/// The thread that reads ahead.
struct Ahead<'a> {
    plan: &'a Plan,
    memory: RowMemory,
    to_here: SyncSender<Batch>,
}

impl Ahead<'_> {
    fn read(mut self, mut reader: RowReader<File>) -> Result<()> {
        let mut batch = Batch::default();
        let mut row = Row::default();
        while reader.read(&mut row)? {
            let keyed = self.memory.next(&row);
            batch.bytes = batch.bytes.saturating_add(row.bytes());
            let mapped = if keyed.known { Ok(None) } else { self.plan.map(&row) };
            match mapped {
                Ok(None) if keyed.known => batch.known = batch.known.saturating_add(1),
                Ok(None) => batch.skipped = batch.skipped.saturating_add(1),
                Ok(Some(events)) => {
                    batch.rows.push((std::mem::take(&mut row), keyed.key, Mapped::Events(events)));
                }
                Err(problem) => {
                    let refused = Mapped::Refused(problem);
                    batch.rows.push((std::mem::take(&mut row), keyed.key, refused));
                }
            }
            let full = batch.rows.len() >= BATCH_ROWS || batch.bytes >= BATCH_BYTES;
            // Nobody listens any more: the other side has an error of its own to tell.
            if full && self.to_here.send(std::mem::take(&mut batch)).is_err() {
                return Ok(());
            }
        }
        let _nobody_listens = self.to_here.send(batch);
        Ok(())
    }
}

struct Import<'a> {
    job: &'a Job<'a>,
    intake: &'a mut dyn Intake,
    rejects: &'a mut dyn Rejects,
    header: &'a [String],
    ordering: Ordering<'a>,
    /// Entries that wait to be sealed.
    waiting: usize,
    summary: Summary,
}

impl Import<'_> {
    fn take_all(
        &mut self,
        batches: &Receiver<Batch>,
        of: u64,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<()> {
        for batch in batches {
            let left_out = batch.known.saturating_add(batch.skipped);
            let rows = u64::try_from(batch.rows.len()).unwrap_or(u64::MAX);
            self.summary.known = self.summary.known.saturating_add(batch.known);
            self.summary.skipped = self.summary.skipped.saturating_add(batch.skipped);
            for (row, key, mapped) in batch.rows {
                match mapped {
                    Mapped::Events(events) => self.take(&row, key, events)?,
                    Mapped::Refused(problem) => self.refuse(&row, &problem, None)?,
                }
            }
            self.summary.rows = self.summary.rows.saturating_add(rows).saturating_add(left_out);
            progress(Progress { rows: self.summary.rows, of });
        }
        Ok(())
    }

    fn take(&mut self, row: &Row, key: [u8; 16], events: Vec<MappedEvent>) -> Result<()> {
        let orders = self.ordering.orders(row, events, self.intake.state());
        let mut orders = match orders {
            Ok(orders) if orders.orders.is_empty() => {
                self.summary.without_effect = self.summary.without_effect.saturating_add(1);
                return Ok(());
            }
            Ok(orders) => orders,
            Err(problem) => return self.refuse(row, &problem, None),
        };
        let source = &self.job.mapping.source;
        // The first entry of each command names the file it came from.
        let document = self.job.document;
        let attach = |orders: &mut RowOrders| {
            if let Some(document) = document {
                orders.attach(document);
            }
        };
        if self.waiting == 0 {
            attach(&mut orders);
        }
        let mut taken = self.intake.take(source, key, &orders.orders)?;
        if matches!(taken, Taken::Full) {
            self.seal()?;
            attach(&mut orders);
            taken = self.intake.take(source, key, &orders.orders)?;
        }
        match taken {
            Taken::Booked { entries, findings } => {
                self.book(entries, findings);
                Ok(())
            }
            Taken::Refused(order, rejection) => {
                let rule = orders.rules.get(order).copied().unwrap_or_default();
                let problem = refusal::problem(&rejection, self.ordering.plan, rule);
                let amount = orders.event(rule).and_then(|order| amount_of(&order.command));
                self.refuse(row, &problem, amount)
            }
            Taken::Full => {
                let rule = "the entries of a row fit one command";
                let problem = Problem::new("command_too_large", rule, "one command", "more");
                self.refuse(row, &problem, None)
            }
        }
    }

    fn book(&mut self, entries: usize, findings: usize) {
        let wide = |count| u64::try_from(count).unwrap_or(u64::MAX);
        let summary = &mut self.summary;
        if entries == 0 {
            summary.without_effect = summary.without_effect.saturating_add(1);
            return;
        }
        summary.booked = summary.booked.saturating_add(1);
        summary.entries = summary.entries.saturating_add(wide(entries));
        summary.findings = summary.findings.saturating_add(wide(findings));
        self.waiting = self.waiting.saturating_add(entries);
    }

    fn refuse(&mut self, row: &Row, problem: &Problem, amount: Option<Amount>) -> Result<()> {
        self.rejects.reject(self.header, row, problem)?;
        let summary = &mut self.summary;
        summary.refused = summary.refused.saturating_add(1);
        let of_code = summary.refused_by_code.entry(problem.code).or_default();
        *of_code = of_code.saturating_add(1);
        let sum = summary.refused_amount.zip(Some(amount.unwrap_or_default()));
        summary.refused_amount = sum.and_then(|(sum, amount)| sum.checked_add(amount));
        Ok(())
    }

    fn seal(&mut self) -> Result<()> {
        if self.waiting == 0 {
            return Ok(());
        }
        self.intake.seal()?;
        self.waiting = 0;
        self.summary.commands = self.summary.commands.saturating_add(1);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::Bytes16;
    use crate::domain::ids::Text;
    use crate::domain::state::LedgerFacts;
    use crate::import::rejects::RejectsFile;

    /// A ledger that answers every row in the same way.
    struct Fixed {
        state: State,
        answer: fn() -> Taken,
        seals: usize,
    }

    impl Intake for Fixed {
        fn state(&self) -> &State {
            &self.state
        }
        fn known_rows(&mut self, _: &str, _: &mut dyn FnMut([u8; 16])) -> Result<()> {
            Ok(())
        }
        fn take(&mut self, _: &str, _: [u8; 16], _: &[Order]) -> Result<Taken> {
            Ok((self.answer)())
        }
        fn seal(&mut self) -> Result<()> {
            self.seals = self.seals.saturating_add(1);
            Ok(())
        }
    }

    fn open_state() -> State {
        let facts = LedgerFacts {
            id: Bytes16([0; 16]),
            origin: Text::new("o"),
            name: Text::new("n"),
            currency: Text::new("CNY"),
            exponent: 2,
            utc_offset_minutes: 0,
            fiscal_year_start_month: 1,
            log_key: crate::domain::event::Bytes32([0; 32]),
            former_log_keys: Vec::new(),
            opened_on: crate::domain::calendar::Date(0),
        };
        State { ledger: Some(facts), ..State::default() }
    }

    const MAPPING: &str = "source = \"s\"\ndefault_date = \"2002-01-01\"\n[[event]]\ntype = \"follow-on.pay-in\"\ncode = { column = \"code\" }\namount = 1";

    fn import(table: Option<&str>, fixed: &mut Fixed) -> (Result<Summary>, String) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.csv");
        if let Some(table) = table {
            std::fs::write(&path, table).unwrap();
        }
        let mapping = Mapping::parse(MAPPING).unwrap();
        let job = Job { path: &path, mapping: &mapping, create_missing: false, document: None };
        let mut out = Vec::new();
        let mut rejects = RejectsFile::new(&mut out);
        let summary = run(&job, fixed, &mut rejects, &mut |_| ());
        rejects.finish().unwrap();
        drop(rejects);
        let text = |text: String| text.replace(&path.display().to_string(), "t.csv");
        (summary, text(String::from_utf8(out).unwrap()))
    }

    #[test]
    fn a_row_that_never_fits_is_refused_and_the_import_ends() {
        let mut fixed = Fixed { state: open_state(), answer: || Taken::Full, seals: 0 };
        let (summary, rejects) = import(Some("code\na\nb\n"), &mut fixed);
        assert_eq!(summary.unwrap().refused, 2);
        assert!(
            rejects.contains(
                "2,,command_too_large,the entries of a row fit one command,one command,more,a"
            ),
            "{rejects}"
        );
        assert_eq!(fixed.seals, 0, "nothing waited");
    }

    #[test]
    fn no_entry_is_no_command() {
        let answer = || Taken::Booked { entries: 0, findings: 0 };
        let mut fixed = Fixed { state: open_state(), answer, seals: 0 };
        let (summary, _) = import(Some("code\na\nb\n"), &mut fixed);
        let summary = summary.unwrap();
        assert_eq!((summary.without_effect, summary.commands, fixed.seals), (2, 0, 0));
    }

    #[test]
    fn what_cannot_begin_says_why() {
        let answer = || Taken::Full;
        let mut fixed = Fixed { state: open_state(), answer, seals: 0 };
        let (summary, _) = import(None, &mut fixed);
        let error = summary.unwrap_err();
        assert_eq!(error.code(), "not_found");
        assert!(
            error.message().ends_with("t.csv: No such file or directory (os error 2)"),
            "{error}"
        );
        let (summary, _) = import(Some("kode\na\n"), &mut fixed);
        assert_eq!(
            summary.unwrap_err().to_string(),
            "mapping_column: mapping line 5: the file has no column `code`\n  next: did you mean `kode`? The file has `kode`"
        );
        fixed.state = State::default();
        let (summary, _) = import(Some("code\na\n"), &mut fixed);
        assert_eq!(summary.unwrap_err().code(), "ledger_not_open");
    }
}
