//! Verbs that record: from what was typed to an order, from the order to a receipt.
//!
//! [`Desk`] is what an order is made at: the open ledger with its currency, to turn typed amounts into
//! minor units and names of entries into indexes. It judges nothing; rules are the domain's.

mod book;
mod documents;
mod follow_on;
mod import;
mod init;
mod key;
mod left;
mod money;
mod policy;
mod receipt;
mod sentence;
mod setup;
mod work;

pub(crate) use init::init;
pub(crate) use key::key;

use self::documents::filing;
use super::args::{
    AllocationVerb, CommitmentVerb, DisbursementVerb, DistrictVerb, FollowOnVerb, FundVerb,
    OfficerVerb, PayeeVerb, PolicyVerb, ProgrammeVerb, ProjectVerb, ReservationVerb, Verb,
    WriteFlags,
};
use super::output::Exit;
use super::session::{Session, name_officer};
use super::value::{AmountText, EntryRef, LinePart};
use crate::domain::calendar::Year;
use crate::domain::command::{Command, Drawing, Order};
use crate::domain::event::{Body, Event, Filing};
use crate::domain::ids::{Code, LineKey};
use crate::domain::money::{Amount, Currency};
use crate::domain::state::State;
use crate::error::{Error, Kind, Result};
use crate::ledger::{Durability, Ledger, Reader, Receipt, Submission};

/// An open ledger, where what was typed becomes an order.
pub(crate) struct Desk<'a> {
    ledger: &'a Ledger,
    currency: Currency,
    filing: Filing,
}

impl Desk<'_> {
    /// The state that the order is made on.
    fn state(&self) -> &State {
        self.ledger.state()
    }

    /// Documents and file number of the flags.
    fn filing(&self) -> Filing {
        self.filing.clone()
    }

    fn amount(&self, typed: &AmountText) -> Result<Amount> {
        typed.in_minor_units(self.currency)
    }

    fn amount_or_none(&self, typed: Option<&AmountText>) -> Result<Option<Amount>> {
        typed.map(|typed| self.amount(typed)).transpose()
    }

    fn parts(&self, typed: &[LinePart]) -> Result<Vec<(LineKey, Amount)>> {
        typed.iter().map(|part| Ok((part.line.clone(), self.amount(&part.amount)?))).collect()
    }

    fn drawing(&self, amount: &AmountText, from: &[LinePart]) -> Result<Drawing> {
        let (amount, from) = (self.amount(amount)?, self.parts(from)?);
        Ok(Drawing { amount, from, ..Drawing::default() })
    }

    /// The index of a named entry.
    fn entry(&self, name: &EntryRef) -> Result<u64> {
        let found = match name {
            EntryRef::Index(index) => {
                return if *index < self.ledger.head().size {
                    Ok(*index)
                } else {
                    Err(no_entry(name).with_detail("size", self.ledger.head().size))
                };
            }
            EntryRef::Id(id) => self.ledger.find(*id)?,
            EntryRef::Voucher { fund, year, number } => {
                find_voucher(&Reader::open(self.ledger.folder(), None)?, fund, *year, *number)?
            }
        };
        found.ok_or_else(|| no_entry(name))
    }
}

fn no_entry(name: &EntryRef) -> Error {
    Error::new(Kind::NotFound, "unknown_entry", format!("there is no entry {name}"))
        .with_hint("see `earmark register`")
}

/// The entry that booked a voucher: vouchers are not indexed, so the log is read.
pub(crate) fn find_voucher(
    reader: &Reader,
    fund: &Code,
    year: Year,
    number: u64,
) -> Result<Option<u64>> {
    let mut found = None;
    reader.fold(reader.size(), &mut |recorded| {
        if let Body::DisbursementRecorded(payment) = &recorded.event.body
            && payment.voucher_no == number
            && payment
                .splits
                .first()
                .is_some_and(|split| split.line.fund == *fund && split.line.year == year)
        {
            found = Some(recorded.index);
        }
    })?;
    Ok(found)
}

/// Makes an order of what was typed, submits it and prints the receipt.
fn record(
    session: &Session,
    flags: &WriteFlags,
    make: impl FnOnce(&Desk<'_>) -> Result<Command>,
) -> Result<Exit> {
    let (officer, key) = session.officer()?;
    let mut ledger = session.open()?;
    let currency = currency_of(&ledger)?;
    let desk = Desk { ledger: &ledger, currency, filing: filing(flags)? };
    let command = make(&desk)?;
    let order = Order { occurred_on: flags.on, historical: false, command };
    let submission = Submission {
        order: &order,
        signer: &key,
        command_key: flags.command_id.as_deref().map(str::as_bytes),
        accept_clock: flags.accept_clock,
        dry_run: flags.dry_run,
        until: Durability::Published,
    };
    let submitted = ledger.submit(&submission);
    let receipt = submitted.map_err(|error| name_officer(error, &officer, &key))?;
    let printed = print_receipt(session, &ledger, &receipt);
    session.close(ledger);
    printed.map(|()| Exit::Done)
}

fn currency_of(ledger: &Ledger) -> Result<Currency> {
    let facts = ledger.state().ledger.as_ref();
    facts.map(|facts| facts.currency()).ok_or_else(|| {
        Error::new(Kind::Break, "ledger_not_open", "the ledger has no first entry")
            .with_hint("run `earmark verify --store`")
    })
}

/// Prints a receipt, with what is left after it.
fn print_receipt(session: &Session, ledger: &Ledger, receipt: &Receipt) -> Result<()> {
    let after = if receipt.dry_run { Some(state_after(ledger, receipt)?) } else { None };
    let state = after.as_ref().unwrap_or_else(|| ledger.state());
    receipt::print(session, state, receipt, &[])
}

/// The state as it would be after a dry run.
fn state_after(ledger: &Ledger, receipt: &Receipt) -> Result<State> {
    let mut state = ledger.state().clone();
    let events: Vec<&Event> = receipt.entries.iter().map(|entry| &entry.event).collect();
    let mut cited = crate::domain::apply::Cited::new();
    for event in &events {
        if let Some(index) = crate::domain::propose::cited_by(&event.body)
            && let Some(found) = ledger.event(index)?
        {
            cited.insert(index, found);
        }
    }
    let mut draft = state.draft();
    for event in events {
        crate::domain::apply::fold(&mut draft, event, &cited)?;
    }
    let delta = draft.into_delta();
    state.apply(delta);
    Ok(state)
}

/// Runs a verb that records with what every write takes.
///
/// # Errors
/// What the verb's own file says.
pub(crate) fn write(session: &Session, verb: &Verb) -> Option<Result<Exit>> {
    Some(match verb {
        Verb::Init(init) => self::init(session, init),
        Verb::Key(verb) => self::key(session, verb),
        Verb::Import(import) => import::import(session, import),
        Verb::Officer(OfficerVerb::Enroll(a)) => {
            record(session, &a.flags, |desk| setup::enroll(session, desk, a))
        }
        Verb::Policy(PolicyVerb::Adopt(a)) => {
            record(session, &a.flags, |desk| policy::adopt(desk, a))
        }
        Verb::District(DistrictVerb::Register(a)) => {
            record(session, &a.flags, |desk| Ok(setup::register_district(desk, a)))
        }
        Verb::District(DistrictVerb::Retire(a)) => {
            record(session, &a.flags, |desk| Ok(setup::retire_district(desk, a)))
        }
        Verb::Programme(ProgrammeVerb::Register(a)) => {
            record(session, &a.flags, |desk| Ok(setup::register_programme(desk, a)))
        }
        Verb::Payee(PayeeVerb::Register(a)) => {
            record(session, &a.flags, |desk| Ok(setup::register_payee(desk, a)))
        }
        Verb::Fund(FundVerb::Establish(a)) => {
            record(session, &a.flags, |desk| Ok(setup::establish_fund(desk, a)))
        }
        Verb::Fund(FundVerb::Close(a)) => {
            record(session, &a.flags, |desk| Ok(setup::close_fund(desk, a)))
        }
        Verb::Allocation(verb) => allocation(session, verb),
        Verb::Allocate(a) => record(session, &a.flags, |desk| money::allocate(desk, a)),
        Verb::Reservation(ReservationVerb::Make(a)) => {
            record(session, &a.flags, |desk| money::reserve(desk, a))
        }
        Verb::Reservation(ReservationVerb::Release(a)) => {
            record(session, &a.flags, |desk| money::release(desk, a))
        }
        Verb::Project(verb) => project(session, verb),
        Verb::Commitment(verb) => commitment(session, verb),
        Verb::Commit(a) => record(session, &a.flags, |desk| work::commit(desk, a)),
        Verb::Disbursement(DisbursementVerb::Record(a)) | Verb::Disburse(a) => {
            record(session, &a.flags, |desk| work::disburse(desk, a))
        }
        Verb::Refund(a) => record(session, &a.flags, |desk| work::refund(desk, a)),
        Verb::FollowOn(verb) => follow_on(session, verb),
        Verb::Reverse(a) => record(session, &a.flags, |desk| book::reverse(desk, a)),
        Verb::Attach(a) => record(session, &a.flags, |desk| book::attach(desk, a)),
        Verb::Policy(PolicyVerb::Show(_)) | Verb::Verify(_) | Verb::Checkpoint(_) => return None,
    })
}

fn allocation(session: &Session, verb: &AllocationVerb) -> Result<Exit> {
    match verb {
        AllocationVerb::Record(a) => record(session, &a.flags, |desk| money::allocate(desk, a)),
        AllocationVerb::Supplement(a) => {
            record(session, &a.flags, |desk| money::supplement(desk, a))
        }
        AllocationVerb::Reduce(a) => record(session, &a.flags, |desk| money::reduce(desk, a)),
        AllocationVerb::Transfer(a) => record(session, &a.flags, |desk| money::transfer(desk, a)),
        AllocationVerb::Carry(a) => record(session, &a.flags, |desk| money::carry(desk, a)),
        AllocationVerb::Lapse(a) => record(session, &a.flags, |desk| money::lapse(desk, a)),
    }
}

fn project(session: &Session, verb: &ProjectVerb) -> Result<Exit> {
    match verb {
        ProjectVerb::Approve(a) => record(session, &a.flags, |desk| work::approve(desk, a)),
        ProjectVerb::Complete(a) => record(session, &a.flags, |desk| Ok(work::complete(desk, a))),
        ProjectVerb::Terminate(a) => record(session, &a.flags, |desk| Ok(work::terminate(desk, a))),
        ProjectVerb::CloseOut(a) => record(session, &a.flags, |desk| Ok(work::close_out(desk, a))),
    }
}

fn commitment(session: &Session, verb: &CommitmentVerb) -> Result<Exit> {
    match verb {
        CommitmentVerb::Make(a) => record(session, &a.flags, |desk| work::commit(desk, a)),
        CommitmentVerb::Increase(a) => record(session, &a.flags, |desk| work::increase(desk, a)),
        CommitmentVerb::Reduce(a) => record(session, &a.flags, |desk| work::reduce(desk, a)),
        CommitmentVerb::Close(a) => record(session, &a.flags, |desk| Ok(work::close(desk, a))),
    }
}

fn follow_on(session: &Session, verb: &FollowOnVerb) -> Result<Exit> {
    match verb {
        FollowOnVerb::Pledge(a) => record(session, &a.flags, |desk| follow_on::pledge(desk, a)),
        FollowOnVerb::PayIn(a) => record(session, &a.flags, |desk| follow_on::pay_in(desk, a)),
        FollowOnVerb::Withdraw(a) => record(session, &a.flags, |desk| follow_on::withdraw(desk, a)),
    }
}

/// A line of a fund and year, with its class and origin where they were given.
fn line_of(fund: &Code, year: Year, origin: Option<Year>, class: Option<&Code>) -> LineKey {
    LineKey {
        fund: fund.clone(),
        year,
        origin: origin.unwrap_or(year),
        class: class.cloned().unwrap_or_default(),
    }
}
