//! `highwater ingest CASE FILE|DIR|GLOB…`: reads exports into the case's store.

use std::path::{Path, PathBuf};

use super::Ui;
use crate::base::instant::DateOrder;
use crate::base::{Result, table, text};
use crate::case::Case;
use crate::intake::{self, IngestedFile, Options, Outcome, Plan, Preview, Request, Stated};

/// Arguments of `ingest`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// The case's folder
    pub case: PathBuf,
    /// Exports: files, folders or patterns; sources.toml and facts.toml in a given folder are read
    #[arg(required = true, value_name = "FILE|DIR|GLOB")]
    pub inputs: Vec<PathBuf>,
    /// The table that they are, instead of what their headers say
    #[arg(long, value_name = "NAME")]
    pub table: Option<String>,
    /// The account of files that name none
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
    /// The zone of dates and times without an offset, such as Europe/Rome or +02:00
    #[arg(long, value_name = "ZONE", allow_hyphen_values = true)]
    pub zone: Option<String>,
    /// The order of day, month and year
    #[arg(long, value_name = "ORDER", value_parser = DateOrder::WORDS)]
    pub dates: Option<String>,
    /// Show what would be done, with a sample of converted values; store nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Stores the exports, or shows the plan.
///
/// # Errors
/// As [`intake::plan`] and [`intake::ingest`].
pub fn run(arguments: &Arguments, ui: &Ui) -> Result<()> {
    let case = Case::open(&arguments.case)?;
    let request = request(arguments);
    let plan = intake::plan(&request)?;
    if arguments.dry_run {
        return show_plan(&plan, ui);
    }
    let outcome = stored(&case, &plan, ui)?;
    if ui.json { ui.data_json(&outcome.json()) } else { ui.data(&outcome_text(&outcome)) }
}

/// Stores the exports as they are found, and says what the person should know.
///
/// # Errors
/// As [`run`].
pub fn store(case: &Case, inputs: &[PathBuf], ui: &Ui) -> Result<()> {
    let plan = intake::plan(&Request { inputs: inputs.to_vec(), stated: Stated::default() })?;
    let outcome = stored(case, &plan, ui)?;
    ui.say(&outcome_text(&outcome));
    Ok(())
}

fn request(arguments: &Arguments) -> Request {
    let stated = Stated {
        table: arguments.table.clone(),
        account_id: arguments.account.clone(),
        zone: arguments.zone.clone(),
        dates: arguments.dates.as_deref().and_then(DateOrder::parse),
        ..Stated::default()
    };
    Request { inputs: arguments.inputs.clone(), stated }
}

fn stored(case: &Case, plan: &Plan, ui: &Ui) -> Result<Outcome> {
    let options = Options { threads: ui.limits.threads, memory: ui.limits.memory };
    let outcome = intake::ingest(case, plan, options, &ui.meter())?;
    for note in &outcome.notes {
        ui.say(note);
    }
    for file in &outcome.files {
        for note in notes(file) {
            ui.say(&format!("{}: {note}", name(&file.path)));
        }
    }
    Ok(outcome)
}

fn notes(file: &IngestedFile) -> Vec<String> {
    let mut notes = file.notes.clone();
    if file.already_stored {
        return notes;
    }
    let source = &file.source;
    if !source.unknown_columns.is_empty() {
        notes.push(format!(
            "not stored, no column of {}: {}",
            source.table,
            source.unknown_columns.join(", ")
        ));
    }
    for (column, count) in &source.field_rejects {
        notes.push(format!("{column}: {} cells could not be read", text::grouped(*count)));
    }
    for (column, count) in &source.zone_unstated {
        notes.push(format!("{column}: no zone is stated for {} values", text::grouped(*count)));
    }
    for (column, texts) in &source.unknown_codes {
        let words: Vec<String> = texts.iter().map(|(word, count)| format!("{word} ({count})")).collect();
        notes.push(format!("{column}: no codes of ours: {}", words.join(", ")));
    }
    if let Some(account) = &source.reading.account_id {
        notes.push(format!("names no account: filled with {account}"));
    }
    notes
}

fn outcome_text(outcome: &Outcome) -> String {
    let rows: Vec<Vec<String>> = outcome
        .files
        .iter()
        .map(|file| {
            let source = &file.source;
            let cells: u64 = source.field_rejects.values().sum();
            let count = |number: u64| text::grouped(number);
            let state = if file.already_stored { "already stored" } else { "stored" };
            vec![
                name(&file.path),
                source.table.clone(),
                count(source.read),
                count(source.stored),
                count(source.rejected),
                count(cells),
                state.to_owned(),
            ]
        })
        .collect();
    table::render(&["file", "table", "read", "stored", "rejected", "unread cells", ""], &rows, &[2, 3, 4, 5])
}

fn show_plan(plan: &Plan, ui: &Ui) -> Result<()> {
    let previews = intake::preview(plan)?;
    if ui.json {
        return ui.data_json(&serde_json::json!({
            "format": 1, "files": previews, "notes": plan.notes,
            "facts": plan.facts.as_ref().map(|(path, _)| path.to_string_lossy()),
        }));
    }
    for note in &plan.notes {
        ui.say(note);
    }
    if let Some((path, _)) = &plan.facts {
        ui.say(&format!("facts: {}", path.display()));
    }
    let shown: Vec<String> = previews.iter().map(preview_text).collect();
    ui.data(&shown.join("\n\n"))
}

fn preview_text(file: &Preview) -> String {
    let mut lines = vec![
        text::printable(&format!("{} -> {} ({})", file.path, file.table, text::size(file.bytes))),
        text::printable(&format!("  {}", file.reading)),
    ];
    lines.extend(file.notes.iter().map(|note| text::printable(&format!("  {note}"))));
    let mut header = vec!["column".to_owned(), "from".to_owned()];
    header.extend((1..=file.records).map(|number| format!("record {number}")));
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    let rows = file.columns.iter().map(|column| {
        let mut row = vec![column.column.clone(), column.header.clone()];
        row.extend(column.values.iter().cloned());
        row
    });
    lines.push(table::render(&header, &rows.collect::<Vec<_>>(), &[]));
    lines.join("\n")
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
