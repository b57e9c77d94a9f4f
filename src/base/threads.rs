//! Threads that may not be had: the system bounds how many a user has, and the addresses that each of them takes.

use std::io;
use std::sync::{Arc, Mutex};
use std::thread::{Builder, JoinHandle, Scope, ScopedJoinHandle};

use super::text::grouped;
use super::{Error, Result, memory, panics};

/// What a thread has of addresses beside the memory that it uses: its stack, and an arena to allocate from.
pub const ADDRESSES_OF_A_THREAD: u64 = 128 << 20;

/// How many threads this machine runs at once.
#[must_use]
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Starts a thread.
///
/// # Errors
/// When the system has none left.
pub fn start<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<JoinHandle<T>> {
    Builder::new().spawn(work).map_err(refused)
}

/// Starts a thread that ends with the scope.
///
/// # Errors
/// When the system has none left.
pub fn start_in<'scope, T: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    work: impl FnOnce() -> T + Send + 'scope,
) -> Result<ScopedJoinHandle<'scope, T>> {
    Builder::new().spawn_scoped(scope, work).map_err(refused)
}

/// Sees whether so many threads can be had at once, and what they take of addresses.
///
/// # Errors
/// When they can't.
pub fn can_be_asked(number: usize) -> Result<()> {
    let addresses = ADDRESSES_OF_A_THREAD.saturating_mul(number as u64);
    if memory::left()?.is_some_and(|left| left < addresses) {
        return Err(too_many(number)
            .expected("threads that fit into the addresses this process may have (ulimit -v)"));
    }
    can_be_had(number)
}

/// Sees whether so many threads can be had at once, by having them for a moment: where they can't, libraries do with
/// fewer and say nothing, or panic.
///
/// # Errors
/// When they can't.
pub fn can_be_had(number: usize) -> Result<()> {
    // All wait at the gate, so that none makes room for another.
    let gate = Arc::new(Mutex::new(()));
    let closed = gate.lock();
    let mut begun = Vec::with_capacity(number);
    let mut refused = None;
    while begun.len() < number && refused.is_none() {
        let gate = Arc::clone(&gate);
        match Builder::new().spawn(move || drop(gate.lock())) {
            Ok(thread) => begun.push(thread),
            Err(cause) => refused = Some(too_many(number).because(cause)),
        }
    }
    drop(closed);
    for thread in begun {
        panics::joined(thread.join())?;
    }
    refused.map_or(Ok(()), Err)
}

fn too_many(number: usize) -> Error {
    let number = grouped(number as u64);
    advised(Error::failed(format!("this system does not allow the process {number} threads")))
}

fn refused(cause: io::Error) -> Error {
    advised(Error::failed("the system refused to start a thread").because(cause))
}

fn advised(error: Error) -> Error {
    error.next("ask for fewer with --threads N, or raise the limit (ulimit -u, ulimit -v)")
}
