//! What a run of the command line stands on: the flags that every verb takes, a console, and a desk.

use super::args::Globals;
use super::output::Console;
use crate::desk::place::LedgerPlace;
use crate::desk::{Desk, Listener, Officer, WAIT_SECONDS};
use crate::edge::home::Home;
use crate::error::Result;
use crate::ledger::{Ledger, check_finished};
use crate::words::{Lang, Surface};
use std::path::PathBuf;
use std::sync::Arc;

/// A run of the command line.
pub(crate) struct Session {
    /// The flags that every verb takes.
    pub(crate) globals: Globals,
    /// What is done, and for whom.
    pub(crate) desk: Desk,
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
        Ok(Self::of(globals, Home::from_environment().ok(), console))
    }

    /// A run in this home, which says what it says on this console.
    pub(crate) fn of(globals: Globals, home: Option<Home>, console: Console) -> Self {
        let desk = Desk {
            home,
            listener: Arc::new(console.clone()),
            officer: globals.officer.clone(),
            wait_seconds: globals.wait.unwrap_or(WAIT_SECONDS),
        };
        Self { globals, desk, console }
    }

    /// The same run on another console.
    pub(crate) fn on(&self, console: Console) -> Self {
        Self::of(self.globals.clone(), self.desk.home.clone(), console)
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
    /// As [`Session::written_folder`] and [`Desk::officer`].
    pub(crate) fn recording_officer(&self) -> Result<Officer> {
        self.written_folder()?;
        self.desk.officer()
    }

    /// Does `work` on the session's ledger, open for writing, and closes it.
    ///
    /// # Errors
    /// `no_ledger`; as [`Desk::on_ledger`].
    pub(crate) fn on_ledger<T>(&self, work: impl FnOnce(&mut Ledger) -> Result<T>) -> Result<T> {
        self.desk.on_ledger(&self.written_folder()?, work)
    }
}

impl Listener for Console {
    fn note(&self, words: &str) {
        self.note(words);
    }

    fn warn(&self, words: &str) {
        self.warn(words);
    }

    fn lang(&self) -> Lang {
        self.lang
    }

    fn surface(&self) -> Surface {
        Surface::CommandLine
    }
}
