//! Everything that reaches a terminal or a file: results, notes, errors, exit codes.
//!
//! The only file of the command line that writes to stdout or stderr. A reader that goes away
//! (`| head`) ends the run quietly. What comes from strangers is escaped before a terminal sees it.

use super::args::{ColorName, FormatName, Globals, UnitName};
use super::escape::{self, Guard, Guarded};
use crate::desk::target::{self, READER_GONE, printing};
use crate::error::{Error, Kind, Result};
use crate::file;
use crate::words::shown::for_terminal;
use crate::words::{Lang, Surface};
use std::fmt::Write as _;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

/// How a run ended, as the shell sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done.
    Done,
    /// A rule said no; nothing was written.
    Refused,
    /// Wrong usage.
    Usage,
    /// Verification found a break, or no key from outside to trust.
    Broken,
    /// The machine could not.
    Machine,
    /// The outcome is unknown.
    Unknown,
    /// Done, but some rows were refused.
    Rejects,
}

impl Exit {
    /// The exit status.
    pub(crate) fn status(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Refused => 1,
            Self::Usage => 2,
            Self::Broken => 3,
            Self::Machine => 4,
            Self::Unknown => 5,
            Self::Rejects => 6,
        }
    }

    /// The exit that an error stands for.
    pub(crate) fn of(error: &Error) -> Self {
        match error.kind() {
            Kind::Rejected => Self::Refused,
            Kind::Usage | Kind::NotFound => Self::Usage,
            Kind::Break | Kind::NotPinned | Kind::Fork => Self::Broken,
            Kind::Locked | Kind::Conflict | Kind::Io => Self::Machine,
            Kind::Unknown => Self::Unknown,
        }
    }
}

/// Where text goes, and how it looks.
#[derive(Debug, Clone)]
pub(crate) struct Console {
    /// The format asked for, by -O or by the file's ending.
    pub(crate) format: FormatName,
    /// The language of labels, refusals and what is said of a result.
    pub(crate) lang: Lang,
    /// The display unit of tables.
    pub(crate) unit: UnitName,
    /// Print more.
    pub(crate) verbose: bool,
    /// Print errors only.
    pub(crate) quiet: bool,
    file: Option<PathBuf>,
    color: ColorName,
    no_progress: bool,
    secret: bool,
}

impl Console {
    /// A console as the flags and the environment say.
    ///
    /// # Errors
    /// `format_unclear` where the file's ending names no format.
    pub(crate) fn new(globals: &Globals) -> Result<Self> {
        let format = match (globals.format, &globals.file) {
            (Some(format), _) => format,
            (None, Some(file)) => format_of(file)?,
            (None, None) => FormatName::Table,
        };
        Ok(Self {
            format,
            lang: lang(globals),
            unit: globals.unit.unwrap_or(UnitName::Yuan),
            verbose: globals.verbose,
            quiet: globals.quiet,
            file: globals.file.clone().filter(|file| file != Path::new("-")),
            color: globals.color,
            no_progress: globals.no_progress,
            secret: false,
        })
    }

    /// A console for errors before the flags are known to make sense.
    pub(crate) fn fallback(globals: &Globals) -> Self {
        Self {
            format: globals.format.unwrap_or(FormatName::Table),
            lang: lang(globals),
            unit: UnitName::Yuan,
            verbose: false,
            quiet: false,
            file: None,
            color: globals.color,
            no_progress: true,
            secret: false,
        }
    }

    /// The same console, which prints errors only.
    pub(crate) fn quiet(mut self) -> Self {
        self.quiet = true;
        self
    }

    /// The same console for a verb whose file is not its printed result.
    pub(crate) fn without_file(mut self) -> Self {
        self.file = None;
        self
    }

    /// True if progress may be shown.
    pub(crate) fn shows_progress(&self) -> bool {
        !self.no_progress && !self.quiet && io::stderr().is_terminal()
    }

    fn colors(&self, is_terminal: bool) -> bool {
        match self.color {
            ColorName::Always => true,
            ColorName::Never => false,
            ColorName::Auto => {
                is_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
            }
        }
    }

    /// Writes a result that is text to stdout or the file, by `write`. A file is replaced only when all
    /// of it is there. What could steer a terminal does not reach one, and JSON has nothing that is
    /// invisible (see `escape`).
    ///
    /// # Errors
    /// Those of `write`; an I/O code on the file; `reader_gone` when stdout was closed.
    pub(crate) fn result(&self, write: &mut dyn FnMut(&mut dyn Write) -> Result<()>) -> Result<()> {
        let guard = match self.format {
            FormatName::Json | FormatName::Jsonl => Guard::Json,
            FormatName::Xlsx => Guard::None,
            _ if self.is_terminal() => Guard::Terminal,
            FormatName::Table | FormatName::Csv | FormatName::Html => Guard::None,
        };
        self.guarded(guard, write)
    }

    /// As [`Console::result`], for bytes that are no text.
    ///
    /// # Errors
    /// As [`Console::result`].
    pub(crate) fn bytes(&self, write: &mut dyn FnMut(&mut dyn Write) -> Result<()>) -> Result<()> {
        self.guarded(Guard::None, write)
    }

    fn guarded(
        &self,
        guard: Guard,
        write: &mut dyn FnMut(&mut dyn Write) -> Result<()>,
    ) -> Result<()> {
        let Some(path) = &self.file else {
            let mut out = Guarded::new(BufWriter::new(io::stdout().lock()), guard);
            write(&mut out)?;
            out.end().map_err(|e| printing(&e))?;
            if out.has_shown_codes {
                self.note("the terminal shows control characters as \\u{…}; -o FILE or a pipe has them as they are");
            }
            return Ok(());
        };
        let mode = if self.secret { 0o600 } else { 0o666 };
        to_file_of_mode(path, mode, &mut |file| {
            let mut out = Guarded::new(file, guard);
            write(&mut out)?;
            out.end().map_err(|e| Error::io("write", path, e))
        })
    }

    /// The same console for a verb whose result is in this format, whatever -O says.
    pub(crate) fn of_format(mut self, format: FormatName) -> Self {
        self.format = format;
        self
    }

    /// True if results go to a file.
    pub(crate) fn has_file(&self) -> bool {
        self.file.is_some()
    }

    /// True if results go to a terminal, which is no place for bytes.
    pub(crate) fn is_terminal(&self) -> bool {
        self.file.is_none() && io::stdout().is_terminal()
    }

    /// How many columns a table may take: what COLUMNS says, else as many as the terminal has; nothing for a
    /// file, or a pipe of which nothing is said.
    pub(crate) fn columns(&self) -> Option<usize> {
        if self.file.is_some() {
            return None;
        }
        let said = std::env::var("COLUMNS").ok().and_then(|said| said.parse::<usize>().ok());
        let seen = || {
            let (width, _) = terminal_size::terminal_size_of(io::stdout())?;
            Some(usize::from(width.0))
        };
        said.filter(|columns| *columns > 0).or_else(seen).filter(|columns| *columns > 0)
    }

    /// Writes a result that is text.
    ///
    /// # Errors
    /// As [`Console::result`].
    pub(crate) fn text(&self, text: &str) -> Result<()> {
        self.result(&mut |out| out.write_all(text.as_bytes()).map_err(|e| printing(&e)))
    }

    /// Writes a value of which there is one, as text or as JSON.
    ///
    /// # Errors
    /// As [`Console::result`].
    pub(crate) fn value(&self, text: &str, json: &serde_json::Value) -> Result<()> {
        if self.format == FormatName::Json {
            self.text(&format!("{json:#}\n"))
        } else {
            self.text(text)
        }
    }

    /// Writes what was done, as text or as JSON; `--quiet` leaves the text out, unless it goes to a
    /// file.
    ///
    /// # Errors
    /// As [`Console::result`].
    pub(crate) fn receipt(&self, text: &str, json: &serde_json::Value) -> Result<()> {
        let is_unwanted = self.quiet && self.format == FormatName::Table && self.file.is_none();
        if is_unwanted { Ok(()) } else { self.value(text, json) }
    }

    /// Writes a receipt of what is done and stays done. One that cannot be printed, on a disk that is
    /// full, is said on stderr and is no failure: a script would do the same thing once more.
    ///
    /// # Errors
    /// `reader_gone`, which ends the run quietly.
    pub(crate) fn done(&self, text: &str, json: &serde_json::Value) -> Result<()> {
        match self.receipt(text, json) {
            Err(error) if error.code() != READER_GONE => {
                let mark = self.paint(self.lang.choose("warning:", "警告："), "33");
                let why = for_terminal(error.message());
                say(&match self.lang {
                    Lang::En => {
                        format!(
                            "{mark} it is done, and only its receipt could not be written: {why}\n"
                        )
                    }
                    Lang::Zh => format!("{mark}已经办妥，只是回执未能写出：{why}\n"),
                });
                Ok(())
            }
            printed => printed,
        }
    }

    /// The same console for a result that is nobody else's to read: a file gets mode 600.
    pub(crate) fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    /// Says something beside the result, on stderr.
    pub(crate) fn note(&self, text: &str) {
        if !self.quiet {
            let mark = self.lang.choose("note: ", "提示：");
            say(&format!("{mark}{}\n", for_terminal(text)));
        }
    }

    /// Warns of something, on stderr.
    pub(crate) fn warn(&self, text: &str) {
        if !self.quiet {
            let mark = self.paint(self.lang.choose("warning:", "警告："), "33");
            let space = self.lang.choose(" ", "");
            say(&format!("{mark}{space}{}\n", for_terminal(text)));
        }
    }

    fn paint(&self, text: &str, color: &str) -> String {
        if self.colors(io::stderr().is_terminal()) {
            format!("\u{1b}[1;{color}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }

    /// Prints an error to stderr and gives the exit it stands for.
    pub(crate) fn error(&self, error: &Error) -> Exit {
        if error.code() == READER_GONE {
            return Exit::Done;
        }
        if self.format == FormatName::Json {
            say(&format!("{}\n", escape::json(&error_json(error, self.lang))));
        } else {
            let code = self.paint(error.code(), "31");
            let said = error.said(self.lang, Surface::CommandLine);
            let mut text = format!("{code}: {}\n", for_terminal(&said.rule));
            if let Some(next) = said.next {
                let mark = self.lang.choose("next: ", "下一步：");
                writeln!(text, "  {mark}{}", for_terminal(&next)).unwrap_or_default();
            }
            say(&text);
        }
        Exit::of(error)
    }
}

/// Prints to stderr; nobody can be told when that fails.
pub(crate) fn say(text: &str) {
    io::stderr().lock().write_all(text.as_bytes()).unwrap_or_default();
}

/// Prints to stdout outside a session (help and version).
///
/// # Errors
/// `reader_gone`, `not_printed`.
pub(crate) fn print(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|e| printing(&e))
}

/// Writes a file that is replaced only when all of it is there; not synced, for it can be made again.
///
/// # Errors
/// `output_refused`; those of `write`; an I/O code on the file.
pub(crate) fn to_file(
    path: &Path,
    write: &mut dyn FnMut(&mut dyn Write) -> Result<()>,
) -> Result<()> {
    to_file_of_mode(path, 0o666, write)
}

fn to_file_of_mode(
    path: &Path,
    mode: u32,
    write: &mut dyn FnMut(&mut dyn Write) -> Result<()>,
) -> Result<()> {
    target::check(path)?;
    // A device or pipe is written to as it is; a file is replaced whole.
    let is_special = path.metadata().is_ok_and(|found| !found.is_file());
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.new", std::process::id()));
    let temporary = if is_special { path.to_owned() } else { path.with_file_name(name) };
    let file = if is_special {
        file::open_named_to_write(&temporary)
    } else {
        file::create(&temporary, mode)
    };
    let mut out = BufWriter::new(file.map_err(|e| Error::io("write", path, e))?);
    let written =
        write(&mut out).and_then(|()| out.flush().map_err(|e| Error::io("write", path, e)));
    drop(out);
    if is_special {
        return written;
    }
    let moved = written
        .and_then(|()| std::fs::rename(&temporary, path).map_err(|e| Error::io("write", path, e)));
    if moved.is_err() {
        std::fs::remove_file(&temporary).unwrap_or_default();
    }
    moved
}

/// The format that a file's ending stands for.
fn format_of(file: &Path) -> Result<FormatName> {
    let ending = file.extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase);
    match ending.as_deref() {
        Some("csv") => Ok(FormatName::Csv),
        Some("json") => Ok(FormatName::Json),
        Some("jsonl" | "ndjson") => Ok(FormatName::Jsonl),
        Some("html" | "htm") => Ok(FormatName::Html),
        Some("xlsx") => Ok(FormatName::Xlsx),
        Some(ending @ ("xls" | "ods" | "pdf" | "parquet")) => {
            let message = format!("this release writes no {}", file.display());
            let error = Error::new(Kind::Usage, "format_unknown", message)
                .with_detail("path", file.display());
            Err(if matches!(ending, "xls" | "ods") {
                let hint = "choose a file ending in .xlsx or .csv, which every spreadsheet opens";
                error.in_case("sheet").with_hint(hint)
            } else {
                error.with_hint(
                    "choose a file ending in .xlsx, .csv, .json, .jsonl or .txt, or add -O",
                )
            })
        }
        Some(_) | None => Ok(FormatName::Table),
    }
}

/// The language that was asked for, else that of the environment.
fn lang(globals: &Globals) -> Lang {
    globals.lang.map_or_else(lang_of_environment, Lang::from)
}

/// The language of `LC_ALL`, `LC_MESSAGES` or `LANG`, the first that is set.
fn lang_of_environment() -> Lang {
    let value = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .filter_map(std::env::var_os)
        .find(|value| !value.is_empty());
    let is_chinese = value.is_some_and(|value| value.to_string_lossy().starts_with("zh"));
    if is_chinese { Lang::Zh } else { Lang::En }
}

/// A path as text in JSON, which knows no other: what is no UTF-8 in it becomes U+FFFD.
#[must_use]
pub(crate) fn path_text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// An error as JSON: message and hint are for people and in their language, the rest is stable.
#[must_use]
pub(crate) fn error_json(error: &Error, lang: Lang) -> String {
    use serde_json::{Map, Value, json};
    let mut details: Map<String, Value> = Map::new();
    for (name, value) in error.details() {
        let value = Value::String(value.clone());
        match details.get_mut(*name) {
            None => {
                details.insert((*name).to_owned(), value);
            }
            // A name that stands several times (the possible lines) becomes a list.
            Some(Value::Array(all)) => all.push(value),
            Some(one) => *one = Value::Array(vec![one.take(), value]),
        }
    }
    let said = error.said(lang, Surface::CommandLine);
    json!({"error": {
        "code": error.code(),
        "message": said.rule,
        "details": details,
        "hint": said.next,
    }})
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_error_has_its_exit() {
        for (kind, status) in [
            (Kind::Rejected, 1),
            (Kind::Usage, 2),
            (Kind::NotFound, 2),
            (Kind::Break, 3),
            (Kind::NotPinned, 3),
            (Kind::Fork, 3),
            (Kind::Locked, 4),
            (Kind::Conflict, 4),
            (Kind::Io, 4),
            (Kind::Unknown, 5),
        ] {
            assert_eq!(Exit::of(&Error::new(kind, "code", "")).status(), status, "{kind:?}");
        }
        assert_eq!((Exit::Done.status(), Exit::Rejects.status()), (0, 6));
    }

    #[test]
    fn an_error_in_json_lists_what_stands_several_times() {
        let error = Error::new(Kind::Rejected, "line_ambiguous", "possible are A and B")
            .with_detail("line", "A:2002")
            .with_detail("line", "B:2002")
            .with_detail("line", "C:2002")
            .with_detail("asked", "1.00");
        assert_eq!(
            error_json(&error, Lang::Zh),
            r#"{"error":{"code":"line_ambiguous","message":"possible are A and B","details":{"line":["A:2002","B:2002","C:2002"],"asked":"1.00"},"hint":null}}"#
        );
    }

    #[test]
    fn the_ending_tells_the_format() {
        assert_eq!(format_of(Path::new("a.CSV")).unwrap(), FormatName::Csv);
        assert_eq!(format_of(Path::new("a.XLSX")).unwrap(), FormatName::Xlsx);
        assert_eq!(format_of(Path::new("a.ndjson")).unwrap(), FormatName::Jsonl);
        assert_eq!(format_of(Path::new("a.journal")).unwrap(), FormatName::Table);
        assert_eq!(format_of(Path::new("receipt")).unwrap(), FormatName::Table);
        assert_eq!(
            format_of(Path::new("a.ods")).unwrap_err().to_string(),
            "format_unknown: this release writes no a.ods\n  \
             next: choose a file ending in .xlsx or .csv, which every spreadsheet opens"
        );
    }

    #[test]
    fn a_file_is_replaced_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("balance.txt");
        to_file(&path, &mut |out| out.write_all(b"first").map_err(|e| printing(&e))).unwrap();
        let failed = to_file(&path, &mut |out| {
            out.write_all(b"second").map_err(|e| printing(&e))?;
            Err(Error::new(Kind::Break, "entry_malformed", "half-way"))
        });
        assert_eq!(failed.unwrap_err().code(), "entry_malformed");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "first");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
