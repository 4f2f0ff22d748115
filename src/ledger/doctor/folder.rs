//! What a ledger's folder is: one to write to, or a copy to read; and what lies beside its copies.

use super::{Examined, Health, OPEN_IT, Observation};
use crate::archive::medium::{Disk, Medium};
use crate::error::{Error, Result};
use crate::ledger::RESTORE_FILE;
use crate::ledger::restore::{ended_as, is_for_reading, is_made};
use std::path::Path;

const TAKE_ANEW: &str = "take it anew: earmark archive restore --from COPY NEWDIR";

/// Files that an interruption or a recovery left beside the copies.
pub(super) fn leftovers(folder: &Path, examined: &mut Examined) -> Result<()> {
    let mut names =
        Disk.list(folder).map_err(|e| Error::io("list", folder, e))?.unwrap_or_default();
    names.sort();
    for name in names {
        if name == RESTORE_FILE && !is_for_reading(folder)? && !is_made(folder)? {
            let words = ended_as(folder);
            examined.see(Observation::new("folder", Health::Note, words).advise(
                "run the same earmark archive restore again, into the same folder; nothing is written to this one",
            ));
        } else if name.contains(".quarantine-") {
            let words = format!("{name} holds what a recovery moved aside");
            examined.see(Observation::new("folder", Health::Note, words).advise(
                "look why it was damaged; keep it until a copy of the whole ledger is elsewhere",
            ));
        } else if name.ends_with(".rebuilding") {
            let words = format!("{name} is left from a recovery that was interrupted");
            examined.see(
                Observation::new("folder", Health::Note, words)
                    .advise("the next opening finishes it or takes it back"),
            );
        }
    }
    Ok(())
}

/// Of a copy to read: whether it is whole, and what can be done with the keys that are here. Nothing in it
/// is healed, for nothing is written to it.
pub(super) fn see_copy(can_write: bool, examined: &mut Examined) {
    let all = &mut examined.observations;
    for seen in all.iter_mut().filter(|seen| seen.advice.as_deref() == Some(OPEN_IT)) {
        seen.advice = Some(TAKE_ANEW.to_owned());
    }
    let is_whole = all.iter().all(|seen| seen.health != Health::Broken);
    let (health, words) = match is_whole {
        true => (Health::Whole, "a copy to read: whole"),
        false => (Health::Broken, "a copy to read: not whole"),
    };
    let mut seen = Observation::new("folder", health, words);
    if !is_whole {
        seen = seen.advise(TAKE_ANEW);
    } else if can_write {
        seen = seen.advise(
            "with an officer's key, earmark archive restore --from DIR/log NEWDIR makes one that can be written to",
        );
    }
    all.insert(0, seen);
}
