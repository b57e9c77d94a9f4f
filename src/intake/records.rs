//! The records of a chunk, parsed: fields without their quotes, and where each record begins and ends.

use std::ops::Range;

use encoding_rs::Encoding;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use memchr::{memchr_iter, memchr3};

use super::chunks::{Chunk, LONGEST};
use crate::base::{Error, Result};

/// Bytes of the fields that room is kept for.
const ROOM: usize = 1 << 16;
/// How many times as long a text may be in UTF-8 as in another encoding.
const WIDENED: usize = 3;

/// Parses the chunks of one file, one after the other.
pub(super) struct Records {
    reader: Reader,
    delimiter: u8,
    /// The fields of the record at hand, one behind the other, with so many bytes between them: none, or the delimiter.
    fields: Vec<u8>,
    between: usize,
    /// Where each field ends; as many as the header has, and one more.
    ends: Vec<usize>,
    /// How many fields the record at hand has.
    count: usize,
    /// What the fields are decoded from; nothing when they are UTF-8.
    encoding: Option<&'static Encoding>,
    /// The fields decoded.
    decoded: Vec<u8>,
    /// Whether a field was too long to be decoded.
    is_too_long: bool,
}

impl Records {
    /// `width` is the number of fields that a record should have.
    pub fn new(delimiter: u8, width: usize, encoding: Option<&'static Encoding>) -> Self {
        let reader = ReaderBuilder::new().delimiter(delimiter).build();
        let (fields, ends) = (vec![0; ROOM], vec![0; width + 1]);
        Self {
            reader,
            delimiter,
            fields,
            between: 0,
            ends,
            count: 0,
            encoding,
            decoded: Vec::new(),
            is_too_long: false,
        }
    }

    /// Parses all records of a chunk; `take` gets each with its number and its range.
    ///
    /// # Errors
    /// When the parser finds other records than the splitter: the file is refused then.
    pub fn all(&mut self, chunk: &Chunk, mut take: impl FnMut(&Self, u64, Range<usize>)) -> Result<()> {
        let (mut at, mut count, mut offsets) = (0, 0, 0u64);
        self.begin();
        while let Some((range, next)) = self.next(&chunk.bytes, at) {
            offsets = offsets.wrapping_add(range.start as u64);
            take(self, chunk.first + count, range);
            count += 1;
            at = next;
        }
        self.give_room_back();
        let agree = (count, offsets) == (chunk.found.records, chunk.found.offsets);
        if agree { Ok(()) } else { Err(miscounted(chunk, count)) }
    }

    /// Begins a chunk.
    pub fn begin(&mut self) {
        self.reader.reset();
        self.give_room_back();
        // The parser takes a byte order mark off the first bytes that it sees. Those of a chunk are a file's only by
        // chance, so it sees a blank line first, which is no record.
        self.reader.read_record(b"\n", &mut self.fields, &mut self.ends);
    }

    /// One long record does not keep its room for the rest of the file, in each worker.
    fn give_room_back(&mut self) {
        if self.fields.len() > ROOM {
            self.fields = vec![0; ROOM];
        }
        if self.decoded.capacity() > ROOM {
            self.decoded = Vec::new();
        }
    }

    /// Parses the record at or after `from`; its range, line end not included, and where to go on. Nothing when there
    /// is none.
    pub fn next(&mut self, bytes: &[u8], from: usize) -> Option<(Range<usize>, usize)> {
        let rest = bytes.get(from..)?;
        let start = from + rest.iter().position(|b| !matches!(b, b'\n' | b'\r'))?;
        let (next, ended) = match line_without_quotes(rest.get(start - from..).unwrap_or_default()) {
            Some((line, ended)) => {
                self.plain(line);
                (start + line.len() + usize::from(ended), ended)
            }
            None => self.record(bytes, start),
        };
        if let Some(encoding) = self.encoding {
            self.decode(encoding);
        }
        Some((start..next - usize::from(ended), next))
    }

    /// Parses a record that has no quotes: what stands between its delimiters.
    fn plain(&mut self, line: &[u8]) {
        if self.fields.len() < line.len() {
            self.fields.resize(line.len(), 0);
        }
        if let Some(fields) = self.fields.get_mut(..line.len()) {
            fields.copy_from_slice(line);
        }
        (self.between, self.count) = (1, 0);
        let surplus = self.ends.len() - 1;
        for end in memchr_iter(self.delimiter, line).chain([line.len()]) {
            // Fields beyond the header's are only counted: the last place is used over and over.
            if let Some(place) = self.ends.get_mut(self.count.min(surplus)) {
                *place = end;
            }
            self.count += 1;
        }
    }

    /// Whether the record at hand is a line without quotes, and was not decoded.
    pub fn is_plain(&self) -> bool {
        self.between > 0
    }

    /// Parses one record; where it stops, and whether a line end is the last byte before that.
    fn record(&mut self, bytes: &[u8], start: usize) -> (usize, bool) {
        let (mut at, mut written) = (start, 0);
        (self.between, self.count) = (0, 0);
        loop {
            let input = bytes.get(at..).unwrap_or_default();
            let surplus = self.count.min(self.ends.len() - 1);
            let fields = self.fields.get_mut(written..).unwrap_or_default();
            let ends = self.ends.get_mut(surplus..).unwrap_or_default();
            let (result, read, wrote, ended) = self.reader.read_record(input, fields, ends);
            at += read;
            written += wrote;
            self.count += ended;
            match result {
                ReadRecordResult::Record => return (at, !input.is_empty()),
                ReadRecordResult::OutputFull => {
                    // Fields are never longer than what they are parsed from.
                    let most = written + bytes.len().saturating_sub(at);
                    let room = (self.fields.len() * 2).min(most).max(self.fields.len() + 1);
                    self.fields.resize(room, 0);
                }
                // Fields beyond the header's are only counted: the last place is used over and over.
                ReadRecordResult::OutputEndsFull => {}
                ReadRecordResult::InputEmpty if input.is_empty() => return (at, false),
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::End => return (at, false),
            }
        }
    }

    /// Decodes the fields of the record at hand. What means nothing in the encoding becomes a byte that no UTF-8 has.
    fn decode(&mut self, encoding: &'static Encoding) {
        const NO_TEXT: &[u8] = b"\xff";
        self.decoded.clear();
        self.is_too_long = false;
        let (mut start, between) = (0, std::mem::take(&mut self.between));
        let kept = self.count.min(self.ends.len());
        for end in self.ends.iter_mut().take(kept) {
            let field = self.fields.get(start..*end).unwrap_or_default();
            start = *end + between;
            if field.len() > LONGEST / WIDENED {
                self.is_too_long = true;
                *end = self.decoded.len();
                continue;
            }
            match encoding.decode_without_bom_handling_and_without_replacement(field) {
                Some(text) => self.decoded.extend_from_slice(text.as_bytes()),
                None => self.decoded.extend_from_slice(NO_TEXT),
            }
            *end = self.decoded.len();
        }
    }

    /// Whether its text is longer than any record may be, or may be so where it would first have to be decoded.
    pub fn is_too_long(&self) -> bool {
        self.is_too_long || self.fields().len() > LONGEST
    }

    /// How many fields the record has.
    pub fn count(&self) -> usize {
        self.count
    }

    /// All fields of the record, one behind the other; of a plain one with the delimiters between them.
    pub fn fields(&self) -> &[u8] {
        let end = self.count.min(self.ends.len()).checked_sub(1).and_then(|last| self.ends.get(last));
        self.text().get(..end.copied().unwrap_or(0)).unwrap_or_default()
    }

    /// Where a field stands in [`Self::fields`].
    pub fn range(&self, index: usize) -> Range<usize> {
        let before = index.checked_sub(1).and_then(|before| self.ends.get(before));
        let start = before.map_or(0, |end| end + self.between);
        start..self.ends.get(index).copied().unwrap_or(start)
    }

    /// One field.
    pub fn field(&self, index: usize) -> &[u8] {
        self.text().get(self.range(index)).unwrap_or_default()
    }

    fn text(&self) -> &[u8] {
        if self.encoding.is_some() { &self.decoded } else { &self.fields }
    }
}

/// A line without quotes, and whether a line end follows it; nearly every record is one.
fn line_without_quotes(rest: &[u8]) -> Option<(&[u8], bool)> {
    match memchr3(b'"', b'\n', b'\r', rest) {
        Some(stop) => rest.get(..stop).filter(|_| rest.get(stop) != Some(&b'"')).map(|line| (line, true)),
        None => Some((rest, false)),
    }
}

fn miscounted(chunk: &Chunk, count: u64) -> Error {
    Error::failed(format!(
        "two ways of counting records disagree from byte {} on: {} and {count}",
        chunk.offset, chunk.found.records
    ))
    .expected("the same records, beginning at the same offsets")
    .next("nothing of the file was stored; please report this with the bytes from there on, masked")
}

#[cfg(test)]
mod tests {
    use super::super::chunks::Before;
    use super::super::split::Found;
    use super::*;

    /// Nothing outside can make the two counts differ, so that what they are for is shown here.
    #[test]
    fn a_chunk_whose_records_the_splitter_counted_otherwise_is_refused() {
        let bytes = b"1,a\n2,b\n".to_vec();
        let right = Found { records: 2, offsets: 4, blank_lines: 0, end: 8 };
        let read = |found: Found| {
            let chunk = Chunk { bytes: bytes.clone(), offset: 100, first: 1, found, before: Before::Nothing };
            Records::new(b',', 2, None).all(&chunk, |_, _, _| {})
        };
        assert!(read(right).is_ok());
        for wrong in
            [Found { records: 3, ..right }, Found { records: 1, ..right }, Found { offsets: 5, ..right }]
        {
            let told = read(wrong).unwrap_err().to_string();
            assert!(told.contains("disagree from byte 100 on"), "{told}");
        }
    }
}
