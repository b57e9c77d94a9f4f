//! The account that a person declares: a customer's own case has one, and its exports may not name it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray, new_null_array};

use super::{cell, columns};
use crate::base::{Error, Result, digest};
use crate::case::{Act, Case, CaseLock, Source};
use crate::engine::{ParquetOut, tables};

/// The name that the register gives to what was declared.
pub(super) const DECLARED: &str = "declared";

/// Stores one record of `accounts`, of a source named `declared` (2-tables, "Canonical tables").
///
/// # Errors
/// When the account has no name, or the case can't be written.
pub fn declare_account(
    case: &Case,
    lock: &mut CaseLock,
    account: &str,
    products: Option<&str>,
) -> Result<()> {
    let account = account.trim();
    if account.is_empty() {
        return Err(Error::usage("the account has no name").next("--account ID"));
    }
    let items = cell::items(products.unwrap_or_default(), true)
        .ok_or_else(|| Error::usage("the list of products is longer than anybody writes"))?;
    let items: Vec<String> = items.into_iter().map(Cow::into_owned).collect();
    let statement = format!("account_id,products\n{account},{}\n", items.join(";"));
    let sha256 = digest::sha256(statement.as_bytes());
    let mut register = case.register()?;
    if register.find(&sha256, "accounts").is_some() {
        return Ok(());
    }
    let mut source = Source {
        source: sha256.get(..16).unwrap_or(&sha256).to_owned(),
        bytes: statement.len() as u64,
        sha256: sha256.clone(),
        table: "accounts".to_owned(),
        path: DECLARED.to_owned(),
        read: 1,
        stored: 1,
        columns: ["account_id", "products"].map(|name| (name.to_owned(), name.to_owned())).into(),
        ..Source::default()
    };
    let mut act = Act { verb: "declare".to_owned(), read: vec![sha256], ..Act::default() };
    lock.begin(&act)?;
    source.files = write(case, &source.source, account, &items)?;
    register.add(source);
    act.wrote.push(lock.commit(&act, &register)?);
    lock.end(&act, "stored")
}

/// Writes the record; the SHA-256 of each file by table.
fn write(case: &Case, source: &str, account: &str, items: &[String]) -> Result<BTreeMap<String, String>> {
    let mut written = BTreeMap::new();
    let table = tables::table("accounts")?;
    let joined = (!items.is_empty()).then(|| items.join(";"));
    for (name, stored) in table.stored_tables() {
        let schema = columns::schema(&stored);
        let is_long = name != table.name;
        let rows = if is_long { items.len() } else { 1 };
        let cells = schema.fields().iter().map(|field| -> ArrayRef {
            match field.name().as_str() {
                "account_id" => Arc::new(StringArray::from(vec![account; rows])),
                "products" => Arc::new(StringArray::from(vec![joined.clone(); rows])),
                "product" => Arc::new(StringArray::from(items.to_vec())),
                "source" => Arc::new(StringArray::from(vec![source; rows])),
                "record" => Arc::new(Int64Array::from(vec![1; rows])),
                _ => new_null_array(field.data_type(), rows),
            }
        });
        let batch = RecordBatch::try_new(schema.clone(), cells.collect())
            .map_err(|e| Error::failed("cannot store the declared account").because(e))?;
        let mut out = ParquetOut::create(&case.stored(&name, source), schema, &["account_id"])?;
        out.write(&batch)?;
        written.insert(name, out.finish()?.sha256);
    }
    Ok(written)
}
