//! Instants are intervals (2-tables, "Instants are intervals"): what was written is read as the earliest
//! and the latest instant that it can mean, in microseconds since 1970 UTC.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone, Utc};
use chrono_tz::Tz;

pub const SECOND: i64 = 1_000_000;
pub const MINUTE: i64 = 60 * SECOND;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;

/// 2199-12-31T23:59:59.999999Z, the latest instant there is.
pub const LATEST: i64 = 7_258_118_400 * SECOND - 1;

/// What is written but can't be read means anything.
pub const WIDEST: Interval = Interval { lo: 0, hi: LATEST };

/// The earliest and the latest instant that a value can mean, both inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Interval {
    pub lo: i64,
    pub hi: i64,
}

impl Interval {
    fn exact(at: i64) -> Self {
        Self { lo: at, hi: at }
    }

    fn later_end(self, by: i64) -> Self {
        Self { lo: self.lo, hi: self.hi + by }
    }

    /// The least interval that holds all the given ones.
    pub fn hull(all: impl IntoIterator<Item = Self>) -> Option<Self> {
        all.into_iter().reduce(|a, b| Self { lo: a.lo.min(b.lo), hi: a.hi.max(b.hi) })
    }
}

/// The order of a date that doesn't begin with its year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Dmy,
    Mdy,
    Ymd,
}

/// What is known of how a file writes its dates and times.
#[derive(Clone, Copy, Debug, Default)]
pub struct Manner {
    pub zone: Option<Tz>,
    pub order: Option<Order>,
}

/// Reads one cell that is not empty; what can't be read is the widest interval.
pub fn read(text: &str, manner: Manner) -> Interval {
    understood(text.trim(), manner).unwrap_or(WIDEST)
}

fn understood(text: &str, manner: Manner) -> Option<Interval> {
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return epoch(text);
    }
    match text.split_once(['T', 't', ' ']) {
        None => Some(of_date(date(text, manner.order)?, manner.zone)),
        Some((day, rest)) => of_date_and_time(date(day, manner.order)?, rest, manner.zone),
    }
}

/// 9 or 10 digits are seconds, 13 milliseconds, 16 microseconds.
fn epoch(digits: &str) -> Option<Interval> {
    let unit = match digits.len() {
        9 | 10 => SECOND,
        13 => 1_000,
        16 => 1,
        _ => return None,
    };
    let at = digits.parse::<i64>().ok()?.checked_mul(unit)?;
    (0 < at && at <= LATEST).then(|| Interval::exact(at))
}

fn number(text: &str, digits: std::ops::RangeInclusive<usize>) -> Option<u32> {
    let right = digits.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    right.then(|| text.parse().ok()).flatten()
}

fn date(text: &str, order: Option<Order>) -> Option<NaiveDate> {
    let separator = text.chars().find(|c| !c.is_ascii_digit())?;
    let parts: Vec<&str> = text.split(separator).collect();
    let [a, b, c] = parts[..] else { return None };
    let iso = || Some((number(a, 4..=4)?, number(b, 2..=2)?, number(c, 2..=2)?));
    let short = |year, month, day| Some((number(year, 4..=4)?, number(month, 1..=2)?, number(day, 1..=2)?));
    let (year, month, day) = match (separator, order) {
        ('-' | '/', _) if a.len() == 4 && b.len() == 2 && c.len() == 2 => iso(),
        ('-' | '/' | '.', Some(Order::Ymd)) => short(a, b, c),
        ('-' | '/' | '.', Some(Order::Dmy)) => short(c, b, a),
        ('-' | '/' | '.', Some(Order::Mdy)) => short(c, a, b),
        _ => None,
    }?;
    if !(1970..=2199).contains(&year) {
        return None;
    }
    NaiveDate::from_ymd_opt(year as i32, month, day)
}

fn of_date_and_time(day: NaiveDate, rest: &str, zone: Option<Tz>) -> Option<Interval> {
    let end_of_time =
        rest.find(|c: char| !(c.is_ascii_digit() || c == ':' || c == '.')).unwrap_or(rest.len());
    let (time, offset) = rest.split_at(end_of_time);
    let (time, whole_minute) = time_of_day(time)?;
    let shown = micros(day.and_time(time));
    let meant = if offset.is_empty() {
        zone.map_or_else(|| anywhere(shown, shown), |zone| local_time(shown, zone))
    } else {
        Interval::exact(shown - offset_of(offset)?)
    };
    Some(if whole_minute { meant.later_end(MINUTE - 1) } else { meant })
}

/// `HH:MM[:SS[.f…]]`, and whether no seconds were given.
fn time_of_day(text: &str) -> Option<(NaiveTime, bool)> {
    let parts: Vec<&str> = text.split(':').collect();
    let (hour, minute, seconds) = match parts[..] {
        [hour, minute] => (hour, minute, None),
        [hour, minute, seconds] => (hour, minute, Some(seconds)),
        _ => return None,
    };
    let (hour, minute) = (number(hour, 2..=2)?, number(minute, 2..=2)?);
    let (second, micro) = seconds.map_or(Some((0, 0)), seconds_of)?;
    Some((NaiveTime::from_hms_micro_opt(hour, minute, second, micro)?, seconds.is_none()))
}

/// A fraction is cut after six digits; second 60 reads as 59.999999.
fn seconds_of(text: &str) -> Option<(u32, u32)> {
    let (whole, fraction) = match text.split_once('.') {
        None => (text, "0"),
        Some((whole, fraction)) => (whole, fraction),
    };
    number(fraction, 1..=usize::MAX).or_else(|| long_fraction(fraction))?;
    let micro: String = fraction.chars().chain("000000".chars()).take(6).collect();
    match number(whole, 2..=2)? {
        60 => Some((59, 999_999)),
        second => Some((second, micro.parse().ok()?)),
    }
}

fn long_fraction(digits: &str) -> Option<u32> {
    (!digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())).then_some(0)
}

/// `Z`, `±HH:MM`, `±HHMM`, `±HH`, with or without a blank before; ` UTC`, ` GMT`. In microseconds east of UTC.
fn offset_of(text: &str) -> Option<i64> {
    if text == " UTC" || text == " GMT" {
        return Some(0);
    }
    let text = text.strip_prefix(' ').unwrap_or(text);
    if text == "Z" || text == "z" {
        return Some(0);
    }
    let sign = match text.chars().next()? {
        '+' => 1,
        '-' => -1,
        _ => return None,
    };
    let digits = &text[1..];
    let (hours, minutes) = match (digits.len(), digits.find(':')) {
        (2, None) => (digits, "00"),
        (4, None) => digits.split_at(2),
        (5, Some(2)) => digits.split_once(':')?,
        _ => return None,
    };
    let (hours, minutes) = (number(hours, 2..=2)?, number(minutes, 2..=2)?);
    (hours < 24 && minutes < 60).then(|| sign * (i64::from(hours) * HOUR + i64::from(minutes) * MINUTE))
}

/// The order that the column's own values show: a value that is a date in one order only (a part above 12) in at
/// least one row, and none that contradicts.
pub fn order_shown_by<'a>(column: impl IntoIterator<Item = &'a str>) -> Option<Order> {
    let (mut day_first, mut month_first) = (false, false);
    for text in column {
        let readable = |order| understood(text.trim(), Manner { zone: None, order }).is_some();
        if readable(None) {
            continue;
        }
        match (readable(Some(Order::Dmy)), readable(Some(Order::Mdy))) {
            (true, false) => day_first = true,
            (false, true) => month_first = true,
            _ => {}
        }
    }
    match (day_first, month_first) {
        (true, false) => Some(Order::Dmy),
        (false, true) => Some(Order::Mdy),
        _ => None,
    }
}

/// A date only: the first to the last instant whose local date it is.
fn of_date(day: NaiveDate, zone: Option<Tz>) -> Interval {
    let first = micros(day.and_time(NaiveTime::MIN));
    zone.map_or_else(|| anywhere(first, first + DAY - 1), |zone| local_day(day, zone))
}

/// The earliest and latest instant at which any clock on Earth showed it.
fn anywhere(first: i64, last: i64) -> Interval {
    Interval { lo: first - 14 * HOUR, hi: last + 12 * HOUR }
}

fn local_day(day: NaiveDate, zone: Tz) -> Interval {
    let midnight = micros(day.and_time(NaiveTime::MIN));
    let changes = changes_around(midnight, zone);
    let offsets = offsets_around(midnight, zone);
    let is_on_day = |at: &i64| date_shown(*at, zone) == day;
    let first = offsets.iter().map(|o| midnight - o).chain(changes.iter().copied()).filter(is_on_day).min();
    let last = (offsets.iter().map(|o| midnight + DAY - o))
        .chain(changes.iter().copied())
        .map(|end| end - 1)
        .filter(is_on_day)
        .max();
    match (first, last) {
        (Some(lo), Some(hi)) => Interval { lo, hi },
        _ => local_time(midnight, zone),
    }
}

/// What a clock in `zone` showing `shown` can mean: one instant; in a fold from the first to the second meaning;
/// in a gap from the earlier to the later of both readings.
fn local_time(shown: i64, zone: Tz) -> Interval {
    let readings = offsets_around(shown, zone).into_iter().map(|offset| (offset, shown - offset));
    let meant = readings.filter(|(offset, at)| offset_at(*at, zone) == *offset).map(|(_, at)| at);
    Interval::hull(meant.map(Interval::exact)).unwrap_or_else(|| gap(shown, zone))
}

fn gap(shown: i64, zone: Tz) -> Interval {
    let skipping = changes_around(shown, zone).into_iter().find_map(|at| {
        let (before, after) = (offset_at(at - 1, zone), offset_at(at, zone));
        (at + before <= shown && shown < at + after).then_some((before, after))
    });
    let (before, after) = skipping.expect("a time that no clock showed lies in a gap");
    Interval { lo: shown - after, hi: shown - before }
}

/// The instants, to the second, at which the zone's offset changes within three days of `shown`.
fn changes_around(shown: i64, zone: Tz) -> Vec<i64> {
    let hours = (-72..72).map(|h| shown + h * HOUR);
    let changing = hours.filter(|h| offset_at(*h, zone) != offset_at(h + HOUR, zone));
    changing.map(|h| change_between(h / SECOND, (h + HOUR) / SECOND, zone)).collect()
}

fn change_between(mut before: i64, mut after: i64, zone: Tz) -> i64 {
    let old = offset_at(before * SECOND, zone);
    while after - before > 1 {
        let middle = i64::midpoint(before, after);
        if offset_at(middle * SECOND, zone) == old {
            before = middle;
        } else {
            after = middle;
        }
    }
    after * SECOND
}

fn offsets_around(shown: i64, zone: Tz) -> Vec<i64> {
    let mut offsets: Vec<i64> = (-72..=72).map(|h| offset_at(shown + h * HOUR, zone)).collect();
    offsets.sort_unstable();
    offsets.dedup();
    offsets
}

fn offset_at(at: i64, zone: Tz) -> i64 {
    let utc = utc(at).naive_utc();
    i64::from(zone.offset_from_utc_datetime(&utc).fix().local_minus_utc()) * SECOND
}

fn date_shown(at: i64, zone: Tz) -> NaiveDate {
    utc(at + offset_at(at, zone)).date_naive()
}

fn micros(shown: NaiveDateTime) -> i64 {
    shown.and_utc().timestamp_micros()
}

fn utc(at: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(at).expect("an instant within the years of chrono")
}

/// The zone of the dates in a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoundaryZone {
    Unstated,
    /// Minutes east of UTC.
    Offset(i64),
    Named(Tz),
}

/// A boundary of the incident: the first and the last possible first instant of a date; an instant with
/// offset is one point.
pub fn boundary(text: &str, zone: BoundaryZone) -> Interval {
    let Some(day) = date(text, None) else { return instant_with_offset(text) };
    let midnight = micros(day.and_time(NaiveTime::MIN));
    match zone {
        BoundaryZone::Unstated => anywhere(midnight, midnight),
        BoundaryZone::Offset(minutes) => Interval::exact(midnight - minutes * MINUTE),
        BoundaryZone::Named(zone) => Interval::exact(local_day(day, zone).lo),
    }
}

/// An instant that profile, facts or sources.toml state, with offset.
pub fn instant_with_offset(text: &str) -> Interval {
    understood(text, Manner::default()).unwrap_or_else(|| panic!("an instant with offset, not {text:?}"))
}

/// RFC 3339 with `Z` and microseconds only where not zero (3-rules, "Order and form of all verdicts").
pub fn printed(at: i64) -> String {
    let format = if at.rem_euclid(SECOND) == 0 { "%Y-%m-%dT%H:%M:%SZ" } else { "%Y-%m-%dT%H:%M:%S%.6fZ" };
    utc(at).format(format).to_string()
}

/// Year, month and day shown in UTC at an instant, for generators.
pub fn utc_date(at: i64) -> (i32, u32, u32) {
    let date = utc(at).date_naive();
    (date.year(), date.month(), date.day())
}

/// The clock time shown at `at` in a zone (UTC when none), as microseconds of local time, for generators.
pub fn clock(at: i64, zone: Option<Tz>) -> i64 {
    zone.map_or(at, |zone| at + offset_at(at, zone))
}
