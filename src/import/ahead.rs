//! Reads, keys and maps rows ahead of the rules, in a thread of its own.

use super::carried::Carrier;
use super::mapping::Mapping;
use super::plan::{MappedEvent, Plan};
use super::problem::{Problem, quoted};
use super::reader::Row;
use super::returned::Origin;
use super::rowkey::{Known, RowMemory};
use super::spoilt;
use super::table::Table;
use super::text::{comparable, is_blank, without_guard};
use crate::chain::hash;
use crate::error::Result;
use std::sync::mpsc::SyncSender;

/// Rows that are handed over together, at most.
const BATCH_ROWS: usize = 256;
/// Bytes of cells that are handed over together, about.
const BATCH_BYTES: usize = 262_144;

/// What is known of a row before its turn.
#[derive(Debug)]
pub(super) enum Mapped {
    /// It says this.
    Events(Vec<MappedEvent>),
    /// It is booked, under columns of its own: is it the same still?
    Known(Known, Vec<MappedEvent>),
    /// It is booked and left out, in a list of targets: its lines are there still.
    Met(Known, Vec<MappedEvent>),
    /// It is booked for another list, as the entry at this index. `true`: only columns of it were
    /// compared.
    Elsewhere(u64, bool, Vec<MappedEvent>),
    /// It cannot be booked.
    Refused(Problem),
}

/// Rows in the file's order, handed over together.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) rows: Vec<(Row, [u8; 16], Mapped)>,
    /// Rows that are booked already, by their lines.
    pub(super) known: Vec<(u64, Known)>,
    pub(super) skipped: u64,
    bytes: usize,
}

/// The thread that reads ahead.
#[derive(Debug)]
pub(super) struct Ahead<'a> {
    pub(super) plan: &'a Plan,
    pub(super) mapping: &'a Mapping,
    pub(super) memory: RowMemory,
    /// Where the columns stand that earlier imports knew rows by, and this one does not.
    pub(super) former: Vec<Vec<usize>>,
    /// Rows of other lists are booked anew.
    pub(super) again: bool,
    pub(super) to_here: SyncSender<Rows>,
}

/// Which row it is.
struct Identity {
    key: [u8; 16],
    known: Known,
    /// Whether it is known by columns of its own, not by all it holds.
    by_columns: bool,
    problem: Option<Problem>,
}

impl Ahead<'_> {
    pub(super) fn read(mut self, mut table: Table<'_>) -> Result<()> {
        let mut batch = Rows::default();
        let mut row = Row::default();
        let mut carrier = Carrier::new(self.plan, table.is_returned());
        while table.read(&mut row)? {
            row.carry(Vec::new());
            carrier.pass(self.plan, &mut row);
            batch.bytes = batch.bytes.saturating_add(row.bytes());
            self.take(&mut row, table.take_origin(), &mut batch);
            let rows = batch.rows.len().saturating_add(batch.known.len());
            let full = rows >= BATCH_ROWS || batch.bytes >= BATCH_BYTES;
            // Nobody listens any more: the other side has an error of its own to tell.
            if full && self.to_here.send(std::mem::take(&mut batch)).is_err() {
                return Ok(());
            }
        }
        let _nobody_listens = self.to_here.send(batch);
        Ok(())
    }

    fn take(&mut self, row: &mut Row, origin: Option<Origin>, batch: &mut Rows) {
        let is_target = self.mapping.target.is_some();
        let id = self.identify(row, origin);
        let booked = id.known.is_booked();
        if booked && !id.by_columns && !is_target {
            return batch.known.push((row.line, id.known));
        }
        let mapped = match self.plan.map(row) {
            Ok(None) => {
                batch.skipped = batch.skipped.saturating_add(1);
                return;
            }
            Err(problem) => Mapped::Refused(id.problem.unwrap_or(problem)),
            Ok(Some(events)) => match id.problem {
                Some(problem) => Mapped::Refused(problem),
                None if booked && is_target => Mapped::Met(id.known, events),
                None if booked => Mapped::Known(id.known, events),
                None if id.known.is_elsewhere() && !self.again && !is_target => {
                    Mapped::Elsewhere(id.known.at, id.by_columns, events)
                }
                None => Mapped::Events(events),
            },
        };
        batch.rows.push((std::mem::take(row), id.key, mapped));
    }

    fn identify(&mut self, row: &Row, origin: Option<Origin>) -> Identity {
        let has_key = self.mapping.has_key();
        if let Some(origin) = origin {
            // A row that had no key of its own has one now, or is refused again.
            let keyless = matches!(origin.code.as_str(), NO_KEY | KEY_TWICE | spoilt::CODE);
            if has_key && keyless {
                let before = self.memory.look(origin.key);
                return self.by_columns(row, origin.key, before);
            }
            let (key, known) = (origin.key, self.memory.read(origin.key));
            return Identity { key, known, by_columns: has_key, problem: origin.still };
        }
        let all = self.memory.next(row);
        let known = self.memory.look(all);
        let plain = Identity { key: all, known, by_columns: false, problem: None };
        let asks_columns = has_key || !(self.former.is_empty() || known.is_met());
        // Rows that the mapping leaves out have no key.
        if !asks_columns || matches!(self.plan.is_left_out(row), Ok(true)) {
            return plain;
        }
        if has_key { self.by_columns(row, all, known) } else { self.by_former(row, plain) }
    }

    /// A row that is not known, by the columns that earlier imports knew rows by. Each row that is booked
    /// so is found by one row of the file only: another one like it is a row of its own.
    fn by_former(&mut self, row: &Row, id: Identity) -> Identity {
        for columns in &self.former {
            let cells = || columns.iter().map(|index| without_guard(row.plain_cell(*index)));
            if cells().all(is_blank) {
                continue;
            }
            let texts: Vec<_> = cells().map(comparable).collect();
            let key = hash::row_key_of_columns(texts.iter().map(AsRef::as_ref));
            if self.memory.look(key).is_met() {
                let known = self.memory.read(key);
                if !known.was_read() {
                    return Identity { known, by_columns: true, ..id };
                }
            }
        }
        id
    }

    /// The row by the columns that the mapping says, or by all its cells (`all`, of which `before` is known),
    /// as it was known before the mapping said so.
    fn by_columns(&mut self, row: &Row, all: [u8; 16], before: Known) -> Identity {
        let refused = |problem| Identity {
            key: all,
            known: before,
            by_columns: false,
            problem: Some(problem),
        };
        let key = match self.key(row) {
            Ok(key) => key,
            Err(problem) => return refused(problem),
        };
        let known = self.memory.read(key);
        if known.was_read() {
            let rule = "a row has a key of its own: the columns of the mapping's `key` say the same as in a row before it";
            let found = row_columns(self.plan, row);
            return refused(Problem::new(KEY_TWICE, rule, "another key", quoted(&found)));
        }
        if !known.is_met() && before.is_met() {
            return Identity { key, known: before, by_columns: false, problem: None };
        }
        let id = Identity { key, known, by_columns: true, problem: None };
        if known.is_met() { id } else { self.by_former(row, id) }
    }

    fn key(&self, row: &Row) -> Result<[u8; 16], Problem> {
        let columns = self.plan.key();
        let cells = || columns.iter().map(|(index, _)| without_guard(row.plain_cell(*index)));
        if cells().all(is_blank) {
            let rule = "a row says which row it is, in the columns of the mapping's `key`";
            let column = columns.first().map(|(_, label)| label.as_str()).unwrap_or_default();
            return Err(Problem::new(NO_KEY, rule, "a value", "nothing").in_column(column));
        }
        for (index, label) in columns {
            let cell = without_guard(row.cell(*index));
            spoilt::lost(cell).map_err(|problem| problem.in_column(label))?;
        }
        let texts: Vec<_> = cells().map(comparable).collect();
        Ok(hash::row_key_of_columns(texts.iter().map(AsRef::as_ref)))
    }
}

const NO_KEY: &str = "row_key_blank";
const KEY_TWICE: &str = "row_key_twice";

fn row_columns(plan: &Plan, row: &Row) -> String {
    let cells: Vec<&str> = plan.key().iter().map(|(index, _)| row.cell(*index)).collect();
    cells.join(", ")
}
