//! `highwater export CASE verdicts|lists`: writes what people and machines need from a run.

use std::path::PathBuf;

use clap::ValueEnum;

use super::Ui;
use crate::base::Result;
use crate::base::text::grouped;
use crate::case::Case;
use crate::deliver::{self, Written};

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
}

/// What `export` writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum What {
    /// All verdicts, one CSV a query, for machines
    Verdicts,
}

/// Writes them and says where they are.
///
/// # Errors
/// When there is no such run, the case is busy, or a file can't be written.
pub fn run(arguments: &Arguments, ui: &Ui) -> Result<()> {
    let case = Case::open(&arguments.case)?;
    let number = case.choose_run(arguments.run)?;
    let written = match arguments.what {
        What::Verdicts => deliver::verdicts(&case, number, arguments.out.as_deref(), &ui.meter())?,
    };
    show(&written, ui)
}

fn show(written: &Written, ui: &Ui) -> Result<()> {
    if ui.json {
        return ui.data_json(written);
    }
    let rows: u64 = written.files.iter().map(|f| f.rows).sum();
    ui.say(&format!("{} files, {} rows: {}", written.files.len(), grouped(rows), written.folder.display()));
    Ok(())
}
