//! Where a ledger's bytes go: the disk, or, for tests, a store that counts and a disk that fails.
//!
//! What it lacks on purpose: a choice for users. `ledger.toml` names the engine.

use crate::archive::medium::{Disk, Medium};
use crate::error::Result;
use crate::store::{self, Opening, Store};
use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// Opens the store in a ledger's folder.
pub type OpenStore = dyn Fn(&Path) -> Result<(Box<dyn Store>, Opening)>;

/// What a ledger is opened on.
pub struct Media {
    /// The store.
    pub store: Box<OpenStore>,
    /// The file system under `log/`.
    pub log: Arc<dyn Medium>,
}

impl Default for Media {
    fn default() -> Self {
        Self { store: Box::new(store::open), log: Arc::new(Disk) }
    }
}

impl fmt::Debug for Media {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Media").field("log", &self.log).finish_non_exhaustive()
    }
}
