//! One follow-on investment: who promised what to which project, and what came of it.

use crate::domain::apply::is_private;
use crate::domain::calendar::Date;
use crate::domain::ids::{Code, Text};
use crate::domain::kinds::FollowOnKind;
use crate::domain::money::Amount;
use serde::{Deserialize, Serialize};

/// A follow-on investment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Investment {
    /// The project that drew it.
    pub project: Code,
    /// Who invests.
    pub investor: Text,
    /// Its kind.
    pub kind: FollowOnKind,
    /// The day of the pledge.
    pub pledged_on: Date,
    /// As promised, minor units.
    pub pledged: Amount,
    /// What was paid in, minor units.
    pub paid_in: Amount,
    /// What was withdrawn, minor units.
    pub withdrawn: Amount,
}

impl Investment {
    /// What was pledged less what was withdrawn; nothing beyond what can be counted.
    #[must_use]
    pub fn standing(&self) -> Option<Amount> {
        self.pledged.checked_sub(self.withdrawn)
    }

    /// Whether it counts as private money in leverage.
    #[must_use]
    pub fn is_private(&self) -> bool {
        is_private(self.kind)
    }

    /// What is neither paid in nor withdrawn; nothing beyond what can be counted.
    #[must_use]
    pub fn rest(&self) -> Option<Amount> {
        self.standing()?.checked_sub(self.paid_in)
    }

    /// The word for how it stands: `open` while something is left to pay in, `withdrawn` where a rest
    /// was given up, else `paid_in`.
    #[must_use]
    pub fn status(&self) -> &'static str {
        if self.rest() != Some(Amount::ZERO) {
            "open"
        } else if self.withdrawn.is_zero() {
            "paid_in"
        } else {
            "withdrawn"
        }
    }
}
