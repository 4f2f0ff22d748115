//! A command of an import on its way into the chain, on a thread of its own.
//!
//! Rules go by the order of the rows, on one thread; what is chained, hashed and counted for readers need
//! not wait there. One command is under way while the rows of the next are judged. What it lacks on purpose:
//! the signer, and everything that is written. Both stay with the batch, so nothing of a command is anywhere
//! before it was signed and recorded.

use super::reader::books::Books;
use super::reader::settled::Settled;
use super::seal::{self, Told, Unsealed, Unsigned};
use crate::chain::entry::{Head, SealedCommand};
use crate::chain::signature::Signer;
use crate::error::{Error, Result};
use crate::projection::Projection as _;
use crate::tlog::tree::{Digest, leaf_hash};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

/// A command to be chained after `head`.
pub(super) struct ToChain {
    pub(super) head: Head,
    pub(super) command: seal::Command,
    pub(super) entries: Vec<Unsealed>,
    pub(super) told: Told,
}

/// A command that is chained, with the leaves that its entries are in the tree of the log, but for the last,
/// which waits for its signature.
pub(super) struct Chained {
    unsigned: Unsigned,
    leaves: Vec<Digest>,
}

impl Chained {
    /// The command, signed, and the leaves of all its entries.
    ///
    /// # Errors
    /// As [`Unsigned::sign`].
    pub(super) fn signed_by(self, signer: &dyn Signer) -> Result<(SealedCommand, Vec<Digest>)> {
        let Self { unsigned, mut leaves } = self;
        let sealed = unsigned.signed_by(signer)?;
        let last = sealed.entries.get(leaves.len()..).unwrap_or_default();
        leaves.extend(last.iter().map(|entry| leaf_hash(&entry.bytes)));
        Ok((sealed, leaves))
    }
}

/// Reads the books of what was published before.
type ReadBooks = Box<dyn FnOnce() -> Result<Books> + Send>;

enum Job {
    Chain(Box<ToChain>),
    Keep(ReadBooks),
}

/// The thread, and whether a command is under way.
#[derive(Debug)]
struct Running {
    jobs: SyncSender<Job>,
    chained: Receiver<Result<Chained>>,
    thread: JoinHandle<Option<Books>>,
    is_under_way: bool,
}

/// Chains one command after the other, and keeps the books of readers from when it is asked to.
#[derive(Debug, Default)]
pub(super) struct Sealing {
    /// There is none before the first command.
    running: Option<Running>,
}

impl Sealing {
    /// Sends a command on its way; the one before it was taken.
    ///
    /// # Errors
    /// `thread_ended` (`Kind::Io`).
    pub(super) fn chain(&mut self, command: ToChain) -> Result<()> {
        let running = match &mut self.running {
            Some(running) => running,
            none => none.insert(start()?),
        };
        running.jobs.send(Job::Chain(Box::new(command))).map_err(|_| Error::thread_ended())?;
        running.is_under_way = true;
        Ok(())
    }

    /// The command that is under way, if one is.
    ///
    /// # Errors
    /// As [`seal::chain`]; `thread_ended` (`Kind::Io`).
    pub(super) fn take(&mut self) -> Result<Option<Chained>> {
        let Some(running) = self.running.as_mut().filter(|running| running.is_under_way) else {
            return Ok(None);
        };
        running.is_under_way = false;
        running.chained.recv().map_err(|_| Error::thread_ended())?.map(Some)
    }

    /// From now on keeps the books that `read` gives: those of what is published.
    pub(super) fn keep_books(&self, read: ReadBooks) {
        if let Some(running) = &self.running {
            // A thread that ended is told of by the next command.
            running.jobs.send(Job::Keep(read)).ok();
        }
    }

    /// Ends: the books after every command that was chained, where they were kept.
    pub(super) fn finish(&mut self) -> Option<Books> {
        let Running { jobs, thread, .. } = self.running.take()?;
        drop(jobs);
        thread.join().ok().flatten()
    }
}

fn start() -> Result<Running> {
    let (jobs, to_do) = sync_channel(2);
    let (to_batch, chained) = sync_channel(1);
    let thread = std::thread::Builder::new()
        .name("sealing".to_owned())
        .spawn(move || work(&to_do, &to_batch))
        .map_err(|error| Error::thread_ended().with_source(error))?;
    Ok(Running { jobs, chained, thread, is_under_way: false })
}

fn work(jobs: &Receiver<Job>, to_batch: &SyncSender<Result<Chained>>) -> Option<Books> {
    let mut books: Option<Books> = None;
    let mut last: Option<Settled> = None;
    for job in jobs {
        match job {
            Job::Chain(to_chain) => {
                let ToChain { head, command, entries, told } = *to_chain;
                let chained = seal::chain(head, &command, &entries);
                let settled = chained
                    .as_ref()
                    .ok()
                    .map(|unsigned| unsigned.settled(&command, &entries, told));
                let chained = chained.map(|unsigned| {
                    let leaves = unsigned.before_last().iter().map(|entry| leaf_hash(&entry.bytes));
                    Chained { leaves: leaves.collect(), unsigned }
                });
                // Nobody waits any more: the batch was given up.
                to_batch.send(chained).ok()?;
                match (&mut books, settled) {
                    (Some(books), Some(settled)) => take_in(books, &settled),
                    (_, settled) => last = settled,
                }
            }
            Job::Keep(read) => {
                books = read().ok();
                if let (Some(books), Some(settled)) = (&mut books, last.take()) {
                    take_in(books, &settled);
                }
            }
        }
    }
    books
}

/// Takes in the entries that the books do not have yet.
fn take_in(books: &mut Books, settled: &Settled) {
    for recorded in settled.entries() {
        if recorded.index >= books.balances.position() {
            books.apply(&recorded);
        }
    }
}
