//! Killed at random moments, again and again, at one and the same case. Between two calls that change the case nothing
//! of it changes, so a random moment is a random call, before or after which the program is killed: the same draw meets
//! the same moment again.

use std::path::Path;
use std::process::Command;

use crate::support::{Act, Bench, assert_same, assert_valid, calls, content, said};

/// Kills of each command; more with `HIGHWATER_KILLS`.
fn kills() -> usize {
    std::env::var("HIGHWATER_KILLS").ok().and_then(|value| value.parse().ok()).unwrap_or(8)
}

/// Moments drawn evenly from a seed that is printed; `HIGHWATER_SEED` gives it again.
struct Moments(u64);

impl Moments {
    fn new(of: &str) -> Self {
        let given = std::env::var("HIGHWATER_SEED").ok().and_then(|value| value.parse().ok());
        let clock =
            || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos() as u64;
        let seed = given.unwrap_or_else(clock) | 1;
        eprintln!("{of}: HIGHWATER_SEED={seed}");
        Self(seed)
    }

    /// One of the first `count` calls, and how `faults.c` kills there.
    fn next(&mut self, count: usize) -> (usize, &'static str) {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let drawn = usize::try_from(self.0 >> 8).unwrap();
        (drawn / 2 % count + 1, if drawn % 2 == 0 { "kill" } else { "killed" })
    }
}

/// Kills the command again and again at the same case, then lets it end; the calls that it makes undisturbed are
/// counted first.
fn kill_many(bench: &Bench, of: &str, elsewhere: &Path, work: &Path, command: impl Fn(&Path) -> Command) {
    let mut moments = Moments::new(of);
    let run = |work: &Path, (at, mode): (usize, &str)| {
        let mut command = command(work);
        bench.load_faults(&mut command, work, mode, at);
        command.output().unwrap()
    };
    let output = run(elsewhere, (0, "none"));
    assert!(output.status.success(), "{of}: {}", said(&output));
    let count = calls(elsewhere).len();
    for kill in 0..kills() {
        let moment = moments.next(count);
        let output = run(work, moment);
        // Where less is left to do than was drawn, it ends by itself.
        let what = format!("{of}, kill {kill} at {moment:?}: {}", said(&output));
        assert!(output.status.success() || output.status.code().is_none(), "{what}");
        assert_valid(&work.join("case"), &what);
    }
    let output = command(work).output().unwrap();
    assert!(output.status.success(), "{of}: {}", said(&output));
}

#[test]
fn a_command_killed_at_random_moments_goes_on_the_next_time() {
    let Some(bench) = Bench::get() else { return };
    for act in [Act::Ingest, Act::Classify, Act::Lists, Act::Verdicts] {
        let what = format!("{act:?}");
        let (elsewhere, work) = (bench.work(act, "undisturbed"), bench.work(act, "killed"));
        kill_many(bench, &what, &elsewhere, &work, |work| bench.command(act, work));
        assert_same(&work.join("case"), &bench.after(act), &what);
    }
}

#[test]
fn the_whole_job_killed_at_random_moments_goes_on_the_next_time() {
    let Some(bench) = Bench::get() else { return };
    let (elsewhere, work) = (bench.work(Act::Init, "run-counted"), bench.work(Act::Init, "run-killed"));
    kill_many(bench, "run", &elsewhere, &work, |work| bench.run_command(work));
    let mut expected = content(&elsewhere.join("case"));
    let mut found = content(&work.join("case"));
    // Each case has a key of its own.
    for files in [&mut expected, &mut found] {
        assert!(files.remove(Path::new("keys/case.key")).is_some_and(|key| key.len() == 65));
    }
    assert!(found == expected, "other files than without kills: {:?}", found.keys());
}
