//! `export verdicts`: one CSV a query, for machines: nothing is neutralised or removed
//! (3-rules, "Order and form of all verdicts").

use std::path::Path;

use arrow::record_batch::RecordBatch;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};

use super::cells::Cells;
use super::csv;
use super::written::{self, HashedOut, Written, WrittenFile};
use crate::base::progress::Meter;
use crate::base::{Error, Kind, Result, files, interrupt};
use crate::case::{Act, Case, RunRecord, workbench};

/// Rows read at once: bounds memory, leaves no trace in the bytes.
const BATCH: usize = 8_192;

/// Writes the verdicts of a run as CSV, one file a query, directly into `out` or else `out/NNNN/verdicts/`.
///
/// # Errors
/// When the run can't be read, the case is busy, or a file can't be written.
pub fn export(case: &Case, number: u32, out: Option<&Path>, meter: &Meter) -> Result<Written> {
    out.map_or(Ok(()), |out| case.refuse_own(out))?;
    let record = case.run_record(number)?;
    let folder = out.map_or_else(|| case.out_folder(number).join("verdicts"), Path::to_path_buf);
    let mut lock = case.lock("export")?;
    let act = Act {
        verb: "export".to_owned(),
        arguments: vec!["verdicts".to_owned(), format!("run={}", record.id)],
        read: record.verdicts.iter().map(|v| v.sha256.clone()).collect(),
        wrote: Vec::new(),
    };
    lock.begin(&act)?;
    let made = written::together(&folder, None, |staged| write_all(case, number, &record, staged, meter));
    let files = written::ended(&mut lock, act, made)?;
    Ok(Written { folder, files })
}

fn write_all(
    case: &Case,
    number: u32,
    record: &RunRecord,
    folder: &Path,
    meter: &Meter,
) -> Result<Vec<WrittenFile>> {
    let work = meter.steps("exporting", record.verdicts.len() as u64);
    let mut files = Vec::new();
    for verdicts in &record.verdicts {
        interrupt::check()?;
        work.say(&verdicts.query);
        let name = format!("{}.csv", verdicts.query);
        let parquet = workbench::verdict_file(case, number, verdicts)?;
        files.push(write(&parquet, &folder.join(&name), name)?);
        work.advance(1);
    }
    Ok(files)
}

/// Copies one verdict file row by row in its own order.
fn write(parquet: &Path, path: &Path, file: String) -> Result<WrittenFile> {
    let input = files::open_own(parquet)?;
    let damaged = |e: parquet::errors::ParquetError| {
        Error::new(Kind::CaseUnusable, format!("the verdicts {} are damaged", parquet.display())).because(e)
    };
    let metadata = ArrowReaderMetadata::load(&input, ArrowReaderOptions::new()).map_err(damaged)?;
    let header: Vec<String> = metadata.schema().fields().iter().map(|f| f.name().clone()).collect();
    let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(input, metadata)
        .with_batch_size(BATCH)
        .build()
        .map_err(damaged)?;
    let mut out = HashedOut::create(path)?;
    let mut piece = Vec::new();
    csv::line(&mut piece, &header);
    out.add(&piece)?;
    let mut rows = 0;
    for batch in reader {
        interrupt::check()?;
        let batch = batch.map_err(|e| damaged(e.into()))?;
        piece.clear();
        lines(&mut piece, &batch)?;
        out.add(&piece)?;
        rows += batch.num_rows() as u64;
    }
    Ok(WrittenFile { file, rows, sha256: out.finish()? })
}

fn lines(piece: &mut Vec<u8>, batch: &RecordBatch) -> Result<()> {
    let columns = Cells::of(batch)?;
    for row in 0..batch.num_rows() {
        for (i, column) in columns.iter().enumerate() {
            if i > 0 {
                piece.push(b',');
            }
            csv::cell(piece, column.cell(row));
        }
        piece.push(b'\n');
    }
    Ok(())
}
