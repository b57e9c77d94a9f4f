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
    match parse(text.as_bytes(), &Form::default())? {
        Written::Date { midnight } => Ok(zone.day_begin(midnight)),
        Written::DateTime { local, offset: Some(offset), .. } => Ok(Interval::exact(local - offset)),
        Written::DateTime { offset: None, .. } => Err(Reject::OffsetMissing),
        Written::Instant(_) => Err(Reject::Form),
    }
}

/// An exact instant: date, time to the second, and offset.
///
/// # Errors
/// When it is anything else.
pub fn exact(text: &str) -> Result<i64, Reject> {
    match parse(text.as_bytes(), &Form::default())? {
        Written::DateTime { local, seconds: true, offset: Some(offset) } => Ok(local - offset),
        Written::DateTime { offset: Some(_), .. } => Err(Reject::Imprecise),
        Written::DateTime { .. } | Written::Date { .. } => Err(Reject::OffsetMissing),
        Written::Instant(_) => Err(Reject::Form),
    }
}
