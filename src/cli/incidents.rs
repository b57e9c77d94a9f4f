//! `highwater incidents`: lists, shows and checks incident profiles.

use clap::Subcommand;
use serde_json::{Value, json};

use super::Ui;
use crate::base::instant::{Interval, write_rfc3339};
use crate::base::{Error, Kind, Result, table};
use crate::incident::{self, Profile};

/// Version of the JSON that this verb prints.
const FORMAT: u32 = 1;

/// Arguments of `incidents`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    act: Act,
}

#[derive(Clone, Debug, Subcommand)]
enum Act {
    /// List the built-in incidents
    List,
    /// Show what a profile says
    Show {
        /// A built-in incident by name, or a profile by file
        #[arg(value_name = "NAME|FILE")]
        incident: String,
    },
    /// Check profiles; all mistakes of each are told at once
    Check {
        /// Built-in incidents by name, or profiles by file [default: all built-in ones]
        #[arg(value_name = "NAME|FILE")]
        incidents: Vec<String>,
    },
}

/// Lists, shows or checks.
///
/// # Errors
/// When a profile can't be found or is wrong.
pub fn run(arguments: &Arguments, ui: &Ui) -> Result<()> {
    match &arguments.act {
        Act::List => list(ui),
        Act::Show { incident } => show(incident, ui),
        Act::Check { incidents } => check(incidents, ui),
    }
}

fn list(ui: &Ui) -> Result<()> {
    let profiles =
        incident::built_ins().iter().map(incident::BuiltIn::profile).collect::<Result<Vec<_>>>()?;
    if ui.json {
        let incidents: Vec<Value> = profiles
            .iter()
            .map(|p| json!({ "id": p.id, "title": p.title, "vendor": p.vendor, "kind": p.kind, "window": window(p) }))
            .collect();
        return ui.data_json(&json!({ "format": FORMAT, "incidents": incidents }));
    }
    let row = |p: &Profile| vec![p.id.clone(), p.vendor.clone(), p.kind.join(", "), p.title.clone()];
    let rows: Vec<Vec<String>> = profiles.iter().map(row).collect();
    ui.data(&table::render(&["incident", "vendor", "kind", "title"], &rows, &[]))
}

fn check(incidents: &[String], ui: &Ui) -> Result<()> {
    let names: Vec<String> = match incidents {
        [] => incident::built_ins().iter().map(|built_in| built_in.id.to_owned()).collect(),
        given => given.to_vec(),
    };
    let mut wrong = Vec::new();
    for name in &names {
        match load(name) {
            Ok(_) => ui.say(&format!("{name}: no mistake")),
            Err(error) => wrong.push(error),
        }
    }
    if ui.json {
        let mistakes: Vec<Value> = wrong.iter().flat_map(mistakes).collect();
        ui.data_json(&json!({ "format": FORMAT, "checked": names, "mistakes": mistakes }))?;
    }
    match wrong.len() {
        0 => Ok(()),
        1 => Err(wrong.remove(0)),
        count => {
            Err(Error::many(Kind::Usage, format!("{count} of {} profiles are wrong", names.len()), wrong))
        }
    }
}

fn load(name_or_file: &str) -> Result<Profile> {
    let (name, text) = incident::profile_text(name_or_file)?;
    Profile::parse(&name, &text)
}

fn mistakes(error: &Error) -> Vec<Value> {
    let told = |error: &Error| {
        let place = error.place();
        json!({
            "file": place.map(|p| p.file.to_string_lossy()),
            "line": place.and_then(|p| p.line),
            "column": place.and_then(|p| p.column),
            "what": error.what(),
            "told": error.to_string(),
        })
    };
    if error.each().is_empty() { vec![told(error)] } else { error.each().iter().map(told).collect() }
}

fn show(name_or_file: &str, ui: &Ui) -> Result<()> {
    let profile = load(name_or_file)?;
    if ui.json {
        return ui.data_json(&as_json(&profile));
    }
    let facts: Vec<Vec<String>> =
        facts(&profile).into_iter().map(|(key, value)| vec![key.to_owned(), value]).collect();
    let cohorts: Vec<Vec<String>> = profile
        .cohorts
        .iter()
        .map(|c| vec![c.id.clone(), c.title.clone(), c.condition(), yes_or_no(c.notify).to_owned()])
        .collect();
    ui.data(&format!(
        "{}\n\n{}",
        table::render(&["", &profile.id], &facts, &[]),
        table::render(&["cohort", "title", "when", "written to"], &cohorts, &[]),
    ))
}

/// What a profile says, a line each. What it leaves open is shown as open.
fn facts(profile: &Profile) -> Vec<(&'static str, String)> {
    let handling: Vec<String> =
        profile.client_handling.iter().map(|(kind, handling)| format!("{kind}: {handling}")).collect();
    let classes: Vec<&str> = profile.data_classes.iter().map(|class| class.id.as_str()).collect();
    let authentication: Vec<&str> =
        profile.data_classes.iter().filter(|c| c.authentication).map(|c| c.id.as_str()).collect();
    vec![
        ("title", profile.title.clone()),
        ("vendor", profile.vendor.clone()),
        ("kind", listed(&profile.kind)),
        ("public sources", listed(&profile.public_sources)),
        ("no trace found of", listed(&profile.not_found)),
        ("window from", profile.window.from.map_or_else(|| "not known".to_owned(), ends)),
        ("window until", ends(profile.window.until)),
        ("affected products", listed(&profile.affected_products)),
        ("unaffected products", listed(&profile.unaffected_products)),
        ("sign-ins", listed(&sign_ins(profile))),
        ("must rotate passwords", listed(&populations(profile))),
        ("spared by", listed(&exemptions(profile))),
        ("kinds of apps", listed(&profile.app_kinds)),
        ("certificates of", listed(&profile.certificate_providers)),
        ("API clients", listed(&handling)),
        ("data classes", listed(&classes)),
        ("authentication", listed(&authentication)),
        ("queries", listed(&profile.queries)),
    ]
}

fn sign_ins(profile: &Profile) -> Vec<String> {
    profile.sign_ins.iter().map(|s| format!("{} ({})", s.id, s.products.join(", "))).collect()
}

fn populations(profile: &Profile) -> Vec<String> {
    let population = |p: &incident::Population| {
        let active = if p.only_active { "active " } else { "" };
        format!("{active}{} of {}", p.role, p.sign_ins.join(", "))
    };
    profile.populations.iter().map(population).collect()
}

fn exemptions(profile: &Profile) -> Vec<&'static str> {
    let exempt = profile.exempt;
    [(exempt.rotated, "rotated"), (exempt.sso, "sso"), (exempt.no_password, "no_password")]
        .into_iter()
        .filter_map(|(is_exempt, word)| is_exempt.then_some(word))
        .collect()
}

fn listed(items: &[impl AsRef<str>]) -> String {
    let items: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
    if items.is_empty() { "–".to_owned() } else { items.join("; ") }
}

fn ends(interval: Interval) -> String {
    match interval.is_exact() {
        true => write_rfc3339(interval.lo),
        false => format!("{} to {}", write_rfc3339(interval.lo), write_rfc3339(interval.hi)),
    }
}

fn yes_or_no(value: bool) -> &'static str {
    if value { "yes" } else { "no" }
}

fn window(profile: &Profile) -> Value {
    let window = profile.window;
    json!({
        "from_lo": window.from.map(|from| write_rfc3339(from.lo)),
        "from_hi": window.from.map(|from| write_rfc3339(from.hi)),
        "until_lo": write_rfc3339(window.until.lo),
        "until_hi": write_rfc3339(window.until.hi),
    })
}

fn as_json(profile: &Profile) -> Value {
    let cohorts: Vec<Value> = profile
        .cohorts
        .iter()
        .map(|c| json!({ "id": c.id, "title": c.title, "when": c.condition(), "notify": c.notify }))
        .collect();
    let products: Vec<Value> = profile
        .products()
        .into_iter()
        .map(|(product, in_scope)| json!({ "product": product, "in_scope": in_scope }))
        .collect();
    let sign_ins: Vec<Value> =
        profile.sign_ins.iter().map(|s| json!({ "id": s.id, "products": s.products })).collect();
    let populations: Vec<Value> = profile
        .populations
        .iter()
        .map(|p| json!({ "role": p.role, "sign_in": p.sign_ins, "only_active": p.only_active }))
        .collect();
    let classes: Vec<Value> = profile
        .data_classes
        .iter()
        .map(|c| {
            json!({ "id": c.id, "title": c.title, "secret": c.secret, "personal": c.personal,
                    "authentication": c.authentication })
        })
        .collect();
    let clients: Vec<Value> = profile
        .client_handling
        .iter()
        .map(|(kind, handling)| json!({ "kind": kind, "handling": handling }))
        .collect();
    json!({
        "format": FORMAT,
        "id": profile.id,
        "title": profile.title,
        "vendor": profile.vendor,
        "kind": profile.kind,
        "public_sources": profile.public_sources,
        "not_found": profile.not_found,
        "queries": profile.queries,
        "window": window(profile),
        "products": products,
        "sign_ins": sign_ins,
        "populations": populations,
        "exempt": exemptions(profile),
        "data_classes": classes,
        "app_kinds": profile.app_kinds,
        "certificate_providers": profile.certificate_providers,
        "api_clients": clients,
        "cohorts": cohorts,
    })
}
