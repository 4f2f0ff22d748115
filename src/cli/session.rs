//! What a run of the command line stands on: the user's home, the ledger's folder, the clock, and
//! the flags that every verb takes.

use super::args::Globals;
use super::output::Console;
use super::place::LedgerPlace;
use super::wait;
use crate::chain::signature::Signer;
use crate::domain::event::Bytes32;
use crate::edge::clock::{self, Clock};
use crate::edge::config::LedgerConfig;
use crate::edge::home::Home;
use crate::edge::ids::SystemIds;
use crate::edge::keys::{PrivateKey, Slot};
use crate::edge::pins::Pin;
use crate::error::{Error, Kind, Result};
use crate::ledger::reader::home_cache::{DISTANCE, HomeCaches};
use crate::ledger::{Ledger, Outside, Reader, check_finished, forget_made};
use crate::tlog::note::VerifierKey;
use crate::words::{Lang, Surface};
use std::path::{Path, PathBuf};

/// A run of the command line.
pub(crate) struct Session {
    /// The flags that every verb takes.
    pub(crate) globals: Globals,
    /// Keys, pins and anchors, where the environment names a place for them.
    pub(super) home: Option<Home>,
    /// Where text goes.
    pub(crate) console: Console,
}

impl Session {
    /// A run with these flags, in the home that the environment names.
    ///
    /// # Errors
    /// A format that the file's ending does not tell.
    pub(crate) fn new(globals: Globals) -> Result<Self> {
        let console = Console::new(&globals)?;
        // What needs no home runs without one: an auditor with a key from outside, for example.
        Ok(Self { home: Home::from_environment().ok(), console, globals })
    }

    /// The user's home: keys, pins and anchors.
    ///
    /// # Errors
    /// `no_home`.
    pub(crate) fn home(&self) -> Result<Home> {
        self.home.clone().map_or_else(Home::from_environment, Ok)
    }

    /// The caches that this home keeps of logs it reads; none, and one line that says why, where its key for
    /// them is unfit.
    pub(crate) fn home_caches(&self) -> Option<HomeCaches> {
        let home = self.home.as_ref()?;
        let key = home.local_key();
        if let Err(error) = key.read() {
            let said = error.said(self.console.lang, Surface::CommandLine);
            let next = said.next.map(|next| format!("; {next}")).unwrap_or_default();
            self.console.warn(&format!("{}{next}", said.rule));
            return None;
        }
        // A secret is made nowhere that is handed out.
        home.check_nowhere_public().ok()?;
        Some(HomeCaches::new(home.caches(), key, DISTANCE))
    }

    /// Warns of what others can change of what is trusted here.
    ///
    /// # Errors
    /// An I/O code with the path.
    pub(super) fn warn_of_open_home(&self) -> Result<()> {
        let open = self.home.as_ref().map_or_else(|| Ok(Vec::new()), Home::open_to_others)?;
        for path in open {
            let shown = path.display();
            self.console.warn(&format!(
                "others can change {shown}, and keys, pins and anchors are all the trust there is: chmod go-w {shown}"
            ));
        }
        Ok(())
    }

    /// The pin of a log; none where there is no home.
    ///
    /// # Errors
    /// `pin_malformed`, or an I/O code.
    pub(crate) fn pin_of(&self, origin: &str) -> Result<Option<Pin>> {
        self.home.as_ref().map_or(Ok(None), |home| home.known_logs().find(origin))
    }

    /// Where the ledger is: its own folder, or a copy of its log.
    ///
    /// # Errors
    /// `no_ledger`.
    pub(crate) fn place(&self) -> Result<LedgerPlace> {
        LedgerPlace::find(self.globals.ledger.as_deref())
    }

    /// The ledger's own folder.
    ///
    /// # Errors
    /// `no_ledger`; `copy_to_read` for a copy of its log.
    pub(crate) fn ledger_folder(&self) -> Result<PathBuf> {
        match self.place()? {
            LedgerPlace::Own(folder) => Ok(folder),
            LedgerPlace::Copy(copy) => Err(copy.only_read()),
        }
    }

    /// The ledger's folder, to be written to.
    ///
    /// # Errors
    /// `no_ledger`; `copy_to_read`, `restored_for_reading`, `restore_unfinished`: before any key is asked for,
    /// which would be of no use there.
    pub(crate) fn written_folder(&self) -> Result<PathBuf> {
        let folder = self.ledger_folder()?;
        check_finished(&folder)?;
        Ok(folder)
    }

    /// The officer who records in the session's ledger, with the key.
    ///
    /// # Errors
    /// As [`Session::written_folder`] and [`Session::officer`].
    pub(crate) fn recording_officer(&self) -> Result<(String, PrivateKey)> {
        self.written_folder()?;
        self.officer()
    }

    /// The clock.
    ///
    /// # Errors
    /// `test_clock`.
    pub(crate) fn clock(&self) -> Result<Box<dyn Clock>> {
        clock::from_environment()
    }

    /// The outside world of a ledger, with the key of its log.
    ///
    /// # Errors
    /// `test_clock`, `no_randomness`.
    pub(crate) fn outside(&self, log_key: PrivateKey) -> Result<Outside> {
        Ok(Outside {
            clock: self.clock()?,
            ids: Box::new(SystemIds::new()?),
            log_signer: Box::new(log_key),
            lost_log_key: None,
            anchors: self.home()?.anchors(),
        })
    }

    /// Does `work` on the ledger, open for writing, and closes it: a command that is refused or fails
    /// leaves as clean an end as one that is recorded. Says what was unusual about the ledger.
    ///
    /// # Errors
    /// `no_ledger`, `no_key`, `home_in_ledger`, all of [`Ledger::open`], and those of `work`.
    pub(crate) fn on_ledger<T>(&self, work: impl FnOnce(&mut Ledger) -> Result<T>) -> Result<T> {
        let folder = self.written_folder()?;
        let config = LedgerConfig::read(&folder)?;
        self.home()?.check_outside(&folder)?;
        let ledger = self.open_with_log_key(&folder, &config.origin)?;
        self.closing(ledger, |ledger| {
            self.tell_notes(ledger);
            self.follow_pin(ledger)?;
            forget_made(&folder)?;
            work(ledger)
        })
    }

    /// Does `work` on an open ledger and closes it, whatever came of it. A panic lets go of it only.
    ///
    /// # Errors
    /// Those of `work`.
    pub(crate) fn closing<T>(
        &self,
        mut ledger: Ledger,
        work: impl FnOnce(&mut Ledger) -> Result<T>,
    ) -> Result<T> {
        let outcome = work(&mut ledger);
        self.tell_notes(&mut ledger);
        // What is recorded is durable already, so a failure here is worth a note, not a failure of the
        // command; and after one that failed it is most often the same failure once more.
        if let Err(error) = ledger.close()
            && outcome.is_ok()
        {
            self.console.note(&format!("the ledger was not closed cleanly: {error}"));
        }
        outcome
    }

    /// Opens with the log's key; where a rotation was interrupted after it was recorded, with the key
    /// that follows it, which then takes its place.
    ///
    /// # Errors
    /// `no_key`; all of [`Ledger::open`].
    pub(crate) fn open_with_log_key(&self, folder: &Path, origin: &str) -> Result<Ledger> {
        let (keys, slot) = (self.home()?.keys(), self.home()?.keys().log_slot(origin));
        let Some(next) = slot.next()? else {
            return self.open_as(folder, &keys.log(origin)?);
        };
        if keys.has_log(origin)? {
            match self.open_as(folder, &keys.log(origin)?) {
                Err(error) if error.code() == "log_key_differs" => {}
                opened => return opened,
            }
        }
        let mut ledger = self.open_as(folder, &next)?;
        self.finish_log_rotation(&ledger, &slot)?;
        ledger.note("the rotation of the log key that was cut off is done: the new key is in use");
        Ok(ledger)
    }

    /// The key that the ledger names as its log's is this machine's next: it is pinned, and takes the
    /// place of the one before, in this order, so that as long as the pin waits the key does.
    ///
    /// # Errors
    /// `pin_malformed`, or an I/O code; the next opening goes on.
    pub(crate) fn finish_log_rotation(&self, ledger: &Ledger, slot: &Slot) -> Result<()> {
        let former = ledger.state().ledger.as_ref().and_then(|facts| facts.former_log_keys.last());
        match former.filter(|former| !former.handed_over) {
            // Nobody handed over: the pin goes on from the key that was lost, and from no other.
            Some(former) if self.is_pinned(ledger, &former.key)? => self.pin_log_key(ledger)?,
            Some(_) | None => self.follow_pin(ledger)?,
        }
        slot.promote()
    }

    fn is_pinned(&self, ledger: &Ledger, key: &Bytes32) -> Result<bool> {
        let Some(facts) = ledger.state().ledger.as_ref() else { return Ok(false) };
        let Some(pin) = self.pin_of(facts.origin.as_str())? else { return Ok(false) };
        let pinned: VerifierKey = pin.vkey.parse()?;
        Ok(pinned.public_key().to_bytes() == key.0)
    }

    /// One line where a key that is recorded could not be put in its place yet.
    pub(crate) fn warn_unplaced(&self, finished: Result<()>) {
        let Err(error) = finished else { return };
        let why = error.message();
        self.console.warn(&match self.console.lang {
            Lang::En => format!(
                "the new key is recorded, and not yet in its place: {why}; nothing is lost, the next command \
                 puts it there; do not rotate again"
            ),
            Lang::Zh => {
                format!("新密钥已记账，尚未就位：{why}；没有丢失，下一条命令会完成；请勿再次更换")
            }
        });
    }

    /// Opens with this log key, once nobody else writes.
    fn open_as(&self, folder: &Path, log_key: &PrivateKey) -> Result<Ledger> {
        self.waiting(&mut || Ledger::open(folder, self.outside(log_key.clone())?))
    }

    /// Makes an attempt that takes a ledger's lock; waits for another program as long as was asked for.
    ///
    /// # Errors
    /// `locked` after that time; what comes of the attempt.
    pub(crate) fn waiting<T>(&self, attempt: &mut dyn FnMut() -> Result<T>) -> Result<T> {
        let seconds = self.globals.wait.unwrap_or(wait::DEFAULT_SECONDS);
        wait::waiting(&self.console, seconds, attempt)
    }

    /// Opens a ledger whose log key is lost, with the key that is to follow it. Whose ledger it is, is
    /// what this machine has pinned.
    ///
    /// # Errors
    /// `log_key_present` when it is not lost; `pin_differs`; as [`Session::on_ledger`].
    pub(crate) fn open_without_log_key(&self, dry_run: bool) -> Result<(Ledger, PrivateKey)> {
        let folder = self.written_folder()?;
        let config = LedgerConfig::read(&folder)?;
        self.home()?.check_outside(&folder)?;
        let slot = self.home()?.keys().log_slot(&config.origin);
        if self.home()?.keys().has_log(&config.origin)? {
            let message =
                format!("the log key of {} is at {}", config.origin, slot.path().display());
            return Err(Error::new(Kind::Usage, "log_key_present", message)
                .with_hint(
                    "without --lost it signs for the one that follows, so that trust in it goes on",
                )
                .with_detail("origin", &config.origin)
                .with_detail("path", slot.path().display()));
        }
        let lost = self.named_log_key(&folder, &config.origin)?;
        let next = if dry_run { slot.rehearse_next() } else { slot.make_next() }?;
        let ledger = self.waiting(&mut || {
            let outside = Outside { lost_log_key: Some(lost), ..self.outside(next.clone())? };
            Ledger::open(&folder, outside)
        })?;
        Ok((ledger, next))
    }

    /// The log key that the ledger names, which must be the pinned one where there is a pin.
    fn named_log_key(&self, folder: &Path, origin: &str) -> Result<[u8; 32]> {
        let reader = Reader::open(folder, None)?;
        let replay = reader.fold(reader.size(), &mut |_| {})?;
        let facts = replay.state().ledger.as_ref();
        let named = facts.map(|facts| facts.log_key.0).unwrap_or_default();
        let Some(pin) = self.pin_of(origin)? else { return Ok(named) };
        let pinned: VerifierKey = pin.vkey.parse()?;
        if pinned.public_key().to_bytes() == named {
            return Ok(named);
        }
        let found = VerifierKey::new(origin, &named)?;
        let message =
            format!("the log key of {origin} is pinned as {pinned}, and the ledger names {found}");
        Err(Error::new(Kind::NotPinned, "pin_differs", message)
            .with_hint("run `earmark verify`: this may be another ledger than the one you know")
            .with_detail("origin", origin)
            .with_detail("expected", &pinned)
            .with_detail("found", &found))
    }

    /// Pins the log's present key, which this machine has made: nobody handed over to it.
    ///
    /// # Errors
    /// `pin_malformed`, or an I/O code.
    pub(crate) fn pin_log_key(&self, ledger: &Ledger) -> Result<()> {
        let Some(facts) = ledger.state().ledger.as_ref() else { return Ok(()) };
        let known = self.home()?.known_logs();
        let Some(pin) = known.find(facts.origin.as_str())? else { return Ok(()) };
        let vkey = VerifierKey::new(facts.origin.as_str(), &facts.log_key.0)?.to_string();
        known.replace(&pin, &Pin { vkey, ..pin.clone() })
    }

    /// The pin follows the log's key, where the pinned one signed for the one after it.
    ///
    /// # Errors
    /// `pin_malformed`, or an I/O code.
    pub(crate) fn follow_pin(&self, ledger: &Ledger) -> Result<()> {
        let Some(facts) = ledger.state().ledger.as_ref() else { return Ok(()) };
        if facts.former_log_keys.is_empty() {
            return Ok(());
        }
        let known = self.home()?.known_logs();
        let Some(pin) = known.find(facts.origin.as_str())? else { return Ok(()) };
        let pinned: VerifierKey = pin.vkey.parse()?;
        if !facts.is_handed_over(&Bytes32(pinned.public_key().to_bytes())) {
            return Ok(());
        }
        self.pin_log_key(ledger)
    }

    /// The officer's key in use: where a rotation was interrupted after it was recorded, the next one,
    /// which then takes its place.
    ///
    /// # Errors
    /// As [`Session::officer`].
    pub(crate) fn in_use(
        &self,
        (name, key): (String, PrivateKey),
        ledger: &Ledger,
    ) -> Result<(String, PrivateKey)> {
        let knows = |key: &PrivateKey| {
            let public = key.public_key();
            ledger.state().officers.iter().any(|officer| officer.key.0 == public)
        };
        let slot = self.home()?.keys().officer_slot(&name)?;
        if knows(&key) {
            return Ok((name, key));
        }
        match slot.next()?.filter(knows) {
            None => Ok((name, key)),
            Some(_) => {
                slot.promote()?;
                Ok((name, slot.key()?))
            }
        }
    }

    fn tell_notes(&self, ledger: &mut Ledger) {
        for note in ledger.take_notes() {
            self.console.note(&note);
        }
    }

    /// One line where what was recorded could not be published: nothing is lost, and nothing is to be
    /// recorded again. `what` names it.
    pub(crate) fn warn_unpublished(&self, ledger: &Ledger, what: Option<&str>) {
        let Some(error) = ledger.unpublished() else { return };
        let why = error.message();
        let why = why.strip_prefix("recorded, but not published: ").unwrap_or(why);
        self.console.warn(&match self.console.lang {
            Lang::En => format!(
                "{} is recorded, and not yet published: {why}; nothing is lost, do not record it again; next: earmark publish",
                what.unwrap_or("this")
            ),
            Lang::Zh => format!(
                "{}已记账，尚未签署存档：{why}；没有丢失，请勿重复记账；下一步：earmark publish",
                what.unwrap_or("本次内容")
            ),
        });
    }

    /// The officer who signs, with the key.
    ///
    /// # Errors
    /// `no_key`, `officer_unclear`, `key_exposed`, `key_malformed`.
    pub(crate) fn officer(&self) -> Result<(String, PrivateKey)> {
        let keys = self.home()?.keys();
        let name = match &self.globals.officer {
            Some(name) => name.clone(),
            None => keys.default_officer()?,
        };
        let key = keys.officer(&name)?;
        Ok((name, key))
    }
}

/// Turns "no such key in the ledger" into words about the officer that was asked to sign.
pub(crate) fn name_officer(error: Error, name: &str, signer: &dyn Signer) -> Error {
    if error.code() != "unknown_officer" {
        return error;
    }
    let key = crate::chain::hash::to_hex(&signer.public_key());
    Error::new(
        Kind::Rejected,
        "unknown_officer",
        format!("{name} is no officer of this ledger: the key {key} is not enrolled"),
    )
    .with_detail("officer", name)
    .with_detail("key", key)
    .with_hint(format!(
        "sign with --officer of an enrolled one (earmark officer list), or have one run: earmark \
         officer enroll {name} --role maker"
    ))
}
