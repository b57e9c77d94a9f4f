//! The profiles that travel with the program, one folder each in `queries/incidents/`.

use std::path::Path;

use super::profile::Profile;
use crate::base::library::{self, Embedded};
use crate::base::nearest::propose;
use crate::base::{Error, Result, toml_file};

/// A built-in profile.
#[derive(Clone, Copy, Debug)]
pub struct BuiltIn {
    /// Its id, which is the name of its folder.
    pub id: &'static str,
    /// Its file.
    pub file: Embedded,
}

impl BuiltIn {
    /// The profile itself.
    ///
    /// # Errors
    /// When it is wrong.
    pub fn profile(&self) -> Result<Profile> {
        Profile::parse(self.file.path, self.file.text)
    }
}

/// All built-in profiles, by id.
#[must_use]
pub fn built_ins() -> Vec<BuiltIn> {
    let of_folder = |folder: &'static str| {
        let file = library::read(&format!("{folder}/incident.toml")).ok()?;
        Some(BuiltIn { id: folder.rsplit('/').next().unwrap_or(folder), file })
    };
    library::folders("incidents").into_iter().filter_map(of_folder).collect()
}

/// The built-in profile of that id.
#[must_use]
pub fn built_in(id: &str) -> Option<BuiltIn> {
    built_ins().into_iter().find(|built_in| built_in.id == id)
}

/// Name and text of the profile that the user means: a built-in one by id, else a file.
///
/// # Errors
/// When there is neither, or the file can't be read.
pub fn profile_text(name_or_file: &str) -> Result<(String, String)> {
    if let Some(built_in) = built_in(name_or_file) {
        return Ok((built_in.file.path.to_owned(), built_in.file.text.to_owned()));
    }
    let path = Path::new(name_or_file);
    if path.is_file() {
        return Ok((name_or_file.to_owned(), toml_file::load_text(path)?));
    }
    let ids: Vec<&str> = built_ins().iter().map(|built_in| built_in.id).collect();
    let error = Error::usage(format!("{name_or_file} is neither a built-in incident nor a file"))
        .expected(format!("one of {}, or the path of a profile", ids.join(", ")))
        .next("highwater incidents list");
    Err(propose(error, name_or_file, ids))
}
