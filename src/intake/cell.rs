//! What a cell's text means, by the kind of its column (2-tables, "Other values").

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

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

/// The items of a list: of a JSON array, or what `;` separates; trimmed, empty ones dropped, unique, sorted by bytes.
#[must_use]
pub fn items(text: &str, in_lower_case: bool) -> BTreeSet<String> {
    let items = match json_items(text) {
        Some(items) => items,
        None => text.split(';').map(str::to_owned).collect(),
    };
    let trimmed = items.iter().map(|item| item.trim()).filter(|item| !item.is_empty());
    trimmed.map(|item| if in_lower_case { lower_case(item).into_owned() } else { item.to_owned() }).collect()
}

/// The items of a JSON array of texts and whole numbers; a `;` in one becomes `,`. Nothing when it is none.
fn json_items(text: &str) -> Option<Vec<String>> {
    if !text.trim_start().starts_with('[') {
        return None;
    }
    let values: Vec<serde_json::Value> = serde_json::from_str(text).ok()?;
    values.into_iter().map(json_item).collect()
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
pub fn joined(items: &BTreeSet<String>) -> String {
    items.iter().map(String::as_str).collect::<Vec<_>>().join(";")
}
