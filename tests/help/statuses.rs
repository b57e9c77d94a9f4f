//! Each exit status that is documented is reached. 3 and 130 have tests of their own beside what they are about.

use std::fs::{self, File};

use super::commands::{failed, highwater, printed, root};

#[test]
fn each_failure_has_the_status_that_is_documented() {
    let folder = tempfile::tempdir().unwrap();
    let case = folder.path().join("case").to_str().unwrap().to_owned();
    let exports = root().join("sample_data/zendesk-2016").to_str().unwrap().to_owned();
    assert_eq!(highwater(&["--version"]).status.code(), Some(0), "done");

    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let below = file.join("case").to_str().unwrap().to_owned();
    assert_eq!(failed(&["init", &below, "--incident", "zendesk-2016"]).0, 1, "the folder can't be made");

    assert_eq!(failed(&["classify", &case]).0, 2, "there is no case");

    printed(&["init", &case, "--incident", "zendesk-2016", "--quiet"]);
    let lock = File::options().read(true).write(true).open(format!("{case}/lock")).unwrap();
    lock.lock().unwrap();
    assert_eq!(failed(&["ingest", &case, &exports, "--quiet"]).0, 5, "the case is busy");
    lock.unlock().unwrap();

    fs::write(format!("{case}/store/sources.parquet"), "no Parquet").unwrap();
    assert_eq!(failed(&["status", &case]).0, 5, "the case is damaged");
}

/// The long help, the manual and the reference give the same list.
#[test]
fn the_statuses_stand_in_help_and_manual() {
    let reference = fs::read_to_string(root().join("docs/exit-statuses.md")).unwrap();
    let help = printed(&["--help"]);
    let manual = printed(&["man"]).replace("\\-", "-");
    let rows: Vec<Vec<&str>> = reference
        .lines()
        .filter(|line| line.starts_with("| ") && line.contains(char::is_numeric))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    assert_eq!(rows.len(), 7, "{rows:?}");
    for row in rows {
        assert!(help.contains(&format!("{:>5}  {}\n", row[0], row[1])), "--help: {row:?}");
        assert!(manual.contains(&format!("\\fB{}\\fR\n{}\n", row[0], row[1])), "man: {row:?}");
    }
}
