//! `highwater queries list|check`: the canned queries, and whether they hold what they promise.

mod check;
mod list;
mod trial;

use super::Ui;
use crate::base::Result;

/// Arguments of `queries`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Debug, clap::Subcommand)]
enum Command {
    /// List the queries, what they answer and how many reasons they know; staging too with -v
    List,
    /// Check that queries run on both engines, agree with their sidecars, and give what their fixtures expect
    Check(check::Arguments),
}

/// Lists or checks the queries.
///
/// # Errors
/// When a sidecar is wrong, or something was found.
pub fn run(arguments: &Arguments, ui: &Ui) -> Result<()> {
    match &arguments.command {
        Command::List => list::run(ui),
        Command::Check(arguments) => check::run(arguments, ui),
    }
}
