//! Text safety: what foreign text needs before it is compared, stored, printed or opened in a spreadsheet.

use std::borrow::Cow;
use std::path::Path;

use super::safe;

/// An e-mail address as it is compared: trimmed of Unicode white space, lower case by Unicode's simple mapping
/// (2-tables, "E-mail"). Stored as `<column>_key`, because engines disagree on `trim` and `lower`.
#[must_use]
pub fn email_key(written: &str) -> Cow<'_, str> {
    lower_case(trimmed(written))
}

/// A text without the Unicode white space around it. Nearly every cell begins and ends with a visible ASCII character.
#[must_use]
pub fn trimmed(written: &str) -> &str {
    let is_visible = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
    let bytes = written.as_bytes();
    if is_visible(bytes.first()) && is_visible(bytes.last()) { written } else { written.trim() }
}

/// Lower case by Unicode's simple mapping: how words are stored and compared (2-tables, "Words").
#[must_use]
pub fn lower_case(written: &str) -> Cow<'_, str> {
    if written.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase()) {
        return Cow::Borrowed(written);
    }
    // As long as what is written, but for the rare letter: of a very long text a second copy is enough.
    let mut lower = String::with_capacity(written.len());
    lower.extend(written.chars().map(simple_lower));
    Cow::Owned(lower)
}

/// Unicode's simple lower-case mapping: one character to one character.
fn simple_lower(c: char) -> char {
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(l), None) => l,
        // Only U+0130 maps to two characters in full; its simple mapping is the plain i.
        _ if c == '\u{130}' => 'i',
        _ => c,
    }
}

/// A header or column name as it is compared: lower case, without spaces, `_`, `-`, `.` and byte order marks
/// (2-tables, "Header matching").
#[must_use]
pub fn fold_name(written: &str) -> String {
    folded(written).collect()
}

/// Whether what is written is that name, which is folded already.
#[must_use]
pub fn folds_to(written: &str, name: &str) -> bool {
    folded(written).eq(name.chars())
}

fn folded(written: &str) -> impl Iterator<Item = char> {
    let counts = |c: &char| !c.is_whitespace() && !matches!(c, '_' | '-' | '.' | '\u{feff}');
    written.chars().filter(counts).flat_map(char::to_lowercase)
}

/// Text for a list that is opened in a spreadsheet: without characters that control it or change the direction of
/// writing. What is printed goes through [`super::safe`] instead, which leaves nothing out.
#[must_use]
pub fn printable(text: &str) -> String {
    text.chars().filter(|c| is_harmless(*c)).collect()
}

/// A name or a value that somebody else wrote, as a message quotes it: safe to print, and cut where it is long.
#[must_use]
pub fn excerpt(text: &str) -> String {
    const CHARACTERS: usize = 80;
    match text.char_indices().nth(CHARACTERS) {
        Some((end, _)) => format!("{}…", safe::line(text.get(..end).unwrap_or(text))),
        None => safe::line(text).into_owned(),
    }
}

/// Whether a text is [`printable`] as it stands.
#[must_use]
pub fn is_printable(text: &str) -> bool {
    text.chars().all(is_harmless)
}

fn is_harmless(c: char) -> bool {
    !c.is_control() && !is_direction_mark(c)
}

fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A number with thin groups of three, as people read it: `12,345`.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// So many of a thing, as people read it: `1 record`, `2,000 records`. `one` is the word for one of them.
#[must_use]
pub fn counted(number: u64, one: &str) -> String {
    format!("{} {one}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// A size in bytes as people read it: `1.5 MB`.
#[must_use]
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let mut value = bytes as f64;
    let mut unit = UNITS[0];
    for next in UNITS.iter().skip(1) {
        if value < 1000.0 {
            break;
        }
        value /= 1000.0;
        unit = next;
    }
    if unit == "B" { format!("{bytes} B") } else { format!("{value:.1} {unit}") }
}

/// A path as one word of a shell's command line: in quotes where it needs them, and where it holds what is not seen, in
/// those of bash, ksh and zsh that have a form for it: `$'a\x1b'`.
#[must_use]
pub fn shell_word(path: &Path) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+@%:,=~".contains(c);
    match path.to_str() {
        Some(text) if !text.is_empty() && text.chars().all(is_plain) => text.to_owned(),
        Some(text) if matches!(safe::line(text), Cow::Borrowed(_)) => {
            format!("'{}'", text.replace('\'', "'\\''"))
        }
        _ => format!("$'{}'", path.as_os_str().as_encoded_bytes().iter().map(shell_byte).collect::<String>()),
    }
}

fn shell_byte(byte: &u8) -> String {
    match byte {
        b'\'' | b'\\' => format!("\\{}", char::from(*byte)),
        b' '..=b'~' => char::from(*byte).to_string(),
        _ => format!("\\x{byte:02x}"),
    }
}
