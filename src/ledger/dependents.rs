//! Which later entries have to be reversed before one can be: read from the log, judged by the rules.

use super::Ledger;
use super::reader::bodies::read_event;
use crate::domain::admit::{Context, LaterEntries, admit, find_dependents};
use crate::domain::apply::Cited;
use crate::domain::command::{Command, Order};
use crate::domain::event::{Body, Event};
use crate::domain::rejection::{Dependents, Rejection};
use crate::error::{Error, Result};

impl Ledger {
    /// The refusal of a reversal, with the entries that have to be reversed first.
    pub(super) fn with_dependents(
        &mut self,
        rejection: Rejection,
        events: &[Event],
        context: &Context<'_>,
    ) -> Error {
        let Rejection::HasDependents { entry, ground, short, later } = rejection else {
            return rejection.into();
        };
        let asked = events.iter().find(|event| reverses(event, entry));
        let sought = match (later, asked) {
            (Dependents::NotSought, Some(asked)) => self.dependents(entry, asked, context),
            (later, _) => Ok(later),
        };
        match sought {
            Ok(later) => Rejection::HasDependents { entry, ground, short, later }.into(),
            // Without them it is refused all the same, and the reason is what matters.
            Err(_) => {
                let later = Dependents::NotSought;
                Rejection::HasDependents { entry, ground, short, later }.into()
            }
        }
    }

    /// Adds to the entries that a reversal with its dependents cites those dependents.
    ///
    /// # Errors
    /// `has_dependents` where they are too many for one command, or some cannot be reversed.
    pub(super) fn cite_dependents(
        &mut self,
        order: &Order,
        events: &[Event],
        context: &Context<'_>,
    ) -> Result<Option<Cited>> {
        let (Command::ReverseWithDependents(_), [asked]) = (&order.command, events) else {
            return Ok(None);
        };
        let (entry, ground, short) = match admit(&mut self.state, events, context) {
            Err(Rejection::HasDependents { entry, ground, short, .. }) => (entry, ground, short),
            Err(_) => return Ok(None),
            Ok(admitted) => {
                self.state.take_back(admitted.undo);
                return Ok(None);
            }
        };
        let later = self.dependents(entry, asked, context)?;
        let Dependents::All(later) = later else {
            return Err(Rejection::HasDependents { entry, ground, short, later }.into());
        };
        let mut cited = context.cited.clone();
        for index in later {
            cited.extend(self.event(index)?.map(|event| (index, event)));
        }
        Ok(Some(cited))
    }

    fn dependents(
        &mut self,
        entry: u64,
        asked: &Event,
        context: &Context<'_>,
    ) -> Result<Dependents> {
        let later = self.later_entries(entry)?;
        // It is tried out on the state itself, and comes back as it was.
        let mut state = std::mem::take(&mut self.state);
        let mut read = |index| self.event(index);
        let found = find_dependents(&mut state, asked, context, &later, &mut read);
        self.state = state;
        found
    }

    /// What every entry after this one did.
    fn later_entries(&self, entry: u64) -> Result<LaterEntries> {
        let mut later = LaterEntries::default();
        let mut at = entry.saturating_add(1);
        while at < self.tip().size {
            let page = self.read(at..at.saturating_add(1_000))?;
            for sealed in &page {
                let Some(event) = read_event(&sealed.bytes).ok().flatten() else { continue };
                if let Body::EntryReversed(b) = &event.body
                    && b.entry < entry
                    && let Some(original) = self.event(b.entry)?
                {
                    later.note_reversal(&self.state, sealed.index, &original);
                }
                later.note(&self.state, sealed.index, event)?;
            }
            if page.is_empty() {
                break;
            }
            at = at.saturating_add(u64::try_from(page.len()).unwrap_or(u64::MAX));
        }
        Ok(later)
    }
}

fn reverses(event: &Event, entry: u64) -> bool {
    matches!(&event.body, Body::EntryReversed(b) if b.entry == entry)
}
