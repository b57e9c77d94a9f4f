//! Words that one of the engines reserves.

use std::collections::BTreeSet;
use std::sync::LazyLock;

/// DuckDB 1.5.6, `duckdb_keywords()`: what can name no column (categories `reserved` and `type_function`).
const DUCKDB: &str = "all analyse analyze and anti any array as asc asof asymmetric at authorization binary both by \
    case cast check collate collation column columns concurrently constraint create cross default deferrable desc describe \
    distinct do else end except false fetch for foreign freeze from full generated glob group having ilike in \
    initially inner intersect into is isnull join lambda lateral leading left like limit map natural not notnull \
    null offset on only or order outer overlaps pivot pivot_longer pivot_wider placing positional primary qualify \
    references returning right select semi show similar some struct summarize symmetric table tablesample then to \
    trailing true try_cast union unique unpack unpivot using variadic verbose when where window with";

/// Spark 4: what ANSI mode reserves, and what default mode refuses as the name of a table.
const SPARK: &str = "all and anti any as authorization both case cast check collate column constraint create cross \
    current_date current_time current_timestamp current_user distinct else end escape except false fetch filter for \
    foreign from full grant group having in inner intersect into is join lateral leading left minus natural not null \
    offset on only or order outer overlaps percentile_cont percentile_disc primary references right select semi \
    session_user some table then time to trailing true union unique unknown user using when where with within";

static RESERVED: LazyLock<BTreeSet<&str>> =
    LazyLock::new(|| DUCKDB.split_whitespace().chain(SPARK.split_whitespace()).collect());

/// Whether one of the engines reserves the word, whatever its case.
#[must_use]
pub fn is_reserved(word: &str) -> bool {
    RESERVED.contains(word.to_ascii_lowercase().as_str())
}
