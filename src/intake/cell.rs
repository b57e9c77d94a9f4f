//! What a cell's text means, by the kind of its column (2-tables, "Other values").

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::Deserializer as _;
use serde::de::{Error as _, IgnoredAny, SeqAccess, Visitor};

use crate::base::text::lower_case;
use crate::base::{Result, library, toml_file};

/// How yes and no are written, in lower case.
#[derive(Clone, Debug, Default)]
pub struct BooleanWords(BTreeMap<String, bool>);

impl BooleanWords {
    /// The words of all languages.
    ///
    /// # Errors
    /// When the list of words contradicts itself.
    pub fn load() -> Result<Self> {
        let file = library::read("tables/words/booleans.toml")?;
        toml_file::read(file.path, file.text, |file| {
            file.format(1);
            let mut words = BTreeMap::new();
            for language in file.sections("language") {
                language.required_text("language");
                for (key, meaning) in [("true", true), ("false", false)] {
                    for (index, word) in language.required_texts(key).into_iter().enumerate() {
                        if words.insert(word.clone(), meaning).is_some_and(|other| other != meaning) {
                            let what = format!("`{word}` means the other in another language");
                            language.item_mistake(key, index, &what, "a word with one meaning");
                        }
                    }
                }
            }
            Self(words)
        })
    }

    /// What a trimmed text says; nothing when it is no word for yes or no.
    #[must_use]
    pub fn read(&self, text: &str) -> Option<bool> {
        match text {
            "true" | "True" | "TRUE" | "1" => Some(true),
            "false" | "False" | "FALSE" | "0" => Some(false),
            _ => self.0.get(lower_case(text).as_ref()).copied(),
        }
    }
}

/// A word as it is stored: trimmed, in lower case.
#[must_use]
pub fn word(text: &str) -> Cow<'_, str> {
    lower_case(text.trim())
}

/// A hex digest: lower case, without colons and blanks.
#[must_use]
pub fn hex(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase()) {
        return Cow::Borrowed(text);
    }
    let kept: String = text.chars().filter(|c| *c != ':' && !c.is_whitespace()).collect();
    Cow::Owned(lower_case(&kept).into_owned())
}

/// Different items of a list at most; nobody writes more, and a cell of many megabytes must not fill the memory.
const ITEMS: usize = 250_000;

/// The items of a list.
pub type Items<'t> = BTreeSet<Cow<'t, str>>;

/// The items of a list: of a JSON array, or what `;` separates; trimmed, empty ones dropped, unique, sorted by bytes.
/// Nothing when there are more different ones than anybody writes.
#[must_use]
pub fn items(text: &str, in_lower_case: bool) -> Option<Items<'_>> {
    let mut found = Found { items: Items::new(), in_lower_case };
    if !json_items(text, &mut found) {
        found.items.clear();
        text.split(';').all(|item| found.add(Cow::Borrowed(item)));
    }
    (found.items.len() <= ITEMS).then_some(found.items)
}

struct Found<'t> {
    items: Items<'t>,
    in_lower_case: bool,
}

impl<'t> Found<'t> {
    /// Takes one item; false when there are too many.
    fn add(&mut self, item: Cow<'t, str>) -> bool {
        let trimmed = match item {
            Cow::Borrowed(item) => Cow::Borrowed(item.trim()),
            Cow::Owned(item) => Cow::Owned(item.trim().to_owned()),
        };
        let cased = match lower_case(&trimmed) {
            Cow::Owned(lower) if self.in_lower_case => Cow::Owned(lower),
            _ => trimmed,
        };
        if !cased.is_empty() {
            self.items.insert(cased);
        }
        self.items.len() <= ITEMS
    }
}

/// Whether a text is a list written as a JSON array, whose items stand in quotes.
#[must_use]
pub fn is_json_list(text: &str) -> bool {
    json_items(text, &mut Found { items: Items::new(), in_lower_case: false })
}

/// Takes the items of a JSON array of texts and whole numbers; a `;` in one becomes `,`. False when it is none.
fn json_items(text: &str, found: &mut Found<'_>) -> bool {
    if !text.trim_start().starts_with('[') {
        return false;
    }
    let mut json = serde_json::Deserializer::from_str(text);
    json.deserialize_seq(Array(found)).is_ok() && json.end().is_ok()
}

/// Reads an array item by item, so that none but its items are held.
struct Array<'f, 't>(&'f mut Found<'t>);

impl<'de> Visitor<'de> for Array<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an array of texts and whole numbers")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> std::result::Result<(), A::Error> {
        while let Some(item) = items.next_element::<serde_json::Value>()? {
            let item = json_item(item).ok_or_else(|| A::Error::custom("neither text nor whole number"))?;
            if !self.0.add(Cow::Owned(item)) {
                // Read on to the end: whether it is an array is still to be seen.
                while items.next_element::<IgnoredAny>()?.is_some() {}
            }
        }
        Ok(())
    }
}

fn json_item(value: serde_json::Value) -> Option<String> {
    match value {
        serde_json::Value::Null => Some(String::new()),
        serde_json::Value::String(text) => Some(text.replace(';', ",")),
        serde_json::Value::Number(number) if number.is_i64() || number.is_u64() => Some(number.to_string()),
        _ => None,
    }
}

/// A list as it is stored.
#[must_use]
pub fn joined(items: &Items<'_>) -> String {
    let mut text = String::with_capacity(items.iter().map(|item| item.len() + 1).sum());
    for item in items {
        if !text.is_empty() {
            text.push(';');
        }
        text.push_str(item);
    }
    text
}
