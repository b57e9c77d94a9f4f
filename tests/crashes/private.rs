//! A case and all that is exported can be read by nobody but its owner, whatever the user's umask is.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Output};

use crate::support::{Act, Bench, said};

/// Runs a command under a umask.
fn under(umask: &str, command: &Command) -> Output {
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("umask {umask}; exec \"$@\""), "sh"]);
    shell.arg(command.get_program()).args(command.get_args()).output().unwrap()
}

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777
}

fn assert_private(path: &Path, what: &str) -> usize {
    if !path.is_dir() {
        assert_eq!(mode(path), 0o600, "{what}: {}", path.display());
        return 1;
    }
    assert_eq!(mode(path), 0o700, "{what}: {}", path.display());
    fs::read_dir(path).unwrap().map(|entry| assert_private(&entry.unwrap().path(), what)).sum()
}

#[test]
fn everything_that_is_written_is_for_its_owner_alone() {
    let Some(bench) = Bench::get() else { return };
    for umask in ["000", "022", "077"] {
        let work = bench.work(Act::Init, &format!("umask{umask}"));
        let output = under(umask, &bench.run_command(&work));
        assert!(output.status.success(), "{umask}: {}", said(&output));
        let out = work.join("handed-out");
        for act in [Act::Lists, Act::Verdicts] {
            let mut command = bench.command(act, &work);
            command.arg("--out").arg(out.join(format!("{act:?}")));
            let output = under(umask, &command);
            assert!(output.status.success(), "{umask}: {}", said(&output));
        }
        let in_case = assert_private(&work.join("case"), umask);
        assert!(in_case > 30 && work.join("case/staging").is_dir(), "{umask}: only {in_case} files");
        assert!(assert_private(&out, umask) > 10, "{umask}");
    }
}

/// A folder that was there keeps its rights, and it is said; the files in it are private all the same.
#[test]
fn a_folder_that_was_there_keeps_its_rights_with_a_word() {
    let Some(bench) = Bench::get() else { return };
    let work = bench.work(Act::ListsAgain, "shared");
    let out = work.join("shared");
    fs::create_dir(&out).unwrap();
    for (rights, is_told) in [(0o755, true), (0o700, false)] {
        fs::set_permissions(&out, fs::Permissions::from_mode(rights)).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_highwater"));
        command.arg("export").arg(work.join("case")).args(["verdicts", "--out"]).arg(&out);
        let output = under("000", &command);
        assert!(output.status.success(), "{}", said(&output));
        assert_eq!(mode(&out), rights);
        assert_eq!(said(&output).contains("keeps its permissions"), is_told, "{}", said(&output));
        for entry in fs::read_dir(&out).unwrap() {
            assert_eq!(mode(&entry.unwrap().path()), 0o600);
        }
    }
}

/// A file under a temporary name that was left is not written into: it might be readable for others, or a link.
#[test]
fn what_was_left_under_a_temporary_name_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let left = folder.path().join("list.csv.pending");
    fs::write(&left, "old").unwrap();
    fs::set_permissions(&left, fs::Permissions::from_mode(0o666)).unwrap();
    highwater::base::files::write(&folder.path().join("list.csv"), b"new").unwrap();
    assert_eq!(mode(&folder.path().join("list.csv")), 0o600);
    let other = folder.path().join("other");
    fs::write(&other, "kept").unwrap();
    symlink(&other, &left).unwrap();
    highwater::base::files::write(&folder.path().join("list.csv"), b"newer").unwrap();
    assert_eq!(fs::read(&other).unwrap(), b"kept");
}
