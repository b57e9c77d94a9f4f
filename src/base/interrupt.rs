//! Ctrl-C: the first one asks the work to stop at the next safe place, where the case is valid.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use super::{Error, Kind, Result};

static ASKED: AtomicBool = AtomicBool::new(false);
static LONG_WORK: Mutex<Vec<Box<dyn Fn() + Send>>> = Mutex::new(Vec::new());

/// Begins to listen for Ctrl-C and for the signals that ask a program to end. A second one ends it at once,
/// which the case survives too.
pub fn watch() {
    #[allow(clippy::exit, reason = "whoever asks twice does not want to wait for destructors")]
    let asked = || {
        if ASKED.swap(true, Ordering::SeqCst) {
            std::process::exit(i32::from(Kind::Interrupted.exit_status()));
        }
        let long_work = LONG_WORK.lock().unwrap_or_else(PoisonError::into_inner);
        long_work.iter().for_each(|stop| stop());
    };
    // Without a listener the system ends the program at once: the case survives that as well.
    let _ = ctrlc::set_handler(asked);
}

/// Names what stops work that can't call [`check`] itself, such as a query of the engine.
pub fn stops(stop: impl Fn() + Send + 'static) {
    LONG_WORK.lock().unwrap_or_else(PoisonError::into_inner).push(Box::new(stop));
}

/// Whether the user has asked to stop.
#[must_use]
pub fn is_asked() -> bool {
    ASKED.load(Ordering::SeqCst)
}

/// An error when the user has asked to stop; called between pieces of work.
///
/// # Errors
/// When Ctrl-C was pressed.
pub fn check() -> Result<()> {
    if is_asked() {
        return Err(kept(Error::new(Kind::Interrupted, ""), "what was finished before"));
    }
    Ok(())
}

/// Says what is kept of work that was interrupted; any other error stays as it is.
#[must_use]
pub fn kept(why: Error, kept: &str) -> Error {
    if why.kind() != Kind::Interrupted {
        return why;
    }
    Error::new(Kind::Interrupted, format!("interrupted; kept: {kept}"))
        .next("the same command again goes on from there")
}
