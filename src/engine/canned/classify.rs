//! Classify queries: their verdicts and their rules.

use super::super::parameters::ParameterType;
use super::needs::{Need, needs};
use super::{Word, english, sql_of, words};
use crate::base::Result;
use crate::base::library::{self, Embedded};
use crate::base::nearest::unknown;
use crate::base::toml_file::{self, Section};

/// The type of a verdict column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnType {
    /// Text.
    Text,
    /// A UTC instant.
    Instant,
    /// A boolean.
    Boolean,
    /// A count.
    Integer,
    /// Texts joined with `;`.
    List,
}

impl ColumnType {
    /// Its name in a sidecar.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Instant => "instant",
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::List => "list",
        }
    }
}

impl From<ColumnType> for ParameterType {
    fn from(kind: ColumnType) -> Self {
        match kind {
            ColumnType::Text | ColumnType::List => Self::Text,
            ColumnType::Instant => Self::Instant,
            ColumnType::Boolean => Self::Boolean,
            ColumnType::Integer => Self::Integer,
        }
    }
}

/// One column of a query's answer.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: ColumnType,
    /// What it holds.
    pub what: String,
}

/// One rule of a query: the reason that it gives.
#[derive(Clone, Debug)]
pub struct Reason {
    /// The code, unique within its query.
    pub code: String,
    /// The state or exposure that it decides.
    pub state: String,
    /// The exact test, in the words of the rules.
    pub test: String,
    /// The actions that it can go with; empty where the query gives none.
    pub actions: Vec<String>,
    /// The findings that speak of it: what may have brought it about, or speaks against it.
    pub findings: Vec<String>,
    /// Why, for a person.
    pub words: String,
    /// What single fact would change it.
    pub settles: String,
    /// A case of it, worked out from the rules.
    pub example: String,
    /// What shows that case: a row of the sample's `CASES.md`, such as `P001`, or of a fixture of the query, such as `from: e-edge, u-edge`.
    pub shown_by: String,
    /// Each must be there: without one of them its test is never true.
    pub needs: Vec<Need>,
}

/// Views of which a query needs, for the subjects of some accounts, only what belongs to these accounts: so it can be asked
/// account by account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SlicedViews {
    /// Views with the column `group_number` (see `staging_ordered_users`).
    pub by_group: Vec<String>,
    /// Views with a column of accounts, and that column.
    pub by_account: Vec<(String, String)>,
    /// The view that has a row for each of the query's.
    pub rows_of: Option<String>,
}

impl SlicedViews {
    /// What a sidecar says in its section `slices`; `view` has the column `account_id`, `view.column` another.
    #[must_use]
    pub fn of(file: &Section<'_>) -> Option<Self> {
        let view = |text: String| match text.split_once('.') {
            Some((view, column)) => (view.to_owned(), column.to_owned()),
            None => (text, "account_id".to_owned()),
        };
        file.section("slices").map(|slices| Self {
            by_group: slices.texts("by_group"),
            by_account: slices.texts("by_account").into_iter().map(view).collect(),
            rows_of: slices.text("rows_of"),
        })
    }
}

/// One query of `queries/classify/`: its verdicts and its rules.
#[derive(Clone, Debug)]
pub struct Classify {
    /// Its id, which is also the name of its verdicts.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What it answers.
    pub what: String,
    /// What one row speaks of.
    pub subject: String,
    /// Columns by which its rows are sorted.
    pub order_by: Vec<String>,
    /// Columns that people look up by.
    pub looked_up: Vec<String>,
    /// Its columns, in order.
    pub columns: Vec<Column>,
    /// Each must be there: without one of them it has no verdicts.
    pub needs: Vec<Need>,
    /// Its states; empty where it has no list of tests.
    pub states: Vec<Word>,
    /// The words that its tests use and no other query's, or in its own sense.
    pub terms: Vec<Word>,
    /// Its rules, in order; empty where it has no list of tests.
    pub reasons: Vec<Reason>,
    /// What it needs account by account, where it can be asked so.
    pub slices: Option<SlicedViews>,
    /// The query.
    pub sql: Embedded,
    /// The sidecar.
    pub sidecar: Embedded,
}

/// All classify queries of the library, by id.
///
/// # Errors
/// When a sidecar is wrong or has no query.
pub fn classify_all() -> Result<Vec<Classify>> {
    library::list("classify", "toml").into_iter().map(classify_query).collect()
}

/// The classify query with that id.
///
/// # Errors
/// When there is none, or its sidecar is wrong.
pub fn classify(id: &str) -> Result<Classify> {
    let sidecar = library::read(&format!("classify/{id}.toml")).map_err(|_| {
        let known = library::list("classify", "toml");
        let known =
            known.iter().filter_map(|file| file.path.strip_prefix("classify/")?.strip_suffix(".toml"));
        unknown("query", id, known, "highwater queries list")
    })?;
    classify_query(sidecar)
}

fn classify_query(sidecar: Embedded) -> Result<Classify> {
    classify_from(sidecar, sql_of(sidecar)?)
}

/// The classify query that a sidecar and a text of SQL make together.
///
/// # Errors
/// All mistakes of the sidecar at once.
pub fn classify_from(sidecar: Embedded, sql: Embedded) -> Result<Classify> {
    toml_file::read(sidecar.path, sidecar.text, |file| {
        file.format(1);
        Classify {
            id: file.required_text("id").unwrap_or_default(),
            title: file.required_text("title").unwrap_or_default(),
            what: file.required_text("what").unwrap_or_default(),
            subject: file.required_text("subject").unwrap_or_default(),
            order_by: file.required_texts("order_by"),
            looked_up: file.texts("looked_up"),
            columns: file.sections("column").iter().map(column).collect(),
            needs: needs(file),
            states: words(file, "state"),
            terms: words(file, "term"),
            reasons: file.sections("reason").iter().map(reason).collect(),
            slices: SlicedViews::of(file),
            sql,
            sidecar,
        }
    })
}

fn column(section: &Section<'_>) -> Column {
    section.require("type", "a type");
    let kind = section.one_of("type", &["text", "instant", "boolean", "integer", "list"]);
    Column {
        name: section.required_text("name").unwrap_or_default(),
        kind: match kind.as_deref() {
            Some("instant") => ColumnType::Instant,
            Some("boolean") => ColumnType::Boolean,
            Some("integer") => ColumnType::Integer,
            Some("list") => ColumnType::List,
            _ => ColumnType::Text,
        },
        what: section.required_text("what").unwrap_or_default(),
    }
}

fn reason(section: &Section<'_>) -> Reason {
    Reason {
        code: section.required_text("code").unwrap_or_default(),
        state: section.required_text("state").unwrap_or_default(),
        test: english(section, "test"),
        actions: section.texts("actions"),
        findings: section.texts("findings"),
        words: english(section, "words"),
        settles: english(section, "settles"),
        needs: needs(section),
        example: english(section, "example"),
        shown_by: section.text("shown_by").unwrap_or_default(),
    }
}
