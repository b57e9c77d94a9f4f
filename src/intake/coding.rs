//! How the bytes of a file stand for its text, so that places and hashes are always those of the file itself.
//!
//! A file is cut as it stands where quotes, commas and line ends are ASCII bytes and part of nothing else; its cells
//! are decoded afterwards. UTF-16 is rewritten unit by unit, in a way that can be undone to the byte.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// What stands in a rewritten text before the two halves of a byte that is no whole unit, in bytes that no text has.
const HALF: u8 = 0xff;

/// How the bytes of a file stand for its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    /// As they stand; cells are decoded from this encoding.
    AsItStands(&'static Encoding),
    /// Rewritten from units of two bytes, the greater one first or last.
    Units {
        /// Whether the greater byte comes first.
        big: bool,
    },
}

impl Coding {
    /// How text in an encoding is read; nothing when it can't be.
    pub fn of(encoding: &'static Encoding) -> Option<Self> {
        match encoding {
            _ if encoding == UTF_16LE => Some(Self::Units { big: false }),
            _ if encoding == UTF_16BE => Some(Self::Units { big: true }),
            _ => encoding.is_ascii_compatible().then_some(Self::AsItStands(encoding)),
        }
    }

    /// The encoding of cells that are not UTF-8 as they are cut.
    pub fn of_cells(self) -> Option<&'static Encoding> {
        match self {
            Self::AsItStands(encoding) => (encoding != UTF_8).then_some(encoding),
            Self::Units { .. } => None,
        }
    }

    /// Whether a byte can also be the second one of a character.
    pub fn is_ambiguous(self, byte: u8) -> bool {
        // Trail bytes of Shift_JIS, Big5 and GBK begin with `@`; those of gb18030 with `0`, but end with `9` there.
        byte >= b'@' && self.of_cells().is_some_and(|encoding| !encoding.is_single_byte())
    }

    /// How many bytes of the file a piece of text is.
    pub fn length(self, text: &[u8]) -> u64 {
        match self {
            Self::AsItStands(_) => text.len() as u64,
            Self::Units { .. } => text.iter().map(|byte| bytes_of_lead(*byte)).sum(),
        }
    }

    /// The bytes of the file that a piece of text is.
    pub fn bytes(self, text: &[u8]) -> Cow<'_, [u8]> {
        match self {
            Self::AsItStands(_) => Cow::Borrowed(text),
            Self::Units { big } => Cow::Owned(to_units(text, big)),
        }
    }
}

/// How many bytes of UTF-16 the character is that begins with a byte of UTF-8; none for its other bytes.
fn bytes_of_lead(byte: u8) -> u64 {
    match byte {
        HALF => 1,
        0x80..=0xbf => 0,
        0xf0.. => 4,
        _ => 2,
    }
}

/// Rewrites UTF-16 to UTF-8. A surrogate alone becomes three bytes that no UTF-8 has, a byte alone three others: who
/// reads them as text rejects them, and [`Coding::bytes`] undoes them.
#[derive(Debug, Default)]
pub(super) struct Rewriter {
    big: bool,
    /// The first byte of a unit whose second one has not come.
    byte: Option<u8>,
    /// The first half of a pair whose second one has not come.
    high: Option<u16>,
}

impl Rewriter {
    pub fn new(big: bool) -> Self {
        Self { big, ..Self::default() }
    }

    /// Appends what `raw` says to `text`.
    pub fn rewrite(&mut self, raw: &[u8], text: &mut Vec<u8>) {
        for &byte in raw {
            match self.byte.take() {
                None => self.byte = Some(byte),
                Some(first) => {
                    let pair = [first, byte];
                    let unit = if self.big { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) };
                    self.unit(unit, text);
                }
            }
        }
    }

    fn unit(&mut self, unit: u16, text: &mut Vec<u8>) {
        if let Some(high) = self.high.take() {
            if (0xdc00..0xe000).contains(&unit) {
                let both = (u32::from(high - 0xd800) << 10) + u32::from(unit - 0xdc00) + 0x1_0000;
                push_char(both, text);
                return;
            }
            push_alone(high, text);
        }
        match unit {
            0xd800..0xdc00 => self.high = Some(unit),
            0xdc00..0xe000 => push_alone(unit, text),
            _ => push_char(u32::from(unit), text),
        }
    }

    /// Appends what is left at the file's end.
    pub fn finish(&mut self, text: &mut Vec<u8>) {
        if let Some(high) = self.high.take() {
            push_alone(high, text);
        }
        if let Some(byte) = self.byte.take() {
            text.extend_from_slice(&[HALF, 0x80 | byte >> 4, 0x80 | byte & 0xf]);
        }
    }
}

fn push_char(code: u32, text: &mut Vec<u8>) {
    let character = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
}

/// A surrogate alone, written as UTF-8 would write its number.
fn push_alone(unit: u16, text: &mut Vec<u8>) {
    let [high, low] = unit.to_be_bytes();
    text.extend_from_slice(&[0xed, 0x80 | (high & 0xf) << 2 | low >> 6, 0x80 | low & 0x3f]);
}

/// Undoes what a [`Rewriter`] did.
fn to_units(text: &[u8], big: bool) -> Vec<u8> {
    let mut raw = Vec::with_capacity(text.len() * 2);
    let mut rest = text;
    while let Some((&lead, _)) = rest.split_first() {
        let length = match lead {
            0..0xc0 => 1,
            0xc0..0xe0 => 2,
            0xe0..0xf0 | HALF => 3,
            _ => 4,
        };
        let (character, behind) = rest.split_at(length.min(rest.len()));
        rest = behind;
        if let [HALF, high, low] = character {
            raw.push((high & 0xf) << 4 | low & 0xf);
            continue;
        }
        for unit in units(number(character)) {
            raw.extend_from_slice(&if big { unit.to_be_bytes() } else { unit.to_le_bytes() });
        }
    }
    raw
}

/// The number of the character, or of the surrogate alone, that is written in these bytes.
fn number(character: &[u8]) -> u32 {
    let bits = |byte: &u8| u32::from(byte & 0x3f);
    match character {
        [a] => u32::from(*a),
        [a, b] => u32::from(a & 0x1f) << 6 | bits(b),
        [a, b, c] => u32::from(a & 0xf) << 12 | bits(b) << 6 | bits(c),
        [a, b, c, d] => u32::from(a & 7) << 18 | bits(b) << 12 | bits(c) << 6 | bits(d),
        _ => 0,
    }
}

fn units(number: u32) -> impl Iterator<Item = u16> {
    let above = number.checked_sub(0x1_0000);
    let high = above.and_then(|above| u16::try_from(0xd800 + (above >> 10)).ok());
    let last = above.map_or(number, |above| 0xdc00 + (above & 0x3ff));
    high.into_iter().chain(u16::try_from(last).ok())
}
