//! Where nobody reads what is said: closed and full outputs.

use std::fs::File;
use std::process::{Command, Stdio};

use crate::support::{Act, Bench, assert_same, content, said};

#[test]
fn a_closed_standard_output_ends_quietly() {
    let Some(bench) = Bench::get() else { return };
    let work = bench.work(Act::Classify, "closed");
    // The pipe's reading end is closed before anything is written.
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = bench.command(Act::Classify, &work).stdout(writer).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{}", said(&output));
    assert_same(&work.join("case"), &bench.after(Act::Classify), "closed standard output");
}

#[test]
fn a_full_standard_output_is_told_and_the_run_is_kept() {
    let Some(bench) = Bench::get() else { return };
    let work = bench.work(Act::Classify, "full-output");
    let full = File::options().write(true).open("/dev/full").unwrap();
    let output = bench.command(Act::Classify, &work).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("cannot write to standard output"), "{}", said(&output));
    assert_same(&work.join("case"), &bench.after(Act::Classify), "full standard output");
}

#[test]
fn closed_outputs_are_never_a_file_of_the_case() {
    let Some(bench) = Bench::get() else { return };
    let work = bench.work(Act::Classify, "no-outputs");
    let command = bench.command(Act::Classify, &work);
    let mut shell = Command::new("sh");
    shell.args(["-c", "exec \"$@\" >&- 2>&- <&-", "sh"]).arg(command.get_program()).args(command.get_args());
    let status = shell.stdin(Stdio::null()).status().unwrap();
    assert!(status.success(), "{status:?}");
    assert_same(&work.join("case"), &bench.after(Act::Classify), "closed outputs");
    assert!(!content(&work.join("case")).values().any(|bytes| bytes.starts_with(b"error:")));
}

/// On a medium that can't be written, scratch is in the system's temporary folder.
#[test]
fn a_case_that_cannot_be_written_is_read() {
    let Some(bench) = Bench::get() else { return };
    let work = bench.work(Act::Lists, "read-only");
    let temporary = work.join("temporary");
    std::fs::create_dir(&temporary).unwrap();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_highwater"));
    command.arg("sql").arg(work.join("case")).args(["SELECT COUNT(*) AS n FROM staging_users", "--csv"]);
    command.env("TMPDIR", &temporary);
    bench.load_faults(&mut command, &work, "dead", 1);
    let output = command.env("FAULTS_ERRNO", "30").output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "n\n4\n", "{}", said(&output));
    assert_eq!(std::fs::read_dir(&temporary).unwrap().count(), 0, "scratch stays behind");
    assert!(!work.join("case/tmp").exists());
}
