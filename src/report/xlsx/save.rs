//! Saving a workbook, and what can go wrong with the temporary file of a long sheet.

use crate::error::{Error, Kind};
use crate::words::shown::grouped;
use rust_xlsxwriter::{Workbook, XlsxError};
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

/// What the library says.
pub(super) type Kept<T> = Result<T, XlsxError>;

/// So many bytes are handed over at a time.
const PIECE: usize = 1 << 16;
/// So many pieces may wait.
const PIECES: usize = 8;

/// Does something with a sheet. The library ends by a panic where the disk has no room for the temporary file
/// of a long one.
///
/// # Errors
/// `sheet_not_kept`, within an I/O error.
pub(super) fn kept<T>(work: impl FnOnce() -> Kept<T>) -> io::Result<T> {
    let done = catch_unwind(AssertUnwindSafe(work));
    let done = done.unwrap_or_else(|_| Err(XlsxError::IoError(no_room())));
    done.map_err(|error| io::Error::other(not_kept(&error)))
}

/// More rows than a sheet has.
pub(super) fn too_long(most: u64, rows: u64) -> Error {
    let (most, rows) = (grouped(&most.to_string()), grouped(&rows.to_string()));
    let message = format!("a sheet of XLSX has room for {most} rows; this report has {rows}");
    Error::new(Kind::Usage, "sheet_too_long", message)
        .with_detail("most", most)
        .with_detail("found", rows)
        .with_hint(
            "nothing was written: take -O csv, which has no end, or fewer rows (filters, --limit)",
        )
}

fn no_room() -> io::Error {
    io::Error::other("the folder of temporary files took no more")
}

fn not_kept(error: &XlsxError) -> Error {
    let why = error.to_string();
    let message = format!("the sheet could not be put together: {why}");
    Error::new(Kind::Io, "sheet_not_kept", message).with_detail("why", why).with_hint(
        "a long sheet needs a temporary file: make room for it, or name another folder by TMPDIR; -O csv needs none",
    )
}

/// Writes a workbook. It is made in a thread of its own and handed over in pieces, so that it is never in
/// memory as a whole, wherever it goes.
///
/// # Errors
/// What `out` refuses; as [`kept`].
pub(super) fn save(book: &mut Workbook, out: &mut dyn Write) -> io::Result<()> {
    thread::scope(|scope| {
        let (sender, pieces) = sync_channel(PIECES);
        let to = Pieces { sender, piece: Vec::with_capacity(PIECE) };
        let saving =
            thread::Builder::new().spawn_scoped(scope, move || kept(|| book.save_to_writer(to)))?;
        let mut written = Ok(());
        for piece in pieces {
            written = out.write_all(&piece);
            if written.is_err() {
                break;
            }
        }
        // A writer that refuses ends the saving too, and says why it does.
        let saved = saving.join().unwrap_or_else(|_| Err(no_room()));
        written.and(saved)
    })
}

/// Hands over what is written, a piece at a time.
#[derive(Debug)]
struct Pieces {
    sender: SyncSender<Vec<u8>>,
    piece: Vec<u8>,
}

impl Pieces {
    fn hand_over(&mut self) -> io::Result<()> {
        if self.piece.is_empty() {
            return Ok(());
        }
        let piece = std::mem::replace(&mut self.piece, Vec::with_capacity(PIECE));
        self.sender.send(piece).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= PIECE {
            self.hand_over()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.hand_over()
    }
}

impl Drop for Pieces {
    fn drop(&mut self) {
        // Whoever does not take it any more has said why.
        let _handed_over = self.hand_over();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes so many bytes and then refuses.
    struct Full(usize);

    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn book() -> Workbook {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        let mut seed = 1_u64;
        for row in 0..20_000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            sheet.write_string(row, 0, format!("{seed:x}")).unwrap();
        }
        book
    }

    #[test]
    fn a_writer_that_refuses_says_why() {
        for room in [0, 70_000] {
            let refused = save(&mut book(), &mut Full(room)).unwrap_err();
            assert_eq!(refused.kind(), io::ErrorKind::StorageFull, "{room}");
        }
    }

    #[test]
    fn pieces_are_the_whole() {
        let mut out = Vec::new();
        save(&mut book(), &mut out).unwrap();
        assert_eq!(out, book().save_to_buffer().unwrap());
        assert!(out.len() > 2 * PIECE);
    }

    #[test]
    fn a_panic_of_the_library_is_an_error_with_a_next_step() {
        let failed = kept::<()>(|| panic!("no space")).unwrap_err();
        let error = failed.downcast::<Error>().unwrap();
        assert_eq!((error.code(), error.kind()), ("sheet_not_kept", Kind::Io));
        assert!(error.hint().unwrap().contains("TMPDIR"));
    }
}
