//! The records of a CSV text, without tables and stores: how the bytes of any reader are cut, counted and parsed.
//!
//! [`super::ingest`] reads files in exactly this way; here it can be looked at record by record, with any bounds.

use std::io::Read;
use std::path::Path;

use encoding_rs::UTF_8;

use super::chunks::{Chunks, LONGEST, Piece};
use super::coding::Coding;
use super::input::{CHUNK, Input};
use super::records::Records;
use crate::base::Result;

/// How a text is cut, and within which bounds.
#[derive(Clone, Copy, Debug)]
pub struct Cutting {
    /// The field separator.
    pub delimiter: u8,
    /// Fields that a record should have: of longer ones the fields beyond are only counted.
    pub width: usize,
    /// Bytes that are read at once.
    pub chunk: usize,
    /// Bytes of the longest record.
    pub longest: usize,
}

impl Cutting {
    /// Commas, and the bounds of [`super::ingest`].
    #[must_use]
    pub fn new(width: usize) -> Self {
        Self { delimiter: b',', width, chunk: CHUNK, longest: LONGEST }
    }
}

/// What is met on the way, in the text's order. Records count from 1, offsets are those of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Walked {
    /// A record.
    Record {
        /// Its number.
        number: u64,
        /// Where it begins.
        start: u64,
        /// Just past its last byte, line end not included.
        end: u64,
        /// How many fields it has.
        count: usize,
        /// Its fields, without their quotes; at most `width` of them.
        fields: Vec<Vec<u8>>,
    },
    /// A line that is no record that anybody can read.
    Rejected {
        /// Its number: it counts as a record.
        number: u64,
        /// Where it begins.
        start: u64,
        /// Just past its last byte, line end not included.
        end: u64,
        /// The reason's code.
        reason: &'static str,
    },
    /// So many blank lines stood between the records of a piece.
    Blank(u64),
}

/// Walks over all records of a text; a first line that is a header is a record too.
///
/// # Errors
/// When the reader fails, or the parser finds other records than the splitter.
pub fn walk(reader: impl Read + Send, cutting: Cutting, mut meet: impl FnMut(Walked)) -> Result<()> {
    let Cutting { delimiter, width, chunk, longest } = cutting;
    let coding = Coding::AsItStands(UTF_8);
    let mut input = Input::new(reader, Path::new("-"), coding, chunk);
    let mut records = Records::new(delimiter, width, None);
    Chunks::new(delimiter, longest, coding).run_from(&mut input, (1, 0), |piece| {
        match piece {
            Piece::Rejected(reject, _) => meet(Walked::Rejected {
                number: reject.record,
                start: reject.start,
                end: reject.end,
                reason: reject.reason.code(),
            }),
            Piece::Chunk(chunk) => {
                records.all(&chunk, |records, number, range| {
                    let count = records.count();
                    let (start, end) = (chunk.offset + range.start as u64, chunk.offset + range.end as u64);
                    let fields = (0..count.min(width)).map(|index| records.field(index).to_vec()).collect();
                    meet(Walked::Record { number, start, end, count, fields });
                })?;
                meet(Walked::Blank(chunk.found.blank_lines));
            }
        }
        Ok(true)
    })
}
