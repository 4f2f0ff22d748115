//! A part of this program that runs apart from it: the program starts itself again under a verb that nobody
//! types, without an environment, gives it bytes and reads bytes. For code that reads what strangers made and
//! may be led to take any memory or time: the child sets limits to itself before it reads a byte, and the
//! other side stops it when it says too much or nothing for too long.
//!
//! What the limits are not: a wall. The child runs as the same user; what can be done without opening
//! anything (sending signals, using the processor and the memory that it has) can be done in it.

use crate::error::{Error, Kind, Result};
use rustix::process::{Resource, Rlimit, setrlimit};
use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::channel;
use std::time::Duration;

/// The verb that reads a sheet of a workbook.
pub const READ_SHEET: &str = "__read-sheet";

/// The address space of the child, bytes.
const MEMORY_BYTES: u64 = 536_870_912;
/// What it may use of the processor, seconds; a second later it is killed.
const PROCESSOR_SECONDS: u64 = 20;
/// How long the other side waits, seconds.
const WAIT_SECONDS: u64 = 30;
/// How long an end is waited for once nothing more is said: looks, and the pause between two.
const LAST_LOOKS: u32 = 100;
const PAUSE: Duration = Duration::from_millis(20);

/// How a child ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// By itself, with this status.
    Status(i32),
    /// By this signal.
    Signal(i32),
    /// It was stopped: it was not done in time.
    Late,
    /// It was stopped: it said more than it may.
    TooMuch,
}

impl End {
    /// The child asked for more memory than it may have: an allocation that fails aborts.
    pub const NO_MEMORY: Self = Self::Signal(SIGABRT);
    /// The child used more of the processor than it may.
    pub const NO_TIME: Self = Self::Signal(SIGXCPU);
}

/// Numbers of signals, alike on every system that this runs on.
const SIGABRT: i32 = 6;
const SIGXCPU: i32 = 24;

/// What a child said until it ended.
#[derive(Debug)]
pub struct Answer {
    /// Its output.
    pub said: Vec<u8>,
    /// How it ended.
    pub end: End,
}

/// Starts this program again under `verb`, gives it `input`, one piece behind the other, and reads at most
/// `most` bytes within 30 s.
///
/// # Errors
/// `apart_not_started`, where the system starts no other program.
pub fn ask(verb: &str, input: &[&[u8]], most: usize) -> Result<Answer> {
    ask_within(verb, input, most, Duration::from_secs(WAIT_SECONDS))
}

fn ask_within(verb: &str, input: &[&[u8]], most: usize, wait: Duration) -> Result<Answer> {
    let program = std::env::current_exe().map_err(not_started)?;
    let mut command = Command::new(program);
    command.arg(verb).env_clear().current_dir("/");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(not_started)?;
    let (to_it, from_it) = (child.stdin.take(), child.stdout.take());
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let Some(mut to_it) = to_it else { return };
            // A child that ends early does not read on: how it ended is told below.
            let _ended_early = input.iter().try_for_each(|piece| to_it.write_all(piece));
        });
        let (done, all) = channel();
        scope.spawn(move || {
            let mut said = Vec::new();
            let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
            let read = from_it.map(|from_it| from_it.take(limit).read_to_end(&mut said));
            // Where it cannot be read to its end, what is there is no whole answer, and is seen to be none.
            let _unread = read.transpose();
            let _nobody_waits = done.send(said);
        });
        let (said, stopped) = match all.recv_timeout(wait) {
            Ok(said) if said.len() > most => (said, Some(End::TooMuch)),
            Ok(said) => (said, None),
            Err(_) => (Vec::new(), Some(End::Late)),
        };
        let end = match stopped {
            Some(end) => {
                stop(&mut child);
                end
            }
            None => last_look(&mut child),
        };
        Ok(Answer { said, end })
    })
}

fn not_started(error: std::io::Error) -> Error {
    let message = "the part of this program that reads workbooks could not be started";
    Error::new(Kind::Io, "apart_not_started", message)
        .with_hint("the program file was moved or replaced, or the machine starts no more programs: try again, or save the sheet as \"CSV UTF-8\" and import that")
        .because_of(&error)
        .with_source(error)
}

/// How a child ends that says nothing more.
fn last_look(child: &mut Child) -> End {
    for _ in 0..LAST_LOOKS {
        match child.try_wait() {
            Ok(Some(status)) => return end_of(status),
            Ok(None) => std::thread::sleep(PAUSE),
            Err(_) => break,
        }
    }
    stop(child);
    End::Late
}

fn stop(child: &mut Child) {
    // One that is gone already cannot be killed, and need not be.
    let _gone = child.kill();
    let _waited = child.wait();
}

fn end_of(status: ExitStatus) -> End {
    match (status.code(), status.signal()) {
        (Some(code), _) => End::Status(code),
        (None, Some(signal)) => End::Signal(signal),
        (None, None) => End::Late,
    }
}

/// Sets the limits of this process, before it reads what strangers made. None can be raised again, except
/// by root.
///
/// # Errors
/// What the system says; nothing is to be read then.
pub fn confine() -> std::io::Result<()> {
    let set = |resource, soft, hard| {
        setrlimit(resource, Rlimit { current: Some(soft), maximum: Some(hard) })
    };
    set(Resource::Core, 0, 0)?;
    set(Resource::Fsize, 0, 0)?;
    set(Resource::Nproc, 0, 0)?;
    // What is open stays open; nothing is opened any more, neither a file nor a socket.
    set(Resource::Nofile, 0, 0)?;
    set(Resource::Cpu, PROCESSOR_SECONDS, PROCESSOR_SECONDS.saturating_add(1))?;
    set(Resource::As, MEMORY_BYTES, MEMORY_BYTES)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    // This program is the runner of tests here, and a verb is the name of the tests to run.
    const NONE: &str = "no test has this name";
    const WAITS: &str = "edge::apart::tests::waits_where_there_is_no_environment";

    #[test]
    fn waits_where_there_is_no_environment() {
        if std::env::vars_os().next().is_none() {
            std::thread::sleep(Duration::from_secs(60));
        }
    }

    #[test]
    fn what_is_said_and_how_it_ended_are_told() {
        let input = vec![b'x'; 1 << 20];
        let wait = Duration::from_secs(30);
        let answer = ask_within(NONE, &[&input, &input], 1 << 20, wait).unwrap();
        assert_eq!(answer.end, End::Status(0));
        let said = String::from_utf8(answer.said).unwrap();
        assert!(said.contains("running 0 tests"), "{said}");
        assert_eq!(ask_within(NONE, &[], 10, wait).unwrap().end, End::TooMuch);
        let answer = ask_within("--no-such-flag", &[], 1 << 20, wait).unwrap();
        assert!(matches!(answer.end, End::Status(code) if code != 0), "{answer:?}");
    }

    #[test]
    fn one_that_is_not_done_in_time_is_stopped() {
        let input = vec![b'x'; 1 << 20];
        let answer = ask_within(WAITS, &[&input], 1 << 20, Duration::from_millis(300)).unwrap();
        assert_eq!(answer.end, End::Late);
    }
}
