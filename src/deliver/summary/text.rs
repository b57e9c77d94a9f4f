//! The summary as plain text of at most 100 columns; its words stand in `queries/deliver/summary.toml`.

use std::collections::BTreeMap;

use anstyle::Style;

use super::findings::{is_command, with_blanks};
use super::{Form, Number, Summary};
use crate::base::text::{grouped, shell_word};
use crate::base::{library, safe, toml_file};
use crate::deliver::reading::WORDS;

const WIDTH: usize = 100;
const LABEL: usize = 48;
const COLUMN: usize = 12;
/// So many reasons of doubt and rejecting sources are shown; all are in `summary.json`.
const SHOWN: usize = 3;
const SUBJECTS: [&str; 4] = ["users", "apps", "certificates", "clients"];

/// The words by section and key.
pub(super) struct Words(BTreeMap<String, String>);

impl Words {
    fn read() -> Self {
        let text = library::read(WORDS).map(|file| (file.path, file.text));
        let read = text.and_then(|(path, text)| {
            toml_file::read(path, text, |file| {
                file.keys();
                let mut words = BTreeMap::new();
                for section in ["heading", "column", "line"] {
                    let Some(below) = file.section(section) else { continue };
                    for key in below.keys() {
                        let word = below.text(&key).unwrap_or_default();
                        words.insert(format!("{section}.{key}"), word);
                    }
                }
                words
            })
        });
        // A word that is missing is shown by its key; a test reads them all.
        Self(read.unwrap_or_default())
    }

    pub fn get(&self, key: &str) -> String {
        self.0.get(key).cloned().unwrap_or_else(|| key.to_owned())
    }

    pub fn line(&self, key: &str, values: &[(&str, String)]) -> String {
        values.iter().fold(self.get(&format!("line.{key}")), |line, (name, value)| {
            line.replace(&format!("{{{name}}}"), value)
        })
    }
}

/// A page being written.
pub(super) struct Page<'s> {
    pub summary: &'s Summary,
    pub words: Words,
    pub form: Form,
    text: String,
}

/// The whole text.
pub(super) fn render(summary: &Summary, form: Form) -> String {
    let mut page = Page { summary, words: Words::read(), form, text: String::new() };
    page.head();
    page.who();
    page.cohorts();
    page.act();
    page.doubts();
    page.findings();
    page.intake();
    page.files();
    page.text
}

/// What comes next, as the person stands: lists, then what settles most, then letters.
pub(super) fn next(summary: &Summary) -> String {
    let key = match (summary.place.has_lists(), summary.doubts.is_empty()) {
        (false, _) => "next_lists",
        (true, false) => "next_doubt",
        (true, true) => "next_done",
    };
    safe::line(&Words::read().line(key, &summary.place.values())).into_owned()
}

impl Page<'_> {
    fn head(&mut self) {
        let summary = self.summary;
        let title = format!("{} ({})", summary.title, summary.incident);
        self.bold(&title);
        let between = |lo: &Option<String>, hi: &Option<String>, words: &Words| match (lo, hi) {
            (Some(lo), Some(hi)) if lo != hi => {
                Some(words.line("between", &[("lo", lo.clone()), ("hi", hi.clone())]))
            }
            (Some(lo), _) => Some(lo.clone()),
            _ => None,
        };
        let window = &summary.window;
        let from = between(&window.from_lo, &window.from_hi, &self.words);
        let from = from.unwrap_or_else(|| self.words.get("line.no_from"));
        let until = between(&window.until_lo, &window.until_hi, &self.words).unwrap_or_default();
        let values = [("from", from), ("until", until)];
        let line = self.words.line("boundary", &values);
        self.wrapped("", &line);
        let line = self.words.line("state", &[("as_of", summary.as_of.clone())]);
        self.wrapped("", &line);
        let values = [("run", summary.run.clone()), ("version", summary.version.clone())];
        let line = self.words.line("run", &values);
        self.wrapped("", &line);
    }

    fn who(&mut self) {
        self.heading("who", &["certain", "at_most"]);
        for name in [
            "accounts_accessed",
            "accounts_in_window",
            "accounts_exposed",
            "accounts_not_exposed",
            "people_read",
            "people_account_unknown",
            "accounts",
        ] {
            if let Some(number) = self.summary.number(name) {
                let cells = [number.certain, number.at_most];
                self.row(&number.words, &cells);
            }
            self.unfed(name);
        }
    }

    fn cohorts(&mut self) {
        self.heading("cohorts", &["accounts"]);
        let not_told = self.words.get("line.not_told");
        for cohort in &self.summary.cohorts {
            let mut label = format!("{}: {}", cohort.cohort, cohort.title);
            if !cohort.notify {
                label = format!("{label} ({not_told})");
            }
            self.row(&label, &[cohort.accounts]);
        }
        let of = |name: &str| self.summary.number(name).map(|n| grouped(n.certain));
        if let (Some(told), Some(unreachable)) = (of("accounts_told"), of("accounts_unreachable")) {
            let line = self.words.line("told", &[("told", told), ("unreachable", unreachable)]);
            self.wrapped("  ", &line);
        }
    }

    fn act(&mut self) {
        self.heading("act", &["certain", "at_most", "clear", "unknown"]);
        for subject in SUBJECTS {
            let of = |what: &str| self.summary.number(&format!("{subject}_{what}"));
            if let (Some(affected), Some(clear), Some(unknown)) =
                (of("affected"), of("clear"), of("account_unknown"))
            {
                let cells = [affected.certain, affected.at_most, clear.certain, unknown.at_most];
                self.row(&affected.words, &cells);
            }
            self.unfed(&format!("{subject}_affected"));
        }
        self.heading("actions", &["certain", "at_most"]);
        for action in &self.summary.actions {
            self.row(&action.action, &[action.certain, action.at_most]);
        }
        if self.summary.actions.is_empty() {
            self.none();
        }
        let consider = self.summary.number("clients_to_consider").filter(|n: &&Number| n.certain > 0);
        if let Some(consider) = consider {
            let line = self.words.line("consider", &[("clients", grouped(consider.certain))]);
            self.wrapped("  ", &line);
        }
    }

    /// Says of a number that no export speaks of it; nothing of one that is there, or was not asked.
    fn unfed(&mut self, name: &str) {
        let summary = self.summary;
        if let Some(number) = summary.unfed(name) {
            let values = [("words", number.words.clone()), ("table", number.table.clone())];
            let line = self.words.line("unfed", &values);
            self.wrapped("  ", &line);
        }
    }

    fn doubts(&mut self) {
        self.heading("doubt", &[]);
        let settles = self.words.get("line.settles");
        for doubt in self.summary.doubts.iter().take(SHOWN) {
            let line =
                format!("{} {}.{}: {}", grouped(doubt.subjects), doubt.query, doubt.reason, doubt.words);
            self.wrapped("  ", &line);
            self.wrapped("      ", &format!("{settles}{}", doubt.settles));
        }
        if self.summary.doubts.is_empty() {
            self.none();
        }
    }

    fn intake(&mut self) {
        self.heading("intake", &[]);
        let intake = &self.summary.intake;
        let values = [
            ("rejected", grouped(intake.rejected)),
            ("read", grouped(intake.stored + intake.rejected)),
            ("sources", grouped(intake.sources.len() as u64)),
            ("cells", grouped(intake.unreadable_cells)),
        ];
        let line = self.words.line("records", &values);
        self.wrapped("  ", &line);
        let mut worst: Vec<_> = intake.sources.iter().filter(|s| s.rejected > 0).collect();
        worst.sort_by_key(|s| (std::cmp::Reverse(s.rejected), &s.table, &s.source));
        for source in worst.into_iter().take(SHOWN) {
            let values = [
                ("table", source.table.clone()),
                ("source", source.source.clone()),
                ("rejected", grouped(source.rejected)),
                ("stored", grouped(source.stored)),
            ];
            let line = self.words.line("rejected", &values);
            self.wrapped("  ", &line);
        }
    }

    fn files(&mut self) {
        self.heading("files", &[]);
        if self.form == Form::File {
            let line = self.words.get("line.beside");
            self.wrapped("  ", &line);
            return;
        }
        let place = &self.summary.place;
        let key = if place.has_lists() { "files_there" } else { "files_missing" };
        // Paths and commands are not broken: they are to be copied.
        let line = self.words.line(key, &place.values());
        self.text.push_str(&format!("  {}\n", safe::line(&line)));
        if self.form == Form::Terminal {
            self.text.push_str(&format!("  {}{}\n", self.words.get("line.next"), next(self.summary)));
        }
        self.rejected();
    }

    /// The last line, where something was rejected: an answer in part must not look like a whole one.
    fn rejected(&mut self) {
        let intake = &self.summary.intake;
        if intake.rejected == 0 && intake.unreadable_cells == 0 {
            return;
        }
        let values = [
            ("rejected", grouped(intake.rejected)),
            ("cells", grouped(intake.unreadable_cells)),
            ("case", shell_word(&self.summary.place.case)),
        ];
        let line = self.words.line("partial", &values);
        self.bold(&format!("  {line}"));
    }

    fn bold(&mut self, line: &str) {
        let style = if self.form == Form::File { Style::new() } else { Style::new().bold() };
        self.text.push_str(&format!("{style}{}{style:#}\n", safe::line(line)));
    }

    pub fn heading(&mut self, key: &str, columns: &[&str]) {
        self.text.push('\n');
        let mut line = format!("{:LABEL$}", self.words.get(&format!("heading.{key}")));
        for column in columns {
            let name = self.words.get(&format!("column.{column}"));
            let width = COLUMN.max(name.chars().count() + 1);
            line.push_str(&format!("{name:>width$}"));
        }
        self.bold(line.trim_end());
    }

    /// A label, which goes on below where it is long, and numbers flush right.
    fn row(&mut self, label: &str, cells: &[u64]) {
        let label = safe::line(label);
        let lines = wrap(&label, LABEL - 2);
        for (i, line) in lines.iter().enumerate() {
            let padding = (LABEL - 2).saturating_sub(line.chars().count());
            self.text.push_str(&format!("  {line}"));
            if i == 0 {
                self.text.push_str(&" ".repeat(padding));
                for (column, cell) in cells.iter().enumerate() {
                    // The fourth column has a longer name.
                    let width = if column == 3 { COLUMN + 4 } else { COLUMN };
                    self.text.push_str(&format!("{:>width$}", grouped(*cell)));
                }
            }
            self.text.push('\n');
        }
    }

    fn none(&mut self) {
        let none = self.words.get("line.none");
        self.wrapped("  ", &none);
    }

    /// The lines of a text; those after the first are set in as far.
    pub fn wrapped(&mut self, indent: &str, line: &str) {
        let mut indent = indent.to_owned();
        for line in wrap(&safe::line(line), WIDTH - indent.len()) {
            self.text.push_str(&format!("{indent}{}\n", with_blanks(&line)));
            indent = " ".repeat(indent.len());
        }
    }
}

/// Lines of at most `width` characters, broken at blanks where there are any.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = vec![String::new()];
    let mut length = 0;
    for word in text.split(' ') {
        let mut word: Vec<char> = word.chars().collect();
        if length > 0 && length + 1 + word.len() > width {
            lines.push(String::new());
            length = 0;
        }
        while word.len() > width && !is_command(&word) {
            let rest = word.split_off(width);
            lines.extend([word.into_iter().collect(), String::new()]);
            word = rest;
        }
        if let Some(line) = lines.last_mut() {
            if length > 0 {
                line.push(' ');
                length += 1;
            }
            length += word.len();
            line.extend(word);
        }
    }
    lines.retain(|line| !line.is_empty());
    lines
}
