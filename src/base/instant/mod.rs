//! Instants are intervals: a value says when something happened only as precisely as it was written
//! (2-tables, "Instants are intervals").
//!
//! An instant is an `i64` of microseconds since 1970-01-01T00:00:00Z. [`read`] turns what stands in a cell into the
//! closed [`Interval`] of instants that it can mean, and rejects everything that the table of forms does not name.
//!
//! ```
//! use highwater::base::instant::{self, Form, Zone};
//!
//! let unstated = Form::default();
//! let read = |text: &str, form: &Form| {
//!     let interval = instant::read(text.as_bytes(), form).unwrap();
//!     (instant::write_rfc3339(interval.lo), instant::write_rfc3339(interval.hi))
//! };
//! assert_eq!(read("2016-11-01T00:00:00+01:00", &unstated).0, "2016-10-31T23:00:00Z");
//! assert_eq!(
//!     read("2016-11-01", &unstated),
//!     ("2016-10-31T10:00:00Z".to_owned(), "2016-11-02T11:59:59.999999Z".to_owned())
//! );
//! let rome = Form { zone: Zone::parse("Europe/Rome").unwrap(), ..Form::default() };
//! assert_eq!(read("2016-11-01 00:00:00", &rome).0, "2016-10-31T23:00:00Z");
//! ```

mod boundary;
mod calendar;
mod fast;
pub mod general;
mod written;
mod zone;

use std::fmt;

pub use boundary::{boundary, date_or_instant, exact, with_offset};
pub use calendar::{Clock, clock, write_rfc3339};
pub use general::orders_possible;
pub use zone::{Zone, tzdb_version};

/// The instants that a value can mean: from `lo` to `hi`, both included, in microseconds since 1970, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Interval {
    /// The earliest.
    pub lo: i64,
    /// The latest.
    pub hi: i64,
}

impl Interval {
    /// What a value means that was written but can't be read: 1970-01-01T00:00:00Z to
    /// 2199-12-31T23:59:59.999999Z. It is on the edge of everything.
    pub const WIDEST: Self = Self { lo: 0, hi: 7_258_118_399_999_999 };

    /// One single instant.
    #[must_use]
    pub fn exact(instant: i64) -> Self {
        Self { lo: instant, hi: instant }
    }

    /// The least interval that holds both.
    #[must_use]
    pub fn hull(self, other: Self) -> Self {
        Self { lo: self.lo.min(other.lo), hi: self.hi.max(other.hi) }
    }

    /// Whether it is one single instant.
    #[must_use]
    pub fn is_exact(self) -> bool {
        self.lo == self.hi
    }

    /// Moves the ends apart: `earlier` off the lower one, `later` onto the upper one.
    fn widened(self, earlier: i64, later: i64) -> Self {
        Self { lo: self.lo - earlier, hi: self.hi + later }
    }
}

/// In which order day, month and year are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateOrder {
    /// Year, month, day.
    Ymd,
    /// Day, month, year.
    Dmy,
    /// Month, day, year.
    Mdy,
}

impl DateOrder {
    /// The words for them, as `--dates` and `sources.toml` take them.
    pub const WORDS: [&str; 3] = ["ymd", "dmy", "mdy"];

    /// The order of a word of [`Self::WORDS`].
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "ymd" => Some(Self::Ymd),
            "dmy" => Some(Self::Dmy),
            "mdy" => Some(Self::Mdy),
            _ => None,
        }
    }

    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Ymd => "ymd",
            Self::Dmy => "dmy",
            Self::Mdy => "mdy",
        }
    }
}

/// The unit of an epoch number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EpochUnit {
    /// 9 or 10 digits.
    Seconds,
    /// 13 digits.
    Milliseconds,
    /// 16 digits.
    Microseconds,
}

/// How a column writes its instants, as far as somebody said so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form {
    /// The zone of dates and times without an offset.
    pub zone: Zone,
    /// The order of day, month and year. Unsaid, only forms that begin with the year are read.
    pub order: Option<DateOrder>,
    /// The unit of epoch numbers. Unsaid, the number of digits tells.
    pub epoch: Option<EpochUnit>,
}

/// Which orders a day, month and year can have been written in; at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Orders {
    /// It is a date when read day first.
    pub dmy: bool,
    /// It is a date when read month first.
    pub mdy: bool,
}

/// Why a text is not an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reject {
    /// None of the forms.
    Form,
    /// Not a day of the calendar.
    Date,
    /// Not a time of day from 00:00 to 23:59:60.
    Time,
    /// Not an offset.
    Offset,
    /// A year before 1970 or after 2199.
    Year,
    /// An epoch number of other digit counts, or 0.
    Epoch,
    /// No offset where one is needed.
    OffsetMissing,
    /// Not precise to the second where that is needed.
    Imprecise,
}

impl fmt::Display for Reject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Form => "not a form of date and time that is read",
            Self::Date => "not a day of the calendar",
            Self::Time => "not a time of day",
            Self::Offset => "not an offset from UTC",
            Self::Year => "a year outside 1970 to 2199",
            Self::Epoch => "not an epoch number of 9, 10, 13 or 16 digits",
            Self::OffsetMissing => "no offset from UTC",
            Self::Imprecise => "no seconds",
        })
    }
}

impl std::error::Error for Reject {}

/// The interval that a cell means; `text` is trimmed and not empty.
///
/// # Errors
/// When it has none of the forms of 2-tables, "Instants are intervals".
pub fn read(text: &[u8], form: &Form) -> Result<Interval, Reject> {
    match fast::parse(text) {
        Some(written) => Ok(written.means(&form.zone)),
        None => general::read(text, form),
    }
}
