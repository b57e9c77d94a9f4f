//! How much of an answer is shown, and in which form: shared by the verbs that read.

use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write};

use super::Ui;
use crate::base::safe;
use crate::base::text::grouped;
use crate::deliver::answer::{Answer, Form};
use crate::engine::ask::Page;

/// Rows of a table when nothing is said: what one looks through.
const ROWS: u64 = 50;

/// Arguments on form and amount.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Output")]
pub struct Arguments {
    /// Rows to show at most, 0 for all [default: 50 in a table, all with --csv or --json]
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
    /// Rows to leave out first; give the rows an order, so that pages fit together
    #[arg(long, value_name = "N", default_value_t = 0)]
    offset: u64,
    /// Write CSV: exact values, nothing removed
    #[arg(long, conflicts_with = "json")]
    pub csv: bool,
}

impl Arguments {
    /// The form asked for.
    pub fn form(&self, ui: &Ui) -> Form {
        match (ui.json, self.csv) {
            (true, _) => Form::Json,
            (_, true) => Form::Csv,
            _ => Form::Table,
        }
    }

    /// The page asked for.
    pub fn page(&self, form: Form) -> Page {
        let limit = match (self.limit, form) {
            (Some(0), _) | (None, Form::Csv | Form::Json) => None,
            (None, Form::Table) => Some(ROWS),
            (limit, _) => limit,
        };
        Page { limit, offset: self.offset }
    }

    /// Whether there may be rows behind those that were shown, and it has to be said.
    pub fn may_go_on(form: Form, page: Page, shown: u64) -> bool {
        form == Form::Table && page.limit == Some(shown)
    }

    /// What is said of rows that are not shown.
    pub fn more(page: Page, shown: u64, all: u64) -> String {
        let next = page.offset.saturating_add(shown);
        match all.saturating_sub(next) {
            0 => String::new(),
            rest => format!("… and {} more: --limit 0, --offset {next} or --csv", grouped(rest)),
        }
    }
}

/// An answer on standard output.
pub fn answer(form: Form) -> Answer<BufWriter<Exact>> {
    Answer::new(BufWriter::new(Exact::standard_output()), form)
}

/// Standard output for exact data: a file or a program gets all bytes as they are, and none is taken for colour. On a
/// terminal they are made safe.
pub struct Exact {
    out: StdoutLock<'static>,
    is_terminal: bool,
}

impl Exact {
    /// Takes hold of it.
    pub fn standard_output() -> Self {
        let out = io::stdout();
        Self { is_terminal: out.is_terminal(), out: out.lock() }
    }
}

impl Write for Exact {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        if !self.is_terminal {
            return self.out.write(data);
        }
        self.out.write_all(safe::page_of_bytes(data).as_bytes())?;
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
