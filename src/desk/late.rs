//! What was recorded after a period's end and changes its figures: a report that was handed in before
//! says something else now, and this says why.

use super::Reading;
use crate::domain::calendar::{Date, Year};
use crate::domain::event::Event;
use crate::domain::ids::{Code, LineKey};
use crate::domain::money::Amount;
use crate::error::Result;
use crate::projection::amount;
use crate::report::table::Note;

/// How many entries a note names one by one.
const NAMED: usize = 10;

/// Entries that change a period's figures.
#[derive(Default)]
struct Late {
    named: Vec<u64>,
    count: u64,
    sum: Option<Amount>,
}

impl Late {
    fn new() -> Self {
        Self { sum: Some(Amount::ZERO), ..Self::default() }
    }

    fn add(&mut self, index: u64, amount: Option<Amount>) {
        self.count = self.count.saturating_add(1);
        self.sum = self.sum.and_then(|sum| sum.checked_add(amount.unwrap_or_default()));
        if self.named.len() < NAMED {
            self.named.push(index);
        }
    }

    /// `@3, @4 and 7 more`, and the sum; for both languages.
    fn told(&self, reading: &Reading) -> (String, String, String) {
        let named: Vec<String> = self.named.iter().map(|index| format!("@{index}")).collect();
        let more = usize::try_from(self.count).unwrap_or(usize::MAX).saturating_sub(named.len());
        let (mut en, mut zh) = (named.join(", "), named.join("、"));
        if more > 0 {
            en.push_str(&format!(" and {more} more"));
            zh.push_str(&format!(" 等 {} 笔", self.count));
        }
        let sum = self.sum.map(|sum| reading.facts.currency().grouped(sum));
        (en, zh, sum.unwrap_or_else(|| "?".to_owned()))
    }
}

/// A period that figures are for: up to a day, of one fiscal year or of all.
struct Period<'a> {
    first: Option<Date>,
    last: Date,
    /// Figures of this year's lines have no end of their own: later entries count too.
    open_year: Option<Year>,
    funds: &'a [Code],
}

impl Period<'_> {
    fn is_wanted(&self, lines: &[&LineKey]) -> bool {
        self.funds.is_empty() || lines.iter().any(|line| self.funds.contains(&line.fund))
    }
}

/// What to say below figures of a fiscal year, or as of a day; nothing where they stand as they did.
///
/// # Errors
/// As every read of the log.
pub(crate) fn notes(reading: &Reading, year: Option<Year>, funds: &[Code]) -> Result<Vec<Note>> {
    let of_year =
        year.and_then(|year| Date::of_fiscal_year(year, reading.facts.fiscal_year_start_month));
    let (first, last) = match (of_year, reading.as_of) {
        (Some((first, last)), Some(as_of)) => (Some(first), last.min(as_of)),
        (Some((first, last)), None) => (Some(first), last),
        (None, Some(as_of)) => (None, as_of),
        (None, None) => return Ok(Vec::new()),
    };
    let open_year = year.filter(|_| reading.as_of.is_none());
    let period = Period { first, last, open_year, funds };
    let (mut dated, mut touching) = (Late::new(), Late::new());
    let end = end_of(last, reading.facts.utc_offset_minutes);
    let mut visit = |index: u64, event: &Event, undone: Option<&Event>| {
        let lines = amount::lines(event, undone);
        if event.historical || !period.is_wanted(&lines) {
            return;
        }
        let amount = amount::of_event(event, undone, &[]);
        let on = event.occurred_on;
        if on <= period.last {
            if period.first.is_none_or(|first| first <= on) && amount.is_some() {
                dated.add(index, amount);
            }
        } else if lines.iter().any(|line| period.open_year == Some(line.year)) {
            touching.add(index, amount);
        }
    };
    reading.reader.recorded_after(reading.size, end, &mut visit)?;
    Ok(told(reading, &period, &dated, &touching))
}

fn told(reading: &Reading, period: &Period<'_>, dated: &Late, touching: &Late) -> Vec<Note> {
    let last = period.last;
    let mut notes = Vec::new();
    if dated.count > 0 {
        let ((en, zh, sum), count) = (dated.told(reading), dated.count);
        notes.push(Note {
            en: format!(
                "{} dated in it recorded after its end ({last}): {en}, together {sum}",
                were(count)
            ),
            zh: format!("期末（{last}）后补记期内 {count} 笔：{zh}，合计 {sum}"),
        });
    }
    if touching.count > 0 {
        let ((en, zh, sum), count) = (touching.told(reading), touching.count);
        notes.push(Note {
            en: format!(
                "{} dated after its end ({last}) on its lines: {en}, together {sum}",
                were(count)
            ),
            zh: format!("期末（{last}）后发生并涉及其指标 {count} 笔：{zh}，合计 {sum}"),
        });
    }
    if !notes.is_empty() {
        notes.push(Note {
            en: format!("as it was known at its end: --as-known-at {last}"),
            zh: format!("期末时的数：--as-known-at {last}"),
        });
    }
    notes
}

fn were(count: u64) -> String {
    if count == 1 { "1 entry was".to_owned() } else { format!("{count} entries were") }
}

/// The last microsecond of a day at an offset.
fn end_of(day: Date, offset_minutes: i16) -> i64 {
    const MINUTE: i64 = 60_000_000;
    let midnight = i64::from(day.0).saturating_add(1).saturating_mul(MINUTE.saturating_mul(1_440));
    midnight.saturating_sub(i64::from(offset_minutes).saturating_mul(MINUTE)).saturating_sub(1)
}
