//! Values other than instants (2-tables, "Other values").

use std::collections::BTreeSet;

/// Yes, no, or neither: NULL and what can't be read.
pub fn boolean(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "t" | "yes" | "y" | "1" | "on" | "enabled" => Some(true),
        "false" | "f" | "no" | "n" | "0" | "off" | "disabled" => Some(false),
        _ => None,
    }
}

/// A word is trimmed and in lower case.
pub fn word(text: &str) -> Option<String> {
    some(lower(text.trim()))
}

/// A code is one of ours, or `unknown`.
pub fn code(text: &str, ours: &[&str]) -> Option<String> {
    let word = word(text)?;
    let word =
        if ours == ROLES && ["admin", "owner"].contains(&word.as_str()) { "agent".into() } else { word };
    Some(if ours.contains(&word.as_str()) { word } else { UNKNOWN.into() })
}

/// What a code that is not ours, or in conflict, is called.
pub const UNKNOWN: &str = "unknown";
pub const ROLES: &[&str] = &["agent", "end_user"];

/// A JSON array, or split on `;`: items trimmed, none empty, each once, sorted by bytes.
pub fn list(text: &str) -> BTreeSet<String> {
    let items = serde_json::from_str::<Vec<String>>(text.trim())
        .map(|items| items.into_iter().map(|item| item.replace(';', ",")).collect())
        .unwrap_or_else(|_| text.split(';').map(String::from).collect::<Vec<_>>());
    items.iter().filter_map(|item| some(item.trim().to_string())).collect()
}

/// A list of words.
pub fn words(text: &str) -> BTreeSet<String> {
    list(text).iter().filter_map(|item| word(item)).collect()
}

/// Hex digests: lower case, without colons and blanks.
pub fn hex(text: &str) -> Option<String> {
    some(text.chars().filter(|c| *c != ':' && !c.is_whitespace()).collect::<String>().to_lowercase())
}

/// An identifier is kept as written but for the white space around it.
pub fn identifier(text: &str) -> Option<String> {
    some(text.trim().to_string())
}

/// How e-mail addresses are compared: trimmed and in lower case (Unicode simple mapping).
pub fn email_key(text: &str) -> Option<String> {
    some(lower(text.trim()))
}

/// An empty text is NULL.
pub fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

fn lower(text: &str) -> String {
    text.chars().filter_map(|c| c.to_lowercase().next()).collect()
}
