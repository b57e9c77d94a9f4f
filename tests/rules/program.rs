//! The program, driven by its command line only, and how a difference is told.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::case::Case;
use crate::csv;
use crate::statement;
use crate::verdict::QUERIES;

/// Where the cases of a test lie; one that differs is left there to be looked at.
pub struct Ran {
    folder: TempDir,
    pub verdicts: BTreeMap<&'static str, String>,
}

impl Ran {
    /// Keeps the case for a person to look at.
    pub fn keep(self) -> PathBuf {
        self.folder.keep()
    }
}

/// Writes the case's exports, sources.toml, facts.toml and profile into a folder.
pub fn write(case: &Case, folder: &Path) {
    let given = folder.join("given");
    fs::create_dir_all(&given).expect("a folder for the exports");
    for export in &case.exports {
        fs::write(given.join(&export.file), export.bytes()).expect("an export is written");
    }
    fs::write(given.join("sources.toml"), case.sources_toml()).expect("sources.toml is written");
    fs::write(given.join("facts.toml"), case.facts.toml()).expect("facts.toml is written");
    fs::write(folder.join("incident.toml"), case.profile.toml()).expect("the profile is written");
}

/// Runs the program on a case.
pub fn run(case: &Case) -> Result<Ran, String> {
    let folder = TempDir::new().expect("a temporary folder");
    write(case, folder.path());
    let incident = folder.path().join("incident.toml");
    let result = run_folder(&folder.path().join("given"), &incident.display().to_string(), folder.path());
    match result {
        Ok(verdicts) => Ok(Ran { folder, verdicts }),
        Err(said) => Err(format!("{said}\ncase folder: {}", folder.keep().display())),
    }
}

/// Runs the program on a folder of exports; its case lies in `work`.
pub fn run_folder(
    given: &Path,
    incident: &str,
    work: &Path,
) -> Result<BTreeMap<&'static str, String>, String> {
    let (case, out) = (work.join("case"), work.join("out"));
    let path = |path: &Path| path.display().to_string();
    call(&["run", &path(&case), &path(given), "--incident", incident, "--quiet"])?;
    call(&["export", &path(&case), "verdicts", "--out", &path(&out), "--quiet"])?;
    let read = |query: &'static str| {
        let file = out.join(format!("{query}.csv"));
        fs::read_to_string(&file).map(|text| (query, text)).map_err(|e| format!("{}: {e}", file.display()))
    };
    QUERIES.into_iter().map(read).collect()
}

fn call(arguments: &[&str]) -> Result<(), String> {
    let output = Command::new(env!("CARGO_BIN_EXE_highwater")).args(arguments).output();
    let output = output.map_err(|e| e.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("highwater {} ended with {}:\n{said}", arguments.join(" "), output.status))
}

/// What differs between the second statement and the program, for a person; empty when nothing does.
pub fn difference(case: &Case, program: &BTreeMap<&'static str, String>) -> String {
    let stated = statement::verdicts(case);
    let queries = QUERIES.iter();
    queries.map(|query| difference_of(query, &stated.csv(query), &program[query])).collect()
}

fn difference_of(query: &str, expected: &str, got: &str) -> String {
    if expected == got {
        return String::new();
    }
    let (expected_rows, got_rows) = (csv::parse(expected), csv::parse(got));
    let header = expected_rows.first().cloned().unwrap_or_default();
    let mut told = format!("== {query}\n");
    if got_rows.first() != Some(&header) {
        told += &format!("   header expected {header:?}\n   header got      {:?}\n", got_rows.first());
    }
    let missing: Vec<_> = expected_rows.iter().filter(|row| !got_rows.contains(row)).collect();
    let surplus: Vec<_> = got_rows.iter().filter(|row| !expected_rows.contains(row)).collect();
    for row in missing.iter().take(10) {
        let other = surplus.iter().find(|other| other[..2.min(other.len())] == row[..2.min(row.len())]);
        told += &cells(&header, row, other.map(|o| o.as_slice()));
    }
    for row in surplus.iter().take(10) {
        told += &format!("   got      {}", csv::line(*row));
    }
    if missing.is_empty() && surplus.is_empty() {
        told += "   the same rows in another order or form\n";
    }
    told
}

/// One expected row, and in which cells the program's row of the same subject differs.
fn cells(header: &[String], row: &[String], other: Option<&[String]>) -> String {
    let mut told = format!("   expected {}", csv::line(row));
    for (name, (expected, got)) in header.iter().zip(row.iter().zip(other.unwrap_or_default())) {
        if expected != got {
            told += &format!("            {name}: expected {expected:?}, got {got:?}\n");
        }
    }
    told
}
