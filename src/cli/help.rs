//! The help: verbs under headings, options, examples and the next step, all from one table.
//!
//! What a verb and its options are stands in their doc comments; where a verb stands and what its help ends with, in
//! `queries/reference/verbs.toml`. Help, man pages, completions and the reference are made of [`command`].

use clap::builder::Styles;
use clap::builder::styling::{AnsiColor, Style};
use clap::{Command, CommandFactory};

use super::CommandLine;
use crate::base::toml_file::{self, Section};
use crate::base::{Kind, Result, library};

/// The name of the program, by which the words of the whole help go.
pub(super) const PROGRAM: &str = "highwater";
const HEADING: Style = Style::new().bold();
const STYLES: Styles = Styles::styled()
    .header(HEADING)
    .usage(HEADING)
    .literal(AnsiColor::Cyan.on_default())
    .placeholder(Style::new());
/// Help is no wider than this, so that it is read easily.
const WIDTH: usize = 100;

/// One example of a verb.
#[derive(Clone, Debug)]
pub(super) struct Example {
    /// The command, as it is typed.
    pub command: String,
    /// What it does.
    pub does: String,
}

/// What the help of a verb ends with.
#[derive(Clone, Debug)]
pub(super) struct Ending {
    name: String,
    /// One or two examples.
    pub examples: Vec<Example>,
    /// What one does afterwards.
    pub next: String,
}

#[derive(Clone, Debug)]
struct Group {
    title: String,
    verbs: Vec<String>,
}

#[derive(Clone, Debug, Default)]
struct Words {
    groups: Vec<Group>,
    endings: Vec<Ending>,
}

impl Words {
    /// A mistake in the file would cost the help its examples, and a test its life.
    fn read() -> Self {
        Self::try_read().unwrap_or_default()
    }

    fn try_read() -> Result<Self> {
        let file = library::read("reference/verbs.toml")?;
        toml_file::read(file.path, file.text, |file| {
            file.format(1);
            let group = |section: &Section<'_>| Group {
                title: section.required_text("title").unwrap_or_default(),
                verbs: section.required_texts("verbs"),
            };
            Self {
                groups: file.sections("group").iter().map(group).collect(),
                endings: file.sections("verb").iter().map(ending).collect(),
            }
        })
    }
}

fn ending(section: &Section<'_>) -> Ending {
    let example = |section: &Section<'_>| Example {
        command: section.required_text("command").unwrap_or_default(),
        does: section.required_text("does").unwrap_or_default(),
    };
    Ending {
        name: section.required_text("name").unwrap_or_default(),
        next: section.required_text("next").unwrap_or_default(),
        examples: section.sections("example").iter().map(example).collect(),
    }
}

/// The whole command line with its help.
pub(super) fn command() -> Command {
    let words = Words::read();
    // By its own name and not by that of its file, which may hold anything.
    let mut command = CommandLine::command().bin_name(PROGRAM).styles(STYLES).max_term_width(WIDTH);
    let names: Vec<String> = command.get_subcommands().map(|verb| verb.get_name().to_owned()).collect();
    let template = template(&command, &words.groups);
    for name in names {
        let closing = closing(&words, &name);
        command = command.mut_subcommand(&name, |verb| {
            verb.after_help(closing).subcommand_value_name("VERB").subcommand_help_heading("Verbs")
        });
    }
    let closing = closing(&words, PROGRAM);
    let long = format!("{closing}{HEADING}\n\nExit status:{HEADING:#}\n{}", statuses());
    let command = command.mut_args(|arg| {
        // A manual page has no words for what the short help leaves out, unless they are long ones.
        match arg.get_long_help().or(arg.get_help()).cloned() {
            Some(help) if arg.is_hide_short_help_set() => arg.long_help(help),
            _ => arg,
        }
    });
    command.help_template(template).after_help(closing).after_long_help(long)
}

/// What the help of that command of the built command line ends with. A verb below another one has none: `incidents
/// show` is not `show`.
pub(super) fn ending_of(command: &Command) -> Option<Ending> {
    let full = command.get_bin_name().unwrap_or_else(|| command.get_name());
    let name = full.strip_prefix(PROGRAM).map_or(full, str::trim_start);
    let name = if name.is_empty() { PROGRAM } else { name };
    Words::read().endings.into_iter().find(|ending| ending.name == name)
}

/// The exit statuses with their meaning, in order.
pub(super) fn exit_statuses() -> Vec<(u8, &'static str)> {
    let failures = Kind::ALL.into_iter().map(|kind| (kind.exit_status(), kind.meaning()));
    std::iter::once((0, "done")).chain(failures).collect()
}

fn statuses() -> String {
    let line = |(status, meaning): (u8, &str)| format!("  {status:>3}  {meaning}");
    exit_statuses().into_iter().map(line).collect::<Vec<_>>().join("\n")
}

fn template(command: &Command, groups: &[Group]) -> String {
    let mut template = "{about-with-newline}\n{usage-heading} {usage}\n".to_owned();
    for group in groups {
        template.push_str(&format!("\n{HEADING}{}:{HEADING:#}\n", group.title));
        for verb in group.verbs.iter().filter_map(|name| command.find_subcommand(name)) {
            let literal = STYLES.get_literal();
            let about = verb.get_about().map(ToString::to_string).unwrap_or_default();
            template.push_str(&format!("  {literal}{:13}{literal:#}{about}\n", verb.get_name()));
        }
    }
    template.push_str(&format!("\n{HEADING}Everywhere:{HEADING:#}\n{{options}}{{after-help}}"));
    template
}

fn closing(words: &Words, name: &str) -> String {
    let Some(ending) = words.endings.iter().find(|ending| ending.name == name) else {
        return String::new();
    };
    let mut text = format!("{HEADING}Examples:{HEADING:#}\n");
    for example in &ending.examples {
        text.push_str(&format!("  {}\n      {}\n", example.command, example.does));
    }
    // The line end stands within the style: clap would go on counting the line before, and break this one.
    text.truncate(text.trim_end().len());
    text.push_str(&format!("{HEADING}\nNext:{HEADING:#} {}", ending.next));
    text
}
