//! What this program does where it was started by itself, apart from the other side, with limits.

use crate::edge::apart::confine;
use crate::import::sheet::answer;
use std::process::ExitCode;

/// Reads a workbook from the input and writes a sheet to the output. Nothing is said in words: the other side
/// sees how this ended.
pub(super) fn read_sheet() -> ExitCode {
    // A reader that is led to panic says nothing of it where nobody reads.
    std::panic::set_hook(Box::new(|_| {}));
    if confine().is_err() {
        return ExitCode::from(NOT_CONFINED);
    }
    match answer(std::io::stdin().lock(), std::io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// The limits could not be set, and nothing was read.
const NOT_CONFINED: u8 = 3;
