//! Progress with rate and time left on anything over a second; nothing where there is no terminal.
//!
//! `cli` makes the [`Meter`], everything below only reports to it.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Tells the person at the terminal how far a piece of work is.
#[derive(Clone, Debug)]
pub struct Meter {
    shown: bool,
}

impl Meter {
    /// A meter that draws on standard error, or one that says nothing.
    #[must_use]
    pub fn new(shown: bool) -> Self {
        Self { shown }
    }

    /// A meter that says nothing.
    #[must_use]
    pub fn silent() -> Self {
        Self::new(false)
    }

    /// Begins work on `total` bytes.
    #[must_use]
    pub fn bytes(&self, label: &str, total: u64) -> Work {
        self.begin(label, total, "{msg:24!} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta} left")
    }

    /// Begins work of `total` steps.
    #[must_use]
    pub fn steps(&self, label: &str, total: u64) -> Work {
        self.begin(label, total, "{msg:24!} {wide_bar} {pos}/{len} {eta} left")
    }

    fn begin(&self, label: &str, total: u64, template: &str) -> Work {
        if !self.shown {
            return Work(ProgressBar::hidden());
        }
        // Four draws a second at most, so that a short piece of work hardly shows.
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr_with_hz(4));
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(label.to_owned());
        bar.enable_steady_tick(Duration::from_secs(1));
        Work(bar)
    }
}

/// One piece of work under way; its line goes when it is dropped.
#[derive(Debug)]
pub struct Work(ProgressBar);

impl Work {
    /// So much more is done.
    pub fn advance(&self, amount: u64) {
        self.0.inc(amount);
    }

    /// What is being done now.
    pub fn say(&self, label: &str) {
        self.0.set_message(label.to_owned());
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
