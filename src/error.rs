//! The one public error. Every module may use it; fine enums stay inside.
//!
//! A [`Rejection`] is the domain saying no, and is kept, so that [`crate::words`] can say it in the
//! reader's language; every other kind is the machine, the input or the caller. The CLI adds nothing but
//! the exit code.

use crate::domain::rejection::Rejection;
use crate::words::refusal::{Refusal, refusal};
use crate::words::{self, Lang, Surface};
use std::fmt;
use std::sync::Arc;

/// The result of everything that can fail outside the pure domain.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, coarse enough to act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// A rule of the domain said no; nothing was written.
    Rejected,
    /// The command line, a mapping file or a policy file makes no sense.
    Usage,
    /// Bytes that should verify do not.
    Break,
    /// No key from outside the ledger to trust.
    NotPinned,
    /// Another process holds the ledger.
    Locked,
    /// The head was not the expected one.
    Conflict,
    /// Two copies of the ledger are each valid but differ.
    Fork,
    /// A file, folder or thing that should exist does not.
    NotFound,
    /// The disk, the folder or the engine could not.
    Io,
    /// Whether the write landed is not known; the same command id finds out.
    Unknown,
}

/// An error: a stable code, the rule in words with the figures, and the next step.
#[derive(Debug, Clone)]
pub struct Error {
    kind: Kind,
    code: &'static str,
    message: String,
    hint: Option<String>,
    details: Vec<(&'static str, String)>,
    case: Option<&'static str>,
    rejection: Option<Box<Rejection>>,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error of `kind` with its stable `code` and a message in words.
    #[must_use]
    pub fn new(kind: Kind, code: &'static str, message: impl Into<String>) -> Self {
        let message = message.into();
        let (hint, details, case, rejection, source) = (None, Vec::new(), None, None, None);
        Self { kind, code, message, hint, details, case, rejection, source }
    }

    /// Adds what to do next.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds a named figure (`expected`, `found`, `index`, `pid`, …).
    #[must_use]
    pub fn with_detail(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.details.push((name, value.to_string()));
        self
    }

    /// Says which of several sentences that share the code this is, for [`words`](crate::words::error).
    #[must_use]
    pub fn in_case(mut self, case: &'static str) -> Self {
        self.case = Some(case);
        self
    }

    /// The same error, found in an argument of the command line (`--on <DATE>`).
    #[must_use]
    pub fn in_argument(mut self, argument: &str) -> Self {
        self.message = format!("{argument}: {}", self.message);
        self.with_detail("argument", argument)
    }

    /// Adds what the system says as a figure: its number, or words that are not the system's.
    #[must_use]
    pub fn because_of(self, source: &std::io::Error) -> Self {
        match source.raw_os_error() {
            Some(number) => self.with_detail("os_error", number),
            None => self.with_detail("why", source),
        }
    }

    /// Adds the error underneath.
    #[must_use]
    pub fn with_source(
        mut self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        self.source = Some(Arc::from(source.into()));
        self
    }

    /// A thread of ours came to no end, or could not be started.
    #[must_use]
    pub fn thread_ended() -> Self {
        Self::new(Kind::Io, "thread_ended", "a thread ended before its work was done")
    }

    /// An operation on a file or folder failed: says what was tried, on which path, and why.
    #[must_use]
    pub fn io(doing: &str, path: &std::path::Path, source: std::io::Error) -> Self {
        use std::io::ErrorKind as E;
        let kind = source.kind();
        let (code, hint) = if matches!(kind, E::StorageFull | E::QuotaExceeded) {
            ("disk_full", Some("make room on that disk and run the same command again"))
        } else if kind == E::ReadOnlyFilesystem {
            ("read_only", Some("mount the file system for writing, or copy the ledger"))
        } else if kind == E::PermissionDenied {
            ("no_permission", Some("run as the user who owns the ledger, or change the mode"))
        } else if kind == E::FileTooLarge {
            ("file_too_large", Some("see that it is the file that you mean"))
        } else if kind == E::NotFound {
            ("not_found", None)
        } else {
            ("io", None)
        };
        let kind = if kind == E::NotFound { Kind::NotFound } else { Kind::Io };
        let mut error =
            Self::new(kind, code, format!("cannot {doing} {}: {source}", path.display()))
                .with_detail("doing", doing)
                .with_detail("path", path.display());
        error.hint = hint.map(str::to_owned);
        error.because_of(&source).with_source(source)
    }

    /// The coarse kind.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The stable code, never changed once released.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// The rejection that it was made of, if a rule said no.
    #[must_use]
    pub fn rejection(&self) -> Option<&Rejection> {
        self.rejection.as_deref()
    }

    /// Message and hint in the reader's language; in English where [`words`](crate::words::error) has no
    /// sentence for it.
    #[must_use]
    pub fn said(&self, lang: Lang, surface: Surface) -> Refusal {
        if let Some(rejection) = &self.rejection {
            return refusal(rejection, lang, surface);
        }
        let said = match lang {
            Lang::En => None,
            Lang::Zh => words::error::error(self.code, self.case, &self.figures(lang, surface)),
        };
        said.unwrap_or_else(|| Refusal { rule: self.message.clone(), next: self.hint.clone() })
    }

    /// The details, with what the error underneath says.
    fn figures(&self, lang: Lang, surface: Surface) -> Vec<(&'static str, String)> {
        let mut figures = self.details.clone();
        let cause = self.source.as_ref().and_then(|source| source.downcast_ref::<Self>());
        figures.extend(cause.map(|cause| ("cause", cause.said(lang, surface).rule)));
        figures
    }

    /// The message in words.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do next, where there is something.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// The figures, by name.
    #[must_use]
    pub fn details(&self) -> &[(&'static str, String)] {
        &self.details
    }

    /// True when a rule of the domain refused; nothing was written.
    #[must_use]
    pub fn is_rejection(&self) -> bool {
        self.kind == Kind::Rejected
    }

    /// True when the head was not the expected one.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        self.kind == Kind::Conflict
    }

    /// True when something that should exist does not.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.kind == Kind::NotFound
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "\n  next: {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.source {
            Some(source) => Some(source.as_ref()),
            None => None,
        }
    }
}

impl From<Rejection> for Error {
    fn from(rejection: Rejection) -> Self {
        let said = refusal(&rejection, Lang::En, Surface::CommandLine);
        let mut error = Self::new(Kind::Rejected, rejection.code(), said.rule);
        (error.hint, error.details) = (said.next, rejection.details());
        error.rejection = Some(Box::new(rejection));
        error
    }
}
