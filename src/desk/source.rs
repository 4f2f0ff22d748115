//! A log that is not the session's own: a folder, a package (zip) or a web address, as typed.
//!
//! None of them is believed, and none can lead out of itself (`archive::foreign`, `archive::package`).

use crate::archive::foreign::{self, CopiedFolder, ReadOnly};
use crate::archive::medium::Medium;
use crate::archive::package::{Beside, Package};
use crate::archive::reader::ArchiveReader;
use crate::edge::http::{Allowance, Http};
use crate::error::{Error, Kind, Result};
use crate::file;
use crate::ledger::LOG_FOLDER;
use crate::tlog::tile::{Content, Tile};
use std::fmt;
use std::fs::FileType;
use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Where a log is taken from, as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Elsewhere {
    /// A folder or a package.
    Path(PathBuf),
    /// A web address.
    Url(String),
}

impl Elsewhere {
    /// True for what may hold a log: an address, a folder or a zip file, which begins with its mark.
    ///
    /// # Errors
    /// `Kind::Io` where the machine cannot tell.
    pub(crate) fn is_copy(&self) -> Result<bool> {
        let Self::Path(path) = self else { return Ok(true) };
        let Some(kind) = kind_of(path)? else { return Ok(false) };
        if !kind.is_file() {
            return Ok(kind.is_dir());
        }
        let mut front = [0; 4];
        match file::open_named(path).and_then(|mut file| file.read_exact(&mut front)) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
            Err(error) => Err(Error::io("read", path, error)),
            Ok(()) => Ok(front == *b"PK\x03\x04"),
        }
    }
}

/// What is at a path, links followed; `None` if nothing is. A disk that cannot tell is an error.
pub(super) fn kind_of(path: &Path) -> Result<Option<FileType>> {
    match path.metadata() {
        Ok(found) => Ok(Some(found.file_type())),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(error) => Err(Error::io("look at", path, error)),
    }
}

impl FromStr for Elsewhere {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
        let is_url = ["http://", "https://"].iter().any(|scheme| text.starts_with(scheme));
        Ok(if is_url { Self::Url(text.to_owned()) } else { Self::Path(PathBuf::from(text)) })
    }
}

impl fmt::Display for Elsewhere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => write!(f, "{}", path.display()),
            Self::Url(url) => f.write_str(url),
        }
    }
}

/// A log of somebody else, opened.
#[derive(Debug)]
pub(crate) struct Source {
    /// The log, at its checkpoint.
    pub(crate) archive: ArchiveReader,
    /// The copied ledger's folder of caches, where there is one that is no link.
    pub(crate) caches: Option<PathBuf>,
    /// What a package has beside the log.
    pub(crate) beside: Option<Beside>,
}

impl Source {
    /// Opens it. The log is in its folder `log`, or all that is there.
    ///
    /// # Errors
    /// `log_not_found` names the source; `package_unfit`; `file_unfit` for a link; as
    /// [`ArchiveReader::open`].
    pub(crate) fn open(from: &Elsewhere, time: &Time) -> Result<Self> {
        let mut beside = None;
        let (medium, caches): (Arc<dyn Medium>, _) = match from {
            Elsewhere::Url(url) => (Arc::new(ReadOnly(Web::at(url, time))), None),
            Elsewhere::Path(path) if kind_of(path)?.is_some_and(|kind| kind.is_file()) => {
                let package = Package::open(path)?;
                beside = Some(package.beside()?);
                (Arc::new(ReadOnly(package)), None)
            }
            Elsewhere::Path(path) => {
                let folder = CopiedFolder::new(path);
                (Arc::new(ReadOnly(folder.clone())), caches_in(&folder))
            }
        };
        for log in [LOG_FOLDER, ""] {
            match ArchiveReader::open_on(Arc::clone(&medium), Path::new(log)) {
                Err(error) if error.is_not_found() => {}
                Ok(archive) => {
                    time.expects(archive.size());
                    let caches = caches.filter(|_| !log.is_empty());
                    return Ok(Self { archive, caches, beside });
                }
                Err(error) => return Err(error),
            }
        }
        let message = format!("there is no checkpoint in {from}");
        Err(Error::new(Kind::NotFound, "log_not_found", message)
            .with_hint("name a copy of a ledger, of its log/ folder, or a package")
            .with_detail("path", from))
    }
}

/// The caches of a copied ledger, if neither folder nor file is a link.
fn caches_in(folder: &CopiedFolder) -> Option<PathBuf> {
    let file = folder.find("cache/projections").ok().flatten().filter(|file| file.is_file())?;
    file.parent().map(Path::to_owned)
}

/// The seconds that all requests of a run have together, where nothing else was said.
pub(crate) const DEFAULT_SECONDS: u64 = 1_800;

/// The time that logs behind web servers have to come, all of them together, and how far they came.
#[derive(Debug, Clone)]
pub(crate) struct Time {
    allowance: Arc<Allowance>,
    /// Entries of the longest log, and how many of one came.
    size: Arc<AtomicU64>,
    came: Arc<AtomicU64>,
}

impl Time {
    /// The time that was asked for; a limit is for addresses.
    ///
    /// # Errors
    /// `flag_unfit` where there is none.
    pub(crate) fn of<'a>(
        seconds: Option<u64>,
        mut from: impl Iterator<Item = &'a Elsewhere>,
    ) -> Result<Self> {
        if seconds.is_some() && !from.any(|from| matches!(from, Elsewhere::Url(_))) {
            let message = "--time-limit is for logs behind a web server; this reads none";
            return Err(Error::new(Kind::Usage, "flag_unfit", message)
                .with_hint("leave the flag out, or name an address")
                .in_case("time_limit"));
        }
        let longest = Duration::from_secs(seconds.unwrap_or(DEFAULT_SECONDS));
        let allowance = Arc::new(Allowance::new(longest));
        Ok(Self { allowance, size: Arc::default(), came: Arc::default() })
    }

    /// What came of a run: where it ended for want of time, that, whatever it was taken for.
    ///
    /// # Errors
    /// `time_limit` with how far it came; those of the run.
    pub(crate) fn told<T>(&self, done: Result<T>) -> Result<T> {
        if done.is_ok() || !self.allowance.is_used_up() {
            return done;
        }
        let size = self.size.load(Ordering::Relaxed);
        let came = self.came.load(Ordering::Relaxed).min(size);
        let more = match size {
            0 => String::new(),
            _ => format!("; {came} of {size} entries were there"),
        };
        Err(self.allowance.used_up(&more))
    }

    fn expects(&self, size: u64) {
        self.size.fetch_max(size, Ordering::Relaxed);
    }

    fn came(&self, path: &str) {
        let name = path.find("tile/").and_then(|at| path.get(at..));
        if let Some(tile) = name.and_then(Tile::parse).filter(|t| t.content == Content::Entries) {
            let end = tile.index.saturating_mul(256).saturating_add(u64::from(tile.width));
            self.came.fetch_max(end, Ordering::Relaxed);
        }
    }
}

/// A log behind a web server.
#[derive(Debug)]
struct Web {
    http: Http,
    /// The address, with a slash at its end.
    base: String,
    time: Time,
}

impl Web {
    fn at(url: &str, time: &Time) -> Self {
        let http = Http::within(Arc::clone(&time.allowance));
        Self { http, base: format!("{}/", url.trim_end_matches('/')), time: time.clone() }
    }
}

impl foreign::Source for Web {
    fn read(&self, path: &str, cap_bytes: usize) -> io::Result<Option<Vec<u8>>> {
        let cap_bytes = u64::try_from(cap_bytes).unwrap_or(u64::MAX);
        let read = self.http.get(&format!("{}{path}", self.base), cap_bytes).map_err(|error| {
            let is_too_large = error.code() == "too_large";
            let kind = if is_too_large { ErrorKind::FileTooLarge } else { ErrorKind::Other };
            io::Error::new(kind, error)
        })?;
        if read.is_some() {
            self.time.came(path);
        }
        Ok(read)
    }

    /// A web server lists nothing.
    fn list(&self, _: &str) -> io::Result<Option<Vec<String>>> {
        Ok(None)
    }
}
