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
pub const REJECT_COLUMNS: [&str; 6] = [
    "reject_line",
    "reject_column",
    "reject_code",
    "reject_rule",
    "reject_allowed",
    "reject_found",
];

/// Where refused rows go.
pub trait Rejects {
    /// Keeps a refused row of a file with this header.
    ///
    /// # Errors
    /// The rejects cannot be written; the import then stops with what is sealed so far.
    fn reject(&mut self, header: &[String], row: &Row, problem: &Problem) -> Result<()>;
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
    fn reject(&mut self, header: &[String], row: &Row, problem: &Problem) -> Result<()> {
        if !self.begun {
            self.line(REJECT_COLUMNS.into_iter().chain(header.iter().map(String::as_str)))?;
            self.begun = true;
        }
        let line = row.line.to_string();
        let front = [
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

impl LateFile {
    /// The rejects file of `input`: `wanted`, or beside it, `NAME.rejects.csv`.
    ///
    /// # Errors
    /// `rejects_are_input`, where it is the input itself.
    pub fn beside(input: &Path, wanted: Option<&Path>) -> Result<Self> {
        let path = match wanted {
            Some(path) => path.to_owned(),
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
                .with_hint("name another place with --rejects"));
        }
        Ok(Self { path, temporary: None, file: None })
    }

    /// Where it is, or will be.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
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
        self.temporary.take().map_or(Ok(()), |temporary| std::fs::rename(temporary, &self.path))
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
    use crate::import::mapping::Mapping;
    use crate::import::plan::Plan;
    use crate::import::reader::{FileFormat, RowReader};

    fn problem() -> Problem {
        Problem::new("line_exceeded", "a line cannot be drawn below zero", "5.00", "-3.00")
            .in_column("cost")
    }

    #[test]
    fn a_refused_row_is_kept_whole_with_its_reason() {
        let mut out = Vec::new();
        let mut rejects = RejectsFile::new(&mut out);
        let header = ["ward".to_owned(), "cost".to_owned()];
        rejects.reject(&header, &Row::new(&["=1+1", "'-3"], 4, 7), &problem()).unwrap();
        rejects.reject(&header, &Row::new(&["a\"b", "5", "x"], 5, 9), &problem()).unwrap();
        rejects.finish().unwrap();
        drop(rejects);
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "reject_line,reject_column,reject_code,reject_rule,reject_allowed,reject_found,ward,cost\n\
             7,cost,line_exceeded,a line cannot be drawn below zero,5.00,'-3.00,'=1+1,''-3\n\
             9,cost,line_exceeded,a line cannot be drawn below zero,5.00,'-3.00,\"a\"\"b\",5,x\n"
        );
    }

    #[test]
    fn rejects_are_read_by_the_same_mapping() {
        let mut out = Vec::new();
        let mut rejects = RejectsFile::new(&mut out);
        let header = ["code".to_owned(), "cost".to_owned()];
        rejects.reject(&header, &Row::new(&["-a", "-3"], 4, 7), &problem()).unwrap();
        rejects.finish().unwrap();
        drop(rejects);
        let mut reader = RowReader::open(&out[..], &FileFormat::default()).unwrap();
        let text = "source = \"s\"\ndefault_date = \"2002-01-01\"\n[[event]]\ntype = \"follow-on.pay-in\"\ncode = { column = \"code\" }\namount = { column = \"cost\" }";
        let plan = Plan::new(&Mapping::parse(text).unwrap(), reader.header(), 2).unwrap();
        let mut row = Row::default();
        assert!(reader.read(&mut row).unwrap());
        let mut events = plan.map(&row).unwrap().unwrap();
        let values = &mut events[0].values;
        assert_eq!(values.code(crate::import::fields::Field::Code).unwrap().as_str(), "-a");
        assert_eq!(values.amount(crate::import::fields::Field::Amount).unwrap().0, -300);
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
        rejects.reject(&[], &Row::new(&["a"], 1, 2), &problem()).unwrap();
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
        rejects.reject(&["a".to_owned()], &Row::new(&["1"], 1, 2), &problem()).unwrap();
        rejects.finish().unwrap();
        assert!(std::fs::read_to_string(&path).unwrap().ends_with(",1\n"));
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
