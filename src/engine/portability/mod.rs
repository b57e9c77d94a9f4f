//! Whether a canned query means the same on both engines that may run it: DuckDB here, Spark 4 over the same
//! Parquet where an installation outgrows one machine (8-engineering, "Queries").
//!
//! The query is parsed, and everything in it must be on the list of what both are known to do alike. What is not
//! on the list is a finding, so that a construct nobody thought of is one too.

mod expressions;
mod functions;
mod reserved;
mod rules;
mod walk;

use std::ops::ControlFlow;

use sqlparser::ast::{ObjectNamePart, Query, Statement, Visit, visit_relations};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Location, Token, TokenWithSpan, Tokenizer};

pub use reserved::is_reserved;
pub use rules::{RULES, Rule};
use walk::Walk;

/// One construct that is not known to mean the same on both engines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Line, from 1.
    pub line: usize,
    /// Column in that line in characters, from 1.
    pub column: usize,
    /// The rule that it breaks.
    pub rule: Rule,
    /// What stands there.
    pub what: String,
}

/// Everything in the text of a canned query that breaks a rule, in the order of the text.
#[must_use]
pub fn check(sql: &str) -> Vec<Finding> {
    let query = match query(sql) {
        Ok(query) => query,
        Err(finding) => return vec![*finding],
    };
    let mut walk = Walk::new();
    let _ = query.visit(&mut walk);
    let mut findings = walk.findings;
    findings.extend(trailing_semicolon(sql));
    findings.sort_by(|a, b| (a.line, a.column, a.rule.code).cmp(&(b.line, b.column, b.rule.code)));
    findings.dedup();
    findings
}

/// The one query that the text must be.
///
/// # Errors
/// When it can't be parsed, is not exactly one statement, or is no query.
pub fn query(sql: &str) -> Result<Query, Box<Finding>> {
    let begin = Location { line: 1, column: 1 };
    let statements = parse(sql).map_err(|error| unparsable(&error))?;
    let count = statements.len();
    match <[Statement; 1]>::try_from(statements) {
        Ok([Statement::Query(query)]) => Ok(*query),
        Ok([other]) => {
            let word = other.to_string().split(' ').next().unwrap_or_default().to_owned();
            Err(Box::new(finding(begin, rules::NOT_A_QUERY, word)))
        }
        Err(_) => Err(Box::new(finding(begin, rules::STATEMENTS, format!("{count} statements")))),
    }
}

/// The tables and views that a query names; none when it can't be parsed.
#[must_use]
pub fn tables(sql: &str) -> Vec<String> {
    let mut names = Vec::new();
    if let Ok(query) = query(sql) {
        let _ = visit_relations(&query, |name| {
            names.extend(name.0.last().and_then(ObjectNamePart::as_ident).map(|ident| ident.value.clone()));
            ControlFlow::<()>::Continue(())
        });
    }
    names
}

fn parse(sql: &str) -> Result<Vec<Statement>, ParserError> {
    Parser::new(&GenericDialect {}).try_with_sql(sql)?.parse_statements()
}

/// The parser tells its place only in words: `… at Line: 3, Column: 7`.
fn unparsable(error: &ParserError) -> Box<Finding> {
    let text = match error {
        ParserError::TokenizerError(text) | ParserError::ParserError(text) => text.as_str(),
        ParserError::RecursionLimitExceeded => "it is nested too deeply",
    };
    let (what, place) = text.rsplit_once(" at Line: ").unwrap_or((text, ""));
    let mut numbers = place.split(", Column: ").map(|n| n.trim().parse().unwrap_or(1));
    let (line, column) = (numbers.next().unwrap_or(1), numbers.next().unwrap_or(1));
    Box::new(finding(Location { line, column }, rules::SYNTAX, what.to_owned()))
}

fn trailing_semicolon(sql: &str) -> Option<Finding> {
    let tokens = Tokenizer::new(&GenericDialect {}, sql).tokenize_with_location().ok()?;
    let last = tokens.iter().rev().find(|t| !matches!(t.token, Token::Whitespace(_) | Token::EOF))?;
    let TokenWithSpan { token: Token::SemiColon, span } = last else {
        return None;
    };
    Some(finding(span.start, rules::SEMICOLON, "a semicolon at the end".to_owned()))
}

fn finding(place: Location, rule: Rule, what: String) -> Finding {
    let number = |n: u64| usize::try_from(n).unwrap_or(usize::MAX).max(1);
    Finding { line: number(place.line), column: number(place.column), rule, what }
}
