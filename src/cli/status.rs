//! `highwater status CASE`: what is in a case, what its exports can prove, what its newest run says.

use std::path::PathBuf;

use serde::Serialize;

use super::Ui;
use crate::base::table;
use crate::base::text::{grouped, shell_word};
use crate::base::{Error, Result, digest, safe};
use crate::case::{Case, CoverageRecord, Custody, RunRecord, Source};
use crate::deliver::{self, Summary};
use crate::incident::Profile;

const FORMAT: u32 = 1;

/// Arguments of `status`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// The case's folder
    pub case: PathBuf,
}

/// What `status --json` prints.
#[derive(Serialize)]
struct Status {
    format: u32,
    incident: String,
    title: String,
    profile_sha256: String,
    facts_sha256: Option<String>,
    /// What is not as the journal says, though no answer that was given rests on it.
    remarks: Vec<String>,
    sources: Vec<SourceLine>,
    /// What the next classification would rest on; why it can't be made stands in `open`.
    as_of: Option<String>,
    coverage: Vec<CoverageRecord>,
    open: Option<String>,
    runs: Vec<RunLine>,
    /// Whether the newest run is of exactly what is in the case now.
    up_to_date: bool,
    summary: Option<Summary>,
    next: String,
}

#[derive(Serialize)]
struct SourceLine {
    table: String,
    path: String,
    sha256: String,
    read: u64,
    stored: u64,
    rejected: u64,
    unreadable_cells: u64,
    unknown_columns: Vec<String>,
    custody: Custody,
}

#[derive(Serialize)]
struct RunLine {
    number: u32,
    id: String,
    as_of: String,
}

/// Shows it.
///
/// # Errors
/// When the case can't be read.
pub fn run(arguments: &Arguments, ui: &Ui) -> Result<()> {
    let case = Case::open(&arguments.case)?;
    let status = look(&case, ui)?;
    if ui.json { ui.data_json(&status) } else { ui.data(&status.text()) }
}

fn look(case: &Case, ui: &Ui) -> Result<Status> {
    let profile_text = case.profile_text()?;
    let profile = Profile::parse("incident.toml", &profile_text)?;
    let numbers = case.runs()?;
    let records = numbers.iter().map(|n| case.run_record(*n)).collect::<Result<Vec<_>>>()?;
    let newest = numbers.last().copied();
    let summary = newest.map(|n| deliver::summary(case, n, ui.limits, &ui.meter())).transpose()?;
    let (foreseen, open) = match crate::classify::foresee(case) {
        Ok(record) => (Some(record), None),
        Err(error) => (None, Some(without_next(&error))),
    };
    let up_to_date = match (&foreseen, records.last()) {
        (Some(foreseen), Some(last)) => foreseen.id == last.id,
        _ => false,
    };
    let sources: Vec<SourceLine> = case.register()?.sources().iter().map(source_line).collect();
    let next = next(case, sources.is_empty(), summary.as_ref().filter(|_| up_to_date))?;
    Ok(Status {
        format: FORMAT,
        incident: profile.id,
        title: profile.title,
        profile_sha256: digest::sha256(profile_text.as_bytes()),
        facts_sha256: case.facts_text()?.map(|text| digest::sha256(text.as_bytes())),
        remarks: case.remarks()?,
        sources,
        as_of: foreseen.as_ref().map(|r| r.as_of.clone()),
        coverage: foreseen.map(|r| r.coverage).unwrap_or_default(),
        open,
        runs: numbers.iter().zip(&records).map(run_line).collect(),
        up_to_date,
        summary,
        next,
    })
}

/// Why it is not possible; what comes next is said once, at the end.
fn without_next(error: &Error) -> String {
    let told = error.to_string();
    told.lines().filter(|line| !line.trim_start().starts_with("next: ")).collect::<Vec<_>>().join("\n")
}

fn source_line(source: &Source) -> SourceLine {
    SourceLine {
        table: source.table.clone(),
        path: source.path.clone(),
        sha256: source.sha256.clone(),
        read: source.read,
        stored: source.stored,
        rejected: source.rejected,
        unreadable_cells: source.field_rejects.values().sum(),
        unknown_columns: source.unknown_columns.clone(),
        custody: source.custody.clone(),
    }
}

fn run_line((number, record): (&u32, &RunRecord)) -> RunLine {
    RunLine { number: *number, id: record.id.clone(), as_of: record.as_of.clone() }
}

/// The one next step: that of the newest run where it is of what is in the case now.
fn next(case: &Case, is_empty: bool, current: Option<&Summary>) -> Result<String> {
    match current {
        _ if is_empty => Ok(format!("highwater ingest {} FILE|DIR…", shell_word(case.root()))),
        Some(summary) => Ok(summary.next()),
        None => super::classify::next(case),
    }
}

impl Status {
    fn text(&self) -> String {
        let facts = self.facts_sha256.as_deref().unwrap_or("none: absence proves nothing");
        let mut text = format!(
            "{} ({})\nprofile {}\nfacts   {facts}\n\n",
            safe::line(&self.title),
            safe::line(&self.incident),
            self.profile_sha256
        );
        for remark in &self.remarks {
            text.push_str(&format!("ATTENTION: {remark}\n"));
        }
        if !self.remarks.is_empty() {
            text.push('\n');
        }
        text.push_str(&self.sources_text());
        text.push_str(&self.coverage_text());
        text.push_str(&self.runs_text());
        if let Some(summary) = &self.summary {
            text.push_str(&format!("\nNewest run:\n\n{}", summary.text_within()));
        }
        text.push_str(&format!("\nnext: {}\n", self.next));
        text
    }

    fn sources_text(&self) -> String {
        let rows: Vec<Vec<String>> = self
            .sources
            .iter()
            .map(|s| {
                vec![
                    s.table.clone(),
                    s.path.clone(),
                    grouped(s.read),
                    grouped(s.stored),
                    grouped(s.rejected),
                    grouped(s.unreadable_cells),
                    s.unknown_columns.join(", "),
                    custody(&s.custody),
                ]
            })
            .collect();
        let header = [
            "table",
            "file",
            "read",
            "stored",
            "rejected",
            "unreadable cells",
            "unknown columns",
            "exported by",
        ];
        if rows.is_empty() {
            "sources: none\n\n".to_owned()
        } else {
            format!("{}\n\n", table::render(&header, &rows, &[2, 3, 4, 5]))
        }
    }

    fn coverage_text(&self) -> String {
        if let Some(open) = &self.open {
            return format!("can not be classified yet: {open}\n\n");
        }
        if self.coverage.is_empty() {
            return "coverage: none declared, absence proves nothing\n\n".to_owned();
        }
        let rows: Vec<Vec<String>> = self
            .coverage
            .iter()
            .map(|c| {
                vec![
                    c.of.clone(),
                    if c.holds { "holds" } else { "does not hold" }.to_owned(),
                    c.why_not.join("; "),
                ]
            })
            .collect();
        let as_of = self.as_of.as_deref().unwrap_or_default();
        format!(
            "coverage as of {as_of}:\n{}\n\n",
            table::render(&["coverage", "state", "why not"], &rows, &[])
        )
    }

    fn runs_text(&self) -> String {
        if self.runs.is_empty() {
            return "runs: none\n".to_owned();
        }
        let rows: Vec<Vec<String>> = self
            .runs
            .iter()
            .map(|r| vec![format!("{:04}", r.number), r.as_of.clone(), r.id.clone()])
            .collect();
        let state = if self.up_to_date { "" } else { "the case has changed since the newest run\n" };
        format!("{}\n{state}", table::render(&["run", "as of", "id"], &rows, &[]))
    }
}

fn custody(custody: &Custody) -> String {
    custody.exported_by.clone().unwrap_or_else(|| "not stated".to_owned())
}
