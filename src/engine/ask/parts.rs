//! The parts of a question: only SELECTs, only listed views, only functions of the list. What nobody thought of is
//! refused.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use sqlparser::ast::{
    Expr, Function, Ident, ObjectName, ObjectNamePart, Query, Select, SetExpr, Spanned, Statement,
    TableFactor, Visit, Visitor,
};
use sqlparser::dialect::DuckDbDialect;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Span;

use super::{functions, mistake, words};
use crate::base::nearest::propose;
use crate::base::{Error, Result};

/// Names that the engine gives to tables of its own, wherever a WITH ends.
const OF_THE_ENGINE: [&str; 5] = ["duckdb_", "information_schema", "pg_", "pragma_", "sqlite_"];
/// Names that are no columns: the engine reads the clock or its own state for them.
const OF_THE_STATE: [&str; 12] = [
    "current_catalog",
    "current_database",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "localtime",
    "localtimestamp",
    "session_user",
    "user",
];
const ONE_SELECT: &str = "exactly one SELECT";

/// Checks a question and returns the listed views that it names.
///
/// # Errors
/// The first thing in it that is not allowed, with its place.
pub(super) fn check(text: &str, listed: &BTreeSet<String>) -> Result<BTreeSet<String>> {
    let query = parse(text)?;
    let mut walk =
        Walk { listed, functions: functions::names()?, named: BTreeSet::new(), within: Vec::new() };
    match query.visit(&mut walk) {
        ControlFlow::Continue(()) => Ok(walk.named),
        ControlFlow::Break(error) => Err(error),
    }
}

fn parse(text: &str) -> Result<Query> {
    let statements = Parser::new(&DuckDbDialect {})
        .try_with_sql(text)
        .and_then(|mut parser| parser.parse_statements())
        .map_err(|error| unparsable(&error))?;
    match <[Statement; 1]>::try_from(statements) {
        Ok([Statement::Query(query)]) => Ok(*query),
        Ok([other]) => {
            let word = other.to_string().split(' ').next().unwrap_or_default().to_owned();
            Err(mistake(format!("{word} is not a SELECT"), (1, 1)).expected(ONE_SELECT))
        }
        Err(_) => Err(mistake("more than one statement", (1, 1)).expected(ONE_SELECT)),
    }
}

/// The parser tells its place only in words: `… at Line: 3, Column: 7`.
fn unparsable(error: &ParserError) -> Error {
    let text = match error {
        ParserError::TokenizerError(text) | ParserError::ParserError(text) => text.as_str(),
        ParserError::RecursionLimitExceeded => "it is nested too deeply",
    };
    let (what, place) = text.rsplit_once(" at Line: ").unwrap_or((text, ""));
    let mut numbers = place.split(", Column: ").map(|n| n.trim().parse().unwrap_or(1));
    mistake(what, (numbers.next().unwrap_or(1), numbers.next().unwrap_or(1))).expected(ONE_SELECT)
}

struct Walk<'l> {
    listed: &'l BTreeSet<String>,
    functions: &'l BTreeSet<String>,
    /// The listed views named so far.
    named: BTreeSet<String>,
    /// The names that WITH gives, for each query that we are in.
    within: Vec<Vec<String>>,
}

type Step = ControlFlow<Error>;

fn refuse(span: Span, what: impl Into<String>, expected: &str) -> Step {
    ControlFlow::Break(mistake(what, words::place(span.start)).expected(expected))
}

impl Walk<'_> {
    fn names_of_with(&mut self, query: &Query) -> Step {
        let mut names = Vec::new();
        for table in query.with.iter().flat_map(|with| &with.cte_tables) {
            let Ident { value, span, .. } = &table.alias.name;
            let name = value.to_lowercase();
            let is_plain = name.chars().all(|c| c.is_alphanumeric() || c == '_');
            if !is_plain || OF_THE_ENGINE.iter().any(|theirs| name.starts_with(theirs)) {
                return refuse(*span, format!("{value} can't be named in WITH"), "letters, digits and _");
            }
            names.push(name);
        }
        self.within.push(names);
        ControlFlow::Continue(())
    }

    fn body(&self, body: &SetExpr) -> Step {
        match body {
            SetExpr::Select(_) | SetExpr::Query(_) | SetExpr::Values(_) => ControlFlow::Continue(()),
            SetExpr::SetOperation { left, right, .. } => {
                self.body(left)?;
                self.body(right)
            }
            _ => refuse(body.span(), "only SELECT reads", ONE_SELECT),
        }
    }

    fn table(&mut self, name: &ObjectName) -> Step {
        let views = "a listed view: highwater sql CASE --tables";
        let [ObjectNamePart::Identifier(ident)] = name.0.as_slice() else {
            return refuse(name.span(), format!("{name} is no listed view"), views);
        };
        let written = ident.value.to_lowercase();
        if self.within.iter().flatten().any(|known| *known == written) {
            return ControlFlow::Continue(());
        }
        if let Some(view) = self.listed.iter().find(|view| **view == written) {
            self.named.insert(view.clone());
            return ControlFlow::Continue(());
        }
        let error = mistake(format!("there is no view {}", ident.value), words::place(ident.span.start));
        let known = self.listed.iter().map(String::as_str);
        ControlFlow::Break(propose(error.expected(views), &written, known))
    }

    fn function(&self, function: &Function) -> Step {
        let name = function.name.to_string().to_lowercase();
        if self.functions.contains(&name) {
            return ControlFlow::Continue(());
        }
        let place = words::place(function.name.span().start);
        let error = mistake(format!("the function {name} is not one that a question may use"), place)
            .expected("one of highwater sql CASE --functions");
        ControlFlow::Break(propose(error, &name, self.functions.iter().map(String::as_str)))
    }
}

impl Visitor for Walk<'_> {
    type Break = Error;

    fn pre_visit_query(&mut self, query: &Query) -> Step {
        self.names_of_with(query)?;
        self.body(&query.body)?;
        let odd = query.with.as_ref().is_some_and(|with| with.recursive)
            || query.for_clause.is_some()
            || !query.locks.is_empty()
            || query.settings.is_some()
            || query.format_clause.is_some()
            || !query.pipe_operators.is_empty();
        if odd {
            return refuse(query.span(), "a clause that only some queries have", "a plain SELECT");
        }
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _query: &Query) -> Step {
        self.within.pop();
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> Step {
        if select.into.is_some() {
            return refuse(select.select_token.0.span, "SELECT INTO writes", ONE_SELECT);
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, table: &TableFactor) -> Step {
        match table {
            TableFactor::Table {
                args: None, version: None, with_ordinality: false, sample: None, ..
            }
            | TableFactor::Derived { .. }
            | TableFactor::NestedJoin { .. } => ControlFlow::Continue(()),
            _ => refuse(
                table.span(),
                format!("`{table}` is no listed view"),
                "a listed view: highwater sql CASE --tables",
            ),
        }
    }

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> Step {
        self.table(relation)
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> Step {
        match expr {
            Expr::Function(function) => self.function(function),
            Expr::Identifier(ident) if OF_THE_STATE.contains(&ident.value.to_lowercase().as_str()) => refuse(
                ident.span,
                format!("{} is no column", ident.value),
                "a column, or as_of of param_incident",
            ),
            _ if is_ordinary(expr) => ControlFlow::Continue(()),
            _ => refuse(expr.span(), format!("`{expr}` is not allowed here"), "an ordinary expression"),
        }
    }
}

fn is_ordinary(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::Identifier(_)
            | Expr::CompoundIdentifier(_)
            | Expr::Wildcard(_)
            | Expr::QualifiedWildcard(..)
            | Expr::IsFalse(_)
            | Expr::IsNotFalse(_)
            | Expr::IsTrue(_)
            | Expr::IsNotTrue(_)
            | Expr::IsNull(_)
            | Expr::IsNotNull(_)
            | Expr::IsDistinctFrom(..)
            | Expr::IsNotDistinctFrom(..)
            | Expr::InList { .. }
            | Expr::InSubquery { .. }
            | Expr::Between { .. }
            | Expr::BinaryOp { .. }
            | Expr::UnaryOp { .. }
            | Expr::Like { .. }
            | Expr::ILike { .. }
            | Expr::SimilarTo { .. }
            | Expr::AnyOp { .. }
            | Expr::AllOp { .. }
            | Expr::Cast { .. }
            | Expr::Extract { .. }
            | Expr::Ceil { .. }
            | Expr::Floor { .. }
            | Expr::Position { .. }
            | Expr::Substring { .. }
            | Expr::Trim { .. }
            | Expr::Nested(_)
            | Expr::Value(_)
            | Expr::TypedString(_)
            | Expr::Interval(_)
            | Expr::Case { .. }
            | Expr::Exists { .. }
            | Expr::Subquery(_)
            | Expr::Tuple(_)
            | Expr::GroupingSets(_)
            | Expr::Cube(_)
            | Expr::Rollup(_)
    )
}
