//! `init`: the keys, the ledger with its first two entries, and the pin.
//!
//! What a rule or the disk can refuse is found out before a key is made, because keys are never
//! deleted by this program.

use super::documents::filing;
use super::key::Request;
use super::receipt;
use crate::chain::entry::LedgerId;
use crate::chain::hash::{Hash, to_hex};
use crate::chain::signature::Signer;
use crate::cli::args::Init;
use crate::cli::output::{Exit, for_terminal};
use crate::cli::session::Session;
use crate::domain::admit::{Context, admit};
use crate::domain::apply::Cited;
use crate::domain::calendar::Date;
use crate::domain::command::{Command, Order};
use crate::domain::event::{
    Bytes16, Bytes32, Bytes64, Event, Filing, LedgerOpened, OfficerEnrolled, Policy,
};
use crate::domain::ids::Text;
use crate::domain::kinds::Role;
use crate::domain::money::{Amount, Currency};
use crate::domain::propose::propose;
use crate::domain::state::State;
use crate::edge::config::{CONFIG_FILE, LedgerConfig};
use crate::edge::durable::{self, Readers};
use crate::edge::ids::{Ids, SystemIds};
use crate::edge::pins::Pin;
use crate::error::{Error, Kind, Result};
use crate::ledger::{Durability, Ledger, Receipt, ReceiptEntry};
use crate::tlog::checkpoint::check_origin;
use crate::tlog::note::VerifierKey;
use serde_json::json;
use std::path::Path;

/// Runs `init`.
///
/// # Errors
/// `origin_malformed`, `origin_has_key`, `pin_conflict`, `folder_not_empty`, `ledger_exists`,
/// `currency_unknown`, `home_in_ledger`, a rejection of the genesis command, or the machine's.
pub(crate) fn init(session: &Session, a: &Init) -> Result<Exit> {
    check_flags(a)?;
    let officer = officer_name(session)?;
    check(session, a)?;
    let currency = currency(&a.currency)?;
    let ledger_id = SystemIds::new()?.ledger_id();
    let founding =
        Founding { a, officer: &officer, currency, ledger_id, filing: filing(&a.flags)? };
    let events = founding.rehearse(session)?;
    if a.flags.dry_run {
        return dry_run(session, a, events);
    }
    durable::create_folder(&a.folder, Readers::Everyone)?;
    let keys = session.home()?.keys();
    let key = if keys.officers()?.contains(&officer) {
        keys.officer(&officer)?
    } else {
        keys.create_officer(&officer)?
    };
    let log_key = keys.create_log(&a.origin)?;
    let log_public = log_key.public_key();
    let vkey = VerifierKey::new(&a.origin, &log_public)?.to_string();
    let request = Request::signed(&key, ledger_id, &officer)?;
    let order = founding.order(log_public, request.key, request.proof);
    let config = LedgerConfig::new(&a.origin, a.name.as_str());
    let outside = session.outside(log_key)?;
    let (ledger, receipt) = Ledger::create(&a.folder, &config, &order, &key, outside)?;
    let genesis = genesis_hash(&ledger)?;
    let pin = Pin { origin: a.origin.clone(), ledger: ledger_id, genesis, vkey: vkey.clone() };
    session.home()?.known_logs().add(&pin)?;
    let opened = Opened { a, session, officer: &officer, pin: &pin, key: to_hex(&request.key) };
    let printed = opened.print(ledger.state(), &receipt);
    session.close(ledger);
    printed.map(|()| Exit::Done)
}

/// The first command of a ledger has no retry and no entry before it.
fn check_flags(a: &Init) -> Result<()> {
    let unfit = if a.flags.command_id.is_some() {
        "--command-id makes a retry recognisable; an init that failed is begun anew"
    } else if a.flags.accept_clock.is_some() {
        "--accept-clock is about the entry before; a new ledger has none"
    } else {
        return Ok(());
    };
    Err(Error::new(Kind::Usage, "flag_unfit", unfit).with_hint("leave the flag out"))
}

/// The officer who opens the ledger: named, or the only one with a key here.
fn officer_name(session: &Session) -> Result<String> {
    if let Some(name) = &session.globals.officer {
        session.home()?.keys().officer_path(name)?;
        return Ok(name.clone());
    }
    session.home()?.keys().default_officer().map_err(|error| {
        if error.code() != "no_key" {
            return error;
        }
        Error::new(
            Kind::Usage,
            "officer_needed",
            "a ledger is opened by an officer, and none is named",
        )
        .with_hint("add --officer NAME; init makes the key where it is missing")
    })
}

fn check(session: &Session, a: &Init) -> Result<()> {
    check_origin(&a.origin)?;
    session.home()?.check_outside(&a.folder)?;
    let keys = session.home()?.keys();
    if keys.has_log(&a.origin) {
        let path = keys.log_path(&a.origin);
        let message = format!(
            "the origin {} has a log key already, at {}: an origin names one log for ever",
            a.origin,
            path.display()
        );
        return Err(Error::new(Kind::Usage, "origin_has_key", message)
            .with_detail("origin", &a.origin)
            .with_detail("path", path.display())
            .with_hint(
                "choose another --origin; only if an init failed before it printed a ledger id, \
                 move that key away and run it again",
            ));
    }
    if let Some(pin) = session.home()?.known_logs().find(&a.origin)? {
        let message = format!("the origin {} is pinned to ledger {}", a.origin, pin.ledger);
        return Err(Error::new(Kind::Usage, "origin_pinned", message)
            .with_hint("choose another --origin: an origin names one log for ever"));
    }
    check_folder(&a.folder)
}

fn check_folder(folder: &Path) -> Result<()> {
    let mut inside = match std::fs::read_dir(folder) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        inside => inside.map_err(|e| Error::io("read the folder", folder, e))?,
    };
    if folder.join(CONFIG_FILE).exists() {
        let message = format!("{} already holds a ledger", folder.display());
        return Err(Error::new(Kind::Usage, "ledger_exists", message)
            .with_hint("choose another folder; a ledger is never overwritten"));
    }
    if inside.next().is_some() {
        let message = format!("the folder {} is not empty", folder.display());
        return Err(Error::new(Kind::Usage, "folder_not_empty", message)
            .with_hint("choose a new folder; a ledger has one of its own"));
    }
    Ok(())
}

fn currency(code: &str) -> Result<Currency> {
    Currency::named(code).ok_or_else(|| {
        let known = Currency::known().join(", ");
        Error::new(Kind::Usage, "currency_unknown", format!("no currency {code:?} is known"))
            .with_detail("found", code)
            .with_hint(format!("choose one of {known}"))
    })
}

/// What a ledger is opened with.
struct Founding<'a> {
    a: &'a Init,
    officer: &'a str,
    currency: Currency,
    ledger_id: LedgerId,
    filing: Filing,
}

impl Founding<'_> {
    fn order(&self, log_key: [u8; 32], key: [u8; 32], proof: [u8; 64]) -> Order {
        let opened = LedgerOpened {
            ledger: Bytes16(self.ledger_id.0),
            origin: Text::new(&self.a.origin),
            name: self.a.name.clone(),
            currency: Text::new(&self.currency.to_string()),
            exponent: self.currency.exponent,
            utc_offset_minutes: self.a.utc_offset,
            fiscal_year_start_month: self.a.fiscal_year_start,
            log_key: Bytes32(log_key),
            policy: Policy::default(),
            filing: self.filing.clone(),
        };
        let enrolled = OfficerEnrolled {
            number: 0,
            name: Text::new(self.officer),
            key: Bytes32(key),
            proof: Bytes64(proof),
            roles: vec![Role::Maker, Role::Approver, Role::Administrator],
            limit: None::<Amount>,
            filing: Filing::default(),
        };
        let command = Command::OpenLedger(opened, enrolled);
        Order { occurred_on: self.a.flags.on, historical: false, command }
    }

    /// Judges the genesis command with keys that stand for those to be made.
    fn rehearse(&self, session: &Session) -> Result<Vec<Event>> {
        let order = self.order([1; 32], [2; 32], [0; 64]);
        let recorded_at_microseconds = session.clock()?.now_microseconds();
        let today = Date::at(recorded_at_microseconds, self.a.utc_offset);
        let (state, cited) = (State::default(), Cited::new());
        let events = propose(&state, &order, today, &cited)?;
        let context =
            Context { recorded_at_microseconds, officer: 0, clock_accepted: false, cited: &cited };
        admit(&state, &events, &context)?;
        Ok(events)
    }
}

fn dry_run(session: &Session, a: &Init, events: Vec<Event>) -> Result<Exit> {
    let entry = |(index, event)| ReceiptEntry { index, id: Default::default(), event };
    let receipt = Receipt {
        entries: (0..).zip(events).map(entry).collect(),
        command_id: Default::default(),
        head: Default::default(),
        durability: Durability::Recorded,
        replayed: false,
        dry_run: true,
        warnings: Vec::new(),
    };
    let more = format!("would open {} in {}", for_terminal(a.name.as_str()), a.folder.display());
    receipt::print(session, &receipt::Scene::of(&State::default()), &receipt, &[more])
        .map(|()| Exit::Done)
}

fn genesis_hash(ledger: &Ledger) -> Result<Hash> {
    let first = ledger.entry(0)?.map(|sealed| sealed.hash);
    first.ok_or_else(|| Error::new(Kind::Break, "ledger_not_open", "the ledger has no first entry"))
}

/// A ledger that was opened a moment ago.
struct Opened<'a> {
    a: &'a Init,
    session: &'a Session,
    officer: &'a str,
    pin: &'a Pin,
    key: String,
}

impl Opened<'_> {
    fn print(&self, state: &State, receipt: &Receipt) -> Result<()> {
        let (pin, home) = (self.pin, self.session.home()?);
        let ledger = json!({
            "id": pin.ledger.to_string(),
            "name": self.a.name.as_str(),
            "origin": pin.origin,
            "folder": self.a.folder,
            "genesis": pin.genesis.to_string(),
            "log_key": pin.vkey,
            "officer": self.officer,
            "officer_key": self.key,
            "home": home.folder(),
        });
        let mut told = receipt::json(&receipt::Scene::of(state), receipt);
        if let Some(told) = told.as_object_mut() {
            told.insert("ledger".to_owned(), ledger);
        }
        let text = format!(
            "Opened the ledger {name} in {folder}.\n\
             \x20 ledger id   {id}\n\
             \x20 genesis     {genesis}\n\
             \x20 officer     {officer}, key {key}\n\
             \x20 log key     {vkey}\n\
             \x20             give it to whoever will verify this ledger: earmark verify --log-key …\n\
             \x20 home        {home}\n\
             \x20             back it up: without the keys in it nothing more can be recorded\n\n\
             Next:\n\
             \x20 cd {folder}\n\
             \x20 earmark fund establish CODE --name NAME --kind special --purpose TAG\n\
             \x20 earmark allocate CODE YEAR AMOUNT\n",
            name = for_terminal(self.a.name.as_str()),
            folder = self.a.folder.display(),
            id = pin.ledger,
            genesis = pin.genesis,
            officer = for_terminal(self.officer),
            key = self.key,
            vkey = pin.vkey,
            home = home.folder().display(),
        );
        self.session.console.receipt(&text, &told)
    }
}
