//! `highwater show CASE WHAT`: the rows of any table, verdict or finding, and any record as it stands in its source.

mod record;

use std::io::Write;
use std::path::PathBuf;

use super::{Ui, paging, sql};
use crate::base::nearest::unknown;
use crate::base::text::grouped;
use crate::base::{Error, Result, table};
use crate::case::Case;
use crate::case::views::{REJECTS, View, ViewKind, Views};
use crate::deliver::answer::Form;
use crate::deliver::pick::{self, Pick, Picker, Wanted};
use crate::engine::{Selection, canned};
use crate::intake;

/// All parameter tables, one after the other.
const PARAMETERS: &str = "params";
/// One record of a source.
const RECORD: &str = "record";

/// Arguments of `show`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_long_help = "WHAT is one of\n  \
users, accounts, sso, …         a table as stored: every row, with source and record\n  \
staging_users, …                rows merged, as of as_of\n  \
user_passwords, …               the verdicts of a query, with the reason in words\n  \
findings rejects sources coverage\n  \
params, param_product, …        what the queries were told\n  \
record SOURCE N                 record N as it stands in its source: the 16 hex digits, their beginning, or the file's name\n\
certificates and api_clients are queries; their stored rows are store_certificates and store_api_clients.\n\
Without WHAT: what there is, or with --id everything that has the id.")]
pub struct Arguments {
    /// The case's folder
    pub case: PathBuf,
    /// What to show [default: what there is]
    pub what: Option<String>,
    /// With `record`: the source
    #[arg(requires = "number")]
    pub source: Option<String>,
    /// With `record`: its number, from 1, the header not counted
    #[arg(value_name = "N")]
    pub number: Option<u64>,
    /// Only rows with this id, of whatever kind
    #[arg(long, value_name = "ID")]
    pub id: Option<String>,
    /// Only rows of this account
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
    /// Only findings of this code, or verdicts or rejects with this reason
    #[arg(long, value_name = "CODE")]
    pub code: Option<String>,
    /// Only rows with this value in a column; an empty value is an empty cell; may be repeated
    #[arg(long = "where", value_name = "COLUMN=VALUE", value_parser = column_and_value)]
    pub values: Vec<(String, String)>,
    /// The columns to show, in order
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub columns: Vec<String>,
    /// The run to show [default: the newest; without one the store]
    #[arg(long, value_name = "N")]
    pub run: Option<u32>,
    #[command(flatten)]
    pub output: paging::Arguments,
    /// With `record`: where the source lies now
    #[arg(long, value_name = "PATH")]
    pub file: Option<PathBuf>,
    /// With `record`: its bytes and nothing else
    #[arg(long, conflicts_with_all = ["json", "csv"])]
    pub raw: bool,
}

fn column_and_value(text: &str) -> std::result::Result<(String, String), String> {
    let (column, value) = text.split_once('=').ok_or("expected COLUMN=VALUE")?;
    Ok((column.trim().to_owned(), value.to_owned()))
}

/// Shows it.
///
/// # Errors
/// When there is no such thing, or the case can't be read.
pub fn run(arguments: &Arguments, ui: &Ui) -> Result<()> {
    let case = Case::open(&arguments.case)?;
    check(arguments)?;
    if arguments.what.as_deref() == Some(RECORD) {
        return record::run(&case, arguments, ui);
    }
    let views = sql::views(&case, arguments.run)?;
    match arguments.what.as_deref() {
        None if arguments.id.is_some() => everything(&views, arguments, ui),
        None => overview(&views, arguments, ui),
        Some(PARAMETERS) => {
            let parameters = views.all().iter().filter(|view| view.kind == ViewKind::Parameter);
            sections(&views, &parameters.collect::<Vec<_>>(), arguments, ui)
        }
        Some(word) => one(&views, pick::view(&views, word)?, arguments, ui),
    }
}

/// What belongs to a record says nothing elsewhere, and the other way round.
fn check(arguments: &Arguments) -> Result<()> {
    let is_record = arguments.what.as_deref() == Some(RECORD);
    let of_record = arguments.source.is_some() || arguments.file.is_some() || arguments.raw;
    if is_record && arguments.number.is_none() {
        return Err(Error::usage("which record?").expected("highwater show CASE record SOURCE N"));
    }
    if !is_record && of_record {
        return Err(Error::usage("SOURCE, N, --file and --raw belong to `record`")
            .next("highwater show CASE record SOURCE N"));
    }
    arguments.code.as_deref().map_or(Ok(()), check_code)
}

/// A code that nothing can have is a slip, not an empty answer.
fn check_code(code: &str) -> Result<()> {
    let mut known = canned::codes()?;
    known.extend(intake::reject_codes().map(str::to_owned));
    if known.iter().any(|known| known.eq_ignore_ascii_case(code)) {
        return Ok(());
    }
    let next = "see them: docs/reasons, docs/findings, or highwater queries explain NAME";
    Err(unknown("code", code, known.iter().map(String::as_str), next))
}

fn wanted(arguments: &Arguments) -> Wanted {
    Wanted {
        id: arguments.id.clone(),
        account: arguments.account.clone(),
        code: arguments.code.clone(),
        values: arguments.values.clone(),
        columns: arguments.columns.clone(),
    }
}

fn one(views: &Views<'_>, view: &View, arguments: &Arguments, ui: &Ui) -> Result<()> {
    let picker = Picker::open(views, &[view], ui.limits, &ui.meter())?;
    let pick = picker.pick(view)?;
    let selection = pick.selection(&wanted(arguments))?;
    if view.kind == ViewKind::Verdict && views.find(&format!("store_{}", view.name)).is_some() {
        ui.say(&format!("the verdicts of {0}; its rows as stored: store_{0}", view.name));
    }
    rows(&pick, &selection, arguments, ui)?;
    if view.name == REJECTS {
        say_backslashes(views, ui);
    }
    Ok(())
}

/// Names the files whose rejects come from one thing: quotes escaped by backslashes.
fn say_backslashes(views: &Views<'_>, ui: &Ui) {
    for source in views.sources() {
        if let Some(why) = source.odd_quotes.backslashes() {
            ui.say(&format!("{}: {why}", source.path));
        }
    }
}

/// Writes a page of the rows.
fn rows(pick: &Pick<'_>, selection: &Selection, arguments: &Arguments, ui: &Ui) -> Result<()> {
    let form = arguments.output.form(ui);
    let page = arguments.output.page(form);
    let mut answer = paging::answer(form);
    pick.rows(selection, page, |batch| answer.take(batch))?;
    let shown = answer.rows();
    let more = match paging::Arguments::may_go_on(form, page, shown) {
        true => paging::Arguments::more(page, shown, pick.count(selection)?),
        false => String::new(),
    };
    answer.finish(page.offset + 1, &more)
}

/// Everything that has an id: table after table, those that have none left out.
fn everything(views: &Views<'_>, arguments: &Arguments, ui: &Ui) -> Result<()> {
    let is_looked_at = |view: &&View| match view.kind {
        ViewKind::Stored | ViewKind::Verdict => true,
        ViewKind::Kept => view.name == "findings",
        _ => false,
    };
    let looked_at: Vec<&View> = views.all().iter().filter(is_looked_at).collect();
    sections(views, &looked_at, arguments, ui)
}

fn sections(views: &Views<'_>, picked: &[&View], arguments: &Arguments, ui: &Ui) -> Result<()> {
    let form = arguments.output.form(ui);
    if form == Form::Csv {
        return Err(Error::usage("CSV has one header: it shows one table").next("name it, or use --json"));
    }
    let picker = Picker::open(views, picked, ui.limits, &ui.meter())?;
    let mut shown = 0;
    for view in picked {
        let pick = picker.pick(view)?;
        if arguments.id.is_some() && !pick.has_ids() {
            continue;
        }
        let selection = pick.selection(&wanted(arguments))?;
        let count = pick.count(&selection)?;
        if count == 0 && arguments.id.is_some() {
            continue;
        }
        say(&title(view, count, shown == 0, form))?;
        rows(&pick, &selection, arguments, ui)?;
        shown += 1;
    }
    match (form, shown) {
        (Form::Json, 0) => say("{}\n"),
        (Form::Json, _) => say("}\n"),
        (_, 0) => say("nothing in the case has it\n"),
        _ => Ok(()),
    }
}

/// What stands before a section; in JSON the sections are the members of one object.
fn title(view: &View, count: u64, is_first: bool, form: Form) -> String {
    match (form, is_first) {
        (Form::Json, true) => format!("{{\"{}\":", view.name),
        (Form::Json, false) => format!(",\"{}\":", view.name),
        (_, true) => format!("{}, {}\n", view.name, counted(count)),
        (_, false) => format!("\n{}, {}\n", view.name, counted(count)),
    }
}

fn counted(count: u64) -> String {
    if count == 1 { "1 row".to_owned() } else { format!("{} rows", grouped(count)) }
}

fn say(text: &str) -> Result<()> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Error::failed("cannot write to standard output").because(e))
        }
        _ => Ok(()),
    }
}

/// What there is, with its rows.
fn overview(views: &Views<'_>, arguments: &Arguments, ui: &Ui) -> Result<()> {
    let has_filter = arguments.account.is_some() || arguments.code.is_some();
    if has_filter || !arguments.values.is_empty() || !arguments.columns.is_empty() {
        return Err(Error::usage("of what?").expected("highwater show CASE WHAT, with the filters behind it"));
    }
    let has_rows = |view: &&View| matches!(view.kind, ViewKind::Stored | ViewKind::Kept | ViewKind::Verdict);
    let listed: Vec<&View> = views.all().iter().filter(has_rows).collect();
    let picker = Picker::open(views, &listed, ui.limits, &ui.meter())?;
    let mut counted = Vec::new();
    for view in &listed {
        let every = Selection { view: view.name.clone(), ..Selection::default() };
        counted.push((*view, picker.pick(view)?.count(&every)?));
    }
    if ui.json {
        let view = |(view, rows): &(&View, u64)| serde_json::json!({ "name": view.name, "rows": rows, "what": view.what });
        let views_json: Vec<_> = counted.iter().map(view).collect();
        return ui.data_json(&serde_json::json!({ "format": 1, "run": views.run(), "views": views_json }));
    }
    let rows: Vec<Vec<String>> = counted
        .iter()
        .map(|(view, rows)| vec![plain_name(views, view), grouped(*rows), view.what.clone()])
        .collect();
    let text = table::render(&["show CASE", "rows", "what"], &rows, &[1]);
    ui.data(&format!(
        "{text}\nalso: staging_… and param_… (highwater sql CASE --tables), params, record SOURCE N"
    ))
}

/// The shortest name that means the view.
fn plain_name(views: &Views<'_>, view: &View) -> String {
    match view.name.strip_prefix("store_") {
        Some(plain) if views.find(plain).is_none() => plain.to_owned(),
        _ => view.name.clone(),
    }
}
