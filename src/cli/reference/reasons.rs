//! A page a reason: fit to be read by who was not there.

use super::page::Page;
use super::{Library, findings, queries};
use crate::classify::check;
use crate::engine::canned::{Classify, Need, Reason, Word};

const INDEX: &str = "docs/reasons/README.md";

/// The link to a reason's page.
pub(super) fn link(query: &Classify, reason: &Reason) -> String {
    format!("[{}](/{})", reason.code, path(query, reason))
}

fn path(query: &Classify, reason: &Reason) -> String {
    format!("docs/reasons/{}/{}.md", query.id, reason.code)
}

/// The list of all reasons.
pub(super) fn index(library: &Library) -> Page {
    let mut page = Page::new(INDEX, "Reasons");
    page.text(
        "Every verdict has a reason: the first test of its query that is TRUE. A page for each says what is tested, \
         what it means, what single fact would change it, and where it is computed. `highwater queries explain CODE` \
         shows the same on the terminal.",
    );
    for query in library.classify.iter().filter(|query| !query.reasons.is_empty()) {
        page.heading(format!("{}: {}", query.id, query.title));
        page.text(queries::question(query));
        let row = |(i, r): (usize, &Reason)| {
            vec![(i + 1).to_string(), link(query, r), format!("`{}`", r.state), r.words.clone()]
        };
        page.table(
            &["#", "reason", "state", "in words"],
            query.reasons.iter().enumerate().map(row).collect(),
        );
    }
    page
}

/// The page of one reason.
pub(super) fn page(library: &Library, query: &Classify, reason: &Reason) -> Page {
    let place = query.reasons.iter().position(|other| other.code == reason.code).unwrap_or_default();
    let mut page = Page::new(path(query, reason), format!("{} ({})", reason.code, query.id));
    page.text(format!("**{}**", reason.words));
    page.heading("The question");
    page.text(format!("{}: {}", queries::link(query), queries::question(query)));
    test(&mut page, library, query, reason, place);
    meaning(&mut page, query, reason);
    page.heading("What single fact would change it");
    page.text(&reason.settles);
    if !reason.example.is_empty() {
        page.heading("Example");
        page.text(&reason.example);
        page.text(shown_by(&reason.shown_by));
    }
    spoken_of(&mut page, library, reason);
    order(&mut page, query, reason);
    computed(&mut page, query, reason);
    elsewhere(&mut page, library, query, reason);
    page
}

fn test(page: &mut Page, library: &Library, query: &Classify, reason: &Reason, place: usize) {
    page.heading("The exact test");
    page.quote(&reason.test);
    let asked = match place {
        0 => "It is asked first.".to_owned(),
        1 => "It is asked when the test before it is not TRUE; NULL (not known) is not TRUE.".to_owned(),
        _ => format!(
            "It is asked when none of the {place} tests before it is TRUE; NULL (not known) is not TRUE."
        ),
    };
    page.text(asked);
    if !reason.needs.is_empty() {
        let one_of = |need: &Need| {
            let places: Vec<String> = need.one_of.iter().map(|place| format!("`{place}`")).collect();
            places.join(" or ")
        };
        let needs: Vec<String> = reason.needs.iter().map(one_of).collect();
        page.text(format!("It can not be TRUE unless some export has {}.", needs.join(", and ")));
    }
    let terms = terms(library, query, &reason.test);
    if !terms.is_empty() {
        let row = |term: &Word| vec![format!("`{}`", term.word), term.means.clone()];
        page.table(&["word", "means"], terms.into_iter().map(row).collect());
    }
}

/// The words of the test that need saying: the query's own sense before the general one.
fn terms<'l>(library: &'l Library, query: &'l Classify, test: &str) -> Vec<&'l Word> {
    let mut terms: Vec<&Word> = Vec::new();
    for term in query.terms.iter().chain(&library.glossary.terms) {
        if has_word(test, &term.word) && !terms.iter().any(|known| known.word == term.word) {
            terms.push(term);
        }
    }
    terms
}

fn has_word(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|t| t.chars().next_back());
        let after = text.get(at + word.len()..).and_then(|t| t.chars().next());
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}

fn meaning(page: &mut Page, query: &Classify, reason: &Reason) {
    page.heading(format!("What it means for the {}", query.subject));
    let means =
        query.states.iter().find(|state| state.word == reason.state).map(|state| state.means.as_str());
    page.text(format!("`{}`: {}", reason.state, means.unwrap_or_default()));
    let actions: Vec<String> = reason.actions.iter().map(|action| format!("`{action}`")).collect();
    if !actions.is_empty() {
        page.text(format!("Action: {}.", actions.join(" or ")));
    }
}

fn spoken_of(page: &mut Page, library: &Library, reason: &Reason) {
    let findings: Vec<String> = library
        .findings()
        .filter(|(_, finding)| reason.findings.contains(&finding.code))
        .map(|(_, finding)| {
            format!("{} ({}): {}", findings::link(finding), finding.severity, finding.consequence)
        })
        .collect();
    page.heading("Findings that speak of it");
    if findings.is_empty() {
        page.text("None in particular.");
        return;
    }
    page.text(
        "Where one of these stands beside it in a run, look there first. A finding changes no verdict.",
    );
    page.list(findings);
}

fn order(page: &mut Page, query: &Classify, reason: &Reason) {
    page.heading("Where it stands");
    page.text("The tests of the query in the order in which they are asked; the first that is TRUE decides.");
    let step = |other: &Reason| match other.code == reason.code {
        true => format!("**{}** gives `{}`", other.code, other.state),
        false => format!("{} gives `{}`", link(query, other), other.state),
    };
    page.steps(query.reasons.iter().map(step).collect());
}

fn computed(page: &mut Page, query: &Classify, reason: &Reason) {
    page.heading("Where it is computed");
    let column = reason.code.to_ascii_lowercase();
    page.text(format!("{}, CTE `tests`, column `{column}`:", queries::sql_link(query.sql)));
    let expression = check::test_expression(query.sql, &reason.code).unwrap_or_default();
    page.code("sql", format!("{expression} AS {column}"));
}

fn elsewhere(page: &mut Page, library: &Library, query: &Classify, reason: &Reason) {
    let others: Vec<String> = library
        .reasons()
        .filter(|(other, same)| other.id != query.id && same.code == reason.code)
        .map(|(other, same)| format!("{} in {}", link(other, same), queries::link(other)))
        .collect();
    if !others.is_empty() {
        page.heading("The same code in other queries");
        page.list(others);
    }
}

/// What tries the example: a row of the sample's hand-worked cases, or one of a fixture.
fn shown_by(case: &str) -> String {
    match case.split_once(": ") {
        Some((fixture, subject)) => format!("Tried as `{subject}` of the query's fixture `{fixture}`."),
        None => format!("Tried as case {case} of the sample's `CASES.md`."),
    }
}
