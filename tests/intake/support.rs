//! A case, exports, and what became of them.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use highwater::base::Result;
use highwater::base::progress::Meter;
use highwater::case::{Case, NewCase, Source};
use highwater::intake::{self, Options, Outcome, Request, Stated};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

pub struct Bench {
    folder: tempfile::TempDir,
    pub case: Case,
}

/// A row of a stored table: each column as text, NULL as nothing.
pub type Row = BTreeMap<String, Option<String>>;

impl Bench {
    pub fn new() -> Self {
        Self::in_folder(tempfile::tempdir().unwrap())
    }

    /// For very many small files: where there is one, in a file system that makes nothing durable.
    pub fn light() -> Self {
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
        Self::in_folder(folder.unwrap())
    }

    fn in_folder(folder: tempfile::TempDir) -> Self {
        let new = NewCase { profile: "format = 1\n".to_owned(), ..NewCase::default() };
        let case = Case::create(&folder.path().join("case"), &new).unwrap();
        fs::create_dir(folder.path().join("exports")).unwrap();
        Self { folder, case }
    }

    pub fn exports(&self) -> PathBuf {
        self.folder.path().join("exports")
    }

    pub fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.exports().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    pub fn ingest(&self) -> Result<Outcome> {
        self.ingest_with(&[self.exports()], Stated::default(), 2)
    }

    pub fn ingest_with(&self, inputs: &[PathBuf], stated: Stated, threads: usize) -> Result<Outcome> {
        let plan = intake::plan(&Request { inputs: inputs.to_vec(), stated, ..Request::default() })?;
        intake::ingest(&self.case, &plan, Options { threads, ..Options::default() }, &Meter::silent())
    }

    /// Ingests one file of a table and gives its source and rows.
    pub fn one(&self, name: &str, bytes: impl AsRef<[u8]>, stated: Stated) -> (Source, Vec<Row>) {
        let path = self.file(name, bytes);
        let outcome = self.ingest_with(&[path], stated, 2).unwrap_or_else(|e| panic!("{e}"));
        let source = outcome.files[0].source.clone();
        let rows = self.rows(&source.table, &source.source);
        assert_eq!(source.read, source.stored + source.rejected);
        assert_eq!(rows.len() as u64, source.stored);
        let rejects = self.rejects(&source);
        let of_records = rejects.iter().filter(|reject| cell(reject, "kind") == "record").count() as u64;
        let of_cells = rejects.len() as u64 - of_records;
        assert_eq!(
            (of_records, of_cells),
            (source.rejected, source.field_rejects.values().sum()),
            "what is kept is counted"
        );
        (source, rows)
    }

    pub fn rows(&self, table: &str, source: &str) -> Vec<Row> {
        rows_of(&self.case.stored(table, source))
    }

    pub fn rejects(&self, source: &Source) -> Vec<Row> {
        let path = self.case.stored(&format!("rejects/{}", source.table), &source.source);
        if path.exists() { rows_of(&path) } else { Vec::new() }
    }

    /// Every file of the store with its bytes, but for the lock and the journal.
    pub fn store_bytes(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        collect(&self.case.store(), &self.case.store(), &mut files);
        files.remove("sources.parquet");
        files
    }
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
            files.insert(name, fs::read(&path).unwrap());
        }
    }
}

fn rows_of(path: &Path) -> Vec<Row> {
    let file = File::open(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
    reader.flat_map(|batch| rows_of_batch(&batch.unwrap())).collect()
}

fn rows_of_batch(batch: &RecordBatch) -> Vec<Row> {
    let options = FormatOptions::default();
    let mut rows = vec![Row::new(); batch.num_rows()];
    for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
        let formatter = ArrayFormatter::try_new(column.as_ref(), &options).unwrap();
        for (index, row) in rows.iter_mut().enumerate() {
            let value = column.is_valid(index).then(|| formatter.value(index).to_string());
            row.insert(field.name().clone(), value);
        }
    }
    rows
}

/// One cell; `NULL` for none.
pub fn cell<'r>(row: &'r Row, column: &str) -> &'r str {
    row.get(column).unwrap_or_else(|| panic!("no column {column}")).as_deref().unwrap_or("NULL")
}

/// An interval as stored; one instant when it is exact.
pub fn interval(row: &Row, column: &str) -> String {
    let (lo, hi) = (cell(row, column), cell(row, &format!("{column}_latest")));
    if hi == "NULL" { lo.to_owned() } else { format!("{lo} .. {hi}") }
}

pub const WIDEST: &str = "1970-01-01T00:00:00 .. 2199-12-31T23:59:59.999999";
