//! A copy of a published log in a folder of one's own, from wherever it can be read.
//!
//! Only checkpoint and entries are taken; the tree over them is built anew and must have the
//! checkpoint's root, so tiles that are damaged or missing do no harm.

use super::reader::ArchiveReader;
use super::writer::ArchiveWriter;
use crate::chain::entry::Sealed;
use crate::error::Result;
use std::path::Path;

/// Entries that are in memory at a time, beside those that are being read.
const ENTRIES_AT_ONCE: usize = 8_192;

/// Copies the log that `reader` reads into the new folder `to`. `look` sees every entry, with its index,
/// before it is written.
///
/// # Errors
/// The first error of `look`, which ends it: a source may go on for ever. `entries_differ` when the entries are not those of the checkpoint; `tile_missing`,
/// `tile_malformed` or `file_unfit` (`Kind::Break`) names the file of the source; `Kind::Io`.
pub fn copy(
    reader: &ArchiveReader,
    to: &Path,
    look: &mut dyn FnMut(u64, &[u8]) -> Result<()>,
) -> Result<()> {
    let mut writer = ArchiveWriter::open(to)?;
    let mut batch = Vec::with_capacity(ENTRIES_AT_ONCE);
    reader.for_each(
        0..reader.size(),
        |_, _| (),
        |index, bytes, ()| {
            look(index, bytes)?;
            batch.push(Sealed::new(index, bytes.to_vec()));
            if batch.len() < ENTRIES_AT_ONCE {
                return Ok(());
            }
            writer.append(&std::mem::take(&mut batch))
        },
    )?;
    writer.append(&batch)?;
    writer.publish_signed(reader.note())?;
    Ok(())
}
