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

/// Books whose parts are kept apart; encoded as [`Books`] are.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct BooksRef<'a> {
    /// The state of the rules.
    pub state: &'a State,
    /// Balances of leaves and lines.
    pub balances: &'a Balances,
    /// Master data.
    pub names: &'a Names,
    /// Follow-on investment.
    pub leverage: &'a Leverage,
}

impl Books {
    /// The same, by reference.
    #[must_use]
    pub fn as_ref(&self) -> BooksRef<'_> {
        self.with_state(&self.state)
    }

    /// These books with a state that is kept elsewhere.
    #[must_use]
    pub fn with_state<'a>(&'a self, state: &'a State) -> BooksRef<'a> {
        let Self { state: _, balances, names, leverage } = self;
        BooksRef { state, balances, names, leverage }
    }

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
