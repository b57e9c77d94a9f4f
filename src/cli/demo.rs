//! `highwater demo [INCIDENT]`: the whole job on invented sample data that travels with the program.

use std::path::{Path, PathBuf};

use super::{Ui, run};
use crate::base::nearest::propose;
use crate::base::{Error, Result, files, library, safe};

/// Arguments of `demo`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// The incident to show [default: the first that has sample data]
    pub incident: Option<String>,
    /// Where to put the sample exports and the case
    #[arg(long, value_name = "DIR", default_value = "highwater-demo")]
    pub dir: PathBuf,
}

/// Writes the sample exports into the folder and runs the job on them.
///
/// # Errors
/// When there is no sample data for the incident, or as [`run::run`].
pub fn run(arguments: &Arguments, ui: &Ui) -> Result<()> {
    let incident = choose(arguments.incident.as_deref())?;
    let folder = arguments.dir.join(&incident);
    let sample = folder.join("sample");
    write_sample(&incident, &sample)?;
    ui.say(&format!("sample exports of {incident}, all invented: {}", safe::path(&sample)));
    // Named, they are the demo's own choice, and no news.
    let facts = Some(sample.join("facts.toml")).filter(|facts| facts.is_file());
    run::run(
        &run::Arguments {
            case: folder.join("case"),
            inputs: vec![sample],
            incident,
            facts,
            as_of: None,
            follow_links: false,
            strict: false,
            fail_on: Vec::new(),
        },
        ui,
    )
}

fn choose(asked: Option<&str>) -> Result<String> {
    let samples = library::samples();
    let found = match asked {
        None => samples.first(),
        Some(asked) => samples.iter().find(|name| **name == asked),
    };
    found.map(|name| (*name).to_owned()).ok_or_else(|| {
        let error = Error::usage(format!("there is no sample data for {}", asked.unwrap_or("any incident")))
            .expected(format!("one of: {}", samples.join(", ")));
        propose(error, asked.unwrap_or_default(), samples.iter().copied())
    })
}

fn write_sample(incident: &str, folder: &Path) -> Result<()> {
    for file in library::sample_files(incident) {
        files::write(&folder.join(file.path), file.bytes)?;
    }
    Ok(())
}
