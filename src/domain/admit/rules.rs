//! What is asked of one event alone, beside what is asked of all alike.

use super::{Context, Standing};
use crate::domain::event::{Body, Event, each_fact};
use crate::domain::finding::Finding;
use crate::domain::rejection::Rejection;
use crate::domain::state::State;

/// What an event is judged by.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    /// What stood before the event.
    pub(super) state: &'a State,
    /// The event.
    pub(super) event: &'a Event,
    /// The rule set that judges it.
    pub(super) rule_set: u32,
    /// Who signs, as known before the command.
    pub(super) standing: &'a Standing,
    /// What the rules need besides.
    pub(super) context: &'a Context<'a>,
}

/// The rules of one event.
pub(super) trait Rules {
    /// Of the ledger, its officers, keys and numbers, which come before names. Few events have any.
    ///
    /// # Errors
    /// What the rule says.
    fn office(&self, _: &Scene<'_>) -> Result<(), Rejection> {
        Ok(())
    }

    /// Of time, state and purpose. Everything that the event names is known. Without a default: an event
    /// without such rules says so, in [`no_rules`].
    ///
    /// # Errors
    /// What the first of them says.
    fn rules(&self, at: &Scene<'_>, findings: &mut Vec<Finding>) -> Result<(), Rejection>;
}

/// Says of events that they have no rules of their own.
macro_rules! no_rules {
    ($($name:ident),+) => {
        $(impl Rules for $name {
            fn rules(&self, _: &Scene<'_>, _: &mut Vec<Finding>) -> Result<(), Rejection> {
                Ok(())
            }
        })+
    };
}

macro_rules! dispatch {
    ($($number:literal $version:literal $name:ident $word:literal $role:ident $end:ident,)+) => {
        impl Rules for Body {
            fn office(&self, at: &Scene<'_>) -> Result<(), Rejection> {
                match self { $(Self::$name(body) => body.office(at)),+ }
            }

            fn rules(&self, at: &Scene<'_>, findings: &mut Vec<Finding>) -> Result<(), Rejection> {
                match self { $(Self::$name(body) => body.rules(at, findings)),+ }
            }
        }
    };
}
each_fact!(dispatch);
