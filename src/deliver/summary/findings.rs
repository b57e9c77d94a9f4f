//! The findings of the summary: the weightiest first, each with what it means and what comes next. What is not shown
//! in full is named with its count.

use super::text::Page;
use crate::base::text::{grouped, printable, shell_word};
use crate::case::FindingRecord;

/// Of each weight so many are shown in full, with so many details each; the others are named.
const SHOWN: [(&str, usize, usize); 3] = [("serious", 8, 3), ("check", 5, 2), ("note", 2, 1)];
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
        for (severity, shown, details) in SHOWN {
            self.of_severity(severity, shown, details);
        }
    }

    fn of_severity(&mut self, severity: &str, shown: usize, details: usize) {
        let summary = self.summary;
        let mut findings: Vec<&FindingRecord> =
            summary.findings.iter().filter(|finding| finding.severity == severity).collect();
        findings.sort_by_key(|finding| (std::cmp::Reverse(finding.count), &finding.code));
        let title = self.words.get(&format!("line.{severity}"));
        if findings.is_empty() {
            let none = self.words.get("line.none");
            return self.wrapped("  ", &format!("{title} {none}"));
        }
        self.wrapped("  ", &title);
        let (full, named) = findings.split_at(findings.len().min(shown));
        for finding in full {
            self.finding(finding, details);
        }
        if !named.is_empty() {
            let names: Vec<String> =
                named.iter().map(|f| format!("{} {}", grouped(f.count), f.code)).collect();
            let values = [("more", grouped(named.len() as u64)), ("names", names.join(", "))];
            let line = self.words.line("more_findings", &values);
            self.wrapped("    ", &line);
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
        for detail in finding.details.iter().take(details) {
            self.wrapped("      - ", detail);
        }
        let left = finding.details.len().saturating_sub(details);
        if left > 0 {
            let line = self.words.line("more_details", &[("more", grouped(left as u64))]);
            self.wrapped("      - ", &line);
        }
        // What only shows the rows is said once, above all of them.
        if finding.next != format!("`{SHOW} {}`", finding.code) {
            let next = self.next(&finding.next);
            self.wrapped("      ", &next);
        }
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
        let case = self.summary.place.case.display().to_string();
        let command = if self.on_terminal && !case.is_empty() {
            command.replace(" CASE", &format!(" {}", shell_word(&printable(&case))))
        } else {
            command.to_owned()
        };
        command.replace(' ', &UNBROKEN.to_string())
    }
}

/// The words of a line to be broken at blanks; of a command none.
pub(super) fn is_command(word: &[char]) -> bool {
    word.contains(&UNBROKEN)
}

/// The blanks of commands, once lines are broken.
pub(super) fn with_blanks(line: &str) -> String {
    line.replace(UNBROKEN, " ")
}
