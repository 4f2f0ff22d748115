//! One writer for everybody who waits: a ledger open in a thread of its own, a queue before it, and one
//! sync for all commands that came while the last one was being made.
//!
//! A command is prepared on the one before it, durable or not, and nobody is told of it before it is.
//! If a sync fails none of its commands is acknowledged, and the next one who comes has the ledger
//! opened again, which finds out what of them is there; a command id asks the same.
//!
//! Two ways in: [`Queue::submit`] for an officer whose key is in this process, which is signed in its turn
//! and so never comes too late; [`Queue::prepare`] and [`Queue::commit`] for one whose key is
//! elsewhere, who may find another command in between and then signs again.
//!
//! What it lacks on purpose: a turn that is held for somebody who signs elsewhere, and shares of the queue by
//! officer; both need to know who asks, which is the server's.

use super::{Desk, Listener};
use crate::chain::entry::CommandId;
use crate::chain::signature::{SIGNATURE_BYTES, Signer};
use crate::error::{Error, Kind, Result};
use crate::ledger::{
    Committed, Durability, Instruction, Ledger, Prepared, Ready, Receipt, Staging, named,
};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

/// The most jobs of a round, whatever they ask, after which comes a sync: what a command waits for is bounded.
pub const MOST_AT_ONCE: usize = 64;
/// What may stand in the queue; who comes then waits to be let in.
const QUEUE: usize = 1_024;

/// Opens the writer's ledger, at the beginning and after a disk that failed.
type Open = Box<dyn FnMut() -> Result<Ledger> + Send>;

/// The owner of a ledger's writer.
#[derive(Debug)]
pub struct Writer {
    queue: Queue,
    thread: Option<JoinHandle<Result<()>>>,
}

/// The way to a ledger's writer, for as many as like.
#[derive(Debug, Clone)]
pub struct Queue(SyncSender<Job>);

/// Something to do on the ledger, or on why it cannot be opened.
type Work = Box<dyn FnOnce(Result<&mut Ledger>) + Send>;

enum Job {
    Submit(Instruction, Arc<dyn Signer>, Durability, Answer<Receipt>),
    Prepare(Instruction, Answer<Ready>),
    Commit(Box<Prepared>, [u8; SIGNATURE_BYTES], Durability, Answer<Committed>),
    Work(Work),
    Stop,
}

impl std::fmt::Debug for Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Submit(..) => "Submit",
            Self::Prepare(..) => "Prepare",
            Self::Commit(..) => "Commit",
            Self::Work(_) => "Work",
            Self::Stop => "Stop",
        })
    }
}

/// Where an answer goes: whoever does not wait for it any more misses it, and nothing else.
struct Answer<T>(SyncSender<Result<T>>);

impl<T> Answer<T> {
    fn give(self, answer: Result<T>) {
        self.0.send(answer).ok();
    }
}

/// Who waits for the sync.
struct Waiting {
    until: Durability,
    id: CommandId,
    has_key: bool,
    /// What was recorded by an earlier command, which may wait for the same sync.
    done: Option<Receipt>,
    answer: Waiter,
}

enum Waiter {
    Submitted(Answer<Receipt>),
    Prepared(Answer<Ready>),
    Committed(Answer<Committed>),
}

impl Waiting {
    fn give(self, outcome: Result<Receipt>) {
        match self.answer {
            Waiter::Submitted(answer) => answer.give(outcome),
            Waiter::Prepared(answer) => answer.give(outcome.map(Ready::Done)),
            Waiter::Committed(answer) => answer.give(outcome.map(Committed::Recorded)),
        }
    }
}

impl Desk {
    /// A writer on the ledger in `folder`, which this process then holds.
    ///
    /// # Errors
    /// As every opening of a ledger; `no_thread` where the system has none left.
    pub fn writer(&self, folder: &Path) -> Result<Writer> {
        let (desk, folder) = (self.clone(), folder.to_owned());
        Writer::start(Box::new(move || desk.open(&folder)), Arc::clone(&self.listener))
    }
}

impl Writer {
    /// Opens a ledger in a thread of its own; notes of it are told to `listener`.
    ///
    /// # Errors
    /// Those of `open`; `no_thread` where the system has none left.
    pub fn start(open: Open, listener: Arc<dyn Listener>) -> Result<Self> {
        let (queue, jobs) = sync_channel(QUEUE);
        let (opened, is_open) = sync_channel(1);
        let run = move || {
            let mut writer = WriterThread { open, listener, ledger: None, is_doubted: false };
            let first = writer.ledger().map(drop);
            let failed = first.is_err();
            opened.send(first).ok();
            if failed { Ok(()) } else { writer.run(&jobs) }
        };
        let thread = std::thread::Builder::new().name("writer".to_owned()).spawn(run);
        let thread = thread.map_err(|error| {
            Error::new(Kind::Io, "no_thread", "the system has no thread for the ledger's writer")
                .with_hint("end other programs, or allow more")
                .because_of(&error)
        })?;
        is_open.recv().unwrap_or_else(|_| Err(stopped()))?;
        Ok(Self { queue: Queue(queue), thread: Some(thread) })
    }

    /// The way to it.
    #[must_use]
    pub fn queue(&self) -> Queue {
        self.queue.clone()
    }

    /// Ends what stands in the queue before this, and closes the ledger.
    ///
    /// # Errors
    /// As [`Ledger::close`]; `writer_stopped` where the thread ended before.
    pub fn close(mut self) -> Result<()> {
        self.end()
    }

    fn end(&mut self) -> Result<()> {
        let Some(thread) = self.thread.take() else { return Ok(()) };
        self.queue.0.send(Job::Stop).ok();
        thread.join().unwrap_or_else(|_| Err(stopped()))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // What is recorded is durable; `close` is for who wants to know more.
        self.end().ok();
    }
}

impl Queue {
    /// Records a command in its turn: prepared on what is recorded by then, signed by `signer`. Errors are those
    /// of [`Ledger::submit`].
    pub fn submit(
        &self,
        instruction: Instruction,
        signer: Arc<dyn Signer>,
        until: Durability,
    ) -> Pending<Receipt> {
        self.ask(|answer| Job::Submit(instruction, signer, until, answer))
    }

    /// As [`Ledger::prepare`], on everything that came before.
    pub fn prepare(&self, instruction: Instruction) -> Pending<Ready> {
        self.ask(|answer| Job::Prepare(instruction, answer))
    }

    /// As [`Ledger::commit`].
    pub fn commit(
        &self,
        prepared: Prepared,
        signature: [u8; SIGNATURE_BYTES],
        until: Durability,
    ) -> Pending<Committed> {
        self.ask(|answer| Job::Commit(Box::new(prepared), signature, until, answer))
    }

    /// Does `work` on the ledger, once everything before it is durable. Errors are its own, and those of opening
    /// the ledger after a disk that failed.
    pub fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Ledger) -> Result<T> + Send + 'static,
    ) -> Pending<T> {
        self.ask(|answer: Answer<T>| {
            Job::Work(Box::new(move |ledger| answer.give(ledger.and_then(work))))
        })
    }

    fn ask<T>(&self, job: impl FnOnce(Answer<T>) -> Job) -> Pending<T> {
        let (answer, answered) = sync_channel(1);
        let sent = self.0.send(job(Answer(answer)));
        Pending(sent.is_ok().then_some(answered))
    }
}

/// What stands in the queue: it is done in its turn, whether anybody waits for it or not.
#[derive(Debug)]
#[must_use = "what was asked for is not known to be done before it is waited for"]
pub struct Pending<T>(Option<Receiver<Result<T>>>);

impl<T> Pending<T> {
    /// Waits for the answer.
    ///
    /// # Errors
    /// `writer_stopped`; what the method says that made it.
    pub fn wait(self) -> Result<T> {
        let answered = self.0.ok_or_else(stopped)?;
        answered.recv().unwrap_or_else(|_| Err(stopped()))
    }
}

fn stopped() -> Error {
    Error::new(Kind::Io, "writer_stopped", "the ledger's writer has stopped").with_hint(
        "what was acknowledged is kept; start it again, and run the same command id again",
    )
}

/// The thread's side.
struct WriterThread {
    open: Open,
    listener: Arc<dyn Listener>,
    /// None after a disk that failed: opened again for whoever comes next.
    ledger: Option<Ledger>,
    /// The ledger said what only opening it again can mend.
    is_doubted: bool,
}

impl WriterThread {
    fn ledger(&mut self) -> Result<&mut Ledger> {
        let ledger = match self.ledger.take() {
            Some(ledger) => ledger,
            None => (self.open)()?,
        };
        let ledger = self.ledger.insert(ledger);
        ledger.take_notes().iter().for_each(|note| self.listener.note(note));
        Ok(ledger)
    }

    fn run(mut self, jobs: &Receiver<Job>) -> Result<()> {
        let mut waiting = Vec::new();
        let mut goes_on = true;
        while goes_on && let Ok(first) = jobs.recv() {
            let (mut next, mut taken) = (Some(first), 0_usize);
            while let Some(job) = next {
                goes_on = self.take(job, &mut waiting);
                taken = taken.saturating_add(1);
                // Whatever was asked: who waits for the sync waits for so many others at most.
                let ends = !goes_on || self.is_doubted || taken >= MOST_AT_ONCE;
                next = if ends { None } else { jobs.try_recv().ok() };
            }
            self.sync(&mut waiting);
            self.let_go_of_unfit();
        }
        self.ledger.take().map_or(Ok(()), Ledger::close)
    }

    /// An error that is no answer of the rules: the ledger is opened again before it is believed once more.
    fn doubted(&mut self, error: Error) -> Error {
        let is_of_the_machine = matches!(error.kind(), Kind::Io | Kind::Break | Kind::Unknown);
        self.is_doubted |= is_of_the_machine && error.code() != "read_only_ledger";
        error
    }

    /// A ledger that takes no more commands is closed: whoever comes next has it opened again, which mends
    /// what can be mended.
    fn let_go_of_unfit(&mut self) {
        let is_doubted = std::mem::take(&mut self.is_doubted);
        let Some(mut ledger) = self.ledger.take() else { return };
        if let Some(why) = ledger.take_unpublished() {
            self.listener.warn(why.message());
        }
        ledger.take_notes().iter().for_each(|note| self.listener.note(note));
        if !is_doubted && ledger.check_writable().is_ok() {
            self.ledger = Some(ledger);
        } else {
            ledger.close().ok();
        }
    }

    /// Takes a job on; false where it was the last.
    fn take(&mut self, job: Job, waiting: &mut Vec<Waiting>) -> bool {
        match job {
            Job::Submit(instruction, signer, until, answer) => {
                let has_key = instruction.command_key.is_some();
                let staged =
                    self.ledger().and_then(|ledger| sign(ledger, instruction, signer.as_ref()));
                match staged {
                    Ok((id, done)) => {
                        let answer = Waiter::Submitted(answer);
                        waiting.push(Waiting { until, id, has_key, done, answer });
                    }
                    Err(error) => answer.give(Err(self.doubted(error))),
                }
            }
            Job::Prepare(instruction, answer) => {
                let has_key = instruction.command_key.is_some();
                match self.ledger().and_then(|ledger| ledger.prepare(instruction)) {
                    // It may have been recorded by one who waits.
                    Ok(Ready::Done(receipt)) => {
                        let (until, id) = (Durability::Recorded, receipt.command_id);
                        let (done, answer) = (Some(receipt), Waiter::Prepared(answer));
                        waiting.push(Waiting { until, id, has_key, done, answer });
                    }
                    Ok(ready) => answer.give(Ok(ready)),
                    Err(error) => answer.give(Err(self.doubted(error))),
                }
            }
            Job::Commit(prepared, signature, until, answer) => {
                let (id, has_key) = (prepared.command_id(), prepared.has_key());
                let staged = self.ledger().and_then(|ledger| ledger.stage(*prepared, &signature));
                let done = match staged {
                    Ok(Staging::Staged) => None,
                    Ok(Staging::Done(receipt)) => Some(receipt),
                    Ok(Staging::Stale(stale)) => {
                        answer.give(Ok(Committed::Stale(stale)));
                        return true;
                    }
                    Err(error) => {
                        answer.give(Err(self.doubted(error)));
                        return true;
                    }
                };
                let answer = Waiter::Committed(answer);
                waiting.push(Waiting { until, id, has_key, done, answer });
            }
            Job::Work(work) => {
                self.sync(waiting);
                work(self.ledger());
                self.let_go_of_unfit();
            }
            Job::Stop => return false,
        }
        true
    }

    /// Makes durable what is staged, and tells everybody who waits for it.
    fn sync(&mut self, waiting: &mut Vec<Waiting>) {
        let waiting = std::mem::take(waiting);
        if waiting.is_empty() {
            return;
        }
        let synced = match &mut self.ledger {
            Some(ledger) => ledger.sync_staged(Durability::Recorded),
            None => Err(stopped()),
        };
        match synced {
            Ok(receipts) => self.acknowledge(waiting, receipts),
            Err(error) => {
                // Opening it again finds out what is there.
                self.ledger = None;
                for one in waiting {
                    let told = named(error.clone(), one.has_key, one.id);
                    one.give(Err(told));
                }
            }
        }
    }

    fn acknowledge(&mut self, waiting: Vec<Waiting>, receipts: Vec<Receipt>) {
        let mut receipts = receipts.into_iter();
        let mut to_publish = Vec::new();
        for mut one in waiting {
            let Some(receipt) = one.done.take().or_else(|| receipts.next()) else {
                one.give(Err(stopped()));
                continue;
            };
            match one.until {
                Durability::Recorded => one.give(Ok(receipt)),
                Durability::Published => to_publish.push((one, receipt)),
            }
        }
        let Some(ledger) = self.ledger.as_mut().filter(|_| !to_publish.is_empty()) else { return };
        ledger.after_append(Durability::Published);
        let published = ledger.published_size();
        for (one, mut receipt) in to_publish {
            receipt.durability = if receipt.head.size <= published {
                Durability::Published
            } else {
                Durability::Recorded
            };
            one.give(Ok(receipt));
        }
    }
}

/// Prepares a command, signs it and puts it behind those that wait; or what it was recorded as before.
fn sign(
    ledger: &mut Ledger,
    instruction: Instruction,
    signer: &dyn Signer,
) -> Result<(CommandId, Option<Receipt>)> {
    match ledger.prepare(instruction)? {
        Ready::Done(receipt) => Ok((receipt.command_id, Some(receipt))),
        Ready::ToSign(prepared) => {
            let (id, signature) = (prepared.command_id(), signer.sign(prepared.message()));
            ledger.stage_signed(*prepared, &signature)?;
            Ok((id, None))
        }
    }
}
