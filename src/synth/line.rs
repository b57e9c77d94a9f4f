//! One line of a CSV file, and the styles in which exports write an instant (2-tables, "Instants are intervals").

use crate::base::instant::{Clock, clock};

/// How a column writes its instants.
#[derive(Clone, Copy, Debug)]
pub(super) enum Style {
    /// `2016-10-31T10:00:00Z`
    Z,
    /// The same with microseconds.
    Fraction,
    /// `2016-10-31T11:00:00+01:00`
    Offset,
    /// `2016-10-31 10:00:00 UTC`
    Utc,
    /// `2016-10-31 10:00:00`, of the clock that stands so many hours before UTC
    Local(i64),
    /// `31/10/2016 10:00`, of the same kind of clock, by half hours
    DayFirst(i64),
    /// `2016-10-31`
    Date,
    /// Seconds since 1970
    Seconds,
    /// Milliseconds since 1970
    Milliseconds,
}

/// What stands where an instant should be and can't be read.
const UNREADABLE: &str = "2016-13-45";

const HOUR: i64 = 3_600_000_000;

/// A line being filled, cell by cell.
#[derive(Debug, Default)]
pub(super) struct Line {
    bytes: Vec<u8>,
    /// Lines that have ended.
    lines: u64,
    is_begun: bool,
}

impl Line {
    /// What was written, and how many lines it is; every line ends with LF.
    pub fn into_lines(self) -> (Vec<u8>, u64) {
        (self.bytes, self.lines)
    }

    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Writes the line that began at `start` once more.
    pub fn repeat_from(&mut self, start: usize) {
        self.bytes.extend_from_within(start..);
        self.lines += 1;
    }

    fn separate(&mut self) {
        if self.is_begun {
            self.bytes.push(b',');
        }
        self.is_begun = true;
    }

    /// A text; quoted where it must be.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.separate();
        if text.bytes().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r')) {
            self.bytes.push(b'"');
            self.bytes.extend_from_slice(text.replace('"', "\"\"").as_bytes());
            self.bytes.push(b'"');
        } else {
            self.bytes.extend_from_slice(text.as_bytes());
        }
        self
    }

    /// A text that needs no quotes, and a number behind it.
    pub fn numbered(&mut self, text: &str, number: u64) -> &mut Self {
        self.separate();
        self.bytes.extend_from_slice(text.as_bytes());
        self.digits(number, 1);
        self
    }

    pub fn empty(&mut self) -> &mut Self {
        self.separate();
        self
    }

    pub fn instant(&mut self, instant: Option<i64>, style: Style) -> &mut Self {
        self.separate();
        let Some(instant) = instant else { return self };
        match style {
            Style::Z => self.date_and_time(instant, b'T').literal("Z"),
            Style::Fraction => {
                self.date_and_time(instant, b'T').literal(".");
                self.digits(instant.rem_euclid(1_000_000).unsigned_abs(), 6);
                self.literal("Z")
            }
            Style::Offset => self.date_and_time(instant + HOUR, b'T').literal("+01:00"),
            Style::Utc => self.date_and_time(instant, b' ').literal(" UTC"),
            Style::Local(hours) => self.date_and_time(instant + hours * HOUR, b' '),
            Style::DayFirst(half_hours) => self.day_first(instant + half_hours * HOUR / 2),
            Style::Date => self.date(&clock(instant)),
            Style::Seconds => self.number(instant.unsigned_abs() / 1_000_000),
            Style::Milliseconds => self.number(instant.unsigned_abs() / 1_000),
        }
    }

    /// A cell where an instant stood that nobody can read.
    pub fn unreadable(&mut self) -> &mut Self {
        self.text(UNREADABLE)
    }

    pub fn end(&mut self) {
        self.bytes.push(b'\n');
        self.lines += 1;
        self.is_begun = false;
    }

    fn literal(&mut self, text: &str) -> &mut Self {
        self.bytes.extend_from_slice(text.as_bytes());
        self
    }

    fn number(&mut self, number: u64) -> &mut Self {
        self.digits(number, 1);
        self
    }

    fn date(&mut self, shown: &Clock) -> &mut Self {
        self.digits(shown.year.unsigned_abs(), 4);
        self.literal("-").digits(shown.month.unsigned_abs(), 2);
        self.literal("-").digits(shown.day.unsigned_abs(), 2);
        self
    }

    fn date_and_time(&mut self, instant: i64, between: u8) -> &mut Self {
        let shown = clock(instant);
        self.date(&shown).bytes.push(between);
        self.digits(shown.hour.unsigned_abs(), 2);
        self.literal(":").digits(shown.minute.unsigned_abs(), 2);
        self.literal(":").digits(shown.second.unsigned_abs(), 2);
        self
    }

    fn day_first(&mut self, instant: i64) -> &mut Self {
        let shown = clock(instant);
        self.digits(shown.day.unsigned_abs(), 2);
        self.literal("/").digits(shown.month.unsigned_abs(), 2);
        self.literal("/").digits(shown.year.unsigned_abs(), 4);
        self.literal(" ").digits(shown.hour.unsigned_abs(), 2);
        self.literal(":").digits(shown.minute.unsigned_abs(), 2);
        self
    }

    /// A number with so many digits at least.
    fn digits(&mut self, number: u64, least: usize) {
        let mut digits = [b'0'; 20];
        let (mut rest, mut count) = (number, 0);
        for digit in digits.iter_mut().rev() {
            *digit = b'0' + (rest % 10) as u8;
            rest /= 10;
            count += 1;
            if rest == 0 && count >= least {
                break;
            }
        }
        self.bytes.extend_from_slice(digits.get(digits.len() - count..).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_style_is_read_as_what_was_meant() {
        use crate::base::instant::{DateOrder, Form, Zone, read};
        // 2016-10-31T10:00:00Z
        let instant = 1_477_908_000_000_000;
        let written = |style| {
            let mut line = Line::default();
            line.instant(Some(instant), style);
            String::from_utf8(line.into_lines().0).unwrap()
        };
        let means = |style, zone: &str, order| {
            let zone = Zone::parse(zone).unwrap_or(Zone::Unstated);
            read(written(style).as_bytes(), &Form { zone, order, ..Form::default() }).unwrap()
        };
        for style in
            [Style::Z, Style::Fraction, Style::Offset, Style::Utc, Style::Seconds, Style::Milliseconds]
        {
            assert_eq!(means(style, "", None).lo, instant, "{}", written(style));
            assert!(means(style, "", None).is_exact());
        }
        assert_eq!(means(Style::Local(9), "Asia/Tokyo", None).lo, instant);
        let minute = means(Style::DayFirst(11), "+05:30", Some(DateOrder::Dmy));
        assert_eq!((minute.lo, minute.hi), (instant, instant + 59_999_999));
        assert_eq!(written(Style::Date), "2016-10-31");
    }
}
