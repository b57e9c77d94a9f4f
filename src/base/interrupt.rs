//! Ctrl-C: the first one asks the work to stop at the next safe place, where the case is valid.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::{Error, Kind, Result};

static ASKED: AtomicBool = AtomicBool::new(false);
/// What stops work that can't look by itself, such as a query in the engine.
static STOPPERS: Mutex<Vec<Weak<Stopper>>> = Mutex::new(Vec::new());

type Stopper = dyn Fn() + Send + Sync;

/// Begins to listen for Ctrl-C and for the signals that ask a program to end. A second one ends it at once,
/// which the case survives too.
pub fn watch() {
    #[allow(clippy::exit, reason = "whoever asks twice does not want to wait for destructors")]
    let asked = || {
        if ASKED.swap(true, Ordering::SeqCst) {
            std::process::exit(i32::from(Kind::Interrupted.exit_status()));
        }
        for stopper in stoppers().iter().filter_map(Weak::upgrade) {
            stopper();
        }
    };
    // Without a listener the system ends the program at once: the case survives that as well.
    let _ = ctrlc::set_handler(asked);
}

/// Has `stop` called when the user asks to stop, as long as what is returned lives.
#[must_use]
pub fn stopping(stop: impl Fn() + Send + Sync + 'static) -> Arc<dyn Fn() + Send + Sync> {
    let stop: Arc<Stopper> = Arc::new(stop);
    let mut stoppers = stoppers();
    stoppers.retain(|known| known.strong_count() > 0);
    stoppers.push(Arc::downgrade(&stop));
    stop
}

fn stoppers() -> std::sync::MutexGuard<'static, Vec<Weak<Stopper>>> {
    // A list of references is whole whatever panicked beside it.
    STOPPERS.lock().unwrap_or_else(PoisonError::into_inner)
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
