//! The projections that are cached together, with the state that lets them be folded on.

use crate::domain::state::State;
use crate::projection::balances::Balances;
use crate::projection::{Projection, Recorded};
use serde::{Deserialize, Serialize};

/// Balances, names and leverage at one size.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Books {
    /// The state of the rules.
    pub state: State,
    /// Balances of leaves and lines.
    pub balances: Balances,
}

impl Books {
    /// Takes the next entry.
    pub fn apply(&mut self, recorded: &Recorded<'_>) {
        self.balances.apply(recorded);
    }

    /// The logic versions of everything cached: a cache of other ones is not used.
    #[must_use]
    pub fn logic_versions() -> [u32; 2] {
        [1, Balances::LOGIC_VERSION]
    }
}
