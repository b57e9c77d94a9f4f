//! The making of a case: `case.toml` is written last, so that a case is whole or none (decision 0009).

use std::ffi::OsStr;
use std::path::Path;

use super::folder::{ABOUT, Case, FACTS, FORMAT, KEY, PROFILE};
use super::inspect;
use super::journal::{Act, Journal};
use super::lock::CaseLock;
use crate::base::{Error, Kind, Result, digest, files};

/// Bytes of a case key.
const KEY_BYTES: usize = 32;
/// What an interrupted making may have left before its journal has a line.
const BEFORE: [&str; 2] = ["lock", "journal.jsonl"];
/// What it may have left afterwards, beside files with temporary names; anything else is somebody's.
const OURS: [&str; 9] =
    ["keys", "store", "runs", "out", "tmp", "incident.toml", "facts.toml", "lock", "journal.jsonl"];

/// What a new case starts from.
#[derive(Clone, Debug, Default)]
pub struct NewCase {
    /// The profile's text, as given.
    pub profile: String,
    /// The facts' text, when there are any yet.
    pub facts: Option<String>,
    /// The case key as hex, when one is given; else a new one is made.
    pub key: Option<String>,
}

/// A case that is being made: all is there but `case.toml`, without which there is no case.
#[derive(Debug)]
pub struct Making {
    case: Case,
    /// The text of `case.toml`.
    about: String,
    /// The lock, for what belongs to the making.
    pub lock: CaseLock,
    /// Whether an earlier making had been interrupted here.
    pub is_resumed: bool,
}

impl Making {
    /// Begins: folders, key, profile, facts, and the journal's first lines.
    ///
    /// # Errors
    /// When there is a case already, the folder holds other files, or it can't be written.
    pub fn begin(root: &Path, new: &NewCase) -> Result<Self> {
        refuse_case(root)?;
        inspect::refuse_foreign(root)?;
        is_resumed(root)?;
        files::make_folder(root)?;
        let mut lock = CaseLock::take(root, "init")?;
        refuse_case(root)?;
        // Somebody else may have made it meanwhile.
        let is_resumed = is_resumed(root)?;
        if is_resumed {
            // Nothing but a declared account can be in the store; the facts may be others now.
            files::remove(&root.join("store"))?;
            files::remove(&root.join(FACTS))?;
        }
        let mut act = Act { verb: "init".to_owned(), ..Act::default() };
        lock.begin(&act)?;
        for folder in ["keys", "store", "runs", "out"] {
            files::make_folder(&root.join(folder))?;
        }
        write_key(root, new.key.as_deref())?;
        lock.note(PROFILE, files::write(&root.join(PROFILE), new.profile.as_bytes())?);
        new.facts.as_deref().map_or(Ok(()), |facts| lock.write_facts(facts))?;
        let (case, about) = (Case::at(root), about(root)?);
        lock.note(ABOUT, digest::sha256(about.as_bytes()));
        // It tells nothing of the key, which is 256 random bits.
        lock.note(KEY, digest::sha256_file(&root.join(KEY))?);
        let texts = [Some(&new.profile), new.facts.as_ref()];
        act.wrote = texts.into_iter().flatten().map(|text| digest::sha256(text.as_bytes())).collect();
        let outcome = if is_resumed { "done, where an init had been interrupted" } else { "done" };
        lock.end(&act, outcome)?;
        Ok(Self { case, about, lock, is_resumed })
    }

    /// The case as far as it is made.
    #[must_use]
    pub fn case(&self) -> &Case {
        &self.case
    }

    /// Writes `case.toml`: from then on the case exists.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn finish(self) -> Result<Case> {
        files::write(&self.case.root().join(ABOUT), self.about.as_bytes()).map(drop)?;
        Ok(self.case)
    }
}

/// The text of `case.toml`.
fn about(root: &Path) -> Result<String> {
    let name = root.file_name().unwrap_or_default().to_string_lossy().into_owned();
    // A JSON string is a TOML basic string too, but for the one control character that JSON leaves as it is.
    let name = serde_json::to_string(&name)
        .map_err(|e| Error::failed("cannot name the case").because(e))?
        .replace('\u{7f}', "\\u007f");
    Ok(format!("format = {FORMAT}\nname = {name}\ncreated_with = \"{}\"\n", env!("CARGO_PKG_VERSION")))
}

fn refuse_case(root: &Path) -> Result<()> {
    if Case::exists(root) {
        return Err(Error::usage(format!("{} is a case already", root.display()))
            .next("name another folder, or go on with `highwater status` there"));
    }
    Ok(())
}

/// Whether the folder holds what an interrupted making left: its journal says so. Anything else in it is somebody's, and it
/// is refused before the lock is taken, whose holder sweeps.
fn is_resumed(root: &Path) -> Result<bool> {
    let (journal, _) = Journal::read(root.join("journal.jsonl"))?;
    if is_made(&journal, root)? {
        return Err(beheaded(root));
    }
    let left: &[&str] = if journal.is_empty() { &BEFORE } else { &OURS };
    for entry in files::entries(root)? {
        let name = entry.file_name();
        let is_temporary = Path::new(&name).extension() == Some(OsStr::new(files::PENDING))
            || name.to_string_lossy().starts_with("journal.torn-");
        if !is_temporary && !left.iter().any(|ours| name == *ours) {
            return Err(Error::usage(format!(
                "{} is not empty: it holds {}",
                root.display(),
                entry.path().display()
            ))
            .next("name a folder that is empty or not there yet; nothing was changed"));
        }
    }
    Ok(!journal.is_empty())
}

/// Whether more than the making of a case was done here: without its `case.toml` it is no interrupted making, and nothing
/// of it is written over.
fn is_made(journal: &Journal, root: &Path) -> Result<bool> {
    let holds = |folder: &str| files::entries(&root.join(folder)).map(|entries| !entries.is_empty());
    Ok(!journal.has_only_made() || (!journal.is_empty() && (holds("runs")? || holds("out")?)))
}

/// Refuses a case that has lost its `case.toml`.
///
/// # Errors
/// Then.
pub(super) fn refuse_beheaded(root: &Path) -> Result<()> {
    let (journal, _) = Journal::read(root.join("journal.jsonl"))?;
    if is_made(&journal, root)? { Err(beheaded(root)) } else { Ok(()) }
}

fn beheaded(root: &Path) -> Error {
    Error::new(Kind::CaseUnusable, format!("{} is a case that has lost its case.toml", root.display()))
        .next("put case.toml back from a copy of the case, or name another folder; nothing was changed")
}

/// Writes the key that is given, else a new one: nothing was made with one that an interrupted making left.
fn write_key(root: &Path, given: Option<&str>) -> Result<()> {
    let key = given.map_or_else(new_key, |key| Ok(key.trim().to_owned()))?;
    files::write(&root.join(KEY), format!("{key}\n").as_bytes()).map(drop)
}

/// A new random case key as hex.
///
/// # Errors
/// When the system has no randomness to give.
fn new_key() -> Result<String> {
    let mut bytes = [0; KEY_BYTES];
    getrandom::fill(&mut bytes)
        .map_err(|e| Error::failed("the system gave no randomness for the case key").because(e))?;
    Ok(digest::hex(&bytes))
}
