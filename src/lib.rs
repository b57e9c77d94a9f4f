//! Highwater, a breach-impact forensic analyser: it turns exported tables into answers that hold.
//!
//! The modules in reading order; imports go one way, downwards in this list
//! (`docs/architecture.md`; kept by `tests/layers.rs`).

/// The command line: one file a verb.
pub mod cli;

/// Writes what people need from the verdicts of a run: lists, summary.
pub mod deliver;

/// Runs the canned queries over the store and records the run.
pub mod classify;

/// Reads exports into the store: formats, contracts, typed columns, rejects, custody.
pub mod intake;

/// Invented exports of any size, to measure with and to try things out.
pub mod synth;

/// The case folder: layout, lock, journal, register of sources, records of runs.
pub mod case;

/// What is known of an incident and declared of a case: profile, facts, parameter tables.
pub mod incident;

/// DuckDB, locked down, over Parquet that we wrote.
pub mod engine;

/// What everything stands on: instants, hashing, durable files, text, errors, progress.
pub mod base;
