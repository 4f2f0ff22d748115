//! What earlier imports left in the ledger, read once before an import begins: rows that are booked,
//! names under codes, the last list of targets.

use super::fields::Created;
use super::former::KEY_DOCUMENT;
use super::intake::{Intake, Past};
use super::job::Job;
use super::mapping::Kin;
use super::payments::Payments;
use super::rowkey::{Bears, Booking, RowMemory};
use crate::domain::admit::books;
use crate::domain::calendar::Date;
use crate::domain::event::{Body, Bytes32, DocumentRef};
use crate::domain::ids::{Code, LineKey, Text};
use crate::domain::state::State;
use crate::error::{Error, Kind, Result};
use std::collections::{BTreeMap, BTreeSet};

/// The document of an import: the file.
pub const FILE_DOCUMENT: &str = "import";
/// The document of an import: its mapping.
pub const MAPPING_DOCUMENT: &str = "mapping";
/// The document of an import of targets: the file, named by the day that the list is of.
pub const LIST_DOCUMENT: &str = "list as of";

/// What an import knows before it begins.
#[derive(Debug, Default)]
pub(super) struct History {
    pub(super) memory: RowMemory,
    /// Names under codes that the ledger has; one that is its own code says nothing.
    pub(super) names: BTreeMap<(Created, Code), Text>,
    /// The day of the last list of targets of this source.
    pub(super) last_list: Option<Date>,
    /// Lines that lists of this source have set.
    pub(super) lines: BTreeSet<LineKey>,
    /// The columns that earlier imports knew rows by.
    pub(super) keys: BTreeSet<String>,
    /// Payments that refunds of this list may be of.
    pub(super) payments: Payments,
    /// Another part of the list as which this very file was imported, with an entry of it that stands.
    same_file: Option<(String, u64)>,
}

impl History {
    pub(super) fn read(
        intake: &dyn Intake,
        job: &Job<'_>,
        documents: &[DocumentRef],
    ) -> Result<Self> {
        let payments = Payments::asked(job.mapping.refunds_by());
        let mut history = Self { payments, ..Self::default() };
        let mut reading = Reading {
            job,
            documents,
            state: intake.state(),
            kin: None,
            other_mapping: false,
            same_file: false,
            this_list: false,
        };
        intake.look_back(&mut |past| reading.take(past, &mut history))?;
        Ok(history)
    }

    /// Refuses what cannot be right: the same file for another part of the list, an older list.
    pub(super) fn check(&self, job: &Job<'_>) -> Result<()> {
        let target = job.mapping.target;
        if let (Some((source, entry)), false, None) = (&self.same_file, job.again, target) {
            let now = &job.source.name;
            let message = format!(
                "this very file was imported as source `{source}` (see @{entry}), and now comes as `{now}`"
            );
            return Err(Error::new(Kind::Rejected, "file_of_another_source", message)
                .with_hint(format!(
                    "its rows would be booked a second time: keep the source `{source}`; --again books them anew"
                ))
                .with_detail("expected", source)
                .with_detail("found", now).with_detail("entry", format!("@{entry}")));
        }
        if let (Some(target), Some(last)) = (target, self.last_list)
            && target.as_of < last
        {
            let message =
                format!("the list is of {}, and one of {last} was imported after it", target.as_of);
            return Err(Error::new(Kind::Rejected, "list_older", message)
                .with_hint("an older list would undo the newer one; set `as_of` in the mapping to the day that this list is of")
                .with_detail("expected", last)
                .with_detail("found", target.as_of));
        }
        Ok(())
    }
}

/// The pass over the entries of the past.
struct Reading<'a> {
    job: &'a Job<'a>,
    documents: &'a [DocumentRef],
    state: &'a State,
    /// The last source that was met, and what it is to this import's.
    kin: Option<(String, Kin)>,
    /// Whether the command at hand was made by another mapping, and of the same file.
    other_mapping: bool,
    same_file: bool,
    /// Whether it is of the list of targets that is imported now.
    this_list: bool,
}

impl Reading<'_> {
    fn take(&mut self, past: &Past<'_>, history: &mut History) -> Result<()> {
        self.name(past, history)?;
        if !history.payments.is_idle()
            && let Some(event) = (past.event)()?
        {
            history.payments.learn(past.index, &event.body);
        }
        let Some((source, key)) = past.row else { return Ok(()) };
        let kin = self.kin_of(source);
        if past.begins {
            self.begin(past, kin, history)?;
        }
        let bears = self.bears(past)?;
        // Rows of other lists are held against it one by one; of another part they would be new ones.
        if self.same_file
            && kin == Kin::Batch
            && bears == Bears::Stands
            && history.same_file.is_none()
        {
            history.same_file = Some((source.to_owned(), past.index));
        }
        // A row of a list of targets is done with for this list only: a newer one weighs it anew, since
        // an old figure may have come back.
        let done = self.job.mapping.target.is_none() || self.this_list;
        if kin != Kin::Batch && done {
            let (elsewhere, other_mapping) = (kin == Kin::Other, self.other_mapping);
            let booking = Booking { at: past.index, bears, elsewhere, other_mapping };
            history.memory.learn(key, booking);
        }
        let lists = self.job.mapping.target.is_some() && kin != Kin::Other;
        if lists
            && bears != Bears::Reversed
            && let Some(event) = (past.event)()?
        {
            history.lines.extend(line_of(&event.body).cloned());
        }
        Ok(())
    }

    fn kin_of(&mut self, source: &str) -> Kin {
        match &self.kin {
            Some((last, kin)) if last == source => *kin,
            Some(_) | None => {
                let kin = self.job.source.kin(source);
                self.kin = Some((source.to_owned(), kin));
                kin
            }
        }
    }

    /// The documents of a command say which file and mapping made it.
    fn begin(&mut self, past: &Past<'_>, kin: Kin, history: &mut History) -> Result<()> {
        let event = (past.event)()?;
        let documents = event.as_ref().map(|event| event.body.filing().documents.as_slice());
        let documents = documents.unwrap_or_default();
        let of = |all: &[DocumentRef], kind: &str| -> Option<Bytes32> {
            all.iter().find(|one| one.kind.as_str() == kind).map(|one| one.hash)
        };
        let differs = |kind| {
            let (then, now) = (of(documents, kind), of(self.documents, kind));
            then.zip(now).map(|(then, now)| then != now)
        };
        self.other_mapping = kin == Kin::Own && differs(MAPPING_DOCUMENT) == Some(true);
        self.same_file = differs(FILE_DOCUMENT) == Some(false);
        if kin != Kin::Batch {
            let keys = documents.iter().filter(|one| one.kind.as_str() == KEY_DOCUMENT);
            history.keys.extend(keys.map(|one| one.name.to_string()));
        }
        if kin != Kin::Other {
            let lists = documents.iter().filter(|one| one.kind.as_str() == LIST_DOCUMENT);
            let day = lists.filter_map(|one| Date::parse(one.name.as_str())).max();
            history.last_list = day.max(history.last_list);
            let now = self.job.mapping.target.map(|target| target.as_of);
            self.this_list = day.is_some() && day == now;
        }
        Ok(())
    }

    fn bears(&self, past: &Past<'_>) -> Result<Bears> {
        if self.state.reversed.contains_key(&past.index) {
            return Ok(Bears::Reversed);
        }
        // Without reversals every row is booked: nothing has to be read for it.
        let idle = !self.state.reversed.is_empty()
            && (past.event)()?.is_some_and(|event| !books(&event.body));
        Ok(if idle { Bears::Idle } else { Bears::Stands })
    }

    fn name(&self, past: &Past<'_>, history: &mut History) -> Result<()> {
        if !self.job.create_missing {
            return Ok(());
        }
        if let Some(event) = (past.event)()?
            && let Some((thing, code, name)) = named(&event.body)
            && name.as_str() != code.as_str()
        {
            history.names.insert((thing, code.clone()), name.clone());
        }
        Ok(())
    }
}

/// What an event names, with its code.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the others name nothing that an import creates"
)]
pub(super) fn named(body: &Body) -> Option<(Created, &Code, &Text)> {
    match body {
        Body::FundEstablished(b) => Some((Created::Fund, &b.code, &b.name)),
        Body::ProjectApproved(b) => Some((Created::Project, &b.code, &b.title)),
        Body::PayeeRegistered(b) => Some((Created::Payee, &b.code, &b.name)),
        _ => None,
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "lists of targets make only these")]
fn line_of(body: &Body) -> Option<&LineKey> {
    match body {
        Body::AllocationRecorded(b) => Some(&b.line),
        Body::AllocationAdjusted(b) => Some(&b.line),
        _ => None,
    }
}
