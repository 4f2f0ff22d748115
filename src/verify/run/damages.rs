//! What is wrong with the files of a log, as the report tells it.

use super::{Fault, Run, Tier};
use crate::archive::damage::{Damage, DamageKind};
use crate::chain::breaks::Likely;

impl Run<'_> {
    /// What is wrong with the files. A root that entries do not give is a rewrite only where both it and
    /// the entries are signed; what nobody signed that there is, is not missing.
    pub(super) fn log_damages(&mut self, damages: Vec<Damage>, is_signed: bool) {
        let followed = self.chain_ends.unwrap_or(u64::MAX);
        let is_missing = |damage: &Damage| damage.kind == DamageKind::Missing;
        let beyond = |damage: &Damage| damage.index.is_some_and(|index| index >= followed);
        let told = damages.into_iter().filter(|d| is_signed || !is_missing(d) || !beyond(d));
        let disagree = is_signed && self.chain_ends.is_none() && self.signatures_end.is_none();
        self.faults.extend(told.map(|damage| Fault {
            tier: Tier::Log,
            index: damage.index,
            file: Some(damage.file),
            field: damage.kind.to_string(),
            expected: damage.expected,
            found: damage.found,
            likely: match damage.kind {
                DamageKind::Missing => "missing".to_owned(),
                DamageKind::Root if disagree => Likely::Rewritten.to_string(),
                DamageKind::Malformed
                | DamageKind::Changed
                | DamageKind::Signature
                | DamageKind::Root => Likely::Changed.to_string(),
                DamageKind::Unreadable => "unreadable".to_owned(),
            },
            acknowledged: None,
        }));
    }
}
