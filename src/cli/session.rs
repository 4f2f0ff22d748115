//! What a run of the command line stands on: the user's home, the ledger's folder, the clock, and
//! the flags that every verb takes.

use super::args::Globals;
use super::output::Console;
use crate::chain::signature::Signer;
use crate::edge::clock::{self, Clock};
use crate::edge::config::{self, LedgerConfig};
use crate::edge::home::Home;
use crate::edge::ids::SystemIds;
use crate::edge::keys::PrivateKey;
use crate::error::{Error, Kind, Result};
use crate::ledger::{Ledger, Outside};
use std::path::PathBuf;

/// A run of the command line.
pub(crate) struct Session {
    /// The flags that every verb takes.
    pub(crate) globals: Globals,
    /// Keys, pins and anchors.
    pub(crate) home: Home,
    /// Where text goes.
    pub(crate) console: Console,
}

impl Session {
    /// A run with these flags, in the home that the environment names.
    ///
    /// # Errors
    /// `no_home`; a format that the file's ending does not tell.
    pub(crate) fn new(globals: Globals) -> Result<Self> {
        let console = Console::new(&globals)?;
        Ok(Self { home: Home::from_environment()?, console, globals })
    }

    /// The ledger's folder.
    ///
    /// # Errors
    /// `no_ledger`.
    pub(crate) fn ledger_folder(&self) -> Result<PathBuf> {
        config::find_ledger(self.globals.ledger.as_deref())
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
            anchors: self.home.anchors(),
        })
    }

    /// Opens the ledger for writing and says what was unusual about it.
    ///
    /// # Errors
    /// `no_ledger`, `no_key`, `home_in_ledger`, and all of [`Ledger::open`].
    pub(crate) fn open(&self) -> Result<Ledger> {
        let folder = self.ledger_folder()?;
        let config = LedgerConfig::read(&folder)?;
        self.home.check_outside(&folder)?;
        let log_key = self.home.keys().log(&config.origin)?;
        let mut ledger = Ledger::open(&folder, self.outside(log_key)?)?;
        self.tell_notes(&mut ledger);
        Ok(ledger)
    }

    fn tell_notes(&self, ledger: &mut Ledger) {
        for note in ledger.take_notes() {
            self.console.note(&note);
        }
    }

    /// Lets go of a ledger that was written to. What is recorded is durable already, so a failure
    /// here is worth a note, not a failure of the command.
    pub(crate) fn close(&self, mut ledger: Ledger) {
        self.tell_notes(&mut ledger);
        if let Err(error) = ledger.close() {
            self.console.note(&format!("the ledger was not closed cleanly: {error}"));
        }
    }

    /// The officer who signs, with the key.
    ///
    /// # Errors
    /// `no_key`, `officer_unclear`, `key_exposed`, `key_malformed`.
    pub(crate) fn officer(&self) -> Result<(String, PrivateKey)> {
        let keys = self.home.keys();
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
