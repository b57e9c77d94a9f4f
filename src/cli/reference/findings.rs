//! A page a finding: what was noticed, what follows from it, what to do.

use super::page::Page;
use super::{Library, queries, reasons};
use crate::engine::canned::{Finding, Quality, SEVERITIES};

const INDEX: &str = "docs/findings/README.md";

/// The link to a finding's page.
pub(super) fn link(finding: &Finding) -> String {
    format!("[{}](/{})", finding.code, path(finding))
}

fn path(finding: &Finding) -> String {
    format!("docs/findings/{}.md", finding.code)
}

/// The list of all findings, the heaviest first.
pub(super) fn index(library: &Library) -> Page {
    let mut page = Page::new(INDEX, "Findings");
    page.text(
        "What a run noticed about its exports. A finding changes no verdict; it says what a person should look at \
         before relying on one. `highwater queries explain CODE` shows the same on the terminal.",
    );
    for severity in SEVERITIES {
        page.heading(severity);
        page.text(format!("{}.", capital(&severity_words(library, severity))));
        let mut findings: Vec<&Finding> = library
            .findings()
            .map(|(_, finding)| finding)
            .filter(|finding| finding.severity == severity)
            .collect();
        findings.sort_by_key(|finding| &finding.code);
        let row = |finding: &Finding| vec![link(finding), finding.consequence.clone()];
        page.table(&["finding", "what follows"], findings.into_iter().map(row).collect());
    }
    page
}

/// The page of one finding.
pub(super) fn page(library: &Library, quality: &Quality, finding: &Finding) -> Page {
    let mut page = Page::new(path(finding), &finding.code);
    page.text(format!("**{}**", finding.consequence));
    page.text(format!(
        "`{}`: {}. It changes no verdict.",
        finding.severity,
        severity_words(library, &finding.severity)
    ));
    page.heading("What to do");
    page.text(&finding.next);
    page.heading("Example");
    page.text(&finding.example);
    spoken_of(&mut page, library, finding);
    page.heading("Where it comes from");
    let of = format!("`quality/{}`: {}", quality.id, quality.what);
    page.text(match quality.sql {
        Some(sql) => format!("{of} It is found by {}.", queries::sql_link(sql)),
        None => format!("{of} The program itself notices it; no query is needed."),
    });
    page
}

fn severity_words(library: &Library, severity: &str) -> String {
    let words = library.glossary.severities.iter().find(|word| word.word == severity);
    words.map(|word| word.means.clone()).unwrap_or_default()
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

fn spoken_of(page: &mut Page, library: &Library, finding: &Finding) {
    let reasons: Vec<String> = library
        .reasons()
        .filter(|(_, reason)| reason.findings.contains(&finding.code))
        .map(|(query, reason)| {
            format!("{} in {}: {}", reasons::link(query, reason), queries::link(query), reason.words)
        })
        .collect();
    if !reasons.is_empty() {
        page.heading("Reasons that it speaks of");
        page.list(reasons);
    }
}
