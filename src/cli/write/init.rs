//! `init`: the keys, the ledger with its first two entries, and the pin.
//!
//! What a rule or the disk can refuse is found out before a key is made, because keys are never
//! deleted by this program. What is begun is noted in the home until its last step is done
//! (`edge::beginnings`), so that one that was cut off at any step can be run again.

use super::receipt;
use crate::chain::entry::LedgerId;
use crate::chain::hash::{Hash, to_hex};
use crate::chain::signature::Signer;
use crate::cli::args::Init;
use crate::cli::output::{Exit, path_text};
use crate::cli::session::Session;
use crate::desk::request::Request;
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
use crate::edge::config::{LedgerConfig, has_ledger};
use crate::edge::durable::{self, Readers};
use crate::edge::home::Home;
use crate::edge::ids::{Ids, SystemIds};
use crate::edge::keys::PrivateKey;
use crate::edge::pins::Pin;
use crate::error::{Error, Kind, Result};
use crate::ledger::{Durability, Ledger, Receipt, ReceiptEntry, clear_never_begun};
use crate::tlog::checkpoint::check_origin;
use crate::tlog::note::VerifierKey;
use crate::words::shown::for_terminal;
use serde_json::json;
use std::path::{Path, PathBuf};

/// LedgerOpened and the OfficerEnrolled of whoever opens it.
const GENESIS_ENTRIES: u64 = 2;

/// Runs `init`. One that was cut off is finished, or begun anew, by the same words.
///
/// # Errors
/// `origin_malformed`, `origin_has_key`, `pin_conflict`, `folder_not_empty`, `ledger_exists`,
/// `currency_unknown`, `home_in_ledger`, `init_unfinished`, `init_differs`, a rejection of the genesis
/// command, or the machine's.
pub(crate) fn init(session: &Session, a: &Init) -> Result<Exit> {
    check_flags(a)?;
    let officer = officer_name(session)?;
    check_origin(&a.origin)?;
    let home = session.desk.home()?;
    home.check_outside(&a.folder)?;
    home.check_nowhere_public()?;
    let currency = currency(&a.currency)?;
    let ledger_id = SystemIds::new()?.ledger_id();
    let mut founding =
        Founding { a, officer: &officer, currency, ledger_id, filing: a.flags.filing()? };
    let events = founding.rehearse(session)?;
    if a.flags.dry_run {
        Standing::of(&home, a)?;
        return dry_run(session, a, events);
    }
    let _turn = home.beginnings().turn()?;
    let (ledger, receipt) = match Standing::of(&home, a)? {
        Standing::Free => founding.create(session)?,
        Standing::Begun => {
            clear_never_begun(&a.folder)?;
            check_folder(&a.folder)?;
            founding.create(session)?
        }
        Standing::Made => match founding.finish(session) {
            Err(error) if matches!(error.code(), "never_begun" | "nothing_to_recover") => {
                clear_never_begun(&a.folder)?;
                check_folder(&a.folder)?;
                founding.create(session)?
            }
            finished => finished?,
        },
    };
    session.desk.closing(ledger, |ledger| {
        let facts = ledger.state().ledger.as_ref();
        let vkey = VerifierKey::new(&a.origin, &facts.map(|f| f.log_key.0).unwrap_or_default())?;
        let (origin, genesis) = (a.origin.clone(), genesis_hash(ledger)?);
        let pin = Pin { origin, ledger: ledger.id()?, genesis, vkey: vkey.to_string() };
        home.known_logs().add(&pin)?;
        let key = to_hex(&home.keys().officer(&officer)?.public_key());
        let opened = Opened { a, session, officer: &officer, pin: &pin, key };
        session.desk.warn_unpublished(ledger, None);
        let printed = opened.print(ledger.state(), &receipt);
        if let Err(error) = home.beginnings().forget(&a.origin) {
            let words = format!("it is noted as unfinished, which does no harm: {error}");
            session.console.note(&words);
        }
        printed.map(|()| Exit::Done)
    })
}

/// The first command of a ledger has no retry and no entry before it.
fn check_flags(a: &Init) -> Result<()> {
    let (case, unfit) = if a.flags.command_id.is_some() {
        (
            "init_command_id",
            "--command-id makes a retry recognisable; an init that failed is run again as it is",
        )
    } else if a.flags.accept_clock.is_some() {
        ("init_clock", "--accept-clock is about the entry before; a new ledger has none")
    } else {
        return Ok(());
    };
    Err(Error::new(Kind::Usage, "flag_unfit", unfit).in_case(case).with_hint("leave the flag out"))
}

/// The officer who opens the ledger: named, or the only one with a key here.
fn officer_name(session: &Session) -> Result<String> {
    if let Some(name) = &session.globals.officer {
        session.desk.home()?.keys().officer_path(name)?;
        return Ok(name.clone());
    }
    session.desk.home()?.keys().default_officer().map_err(|error| {
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

/// How far an earlier `init` of this origin came.
enum Standing {
    /// There was none, or nothing of it is in the way.
    Free,
    /// It was cut off before the folder was a ledger's.
    Begun,
    /// It was cut off, and the folder is a ledger's, with or without an entry.
    Made,
}

impl Standing {
    fn of(home: &Home, a: &Init) -> Result<Self> {
        match home.beginnings().find(&a.origin)? {
            Some(folder) if folder == whole(&a.folder)? => {
                return Ok(if has_ledger(&folder)? { Self::Made } else { Self::Begun });
            }
            Some(other) if has_ledger(&other)? => return Err(unfinished(&a.origin, &other)),
            // Nothing was signed with its key: whoever began it may go elsewhere.
            Some(_) if home.anchors().read(&a.origin)?.is_none() => {}
            // Of a folder that is a ledger's already its key says nothing more.
            Some(_) | None if has_ledger(&a.folder)? => return Err(ledger_exists(&a.folder)),
            Some(_) | None => check_unused(home, &a.origin)?,
        }
        check_folder(&a.folder).map(|()| Self::Free)
    }
}

fn whole(folder: &Path) -> Result<PathBuf> {
    std::path::absolute(folder).map_err(|e| Error::io("find", folder, e))
}

fn unfinished(origin: &str, folder: &Path) -> Error {
    let shown = folder.display();
    let message = format!("an init of {origin} into {shown} was cut off before it ended");
    Error::new(Kind::Usage, "init_unfinished", message)
        .with_detail("folder", &shown)
        .with_hint(format!("run that one again, into {shown}; or choose another --origin"))
        .with_detail("origin", origin)
}

fn check_unused(home: &Home, origin: &str) -> Result<()> {
    let keys = home.keys();
    if keys.has_log(origin)? {
        let path = keys.log_path(origin);
        let message = format!(
            "the origin {origin} has a log key already, at {}: an origin names one log for ever",
            path.display()
        );
        return Err(Error::new(Kind::Usage, "origin_has_key", message)
            .with_detail("origin", origin)
            .with_detail("path", path.display())
            .with_hint(
                "choose another --origin; only if an init of release 0.1.0 failed before it printed \
                 a ledger id, move that key away and run it again",
            ));
    }
    if let Some(pin) = home.known_logs().find(origin)? {
        let message = format!("the origin {origin} is pinned to ledger {}", pin.ledger);
        return Err(Error::new(Kind::Usage, "origin_pinned", message)
            .with_hint("choose another --origin: an origin names one log for ever")
            .with_detail("origin", origin)
            .with_detail("ledger", pin.ledger));
    }
    Ok(())
}

fn ledger_exists(folder: &Path) -> Error {
    let message = format!("{} already holds a ledger", folder.display());
    Error::new(Kind::Usage, "ledger_exists", message)
        .with_hint("choose another folder; a ledger is never overwritten")
        .with_detail("path", folder.display())
}

fn check_folder(folder: &Path) -> Result<()> {
    let mut inside = match std::fs::read_dir(folder) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        inside => inside.map_err(|e| Error::io("read the folder", folder, e))?,
    };
    if has_ledger(folder)? {
        return Err(ledger_exists(folder));
    }
    if inside.next().is_some() {
        let message = format!("the folder {} is not empty", folder.display());
        return Err(Error::new(Kind::Usage, "folder_not_empty", message)
            .with_hint("choose a new folder; a ledger has one of its own")
            .with_detail("path", folder.display()));
    }
    Ok(())
}

fn currency(code: &str) -> Result<Currency> {
    Currency::named(code).ok_or_else(|| {
        Error::new(Kind::Usage, "currency_unknown", format!("no currency {code:?} is known"))
            .with_detail("found", code)
            .with_hint(
                "name a code of ISO 4217, present or historic, in capitals: CNY, EUR, HRK, …",
            )
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
    /// Makes the ledger, with the keys that are missing.
    fn create(&self, session: &Session) -> Result<(Ledger, Receipt)> {
        let (a, home) = (self.a, session.desk.home()?);
        home.beginnings().note(&a.origin, &whole(&a.folder)?)?;
        durable::create_folder(&a.folder, Readers::Everyone)?;
        let keys = home.keys();
        for path in [keys.officer_path(self.officer)?, keys.log_path(&a.origin)] {
            durable::sweep(&path)?;
        }
        let key = if keys.officers()?.iter().any(|name| name == self.officer) {
            keys.officer(self.officer)?
        } else {
            keys.create_officer(self.officer)?
        };
        // One that is there was made by an `init` that was cut off before it was used.
        let log_key = match keys.log(&a.origin) {
            Err(error) if error.code() == "no_key" => keys.create_log(&a.origin)?,
            found => found?,
        };
        let order = self.signed_order(&key, log_key.public_key())?;
        let config = LedgerConfig::new(&a.origin, a.name.as_str());
        Ledger::create(&a.folder, &config, &order, &key, session.desk.outside(log_key)?)
    }

    /// Opens what an `init` made that was cut off after it was recorded.
    fn finish(&mut self, session: &Session) -> Result<(Ledger, Receipt)> {
        let (a, home) = (self.a, session.desk.home()?);
        if LedgerConfig::read(&a.folder)?.origin != a.origin {
            return Err(ledger_exists(&a.folder));
        }
        let log_key = home.keys().log(&a.origin)?;
        let log_public = log_key.public_key();
        let ledger = Ledger::open(&a.folder, session.desk.outside(log_key)?)?;
        self.ledger_id = ledger.id()?;
        let order = self.signed_order(&home.keys().officer(self.officer)?, log_public)?;
        let receipt = ledger.begun_by(&order)?;
        let is_pinned = home.known_logs().find(&a.origin)?.is_some();
        if is_pinned && (receipt.is_none() || ledger.head().size > GENESIS_ENTRIES) {
            session.desk.closing(ledger, |_| Ok(()))?;
            home.beginnings().forget(&a.origin)?;
            return Err(ledger_exists(&a.folder));
        }
        let Some(receipt) = receipt else {
            session.desk.closing(ledger, |_| Ok(()))?;
            let message = format!(
                "an init that was cut off has recorded the ledger in {} with other words than these",
                a.folder.display()
            );
            return Err(Error::new(Kind::Usage, "init_differs", message)
                .with_hint(format!(
                    "see them with `earmark stats --ledger {}`, and run init with the same",
                    a.folder.display()
                ))
                .with_detail("path", a.folder.display()));
        };
        Ok((ledger, receipt))
    }

    fn signed_order(&self, key: &PrivateKey, log_public: [u8; 32]) -> Result<Order> {
        let request = Request::signed(key, self.ledger_id, self.officer)?;
        Ok(self.order(log_public, request.key, request.proof))
    }

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
            name: Text::typed(self.officer),
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
        let recorded_at_microseconds = session.desk.clock()?.now_microseconds();
        let today = Date::at(recorded_at_microseconds, self.a.utc_offset);
        let (mut state, cited) = (State::default(), Cited::new());
        let events = propose(&state, &order, today, &cited)?;
        let context =
            Context { recorded_at_microseconds, officer: 0, clock_accepted: false, cited: &cited };
        admit(&mut state, &events, &context)?;
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
        let (pin, home) = (self.pin, self.session.desk.home()?);
        let ledger = json!({
            "id": pin.ledger.to_string(),
            "name": self.a.name.as_str(),
            "origin": pin.origin,
            "folder": path_text(&self.a.folder),
            "genesis": pin.genesis.to_string(),
            "log_key": pin.vkey,
            "officer": self.officer,
            "officer_key": self.key,
            "home": path_text(home.folder()),
        });
        let mut told =
            receipt::json(&receipt::Scene::of(state), receipt, self.session.console.lang);
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
        self.session.console.done(&text, &told)
    }
}
