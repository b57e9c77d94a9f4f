//! Formula neutralising: no text of ours runs in a spreadsheet, whatever separator it opens the file with.
//!
//! A list is separated by commas, and spreadsheets of many countries open it by semicolons, tabs or bars: `x;=1` is then two
//! cells, the second of which is a formula. So the rule for the beginning of a cell holds behind each separator and line
//! end inside it as well, and quotes are not trusted to keep a cell together.

use std::borrow::Cow;

/// What a spreadsheet may take for the beginning of a formula, full-width and small forms included.
const BEGINNINGS: [char; 14] = [
    '=', '+', '-', '@', '\t', '\r', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}', '\u{fe66}', '\u{fe62}',
    '\u{fe63}', '\u{fe6b}',
];

/// The mark that keeps what follows from being a formula.
const MARK: char = '\'';

/// The text with a `'` before each part that a spreadsheet may take for a formula; nothing when it may stay as it is. A part
/// begins at the beginning and behind each separator or line end; white space, invisible characters and quotes before the
/// formula don't count. [`restored`] gives the text back.
#[must_use]
pub fn neutralised(text: &str) -> Option<String> {
    if is_surely_harmless(text) {
        return None;
    }
    let mut marked = String::new();
    let mut done = 0;
    for at in formulas(text) {
        marked.push_str(text.get(done..at).unwrap_or_default());
        marked.push(MARK);
        done = at;
    }
    (!marked.is_empty()).then(|| marked + text.get(done..).unwrap_or_default())
}

/// The text that [`neutralised`] was given: of each part that looks like a formula, the first `'` is taken away.
#[must_use]
pub fn restored(marked: &str) -> Cow<'_, str> {
    let mut text = String::new();
    let mut done = 0;
    for at in formulas(marked).filter(|at| marked.get(*at..).is_some_and(|part| part.starts_with(MARK))) {
        text.push_str(marked.get(done..at).unwrap_or_default());
        done = at + MARK.len_utf8();
    }
    match done {
        0 => Cow::Borrowed(marked),
        _ => Cow::Owned(text + marked.get(done..).unwrap_or_default()),
    }
}

/// Nearly every text: it begins with a letter or digit, and holds nothing behind which a part could begin.
fn is_surely_harmless(text: &str) -> bool {
    let first = text.bytes().next();
    // The line ends beyond ASCII begin with these two bytes.
    let may_end = |byte: u8| matches!(byte, 0xc2 | 0xe2) || (byte.is_ascii() && is_end(char::from(byte)));
    first.is_none_or(|byte| byte.is_ascii_alphanumeric()) && !text.bytes().any(may_end)
}

/// Where parts begin that look like formulas, ascending.
fn formulas(text: &str) -> impl Iterator<Item = usize> {
    let mut lead = Lead::at(text, 0);
    parts(text).filter(move |at| {
        // Each character is looked at once, however many parts begin among the same blanks.
        if *at >= lead.end {
            lead = Lead::at(text, *at);
        }
        lead.last.is_some_and(|last| last >= *at)
    })
}

/// Where a text may be cut: at its beginning, and behind each separator and line end. CR and LF together are one line end.
fn parts(text: &str) -> impl Iterator<Item = usize> {
    let behind = text.char_indices().filter(|(_, c)| is_end(*c)).filter_map(|(at, c)| {
        let behind = at + c.len_utf8();
        let is_half = c == '\r' && text.get(behind..).is_some_and(|rest| rest.starts_with('\n'));
        (!is_half).then_some(behind)
    });
    std::iter::once(0).chain(behind)
}

/// Whether a cell or a line may end here.
fn is_end(c: char) -> bool {
    matches!(c, ',' | ';' | '|' | '\t' | '\n' | '\u{b}' | '\u{c}' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// What a part begins with before its first character that counts, and that one.
struct Lead {
    /// Just past it.
    end: usize,
    /// Its last beginning of a formula. Tab and CR are blanks themselves: any of them counts.
    last: Option<usize>,
}

impl Lead {
    fn at(text: &str, start: usize) -> Self {
        let mut lead = Self { end: text.len(), last: None };
        for (offset, c) in text.get(start..).unwrap_or_default().char_indices() {
            if BEGINNINGS.contains(&c) {
                lead.last = Some(start + offset);
            }
            if !is_skipped(c) {
                lead.end = start + offset + c.len_utf8();
                break;
            }
        }
        lead
    }
}

/// What may be before a formula. Our own mark is among it, so that it can be told from a text's own `'`.
fn is_skipped(c: char) -> bool {
    c.is_whitespace() || is_invisible(c) || c == '"' || c == MARK
}

fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}
