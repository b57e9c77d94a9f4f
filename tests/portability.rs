//! What may stand in a canned query: a positive and a negative example for every rule.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects by failing; the lints let only functions marked as tests do so"
)]

use highwater::base::library;
use highwater::engine::portability::{RULES, check, is_reserved};

/// A rule's code, what breaks it, and the same said so that it doesn't.
const EXAMPLES: &[(&str, &str, &str)] = &[
    ("SYNTAX", "SELECT a FROM", "SELECT a FROM t"),
    ("SYNTAX", "SELECT (a FROM t", "SELECT (a) FROM t"),
    ("STATEMENTS", "SELECT a FROM t; SELECT b FROM t", "SELECT a FROM t UNION ALL SELECT b FROM t"),
    ("STATEMENTS", "-- nothing", "-- something\nSELECT a FROM t"),
    ("NOT_A_QUERY", "DROP VIEW v", "SELECT a FROM v"),
    ("NOT_A_QUERY", "COPY t TO 'x'", "SELECT a FROM t"),
    ("SEMICOLON", "SELECT a FROM t;", "SELECT a FROM t"),
    ("SEMICOLON", "SELECT a FROM t; -- end\n", "SELECT a FROM t -- end;\n"),
    ("CAST_OPERATOR", "SELECT NULL::BIGINT AS n", "SELECT CAST(NULL AS BIGINT) AS n"),
    ("CAST_VALUE", "SELECT CAST(a AS BIGINT) FROM t", "SELECT CAST(COUNT(*) AS BIGINT) FROM t"),
    ("CAST_VALUE", "SELECT CAST(a AS STRING) FROM t", "SELECT CAST('a' AS STRING) FROM t"),
    (
        "CAST_VALUE",
        "SELECT CAST('2016-11-01' AS TIMESTAMP) AS x",
        "SELECT TIMESTAMP '2016-11-01 00:00:00' AS x",
    ),
    ("CAST_VALUE", "SELECT TRY_CAST(NULL AS BIGINT) AS x", "SELECT CAST(NULL AS BIGINT) AS x"),
    ("CAST_VALUE", "SELECT 'n' || 1 AS x", "SELECT 'n' || '1' AS x"),
    ("CAST_TYPE", "SELECT CAST(NULL AS VARCHAR) AS x", "SELECT CAST(NULL AS STRING) AS x"),
    ("CAST_TYPE", "SELECT CAST(NULL AS HUGEINT) AS x", "SELECT CAST(NULL AS BIGINT) AS x"),
    (
        "QUALIFY",
        "SELECT a FROM t QUALIFY ROW_NUMBER() OVER (ORDER BY a NULLS FIRST) = 1",
        "SELECT a FROM (SELECT a, ROW_NUMBER() OVER (ORDER BY a NULLS FIRST) AS n FROM t) AS s WHERE n = 1",
    ),
    ("TEXT_PATTERN", "SELECT a FROM t WHERE a LIKE 'x%'", "SELECT a FROM t WHERE a = 'x'"),
    ("TEXT_PATTERN", "SELECT a FROM t WHERE a NOT ILIKE 'x%'", "SELECT a FROM t WHERE a <> 'x'"),
    ("TEXT_PATTERN", "SELECT a FROM t WHERE a SIMILAR TO 'x'", "SELECT a FROM t WHERE a IN ('x', 'y')"),
    (
        "TEXT_PATTERN",
        "SELECT a FROM t WHERE regexp_matches(a, 'x')",
        "SELECT a FROM t WHERE POSITION('x' IN a) > 0",
    ),
    ("STAR_OPTION", "SELECT * EXCLUDE (a) FROM t", "SELECT * FROM t"),
    ("STAR_OPTION", "SELECT t.* REPLACE (1 AS a) FROM t", "SELECT t.*, 1 AS a FROM t"),
    ("STAR_OPTION", "SELECT MAX(*) AS a FROM t", "SELECT COUNT(*) AS a FROM t"),
    ("NESTED_VALUE", "SELECT [1, 2] AS a", "SELECT 1 AS a UNION ALL SELECT 2 AS a"),
    ("NESTED_VALUE", "SELECT {'a': 1} AS s", "SELECT 1 AS a"),
    ("NESTED_VALUE", "SELECT MAP {'a': 1} AS s", "SELECT 'a' AS name, 1 AS a"),
    ("NESTED_VALUE", "SELECT a[1] FROM t", "SELECT a FROM t"),
    ("NESTED_VALUE", "SELECT list_contains(a, 1) FROM t", "SELECT a = 1 FROM t"),
    ("NESTED_VALUE", "SELECT list_transform(a, x -> x + 1) FROM t", "SELECT a + 1 FROM t"),
    ("NESTED_VALUE", "SELECT a.b.c FROM t AS a", "SELECT a.b FROM t AS a"),
    (
        "NESTED_VALUE",
        "SELECT a FROM t WHERE (a, b) IN (SELECT a, b FROM s)",
        "SELECT a FROM t WHERE a IN (SELECT a FROM s)",
    ),
    (
        "JOIN_KIND",
        "SELECT a FROM t ASOF JOIN s MATCH_CONDITION (t.x >= s.x) ON t.k = s.k",
        "SELECT a FROM t JOIN s ON t.k = s.k",
    ),
    (
        "JOIN_KIND",
        "SELECT a FROM t LEFT SEMI JOIN s ON t.k = s.k",
        "SELECT a FROM t WHERE EXISTS (SELECT 1 FROM s WHERE t.k = s.k)",
    ),
    ("JOIN_KIND", "SELECT a FROM t NATURAL JOIN s", "SELECT a FROM t CROSS JOIN s"),
    ("CLOCK", "SELECT now() AS a", "SELECT as_of AS a FROM param_incident"),
    ("CLOCK", "SELECT a FROM t WHERE b < CURRENT_TIMESTAMP", "SELECT a FROM t WHERE b < c"),
    ("CLOCK", "SELECT CURRENT_DATE AS a", "SELECT as_of AS a FROM param_incident"),
    ("RANDOM", "SELECT random() AS a", "SELECT 4 AS a"),
    ("RANDOM", "SELECT uuid() AS a", "SELECT 'a' AS a"),
    ("ORDER_DEPENDENT", "SELECT any_value(a) FROM t", "SELECT MIN(a) FROM t"),
    ("ORDER_DEPENDENT", "SELECT arg_min(a, b) FROM t", "SELECT MIN(CASE WHEN b = 1 THEN a END) FROM t"),
    (
        "ORDER_DEPENDENT",
        "SELECT FIRST_VALUE(a) OVER (ORDER BY b NULLS FIRST) FROM t",
        "SELECT MIN(a) OVER (PARTITION BY b) FROM t",
    ),
    ("TEXT_FUNCTION", "SELECT lower(a) FROM t", "SELECT a_key FROM t"),
    ("TEXT_FUNCTION", "SELECT UPPER(a) FROM t", "SELECT a_key FROM t"),
    ("TEXT_FUNCTION", "SELECT TRIM(a) FROM t", "SELECT LENGTH(a) FROM t"),
    ("TEXT_FUNCTION", "SELECT concat(a, b) FROM t", "SELECT a || b FROM t"),
    ("TEXT_FUNCTION", "SELECT SUBSTRING(a, b) FROM t", "SELECT SUBSTRING(a, 2) FROM t"),
    ("SUM", "SELECT SUM(a) FROM t", "SELECT COUNT(CASE WHEN a = 1 THEN 1 END) FROM t"),
    ("SUM", "SELECT SUM(a) OVER (PARTITION BY b) FROM t", "SELECT COUNT(a) OVER (PARTITION BY b) FROM t"),
    ("TEXT_AGGREGATE", "SELECT string_agg(a, ';') FROM t", "SELECT MAX(a) FROM t"),
    ("TEXT_AGGREGATE", "SELECT LISTAGG(a, ';') FROM t", "SELECT MAX(a) FROM t"),
    ("TEXT_AGGREGATE", "SELECT array_agg(a) FROM t", "SELECT MAX(a) FROM t"),
    ("TABLE_FUNCTION", "SELECT a FROM read_parquet('x')", "SELECT a FROM store_users"),
    ("TABLE_FUNCTION", "SELECT a FROM range(3)", "SELECT a FROM store_users"),
    ("TABLE_FUNCTION", "SELECT a FROM UNNEST(b)", "SELECT a FROM b"),
    ("ROW_LIMIT", "SELECT a FROM t LIMIT 1", "SELECT a FROM t ORDER BY a NULLS FIRST LIMIT 1"),
    (
        "ROW_LIMIT",
        "SELECT a, b FROM t ORDER BY a NULLS FIRST LIMIT 1",
        "SELECT a, b FROM t ORDER BY a NULLS FIRST, b NULLS FIRST LIMIT 1",
    ),
    (
        "ROW_LIMIT",
        "SELECT * FROM t ORDER BY a NULLS FIRST OFFSET 1",
        "SELECT * FROM t ORDER BY a NULLS FIRST",
    ),
    ("ROW_LIMIT", "SELECT a FROM t FETCH FIRST 1 ROW ONLY", "SELECT a FROM t"),
    ("NULLS_ORDER", "SELECT a FROM t ORDER BY a", "SELECT a FROM t ORDER BY a NULLS FIRST"),
    (
        "NULLS_ORDER",
        "SELECT ROW_NUMBER() OVER (ORDER BY a DESC) FROM t",
        "SELECT ROW_NUMBER() OVER (ORDER BY a DESC NULLS LAST) FROM t",
    ),
    (
        "WINDOW_ORDER",
        "SELECT ROW_NUMBER() OVER (PARTITION BY a) FROM t",
        "SELECT ROW_NUMBER() OVER (PARTITION BY a ORDER BY b NULLS LAST) FROM t",
    ),
    ("RESERVED_WORD", "SELECT t.window FROM t", "SELECT t.\"window\" FROM t"),
    ("RESERVED_WORD", "SELECT a AS user FROM t", "SELECT a AS user_id FROM t"),
    (
        "RESERVED_WORD",
        "WITH filter AS (SELECT a FROM t) SELECT a FROM filter",
        "WITH f AS (SELECT a FROM t) SELECT a FROM f",
    ),
    ("RESERVED_WORD", "SELECT `a b` FROM t", "SELECT \"a b\" FROM t"),
    ("FUNCTION", "SELECT frobnicate(a) FROM t", "SELECT COALESCE(a, b) FROM t"),
    ("FUNCTION", "SELECT SPLIT_PART(a, b, 1) FROM t", "SELECT SPLIT_PART(a, ';', 1) FROM t"),
    ("FUNCTION", "SELECT strftime(a, '%Y') FROM t", "SELECT a FROM t"),
    ("OPERATOR", "SELECT a / 2 FROM t", "SELECT a * 2 FROM t"),
    ("OPERATOR", "SELECT a % 2 FROM t", "SELECT a - 2 FROM t"),
    (
        "INTERVAL",
        "SELECT a FROM t WHERE b < c + INTERVAL '1' DAY",
        "SELECT a FROM t WHERE b < c + INTERVAL '24' HOUR",
    ),
    ("INTERVAL", "SELECT a FROM t WHERE b < c - INTERVAL '1 month'", "SELECT a FROM t WHERE b < c"),
    ("INTERVAL", "SELECT a FROM t WHERE b < c + INTERVAL (d) HOUR", "SELECT a FROM t WHERE b < c"),
    ("INTERVAL", "SELECT a + INTERVAL '1:30' HOUR TO MINUTE FROM t", "SELECT a FROM t"),
    ("EXPRESSION", "SELECT EXTRACT(YEAR FROM a) FROM t", "SELECT a FROM t"),
    ("EXPRESSION", "SELECT a COLLATE nocase FROM t", "SELECT a FROM t"),
    ("LITERAL", "SELECT 'a\\n' AS a", "SELECT 'it''s' AS a"),
    ("LITERAL", "SELECT 0.1 AS a", "SELECT 1 AS a"),
    ("LITERAL", "SELECT X'00' AS a", "SELECT TRUE AS a"),
    (
        "LITERAL",
        "SELECT TIMESTAMP '2016-11-01 00:00:00+01' AS a",
        "SELECT TIMESTAMP '2016-11-01 00:00:00.5' AS a",
    ),
    ("LITERAL", "SELECT DATE '2016-11-01' AS a", "SELECT TIMESTAMP '2016-11-01 00:00:00' AS a"),
    ("LITERAL", "SELECT a FROM t WHERE b = ?", "SELECT a FROM t WHERE b = 'x'"),
    ("CLAUSE", "SELECT DISTINCT ON (a) a, b FROM t", "SELECT DISTINCT a, b FROM t"),
    (
        "CLAUSE",
        "WITH RECURSIVE r AS (SELECT 1 AS a) SELECT a FROM r",
        "WITH r AS (SELECT 1 AS a) SELECT a FROM r",
    ),
    ("CLAUSE", "SELECT a, COUNT(*) FROM t GROUP BY ALL", "SELECT a, COUNT(*) FROM t GROUP BY a"),
    ("RESERVED_WORD", "SELECT a FROM t ORDER BY ALL", "SELECT a FROM t ORDER BY a NULLS FIRST"),
    (
        "CLAUSE",
        "SELECT a FROM t UNION ALL BY NAME SELECT a FROM s",
        "SELECT a FROM t UNION ALL SELECT a FROM s",
    ),
    ("CLAUSE", "VALUES (1), (2)", "SELECT 1 AS a"),
    ("CLAUSE", "SELECT a FROM t TABLESAMPLE (10 PERCENT)", "SELECT a FROM t"),
    ("CLAUSE", "SELECT a FROM t, LATERAL (SELECT b FROM s) AS l", "SELECT a FROM t, (SELECT b FROM s) AS l"),
];

fn codes(sql: &str) -> Vec<&'static str> {
    check(sql).iter().map(|f| f.rule.code).collect()
}

#[test]
fn each_rule_finds_what_breaks_it_and_nothing_in_what_does_not() {
    let mut wrong = Vec::new();
    for (rule, broken, sound) in EXAMPLES {
        if !codes(broken).contains(rule) {
            wrong.push(format!("{broken}: expected {rule}, found {:?}", check(broken)));
        }
        if !check(sound).is_empty() {
            wrong.push(format!("{sound}: found {:?}", check(sound)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_rule_has_an_example_and_a_code_of_its_own() {
    for (index, rule) in RULES.iter().enumerate() {
        assert!(EXAMPLES.iter().any(|(code, ..)| *code == rule.code), "{} has no example", rule.code);
        assert!(RULES.iter().skip(index + 1).all(|other| other.code != rule.code), "{} twice", rule.code);
    }
}

#[test]
fn a_finding_points_at_line_and_column() {
    let findings = check("SELECT\n    a,\n    lower(b) AS c\nFROM t\nORDER BY a");
    let places: Vec<(usize, usize, &str)> =
        findings.iter().map(|f| (f.line, f.column, f.rule.code)).collect();
    assert_eq!(places, [(3, 5, "TEXT_FUNCTION"), (5, 10, "NULLS_ORDER")]);
}

#[test]
fn text_that_is_no_sql_points_at_the_place_too() {
    let findings = check("SELECT a\nFROM t\nWHERE )");
    assert_eq!((findings[0].line, findings[0].rule.code), (3, "SYNTAX"));
}

#[test]
fn hostile_text_is_a_finding_and_no_panic() {
    for text in
        ["", "\u{0}", "'", "\"", "(((((", "SELECT '\u{202e}", "/*", "$$", "SELECT 1 AS \u{1F4A9}\u{301}"]
    {
        let _ = check(text);
    }
    assert_eq!(codes(&format!("SELECT {}1{}", "(".repeat(5000), ")".repeat(5000))), ["SYNTAX"]);
}

#[test]
fn words_of_both_engines_are_reserved() {
    for word in ["window", "WINDOW", "qualify", "user", "time", "semi", "lambda"] {
        assert!(is_reserved(word), "{word}");
    }
    for word in ["account_id", "state", "record", "source", "role"] {
        assert!(!is_reserved(word), "{word}");
    }
}

#[test]
fn each_word_that_can_name_no_column_in_duckdb_is_reserved() {
    let engine = duckdb::Connection::open_in_memory().unwrap();
    let sql =
        "SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category IN ('reserved', 'type_function')";
    let mut statement = engine.prepare(sql).unwrap();
    let words: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert!(words.len() > 50, "{words:?}");
    let open: Vec<&String> = words.iter().filter(|word| !is_reserved(word)).collect();
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn the_shipped_queries_are_portable() {
    for folder in ["staging", "classify", "classify/counts", "classify/slices", "quality", "deliver"] {
        for sql in library::list(folder, "sql") {
            assert_eq!(check(sql.text), [], "{}", sql.path);
        }
    }
}
