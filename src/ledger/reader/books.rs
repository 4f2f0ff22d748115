//! The projections that are cached together, with the state that lets them be folded on.

use crate::chain::body::STATE_VERSION;
use crate::domain::calendar::Date;
use crate::domain::state::State;
use crate::projection::balances::Balances;
use crate::projection::leverage::Leverage;
use crate::projection::names::Names;
use crate::projection::{Projection, Recorded};
use serde::{Deserialize, Serialize};

/// Balances, names and leverage at one size.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Books {
    /// The state of the rules.
    pub state: State,
    /// Balances of leaves and lines.
    pub balances: Balances,
    /// Master data, as known at this size whatever the date.
    pub names: Names,
    /// Follow-on investment.
    pub leverage: Leverage,
}

impl Books {
    /// Empty books that take in what happened up to a day, that day included; `None`: everything.
    #[must_use]
    pub fn new(as_of: Option<Date>) -> Self {
        let (balances, leverage) = (Balances::new(as_of), Leverage::new(as_of));
        Self { balances, leverage, ..Self::default() }
    }

    /// Takes the next entry.
    pub fn apply(&mut self, recorded: &Recorded<'_>) {
        self.balances.apply(recorded);
        self.names.apply(recorded);
        self.leverage.apply(recorded);
    }

    /// The logic versions of everything cached: a cache of other ones is not used.
    #[must_use]
    pub fn logic_versions() -> [u32; 4] {
        [
            u32::from(STATE_VERSION),
            Balances::LOGIC_VERSION,
            Names::LOGIC_VERSION,
            Leverage::LOGIC_VERSION,
        ]
    }
}
