//! What of a parsed query a sidecar speaks of: columns, order, CTEs, and the CASE behind a column.

use std::ops::ControlFlow;

use sqlparser::ast::{
    Expr, Ident, OrderBy, OrderByExpr, OrderByKind, OrderBySort, Query, Select, SelectItem, SetExpr, Spanned,
    Value, ValueWithSpan, Visit, Visitor,
};
use sqlparser::tokenizer::Span;

/// A name and its place, line and column from 1.
#[derive(Clone, Debug)]
pub(super) struct Named {
    pub name: String,
    pub line: usize,
    pub column: usize,
}

impl Named {
    fn new(name: String, span: Span) -> Self {
        let number = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        Self { name, line: number(span.start.line), column: number(span.start.column) }
    }
}

/// A CASE without operand.
pub(super) struct Case {
    pub arms: Vec<(Expr, Expr)>,
    pub otherwise: Option<Expr>,
    pub line: usize,
    pub column: usize,
}

/// The columns that a query yields; of a set operation, those of its first part. A star stands as `*`.
pub(super) fn output(query: &Query) -> Vec<Named> {
    first_select(&query.body).map(columns).unwrap_or_default()
}

fn first_select(body: &SetExpr) -> Option<&Select> {
    match body {
        SetExpr::Select(select) => Some(select),
        SetExpr::Query(query) => first_select(&query.body),
        SetExpr::SetOperation { left, .. } => first_select(left),
        _ => None,
    }
}

fn columns(select: &Select) -> Vec<Named> {
    select
        .projection
        .iter()
        .map(|item| match item {
            SelectItem::ExprWithAlias { alias, .. } => Named::new(alias.value.clone(), alias.span),
            SelectItem::UnnamedExpr(expr) => Named::new(column_name(expr), expr.span()),
            _ => Named::new("*".to_owned(), item.span()),
        })
        .collect()
}

/// The expression that a query yields under that name.
pub(super) fn expression(query: &Query, name: &str) -> Option<String> {
    first_select(&query.body)?.projection.iter().find_map(|item| match item {
        SelectItem::ExprWithAlias { expr, alias } if alias.value == name => Some(expr.to_string()),
        SelectItem::UnnamedExpr(expr) if column(expr) == Some(name) => Some(expr.to_string()),
        _ => None,
    })
}

fn column_name(expr: &Expr) -> String {
    column(expr).map_or_else(|| expr.to_string(), str::to_owned)
}

/// The name of a column, without its table; nothing for any other expression.
pub(super) fn column(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Identifier(Ident { value, .. }) => Some(value),
        Expr::CompoundIdentifier(parts) => parts.last().map(|part| part.value.as_str()),
        Expr::Nested(inner) => column(inner),
        _ => None,
    }
}

/// A text that is written down.
pub(super) fn literal(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Value(ValueWithSpan { value: Value::SingleQuotedString(text), .. }) => Some(text),
        Expr::Nested(inner) => literal(inner),
        _ => None,
    }
}

/// The columns by which a query orders its rows, as far as they are ascending with NULLs first.
pub(super) fn order(query: &Query) -> Vec<Named> {
    let Some(OrderBy { kind: OrderByKind::Expressions(by), .. }) = &query.order_by else {
        return Vec::new();
    };
    by.iter().map(|by| Named::new(ordered_by(by), by.expr.span())).collect()
}

fn ordered_by(by: &OrderByExpr) -> String {
    let ascending = matches!(by.options.sort, None | Some(OrderBySort::Asc));
    if ascending && by.options.nulls_first == Some(true) { column_name(&by.expr) } else { by.to_string() }
}

/// The CTE of that name.
pub(super) fn cte<'q>(query: &'q Query, name: &str) -> Option<&'q Query> {
    let ctes = &query.with.as_ref()?.cte_tables;
    ctes.iter().find(|cte| cte.alias.name.value == name).map(|cte| cte.query.as_ref())
}

/// The first CASE that stands behind a column of that name, in the query or below it.
pub(super) fn case_behind(query: &Query, name: &str) -> Option<Case> {
    let mut search = CaseSearch { name, found: None };
    let _ = query.visit(&mut search);
    search.found
}

struct CaseSearch<'n> {
    name: &'n str,
    found: Option<Case>,
}

impl Visitor for CaseSearch<'_> {
    type Break = ();

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        self.found = select.projection.iter().find_map(|item| match item {
            SelectItem::ExprWithAlias { expr, alias } if alias.value == self.name => as_case(expr),
            _ => None,
        });
        if self.found.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

fn as_case(expr: &Expr) -> Option<Case> {
    let Expr::Case { case_token, operand: None, conditions, else_result, .. } = expr else {
        return None;
    };
    let place = Named::new(String::new(), case_token.0.span);
    Some(Case {
        arms: conditions.iter().map(|arm| (arm.condition.clone(), arm.result.clone())).collect(),
        otherwise: else_result.as_deref().cloned(),
        line: place.line,
        column: place.column,
    })
}

/// The tables and views that a query reads, its own CTEs left out.
pub(super) fn tables(query: &Query) -> Vec<Named> {
    let mut search = TableSearch::default();
    let _ = query.visit(&mut search);
    search.tables.retain(|table| !search.ctes.contains(&table.name));
    search.tables
}

#[derive(Default)]
struct TableSearch {
    tables: Vec<Named>,
    ctes: Vec<String>,
}

impl Visitor for TableSearch {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        let ctes = query.with.iter().flat_map(|with| &with.cte_tables);
        self.ctes.extend(ctes.map(|cte| cte.alias.name.value.clone()));
        ControlFlow::Continue(())
    }

    fn pre_visit_relation(&mut self, relation: &sqlparser::ast::ObjectName) -> ControlFlow<()> {
        let name = relation.0.iter().filter_map(|part| part.as_ident()).map(|i| i.value.as_str());
        self.tables.push(Named::new(name.collect::<Vec<_>>().join("."), relation.span()));
        ControlFlow::Continue(())
    }
}
