//! One table of a TOML file, as its reader asks for it.

use std::cell::RefCell;
use std::collections::BTreeSet;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::book::Book;
use crate::base::Error;
use crate::base::nearest::nearest;
use crate::base::text::{excerpt, grouped};

/// Bytes of the longest text.
const LONGEST_TEXT: usize = 64 << 10;
/// Bytes of the longest key that may be chosen freely.
const LONGEST_KEY: usize = 200;
/// Entries of the longest list, and of the largest table whose keys may be chosen freely.
const ENTRIES: usize = 1_000;
/// Known words that a message lists.
const WORDS: usize = 40;

/// A table of the file: its root, a `[section]`, one of several `[[sections]]`, or an inline table.
///
/// Whoever asks for a key thereby says that it is known; when the section goes out of scope, every key that nobody
/// asked for is a mistake. Asking never fails: a key that is absent, and a value of another type (a mistake then),
/// both give nothing.
pub struct Section<'t> {
    book: &'t Book<'t>,
    table: &'t DeTable<'t>,
    /// The keys that lead here, with a dot after each; empty for the root.
    path: String,
    /// Where the section begins.
    offset: usize,
    known: RefCell<BTreeSet<String>>,
}

impl<'t> Section<'t> {
    pub(super) fn root(book: &'t Book<'t>, table: &'t DeTable<'t>) -> Self {
        Self { book, table, path: String::new(), offset: 0, known: RefCell::default() }
    }

    /// The text of `key`.
    pub fn text(&self, key: &str) -> Option<String> {
        let text = self.typed(key, "a text in quotes", DeValue::as_str)?;
        self.within(text, || self.offset_of(key, None), key).then(|| text.to_owned())
    }

    /// The text of `key`, which must be there and not blank.
    pub fn required_text(&self, key: &str) -> Option<String> {
        self.require(key, "a text");
        let text = self.text(key)?;
        if text.trim().is_empty() {
            self.mistake(key, "is empty", "a text");
            return None;
        }
        Some(text)
    }

    /// The text of `key`, which must be one of `words`.
    pub fn one_of(&self, key: &str, words: &[&str]) -> Option<String> {
        let text = self.text(key)?;
        if words.contains(&text.as_str()) {
            return Some(text);
        }
        self.unknown_word(key, None, &text, words);
        None
    }

    /// The boolean of `key`.
    pub fn boolean(&self, key: &str) -> Option<bool> {
        self.typed(key, "true or false", DeValue::as_bool)
    }

    /// The whole number of `key`.
    pub fn integer(&self, key: &str) -> Option<i64> {
        self.typed(key, "a whole number", |value| {
            let number = value.as_integer()?;
            i64::from_str_radix(number.as_str(), number.radix()).ok()
        })
    }

    /// The array of texts of `key`; empty when there is none.
    pub fn texts(&self, key: &str) -> Vec<String> {
        let Some(array) = self.typed(key, "a list of texts in quotes", |value| value.as_array()) else {
            return Vec::new();
        };
        if self.are_too_many(key, array.len(), ENTRIES) {
            return Vec::new();
        }
        let mut texts = Vec::with_capacity(array.len());
        for item in array.iter() {
            match item.get_ref().as_str() {
                Some(text) if self.within(text, || item.span().start, key) => texts.push(text.to_owned()),
                Some(_) => {}
                None => self.wrong_type(key, item, "a text in quotes"),
            }
        }
        texts
    }

    /// The array of texts of `key`, which must be there and have at least one item.
    pub fn required_texts(&self, key: &str) -> Vec<String> {
        self.require(key, "a list of texts");
        let texts = self.texts(key);
        let empty = self.find(key).and_then(|v| v.get_ref().as_array()).is_some_and(|a| a.is_empty());
        if empty {
            self.mistake(key, "is empty", "at least one text");
        }
        texts
    }

    /// The array of texts of `key`, each of which must be one of `words`; empty when there is none.
    pub fn each_of(&self, key: &str, words: &[&str]) -> Vec<String> {
        let mut known = Vec::new();
        for (index, text) in self.texts(key).into_iter().enumerate() {
            match words.contains(&text.as_str()) {
                true => known.push(text),
                false => self.unknown_word(key, Some(index), &text, words),
            }
        }
        known
    }

    /// The section `[key]`, or the inline table of `key`.
    pub fn section(&self, key: &str) -> Option<Section<'t>> {
        let value = self.asked(key)?;
        let Some(table) = value.get_ref().as_table() else {
            self.wrong_type(key, value, "a section");
            return None;
        };
        Some(self.below(key, table, value.span().start))
    }

    /// The section `[key]`, which must be there.
    pub fn required_section(&self, key: &str) -> Option<Section<'t>> {
        self.require(key, "a section");
        self.section(key)
    }

    /// The sections `[[key]]` in their order.
    pub fn sections(&self, key: &str) -> Vec<Section<'t>> {
        self.sections_within(key, ENTRIES)
    }

    /// The sections `[[key]]` in their order, of which there may be so many.
    pub fn sections_within(&self, key: &str, most: usize) -> Vec<Section<'t>> {
        let expected = "one or more [[sections]]";
        let Some(value) = self.asked(key) else {
            return Vec::new();
        };
        let Some(array) = value.get_ref().as_array() else {
            self.wrong_type(key, value, expected);
            return Vec::new();
        };
        if self.are_too_many(key, array.len(), most) {
            return Vec::new();
        }
        let mut sections = Vec::with_capacity(array.len());
        for item in array.iter() {
            match item.get_ref().as_table() {
                Some(table) => sections.push(self.below(key, table, item.span().start)),
                None => self.wrong_type(key, item, expected),
            }
        }
        sections
    }

    /// All keys in the order of the file, for a section whose keys are free. They are known from then on.
    pub fn keys(&self) -> Vec<String> {
        let mut keys: Vec<(usize, &str)> =
            self.table.iter().map(|(key, _)| (key.span().start, key.get_ref().as_ref())).collect();
        keys.sort_unstable();
        if keys.len() > ENTRIES {
            let error =
                Error::usage(format!("{}: has {} keys", self.path_words(), grouped(keys.len() as u64)));
            self.book.mistake(self.offset, error.expected(format!("at most {}", grouped(ENTRIES as u64))));
        }
        let mut free = Vec::with_capacity(keys.len().min(ENTRIES));
        for (offset, key) in keys {
            self.known_key(key);
            if key.len() > LONGEST_KEY {
                let what = format!("is a key of {} bytes", grouped(key.len() as u64));
                let expected = format!("at most {LONGEST_KEY} bytes");
                self.book.mistake(offset, self.error(key, &what).expected(expected));
            } else if free.len() < ENTRIES {
                free.push(key.to_owned());
            }
        }
        free
    }

    /// Whether `key` is there, whatever its value. It is known from then on.
    pub fn has(&self, key: &str) -> bool {
        self.asked(key).is_some()
    }

    /// Whether `key` holds a section or an inline table. It is known from then on.
    pub fn is_section(&self, key: &str) -> bool {
        self.asked(key).is_some_and(|value| value.get_ref().is_table())
    }

    /// Says that `key` is known without asking for its value.
    pub fn known_key(&self, key: &str) {
        self.known.borrow_mut().insert(key.to_owned());
    }

    /// Checks `format`, the version of the file's own format.
    pub fn format(&self, version: i64) {
        self.require("format", &version.to_string());
        if self.integer("format").is_some_and(|found| found != version) {
            self.mistake("format", "is a format that this version cannot read", &version.to_string());
        }
    }

    /// A mistake in the value of `key`, or in the section when `key` is absent. `what` goes on the sentence that
    /// begins with the key.
    pub fn mistake(&self, key: &str, what: &str, expected: &str) {
        self.book.mistake(self.offset_of(key, None), self.error(key, what).expected(expected));
    }

    /// A mistake in one item, counted from 0, of the array of `key`.
    pub fn item_mistake(&self, key: &str, index: usize, what: &str, expected: &str) {
        self.book.mistake(self.offset_of(key, Some(index)), self.error(key, what).expected(expected));
    }

    /// A mistake: `word` in the value of `key`, or in one item of its array, is not one of `known`. The nearest is
    /// proposed.
    pub fn unknown_word(&self, key: &str, index: Option<usize>, word: &str, known: &[&str]) {
        if self.book.has_more() {
            return;
        }
        let error = self.error(key, &format!("unknown `{}`", excerpt(word)));
        let error = propose(error, word, known.iter().copied());
        self.book.mistake(self.offset_of(key, index), error);
    }

    /// A mistake unless `key` is there.
    pub fn require(&self, key: &str, expected: &str) {
        if self.asked(key).is_none() {
            self.book.missing(self.offset, self.error(key, "missing").expected(expected));
        }
    }

    fn find(&self, key: &str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.table.get(key)
    }

    fn asked(&self, key: &str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.known_key(key);
        self.find(key)
    }

    fn typed<T>(
        &self,
        key: &str,
        expected: &str,
        take: impl FnOnce(&'t DeValue<'t>) -> Option<T>,
    ) -> Option<T> {
        let value = self.asked(key)?;
        let taken = take(value.get_ref());
        if taken.is_none() {
            self.wrong_type(key, value, expected);
        }
        taken
    }

    /// Whether a text is as short as texts are; a mistake where it is not.
    fn within(&self, text: &str, offset: impl FnOnce() -> usize, key: &str) -> bool {
        if text.len() > LONGEST_TEXT {
            let what = format!("is a text of {} bytes", grouped(text.len() as u64));
            let expected = format!("at most {} bytes", grouped(LONGEST_TEXT as u64));
            self.book.mistake(offset(), self.error(key, &what).expected(expected));
        }
        text.len() <= LONGEST_TEXT
    }

    /// Whether a list has more entries than it may have, which is a mistake then.
    fn are_too_many(&self, key: &str, count: usize, most: usize) -> bool {
        if count > most {
            let what = format!("has {} entries", grouped(count as u64));
            self.mistake(key, &what, &format!("at most {}", grouped(most as u64)));
        }
        count > most
    }

    fn below(&self, key: &str, table: &'t DeTable<'t>, offset: usize) -> Section<'t> {
        let path = format!("{}{key}.", self.path);
        Section { book: self.book, table, path, offset, known: RefCell::default() }
    }

    fn wrong_type(&self, key: &str, value: &Spanned<DeValue<'_>>, expected: &str) {
        let what = format!("is {}", type_words(value.get_ref()));
        self.book.mistake(value.span().start, self.error(key, &what).expected(expected));
    }

    fn error(&self, key: &str, what: &str) -> Error {
        Error::usage(format!("{}{}: {what}", excerpt(&self.path), excerpt(key)))
    }

    fn path_words(&self) -> String {
        excerpt(self.path.trim_end_matches('.'))
    }

    fn offset_of(&self, key: &str, index: Option<usize>) -> usize {
        let Some(value) = self.find(key) else {
            return self.offset;
        };
        let item = index.and_then(|index| value.get_ref().as_array()?.get(index));
        item.unwrap_or(value).span().start
    }
}

impl Drop for Section<'_> {
    fn drop(&mut self) {
        // Nobody need look for a mistake that is not listed.
        if self.book.has_more() {
            return;
        }
        let known = self.known.borrow();
        for key in self.table.keys().filter(|key| !known.contains(key.get_ref().as_ref())) {
            let error = self.error(key.get_ref(), "unknown key");
            let error = propose(error, key.get_ref(), known.iter().map(String::as_str));
            self.book.mistake(key.span().start, error);
            if self.book.has_more() {
                return;
            }
        }
    }
}

/// Adds what is known and the nearest of it to a mistake about an unknown word.
fn propose<'k>(error: Error, written: &str, known: impl Iterator<Item = &'k str> + Clone) -> Error {
    let words: Vec<String> = known.clone().take(WORDS).map(|word| format!("`{}`", excerpt(word))).collect();
    let error = match (words.as_slice(), known.clone().skip(WORDS).count()) {
        ([], _) => error.expected("nothing here"),
        ([word], _) => error.expected(word),
        (_, 0) => error.expected(format!("one of {}", words.join(", "))),
        (_, more) => error.expected(format!("one of {} and {more} more", words.join(", "))),
    };
    match nearest(written, known) {
        Some(word) => error.next(format!("did you mean `{}`?", excerpt(word))),
        None => error,
    }
}

fn type_words(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time without quotes",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a section",
    }
}
