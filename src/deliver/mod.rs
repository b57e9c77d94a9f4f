//! Writes what people and machines need from the verdicts of a run, into `out/NNNN/` (6-deliverables).
//! Everything here is byte-identical when made twice.

mod cells;
mod csv;
mod verdicts;
mod written;

pub use verdicts::export as verdicts;
pub use written::{Written, WrittenFile};
