//! "Did you mean": the one place that finds the nearest known word.

use super::Error;
use super::text::excerpt;

/// Bytes of the longest word that is compared: time and memory grow with the product of two lengths, and nobody
/// mistypes a word that long.
const LONGEST: usize = 200;

/// The known word nearest to what was written, when one is near enough to be a likely slip.
#[must_use]
pub fn nearest<'k>(written: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    if written.len() > LONGEST {
        return None;
    }
    let written = written.to_lowercase();
    known
        .into_iter()
        .filter(|word| word.len() <= LONGEST)
        .map(|word| (strsim::normalized_damerau_levenshtein(&written, &word.to_lowercase()), word))
        .filter(|(likeness, _)| *likeness >= 0.5)
        .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(a.1)))
        .map(|(_, word)| word)
}

/// The user named a thing that there is not: says so, and proposes the nearest that there is, else `otherwise`.
#[must_use]
pub fn unknown<'k>(
    thing: &str,
    written: &str,
    known: impl IntoIterator<Item = &'k str>,
    otherwise: &str,
) -> Error {
    let error = Error::usage(format!("there is no {thing} {}", excerpt(written))).next(otherwise);
    propose(error, written, known)
}

/// The error with what was probably meant, when something known is near.
#[must_use]
pub fn propose<'k>(error: Error, written: &str, known: impl IntoIterator<Item = &'k str>) -> Error {
    match nearest(written, known) {
        Some(word) => error.next(format!("did you mean {word}?")),
        None => error,
    }
}
