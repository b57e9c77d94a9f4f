//! The command line: every verb with its arguments and defaults, and the exit statuses.

use clap::{Arg, Command};

use super::super::help;
use super::page::Page;

const PATH: &str = "docs/cli-reference.md";
const STATUSES: &str = "docs/exit-statuses.md";

/// The page with all verbs.
pub(super) fn page() -> Page {
    let mut program = help::command();
    program.build();
    let mut page = Page::new(PATH, "Command line");
    page.text(words(&program));
    page.text(format!("What the program ends with stands in [exit statuses](/{STATUSES})."));
    page.heading("Everywhere");
    page.text("Every verb takes these.");
    let global: Vec<&Arg> = program.get_arguments().filter(|arg| arg.is_global_set()).collect();
    page.list(global.into_iter().map(argument).collect());
    for verb in program.get_subcommands() {
        describe(&mut page, verb);
    }
    page
}

/// The page with the exit statuses.
pub(super) fn statuses() -> Page {
    let mut page = Page::new(STATUSES, "Exit statuses");
    page.text(
        "What the program hands back to the shell. Standard output holds data only; what went wrong, where, what was \
         expected and what to do next is said on standard error.",
    );
    let row = |(status, meaning): (u8, &str)| vec![status.to_string(), meaning.to_owned()];
    page.table(&["status", "meaning"], help::exit_statuses().into_iter().map(row).collect());
    page
}

fn describe(page: &mut Page, verb: &Command) {
    if verb.get_name() == "help" {
        return;
    }
    page.heading(verb.get_bin_name().unwrap_or_else(|| verb.get_name()));
    page.text(words(verb));
    let usage = verb.clone().render_usage().to_string();
    page.code("text", usage.trim_start_matches("Usage:").trim());
    let own = |arg: &&Arg| !arg.is_global_set() && !arg.is_hide_set() && arg.get_id() != "help";
    let arguments: Vec<String> = verb.get_arguments().filter(own).map(argument).collect();
    if !arguments.is_empty() {
        page.list(arguments);
    }
    if let Some(ending) = help::ending_of(verb) {
        let example = |example: &help::Example| format!("# {}\n{}", example.does, example.command);
        let examples: Vec<String> = ending.examples.iter().map(example).collect();
        page.code("text", examples.join("\n"));
    }
    for below in verb.get_subcommands() {
        describe(page, below);
    }
}

/// The long words where there are any, one paragraph after the other.
fn words(command: &Command) -> String {
    let words = command.get_long_about().or(command.get_about());
    words.map(ToString::to_string).unwrap_or_default()
}

fn argument(arg: &Arg) -> String {
    let help = arg.get_long_help().or(arg.get_help()).map(ToString::to_string).unwrap_or_default();
    let mut text = format!("`{}`: {}", arg.to_string().trim(), one_line(&help));
    if let Some(short) = arg.get_short() {
        text = text.replacen('`', &format!("`-{short}`, `"), 1);
    }
    let values: Vec<String> =
        arg.get_possible_values().iter().filter(|v| !v.is_hide_set()).map(possible).collect();
    if arg.get_action().takes_values() && !values.is_empty() {
        text.push_str(&format!("; one of {}", values.join(", ")));
    }
    let defaults: Vec<String> =
        arg.get_default_values().iter().map(|v| format!("`{}`", v.to_string_lossy())).collect();
    if arg.get_action().takes_values() && !defaults.is_empty() {
        text.push_str(&format!("; by default {}", defaults.join(" ")));
    }
    text
}

fn possible(value: &clap::builder::PossibleValue) -> String {
    match value.get_help() {
        Some(help) => format!("`{}` ({})", value.get_name(), help),
        None => format!("`{}`", value.get_name()),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
