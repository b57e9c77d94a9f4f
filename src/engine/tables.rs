//! The canonical tables: what goes into the store, by what names columns go, what their values mean
//! (2-tables, "Canonical tables"; `queries/tables/*.toml`).

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::parameters::ParameterType;
use crate::base::library::{self, Embedded};
use crate::base::nearest::propose;
use crate::base::text::fold_name;
use crate::base::toml_file::{self, Section};
use crate::base::{Error, Result};

/// What the values of a column are (2-tables, "Other values").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// Descriptive text, kept as written.
    Text,
    /// The identifier of the table's rows.
    Key,
    /// An identifier that another table's rows may have.
    Reference,
    /// An e-mail address; stored with the form in which it is compared.
    Email,
    /// An instant, as an interval.
    Instant,
    /// Yes or no.
    Boolean,
    /// One of a closed list of words.
    Code,
    /// An open word in lower case.
    Word,
    /// A list of names.
    List,
    /// A list of open words that rules look into; also stored long, one row an item.
    WordList,
    /// A hex digest.
    Hex,
}

/// The kinds by the names that contracts use for them.
const KINDS: [(&str, ColumnKind); 11] = [
    ("text", ColumnKind::Text),
    ("key", ColumnKind::Key),
    ("reference", ColumnKind::Reference),
    ("email", ColumnKind::Email),
    ("instant", ColumnKind::Instant),
    ("boolean", ColumnKind::Boolean),
    ("code", ColumnKind::Code),
    ("word", ColumnKind::Word),
    ("list", ColumnKind::List),
    ("word_list", ColumnKind::WordList),
    ("hex", ColumnKind::Hex),
];

impl ColumnKind {
    /// Its name in a contract.
    #[must_use]
    pub fn name(self) -> &'static str {
        KINDS.iter().find(|(_, kind)| *kind == self).map_or("text", |(name, _)| name)
    }

    fn parse(name: &str) -> Option<Self> {
        KINDS.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind)
    }
}

/// One column of a canonical table.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What its values are.
    pub kind: ColumnKind,
    /// Whether a record without a value here is rejected.
    pub required: bool,
    /// Other names that it goes by in headers, in several languages.
    pub names: Vec<String>,
    /// The words of a closed list; empty for other kinds.
    pub codes: Vec<String>,
    /// What else is written for a word of the list, in lower case, and the word it means.
    pub words: BTreeMap<String, String>,
    /// What it holds.
    pub what: String,
    /// What follows where no export of the table has it, when that is more than that rules which need it are silent.
    pub absent: Option<String>,
    /// A value as it may be written.
    pub example: String,
}

/// One canonical table.
#[derive(Clone, Debug)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub what: String,
    /// Its columns in their order.
    pub columns: Vec<Column>,
}

/// The canonical tables, by name.
///
/// # Errors
/// When a contract is wrong: all its mistakes with line and column.
pub fn all() -> Result<&'static [Table]> {
    static TABLES: OnceLock<Vec<Table>> = OnceLock::new();
    if let Some(tables) = TABLES.get() {
        return Ok(tables);
    }
    let tables: Vec<Table> = library::list("tables", "toml").into_iter().map(read).collect::<Result<_>>()?;
    Ok(TABLES.get_or_init(|| tables))
}

/// The canonical table of that name.
///
/// # Errors
/// When there is none; also as [`all`].
pub fn table(name: &str) -> Result<&'static Table> {
    let tables = all()?;
    tables.iter().find(|table| table.name == name).ok_or_else(|| {
        let names: Vec<&str> = tables.iter().map(|table| table.name.as_str()).collect();
        let error = Error::usage(format!("there is no table {name}"))
            .expected(format!("one of {}", names.join(", ")));
        propose(error, name, names)
    })
}

impl Table {
    /// The column of that name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The store's columns of this table, in order: for each column of ours what it is stored as, then `source`
    /// and `record`.
    #[must_use]
    pub fn store_columns(&self) -> Vec<(String, ParameterType)> {
        let mut columns: Vec<(String, ParameterType)> =
            self.columns.iter().flat_map(Column::store_columns).collect();
        columns.push(("source".to_owned(), ParameterType::Text));
        columns.push(("record".to_owned(), ParameterType::Integer));
        columns
    }

    /// The columns whose lists are stored long too.
    pub fn long_columns(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(|column| column.kind == ColumnKind::WordList)
    }

    /// The name in the store of the long table of a column, e.g. `accounts_products`.
    #[must_use]
    pub fn long_name(&self, column: &Column) -> String {
        format!("{}_{}", self.name, column.name)
    }

    /// The column that a long table's rows belong to: the key.
    #[must_use]
    pub fn key(&self) -> Option<&Column> {
        self.columns.iter().find(|column| column.kind == ColumnKind::Key)
    }

    /// All tables of the store that this one is stored as: itself, and one long table for each list that rules
    /// look into (key, item, source, record), with their columns.
    #[must_use]
    pub fn stored_tables(&self) -> Vec<(String, Vec<(String, ParameterType)>)> {
        let mut tables = vec![(self.name.clone(), self.store_columns())];
        for column in self.long_columns() {
            let key = self.key().map_or("", |key| key.name.as_str());
            let columns = [
                (key, ParameterType::Text),
                (column.item_name(), ParameterType::Text),
                ("source", ParameterType::Text),
                ("record", ParameterType::Integer),
            ];
            let columns = columns.map(|(name, kind)| (name.to_owned(), kind)).to_vec();
            tables.push((self.long_name(column), columns));
        }
        tables
    }
}

impl Column {
    /// All names that its header may have, its own first, as written in the contract.
    pub fn headers(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.name.as_str()).chain(self.names.iter().map(String::as_str))
    }

    /// What one item of its list is called: its name without the plural's `s`.
    #[must_use]
    pub fn item_name(&self) -> &str {
        self.name.strip_suffix('s').unwrap_or(&self.name)
    }

    /// Whether people look rows up by it.
    #[must_use]
    pub fn is_looked_up(&self) -> bool {
        matches!(self.kind, ColumnKind::Key | ColumnKind::Reference)
    }

    /// What it is stored as.
    #[must_use]
    pub fn store_columns(&self) -> Vec<(String, ParameterType)> {
        let own = |kind| (self.name.clone(), kind);
        let beside = |ending: &str, kind| (format!("{}_{ending}", self.name), kind);
        match self.kind {
            ColumnKind::Instant => {
                vec![own(ParameterType::Instant), beside("latest", ParameterType::Instant)]
            }
            ColumnKind::Email => vec![own(ParameterType::Text), beside("key", ParameterType::Text)],
            ColumnKind::Code => vec![own(ParameterType::Text), beside("raw", ParameterType::Text)],
            ColumnKind::Boolean => vec![own(ParameterType::Boolean)],
            _ => vec![own(ParameterType::Text)],
        }
    }
}

/// Reads one contract.
///
/// # Errors
/// All its mistakes at once, with line and column.
pub fn read(contract: Embedded) -> Result<Table> {
    toml_file::read(contract.path, contract.text, |file| {
        file.format(1);
        let sections = file.sections("column");
        if sections.is_empty() {
            file.mistake("column", "missing", "one [[column]] for each column of the table");
        }
        let table = Table {
            name: file.required_text("table").unwrap_or_default(),
            what: file.required_text("what").unwrap_or_default(),
            columns: sections.iter().map(column).collect(),
        };
        refuse_shared_names(&sections, &table);
        table
    })
}

fn column(section: &Section<'_>) -> Column {
    let kinds = KINDS.map(|(name, _)| name);
    section.require("type", "a type");
    let kind = section.one_of("type", &kinds).and_then(|name| ColumnKind::parse(&name));
    let column = Column {
        name: section.required_text("name").unwrap_or_default(),
        kind: kind.unwrap_or(ColumnKind::Text),
        required: section.boolean("required").unwrap_or(false),
        names: section.texts("names"),
        codes: section.texts("codes"),
        words: words(section),
        what: section.required_text("what").unwrap_or_default(),
        absent: section.text("absent"),
        example: section.required_text("example").unwrap_or_default(),
    };
    check(section, &column);
    column
}

fn words(section: &Section<'_>) -> BTreeMap<String, String> {
    let Some(words) = section.section("words") else {
        return BTreeMap::new();
    };
    let keys = words.keys();
    keys.into_iter().filter_map(|key| words.text(&key).map(|ours| (key.to_lowercase(), ours))).collect()
}

fn check(section: &Section<'_>, column: &Column) {
    if column.kind == ColumnKind::Key && !column.required {
        section.mistake("type", "is a key that a record need not have", "required = true beside it");
    }
    match (column.kind == ColumnKind::Code, column.codes.is_empty()) {
        (true, true) => section.mistake("codes", "missing", "the words of the closed list"),
        (false, false) => section.mistake("codes", "belongs to the type code only", "no codes here"),
        _ => {}
    }
    let known: Vec<&str> = column.codes.iter().map(String::as_str).collect();
    for ours in column.words.values().filter(|ours| !known.contains(&ours.as_str())) {
        section.unknown_word("words", None, ours, &known);
    }
}

/// Two columns that go by one name would make every header with it ambiguous.
fn refuse_shared_names(sections: &[Section<'_>], table: &Table) {
    let mut taken: BTreeMap<String, &str> = BTreeMap::new();
    for (section, column) in sections.iter().zip(&table.columns) {
        for header in column.headers() {
            let before = taken.insert(fold_name(header), &column.name);
            if let Some(other) = before.filter(|other| *other != column.name) {
                let what = format!("`{header}` is a name of the column {other} too");
                section.mistake("names", &what, "a name for one column only");
            }
        }
    }
}
