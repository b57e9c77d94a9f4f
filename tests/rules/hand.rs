//! The second statement held against cases worked out by hand from the design.

use crate::instant::{
    BoundaryZone, Interval, Manner, Order, WIDEST, boundary, instant_with_offset, order_shown_by, read,
};
use crate::value;

fn interval(earliest: &str, latest: &str) -> Interval {
    Interval { lo: instant_with_offset(earliest).lo, hi: instant_with_offset(latest).lo }
}

fn exact(at: &str) -> Interval {
    interval(at, at)
}

fn unstated(text: &str) -> Interval {
    read(text, Manner::default())
}

fn in_zone(text: &str, zone: chrono_tz::Tz) -> Interval {
    read(text, Manner { zone: Some(zone), order: None })
}

#[test]
fn forms_with_offset_are_exact() {
    let noon = exact("2016-11-01T12:00:00Z");
    for text in [
        "2016-11-01 12:00:00z",
        "2016/11/01t13:00:00+01:00",
        "2016-11-01T04:00:00-0800",
        "2016-11-01T14:00:00 +02",
        "2016-11-01 12:00:00 UTC",
        " 2016-11-01 12:00:00 GMT ",
        "1478001600",
        "1478001600000",
        "1478001600000000",
    ] {
        assert_eq!(unstated(text), noon, "{text}");
    }
    assert_eq!(
        unstated("2016-11-01T12:00Z"),
        interval("2016-11-01T12:00:00Z", "2016-11-01T12:00:59.999999Z")
    );
    assert_eq!(unstated("2016-11-01T11:59:60Z"), exact("2016-11-01T11:59:59.999999Z"));
    assert_eq!(unstated("2016-11-01T12:00:00.00000099Z"), noon);
}

#[test]
fn without_a_zone_any_clock_on_earth_may_be_meant() {
    assert_eq!(unstated("2016-11-01T12:00:00"), interval("2016-10-31T22:00:00Z", "2016-11-02T00:00:00Z"));
    assert_eq!(unstated("2016-11-01"), interval("2016-10-31T10:00:00Z", "2016-11-02T11:59:59.999999Z"));
}

#[test]
fn folds_gaps_and_days_of_a_zone() {
    use chrono_tz::{America::Los_Angeles, America::Sao_Paulo, Pacific::Apia};
    let fold = interval("2016-11-06T08:30:00Z", "2016-11-06T09:30:00Z");
    assert_eq!(in_zone("2016-11-06 01:30:00", Los_Angeles), fold);
    let gap = interval("2016-03-13T09:30:00Z", "2016-03-13T10:30:00Z");
    assert_eq!(in_zone("2016-03-13 02:30:00", Los_Angeles), gap);
    let long_day = interval("2016-11-06T07:00:00Z", "2016-11-07T07:59:59.999999Z");
    assert_eq!(in_zone("2016-11-06", Los_Angeles), long_day);
    // Clocks went from 00:00 to 01:00: the day began at 01:00, -02:00.
    let short_day = interval("2016-10-16T03:00:00Z", "2016-10-17T01:59:59.999999Z");
    assert_eq!(in_zone("2016-10-16", Sao_Paulo), short_day);
    // Samoa had no 30 December 2011: 00:00 at -10:00 and at +14:00.
    let skipped = interval("2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z");
    assert_eq!(in_zone("2011-12-30", Apia), skipped);
}

#[test]
fn what_can_not_be_read_is_the_widest_interval() {
    for text in [
        "0",
        "12345",
        "0000000000",
        "0000-00-00",
        "2016-13-01",
        "2016-11-01T24:00:00Z",
        "1969-12-31",
        "2200-01-01",
        "01/11/2016",
        "1 Nov 2016",
        "2016-11-01  12:00:00",
        "2016-11-01T12:00:00,5Z",
        "2016-11-01 1:00:00 PM",
    ] {
        assert_eq!(unstated(text), WIDEST, "{text}");
    }
}

#[test]
fn a_column_shows_its_order_when_no_row_contradicts() {
    assert_eq!(order_shown_by(["01/02/2016", "31/01/2016"]), Some(Order::Dmy));
    assert_eq!(order_shown_by(["01/02/2016", "1.31.2016 10:00"]), Some(Order::Mdy));
    assert_eq!(order_shown_by(["31/01/2016", "01/31/2016"]), None);
    assert_eq!(order_shown_by(["01/02/2016"]), None);
    assert_eq!(order_shown_by(["45/10/2016", "2016-10-31"]), None);
}

#[test]
fn the_boundary_names_no_zone() {
    assert_eq!(
        boundary("2016-11-01", BoundaryZone::Unstated).lo,
        instant_with_offset("2016-10-31T10:00:00Z").lo
    );
    assert_eq!(
        boundary("2016-11-02", BoundaryZone::Unstated).hi,
        instant_with_offset("2016-11-02T12:00:00Z").lo
    );
}

#[test]
fn values_other_than_instants() {
    assert_eq!(value::code(" Owner ", value::ROLES).as_deref(), Some("agent"));
    assert_eq!(value::code("robot", value::ROLES).as_deref(), Some("unknown"));
    assert_eq!(value::boolean("Enabled"), Some(true));
    assert_eq!(value::boolean("maybe"), None);
    let list: Vec<String> = value::list("[\"b;c\", \"a\", \"\"]").into_iter().collect();
    assert_eq!(list, ["a", "b,c"]);
    assert_eq!(value::hex("AA: 01").as_deref(), Some("aa01"));
    assert_eq!(value::email_key(" É@Z.example"), value::email_key("é@z.EXAMPLE "));
}
