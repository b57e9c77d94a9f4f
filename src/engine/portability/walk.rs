//! The walk over a parsed query: its clauses, its tables, its names. What stands in expressions is judged beside.

use std::ops::ControlFlow;

use sqlparser::ast::{
    Distinct, Expr, GroupByExpr, Ident, JoinConstraint, JoinOperator, LimitClause, OrderBy, OrderByExpr,
    OrderByKind, OrderBySort, Query, Select, SelectFlavor, SelectItem, SetExpr, SetQuantifier, Spanned,
    TableFactor, ValueWithSpan, Visitor, WildcardAdditionalOptions,
};
use sqlparser::tokenizer::{Location, Span};

use super::reserved::is_reserved;
use super::rules::{
    CLAUSE, JOIN_KIND, NULLS_ORDER, QUALIFY, RESERVED_WORD, ROW_LIMIT, Rule, STAR_OPTION, TABLE_FUNCTION,
};
use super::{Finding, expressions, finding};

/// Goes through a query and keeps what it finds.
pub(super) struct Walk {
    pub findings: Vec<Finding>,
    /// The last place seen: the parser keeps none for some constructs.
    here: Location,
    /// Where names of functions stand, which are judged as functions.
    function_names: Vec<Location>,
}

impl Walk {
    pub fn new() -> Self {
        Self { findings: Vec::new(), here: Location { line: 1, column: 1 }, function_names: Vec::new() }
    }

    pub fn found(&mut self, span: Span, rule: Rule, what: impl Into<String>) {
        self.see(span);
        self.findings.push(finding(self.here, rule, what.into()));
    }

    pub fn see_function_name(&mut self, span: Span) {
        self.function_names.push(span.start);
    }

    fn see(&mut self, span: Span) {
        if span != Span::empty() {
            self.here = span.start;
        }
    }

    fn clauses_of(&mut self, query: &Query) {
        let kept = [
            (query.for_clause.is_some(), "FOR"),
            (query.settings.is_some(), "SETTINGS"),
            (query.format_clause.is_some(), "FORMAT"),
            (!query.locks.is_empty(), "FOR UPDATE"),
            (!query.pipe_operators.is_empty(), "|>"),
            (query.with.as_ref().is_some_and(|w| w.recursive), "WITH RECURSIVE"),
        ];
        self.all_of(query.span(), &kept);
        self.body(&query.body);
        if is_limited(query) && !is_totally_ordered(query) {
            self.found(limit_span(query), ROW_LIMIT, "a limit on rows without a total order");
        }
    }

    fn body(&mut self, body: &SetExpr) {
        match body {
            SetExpr::Select(_) | SetExpr::Query(_) => {}
            SetExpr::SetOperation { left, set_quantifier, right, op: _ } => {
                if matches!(
                    set_quantifier,
                    SetQuantifier::ByName | SetQuantifier::AllByName | SetQuantifier::DistinctByName
                ) {
                    self.found(left.span(), CLAUSE, format!("a set operation {set_quantifier}"));
                }
                self.body(left);
                self.body(right);
            }
            SetExpr::Values(values) => {
                self.found(values.span(), CLAUSE, "VALUES, whose columns have other names")
            }
            SetExpr::Table(_)
            | SetExpr::Insert(_)
            | SetExpr::Update(_)
            | SetExpr::Delete(_)
            | SetExpr::Merge(_) => self.found(body.span(), CLAUSE, "something else than SELECT"),
        }
    }

    fn clauses_of_select(&mut self, select: &Select) {
        if let Some(qualify) = &select.qualify {
            self.found(qualify.span(), QUALIFY, "QUALIFY");
        }
        let kept = [
            (select.top.is_some(), "TOP"),
            (select.into.is_some(), "INTO"),
            (!select.lateral_views.is_empty(), "LATERAL VIEW"),
            (select.prewhere.is_some(), "PREWHERE"),
            (!select.connect_by.is_empty(), "CONNECT BY"),
            (!select.cluster_by.is_empty(), "CLUSTER BY"),
            (!select.distribute_by.is_empty(), "DISTRIBUTE BY"),
            (!select.sort_by.is_empty(), "SORT BY"),
            (select.value_table_mode.is_some(), "SELECT AS"),
            (select.select_modifiers.is_some(), "a modifier of SELECT"),
            (matches!(select.distinct, Some(Distinct::On(_))), "DISTINCT ON"),
            (select.flavor != SelectFlavor::Standard, "FROM before SELECT"),
            (select.exclude.is_some(), "EXCLUDE"),
        ];
        self.all_of(select.select_token.0.span, &kept);
        for item in &select.projection {
            self.item(item);
        }
        for join in select.from.iter().flat_map(|table| &table.joins) {
            self.join(&join.join_operator, join.relation.span());
        }
    }

    fn all_of(&mut self, span: Span, clauses: &[(bool, &str)]) {
        for (_, clause) in clauses.iter().filter(|(there, _)| *there) {
            self.found(span, CLAUSE, *clause);
        }
    }

    fn item(&mut self, item: &SelectItem) {
        match item {
            SelectItem::Wildcard(options) | SelectItem::QualifiedWildcard(_, options) => {
                if *options != plain_star(options) {
                    self.found(item.span(), STAR_OPTION, item.to_string());
                }
            }
            SelectItem::ExprWithAliases { aliases, .. } => {
                self.found(item.span(), CLAUSE, format!("{} names for one column", aliases.len()));
            }
            SelectItem::UnnamedExpr(_) | SelectItem::ExprWithAlias { .. } => {}
        }
    }

    fn join(&mut self, join: &JoinOperator, span: Span) {
        match join {
            JoinOperator::Join(how)
            | JoinOperator::Inner(how)
            | JoinOperator::Left(how)
            | JoinOperator::LeftOuter(how)
            | JoinOperator::Right(how)
            | JoinOperator::RightOuter(how)
            | JoinOperator::FullOuter(how)
            | JoinOperator::CrossJoin(how) => {
                if matches!(how, JoinConstraint::Natural) {
                    self.found(span, JOIN_KIND, "NATURAL JOIN, which follows whatever columns there are");
                }
            }
            _ => self.found(span, JOIN_KIND, "a join of another kind"),
        }
    }

    fn table(&mut self, table: &TableFactor) {
        match table {
            TableFactor::Table {
                args: None, sample: None, version: None, with_ordinality: false, ..
            }
            | TableFactor::Derived { lateral: false, sample: None, .. }
            | TableFactor::NestedJoin { .. } => {}
            TableFactor::Table { args: Some(_), .. }
            | TableFactor::TableFunction { .. }
            | TableFactor::Function { .. }
            | TableFactor::UNNEST { .. } => self.found(table.span(), TABLE_FUNCTION, "a function as a table"),
            _ => self.found(table.span(), CLAUSE, "a table of another kind than a view or a subquery"),
        }
    }
}

impl Visitor for Walk {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        self.see(query.span());
        self.clauses_of(query);
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        self.see(select.select_token.0.span);
        self.clauses_of_select(select);
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, table: &TableFactor) -> ControlFlow<()> {
        self.see(table.span());
        self.table(table);
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        self.see(expr.span());
        expressions::judge(self, expr);
        ControlFlow::Continue(())
    }

    fn pre_visit_value(&mut self, value: &ValueWithSpan) -> ControlFlow<()> {
        expressions::judge_literal(self, value);
        ControlFlow::Continue(())
    }

    fn pre_visit_ident(&mut self, ident: &Ident) -> ControlFlow<()> {
        self.see(ident.span);
        let quoted_oddly = ident.quote_style.is_some_and(|quote| quote != '"');
        let is_function = self.function_names.contains(&ident.span.start);
        if quoted_oddly || (ident.quote_style.is_none() && !is_function && is_reserved(&ident.value)) {
            self.found(ident.span, RESERVED_WORD, format!("the word {ident} as a name"));
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_order_by_expr(&mut self, by: &OrderByExpr) -> ControlFlow<()> {
        if by.options.nulls_first.is_none() {
            self.found(
                by.span(),
                NULLS_ORDER,
                format!("ORDER BY {} leaves the place of NULLs open", by.expr),
            );
        }
        if by.with_fill.is_some() || matches!(by.options.sort, Some(OrderBySort::Using(_))) {
            self.found(by.span(), CLAUSE, "an ORDER BY of another kind");
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_group_by(&mut self, group_by: &GroupByExpr) -> ControlFlow<()> {
        let (GroupByExpr::All(modifiers) | GroupByExpr::Expressions(_, modifiers)) = group_by;
        if matches!(group_by, GroupByExpr::All(_)) || !modifiers.is_empty() {
            self.found(group_by.span(), CLAUSE, group_by.to_string());
        }
        ControlFlow::Continue(())
    }
}

/// The same star without options: its token says where it stands.
fn plain_star(options: &WildcardAdditionalOptions) -> WildcardAdditionalOptions {
    WildcardAdditionalOptions { wildcard_token: options.wildcard_token.clone(), ..Default::default() }
}

fn is_limited(query: &Query) -> bool {
    query.limit_clause.is_some() || query.fetch.is_some()
}

fn limit_span(query: &Query) -> Span {
    match (&query.limit_clause, &query.fetch) {
        (Some(LimitClause::LimitOffset { limit: Some(limit), .. }), _) => limit.span(),
        (Some(clause), _) => clause.span(),
        (None, Some(fetch)) => fetch.span(),
        (None, None) => query.span(),
    }
}

/// Total as far as it can be seen: rows that the order leaves equal are equal in every output column.
fn is_totally_ordered(query: &Query) -> bool {
    let (Some(OrderBy { kind: OrderByKind::Expressions(by), .. }), SetExpr::Select(select)) =
        (&query.order_by, query.body.as_ref())
    else {
        return false;
    };
    select.projection.iter().all(|item| {
        let alias = match item {
            SelectItem::ExprWithAlias { alias, .. } => Some(Expr::Identifier(alias.clone())),
            _ => None,
        };
        by.iter().any(|by| match item {
            SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => {
                by.expr == *expr || Some(&by.expr) == alias.as_ref()
            }
            _ => false,
        })
    })
}
