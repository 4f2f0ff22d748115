//! What no test foresaw: a panic of ours or of a library becomes an error in words.
//!
//! A machine that gives no more threads, or that fails a call which no disk fails, ends some library by a
//! panic. Nothing is mended here: what was acknowledged is durable, whatever was under way is for the next
//! opening to find, and the exit says whether that can matter.

use crate::error::{Error, Kind, Result};
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook, take_hook};
use std::sync::{Mutex, PoisonError};

/// Where and of what the last panic was.
static LAST: Mutex<Option<String>> = Mutex::new(None);

/// From here on a panic is remembered, and printed only where a backtrace is asked for.
pub(super) fn listen() {
    let before = take_hook();
    let wants_backtrace = std::env::var_os("RUST_BACKTRACE").is_some_and(|value| value != "0");
    set_hook(Box::new(move |info| {
        *LAST.lock().unwrap_or_else(PoisonError::into_inner) = Some(words(info));
        if wants_backtrace {
            before(info);
        }
    }));
}

fn words(info: &PanicHookInfo<'_>) -> String {
    let payload = info.payload();
    let message = payload.downcast_ref::<String>().map(String::as_str);
    let message = message.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("no words");
    match info.location() {
        Some(at) => format!("{message} ({}:{})", at.file(), at.line()),
        None => message.to_owned(),
    }
}

/// Runs a verb, and makes an error of a panic: `writes` says whether something may have been recorded.
///
/// # Errors
/// Those of `verb`; `internal`, with `Kind::Unknown` where it writes.
pub(super) fn caught<T>(writes: bool, verb: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(verb)).unwrap_or_else(|_| {
        let last = LAST.lock().unwrap_or_else(PoisonError::into_inner).take();
        let last = last.unwrap_or_else(|| "no words".to_owned());
        let message = format!("the program met something that it was not made for: {last}");
        let (kind, hint) = if writes {
            let hint = "nothing acknowledged is lost; run it again with the same --command-id, or see \
                        whether it was recorded: earmark register";
            (Kind::Unknown, hint)
        } else {
            (Kind::Io, "run it again; the machine may be short of memory, threads or a healthy disk")
        };
        let case = if writes { "writes" } else { "reads" };
        Err(Error::new(kind, "internal", message)
            .in_case(case)
            .with_detail("found", last)
            .with_hint(hint))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_with_its_words() {
        let fails = |writes| caught::<()>(writes, || panic!("no thread for {}", 7)).unwrap_err();
        assert_eq!((fails(true).kind(), fails(false).kind()), (Kind::Unknown, Kind::Io));
        assert_eq!(fails(false).code(), "internal");
        assert_eq!(caught(true, || Ok(1)).unwrap(), 1);
    }
}
