//! The rejects file: refused rows with the reason in front, to be put right and imported again.
//! Written as the rows come; nothing is sorted or counted here.

use super::problem::Problem;
use super::reader::Row;
use super::text::guarded;
use crate::error::{Error, Kind, Result};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The columns in front of a row's own.
pub const REJECT_COLUMNS: [&str; 7] = [
    "reject_key",
    "reject_line",
    "reject_column",
    "reject_code",
    "reject_rule",
    "reject_allowed",
    "reject_found",
];

/// Where refused rows go.
pub trait Rejects {
    /// Keeps a refused row.
    ///
    /// # Errors
    /// The rejects cannot be written; the import then stops with what is sealed so far.
    fn reject(&mut self, refused: &Refused<'_>) -> Result<()>;
}

/// A row that was refused.
#[derive(Debug, Clone, Copy)]
pub struct Refused<'a> {
    /// Its `reject_key`.
    pub key: &'a str,
    /// The columns of its file; empty where it has no header.
    pub header: &'a [String],
    /// The row.
    pub row: &'a Row,
    /// Why.
    pub problem: &'a Problem,
}

/// Rejects as CSV in UTF-8. The header is written with the first refused row.
#[derive(Debug)]
pub struct RejectsFile<W: Write> {
    out: csv::Writer<W>,
    begun: bool,
}

impl<W: Write> RejectsFile<W> {
    /// Rejects that go to `out`; nothing is written yet.
    pub fn new(out: W) -> Self {
        let out = csv::WriterBuilder::new().flexible(true).from_writer(out);
        Self { out, begun: false }
    }

    /// What it is written to.
    pub fn target(&self) -> &W {
        self.out.get_ref()
    }

    /// Writes out what is still in memory.
    ///
    /// # Errors
    /// `io`, where the file cannot be written.
    pub fn finish(&mut self) -> Result<()> {
        self.out.flush().map_err(|error| unwritten(error.into()))
    }

    fn line<'a>(&mut self, cells: impl Iterator<Item = &'a str>) -> Result<()> {
        for cell in cells {
            self.out.write_field(guarded(cell).as_bytes()).map_err(unwritten)?;
        }
        self.out.write_record(None::<&[u8]>).map_err(unwritten)
    }
}

impl<W: Write> Rejects for RejectsFile<W> {
    fn reject(&mut self, refused: &Refused<'_>) -> Result<()> {
        let Refused { key, header, row, problem } = *refused;
        if !self.begun {
            let numbers: Vec<String> = match header {
                [] => (1..=row.width()).map(|number| format!("#{number}")).collect(),
                named => named.to_vec(),
            };
            // The mark says to spreadsheets that the file is UTF-8.
            let [first, others @ ..] = REJECT_COLUMNS;
            let first = format!("\u{feff}{first}");
            let columns = std::iter::once(first.as_str()).chain(others);
            self.line(columns.chain(numbers.iter().map(String::as_str)))?;
            self.begun = true;
        }
        let line = row.line.to_string();
        let front = [
            key,
            line.as_str(),
            &problem.column,
            problem.code,
            &problem.rule,
            &problem.allowed,
            &problem.found,
        ];
        self.line(front.into_iter().chain(row.cells()))
    }
}

/// A file that is made when the first byte is written, so that no rejects leave no file.
#[derive(Debug)]
pub struct LateFile {
    path: PathBuf,
    /// Where it is until it is whole.
    temporary: Option<PathBuf>,
    file: Option<File>,
}

/// Names that are tried, `.2`, `.3`, …, before it is given up.
const MOST_NAMES: u32 = 10_000;

impl LateFile {
    /// The rejects file of `input`: `wanted`, or beside it, `NAME.rejects.csv`. A file that is there is
    /// never written over: the next free of `NAME.rejects.2.csv`, `NAME.rejects.3.csv`, … is taken.
    ///
    /// # Errors
    /// `rejects_are_input`, where it is the input itself; `rejects_wanted`, where the input is a pipe
    /// or a device and nothing is wanted.
    pub fn beside(input: &Path, wanted: Option<&Path>) -> Result<Self> {
        let path = match wanted {
            Some(path) => path.to_owned(),
            None if is_passing(input) => {
                let message =
                    format!("{} is no file that rows could be kept beside", input.display());
                return Err(Error::new(Kind::Usage, "rejects_wanted", message)
                    .with_hint("say where refused rows go: --rejects FILE")
                    .with_detail("path", input.display()));
            }
            None => {
                let mut name = input.file_stem().unwrap_or_default().to_owned();
                name.push(".rejects.csv");
                input.with_file_name(name)
            }
        };
        let same = |a: &Path, b: &Path| {
            let (a, b) = (a.canonicalize().ok(), b.canonicalize().ok());
            a.is_some() && a == b
        };
        if same(input, &path) {
            let message = format!("{} is the file that is imported", path.display());
            return Err(Error::new(Kind::Usage, "rejects_are_input", message)
                .with_hint("name another place with --rejects")
                .with_detail("path", path.display()));
        }
        Ok(Self { path, temporary: None, file: None })
    }

    /// Where it is, once something was written.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// True for a pipe, a device, or a name that stands for one.
#[must_use]
pub fn is_passing(path: &Path) -> bool {
    let special = ["/dev", "/proc"].iter().any(|folder| path.starts_with(folder));
    special || path.metadata().is_ok_and(|found| !found.is_file())
}

/// `a.rejects.csv` as `a.rejects.2.csv`.
fn numbered(path: &Path, number: u32) -> PathBuf {
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!(".{number}"));
    if let Some(ending) = path.extension() {
        name.push(".");
        name.push(ending);
    }
    path.with_file_name(name)
}

impl LateFile {
    /// The open file: a new one beside its place, or what is there where that is a device or a pipe.
    fn make(&mut self) -> std::io::Result<File> {
        if self.path.metadata().is_ok_and(|found| !found.is_file()) {
            return crate::file::open_named_to_write(&self.path);
        }
        let mut name = std::ffi::OsString::from(".");
        name.push(self.path.file_name().unwrap_or_default());
        name.push(format!(".{}.new", std::process::id()));
        let temporary = self.path.with_file_name(name);
        let file = crate::file::create(&temporary, 0o666)?;
        self.temporary = Some(temporary);
        Ok(file)
    }

    /// Gives the file the first name that nothing has.
    fn place(&mut self, temporary: &Path) -> std::io::Result<()> {
        let first = self.path.clone();
        for number in 2..MOST_NAMES {
            match std::fs::hard_link(temporary, &self.path) {
                Ok(()) => return std::fs::remove_file(temporary),
                // A file system without second names.
                Err(_) if self.path.symlink_metadata().is_err() => {
                    return std::fs::rename(temporary, &self.path);
                }
                Err(_) => self.path = numbered(&first, number),
            }
        }
        Err(std::io::ErrorKind::AlreadyExists.into())
    }
}

impl Write for LateFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let file = match self.file.take() {
            Some(file) => file,
            None => self.make()?,
        };
        self.file.insert(file).write(bytes)
    }

    /// With the first flush the file takes its place; what comes later goes into the same.
    fn flush(&mut self) -> std::io::Result<()> {
        self.file.as_mut().map_or(Ok(()), Write::flush)?;
        self.temporary.take().map_or(Ok(()), |temporary| self.place(&temporary))
    }
}

fn unwritten(error: csv::Error) -> Error {
    let message = format!("cannot write the rejects file: {error}");
    Error::new(Kind::Io, "rejects_unwritten", message)
        .with_hint("make room, or name another place with --rejects; the same import then goes on where it stopped")
        .with_source(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reject<W: Write>(rejects: &mut RejectsFile<W>, header: &[String], row: &Row) {
        let refused = Refused { key: "r-k", header, row, problem: &problem() };
        rejects.reject(&refused).unwrap();
    }

    fn problem() -> Problem {
        Problem::new("line_exceeded", "a line cannot be drawn below zero", "5.00", "-3.00")
            .in_column("cost")
    }

    #[test]
    fn a_refused_row_is_kept_whole_with_its_reason() {
        let mut out = Vec::new();
        let mut rejects = RejectsFile::new(&mut out);
        let header = ["ward".to_owned(), "cost".to_owned()];
        reject(&mut rejects, &header, &Row::new(&["=1+1", "'-3"], 4, 7));
        reject(&mut rejects, &header, &Row::new(&["a\"b", "5", "x"], 5, 9));
        rejects.finish().unwrap();
        drop(rejects);
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "\u{feff}reject_key,reject_line,reject_column,reject_code,reject_rule,reject_allowed,reject_found,ward,cost\n\
             r-k,7,cost,line_exceeded,a line cannot be drawn below zero,5.00,'-3.00,'=1+1,''-3\n\
             r-k,9,cost,line_exceeded,a line cannot be drawn below zero,5.00,'-3.00,\"a\"\"b\",5,x\n"
        );
    }

    #[test]
    fn the_columns_of_a_file_without_a_header_are_numbers() {
        let mut rejects = RejectsFile::new(Vec::new());
        reject(&mut rejects, &[], &Row::new(&["a", "b"], 1, 1));
        rejects.finish().unwrap();
        let text = String::from_utf8(rejects.target().clone()).unwrap();
        assert!(text.lines().next().unwrap().ends_with("reject_found,#1,#2"), "{text}");
    }

    #[test]
    fn nothing_refused_is_nothing_written_and_a_full_disk_is_told() {
        let mut out = Vec::new();
        RejectsFile::new(&mut out).finish().unwrap();
        assert!(out.is_empty());
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
                Err(std::io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
        let mut rejects = RejectsFile::new(Full);
        reject(&mut rejects, &[], &Row::new(&["a"], 1, 2));
        assert_eq!(
            rejects.finish().unwrap_err().to_string(),
            "rejects_unwritten: cannot write the rejects file: no storage space\n  next: make room, or name another place with --rejects; the same import then goes on where it stopped"
        );
    }

    #[test]
    fn the_file_stands_beside_the_input_and_only_if_needed() {
        let folder = tempfile::tempdir().unwrap();
        let input = folder.path().join("menu.csv");
        std::fs::write(&input, "a\n").unwrap();
        let file = LateFile::beside(&input, None).unwrap();
        let path = folder.path().join("menu.rejects.csv");
        assert_eq!(file.path(), path);
        let mut rejects = RejectsFile::new(file);
        rejects.finish().unwrap();
        assert!(!path.exists());
        reject(&mut rejects, &["a".to_owned()], &Row::new(&["1"], 1, 2));
        rejects.finish().unwrap();
        assert!(std::fs::read_to_string(&path).unwrap().ends_with(",1\n"));
        // What is there stays: somebody may have mended rows in it.
        for number in [2, 3] {
            let mut rejects = RejectsFile::new(LateFile::beside(&input, None).unwrap());
            reject(&mut rejects, &["a".to_owned()], &Row::new(&["2"], 1, 2));
            rejects.finish().unwrap();
            let next = folder.path().join(format!("menu.rejects.{number}.csv"));
            assert_eq!(rejects.target().path(), next);
            assert!(std::fs::read_to_string(&next).unwrap().ends_with(",2\n"));
        }
        assert!(std::fs::read_to_string(&path).unwrap().ends_with(",1\n"));
        for pipe in ["/dev/stdin", "/dev/fd/63", "/proc/self/fd/0", "/dev/null"] {
            let error = LateFile::beside(Path::new(pipe), None).unwrap_err();
            assert_eq!(error.code(), "rejects_wanted");
            assert!(LateFile::beside(Path::new(pipe), Some(&path)).is_ok());
        }
        let error = LateFile::beside(&input, Some(&input)).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "rejects_are_input: {} is the file that is imported\n  next: name another place with --rejects",
                input.display()
            )
        );
    }
}
