//! Instants that a person states in a profile, in facts or on the command line.

use super::general::parse;
use super::written::Written;
use super::{Form, Interval, Reject, Zone};

/// The boundary of an incident, from a date or from an instant with offset: the first and the last instant at which
/// it can lie. A date begins with the first instant of that day in `zone`; an instant is one point
/// (2-tables, "The boundary of the incident is an interval too").
///
/// # Errors
/// When it is neither a date nor an instant with offset.
pub fn boundary(text: &str, zone: &Zone) -> Result<Interval, Reject> {
    match stated(text)? {
        Written::Date { midnight } => Ok(zone.day_begin(midnight)),
        instant => Ok(Interval::exact(instant.means(zone).lo)),
    }
}

/// When something happened, from a date (a day of `zone`) or from an instant with offset.
///
/// # Errors
/// When it is neither.
pub fn date_or_instant(text: &str, zone: &Zone) -> Result<Interval, Reject> {
    Ok(stated(text)?.means(zone))
}

/// When something happened, from an instant with offset.
///
/// # Errors
/// When it is anything else.
pub fn with_offset(text: &str) -> Result<Interval, Reject> {
    match stated(text)? {
        Written::Date { .. } => Err(Reject::OffsetMissing),
        instant => Ok(instant.means(&Zone::Unstated)),
    }
}

/// An exact instant: date, time to the second, and offset.
///
/// # Errors
/// When it is anything else.
pub fn exact(text: &str) -> Result<i64, Reject> {
    let interval = with_offset(text)?;
    if interval.is_exact() { Ok(interval.lo) } else { Err(Reject::Imprecise) }
}

/// A date, or an instant with offset.
fn stated(text: &str) -> Result<Written, Reject> {
    match parse(text.as_bytes(), &Form::default())? {
        Written::DateTime { offset: None, .. } => Err(Reject::OffsetMissing),
        Written::Instant(_) => Err(Reject::Form),
        written => Ok(written),
    }
}
