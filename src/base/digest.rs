//! SHA-256, as lower-case hex.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::{Error, Result, files, interrupt};

/// A running SHA-256 over pieces.
#[derive(Clone, Default)]
pub struct Hasher(Sha256);

impl Hasher {
    /// Takes the next piece.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest as 64 lower-case hex digits.
    #[must_use]
    pub fn hex(self) -> String {
        hex(&self.0.finalize())
    }
}

/// The SHA-256 of some bytes as 64 lower-case hex digits.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    let mut hasher = Hasher::default();
    hasher.update(bytes);
    hasher.hex()
}

/// The SHA-256 of a whole file.
///
/// # Errors
/// When the file can't be read, or the user interrupts.
pub fn sha256_file(path: &Path) -> Result<String> {
    sha256_of(&mut files::open_regular(path)?, path)
}

/// The SHA-256 of an open file from where it stands to its end; `path` names it in an error.
///
/// # Errors
/// As [`sha256_file`].
pub fn sha256_of(file: &mut File, path: &Path) -> Result<String> {
    let mut hasher = Hasher::default();
    let mut buffer = vec![0; 1 << 18];
    loop {
        interrupt::check()?;
        let n = file.read(&mut buffer).map_err(|e| Error::io("read", path, e))?;
        match buffer.get(..n) {
            Some(piece) if n > 0 => hasher.update(piece),
            _ => return Ok(hasher.hex()),
        }
    }
}

/// Bytes as lower-case hex digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
