//! The file behind its sections: where its lines begin, and the mistakes found so far.

use std::cell::RefCell;
use std::collections::BTreeSet;

use crate::base::{Error, Place};

pub(super) struct Book<'t> {
    name: &'t str,
    text: &'t str,
    /// Offsets at which lines begin.
    lines: Vec<usize>,
    mistakes: RefCell<Vec<Mistake>>,
}

/// One mistake, before it is told.
struct Mistake {
    offset: usize,
    cause: Cause,
    error: Error,
}

#[derive(Clone, Copy, PartialEq)]
enum Cause {
    Syntax,
    /// A key that is not there.
    Missing,
    Other,
}

impl<'t> Book<'t> {
    pub fn new(name: &'t str, text: &'t str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let lines = std::iter::once(0).chain(ends.map(|(offset, _)| offset + 1)).collect();
        Self { name, text, lines, mistakes: RefCell::default() }
    }

    pub fn syntax(&self, error: &toml::de::Error) {
        let offset = error.span().map_or(0, |span| span.start);
        let what = format!("not TOML: {}", error.message());
        self.keep(offset, Cause::Syntax, Error::usage(what));
    }

    pub fn missing(&self, offset: usize, error: Error) {
        self.keep(offset, Cause::Missing, error);
    }

    pub fn mistake(&self, offset: usize, error: Error) {
        self.keep(offset, Cause::Other, error);
    }

    /// The same mistake is kept once, however often its key is asked for.
    fn keep(&self, offset: usize, cause: Cause, error: Error) {
        let mut mistakes = self.mistakes.borrow_mut();
        if mistakes.iter().any(|m| m.offset == offset && m.error.what() == error.what()) {
            return;
        }
        let (line, column) = self.position(offset);
        let error = error.at(Place::line(self.name, line, column));
        mistakes.push(Mistake { offset, cause, error });
    }

    /// Line and column of a byte offset, both from 1, the column in characters.
    fn position(&self, offset: usize) -> (usize, usize) {
        let line = self.lines.partition_point(|start| *start <= offset);
        let start = self.lines.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let before = self.text.get(start..offset).unwrap_or_default();
        let characters = before.chars().filter(|c| *c != '\u{feff}').count();
        (line, characters + 1)
    }

    /// All mistakes in the order of the file. Where the syntax is broken, what follows from that alone is left
    /// out: keys that seem to be missing, and whatever else stands on a broken line.
    pub fn into_mistakes(self) -> Vec<Error> {
        let mut mistakes = self.mistakes.take();
        let broken: BTreeSet<usize> =
            mistakes.iter().filter(|m| m.cause == Cause::Syntax).map(|m| self.position(m.offset).0).collect();
        mistakes.retain(|m| match m.cause {
            Cause::Syntax => true,
            Cause::Missing => broken.is_empty(),
            Cause::Other => !broken.contains(&self.position(m.offset).0),
        });
        mistakes.sort_by_key(|m| m.offset);
        mistakes.into_iter().map(|m| m.error).collect()
    }
}
