//! What a text says before a zone gives it a meaning.

use super::calendar::{HOUR, MINUTE};
use super::{Interval, Zone};

/// A text that has been read. `local` is the clock's reading in microseconds since 1970, as if the clock showed UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// An epoch number.
    Instant(i64),
    /// Date and time, with the offset in microseconds when one was written.
    DateTime { local: i64, seconds: bool, offset: Option<i64> },
    /// A date alone, by its midnight.
    Date { midnight: i64 },
}

/// A whole minute, and a whole day, less the instant that begins the next.
const MINUTE_REST: i64 = MINUTE - 1;
const DAY_REST: i64 = 24 * HOUR - 1;

impl Written {
    /// The instants that it can mean where clocks show `zone`.
    pub fn means(self, zone: &Zone) -> Interval {
        match self {
            Self::Instant(instant) => Interval::exact(instant),
            Self::DateTime { local, seconds, offset } => {
                let readings = match offset {
                    Some(offset) => Interval::exact(local - offset),
                    None => zone.readings(local),
                };
                readings.widened(0, if seconds { 0 } else { MINUTE_REST })
            }
            Self::Date { midnight } => match zone {
                Zone::Unstated => zone.readings(midnight).widened(0, DAY_REST),
                Zone::Fixed { .. } | Zone::Named(_) => zone.day(midnight),
            },
        }
    }
}
