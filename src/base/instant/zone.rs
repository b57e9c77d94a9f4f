//! Zones: which instants a clock's reading can mean.

use std::fmt;

use chrono::{DateTime, LocalResult, NaiveDateTime, Offset, TimeZone};
use chrono_tz::{GapInfo, Tz};

use super::Interval;
use super::calendar::{DAY, HOUR, SECOND};
use super::general::offset;
use crate::base::nearest::nearest;

/// Earlier than a clock's reading taken as UTC: the earliest instant at which any clock on Earth showed it.
const EARLIEST: i64 = 14 * HOUR;
/// Later than it: the latest such instant.
const LATEST: i64 = 12 * HOUR;

/// The zone of dates and times that name none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Zone {
    /// Nobody said; any clock on Earth is possible.
    #[default]
    Unstated,
    /// Always the same offset.
    Fixed {
        /// In seconds, east of Greenwich positive.
        seconds: i32,
    },
    /// A zone of the built-in time zone database.
    Named(Tz),
}

/// The version of the built-in time zone database, for the run's record.
#[must_use]
pub fn tzdb_version() -> &'static str {
    chrono_tz::IANA_TZDB_VERSION
}

impl Zone {
    /// What a zone may be, in words.
    pub const EXPECTED: &str = "a name like \"Europe/Rome\", an offset like \"+02:00\", or \"unstated\"";

    /// The zone that a text names: `unstated`, an offset, or a name of the time zone database.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text == "unstated" {
            return Some(Self::Unstated);
        }
        match offset(text.as_bytes()) {
            Some(offset) => Some(Self::Fixed { seconds: i32::try_from(offset / SECOND).ok()? }),
            None => text.parse().ok().map(Self::Named),
        }
    }

    /// The name nearest to one that [`Self::parse`] doesn't know; people often name just the city.
    #[must_use]
    pub fn nearest(text: &str) -> Option<&'static str> {
        let names = || chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name());
        let is_city =
            |name: &&str| name.rsplit('/').next().is_some_and(|city| city.eq_ignore_ascii_case(text));
        names().find(is_city).or_else(|| nearest(text, names().chain(std::iter::once("unstated"))))
    }

    /// The instants at which a clock of this zone can have shown `local`: one; two and what lies between where the
    /// clock was set back; the later and the earlier reading where it was set forward and never showed it.
    pub(super) fn readings(&self, local: i64) -> Interval {
        match self {
            Self::Unstated => Interval::exact(local).widened(EARLIEST, LATEST),
            Self::Fixed { seconds } => Interval::exact(local - i64::from(*seconds) * SECOND),
            Self::Named(zone) => named_readings(*zone, local),
        }
    }

    /// From the first to the last instant whose local date is the day that begins at `midnight`. Where no zone is
    /// stated it is the day of any clock.
    pub(super) fn day(&self, midnight: i64) -> Interval {
        let last = midnight + DAY - 1;
        match self {
            Self::Named(zone) => named_day(*zone, midnight),
            Self::Unstated | Self::Fixed { .. } => {
                Interval { lo: self.readings(midnight).lo, hi: self.readings(last).hi }
            }
        }
    }

    /// The instants that can be the first of the day that begins at `midnight`
    /// (2-tables, "The boundary of the incident is an interval too").
    pub(super) fn day_begin(&self, midnight: i64) -> Interval {
        match self {
            Self::Named(zone) => match is_skipped(*zone, midnight) {
                true => named_readings(*zone, midnight),
                false => Interval::exact(named_day(*zone, midnight).lo),
            },
            Self::Unstated | Self::Fixed { .. } => self.readings(midnight),
        }
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unstated => f.write_str("unstated"),
            Self::Named(zone) => f.write_str(zone.name()),
            Self::Fixed { seconds } => {
                let sign = if *seconds < 0 { '-' } else { '+' };
                let minutes = seconds.abs() / 60;
                write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
            }
        }
    }
}

fn named_readings(zone: Tz, local: i64) -> Interval {
    let found = clock(local).map(|clock| zone.offset_from_local_datetime(&clock));
    match found {
        Some(LocalResult::Single(offset)) => Interval::exact(local - micros(&offset)),
        Some(LocalResult::Ambiguous(one, other)) => hull(local - micros(&one), local - micros(&other)),
        _ => match gap(zone, local) {
            Some(gap) => hull(local - gap.before, local - gap.after),
            // The database knows no offset for it; then any clock is possible.
            None => Zone::Unstated.readings(local),
        },
    }
}

/// A day of a zone. It begins with the first reading of its midnight, or where a gap over midnight ends; it ends
/// with the last reading of its last microsecond, or before a gap over it. A day that no clock showed has the
/// readings of its midnight.
fn named_day(zone: Tz, midnight: i64) -> Interval {
    if is_skipped(zone, midnight) {
        return named_readings(zone, midnight);
    }
    let last = midnight + DAY - 1;
    let lo = gap(zone, midnight).map_or_else(|| named_readings(zone, midnight).lo, |gap| gap.instant);
    let hi = gap(zone, last).map_or_else(|| named_readings(zone, last).hi, |gap| gap.instant - 1);
    Interval { lo, hi }
}

fn is_skipped(zone: Tz, midnight: i64) -> bool {
    gap(zone, midnight).is_some_and(|gap| gap.instant + gap.after >= midnight + DAY)
}

/// The moment at which a clock was set forward.
struct Gap {
    instant: i64,
    /// The offsets before and after, in microseconds.
    before: i64,
    after: i64,
}

/// The gap that a clock's reading lies in.
fn gap(zone: Tz, local: i64) -> Option<Gap> {
    let found = GapInfo::new(&clock(local)?, &zone)?;
    let (_, before) = found.begin?;
    let end = found.end?;
    Some(Gap { instant: end.timestamp_micros(), before: micros(&before), after: micros(end.offset()) })
}

fn clock(local: i64) -> Option<NaiveDateTime> {
    // Whole seconds: no zone changes within one.
    DateTime::from_timestamp(local.div_euclid(SECOND), 0).map(|instant| instant.naive_utc())
}

fn micros(offset: &impl Offset) -> i64 {
    i64::from(offset.fix().local_minus_utc()) * SECOND
}

fn hull(one: i64, other: i64) -> Interval {
    Interval::exact(one).hull(Interval::exact(other))
}
