//! `highwater queries check [NAME…]`.

use std::collections::BTreeSet;

use serde::Serialize;

use super::super::Ui;
use super::trial;
use crate::base::nearest::unknown;
use crate::base::{Error, Result, table};
use crate::classify::check::{self, Report};
use crate::engine::canned;

/// Version of what `--json` prints.
const FORMAT: u32 = 1;

/// Arguments of `queries check`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Arguments {
    /// The queries to check [default: all]
    #[arg(value_name = "NAME")]
    names: Vec<String>,
}

#[derive(Serialize)]
struct Checked<'r> {
    format: u32,
    queries: &'r [Report],
}

pub(super) fn run(arguments: &Arguments, ui: &Ui) -> Result<()> {
    let reports = reports(arguments, ui)?;
    if ui.json {
        ui.data_json(&Checked { format: FORMAT, queries: &reports })?;
    } else {
        ui.data(&text(&reports, ui))?;
    }
    match reports.iter().map(|report| report.findings.len()).sum::<usize>() {
        0 => Ok(()),
        1 => Err(Error::failed("the canned queries have a mistake, told above")),
        count => Err(Error::failed(format!("the canned queries have {count} mistakes, told above"))),
    }
}

fn reports(arguments: &Arguments, ui: &Ui) -> Result<Vec<Report>> {
    let mut reports = check::staging_reports()?;
    let classify = canned::classify_all()?;
    let made = reports.iter().map(|report| report.query.clone());
    let tables: BTreeSet<String> = made.chain(classify.iter().map(|query| query.id.clone())).collect();
    reports.extend(classify.iter().map(|query| Report::of_classify(query, &tables)));
    let quality = canned::quality()?;
    reports.push(Report::of_findings(&quality));
    reports.extend(check::other_reports());
    choose(&mut reports, &arguments.names)?;
    for query in &classify {
        if let Some(report) = reports.iter_mut().find(|report| report.query == query.id) {
            report.add_fixtures(query, &trial::compared(query, ui)?);
        }
    }
    if let Some(report) = reports.iter_mut().find(|report| report.query == check::FINDINGS_CHECK) {
        report.add_finding_fixtures(&quality, &trial::findings(ui)?);
    }
    Ok(reports)
}

fn choose(reports: &mut Vec<Report>, names: &[String]) -> Result<()> {
    for name in names {
        if !reports.iter().any(|report| report.query == *name) {
            let known = reports.iter().map(|report| report.query.as_str());
            return Err(unknown("query", name, known, "highwater queries list -v"));
        }
    }
    reports.retain(|report| names.is_empty() || names.contains(&report.query));
    Ok(())
}

fn text(reports: &[Report], ui: &Ui) -> String {
    let is_shown = |report: &&Report| {
        report.reasons > 0 || report.kind == "classify" || ui.verbose > 0 || !report.findings.is_empty()
    };
    let rows: Vec<Vec<String>> = reports.iter().filter(is_shown).map(row).collect();
    let header =
        ["query", "kind", "portable", "sidecar", "fixtures", "rows", "reasons reached", "near misses"];
    let mut text = table::render(&header, &rows, &[4, 5, 6, 7]);
    let others = reports.len() - rows.len();
    if others > 0 {
        text.push_str(&format!(
            "\n{others} more queries are sound: staging, quality, deliver (-v shows them)"
        ));
    }
    for finding in reports.iter().flat_map(|report| &report.findings) {
        text.push_str(&format!("\n{finding}"));
    }
    text
}

fn row(report: &Report) -> Vec<String> {
    let word = |sound: bool| if sound { "yes" } else { "NO" }.to_owned();
    let of_reasons = |count: usize| match report.reasons {
        0 => "-".to_owned(),
        reasons => format!("{count}/{reasons}"),
    };
    vec![
        report.query.clone(),
        report.kind.to_owned(),
        word(report.is_portable()),
        word(report.agrees()),
        report.fixtures.to_string(),
        report.rows.to_string(),
        of_reasons(report.reached),
        of_reasons(report.near_misses),
    ]
}
