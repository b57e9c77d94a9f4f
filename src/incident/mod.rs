//! What is publicly known of an incident (a [`Profile`], the same for everyone who investigates it), and what one
//! case's exports can prove (its [`Facts`], declared by a person). Both are data: TOML in, parameter tables for the
//! queries out (2-tables, "Profile and facts").

mod as_of;
mod built_in;
mod cohort;
pub mod coverage;
mod facts;
mod parameters;
mod profile;
mod profile_file;
mod vocabulary;
mod window;

pub use as_of::{AsOfSource, resolve_as_of};
pub use built_in::{BuiltIn, built_in, built_ins, profile_text};
pub use cohort::{Cohort, Term, Word};
pub use coverage::{FedSource, Judged, Objection};
pub use facts::{Acceptance, Coverage, Declared, Facts};
pub use parameters::parameters;
pub use profile::{DataClass, Dates, Exempt, Legal, Population, Profile, SignIn, StatedDate};
pub use window::Window;
