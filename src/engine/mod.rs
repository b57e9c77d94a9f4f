//! DuckDB as the engine of the canned queries: in memory, over Parquet that we wrote, locked down.
//!
//! DuckDB takes its data files to come from trusted writers, so foreign bytes never reach it: it sees only
//! Parquet of our own, in folders that are named when it opens, and can neither load extensions nor reach a
//! network (8-engineering, "DuckDB, locked down").

mod alias;
pub mod ask;
pub mod canned;
mod complaint;
mod grouped;
mod list_table;
mod parameters;
mod parquet_out;
mod parquet_rows;
pub mod portability;
mod selection;
mod session;
mod slices;
pub mod tables;

pub use parameters::{Parameter, ParameterTable, ParameterType};
pub use parquet_out::{ParquetFile, ParquetOut, damaged};
pub use parquet_rows::{ParquetRows, guarded};
pub use selection::{Filter, Selection};
pub use session::{Access, Session, version};
pub use slices::{Cut, Range};
