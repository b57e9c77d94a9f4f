//! A panic is our mistake, or that of a library. It ends as an error like any other, told by its place alone: what a
//! panic says may quote the data.

use std::panic::{self, AssertUnwindSafe, Location, catch_unwind};
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::{Error, Result};

/// Where the program panicked and nobody has told it yet, the first place first.
static PLACES: Mutex<Vec<String>> = Mutex::new(Vec::new());
/// So many places are told; what panics afterwards mostly panics because of the first.
const TOLD: usize = 3;

/// Has places of panics noted from now on, instead of printing what they say.
pub fn note_places() {
    panic::set_hook(Box::new(|panicked| {
        let place = panicked.location().map_or_else(|| "an unknown place".to_owned(), place);
        places().push(place);
    }));
}

fn places() -> std::sync::MutexGuard<'static, Vec<String>> {
    // A list of texts is whole whatever panicked beside it.
    PLACES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// File and line, without the folders of the machine on which it was built.
fn place(location: &Location<'_>) -> String {
    let file = location.file().replace('\\', "/");
    let of_library = file.split_once("/registry/src/").and_then(|(_, below)| below.split_once('/'));
    let file = of_library.map_or(file.as_str(), |(_, below)| below);
    let file = file.rfind("/library/").map_or(file, |at| file.split_at(at + 1).1);
    format!("{file}:{}:{}", location.line(), location.column())
}

/// Does the work. When it panics, or a panic elsewhere has made its result doubtful, that is the error.
///
/// # Errors
/// Those of the work, and [`error`] after a panic.
pub fn caught<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    // What the work leaves half done is never looked at again: only its error is.
    let done = catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(error()));
    // A thread that nobody waits for may have panicked beside it.
    if done.is_ok() && !places().is_empty() { Err(error()) } else { done }
}

/// What a thread gave; when it panicked, the error that says so.
///
/// # Errors
/// [`error`].
pub fn joined<T>(ended: thread::Result<T>) -> Result<T> {
    ended.map_err(|_| error())
}

/// Does what may be left out, such as drawing; a panic in it is forgotten. Says whether it was done.
pub fn attempted(work: impl FnOnce()) -> bool {
    let before = places().len();
    let done = catch_unwind(AssertUnwindSafe(work)).is_ok();
    places().truncate(before);
    done
}

/// The error that a panic becomes: where it was, and what to report. Names the places that were noted since the last one.
#[must_use]
pub fn error() -> Error {
    let places = std::mem::take(&mut *places());
    let mut told = places.iter().take(TOLD).cloned().collect::<Vec<_>>().join(", then ");
    if told.is_empty() {
        told.push_str("an unknown place");
    }
    Error::failed(format!("internal error: the program panicked at {told}"))
        .expected("an answer or an error message, whatever the input; the command was not completed")
        .next(format!(
            "the case is as valid as before. Please report the version ({}), the place and the command, without \
             names or values from the data",
            version()
        ))
}

fn version() -> String {
    format!("highwater {}, {} {}", env!("CARGO_PKG_VERSION"), std::env::consts::OS, std::env::consts::ARCH)
}
