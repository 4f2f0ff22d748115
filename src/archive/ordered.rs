//! Work on many threads whose results are taken in order, a bounded number of steps ahead.
//!
//! What it lacks on purpose: a pool, and any knowledge of the work.

use crate::error::{Error, Result};
use std::ops::{ControlFlow, Range};
use std::sync::mpsc::sync_channel;

/// Results of a thread that wait: enough that neither side often waits for the other. Each is a bundle of
/// at most 256 entries with what was found out about them, some 200 KB.
const AHEAD: usize = 12;

/// Does `work` for each number on up to `threads` threads and hands the results to `take` in order.
///
/// Each thread is at most [`AHEAD`] results ahead of `take`, and one in work. The first error of `take`
/// ends it, and so does its first `Break`, which is then given.
pub(super) fn in_order<T: Send>(
    numbers: Range<u64>,
    threads: usize,
    work: &(dyn Fn(u64) -> T + Sync),
    take: &mut dyn FnMut(T) -> Result<ControlFlow<()>>,
) -> Result<ControlFlow<()>> {
    let count = usize::try_from(numbers.end.saturating_sub(numbers.start)).unwrap_or(usize::MAX);
    let threads = threads.min(count);
    if threads <= 1 {
        for number in numbers {
            if take(work(number))?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        return Ok(ControlFlow::Continue(()));
    }
    std::thread::scope(|scope| {
        let results: Vec<_> = (0..threads)
            .map(|first| {
                let (sender, receiver) = sync_channel(AHEAD);
                let mine = numbers.clone().skip(first).step_by(threads);
                scope.spawn(move || {
                    for number in mine {
                        // Nobody takes any more after an error: the work ends here.
                        if sender.send(work(number)).is_err() {
                            return;
                        }
                    }
                });
                receiver
            })
            .collect();
        for receiver in results.iter().cycle().take(count) {
            if take(receiver.recv().map_err(|_| Error::thread_ended())?)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::arithmetic_side_effects, reason = "test code")]
    use super::*;

    #[test]
    fn results_come_in_order_with_any_number_of_threads() {
        for threads in [0, 1, 2, 3, 8, 200] {
            let mut taken = Vec::new();
            in_order(5..105, threads, &|number| number * 2, &mut |result| {
                taken.push(result);
                Ok(ControlFlow::Continue(()))
            })
            .unwrap()
            .continue_value()
            .unwrap();
            assert_eq!(taken, (5..105).map(|n| n * 2).collect::<Vec<_>>(), "{threads} threads");
        }
        let none = in_order(3..3, 2, &|_| (), &mut |()| Err(Error::thread_ended()));
        assert!(none.unwrap().is_continue());
    }

    #[test]
    fn the_first_error_ends_it() {
        let mut taken = 0;
        let error = in_order(0..1_000_000, 3, &|number| number, &mut |number| {
            taken += 1;
            if number == 10 { Err(Error::thread_ended()) } else { Ok(ControlFlow::Continue(())) }
        });
        assert_eq!(
            error.unwrap_err().to_string(),
            "thread_ended: a thread ended before its work was done"
        );
        assert_eq!(taken, 11);
    }

    #[test]
    fn whoever_has_enough_ends_it() {
        for threads in [1, 3] {
            let mut taken = Vec::new();
            let ended = in_order(0..u64::MAX, threads, &|number| number, &mut |number| {
                taken.push(number);
                let enough = number == 7;
                Ok(if enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
            });
            assert!(ended.unwrap().is_break());
            assert_eq!(taken, (0..8).collect::<Vec<_>>());
        }
    }
}
