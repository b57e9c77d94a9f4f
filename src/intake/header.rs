//! Which columns of ours a header has (2-tables, "Header matching").

use super::rejects::masked;
use crate::base::text::fold_name;
use crate::engine::tables::Table;

/// How a header fits a table.
#[derive(Clone, Debug)]
pub(super) struct Match {
    /// The table.
    pub table: &'static Table,
    /// Where each column of ours stands.
    pub places: Vec<Option<usize>>,
    /// Columns of ours that two headers match: ours, and both headers.
    pub doubled: Vec<(String, String, String)>,
    /// Required columns of ours that are not there.
    pub missing: Vec<String>,
    /// Headers that are no column of ours, with the place of each.
    pub unknown: Vec<String>,
}

impl Match {
    /// Matches `header` to a table. With an account stated, the file need not name one.
    pub fn new(table: &'static Table, header: &[String], account_is_stated: bool) -> Self {
        let folded: Vec<String> = header.iter().map(|name| fold_name(name)).collect();
        let mut found =
            Self { table, places: Vec::new(), doubled: Vec::new(), missing: Vec::new(), unknown: Vec::new() };
        let mut taken = vec![false; header.len()];
        for column in &table.columns {
            let names: Vec<String> = column.headers().map(fold_name).collect();
            let mut here = folded.iter().enumerate().filter(|(_, name)| names.contains(name)).map(|(i, _)| i);
            let place = here.next();
            for other in place.into_iter().chain(here) {
                if let Some(slot) = taken.get_mut(other) {
                    *slot = true;
                }
                if place != Some(other) {
                    let shown = |i: Option<usize>| i.and_then(|i| header.get(i)).cloned().unwrap_or_default();
                    found.doubled.push((column.name.clone(), shown(place), shown(Some(other))));
                }
            }
            let is_filled = account_is_stated && column.name == ACCOUNT;
            if column.required && place.is_none() && !is_filled {
                found.missing.push(column.name.clone());
            }
            found.places.push(place);
        }
        let unknown = header.iter().enumerate().zip(&taken).filter(|(_, taken)| !**taken);
        found.unknown = unknown.map(|((index, name), _)| shown_header(index, name)).collect();
        found
    }

    /// Whether the header can be this table's, when nobody said which it is. The key must be there: an account that
    /// is stated for a file does not make it a table of accounts.
    pub fn can_be(&self) -> bool {
        let key = self
            .table
            .columns
            .iter()
            .position(|column| Some(&column.name) == self.table.key().map(|k| &k.name));
        let has_key = key.is_none_or(|index| self.places.get(index).copied().flatten().is_some());
        self.missing.is_empty() && has_key && self.known() > 0
    }

    /// How many columns of ours the header has.
    pub fn known(&self) -> usize {
        self.places.iter().flatten().count()
    }
}

/// The column that a stated account fills.
pub(super) const ACCOUNT: &str = "account_id";

/// Whether a header may be an address, somebody's number or a secret: the first line of a file that has no header, or a
/// column that a system named after what it holds. A name that is masked for nothing costs little.
fn is_like_data(name: &str) -> bool {
    const DIGITS: usize = 7;
    let has_mark = name.contains(['@', '=']) || name.contains("://") || name.contains("-----");
    let digits = name.chars().filter(|c| c.is_numeric()).count();
    let begins_as_secret = || name.split_whitespace().any(|word| begins_as(word, &PREFIXES));
    has_mark
        || digits >= DIGITS
        || is_long_with_digits(name)
        || begins_as_secret()
        || name.split(is_between).any(|word| begins_as(word, &PREFIXES) || is_random(word))
}

/// How the secrets of well-known systems begin.
const PREFIXES: [&str; 22] = [
    "sk_", "sk-", "pk_", "rk_", "ghp_", "gho_", "ghs_", "github_", "glpat-", "xoxb-", "xoxp-", "akia",
    "asia", "aiza", "eyj", "npm_", "hf_", "$2a$", "$2b$", "$2y$", "$argon2", "$6$",
];

/// Whether a word is as long as a secret and begins as one.
fn begins_as(word: &str, prefixes: &[&str]) -> bool {
    const LONG: usize = 16;
    let begins = |prefix: &&str| {
        word.get(..prefix.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(prefix))
    };
    word.len() >= LONG && prefixes.iter().any(begins)
}

/// What is between the words of a header. The two marks are also letters of base64.
fn is_between(c: char) -> bool {
    !c.is_alphanumeric() && c != '+' && c != '/'
}

/// Whether a name is long, without blanks, and has digits: an id, or a secret in several parts.
fn is_long_with_digits(name: &str) -> bool {
    const LONG: usize = 16;
    let is_one_word = name.chars().all(|c| c.is_alphanumeric() || "-_+/.:~".contains(c));
    name.len() >= LONG && is_one_word && name.chars().filter(char::is_ascii_digit).count() > 3
}

/// Whether a word looks drawn by lot: long with digits among its letters, long and with about as many capitals as small
/// letters, or longer than words are. In `lastLoginAt` a fifth of the letters are capitals.
fn is_random(word: &str) -> bool {
    const WITH_DIGITS: usize = 12;
    const MIXED: usize = 16;
    const LONGEST: usize = 32;
    let count = |is: fn(char) -> bool| word.chars().filter(|c| is(*c)).count();
    let (letters, digits, capitals) =
        (count(char::is_alphabetic), count(char::is_numeric), count(char::is_uppercase));
    let length = letters + digits;
    let is_mixed = capitals * 10 >= letters * 3 && capitals * 10 <= letters * 7;
    (length >= WITH_DIGITS && letters > 0 && digits > 1)
        || (length >= MIXED && letters > 0 && is_mixed)
        || length >= LONGEST
}

/// A header as it is shown; one without a name by its number.
pub(super) fn shown_header(index: usize, name: &str) -> String {
    const CHARACTERS: usize = 80;
    if name.trim().is_empty() {
        return format!("(column {})", index + 1);
    }
    if is_like_data(name) {
        return masked(name.as_bytes());
    }
    match name.char_indices().nth(CHARACTERS) {
        Some((end, _)) => format!("{}…", name.get(..end).unwrap_or_default()),
        None => name.to_owned(),
    }
}
