//! What is said of a copy that is read in a ledger's place: who vouches for it, and that it may be old.

use super::Desk;
use super::place::LogCopy;
use crate::error::Result;
use crate::ledger::Reader;
use crate::report::table::Identity;
use crate::words::shell::quoted;

/// One line: how much the copy has, whom its reader trusts, and how to verify it. One more where
/// this machine has seen more of its log.
///
/// # Errors
/// `anchor_malformed`, or an I/O code.
pub(super) fn tell(desk: &Desk, copy: &LogCopy, reader: &Reader, identity: Identity) -> Result<()> {
    let (size, from) = (reader.size(), quoted(&copy.path.display()));
    let words = match identity {
        Identity::Pinned => desk.say(
            format!(
                "a copy, signed at {size} entries by the log key that is pinned on this machine; it is read as it \
                 is: earmark verify --from {from}"
            ),
            format!(
                "副本，签署时共 {size} 条，由本机已固定的日志公钥签署；仅按原样列示：earmark verify --from {from}"
            ),
        ),
        Identity::NotPinned => desk.say(
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
    desk.listener.note(&words);
    if identity == Identity::NotPinned {
        return Ok(());
    }
    let Some(home) = &desk.home else { return Ok(()) };
    let anchor = home.anchors().read(&reader.archive().checkpoint().origin)?;
    if let Some(anchor) = anchor.filter(|anchor| anchor.size > size) {
        desk.note_older(size, anchor.size);
    }
    Ok(())
}

impl Desk {
    /// Says that a copy is older than what this machine has seen of its log.
    pub(crate) fn note_older(&self, size: u64, had: u64) {
        self.listener.note(&self.say(
            format!("older than this machine's anchor: {size} of {had} entries"),
            format!("早于本机的锚点：{had} 条中的 {size} 条"),
        ));
    }
}
