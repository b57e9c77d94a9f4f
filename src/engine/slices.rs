//! Queries asked slice by slice: the views that a sidecar names show one range of their rows after the other, and the
//! answers follow one another in one file. So what is in memory at once does not grow with the rows there are, and a part
//! that lies in one range of a sorted file is all that is read of it (decision 0014).

use std::path::Path;

use super::parameters::Parameter;
use super::parquet_out::ParquetOut;
use super::session::{Session, quoted};
use crate::base::{Error, Result};

/// The rows of one view that belong to a slice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    /// The view; it consists of files.
    pub view: String,
    /// The column whose values lie between.
    pub column: String,
    /// The least and the greatest value; nothing where no row belongs to the slice.
    pub between: Option<(Parameter, Parameter)>,
}

impl Range {
    fn condition(&self) -> String {
        let literal = |value: &Parameter| match value {
            Parameter::Text(text) => quoted(text),
            Parameter::Integer(number) => number.to_string(),
            Parameter::Boolean(truth) => truth.to_string(),
            Parameter::Null => "NULL".to_owned(),
        };
        self.between.as_ref().map_or_else(
            || "1 = 0".to_owned(),
            |(least, greatest)| {
                let column = super::session::identifier(&self.column);
                format!("{column} >= {} AND {column} <= {}", literal(least), literal(greatest))
            },
        )
    }
}

impl Session {
    /// As [`Session::write`], slice by slice. The views show all their rows again afterwards.
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
        for ranges in slices {
            ranges.iter().try_for_each(|range| self.show_range(range))?;
            self.write_into(&mut out, sql, path, looked_up)?;
        }
        let views = slices.iter().flatten().map(|range| range.view.as_str());
        views
            .collect::<std::collections::BTreeSet<_>>()
            .into_iter()
            .try_for_each(|view| self.show_all(view))?;
        out.ok_or_else(|| Error::failed("a query was asked in no slice")).and_then(ParquetOut::finish)
    }

    fn show_range(&self, range: &Range) -> Result<()> {
        self.file_view(&range.view, Some(&range.condition()))
    }

    fn show_all(&self, view: &str) -> Result<()> {
        self.file_view(view, None)
    }
}
