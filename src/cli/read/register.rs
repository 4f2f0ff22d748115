//! `register`: entries in their order, with what they moved.

use super::{Reading, filters, print};
use crate::cli::args::Register;
use crate::cli::output::Exit;
use crate::cli::session::Session;
use crate::error::Result;
use crate::projection::Projection;
use crate::projection::names::Names;
use crate::projection::register;
use crate::report;

/// Runs `register`.
pub(super) fn register(session: &Session, a: &Register) -> Result<Exit> {
    let reading = Reading::open(session, &a.flags)?;
    let filter = filters::parse(&reading, &a.filters, false)?;
    let header = reading.header(&filter)?;
    let mut rows = register::Register::new(filter, reading.as_of);
    let mut names = Names::default();
    reading.reader.fold(reading.size, &mut |recorded| {
        names.apply(recorded);
        rows.apply(recorded);
    })?;
    print(session, &reading, &report::register::register(rows.rows(), &names, header))
}
