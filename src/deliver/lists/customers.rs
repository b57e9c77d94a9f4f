//! `customers/<account>/`: each account's own rows only, to hand over.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::definition::List;
use super::manifest::{self, ListFile};
use super::sink::{Format, Sinks};
use super::{pieces, write_text};
use crate::base::{Result, interrupt};
use crate::deliver::folder_name;
use crate::deliver::reading::Reading;
use crate::deliver::written::WrittenFile;

const ACCOUNT: &str = "account_id";

/// Files by account, then by the place of their list; what is said of a list is the same for all.
type ByAccount = BTreeMap<String, BTreeMap<usize, Vec<WrittenFile>>>;

/// Writes a folder for each account that has a row in some list; there, a list without its rows is empty.
/// Rows whose account is not known are nobody's own.
///
/// # Errors
/// When a query fails or a file can't be written.
pub(super) fn write(
    reading: &Reading,
    lists: &[List],
    formats: &[Format],
    folder: &Path,
) -> Result<Vec<WrittenFile>> {
    let lists: Vec<&List> = lists.iter().filter(|list| list.hand_over).collect();
    let mut accounts = ByAccount::new();
    for list in lists.iter().enumerate() {
        rows_of(reading, list, formats, folder, &mut accounts)?;
    }
    let mut written = Vec::new();
    for (account, mut by_list) in accounts {
        interrupt::check()?;
        let below = place(&account);
        let mut files = Vec::new();
        for (place, list) in lists.iter().enumerate() {
            let own = match by_list.remove(&place) {
                Some(own) => own,
                None => {
                    let below = folder.join(&below);
                    Sinks::create(&below, &list.name, list, formats, &reading.record.id)?.finish()?
                }
            };
            files.extend(own.into_iter().map(|written| ListFile::new(list, written)));
        }
        let text = manifest::customer(&reading.record, &files)?;
        let manifest = write_text(&folder.join(&below), "lists.json", &text)?;
        let own = files.into_iter().map(|f| f.written).chain([manifest]);
        written
            .extend(own.map(|f| WrittenFile { file: format!("{}/{}", below_text(&account), f.file), ..f }));
    }
    Ok(written)
}

/// Writes the rows of one list, account by account: only one account's files are open at a time.
fn rows_of(
    reading: &Reading,
    (place_of_list, list): (usize, &&List),
    formats: &[Format],
    folder: &Path,
    accounts: &mut ByAccount,
) -> Result<()> {
    let mut open: Option<(String, Sinks)> = None;
    let mut keep = |done: Option<(String, Sinks)>| -> Result<()> {
        if let Some((account, sinks)) = done {
            accounts.entry(account).or_default().insert(place_of_list, sinks.finish()?);
        }
        Ok(())
    };
    reading.session().stream(&list.ordered(Some(ACCOUNT)), &[], |batch| {
        for (account, rows) in pieces(&batch, Some(ACCOUNT))?.into_iter().filter(|(a, _)| !a.is_empty()) {
            if open.as_ref().is_none_or(|(last, _)| *last != account) {
                interrupt::check()?;
                keep(open.take())?;
                let below = folder.join(place(&account));
                let sinks = Sinks::create(&below, &list.name, list, formats, &reading.record.id)?;
                open = Some((account, sinks));
            }
            if let Some((_, sinks)) = &mut open {
                sinks.write(&rows)?;
            }
        }
        Ok(())
    })?;
    keep(open)
}

fn place(account: &str) -> PathBuf {
    Path::new("customers").join(folder_name::encode(account))
}

fn below_text(account: &str) -> String {
    format!("customers/{}", folder_name::encode(account))
}
