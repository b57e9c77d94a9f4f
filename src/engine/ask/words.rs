//! The words of a question. Only those pass that every reader of SQL takes apart alike: names, plain literals, common
//! operators. So what is checked here is what the engine sees.

use sqlparser::dialect::DuckDbDialect;
use sqlparser::tokenizer::{Location, Token, TokenWithSpan, Tokenizer, TokenizerError, Whitespace};

use super::mistake;
use crate::base::Result;

/// The question without comments and without the semicolon at its end; every word stays at its line and column.
///
/// # Errors
/// When it has a word that is not plain, or more than one statement.
pub(super) fn plain(text: &str) -> Result<String> {
    let text = text.replace("\r\n", "\n");
    let dialect = DuckDbDialect {};
    let tokens =
        Tokenizer::new(&dialect, &text).with_unescape(false).tokenize_with_location().map_err(unreadable)?;
    let told: String = tokens.iter().map(|token| written(&token.token)).collect();
    if told != text {
        return Err(mistake(
            "the query holds characters that are not plain SQL",
            first_difference(&told, &text),
        ));
    }
    let last = tokens.iter().rposition(|t| !matches!(t.token, Token::Whitespace(_) | Token::EOF));
    let mut plain = String::with_capacity(text.len());
    for (index, token) in tokens.iter().enumerate() {
        match &token.token {
            Token::Whitespace(Whitespace::MultiLineComment(comment)) if comment.contains("/*") => {
                return Err(mistake("a comment within a comment", place(token.span.start)));
            }
            Token::Whitespace(Whitespace::SingleLineComment { prefix, .. }) if prefix != "--" => {
                return Err(mistake("a comment of another kind", place(token.span.start))
                    .expected("-- to the line's end, or /* … */"));
            }
            Token::Whitespace(_) => plain.extend(written(&token.token).chars().map(blank)),
            Token::SemiColon if Some(index) == last => plain.push(' '),
            Token::SemiColon => {
                return Err(mistake("more than one statement", place(token.span.start))
                    .expected("exactly one SELECT"));
            }
            Token::SingleQuotedString(_) if is_prefixed(&tokens, index) => {
                return Err(mistake("a text with a letter before it", place(token.span.start))
                    .expected("a plain text in single quotes, with a blank before it"));
            }
            word if is_plain(word) => plain.push_str(&written(word)),
            other => {
                let what = format!("`{other}` is not allowed here");
                return Err(mistake(what, place(token.span.start)).expected(
                    "names, numbers, texts in single quotes, + - * / % || = <> < > <= >= and brackets",
                ));
            }
        }
    }
    if plain.trim().is_empty() {
        return Err(mistake("the query is empty", (1, 1)).expected("exactly one SELECT"));
    }
    Ok(plain)
}

/// A token as it stands in the text; printed, a comment to the line's end would bring a line end along.
fn written(token: &Token) -> String {
    match token {
        Token::Whitespace(Whitespace::SingleLineComment { prefix, comment }) => format!("{prefix}{comment}"),
        other => other.to_string(),
    }
}

/// `E'…'` and its like: the engine reads backslashes in such a text, and would see it end elsewhere.
fn is_prefixed(tokens: &[TokenWithSpan], index: usize) -> bool {
    let before = index.checked_sub(1).and_then(|before| tokens.get(before));
    before.is_some_and(|before| matches!(before.token, Token::Word(_) | Token::Number(..)))
}

fn is_plain(token: &Token) -> bool {
    match token {
        Token::Word(word) => match word.quote_style {
            None => !word.value.contains('$'),
            Some(quote) => quote == '"',
        },
        Token::Number(..)
        | Token::SingleQuotedString(_)
        | Token::Comma
        | Token::Eq
        | Token::DoubleEq
        | Token::Neq
        | Token::Lt
        | Token::Gt
        | Token::LtEq
        | Token::GtEq
        | Token::Plus
        | Token::Minus
        | Token::Mul
        | Token::Div
        | Token::DuckIntDiv
        | Token::Mod
        | Token::StringConcat
        | Token::LParen
        | Token::RParen
        | Token::Period
        | Token::DoubleColon
        | Token::EOF => true,
        _ => false,
    }
}

fn blank(c: char) -> char {
    if c == '\n' { c } else { ' ' }
}

fn unreadable(error: TokenizerError) -> crate::base::Error {
    mistake(error.message, place(error.location))
}

pub(super) fn place(location: Location) -> (usize, usize) {
    let number = |n: u64| usize::try_from(n).unwrap_or(usize::MAX).max(1);
    (number(location.line), number(location.column))
}

fn first_difference(told: &str, text: &str) -> (usize, usize) {
    let same = told.chars().zip(text.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a);
    same.fold((1, 1), |(line, column), c| if c == '\n' { (line + 1, 1) } else { (line, column + 1) })
}
