//! Names of files and folders made of customers' ids: none can leave its folder, collide without regard to case,
//! or be a name that a system keeps for itself (6-deliverables, "Lists").
//!
//! Lower-case letters, digits, `-` and `_` stand as they are, an upper-case letter is `=` and its lower-case form,
//! every other byte is `~` and two hex digits. So the encoding can be read back, and has no upper case.

use std::fmt::Write;

use crate::base::digest;

/// Longest name; systems take 255 bytes, and something may be added to it.
const LONGEST: usize = 120;
/// What is kept of a longer one, before its hash.
const KEPT: usize = 50;
/// Names that Windows keeps for devices; numbered ones are matched apart.
const RESERVED: [&str; 4] = ["con", "prn", "aux", "nul"];

/// The name for an id.
#[must_use]
pub fn encode(id: &str) -> String {
    let mut name = String::with_capacity(id.len());
    for (i, byte) in id.bytes().enumerate() {
        match byte {
            b'-' if i == 0 => hex(&mut name, byte),
            b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' => name.push(char::from(byte)),
            b'A'..=b'Z' => {
                name.push('=');
                name.push(char::from(byte.to_ascii_lowercase()));
            }
            _ => hex(&mut name, byte),
        }
    }
    if name.is_empty() {
        // No other name ends in a lone `~`.
        return "~".to_owned();
    }
    if is_reserved(&name) {
        return without_last(&name);
    }
    if name.len() > LONGEST { shortened(&name, id) } else { name }
}

fn hex(name: &mut String, byte: u8) {
    // Writing to a String does not fail.
    let _ = write!(name, "~{byte:02x}");
}

fn is_reserved(name: &str) -> bool {
    let numbered = |stem: &str| {
        name.strip_prefix(stem)
            .is_some_and(|rest| rest.len() == 1 && rest.bytes().all(|b| b.is_ascii_digit()))
    };
    RESERVED.contains(&name) || numbered("com") || numbered("lpt")
}

/// A reserved name with its last character as hex, which no ordinary name has for it.
fn without_last(name: &str) -> String {
    let (rest, last) = name.split_at(name.len() - 1);
    let mut other = rest.to_owned();
    last.bytes().for_each(|byte| hex(&mut other, byte));
    other
}

/// The beginning and the hash of the whole; `~~` stands in no other name.
fn shortened(name: &str, id: &str) -> String {
    format!("{}~~{}", name.get(..KEPT).unwrap_or_default(), digest::sha256(id.as_bytes()))
}
