//! Writes what people and machines need from the verdicts of a run, into `out/NNNN/` (6-deliverables).
//! Everything here is byte-identical when made twice.

pub mod answer;
mod cells;
mod csv;
pub mod folder_name;
mod lists;
pub mod neutral;
pub mod pick;
mod reading;
mod summary;
mod verdicts;
mod written;

pub use lists::{Format, Wanted, export as lists};
pub use summary::{Number, Summary, of_run as summary};
pub use verdicts::export as verdicts;
pub use written::{Written, WrittenFile};
