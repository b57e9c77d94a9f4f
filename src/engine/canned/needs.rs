//! What a query or a rule can't do without: tables and columns that some export must have.

use super::super::tables;
use crate::base::toml_file::Section;

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

/// The needs that a query or a reason names.
pub(super) fn needs(section: &Section<'_>) -> Vec<Need> {
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
            let what = format!("`{word}` is no table and no column of one");
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
