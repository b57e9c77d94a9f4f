//! The head of a file: its encoding, its field separator and its header, and what each rests on.

use std::io::Read;
use std::path::Path;

use encoding_rs::{Encoding, UTF_8};

use super::coding::Coding;
use super::header::Match;
use super::input::{CHUNK, Input, encoding_of_mark};
use super::records::Records;
use super::split::Splitter;
use super::suspect;
use crate::base::{Error, Place, Result, files};
use crate::engine::tables::{self, Table};

/// Field separators that are looked for, the usual one first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// Bytes of the longest header.
const LONGEST: usize = 16 << 20;
/// Fields of the widest header.
const WIDEST: usize = 100_000;
/// Bytes of what follows the header that a look at a file takes.
const SAMPLE: usize = 64 << 10;

/// What to do with a file in an encoding that is not read.
const CONVERT: &str = "convert a copy of it to UTF-8, and keep the file as it came";
/// The byte order marks of UTF-32, one of which begins like that of UTF-16.
const UTF_32: [&[u8]; 2] = [b"\xff\xfe\0\0", b"\0\0\xfe\xff"];
/// The byte order mark in UTF-8.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// What the head of a file says.
#[derive(Clone, Debug)]
pub(super) struct Head {
    /// The encoding of the file.
    pub encoding: &'static Encoding,
    /// Where it is known from.
    pub encoding_from: &'static str,
    /// How the file's bytes stand for text.
    pub coding: Coding,
    /// The field separator.
    pub delimiter: u8,
    /// Where it is known from.
    pub delimiter_from: String,
    /// The bytes of the header as they are cut, line end and byte order mark included.
    pub bytes: Vec<u8>,
    /// The header's fields.
    pub fields: Vec<String>,
}

/// The beginning of what follows a header.
pub(super) struct Sample {
    /// Its bytes, as they are cut.
    pub bytes: Vec<u8>,
    /// Whether the file goes on behind it.
    pub goes_on: bool,
}

impl Head {
    /// Reads the head of a file.
    pub fn read(path: &Path, stated: Option<&'static Encoding>, account_is_stated: bool) -> Result<Self> {
        let (encoding, encoding_from) = encoding(path, stated)?;
        let coding = Coding::of(encoding).ok_or_else(|| unreadable(path, encoding))?;
        let mut input = Input::open(path, coding)?;
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
        text_or_refused(path, &text)?;
        let (delimiter, delimiter_from) = delimiter(path, &text, coding, account_is_stated)?;
        let end = header_end(&text, delimiter);
        if end.is_none() && goes_on {
            return Err(too_long(path));
        }
        text.truncate(end.unwrap_or(text.len()));
        // A plan holds one for each of its files, however many there are.
        text.shrink_to_fit();
        let fields = header_fields(path, &text, delimiter, coding)?;
        one_line_or_refused(path, &fields, delimiter)?;
        sound_quotes_or_refused(path, &text, delimiter)?;
        Ok(Self { encoding, encoding_from, coding, delimiter, delimiter_from, bytes: text, fields })
    }

    /// Reads the beginning of what follows the header, of the file that the head is of.
    pub fn sample(&self, path: &Path) -> Result<Sample> {
        let mut input = Input::open(path, self.coding)?;
        let mut bytes = Vec::new();
        let mut goes_on = true;
        while goes_on && bytes.len() <= self.bytes.len() + SAMPLE {
            goes_on = input.fill(&mut bytes)?;
        }
        bytes.drain(..self.bytes.len().min(bytes.len()));
        goes_on |= bytes.len() > SAMPLE;
        bytes.truncate(SAMPLE);
        Ok(Sample { bytes, goes_on })
    }
}

fn too_long(path: &Path) -> Error {
    Error::usage(format!("its first line is longer than any header: {} MiB and more", LONGEST >> 20))
        .at(Place::line(path, 1, 1))
        .expected("a header of one line")
        .next("see with what it begins; where a quote is left open in it, close it in a copy")
}

/// Refuses what is no text, or text in an encoding that nobody stated, by its first bytes.
fn text_or_refused(path: &Path, text: &[u8]) -> Result<()> {
    const FORMS: [(&[u8], &str); 6] = [
        (b"PK\x03\x04", "a ZIP archive or an Excel workbook"),
        (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
        (b"\x1f\x8b", "compressed (gzip)"),
        (b"\x28\xb5\x2f\xfd", "compressed (Zstandard)"),
        (b"PAR1", "Parquet"),
        (b"%PDF", "a PDF"),
    ];
    if let Some((_, form)) = FORMS.iter().find(|(magic, _)| text.starts_with(magic)) {
        return Err(Error::usage(format!("is no CSV: it is {form}"))
            .at(Place::file(path))
            .next("unpack it, or export it as CSV"));
    }
    let line = text.split(|byte| matches!(byte, b'\n' | b'\r')).find(|line| !line.is_empty());
    if line.is_some_and(|line| line.contains(&0)) {
        return Err(Error::usage(
            "the header holds zero bytes: the file is no CSV, or is UTF-16 without a mark",
        )
        .at(Place::line(path, 1, 1))
        .next("state its encoding in sources.toml, e.g. encoding = \"UTF-16LE\", or export it as UTF-8"));
    }
    Ok(())
}

/// Refuses a header with a quote that may be left open: it would have swallowed records.
fn one_line_or_refused(path: &Path, fields: &[String], delimiter: u8) -> Result<()> {
    let has_swallowed =
        |field: &&String| field.contains(['\n', '\r']) && field.as_bytes().contains(&delimiter);
    let Some(index) = fields.iter().position(|field| has_swallowed(&field)) else { return Ok(()) };
    Err(Error::usage(format!("column {} of the header goes on over several lines", index + 1))
        .at(Place::line(path, 1, 1))
        .expected("a header in which every quote is closed")
        .next("close the quote in a copy of the file, or export it again"))
}

/// Refuses a header in which a quote was lost or is one too many: its names may have moved, and every cell with them.
fn sound_quotes_or_refused(path: &Path, text: &[u8], delimiter: u8) -> Result<()> {
    let text = behind_marks(text);
    let is_text = |byte: &u8| !suspect::is_line_end(byte);
    let ends = text.iter().position(is_text).zip(text.iter().rposition(is_text));
    let header = ends.and_then(|(first, last)| text.get(first..=last));
    // JSON has quotes everywhere; what it is, is told elsewhere.
    let header = header.filter(|header| !header.starts_with(b"{"));
    let Some(index) = header.and_then(|header| suspect::stray_in_header(header, delimiter)) else {
        return Ok(());
    };
    Err(Error::usage(format!(
        "a quote in name {} of the header neither opens nor closes that name",
        index + 1
    ))
    .at(Place::line(path, 1, 1))
    .expected("names without quotes, or each between two of them")
    .next("export the file again with quotes doubled (\"\"), or correct the header in a copy"))
}

fn encoding(path: &Path, stated: Option<&'static Encoding>) -> Result<(&'static Encoding, &'static str)> {
    let mut mark = Vec::new();
    files::open_regular(path)?.take(4).read_to_end(&mut mark).map_err(|e| Error::io("read", path, e))?;
    if UTF_32.iter().any(|utf_32| mark.starts_with(utf_32)) {
        return Err(Error::usage("is text in UTF-32, which is not read").at(Place::file(path)).next(CONVERT));
    }
    match (stated, encoding_of_mark(&mark)) {
        (Some(stated), Some(marked)) if stated != marked => Err(Error::usage(format!(
            "its encoding is stated as {}, but it begins with the byte order mark of {}",
            stated.name(),
            marked.name()
        ))
        .at(Place::file(path))
        .expected("one encoding")
        .next("leave the encoding out of sources.toml where the mark is right")),
        (Some(stated), _) => Ok((stated, "stated")),
        (None, Some(marked)) => Ok((marked, "byte order mark")),
        (None, None) => Ok((UTF_8, "assumed")),
    }
}

/// Where the header ends, line end included.
fn header_end(text: &[u8], delimiter: u8) -> Option<usize> {
    let mut splitter = Splitter::new(delimiter);
    let mut at = text_start(text);
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

/// What follows byte order marks: some programs write a second one before the first.
pub(super) fn behind_marks(text: &[u8]) -> &[u8] {
    let mut rest = text;
    while let Some(behind) = rest.strip_prefix(MARK) {
        rest = behind;
    }
    rest
}

fn text_start(text: &[u8]) -> usize {
    text.len() - behind_marks(text).len()
}

fn unreadable(path: &Path, encoding: &'static Encoding) -> Error {
    Error::usage(format!("files in {} are not read", encoding.name())).at(Place::file(path)).next(CONVERT)
}

fn split(text: &[u8], delimiter: u8, coding: Coding) -> Vec<Vec<u8>> {
    let end = header_end(text, delimiter).unwrap_or(text.len());
    let header = text.get(text_start(text)..end).unwrap_or_default();
    let mut records = Records::new(delimiter, WIDEST, coding.of_cells());
    records.begin();
    records.next(header, 0);
    (0..records.count().min(WIDEST + 1)).map(|index| records.field(index).to_vec()).collect()
}

fn header_fields(path: &Path, text: &[u8], delimiter: u8, coding: Coding) -> Result<Vec<String>> {
    let fields = split(text, delimiter, coding);
    if fields.len() > WIDEST {
        return Err(Error::usage(format!("the header has more than {WIDEST} fields"))
            .at(Place::line(path, 1, 1))
            .next("see what it is: no export of a table is that wide"));
    }
    let fields = fields.into_iter().map(String::from_utf8);
    fields.collect::<std::result::Result<_, _>>().map_err(|e| {
        Error::usage("the header is not text in the encoding that the file is taken to have")
            .at(Place::line(path, 1, 1))
            .because(e)
            .next("state the file's encoding in sources.toml, e.g. encoding = \"windows-1252\"")
    })
}

/// The field separator: a comma, unless the header is split, or recognised, by another one only.
fn delimiter(path: &Path, text: &[u8], coding: Coding, account_is_stated: bool) -> Result<(u8, String)> {
    let splits =
        |delimiter: &u8| !coding.is_ambiguous(*delimiter) && split(text, *delimiter, coding).len() > 1;
    let several: Vec<u8> = DELIMITERS.into_iter().filter(splits).collect();
    match several.as_slice() {
        [] => return Ok((b',', "the header has one column".to_owned())),
        [b','] => return Ok((b',', "the usual one".to_owned())),
        [one] => return Ok((*one, "the only one that splits the header".to_owned())),
        _ => {}
    }
    let tables = tables::all()?;
    let matches = |delimiter: u8| -> Vec<Match> {
        let fields = split(text, delimiter, coding);
        let fields: Vec<String> = fields.iter().map(|f| String::from_utf8_lossy(f).into_owned()).collect();
        tables.iter().map(|table: &'static Table| Match::new(table, &fields, account_is_stated)).collect()
    };
    // By how many names a separator splits the header into, and whether it is that of a table then.
    let seen = several.iter().map(|delimiter| {
        let matches = matches(*delimiter);
        let known = matches.iter().map(Match::known).max().unwrap_or(0);
        (*delimiter, known, matches.iter().any(Match::can_be))
    });
    let seen: Vec<(u8, usize, bool)> = seen.collect();
    let most = seen.iter().map(|(_, known, _)| *known).max();
    let recognised: Vec<(u8, usize)> = seen
        .iter()
        .filter(|(.., can_be)| *can_be)
        .map(|(delimiter, known, _)| (*delimiter, *known))
        .collect();
    match recognised.as_slice() {
        [(b',', known)] if Some(*known) == most => Ok((b',', "the usual one".to_owned())),
        // A header with one comma lost is that of no table by commas, but may be by what stands in its place.
        [(one, known)] if Some(*known) == most => {
            Ok((*one, "the only one by which the header is that of a table".to_owned()))
        }
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
