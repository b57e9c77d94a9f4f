//! The file behind its sections: where its lines begin, and the mistakes found so far.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use crate::base::text::excerpt;
use crate::base::{Error, Kind, Place};

/// Mistakes of one file that are listed. Whoever has made more corrects these first; and a file that was made to be
/// wrong costs no more than one that a person got wrong.
pub(super) const LISTED: usize = 100;

pub(super) struct Book<'t> {
    name: &'t str,
    text: &'t str,
    /// Offsets at which lines begin.
    lines: Vec<usize>,
    /// Lines on which the syntax is broken.
    broken: RefCell<BTreeSet<usize>>,
    mistakes: RefCell<Vec<Mistake>>,
    has_more: Cell<bool>,
}

/// One mistake that is listed.
struct Mistake {
    offset: usize,
    error: Error,
}

impl<'t> Book<'t> {
    pub fn new(name: &'t str, text: &'t str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let lines = std::iter::once(0).chain(ends.map(|(offset, _)| offset + 1)).collect();
        Self {
            name,
            text,
            lines,
            broken: RefCell::default(),
            mistakes: RefCell::default(),
            has_more: Cell::new(false),
        }
    }

    /// Notes what the parser complains of: before anything else, because it decides what else is worth a word.
    pub fn syntax(&self, mut errors: Vec<toml::de::Error>) {
        let start = |error: &toml::de::Error| error.span().map_or(0, |span| span.start);
        errors.sort_by_key(start);
        for error in &errors {
            let offset = start(error);
            self.broken.borrow_mut().insert(self.line(offset));
            self.keep(offset, Error::usage(format!("not TOML: {}", excerpt(error.message()))));
        }
    }

    /// A key that is not there. Where the syntax is broken, it may only seem to be missing.
    pub fn missing(&self, offset: usize, error: Error) {
        if self.broken.borrow().is_empty() {
            self.keep(offset, error);
        }
    }

    /// Any other mistake. On a line whose syntax is broken it follows from that alone.
    pub fn mistake(&self, offset: usize, error: Error) {
        if !self.broken.borrow().contains(&self.line(offset)) {
            self.keep(offset, error);
        }
    }

    /// Whether there are more mistakes than are listed: then nobody need look for another.
    pub fn has_more(&self) -> bool {
        self.has_more.get()
    }

    /// Says that there are more mistakes than are listed.
    pub fn say_more(&self) {
        self.has_more.set(true);
    }

    /// The same mistake is kept once, however often its key is asked for.
    fn keep(&self, offset: usize, error: Error) {
        let mut mistakes = self.mistakes.borrow_mut();
        if self.has_more() || mistakes.iter().any(|m| m.offset == offset && m.error.what() == error.what()) {
            return;
        }
        if mistakes.len() == LISTED {
            self.say_more();
            return;
        }
        let (line, column) = self.position(offset);
        mistakes.push(Mistake { offset, error: error.at(Place::line(self.name, line, column)) });
    }

    /// The line of a byte offset, from 1.
    fn line(&self, offset: usize) -> usize {
        self.lines.partition_point(|start| *start <= offset)
    }

    /// Line and column of a byte offset, both from 1, the column in characters.
    fn position(&self, offset: usize) -> (usize, usize) {
        let line = self.line(offset);
        let start = self.lines.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let before = self.text.get(start..offset).unwrap_or_default();
        let characters = before.chars().filter(|c| *c != '\u{feff}').count();
        (line, characters + 1)
    }

    /// The mistakes as one error, in the order of the file; nothing when there is none.
    pub fn into_error(self) -> Option<Error> {
        let mut mistakes = self.mistakes.take();
        if mistakes.is_empty() && !self.has_more.get() {
            return None;
        }
        mistakes.sort_by_key(|m| m.offset);
        let summary = match mistakes.len() {
            count if self.has_more.get() => {
                format!("{} has more than {count} mistakes; these are {count} of them", self.name)
            }
            1 => format!("{} has a mistake", self.name),
            count => format!("{} has {count} mistakes", self.name),
        };
        let errors = mistakes.into_iter().map(|m| m.error).collect();
        let error = Error::many(Kind::Usage, summary, errors);
        Some(match self.has_more.get() {
            true => error.next("correct these, then run the same command again to see the rest"),
            false => error,
        })
    }
}
