//! `highwater classify CASE`: gives every subject its verdict.

use std::path::PathBuf;

use super::{Ui, demand};
use crate::base::Result;
use crate::base::text::shell_word;
use crate::case::Case;
use crate::deliver::{self, Summary};
use crate::incident::{self, Facts};

/// Arguments of `classify`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// The case's folder
    pub case: PathBuf,
    /// The state that the verdicts speak of, such as 2019-10-02T12:00:00Z [default: as the facts say]
    #[arg(long, value_name = "INSTANT")]
    pub as_of: Option<String>,
    /// Exit with status 3 when there is such a finding: a code, or a severity (serious, check, note) and what is
    /// heavier; may be repeated. The run is made all the same
    #[arg(long, value_name = "CODE|SEVERITY", value_parser = demand::fail_on)]
    pub fail_on: Vec<String>,
}

/// Runs the queries and shows the summary.
///
/// # Errors
/// As [`crate::classify::run`].
pub fn run(arguments: &Arguments, ui: &Ui) -> Result<()> {
    let case = Case::open(&arguments.case)?;
    let (_, summary) = make(&case, arguments.as_of.as_deref(), ui)?;
    show(&summary, ui)?;
    demand::check_findings(&arguments.fail_on, &summary.findings, case.root())
}

/// Makes the run (or finds the one of the same inputs) and sums it up.
///
/// # Errors
/// As [`run`].
pub fn make(case: &Case, as_of: Option<&str>, ui: &Ui) -> Result<(u32, Summary)> {
    let outcome = crate::classify::run(case, as_of, ui.limits, &ui.meter())?;
    for note in &outcome.notes {
        ui.say(note);
    }
    let summary = deliver::summary(case, outcome.number, ui.limits, &ui.meter())?;
    Ok((outcome.number, summary))
}

/// The command that classifies the case as it stands: where nobody has said as_of yet, it has to.
///
/// # Errors
/// When the facts can't be read.
pub fn next(case: &Case) -> Result<String> {
    let command = format!("highwater classify {}", shell_word(case.root()));
    let facts = case.facts_text()?.map_or(Ok(Facts::default()), |text| Facts::parse("facts.toml", &text));
    // Facts that are wrong are told by the command itself.
    let lacks_as_of = facts.is_ok_and(|facts| incident::resolve_as_of(None, &facts).is_err());
    Ok(if lacks_as_of { format!("{command} --as-of INSTANT") } else { command })
}

/// Shows the summary of a run.
///
/// # Errors
/// When standard output can't be written.
pub fn show(summary: &Summary, ui: &Ui) -> Result<()> {
    if ui.json { ui.data_json(summary) } else { ui.data(&summary.text()) }
}
