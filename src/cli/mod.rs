//! The command line. One file a verb: its arguments, what it calls, what it prints.
//!
//! Parse (clap, pure), then resolve ([`Ui`]), then act (the verb). Only this module prints: data on standard
//! output, everything else on standard error.

mod classify;
mod demo;
mod export;
mod incidents;
mod ingest;
mod init;
mod paging;
mod queries;
mod run;
mod show;
mod sql;
mod status;
mod ui;

use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::base::{Result, interrupt};
pub use ui::Ui;

/// Who is affected by a breach, what must each of them do, how sure are we, and how can anyone check it.
#[derive(Debug, Parser)]
#[command(name = "highwater", version, propagate_version = true, arg_required_else_help = true)]
#[command(
    after_help = "First look: highwater demo\nExit status: 0 done; 1 failed; 2 usage; 3 input rejected \
in part (--strict); 4 verification found a difference; 5 case busy or damaged; 130 interrupted"
)]
struct CommandLine {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    verb: Verb,
}

/// What every verb takes.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Everywhere")]
struct Global {
    /// Threads to use; 0 means one a core
    #[arg(long, global = true, default_value_t = 0, value_name = "N")]
    threads: usize,
    /// Memory to stay under, such as 2GB or 800MB
    #[arg(long, global = true, default_value = "2GB", value_name = "SIZE", value_parser = ui::memory)]
    memory: u64,
    /// Print JSON on standard output instead of tables
    #[arg(long, global = true)]
    json: bool,
    /// Print nothing but data and errors
    #[arg(long, short, global = true)]
    quiet: bool,
    /// When to use colour
    #[arg(long, global = true, default_value = "auto", value_name = "WHEN")]
    color: Colour,
    /// Say more about what is done
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Colour {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Make a case: one folder for one investigation
    Init(init::Arguments),
    /// Read exports into the case's store
    Ingest(ingest::Arguments),
    /// Give every subject its verdict
    Classify(classify::Arguments),
    /// Write lists or verdicts of a run
    Export(export::Arguments),
    /// Do it all: init, ingest, classify, export lists
    Run(run::Arguments),
    /// Show what is in a case and what its exports can prove
    Status(status::Arguments),
    /// Show any table, verdict or finding, or a record as it stands in its source
    Show(Box<show::Arguments>),
    /// Ask in SQL: one SELECT over the views of a case
    Sql(sql::Arguments),
    /// List, show and check incident profiles
    Incidents(incidents::Arguments),
    /// List and check the canned queries
    Queries(queries::Arguments),
    /// Run the whole job on sample data
    Demo(demo::Arguments),
}

/// Runs the program; the exit status is as documented.
#[must_use]
pub fn main() -> ExitCode {
    let command_line = match CommandLine::try_parse() {
        Ok(command_line) => command_line,
        Err(message) => return ui::tell_usage(&message),
    };
    let ui = Ui::new(&command_line.global);
    interrupt::watch();
    match act(&command_line.verb, &ui) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            ui.tell_error(&error);
            ExitCode::from(error.kind().exit_status())
        }
    }
}

fn act(verb: &Verb, ui: &Ui) -> Result<()> {
    match verb {
        Verb::Init(arguments) => init::run(arguments, ui),
        Verb::Ingest(arguments) => ingest::run(arguments, ui),
        Verb::Classify(arguments) => classify::run(arguments, ui),
        Verb::Export(arguments) => export::run(arguments, ui),
        Verb::Run(arguments) => run::run(arguments, ui),
        Verb::Status(arguments) => status::run(arguments, ui),
        Verb::Show(arguments) => show::run(arguments, ui),
        Verb::Sql(arguments) => sql::run(arguments, ui),
        Verb::Incidents(arguments) => incidents::run(arguments, ui),
        Verb::Queries(arguments) => queries::run(arguments, ui),
        Verb::Demo(arguments) => demo::run(arguments, ui),
    }
}
