//! Which state the verdicts speak of. It is a parameter that is written down, never the clock.

use std::fmt;

use super::facts::Facts;
use crate::base::instant::exact;
use crate::base::{Error, Result};

/// Where as_of comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AsOfSource {
    /// The command line.
    Option,
    /// The facts' own `as_of`.
    Facts,
    /// The least `to` of the facts' coverages.
    Coverage,
}

impl fmt::Display for AsOfSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Option => "option",
            Self::Facts => "facts",
            Self::Coverage => "coverage",
        })
    }
}

/// The instant that verdicts speak of, in microseconds since 1970, UTC: as the caller says, else as the facts say,
/// else the least `to` of their coverages (2-tables, "Profile and facts").
///
/// # Errors
/// When the caller's text is no exact instant, or nobody says.
pub fn resolve_as_of(option: Option<&str>, facts: &Facts) -> Result<(i64, AsOfSource)> {
    if let Some(text) = option {
        let instant = exact(text).map_err(|reject| {
            Error::usage(format!("--as-of {text} can not be taken: {reject}"))
                .expected("an instant with its offset, such as 2019-10-02T12:00:00Z")
        })?;
        return Ok((instant, AsOfSource::Option));
    }
    if let Some(as_of) = facts.as_of {
        return Ok((as_of, AsOfSource::Facts));
    }
    let least = facts.coverages.iter().map(|coverage| coverage.to.lo).min();
    least.map(|to| (to, AsOfSource::Coverage)).ok_or_else(|| {
        Error::usage("nothing says which state the verdicts shall speak of")
            .expected("--as-of INSTANT, or `as_of` or a [[coverage]] in the case's facts.toml")
            .next("say when the exports were made: --as-of 2019-10-02T12:00:00Z")
    })
}
