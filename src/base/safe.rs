//! The door to the terminal: whatever a message is made of, it can't move the cursor, hide anything or pass for a line
//! of ours.
//!
//! Foreign text is made safe where it is put into a message ([`line`], [`bytes`]): only there is it known which line
//! ends are ours. What is printed goes through [`page`] last, or [`json`], which see to what was forgotten.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::path::Path;

/// Foreign text as part of a line: everything that is not seen stands as `\n`, `\t`, `\x1b` or `\u{200b}`.
#[must_use]
pub fn line(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_seen) { Cow::Borrowed(text) } else { Cow::Owned(bytes(text.as_bytes())) }
}

/// The same of bytes; those that are no text stand as `\xff`.
#[must_use]
pub fn bytes(foreign: &[u8]) -> String {
    let mut text = String::with_capacity(foreign.len());
    for chunk in foreign.utf8_chunks() {
        chunk.valid().chars().for_each(|c| push(&mut text, c));
        for byte in chunk.invalid() {
            push_byte(&mut text, *byte);
        }
    }
    text
}

/// A path as part of a line.
#[must_use]
pub fn path(path: &Path) -> String {
    bytes(path.as_os_str().as_encoded_bytes())
}

/// Lines that are about to be printed: line ends, tabs and our own colours stay, all else becomes as in [`line`].
#[must_use]
pub fn page(text: &str) -> Cow<'_, str> {
    let is_plain = |c: char| is_seen(c) || matches!(c, '\n' | '\t');
    if text.chars().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let taken = colour(rest).unwrap_or(c.len_utf8());
        let (piece, behind) = rest.split_at(taken);
        if is_plain(c) || taken > 1 && c == ESCAPE {
            safe.push_str(piece)
        } else {
            push(&mut safe, c)
        }
        rest = behind;
    }
    Cow::Owned(safe)
}

/// Exact data that is about to be shown on a terminal: line ends and tabs stay, all else becomes as in [`bytes`].
#[must_use]
pub fn page_of_bytes(data: &[u8]) -> String {
    let pieces = data.split_inclusive(|byte| matches!(byte, b'\n' | b'\t'));
    pieces.fold(String::with_capacity(data.len()), |mut text, piece| {
        match piece.split_last() {
            Some((end @ (b'\n' | b'\t'), before)) => {
                text.push_str(&bytes(before));
                text.push(char::from(*end));
            }
            _ => text.push_str(&bytes(piece)),
        }
        text
    })
}

/// JSON that is about to be printed: the same data, with what is not seen written as `\u200b`. Always, and not on a
/// terminal alone, so that what is piped and what is seen are the same bytes.
#[must_use]
pub fn json(text: &str) -> Cow<'_, str> {
    // Between the texts of JSON there are blanks and line ends, and within them no control character stands as it is.
    let is_plain = |c: char| is_seen(c) || matches!(c, '\n' | '\r' | '\t');
    if text.chars().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if is_plain(c) {
            safe.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            // Writing to a text can't fail.
            let _ = write!(safe, "\\u{unit:04x}");
        }
    }
    Cow::Owned(safe)
}

const ESCAPE: char = '\u{1b}';

/// How many bytes a sequence for colour or weight has, where the text begins with one of those that we use, such as
/// `ESC [ 31 m`. None of them hides anything.
fn colour(text: &str) -> Option<usize> {
    let number = text.strip_prefix("\u{1b}[")?.split_once('m')?.0;
    let is_ours = matches!(number.parse(), Ok(0 | 1 | 3 | 4 | 30..=37 | 90..=97));
    is_ours.then_some("\u{1b}[m".len() + number.len())
}

fn push(text: &mut String, c: char) {
    match c {
        '\n' => text.push_str("\\n"),
        '\r' => text.push_str("\\r"),
        '\t' => text.push_str("\\t"),
        c if c.is_ascii_control() => push_byte(text, u8::try_from(c).unwrap_or_default()),
        c if is_seen(c) => text.push(c),
        c => text.extend(c.escape_unicode()),
    }
}

fn push_byte(text: &mut String, byte: u8) {
    // Writing to a text can't fail.
    let _ = write!(text, "\\x{byte:02x}");
}

/// Whether a character is seen where it stands, if only as a blank, and changes nothing else on the page.
fn is_seen(c: char) -> bool {
    matches!(c, ' '..='~') || !(c.is_control() || is_unseen(c))
}

/// Characters that are not drawn, or say how others are. Unicode's general categories `Cf`, `Zl` and `Zp` (zero-width
/// and joining characters, marks of direction, byte order marks, line separators, tags); `Default_Ignorable_Code_Point`
/// (variation selectors, fillers, and what is kept free for more of the kind); and noncharacters, which are in no text.
/// Blanks other than the usual one stay, as does what a font may lack. A test compares the table with Unicode's own.
fn is_unseen(c: char) -> bool {
    let code = u32::from(c);
    code & 0xfffe == 0xfffe || UNSEEN.iter().any(|&(first, last)| (first..=last).contains(&code))
}

const UNSEEN: [(u32, u32); 26] = [
    (0x00ad, 0x00ad),   // soft hyphen
    (0x034f, 0x034f),   // combining grapheme joiner
    (0x0600, 0x0605),   // Arabic number signs
    (0x061c, 0x061c),   // Arabic letter mark
    (0x06dd, 0x06dd),   // Arabic end of ayah
    (0x070f, 0x070f),   // Syriac abbreviation mark
    (0x0890, 0x0891),   // Arabic pound and piastre marks
    (0x08e2, 0x08e2),   // Arabic disputed end of ayah
    (0x115f, 0x1160),   // Hangul fillers
    (0x17b4, 0x17b5),   // Khmer inherent vowels
    (0x180b, 0x180f),   // Mongolian variation selectors and vowel separator
    (0x200b, 0x200f),   // zero-width space and joiners, marks of direction
    (0x2028, 0x202e),   // line and paragraph separators, embeddings and overrides of direction
    (0x2060, 0x206f),   // word joiner, invisible operators, isolates of direction
    (0x3164, 0x3164),   // Hangul filler
    (0xfdd0, 0xfdef),   // noncharacters
    (0xfe00, 0xfe0f),   // variation selectors
    (0xfeff, 0xfeff),   // byte order mark
    (0xffa0, 0xffa0),   // halfwidth Hangul filler
    (0xfff0, 0xfffb),   // kept free, interlinear annotation
    (0x110bd, 0x110bd), // Kaithi number sign
    (0x110cd, 0x110cd), // Kaithi number sign above
    (0x13430, 0x1343f), // formats of Egyptian hieroglyphs
    (0x1bca0, 0x1bca3), // formats of shorthand
    (0x1d173, 0x1d17a), // formats of music
    (0xe0000, 0xe0fff), // tags, variation selectors, kept free
];
