//! Reads what sled is going to read as it opens, before sled does.
//!
//! sled takes a segment that it cannot read at that moment for one that is not there: it comes up shorter,
//! writes after the end that it sees, and what was behind it is gone. So the same bytes are read here
//! first: where the machine cannot, nothing is opened; where it can, they are in memory when sled asks.
//! What the bytes say is for sled.

use crate::error::{Error, Result};
use crate::file;
use std::io::ErrorKind;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// Bytes of a segment of sled's file.
pub(super) const SEGMENT_BYTES: usize = 512 * 1024;

/// Bytes of a segment's header; eight of them, from the fifth on, say where in its log it stands.
const HEADER_BYTES: usize = 20;
const MASK: u64 = 0x7FFF_FFFF_FFFF_FFFF;

/// Reads the page tables, the header of every segment, and the segments that are newer than the newest
/// page table.
///
/// # Errors
/// `Kind::Io` names what the machine cannot read.
pub(super) fn warm(folder: &Path) -> Result<()> {
    let mut newest = 0;
    let list = |e| Error::io("list", folder, e);
    for entry in std::fs::read_dir(folder).map_err(list)? {
        let name = entry.map_err(list)?.file_name();
        let name = name.to_string_lossy();
        if name != "conf" && !name.starts_with("snap.") {
            continue;
        }
        let table = name.strip_prefix("snap.").map(|at| u64::from_str_radix(at, 16));
        newest = newest.max(table.and_then(|at| at.ok()).unwrap_or(0));
        let path = folder.join(&*name);
        file::read(&path, usize::MAX).map_err(|e| Error::io("read", &path, e))?;
    }
    let path = folder.join("db");
    let failed = |e| Error::io("read", &path, e);
    let db = match file::open(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        db => db.map_err(failed)?,
    };
    let length = u64::try_from(SEGMENT_BYTES).unwrap_or(u64::MAX);
    let end = db.metadata().map_err(failed)?.len();
    let mut segment = Vec::new();
    let mut at = 0;
    while at < end {
        let mut header = [0; HEADER_BYTES];
        let read = db.read_at(&mut header, at).map_err(failed)?;
        if read == HEADER_BYTES && place_of(&header).saturating_add(length) > newest {
            segment.resize(SEGMENT_BYTES, 0);
            db.read_at(&mut segment, at).map_err(failed)?;
        }
        at = at.saturating_add(length);
    }
    Ok(())
}

/// Where in sled's log a segment stands, by its header.
fn place_of(header: &[u8; HEADER_BYTES]) -> u64 {
    let place = header.get(4..12).and_then(|bytes| <[u8; 8]>::try_from(bytes).ok());
    place.map_or(0, u64::from_le_bytes) ^ MASK
}
