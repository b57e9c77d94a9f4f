//! Bytes that may be under way at once.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// So many bytes may be taken; who wants more waits until some are given back.
pub(super) struct Budget {
    limit: u64,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    taken: u64,
    is_closed: bool,
}

impl Budget {
    pub fn new(limit: u64) -> Self {
        Self { limit, state: Mutex::default(), changed: Condvar::new() }
    }

    /// Takes so many bytes, when they are there; more than all of them when nobody else has any. False once it is closed.
    pub fn take(&self, bytes: u64) -> bool {
        let must_wait =
            |state: &mut State| !state.is_closed && state.taken > 0 && state.taken + bytes > self.limit;
        let mut state =
            self.changed.wait_while(self.state(), must_wait).unwrap_or_else(PoisonError::into_inner);
        state.taken += bytes;
        !state.is_closed
    }

    /// Waits until nobody has any, where so many were more than all of them: who goes on beside it would make it more still.
    pub fn settle(&self, bytes: u64) {
        if bytes > self.limit {
            let must_wait = |state: &mut State| !state.is_closed && state.taken > 0;
            drop(self.changed.wait_while(self.state(), must_wait).unwrap_or_else(PoisonError::into_inner));
        }
    }

    /// Gives so many back.
    pub fn give_back(&self, bytes: u64) {
        let mut state = self.state();
        state.taken = state.taken.saturating_sub(bytes);
        self.changed.notify_all();
    }

    /// Lets nobody wait any more.
    pub fn close(&self) {
        self.state().is_closed = true;
        self.changed.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
