//! Expressions: those known to mean the same on both engines pass, every other is a finding.

use sqlparser::ast::{
    BinaryOperator, CastKind, DataType, DateTimeField, Expr, Function, FunctionArg, FunctionArgExpr,
    FunctionArguments, Interval, Spanned, TimezoneInfo, TypedString, UnaryOperator, Value, ValueWithSpan,
    WindowFrameUnits, WindowType,
};
use sqlparser::tokenizer::Span;

use super::functions;
use super::rules::{
    CAST_OPERATOR, CAST_TYPE, CAST_VALUE, CLAUSE, EXPRESSION, FUNCTION, INTERVAL, LITERAL, NESTED_VALUE,
    OPERATOR, STAR_OPTION, TEXT_FUNCTION, TEXT_PATTERN, WINDOW_ORDER,
};
use super::walk::Walk;

pub(super) fn judge(walk: &mut Walk, expr: &Expr) {
    match expr {
        Expr::Identifier(_)
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
        | Expr::Nested(_)
        | Expr::Value(_)
        | Expr::Case { .. }
        | Expr::Exists { .. }
        | Expr::Subquery(_)
        | Expr::Position { .. } => {}
        Expr::CompoundIdentifier(parts) => {
            if parts.len() > 2 {
                walk.found(expr.span(), NESTED_VALUE, format!("{expr}, more than table and column"));
            }
        }
        Expr::BinaryOp { left, op, right } => judge_operator(walk, expr.span(), left, op, right),
        Expr::UnaryOp { op, .. } => {
            if !matches!(op, UnaryOperator::Not | UnaryOperator::Minus | UnaryOperator::Plus) {
                walk.found(expr.span(), OPERATOR, format!("the operator {op}"));
            }
        }
        Expr::Cast { kind, expr: value, data_type, format } => {
            judge_cast(walk, expr.span(), kind, value, data_type, format.is_some());
        }
        Expr::Substring { substring_from, .. } => {
            judge_substring(walk, expr.span(), substring_from.as_deref())
        }
        Expr::TypedString(typed) => judge_typed(walk, expr.span(), typed),
        Expr::Interval(interval) => judge_interval(walk, expr.span(), interval),
        Expr::Function(function) => judge_function(walk, function),
        other => judge_other(walk, other),
    }
}

fn judge_other(walk: &mut Walk, expr: &Expr) {
    let rule = match expr {
        Expr::Like { .. }
        | Expr::ILike { .. }
        | Expr::SimilarTo { .. }
        | Expr::RLike { .. }
        | Expr::MatchAgainst { .. } => TEXT_PATTERN,
        Expr::CompoundFieldAccess { .. }
        | Expr::JsonAccess { .. }
        | Expr::Tuple(_)
        | Expr::Struct { .. }
        | Expr::Named { .. }
        | Expr::Dictionary(_)
        | Expr::Map(_)
        | Expr::Array(_)
        | Expr::InUnnest { .. }
        | Expr::Lambda(_)
        | Expr::MemberOf(_) => NESTED_VALUE,
        Expr::Trim { .. } | Expr::Overlay { .. } | Expr::IsNormalized { .. } => TEXT_FUNCTION,
        Expr::Convert { .. } => CAST_VALUE,
        Expr::Wildcard(_) | Expr::QualifiedWildcard(..) => STAR_OPTION,
        _ => EXPRESSION,
    };
    walk.found(expr.span(), rule, short(expr));
}

fn judge_operator(walk: &mut Walk, span: Span, left: &Expr, op: &BinaryOperator, right: &Expr) {
    match op {
        BinaryOperator::Eq
        | BinaryOperator::NotEq
        | BinaryOperator::Lt
        | BinaryOperator::LtEq
        | BinaryOperator::Gt
        | BinaryOperator::GtEq
        | BinaryOperator::And
        | BinaryOperator::Or
        | BinaryOperator::Plus
        | BinaryOperator::Minus
        | BinaryOperator::Multiply => {}
        BinaryOperator::StringConcat => {
            if is_number(left) || is_number(right) {
                walk.found(span, CAST_VALUE, "a number joined to a text");
            }
        }
        BinaryOperator::Arrow => walk.found(span, NESTED_VALUE, "a lambda or a look into JSON"),
        BinaryOperator::PGRegexMatch
        | BinaryOperator::PGRegexIMatch
        | BinaryOperator::PGRegexNotMatch
        | BinaryOperator::PGRegexNotIMatch
        | BinaryOperator::PGLikeMatch
        | BinaryOperator::PGILikeMatch
        | BinaryOperator::PGNotLikeMatch
        | BinaryOperator::PGNotILikeMatch
        | BinaryOperator::Match
        | BinaryOperator::Regexp => walk.found(span, TEXT_PATTERN, format!("the operator {op}")),
        _ => walk.found(span, OPERATOR, format!("the operator {op}")),
    }
}

fn judge_cast(walk: &mut Walk, span: Span, kind: &CastKind, value: &Expr, to: &DataType, has_format: bool) {
    if *kind == CastKind::DoubleColon {
        walk.found(span, CAST_OPERATOR, format!("{}::{to}", short(value)));
    }
    let alike = match to {
        DataType::String(None) => is_null(value) || is_text(value),
        DataType::BigInt(None) => is_null(value) || is_number(value),
        DataType::Boolean | DataType::Timestamp(None, TimezoneInfo::None) => is_null(value),
        _ => {
            walk.found(span, CAST_TYPE, format!("the type {to}"));
            return;
        }
    };
    if !alike || has_format || matches!(kind, CastKind::TryCast | CastKind::SafeCast) {
        walk.found(span, CAST_VALUE, format!("a cast of {} to {to}", short(value)));
    }
}

/// From a place that is written down: engines disagree on places before the first character.
fn judge_substring(walk: &mut Walk, span: Span, from: Option<&Expr>) {
    let plain =
        matches!(from, Some(Expr::Value(ValueWithSpan { value: Value::Number(n, _), .. })) if n != "0");
    if !plain {
        walk.found(span, TEXT_FUNCTION, "SUBSTRING from a place that is not a number from 1");
    }
}

fn judge_typed(walk: &mut Walk, span: Span, typed: &TypedString) {
    let is_timestamp = matches!(typed.data_type, DataType::Timestamp(None, TimezoneInfo::None));
    let text = match &typed.value.value {
        Value::SingleQuotedString(text) => text.as_str(),
        _ => "?",
    };
    let is_plain = text.chars().all(|c| c.is_ascii_digit() || "-: .".contains(c));
    if !is_timestamp || !is_plain || typed.uses_odbc_syntax {
        walk.found(span, LITERAL, typed.to_string());
    }
}

/// Hours are the one length of time that both engines add to a time without zone in the same way.
fn judge_interval(walk: &mut Walk, span: Span, interval: &Interval) {
    let is_plain = matches!(interval.value.as_ref(), Expr::Value(ValueWithSpan { value: Value::SingleQuotedString(n), .. })
        if !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
    let in_hours = interval.leading_field == Some(DateTimeField::Hour)
        && interval.leading_precision.is_none()
        && interval.last_field.is_none()
        && interval.fractional_seconds_precision.is_none();
    if !is_plain || !in_hours {
        walk.found(span, INTERVAL, interval.to_string());
    }
}

pub(super) fn judge_literal(walk: &mut Walk, literal: &ValueWithSpan) {
    let is_plain = match &literal.value {
        Value::SingleQuotedString(text) => !text.contains('\\'),
        Value::Number(digits, is_long) => !is_long && digits.bytes().all(|b| b.is_ascii_digit()),
        Value::Boolean(_) | Value::Null => true,
        _ => false,
    };
    if !is_plain {
        walk.found(literal.span, LITERAL, format!("the literal {literal}"));
    }
}

fn judge_function(walk: &mut Walk, function: &Function) {
    let span = function.name.span();
    walk.see_function_name(span);
    let name = function.name.to_string();
    if !functions::is_same(&name) {
        walk.found(span, functions::broken(&name), format!("the function {name}"));
        return;
    }
    let has_clauses = matches!(&function.args, FunctionArguments::List(list) if !list.clauses.is_empty());
    if has_clauses
        || function.null_treatment.is_some()
        || !function.within_group.is_empty()
        || function.parameters != FunctionArguments::None
        || function.uses_odbc_syntax
    {
        walk.found(span, CLAUSE, format!("a clause inside {name}"));
    }
    if let FunctionArguments::List(list) = &function.args {
        for arg in &list.args {
            judge_argument(walk, span, &name, arg);
        }
    }
    if name.eq_ignore_ascii_case("split_part") && !splits_by_text(&function.args) {
        walk.found(span, FUNCTION, format!("{name} by something else than a text that is written down"));
    }
    judge_window(walk, span, &name, function.over.as_ref());
}

/// Engines disagree on an empty separator, so it must be seen.
fn splits_by_text(arguments: &FunctionArguments) -> bool {
    let FunctionArguments::List(list) = arguments else {
        return false;
    };
    let Some(FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Value(by)))) = list.args.get(1) else {
        return false;
    };
    matches!(&by.value, Value::SingleQuotedString(text) if !text.is_empty())
}

fn judge_argument(walk: &mut Walk, span: Span, name: &str, arg: &FunctionArg) {
    match arg {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(_)) => {}
        FunctionArg::Unnamed(FunctionArgExpr::Wildcard) if name.eq_ignore_ascii_case("count") => {}
        _ => walk.found(span, STAR_OPTION, format!("{name}({arg})")),
    }
}

fn judge_window(walk: &mut Walk, span: Span, name: &str, window: Option<&WindowType>) {
    let Some(WindowType::WindowSpec(spec)) = window else {
        return;
    };
    if functions::numbers_rows(name) && spec.order_by.is_empty() && spec.window_name.is_none() {
        walk.found(span, WINDOW_ORDER, format!("{name} over rows without an order"));
    }
    if spec.window_frame.as_ref().is_some_and(|frame| matches!(frame.units, WindowFrameUnits::Groups)) {
        walk.found(span, CLAUSE, "a window frame in GROUPS");
    }
}

fn is_null(expr: &Expr) -> bool {
    matches!(expr, Expr::Value(ValueWithSpan { value: Value::Null, .. }))
}

fn is_text(expr: &Expr) -> bool {
    matches!(expr, Expr::Value(ValueWithSpan { value: Value::SingleQuotedString(_), .. }))
}

/// A number as far as it can be seen: a literal or a count.
fn is_number(expr: &Expr) -> bool {
    match expr {
        Expr::Value(ValueWithSpan { value: Value::Number(..), .. }) => true,
        Expr::Function(function) => {
            let name = function.name.to_string();
            name.eq_ignore_ascii_case("count") || functions::numbers_rows(&name)
        }
        _ => false,
    }
}

/// Enough of an expression to find it again.
fn short(expr: &Expr) -> String {
    const MOST: usize = 60;
    let text = expr.to_string();
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
