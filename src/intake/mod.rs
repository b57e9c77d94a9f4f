//! Reads exports into the store: which file is which table, what its cells mean, what could not be read.
//!
//! [`plan`] looks at the heads of files and says what would be done; [`ingest`] does it, all or nothing. A file goes
//! through bounded stages at once: one thread reads, hashes and cuts at records' ends, workers parse and type, and
//! the rows are written in the file's order (8-engineering, "Intake in one pass").

mod budget;
pub mod cell;
mod chunks;
mod coding;
mod columns;
mod declare;
mod facts;
mod find;
mod head;
mod header;
mod input;
mod links;
mod long;
mod orders;
mod pattern;
mod pipeline;
mod plan;
mod preview;
mod readable;
mod record;
mod records;
mod rejects;
mod split;
mod stated;
mod store;
mod suspect;
mod tally;
mod typing;
mod walk;

pub use declare::declare_account;
pub use facts::{FactsOutcome, FoundFacts};
pub use plan::{Plan, PlannedFile, Request, plan};
pub use preview::{Preview, PreviewColumn, preview};
pub use record::{RecordBytes, record_in_source};
pub use rejects::masked;
pub use stated::{Stated, sources_file};
pub use store::{IngestedFile, Options, Outcome, ingest};
pub use walk::{Cutting, Walked, walk};

/// The codes with which records and cells are rejected.
pub fn reject_codes() -> impl Iterator<Item = &'static str> {
    rejects::Reason::ALL.into_iter().map(rejects::Reason::code)
}
