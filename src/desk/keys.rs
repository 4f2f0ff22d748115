//! Whose keys these are: the log's and its pins, and the officer's who signs.
//!
//! A rotation that was cut off after it was recorded is ended here, by whoever opens the ledger next.

use super::Desk;
use crate::chain::signature::Signer;
use crate::domain::event::Bytes32;
use crate::domain::rejection::{Named, Rejection, Thing};
use crate::edge::keys::{PrivateKey, Slot};
use crate::edge::pins::Pin;
use crate::error::{Error, Kind, Result};
use crate::ledger::Ledger;
use crate::tlog::note::VerifierKey;
use crate::words::Lang;

/// An officer by name, with the private key.
pub(crate) type Officer = (String, PrivateKey);

impl Desk {
    /// The pin of a log; none where there is no home.
    ///
    /// # Errors
    /// `pin_malformed`, or an I/O code.
    pub(crate) fn pin_of(&self, origin: &str) -> Result<Option<Pin>> {
        self.home.as_ref().map_or(Ok(None), |home| home.known_logs().find(origin))
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
        self.listener.warn(&match self.listener.lang() {
            Lang::En => format!(
                "the new key is recorded, and not yet in its place: {why}; nothing is lost, the next command \
                 puts it there; do not rotate again"
            ),
            Lang::Zh => {
                format!("新密钥已记账，尚未就位：{why}；没有丢失，下一条命令会完成；请勿再次更换")
            }
        });
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
    /// As [`Desk::officer`].
    pub(crate) fn in_use(&self, (name, key): Officer, ledger: &Ledger) -> Result<Officer> {
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

    /// The officer who signs, with the key.
    ///
    /// # Errors
    /// `no_key`, `officer_unclear`, `key_exposed`, `key_malformed`.
    pub(crate) fn officer(&self) -> Result<Officer> {
        let keys = self.home()?.keys();
        let name = match &self.officer {
            Some(name) => name.clone(),
            None => keys.default_officer()?,
        };
        let key = keys.officer(&name)?;
        Ok((name, key))
    }
}

/// Turns "no such key in the ledger" into words about the officer that was asked to sign.
pub(crate) fn name_officer(error: Error, name: &str, signer: &dyn Signer) -> Error {
    let is_of_the_signer = matches!(
        error.rejection(),
        Some(Rejection::Unknown { thing: Thing::Officer, name: Named::Key(_), .. })
    );
    if !is_of_the_signer {
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
