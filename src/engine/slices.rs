//! Queries asked slice by slice: the views that a sidecar names show one range of their rows after the other, and the
//! answers follow one another. So what is in memory at once does not grow with the rows there are, and a part that lies in
//! one range of a sorted file is all that is read of it (decision 0014).

use std::collections::BTreeSet;
use std::path::Path;

use super::parameters::Parameter;
use super::parquet_out::ParquetOut;
use super::session::{Session, identifier, quoted};
use crate::base::{Error, Result};

/// The rows of one view that belong to a slice: those with values above the one and up to the other. The slice without a
/// lower bound has the rows without a value, too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    /// The view; it consists of files.
    pub view: String,
    /// The column by which it is cut.
    pub column: String,
    /// What is below the slice.
    pub above: Option<Parameter>,
    /// The greatest of the slice.
    pub up_to: Option<Parameter>,
}

impl Range {
    fn condition(&self) -> String {
        let column = identifier(&self.column);
        match (self.above.as_ref().map(literal), self.up_to.as_ref().map(literal)) {
            (Some(above), Some(up_to)) => format!("{column} > {above} AND {column} <= {up_to}"),
            (Some(above), None) => format!("{column} > {above}"),
            (None, Some(up_to)) => format!("({column} IS NULL OR {column} <= {up_to})"),
            (None, None) => "1 = 1".to_owned(),
        }
    }
}

fn literal(value: &Parameter) -> String {
    match value {
        Parameter::Text(text) => quoted(text),
        Parameter::Integer(number) => number.to_string(),
        Parameter::Boolean(truth) => truth.to_string(),
        Parameter::Null => "NULL".to_owned(),
    }
}

impl Session {
    /// Does something slice by slice: the views show the rows of one slice after the other, and all of them again afterwards.
    ///
    /// # Errors
    /// When a view does not consist of files, or `each` fails.
    pub fn sliced(&self, slices: &[Vec<Range>], mut each: impl FnMut() -> Result<()>) -> Result<()> {
        for ranges in slices {
            ranges.iter().try_for_each(|range| self.file_view(&range.view, Some(&range.condition())))?;
            each()?;
        }
        let views: BTreeSet<&str> = slices.iter().flatten().map(|range| range.view.as_str()).collect();
        views.into_iter().try_for_each(|view| self.file_view(view, None))
    }

    /// As [`Session::write`], slice by slice.
    ///
    /// # Errors
    /// As [`Session::write`]; also when a view does not consist of files.
    pub fn write_sliced(
        &self,
        sql: &str,
        path: &Path,
        looked_up: &[&str],
        slices: &[Vec<Range>],
    ) -> Result<u64> {
        let mut out: Option<ParquetOut> = None;
        self.sliced(slices, || self.write_into(&mut out, sql, path, looked_up))?;
        out.ok_or_else(|| Error::failed("a query was asked in no slice")).and_then(ParquetOut::finish)
    }
}
