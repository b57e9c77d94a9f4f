//! Mistakes in the arguments, told in our form: what, what was expected, what to do.

use std::error::Error as _;
use std::ffi::OsString;
use std::io::Write;
use std::num::ParseIntError;
use std::process::ExitCode;

use clap::Command;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::{help, ui};
use crate::base::nearest::{propose, unknown};
use crate::base::{Error, sandbox};

/// Prints help or version on standard output, or the mistake on standard error; gives the exit status.
pub(super) fn tell(message: &clap::Error, arguments: &[OsString]) -> ExitCode {
    match message.kind() {
        ErrorKind::DisplayHelp => {
            // Nobody reads it any more when this fails.
            let _ = write!(anstream::stdout(), "{}", message.render().ansi());
            ExitCode::SUCCESS
        }
        ErrorKind::DisplayVersion => {
            let _ = write!(anstream::stdout(), "{}{}", message.render().ansi(), more_on_version(arguments));
            ExitCode::SUCCESS
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let _ = write!(anstream::stderr(), "{}", message.render().ansi());
            ExitCode::from(crate::base::Kind::Usage.exit_status())
        }
        _ => {
            let error = mistake(message, arguments);
            ui::tell_error(&error);
            ExitCode::from(error.kind().exit_status())
        }
    }
}

/// What `--version` says with `-v`, wherever that stands: how the program was built, and what it denies itself.
fn more_on_version(arguments: &[OsString]) -> String {
    let is_short = |text: &str| text.bytes().all(|letter| b"vVqh".contains(&letter));
    let says_more = |text: &str| match text.strip_prefix('-') {
        Some(letters) if is_short(letters) => letters.contains('v'),
        _ => text == "--verbose",
    };
    if !arguments.iter().filter_map(|argument| argument.to_str()).any(says_more) {
        return String::new();
    }
    let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
    format!("built for: {os} {arch}\nsandbox: {}\n", sandbox::enter())
}

fn mistake(message: &clap::Error, arguments: &[OsString]) -> Error {
    let mut program = help::command();
    program.build();
    let (name, verb) = reached(&program, arguments);
    let more = format!("{name} --help");
    let written = |kind| context(message, kind);
    match message.kind() {
        ErrorKind::InvalidSubcommand => {
            let verbs = verb.get_subcommands().map(Command::get_name);
            unknown("verb", &written(ContextKind::InvalidSubcommand), verbs, &more)
        }
        ErrorKind::UnknownArgument => {
            let option = written(ContextKind::InvalidArg);
            let what = format!("{name} does not take {option}");
            let elsewhere = verbs_with(&program, &option);
            if !elsewhere.is_empty() {
                return Error::usage(what)
                    .expected(format!("{option} belongs to {}", elsewhere.join(", ")))
                    .next(more);
            }
            let known: Vec<String> = longs(verb).collect();
            propose(Error::usage(what).next(more), &option, known.iter().map(String::as_str))
        }
        ErrorKind::MissingRequiredArgument => {
            let usage = verb.clone().render_usage().to_string();
            let usage = usage.trim_start_matches("Usage:").trim().to_owned();
            let missing = written(ContextKind::InvalidArg);
            Error::usage(format!("{name} needs {missing}")).expected(usage).next(more)
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => value(message, &more),
        _ => {
            let text = message.render().to_string();
            let what = text.trim_start_matches("error:").lines().next().unwrap_or_default().trim().to_owned();
            Error::usage(what).next(more)
        }
    }
}

/// The options of a verb.
fn longs(verb: &Command) -> impl Iterator<Item = String> {
    verb.get_arguments().filter_map(|argument| argument.get_long()).map(|long| format!("--{long}"))
}

/// The verbs that take an option: it is known, and not a slip for another one.
fn verbs_with(program: &Command, option: &str) -> Vec<String> {
    let takes = |verb: &&Command| longs(verb).any(|long| long == option);
    program.get_subcommands().filter(takes).map(|verb| verb.get_name().to_owned()).collect()
}

fn value(message: &clap::Error, more: &str) -> Error {
    let option = context(message, ContextKind::InvalidArg);
    let given = context(message, ContextKind::InvalidValue);
    let what = match given.is_empty() {
        true => format!("{option} needs a value"),
        false => format!("{option} can not be {given}"),
    };
    let error = Error::usage(what);
    if let Some(cause) = message.source() {
        if cause.is::<ParseIntError>() {
            return error.expected("a whole number").next(more);
        }
        let cause = cause.to_string();
        return error.expected(cause.trim_start_matches("expected ")).next(more);
    }
    let known = match message.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(known)) if !known.is_empty() => known,
        _ if given.is_empty() => {
            return error.expected(format!("{option} with its value behind it")).next(more);
        }
        _ => return error.next(more),
    };
    let error = error.expected(format!("one of {}", known.join(", "))).next(more);
    let known = known.iter().map(String::as_str).filter(|_| !given.is_empty());
    propose(error, &given, known)
}

fn context(message: &clap::Error, kind: ContextKind) -> String {
    match message.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(" "),
        _ => String::new(),
    }
}

/// The deepest verb that the arguments name, and how it is called.
fn reached<'c>(program: &'c Command, arguments: &[OsString]) -> (String, &'c Command) {
    let mut name = help::PROGRAM.to_owned();
    let mut command = program;
    for argument in arguments.iter().filter_map(|argument| argument.to_str()) {
        if let Some(below) = command.find_subcommand(argument) {
            name = format!("{name} {argument}");
            command = below;
        }
    }
    (name, command)
}
