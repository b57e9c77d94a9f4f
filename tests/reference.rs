//! The generated pages of `docs/` are what the program says now. `make docs` writes them.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects by failing; the lints let only functions marked as tests do so"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use highwater::base::Kind;
use highwater::cli::reference::{self, Page};
use highwater::engine::canned;
use walkdir::WalkDir;

/// Folders that hold nothing but generated pages.
const FOLDERS: [&str; 2] = ["docs/reasons", "docs/findings"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn pages() -> Vec<Page> {
    reference::pages().unwrap()
}

fn page(path: &str) -> String {
    pages().iter().find(|page| page.path == path).unwrap_or_else(|| panic!("no page {path}")).markdown()
}

/// The files in the generated folders, from the repository's root.
fn files() -> BTreeSet<String> {
    let below = |folder: &str| WalkDir::new(root().join(folder)).into_iter().filter_map(Result::ok);
    let entries = FOLDERS.iter().flat_map(|folder| below(folder)).filter(|e| e.file_type().is_file());
    entries.map(|e| e.path().strip_prefix(root()).unwrap().to_str().unwrap().to_owned()).collect()
}

/// Compares every page with its file; with `HIGHWATER_WRITE=1` writes it, and removes pages of what is gone.
#[test]
fn the_pages_are_what_is_generated() {
    let pages = pages();
    if std::env::var_os("HIGHWATER_WRITE").is_some() {
        write(&pages);
    }
    let stale: Vec<&str> = pages
        .iter()
        .filter(|page| fs::read_to_string(root().join(&page.path)).ok() != Some(page.markdown()))
        .map(|page| page.path.as_str())
        .collect();
    assert!(stale.is_empty(), "not what the program says now; make docs writes them: {stale:#?}");
    let generated: BTreeSet<String> = pages.into_iter().map(|page| page.path).collect();
    let gone: Vec<String> = files().into_iter().filter(|file| !generated.contains(file)).collect();
    assert!(gone.is_empty(), "pages of what there is no more; make docs removes them: {gone:#?}");
}

fn write(pages: &[Page]) {
    for file in files() {
        fs::remove_file(root().join(file)).unwrap();
    }
    for page in pages {
        let path = root().join(&page.path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, page.markdown()).unwrap();
    }
}

#[test]
fn every_reason_and_finding_has_a_page_and_a_line_in_its_index() {
    let paths: BTreeSet<String> = pages().into_iter().map(|page| page.path).collect();
    let reasons = page("docs/reasons/README.md");
    for query in canned::classify_all().unwrap() {
        for reason in &query.reasons {
            let file = format!("{}/{}.md", query.id, reason.code);
            assert!(paths.contains(&format!("docs/reasons/{file}")), "{file}");
            assert!(reasons.contains(&format!("({file})")), "{file} in the index");
        }
    }
    let findings = page("docs/findings/README.md");
    for finding in canned::quality().unwrap().iter().flat_map(|quality| &quality.findings) {
        assert!(paths.contains(&format!("docs/findings/{}.md", finding.code)), "{}", finding.code);
        assert!(findings.contains(&format!("({}.md)", finding.code)), "{} in the index", finding.code);
    }
}

/// Every link of every page leads to a file or a page, and to a heading of it where it names one.
#[test]
fn links_between_pages_lead_somewhere() {
    let pages = pages();
    for page in &pages {
        for target in links(&page.markdown()) {
            let (file, anchor) = target.split_once('#').unwrap_or((&target, ""));
            let path = if file.is_empty() { page.path.clone() } else { resolved(&page.path, file) };
            let there = pages.iter().find(|other| other.path == path).map(Page::markdown);
            let text = there.or_else(|| fs::read_to_string(root().join(&path)).ok());
            let text = text.unwrap_or_else(|| panic!("{}: {target} leads nowhere", page.path));
            let has = anchor.is_empty() || text.lines().any(|line| line == format!("## {anchor}"));
            assert!(has, "{}: {target} has no such heading", page.path);
        }
    }
}

fn links(text: &str) -> Vec<String> {
    text.split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')'))
        .map(|(target, _)| target.to_owned())
        .collect()
}

fn resolved(from: &str, to: &str) -> String {
    let mut path = PathBuf::from(from);
    path.pop();
    for part in to.split('/') {
        if part == ".." {
            assert!(path.pop(), "{to} leads out of the repository");
        } else {
            path.push(part);
        }
    }
    path.to_str().unwrap().to_owned()
}

/// A page is read by who was not there: question, test, meaning, what would change it, place, SQL.
#[test]
fn the_page_of_a_reason_says_all_that_decides_it() {
    let page = page("docs/reasons/certificates/KEY_REUSED.md");
    for part in [
        "# KEY_REUSED (certificates)",
        "Which TLS certificates must be replaced or revoked.",
        "> after(uploaded_at), its key is an exposed key, lo(not_after) >= as_of, not pending(revoked_at)",
        "none of the 2 tests before it",
        "| `exposed key` | the `key_sha256` of a certificate whose uploaded_at is `before`",
        "`must_act`: The certificate has to be replaced by one on a new key and revoked",
        "Action: `replace_certificate`.",
        "A certificate on a new key, and the revocation of this one.",
        "[KEY_REUSED](../../findings/KEY_REUSED.md) (check)",
        "1. [REVOKED](REVOKED.md) gives `clear`",
        "3. **KEY_REUSED** gives `must_act`",
        "[queries/classify/certificates.sql](../../../queries/classify/certificates.sql), CTE `tests`, column `key_reused`",
        "AS key_reused\n```",
    ] {
        assert!(page.contains(part), "{part}\nis not in\n{page}");
    }
}

/// The words of a test are explained in the query's own sense, and only as whole words.
#[test]
fn words_of_a_test_are_explained_beside_it() {
    let page = page("docs/reasons/user_passwords/CHANGE_ON_EDGE.md");
    assert!(page.contains("| `maybe_rotated` |"), "{page}");
    assert!(page.contains("| `exempt` |"), "{page}");
    assert!(!page.contains("| `rotated` |"), "a word inside another is none:\n{page}");
}

#[test]
fn every_table_and_column_that_exports_may_have_is_in_the_reference() {
    let page = page("docs/tables-reference.md");
    for table in highwater::engine::tables::all().unwrap() {
        let section = page.split("\n## ").find(|part| part.starts_with(&format!("{}\n", table.name)));
        let section = section.unwrap_or_else(|| panic!("no section {}", table.name));
        for column in &table.columns {
            assert!(
                section.contains(&format!("\n| `{}` | {}", column.name, column.kind.name())),
                "{}",
                column.name
            );
        }
    }
}

/// One list of statuses: the program's own, in the reference, the README and the manual.
#[test]
fn exit_statuses_are_the_same_everywhere() {
    let reference = page("docs/exit-statuses.md");
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    for kind in Kind::ALL {
        let line = format!("\n| {} | {} |", kind.exit_status(), kind.meaning());
        assert!(reference.contains(&line), "docs/exit-statuses.md:{line}");
        assert!(readme.contains(&line), "README.md:{line}");
    }
    assert!(reference.contains("\n| 0 | done |") && readme.contains("\n| 0 | done |"));
}

/// What a reason's page says of actions is what the hand-worked verdicts of its fixtures have.
#[test]
fn the_actions_of_a_reason_are_those_that_its_fixtures_expect() {
    let mut seen = 0;
    for query in canned::classify_all().unwrap() {
        let folder = root().join("queries/classify/fixtures").join(&query.id);
        for expected in WalkDir::new(folder).into_iter().filter_map(Result::ok) {
            if expected.file_name() == "expected.csv" {
                seen += actions_agree(&query, &fs::read_to_string(expected.path()).unwrap());
            }
        }
    }
    assert!(seen > 200, "only {seen} rows were compared");
}

fn actions_agree(query: &canned::Classify, expected: &str) -> usize {
    let mut lines = expected.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let header = lines.next().unwrap();
    let at = |name: &str| header.iter().position(|column| *column == name);
    let (Some(reason), Some(action)) = (at("reason"), at("action")) else { return 0 };
    let mut rows = 0;
    for row in lines {
        let known = query.reasons.iter().find(|known| known.code == row[reason]).unwrap();
        assert!(known.actions.iter().any(|known| known == row[action]), "{}: {row:?}", query.id);
        rows += 1;
    }
    rows
}
