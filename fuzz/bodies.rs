//! What every input must leave true: one plain function a target. libFuzzer calls them with what it finds, and
//! `tests/fuzz.rs` with the corpus and mutations of it. None may panic but by its own assertions.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow::datatypes::{Field, Schema};

use highwater::base::instant::general;
use highwater::base::instant::{self, DateOrder, EpochUnit, Form, Interval, Zone};
use highwater::base::text::{email_key, fold_name, lower_case};
use highwater::base::{Error, Kind, digest};
use highwater::engine::ask::Page;
use highwater::engine::{Filter, ParquetOut, ParquetRows, Selection};
use highwater::incident::coverage::judge;
use highwater::incident::{Facts, Profile, parameters};
use highwater::intake::cell::{self, BooleanWords};
use highwater::intake::{self, Cutting, Request, Walked, walk};

use crate::statement::stated;

/// A target: its name, which is that of its corpus, and its body.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: [Target; 7] = [
    ("csv", csv),
    ("file", file),
    ("values", values),
    ("profile", profile),
    ("facts", facts),
    ("sources", sources),
    ("parquet", parquet),
];

/// Three bytes that say how the rest is cut, then CSV: splitter, parser and plain statement agree; records are numbered
/// through, their spans are in order and cover all but line ends.
pub fn csv(data: &[u8]) {
    let [chunk, longest, width, text @ ..] = data else { return };
    let cutting = Cutting {
        chunk: usize::from(*chunk) + 1,
        longest: usize::from(*longest) + 1,
        ..Cutting::new(usize::from(*width) + 1)
    };
    let (mut met, mut blank) = (Vec::new(), 0);
    let read = walk(text, cutting, |what| match what {
        Walked::Blank(lines) => blank += lines,
        other => met.push(other),
    });
    assert!(read.is_ok(), "splitter and parser disagree: {read:?}");
    covers(text, &met);
    let (mut expected, expected_blank) = stated(text, cutting.longest);
    for record in &mut expected {
        if let Walked::Record { fields, .. } = record {
            fields.truncate(cutting.width);
        }
    }
    assert_eq!((met, blank), (expected, expected_blank));
}

fn covers(text: &[u8], met: &[Walked]) {
    let mut at = 0;
    for (index, what) in met.iter().enumerate() {
        let (Walked::Record { number, start, end, .. } | Walked::Rejected { number, start, end, .. }) = what
        else {
            continue;
        };
        assert_eq!(*number, index as u64 + 1);
        assert!(at <= *start && start < end, "{met:?}");
        only_line_ends(text, at, *start);
        at = *end;
    }
    only_line_ends(text, at, text.len() as u64);
}

fn only_line_ends(text: &[u8], from: u64, to: u64) {
    let between = &text[usize::try_from(from).unwrap()..usize::try_from(to).unwrap()];
    assert!(between.iter().all(|byte| matches!(byte, b'\n' | b'\r')), "{between:?} is lost");
}

thread_local! {
    static FOLDER: tempfile::TempDir = tempfile::tempdir().unwrap();
}

/// A whole file: it is refused with an error that has a place, or each of its records is stored or rejected.
pub fn file(data: &[u8]) {
    FOLDER.with(|folder| {
        let path = folder.path().join("users.csv");
        std::fs::write(&path, data).unwrap();
        let request = Request { inputs: vec![path], ..Request::default() };
        match intake::plan(&request).and_then(|plan| intake::preview(&plan)) {
            Ok(previews) => {
                for preview in previews {
                    assert_eq!(preview.read, preview.stored + preview.rejected, "{preview:?}");
                }
            }
            Err(error) => has_place(&error),
        }
    });
}

/// One byte that says how instants are written, then a cell's text: it means the same by every way of reading it, and
/// what is stored of it has the form that is promised.
pub fn values(data: &[u8]) {
    let [form, cell @ ..] = data else { return };
    instants(cell, &form_of(*form));
    let Ok(text) = std::str::from_utf8(cell) else { return };
    words(text);
    lists(text);
    let masked = intake::masked(cell);
    assert!(masked.chars().all(|c| !c.is_alphanumeric() || matches!(c, 'x' | '9')), "{masked}");
    assert!(masked.chars().count() <= 201);
}

fn form_of(byte: u8) -> Form {
    let zones = ["unstated", "UTC", "Europe/Rome", "Pacific/Apia", "-07:30", "America/Sao_Paulo"];
    let orders = [None, Some(DateOrder::Dmy), Some(DateOrder::Mdy), Some(DateOrder::Ymd)];
    let units =
        [None, Some(EpochUnit::Seconds), Some(EpochUnit::Milliseconds), Some(EpochUnit::Microseconds)];
    let byte = usize::from(byte);
    Form {
        zone: Zone::parse(zones[byte % zones.len()]).unwrap_or_default(),
        order: orders[byte / 6 % orders.len()],
        epoch: units[byte / 24 % units.len()],
    }
}

/// Fast and general parser agree; an interval lies within the years that are read, give or take a day's clocks, and is
/// read again as itself.
fn instants(cell: &[u8], form: &Form) {
    const DAY: i64 = 86_400_000_000;
    if cell.is_empty() {
        return;
    }
    let read = instant::read(cell, form);
    assert_eq!(read, general::read(cell, form));
    if let Ok(Interval { lo, hi }) = read {
        assert!(lo <= hi && hi - lo <= 3 * DAY, "{lo} {hi}");
        assert!(lo >= -DAY && hi <= Interval::WIDEST.hi + DAY, "{lo} {hi}");
        for exact in [lo, hi].into_iter().filter(|i| (0..=Interval::WIDEST.hi).contains(i)) {
            let written = instant::write_rfc3339(exact);
            assert_eq!(
                instant::read(written.as_bytes(), &Form::default()),
                Ok(Interval::exact(exact)),
                "{written}"
            );
        }
    }
    if let Some(orders) = instant::orders_possible(cell) {
        let by = |order| instant::read(cell, &Form { order: Some(order), ..form.clone() }).is_ok();
        assert_eq!((orders.dmy, orders.mdy), (by(DateOrder::Dmy), by(DateOrder::Mdy)));
    }
}

thread_local! {
    static BOOLEANS: BooleanWords = BooleanWords::load().unwrap();
}

fn words(text: &str) {
    let trimmed = text.trim();
    BOOLEANS.with(|words| assert_eq!(words.read(trimmed), words.read(&lower_case(trimmed)), "{trimmed:?}"));
    let key = email_key(text);
    assert_eq!((&*email_key(&key), key.trim()), (&*key, &*key));
    assert_eq!(cell::word(&cell::word(text)), cell::word(text));
    let hex = cell::hex(trimmed);
    assert!(!hex.contains(|c: char| c == ':' || c.is_whitespace()), "{hex}");
    assert_eq!(cell::hex(&hex), hex);
    assert_eq!(fold_name(&fold_name(text)), fold_name(text));
}

fn lists(text: &str) {
    for in_lower_case in [false, true] {
        let Some(items) = cell::items(text, in_lower_case) else { continue };
        assert!(
            items.iter().all(|item| !item.is_empty() && item.trim() == *item && !item.contains(';')),
            "{items:?}"
        );
        let joined = cell::joined(&items);
        // An item that is a JSON array itself would be read as one.
        if !joined.starts_with('[') {
            assert_eq!(cell::items(&joined, in_lower_case), Some(items));
        }
    }
}

/// A profile: all mistakes have a place, or it becomes parameter tables.
pub fn profile(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match Profile::parse("incident.toml", text) {
        Ok(profile) => assert!(
            !parameters(&profile, 0, &judge(&Facts::default(), &profile.window, 0, &[]), &[]).is_empty()
        ),
        Err(error) => has_line(&error),
    }
}

/// Facts: all mistakes have a place, or each coverage is judged; without sources none of them holds.
pub fn facts(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match Facts::parse("facts.toml", text) {
        Ok(facts) => {
            let profile = include_str!("../tests/valid/profile.toml");
            let window = Profile::parse("incident.toml", profile).unwrap().window;
            let judged = judge(&facts, &window, facts.as_of.unwrap_or(0), &[]);
            assert_eq!(judged.len(), facts.coverages.len());
            assert!(judged.iter().all(|judged| !judged.holds && !judged.why_not().is_empty()));
        }
        Err(error) => has_line(&error),
    }
}

/// A `sources.toml`: all mistakes have a place.
pub fn sources(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match intake::sources_file("sources.toml", text) {
        Ok(entries) => {
            assert!(entries.iter().all(|(_, stated)| {
                stated.sha256.as_ref().is_none_or(|s| s.len() == digest::sha256(b"").len())
            }))
        }
        Err(error) => has_line(&error),
    }
}

/// Flips for a Parquet file of ours, three bytes each: two for the place, one for the bit. Rows come out, or the file is
/// said to be damaged.
pub fn parquet(data: &[u8]) {
    thread_local! {
        static WHOLE: Vec<u8> = whole_parquet();
    }
    let mut bytes = WHOLE.with(Clone::clone);
    for flip in data.chunks_exact(3) {
        let at = usize::from(u16::from_be_bytes([flip[0], flip[1]])) * bytes.len() / (1 << 16);
        bytes[at] ^= 1 << (flip[2] % 8);
    }
    let file = FOLDER.with(|folder| folder.path().join("flipped.parquet"));
    std::fs::write(&file, bytes).unwrap();
    let kind = |text: &str| Filter { columns: vec!["id".to_owned()], value: text.into(), is_instant: false };
    for filters in [Vec::new(), vec![kind("id-77")], vec![kind("nobody")]] {
        let every = Selection { view: "v".to_owned(), filters, ..Selection::default() };
        let read = ParquetRows::open(std::slice::from_ref(&file), &[]).and_then(|rows| {
            rows.count(&every)?;
            rows.select(&every, Page::default(), |_| Ok(ControlFlow::Continue(())))
        });
        if let Err(error) = read {
            assert_eq!(error.kind(), Kind::CaseUnusable, "{error}");
            has_place(&error);
        }
    }
    if let Err(error) = ParquetOut::rows_of(&file) {
        assert_eq!(error.kind(), Kind::CaseUnusable, "{error}");
    }
}

/// Some rows of each type that the store has, some of them NULL, with a Bloom filter.
fn whole_parquet() -> Vec<u8> {
    let file = FOLDER.with(|folder| folder.path().join("whole.parquet"));
    let rows = 0..500_i64;
    let some = |n: i64| (n % 7 > 0).then_some(n);
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("id", Arc::new(rows.clone().map(|n| Some(format!("id-{n}"))).collect::<StringArray>())),
        (
            "word",
            Arc::new(rows.clone().map(|n| some(n).map(|n| format!("w{}", n % 3))).collect::<StringArray>()),
        ),
        ("at", Arc::new(rows.clone().map(some).collect::<TimestampMicrosecondArray>())),
        ("is", Arc::new(rows.clone().map(|n| some(n).map(|n| n % 2 == 0)).collect::<BooleanArray>())),
        ("record", Arc::new(rows.map(some).collect::<Int64Array>())),
    ];
    let fields: Vec<Field> =
        columns.iter().map(|(n, c)| Field::new(*n, c.data_type().clone(), true)).collect();
    let arrays = columns.into_iter().map(|(_, column)| column).collect();
    let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).unwrap();
    let mut out = ParquetOut::create(&file, batch.schema(), &["id"]).unwrap();
    out.write(&batch).unwrap();
    out.finish().unwrap();
    std::fs::read(file).unwrap()
}

/// Each of the mistakes names a file.
fn has_place(error: &Error) {
    match error.each() {
        [] => assert!(error.place().is_some_and(|place| place.file != Path::new("")), "{error}"),
        each => each.iter().for_each(has_place),
    }
}

/// Each of the mistakes names a line and a column.
fn has_line(error: &Error) {
    assert_eq!(error.kind(), Kind::Usage);
    match error.each() {
        [] => assert!(
            error.place().is_some_and(|place| place.line > Some(0) && place.column > Some(0)),
            "{error}"
        ),
        each => each.iter().for_each(has_line),
    }
}
