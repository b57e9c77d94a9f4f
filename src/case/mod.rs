//! The case folder: one investigation, its store, its runs and what was done to it (1-overview, "The case folder").

mod folder;
mod journal;
mod kept;
mod lock;
mod making;
mod recover;
mod register;
mod run;
mod scratch;
pub mod slices;
pub mod views;
pub mod workbench;

pub use folder::Case;
pub use journal::Act;
pub use lock::CaseLock;
pub use making::{Making, NewCase};
pub use register::{Custody, Reading, Register, Source};
pub use run::{CoverageRecord, FindingRecord, HashedFile, RunRecord, SourceRecord, VerdictFile};
pub use scratch::Scratch;
