//! `register`: entries in their order, with what they moved, written as they are read.

use super::{format, not_written, style};
use crate::cli::args::{FormatName, Register};
use crate::cli::output::Exit;
use crate::cli::session::Session;
use crate::desk::filters;
use crate::desk::named::resolve_entry;
use crate::desk::reading::Reading;
use crate::error::Result;
use crate::projection::register;
use crate::report::register::REGISTER;
use crate::report::stream::Stream;
use crate::report::table::{Note, Table};
use std::io::Write;
use std::ops::ControlFlow;

/// Runs `register`.
pub(super) fn register(session: &Session, a: &Register) -> Result<Exit> {
    let reading = super::open_report(session, &a.flags)?;
    let filter = filters::parse(&reading, &a.filters, false)?;
    // A workbook says on top what in a table can stand below.
    if session.console.format == FormatName::Xlsx {
        reading.books()?;
    }
    let table = REGISTER.table(&[], reading.header(&filter)?);
    let reversals = reading.reversals_for(true)?;
    let mut found = register::Register::new(filter, reading.as_of).with_reversals(reversals);
    let after = a.after.as_ref();
    let after = after.map(|name| resolve_entry(&reading.reader, reading.size, name)).transpose()?;
    let page = Page { after, limit: a.limit };
    session.console.result(&mut |out| {
        let (format, style) = (format(session), style(session, reading.raw));
        let stream = Stream::begin(out, &table, format, style).map_err(not_written)?;
        write(&reading, &mut found, &page, &table, stream, out)
    })?;
    Ok(Exit::Done)
}

/// Which part of the rows.
struct Page {
    /// Only entries after this one.
    after: Option<u64>,
    /// No more rows than this, but always whole entries.
    limit: Option<u64>,
}

fn write(
    reading: &Reading,
    found: &mut register::Register,
    page: &Page,
    table: &Table,
    mut stream: Stream<'_>,
    out: &mut dyn Write,
) -> Result<()> {
    let mut rows = reading.rows()?;
    let (mut count, mut last, mut more) = (0_u64, None, false);
    let replay = reading.reader.fold_while(reading.size, &mut |recorded| {
        rows.apply(recorded);
        let found = found.rows_of(recorded);
        if found.is_empty() || page.after.is_some_and(|after| recorded.index <= after) {
            return Ok(ControlFlow::Continue(()));
        }
        if page.limit.is_some_and(|limit| count >= limit) {
            more = true;
            return Ok(ControlFlow::Break(()));
        }
        for row in &found {
            stream.row(out, rows.cells(row)).map_err(not_written)?;
            count = count.saturating_add(1);
        }
        last = Some(recorded.index);
        Ok(ControlFlow::Continue(()))
    })?;
    reading.note_breaches(replay.state());
    let mut whole = table.clone();
    whole.notes.extend(reading.breaches.borrow().iter().cloned());
    // A part of the rows has no total: it would be taken for that of all.
    if let Some(totals) = rows.totals().filter(|_| !more) {
        whole.set_totals(totals);
    }
    whole.notes.extend(rows.note(table.header.currency).filter(|_| !more));
    whole.notes.extend(last.filter(|_| more).map(|last| Note {
        en: format!("{count} rows; more follow: --after @{last}"),
        zh: format!("共 {count} 行；后续见 --after @{last}"),
    }));
    stream.end(out, whole.totals.as_ref(), &whole.notes).map_err(not_written)
}
