//! A file cut into pieces that end where records end, each with the splitter's own count.
//!
//! One open quote must not swallow a file: a record past [`LONGEST`], or open at the file's end, is rejected up to
//! its first line end, and reading goes on behind it (8-engineering, "Intake in one pass").

use super::input::Input;
use super::rejects::{Reason, Reject, masked};
use super::split::{Found, Splitter};
use crate::base::digest::{self, Hasher};
use crate::base::{Result, interrupt};

/// Bytes of the longest record.
const LONGEST: usize = 64 << 20;
/// Bytes that are kept of a line longer than that.
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
}

/// Cuts one file.
pub(super) struct Chunks {
    splitter: Splitter,
    buffer: Vec<u8>,
    /// Offset of the buffer's start in the file.
    offset: u64,
    /// Records so far, header not counted.
    records: u64,
    /// How far the splitter is.
    scanned: usize,
    longest: usize,
    /// A line longer than the longest record: it is skipped to its end.
    skipping: Option<Skipped>,
}

struct Skipped {
    hasher: Hasher,
    start: u64,
    head: Vec<u8>,
}

impl Chunks {
    pub fn new(delimiter: u8) -> Self {
        Self {
            splitter: Splitter::new(delimiter),
            buffer: Vec::new(),
            offset: 0,
            records: 0,
            scanned: 0,
            longest: LONGEST,
            skipping: None,
        }
    }

    /// Cuts all of `input` behind the header, whose bytes come first and must be `header`. False when they are not:
    /// the file is not the one that was planned.
    pub fn run(
        mut self,
        input: &mut Input,
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
        self.offset = header.len() as u64;
        self.splitter.restart(header.ends_with(b"\r"));
        while goes_on {
            self.pass_on(&mut take)?;
            interrupt::check()?;
            goes_on = input.fill(&mut self.buffer)?;
        }
        self.end(&mut take)?;
        Ok(true)
    }

    /// Cuts `input` from an indexed place on, at which the record `first` or a later one begins, until `take` says that
    /// it has enough; then all of it is still read, for its hash.
    pub fn run_from(
        mut self,
        input: &mut Input,
        (first, offset): (u64, u64),
        mut take: impl FnMut(Piece) -> Result<bool>,
    ) -> Result<()> {
        self.records = first.saturating_sub(1);
        let mut wanted = true;
        while input.fill(&mut self.buffer)? {
            interrupt::check()?;
            if !wanted {
                self.buffer.clear();
                continue;
            }
            let before = offset.saturating_sub(self.offset).min(self.buffer.len() as u64);
            self.buffer.drain(..usize::try_from(before).unwrap_or(usize::MAX));
            self.offset += before;
            if self.offset >= offset {
                self.pass_on(&mut |piece| take(piece).map(|goes_on| wanted &= goes_on))?;
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
        self.cut(take)?;
        while self.buffer.len() > self.longest && self.splitter.is_within() {
            self.reject_line(Reason::RecordTooLong, take)?;
            self.cut(take)?;
        }
        Ok(())
    }

    fn end(&mut self, take: &mut impl FnMut(Piece) -> Result<()>) -> Result<()> {
        self.pass_on(take)?;
        if let Some(skipped) = self.skipping.take() {
            return self.reject(skipped.into_reject(self.offset, Reason::RecordTooLong), take);
        }
        while self.splitter.is_open() {
            self.reject_line(Reason::QuoteOpen, take)?;
            if let Some(skipped) = self.skipping.take() {
                return self.reject(skipped.into_reject(self.offset, Reason::QuoteOpen), take);
            }
            self.cut(take)?;
        }
        self.splitter.finish(self.buffer.len());
        self.cut(take)
    }

    fn cut(&mut self, take: &mut impl FnMut(Piece) -> Result<()>) -> Result<()> {
        self.splitter.scan(&self.buffer, self.scanned);
        self.scanned = self.buffer.len();
        if self.splitter.found.end == 0 {
            return Ok(());
        }
        let found = self.splitter.cut();
        let rest = self.buffer.split_off(found.end.min(self.buffer.len()));
        let bytes = std::mem::replace(&mut self.buffer, rest);
        self.scanned = self.buffer.len();
        let chunk = Chunk { bytes, offset: self.offset, first: self.records + 1, found };
        self.offset += found.end as u64;
        self.records += found.records;
        take(Piece::Chunk(chunk))
    }

    /// Rejects the record under way, which begins with the buffer, up to its first line end.
    fn reject_line(&mut self, reason: Reason, take: &mut impl FnMut(Piece) -> Result<()>) -> Result<()> {
        let end = self.buffer.iter().position(|b| matches!(b, b'\n' | b'\r'));
        let Some(end) = end else {
            let mut hasher = Hasher::default();
            hasher.update(&self.buffer);
            let head = self.buffer.get(..KEPT).unwrap_or(&self.buffer).to_vec();
            self.skipping = Some(Skipped { hasher, start: self.offset, head });
            self.forget_buffer();
            return Ok(());
        };
        let line = self.buffer.get(..end).unwrap_or_default().to_vec();
        let reject = Reject {
            record: 0,
            start: self.offset,
            end: self.offset + end as u64,
            sha256: digest::sha256(&line),
            reason,
            column: None,
            masked: masked(&line),
        };
        self.drop_line(end);
        self.reject((reject, line), take)
    }

    /// Goes on behind the line end at `end`.
    fn drop_line(&mut self, end: usize) {
        let after_return = self.buffer.get(end) == Some(&b'\r');
        self.buffer.drain(..=end);
        self.offset += end as u64 + 1;
        self.scanned = 0;
        self.splitter.restart(after_return);
    }

    fn forget_buffer(&mut self) {
        self.offset += self.buffer.len() as u64;
        self.buffer = Vec::new();
        self.scanned = 0;
        self.splitter.restart(false);
    }

    /// Goes on with a line that is skipped; false while its end has not come.
    fn skip(&mut self, take: &mut impl FnMut(Piece) -> Result<()>) -> Result<bool> {
        let Some(mut skipped) = self.skipping.take() else {
            return Ok(true);
        };
        let end = self.buffer.iter().position(|b| matches!(b, b'\n' | b'\r'));
        let line = self.buffer.get(..end.unwrap_or(self.buffer.len())).unwrap_or_default();
        skipped.hasher.update(line);
        let Some(end) = end else {
            self.forget_buffer();
            self.skipping = Some(skipped);
            return Ok(false);
        };
        let reject = skipped.into_reject(self.offset + end as u64, Reason::RecordTooLong);
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
        reject.record = self.records;
        take(Piece::Rejected(reject, bytes))
    }
}

impl Skipped {
    fn into_reject(self, end: u64, reason: Reason) -> (Reject, Vec<u8>) {
        let reject = Reject {
            record: 0,
            start: self.start,
            end,
            sha256: self.hasher.hex(),
            reason,
            column: None,
            masked: masked(&self.head),
        };
        (reject, self.head)
    }
}
