//! The records of a chunk, parsed: fields without their quotes, and where each record begins and ends.

use std::ops::Range;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

/// Bytes of the fields that room is kept for.
const ROOM: usize = 1 << 16;

/// Parses the chunks of one file, one after the other.
pub(super) struct Records {
    reader: Reader,
    /// The fields of the record at hand, one behind the other.
    fields: Vec<u8>,
    /// Where each field ends; as many as the header has, and one more.
    ends: Vec<usize>,
    /// How many fields the record at hand has.
    count: usize,
}

impl Records {
    /// `width` is the number of fields that a record should have.
    pub fn new(delimiter: u8, width: usize) -> Self {
        let reader = ReaderBuilder::new().delimiter(delimiter).build();
        Self { reader, fields: vec![0; ROOM], ends: vec![0; width + 1], count: 0 }
    }

    /// Begins a chunk.
    pub fn begin(&mut self) {
        self.reader.reset();
        if self.fields.len() > ROOM {
            // One long record does not keep its room for the rest of the file, in each worker.
            self.fields = vec![0; ROOM];
        }
        // The parser takes a byte order mark off the first bytes that it sees. Those of a chunk are a file's only by
        // chance, so it sees a blank line first, which is no record.
        self.reader.read_record(b"\n", &mut self.fields, &mut self.ends);
    }

    /// Parses the record at or after `from`; its range, line end not included, and where to go on. Nothing when there
    /// is none.
    pub fn next(&mut self, bytes: &[u8], from: usize) -> Option<(Range<usize>, usize)> {
        let rest = bytes.get(from..)?;
        let start = from + rest.iter().position(|b| !matches!(b, b'\n' | b'\r'))?;
        let (next, ended) = self.record(bytes, start);
        Some((start..next - usize::from(ended), next))
    }

    /// Parses one record; where it stops, and whether a line end is the last byte before that.
    fn record(&mut self, bytes: &[u8], start: usize) -> (usize, bool) {
        let (mut at, mut written) = (start, 0);
        self.count = 0;
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
                ReadRecordResult::OutputFull => self.fields.resize(self.fields.len() * 2, 0),
                // Fields beyond the header's are only counted: the last place is used over and over.
                ReadRecordResult::OutputEndsFull => {}
                ReadRecordResult::InputEmpty if input.is_empty() => return (at, false),
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::End => return (at, false),
            }
        }
    }

    /// How many fields the record has.
    pub fn count(&self) -> usize {
        self.count
    }

    /// All fields of the record, one behind the other.
    pub fn fields(&self) -> &[u8] {
        let end = self.count.min(self.ends.len()).checked_sub(1).and_then(|last| self.ends.get(last));
        self.fields.get(..end.copied().unwrap_or(0)).unwrap_or_default()
    }

    /// Where a field stands in [`Self::fields`].
    pub fn range(&self, index: usize) -> Range<usize> {
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        start..self.ends.get(index).copied().unwrap_or(start)
    }

    /// One field.
    pub fn field(&self, index: usize) -> &[u8] {
        self.fields.get(self.range(index)).unwrap_or_default()
    }
}
