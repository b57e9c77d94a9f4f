//! Text safety: what foreign text needs before it is compared, stored, printed or opened in a spreadsheet.

use std::borrow::Cow;
use std::path::Path;

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

/// A path for people: names may hold line ends and sequences that move the cursor.
#[must_use]
pub fn shown_path(path: &Path) -> String {
    printable(&path.to_string_lossy())
}

/// Text for a terminal: control and direction-changing characters can't move the cursor or hide anything.
#[must_use]
pub fn printable(text: &str) -> String {
    text.chars().filter(|c| is_harmless(*c)).collect()
}

/// A name or a value that somebody else wrote, as a message quotes it: [`printable`], and cut where it is long.
#[must_use]
pub fn excerpt(text: &str) -> String {
    const CHARACTERS: usize = 80;
    match text.char_indices().nth(CHARACTERS) {
        Some((end, _)) => format!("{}…", printable(text.get(..end).unwrap_or_default())),
        None => printable(text),
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
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
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

/// A text as one word of a shell's command line: in quotes where it needs them.
#[must_use]
pub fn shell_word(text: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+@%:,=~".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// Bytes for a terminal, none left out: what is no printable character stands as `\n`, `\r`, `\t`, `\x1b` or, where it
/// would change the direction of writing, `\u{202e}`.
#[must_use]
pub fn escaped(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\n' => text.push_str("\\n"),
                '\r' => text.push_str("\\r"),
                '\t' => text.push_str("\\t"),
                c if c.is_ascii_control() => text.push_str(&format!("\\x{:02x}", u32::from(c))),
                c if c.is_control() || is_direction_mark(c) => text.extend(c.escape_unicode()),
                c => text.push(c),
            }
        }
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02x}"));
        }
    }
    text
}
