//! `balance` and `report`.

use super::print;
use crate::cli::args::{
    Balance, Execution, ExecutionRows, Findings, GroupName, Leverage, LeverageRows,
};
use crate::cli::output::Exit;
use crate::cli::session::Session;
use crate::desk::{filters, late};
use crate::domain::ids::Code;
use crate::error::Result;
use crate::ledger::reader::shelf::Shelf;
use crate::projection::groups::{By, Selection};
use crate::projection::leverage::{LeverageBy, Question};
use crate::report::table::{Header, Table};
use crate::report::{balance, execution, findings, leaf, leverage};

/// Runs `balance`.
pub(super) fn balance(session: &Session, a: &Balance) -> Result<Exit> {
    let reading = super::open_report(session, &a.flags)?;
    let filter = filters::parse(&reading, &a.filters, true)?;
    let books = reading.books()?;
    let bare: Vec<Code> = a
        .filters
        .iter()
        .filter(|word| filters::is_bare(word))
        .map(|word| Code::new(word))
        .collect();
    let years: Vec<_> = a.year.into_iter().collect();
    let selection = Selection { filter: &filter, years: &years };
    let header = reading.header(&filter)?;
    let by = match a.by {
        GroupName::Payee | GroupName::Leaf => None,
        GroupName::Fund => Some(By::Fund),
        GroupName::Year => Some(By::Year),
        GroupName::Line => Some(By::Line),
        GroupName::Project => Some(By::Project),
        GroupName::District => Some(By::District),
        GroupName::Commitment => Some(By::Commitment),
    };
    let totals = books.totals()?;
    filters::check_funds(&totals.funds, &bare)?;
    let of_lines =
        by.and_then(|by| balance::balance_of_lines(totals, selection, by, header.clone()));
    let mut table = match of_lines {
        Some(table) => table,
        None => balance_of_all(&books, a.by, by, selection, header)?,
    };
    table.notes.extend(late::notes(&reading, a.year, &bare)?);
    print(session, &reading, &table)
}

/// A balance for which lines are not enough.
fn balance_of_all(
    books: &Shelf<'_>,
    named: GroupName,
    by: Option<By>,
    selection: Selection<'_>,
    header: Header,
) -> Result<Table> {
    let (balances, names) = (books.balances()?, books.names()?);
    let Some(by) = by else {
        return match named {
            GroupName::Leaf => leaf::by_leaf(balances, names, selection, header),
            GroupName::Payee
            | GroupName::Fund
            | GroupName::Year
            | GroupName::Line
            | GroupName::Project
            | GroupName::District
            | GroupName::Commitment => balance::by_payee(balances, names, selection, header),
        };
    };
    let mut table = balance::balance(balances, names, selection, by, header)?;
    // Rows of a year or line say their year themselves; leaves do too, and payees are filtered by more than these.
    if !matches!(by, By::Year | By::Line) {
        table.notes.extend(balance::note_years(balances, names, selection));
    }
    Ok(table)
}

/// Runs `report execution`.
pub(super) fn execution(session: &Session, a: &Execution) -> Result<Exit> {
    let reading = super::open_report(session, &a.flags)?;
    let (filter, books) = (filters::of_funds(&a.funds), reading.books()?);
    filters::check_funds(&books.names()?.funds, &a.funds)?;
    let years: Vec<_> = a.year.into_iter().collect();
    let selection = Selection { filter: &filter, years: &years };
    // Time progress belongs to one year: without one, each line has its own.
    let unasked = if a.year.is_some() { ExecutionRows::Fund } else { ExecutionRows::Line };
    let by = match a.by.unwrap_or(unasked) {
        ExecutionRows::Fund => By::Fund,
        ExecutionRows::Year => By::Year,
        ExecutionRows::Line => By::Line,
        ExecutionRows::Project => By::Project,
        ExecutionRows::District => By::District,
    };
    let (on, header) = (reading.day(&session.desk)?, reading.header(&filter)?);
    let (balances, names) = (books.balances()?, books.names()?);
    let mut table = execution::execution(balances, names, selection, by, on, header)?;
    table.notes.extend(late::notes(&reading, a.year, &a.funds)?);
    print(session, &reading, &table)
}

/// Runs `report leverage`.
pub(super) fn leverage(session: &Session, a: &Leverage) -> Result<Exit> {
    let reading = super::open_report(session, &a.flags)?;
    let (filter, books) = (filters::of_funds(&a.funds), reading.books()?);
    filters::check_funds(&books.names()?.funds, &a.funds)?;
    let question = Question {
        by: match a.by {
            LeverageRows::Fund => LeverageBy::Fund,
            LeverageRows::Project => LeverageBy::Project,
            LeverageRows::District => LeverageBy::District,
        },
        filter: &filter,
        only_with_private: a.only_with_private,
    };
    let header = reading.header(&filter)?;
    let (drawn, balances, names) = (books.leverage()?, books.balances()?, books.names()?);
    let mut table = leverage::leverage(drawn, balances, names, question, header)?;
    table.notes.extend(late::notes(&reading, None, &a.funds)?);
    print(session, &reading, &table)
}

/// Runs `report findings`.
pub(super) fn findings(session: &Session, a: &Findings) -> Result<Exit> {
    let reading = super::open_report(session, &a.flags)?;
    let (filter, books) = (filters::of_funds(&a.funds), reading.books()?);
    filters::check_funds(&books.names()?.funds, &a.funds)?;
    let years: Vec<_> = a.year.into_iter().collect();
    let selection = Selection { filter: &filter, years: &years };
    let header = reading.header(&filter)?;
    let told = reading.reader.findings(reading.size)?;
    let (balances, names) = (books.balances()?, books.names()?);
    let mut table = findings::findings(balances, names, selection, &told, header)?;
    table.notes.extend(late::notes(&reading, a.year, &a.funds)?);
    print(session, &reading, &table)
}
