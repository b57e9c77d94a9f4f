//! One open engine: its limits and lock-down, its tables and views, and the way results come out.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::num::NonZero;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use arrow::array::AsArray;
use arrow::datatypes::Int64Type;
use arrow::record_batch::RecordBatch;
use duckdb::types::{TimeUnit, Value};
use duckdb::{Connection, Statement, params_from_iter};

use super::alias::Aliases;
use super::canned::Staging;
use super::complaint;
use super::parameters::{Parameter, ParameterTable, ParameterType};
use super::parquet_out::{ParquetFile, ParquetOut};
use crate::base::{Error, Result, files, interrupt};

/// What the engine may use and reach.
#[derive(Clone, Debug)]
pub struct Access {
    /// Threads of the engine; 0 leaves the choice to it.
    pub threads: usize,
    /// Bytes that the engine may hold in memory before it spills to `spill`.
    pub memory: u64,
    /// The folder that it spills to, which it may read and write too; made when needed.
    pub spill: PathBuf,
    /// Bytes that it may spill, so that no query fills a disk.
    pub spill_bytes: u64,
    /// The only other folders that it may read and write.
    pub folders: Vec<PathBuf>,
    /// Whether rows come in the order in which they are stored where a query orders nothing; costs memory.
    pub keeps_order: bool,
}

/// Rows of a parameter table that one statement fills in.
const ROWS_AT_ONCE: usize = 64;

/// An open engine.
pub struct Session {
    connection: Connection,
    /// Names for folders whose paths are not UTF-8.
    aliases: Aliases,
    /// What the views that consist of files read.
    files: RefCell<BTreeMap<String, String>>,
    /// Threads that encode what is written.
    threads: usize,
    /// Ctrl-C stops a query that runs; held, never called from here.
    _stop: Arc<dyn Fn() + Send + Sync>,
}

/// The version of the engine's library, for the run's record.
///
/// # Errors
/// When the library does not answer.
pub fn version() -> Result<String> {
    let connection = Connection::open_in_memory().map_err(|e| engine_error("open", e))?;
    connection.version().map_err(|e| engine_error("ask for the version of", e))
}

impl Session {
    /// Opens an engine in memory and locks it down (8-engineering, "DuckDB, locked down"). The order of the
    /// settings matters: external access goes off after the folders are named, and the configuration is locked last.
    ///
    /// # Errors
    /// When the engine refuses a setting, or a folder is not there.
    pub fn open(access: &Access) -> Result<Self> {
        files::make_folder(&access.spill)?;
        let connection = Connection::open_in_memory().map_err(|e| engine_error("open", e))?;
        let handle = connection.interrupt_handle();
        let stop = interrupt::stopping(move || handle.interrupt());
        let aliases = Aliases::of(access.folders.iter().chain([&access.spill]))?;
        let threads = match access.threads {
            0 => thread::available_parallelism().map_or(1, NonZero::get),
            threads => threads,
        };
        let session = Self { connection, aliases, files: RefCell::default(), threads, _stop: stop };
        session.set("autoinstall_known_extensions", "false")?;
        session.set("autoload_known_extensions", "false")?;
        session.set("allow_community_extensions", "false")?;
        if access.threads > 0 {
            session.set("threads", &access.threads.to_string())?;
        }
        session.set("memory_limit", &quoted(format!("{}B", access.memory)))?;
        // What it frees goes back to the system soon, not when half a gigabyte has come together.
        session.set("allocator_bulk_deallocation_flush_threshold", "'64MB'")?;
        session.set("temp_directory", &quoted(session.path_text(&access.spill)?))?;
        session.set("max_temp_directory_size", &quoted(format!("{}B", access.spill_bytes)))?;
        if !access.keeps_order {
            session.set("preserve_insertion_order", "false")?;
        }
        let folders: Vec<String> =
            access.folders.iter().map(|f| session.path_text(f).map(quoted)).collect::<Result<_>>()?;
        session.set("allowed_directories", &format!("[{}]", folders.join(", ")))?;
        session.set("enable_external_access", "false")?;
        session.set("lock_configuration", "true")?;
        Ok(session)
    }

    /// The path as the engine compares it with its allowed folders: absolute, without links but our own alias.
    fn path_text(&self, path: &Path) -> Result<String> {
        let path = path.canonicalize().map_err(|e| Error::io("find", path, e))?;
        self.aliases.text(&path)
    }

    fn set(&self, setting: &str, value: &str) -> Result<()> {
        self.execute(&format!("SET {setting} = {value}"))
    }

    fn execute(&self, sql: &str) -> Result<()> {
        interrupt::check()?;
        self.connection.execute_batch(sql).map_err(|e| engine_error("run a statement in", e))
    }

    /// Makes a parameter table.
    ///
    /// # Errors
    /// When a row does not fit its columns.
    pub fn parameters(&self, table: &ParameterTable) -> Result<()> {
        let columns: Vec<String> = table
            .columns
            .iter()
            .map(|(name, kind)| format!("{} {}", identifier(name), sql_type(*kind)))
            .collect();
        self.execute(&format!("CREATE TABLE {} ({})", identifier(&table.name), columns.join(", ")))?;
        let places = format!("({})", vec!["?"; table.columns.len()].join(", "));
        // Statement by statement a hundred rows would take longer than a lookup in millions.
        for rows in table.rows.chunks(ROWS_AT_ONCE) {
            let places = vec![places.as_str(); rows.len()].join(", ");
            let insert = format!("INSERT INTO {} VALUES {places}", identifier(&table.name));
            let cells = rows
                .iter()
                .flat_map(|row| row.iter().zip(&table.columns).map(|(cell, (_, kind))| value(cell, *kind)));
            self.connection
                .execute(&insert, params_from_iter(cells))
                .map_err(|e| engine_error("fill a parameter table of", e))?;
        }
        Ok(())
    }

    /// Makes a view of Parquet files that have the same columns, with one more in front: what each file is labelled.
    ///
    /// # Errors
    /// When a file can't be read.
    pub fn labelled_view(&self, name: &str, label: &str, files: &[(&str, PathBuf)]) -> Result<()> {
        let one = |(text, file): &(&str, PathBuf)| -> Result<String> {
            Ok(format!(
                "SELECT {} AS {}, * FROM read_parquet({})",
                quoted(text),
                identifier(label),
                quoted(self.path_text(file)?)
            ))
        };
        let each: Vec<String> = files.iter().map(one).collect::<Result<_>>()?;
        self.view(name, &each.join(" UNION ALL "))
    }

    /// Makes a view of Parquet files that have the same columns.
    ///
    /// # Errors
    /// When a file can't be read.
    pub fn parquet_view(&self, name: &str, files: &[PathBuf]) -> Result<()> {
        let files: Vec<String> =
            files.iter().map(|f| self.path_text(f).map(quoted)).collect::<Result<_>>()?;
        self.files.borrow_mut().insert(name.to_owned(), format!("read_parquet([{}])", files.join(", ")));
        self.file_view(name, None)
    }

    pub(super) fn consists_of_files(&self, view: &str) -> bool {
        self.files.borrow().contains_key(view)
    }

    /// Makes a view of files anew, of all rows or of those that fulfil a condition.
    pub(super) fn file_view(&self, name: &str, condition: Option<&str>) -> Result<()> {
        let files = self.files.borrow().get(name).cloned();
        let files = files.ok_or_else(|| Error::failed(format!("{name} does not consist of files")))?;
        let only = condition.map(|condition| format!(" WHERE {condition}")).unwrap_or_default();
        self.execute(&format!("CREATE OR REPLACE VIEW {} AS SELECT * FROM {files}{only}", identifier(name)))
    }

    /// Makes a view with the given columns and no rows: a table that no source fed.
    ///
    /// # Errors
    /// When the engine refuses.
    pub fn empty_view(&self, name: &str, columns: &[(String, ParameterType)]) -> Result<()> {
        let columns: Vec<String> = columns
            .iter()
            .map(|(name, kind)| format!("CAST(NULL AS {}) AS {}", sql_type(*kind), identifier(name)))
            .collect();
        self.execute(&format!(
            "CREATE OR REPLACE VIEW {} AS SELECT {} WHERE 1 = 0",
            identifier(name),
            columns.join(", ")
        ))
    }

    /// Makes a view of one canned query.
    ///
    /// # Errors
    /// When the query is wrong; the engine says where.
    pub fn view(&self, name: &str, sql: &str) -> Result<()> {
        self.execute(&format!("CREATE VIEW {} AS {sql}", identifier(name)))
    }

    /// Writes the rows of a staging query to a Parquet file in one of the folders that the session may reach. The engine
    /// writes it by itself, in any order, but where its rows are grouped: then they come in theirs.
    ///
    /// # Errors
    /// When the query fails, or the file can't be written.
    pub fn table_file(&self, query: &Staging, file: &Path) -> Result<()> {
        if let Some(group) = &query.group {
            return self.grouped_file(query.sql.text, group, file);
        }
        let folder = file.parent().unwrap_or(file);
        let path = Path::new(&self.path_text(folder)?).join(file.file_name().unwrap_or_default());
        let path =
            path.to_str().map(quoted).ok_or_else(|| Error::failed("a table has no name that is text"))?;
        self.execute(&format!(
            "COPY ({}) TO {path} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)",
            query.sql.text
        ))
    }

    /// The version of the engine's library.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn version(&self) -> Result<String> {
        self.connection.version().map_err(|e| engine_error("ask for the version of", e))
    }

    /// How many threads it may use.
    pub(super) fn threads(&self) -> usize {
        self.threads
    }

    /// Runs one canned query now and keeps its rows as a table.
    ///
    /// # Errors
    /// When the query fails; the engine says why.
    pub fn materialise(&self, name: &str, sql: &str) -> Result<()> {
        self.execute(&format!("CREATE TABLE {} AS {sql}", identifier(name)))
    }

    /// Runs a query and hands over its rows batch by batch, never all at once.
    ///
    /// # Errors
    /// When the query fails, at the start or in the middle, or when `take` does.
    pub fn stream(
        &self,
        sql: &str,
        parameters: &[Parameter],
        mut take: impl FnMut(RecordBatch) -> Result<()>,
    ) -> Result<()> {
        let mut statement = self.prepared(sql)?;
        begin(&mut statement, parameters)?;
        while let Some(batch) = step(&statement)? {
            take(batch)?;
        }
        Ok(())
    }

    /// As [`Session::stream`], for a query that orders nothing and is put together of many: its rows are all made first, in
    /// a table that may spill. Streaming such a query of millions of rows was seen to wait for itself for ever.
    ///
    /// # Errors
    /// As [`Session::stream`].
    pub fn stream_made(&self, sql: &str, take: impl FnMut(RecordBatch) -> Result<()>) -> Result<()> {
        const MADE: &str = "made";
        self.materialise(MADE, sql)?;
        let streamed = self.stream(&format!("SELECT * FROM {MADE}"), &[], take);
        self.execute(&format!("DROP TABLE {MADE}"))?;
        streamed
    }

    /// As [`Session::stream`], as long as `take` wants more. The first batch has no rows: it tells the columns.
    ///
    /// # Errors
    /// As [`Session::stream`].
    pub fn stream_while(
        &self,
        sql: &str,
        parameters: &[Parameter],
        mut take: impl FnMut(RecordBatch) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        let mut statement = self.prepared(sql)?;
        begin(&mut statement, parameters)?;
        // The columns are told even where there are no rows.
        if take(RecordBatch::new_empty(statement.schema()))?.is_break() {
            return Ok(());
        }
        while let Some(batch) = step(&statement)? {
            interrupt::check()?;
            if take(batch)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Runs a query that a person asked, which stands in `sql` as `question` behind so many lines of our own: what
    /// the engine complains of is told with line and column. The first batch comes even when it has no rows.
    pub(super) fn answer(
        &self,
        sql: &str,
        question: (&str, usize),
        mut take: impl FnMut(RecordBatch) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        interrupt::check()?;
        let told = |e: duckdb::Error| complaint::of_question(question.0, question.1, &e);
        let mut statement = self.connection.prepare(sql).map_err(told)?;
        drop(statement.stream_arrow([]).map_err(told)?);
        if take(RecordBatch::new_empty(statement.schema()))?.is_break() {
            return Ok(());
        }
        while let Some(batch) = statement.step().map_err(told)? {
            interrupt::check()?;
            if take(RecordBatch::from(&batch))?.is_break() {
                break;
            }
        }
        Ok(())
    }

    /// How many rows a view has.
    ///
    /// # Errors
    /// When there is no such view.
    pub fn count_view(&self, view: &str) -> Result<u64> {
        self.count_rows(&identifier(view), &[])
    }

    /// How many rows stand behind `FROM`.
    pub(super) fn count_rows(&self, from: &str, parameters: &[Parameter]) -> Result<u64> {
        let mut rows = 0;
        self.stream(&format!("SELECT COUNT(*) FROM {from}"), parameters, |batch| {
            let counted = batch.columns().first().and_then(|c| c.as_primitive_opt::<Int64Type>());
            rows = counted
                .and_then(|c| c.iter().flatten().next())
                .and_then(|n| u64::try_from(n).ok())
                .unwrap_or(0);
            Ok(())
        })?;
        Ok(rows)
    }

    /// Runs a query with a total order and writes its rows to a Parquet file.
    /// Columns in `looked_up` get a Bloom filter.
    ///
    /// # Errors
    /// When the query fails or the file can't be written; no file stands there then.
    pub fn write(&self, sql: &str, path: &Path, looked_up: &[&str]) -> Result<ParquetFile> {
        let mut out = None;
        self.write_into(&mut out, sql, path, looked_up)?;
        finished(out, path)
    }

    /// Writes the rows of a query behind those that `out` has, which is made when it is not there.
    pub(super) fn write_into(
        &self,
        out: &mut Option<ParquetOut>,
        sql: &str,
        path: &Path,
        looked_up: &[&str],
    ) -> Result<()> {
        let mut statement = self.prepared(sql)?;
        begin(&mut statement, &[])?;
        if out.is_none() {
            let schema = statement.schema();
            *out = Some(ParquetOut::create(path, schema, looked_up)?.with_threads(self.threads));
        }
        while let Some(batch) = step(&statement)? {
            out.as_mut().ok_or_else(|| nothing_written(path))?.write(&batch)?;
        }
        Ok(())
    }

    fn prepared(&self, sql: &str) -> Result<Statement<'_>> {
        self.connection.prepare(sql).map_err(|e| engine_error("prepare a query in", e))
    }
}

fn begin(statement: &mut Statement<'_>, parameters: &[Parameter]) -> Result<()> {
    let cells = parameters.iter().map(|p| value(p, ParameterType::Text));
    let stream =
        statement.stream_arrow(params_from_iter(cells)).map_err(|e| engine_error("run a query in", e))?;
    // The crate's own iterator panics when a later batch fails; `step` below says so instead.
    drop(stream);
    Ok(())
}

fn step(statement: &Statement<'_>) -> Result<Option<RecordBatch>> {
    interrupt::check()?;
    let batch = statement.step().map_err(|e| engine_error("run a query in", e))?;
    Ok(batch.as_ref().map(RecordBatch::from))
}

fn sql_type(kind: ParameterType) -> &'static str {
    match kind {
        ParameterType::Text => "VARCHAR",
        ParameterType::Integer => "BIGINT",
        ParameterType::Boolean => "BOOLEAN",
        ParameterType::Instant => "TIMESTAMP",
    }
}

fn value(cell: &Parameter, kind: ParameterType) -> Value {
    match (cell, kind) {
        (Parameter::Null, _) => Value::Null,
        (Parameter::Boolean(b), _) => Value::Boolean(*b),
        (Parameter::Integer(n), ParameterType::Instant) => Value::Timestamp(TimeUnit::Microsecond, *n),
        (Parameter::Integer(n), _) => Value::BigInt(*n),
        (Parameter::Text(t), _) => Value::Text(t.clone()),
    }
}

pub(super) fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

pub(super) fn quoted(text: impl AsRef<str>) -> String {
    format!("'{}'", text.as_ref().replace('\'', "''"))
}

fn engine_error(doing: &str, cause: duckdb::Error) -> Error {
    complaint::told(doing, &cause)
}

/// Finishes the file of a query that was asked once at least.
pub(super) fn finished(out: Option<ParquetOut>, path: &Path) -> Result<ParquetFile> {
    out.ok_or_else(|| nothing_written(path))?.finish()
}

fn nothing_written(path: &Path) -> Error {
    Error::failed(format!("internal: nothing was written to {}; please report this", path.display()))
}
