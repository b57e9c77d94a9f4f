//! One record as it stands in its source, found by its number (2-tables, "Rejects").

use std::borrow::Cow;
use std::path::Path;

use encoding_rs::{Encoding, UTF_8};

use super::chunks::{Chunk, Chunks, LONGEST, Piece};
use super::coding::Coding;
use super::declare::DECLARED;
use super::head::delimiter_of;
use super::input::Input;
use super::records::Records;
use crate::base::{Error, Place, Result};
use crate::case::Source;

/// The bytes of one record as they stand in the file, line end not included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordBytes {
    /// Where it begins in the file.
    pub start: u64,
    /// Just past its last byte.
    pub end: u64,
    /// Its bytes, whatever they are; only the first ones of a line longer than any record.
    pub bytes: Vec<u8>,
}

impl RecordBytes {
    /// Whether all its bytes are there.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.bytes.len() as u64 == self.end - self.start
    }

    /// Its text, in the encoding of its source; nothing where the bytes are no text in it.
    #[must_use]
    pub fn text(&self, source: &Source) -> Option<Cow<'_, str>> {
        encoding_of(source).decode_without_bom_handling_and_without_replacement(&self.bytes)
    }
}

fn encoding_of(source: &Source) -> &'static Encoding {
    Encoding::for_label(source.reading.encoding.as_bytes()).unwrap_or(UTF_8)
}

/// Record `number` of a source, stored or rejected, read from the file at `path`. The file is read once: what is given
/// back are bytes of a file with the hash that was registered, or nothing.
///
/// # Errors
/// When the source has no such record or was declared by a person, the file can't be read or is gone, or its bytes are
/// not those that were ingested.
pub fn record_in_source(path: &Path, source: &Source, number: u64) -> Result<RecordBytes> {
    if source.path == DECLARED {
        return Err(Error::usage(format!("{} was declared by a person: there is no file", source.source)));
    }
    if number == 0 || number > source.read {
        return Err(Error::usage(format!("there is no record {number} in {}", source.source))
            .expected(format!("a record from 1 to {}", source.read)));
    }
    let coding = Coding::of(encoding_of(source)).unwrap_or(Coding::AsItStands(UTF_8));
    let place = nearest(source, number);
    let mut input = Input::open(path, coding).map_err(|e| gone(path, source, e))?.from(place.1);
    let delimiter = delimiter_of(&source.reading.delimiter);
    let mut found = None;
    Chunks::new(delimiter, LONGEST, coding).run_from(&mut input, place, |piece| {
        found = found.take().or_else(|| of_piece(piece, delimiter, coding, number));
        Ok(found.is_none())
    })?;
    let (sha256, _) = input.finish();
    if sha256 != source.sha256 {
        return Err(differs(path, source, &sha256));
    }
    found.ok_or_else(|| Error::failed(format!("record {number} is not found")).at(Place::file(path)))
}

/// The last indexed place at or before a record.
fn nearest(source: &Source, number: u64) -> (u64, u64) {
    let before = source.chunks.iter().take_while(|(first, _)| *first <= number);
    before.last().copied().unwrap_or((1, 0))
}

fn of_piece(piece: Piece, delimiter: u8, coding: Coding, number: u64) -> Option<RecordBytes> {
    match piece {
        Piece::Chunk(chunk) => of_chunk(&chunk, delimiter, coding, number),
        Piece::Rejected(reject, text) => (reject.record == number).then(|| RecordBytes {
            start: reject.start,
            end: reject.end,
            bytes: coding.bytes(&text).into_owned(),
        }),
    }
}

fn of_chunk(chunk: &Chunk, delimiter: u8, coding: Coding, number: u64) -> Option<RecordBytes> {
    let before = number.checked_sub(chunk.first).filter(|before| *before < chunk.found.records)?;
    let mut records = Records::new(delimiter, 1, None);
    records.begin();
    let mut at = 0;
    for _ in 0..before {
        (_, at) = records.next(&chunk.bytes, at)?;
    }
    let (range, _) = records.next(&chunk.bytes, at)?;
    let start = chunk.offset + coding.length(chunk.bytes.get(..range.start)?);
    let bytes = coding.bytes(chunk.bytes.get(range)?).into_owned();
    Some(RecordBytes { start, end: start + bytes.len() as u64, bytes })
}

fn gone(path: &Path, source: &Source, cause: Error) -> Error {
    Error::failed("the source file is not where it lay")
        .at(Place::file(path))
        .expected(format!("a file with SHA-256 {}", source.sha256))
        .because(cause)
        .next("put it back there, then ask again")
}

fn differs(path: &Path, source: &Source, sha256: &str) -> Error {
    Error::failed("is not the file that was ingested")
        .at(Place::file(path))
        .expected(format!("SHA-256 {}, found {sha256}", source.sha256))
        .next("put the file back that was ingested, then ask again")
}
