//! Progress with rate and time left on anything over a second; nothing where there is no terminal.
//!
//! `cli` makes the [`Meter`], everything below only reports to it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{panics, safe};

/// How long each step took, in the order in which they ended.
type Times = Arc<Mutex<Vec<(String, Duration)>>>;

/// Tells the person at the terminal how far a piece of work is, and keeps how long its steps took.
#[derive(Clone, Debug)]
pub struct Meter {
    shown: bool,
    times: Times,
}

impl Meter {
    /// A meter that draws on standard error, or one that says nothing.
    #[must_use]
    pub fn new(shown: bool) -> Self {
        Self { shown, times: Times::default() }
    }

    /// The steps that have ended since this was last asked, and how long each took.
    #[must_use]
    pub fn times(&self) -> Vec<(String, Duration)> {
        std::mem::take(&mut self.times.lock().unwrap_or_else(PoisonError::into_inner))
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
        let step = Mutex::new(Some((label.to_owned(), Instant::now())));
        let work = |bar| Work { bar, times: self.times.clone(), step };
        if !self.shown {
            return work(ProgressBar::hidden());
        }
        // Four draws a second at most, so that a short piece of work hardly shows.
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr_with_hz(4));
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(safe::line(label).into_owned());
        // It starts a thread, or panics where there is none left: then the line moves with the work alone.
        panics::attempted(|| bar.enable_steady_tick(Duration::from_secs(1)));
        work(bar)
    }
}

/// One piece of work under way; its line goes when it is dropped.
#[derive(Debug)]
pub struct Work {
    bar: ProgressBar,
    times: Times,
    /// The step under way, and since when.
    step: Mutex<Option<(String, Instant)>>,
}

impl Work {
    /// So much more is done.
    pub fn advance(&self, amount: u64) {
        self.bar.inc(amount);
    }

    /// What is being done now.
    pub fn say(&self, label: &str) {
        self.bar.set_message(safe::line(label).into_owned());
        self.step_ends(Some(label));
    }

    fn step_ends(&self, next: Option<&str>) {
        let next = next.map(|label| (label.to_owned(), Instant::now()));
        let ended = std::mem::replace(&mut *self.step.lock().unwrap_or_else(PoisonError::into_inner), next);
        if let Some((label, since)) = ended {
            self.times.lock().unwrap_or_else(PoisonError::into_inner).push((label, since.elapsed()));
        }
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        self.step_ends(None);
        self.bar.finish_and_clear();
    }
}
