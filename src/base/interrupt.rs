//! Ctrl-C: the first one asks the work to stop at the next safe place, where the case is valid.

use std::sync::atomic::{AtomicBool, Ordering};

use super::{Error, Kind, Result};

static ASKED: AtomicBool = AtomicBool::new(false);

/// Begins to listen for Ctrl-C and for the signals that ask a program to end. A second one ends it at once,
/// which the case survives too.
pub fn watch() {
    #[allow(clippy::exit, reason = "whoever asks twice does not want to wait for destructors")]
    let asked = || {
        if ASKED.swap(true, Ordering::SeqCst) {
            std::process::exit(i32::from(Kind::Interrupted.exit_status()));
        }
    };
    // Without a listener the system ends the program at once: the case survives that as well.
    let _ = ctrlc::set_handler(asked);
}

/// An error when the user has asked to stop; called between pieces of work.
///
/// # Errors
/// When Ctrl-C was pressed.
pub fn check() -> Result<()> {
    if ASKED.load(Ordering::SeqCst) {
        return Err(Error::new(
            Kind::Interrupted,
            "interrupted: what was begun and not finished is left out",
        )
        .next("run the same command again: it goes on with the case as it stands"));
    }
    Ok(())
}
