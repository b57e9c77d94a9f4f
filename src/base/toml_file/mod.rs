//! TOML files that people write: profiles, facts, custody facts, contracts, sidecars.
//!
//! A person who made three mistakes wants to hear of three at once, each with line, column, key, what was
//! expected and the nearest known key (2-tables, "Profile and facts"). So a reader of such a file asks a
//! [`Section`] for what it needs, goes on with whatever is there, and [`read`] hands over either the whole
//! result or all mistakes in the order of the file.
//!
//! ```
//! use highwater::base::toml_file;
//!
//! let mistakes = toml_file::read("tool.toml", "nmae = 'x'\nsize = 'big'\n", |file| {
//!     (file.required_text("name"), file.integer("size"))
//! })
//! .unwrap_err();
//! let told: Vec<String> = mistakes.each().iter().map(ToString::to_string).collect();
//! assert!(told[0].starts_with("tool.toml:1:1: name: missing"));
//! assert!(told[1].starts_with("tool.toml:1:1: nmae: unknown key"));
//! assert!(told[2].starts_with("tool.toml:2:8: size: is a text"));
//! ```

mod book;
mod section;

use std::path::Path;

use toml::de::DeTable;

use super::{Error, Kind, Place, Result};
use book::Book;
pub use section::Section;

/// More than any file written by a person; a larger one is refused before it is parsed.
const LARGEST: u64 = 16 << 20;

/// Reads `text` with `shape`, which takes what it needs from the file's [`Section`] and never fails itself.
/// `name` is how the user knows the file.
///
/// # Errors
/// All mistakes of the file at once, sorted by place: wrong syntax, keys that `shape` never asked for, keys that
/// it could not do without, and what it called a mistake itself.
pub fn read<T>(name: &str, text: &str, shape: impl FnOnce(&mut Section<'_>) -> T) -> Result<T> {
    let (table, syntax) = DeTable::parse_recoverable(text);
    let book = Book::new(name, text);
    for error in &syntax {
        book.syntax(error);
    }
    let taken = shape(&mut Section::root(&book, table.get_ref()));
    match book.into_mistakes() {
        mistakes if mistakes.is_empty() => Ok(taken),
        mistakes => Err(Error::many(Kind::Usage, summary(name, mistakes.len()), mistakes)),
    }
}

/// Reads the file at `path` with `shape`, as [`read`] does. Hands over its text too, for whoever hashes it.
///
/// # Errors
/// As [`read`]; also when the file can't be read, is not UTF-8, or is larger than any person writes.
pub fn load<T>(path: &Path, shape: impl FnOnce(&mut Section<'_>) -> T) -> Result<(T, String)> {
    let text = load_text(path)?;
    let taken = read(&path.to_string_lossy(), &text, shape)?;
    Ok((taken, text))
}

/// The text of a file that a person wrote.
///
/// # Errors
/// When it can't be read, is not UTF-8, or is larger than any person writes.
pub fn load_text(path: &Path) -> Result<String> {
    let size = std::fs::metadata(path).map_err(|e| Error::io("read", path, e))?.len();
    if size > LARGEST {
        return Err(Error::usage(format!("the file has {size} bytes"))
            .at(Place::file(path))
            .expected(format!("a TOML file of at most {LARGEST} bytes")));
    }
    let bytes = std::fs::read(path).map_err(|e| Error::io("read", path, e))?;
    String::from_utf8(bytes).map_err(|e| {
        Error::usage("the file is not UTF-8")
            .at(Place::file(path))
            .expected("a TOML file in UTF-8")
            .because(e)
    })
}

fn summary(name: &str, count: usize) -> String {
    match count {
        1 => format!("{name} has a mistake"),
        _ => format!("{name} has {count} mistakes"),
    }
}
