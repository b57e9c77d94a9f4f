//! The rules, each with what to write instead.

/// One rule of portability.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its code, unique among [`RULES`].
    pub code: &'static str,
    /// What to write instead.
    pub instead: &'static str,
}

macro_rules! rules {
    ($($name:ident: $instead:literal,)*) => {
        $(pub(super) const $name: Rule = Rule { code: stringify!($name), instead: $instead };)*
        /// Every rule.
        pub const RULES: &[Rule] = &[$($name),*];
    };
}

rules! {
    SYNTAX: "ANSI SQL",
    STATEMENTS: "exactly one SELECT",
    NOT_A_QUERY: "a SELECT, which may start with WITH",
    SEMICOLON: "nothing: the query is put into a larger one",
    CAST_OPERATOR: "CAST(x AS type)",
    CAST_VALUE: "a value that intake typed; only NULL, literals and counts are cast",
    CAST_TYPE: "STRING, BIGINT, BOOLEAN or TIMESTAMP (one of the engines refuses VARCHAR without a length)",
    QUALIFY: "the window function in a CTE, and WHERE over it",
    TEXT_PATTERN: "an equality, or a column that intake filled",
    STAR_OPTION: "the names of the columns",
    NESTED_VALUE: "rows: one a list item, struct field or map entry",
    JOIN_KIND: "JOIN, LEFT JOIN, FULL JOIN, CROSS JOIN, or WHERE (NOT) EXISTS",
    CLOCK: "as_of of param_incident",
    RANDOM: "nothing: the same in gives the same out",
    ORDER_DEPENDENT: "MIN, MAX or COUNT, or ROW_NUMBER with a total order and WHERE over it",
    TEXT_FUNCTION: "a column that intake filled, such as …_key; `||` joins texts",
    SUM: "COUNT(CASE WHEN … THEN 1 END)",
    TEXT_AGGREGATE: "a staging query of kind list, or CASE and || over ordinals",
    TABLE_FUNCTION: "a store_, param_ or staging_ view",
    ROW_LIMIT: "an ORDER BY over every output column, or no limit",
    NULLS_ORDER: "NULLS FIRST or NULLS LAST with each expression",
    WINDOW_ORDER: "ORDER BY in the window",
    RESERVED_WORD: "the word in double quotes, or another word",
    FUNCTION: "a function of the list in 8-engineering, \"Queries\"",
    OPERATOR: "= <> < <= > >= AND OR NOT + - * ||",
    EXPRESSION: "CASE, comparisons, IS (NOT) NULL, IN, EXISTS, BETWEEN",
    INTERVAL: "INTERVAL 'n' HOUR, n a whole number (a day or a month is not the same length everywhere)",
    LITERAL: "a plain text without backslash, a whole number, TRUE, FALSE, NULL, or TIMESTAMP '…' without zone",
    CLAUSE: "SELECT … FROM … JOIN … WHERE … GROUP BY … HAVING … ORDER BY, CTEs and window functions",
}
