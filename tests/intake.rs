//! Intake of CSV: nothing is lost, every cell means what 2-tables says, and the same bytes give the same store.

#[path = "intake/support.rs"]
mod support;

#[path = "intake/cells.rs"]
mod cells;
#[path = "intake/files.rs"]
mod files;
#[path = "intake/hostile.rs"]
mod hostile;
#[path = "intake/property.rs"]
mod property;
