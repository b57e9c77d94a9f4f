//! The sample's exports, spoilt: a column unreadable, empty or gone, a table gone, the facts gone.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::csv;
use crate::job::{copy, root, sample};

/// A column of a canonical table, as its contract says.
pub struct Column {
    pub table: String,
    pub name: String,
    pub kind: String,
    pub required: bool,
}

/// Every column of every canonical table.
pub fn columns() -> Vec<Column> {
    let entries = fs::read_dir(root().join("queries/tables")).expect("the tables");
    let contracts = entries.map(|entry| entry.expect("an entry").path());
    let mut columns = Vec::new();
    for contract in contracts.filter(|path| path.extension().is_some_and(|e| e == "toml")) {
        let text = fs::read_to_string(contract).expect("a contract");
        let contract: toml::Table = text.parse().expect("TOML");
        for column in contract["column"].as_array().expect("columns") {
            columns.push(Column {
                table: contract["table"].as_str().expect("a table").to_owned(),
                name: column["name"].as_str().expect("a name").to_owned(),
                kind: column["type"].as_str().expect("a type").to_owned(),
                required: column.get("required").is_some_and(|r| r.as_bool() == Some(true)),
            });
        }
    }
    columns
}

/// A copy of the sample's exports, sources.toml and facts.toml, to be spoilt.
pub struct Spoilt {
    pub folder: TempDir,
}

impl Spoilt {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        copy(&sample(), folder.path());
        Self { folder }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The exports that feed a table: their names begin with the table's.
    pub fn exports_of(&self, table: &str) -> Vec<PathBuf> {
        let exports = fs::read_dir(self.path().join("exports")).expect("exports");
        let paths = exports.map(|entry| entry.expect("an entry").path());
        paths
            .filter(|path| {
                let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
                name == table || name.starts_with(&format!("{table}-20"))
            })
            .collect()
    }

    /// Takes a table's exports away.
    pub fn without_table(self, table: &str) -> Self {
        for export in self.exports_of(table) {
            fs::remove_file(export).expect("an export");
        }
        self
    }

    /// Glues a field more to every third record of each export, and cuts the last field from others.
    pub fn with_ragged_rows(self) -> Self {
        for entry in fs::read_dir(self.path().join("exports")).expect("exports") {
            let path = entry.expect("an entry").path();
            let bytes = fs::read(&path).expect("an export");
            let mut written = Vec::new();
            for (n, record) in csv::records(&bytes).into_iter().enumerate() {
                let line = String::from_utf8_lossy(&bytes[record]).trim_end_matches(['\r', '\n']).to_owned();
                let ragged = match n % 3 {
                    1 if n > 1 => format!("{line},one field more\n"),
                    2 if n % 2 == 0 => "cut short\r\n".to_owned(),
                    _ => format!("{line}\n"),
                };
                written.extend(ragged.into_bytes());
            }
            fs::write(&path, written).expect("an export");
        }
        self
    }

    /// Puts another text into every cell of a column that is not empty. `None` when no export has the column.
    pub fn with_cells(self, column: &Column, cell: &str) -> Option<Self> {
        let mut found = false;
        for export in self.exports_of(&column.table) {
            let bytes = fs::read(&export).expect("an export");
            let header = csv::records(&bytes).into_iter().next().expect("a header");
            let names = csv::cells(&bytes[header]);
            let Some(at) = names.iter().position(|name| plain(name) == plain(&column.name)) else { continue };
            found = true;
            let replaced = |old: &str| if old.trim().is_empty() { String::new() } else { cell.to_owned() };
            fs::write(&export, csv::with_column(&bytes, at, replaced)).expect("an export");
        }
        found.then_some(self)
    }

    /// Takes the person's declarations of coverage away: nothing is proven by absence then. They stand last.
    pub fn without_coverage(self) -> Self {
        let facts = fs::read_to_string(self.path().join("facts.toml")).expect("facts");
        let (rest, _) = facts.split_once("[[coverage]]").expect("the sample declares coverage");
        assert!(rest.contains("as_of"), "only coverage goes");
        fs::write(self.path().join("facts.toml"), rest).expect("facts");
        self
    }
}

/// A header's name as contracts compare it.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
