//! Lists of things: funds, projects, payees, contracts, investments, officers, districts, programmes.

use super::print;
use crate::cli::args::{List, Listed, ReadFlags};
use crate::cli::output::Exit;
use crate::cli::session::Session;
use crate::desk::filters;
use crate::error::Result;
use crate::projection::filter::Filter;
use crate::projection::names::Names;
use crate::report::table::{Header, Table};
use crate::report::{follow_on, master};

/// Runs `funds`, `projects`, `payees`, `commitments` and `follow-on list`.
pub(super) fn list(session: &Session, listed: Listed, a: &List) -> Result<Exit> {
    let reading = super::open_report(session, &a.flags)?;
    let filter = filters::parse(&reading, &a.filters, false)?;
    let books = reading.books()?;
    let (balances, names) = (books.balances()?, books.names()?);
    let header = reading.header(&filter)?;
    let table = match listed {
        Listed::Funds => master::funds(names, balances, &filter, header),
        Listed::Projects => master::projects(names, balances, &filter, header),
        Listed::Payees => master::payees(names, balances, &filter, header),
        Listed::Commitments => master::commitments(names, balances, &filter, header),
        Listed::FollowOns => follow_on::follow_on(books.leverage()?, names, &filter, header),
    };
    print(session, &reading, &table?)
}

fn plain(session: &Session, listing: fn(&Names, Header) -> Table) -> Result<Exit> {
    let reading = super::open_report(session, &ReadFlags::default())?;
    let (books, header) = (reading.books()?, reading.header(&Filter::default())?);
    print(session, &reading, &listing(books.names()?, header))
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
