//! The bytes of a file: read once in order, hashed, and decoded to UTF-8 where they are something else.

use std::io::Read;
use std::path::{Path, PathBuf};

use encoding_rs::{DecoderResult, Encoding, UTF_8};

use crate::base::digest::Hasher;
use crate::base::{Error, Result, files};

/// Bytes that are read at once.
pub(super) const CHUNK: usize = 4 << 20;
/// What stands for bytes that mean nothing in the file's encoding: no valid UTF-8, so that its record is rejected.
const NOT_TEXT: u8 = 0xff;

/// A file being read. Offsets count the bytes of its text in UTF-8: those of the file itself, byte order mark
/// included, unless another encoding was decoded.
pub(super) struct Input<'r> {
    path: PathBuf,
    reader: Box<dyn Read + Send + 'r>,
    /// Bytes that are read at once.
    chunk: usize,
    hasher: Hasher,
    bytes: u64,
    decoder: Option<Decoder>,
}

struct Decoder {
    decoder: encoding_rs::Decoder,
    raw: Vec<u8>,
}

impl Input<'static> {
    /// Opens a file; nothing but a regular file, so that nobody waits for a pipe or a device.
    pub fn open(path: &Path, encoding: &'static Encoding) -> Result<Self> {
        Ok(Input::new(files::open_regular(path)?, path, encoding, CHUNK))
    }
}

impl<'r> Input<'r> {
    /// What `reader` gives, of which errors speak as `path`.
    pub fn new(
        reader: impl Read + Send + 'r,
        path: &Path,
        encoding: &'static Encoding,
        chunk: usize,
    ) -> Self {
        let decoder = (encoding != UTF_8)
            .then(|| Decoder { decoder: encoding.new_decoder_with_bom_removal(), raw: Vec::new() });
        let (path, reader) = (path.to_path_buf(), Box::new(reader));
        Self { path, reader, chunk, hasher: Hasher::default(), bytes: 0, decoder }
    }

    /// Appends the next chunk to `buffer`; false at the file's end. A chunk is full wherever the file goes on, so that
    /// chunks are cut at the same offsets each time.
    pub fn fill(&mut self, buffer: &mut Vec<u8>) -> Result<bool> {
        let read = match self.decoder.take() {
            None => self.read_into(buffer)?,
            Some(mut decoder) => {
                decoder.raw.clear();
                let read = self.read_into(&mut decoder.raw)?;
                decoder.decode(buffer, read == 0);
                self.decoder = Some(decoder);
                read
            }
        };
        Ok(read > 0)
    }

    fn read_into(&mut self, buffer: &mut Vec<u8>) -> Result<usize> {
        let start = buffer.len();
        buffer.reserve(self.chunk);
        let mut chunk = self.reader.by_ref().take(self.chunk as u64);
        let read = chunk.read_to_end(buffer).map_err(|e| Error::io("read", &self.path, e))?;
        self.hasher.update(buffer.get(start..).unwrap_or_default());
        self.bytes += read as u64;
        Ok(read)
    }

    /// SHA-256 and length of what was read.
    pub fn finish(self) -> (String, u64) {
        (self.hasher.hex(), self.bytes)
    }
}

impl Decoder {
    fn decode(&mut self, out: &mut Vec<u8>, last: bool) {
        let mut from = 0;
        loop {
            let rest = self.raw.get(from..).unwrap_or_default();
            let room = self.decoder.max_utf8_buffer_length_without_replacement(rest.len()).unwrap_or(CHUNK);
            let start = out.len();
            out.resize(start + room.max(16), 0);
            let space = out.get_mut(start..).unwrap_or_default();
            let (result, read, written) = self.decoder.decode_to_utf8_without_replacement(rest, space, last);
            out.truncate(start + written);
            from += read;
            match result {
                DecoderResult::InputEmpty => return,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => out.push(NOT_TEXT),
            }
        }
    }
}

/// The encoding that a byte order mark at the file's start names.
pub(super) fn encoding_of_mark(head: &[u8]) -> Option<&'static Encoding> {
    Encoding::for_bom(head).map(|(encoding, _)| encoding)
}
