//! Formula neutralising: no text of ours runs in a spreadsheet (6-deliverables, "Formula neutralising").

/// What a spreadsheet may take for the beginning of a formula, full-width and small forms included.
const BEGINNINGS: [char; 14] = [
    '=', '+', '-', '@', '\t', '\r', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}', '\u{fe66}', '\u{fe62}',
    '\u{fe63}', '\u{fe6b}',
];

/// The text with a leading `'` when it begins, after white space and invisible characters, like a formula; nothing
/// when it may stand as it is. Taking the `'` away gives the text back.
#[must_use]
pub fn neutralised(text: &str) -> Option<String> {
    // Nearly every text begins so: neither blank nor the beginning of a formula.
    if text.bytes().next().is_none_or(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    // Tab and CR are white space themselves: any in the leading blanks counts.
    let blank = |c: char| c.is_whitespace() || is_invisible(c);
    let begins = text.chars().take_while(|c| blank(*c)).any(|c| BEGINNINGS.contains(&c))
        || text.chars().find(|c| !blank(*c)).is_some_and(|c| BEGINNINGS.contains(&c));
    begins.then(|| format!("'{text}"))
}

fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}
