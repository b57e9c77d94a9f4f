//! `highwater completions SHELL`: what a shell needs to complete verbs and options.

use clap_complete::Shell;

use super::{Ui, help};
use crate::base::{Error, Result};

/// Arguments of `completions`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Prints them.
///
/// # Errors
/// When standard output can't be written.
pub fn run(arguments: &Arguments, ui: &Ui) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut help::command(), help::PROGRAM, &mut script);
    let script =
        String::from_utf8(script).map_err(|e| Error::failed("cannot print completions").because(e))?;
    ui.data(&script)
}
