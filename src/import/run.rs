//! An import from file to ledger: rows in the file's order, one by one; a refused row goes to the
//! rejects and takes no other with it; the rest is sealed in commands. Reading, keying and mapping run
//! ahead in a thread of their own; rules run here. How entries are made, signed and kept is the
//! ledger's business, seen through [`Intake`].

use super::ahead::{Ahead, Mapped, Rows};
use super::changed;
use super::former;
use super::history::History;
pub use super::intake::{Imported, Intake, Past, Taken};
pub use super::job::Job;
use super::label::Labels;
use super::mapping::{Mapping, Target};
use super::plan::{MappedEvent, Plan};
use super::problem::Problem;
use super::reader::Row;
use super::refusal;
use super::rejects::{Refused, Rejects};
use super::rounded::Rounded;
use super::rowkey::Known;
use super::rows::{Met, Ordering, RowOrders};
pub use super::summary::{Progress, Summary};
use super::survey::{Expected, survey};
pub use super::table::Input;
use super::table::Table;
use crate::chain::hash;
use crate::domain::calendar::Date;
use crate::domain::event::DocumentRef;
use crate::domain::finding::Finding;
use crate::domain::ids::LineKey;
use crate::domain::kinds::Stage;
use crate::domain::money::{Amount, Currency};
use crate::domain::posting::Leaf;
use crate::domain::propose::cites;
use crate::domain::rejection::Rejection;
use crate::error::{Error, Kind, Result};
use crate::form::amount::NumberStyle;
use std::collections::BTreeSet;
use std::sync::mpsc::{Receiver, sync_channel};

/// Batches that may wait to be taken.
const BATCHES_AHEAD: usize = 4;
/// Rows that are known and named in a summary.
const NAMED: usize = 5;

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
    let facts = intake.state().ledger.as_ref().ok_or(Rejection::LedgerNotOpen)?;
    let (ledger, currency) = (facts.id.0, facts.currency());
    let labels = Labels::new(ledger, &job.source.name);
    let table = Table::open(job.input, job.mapping, &labels)?;
    let header = table.header().to_vec();
    let mapping = job.mapping.in_currency(currency)?.beginning_in(facts.fiscal_year_start_month);
    let plan = Plan::new(&mapping, &header, currency.exponent)?.of_width(table.width());
    check_row_numbers(job.mapping, &table)?;
    check_carried(&plan, &table)?;
    let is_returned = table.is_returned();
    let mut expected = vec![job.expected];
    if !is_returned {
        expected.push(of_mapping(&mapping, currency)?);
    }
    let mut again = Table::open(job.input, job.mapping, &labels)?;
    let of = survey(&mut again, &plan, &expected, currency)?;
    drop(again);
    let documents = (job.documents)()?;
    let mut history = History::read(intake, job, &documents)?;
    history.check(job)?;
    let memory = std::mem::take(&mut history.memory);
    let own_key = job.mapping.key_name();
    history.keys.retain(|name| Some(name) != own_key.as_ref());
    let former = former::places(&history.keys, &header, table.width());
    if !history.payments.is_idle() {
        intake.remember_payments();
    }
    let mut import = Import {
        job,
        intake,
        rejects,
        header: &header,
        documents: &documents,
        labels: &labels,
        met: Met { names: history.names, payments: history.payments },
        lines: BTreeSet::new(),
        unread: false,
        ordering: Ordering {
            plan: &plan,
            historical: job.mapping.historical,
            create_missing: job.create_missing,
        },
        waiting: 0,
        summary: Summary {
            booked_amount: Some(Amount::ZERO),
            refused_amount: Some(Amount::ZERO),
            ..Summary::default()
        },
    };
    std::thread::scope(|scope| {
        let (to_here, batches) = sync_channel(BATCHES_AHEAD);
        let (again, mapping) = (job.again, job.mapping);
        let ahead = Ahead { plan: &plan, mapping, memory, former, again, to_here };
        let reading = scope.spawn(move || ahead.read(table));
        let taken = import.take_all(&batches, of, progress);
        drop(batches);
        let read = reading.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        taken.and(read)
    })?;
    if let Some(target) = job.mapping.target.filter(|_| !is_returned) {
        import.absent(&history.lines, target)?;
    }
    import.seal()?;
    progress(Progress { rows: import.summary.rows, of });
    Ok(import.summary)
}

/// A rejects file has lines of the list, and no numbers of its rows.
fn check_row_numbers(mapping: &Mapping, table: &Table<'_>) -> Result<()> {
    if !table.is_returned() || !mapping.numbers_rows() {
        return Ok(());
    }
    let message = "the mapping makes values of {row}, the number of a row in the list, and a rejects file has other numbers";
    Err(Error::new(Kind::Usage, "rejects_row_number", message).with_hint(
        "mend the rows in the list itself and import the list again: what is booked is left out",
    ))
}

/// Refused for the number of its cells.
const ROW_WIDTH: &str = "row_width";

/// In a rejects file a cell has what it had from above, and whatever reads the same column otherwise would
/// take it for its own.
fn check_carried(plan: &Plan, table: &Table<'_>) -> Result<()> {
    let Some(index) = plan.carried_and_read().filter(|_| table.is_returned()) else {
        return Ok(());
    };
    let column = table.header().get(index).filter(|name| !name.is_empty()).cloned();
    let column = column.unwrap_or_else(|| format!("#{}", index.saturating_add(1)));
    let message = format!(
        "the mapping carries column `{column}` down and asks for the cell itself too, and a rejects file has the one in the place of the other"
    );
    Err(Error::new(Kind::Usage, "rejects_carried", message)
        .with_hint(
            "mend the rows in the list itself and import the list again: what is booked is left out",
        )
        .with_detail("column", column))
}

/// What the mapping says that the file comes to.
fn of_mapping(mapping: &Mapping, currency: Currency) -> Result<Expected> {
    let read = |text: &String| {
        NumberStyle::default().read(text, currency).map(Amount).map_err(|refusal| {
            let problem = Problem::from(refusal);
            let message = format!("the mapping's [control] total: {problem}");
            Error::new(Kind::Usage, "mapping_value", message)
                .with_hint("write it as 1234.50, whatever the file's style")
                .in_case("control")
        })
    };
    let total = mapping.control.total.as_ref().map(read).transpose()?;
    Ok(Expected { rows: mapping.control.rows, total })
}

struct Import<'a> {
    job: &'a Job<'a>,
    intake: &'a mut dyn Intake,
    rejects: &'a mut dyn Rejects,
    header: &'a [String],
    documents: &'a [DocumentRef],
    labels: &'a Labels,
    met: Met,
    /// Lines of which the list says what they should have.
    lines: BTreeSet<LineKey>,
    /// Whether a row was refused before its line was known.
    unread: bool,
    ordering: Ordering<'a>,
    /// Entries that wait to be sealed.
    waiting: usize,
    summary: Summary,
}

impl Import<'_> {
    fn take_all(
        &mut self,
        batches: &Receiver<Rows>,
        of: u64,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<()> {
        for batch in batches {
            let wide = |count| u64::try_from(count).unwrap_or(u64::MAX);
            let rows = wide(batch.rows.len()).saturating_add(wide(batch.known.len()));
            let rows = rows.saturating_add(batch.skipped);
            for (line, known) in &batch.known {
                self.know(*line, *known);
            }
            self.summary.skipped = self.summary.skipped.saturating_add(batch.skipped);
            for (row, key, mapped) in batch.rows {
                self.turn(&row, key, mapped)?;
            }
            self.summary.rows = self.summary.rows.saturating_add(rows);
            progress(Progress { rows: self.summary.rows, of });
        }
        Ok(())
    }

    fn know(&mut self, line: u64, known: Known) {
        let summary = &mut self.summary;
        summary.known = summary.known.saturating_add(1);
        if known.is_of_other_mapping() {
            summary.known_of_other_mapping = summary.known_of_other_mapping.saturating_add(1);
        }
        if summary.known_first.len() < NAMED {
            summary.known_first.push((line, known.at));
        }
    }

    fn turn(&mut self, row: &Row, key: [u8; 16], mapped: Mapped) -> Result<()> {
        self.summary.suspect.look_at(row);
        if let Mapped::Events(events) | Mapped::Met(_, events) = &mapped
            && self.job.mapping.target.is_some()
        {
            for line in self.ordering.targets(events, self.intake.state()) {
                if !self.lines.insert(line.clone()) {
                    return self.refuse(row, key, &refusal::line_twice(&line));
                }
            }
        }
        match mapped {
            Mapped::Events(events) => self.take(row, key, events),
            Mapped::Refused(problem) => {
                self.unread = true;
                self.refuse(row, key, &problem)
            }
            Mapped::Met(known, _) => {
                self.know(row.line, known);
                Ok(())
            }
            Mapped::Known(known, events) => match self.change(known.at, &events)? {
                None => {
                    self.know(row.line, known);
                    Ok(())
                }
                Some(change) => {
                    let problem = refusal::changed(&change, known.at, self.ordering.plan);
                    self.refuse(row, key, &problem)
                }
            },
            Mapped::Elsewhere(at, by_columns, events) => {
                // The same few columns in two lists are no sign of one row; with the same content they are.
                if by_columns && self.change(at, &events)?.is_some() {
                    return self.take(row, key, events);
                }
                let source = self.intake.imported(at)?.map(|entry| entry.source);
                let (then, now) = (source.unwrap_or_default(), &self.job.source.name);
                let problem = refusal::elsewhere(&then, now, at);
                self.refuse(row, key, &problem)
            }
        }
    }

    /// Lines that lists of this source have set, that have money still, and of which this one says
    /// nothing: named, or brought to zero where the mapping says so and every row could be read.
    fn absent(&mut self, set: &BTreeSet<LineKey>, target: Target) -> Result<()> {
        let stands = |line: &&LineKey| {
            let authority = self.intake.state().balance(&Leaf::of(line, Stage::Authority));
            !authority.is_zero()
        };
        let absent: Vec<LineKey> = set.difference(&self.lines).filter(stands).cloned().collect();
        // A list of which no row came is a file cut short, not a year without money.
        let zero = target.absent_is_zero && !self.unread && !self.lines.is_empty();
        for line in absent {
            if zero {
                self.bring_to_zero(&line, target.as_of)?;
            } else {
                self.summary.absent_lines.push(line);
            }
        }
        Ok(())
    }

    fn bring_to_zero(&mut self, line: &LineKey, day: Date) -> Result<()> {
        let (name, as_of) = (line.to_string(), day.to_string());
        let key = hash::row_key_of_columns(["absent line", &name, &as_of]);
        let order = self.ordering.zero(line.clone(), day);
        let mut orders = RowOrders { orders: vec![order], rules: vec![0], names: Vec::new() };
        match self.admit(key, &mut orders)? {
            Taken::Booked { entries, findings } => {
                self.count(entries, &findings);
                self.summary.zeroed_lines.push(line.clone());
            }
            // Money was drawn on it: it stays, and is named.
            Taken::Refused(_, _) | Taken::Full => self.summary.absent_lines.push(line.clone()),
        }
        Ok(())
    }

    /// What differs between what a row says and the entries that it was booked as, of which `at` is one:
    /// they stand side by side, and what was booked for it before has its reversal in between.
    fn change(&self, at: u64, events: &[MappedEvent]) -> Result<Option<changed::Change>> {
        let Some(one) = self.intake.imported(at)? else { return Ok(None) };
        let of_row = |index| -> Result<Option<Imported>> {
            let entry = self.intake.imported(index)?;
            Ok(entry.filter(|entry| (&entry.source, entry.key) == (&one.source, one.key)))
        };
        let mut first = at;
        while let Some(before) = first.checked_sub(1)
            && of_row(before)?.is_some()
        {
            first = before;
        }
        let (mut booked, mut index) = (Vec::new(), first);
        while let Some(entry) = of_row(index)? {
            booked.extend(entry.event);
            index = index.saturating_add(1);
        }
        Ok(changed::change(events, &booked))
    }

    fn take(&mut self, row: &Row, key: [u8; 16], events: Vec<MappedEvent>) -> Result<()> {
        let amount = events.iter().find_map(MappedEvent::amount);
        let rounded: Vec<Rounded> = events.iter().map(|event| event.rounded).collect();
        let orders = self.ordering.orders(row, events, self.intake.state(), &self.met);
        let mut orders = match orders {
            Ok(orders) if orders.orders.is_empty() => {
                self.summary.without_effect = self.summary.without_effect.saturating_add(1);
                return Ok(());
            }
            Ok(orders) => orders,
            Err(problem) => return self.refuse(row, key, &problem),
        };
        match self.admit(key, &mut orders)? {
            Taken::Booked { entries, findings } => {
                self.book(entries, &findings);
                if entries > 0 {
                    let of_row = rounded.iter().filter(|rounded| rounded.count > 0);
                    of_row.for_each(|one| self.summary.rounded.add(one.count, one.difference));
                    let sum = self.summary.booked_amount;
                    self.summary.booked_amount = plus(sum, amount.unwrap_or_default());
                }
                self.learn_payments(entries, &orders);
                let names = orders.names.into_iter();
                self.met.names.extend(names.map(|(thing, code, name)| ((thing, code), name)));
                Ok(())
            }
            Taken::Refused(order, rejection) => {
                let rule = orders.rules.get(order).copied().unwrap_or_default();
                let problem = refusal::problem(&rejection, self.ordering.plan, rule);
                self.refuse(row, key, &problem)
            }
            Taken::Full => {
                let rule = "the entries of a row fit one command";
                let problem = Problem::new("command_too_large", rule, "one command", "more");
                self.refuse(row, key, &problem)
            }
        }
    }

    /// Takes the orders of a row, sealing what waits where they do not fit behind it.
    fn admit(&mut self, key: [u8; 16], orders: &mut RowOrders) -> Result<Taken> {
        // A refund and the payment that it is of stand in two commands.
        let waiting = u64::try_from(self.waiting).unwrap_or(u64::MAX);
        let sealed = self.intake.next_index().saturating_sub(waiting);
        let cited = orders.orders.iter().filter_map(|order| cites(&order.command));
        if cited.into_iter().any(|index| index >= sealed) {
            self.seal()?;
        }
        let source = &self.job.source.name;
        // The first entry of each command names the file it came from, and the mapping.
        if self.waiting == 0 {
            orders.attach(self.documents);
        }
        let taken = self.intake.take(source, key, &orders.orders)?;
        if !matches!(taken, Taken::Full) {
            return Ok(taken);
        }
        self.seal()?;
        orders.attach(self.documents);
        self.intake.take(source, key, &orders.orders)
    }

    /// Remembers the payments of a row that was booked as so many entries. Only orders of targets may
    /// have made none: what stands before one is not told.
    fn learn_payments(&mut self, entries: usize, orders: &RowOrders) {
        if self.met.payments.is_idle() {
            return;
        }
        let first =
            self.intake.next_index().saturating_sub(u64::try_from(entries).unwrap_or(u64::MAX));
        let is_whole = entries == orders.orders.len();
        for (at, order) in (first..).zip(&orders.orders).filter(|_| is_whole) {
            self.met.payments.learn_order(at, &order.command);
        }
    }

    fn book(&mut self, entries: usize, findings: &[Finding]) {
        let summary = &mut self.summary;
        if entries == 0 {
            summary.without_effect = summary.without_effect.saturating_add(1);
            return;
        }
        summary.booked = summary.booked.saturating_add(1);
        self.count(entries, findings);
    }

    /// Counts entries that wait to be sealed, of a row or not.
    fn count(&mut self, entries: usize, findings: &[Finding]) {
        let wide = |count| u64::try_from(count).unwrap_or(u64::MAX);
        let at = self.intake.next_index().saturating_sub(wide(entries));
        self.summary.entries = self.summary.entries.saturating_add(wide(entries));
        self.summary.findings.add(findings, at);
        self.waiting = self.waiting.saturating_add(entries);
    }

    fn refuse(&mut self, row: &Row, key: [u8; 16], problem: &Problem) -> Result<()> {
        let label = self.labels.of(key);
        // Its place is lost with the row: what it has from above goes with it, but where its own cells are
        // what is wrong.
        let filled = if problem.code == ROW_WIDTH { None } else { row.with_carried() };
        let row = filled.as_ref().unwrap_or(row);
        self.rejects.reject(&Refused { key: &label, header: self.header, row, problem })?;
        let summary = &mut self.summary;
        summary.refused = summary.refused.saturating_add(1);
        let of_code = summary.refused_by_code.entry(problem.code).or_default();
        *of_code = of_code.saturating_add(1);
        match self.ordering.plan.row_amount(row) {
            None => {}
            Some(Ok(amount)) => {
                summary.refused_amount = plus(summary.refused_amount, amount);
                summary.refused_read = summary.refused_read.saturating_add(1);
            }
            Some(Err(_)) => summary.refused_unread = summary.refused_unread.saturating_add(1),
        }
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

fn plus(sum: Option<Amount>, amount: Amount) -> Option<Amount> {
    sum.and_then(|sum| sum.checked_add(amount))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::command::Order;
    use crate::domain::event::Bytes16;
    use crate::domain::ids::Text;
    use crate::domain::state::LedgerFacts;
    use crate::domain::state::State;
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
        fn look_back(&self, _: &mut dyn FnMut(&Past<'_>) -> Result<()>) -> Result<()> {
            Ok(())
        }
        fn imported(&self, _: u64) -> Result<Option<Imported>> {
            Ok(None)
        }
        fn next_index(&self) -> u64 {
            0
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
        let job = Job {
            input: Input::File(&path),
            mapping: &mapping,
            source: &mapping.source_of(&path, None).unwrap(),
            again: false,
            create_missing: false,
            expected: Expected::default(),
            documents: &|| Ok(Vec::new()),
        };
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
                ",2,,command_too_large,the entries of a row fit one command,one command,more,a"
            ),
            "{rejects}"
        );
        assert_eq!(fixed.seals, 0, "nothing waited");
    }

    #[test]
    fn no_entry_is_no_command() {
        let answer = || Taken::Booked { entries: 0, findings: Vec::new() };
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
