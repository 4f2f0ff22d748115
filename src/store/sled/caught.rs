//! sled answers damage with panics: a call that may, and what it said.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Keeps the panic message of guarded calls off the terminal; every other panic prints as before.
fn quiet_guarded_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !QUIET.get() {
                before(info);
            }
        }));
    });
}

/// Runs `call`; a panic becomes an `Err` with its words.
pub(super) fn caught<T>(call: impl FnOnce() -> T) -> Result<T, String> {
    quiet_guarded_panics();
    let before = QUIET.replace(true);
    let outcome = panic::catch_unwind(AssertUnwindSafe(call));
    QUIET.set(before);
    outcome.map_err(|payload| {
        let words = payload
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| payload.downcast_ref::<&str>().copied())
            .unwrap_or("no message");
        format!("sled panicked: {words}")
    })
}
