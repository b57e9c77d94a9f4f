//! `highwater ingest CASE FILE|DIR|GLOB…`: reads exports into the case's store.

mod outcome;

use std::path::PathBuf;

use super::demand::Rejected;
use super::{Ui, classify};
use crate::base::instant::DateOrder;
use crate::base::{Result, safe, table, text};
use crate::case::Case;
use crate::intake::{self, FactsOutcome, FoundFacts, Options, Outcome, Plan, Preview, Request, Stated};

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
    /// Follow links that lead out of a given folder; else they are refused
    #[arg(long)]
    pub follow_links: bool,
    /// Show what would be done, with a sample of converted values; store nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Exit with status 3 when a record or a cell was rejected. What could be read is stored all the same
    #[arg(long, conflicts_with = "dry_run")]
    pub strict: bool,
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
        return show_plan(&case, &plan, ui);
    }
    let outcome = stored(&case, &plan, ui)?;
    if ui.json {
        ui.data_json(&outcome.json())?;
    } else {
        ui.data(&outcome::answer(&outcome))?;
    }
    look(&outcome, &case, ui);
    let rejected = rejected(&outcome);
    if arguments.strict {
        rejected.strict(case.root(), "all else is stored")?;
    }
    ui.say(&format!("next: {}", classify::next(&case)?));
    say_rejected(rejected, ui);
    Ok(())
}

/// What was rejected of the given files, those among them that were stored before too.
fn rejected(outcome: &Outcome) -> Rejected {
    let sources = outcome.files.iter().map(|file| &file.source);
    Rejected {
        records: sources.clone().map(|source| source.rejected).sum(),
        cells: sources.flat_map(|source| source.field_rejects.values()).sum(),
    }
}

/// The last line: files stored in part must not look like files stored whole.
fn say_rejected(rejected: Rejected, ui: &Ui) {
    if let Some(words) = rejected.words() {
        ui.say(&format!("REJECTED: {words}"));
    }
}

/// What would be done with exports as they are found.
///
/// # Errors
/// As [`intake::plan`].
pub fn plan(inputs: &[PathBuf], follow_links: bool) -> Result<Plan> {
    intake::plan(&Request { inputs: inputs.to_vec(), stated: Stated::default(), follow_links })
}

/// Stores what was planned, and says what the person should know.
///
/// # Errors
/// As [`intake::ingest`].
pub fn store(case: &Case, plan: &Plan, ui: &Ui) -> Result<()> {
    let outcome = stored(case, plan, ui)?;
    ui.say_page(&outcome::answer(&outcome));
    look(&outcome, case, ui);
    say_rejected(rejected(&outcome), ui);
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
    Request { inputs: arguments.inputs.clone(), stated, follow_links: arguments.follow_links }
}

fn stored(case: &Case, plan: &Plan, ui: &Ui) -> Result<Outcome> {
    let options = Options { threads: ui.limits.threads, memory: ui.limits.memory };
    let outcome = intake::ingest(case, plan, options, &ui.meter())?;
    if let Some((facts, outcome)) = &outcome.facts {
        say_facts(facts, *outcome, true, ui);
    }
    Ok(outcome)
}

/// Facts decide who is clear: what becomes of those that were found is said whoever listens.
fn say_facts(facts: &FoundFacts, outcome: FactsOutcome, done: bool, ui: &Ui) {
    if let Some(words) = facts.words(outcome, done) {
        ui.insist(&words);
    }
}

fn look(outcome: &Outcome, case: &Case, ui: &Ui) {
    let lines = outcome::looks(outcome, case, ui.verbose > 0);
    if !lines.is_empty() {
        ui.say("To look at:");
        lines.iter().for_each(|line| ui.say(&format!("  {line}")));
    }
}

fn show_plan(case: &Case, plan: &Plan, ui: &Ui) -> Result<()> {
    let previews = intake::preview(plan)?;
    let facts = plan.facts.as_ref().map(|facts| Ok((facts, facts.outcome(case)?))).transpose()?;
    if let Some((facts, outcome)) = facts {
        say_facts(facts, outcome, false, ui);
    }
    if ui.json {
        return ui.data_json(&serde_json::json!({
            "format": 1, "files": previews, "notes": plan.notes,
            "facts": facts.map(|(facts, outcome)| facts.json(outcome)),
        }));
    }
    for note in &plan.notes {
        ui.say(note);
    }
    let shown: Vec<String> = previews.iter().map(preview_text).collect();
    ui.data(&shown.join("\n\n"))
}

fn preview_text(file: &Preview) -> String {
    let mut lines = vec![
        format!("{} -> {} ({})", safe::line(&file.path), file.table, text::size(file.bytes)),
        format!("  {}", safe::line(&file.reading)),
    ];
    lines.extend(file.notes.iter().map(|note| format!("  {}", safe::line(note))));
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
