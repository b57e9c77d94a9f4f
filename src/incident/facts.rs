//! A case's facts: what this case's exports can prove by saying nothing. Declared by a person, never built in.

use super::vocabulary::{CHANGES, CREDENTIAL_KINDS, EVENTS, ROLES};
use crate::base::Result;
use crate::base::instant::{self, Interval};
use crate::base::toml_file::{self, Section};
use crate::engine::tables::{self, Table};

/// What a person declared of a case's exports. Without facts, absence proves nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The state that verdicts speak of, in microseconds since 1970, UTC.
    pub as_of: Option<i64>,
    /// Who declared them.
    pub declared: Option<Declared>,
    /// What the exports can show.
    pub coverages: Vec<Coverage>,
}

/// Who declared the facts, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// Name or role.
    pub by: String,
    /// When, as written.
    pub at: String,
}

/// One declaration: in the sources of this table, what is not there did not happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// The table.
    pub table: String,
    /// The kind of change; not given, all kinds.
    pub kind: Option<String>,
    /// The role of the users; not given, all roles.
    pub role: Option<String>,
    /// The column that it speaks of instead of the table.
    pub column: Option<String>,
    /// From when on, for tables of events.
    pub from: Option<Interval>,
    /// Up to when.
    pub to: Interval,
    /// What the declaration rests on.
    pub basis: String,
    /// That a contradiction by an export does not matter.
    pub accepted: Option<Acceptance>,
}

/// Why a contradiction of a coverage does not matter, and who says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acceptance {
    /// The reason.
    pub reason: String,
    /// Name or role.
    pub by: String,
}

impl Coverage {
    /// Whether its table is one of events, each with a time of its own.
    #[must_use]
    pub fn is_of_events(&self) -> bool {
        EVENTS.contains(&self.table.as_str())
    }

    /// What it speaks of, such as `credential_changes, kind password, role agent`.
    #[must_use]
    pub fn of(&self) -> String {
        let mut of = self.table.clone();
        for (key, value) in [("column", &self.column), ("kind", &self.kind), ("role", &self.role)] {
            if let Some(value) = value {
                of.push_str(&format!(", {key} {value}"));
            }
        }
        of
    }
}

const EXPECTED_INSTANT: &str = "an instant with offset like \"2019-10-02T12:00:00Z\"";

impl Facts {
    /// Reads facts; `name` is how the user knows the file.
    ///
    /// # Errors
    /// All mistakes of the file at once, each with line, column and key.
    pub fn parse(name: &str, text: &str) -> Result<Self> {
        let tables = tables::all()?;
        toml_file::read(name, text, |file| {
            file.format(1);
            Self {
                as_of: as_of(file),
                declared: file.required_section("declared").map(|section| declared(&section)),
                coverages: file.sections("coverage").iter().filter_map(|s| coverage(s, tables)).collect(),
            }
        })
    }
}

fn as_of(file: &Section<'_>) -> Option<i64> {
    let text = file.text("as_of")?;
    instant::exact(&text)
        .map_err(|reject| file.mistake("as_of", &format!("can not be taken: {reject}"), EXPECTED_INSTANT))
        .ok()
}

fn declared(section: &Section<'_>) -> Declared {
    let declared = Declared {
        by: section.required_text("by").unwrap_or_default(),
        at: section.required_text("at").unwrap_or_default(),
    };
    instant(section, "at");
    declared
}

fn instant(section: &Section<'_>, key: &str) -> Option<Interval> {
    let text = section.text(key)?;
    instant::with_offset(&text)
        .map_err(|reject| section.mistake(key, &format!("can not be taken: {reject}"), EXPECTED_INSTANT))
        .ok()
}

fn coverage(section: &Section<'_>, tables: &[Table]) -> Option<Coverage> {
    let table = section.required_text("table").unwrap_or_default();
    let (kind, role, column) =
        (section.one_of("kind", &CREDENTIAL_KINDS), section.one_of("role", &ROLES), section.text("column"));
    check_table(section, &table, tables);
    check_column(section, &table, column.as_deref(), tables);
    section.require("to", EXPECTED_INSTANT);
    let (from, to) = (instant(section, "from"), instant(section, "to"));
    if EVENTS.contains(&table.as_str()) {
        section.require("from", &format!("{EXPECTED_INSTANT}: `{table}` holds events"));
    }
    if let (Some(from), Some(to)) = (from, to)
        && from.lo > to.hi
    {
        section.mistake("to", "is before `from`", "an instant after that of `from`");
    }
    let basis = section.required_text("basis").unwrap_or_default();
    let accepted = accepted(section);
    Some(Coverage { table, kind, role, column, from, to: to?, basis, accepted })
}

fn check_table(section: &Section<'_>, table: &str, tables: &[Table]) {
    let known: Vec<&str> = tables.iter().map(|known| known.name.as_str()).collect();
    if table.is_empty() {
        return;
    }
    if !known.contains(&table) {
        section.unknown_word("table", None, table, &known);
        return;
    }
    for key in ["kind", "role"] {
        if table != CHANGES && section.has(key) {
            section.mistake(
                key,
                &format!("narrows a coverage of `{table}`"),
                &format!("only with `{CHANGES}`"),
            );
        }
    }
}

fn check_column(section: &Section<'_>, table: &str, column: Option<&str>, tables: &[Table]) {
    let table = tables.iter().find(|known| known.name == table);
    if let (Some(table), Some(column)) = (table, column)
        && table.column(column).is_none()
    {
        let known: Vec<&str> = table.columns.iter().map(|known| known.name.as_str()).collect();
        section.unknown_word("column", None, column, &known);
    }
}

/// Both or neither: an exception carries its reason and who makes it.
fn accepted(section: &Section<'_>) -> Option<Acceptance> {
    if !section.has("accept") && !section.has("accepted_by") {
        return None;
    }
    Some(Acceptance { reason: section.required_text("accept")?, by: section.required_text("accepted_by")? })
}
