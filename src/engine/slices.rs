//! Queries asked slice by slice: the views that a sidecar names show one range of their rows after the other, and the
//! answers follow one another. So what is in memory at once does not grow with the rows there are, and a part that lies in
//! one range of a sorted file is all that is read of it (decision 0014).

use std::collections::BTreeSet;
use std::path::Path;

use super::parameters::Parameter;
use super::parquet_out::{ParquetFile, ParquetOut};
use super::session::{Session, finished, identifier, quoted};
use crate::base::Result;

/// The rows of one view that belong to a slice: those with values above the one cut and up to the other. NULL comes first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    /// The view. One that does not consist of files shows all its rows in each slice.
    pub view: String,
    /// The column by which it is cut.
    pub column: String,
    /// Where the slice begins.
    pub above: Cut,
    /// Where it ends.
    pub up_to: Cut,
}

/// Where a slice begins or ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Nowhere: it has all that there is on this side.
    Open,
    /// Behind the rows without a value.
    Null,
    /// Behind a value.
    At(Parameter),
}

impl Range {
    fn condition(&self) -> String {
        let column = identifier(&self.column);
        match (&self.above, &self.up_to) {
            (Cut::Open, Cut::Open) => "1 = 1".to_owned(),
            (Cut::Open, Cut::Null) => format!("{column} IS NULL"),
            (Cut::Open, Cut::At(last)) => format!("({column} IS NULL OR {column} <= {})", literal(last)),
            (Cut::Null, Cut::Open) => format!("{column} IS NOT NULL"),
            (Cut::Null, Cut::At(last)) => format!("{column} <= {}", literal(last)),
            (Cut::At(before), Cut::Open) => format!("{column} > {}", literal(before)),
            (Cut::At(before), Cut::At(last)) => {
                format!("{column} > {} AND {column} <= {}", literal(before), literal(last))
            }
            (Cut::Null | Cut::At(_), Cut::Null) => "1 = 0".to_owned(),
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
    /// When a view can't be made, or `each` fails.
    pub fn sliced(&self, slices: &[Vec<Range>], mut each: impl FnMut() -> Result<()>) -> Result<()> {
        let is_of_files = |range: &&Range| self.consists_of_files(&range.view);
        for ranges in slices {
            let mut ranges = ranges.iter().filter(is_of_files);
            ranges.try_for_each(|range| self.file_view(&range.view, Some(&range.condition())))?;
            each()?;
        }
        let ranges = slices.iter().flatten().filter(is_of_files);
        let views: BTreeSet<&str> = ranges.map(|range| range.view.as_str()).collect();
        views.into_iter().try_for_each(|view| self.file_view(view, None))
    }

    /// As [`Session::write`], slice by slice.
    ///
    /// # Errors
    /// As [`Session::write`].
    pub fn write_sliced(
        &self,
        sql: &str,
        path: &Path,
        looked_up: &[&str],
        slices: &[Vec<Range>],
    ) -> Result<ParquetFile> {
        let mut out: Option<ParquetOut> = None;
        self.sliced(slices, || self.write_into(&mut out, sql, path, looked_up))?;
        finished(out, path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each row in exactly one slice, those without a value too, whichever cuts there are.
    #[test]
    fn each_row_is_in_one_slice() {
        let engine = duckdb::Connection::open_in_memory().unwrap();
        engine
            .execute_batch("CREATE TABLE t AS SELECT unnest([NULL, NULL, '', 'a', 'it''s', 'z', 'é']) AS v")
            .unwrap();
        let at = |text: &str| Cut::At(text.into());
        for cuts in [
            vec![],
            vec![Cut::Null],
            vec![Cut::Null, at("a"), at("it's")],
            vec![at("")],
            vec![at("b"), at("z")],
            vec![at("é")],
        ] {
            let begins = [Cut::Open].into_iter().chain(cuts.clone());
            let ends = cuts.clone().into_iter().chain([Cut::Open]);
            let mut found = 0;
            for (above, up_to) in begins.zip(ends) {
                let range = Range { view: "t".to_owned(), column: "v".to_owned(), above, up_to };
                let sql = format!("SELECT count(*) FROM t WHERE {}", range.condition());
                found += engine.query_row(&sql, [], |row| row.get::<_, i64>(0)).unwrap();
            }
            assert_eq!(found, 7, "{cuts:?}");
        }
    }
}
