//! The case folder: one investigation, its store, its runs and what was done to it (1-overview, "The case folder").

mod evidence;
mod folder;
mod inspect;
mod journal;
mod kept;
mod ledger;
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
pub use register::{Custody, OddQuotes, Reading, Register, Source, rejects_of};
pub use run::{CoverageRecord, FindingRecord, HashedFile, RunRecord, SourceRecord, VerdictFile};
pub use scratch::Scratch;
