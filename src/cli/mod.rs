//! The command line. One file a verb: its arguments, what it calls, what it prints.
//!
//! Parse (clap, pure), then resolve ([`Ui`]), then act (the verb). Only this module prints: data on standard
//! output, everything else on standard error.

mod classify;
mod completions;
mod demand;
mod demo;
mod export;
mod help;
mod incidents;
mod ingest;
mod init;
mod man;
mod paging;
mod queries;
pub mod reference;
mod run;
mod show;
mod sql;
mod status;
mod synth;
mod ui;
mod usage;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Args, FromArgMatches, Parser, Subcommand, ValueEnum};

use crate::base::interrupt::Watched;
use crate::base::sandbox::Sandbox;
use crate::base::{Result, files, interrupt, panics, sandbox, threads};
pub use ui::Ui;

/// Who is affected by a breach, what must each of them do, how sure are we, and how can anyone check it.
///
/// Highwater turns the exports of a service after a breach into verdicts with reasons: one folder holds one
/// investigation (a case), an incident is a profile, and every verdict leads back to a record of a file. It works
/// offline. Standard output holds data, standard error everything else.
#[derive(Debug, Parser)]
#[command(name = "highwater", version, arg_required_else_help = true)]
#[command(subcommand_value_name = "VERB", subcommand_help_heading = "Verbs")]
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
    #[arg(long, global = true, default_value_t = 0, value_name = "N", hide_short_help = true)]
    #[arg(value_parser = clap::value_parser!(u16).range(..=MOST_THREADS))]
    threads: u16,
    /// Memory to stay under, such as 2GB or 800MB
    #[arg(long, global = true, default_value = "2GB", value_name = "SIZE", value_parser = ui::memory)]
    #[arg(hide_short_help = true)]
    memory: u64,
    /// Print JSON on standard output instead of tables
    #[arg(long, global = true)]
    json: bool,
    /// Print nothing but data and errors
    #[arg(long, short, global = true)]
    quiet: bool,
    /// When to use colour; auto: on a terminal, unless NO_COLOR is set
    #[arg(long, global = true, default_value = "auto", value_name = "WHEN", hide_short_help = true)]
    color: Colour,
    /// Say more about what is done
    #[arg(long, short, global = true, action = clap::ArgAction::Count, hide_short_help = true)]
    verbose: u8,
}

/// More threads than any machine has a use for take memory and nothing else.
const MOST_THREADS: i64 = 1_024;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Colour {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Make a case: one folder for one investigation
    ///
    /// The folder holds everything: the profile of the incident as given, what these exports can prove (facts), the
    /// stored records, every run and its lists, and a journal of what was done.
    Init(init::Arguments),
    /// Read exports into the case's store
    ///
    /// Each file is recognised by its header, read once, hashed, typed and stored; it is never changed. What can't be
    /// read is kept and counted: a record that is rejected with its reason, a cell that can't be read as unknown. The
    /// same bytes again change nothing.
    Ingest(ingest::Arguments),
    /// Give every subject its verdict
    ///
    /// Runs the incident's queries over the stored records as they stood at one instant (as_of), recounts the result
    /// with a second engine, and shows the summary. Doubt is a verdict of its own: nobody is cleared by what is
    /// missing. A run is never edited: the same inputs are the same run, others make the next one.
    Classify(classify::Arguments),
    /// Write lists or verdicts of a run
    ///
    /// Lists are for people: who is written to, what operations must force, what is undetermined and what would
    /// settle it. Verdicts are for machines: every row of every query, nothing neutralised, nothing removed.
    Export(export::Arguments),
    /// Do it all: init, ingest, classify, export lists
    ///
    /// Makes the case where there is none, and goes on with it where there is one of the same profile.
    Run(run::Arguments),
    /// Show what is in a case and what its exports can prove
    Status(status::Arguments),
    /// Show any table, verdict or finding, or a record as it stands in its source
    Show(Box<show::Arguments>),
    /// Ask in SQL: one SELECT over the views of a case
    Sql(sql::Arguments),
    /// List, show and check incident profiles
    ///
    /// An incident is data: a profile says when, which products, whose passwords, which keys. A profile of your own
    /// is a file, and needs no other version of the program.
    Incidents(incidents::Arguments),
    /// List, explain and check the canned queries
    ///
    /// The rules are SQL with a sidecar that names columns and reasons. `explain` says what one of them answers or
    /// means, `check` tries all of them on their fixtures.
    Queries(queries::Arguments),
    /// Run the whole job on sample data
    Demo(demo::Arguments),
    /// Invent exports of any size, to measure with and to try things out
    ///
    /// The same options give the same files, byte by byte. Accounts are of very different sizes, every style of time
    /// occurs, and a share of the rows has something wrong. Beside the exports lie facts.toml and sources.toml, so that
    /// `run` takes the folder as it is.
    Synth(synth::Arguments),
    /// Print what a shell needs to complete verbs and options
    Completions(completions::Arguments),
    /// Print the manual, or write a page for each verb
    Man(man::Arguments),
}

/// Runs the program; the exit status is as documented.
#[must_use]
pub fn main() -> ExitCode {
    // Before any thread is there, and before anything is read.
    let sandbox = sandbox::enter();
    panics::note_places();
    panics::caught(|| ran(sandbox)).unwrap_or_else(|error| {
        ui::tell_error(&error);
        ExitCode::from(error.kind().exit_status())
    })
}

fn ran(sandbox: &Sandbox) -> Result<ExitCode> {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    ui::choose_colour(&arguments);
    let command_line = match parse(&arguments) {
        Ok(command_line) => command_line,
        Err(message) => return Ok(usage::tell(&message, &arguments)),
    };
    let ui = Ui::new(&command_line.global);
    if ui.verbose > 0 && *sandbox != Sandbox::Active {
        ui.say(&format!("sandbox: {sandbox}"));
    }
    // A page of the manual is for everybody; all else that is written is about people.
    if !matches!(command_line.verb, Verb::Man(_)) {
        files::keep_private();
    }
    interrupt::watch()?;
    threads_can_be_had(&command_line.global)?;
    let done = act(&command_line.verb, &ui);
    ui.say_times();
    done.map(|()| ExitCode::SUCCESS)
}

/// More threads than one per core are what the user asked for: whether the system gives them is seen at once, and not in
/// the middle of the work.
fn threads_can_be_had(global: &Global) -> Result<()> {
    let asked = usize::from(global.threads);
    if asked > threads::cores() { threads::can_be_asked(asked) } else { Ok(()) }
}

fn parse(arguments: &[OsString]) -> std::result::Result<CommandLine, clap::Error> {
    let mut command = help::command();
    let matches = command.try_get_matches_from_mut(arguments)?;
    CommandLine::from_arg_matches(&matches).map_err(|e| e.format(&mut command))
}

fn act(verb: &Verb, ui: &Ui) -> Result<()> {
    match verb {
        Verb::Init(arguments) => init::run(arguments, ui),
        Verb::Ingest(arguments) => ingest::run(arguments, ui),
        Verb::Classify(arguments) => classify::run(arguments, ui),
        Verb::Export(arguments) => export::run(arguments, ui),
        Verb::Run(arguments) => run::run(arguments, ui),
        Verb::Status(arguments) => reading(|_| status::run(arguments, ui)),
        Verb::Show(arguments) => reading(|_| show::run(arguments, ui)),
        Verb::Sql(arguments) => reading(|watched| sql::run(arguments, watched, ui)),
        Verb::Incidents(arguments) => incidents::run(arguments, ui),
        Verb::Queries(arguments) => queries::run(arguments, ui),
        Verb::Demo(arguments) => demo::run(arguments, ui),
        Verb::Synth(arguments) => synth::run(arguments, ui),
        Verb::Completions(arguments) => completions::run(arguments, ui),
        Verb::Man(arguments) => man::run(arguments, ui),
    }
}

/// Does what changes nothing in the case: the first Ctrl-C ends it, whatever it is in the middle of.
fn reading(work: impl FnOnce(&Watched) -> Result<()>) -> Result<()> {
    let watched = Watched::begin(ui::tell_error)?;
    work(&watched).map_err(interrupt::nothing_changed)
}
