//! How verbs speak to the person: data on standard output, the rest on standard error, colour by flag, then
//! `NO_COLOR`, then terminal. A broken pipe ends quietly.

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use clap::ValueEnum;
use serde::Serialize;

use super::{Colour, Global};
use crate::base::progress::Meter;
use crate::base::{Error, Result, files, safe};
use crate::case::workbench::{Limits, USERS_AT_ONCE};

/// What a verb may use and how it speaks.
#[derive(Clone, Debug)]
pub struct Ui {
    /// Threads and memory.
    pub limits: Limits,
    /// Whether data is wanted as JSON.
    pub json: bool,
    /// Whether to say nothing but data and errors.
    pub quiet: bool,
    /// How much more to say.
    pub verbose: u8,
    is_silent: bool,
    meter: Meter,
}

impl Ui {
    pub(super) fn new(global: &Global) -> Self {
        Self {
            limits: Limits {
                threads: usize::from(global.threads),
                memory: global.memory,
                users_at_once: USERS_AT_ONCE,
            },
            json: global.json,
            quiet: global.quiet,
            verbose: global.verbose,
            is_silent: false,
            meter: Meter::new(!global.quiet && io::stderr().is_terminal()),
        }
    }

    /// One that says nothing.
    pub(super) fn silent(limits: Limits) -> Self {
        Self { limits, quiet: true, json: false, verbose: 0, is_silent: true, meter: Meter::silent() }
    }

    /// Says how long the steps of a verb took, where more is to be said: those of a tenth of a second or more.
    pub(super) fn say_times(&self) {
        let long = |took: &Duration| took.as_millis() >= 100;
        for (step, took) in self.meter.times().into_iter().filter(|(_, took)| self.verbose > 0 && long(took))
        {
            self.say(&format!("{:8.2} s  {step}", took.as_secs_f64()));
        }
    }

    /// Prints data.
    ///
    /// # Errors
    /// When standard output can't be written, other than because nobody reads it any more.
    pub fn data(&self, text: &str) -> Result<()> {
        forgive_broken_pipe(writeln!(anstream::stdout(), "{}", safe::page(text.trim_end_matches('\n'))))
    }

    /// Prints data as JSON. Characters that are not seen are written as `\u202e`: the same data, and nothing that a
    /// terminal would obey.
    ///
    /// # Errors
    /// As [`Ui::data`].
    pub fn data_json(&self, value: &impl Serialize) -> Result<()> {
        let text = serde_json::to_string_pretty(value)
            .map_err(|e| Error::failed("cannot print as JSON").because(e))?;
        self.data(&safe::json(&text))
    }

    /// Says one line to the person, on standard error; nothing when quiet. It may hold foreign text.
    pub fn say(&self, line: &str) {
        self.say_page(&safe::line(line));
    }

    /// Says several lines, whose foreign text is safe already, as that of a table.
    pub fn say_page(&self, text: &str) {
        if !self.quiet {
            // Nothing is left to do when even standard error can't be written.
            let _ = writeln!(anstream::stderr(), "{}", safe::page(text));
        }
    }

    /// Says of a folder that was there before that it keeps its rights, where others may enter it.
    pub fn say_open(&self, folder: &Path) {
        if files::is_open_to_others(folder) {
            let shown = safe::path(folder);
            self.say(&format!(
                "note: {shown} was there before and keeps its permissions: other users of this machine may enter it; \
                 the files in it are readable by you alone"
            ));
        }
    }

    /// Says what nobody may miss, on standard error, also when quiet: that answers will rest on something new.
    pub fn insist(&self, line: &str) {
        if !self.is_silent {
            // Nothing is left to do when even standard error can't be written.
            let _ = writeln!(anstream::stderr(), "{}", safe::line(line));
        }
    }

    /// Progress for long work: only on a terminal and unless quiet.
    #[must_use]
    pub fn meter(&self) -> Meter {
        self.meter.clone()
    }
}

/// Chooses colour before anything is printed, as the arguments say it; a mistake among them is told in it too.
pub(super) fn choose_colour(arguments: &[OsString]) {
    let texts: Vec<&str> = arguments.iter().filter_map(|argument| argument.to_str()).collect();
    let follows = texts.windows(2).filter_map(|pair| match pair {
        ["--color", value] => Some(*value),
        _ => None,
    });
    let asked = texts.iter().filter_map(|text| text.strip_prefix("--color=")).chain(follows).last();
    let choice = match asked.and_then(|word| Colour::from_str(word, false).ok()) {
        Some(Colour::Always) => anstream::ColorChoice::Always,
        Some(Colour::Never) => anstream::ColorChoice::Never,
        Some(Colour::Auto) | None => anstream::ColorChoice::Auto,
    };
    choice.write_global();
}

/// Tells an error on standard error.
pub(super) fn tell_error(error: &Error) {
    let style = AnsiColor::Red.on_default().bold();
    let bold = Style::new().bold();
    let told = error.to_string();
    let lines = told.split('\n').map(|line| match line.split_once("  next: ") {
        Some((indent, next)) if indent.trim().is_empty() => format!("{indent}  {bold}next:{bold:#} {next}"),
        _ => line.to_owned(),
    });
    let told = lines.collect::<Vec<_>>().join("\n");
    // Nothing is left to do when even standard error can't be written.
    let _ = writeln!(anstream::stderr(), "{style}error:{style:#} {}", safe::page(&told));
}

fn forgive_broken_pipe(result: io::Result<()>) -> Result<()> {
    match result {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::failed("cannot write to standard output").because(e))
        }
        _ => Ok(()),
    }
}

/// So many units; of a fraction what three digits say.
fn bytes(number: &str, unit: u64) -> Option<u64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let thousandths = format!("{fraction:0<3}");
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if thousandths.len() > 3 || !is_number(whole) || !is_number(fraction) {
        return None;
    }
    let whole = whole.parse::<u64>().ok()?.checked_mul(unit)?;
    let rest = thousandths.parse::<u64>().ok()?.checked_mul(unit)? / 1_000;
    whole.checked_add(rest)
}

/// A size such as `2GB`, `1.5GB`, `800MB`, `512MiB` or a plain number of bytes.
pub(super) fn memory(text: &str) -> std::result::Result<u64, String> {
    const UNITS: [(&str, u64); 8] = [
        ("kib", 1 << 10),
        ("mib", 1 << 20),
        ("gib", 1 << 30),
        ("kb", 1_000),
        ("mb", 1_000_000),
        ("gb", 1_000_000_000),
        ("tb", 1_000_000_000_000),
        ("b", 1),
    ];
    const LEAST: u64 = 800_000_000;
    let lower = text.trim().to_ascii_lowercase();
    let (number, unit) = UNITS
        .iter()
        .find_map(|(ending, unit)| lower.strip_suffix(ending).map(|number| (number, *unit)))
        .unwrap_or((lower.as_str(), 1));
    let bytes = bytes(number.trim(), unit);
    match bytes {
        Some(bytes) if bytes >= LEAST => Ok(bytes),
        Some(_) => Err("at least 800MB: one record may take as much".to_owned()),
        None => Err("a size such as 2GB or 800MB".to_owned()),
    }
}
