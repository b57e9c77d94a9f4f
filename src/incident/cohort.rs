//! Cohorts: every account belongs to the first whose `when` holds (3-rules, "Cohorts").

use std::collections::BTreeSet;
use std::fmt;

use crate::base::toml_file::Section;

/// One group of accounts that is told the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cohort {
    /// Its id, which names lists.
    pub id: String,
    /// Its title, for people.
    pub title: String,
    /// Whether its accounts are written to.
    pub notify: bool,
    /// It holds when each of its terms does.
    pub when: Vec<Term>,
}

/// One term of a cohort's `when`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// What it asks.
    pub word: Word,
    /// Whether it holds when the answer is no.
    pub negated: bool,
}

/// What a term asks of an account's summary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// A word column of the summary has that value.
    Is {
        /// The column.
        column: String,
        /// The value.
        value: String,
    },
    /// The list of actions is not empty.
    Actions,
    /// The exports can show that nothing must be done.
    Known,
    /// Nothing: it always holds.
    Always,
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let not = if self.negated { "not " } else { "" };
        match &self.word {
            Word::Is { column, value } => write!(f, "{not}{column} = '{value}'"),
            Word::Actions => write!(f, "{not}actions"),
            Word::Known => write!(f, "{not}known"),
            Word::Always => write!(f, "{not}always"),
        }
    }
}

/// The word columns of the summary and what they can say (3-rules, 1 and 7).
const COLUMNS: [(&str, &[&str]); 3] = [
    ("access", &["authentication", "data", "none", "undetermined"]),
    ("exposure", &["accessed", "exposed", "undetermined", "not_exposed"]),
    ("window", &["inside", "outside", "undetermined"]),
];

const EXPECTED: &str = "terms joined by `and`, each `access = '…'`, `exposure = '…'`, `window = '…'`, `actions` or \
                        `known`, with `not` before it if need be; or `always` alone";

impl Cohort {
    /// Its `when`, as a profile writes it.
    #[must_use]
    pub fn condition(&self) -> String {
        let terms: Vec<String> = self.when.iter().map(Term::to_string).collect();
        terms.join(" and ")
    }

    fn has(&self, word: &Word, negated: bool) -> bool {
        self.when.iter().any(|term| term.word == *word && term.negated == negated)
    }

    /// Whether every account with something to do falls into it.
    fn takes_all_actions(&self) -> bool {
        self.when.len() == 1 && self.has(&Word::Actions, false)
    }

    fn takes_all(&self) -> bool {
        self.has(&Word::Always, false)
    }
}

/// Reads all `[[cohort]]` and checks that every account falls into one, and none with something to do into one that
/// nobody is told of.
pub(super) fn read(sections: &[Section<'_>]) -> Vec<Cohort> {
    let mut cohorts: Vec<Cohort> = Vec::with_capacity(sections.len());
    let mut ids = BTreeSet::new();
    let mut all_actions_taken = false;
    for section in sections {
        let cohort = cohort(section);
        if !cohort.id.is_empty() && !ids.insert(cohort.id.clone()) {
            section.mistake("id", "is the id of an earlier cohort", "an id of its own");
        }
        if !cohort.notify && !all_actions_taken && !cohort.has(&Word::Actions, true) {
            section.mistake(
                "notify",
                "is false, but an account with something to do can fall into this cohort",
                "an earlier cohort with `when = \"actions\"`, or `not actions` in its own `when`",
            );
        }
        all_actions_taken |= cohort.takes_all_actions();
        cohorts.push(cohort);
    }
    check_always(sections, &cohorts);
    cohorts
}

fn check_always(sections: &[Section<'_>], cohorts: &[Cohort]) {
    let last = cohorts.len().saturating_sub(1);
    for (index, (section, cohort)) in sections.iter().zip(cohorts).enumerate() {
        // A `when` that could not be read is a mistake already.
        if cohort.when.is_empty() {
            continue;
        }
        if index == last && !cohort.takes_all() {
            section.mistake("when", "of the last cohort leaves accounts in none", "\"always\"");
        }
        if index < last && cohort.takes_all() {
            section.mistake(
                "when",
                "leaves nothing for the cohorts after it",
                "`always` in the last cohort only",
            );
        }
    }
}

fn cohort(section: &Section<'_>) -> Cohort {
    Cohort {
        id: section.required_text("id").unwrap_or_default(),
        title: section.required_text("title").unwrap_or_default(),
        notify: section.boolean("notify").unwrap_or(true),
        when: section.required_text("when").and_then(|text| when(section, &text)).unwrap_or_default(),
    }
}

fn when(section: &Section<'_>, text: &str) -> Option<Vec<Term>> {
    let Some(tokens) = tokens(text) else {
        section.mistake("when", "has a value without its closing `'`", EXPECTED);
        return None;
    };
    let terms: Option<Vec<Term>> =
        tokens.split(|token| *token == Token::Word("and")).map(|term| self::term(section, term)).collect();
    let terms = terms?;
    let mixed = terms.len() > 1 || terms.iter().any(|term| term.negated);
    if mixed && terms.iter().any(|term| term.word == Word::Always) {
        section.mistake("when", "joins or negates `always`", EXPECTED);
        return None;
    }
    Some(terms)
}

fn term(section: &Section<'_>, tokens: &[Token<'_>]) -> Option<Term> {
    let (negated, tokens) = match tokens {
        [Token::Word("not"), rest @ ..] => (true, rest),
        _ => (false, tokens),
    };
    let word = match tokens {
        [Token::Word("actions")] => Word::Actions,
        [Token::Word("known")] => Word::Known,
        [Token::Word("always")] => Word::Always,
        [Token::Word(column), Token::Equals, Token::Value(value)] => comparison(section, column, value)?,
        [Token::Word(word), ..] if !COLUMNS.iter().any(|(column, _)| column == word) => {
            section.unknown_word("when", None, word, &WORDS);
            return None;
        }
        _ => {
            section.mistake("when", "is not a condition", EXPECTED);
            return None;
        }
    };
    Some(Term { word, negated })
}

const WORDS: [&str; 8] = ["access", "exposure", "window", "actions", "known", "always", "not", "and"];

fn comparison(section: &Section<'_>, column: &str, value: &str) -> Option<Word> {
    let Some((_, values)) = COLUMNS.iter().find(|(known, _)| *known == column) else {
        section.unknown_word("when", None, column, &COLUMNS.map(|(column, _)| column));
        return None;
    };
    if !values.contains(&value) {
        section.unknown_word("when", None, value, values);
        return None;
    }
    Some(Word::Is { column: column.to_owned(), value: value.to_owned() })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'t> {
    Word(&'t str),
    Value(&'t str),
    Equals,
}

/// The words, values in `'`, and `=` of a condition; nothing when a value is not closed.
fn tokens(text: &str) -> Option<Vec<Token<'_>>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, after) = match first {
            '=' => (Token::Equals, rest.strip_prefix('=')?),
            '\'' => {
                let (value, after) = rest.strip_prefix('\'')?.split_once('\'')?;
                (Token::Value(value), after)
            }
            _ => {
                let end =
                    rest.find(|c: char| c.is_whitespace() || matches!(c, '=' | '\'')).unwrap_or(rest.len());
                let (word, after) = rest.split_at_checked(end)?;
                (Token::Word(word), after)
            }
        };
        tokens.push(token);
        rest = after.trim_start();
    }
    Some(tokens)
}
