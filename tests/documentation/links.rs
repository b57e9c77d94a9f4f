//! Every link within the repository leads to a file that is there, and to a heading of it.

use std::fs;
use std::path::Path;

use super::pages::{self, Page, root};

#[test]
fn every_link_leads_somewhere() {
    let pages = pages::all();
    let wrong: Vec<String> = pages.iter().flat_map(broken_links).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_page_of_the_book_is_reached_from_its_first_page() {
    let pages = pages::all();
    let mut reached = vec!["docs/README.md".to_owned()];
    let mut next = 0;
    while let Some(name) = reached.get(next).cloned() {
        next += 1;
        let Some(page) = pages.iter().find(|page| page.name == name) else { continue };
        for (_, target) in links(page) {
            let Some(path) = target_file(page, &target) else { continue };
            let name =
                path.strip_prefix(root()).map_or(String::new(), |path| path.to_string_lossy().into_owned());
            if !reached.contains(&name) {
                reached.push(name);
            }
        }
    }
    let lost: Vec<&String> = pages
        .iter()
        .map(|page| &page.name)
        .filter(|name| name.starts_with("docs/") && !reached.contains(name))
        .collect();
    assert!(lost.is_empty(), "no way leads from docs/README.md to {lost:?}");
}

/// Else a heading's anchor could be wrong everywhere at once.
#[test]
fn anchors_are_made_as_forges_make_them() {
    assert_eq!(anchor("What it can't do"), "what-it-cant-do");
    assert_eq!(anchor("`status`: the *case*, at a glance"), "status-the-case-at-a-glance");
    assert_eq!(anchor("CASE/out/0001"), "caseout0001");
    assert_eq!(anchor("EMPTY_SOURCE"), "empty_source");
}

fn broken_links(page: &Page) -> Vec<String> {
    let broken = links(page).into_iter().filter_map(|(line, target)| {
        let why = broken(page, &target)?;
        Some(format!("{}:{line}: {target}: {why}", page.name))
    });
    broken.collect()
}

/// Targets of Markdown links, with their lines.
fn links(page: &Page) -> Vec<(usize, String)> {
    let mut links = Vec::new();
    for (line, text) in page.prose() {
        let bare = text.split('`').step_by(2).collect::<Vec<_>>().join("\u{1}");
        for part in bare.split("](").skip(1) {
            links.push((line, part.split(')').next().unwrap_or_default().to_owned()));
        }
    }
    links
}

/// The file of a link; none where it leads out of the repository.
fn target_file(page: &Page, target: &str) -> Option<std::path::PathBuf> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let file = target.split('#').next().unwrap_or_default();
    let path = if file.is_empty() { page.path.clone() } else { page.path.parent().unwrap().join(file) };
    Some(fs::canonicalize(&path).unwrap_or(path))
}

fn broken(page: &Page, target: &str) -> Option<&'static str> {
    let path = target_file(page, target)?;
    if !path.exists() {
        return Some("there is no such file");
    }
    let (_, fragment) = target.split_once('#')?;
    (!headings(&path).contains(&fragment.to_owned())).then_some("there is no such heading")
}

fn headings(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap();
    let mut fenced = false;
    let mut anchors: Vec<String> = Vec::new();
    for line in text.lines() {
        fenced ^= line.starts_with("```");
        let heading = line.trim_start_matches('#');
        if !fenced && heading.len() < line.len() && heading.starts_with(' ') {
            anchors.push(anchor(heading.trim()));
        }
    }
    anchors
}

/// As forges make it: lower case, blanks to hyphens, all but letters, digits, `_` and `-` left out.
fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase().chars().collect::<Vec<_>>().into_iter();
    kept.filter_map(|c| match c {
        ' ' => Some('-'),
        '-' | '_' => Some(c),
        _ => c.is_alphanumeric().then_some(c),
    })
    .collect()
}
