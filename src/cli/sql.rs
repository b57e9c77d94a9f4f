//! `highwater sql CASE QUERY`: one SELECT over the views of a case (decision 0010).

use std::io::Read;
use std::path::PathBuf;

use arrow::datatypes::DataType;
use serde_json::{Value, json};

use super::{Ui, paging};
use crate::base::interrupt::Watched;
use crate::base::{Error, Place, Result, memory, table, text, threads};
use crate::case::Case;
use crate::case::views::{View, Views};
use crate::classify;
use crate::engine::Selection;
use crate::engine::ask::{Question, functions};

/// Version of the lists that this verb prints as JSON.
const FORMAT: u32 = 1;
/// The query that stands on standard input.
const STANDARD_INPUT: &str = "-";
/// Seconds that a query may take when nothing is said: what one waits for at a prompt.
const SECONDS: u32 = 60;
/// Bytes of a query at most; a person writes less, and each operator of a longer one would nest it deeper.
const LONGEST: u64 = 64 << 10;

/// Arguments of `sql`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// The case's folder
    pub case: PathBuf,
    /// One SELECT over the listed views; - reads it from standard input [default: list the views]
    pub query: Option<String>,
    /// The run to ask [default: the newest; without one the store]
    #[arg(long, value_name = "N")]
    pub run: Option<u32>,
    /// List the views with what they hold and their columns
    #[arg(long, conflicts_with = "query")]
    pub tables: bool,
    /// List the functions that a query may use
    #[arg(long, conflicts_with_all = ["query", "tables"])]
    pub functions: bool,
    /// Seconds that a query may take; waiting for whoever reads its answer does not count
    #[arg(long, value_name = "N", default_value_t = SECONDS)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..))]
    pub seconds: u32,
    #[command(flatten)]
    pub output: paging::Arguments,
}

/// Answers the query, or lists what may be asked. `watched` ends the query when its time is up.
///
/// # Errors
/// When the query is not one SELECT over listed views, the engine fails, or the time is up.
pub fn run(arguments: &Arguments, watched: &Watched, ui: &Ui) -> Result<()> {
    if arguments.functions {
        return list_functions(ui);
    }
    let case = Case::open(&arguments.case)?;
    let views = views(&case, arguments.run)?;
    match &arguments.query {
        None => list_views(&views, ui),
        Some(query) => {
            let query = text(query)?;
            watched.limit(arguments.seconds);
            ask(&views, &query, &arguments.output, watched, ui)
        }
    }
}

/// What can be read of the case: of the run asked for, of the newest, or of the store where there is none yet.
///
/// # Errors
/// When there is no such run, or the case can't be read.
pub fn views(case: &Case, run: Option<u32>) -> Result<Views<'_>> {
    if run.is_none() && case.runs()?.is_empty() {
        // Why a classification can't be made yet is what `status` says; the store can be read all the same.
        return Views::of_store(case, classify::foresee(case).ok());
    }
    Views::of_run(case, run)
}

fn text(query: &str) -> Result<String> {
    let mut text = String::new();
    if query == STANDARD_INPUT {
        std::io::stdin()
            .take(LONGEST + 1)
            .read_to_string(&mut text)
            .map_err(|e| Error::failed("cannot read the query from standard input").because(e))?;
    } else {
        text.push_str(query);
    }
    if text.len() as u64 > LONGEST {
        return Err(Error::usage("the query is longer than any that is answered")
            .at(Place::line("query", 1, 1))
            .expected(format!("{} bytes at most", text::grouped(LONGEST))));
    }
    Ok(text)
}

fn ask(views: &Views<'_>, text: &str, output: &paging::Arguments, watched: &Watched, ui: &Ui) -> Result<()> {
    let question = Question::read(text, &views.names())?;
    let bench = views.open(question.views(), ui.limits, &ui.meter())?;
    // Its functions may make texts and lists that the engine does not count.
    memory::bound(ui.limits.memory + ui.limits.threads_asked() * threads::ADDRESSES_OF_A_THREAD)?;
    let form = output.form(ui);
    let page = output.page(form);
    let mut answer = paging::answer(form);
    bench.session.ask(&question, page, |batch| watched.paused(|| answer.take(&batch)))?;
    let shown = answer.rows();
    let more = match paging::Arguments::may_go_on(form, page, shown) {
        true => paging::Arguments::more(page, shown, bench.session.count(&question)?),
        false => String::new(),
    };
    watched.paused(|| answer.finish(page.offset + 1, &more))
}

fn list_views(views: &Views<'_>, ui: &Ui) -> Result<()> {
    let bench = views.open_empty(ui.limits)?;
    let with_columns = |view: &View| {
        let every = Selection { view: view.name.clone(), ..Selection::default() };
        bench.session.columns_of(&every).map(|columns| (view.clone(), columns))
    };
    let listed: Vec<_> = views.all().iter().map(with_columns).collect::<Result<_>>()?;
    if ui.json {
        return ui.data_json(&json!({
            "format": FORMAT,
            "run": views.run(),
            "views": listed.iter().map(view_json).collect::<Vec<_>>(),
        }));
    }
    let of = match views.run() {
        Some(number) => format!("run {number:04}"),
        None => "no run yet: the store".to_owned(),
    };
    let mut text = format!("views of {of}; ask: highwater sql CASE \"SELECT … FROM VIEW\"\n");
    for (view, columns) in &listed {
        let columns: Vec<String> =
            columns.iter().map(|(name, kind)| format!("{name} {}", type_name(kind))).collect();
        text.push_str(&format!("\n{}\n  {}\n  {}\n", view.name, view.what, columns.join(", ")));
    }
    ui.data(&text)
}

fn view_json((view, columns): &(View, Vec<(String, DataType)>)) -> Value {
    let columns: Vec<Value> =
        columns.iter().map(|(name, kind)| json!({ "name": name, "type": type_name(kind) })).collect();
    json!({ "name": view.name, "what": view.what, "columns": columns })
}

/// A type as people say it.
fn type_name(kind: &DataType) -> &'static str {
    match kind {
        DataType::Boolean => "boolean",
        DataType::Timestamp(..) => "instant",
        kind if kind.is_numeric() => "integer",
        _ => "text",
    }
}

fn list_functions(ui: &Ui) -> Result<()> {
    let groups = functions::all()?;
    if ui.json {
        let group = |g: &functions::Group| json!({ "what": g.what, "functions": g.names });
        return ui
            .data_json(&json!({ "format": FORMAT, "groups": groups.iter().map(group).collect::<Vec<_>>() }));
    }
    let rows: Vec<Vec<String>> = groups.iter().map(|g| vec![g.what.clone(), g.names.join(", ")]).collect();
    ui.data(&table::render(&["for", "functions"], &rows, &[]))
}
