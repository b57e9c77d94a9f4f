//! Days of the Gregorian calendar and times of the day, as numbers.

use std::fmt::Write;

pub(super) const SECOND: i64 = 1_000_000;
pub(super) const MINUTE: i64 = 60 * SECOND;
pub(super) const HOUR: i64 = 60 * MINUTE;
pub(super) const DAY: i64 = 24 * HOUR;

/// Years that are read, as written.
const YEARS: std::ops::RangeInclusive<i64> = 1970..=2199;

/// Whether a year is one of those that are read.
pub(super) fn is_year(year: i64) -> bool {
    YEARS.contains(&year)
}

/// Whether an instant, in UTC, lies in one of the years that are read.
pub(super) fn is_in_years(instant: i64) -> bool {
    is_year(date_of(instant.div_euclid(DAY)).0)
}

/// Midnight of a day, as microseconds since 1970 of a clock that shows UTC. The day may be none of its month.
pub(super) fn midnight(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1..=12).contains(&month) || day < 1 || day > month_length(year, month) {
        return None;
    }
    Some(days_before(year, month, day) * DAY)
}

fn month_length(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01, by counting years from March, so that the leap day is the last (H. Hinnant,
/// "chrono-compatible low-level date algorithms").
fn days_before(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Year, month and day of a number of days from 1970-01-01: the reverse of [`days_before`].
fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

/// What a clock that keeps UTC shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// The year.
    pub year: i64,
    /// 1 to 12.
    pub month: i64,
    /// 1 to 31.
    pub day: i64,
    /// 0 to 23.
    pub hour: i64,
    /// 0 to 59.
    pub minute: i64,
    /// 0 to 59.
    pub second: i64,
    /// Microseconds of the second.
    pub micros: i64,
}

/// What a clock that keeps UTC shows at an instant.
#[must_use]
pub fn clock(instant: i64) -> Clock {
    let (year, month, day) = date_of(instant.div_euclid(DAY));
    let time = instant.rem_euclid(DAY);
    Clock {
        year,
        month,
        day,
        hour: time / HOUR,
        minute: time / MINUTE % 60,
        second: time / SECOND % 60,
        micros: time % SECOND,
    }
}

/// An instant as RFC 3339 in UTC: `Z`, and six digits of microseconds only where they are not zero
/// (3-rules, "Order and form of all verdicts").
#[must_use]
pub fn write_rfc3339(instant: i64) -> String {
    let Clock { year, month, day, hour, minute, second, micros } = clock(instant);
    let mut text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
    if micros != 0 {
        // Writing to a String does not fail.
        let _ = write!(text, ".{micros:06}");
    }
    text.push('Z');
    text
}
