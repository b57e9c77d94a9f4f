//! `highwater run CASE FILE|DIR|GLOB… --incident NAME|FILE`: the whole job in one command.

use std::path::PathBuf;

use super::demand::{self, Rejected};
use super::{Ui, classify, export, ingest, init};
use crate::base::{Error, Kind, Result};
use crate::case::Case;
use crate::deliver::Summary;
use crate::incident;

/// Arguments of `run`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// The case's folder; made when there is none
    pub case: PathBuf,
    /// Exports: files, folders or patterns; sources.toml and facts.toml in a given folder are read
    #[arg(required = true, value_name = "FILE|DIR|GLOB")]
    pub inputs: Vec<PathBuf>,
    /// The incident: a built-in one by name, or a profile by file
    #[arg(long, value_name = "NAME|FILE")]
    pub incident: String,
    /// What this case's exports can prove
    #[arg(long, value_name = "FILE")]
    pub facts: Option<PathBuf>,
    /// The state that the verdicts speak of [default: as the facts say]
    #[arg(long, value_name = "INSTANT")]
    pub as_of: Option<String>,
    /// Follow links that lead out of a given folder; else they are refused
    #[arg(long)]
    pub follow_links: bool,
    /// Exit with status 3 when a record or a cell was rejected. What could be read is used all the same
    #[arg(long)]
    pub strict: bool,
    /// Exit with status 3 when there is such a finding: a code, or a severity (serious, check, note) and what is
    /// heavier; may be repeated. Everything is written all the same
    #[arg(long, value_name = "CODE|SEVERITY", value_parser = demand::fail_on)]
    pub fail_on: Vec<String>,
}

/// Makes the case when there is none, then ingests, classifies, writes the lists and shows the summary.
///
/// # Errors
/// As the four verbs that it stands for.
pub fn run(arguments: &Arguments, ui: &Ui) -> Result<()> {
    // Before a case is made: inputs that are not there leave none behind.
    let plan = ingest::plan(&arguments.inputs, arguments.follow_links)?;
    if Case::exists(&arguments.case) {
        same_profile(arguments)?;
    } else {
        let new = init::Arguments {
            case: arguments.case.clone(),
            incident: arguments.incident.clone(),
            facts: arguments.facts.clone(),
            key_file: None,
            account: None,
            products: None,
        };
        init::create(&new, ui)?;
    }
    let case = Case::open(&arguments.case)?;
    ingest::store(&case, &plan, ui)?;
    let (number, summary) = classify::make(&case, arguments.as_of.as_deref(), ui)?;
    export::lists(&case, number, ui)?;
    classify::show(&summary, ui)?;
    demanded(arguments, &case, &summary)
}

/// What the caller asked to fail on, said at once.
fn demanded(arguments: &Arguments, case: &Case, summary: &Summary) -> Result<()> {
    let rejected = Rejected { records: summary.intake.rejected, cells: summary.intake.unreadable_cells };
    let strict = match arguments.strict {
        true => rejected.strict(case.root(), "all else is classified and written"),
        false => Ok(()),
    };
    let findings = demand::check_findings(&arguments.fail_on, &summary.findings, case.root());
    match (strict, findings) {
        (Err(first), Err(second)) => {
            Err(Error::many(Kind::Rejected, first.what().to_owned(), vec![first, second]))
        }
        (first, second) => first.and(second),
    }
}

/// A case is of one profile: another one is another case.
fn same_profile(arguments: &Arguments) -> Result<()> {
    let (name, profile) = incident::profile_text(&arguments.incident)?;
    if Case::open(&arguments.case)?.profile_text()? == profile {
        return Ok(());
    }
    Err(Error::usage(format!("{} is a case of another profile than {name}", arguments.case.display()))
        .next("name another folder for the case"))
}
