//! Counts the summary from the verdicts of a run.

use std::collections::BTreeMap;

use super::{Action, Cohort, Doubt, FORMAT, Intake, Number, Place, Summary, Unfed, Window};
use crate::base::progress::Meter;
use crate::base::{Error, Kind, Result, instant, library, toml_file};
use crate::case::workbench::Limits;
use crate::case::{Case, RunRecord};
use crate::deliver::cells::Cells;
use crate::deliver::reading::{Reading, WORDS};
use crate::engine::Parameter;

/// Sums up a run.
///
/// # Errors
/// When there is no such run, or a query fails.
pub fn of_run(case: &Case, number: u32, limits: Limits, meter: &Meter) -> Result<Summary> {
    gather(case, number, &Reading::open(case, number, limits, meter)?)
}

/// Sums up a run that is open.
///
/// # Errors
/// When a query fails, or a number is certain of more than there can be.
pub(in crate::deliver) fn gather(case: &Case, number: u32, reading: &Reading) -> Result<Summary> {
    let record = &reading.record;
    let (numbers, unfed) = numbers(reading)?;
    Ok(Summary {
        format: FORMAT,
        incident: record.incident.clone(),
        title: record.title.clone(),
        run: record.id.clone(),
        as_of: record.as_of.clone(),
        version: record.version.clone(),
        profile_sha256: record.profile_sha256.clone(),
        facts_sha256: record.facts_sha256.clone(),
        window: window(record),
        numbers,
        unfed,
        cohorts: cohorts(reading)?,
        actions: actions(reading)?,
        doubts: doubts(reading)?,
        findings: record.findings.clone(),
        intake: intake(case, record)?,
        place: Place { case: case.root().to_path_buf(), lists: case.out_folder(number).join("lists") },
    })
}

/// The rows of a summary query, each cell as text: there are few.
fn rows(reading: &Reading, query: &str) -> Result<Vec<Vec<String>>> {
    let sql = library::read(&format!("deliver/summary/{query}.sql"))?;
    let mut rows = Vec::new();
    reading.session().stream(sql.text, &[], |batch| {
        let columns = Cells::of(&batch)?;
        for row in 0..batch.num_rows() {
            rows.push(columns.iter().map(|c| c.cell(row).text().into_owned()).collect());
        }
        Ok(())
    })?;
    Ok(rows)
}

fn shape(query: &str) -> Error {
    Error::failed(format!(
        "queries/deliver/summary/{query}.sql does not yield the columns that the summary reads"
    ))
}

fn count(text: &str, query: &str) -> Result<u64> {
    text.parse().map_err(|_| shape(query))
}

fn numbers(reading: &Reading) -> Result<(Vec<Number>, Vec<Unfed>)> {
    let mut counted = BTreeMap::new();
    for row in rows(reading, "numbers")? {
        let [name, certain, at_most] = row.as_slice() else { return Err(shape("numbers")) };
        counted.insert(name.clone(), (count(certain, "numbers")?, count(at_most, "numbers")?));
    }
    let (mut numbers, mut unfed) = (Vec::new(), Vec::new());
    for mut number in named_numbers()? {
        // A question that was not asked has no number, not zero; nor has one that no export speaks of.
        if !reading.asked(&number.query) {
            continue;
        }
        if let Some(table) = reading.unfed(&number.query)? {
            let Number { name, words, query, .. } = number;
            unfed.push(Unfed { name, words, query, table });
            continue;
        }
        (number.certain, number.at_most) = *counted.get(&number.name).ok_or_else(|| shape("numbers"))?;
        numbers.push(sound(number)?);
    }
    Ok((numbers, unfed))
}

/// Certain is never more than at most.
fn sound(number: Number) -> Result<Number> {
    if number.certain <= number.at_most {
        return Ok(number);
    }
    let Number { name, certain, at_most, .. } = number;
    Err(Error::new(Kind::Difference, format!("{name}: {certain} are certain, but it is {at_most} at most"))
        .next("do not use this run; report it with the version of highwater"))
}

fn named_numbers() -> Result<Vec<Number>> {
    let file = library::read(WORDS)?;
    toml_file::read(file.path, file.text, |words| {
        for key in words.keys() {
            words.known_key(&key);
        }
        let sections = words.sections("number");
        sections
            .iter()
            .map(|n| {
                let text = |key: &str| n.required_text(key).unwrap_or_default();
                Number {
                    name: text("name"),
                    words: text("words"),
                    certain: 0,
                    at_most: 0,
                    query: text("query"),
                    distinct: n.text("distinct"),
                    certain_where: text("certain"),
                    at_most_where: text("at_most"),
                }
            })
            .collect()
    })
}

fn cohorts(reading: &Reading) -> Result<Vec<Cohort>> {
    let rows = rows(reading, "cohorts")?;
    rows.iter()
        .map(|row| {
            let [cohort, title, notify, accounts] = row.as_slice() else { return Err(shape("cohorts")) };
            Ok(Cohort {
                cohort: cohort.clone(),
                title: title.clone(),
                notify: notify == "true",
                accounts: count(accounts, "cohorts")?,
                query: "account_summary".to_owned(),
            })
        })
        .collect()
}

fn actions(reading: &Reading) -> Result<Vec<Action>> {
    let rows = rows(reading, "actions")?;
    rows.iter()
        .map(|row| {
            let [query, action, certain, at_most] = row.as_slice() else { return Err(shape("actions")) };
            Ok(Action {
                query: query.clone(),
                action: action.clone(),
                certain: count(certain, "actions")?,
                at_most: count(at_most, "actions")?,
            })
        })
        .collect()
}

fn doubts(reading: &Reading) -> Result<Vec<Doubt>> {
    let rows = rows(reading, "doubts")?;
    rows.iter()
        .map(|row| {
            let [query, reason, subjects, words, settles] = row.as_slice() else {
                return Err(shape("doubts"));
            };
            Ok(Doubt {
                query: query.clone(),
                reason: reason.clone(),
                subjects: count(subjects, "doubts")?,
                words: words.clone(),
                settles: settles.clone(),
            })
        })
        .collect()
}

/// The boundary as the queries saw it.
fn window(record: &RunRecord) -> Window {
    let table = record.parameters.iter().find(|t| t.name == "param_incident");
    let value = |name: &str| {
        let table = table?;
        let index = table.columns.iter().position(|(column, _)| column == name)?;
        match table.rows.first()?.get(index)? {
            Parameter::Integer(micros) => Some(instant::write_rfc3339(*micros)),
            _ => None,
        }
    };
    Window {
        from_lo: value("from_lo"),
        from_hi: value("from_hi"),
        until_lo: value("until_lo"),
        until_hi: value("until_hi"),
    }
}

fn intake(case: &Case, record: &RunRecord) -> Result<Intake> {
    let register = case.register()?;
    let known = record.sources.iter().filter_map(|s| register.find(&s.sha256, &s.table));
    Ok(Intake {
        stored: record.sources.iter().map(|s| s.stored).sum(),
        rejected: record.sources.iter().map(|s| s.rejected).sum(),
        unreadable_cells: known.flat_map(|s| s.field_rejects.values()).sum(),
        sources: record.sources.clone(),
        coverage_declared: !record.coverage.is_empty(),
    })
}
