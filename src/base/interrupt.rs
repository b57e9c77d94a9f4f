//! Stopping: Ctrl-C or the time that a question has. Work is asked to stop at the next safe place, where the case is
//! valid; work that changes nothing is ended soon after, whatever it is in the middle of.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::text::counted;
use super::{Error, Kind, Result, threads};

/// Why work is to stop: nothing, the user, or so many seconds that have passed.
static ASKED: AtomicU64 = AtomicU64::new(NOT_ASKED);
const NOT_ASKED: u64 = 0;
const BY_USER: u64 = u64::MAX;
/// What stops work that can't look by itself, such as a query in the engine.
static STOPPERS: Calls = Calls::new();
/// What the process leaves behind unless it is called.
static LEAVING: Calls = Calls::new();
/// How long work that changes nothing has to stop by itself: the engine takes a moment, and tells its own error.
const GRACE: Duration = Duration::from_secs(2);

type Call = dyn Fn() + Send + Sync;

/// Begins to listen for Ctrl-C and for the signals that ask a program to end. A second one ends it at once,
/// which the case survives too.
///
/// # Errors
/// When the system does not let it listen.
pub fn watch() -> Result<()> {
    let asked = || {
        if !ask(BY_USER) && ASKED.load(Ordering::SeqCst) == BY_USER {
            end(Kind::Interrupted);
        }
    };
    let unheard = |cause| {
        Error::failed("cannot listen for Ctrl-C")
            .because(cause)
            .next("raise the limit of threads (ulimit -u)")
    };
    ctrlc::set_handler(asked).map_err(unheard)
}

/// Asks the work to stop, for the first reason that there is; false when it was asked before.
fn ask(why: u64) -> bool {
    let is_first = ASKED.compare_exchange(NOT_ASKED, why, Ordering::SeqCst, Ordering::SeqCst).is_ok();
    if is_first {
        STOPPERS.call();
    }
    is_first
}

/// Ends the process, whatever it is in the middle of.
#[allow(clippy::exit, reason = "work that does not stop can't be waited for; the case survives that")]
fn end(kind: Kind) -> ! {
    LEAVING.call();
    std::process::exit(i32::from(kind.exit_status()))
}

/// Has `stop` called when work is to stop, as long as what is returned lives.
#[must_use]
pub fn stopping(stop: impl Fn() + Send + Sync + 'static) -> Arc<dyn Fn() + Send + Sync> {
    STOPPERS.keep(Arc::new(stop))
}

/// Has `clear` called when the process is ended in the middle of its work, as long as what is returned lives.
#[must_use]
pub fn leaving(clear: impl Fn() + Send + Sync + 'static) -> Arc<dyn Fn() + Send + Sync> {
    LEAVING.keep(Arc::new(clear))
}

/// Calls to be made once, of those who still want them.
struct Calls(Mutex<Vec<Weak<Call>>>);

impl Calls {
    const fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    fn keep(&self, call: Arc<Call>) -> Arc<Call> {
        let mut calls = self.lock();
        calls.retain(|known| known.strong_count() > 0);
        calls.push(Arc::downgrade(&call));
        call
    }

    fn call(&self) {
        // Not under the lock: who is called may let go of what another one waits for.
        let calls: Vec<Arc<Call>> = self.lock().iter().filter_map(Weak::upgrade).collect();
        calls.iter().for_each(|call| call());
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Weak<Call>>> {
        // A list of references is whole whatever panicked beside it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether work is to stop.
#[must_use]
pub fn is_asked() -> bool {
    ASKED.load(Ordering::SeqCst) != NOT_ASKED
}

/// An error when work is to stop; called between pieces of it.
///
/// # Errors
/// When Ctrl-C was pressed, or the time is up.
pub fn check() -> Result<()> {
    match ASKED.load(Ordering::SeqCst) {
        NOT_ASKED => Ok(()),
        BY_USER => Err(kept(Error::new(Kind::Interrupted, ""), "what was finished before")),
        seconds => Err(Error::failed(format!("stopped after {}", counted(seconds, "second")))
            .expected("an answer within that time, because of --seconds")
            .next("ask for less, or give it more time with --seconds N")),
    }
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

/// Says of interrupted work that there was nothing to keep; any other error stays as it is.
#[must_use]
pub fn nothing_changed(why: Error) -> Error {
    if why.kind() == Kind::Interrupted {
        Error::new(Kind::Interrupted, "interrupted; nothing was changed")
    } else {
        why
    }
}

/// Watches work that changes nothing: when it is asked to stop and does not, the process ends. Dropped when the work is
/// done.
pub struct Watched {
    watch: Arc<Watch>,
    watcher: Option<JoinHandle<()>>,
    /// Held, never called from here.
    _stop: Arc<Call>,
}

struct Watch {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    is_done: bool,
    limit: Option<Limit>,
}

/// The time that the work has.
struct Limit {
    seconds: u32,
    until: Instant,
    /// Since when it does not count.
    paused: Option<Instant>,
}

impl Watched {
    /// Begins to watch; `tell` is called with the error that ends the process, right before.
    ///
    /// # Errors
    /// When no thread can be had for it.
    pub fn begin(tell: impl Fn(&Error) + Send + 'static) -> Result<Self> {
        let watch = Arc::new(Watch { state: Mutex::default(), changed: Condvar::new() });
        let asked = Arc::clone(&watch);
        let stop = stopping(move || asked.change(|_| ()));
        let watching = Arc::clone(&watch);
        let watcher = threads::start(move || watching.run(&tell))?;
        Ok(Self { watch, watcher: Some(watcher), _stop: stop })
    }

    /// From now on the work has so many seconds.
    pub fn limit(&self, seconds: u32) {
        let until = Instant::now() + Duration::from_secs(u64::from(seconds));
        self.watch.change(|state| state.limit = Some(Limit { seconds, until, paused: None }));
    }

    /// Does what the time does not count for, such as waiting for whoever reads the answer.
    pub fn paused<T>(&self, work: impl FnOnce() -> T) -> T {
        self.watch.change(|state| {
            if let Some(limit) = &mut state.limit {
                limit.paused = Some(Instant::now());
            }
        });
        let done = work();
        self.watch.change(|state| {
            if let Some(limit) = &mut state.limit
                && let Some(since) = limit.paused.take()
            {
                limit.until += since.elapsed();
            }
        });
        done
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.watch.change(|state| state.is_done = true);
        if let Some(watcher) = self.watcher.take() {
            // It has nothing to say.
            let _ = watcher.join();
        }
    }
}

impl Watch {
    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.lock());
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Each change of it is whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self, tell: &dyn Fn(&Error)) {
        let state = self.until_asked(self.lock());
        let (state, waited) = self
            .changed
            .wait_timeout_while(state, GRACE, |state| !state.is_done)
            .unwrap_or_else(PoisonError::into_inner);
        // The state stays locked: work that is done right now waits for the end.
        if let (true, Err(error)) = (waited.timed_out() && !state.is_done, check()) {
            let error = nothing_changed(error);
            tell(&error);
            end(error.kind());
        }
    }

    /// Waits until the work is done, or it is asked to stop; asks it itself when its time is up.
    fn until_asked<'s>(&'s self, mut state: MutexGuard<'s, State>) -> MutexGuard<'s, State> {
        while !state.is_done && !is_asked() {
            let running = state.limit.as_ref().filter(|limit| limit.paused.is_none());
            let Some((seconds, left)) =
                running.map(|l| (l.seconds, l.until.saturating_duration_since(Instant::now())))
            else {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            if left.is_zero() {
                drop(state);
                ask(u64::from(seconds));
                return self.lock();
            }
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        state
    }
}
