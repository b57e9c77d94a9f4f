//! `highwater queries explain NAME|CODE`.

use super::super::{Ui, reference};
use crate::base::Result;

/// Arguments of `queries explain`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Arguments {
    /// A query by its name, or a reason or finding by its code, such as user_passwords/NOT_ROTATED
    #[arg(value_name = "NAME|CODE")]
    name: String,
}

pub(super) fn run(arguments: &Arguments, ui: &Ui) -> Result<()> {
    let found = reference::find(&arguments.name)?;
    if ui.json {
        let pages = found.iter().map(|(name, page)| {
            serde_json::json!({ "name": name, "file": page.path, "markdown": page.markdown() })
        });
        return ui.data_json(&serde_json::json!({ "format": 1, "pages": pages.collect::<Vec<_>>() }));
    }
    let pages: Vec<String> = found.iter().map(|(_, page)| page.plain()).collect();
    ui.data(&pages.join("\n"))?;
    if let [(name, _), _, ..] = found.as_slice() {
        ui.say(&format!("{} pages have that name; one alone: highwater queries explain {name}", found.len()));
    }
    Ok(())
}
