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
mod bounds;
mod section;

use std::fs::File;
use std::io::Read;
use std::path::Path;

use toml::de::DeTable;

use super::{Error, Place, Result, interrupt};
use book::{Book, LISTED};
pub use section::Section;

/// Reads `text` with `shape`, which takes what it needs from the file's [`Section`] and never fails itself.
/// `name` is how the user knows the file.
///
/// # Errors
/// The mistakes of the file at once, sorted by place, at most 100 of them: wrong syntax, keys that `shape` never asked
/// for, keys that it could not do without, and what it called a mistake itself. Also when the file is larger than any
/// person writes, or the user has asked to stop.
pub fn read<T>(name: &str, text: &str, shape: impl FnOnce(&mut Section<'_>) -> T) -> Result<T> {
    interrupt::check()?;
    bounds::check(name, text)?;
    let parsed = bounds::up_to_complaint(text, LISTED + 1);
    let (table, complaints) = DeTable::parse_recoverable(parsed);
    let book = Book::new(name, parsed);
    book.syntax(complaints);
    if parsed.len() < text.len() {
        book.say_more();
    }
    interrupt::check()?;
    // What it would find is not listed any more.
    let taken = (!book.has_more()).then(|| shape(&mut Section::root(&book, table.get_ref())));
    interrupt::check()?;
    match (book.into_error(), taken) {
        (None, Some(taken)) => Ok(taken),
        (error, _) => Err(error.unwrap_or_else(|| Error::usage(format!("{name} could not be read")))),
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
    let file = File::open(path).map_err(|e| Error::io("read", path, e))?;
    let mut bytes = Vec::new();
    // One byte more than may be, so that a file that grows meanwhile, or has no length, is seen to be too large.
    let read = file.take(bounds::LARGEST as u64 + 1).read_to_end(&mut bytes);
    read.map_err(|e| Error::io("read", path, e))?;
    if bytes.len() > bounds::LARGEST {
        let length = std::fs::metadata(path).map_or(0, |about| about.len());
        bounds::check_size(&path.to_string_lossy(), length.max(bytes.len() as u64))?;
    }
    String::from_utf8(bytes).map_err(|e| {
        Error::usage("the file is not UTF-8")
            .at(Place::file(path))
            .expected("a TOML file in UTF-8")
            .because(e)
    })
}
