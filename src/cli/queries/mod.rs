//! `highwater queries list|explain|check`: the canned queries, and whether they hold what they promise.

mod check;
mod explain;
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
    /// Say what a query answers, or what a reason or a finding means, as docs/ does
    Explain(explain::Arguments),
    /// Check that queries run on both engines, agree with their sidecars, and give what their fixtures expect
    Check(check::Arguments),
}

/// Lists, explains or checks the queries.
///
/// # Errors
/// When a sidecar is wrong, nothing has the name that was given, or a check found something.
pub fn run(arguments: &Arguments, ui: &Ui) -> Result<()> {
    match &arguments.command {
        Command::List => list::run(ui),
        Command::Explain(arguments) => explain::run(arguments, ui),
        Command::Check(arguments) => check::run(arguments, ui),
    }
}
