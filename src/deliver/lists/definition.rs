//! What a list is: a query and its sidecar in `queries/deliver/lists/`.

use crate::base::Result;
use crate::base::library::{self, Embedded};
use crate::base::toml_file;
use crate::engine::ParameterType;
use crate::engine::canned::SlicedViews;

const FOLDER: &str = "deliver/lists";
const TYPES: [&str; 5] = ["text", "instant", "boolean", "integer", "list"];

/// One list.
#[derive(Clone, Debug)]
pub(super) struct List {
    /// Its name, which is also that of its file.
    pub name: String,
    /// Its title.
    pub title: String,
    /// For whom or what it is.
    pub purpose: String,
    /// The queries that a run must have asked for it.
    pub needs: Vec<String>,
    /// Whether a customer gets its own rows of it.
    pub hand_over: bool,
    /// The column by whose values it is split into files.
    pub split_by: Option<String>,
    /// The columns that order it totally; `-` before one turns it round.
    pub order_by: Vec<String>,
    /// Its columns in order.
    pub columns: Vec<Column>,
    /// What it needs account by account, where its files are ordered by account.
    pub slices: Option<SlicedViews>,
    /// The query.
    pub sql: Embedded,
}

/// One column of a list.
#[derive(Clone, Debug)]
pub(super) struct Column {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: ParameterType,
    /// What it holds.
    pub what: String,
}

/// All lists, by name.
///
/// # Errors
/// When a sidecar is wrong or has no query.
pub(super) fn all() -> Result<Vec<List>> {
    library::list(FOLDER, "toml").into_iter().map(list).collect()
}

fn list(sidecar: Embedded) -> Result<List> {
    let sql = library::read(&sidecar.path.replace(".toml", ".sql"))?;
    toml_file::read(sidecar.path, sidecar.text, |file| {
        file.format(1);
        let columns = file.sections("column");
        List {
            name: file.required_text("name").unwrap_or_default(),
            title: file.required_text("title").unwrap_or_default(),
            purpose: file.required_text("for").unwrap_or_default(),
            hand_over: file.boolean("hand_over").unwrap_or(true),
            needs: file.texts("needs"),
            split_by: file.text("split_by"),
            order_by: file.required_texts("order_by"),
            columns: columns
                .iter()
                .map(|c| Column {
                    name: c.required_text("name").unwrap_or_default(),
                    kind: kind(c.one_of("type", &TYPES).as_deref()),
                    what: c.required_text("what").unwrap_or_default(),
                })
                .collect(),
            slices: SlicedViews::of(file),
            sql,
        }
    })
}

fn kind(word: Option<&str>) -> ParameterType {
    match word {
        Some("instant") => ParameterType::Instant,
        Some("boolean") => ParameterType::Boolean,
        Some("integer") => ParameterType::Integer,
        _ => ParameterType::Text,
    }
}

impl List {
    /// The table that its rows are kept in.
    pub fn table(&self) -> String {
        format!("list_{}", self.name.replace('-', "_"))
    }

    /// Its rows in their total order, those of one value of `first` together where that is asked for.
    pub fn ordered(&self, first: Option<&str>) -> String {
        let order: Vec<String> =
            first.into_iter().chain(self.order_by.iter().map(String::as_str)).map(by).collect();
        let columns: Vec<String> = self.columns.iter().map(|c| format!("\"{}\"", c.name)).collect();
        format!("SELECT {} FROM {} ORDER BY {}", columns.join(", "), self.table(), order.join(", "))
    }
}

fn by(column: &str) -> String {
    match column.strip_prefix('-') {
        Some(column) => format!("\"{column}\" DESC NULLS LAST"),
        None => format!("\"{column}\" NULLS FIRST"),
    }
}
