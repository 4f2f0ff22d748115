//! Ends a wait that sled would never end.
//!
//! A thread of sled's that fails to write notes its error, and in one place (0.34.7,
//! `Log::exit_reservation`, where every batch ends) wakes nobody. Who began to wait for that write a moment
//! before would wait for ever. A flush that finds the noted error wakes everybody who waits; so as long as
//! a database is open, a thread looks now and then whether an error is noted, and flushes then.
//!
//! What it cannot end: a wait without a noted error. A write that gives up half way is one, and the
//! engine does not wait after it; a panic in a thread of sled's would be another. Its flush may stand
//! behind a writer of another database of this process that waits for the one before it: there is one
//! database open for writing at a time.

use super::caught::caught;
use crate::error::{Error, Result};
use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often it looks.
pub(super) const EVERY: Duration = Duration::from_millis(250);

/// The thread, until this is dropped. It holds the database: let go of this one first.
#[derive(Debug)]
pub(super) struct Watch {
    /// Nothing is sent: that it goes is the sign.
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    /// # Errors
    /// `Kind::Io`: no thread could be started.
    pub(super) fn start(folder: &Path, config: ::sled::Config, tree: ::sled::Tree) -> Result<Self> {
        let (stop, stopped) = channel();
        let look = move || {
            while stopped.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                if config.global_error().is_err() {
                    drop(caught(|| tree.flush()));
                }
            }
        };
        let thread = std::thread::Builder::new()
            .name("sled watch".to_owned())
            .spawn(look)
            .map_err(|e| Error::io("start a thread for", folder, e))?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        drop(self.stop.take());
        drop(self.thread.take().map(JoinHandle::join));
    }
}
