//! What a surface does: open a ledger and close it, find the key that signs, turn a filled-in form into a
//! command, prepare, sign and commit it, look up what a name names, and read a log as known at a time.
//!
//! The command line is one surface; an API and pages are others. None of them has rules of its own (the
//! domain's), words (`words`), fields (`form`) or rows (`report`): a surface reads what was typed, calls
//! this room, and prints what comes back.
//!
//! * [`Desk`] is what a surface stands on: a home, who is told, how long is waited. `open`: ledgers for writing;
//!   `keys`: log keys and officers' keys, and the pins that follow them.
//! * `fill`: a form's texts into a command, with `documents`, `policy_file`, `request` (keys that were made
//!   elsewhere) and `sealed` (confidential fields from files).
//! * `commit`: prepare, sign, commit; `receipt`: what is said of it, as text and as JSON, with `caution`s. [`writer`]: one writer for many who wait, and one sync for all of them.
//! * `reading`: a log as known at a time, and what every report of it says of itself; `filters`, `named`: what was
//!   typed of it; `late`: what came after a period's end; `copied`: who vouches for a copy.
//! * `package`: one zip for an auditor; `packed`: what it has beside its log, held against the log.
//! * `place`: a ledger's folder, or a copy of its log; `source`: a log of somebody else's. `target`: where a result
//!   may be written. `wait`: until another program is done.
//!
//! Nothing here prints: what is said on the way goes to a [`Listener`]. Hints of its errors name the command line, as
//! those of every room but the domain do.

pub(crate) mod caution;
pub(crate) mod commit;
mod copied;
pub(crate) mod documents;
pub(crate) mod fill;
pub(crate) mod filters;
mod keys;
pub(crate) mod late;
pub(crate) mod named;
mod open;
pub(crate) mod package;
pub(crate) mod packed;
pub(crate) mod place;
pub(crate) mod policy_file;
pub(crate) mod reading;
pub mod receipt;
pub(crate) mod request;
pub(crate) mod sealed;
pub(crate) mod source;
pub(crate) mod target;
mod wait;
pub mod writer;

pub(crate) use commit::Asked;
pub(crate) use keys::{Officer, name_officer};
pub(crate) use reading::Reading;

use crate::edge::clock::{self, Clock};
use crate::edge::home::Home;
use crate::error::Result;
use crate::ledger::reader::home_cache::{DISTANCE, HomeCaches};
use crate::words::{Lang, Surface};
use std::fmt;
use std::sync::Arc;

/// Who is told what is no result: what was unusual, and what goes on meanwhile.
pub trait Listener: fmt::Debug + Send + Sync {
    /// Something worth knowing.
    fn note(&self, words: &str);
    /// Something to look at.
    fn warn(&self, words: &str);
    /// The language to say it in.
    fn lang(&self) -> Lang;
    /// Where it is read.
    fn surface(&self) -> Surface;
}

/// What a surface stands on.
#[derive(Debug, Clone)]
pub struct Desk {
    /// Keys, pins and anchors, where the environment names a place for them.
    pub home: Option<Home>,
    /// Who is told.
    pub listener: Arc<dyn Listener>,
    /// The officer who signs, where one was named.
    pub officer: Option<String>,
    /// Seconds that are waited for a ledger that another program has.
    pub wait_seconds: u32,
}

/// Seconds that are waited where nothing else is said.
pub const WAIT_SECONDS: u32 = 10;

impl Desk {
    /// The user's home: keys, pins and anchors.
    ///
    /// # Errors
    /// `no_home`.
    pub fn home(&self) -> Result<Home> {
        self.home.clone().map_or_else(Home::from_environment, Ok)
    }

    /// One of two texts, in the language that is spoken.
    fn say(&self, en: impl Into<String>, zh: impl Into<String>) -> String {
        self.listener.lang().choose(en.into(), zh.into())
    }

    /// The clock.
    ///
    /// # Errors
    /// `test_clock`.
    pub fn clock(&self) -> Result<Box<dyn Clock>> {
        clock::from_environment()
    }

    /// The caches that this home keeps of logs it reads; none, and one line that says why, where its key for
    /// them is unfit.
    #[must_use]
    pub fn home_caches(&self) -> Option<HomeCaches> {
        let home = self.home.as_ref()?;
        let key = home.local_key();
        if let Err(error) = key.read() {
            let said = error.said(self.listener.lang(), self.listener.surface());
            let next = said.next.map(|next| format!("; {next}")).unwrap_or_default();
            self.listener.warn(&format!("{}{next}", said.rule));
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
    pub fn warn_of_open_home(&self) -> Result<()> {
        let open = self.home.as_ref().map_or_else(|| Ok(Vec::new()), Home::open_to_others)?;
        for path in open {
            let shown = path.display();
            self.listener.warn(&format!(
                "others can change {shown}, and keys, pins and anchors are all the trust there is: chmod go-w {shown}"
            ));
        }
        Ok(())
    }
}
