//! The register counts exactly what the store and its rejects hold.

use std::path::Path;

use highwater::case::Source;
use highwater::intake::Stated;

use crate::support::{Bench, cell};

fn is_balanced(bench: &Bench, source: &Source) {
    let rejects = bench.rejects(source);
    let of = |kind: &'static str| rejects.iter().filter(move |reject| cell(reject, "kind") == kind);
    assert_eq!(of("record").count() as u64, source.rejected, "{}", source.table);
    for (column, count) in &source.field_rejects {
        let found = of("field").filter(|reject| cell(reject, "column_name") == column).count() as u64;
        assert_eq!(found, *count, "{} {column}", source.table);
    }
    let cells: u64 = source.field_rejects.values().sum();
    assert_eq!(of("field").count() as u64, cells, "{}", source.table);
    assert_eq!(source.read, source.stored + source.rejected);
    assert_eq!(bench.rows(&source.table, &source.source).len() as u64, source.stored);
}

#[test]
fn rejects_of_the_sample_are_those_that_the_register_counts() {
    let bench = Bench::new();
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data/zendesk-2016");
    let outcome = bench.ingest_with(&[sample], Stated::default(), 2).unwrap_or_else(|e| panic!("{e}"));
    assert!(outcome.files.iter().any(|file| file.source.rejected > 0));
    outcome.files.iter().for_each(|file| is_balanced(&bench, &file.source));
}

#[test]
fn dates_that_the_column_let_be_read_leave_no_rejects() {
    let bench = Bench::new();
    let text = "user_id,account_id,created_at,deleted_at\n1,a,13/02/2016,\n2,a,01/02/2016,\n";
    let (source, _) = bench.one("users.csv", text, Stated::default());
    assert_eq!((source.reading.dates["created_at"].as_str(), bench.rejects(&source).len()), ("dmy", 0));
    is_balanced(&bench, &source);
    let text = "user_id,account_id,created_at,deleted_at\n1,a,13/02/2016,02/03/2016\nragged\n2,a,never,\n";
    let (source, _) = bench.one("more.csv", text, Stated::default());
    assert_eq!(
        (source.rejected, source.field_rejects["created_at"], source.field_rejects["deleted_at"]),
        (1, 1, 1)
    );
    is_balanced(&bench, &source);
}
