//! The list of rules in the sidecar against the list of tests in the SQL: the same codes in the same order, and the
//! state that each gives (3-rules: "the first that is TRUE decides").

use sqlparser::ast::{BinaryOperator, Expr, Query, Spanned};

use super::Finding;
use super::shape::{self, Case, Named};
use super::sidecar::first_difference;
use crate::engine::canned::Classify;

/// What the final ELSE gives, which no test may ever produce, and its state (3-rules, first paragraph).
const GAP: &str = "RULE_GAP";
const GAP_STATE: &str = "undetermined";
const REASON: &str = "reason";

pub(super) fn check(query: &Classify, parsed: &Query, state_column: Option<&str>) -> Vec<Finding> {
    if query.reasons.is_empty() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    findings.extend(tests(query, parsed));
    match shape::case_behind(parsed, REASON) {
        Some(case) => findings.extend(reasons(query, &case)),
        None => findings.push(absent(query, REASON)),
    }
    let Some(column) = state_column else {
        return findings;
    };
    match shape::case_behind(parsed, column) {
        Some(case) => findings.extend(states(query, &case)),
        None => findings.push(absent(query, column)),
    }
    findings
}

fn absent(query: &Classify, column: &str) -> Finding {
    let expected = format!("CASE … END AS {column} over the tests");
    Finding::new(query.sql.path, "CASE_ABSENT", format!("no CASE gives `{column}`"), expected)
}

/// The last columns of the CTE `tests` are the rules.
fn tests(query: &Classify, parsed: &Query) -> Option<Finding> {
    let Some(tests) = shape::cte(parsed, "tests") else {
        let expected = "a CTE `tests` with one boolean column a rule";
        return Some(Finding::new(query.sql.path, "TESTS_ABSENT", "there is no list of tests", expected));
    };
    let columns = shape::output(tests);
    let expected: Vec<String> = query.reasons.iter().map(|r| r.code.to_ascii_lowercase()).collect();
    let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    let first = columns.len().saturating_sub(expected.len());
    // From the first test on: what is carried along stands before it.
    let begin = columns.iter().position(|c| expected.contains(&c.name.as_str())).unwrap_or(first).min(first);
    first_difference(query.sql, "TESTS", "test", &expected, columns.get(begin..).unwrap_or_default())
}

fn reasons(query: &Classify, case: &Case) -> Vec<Finding> {
    let mut findings = Vec::new();
    let codes: Vec<&str> = query.reasons.iter().map(|r| r.code.as_str()).collect();
    let arms: Vec<Named> = case.arms.iter().map(|(_, result)| named(result)).collect();
    findings.extend(first_difference(query.sql, "REASONS", "reason", &codes, &arms));
    for (condition, result) in &case.arms {
        let code = shape::literal(result).unwrap_or_default();
        let test = shape::column(condition).unwrap_or_default();
        if test != code.to_ascii_lowercase() {
            let place = named(condition);
            let finding = Finding::new(
                query.sql.path,
                "REASONS",
                format!("`{code}` is given when `{condition}`"),
                format!("WHEN {}", code.to_ascii_lowercase()),
            );
            findings.push(finding.at(place.line, place.column));
        }
    }
    if case.otherwise.as_ref().and_then(shape::literal) != Some(GAP) {
        let finding =
            Finding::new(query.sql.path, "REASONS", "the CASE has another end", format!("ELSE '{GAP}'"));
        findings.push(finding.at(case.line, case.column));
    }
    findings
}

fn named(expr: &Expr) -> Named {
    let start = expr.span().start;
    let number = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
    Named {
        name: shape::literal(expr).or_else(|| shape::column(expr)).unwrap_or("an expression").to_owned(),
        line: number(start.line),
        column: number(start.column),
    }
}

fn states(query: &Classify, case: &Case) -> Vec<Finding> {
    let listed = query.reasons.iter().map(|r| (r.code.as_str(), r.state.as_str()));
    listed
        .chain([(GAP, GAP_STATE)])
        .filter_map(|(code, state)| {
            let given = state_of(case, code);
            if given == Some(state) {
                return None;
            }
            let what = match given {
                Some(given) => format!("`{code}` gives `{given}`"),
                None => format!("what state `{code}` gives can't be seen"),
            };
            let expected = format!("`{state}`, by comparing the reason with codes");
            Some(Finding::new(query.sql.path, "STATES", what, expected).at(case.line, case.column))
        })
        .collect()
}

/// The state that the CASE gives to a code, when it only compares the reason with codes.
fn state_of<'c>(case: &'c Case, code: &str) -> Option<&'c str> {
    for (condition, result) in &case.arms {
        if holds(condition, code)? {
            return shape::literal(result);
        }
    }
    case.otherwise.as_ref().and_then(shape::literal)
}

fn holds(condition: &Expr, code: &str) -> Option<bool> {
    match condition {
        Expr::Nested(inner) => holds(inner, code),
        Expr::BinaryOp { left, op: BinaryOperator::Or, right } => {
            Some(holds(left, code)? || holds(right, code)?)
        }
        Expr::BinaryOp { left, op: BinaryOperator::Eq, right } if is_reason(left) => {
            Some(shape::literal(right)? == code)
        }
        Expr::InList { expr, list, negated } if is_reason(expr) => {
            let codes: Option<Vec<&str>> = list.iter().map(shape::literal).collect();
            Some(codes?.contains(&code) != *negated)
        }
        _ => None,
    }
}

fn is_reason(expr: &Expr) -> bool {
    shape::column(expr) == Some(REASON)
}
