//! `highwater init CASE`: makes a case.

use std::fs;
use std::path::{Path, PathBuf};

use super::Ui;
use crate::base::nearest::nearest;
use crate::base::text::shell_word;
use crate::base::{Error, Result, safe, toml_file};
use crate::case::{Case, Making, NewCase};
use crate::incident::{self, Facts, Profile};
use crate::intake;

/// Version of what `--json` prints.
const FORMAT: u32 = 1;

/// Arguments of `init`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// The folder to make the case in
    pub case: PathBuf,
    /// The incident: a built-in one by name, or a profile by file
    #[arg(long, value_name = "NAME|FILE")]
    pub incident: String,
    /// What this case's exports can prove
    #[arg(long, value_name = "FILE")]
    pub facts: Option<PathBuf>,
    /// Take this case key instead of making one: 64 hex digits
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// The one account of a customer's own case
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
    /// The products of that account, separated by `;`
    #[arg(long, value_name = "LIST", requires = "account")]
    pub products: Option<String>,
}

/// Makes the case and says what comes next.
///
/// # Errors
/// When profile, facts or key are wrong, or the folder can't be used.
pub fn run(arguments: &Arguments, ui: &Ui) -> Result<()> {
    let case = create(arguments, ui)?;
    if ui.json {
        let root = case.root().to_string_lossy();
        return ui.data_json(&serde_json::json!({ "format": FORMAT, "case": root }));
    }
    ui.say(&format!("made the case {}", safe::path(case.root())));
    ui.say(&format!("next: highwater ingest {} FILE|DIR…", shell_word(case.root())));
    Ok(())
}

/// Makes the case.
///
/// # Errors
/// As [`run`].
pub fn create(arguments: &Arguments, ui: &Ui) -> Result<Case> {
    let (name, profile) = incident::profile_text(&arguments.incident)?;
    let named = Profile::parse(&name, &profile)?;
    let facts = arguments.facts.as_deref().map(facts_text).transpose()?;
    let key = arguments.key_file.as_deref().map(key_text).transpose()?;
    ui.say_open(&arguments.case);
    let mut making = Making::begin(&arguments.case, &NewCase { profile, facts, key })?;
    if making.is_resumed {
        ui.say("an init had been interrupted here: the case is made anew");
    }
    if let Some(account) = &arguments.account {
        let case = making.case().clone();
        intake::declare_account(&case, &mut making.lock, account, arguments.products.as_deref())?;
        say_unknown(arguments.products.as_deref().unwrap_or_default(), &named, ui);
    }
    making.finish()
}

/// Products are open words and are kept; but one that the profile does not name decides nothing, and may be a slip.
fn say_unknown(list: &str, profile: &Profile, ui: &Ui) {
    let known: Vec<&str> = profile.products().into_iter().map(|(product, _)| product).collect();
    let given = intake::cell::items(list, true).unwrap_or_default();
    let unknown: Vec<&str> =
        given.iter().map(AsRef::as_ref).filter(|product| !known.contains(product)).collect();
    for product in &unknown {
        let meant =
            meant(product, &known).map(|meant| format!("; did you mean {meant}?")).unwrap_or_default();
        ui.say(&format!("the profile names no product `{product}`{meant}"));
    }
    if !unknown.is_empty() {
        ui.say(&format!("  it names: {}", known.join(", ")));
        ui.say(
            "  what rests on another product alone is undetermined (PRODUCT_UNKNOWN); if it is a slip, make the case \
             anew in another folder",
        );
    }
}

/// What was probably meant; a comma may stand where `;` belongs.
fn meant(written: &str, known: &[&str]) -> Option<String> {
    let words = written.split(',').map(|part| nearest(part.trim(), known.iter().copied()));
    words.collect::<Option<Vec<_>>>().map(|words| words.join(";"))
}

/// A file that was named and is not there is a slip of whoever named it.
fn there(path: &Path, what: &str) -> Result<()> {
    if path.exists() {
        return Ok(());
    }
    Err(Error::usage(format!("there is no file {}", safe::path(path))).expected(what))
}

fn facts_text(path: &Path) -> Result<String> {
    there(path, "a facts file: what this case's exports can prove")?;
    let text = toml_file::load_text(path)?;
    Facts::parse(&path.to_string_lossy(), &text)?;
    Ok(text)
}

fn key_text(path: &Path) -> Result<String> {
    there(path, "a file that holds a case key")?;
    let text = fs::read_to_string(path).map_err(|e| Error::io("read", path, e))?;
    let key = text.trim();
    if key.len() == 64 && key.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Ok(key.to_ascii_lowercase());
    }
    // The text itself is a secret: it is not shown.
    Err(Error::usage(format!("{} is not a case key", safe::path(path)))
        .expected("64 hex digits, as in keys/case.key of a case"))
}
