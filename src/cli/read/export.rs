//! `export`: the ledger entry by entry, in a form that other programs read.

use crate::cli::args::{ExportVerb, FormatName, ReadFlags};
use crate::cli::output::Exit;
use crate::cli::progress::Progress;
use crate::cli::session::Session;
use crate::desk::target::printing;
use crate::error::{Error, Result};
use crate::export::{Export, Form};
use crate::projection::filter::Filter;
use std::error::Error as _;
use std::ops::ControlFlow;

/// Runs `export`.
pub(super) fn export(session: &Session, verb: &ExportVerb) -> Result<Exit> {
    let (form, flags) = match verb {
        ExportVerb::Hledger(a) => (Form::Hledger, &a.flags),
        ExportVerb::Csv(a) => (Form::Csv { raw: a.flags.raw }, &a.flags),
        ExportVerb::Jsonl(a) => (Form::Jsonl, &a.flags),
        ExportVerb::Package(_) => return super::package::package(session).map(|()| Exit::Done),
    };
    write(session, form, flags).map(|()| Exit::Done)
}

fn write(session: &Session, form: Form, flags: &ReadFlags) -> Result<()> {
    let is_csv = matches!(form, Form::Csv { .. });
    let reading = super::open_for(session, flags, is_csv)?;
    let header = reading.header(&Filter::default())?;
    let reversals = reading.reversals_for(is_csv)?;
    let format = match form {
        Form::Jsonl => FormatName::Jsonl,
        Form::Csv { .. } => FormatName::Csv,
        Form::Hledger => FormatName::Table,
    };
    session.console.clone().of_format(format).result(&mut |out| {
        let mut bar = Progress::new(&session.console, "entries");
        let rows = reading.rows()?;
        let mut export = Export::new(out, form, &header, rows, reversals.clone());
        let folded = reading.reader.fold_while(reading.size, &mut |recorded| {
            export.take(recorded);
            bar.set(recorded.index, reading.size);
            Ok(if export.has_failed() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        });
        bar.finish();
        reading.say_breaches(&session.desk, folded?.state());
        export.finish().map(|_| ()).map_err(told)
    })
}

/// A reader that went away ends an export quietly, as it ends everything else.
fn told(error: Error) -> Error {
    let source = error.source().and_then(|source| source.downcast_ref::<std::io::Error>());
    match source {
        Some(source) if source.kind() == std::io::ErrorKind::BrokenPipe => printing(source),
        Some(_) | None => error,
    }
}
