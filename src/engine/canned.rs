//! Canned queries as they travel with the program: a `.sql` file and its `.toml` sidecar (8-engineering, "Queries").

use std::collections::BTreeSet;

use super::parameters::ParameterType;
use super::portability;
use super::tables;
use crate::base::Result;
use crate::base::library::{self, Embedded};
use crate::base::nearest::unknown;
use crate::base::text::printable;
use crate::base::toml_file::{self, Section};

/// What the rows of a staging query become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StagingKind {
    /// A view: computed anew by whoever reads it.
    View,
    /// A table: computed once a session.
    Table,
    /// A list table: two text columns, key and item, whose items are joined with `;`.
    List,
}

/// One query of `queries/staging/`.
#[derive(Clone, Debug)]
pub struct Staging {
    /// The name of its view or table.
    pub name: String,
    /// What its rows become.
    pub kind: StagingKind,
    /// What it holds, in a sentence.
    pub what: String,
    /// The query.
    pub sql: Embedded,
}

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

/// A word and what it means: a state, a word of exact tests, a severity, a type.
#[derive(Clone, Debug)]
pub struct Word {
    /// The word.
    pub word: String,
    /// What it means.
    pub means: String,
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

/// A table, or a column of a table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The canonical table.
    pub table: String,
    /// The column; none when the table is meant.
    pub column: Option<String>,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.column {
            Some(column) => write!(f, "{}.{column}", self.table),
            None => f.write_str(&self.table),
        }
    }
}

/// What a rule can't do without: one at least of several places, written `users.sso_only or sso`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Need {
    /// Any one of them is enough.
    pub one_of: Vec<Place>,
}

impl std::fmt::Display for Need {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let places: Vec<String> = self.one_of.iter().map(ToString::to_string).collect();
        f.write_str(&places.join(" or "))
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
    /// The query.
    pub sql: Embedded,
    /// The sidecar.
    pub sidecar: Embedded,
}

/// A finding that a quality query can give.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Its code, unique among findings.
    pub code: String,
    /// `serious`, `check` or `note`.
    pub severity: String,
    /// What follows from it, for a person.
    pub consequence: String,
    /// What shows or settles it; commands stand between backticks, with `CASE` for the case's folder.
    pub next: String,
    /// A small case that gives it.
    pub example: String,
    /// Whether the rows of the query are a part of what is counted elsewhere.
    pub is_part: bool,
}

/// One sidecar of `queries/quality/`.
#[derive(Clone, Debug)]
pub struct Quality {
    /// Its id.
    pub id: String,
    /// What it looks for.
    pub what: String,
    /// What it gives.
    pub findings: Vec<Finding>,
    /// The query; none where the program itself knows, as of intake and coverage.
    pub sql: Option<Embedded>,
    /// The sidecar.
    pub sidecar: Embedded,
}

/// Severities, the heaviest first.
pub const SEVERITIES: [&str; 3] = ["serious", "check", "note"];

/// The quality sidecars, by id.
///
/// # Errors
/// When a sidecar is wrong.
pub fn quality() -> Result<Vec<Quality>> {
    library::list("quality", "toml").into_iter().map(quality_query).collect()
}

fn quality_query(sidecar: Embedded) -> Result<Quality> {
    quality_from(sidecar, sql_of(sidecar).ok())
}

/// The findings that a sidecar and a text of SQL make together.
///
/// # Errors
/// All mistakes of the sidecar at once.
pub fn quality_from(sidecar: Embedded, sql: Option<Embedded>) -> Result<Quality> {
    toml_file::read(sidecar.path, sidecar.text, |file| {
        file.format(1);
        Quality {
            id: file.required_text("id").unwrap_or_default(),
            what: file.required_text("what").unwrap_or_default(),
            findings: file.sections("finding").iter().map(finding).collect(),
            sql,
            sidecar,
        }
    })
}

fn finding(section: &Section<'_>) -> Finding {
    section.require("severity", "serious, check or note");
    Finding {
        code: section.required_text("code").unwrap_or_default(),
        severity: section.one_of("severity", &SEVERITIES).unwrap_or_default(),
        consequence: english(section, "consequence"),
        next: english(section, "next"),
        example: english(section, "example"),
        is_part: section.boolean("part").unwrap_or_default(),
    }
}

/// All codes of reasons and findings, the reason of a gap in the rules among them.
///
/// # Errors
/// When a sidecar is wrong.
pub fn codes() -> Result<BTreeSet<String>> {
    let reasons = classify_all()?.into_iter().flat_map(|query| query.reasons).map(|reason| reason.code);
    let findings = quality()?.into_iter().flat_map(|quality| quality.findings).map(|finding| finding.code);
    Ok(reasons.chain(findings).chain(["RULE_GAP".to_owned()]).collect())
}

/// The staging queries, in the order in which they run.
///
/// # Errors
/// When a sidecar is wrong or has no query.
pub fn staging() -> Result<Vec<Staging>> {
    staging_of("staging")
}

/// The staging queries that the named views stand on, themselves among them, in the order in which they run.
///
/// # Errors
/// As [`staging`].
pub fn staging_for(wanted: &BTreeSet<String>) -> Result<Vec<Staging>> {
    let mut wanted = wanted.clone();
    // Each query names only those before it: from the last to the first all needs are known in time.
    let mut queries = staging()?;
    queries.reverse();
    queries.retain(|query| {
        let is_wanted = wanted.contains(&query.name);
        if is_wanted {
            wanted.extend(portability::tables(query.sql.text));
        }
        is_wanted
    });
    queries.reverse();
    Ok(queries)
}

/// The queries of another folder of the same kind, in the order in which they run.
///
/// # Errors
/// As [`staging`].
pub fn staging_of(folder: &str) -> Result<Vec<Staging>> {
    library::list(folder, "toml").into_iter().map(staging_query).collect()
}

fn staging_query(sidecar: Embedded) -> Result<Staging> {
    let sql = sql_of(sidecar)?;
    toml_file::read(sidecar.path, sidecar.text, |file| {
        file.format(1);
        let kind = file.one_of("kind", &["view", "table", "list"]);
        file.require("kind", "view, table or list");
        Staging {
            name: file.required_text("name").unwrap_or_default(),
            kind: match kind.as_deref() {
                Some("table") => StagingKind::Table,
                Some("list") => StagingKind::List,
                _ => StagingKind::View,
            },
            what: file.required_text("what").unwrap_or_default(),
            sql,
        }
    })
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

fn words(file: &Section<'_>, key: &str) -> Vec<Word> {
    let word = |section: &Section<'_>| Word {
        word: section.required_text("word").unwrap_or_default(),
        means: english(section, "means"),
    };
    file.sections(key).iter().map(word).collect()
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

fn needs(section: &Section<'_>) -> Vec<Need> {
    let texts = section.texts("needs");
    let needs = texts.iter().enumerate();
    needs.map(|(index, text)| Need { one_of: places(section, index, text) }).collect()
}

/// The places of one need; one that no table has is a mistake.
fn places(section: &Section<'_>, index: usize, text: &str) -> Vec<Place> {
    let place = |word: &str| {
        let (table, column) =
            word.split_once('.').map_or((word, None), |(table, column)| (table, Some(column)));
        let known =
            tables::table(table).is_ok_and(|t| column.is_none_or(|column| t.column(column).is_some()));
        if !known {
            let what = format!("`{}` is no table and no column of one", printable(word));
            section.item_mistake(
                "needs",
                index,
                &what,
                "a table, or a table and its column: `users.deleted_at`",
            );
        }
        Place { table: table.to_owned(), column: column.map(str::to_owned) }
    };
    text.split(" or ").map(place).collect()
}

/// The English words of `key`, which must be there.
fn english(section: &Section<'_>, key: &str) -> String {
    section.required_section(key).and_then(|words| words.required_text("en")).unwrap_or_default()
}

/// Words that hold for all queries, by kind: what terms, severities and types of columns mean.
#[derive(Clone, Debug)]
pub struct Glossary {
    /// Words of exact tests.
    pub terms: Vec<Word>,
    /// Severities of findings, the heaviest first.
    pub severities: Vec<Word>,
    /// Types of columns, of verdicts and of canonical tables.
    pub types: Vec<Word>,
}

/// What the words mean that hold for all queries.
///
/// # Errors
/// When the file is wrong.
pub fn glossary() -> Result<Glossary> {
    let file = library::read("reference/words.toml")?;
    toml_file::read(file.path, file.text, |file| {
        file.format(1);
        Glossary {
            terms: words(file, "term"),
            severities: words(file, "severity"),
            types: words(file, "type"),
        }
    })
}

fn sql_of(sidecar: Embedded) -> Result<Embedded> {
    library::read(&sidecar.path.replace(".toml", ".sql"))
}
