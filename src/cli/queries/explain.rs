//! `highwater queries explain NAME|CODE`.

use super::super::{Ui, reference};
use crate::base::{Result, table};

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
    if let [(_, page)] = found.as_slice() {
        return ui.data(&page.plain());
    }
    let row = |(name, page): &(String, reference::Page)| vec![name.clone(), page.lead()];
    let rows: Vec<Vec<String>> = found.iter().map(row).collect();
    ui.data(&table::render(&["name", "in words"], &rows, &[]))?;
    if let Some((name, _)) = found.first() {
        ui.say(&format!("next: name one of them, as in highwater queries explain {name}"));
    }
    Ok(())
}
