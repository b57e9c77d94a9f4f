//! `highwater man [--dir DIR]`: manual pages.

use std::io::Write;
use std::path::PathBuf;

use clap::Command;
use clap_mangen::Man;

use super::{Ui, help};
use crate::base::{Error, Result, files, safe};

/// Arguments of `man`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// Write a page for each verb into this folder, instead of printing the main page
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// Prints the main page, or writes all pages.
///
/// # Errors
/// When they can't be written.
pub fn run(arguments: &Arguments, ui: &Ui) -> Result<()> {
    let mut program = without_help(help::command());
    program.build();
    let Some(folder) = &arguments.dir else {
        return ui.data(&String::from_utf8_lossy(&page(&program)?));
    };
    let mut pages = Vec::new();
    collect(&program, &mut pages);
    for command in &pages {
        files::write_public(&folder.join(format!("{}.1", name(command))), &page(command)?)?;
    }
    ui.say(&format!("wrote {} pages: {}", pages.len(), safe::path(folder)));
    Ok(())
}

/// The subcommand `help` would have pages that nobody needs.
fn without_help(command: Command) -> Command {
    command.disable_help_subcommand(true).mut_subcommands(without_help)
}

fn collect<'c>(command: &'c Command, pages: &mut Vec<&'c Command>) {
    pages.push(command);
    for below in command.get_subcommands() {
        collect(below, pages);
    }
}

/// The page's name: `highwater-queries-list`.
fn name(command: &Command) -> &str {
    command.get_display_name().unwrap_or_else(|| command.get_name())
}

fn page(command: &Command) -> Result<Vec<u8>> {
    let mut page = Vec::new();
    render(command, &mut page).map_err(|e| Error::failed("cannot make the manual page").because(e))?;
    Ok(page)
}

fn render(command: &Command, page: &mut Vec<u8>) -> std::io::Result<()> {
    let man = Man::new(command.clone())
        .manual("Highwater")
        .source(concat!("highwater ", env!("CARGO_PKG_VERSION")));
    man.render_title(page)?;
    man.render_name_section(page)?;
    man.render_synopsis_section(page)?;
    man.render_description_section(page)?;
    man.render_options_section(page)?;
    if command.has_subcommands() {
        man.render_subcommands_section(page)?;
    }
    if let Some(ending) = help::ending_of(command) {
        writeln!(page, ".SH EXAMPLES")?;
        for example in &ending.examples {
            writeln!(page, ".TP\n\\fB{}\\fR\n{}", escaped(&example.command), escaped(&example.does))?;
        }
    }
    writeln!(page, ".SH EXIT STATUS")?;
    for (status, meaning) in help::exit_statuses() {
        writeln!(page, ".TP\n\\fB{status}\\fR\n{}", escaped(meaning))?;
    }
    Ok(())
}

/// Text that roff takes as it stands.
fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-");
    if text.starts_with(['.', '\'']) { format!("\\&{text}") } else { text }
}
