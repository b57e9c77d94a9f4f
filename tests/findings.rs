//! Quality findings: a clean case has none that matters, what can't be decided is named truly, the summary shows them
//! by weight, and a caller may fail on them and on rejects (3-rules, "Quality findings"; 1-overview, "Commands").

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects by failing; the lints let only functions marked as tests do so"
)]

#[path = "findings/support.rs"]
mod support;

#[path = "findings/absent.rs"]
mod absent;
#[path = "findings/demand.rs"]
mod demand;
#[path = "findings/sidecars.rs"]
mod sidecars;
#[path = "findings/summary.rs"]
mod summary;
