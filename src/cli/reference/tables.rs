//! The canonical tables: what an export must hold to be read, and by what names its columns may go.

use super::page::Page;
use crate::base::Result;
use crate::engine::canned::Glossary;
use crate::engine::tables::{self, Column, Table};

const PATH: &str = "docs/tables-reference.md";

/// The page with all tables.
pub(super) fn page(glossary: &Glossary) -> Result<Page> {
    let tables = tables::all()?;
    let mut page = Page::new(PATH, "Tables");
    page.text(
        "What Highwater reads. A file is recognised by its header; names are compared after folding case, blanks, `_`, \
         `-` and `.`. A column that a file lacks is empty in all its records. A record without a value in a required \
         column is rejected, kept and counted. `highwater ingest CASE FILE --dry-run` shows what is made of a file.",
    );
    let row = |t: &Table| vec![format!("[{}](/{PATH}#{})", t.name, t.name), t.what.clone()];
    page.table(&["table", "holds"], tables.iter().map(row).collect());
    page.heading("Types");
    let types = glossary.types.iter().map(|word| vec![word.word.clone(), word.means.clone()]);
    page.table(&["type", "holds"], types.collect());
    for table in tables {
        page.heading(&table.name);
        page.text(&table.what);
        page.table(
            &["column", "type", "required", "holds", "example", "also called"],
            table.columns.iter().map(column).collect(),
        );
        words(&mut page, table);
    }
    Ok(page)
}

fn column(column: &Column) -> Vec<String> {
    vec![
        format!("`{}`", column.name),
        column.kind.name().to_owned(),
        if column.required { "yes" } else { "" }.to_owned(),
        column.what.clone(),
        code(&column.example),
        column.names.join(", "),
    ]
}

fn code(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("`{text}`") }
}

/// The closed lists of words, and what else is taken for them.
fn words(page: &mut Page, table: &Table) {
    for column in table.columns.iter().filter(|column| !column.codes.is_empty()) {
        let taken = |code: &String| {
            let others: Vec<String> = column
                .words
                .iter()
                .filter(|(written, meant)| *meant == code && *written != code)
                .map(|(written, _)| written.clone())
                .collect();
            if others.is_empty() {
                format!("`{code}`")
            } else {
                format!("`{code}` (also {})", others.join(", "))
            }
        };
        let codes: Vec<String> = column.codes.iter().map(taken).collect();
        page.text(format!("`{}` is one of: {}.", column.name, codes.join(", ")));
    }
}
