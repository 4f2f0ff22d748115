//! Lists of things: funds, projects, payees, contracts, officers, districts, programmes.

use super::{Reading, filters, print};
use crate::cli::args::{List, ReadFlags};
use crate::cli::output::Exit;
use crate::cli::session::Session;
use crate::error::Result;
use crate::projection::balances::Balances;
use crate::projection::filter::Filter;
use crate::projection::names::Names;
use crate::report::master;
use crate::report::table::{Header, Table};

type Listing = fn(&Names, &Balances, &Filter, Header) -> Result<Table>;

fn list(session: &Session, a: &List, listing: Listing) -> Result<Exit> {
    let reading = Reading::open_report(session, &a.flags)?;
    let filter = filters::parse(&reading, &a.filters, false)?;
    let books = reading.books()?;
    let header = reading.header(&filter)?;
    print(session, &reading, &listing(&books.names, &books.balances, &filter, header)?)
}

/// Runs `funds`.
pub(super) fn funds(session: &Session, a: &List) -> Result<Exit> {
    list(session, a, master::funds)
}

/// Runs `projects`.
pub(super) fn projects(session: &Session, a: &List) -> Result<Exit> {
    list(session, a, master::projects)
}

/// Runs `payees`.
pub(super) fn payees(session: &Session, a: &List) -> Result<Exit> {
    list(session, a, master::payees)
}

/// Runs `commitments`.
pub(super) fn commitments(session: &Session, a: &List) -> Result<Exit> {
    list(session, a, master::commitments)
}

fn plain(session: &Session, listing: fn(&Names, Header) -> Table) -> Result<Exit> {
    let reading = Reading::open_report(session, &ReadFlags::default())?;
    let (books, header) = (reading.books()?, reading.header(&Filter::default())?);
    print(session, &reading, &listing(&books.names, header))
}

/// Runs `officer list`.
pub(super) fn officers(session: &Session) -> Result<Exit> {
    plain(session, master::officers)
}

/// Runs `district list`.
pub(super) fn districts(session: &Session) -> Result<Exit> {
    plain(session, master::districts)
}

/// Runs `programme list`.
pub(super) fn programmes(session: &Session) -> Result<Exit> {
    plain(session, master::programmes)
}
