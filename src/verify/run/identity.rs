//! Whose log it is: who signed the checkpoint, and what the pin says.

use super::{Identity, Run};
use crate::chain::breaks::Likely;
use crate::error::Error;
use crate::ledger::reader::Reader;
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::note::VerifierKey;
use crate::verify::{Fault, Succession, Tier, Trust};

impl Run<'_> {
    pub(super) fn claimed_key(&self, reader: &Reader) -> Option<VerifierKey> {
        let origin = &reader.archive().checkpoint().origin;
        self.facts().and_then(|facts| VerifierKey::new(origin, &facts.log_key.0).ok())
    }

    /// Trust in a former log key goes on to the present one, if it was handed over; else there is none.
    pub(super) fn follow_key(&mut self, reader: &Reader, trust: &Trust) -> Trust {
        let facts = self.replay.state().ledger.as_ref();
        self.succession = trust.key.as_ref().zip(facts).and_then(|(k, f)| Succession::of(k, f));
        match &self.succession {
            None => trust.clone(),
            Some(succession) => Trust {
                key: self.claimed_key(reader).filter(|_| succession.handed_over),
                pin: trust.pin.clone(),
            },
        }
    }

    /// Whether the checkpoint is signed by the trusted key, else by the one that the ledger itself
    /// names; else what was expected and what was found.
    pub(super) fn signed_checkpoint(
        &self,
        reader: &Reader,
        trust: &Trust,
    ) -> std::result::Result<(), (String, String)> {
        let key = trust.key.clone().or_else(|| self.claimed_key(reader));
        let none = || ("a log key".to_owned(), "the ledger's first entry names none".to_owned());
        let key = key.ok_or_else(none)?;
        let verified = Checkpoint::verify(reader.archive().note(), &key);
        let wrong = |error: Error| (format!("a signature of {key}"), error.message().to_owned());
        verified.map(drop).map_err(wrong)
    }

    pub(super) fn checkpoint(
        &mut self,
        reader: &Reader,
        signed: std::result::Result<(), (String, String)>,
    ) {
        if let Err((expected, found)) = signed {
            self.checkpoint_fault(expected, found);
        }
        let origin = reader.archive().checkpoint().origin.clone();
        if let Some(facts) = self.facts().filter(|facts| facts.origin.as_str() != origin) {
            let expected = format!("origin {}", facts.origin);
            self.checkpoint_fault(expected, format!("origin {origin}"));
        }
    }

    fn checkpoint_fault(&mut self, expected: String, found: String) {
        self.faults.push(Fault {
            tier: Tier::Log,
            index: None,
            file: Some("checkpoint".to_owned()),
            field: "signature".to_owned(),
            expected,
            found,
            likely: Likely::Changed.to_string(),
            acknowledged: None,
        });
    }

    /// The log is the one that is trusted, or nothing from outside says so.
    pub(super) fn identity(&mut self, reader: &Reader, trust: &Trust) -> Identity {
        if let (Some(key), Some(facts)) = (&trust.key, self.facts())
            && key.public_key().to_bytes() != facts.log_key.0
        {
            let claimed = self.claimed_key(reader).map_or("none".to_owned(), |k| k.to_string());
            self.identity_fault("log key", key.to_string(), claimed);
        }
        let Some(pin) = &trust.pin else {
            return if trust.key.is_some() { Identity::KeyGiven } else { Identity::NotPinned };
        };
        // What cannot be read says nothing of whose it is; that it cannot be read is said elsewhere.
        let (expected, found) = (pin.ledger, self.replay.walk().ledger());
        if let Some(found) = found.filter(|found| *found != expected) {
            self.identity_fault("ledger id", expected.to_string(), found.to_string());
        }
        if let Some(found) = self.genesis.filter(|found| *found != pin.genesis) {
            self.identity_fault("genesis hash", pin.genesis.to_string(), found.to_string());
        }
        if trust.key.is_some() { Identity::Pinned } else { Identity::NotPinned }
    }

    fn identity_fault(&mut self, field: &str, expected: String, found: String) {
        self.faults.push(Fault {
            tier: Tier::Chain,
            index: Some(0),
            file: None,
            field: field.to_owned(),
            expected,
            found,
            likely: "another log".to_owned(),
            acknowledged: None,
        });
    }
}
