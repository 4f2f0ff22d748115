//! Dates: absurd, in the future, after history's end, in a closed period, out of order.

use super::{Context, fields};
use crate::domain::calendar::Date;
use crate::domain::event::{Body, Event};
use crate::domain::finding::Finding;
use crate::domain::ids::LineKey;
use crate::domain::rejection::{DateRule, Rejection};
use crate::domain::state::State;

/// Microseconds that a clock may be ahead of the head without a word: a day.
const AHEAD: i64 = 86_400_000_000;

/// A clock far ahead of the last entry is more often wrong than right: the entry has to say so. What
/// is asked before one is written is for the writer to know; the log shows that it was marked.
pub(super) fn check_clock(state: &State, context: &Context<'_>) -> Result<(), Rejection> {
    let (now, head) = (context.recorded_at_microseconds, state.recorded_at_microseconds);
    let ahead = now.saturating_sub(head) > AHEAD;
    if state.size > 0 && ahead && !context.clock_accepted {
        let offset = state.ledger.as_ref().map_or(0, |ledger| ledger.utc_offset_minutes);
        return Err(Rejection::ClockAhead { now, head, day: Date::at(now, offset) });
    }
    Ok(())
}

pub(super) fn check(state: &State, event: &Event, context: &Context<'_>) -> Result<(), Rejection> {
    let date = event.occurred_on;
    fields::absurd(date)?;
    fields::check_days(event)?;
    let (offset, opened_on) = match (&event.body, state.ledger.as_ref()) {
        (Body::LedgerOpened(opened), _) => (opened.utc_offset_minutes, date),
        (_, Some(ledger)) => (ledger.utc_offset_minutes, ledger.opened_on),
        (_, None) => return Err(Rejection::LedgerNotOpen),
    };
    let today = Date::at(context.recorded_at_microseconds, offset);
    if date > today {
        return Err(Rejection::DateInFuture { date, today });
    }
    if event.historical {
        let cut_over = state.policy.history_before.unwrap_or(opened_on);
        if date >= cut_over {
            return Err(Rejection::HistoryTooLate { date, cut_over });
        }
    }
    match state.closed_until {
        Some(closed_until) if date <= closed_until => {
            Err(Rejection::PeriodClosed { date, closed_until })
        }
        Some(_) | None => Ok(()),
    }
}

/// Something is not dated before what it depends on; in history that is a finding.
pub(super) fn order(
    event: &Event,
    earliest: Date,
    what: DateRule,
    findings: &mut Vec<Finding>,
) -> Result<(), Rejection> {
    in_order(event.historical, event.occurred_on, earliest, what, findings)
}

/// `date` is not before `earliest`; in history that is a finding.
pub(super) fn in_order(
    historical: bool,
    date: Date,
    earliest: Date,
    what: DateRule,
    findings: &mut Vec<Finding>,
) -> Result<(), Rejection> {
    if date >= earliest {
        return Ok(());
    }
    if historical {
        findings.push(Finding::OutOfOrder { date, earliest });
        return Ok(());
    }
    Err(Rejection::DateOrder { what, date, earliest })
}

/// A commitment or payment is dated in its line's fiscal year; in history that is a finding.
pub(super) fn line_year(
    state: &State,
    event: &Event,
    line: &LineKey,
    findings: &mut Vec<Finding>,
) -> Result<(), Rejection> {
    let Some(ledger) = state.ledger.as_ref() else { return Err(Rejection::LedgerNotOpen) };
    let date = event.occurred_on;
    if ledger.fiscal_year(date) == line.year {
        return Ok(());
    }
    if event.historical {
        findings.push(Finding::OutsideLineYear { line: line.clone(), date });
        return Ok(());
    }
    let month = ledger.fiscal_year_start_month;
    let (first, last) = Date::of_fiscal_year(line.year, month).ok_or(Rejection::Overflow)?;
    Err(Rejection::LineYearOver { line: line.clone(), date, first, last })
}
