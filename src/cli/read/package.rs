//! `export package`.

use crate::cli::args::ReadFlags;
use crate::cli::progress::Progress;
use crate::cli::session::Session;
use crate::desk::package;
use crate::error::{Error, Kind, Result};
use crate::verify::{self, Tier, Trust};

/// Runs `export package`.
pub(super) fn package(session: &Session) -> Result<()> {
    if session.console.is_terminal() {
        let message = "a package is a zip file, and this is a terminal";
        return Err(Error::new(Kind::Usage, "package_to_terminal", message)
            .with_hint("name a file: earmark export package -o FILE.zip"));
    }
    let reading = super::open_for(session, &ReadFlags::default(), false)?;
    let mut bar = Progress::new(&session.console, "entries");
    let size = reading.size;
    // Without a key from outside: what the package says of itself must not lean on this machine.
    let report =
        verify::verify(&reading.reader, None, &Tier::ALL, &Trust::default(), &mut |done| {
            bar.set(done, size);
        });
    bar.finish();
    let report = report?;
    if !report.is_whole() {
        let first = report.faults.first().map_or_else(String::new, |fault| format!(": {fault}"));
        let message = format!("what does not verify is not packed{first}");
        return Err(Error::new(Kind::Break, "package_broken", message)
            .with_hint("run `earmark verify`; as evidence, copy the folder log/ as it is"));
    }
    session.console.bytes(&mut |out| package::write(&reading, &report, out))
}
