//! The general parser: every form, one byte after the other. It is what the fast paths are tested against.

use super::calendar::{HOUR, MINUTE, SECOND, is_in_years, is_year, midnight};
use super::written::Written;
use super::{DateOrder, EpochUnit, Form, Interval, Orders, Reject};

/// What [`super::read`] gives, without its fast paths.
///
/// # Errors
/// As [`super::read`].
pub fn read(text: &[u8], form: &Form) -> Result<Interval, Reject> {
    Ok(parse(text, form)?.means(&form.zone))
}

/// Which orders a text permits, when it is a date (with or without time) of day, month and four-digit year in one of
/// the two orders. A text that is no date in either order says nothing of its column.
#[must_use]
pub fn orders_possible(text: &[u8]) -> Option<Orders> {
    let is_read = |order| {
        let form = Form { order: Some(order), ..Form::default() };
        parse(text, &form).is_ok()
    };
    let year_last = text.iter().take_while(|byte| byte.is_ascii_digit()).count() <= 2;
    let orders = Orders { dmy: is_read(DateOrder::Dmy), mdy: is_read(DateOrder::Mdy) };
    (year_last && (orders.dmy || orders.mdy)).then_some(orders)
}

pub(super) fn parse(text: &[u8], form: &Form) -> Result<Written, Reject> {
    if text.iter().all(u8::is_ascii_digit) {
        return epoch(text, form.epoch).map(Written::Instant);
    }
    let mut rest = Rest(text);
    let midnight = date(&mut rest, form.order)?;
    if rest.is_at_end() {
        return Ok(Written::Date { midnight });
    }
    if !(rest.take(b'T') || rest.take(b't') || rest.take(b' ')) {
        return Err(Reject::Form);
    }
    let (time, seconds) = time_of_day(&mut rest)?;
    let offset = match rest.0 {
        [] => None,
        written => Some(suffix(written).ok_or(Reject::Offset)?),
    };
    Ok(Written::DateTime { local: midnight + time, seconds, offset })
}

fn epoch(text: &[u8], unit: Option<EpochUnit>) -> Result<i64, Reject> {
    let by_digits = match text.len() {
        9 | 10 => EpochUnit::Seconds,
        13 => EpochUnit::Milliseconds,
        16 => EpochUnit::Microseconds,
        _ => return Err(Reject::Epoch),
    };
    if unit.is_some_and(|unit| unit != by_digits) {
        return Err(Reject::Epoch);
    }
    let micros = number(text)
        * match by_digits {
            EpochUnit::Seconds => SECOND,
            EpochUnit::Milliseconds => 1_000,
            EpochUnit::Microseconds => 1,
        };
    match micros {
        0 => Err(Reject::Epoch),
        _ if !is_in_years(micros) => Err(Reject::Year),
        _ => Ok(micros),
    }
}

/// Three numbers between two equal separators, as the midnight of the day that they name.
fn date(rest: &mut Rest<'_>, order: Option<DateOrder>) -> Result<i64, Reject> {
    let first = rest.digits();
    let separator = rest.any_of(b"-/.").ok_or(Reject::Form)?;
    let second = rest.digits();
    if !rest.take(separator) {
        return Err(Reject::Form);
    }
    let third = rest.digits();
    let (year, month, day) = match (first.len(), second.len(), third.len()) {
        (4, 2, 2) if separator != b'.' => (first, second, third),
        (4, 1 | 2, 1 | 2) if order == Some(DateOrder::Ymd) => (first, second, third),
        (1 | 2, 1 | 2, 4) if order == Some(DateOrder::Dmy) => (third, second, first),
        (1 | 2, 1 | 2, 4) if order == Some(DateOrder::Mdy) => (third, first, second),
        _ => return Err(Reject::Form),
    };
    if !is_year(number(year)) {
        return Err(Reject::Year);
    }
    midnight(number(year), number(month), number(day)).ok_or(Reject::Date)
}

/// `HH:MM[:SS[.f…]]` in microseconds, and whether the seconds were written.
fn time_of_day(rest: &mut Rest<'_>) -> Result<(i64, bool), Reject> {
    let hour = rest.two_digits(23).ok_or(Reject::Time)?;
    if !rest.take(b':') {
        return Err(Reject::Time);
    }
    let minute = rest.two_digits(59).ok_or(Reject::Time)?;
    let whole_minute = hour * HOUR + minute * MINUTE;
    if !rest.take(b':') {
        return Ok((whole_minute, false));
    }
    let second = rest.two_digits(60).ok_or(Reject::Time)?;
    let fraction = if rest.take(b'.') { rest.fraction()? } else { 0 };
    let within = if second == 60 { MINUTE - 1 } else { second * SECOND + fraction };
    Ok((whole_minute + within, true))
}

/// What may follow a time: an offset, a blank before it allowed; or ` UTC` or ` GMT`. In microseconds.
fn suffix(text: &[u8]) -> Option<i64> {
    match text {
        b" UTC" | b" GMT" => Some(0),
        [b' ', written @ ..] | written => match written {
            b"Z" | b"z" => Some(0),
            _ => offset(written),
        },
    }
}

/// `±HH:MM`, `±HHMM` or `±HH`, in microseconds.
pub(super) fn offset(text: &[u8]) -> Option<i64> {
    let (sign, digits) = match text {
        [b'+', digits @ ..] => (1, digits),
        [b'-', digits @ ..] => (-1, digits),
        _ => return None,
    };
    let mut rest = Rest(digits);
    let hour = rest.two_digits(23)?;
    if rest.is_at_end() {
        return Some(sign * hour * HOUR);
    }
    rest.take(b':');
    let minute = rest.two_digits(59)?;
    rest.is_at_end().then_some(sign * (hour * HOUR + minute * MINUTE))
}

/// The number that some digits name; there are at most 16.
fn number(digits: &[u8]) -> i64 {
    digits.iter().fold(0, |number, digit| number * 10 + i64::from(digit - b'0'))
}

/// What is still to be read.
struct Rest<'t>(&'t [u8]);

impl<'t> Rest<'t> {
    fn is_at_end(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes one byte if it is the next.
    fn take(&mut self, byte: u8) -> bool {
        let rest = self.0.strip_prefix(&[byte]);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    fn any_of(&mut self, bytes: &[u8]) -> Option<u8> {
        bytes.iter().copied().find(|byte| self.take(*byte))
    }

    /// All digits that are next.
    fn digits(&mut self) -> &'t [u8] {
        let count = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, rest) = self.0.split_at_checked(count).unwrap_or_default();
        self.0 = rest;
        digits
    }

    /// Exactly two digits, up to a greatest number.
    fn two_digits(&mut self, greatest: i64) -> Option<i64> {
        let (digits, rest) = self.0.split_at_checked(2)?;
        let found = number(digits.iter().all(u8::is_ascii_digit).then_some(digits)?);
        self.0 = rest;
        (found <= greatest).then_some(found)
    }

    /// The digits after a point, as microseconds; those after the sixth are cut.
    fn fraction(&mut self) -> Result<i64, Reject> {
        let digits = self.digits();
        let kept = digits.get(..6).unwrap_or(digits);
        match kept.len() {
            0 => Err(Reject::Time),
            count => Ok((count..6).fold(number(kept), |micros, _| micros * 10)),
        }
    }
}
