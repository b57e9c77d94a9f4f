//! Fast paths: the forms that fill real exports, read by position. Whatever they do not know, the general parser
//! decides, so a fast path never rejects.

use super::calendar::{HOUR, MINUTE, SECOND, is_year, midnight};
use super::written::Written;

/// `YYYY-MM-DD`, `YYYY-MM-DDTHH:MM:SS` (or a blank for the `T`) with up to six digits after a point, alone or followed
/// by `Z`, ` UTC` or `±HH:MM`.
pub(super) fn parse(text: &[u8]) -> Option<Written> {
    let (date, rest) = text.split_first_chunk::<10>()?;
    let midnight = day(date)?;
    if rest.is_empty() {
        return Some(Written::Date { midnight });
    }
    let (time, rest) = rest.split_first_chunk::<9>()?;
    let (fraction, rest) = fraction(rest)?;
    let local = midnight + time_of_day(time)? + fraction;
    let offset = match rest {
        [] => None,
        b"Z" | b" UTC" => Some(0),
        _ => Some(offset(rest)?),
    };
    Some(Written::DateTime { local, seconds: true, offset })
}

fn day(text: &[u8; 10]) -> Option<i64> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *text else {
        return None;
    };
    let year = two(y1, y2)? * 100 + two(y3, y4)?;
    if !is_year(year) {
        return None;
    }
    midnight(year, two(m1, m2)?, two(d1, d2)?)
}

fn time_of_day(text: &[u8; 9]) -> Option<i64> {
    let [b'T' | b' ', h1, h2, b':', m1, m2, b':', s1, s2] = *text else {
        return None;
    };
    let (hour, minute, second) = (two(h1, h2)?, two(m1, m2)?, two(s1, s2)?);
    let is_time = hour < 24 && minute < 60 && second < 60;
    is_time.then_some(hour * HOUR + minute * MINUTE + second * SECOND)
}

/// The fraction in microseconds, and what follows it.
fn fraction(text: &[u8]) -> Option<(i64, &[u8])> {
    let [b'.', rest @ ..] = text else {
        return Some((0, text));
    };
    let (mut micros, mut unit, mut rest) = (0, SECOND, rest);
    while let [byte @ b'0'..=b'9', after @ ..] = rest {
        unit /= 10;
        micros += i64::from(byte - b'0') * unit;
        rest = after;
        if unit == 0 {
            return None;
        }
    }
    (unit < SECOND).then_some((micros, rest))
}

fn offset(text: &[u8]) -> Option<i64> {
    let [sign, h1, h2, b':', m1, m2] = *text else {
        return None;
    };
    let (hour, minute) = (two(h1, h2)?, two(m1, m2)?);
    let offset = hour * HOUR + minute * MINUTE;
    match sign {
        _ if hour > 23 || minute > 59 => None,
        b'+' => Some(offset),
        b'-' => Some(-offset),
        _ => None,
    }
}

fn two(tens: u8, units: u8) -> Option<i64> {
    let (tens, units) = (tens.wrapping_sub(b'0'), units.wrapping_sub(b'0'));
    (tens < 10 && units < 10).then(|| i64::from(tens) * 10 + i64::from(units))
}
