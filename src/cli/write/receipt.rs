//! Prints the receipt of a command.

use crate::cli::session::Session;
pub(super) use crate::desk::receipt::{Scene, json};
use crate::desk::receipt::{text, warnings};
use crate::error::Result;
use crate::ledger::Receipt;
use crate::words::shown::for_terminal;

/// Prints a receipt, with what it warns of; `more` are further lines of its text.
pub(super) fn print(
    session: &Session,
    scene: &Scene<'_>,
    receipt: &Receipt,
    more: &[String],
) -> Result<()> {
    let (console, lang) = (&session.console, session.console.lang);
    for (code, words) in warnings(scene, receipt, lang) {
        console.warn(&format!("{code}: {words}"));
    }
    let text = for_terminal(&text(scene, receipt, lang, more, console.verbose));
    let json = json(scene, receipt, lang);
    if receipt.dry_run { console.receipt(&text, &json) } else { console.done(&text, &json) }
}
