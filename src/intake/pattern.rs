//! Patterns of file names, such as `exports/users-*.csv`: those that a person gives, and those of a `sources.toml`.

use std::path::Path;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::base::Error;
use crate::base::text::excerpt;

/// What makes a name a pattern.
const WILD: [char; 4] = ['*', '?', '[', '{'];
/// Bytes of the longest pattern.
const LONGEST: usize = 1_000;
/// How deep braces may be nested.
const DEPTH: usize = 10;

/// A pattern in which `*` does not reach into folders.
pub(super) struct Pattern(GlobSet);

/// Whether a text may mean other names than itself.
pub(super) fn is_wild(text: &str) -> bool {
    text.contains(WILD)
}

impl Pattern {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// When it is none, is too long, or is nested too deeply.
    pub fn new(text: &str) -> Result<Self, Error> {
        let none = || Error::usage(format!("{} is no pattern", excerpt(text))).expected(EXPECTED);
        if text.len() > LONGEST || depth(text) > DEPTH {
            return Err(none());
        }
        let glob = GlobBuilder::new(text).literal_separator(true).build();
        // A set, even of one: compiling a glob by itself panics where it fails.
        let set = glob.and_then(|glob| GlobSetBuilder::new().add(glob).build());
        set.map(Self).map_err(|e| none().because(e.kind().to_string()))
    }

    /// Whether a path matches.
    pub fn is_match(&self, path: &Path) -> bool {
        self.0.is_match(path)
    }
}

/// What a pattern may be.
pub(super) const EXPECTED: &str = "`*`, `?`, `[…]` and `{…,…}` closed and in their places, at most 1,000 bytes, braces at \
                                   most 10 deep";

/// How many braces are open at once at most.
fn depth(text: &str) -> usize {
    let (mut depth, mut most) = (0_usize, 0);
    for c in text.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        most = most.max(depth);
    }
    most
}
