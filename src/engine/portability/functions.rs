//! Functions: those known to be the same on both engines, and why others are not.

use super::rules::{
    CLOCK, FUNCTION, NESTED_VALUE, ORDER_DEPENDENT, RANDOM, Rule, SUM, TABLE_FUNCTION, TEXT_AGGREGATE,
    TEXT_FUNCTION, TEXT_PATTERN,
};

/// Known to be the same: NULLs, order of bytes, characters counted as code points.
const SAME: [&str; 14] = [
    "coalesce",
    "count",
    "dense_rank",
    "greatest",
    "least",
    "length",
    "max",
    "min",
    "nullif",
    "rank",
    "replace",
    "row_number",
    "split_part",
    "substring",
];

/// Those that number rows: without an order in their window, any numbering would do.
const NUMBERING: [&str; 3] = ["dense_rank", "rank", "row_number"];

/// Why a function is not the same. A name that ends in `*` stands for all that begin so.
const OTHERS: [(Rule, &str); 9] = [
    (
        CLOCK,
        "now today current_date current_time current_timestamp current_localtime current_localtimestamp localtime \
         localtimestamp transaction_timestamp get_current_time* get_current_timestamp curdate unix_timestamp \
         current_timezone",
    ),
    (
        RANDOM,
        "random rand randn uuid gen_random_uuid uuidv4 uuidv7 setseed shuffle monotonically_increasing_id nextval",
    ),
    (
        ORDER_DEPENDENT,
        "any_value arbitrary first first_value last last_value nth_value lag lead arg_min* arg_max* argmin argmax \
         min_by max_by mode median quantile* approx_* percentile* histogram*",
    ),
    (TEXT_FUNCTION, "trim ltrim rtrim btrim lower lcase upper ucase initcap concat concat_ws format printf"),
    (SUM, "sum fsum kahan_sum sumkahan avg mean favg product total"),
    (
        TEXT_AGGREGATE,
        "string_agg listagg group_concat array_agg list collect_list collect_set array_to_string",
    ),
    (
        TABLE_FUNCTION,
        "read_* parquet_scan csv_scan glob range generate_series explode* unnest duckdb_* pragma_*",
    ),
    (
        NESTED_VALUE,
        "list_* array_* map map_* struct* named_struct row array filter transform reduce aggregate",
    ),
    (
        TEXT_PATTERN,
        "regexp* rlike like_escape ilike_escape starts_with ends_with startswith endswith contains prefix",
    ),
];

/// Whether the function is known to be the same.
pub(super) fn is_same(name: &str) -> bool {
    SAME.contains(&name.to_ascii_lowercase().as_str())
}

/// Whether the function numbers rows.
pub(super) fn numbers_rows(name: &str) -> bool {
    NUMBERING.contains(&name.to_ascii_lowercase().as_str())
}

/// The rule that a function breaks which is not known to be the same.
pub(super) fn broken(name: &str) -> Rule {
    let name = name.to_ascii_lowercase();
    OTHERS.iter().find(|(_, names)| stands_in(&name, names)).map_or(FUNCTION, |(rule, _)| *rule)
}

fn stands_in(name: &str, names: &str) -> bool {
    names.split_whitespace().any(|known| match known.strip_suffix('*') {
        Some(begin) => name.starts_with(begin),
        None => name == known,
    })
}
