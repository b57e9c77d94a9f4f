//! The bytes of a file: read once in order, and hashed; rewritten where they can't be cut as they stand.

use std::io::Read;
use std::path::{Path, PathBuf};

use encoding_rs::Encoding;

use super::coding::{Coding, Rewriter};
use crate::base::digest::Hasher;
use crate::base::{Error, Result, files};

/// Bytes that are read at once.
pub(super) const CHUNK: usize = 4 << 20;

/// A file being read.
pub(super) struct Input<'r> {
    path: PathBuf,
    reader: Box<dyn Read + Send + 'r>,
    /// Bytes that are read at once.
    chunk: usize,
    hasher: Hasher,
    bytes: u64,
    /// Bytes at the file's beginning that are hashed only.
    before: u64,
    rewriting: Option<(Rewriter, Vec<u8>)>,
}

impl Input<'static> {
    /// Opens a file; nothing but a regular file, so that nobody waits for a pipe or a device.
    pub fn open(path: &Path, coding: Coding) -> Result<Self> {
        Ok(Input::new(files::open_regular(path)?, path, coding, CHUNK))
    }
}

impl<'r> Input<'r> {
    /// What `reader` gives, of which errors speak as `path`.
    pub fn new(reader: impl Read + Send + 'r, path: &Path, coding: Coding, chunk: usize) -> Self {
        let rewriting = match coding {
            Coding::AsItStands(_) => None,
            Coding::Units { big } => Some((Rewriter::new(big), Vec::new())),
        };
        let (path, reader) = (path.to_path_buf(), Box::new(reader));
        Self { path, reader, chunk, hasher: Hasher::default(), bytes: 0, before: 0, rewriting }
    }

    /// Gives what comes from an offset on; what stands before it is hashed all the same.
    pub fn from(mut self, offset: u64) -> Self {
        self.before = offset;
        self
    }

    /// Appends the next chunk to `buffer`; false at the file's end. A chunk is full wherever the file goes on, so that
    /// chunks are cut at the same offsets each time.
    pub fn fill(&mut self, buffer: &mut Vec<u8>) -> Result<bool> {
        let read = match self.rewriting.take() {
            None => self.read_into(buffer)?,
            Some((mut rewriter, mut raw)) => {
                raw.clear();
                let read = self.read_into(&mut raw)?;
                rewriter.rewrite(&raw, buffer);
                if read == 0 {
                    rewriter.finish(buffer);
                }
                self.rewriting = Some((rewriter, raw));
                read
            }
        };
        Ok(read > 0)
    }

    fn read_into(&mut self, buffer: &mut Vec<u8>) -> Result<usize> {
        let start = buffer.len();
        if buffer.len() > self.chunk {
            // A long record is under way: twice as much room as it takes would be much.
            buffer.reserve_exact(self.chunk);
        } else {
            buffer.reserve(self.chunk);
        }
        let mut chunk = self.reader.by_ref().take(self.chunk as u64);
        let read = chunk.read_to_end(buffer).map_err(|e| Error::io("read", &self.path, e))?;
        self.hasher.update(buffer.get(start..).unwrap_or_default());
        self.bytes += read as u64;
        let before = usize::try_from(self.before).unwrap_or(usize::MAX).min(read);
        buffer.drain(start..start + before);
        self.before -= before as u64;
        Ok(read)
    }

    /// SHA-256 and length of what was read.
    pub fn finish(self) -> (String, u64) {
        (self.hasher.hex(), self.bytes)
    }
}

/// The encoding that a byte order mark at the file's start names.
pub(super) fn encoding_of_mark(head: &[u8]) -> Option<&'static Encoding> {
    Encoding::for_bom(head).map(|(encoding, _)| encoding)
}
