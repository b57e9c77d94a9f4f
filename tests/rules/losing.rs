//! Losing exculpatory evidence clears nobody (1-overview, invariant 4; 3-rules, last but one section).

use std::collections::{BTreeMap, BTreeSet};

use crate::case::{Case, Export};
use crate::csv;
use crate::random::Random;
use crate::value;

/// Cells that speak for the subject, in whatever table they stand.
const EXCULPATORY: [&str; 8] = [
    "deleted_at",
    "removed_at",
    "revoked_at",
    "replaced_at",
    "password_changed_at",
    "credentials_rotated_at",
    "has_password",
    "sso_only",
];

/// Queries 2 to 5 and where their subject's id stands.
const CLEARING: [&str; 4] = ["user_passwords", "app_credentials", "certificates", "api_clients"];

/// Something exculpatory that a case can lose.
#[derive(Clone, Debug)]
enum Loss {
    /// A record of a change, or of a single sign-on that says TRUE.
    Record {
        export: usize,
        row: usize,
    },
    Coverage(usize),
    /// A cell that becomes empty or unreadable, in the only record of its key.
    Cell {
        export: usize,
        row: usize,
        column: usize,
    },
}

/// The case without one piece of exculpatory evidence, and what it was. `None` when it holds none.
pub fn loses_one(case: &Case, random: &mut Random) -> Option<(String, Case)> {
    let all = losses(case);
    let loss = (!all.is_empty()).then(|| random.pick(&all))?;
    let mut poorer = case.clone();
    let told = match loss {
        Loss::Coverage(n) => format!("coverage {:?}", poorer.facts.coverages.remove(n)),
        Loss::Record { export, row } => {
            let export = &mut poorer.exports[export];
            format!("{}: record {:?}", export.file, export.rows.remove(row))
        }
        Loss::Cell { export, row, column } => {
            let replacement = random.pick(&["", "garbled"]);
            let export = &mut poorer.exports[export];
            let before = std::mem::replace(&mut export.rows[row][column], replacement.into());
            format!(
                "{}: {} {before:?} -> {replacement:?} in {:?}",
                export.file, export.header[column], export.rows[row]
            )
        }
    };
    Some((told, poorer))
}

fn losses(case: &Case) -> Vec<Loss> {
    // Without a stated as_of the least `to` would be another instant.
    let coverages = case.facts.coverages.len() * usize::from(case.facts.as_of.is_some());
    let mut all: Vec<Loss> = (0..coverages).map(Loss::Coverage).collect();
    for (number, export) in case.exports.iter().enumerate() {
        for row in 0..export.rows.len() {
            if is_exculpatory(export, &export.rows[row]) {
                all.push(Loss::Record { export: number, row });
            }
            all.extend(cells(case, number, row));
        }
    }
    all
}

/// A change that is stored, or a row of sso that says TRUE.
fn is_exculpatory(export: &Export, row: &[String]) -> bool {
    let says = |column: &str| export.cell(row, column).and_then(value::boolean);
    let has = |column: &str| export.cell(row, column).is_some();
    match export.table {
        "credential_changes" => has("kind"),
        "sso" => {
            let is_stored = has("account_id") && has("population");
            is_stored && says("enforced") == Some(true) && says("bypass_allowed") == Some(false)
        }
        _ => false,
    }
}

/// The exculpatory cells of a record that is the only one of its key.
fn cells(case: &Case, export: usize, row: usize) -> Vec<Loss> {
    let own = &case.exports[export];
    let keyed =
        ["accounts", "users", "app_installations", "certificates", "api_clients"].contains(&own.table);
    let key = |export: &Export, row: &[String]| value::identifier(&row[key_position(export)]);
    let others = || case.exports.iter().filter(|other| other.table == own.table);
    let same_key = || others().flat_map(|e| e.rows.iter().map(move |r| key(e, r)));
    if !keyed || same_key().filter(|other| *other == key(own, &own.rows[row])).count() != 1 {
        return Vec::new();
    }
    let columns = EXCULPATORY.iter().filter_map(|name| own.position(name));
    let written = columns.filter(|column| !own.rows[row][*column].trim().is_empty());
    written.map(|column| Loss::Cell { export, row, column }).collect()
}

fn key_position(export: &Export) -> usize {
    let key = match export.table {
        "accounts" => "account_id",
        "users" => "user_id",
        "app_installations" => "installation_id",
        "certificates" => "certificate_id",
        _ => "client_id",
    };
    export.position(key).expect("its key is a required column")
}

/// The subjects of queries 2 to 5 that are clear.
pub fn clear(verdicts: &BTreeMap<&'static str, String>) -> BTreeSet<String> {
    let of_query = |query: &&'static str| {
        let rows = csv::parse(&verdicts[*query]);
        let state = rows[0].iter().position(|name| name == "state").expect("a state");
        let clear = rows.into_iter().filter(move |row| row[state] == "clear");
        clear.map(|row| format!("{query} {}", row[1])).collect::<Vec<_>>()
    };
    CLEARING.iter().flat_map(of_query).collect()
}
