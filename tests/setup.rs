//! The scripts that put DuckDB in place and lay out what is handed over: which source is taken, what is
//! refused and how it is said, and what happens when nothing can be reached.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test says what it expects by failing, or that it was skipped; the lints let only functions marked as tests do so"
)]
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

const PINNED: &str = "54b9566f0b200e52f44416412bc616fbb693138529fef8150ac6fbd2c6c797612b43c5b5b444ccf85461b0a79a627067455adcc704c92295d813faa10b5fcbdd";
const NOT_THE_LIBRARY: &[u8] = b"not DuckDB\n";
const SUM_OF_NOT_THE_LIBRARY: &str = "1d04670696e50a9ea2385bf229130bfa25253c52dd888d0e00486f2fd7fc03f5f77a2f2b9aa576904ede8fe9a04544de734ee189bfc51810b3109aa47cd7f105";

/// A machine of its own: a PATH with the usual tools and only the fake clients that a test adds.
struct Machine {
    home: TempDir,
}

impl Machine {
    fn new() -> Self {
        let machine = Self { home: tempfile::tempdir().unwrap() };
        fs::create_dir(machine.bin()).unwrap();
        let tools = "chmod cp env gzip head mkdir mktemp mv rm sed sh sha512sum tar timeout";
        for tool in tools.split(' ') {
            let places = ["/usr/bin", "/bin"].map(|folder| Path::new(folder).join(tool));
            if let Some(place) = places.iter().find(|place| place.exists()) {
                symlink(place, machine.bin().join(tool)).unwrap();
            }
        }
        machine
    }

    fn bin(&self) -> PathBuf {
        self.home.path().join("bin")
    }

    /// Where the scripts put the library, laid out as a target folder.
    fn target(&self) -> PathBuf {
        self.home.path().join("target")
    }

    fn library(&self) -> PathBuf {
        self.target().join("duckdb/1.5.6/libduckdb.so")
    }

    /// Adds a command that runs `script`.
    fn with(self, command: &str, script: &str) -> Self {
        let path = self.bin().join(command);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        self
    }

    /// Adds the clients as a closed network leaves them: there, and failing.
    fn offline(self) -> Self {
        self.with("npm", "echo 'npm error network' >&2; exit 1")
            .with("curl", "echo 'curl: (6) Could not resolve host' >&2; exit 6")
    }

    /// A folder that holds `bytes` as the library.
    fn folder_with(&self, bytes: &[u8]) -> PathBuf {
        let folder = self.home.path().join("given");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("libduckdb.so"), bytes).unwrap();
        folder
    }

    fn run(&self, script: &str, arguments: &[&str], named_folder: Option<&Path>) -> Output {
        let mut command = Command::new(root().join("setup").join(script));
        command.args(arguments).current_dir(root()).env_clear();
        command.env("PATH", self.bin()).env("CARGO_TARGET_DIR", self.target());
        if let Some(folder) = named_folder {
            command.env("HIGHWATER_DUCKDB_DIR", folder);
        }
        command.output().unwrap()
    }

    fn fetch(&self, named_folder: Option<&Path>) -> Output {
        let folder = self.library().parent().unwrap().to_path_buf();
        self.run("duckdb", &[folder.to_str().unwrap()], named_folder)
    }

    /// Names of what stands in the library's folder, hidden ones too.
    fn left_behind(&self) -> Vec<String> {
        let folder = fs::read_dir(self.library().parent().unwrap()).unwrap();
        folder.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The target folder of this very test run.
fn real_target() -> PathBuf {
    Path::new(env!("CARGO_BIN_EXE_highwater")).ancestors().nth(2).unwrap().to_path_buf()
}

/// The library that this test run is linked with; `None` when DuckDB was compiled in.
fn real_library() -> Option<PathBuf> {
    let library = real_target().join("duckdb/1.5.6/libduckdb.so");
    if !library.exists() {
        eprintln!("skipped: DuckDB is compiled in, there is no library to try this with");
        return None;
    }
    Some(library)
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn a_folder_that_is_named_is_the_first_source() {
    let Some(library) = real_library() else { return };
    let machine = Machine::new().with("npm", "exit 99");
    let output = machine.fetch(library.parent());
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("from HIGHWATER_DUCKDB_DIR"), "{}", said(&output));
    assert_eq!(fs::read(machine.library()).unwrap(), fs::read(library).unwrap());
    assert_eq!(machine.left_behind(), ["libduckdb.so"]);
}

#[test]
fn a_wrong_library_is_named_with_both_sums_and_the_next_source_is_tried() {
    let Some(library) = real_library() else { return };
    let machine = Machine::new().offline();
    fs::create_dir_all(machine.library().parent().unwrap()).unwrap();
    symlink(library, machine.library()).unwrap();
    let output = machine.fetch(Some(&machine.folder_with(NOT_THE_LIBRARY)));
    assert!(output.status.success(), "the earlier copy would have done: {}", said(&output));
    assert!(said(&output).contains("refused"), "{}", said(&output));
    assert!(said(&output).contains(PINNED), "{}", said(&output));
    assert!(said(&output).contains(SUM_OF_NOT_THE_LIBRARY), "{}", said(&output));
}

#[test]
fn a_damaged_earlier_copy_is_not_used() {
    let machine = Machine::new().offline();
    fs::create_dir_all(machine.library().parent().unwrap()).unwrap();
    fs::write(machine.library(), NOT_THE_LIBRARY).unwrap();
    let output = machine.fetch(None);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains(SUM_OF_NOT_THE_LIBRARY), "{}", said(&output));
}

#[test]
fn a_package_with_another_library_is_refused() {
    let machine = Machine::new()
        .offline()
        .with("npm", "mkdir package && echo 'not DuckDB' >package/libduckdb.so && tar -czf it.tgz package");
    let output = machine.fetch(None);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("the npm package"), "{}", said(&output));
    assert!(said(&output).contains(SUM_OF_NOT_THE_LIBRARY), "{}", said(&output));
    assert!(!machine.library().exists());
}

#[test]
fn when_nothing_can_be_reached_each_source_says_why_and_nothing_is_left() {
    let machine = Machine::new().offline();
    let output = machine.fetch(None);
    let said = said(&output);
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("npm error network"), "{said}");
    assert!(said.contains("Could not resolve host"), "{said}");
    assert!(said.contains("next: "), "{said}");
    assert!(machine.left_behind().is_empty());
}

#[test]
fn clients_that_are_missing_are_named() {
    let output = Machine::new().fetch(None);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("npm: not installed"), "{}", said(&output));
    assert!(said(&output).contains("curl: not installed"), "{}", said(&output));
}

/// A cargo that shows what it was asked, and a compiler for the given system.
fn with_toolchain(machine: Machine, host: &str) -> Machine {
    machine
        .with("cargo", "echo \"cargo $* with $DUCKDB_LIB_DIR\"")
        .with("rustc", &format!("echo 'host: {host}'"))
}

#[test]
fn with_the_library_nothing_is_compiled_in() {
    let Some(library) = real_library() else { return };
    let machine = with_toolchain(Machine::new(), "x86_64-unknown-linux-gnu");
    let output = machine.run("cargo", &["build", "--release"], library.parent());
    let folder = machine.library().parent().unwrap().display().to_string();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("cargo build --release with {folder}\n"));
}

#[test]
fn without_the_library_duckdb_is_compiled_and_that_is_said_first() {
    let machine = with_toolchain(Machine::new().offline(), "x86_64-unknown-linux-gnu");
    let output = machine.run("cargo", &["test", "--release"], None);
    assert!(said(&output).contains("many minutes"), "{}", said(&output));
    assert!(output.stdout.starts_with(b"cargo test --features bundled --release with "));
}

#[test]
fn another_system_asks_no_source() {
    let machine = with_toolchain(Machine::new().with("npm", "exit 99"), "aarch64-apple-darwin");
    let output = machine.run("cargo", &["build", "--release"], None);
    assert!(!said(&output).contains("npm"), "{}", said(&output));
    assert!(output.stdout.starts_with(b"cargo build --features bundled --release with "));
}

#[test]
fn a_missing_toolchain_is_said() {
    let output = Machine::new().run("cargo", &["build"], None);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("install a Rust toolchain"), "{}", said(&output));
}

#[test]
fn the_folder_that_is_laid_out_runs_elsewhere() {
    if real_library().is_none() {
        return;
    }
    let machine = Machine::new();
    fs::create_dir(machine.target()).unwrap();
    for part in ["release", "duckdb"] {
        symlink(real_target().join(part), machine.target().join(part)).unwrap();
    }
    let output = machine.run("dist", &[], None);
    assert!(output.status.success(), "{}", said(&output));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains(env!("CARGO_PKG_VERSION")), "{said}");
    let folder = PathBuf::from(said.lines().last().unwrap());
    for file in ["bin/highwater", "lib/libduckdb.so", "LICENSE-MIT", "LICENSE-APACHE", "README.md"] {
        assert!(folder.join(file).is_file(), "{file}");
    }
}

#[test]
fn one_version_of_duckdb_is_named_everywhere() {
    for file in ["build.rs", ".cargo/config.toml", "setup/cargo", "setup/dist"] {
        let text = fs::read_to_string(root().join(file)).unwrap();
        assert!(text.contains("duckdb/1.5.6"), "{file}");
    }
    let script = fs::read_to_string(root().join("setup/duckdb")).unwrap();
    assert!(script.contains("version=1.5.6\n"));
    assert!(script.contains(&format!("pinned={PINNED}\n")));
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    assert!(manifest.contains("version = \"=1.10506."), "crate duckdb 1.10506 is DuckDB 1.5.6");
}
