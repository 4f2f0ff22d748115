//! A progress bar on stderr, on a terminal, for what takes longer than a second.

use super::output::Console;
use crate::edge::clock::Stopwatch;
use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use std::fmt::Write;
use std::time::Duration;

/// How long something may take before it gets a bar.
const PATIENCE: Duration = Duration::from_secs(1);

/// How many a second, in whole numbers.
fn rate(state: &ProgressState, out: &mut dyn Write) {
    // A bar that cannot be written to is no reason to stop.
    let _written: std::fmt::Result = write!(out, "{:.0}", state.per_sec());
}

/// A bar that appears once it is worth it.
pub(crate) struct Progress {
    watch: Stopwatch,
    shows: bool,
    what: &'static str,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// A bar over so many `what`.
    pub(crate) fn new(console: &Console, what: &'static str) -> Self {
        Self { watch: Stopwatch::start(), shows: console.shows_progress(), what, bar: None }
    }

    /// Says how far it is.
    pub(crate) fn set(&mut self, done: u64, of: u64) {
        if !self.shows || (self.bar.is_none() && self.watch.elapsed() < PATIENCE) {
            return;
        }
        let bar = self.bar.get_or_insert_with(|| {
            let template = "{wide_bar} {human_pos}/{human_len} {msg}, {rate}/s, {eta} left";
            let style = ProgressStyle::with_template(template);
            let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
            let style = style.with_key("rate", rate);
            ProgressBar::new(of).with_style(style).with_message(self.what)
        });
        bar.set_length(of);
        bar.set_position(done);
    }

    /// Takes the bar off the screen.
    pub(crate) fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}
