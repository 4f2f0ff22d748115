//! Ledgers opened for writing, once nobody else writes, and closed whatever came of it.

use super::{Desk, wait};
use crate::edge::config::LedgerConfig;
use crate::edge::ids::SystemIds;
use crate::edge::keys::PrivateKey;
use crate::error::{Error, Kind, Result};
use crate::ledger::{Ledger, Outside, Reader, forget_made};
use crate::tlog::note::VerifierKey;
use crate::words::Lang;
use std::path::Path;

impl Desk {
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

    /// Does `work` on the ledger in `folder`, open for writing, and closes it: a command that is refused or fails
    /// leaves as clean an end as one that is recorded. Says what was unusual about the ledger.
    ///
    /// # Errors
    /// As [`Desk::open`], and those of `work`.
    pub(crate) fn on_ledger<T>(
        &self,
        folder: &Path,
        work: impl FnOnce(&mut Ledger) -> Result<T>,
    ) -> Result<T> {
        self.closing(self.open(folder)?, work)
    }

    /// Opens the ledger in `folder`, once nobody else writes, ready for its first command.
    ///
    /// # Errors
    /// `no_key`, `home_in_ledger`, all of [`Ledger::open`]; `pin_malformed`, or an I/O code.
    pub(crate) fn open(&self, folder: &Path) -> Result<Ledger> {
        let config = LedgerConfig::read(folder)?;
        self.home()?.check_outside(folder)?;
        let mut ledger = self.open_with_log_key(folder, &config.origin)?;
        match self.begin(folder, &mut ledger) {
            Ok(()) => Ok(ledger),
            Err(error) => self.closing(ledger, |_| Err(error)),
        }
    }

    fn begin(&self, folder: &Path, ledger: &mut Ledger) -> Result<()> {
        self.tell_notes(ledger);
        self.follow_pin(ledger)?;
        forget_made(folder)
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
            self.listener.note(&format!("the ledger was not closed cleanly: {error}"));
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

    /// Opens with this log key, once nobody else writes.
    fn open_as(&self, folder: &Path, log_key: &PrivateKey) -> Result<Ledger> {
        self.waiting(&mut || Ledger::open(folder, self.outside(log_key.clone())?))
    }

    /// Makes an attempt that takes a ledger's lock; waits for another program as long as was asked for.
    ///
    /// # Errors
    /// `locked` after that time; what comes of the attempt.
    pub(crate) fn waiting<T>(&self, attempt: &mut dyn FnMut() -> Result<T>) -> Result<T> {
        wait::waiting(self.listener.as_ref(), self.wait_seconds, attempt)
    }

    /// Opens a ledger whose log key is lost, with the key that is to follow it. Whose ledger it is, is
    /// what this machine has pinned.
    ///
    /// # Errors
    /// `log_key_present` when it is not lost; `pin_differs`; as [`Desk::open`].
    pub(crate) fn open_without_log_key(
        &self,
        folder: &Path,
        dry_run: bool,
    ) -> Result<(Ledger, PrivateKey)> {
        let config = LedgerConfig::read(folder)?;
        self.home()?.check_outside(folder)?;
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
        let lost = self.named_log_key(folder, &config.origin)?;
        let next = if dry_run { slot.rehearse_next() } else { slot.make_next() }?;
        let ledger = self.waiting(&mut || {
            let outside = Outside { lost_log_key: Some(lost), ..self.outside(next.clone())? };
            Ledger::open(folder, outside)
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

    fn tell_notes(&self, ledger: &mut Ledger) {
        for note in ledger.take_notes() {
            self.listener.note(&note);
        }
    }

    /// One line where what was recorded could not be published: nothing is lost, and nothing is to be
    /// recorded again. `what` names it.
    pub(crate) fn warn_unpublished(&self, ledger: &Ledger, what: Option<&str>) {
        let Some(error) = ledger.unpublished() else { return };
        let why = error.message();
        let why = why.strip_prefix("recorded, but not published: ").unwrap_or(why);
        self.listener.warn(&match self.listener.lang() {
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
}
