//! What is said of a copy that is read in a ledger's place: who vouches for it, and that it may be old.

use super::say;
use super::verify::note_older;
use crate::cli::place::LogCopy;
use crate::cli::session::Session;
use crate::error::Result;
use crate::ledger::Reader;
use crate::report::table::Identity;
use crate::words::shell::quoted;

/// One line on stderr: how much the copy has, whom its reader trusts, and how to verify it. One more where
/// this machine has seen more of its log.
///
/// # Errors
/// `anchor_malformed`, or an I/O code.
pub(super) fn tell(
    session: &Session,
    copy: &LogCopy,
    reader: &Reader,
    identity: Identity,
) -> Result<()> {
    let (size, from) = (reader.size(), quoted(&copy.path.display()));
    let words = match identity {
        Identity::Pinned => say(
            session,
            format!(
                "a copy, signed at {size} entries by the log key that is pinned on this machine; it is read as it \
                 is: earmark verify --from {from}"
            ),
            format!(
                "副本，签署时共 {size} 条，由本机已固定的日志公钥签署；仅按原样列示：earmark verify --from {from}"
            ),
        ),
        Identity::NotPinned => say(
            session,
            format!(
                "a copy of {size} entries, and nobody outside it vouches for whose log it is; it is read as it \
                 is: earmark verify --from {from} --log-key VKEY"
            ),
            format!(
                "副本，共 {size} 条，副本之外无人担保这是谁的日志；仅按原样列示：\
                 earmark verify --from {from} --log-key VKEY"
            ),
        ),
    };
    session.console.note(&words);
    if identity == Identity::NotPinned {
        return Ok(());
    }
    let Some(home) = &session.home else { return Ok(()) };
    let anchor = home.anchors().read(&reader.archive().checkpoint().origin)?;
    if let Some(anchor) = anchor.filter(|anchor| anchor.size > size) {
        note_older(session, size, anchor.size);
    }
    Ok(())
}
