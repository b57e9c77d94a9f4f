//! `highwater classify CASE`: gives every subject its verdict.

use std::path::PathBuf;

use super::Ui;
use crate::base::Result;
use crate::case::Case;
use crate::{classify, deliver};

/// Arguments of `classify`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// The case's folder
    pub case: PathBuf,
    /// The state that the verdicts speak of, such as 2019-10-02T12:00:00Z [default: as the facts say]
    #[arg(long, value_name = "INSTANT")]
    pub as_of: Option<String>,
}

/// Runs the queries and shows the summary.
///
/// # Errors
/// As [`classify::run`].
pub fn run(arguments: &Arguments, ui: &Ui) -> Result<()> {
    let case = Case::open(&arguments.case)?;
    let outcome = classify::run(&case, arguments.as_of.as_deref(), ui.limits, &ui.meter())?;
    for line in &outcome.notes {
        ui.say(line);
    }
    let summary = deliver::summary(&case, outcome.number, ui.limits, &ui.meter())?;
    if ui.json { ui.data_json(&summary) } else { ui.data(&summary.text()) }
}
