//! Where a result may be written: not where it would destroy what cannot be made again.

use crate::edge::config::CONFIG_FILE;
use crate::edge::home::Home;
use crate::error::{Error, Kind, Result};
use crate::file;
use crate::tlog::checkpoint::{Checkpoint, MAX_CHECKPOINT_BYTES};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Refuses a place inside a ledger, its log or a home, and one where a private key, a checkpoint or a
/// `ledger.toml` is.
///
/// # Errors
/// `output_refused` (`Kind::Usage`) says why; nothing is written then.
pub(crate) fn check(path: &Path) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    // Where the folder is not there, writing will say so.
    let Ok(folder) = folder.unwrap_or(Path::new(".")).canonicalize() else { return Ok(()) };
    let place = folder.ancestors().find_map(|around| Some((kind_of(around)?, around)));
    if let Some((kind, around)) = place {
        let why = format!("it is inside the {kind} {}", around.display());
        return Err(refused(path, &why, "name a place outside of it")
            .in_case("inside")
            .with_detail("kind", kind)
            .with_detail("around", around.display()));
    }
    match standing_at(path) {
        None => Ok(()),
        Some(what) => {
            let hint = "choose another name, or move away what is there";
            let why = format!("there is {what}, which a result never replaces");
            Err(refused(path, &why, hint).in_case("standing").with_detail("what", what))
        }
    }
}

/// Refuses to replace the package that is read.
///
/// # Errors
/// `output_refused` (`Kind::Usage`).
pub(crate) fn check_apart(result: Option<&Path>, package: &Path) -> Result<()> {
    let Some(path) = result else { return Ok(()) };
    let is_same =
        path.canonicalize().ok().is_some_and(|path| package.canonicalize().ok() == Some(path));
    if !is_same {
        return Ok(());
    }
    let what = "the package that is read";
    let why = format!("there is {what}, which a result never replaces");
    Err(refused(path, &why, "choose another name").in_case("standing").with_detail("what", what))
}

/// The code of the error that means: the reader has gone away.
pub(crate) const READER_GONE: &str = "reader_gone";

/// The error of a failed write to where results go.
pub(crate) fn printing(source: &std::io::Error) -> Error {
    if source.kind() == ErrorKind::BrokenPipe {
        return Error::new(Kind::Io, READER_GONE, "the reader of the output has gone away");
    }
    Error::new(Kind::Io, "not_printed", format!("the result could not be printed: {source}"))
        .with_hint("check where the output goes; what was recorded stays recorded")
        .because_of(source)
}

fn refused(path: &Path, why: &str, hint: &str) -> Error {
    let message = format!("nothing is written to {}: {why}", path.display());
    Error::new(Kind::Usage, "output_refused", message)
        .with_detail("path", path.display())
        .with_hint(hint)
}

/// What kind of folder nobody writes results into this is.
fn kind_of(folder: &Path) -> Option<&'static str> {
    let has = |name: &str| folder.join(name).symlink_metadata().is_ok();
    let is_own_home = || -> Option<PathBuf> {
        let home = Home::from_environment().ok()?;
        home.folder().canonicalize().ok().filter(|home| home == folder)
    };
    if has(CONFIG_FILE) {
        Some("ledger")
    } else if has("checkpoint") && has("tile") {
        Some("log")
    } else if has("known-logs")
        || has("keys/officers")
        || has("keys/log")
        || is_own_home().is_some()
    {
        Some("home")
    } else {
        None
    }
}

/// What is there that cannot be made again.
fn standing_at(path: &Path) -> Option<&'static str> {
    let bytes = file::read(path, file::SMALL_BYTES).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    if path.file_name().is_some_and(|name| name == CONFIG_FILE) {
        Some("the configuration of a ledger")
    } else if text.contains("PRIVATE KEY-----") {
        Some("a private key")
    } else if bytes.len() <= MAX_CHECKPOINT_BYTES && Checkpoint::read(&bytes).is_ok() {
        Some("a checkpoint")
    } else {
        None
    }
}
