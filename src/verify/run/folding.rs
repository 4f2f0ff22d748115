//! What is counted and folded from commands that were judged, on a thread of its own: judging goes
//! by the order of the entries on one thread, and this need not wait there.

use crate::ledger::reader::settled::Settled;
use crate::verify::bookmark::Tally;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

/// Entries that are handed over together, so that a command of one costs no waking up of its own.
const TOGETHER: usize = 512;

/// A command, and its entries where they could be followed.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) officer: u32,
    pub(super) findings: usize,
    pub(super) settled: Option<Settled>,
}

/// A tally that is added to on another thread, until it is asked for.
#[derive(Debug)]
pub(super) struct Folding {
    /// Entries from here on are not in the books.
    limit: u64,
    next: Vec<Told>,
    entries: usize,
    tally: Tally,
    /// While it runs it has the tally.
    thread: Option<(SyncSender<Vec<Told>>, JoinHandle<Tally>)>,
}

impl Folding {
    pub(super) fn new(tally: Tally, limit: u64) -> Self {
        Self { limit, next: Vec::new(), entries: 0, tally, thread: None }
    }

    /// Adds a command.
    pub(super) fn add(&mut self, told: Told) {
        let entries = told.settled.as_ref().map_or(1, Settled::len);
        self.entries = self.entries.saturating_add(entries);
        self.next.push(told);
        if self.entries >= TOGETHER {
            self.hand_over();
        }
    }

    fn hand_over(&mut self) {
        let batch = std::mem::take(&mut self.next);
        self.entries = 0;
        let (sender, _) = self.thread.get_or_insert_with(|| {
            let (sender, receiver) = sync_channel(2);
            let (tally, limit) = (std::mem::take(&mut self.tally), self.limit);
            (sender, std::thread::spawn(move || fold(tally, limit, &receiver)))
        });
        // A thread that ended early panicked, which `tally` goes on with.
        sender.send(batch).ok();
    }

    /// The tally with everything that was added.
    pub(super) fn tally(&mut self) -> &mut Tally {
        if let Some((sender, thread)) = self.thread.take() {
            drop(sender);
            self.tally = thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        }
        add(&mut self.tally, self.limit, std::mem::take(&mut self.next));
        self.entries = 0;
        &mut self.tally
    }
}

fn fold(mut tally: Tally, limit: u64, batches: &Receiver<Vec<Told>>) -> Tally {
    for batch in batches {
        add(&mut tally, limit, batch);
    }
    tally
}

fn add(tally: &mut Tally, limit: u64, batch: Vec<Told>) {
    for told in batch {
        tally.command(told.officer, told.findings);
        for recorded in told.settled.iter().flat_map(Settled::entries) {
            tally.entry(&recorded, recorded.index < limit);
        }
    }
}
