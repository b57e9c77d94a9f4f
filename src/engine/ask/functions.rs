//! The functions that a question may use: those that depend on their arguments and on nothing else. The list is
//! `queries/reading/functions.toml`; what is not on it is refused, so that a new function of the engine is too.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use crate::base::{Result, library, toml_file};

const LIST: &str = "reading/functions.toml";

/// Functions of one sort.
#[derive(Clone, Debug)]
pub struct Group {
    /// What sort.
    pub what: String,
    /// Their names.
    pub names: Vec<String>,
}

/// All of them, by sort.
///
/// # Errors
/// When the list is wrong.
pub fn all() -> Result<Vec<Group>> {
    let file = library::read(LIST)?;
    toml_file::read(file.path, file.text, |list| {
        list.format(1);
        let groups = list.sections("group");
        groups
            .iter()
            .map(|group| Group {
                what: group.required_text("what").unwrap_or_default(),
                names: group.required_texts("names"),
            })
            .collect()
    })
}

/// Their names.
///
/// # Errors
/// As [`all`].
pub(super) fn names() -> Result<&'static BTreeSet<String>> {
    static NAMES: OnceLock<BTreeSet<String>> = OnceLock::new();
    if let Some(names) = NAMES.get() {
        return Ok(names);
    }
    let names = all()?.into_iter().flat_map(|group| group.names).collect();
    Ok(NAMES.get_or_init(|| names))
}
