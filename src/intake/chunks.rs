//! A file cut into pieces that end where records end, each with the splitter's own count.
//!
//! One open quote must not swallow a file: a record past [`LONGEST`], or open at the file's end, is rejected up
//! to its first line end, and reading goes on behind it (8-engineering, "Intake in one pass").

use super::coding::Coding;
use super::input::Input;
use super::rejects::{Reason, Reject, masked};
use super::split::{Found, Splitter, State};
use crate::base::digest::{self, Hasher};
use crate::base::{Result, interrupt};

/// Bytes of the longest record.
pub(super) const LONGEST: usize = 64 << 20;
/// Bytes that are kept of a line longer than any record.
const KEPT: usize = 1 << 20;

/// What comes next in a file.
#[derive(Debug)]
pub(super) enum Piece {
    /// Whole records.
    Chunk(Chunk),
    /// Bytes that are no record that anybody can read, and the beginning of them.
    Rejected(Reject, Vec<u8>),
}

/// Whole records, as they stand in the file.
#[derive(Debug)]
pub(super) struct Chunk {
    /// The records' bytes, beginning with the first record or with blank lines.
    pub bytes: Vec<u8>,
    /// Offset of the first byte in the file.
    pub offset: u64,
    /// Number of the first record.
    pub first: u64,
    /// What the splitter found in it.
    pub found: Found,
    /// The record before the first one.
    pub before: Before,
}

/// What is before a record: a quote in it may close what an earlier line opened.
#[derive(Clone, Debug, Default)]
pub(super) enum Before {
    /// The header, or nothing that is known.
    #[default]
    Nothing,
    /// A record, line end not included.
    Record(Vec<u8>),
    /// A line that was rejected as it was cut.
    Rejected,
}

/// Cuts one file.
pub(super) struct Chunks {
    coding: Coding,
    splitter: Splitter,
    buffer: Vec<u8>,
    /// Where in the buffer goes on what is not passed on yet.
    from: usize,
    /// Offset of that place in the file.
    offset: u64,
    /// Records so far, header not counted.
    records: u64,
    /// How far behind that place the splitter is.
    scanned: usize,
    longest: usize,
    /// A line longer than the longest record: it is skipped to its end.
    skipping: Option<Skipped>,
    /// What the scan of a rejected record knew.
    ahead: Option<Ahead>,
    /// What the last piece ended with.
    before: Before,
}

/// How far a quote was seen to stay open from a rejected record on, and the splitter there. A later record that is
/// still open at the end of a line before that place is in the same state from that line end on: both are in quotes.
/// So no byte is scanned more than twice, however many lines are rejected.
struct Ahead {
    at: usize,
    state: State,
}

struct Skipped {
    hasher: Hasher,
    start: u64,
    head: Vec<u8>,
}

impl Chunks {
    pub fn new(delimiter: u8, longest: usize, coding: Coding) -> Self {
        Self {
            coding,
            splitter: Splitter::new(delimiter),
            buffer: Vec::new(),
            from: 0,
            offset: 0,
            records: 0,
            scanned: 0,
            longest,
            skipping: None,
            ahead: None,
            before: Before::Nothing,
        }
    }

    /// Cuts all of `input` behind the header, whose bytes come first and must be `header`. False when they are not:
    /// the file is not the one that was planned.
    pub fn run(
        mut self,
        input: &mut Input<'_>,
        header: &[u8],
        mut take: impl FnMut(Piece) -> Result<()>,
    ) -> Result<bool> {
        let mut goes_on = true;
        while goes_on && self.buffer.len() < header.len() {
            goes_on = input.fill(&mut self.buffer)?;
        }
        if !self.buffer.starts_with(header) {
            return Ok(false);
        }
        self.buffer.drain(..header.len());
        self.offset = self.coding.length(header);
        self.splitter.restart(header.ends_with(b"\r"));
        while goes_on {
            self.pass_on(&mut take)?;
            interrupt::check()?;
            goes_on = input.fill(&mut self.buffer)?;
        }
        self.end(&mut take)?;
        Ok(true)
    }

    /// Cuts `input`, which gives what comes from an indexed place on, where the record `first` or a later one begins,
    /// until `take` says that it has enough; then the rest is still read, for its hash.
    pub fn run_from(
        mut self,
        input: &mut Input<'_>,
        (first, offset): (u64, u64),
        mut take: impl FnMut(Piece) -> Result<bool>,
    ) -> Result<()> {
        self.records = first.saturating_sub(1);
        self.offset = offset;
        let mut wanted = true;
        while input.fill(&mut self.buffer)? {
            interrupt::check()?;
            if wanted {
                self.pass_on(&mut |piece| take(piece).map(|goes_on| wanted &= goes_on))?;
            } else {
                self.buffer.clear();
            }
        }
        if wanted { self.end(&mut |piece| take(piece).map(drop)) } else { Ok(()) }
    }

    /// Cuts the beginning of a file, behind its header; `is_whole` says that there is no more.
    pub fn run_sample(
        mut self,
        sample: &[u8],
        is_whole: bool,
        mut take: impl FnMut(Piece) -> Result<()>,
    ) -> Result<()> {
        self.buffer = sample.to_vec();
        if is_whole { self.end(&mut take) } else { self.pass_on(&mut take) }
    }

    /// Passes on what is whole in the buffer.
    fn pass_on(&mut self, take: &mut impl FnMut(Piece) -> Result<()>) -> Result<()> {
        if self.skipping.is_some() && !self.skip(take)? {
            return Ok(());
        }
        loop {
            self.scan();
            if self.splitter.found.end > 0 {
                self.cut(take)?;
            } else if self.rest().len() > self.longest {
                if !self.reject_line(Reason::RecordTooLong, take)? {
                    return Ok(());
                }
            } else {
                return Ok(());
            }
        }
    }

    fn end(&mut self, take: &mut impl FnMut(Piece) -> Result<()>) -> Result<()> {
        self.pass_on(take)?;
        if let Some(skipped) = self.skipping.take() {
            return self.reject(skipped.into_reject(self.offset), take);
        }
        while self.splitter.is_open() {
            self.reject_line(Reason::QuoteOpen, take)?;
            self.pass_on(take)?;
        }
        self.splitter.finish(self.rest().len());
        self.cut(take)
    }

    /// What is not passed on yet.
    fn rest(&self) -> &[u8] {
        self.buffer.get(self.from..).unwrap_or_default()
    }

    /// Scans on, but no further than the longest record reaches that begins with what is not passed on.
    fn scan(&mut self) {
        self.follow();
        let rest = self.buffer.get(self.from..).unwrap_or_default();
        let reach = rest.len().min(self.longest.saturating_add(1)).max(self.scanned);
        self.splitter.scan(rest.get(..reach).unwrap_or_default(), self.scanned);
        self.scanned = reach;
    }

    /// Scans line by line up to the place that is known ahead; from the first line on that ends in quotes it is known.
    fn follow(&mut self) {
        let Some(ahead) = self.ahead.take() else { return };
        let rest = self.buffer.get(self.from..).unwrap_or_default();
        while self.scanned < ahead.at {
            let known = rest.get(self.scanned..ahead.at).unwrap_or_default();
            let Some(line) = line_end(known) else { return };
            let end = self.scanned + line + 1;
            self.splitter.scan(rest.get(..end).unwrap_or_default(), self.scanned);
            self.scanned = end;
            if self.splitter.is_open() {
                self.splitter.go_on_in(ahead.state);
                self.scanned = ahead.at;
            }
        }
    }

    /// Passes on what has ended.
    fn cut(&mut self, take: &mut impl FnMut(Piece) -> Result<()>) -> Result<()> {
        let last = self.splitter.last();
        let found = self.splitter.cut();
        if found.end == 0 {
            return Ok(());
        }
        let (offset, first) = (self.offset, self.records + 1);
        let bytes = self.give(found.end);
        let last =
            (found.records > 0).then(|| without_line_end(bytes.get(last..).unwrap_or_default()).to_vec());
        let before = match last {
            Some(last) => std::mem::replace(&mut self.before, Before::Record(last)),
            None => self.before.clone(),
        };
        let chunk = Chunk { bytes, offset, first, found, before };
        self.records += found.records;
        take(Piece::Chunk(chunk))
    }

    /// Gives away so many bytes; what is little is copied, of what is much the rest is.
    fn give(&mut self, count: usize) -> Vec<u8> {
        let rest = self.rest();
        if self.from > 0 || count < rest.len() / 2 {
            let bytes = rest.get(..count).unwrap_or(rest).to_vec();
            self.advance(count);
            return bytes;
        }
        let rest = self.buffer.split_off(count.min(self.buffer.len()));
        let bytes = std::mem::replace(&mut self.buffer, rest);
        self.offset += self.coding.length(&bytes);
        self.moved(count);
        bytes
    }

    /// Goes on so many bytes further. The buffer is moved only when half of it is done with.
    fn advance(&mut self, count: usize) {
        self.offset += self.coding.length(self.rest().get(..count).unwrap_or_default());
        self.from += count;
        if self.from > self.buffer.len() / 2 {
            self.buffer.drain(..self.from.min(self.buffer.len()));
            self.from = 0;
        }
        self.moved(count);
    }

    fn moved(&mut self, count: usize) {
        self.scanned = self.scanned.saturating_sub(count);
        self.ahead = self.ahead.take().filter(|ahead| ahead.at > count).map(|mut ahead| {
            ahead.at -= count;
            ahead
        });
    }

    /// Rejects the record under way, with which the rest begins, up to its first line end, or to the file's end; false
    /// while that has not come.
    fn reject_line(&mut self, reason: Reason, take: &mut impl FnMut(Piece) -> Result<()>) -> Result<bool> {
        let rest = self.rest();
        let end = match line_end(rest) {
            Some(end) => end,
            None if reason == Reason::QuoteOpen => rest.len(),
            None => {
                self.begin_to_skip();
                return Ok(false);
            }
        };
        let line = rest.get(..end).unwrap_or_default().to_vec();
        let reject = Reject {
            record: 0,
            start: self.offset,
            end: self.offset + self.coding.length(&line),
            sha256: digest::sha256(&self.coding.bytes(&line)),
            reason,
            column: None,
            masked: masked(&line),
        };
        self.ahead = Some(Ahead { at: self.scanned, state: self.splitter.state() });
        self.drop_line(end);
        self.reject((reject, line), take)?;
        Ok(true)
    }

    /// Goes on behind the line end at `end`.
    fn drop_line(&mut self, end: usize) {
        let after_return = self.rest().get(end) == Some(&b'\r');
        self.advance((end + 1).min(self.rest().len()));
        self.scanned = 0;
        self.splitter.restart(after_return);
    }

    fn begin_to_skip(&mut self) {
        let mut hasher = Hasher::default();
        hasher.update(&self.coding.bytes(self.rest()));
        let head = self.rest().get(..KEPT).unwrap_or(self.rest()).to_vec();
        self.skipping = Some(Skipped { hasher, start: self.offset, head });
        self.forget_rest();
    }

    fn forget_rest(&mut self) {
        self.offset += self.coding.length(self.rest());
        self.buffer = Vec::new();
        self.from = 0;
        self.scanned = 0;
        self.ahead = None;
        self.splitter.restart(false);
    }

    /// Goes on with a line that is skipped; false while its end has not come.
    fn skip(&mut self, take: &mut impl FnMut(Piece) -> Result<()>) -> Result<bool> {
        let Some(mut skipped) = self.skipping.take() else {
            return Ok(true);
        };
        let end = line_end(self.rest());
        let line = self.rest().get(..end.unwrap_or(self.rest().len())).unwrap_or_default();
        skipped.hasher.update(&self.coding.bytes(line));
        let length = self.coding.length(line);
        let Some(end) = end else {
            self.forget_rest();
            self.skipping = Some(skipped);
            return Ok(false);
        };
        let reject = skipped.into_reject(self.offset + length);
        self.drop_line(end);
        self.reject(reject, take)?;
        Ok(true)
    }

    fn reject(
        &mut self,
        (mut reject, bytes): (Reject, Vec<u8>),
        take: &mut impl FnMut(Piece) -> Result<()>,
    ) -> Result<()> {
        self.records += 1;
        self.before = Before::Rejected;
        reject.record = self.records;
        take(Piece::Rejected(reject, bytes))
    }
}

impl Skipped {
    fn into_reject(self, end: u64) -> (Reject, Vec<u8>) {
        let reject = Reject {
            record: 0,
            start: self.start,
            end,
            sha256: self.hasher.hex(),
            reason: Reason::RecordTooLong,
            column: None,
            masked: masked(&self.head),
        };
        (reject, self.head)
    }
}

fn without_line_end(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|b| !matches!(b, b'\n' | b'\r')).map_or(0, |last| last + 1);
    bytes.get(..end).unwrap_or_default()
}

fn line_end(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|b| matches!(b, b'\n' | b'\r'))
}
