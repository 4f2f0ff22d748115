//! Trust in an old log key goes on to a new one only where the old one signed for it, in the chain.

use crate::chain::hash::to_hex;
use crate::domain::event::Bytes32;
use crate::domain::state::LedgerFacts;
use crate::tlog::note::VerifierKey;
use std::fmt;

/// What became of the log key that is trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Succession {
    /// The key that is trusted.
    pub trusted: Bytes32,
    /// The key that signs checkpoints of this size.
    pub now: Bytes32,
    /// Index of the entry that brought in the next one.
    pub until: u64,
    /// Every key from the trusted one on signed for the one after it.
    pub handed_over: bool,
}

impl Succession {
    /// What became of `key`; nothing if it signs still, or never did.
    pub(super) fn of(key: &VerifierKey, facts: &LedgerFacts) -> Option<Self> {
        let trusted = Bytes32(key.public_key().to_bytes());
        let until = facts.former_log_keys.iter().find(|former| former.key == trusted)?.until;
        let handed_over = facts.is_handed_over(&trusted);
        Some(Self { trusted, now: facts.log_key, until, handed_over })
    }
}

/// The keys of a log, the present one last, from the first that each later one was handed over from.
pub(super) fn log_keys(facts: &LedgerFacts) -> Vec<VerifierKey> {
    let mut keys = Vec::new();
    for former in &facts.former_log_keys {
        keys.push(former.key);
        if !former.handed_over {
            keys.clear();
        }
    }
    keys.push(facts.log_key);
    keys.iter().filter_map(|key| VerifierKey::new(facts.origin.as_str(), &key.0).ok()).collect()
}

impl fmt::Display for Succession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how = if self.handed_over { "handed over" } else { "NOT handed over" };
        let (trusted, now) = (to_hex(&self.trusted.0), to_hex(&self.now.0));
        write!(f, "the trusted log key {trusted} ended at entry {}; {how} to {now}", self.until)
    }
}
