//! Instants as intervals: every form of the table in the design, worked out by hand, and properties over the rest.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects by failing; the lints let only functions marked as tests do so"
)]

use chrono::{DateTime, Offset, TimeZone};
use chrono_tz::{TZ_VARIANTS, Tz};
use highwater::base::instant::{
    self, DateOrder, EpochUnit, Form, Interval, Orders, Reject, Zone, general, write_rfc3339,
};
use proptest::prelude::*;

fn form(zone: &str) -> Form {
    Form { zone: Zone::parse(zone).expect("a zone"), ..Form::default() }
}

fn ordered(order: DateOrder) -> Form {
    Form { order: Some(order), ..form("+00:00") }
}

fn read(text: &str, form: &Form) -> Result<Interval, Reject> {
    let read = instant::read(text.as_bytes(), form);
    assert_eq!(read, general::read(text.as_bytes(), form), "fast and general parser differ on {text:?}");
    read
}

/// The interval as people write it: both ends, or one where they are equal.
fn told(text: &str, form: &Form) -> String {
    match read(text, form) {
        Ok(Interval { lo, hi }) if lo == hi => write_rfc3339(lo),
        Ok(Interval { lo, hi }) => format!("{} .. {}", write_rfc3339(lo), write_rfc3339(hi)),
        Err(reject) => format!("reject: {reject:?}"),
    }
}

fn all_mean(texts: &[&str], form: &Form, meaning: &str) {
    for text in texts {
        assert_eq!(told(text, form), meaning, "{text:?}");
    }
}

#[test]
fn with_offset_is_exact_whatever_zone_is_stated() {
    for zone in ["unstated", "Europe/Rome", "-08:00"] {
        let form = form(zone);
        all_mean(
            &[
                "2016-11-01T09:30:15Z",
                "2016-11-01T09:30:15z",
                "2016-11-01t09:30:15Z",
                "2016-11-01 09:30:15Z",
                "2016-11-01 09:30:15 Z",
                "2016/11/01 09:30:15Z",
                "2016-11-01T10:30:15+01:00",
                "2016-11-01T10:30:15+0100",
                "2016-11-01T10:30:15+01",
                "2016-11-01T10:30:15 +01",
                "2016-11-01 10:30:15 +01:00",
                "2016-10-31T23:45:15-09:45",
                "2016-11-01 09:30:15 UTC",
                "2016-11-01T09:30:15 GMT",
                "2016-11-01T09:30:15.000Z",
                "2016-11-01T09:30:15.0000009Z",
                "2016-11-01T09:30:15-00:00",
            ],
            &form,
            "2016-11-01T09:30:15Z",
        );
    }
}

#[test]
fn a_fraction_is_cut_after_six_digits() {
    let form = form("unstated");
    assert_eq!(told("2016-11-01T00:00:00.5Z", &form), "2016-11-01T00:00:00.500000Z");
    assert_eq!(told("2016-11-01T00:00:00.000001Z", &form), "2016-11-01T00:00:00.000001Z");
    assert_eq!(told("2016-11-01T00:00:00.9999999999Z", &form), "2016-11-01T00:00:00.999999Z");
}

#[test]
fn a_leap_second_is_the_last_microsecond_of_its_minute() {
    let form = form("unstated");
    all_mean(&["2016-12-31T23:59:60Z", "2016-12-31T23:59:60.5Z"], &form, "2016-12-31T23:59:59.999999Z");
    assert_eq!(told("2016-12-31T12:00:60Z", &form), "2016-12-31T12:00:59.999999Z");
}

#[test]
fn epoch_numbers_by_their_digits() {
    let form = form("Europe/Rome");
    all_mean(&["1477958400", "1477958400000", "1477958400000000"], &form, "2016-11-01T00:00:00Z");
    assert_eq!(told("999999999", &form), "2001-09-09T01:46:39Z");
    assert_eq!(told("1477958400123", &form), "2016-11-01T00:00:00.123000Z");
    assert_eq!(told("0000000001", &form), "1970-01-01T00:00:01Z");
    all_mean(&["0", "000000000", "0000000000000", "12345678", "14779584001", ""], &form, "reject: Epoch");
    // 2286, past the years that are read.
    assert_eq!(told("9999999999", &form), "reject: Year");
}

#[test]
fn a_fixed_epoch_unit_takes_no_other() {
    let form = Form { epoch: Some(EpochUnit::Milliseconds), ..form("unstated") };
    assert_eq!(told("1477958400000", &form), "2016-11-01T00:00:00Z");
    all_mean(&["1477958400", "1477958400000000"], &form, "reject: Epoch");
    assert_eq!(told("2016-11-01T00:00:00Z", &form), "2016-11-01T00:00:00Z");
}

#[test]
fn without_zone_any_clock_on_earth() {
    let form = form("unstated");
    assert_eq!(told("2016-11-01 00:00:00", &form), "2016-10-31T10:00:00Z .. 2016-11-01T12:00:00Z");
    assert_eq!(told("2016-11-01T00:00", &form), "2016-10-31T10:00:00Z .. 2016-11-01T12:00:59.999999Z");
    assert_eq!(told("2016-11-01", &form), "2016-10-31T10:00:00Z .. 2016-11-02T11:59:59.999999Z");
}

#[test]
fn no_seconds_is_the_whole_minute() {
    assert_eq!(
        told("2016-11-01T10:30+01:00", &form("unstated")),
        "2016-11-01T09:30:00Z .. 2016-11-01T09:30:59.999999Z"
    );
    assert_eq!(
        told("2016-11-01 10:30", &form("Europe/Rome")),
        "2016-11-01T09:30:00Z .. 2016-11-01T09:30:59.999999Z"
    );
    // In a fold too: the first meaning to the end of the second one's minute.
    assert_eq!(
        told("2016-10-30 02:30", &form("Europe/Rome")),
        "2016-10-30T00:30:00Z .. 2016-10-30T01:30:59.999999Z"
    );
}

#[test]
fn a_stated_zone_makes_it_exact_but_for_folds_and_gaps() {
    let rome = form("Europe/Rome");
    assert_eq!(told("2016-07-01 12:00:00", &rome), "2016-07-01T10:00:00Z");
    assert_eq!(told("2016-12-01 12:00:00", &rome), "2016-12-01T11:00:00Z");
    // Set back at 03:00 summer time, 01:00Z.
    assert_eq!(told("2016-10-30 01:59:59", &rome), "2016-10-29T23:59:59Z");
    assert_eq!(told("2016-10-30 02:00:00", &rome), "2016-10-30T00:00:00Z .. 2016-10-30T01:00:00Z");
    assert_eq!(told("2016-10-30 02:59:59", &rome), "2016-10-30T00:59:59Z .. 2016-10-30T01:59:59Z");
    assert_eq!(told("2016-10-30 03:00:00", &rome), "2016-10-30T02:00:00Z");
    // Set forward at 02:00 winter time, 01:00Z.
    assert_eq!(told("2016-03-27 01:59:59", &rome), "2016-03-27T00:59:59Z");
    assert_eq!(told("2016-03-27 02:30:00", &rome), "2016-03-27T00:30:00Z .. 2016-03-27T01:30:00Z");
    assert_eq!(told("2016-03-27 03:00:00", &rome), "2016-03-27T01:00:00Z");
    // Lord Howe's clocks move by half an hour.
    assert_eq!(
        told("2016-04-03 01:45:00", &form("Australia/Lord_Howe")),
        "2016-04-02T14:45:00Z .. 2016-04-02T15:15:00Z"
    );
    assert_eq!(told("2016-11-01 00:00:00", &form("-08:00")), "2016-11-01T08:00:00Z");
    assert_eq!(told("2016-11-01 00:00:00", &form("+0530")), "2016-10-31T18:30:00Z");
}

#[test]
fn a_day_of_a_zone_has_23_to_25_hours() {
    let day = |day: &str, zone: &str| told(day, &form(zone));
    assert_eq!(day("2016-11-01", "+02:00"), "2016-10-31T22:00:00Z .. 2016-11-01T21:59:59.999999Z");
    assert_eq!(day("2016-10-30", "Europe/Rome"), "2016-10-29T22:00:00Z .. 2016-10-30T22:59:59.999999Z");
    assert_eq!(day("2016-03-27", "Europe/Rome"), "2016-03-26T23:00:00Z .. 2016-03-27T21:59:59.999999Z");
    // Clocks set forward at midnight: the day begins at 01:00.
    let sao_paulo = "America/Sao_Paulo";
    assert_eq!(day("2016-10-15", sao_paulo), "2016-10-15T03:00:00Z .. 2016-10-16T02:59:59.999999Z");
    assert_eq!(day("2016-10-16", sao_paulo), "2016-10-16T03:00:00Z .. 2016-10-17T01:59:59.999999Z");
    // Set back at midnight: the last hour of the day before comes twice.
    assert_eq!(day("2017-02-18", sao_paulo), "2017-02-18T02:00:00Z .. 2017-02-19T02:59:59.999999Z");
    assert_eq!(day("2017-02-19", sao_paulo), "2017-02-19T03:00:00Z .. 2017-02-20T02:59:59.999999Z");
    // Set back at 00:01: the date changes to the day before and back again.
    let newfoundland = "America/St_Johns";
    assert_eq!(day("2006-10-28", newfoundland), "2006-10-28T02:30:00Z .. 2006-10-29T03:29:59.999999Z");
    assert_eq!(day("2006-10-29", newfoundland), "2006-10-29T02:30:00Z .. 2006-10-30T03:29:59.999999Z");
}

#[test]
fn a_skipped_day_is_the_hull_of_both_readings_of_its_midnight() {
    // Samoa went from -10 to +14 at the end of 29 December 2011.
    let apia = form("Pacific/Apia");
    assert_eq!(told("2011-12-29", &apia), "2011-12-29T10:00:00Z .. 2011-12-30T09:59:59.999999Z");
    assert_eq!(told("2011-12-30", &apia), "2011-12-29T10:00:00Z .. 2011-12-30T10:00:00Z");
    assert_eq!(told("2011-12-31", &apia), "2011-12-30T10:00:00Z .. 2011-12-31T09:59:59.999999Z");
    assert_eq!(told("2011-12-30 12:00:00", &apia), "2011-12-29T22:00:00Z .. 2011-12-30T22:00:00Z");
}

#[test]
fn day_first_and_month_first_only_when_stated() {
    let texts = ["5/3/2016 10:00:00", "05/03/2016 10:00:00", "5.3.2016T10:00:00Z", "5-03-2016 10:00:00 UTC"];
    all_mean(&texts, &ordered(DateOrder::Dmy), "2016-03-05T10:00:00Z");
    all_mean(&texts, &ordered(DateOrder::Mdy), "2016-05-03T10:00:00Z");
    all_mean(&texts, &form("+00:00"), "reject: Form");
    all_mean(&texts, &ordered(DateOrder::Ymd), "reject: Form");
    all_mean(
        &["2016-3-5 10:00:00", "2016.03.05 10:00:00", "2016/3/05 10:00:00"],
        &ordered(DateOrder::Ymd),
        "2016-03-05T10:00:00Z",
    );
    all_mean(&["2016-3-5", "2016.03.05"], &ordered(DateOrder::Dmy), "reject: Form");
    // Forms that begin with a full year are read whatever order is stated.
    for order in [DateOrder::Dmy, DateOrder::Mdy, DateOrder::Ymd] {
        all_mean(&["2016-03-05 10:00:00", "2016/03/05 10:00:00"], &ordered(order), "2016-03-05T10:00:00Z");
    }
    assert_eq!(told("31/12/2016 10:00:00", &ordered(DateOrder::Mdy)), "reject: Date");
    assert_eq!(told("5/3-2016", &ordered(DateOrder::Dmy)), "reject: Form");
    assert_eq!(told("5/3/16", &ordered(DateOrder::Dmy)), "reject: Form");
    assert_eq!(
        told("5/3/2016", &Form { order: Some(DateOrder::Dmy), ..Form::default() }),
        "2016-03-04T10:00:00Z .. 2016-03-06T11:59:59.999999Z"
    );
}

#[test]
fn a_text_tells_the_orders_that_it_permits() {
    let orders = |text: &str| instant::orders_possible(text.as_bytes());
    assert_eq!(orders("5/3/2016"), Some(Orders { dmy: true, mdy: true }));
    assert_eq!(orders("13/3/2016 10:00"), Some(Orders { dmy: true, mdy: false }));
    assert_eq!(orders("3.13.2016"), Some(Orders { dmy: false, mdy: true }));
    for text in ["13/13/2016", "2016-03-05", "5/3/16", "5/3/1969", "5/3/2016 25:00", "", "x", "1477958400"] {
        assert_eq!(orders(text), None, "{text:?}");
    }
}

#[test]
fn years_as_written() {
    let form = form("unstated");
    assert_eq!(told("1970-01-01T00:00:00+14:00", &form), "1969-12-31T10:00:00Z");
    assert_eq!(told("2199-12-31T23:59:59-12:00", &form), "2200-01-01T11:59:59Z");
    all_mean(&["1969-12-31T23:59:59Z", "2200-01-01", "0000-00-00", "0001-01-01"], &form, "reject: Year");
}

#[test]
fn all_else_is_rejected() {
    let form = form("Europe/Rome");
    for text in [
        "2016-13-01",
        "2016-02-30",
        "2015-02-29",
        "2100-02-29",
        "2016-11-00",
        "16-11-01",
        "2016-1-1",
        "2016.11.01",
        "2016-11/01",
        "20161101T000000Z",
        "2016-11-01T",
        "2016-11-01  10:00:00",
        "2016-11-01_10:00:00",
        "2016-11-01T24:00",
        "2016-11-01T24:00:00",
        "2016-11-01T10",
        "2016-11-01T10:60",
        "2016-11-01T10:00:61",
        "2016-11-01T1:00",
        "2016-11-01T10:00:00,5",
        "2016-11-01T10:00:00.",
        "2016-11-01T10:00.5",
        "2016-11-01T10:00:00UTC",
        "2016-11-01T10:00:00 utc",
        "2016-11-01T10:00:00 CET",
        "2016-11-01T10:00:00  Z",
        "2016-11-01T10:00:00+1",
        "2016-11-01T10:00:00+24:00",
        "2016-11-01T10:00:00+01:60",
        "2016-11-01T10:00:00+01:0",
        "2016-11-01T10:00:00+01:",
        "2016-11-01Z",
        "2016-11-01+01:00",
        "2016-11-01 UTC",
        "1 Nov 2016",
        "Nov 1, 2016",
        "2016-11-01 10:00 AM",
        "-1477958400",
        "1477958400.5",
        "2016-11-01T10:00:00Zx",
        " 2016-11-01",
        "NULL",
        "٢٠١٦-١١-٠١",
        "2016-11-01T10:00:00−01:00",
    ] {
        assert!(read(text, &form).is_err(), "{text:?} is read as {}", told(text, &form));
    }
    assert!(instant::read(b"2016-11-01T10:00:00\xff", &form).is_err());
}

#[test]
fn a_leap_day_is_one() {
    let form = form("+00:00");
    assert_eq!(told("2016-02-29T00:00:00Z", &form), "2016-02-29T00:00:00Z");
    assert_eq!(told("2000-02-29T12:00:00Z", &form), "2000-02-29T12:00:00Z");
}

#[test]
fn boundaries_of_an_incident() {
    let boundary = |text: &str, zone: &str| {
        instant::boundary(text, &Zone::parse(zone).expect("a zone"))
            .map(|interval| (write_rfc3339(interval.lo), write_rfc3339(interval.hi)))
    };
    let point = |text: &str| Ok((text.to_owned(), text.to_owned()));
    assert_eq!(
        boundary("2016-11-01", "unstated"),
        Ok(("2016-10-31T10:00:00Z".into(), "2016-11-01T12:00:00Z".into()))
    );
    assert_eq!(boundary("2016-11-01", "Europe/Rome"), point("2016-10-31T23:00:00Z"));
    assert_eq!(boundary("2016-10-16", "America/Sao_Paulo"), point("2016-10-16T03:00:00Z"));
    assert_eq!(
        boundary("2011-12-30", "Pacific/Apia"),
        Ok(("2011-12-29T10:00:00Z".into(), "2011-12-30T10:00:00Z".into()))
    );
    assert_eq!(boundary("2016-11-01T01:00:00+01:00", "unstated"), point("2016-11-01T00:00:00Z"));
    assert_eq!(boundary("2016-11-01T00:00:00", "Europe/Rome"), Err(Reject::OffsetMissing));
    assert_eq!(boundary("1477958400", "Europe/Rome"), Err(Reject::Form));
}

#[test]
fn an_exact_instant_has_seconds_and_offset() {
    assert_eq!(instant::exact("2019-10-02T12:00:00Z").map(write_rfc3339), Ok("2019-10-02T12:00:00Z".into()));
    assert_eq!(instant::exact("2019-10-02T12:00Z"), Err(Reject::Imprecise));
    assert_eq!(instant::exact("2019-10-02T12:00:00"), Err(Reject::OffsetMissing));
    assert_eq!(instant::exact("2019-10-02"), Err(Reject::OffsetMissing));
}

#[test]
fn the_widest_interval_is_the_whole_range_of_years() {
    assert_eq!(write_rfc3339(Interval::WIDEST.lo), "1970-01-01T00:00:00Z");
    assert_eq!(write_rfc3339(Interval::WIDEST.hi), "2199-12-31T23:59:59.999999Z");
}

#[test]
fn zones_have_names() {
    for name in ["unstated", "Europe/Rome", "+02:00", "-09:30"] {
        assert_eq!(Zone::parse(name).expect("a zone").to_string(), name);
    }
    for name in ["", "Europe/Roma", "+2", "+24:00", "europe/rome", "02:00"] {
        assert_eq!(Zone::parse(name), None, "{name:?}");
    }
    assert_eq!(Zone::nearest("Europe/Roma"), Some("Europe/Rome"));
    assert_eq!(Zone::nearest("rome"), Some("Europe/Rome"));
    assert_eq!(Zone::nearest("unsaid"), Some("unstated"));
}

/// Instants around the changes of clocks, which are whole hours or minutes in most zones.
fn instants() -> impl Strategy<Value = i64> {
    (0_i64..7_258_118_400, prop_oneof![Just(1), Just(60), Just(3_600), Just(1_800)])
        .prop_map(|(second, step)| second / step * step * 1_000_000)
}

fn zones() -> impl Strategy<Value = Tz> {
    (0..TZ_VARIANTS.len()).prop_map(|index| TZ_VARIANTS[index])
}

fn local(zone: Tz, instant: i64) -> chrono::NaiveDateTime {
    zone.from_utc_datetime(&DateTime::from_timestamp_micros(instant).expect("in range").naive_utc())
        .naive_local()
}

/// The instants at which the zone changes its offset, found by halving days.
fn changes(zone: Tz, years: std::ops::Range<i64>) -> Vec<i64> {
    let offset = |second: i64| {
        let utc = DateTime::from_timestamp(second, 0).expect("in range").naive_utc();
        zone.offset_from_utc_datetime(&utc).fix().local_minus_utc()
    };
    let days = (years.start - 1970) * 365..(years.end - 1970) * 365;
    days.filter_map(|day| {
        let (mut before, mut after) = (day * 86_400, (day + 1) * 86_400);
        if offset(before) == offset(after) {
            return None;
        }
        while after - before > 1 {
            let middle = (before + after) / 2;
            if offset(middle) == offset(before) { before = middle } else { after = middle }
        }
        Some(after * 1_000_000)
    })
    .collect()
}

fn check_instant_of_zone(zone: Tz, instant: i64) {
    let form = Form { zone: Zone::Named(zone), ..Form::default() };
    let clock = local(zone, instant);
    let text = clock.format("%Y-%m-%d %H:%M:%S%.6f").to_string();
    let Ok(time) = read(&text, &form) else {
        return; // a local year out of range
    };
    assert!(time.lo <= instant && instant <= time.hi, "{text} in {zone}");
    assert_eq!(local(zone, time.lo), clock, "the first meaning of {text} in {zone}");
    assert_eq!(local(zone, time.hi), clock, "the last meaning of {text} in {zone}");
    let day = read(&text[..10], &form).expect("a date");
    assert!(day.lo <= time.lo && time.hi <= day.hi, "{text} in {zone}");
    for (inside, outside) in [(day.lo, day.lo - 1), (day.hi, day.hi + 1)] {
        assert_eq!(local(zone, inside).date(), clock.date(), "{text} in {zone}");
        assert_ne!(local(zone, outside).date(), clock.date(), "{text} in {zone}");
    }
}

#[test]
fn every_change_of_clocks_between_2000_and_2025() {
    let names = [
        "Europe/Rome",
        "America/Sao_Paulo",
        "America/St_Johns",
        "Pacific/Apia",
        "Australia/Lord_Howe",
        "America/Havana",
        "Asia/Tehran",
        "Africa/Casablanca",
        "Asia/Kathmandu",
        "Antarctica/Troll",
        "Pacific/Kiritimati",
        "America/Caracas",
        "Asia/Pyongyang",
        "Asia/Gaza",
        "Africa/Cairo",
    ];
    for name in names {
        let zone: Tz = name.parse().expect("a zone");
        for change in changes(zone, 2000..2025) {
            for minutes in [-1_500, -90, -61, -60, -59, -31, -30, -1, 0, 1, 29, 30, 59, 60, 61, 90, 1_500] {
                for micros in [-1, 0, 1] {
                    check_instant_of_zone(zone, change + minutes * 60_000_000 + micros);
                }
            }
        }
    }
}

/// Texts near the forms that are read: pieces put together, one byte changed now and then.
fn texts() -> impl Strategy<Value = Vec<u8>> {
    let date = prop_oneof![
        "(19[67][0-9]|20[01][0-9]|2199|2200)-(0[0-9]|1[0-3])-(0[0-9]|[12][0-9]|3[0-2])",
        "[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}",
    ];
    let time = prop_oneof![Just(String::new()), "[Tt ][012][0-9]:[0-6][0-9](:[0-6][0-9]([.][0-9]{0,8})?)?",];
    let offset = prop_oneof![Just(String::new()), " ?([Zz]|UTC|GMT|[+-][012][0-9](:?[0-6][0-9])?)"];
    let written =
        (date, time, offset).prop_map(|(date, time, offset)| format!("{date}{time}{offset}").into_bytes());
    let mangled =
        (written.clone(), any::<prop::sample::Index>(), any::<u8>()).prop_map(|(mut text, at, byte)| {
            let at = at.index(text.len());
            text[at] = byte;
            text
        });
    prop_oneof![4 => written, 1 => mangled, 1 => "[0-9]{0,17}".prop_map(String::into_bytes)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn the_fast_parser_says_what_the_general_one_says(
        text in texts(),
        zone in prop_oneof![Just("unstated"), Just("Europe/Rome"), Just("America/Sao_Paulo"), Just("+05:45")],
        order in prop_oneof![
            Just(None), Just(Some(DateOrder::Ymd)), Just(Some(DateOrder::Dmy)), Just(Some(DateOrder::Mdy))
        ],
    ) {
        let form = Form { order, ..form(zone) };
        let fast = instant::read(&text, &form);
        prop_assert_eq!(fast, general::read(&text, &form));
        if let Ok(interval) = fast {
            prop_assert!(interval.lo <= interval.hi);
        }
        let _ = instant::orders_possible(&text);
    }

    #[test]
    fn what_is_written_reads_back(instant in instants(), micros in 0_i64..1_000_000) {
        let unstated = Form::default();
        for instant in [instant, instant + micros] {
            prop_assert_eq!(read(&write_rfc3339(instant), &unstated), Ok(Interval::exact(instant)));
            let by_chrono = DateTime::from_timestamp_micros(instant).expect("in range");
            prop_assert_eq!(
                read(&by_chrono.to_rfc3339(), &unstated),
                Ok(Interval::exact(instant))
            );
        }
    }

    #[test]
    fn a_clock_means_the_instants_at_which_it_showed_that(zone in zones(), instant in instants()) {
        check_instant_of_zone(zone, instant);
    }

    #[test]
    fn stating_a_zone_narrows_what_is_meant(zone in zones(), instant in instants()) {
        let text = local(zone, instant).format("%Y-%m-%d %H:%M:%S").to_string();
        let stated = read(&text, &Form { zone: Zone::Named(zone), ..Form::default() });
        if let (Ok(stated), Ok(unstated)) = (stated, read(&text, &Form::default())) {
            prop_assert!(unstated.lo <= stated.lo && stated.hi <= unstated.hi, "{text} in {zone}");
        }
    }
}
