//! The head of a file: its encoding, its field separator and its header, and what each rests on.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use encoding_rs::{Encoding, UTF_8};

use super::header::Match;
use super::input::{CHUNK, Input, encoding_of_mark};
use super::records::Records;
use super::split::Splitter;
use crate::base::{Error, Place, Result};
use crate::engine::tables::{self, Table};

/// Field separators that are looked for, the usual one first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// Bytes of the longest header.
const LONGEST: usize = 16 << 20;
/// Bytes of what follows the header that are kept for a look at it.
const SAMPLE: usize = 64 << 10;

/// What the head of a file says.
#[derive(Clone, Debug)]
pub(super) struct Head {
    /// The encoding of the file.
    pub encoding: &'static Encoding,
    /// Where it is known from.
    pub encoding_from: &'static str,
    /// The field separator.
    pub delimiter: u8,
    /// Where it is known from.
    pub delimiter_from: String,
    /// The bytes of the header, in UTF-8, line end and byte order mark included.
    pub bytes: Vec<u8>,
    /// The header's fields.
    pub fields: Vec<String>,
    /// The beginning of what follows, for samples.
    pub sample: Vec<u8>,
    /// Whether the file goes on behind the sample.
    pub goes_on: bool,
}

impl Head {
    /// Reads the head of a file.
    pub fn read(path: &Path, stated: Option<&'static Encoding>, account_is_stated: bool) -> Result<Self> {
        let (encoding, encoding_from) = encoding(path, stated)?;
        let mut input = Input::open(path, encoding)?;
        let mut text = Vec::new();
        let mut goes_on = true;
        while goes_on && text.len() < LONGEST && (text.len() < CHUNK || header_end(&text, b',').is_none()) {
            goes_on = input.fill(&mut text)?;
        }
        if text.iter().all(|b| b.is_ascii_whitespace() || matches!(b, 0xef | 0xbb | 0xbf)) {
            return Err(Error::usage("the file is empty: it has not even a header")
                .at(Place::file(path))
                .next("move it away, or export it again"));
        }
        let (delimiter, delimiter_from) = delimiter(path, &text, account_is_stated)?;
        let end = header_end(&text, delimiter).unwrap_or(text.len());
        let mut sample = text.split_off(end);
        // A plan holds one for each of its files, however many there are.
        goes_on |= sample.len() > SAMPLE;
        sample.truncate(SAMPLE);
        sample.shrink_to_fit();
        text.shrink_to_fit();
        let fields = header_fields(path, &text, delimiter)?;
        Ok(Self { encoding, encoding_from, delimiter, delimiter_from, bytes: text, fields, sample, goes_on })
    }
}

fn encoding(path: &Path, stated: Option<&'static Encoding>) -> Result<(&'static Encoding, &'static str)> {
    if let Some(encoding) = stated {
        return Ok((encoding, "stated"));
    }
    let mut mark = Vec::new();
    let file = File::open(path).map_err(|e| Error::io("read", path, e))?;
    file.take(3).read_to_end(&mut mark).map_err(|e| Error::io("read", path, e))?;
    Ok(encoding_of_mark(&mark).map_or((UTF_8, "assumed"), |encoding| (encoding, "byte order mark")))
}

/// Where the header ends, line end included.
fn header_end(text: &[u8], delimiter: u8) -> Option<usize> {
    let start = text_start(text);
    let mut splitter = Splitter::new(delimiter);
    let mut at = start;
    // The splitter is fed line by line: it must stop behind the first record.
    while splitter.found.records == 0 {
        let rest = text.get(at..)?;
        let line = rest.iter().position(|b| matches!(b, b'\n' | b'\r'))? + 1;
        splitter.scan(text.get(..at + line)?, at);
        at += line;
    }
    let is_pair = text.get(at - 1) == Some(&b'\r') && text.get(at) == Some(&b'\n');
    Some(at + usize::from(is_pair))
}

fn text_start(text: &[u8]) -> usize {
    if text.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 }
}

fn split(text: &[u8], delimiter: u8) -> Vec<Vec<u8>> {
    let end = header_end(text, delimiter).unwrap_or(text.len());
    let header = text.get(text_start(text)..end).unwrap_or_default();
    // A header has no more fields than bytes.
    let mut records = Records::new(delimiter, header.len());
    records.begin();
    records.next(header, 0);
    (0..records.count()).map(|index| records.field(index).to_vec()).collect()
}

fn header_fields(path: &Path, text: &[u8], delimiter: u8) -> Result<Vec<String>> {
    let fields = split(text, delimiter).into_iter().map(String::from_utf8);
    fields.collect::<std::result::Result<_, _>>().map_err(|e| {
        Error::usage("the header is not UTF-8")
            .at(Place::line(path, 1, 1))
            .because(e)
            .next("state the file's encoding in sources.toml, e.g. encoding = \"windows-1252\"")
    })
}

/// The field separator: a comma, unless the header is split, or recognised, by another one only.
fn delimiter(path: &Path, text: &[u8], account_is_stated: bool) -> Result<(u8, String)> {
    let splits = |delimiter: &u8| split(text, *delimiter).len() > 1;
    let several: Vec<u8> = DELIMITERS.into_iter().filter(splits).collect();
    match several.as_slice() {
        [] => return Ok((b',', "the header has one column".to_owned())),
        [b','] => return Ok((b',', "the usual one".to_owned())),
        [one] => return Ok((*one, "the only one that splits the header".to_owned())),
        _ => {}
    }
    let tables = tables::all()?;
    let is_recognised = |delimiter: &u8| {
        let fields: Vec<String> =
            split(text, *delimiter).iter().map(|f| String::from_utf8_lossy(f).into_owned()).collect();
        tables.iter().any(|table: &'static Table| Match::new(table, &fields, account_is_stated).can_be())
    };
    let recognised: Vec<u8> = several.iter().copied().filter(is_recognised).collect();
    match recognised.as_slice() {
        [b','] => Ok((b',', "the usual one".to_owned())),
        [one] => Ok((*one, "the only one by which the header is that of a table".to_owned())),
        [] if several.contains(&b',') => Ok((b',', "the usual one".to_owned())),
        _ => Err(Error::usage("several field separators are possible")
            .at(Place::line(path, 1, 1))
            .expected("a header that one of comma, semicolon, tab and bar splits into columns of ours")
            .next("export the file again with commas")),
    }
}

/// The field separator that is shown so.
pub(super) fn delimiter_of(shown: &str) -> u8 {
    if shown == "tab" { b'\t' } else { shown.bytes().next().unwrap_or(b',') }
}

/// A field separator as it is shown.
pub(super) fn shown_delimiter(delimiter: u8) -> String {
    if delimiter == b'\t' { "tab".to_owned() } else { char::from(delimiter).to_string() }
}
