//! The example of each reason is a case that the program is asked elsewhere: a hand-worked one of the sample
//! (`tests/goldens.rs` tries it), or a row of a fixture (`highwater queries check` does). What the example quotes stands
//! in the records of that case, or is a word of the tables, the profile or the facts.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::pages::{quoted, root};

struct Example {
    query: String,
    reason: String,
    text: String,
    /// A case of `CASES.md`, or `fixture: id, id`.
    shown_by: String,
}

/// The case that shows an example.
struct Shown {
    query: String,
    reason: String,
    /// Account and id, those that are known.
    subject: Vec<String>,
    /// The folder with the exports that the case rests on.
    exports: PathBuf,
    /// The profile and the facts that it is asked under, and other texts whose words may be quoted.
    context: String,
}

#[test]
fn every_reason_has_an_example_that_a_case_shows() {
    let examples = examples();
    assert!(examples.len() >= 95, "{} reasons", examples.len());
    let wrong: Vec<String> = examples
        .iter()
        .flat_map(|example| {
            example.faults().into_iter().map(|fault| format!("{}.{}: {fault}", example.query, example.reason))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The page that says why the tests stand in their order has all of them, in that order.
#[test]
fn the_page_of_the_rules_asks_in_the_order_in_which_the_queries_ask() {
    let page = fs::read_to_string(root().join("docs/rules.md")).unwrap();
    let linked: Vec<&str> = page
        .split("](reasons/")
        .skip(1)
        .filter_map(|rest| rest.split(".md)").next())
        .filter(|r| *r != "README")
        .collect();
    let asked: Vec<String> = examples().iter().map(|e| format!("{}/{}", e.query, e.reason)).collect();
    let queries: BTreeSet<&str> = linked.iter().filter_map(|link| link.split('/').next()).collect();
    for query in &queries {
        let of_query = |link: &&str| link.split('/').next() == Some(query);
        let shown: Vec<&str> = linked.iter().copied().filter(of_query).collect();
        let all: Vec<&str> = asked.iter().map(String::as_str).filter(of_query).collect();
        assert_eq!(shown, all, "{query}");
    }
    assert_eq!(linked.len(), asked.len(), "all queries: {queries:?}");
}

/// The check itself: an example with another subject, another reason, or a value that stands nowhere is found.
#[test]
fn an_example_that_its_case_does_not_show_is_found() {
    let example = |reason: &str, text: &str, shown_by: &str| Example {
        query: "user_passwords".to_owned(),
        reason: reason.to_owned(),
        text: text.to_owned(),
        shown_by: shown_by.to_owned(),
    };
    let right = "User `360004100423` of `bremen-logistik` was deleted on `2018-01-31T10:00:00Z`.";
    assert_eq!(example("USER_DELETED", right, "P013").faults(), Vec::<String>::new());
    assert_eq!(example("USER_DELETED", right, "P014").faults().len(), 1, "another user");
    assert_eq!(example("NOT_ROTATED", right, "P013").faults().len(), 1);
    assert_eq!(example("USER_DELETED", &right.replace("2018", "2017"), "P013").faults().len(), 1);
    assert_eq!(example("USER_DELETED", right, "P999").faults().len(), 1);
    assert_eq!(example("USER_DELETED", right, "").faults().len(), 1);
}

fn examples() -> Vec<Example> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(root().join("queries/classify")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    files.iter().flat_map(|path| examples_of(path)).collect()
}

fn examples_of(sidecar: &Path) -> Vec<Example> {
    let table: toml::Table = fs::read_to_string(sidecar).unwrap().parse().unwrap();
    let reasons = table.get("reason").and_then(toml::Value::as_array).cloned().unwrap_or_default();
    let text =
        |value: Option<&toml::Value>| value.and_then(toml::Value::as_str).unwrap_or_default().to_owned();
    let reasons = reasons.iter().map(|reason| Example {
        query: text(table.get("id")),
        reason: text(reason.get("code")),
        text: text(reason.get("example").and_then(|example| example.get("en"))),
        shown_by: text(reason.get("shown_by")),
    });
    reasons.collect()
}

impl Example {
    fn faults(&self) -> Vec<String> {
        let Some(shown) = self.shown() else { return vec![format!("no case is called `{}`", self.shown_by)] };
        let mut faults = Vec::new();
        if (&shown.query, &shown.reason) != (&self.query, &self.reason) {
            faults.push(format!("{} shows {}.{}", self.shown_by, shown.query, shown.reason));
        }
        let quotes: BTreeSet<&str> = quoted(&self.text).into_iter().collect();
        if !shown.subject.last().is_some_and(|id| quotes.contains(id.as_str())) {
            faults.push(format!("does not name {:?}", shown.subject));
        }
        let known = shown.known(&quotes);
        let strange =
            quotes.iter().filter(|quote| !known.contains(**quote) && !has_word(&shown.context, quote));
        let answers = root().join(format!("queries/classify/{}.sql", self.query));
        let answers = fs::read_to_string(answers).unwrap();
        let strange = strange.filter(|quote| !answers.contains(&format!("'{quote}'")));
        faults.extend(strange.map(|quote| format!("`{quote}` stands in no record of {}", self.shown_by)));
        faults
    }

    fn shown(&self) -> Option<Shown> {
        match self.shown_by.split_once(": ") {
            Some((fixture, subject)) => self.of_fixture(fixture, subject),
            None => self.of_sample(),
        }
    }

    fn of_sample(&self) -> Option<Shown> {
        let sample = root().join("sample_data/zendesk-2016");
        let page = fs::read_to_string(sample.join("CASES.md")).unwrap();
        let case = page.lines().find_map(|line| {
            let cells: Vec<&str> = line.strip_prefix("| ")?.split(" | ").collect();
            (cells[0] == self.shown_by && cells.len() >= 5).then_some(cells)
        })?;
        let subject = case[2].split(" / ").filter(|id| *id != "(none)").map(str::to_owned).collect();
        let context = read(&[sample.join("facts.toml"), sample.join("sources.toml"), profile()]);
        let (query, reason) = (case[1].to_owned(), case[4].to_owned());
        Some(Shown { query, reason, subject, exports: sample.join("exports"), context })
    }

    fn of_fixture(&self, fixture: &str, subject: &str) -> Option<Shown> {
        let folder = root().join("queries/classify/fixtures").join(&self.query).join(fixture);
        let expected = fs::read_to_string(folder.join("expected.csv")).ok()?;
        let mut rows = records(&expected).into_iter();
        let reason = rows.next()?.iter().position(|column| column == "reason")?;
        let ids: Vec<&str> = subject.split(", ").collect();
        let row =
            rows.find(|row| row.starts_with(&ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>()))?;
        let own = ["incident.toml", "facts.toml", "sources.toml"].map(|file| folder.join(file));
        let context = read(&own) + &read(&[profile()]);
        let subject = ids.into_iter().map(str::to_owned).collect();
        Some(Shown {
            query: self.query.clone(),
            reason: row[reason].clone(),
            subject,
            exports: folder.join("given"),
            context,
        })
    }
}

impl Shown {
    /// All cells of records that name the subject or whose key is quoted beside it, and the words of the tables.
    fn known(&self, quotes: &BTreeSet<&str>) -> BTreeSet<String> {
        let mut known = words_of_tables();
        for entry in WalkDir::new(&self.exports) {
            let entry = entry.unwrap();
            if !entry.file_type().is_file() {
                continue;
            }
            let text = String::from_utf8_lossy(&fs::read(entry.path()).unwrap()).into_owned();
            let own = self.subject.last().map(String::as_str);
            let about = |row: &Vec<String>| {
                let key = row.first().map(|cell| cell.trim());
                key.is_some_and(|key| quotes.contains(key)) || row.iter().any(|cell| own == Some(cell.trim()))
            };
            for cell in records(&text).into_iter().filter(about).flatten() {
                known.extend(cell.split(';').map(str::to_owned));
                known.insert(cell);
            }
        }
        known
    }
}

/// Names of tables and their columns, and the words that their codes may take.
fn words_of_tables() -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for entry in fs::read_dir(root().join("queries/tables")).unwrap() {
        let path = entry.unwrap().path();
        words.insert(path.file_stem().unwrap().to_string_lossy().into_owned());
        let text = fs::read_to_string(&path).unwrap_or_default();
        words.extend(text.split(|c: char| !(c.is_alphanumeric() || c == '_')).map(str::to_owned));
    }
    words.extend(["sources.toml", "facts.toml"].map(str::to_owned));
    words
}

fn profile() -> PathBuf {
    let profiles =
        WalkDir::new(root().join("queries/incidents")).into_iter().map(|entry| entry.unwrap().into_path());
    profiles.into_iter().find(|path| path.extension().is_some_and(|extension| extension == "toml")).unwrap()
}

fn read(files: &[PathBuf]) -> String {
    files.iter().map(|file| fs::read_to_string(file).unwrap_or_default()).collect()
}

/// Whether it stands there as words of their own.
fn has_word(text: &str, word: &str) -> bool {
    let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.match_indices(word)
        .any(|(at, _)| !part(text[..at].chars().next_back()) && !part(text[at + word.len()..].chars().next()))
}

fn records(content: &str) -> Vec<Vec<String>> {
    let (mut records, mut record, mut cell, mut inside) = (Vec::new(), Vec::new(), String::new(), false);
    let mut characters = content.chars().filter(|c| *c != '\r').peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if inside && characters.peek() == Some(&'"') => cell.extend(characters.next()),
            '"' => inside = !inside,
            ',' if !inside => record.push(std::mem::take(&mut cell)),
            '\n' if !inside => {
                record.push(std::mem::take(&mut cell));
                records.push(std::mem::take(&mut record));
            }
            _ => cell.push(character),
        }
    }
    records
}
