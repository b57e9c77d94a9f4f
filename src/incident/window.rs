//! The window of an incident. Its boundaries are intervals too, because a notice names days and no zone.

use crate::base::instant::{Interval, Zone, boundary};
use crate::base::toml_file::Section;

/// From when to when the incident was, in microseconds since 1970, UTC
/// (2-tables, "The boundary of the incident is an interval too").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// `from_lo` and `from_hi`; nothing when it is not known when it began.
    pub from: Option<Interval>,
    /// `until_lo` and `until_hi`: the first instant that `until` can be, and the last that `clear_from` can be.
    pub until: Interval,
}

const EXPECTED: &str = "a date like \"2016-11-01\", or an instant with offset like \"2016-11-01T00:00:00Z\"";

impl Window {
    /// A window that is never used: what stands in the place of one that could not be read.
    pub(super) const UNREAD: Self = Self { from: None, until: Interval::WIDEST };

    /// Reads `[window]`: from < until <= clear_from.
    pub(super) fn read(section: &Section<'_>) -> Self {
        let zone = zone(section);
        section.require("until", EXPECTED);
        let from = instant(section, "from", &zone);
        let until = instant(section, "until", &zone);
        let clear_from = instant(section, "clear_from", &zone);
        if let (Some(from), Some(until)) = (from, until)
            && !(from.lo < until.lo && from.hi < until.hi)
        {
            section.mistake("from", "is not before `until`", "a date before that of `until`");
        }
        if let (Some(until), Some(clear_from)) = (until, clear_from)
            && !(until.lo <= clear_from.lo && until.hi <= clear_from.hi)
        {
            section.mistake("clear_from", "is before `until`", "a date not before that of `until`");
        }
        let Some(until) = until else {
            return Self::UNREAD;
        };
        Self { from, until: Interval { lo: until.lo, hi: clear_from.unwrap_or(until).hi } }
    }
}

/// The zone of the dates in a section: `unstated` unless it says one.
pub(super) fn zone(section: &Section<'_>) -> Zone {
    let Some(text) = section.text("zone") else {
        return Zone::Unstated;
    };
    Zone::parse(&text).unwrap_or_else(|| {
        let expected = match Zone::nearest(&text) {
            Some(nearest) => format!("{}; did you mean \"{nearest}\"?", Zone::EXPECTED),
            None => Zone::EXPECTED.to_owned(),
        };
        section.mistake("zone", "is no zone", &expected);
        Zone::Unstated
    })
}

fn instant(section: &Section<'_>, key: &str, zone: &Zone) -> Option<Interval> {
    let text = section.text(key)?;
    boundary(&text, zone).map_err(|reject| section.mistake(key, &format!("is {reject}"), EXPECTED)).ok()
}
