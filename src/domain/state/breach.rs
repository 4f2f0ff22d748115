//! What the state keeps of commands that the rules refuse.

use super::State;
use crate::domain::ids::Text;
use serde::{Deserialize, Serialize};

/// A command that is whole and signed, and that the rules of its time refuse.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breach {
    /// The stable code of the rule that refused it first.
    pub rule: Text,
    /// Number of its entries.
    pub entries: u64,
    /// The number of the officer who signed it.
    pub officer: u32,
    /// The numbers of those who were administrators before it; under rule set 1, of all officers.
    pub administrators: Vec<u32>,
    /// Index of the entry that acknowledged it.
    pub acknowledged: Option<u64>,
}

impl State {
    /// The breaches that nobody acknowledged, each with the index of its first entry.
    pub fn open_breaches(&self) -> impl Iterator<Item = (u64, &Breach)> {
        let open = self.breaches.iter().filter(|(_, breach)| breach.acknowledged.is_none());
        open.map(|(first, breach)| (*first, breach))
    }

    /// The numbers of the officers who can acknowledge what comes next, should it be a breach.
    pub(in crate::domain) fn administrators(&self) -> Vec<u32> {
        let has_roles = self.policy.rule_set_version >= 2;
        let numbered = (0_u32..).zip(&self.officers);
        let administrators = numbered.filter(|(_, officer)| {
            if has_roles { officer.administers() } else { officer.revoked.is_none() }
        });
        administrators.map(|(number, _)| number).collect()
    }
}
