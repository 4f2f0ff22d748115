//! Verbs that record: from what was typed to an order, from the order to a receipt.
//!
//! [`Desk`] is what an order is made at: the open ledger with its currency, to turn typed amounts into
//! minor units and names of entries into indexes. It judges nothing; rules are the domain's.

mod book;
mod breach;
mod caution;
mod confidential;
mod documents;
mod follow_on;
mod import;
mod init;
mod key;
mod left;
mod money;
mod office;
mod policy;
mod receipt;
mod request;
mod sentence;
mod setup;
mod stranded;
mod undo;
mod work;

pub(crate) use init::init;
pub(crate) use key::key;

pub(crate) use self::documents::filing;
use super::args::{
    AllocationVerb, BreachVerb, CommitmentVerb, ConfidentialVerb, DisbursementVerb, DistrictVerb,
    FollowOnVerb, FundVerb, ImportVerb, OfficerVerb, PayeeVerb, PolicyVerb, ProgrammeVerb,
    ProjectVerb, ReservationVerb, SealedFlags, Verb, WriteFlags,
};
use super::output::Exit;
use super::session::{Session, name_officer};
use crate::chain::entry::EntryId;
use crate::domain::apply::Cited;
use crate::domain::calendar::Year;
use crate::domain::command::{Command, Drawing, Order};
use crate::domain::event::{Body, Event, Filing};
use crate::domain::ids::{Code, LineKey};
use crate::domain::money::{Amount, Currency};
use crate::domain::state::{Journal, State};
use crate::edge::keys::PrivateKey;
use crate::error::{Error, Kind, Result};
use crate::form::{AmountText, EntryRef, LinePart};
use crate::ledger::reader::is_voucher;
use crate::ledger::{Durability, Ledger, Reader, Receipt, Submission};

/// An open ledger, where what was typed becomes an order.
pub(crate) struct Desk<'a> {
    session: &'a Session,
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
        Ok(typed.in_minor_units(self.currency)?)
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
            EntryRef::Id(id) => self.ledger.find(EntryId(*id))?,
            EntryRef::Voucher { fund, year, number } => self.voucher(fund, *year, *number)?,
        };
        found.ok_or_else(|| no_entry(name))
    }
}

impl Desk<'_> {
    /// The entry that booked a voucher: among those not yet published, then in the log.
    fn voucher(&self, fund: &Code, year: Year, number: u64) -> Result<Option<u64>> {
        for index in self.ledger.published_size()..self.ledger.head().size {
            let event = self.ledger.event(index)?;
            if event.is_some_and(|event| is_voucher(&event.body, fund, year, number)) {
                return Ok(Some(index));
            }
        }
        Reader::open(self.ledger.folder(), None)?.find_voucher(fund, year, number)
    }
}

fn no_entry(name: &EntryRef) -> Error {
    Error::new(Kind::NotFound, "unknown_entry", format!("there is no entry {name}"))
        .with_hint("see `earmark register`")
        .with_detail("found", name)
}

type Make<'v> = Box<dyn FnOnce(&Desk<'_>) -> Result<Command> + 'v>;

/// A verb that records one command: the flags that every write takes, and how its order is made.
struct Wish<'v> {
    flags: &'v WriteFlags,
    sealed: Option<&'v SealedFlags>,
    make: Make<'v>,
}

impl<'v> Wish<'v> {
    fn new(flags: &'v WriteFlags, make: impl FnOnce(&Desk<'_>) -> Result<Command> + 'v) -> Self {
        Self { flags, sealed: None, make: Box::new(make) }
    }

    /// With confidential fields, from the files that the flags name.
    fn sealing(mut self, sealed: &'v SealedFlags) -> Self {
        self.sealed = Some(sealed);
        self
    }

    /// Submits the order on an open ledger.
    fn submit(
        self,
        session: &Session,
        ledger: &mut Ledger,
        (officer, key): &(String, PrivateKey),
        until: Durability,
    ) -> Result<Receipt> {
        let currency = currency_of(ledger)?;
        let desk = Desk { session, ledger, currency, filing: filing(self.flags)? };
        let command = (self.make)(&desk)?;
        let fields = self.sealed.map(confidential::fields).transpose()?.flatten();
        let order = Order { occurred_on: self.flags.on, historical: false, command };
        let submitted = ledger.submit(&Submission {
            order: &order,
            confidential: fields.as_ref(),
            signer: key,
            command_key: self.flags.command_id.as_deref().map(str::as_bytes),
            accept_clock: self.flags.accept_clock,
            dry_run: self.flags.dry_run,
            until,
        });
        submitted.map_err(|error| name_officer(error, officer, key))
    }
}

/// Opens the ledger, records a wish and prints the receipt.
fn record(session: &Session, wish: Wish<'_>) -> Result<Exit> {
    let officer = session.recording_officer()?;
    session.on_ledger(|ledger| {
        let officer = session.in_use(officer, ledger)?;
        let receipt = wish.submit(session, ledger, &officer, Durability::Published)?;
        print_receipt(session, ledger, &receipt).map(|()| Exit::Done)
    })
}

/// Records a verb on a ledger that is open already, without printing: for the demo.
///
/// # Errors
/// As the verb's own; `not_a_record` for a verb that records no single command.
pub(crate) fn record_on(
    session: &Session,
    ledger: &mut Ledger,
    officer: &(String, PrivateKey),
    verb: &Verb,
) -> Result<Receipt> {
    let wish = wish(verb).ok_or_else(|| {
        Error::new(Kind::Usage, "not_a_record", "this verb records no single command")
    })?;
    wish.submit(session, ledger, officer, Durability::Recorded)
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
    let undone = undone(ledger, receipt)?;
    if !receipt.dry_run {
        session.warn_unpublished(ledger, Some(&name_of(receipt)));
    }
    let cautions = caution::of(session, ledger, receipt);
    let scene = receipt::Scene { state, undone: &undone, cautions: &cautions };
    receipt::print(session, &scene, receipt, &[])
}

/// The entries of a receipt and its command, by name.
fn name_of(receipt: &Receipt) -> String {
    let indexes = receipt.entries.iter().map(|entry| entry.index);
    let entries = match (indexes.clone().min(), indexes.max()) {
        (Some(first), Some(last)) if first < last => format!("@{first} to @{last}"),
        (first, _) => format!("@{}", first.unwrap_or_default()),
    };
    format!("{entries} (command {})", receipt.command_id)
}

/// The entries that a receipt's reversals undo, by index.
fn undone(ledger: &Ledger, receipt: &Receipt) -> Result<Cited> {
    let mut undone = Cited::new();
    for entry in &receipt.entries {
        if let Body::EntryReversed(b) = &entry.event.body {
            undone.extend(ledger.event(b.entry)?.map(|event| (b.entry, event)));
        }
    }
    Ok(undone)
}

/// The state as it would be after a dry run.
fn state_after(ledger: &Ledger, receipt: &Receipt) -> Result<State> {
    let mut state = ledger.state().clone();
    let events: Vec<&Event> = receipt.entries.iter().map(|entry| &entry.event).collect();
    let mut cited = Cited::new();
    for event in &events {
        if let Some(index) = crate::domain::fact::cited_by(&event.body)
            && let Some(found) = ledger.event(index)?
        {
            cited.insert(index, found);
        }
    }
    let mut journal = Journal::on(&mut state);
    for event in events {
        crate::domain::apply::fold(&mut journal, event, &cited)?;
    }
    Ok(state)
}

/// Runs a verb that records; nothing if it is none.
///
/// # Errors
/// What the verb's own file says.
pub(crate) fn write(session: &Session, verb: &Verb) -> Option<Result<Exit>> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "`wish` names every other verb")]
    match verb {
        Verb::Init(init) => Some(self::init(session, init)),
        Verb::Officer(OfficerVerb::Rotate(a)) => Some(office::rotate(session, a)),
        Verb::Key(verb) => Some(self::key(session, verb)),
        Verb::Import(import) => match (&import.verb, &import.rows) {
            (Some(ImportVerb::Undo(a)), _) => Some(undo::undo(session, a)),
            (None, Some(rows)) => Some(import::import(session, rows)),
            (None, None) => None,
        },
        Verb::Confidential(ConfidentialVerb::Sweep(a)) => Some(confidential::sweep(session, a)),
        verb => wish(verb).map(|wish| record(session, wish)),
    }
}

/// What a verb wishes to be recorded; nothing if it is no single command.
fn wish(verb: &Verb) -> Option<Wish<'_>> {
    Some(match verb {
        Verb::Officer(OfficerVerb::Enroll(a)) => Wish::new(&a.flags, |d| office::enroll(d, a)),
        Verb::Officer(OfficerVerb::Roles(a)) => Wish::new(&a.flags, |d| office::roles(d, a)),
        Verb::Officer(OfficerVerb::Revoke(a)) => Wish::new(&a.flags, |d| office::revoke(d, a)),
        Verb::Policy(PolicyVerb::Adopt(a)) => Wish::new(&a.flags, |d| policy::adopt(d, a)),
        Verb::District(DistrictVerb::Register(a)) => {
            Wish::new(&a.flags, |d| Ok(setup::register_district(d, a)))
        }
        Verb::District(DistrictVerb::Retire(a)) => {
            Wish::new(&a.flags, |d| Ok(setup::retire_district(d, a)))
        }
        Verb::Programme(ProgrammeVerb::Register(a)) => {
            Wish::new(&a.flags, |d| Ok(setup::register_programme(d, a)))
        }
        Verb::Payee(PayeeVerb::Register(a)) => {
            Wish::new(&a.flags, |d| Ok(setup::register_payee(d, a))).sealing(&a.sealed)
        }
        Verb::Fund(verb) => return fund(verb),
        Verb::Allocation(verb) => allocation(verb),
        Verb::Allocate(a) => Wish::new(&a.flags, |d| money::allocate(d, a)),
        Verb::Reservation(ReservationVerb::Make(a)) => {
            Wish::new(&a.flags, |d| money::reserve(d, a))
        }
        Verb::Reservation(ReservationVerb::Release(a)) => {
            Wish::new(&a.flags, |d| money::release(d, a))
        }
        Verb::Project(verb) => return project(verb),
        Verb::Commitment(verb) => return commitment(verb),
        Verb::Commit(a) => Wish::new(&a.flags, |d| work::commit(d, a)),
        Verb::Disbursement(DisbursementVerb::Record(a)) | Verb::Disburse(a) => {
            Wish::new(&a.flags, |d| work::disburse(d, a))
        }
        Verb::Refund(a) => Wish::new(&a.flags, |d| work::refund(d, a)),
        Verb::FollowOn(verb) => return follow_on(verb),
        Verb::Reverse(a) => Wish::new(&a.flags, |d| book::reverse(d, a)),
        Verb::Breach(BreachVerb::Acknowledge(a)) => {
            Wish::new(&a.flags, |d| breach::acknowledge(d, a))
        }
        Verb::Attach(a) => Wish::new(&a.flags, |d| book::attach(d, a)),
        Verb::Confidential(ConfidentialVerb::Erase(a)) => {
            Wish::new(&a.flags, |d| confidential::erase(d, a))
        }
        Verb::Demo(_)
        | Verb::Init(_)
        | Verb::Key(_)
        | Verb::Import(_)
        | Verb::Confidential(ConfidentialVerb::Show(_) | ConfidentialVerb::Sweep(_))
        | Verb::Officer(OfficerVerb::List(_) | OfficerVerb::Rotate(_))
        | Verb::District(DistrictVerb::List(_))
        | Verb::Programme(ProgrammeVerb::List(_))
        | Verb::Policy(PolicyVerb::Show(_))
        | Verb::Payee(PayeeVerb::List(_))
        | Verb::Balance(_)
        | Verb::Register(_)
        | Verb::Show(_)
        | Verb::Funds(_)
        | Verb::Projects(_)
        | Verb::Payees(_)
        | Verb::Commitments(_)
        | Verb::Report(_)
        | Verb::Stats(_)
        | Verb::Export(_)
        | Verb::Verify(_)
        | Verb::Checkpoint(_)
        | Verb::Anchor(_)
        | Verb::Archive(_)
        | Verb::Publish(_)
        | Verb::Witness(_)
        | Verb::Prove(_)
        | Verb::CheckProof(_)
        | Verb::Doctor(_) => return None,
    })
}

fn fund(verb: &FundVerb) -> Option<Wish<'_>> {
    Some(match verb {
        FundVerb::Establish(a) => Wish::new(&a.flags, |d| Ok(setup::establish_fund(d, a))),
        FundVerb::Amend(a) => Wish::new(&a.flags, |d| Ok(setup::amend_fund(d, a))),
        FundVerb::Close(a) => Wish::new(&a.flags, |d| Ok(setup::close_fund(d, a))),
        FundVerb::List(_) => return None,
    })
}

fn allocation(verb: &AllocationVerb) -> Wish<'_> {
    match verb {
        AllocationVerb::Record(a) => Wish::new(&a.flags, |d| money::allocate(d, a)),
        AllocationVerb::Supplement(a) => Wish::new(&a.flags, |d| money::supplement(d, a)),
        AllocationVerb::Reduce(a) => Wish::new(&a.flags, |d| money::reduce(d, a)),
        AllocationVerb::Transfer(a) => Wish::new(&a.flags, |d| money::transfer(d, a)),
        AllocationVerb::Carry(a) => Wish::new(&a.flags, |d| money::carry(d, a)),
        AllocationVerb::Lapse(a) => Wish::new(&a.flags, |d| money::lapse(d, a)),
    }
}

fn project(verb: &ProjectVerb) -> Option<Wish<'_>> {
    Some(match verb {
        ProjectVerb::Approve(a) => Wish::new(&a.flags, |d| work::approve(d, a)),
        ProjectVerb::Complete(a) => Wish::new(&a.flags, |d| Ok(work::complete(d, a))),
        ProjectVerb::Terminate(a) => Wish::new(&a.flags, |d| Ok(work::terminate(d, a))),
        ProjectVerb::CloseOut(a) => Wish::new(&a.flags, |d| Ok(work::close_out(d, a))),
        ProjectVerb::List(_) => return None,
    })
}

fn commitment(verb: &CommitmentVerb) -> Option<Wish<'_>> {
    Some(match verb {
        CommitmentVerb::Make(a) => Wish::new(&a.flags, |d| work::commit(d, a)),
        CommitmentVerb::Increase(a) => Wish::new(&a.flags, |d| work::increase(d, a)),
        CommitmentVerb::Reduce(a) => Wish::new(&a.flags, |d| work::reduce(d, a)),
        CommitmentVerb::Close(a) => Wish::new(&a.flags, |d| Ok(work::close(d, a))),
        CommitmentVerb::List(_) => return None,
    })
}

fn follow_on(verb: &FollowOnVerb) -> Option<Wish<'_>> {
    Some(match verb {
        FollowOnVerb::Pledge(a) => Wish::new(&a.flags, |d| follow_on::pledge(d, a)),
        FollowOnVerb::PayIn(a) => Wish::new(&a.flags, |d| follow_on::pay_in(d, a)),
        FollowOnVerb::Withdraw(a) => Wish::new(&a.flags, |d| follow_on::withdraw(d, a)),
        FollowOnVerb::List(_) => return None,
    })
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
