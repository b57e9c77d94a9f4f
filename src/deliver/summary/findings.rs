//! The findings of the summary: every one, the weightiest first, each with what it means and what comes next.

use super::Form;
use super::text::Page;
use crate::base::text::{grouped, shell_word};
use crate::case::FindingRecord;

/// The weights, and how many details of a finding are shown; how many more there are is said.
const WEIGHTS: [(&str, usize); 3] = [("serious", 3), ("check", 2), ("note", 1)];
/// They say which rules can't decide, so they come first in their weight, with all that they name.
const DISABLING: [&str; 2] = ["TABLE_ABSENT", "COLUMN_ABSENT"];
/// What shows the rows of any finding.
const SHOW: &str = "highwater show CASE findings --code";
/// Stands for a blank of a command, which is never broken: it is to be copied.
const UNBROKEN: char = '\u{a0}';

impl Page<'_> {
    pub(super) fn findings(&mut self) {
        self.heading("findings", &[]);
        if !self.summary.intake.coverage_declared {
            let line = self.words.get("line.no_coverage");
            self.wrapped("  ", &line);
        }
        let command = self.command(&format!("{SHOW} CODE"));
        let line = self.words.line("show_finding", &[("command", command)]);
        self.wrapped("  ", &line);
        for (severity, details) in WEIGHTS {
            self.of_severity(severity, details);
        }
    }

    fn of_severity(&mut self, severity: &str, details: usize) {
        let summary = self.summary;
        let mut findings: Vec<&FindingRecord> =
            summary.findings.iter().filter(|finding| finding.severity == severity).collect();
        findings.sort_by_key(|f| (!is_disabling(f), std::cmp::Reverse(f.count), &f.code));
        let title = self.words.get(&format!("line.{severity}"));
        if findings.is_empty() {
            let none = self.words.get("line.none");
            return self.wrapped("  ", &format!("{title} {none}"));
        }
        self.wrapped("  ", &title);
        for finding in findings {
            self.finding(finding, if is_disabling(finding) { usize::MAX } else { details });
        }
    }

    fn finding(&mut self, finding: &FindingRecord, details: usize) {
        let values = [
            ("count", grouped(finding.count)),
            ("code", finding.code.clone()),
            ("consequence", finding.consequence.clone()),
        ];
        let line = self.words.line("finding", &values);
        self.wrapped("    ", &line);
        self.details(finding, details);
        // What only shows the rows is said once, above all of them.
        if finding.next != format!("`{SHOW} {}`", finding.code) {
            let next = self.next(&finding.next);
            self.wrapped("      ", &next);
        }
    }

    /// The first details, and how many more there are; the record of a run keeps not all of very many.
    fn details(&mut self, finding: &FindingRecord, most: usize) {
        for detail in finding.details.iter().take(most) {
            self.wrapped("      - ", detail);
        }
        let left = finding.details.len().saturating_sub(most) + usize::from(finding.details_cut);
        if left == 0 {
            return;
        }
        let key = if finding.details_cut { "more_details_at_least" } else { "more_details" };
        let line = self.words.line(key, &[("more", grouped(left as u64))]);
        self.wrapped("      - ", &line);
    }

    /// What comes next, with its commands for this case.
    fn next(&self, next: &str) -> String {
        let parts = next.split('`').enumerate();
        let words: String =
            parts.map(|(i, part)| if i % 2 == 1 { self.command(part) } else { part.to_owned() }).collect();
        format!("{}{words}", self.words.get("line.next"))
    }

    /// A command as it is to be copied: on the terminal with the path of the case.
    fn command(&self, command: &str) -> String {
        let case = &self.summary.place.case;
        let command = if self.form != Form::File && !case.as_os_str().is_empty() {
            command.replace(" CASE", &format!(" {}", shell_word(case)))
        } else {
            command.to_owned()
        };
        command.replace(' ', &UNBROKEN.to_string())
    }
}

fn is_disabling(finding: &FindingRecord) -> bool {
    DISABLING.contains(&finding.code.as_str())
}

/// The words of a line to be broken at blanks; of a command none.
pub(super) fn is_command(word: &[char]) -> bool {
    word.contains(&UNBROKEN)
}

/// The blanks of commands, once lines are broken.
pub(super) fn with_blanks(line: &str) -> String {
    line.replace(UNBROKEN, " ")
}
