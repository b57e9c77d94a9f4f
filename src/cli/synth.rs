//! `highwater synth DIR`: invented exports of any size.

use std::path::PathBuf;

use serde::Serialize;

use super::Ui;
use crate::base::Result;
use crate::base::table;
use crate::base::text::{grouped, shell_word};
use crate::synth::{self, Wanted};

/// Arguments of `synth`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// Where to put them: a new or empty folder, or one of an earlier time, whose exports are replaced
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Rows of users
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(1..=MOST))]
    pub users: u64,
    /// Rows of accounts [default: a tenth of the users]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=MOST))]
    pub accounts: Option<u64>,
    /// Rows of credential_changes [default: three for two users]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(..=MOST))]
    pub changes: Option<u64>,
    /// Rows of app_installations [default: one for five users]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(..=MOST))]
    pub installations: Option<u64>,
    /// From which everything follows: another seed gives other rows
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Rows of a million that have something wrong; 0 for none
    #[arg(long, value_name = "N", default_value_t = 5_000, value_parser = clap::value_parser!(u64).range(..=1_000_000))]
    pub dirt: u64,
}

/// Ids have so many digits at most.
const MOST: u64 = 10_000_000_000;

#[derive(Serialize)]
struct Written {
    format: u32,
    files: Vec<synth::File>,
}

/// Writes the exports and says what was written.
///
/// # Errors
/// When a file can't be written.
pub fn run(arguments: &Arguments, ui: &Ui) -> Result<()> {
    let wanted = Wanted {
        seed: arguments.seed,
        accounts: arguments.accounts.unwrap_or(arguments.users.div_ceil(10)),
        users: arguments.users,
        changes: arguments.changes.unwrap_or(arguments.users + arguments.users / 2),
        installations: arguments.installations.unwrap_or(arguments.users / 5),
        dirt: arguments.dirt,
        threads: ui.limits.threads,
    };
    let files = synth::write(&arguments.folder, &wanted, &ui.meter())?;
    if ui.json {
        return ui.data_json(&Written { format: 1, files });
    }
    let row = |file: &synth::File| {
        vec![file.path.to_string_lossy().into_owned(), grouped(file.rows), grouped(file.bytes)]
    };
    let rows: Vec<Vec<String>> = files.iter().map(row).collect();
    ui.data(&table::render(&["file", "rows", "bytes"], &rows, &[1, 2]))?;
    ui.say(&format!("next: highwater run case {} --incident NAME", shell_word(&arguments.folder)));
    Ok(())
}
