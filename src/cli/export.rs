//! `highwater export CASE verdicts|lists`: writes what people and machines need from a run.

use std::path::PathBuf;

use clap::ValueEnum;

use super::Ui;
use crate::base::text::grouped;
use crate::base::{Error, Result, safe};
use crate::case::Case;
use crate::deliver::{self, Wanted, Written};

/// Arguments of `export`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// The case's folder
    pub case: PathBuf,
    /// What to write
    #[arg(value_enum)]
    pub what: What,
    /// The run to write from [default: the newest]
    #[arg(long, value_name = "N")]
    pub run: Option<u32>,
    /// The folder to write into [default: in the case, out/NNNN/]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// The format of lists; may be repeated [default: csv]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub format: Vec<Format>,
    /// Also write each customer's own rows into a folder of their own, to hand over
    #[arg(long)]
    pub per_customer: bool,
}

/// What `export` writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum What {
    /// All verdicts, one CSV a query, for machines
    Verdicts,
    /// The lists that people work with, and the summary
    Lists,
}

/// A format of lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For spreadsheets: formulas are neutralised
    Csv,
    /// For engines
    Parquet,
    /// One JSON object a line
    Ndjson,
}

/// Writes them and says where they are.
///
/// # Errors
/// When there is no such run, the case is busy, or a file can't be written.
pub fn run(arguments: &Arguments, ui: &Ui) -> Result<()> {
    let case = Case::open(&arguments.case)?;
    let number = case.choose_run(arguments.run)?;
    arguments.out.iter().for_each(|out| ui.say_open(out));
    let written = match arguments.what {
        What::Verdicts => {
            only_csv(arguments)?;
            deliver::verdicts(&case, number, arguments.out.as_deref(), &ui.meter())?
        }
        What::Lists => deliver::lists(&case, number, &wanted(arguments), ui.limits, &ui.meter())?,
    };
    if ui.json {
        return ui.data_json(&written);
    }
    say(&written, ui);
    Ok(())
}

/// Writes the usual lists of a run into the case.
///
/// # Errors
/// As [`run`].
pub fn lists(case: &Case, number: u32, ui: &Ui) -> Result<()> {
    let written = deliver::lists(case, number, &Wanted::default(), ui.limits, &ui.meter())?;
    say(&written, ui);
    Ok(())
}

fn only_csv(arguments: &Arguments) -> Result<()> {
    let plain = arguments.format.iter().all(|f| *f == Format::Csv) && !arguments.per_customer;
    if plain {
        return Ok(());
    }
    Err(Error::usage("verdicts are written as CSV, one file a query")
        .next("leave out --format and --per-customer, or export lists"))
}

fn wanted(arguments: &Arguments) -> Wanted {
    let format = |f: &Format| match f {
        Format::Csv => deliver::Format::Csv,
        Format::Parquet => deliver::Format::Parquet,
        Format::Ndjson => deliver::Format::Ndjson,
    };
    Wanted {
        formats: arguments.format.iter().map(format).collect(),
        per_customer: arguments.per_customer,
        out: arguments.out.clone(),
    }
}

fn say(written: &Written, ui: &Ui) {
    let rows: u64 = written.files.iter().map(|f| f.rows).sum();
    let folder = safe::path(&written.folder);
    ui.say(&format!("wrote {} files, {} rows: {folder}", written.files.len(), grouped(rows)));
}
