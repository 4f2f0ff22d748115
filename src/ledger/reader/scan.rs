//! Questions that entries answer by themselves, one after the other and on all cores: no state is
//! followed, nothing is kept. Trusts the log, as every reader does (see `verify`).

use super::ahead::Ahead;
use super::bodies::{read_body, read_event};
use super::replay::{Judge, Replay};
use super::settled::Settled;
use super::{Reader, check_understood, partition};
use crate::chain::entry::{self, Sealed};
use crate::domain::calendar::{Date, Year};
use crate::domain::caution::KnownPayee;
use crate::domain::event::{Body, Event};
use crate::domain::ids::Code;
use crate::error::{Error, Kind, Result};
use crate::projection::Recorded;
use crate::projection::register::Reversals;
use crate::projection::told::Told;
use std::ops::Range;

/// Ends a walk through the log that has found what it was looking for; never seen outside.
pub(super) fn enough() -> Error {
    Error::new(Kind::Io, "enough", "what was looked for was found")
}

/// The number of an event type whose fields are looked for.
fn is_of_type(bytes: &[u8], number: u16) -> bool {
    // Most are told by two fixed bytes; what they are is for the whole entry to say.
    bytes.get(5..7) == Some(number.to_le_bytes().as_slice())
        && entry::parse(bytes).is_ok_and(|envelope| envelope.event_type == number)
}

impl Reader {
    /// Entries below `size` that were reversed on or before a day, with their reversals.
    ///
    /// # Errors
    /// As [`Reader::entry`].
    pub fn reversals(&self, size: u64, as_of: Option<Date>) -> Result<Reversals> {
        const ENTRY_REVERSED: u16 = 80;
        let mut found = Reversals::new();
        let look = |_, bytes: &[u8]| {
            let is_one = is_of_type(bytes, ENTRY_REVERSED);
            let envelope = is_one.then(|| entry::parse(bytes).ok()).flatten()?;
            let is_later = as_of.is_some_and(|day| Date(envelope.occurred_on_days) > day);
            if is_later { None } else { read_body(bytes).ok().flatten() }
        };
        self.archive.for_each(0..size, look, |index, _, body| {
            if let Some(Body::EntryReversed(b)) = body {
                // In a breach there may be a second one, which is void.
                found.entry(b.entry).or_insert(index);
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// Shows the payees that were registered below `size`: those of a cache by its names, the later ones as their entries
    /// say, where the entry `counts`.
    ///
    /// # Errors
    /// As [`Reader::entry`].
    pub fn payees(
        &self,
        size: u64,
        counts: &dyn Fn(u64) -> bool,
        visit: &mut dyn FnMut(KnownPayee<'_>),
    ) -> Result<()> {
        const PAYEE_REGISTERED: u16 = 35;
        let kept = self.kept_names(size)?;
        let from = kept.as_ref().map_or(0, |(at, _)| *at);
        for (code, payee) in kept.iter().flat_map(|(_, names)| &names.payees) {
            let (names, credit_code) =
                ([Some(&payee.name), payee.name_zh.as_ref()], payee.credit_code.as_ref());
            visit(KnownPayee { code, names, credit_code });
        }
        let look = |_, bytes: &[u8]| {
            let is_one = is_of_type(bytes, PAYEE_REGISTERED);
            is_one.then(|| read_body(bytes).ok().flatten()).flatten()
        };
        self.archive.for_each(from..size, look, |index, _, body| {
            if let Some(Body::PayeeRegistered(payee)) = body.as_ref().filter(|_| counts(index)) {
                let names = [Some(&payee.name), payee.name_zh.as_ref()];
                let (code, credit_code) = (&payee.code, payee.credit_code.as_ref());
                visit(KnownPayee { code, names, credit_code });
            }
            Ok(())
        })
    }

    /// Shows the entries of a range that say something of an earlier one: refunds, reversals, attachments.
    ///
    /// # Errors
    /// As [`Reader::entry`].
    pub fn citing(&self, range: Range<u64>, visit: &mut dyn FnMut(&Recorded<'_>)) -> Result<()> {
        const CITING: [u16; 3] = [46, 80, 81];
        let look = |_, bytes: &[u8]| {
            let is_one = CITING.iter().any(|number| is_of_type(bytes, *number));
            is_one.then(|| read_event(bytes).ok().flatten()).flatten()
        };
        self.archive.for_each(range, look, |index, bytes, event| {
            let Some(event) = event else { return Ok(()) };
            let sealed = Sealed::new(index, bytes.to_vec());
            if let Ok(envelope) = entry::parse(&sealed.bytes) {
                visit(&Recorded::alone(&envelope, sealed.hash, &event));
            }
            Ok(())
        })
    }

    /// Every finding that the receipts of the entries below `size` warned of, found again by the rules.
    ///
    /// # Errors
    /// As [`Reader::fold`].
    pub fn findings(&self, size: u64) -> Result<Vec<Told>> {
        let mut replay = Replay::new(None, Judge::Rules);
        let mut told = Vec::new();
        let look = |_, bytes: &[u8]| Ahead::of(bytes);
        self.archive.for_each(0..size, look, |_, bytes, ahead| {
            let mut lookup = |index| self.event(index);
            let mut ended: Option<Settled> = None;
            let mut settled = |settled: Settled| ended = Some(settled);
            let outcome = replay.step_ahead(bytes, ahead, &mut lookup, &mut settled)?;
            let (Some(outcome), Some(ended)) = (outcome, ended) else { return Ok(()) };
            for (place, finding) in &outcome.findings {
                told.extend(ended.entries().nth(*place).map(|entry| Told::new(&entry, finding)));
            }
            Ok(())
        })?;
        check_understood(&replay)?;
        Ok(told)
    }

    /// Shows entries below `size` that were recorded after an instant, each with the entry that it
    /// undoes: none where the log had not begun by then, for nobody can have looked at it before.
    ///
    /// # Errors
    /// As [`Reader::entry`].
    pub fn recorded_after(
        &self,
        size: u64,
        instant_microseconds: i64,
        visit: &mut dyn FnMut(u64, &Event, Option<&Event>),
    ) -> Result<()> {
        let first = partition(size, &mut |index| {
            let sealed = self.archive.entry(index)?;
            let envelope = entry::parse(&sealed.bytes);
            Ok(envelope.is_ok_and(|e| e.recorded_at_microseconds <= instant_microseconds))
        })?;
        if first == 0 {
            return Ok(());
        }
        let look = |_, bytes: &[u8]| read_event(bytes).ok().flatten();
        self.archive.for_each(first..size, look, |index, _, event| {
            let Some(event) = event else { return Ok(()) };
            let undone =
                if let Body::EntryReversed(b) = &event.body { self.event(b.entry)? } else { None };
            visit(index, &event, undone.as_ref());
            Ok(())
        })
    }

    /// The entry below `size` that booked a voucher.
    ///
    /// Its numbers follow each other where no rule was ever broken: among the first `orderly` entries, as a state or a
    /// cache says, the voucher is sought by halves. What comes after is read from there.
    ///
    /// # Errors
    /// As [`Reader::entry`].
    pub fn find_voucher(
        &self,
        size: u64,
        (fund, year, number): (&Code, Year, u64),
        orderly: u64,
    ) -> Result<Option<u64>> {
        let number_of = |bytes: &[u8]| voucher_of(bytes, fund, year);
        let orderly = orderly.min(size);
        let (mut from, mut to) = (0, orderly.min(self.size()));
        while from < to {
            let middle = from.midpoint(to);
            let next = self.first_in(middle..to, &|bytes| number_of(bytes).is_some())?;
            let found = next.and_then(|(index, bytes)| Some((index, number_of(&bytes)?)));
            match found {
                Some((index, found)) if found == number => return Ok(Some(index)),
                Some((index, found)) if found < number => from = index.saturating_add(1),
                Some(_) | None => to = middle,
            }
        }
        let first = self.first_in(orderly..size, &|bytes| number_of(bytes) == Some(number))?;
        Ok(first.map(|(index, _)| index))
    }

    /// The first entry of a range that is wanted, with its bytes. Begins with few, for most often the next is one.
    fn first_in(
        &self,
        range: Range<u64>,
        is_wanted: &(dyn Fn(&[u8]) -> bool + Sync),
    ) -> Result<Option<(u64, Vec<u8>)>> {
        let end = range.end.min(self.size());
        let (mut at, mut step) = (range.start, 1);
        while at < end {
            let to = end.min(at.saturating_add(step));
            let mut found = None;
            let walked = self.archive.for_each(
                at..to,
                |_, bytes| is_wanted(bytes),
                |index, bytes, is_it| {
                    if !is_it {
                        return Ok(());
                    }
                    found = Some((index, bytes.to_vec()));
                    Err(enough())
                },
            );
            if found.is_some() {
                return Ok(found);
            }
            walked?;
            (at, step) = (to, step.saturating_mul(16));
        }
        Ok(None)
    }
}

/// The voucher number of an entry, if it is a payment of this fund and fiscal year.
fn voucher_of(bytes: &[u8], fund: &Code, year: Year) -> Option<u64> {
    const DISBURSEMENT_RECORDED: u16 = 45;
    if !is_of_type(bytes, DISBURSEMENT_RECORDED) {
        return None;
    }
    match read_body(bytes) {
        Ok(Some(Body::DisbursementRecorded(payment))) => {
            let is_of_series = payment.series().is_some_and(|of| of == (fund.clone(), year));
            is_of_series.then_some(payment.voucher_no)
        }
        _ => None,
    }
}

/// True for the payment of a voucher: of the fund and fiscal year of its first split.
pub fn is_voucher(body: &Body, fund: &Code, year: Year, number: u64) -> bool {
    let Body::DisbursementRecorded(payment) = body else { return false };
    payment.voucher_no == number && payment.series().is_some_and(|of| of == (fund.clone(), year))
}
