//! Killed at random moments, again and again, at one and the same case.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::support::{Act, Bench, assert_same, assert_valid, content, said};

/// Kills of each command; more with `HIGHWATER_KILLS`.
fn kills() -> usize {
    std::env::var("HIGHWATER_KILLS").ok().and_then(|value| value.parse().ok()).unwrap_or(8)
}

/// Delays drawn evenly from a seed that is printed; `HIGHWATER_SEED` gives it again.
struct Delays(u64);

impl Delays {
    fn new(of: &str) -> Self {
        let given = std::env::var("HIGHWATER_SEED").ok().and_then(|value| value.parse().ok());
        let clock =
            || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos() as u64;
        let seed = given.unwrap_or_else(clock) | 1;
        eprintln!("{of}: HIGHWATER_SEED={seed}");
        Self(seed)
    }

    fn next(&mut self, longest: Duration) -> Duration {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        longest.mul_f64((self.0 % 1_000) as f64 / 1_000.0)
    }
}

/// Kills the command again and again at the same case, then lets it end; what it takes undisturbed is measured first.
fn kill_many(of: &str, elsewhere: &Path, work: &Path, command: impl Fn(&Path) -> Command) {
    let mut delays = Delays::new(of);
    let begin = Instant::now();
    let output = command(elsewhere).output().unwrap();
    assert!(output.status.success(), "{of}: {}", said(&output));
    let longest = begin.elapsed();
    for kill in 0..kills() {
        let mut child = command(work)
            .stderr(std::process::Stdio::null())
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(delays.next(longest));
        // It may have ended by itself: then the next one finds everything done.
        let _ = child.kill();
        child.wait().unwrap();
        assert_valid(&work.join("case"), &format!("{of}, kill {kill}"));
    }
    let output = command(work).output().unwrap();
    assert!(output.status.success(), "{of}: {}", said(&output));
}

#[test]
fn a_command_killed_at_random_moments_goes_on_the_next_time() {
    let Some(bench) = Bench::get() else { return };
    for act in [Act::Ingest, Act::Classify, Act::Lists, Act::ListsAgain] {
        let what = format!("{act:?}");
        let (elsewhere, work) = (bench.work(act, "timed"), bench.work(act, "killed"));
        kill_many(&what, &elsewhere, &work, |work| bench.command(act, work));
        assert_same(&work.join("case"), &bench.after(act), &what);
    }
}

#[test]
fn the_whole_job_killed_at_random_moments_goes_on_the_next_time() {
    let Some(bench) = Bench::get() else { return };
    let (elsewhere, work) = (bench.work(Act::Init, "run-timed"), bench.work(Act::Init, "run-killed"));
    kill_many("run", &elsewhere, &work, |work| bench.run_command(work));
    let mut expected = content(&elsewhere.join("case"));
    let mut found = content(&work.join("case"));
    // Each case has a key of its own.
    for files in [&mut expected, &mut found] {
        assert!(files.remove(Path::new("keys/case.key")).is_some_and(|key| key.len() == 65));
    }
    assert!(found == expected, "other files than without kills: {:?}", found.keys());
}
