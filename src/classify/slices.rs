//! Where a query that goes account by account is cut: behind so many users, never within an account.

use arrow::array::{Array, AsArray};
use arrow::datatypes::Int64Type;
use arrow::record_batch::RecordBatch;

use crate::base::{Error, Result, library};
use crate::engine::canned::SlicedViews;
use crate::engine::{Parameter, Range, Session};

/// The query of all groups of users in their order.
pub(super) const GROUPS: &str = "classify/slices/user_groups.sql";

/// Accounts that follow one another, with their groups of users.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Slice {
    groups: Option<(i64, i64)>,
    accounts: Option<(String, String)>,
    users: i64,
}

/// Cuts all users into slices of so many, and those of the account at the end of each; one slice at least.
///
/// # Errors
/// When the groups of users can't be read or are out of order.
pub(super) fn of(session: &Session, users_at_once: u64) -> Result<Vec<Slice>> {
    let mut slices = Slices::of(users_at_once);
    session.stream(library::read(GROUPS)?.text, &[], |groups| {
        for row in 0..groups.num_rows() {
            let (group, account, users) = cells(&groups, row)?;
            slices.add(group, account, users)?;
        }
        Ok(())
    })?;
    Ok(slices.done.into_iter().chain([slices.open]).collect())
}

struct Slices {
    /// Users of a slice that is full.
    full: i64,
    done: Vec<Slice>,
    open: Slice,
    last_account: Option<String>,
}

impl Slices {
    fn of(users: u64) -> Self {
        let full = i64::try_from(users).unwrap_or(i64::MAX);
        Self { full, done: Vec::new(), open: Slice::default(), last_account: None }
    }

    /// Adds the next group of users: into the slice that is open, or the next one when that is full and its last account over.
    fn add(&mut self, group: i64, account: Option<&str>, users: i64) -> Result<()> {
        let is_other = self.last_account.as_deref() != account;
        if is_other && self.open.users >= self.full {
            self.done.push(std::mem::take(&mut self.open));
        }
        let last_group = self.open.groups.or(self.done.last().and_then(|slice| slice.groups));
        let is_in_order =
            last_group.is_none_or(|(_, last)| last < group) && self.last_account.as_deref() <= account;
        if !is_in_order {
            return Err(Error::failed("groups of users are not numbered in the order of their accounts"));
        }
        self.open.add(group, account, users);
        if is_other {
            self.last_account = account.map(str::to_owned);
        }
        Ok(())
    }
}

fn cells(groups: &RecordBatch, row: usize) -> Result<(i64, Option<&str>, i64)> {
    let malformed = || Error::failed(format!("queries/{GROUPS} does not yield group, account and users"));
    let [numbers, accounts, users] = groups.columns() else { return Err(malformed()) };
    let numbers = numbers.as_primitive_opt::<Int64Type>().ok_or_else(malformed)?;
    let accounts = accounts.as_string_opt::<i32>().ok_or_else(malformed)?;
    let users = users.as_primitive_opt::<Int64Type>().ok_or_else(malformed)?;
    let account = accounts.is_valid(row).then(|| accounts.value(row));
    Ok((numbers.value(row), account, users.value(row)))
}

impl Slice {
    fn add(&mut self, group: i64, account: Option<&str>, users: i64) {
        self.users += users;
        self.groups = Some((self.groups.map_or(group, |(first, _)| first), group));
        if let Some(account) = account {
            let (_, last) = self.accounts.get_or_insert_with(|| (account.to_owned(), account.to_owned()));
            if last != account {
                account.clone_into(last);
            }
        }
    }

    /// The rows of the views that belong to the slice.
    pub fn ranges(&self, views: &SlicedViews) -> Vec<Range> {
        let groups = self.groups.map(|(first, last)| (first.into(), last.into()));
        let accounts =
            self.accounts.as_ref().map(|(first, last)| (first.as_str().into(), last.as_str().into()));
        let range = |view: &String, column: &str, between: &Option<(Parameter, Parameter)>| Range {
            view: view.clone(),
            column: column.to_owned(),
            between: between.clone(),
        };
        let by_group = views.by_group.iter().map(|view| range(view, "group_number", &groups));
        let by_account = views.by_account.iter().map(|view| range(view, "account_id", &accounts));
        by_group.chain(by_account).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USERS: i64 = 100;

    fn cut(groups: &[(i64, Option<&str>, i64)]) -> Result<Vec<Slice>> {
        let mut slices = Slices::of(100);
        groups.iter().try_for_each(|(group, account, users)| slices.add(*group, *account, *users))?;
        Ok(slices.done.into_iter().chain([slices.open]).collect())
    }

    fn slice(groups: (i64, i64), accounts: (&str, &str), users: i64) -> Slice {
        let accounts = (!accounts.0.is_empty()).then(|| (accounts.0.to_owned(), accounts.1.to_owned()));
        Slice { groups: Some(groups), accounts, users }
    }

    #[test]
    fn a_slice_ends_with_the_account_that_fills_it() {
        let groups = [
            (1, None, USERS),
            (2, None, 1),
            (3, Some("a"), USERS - 1),
            (4, Some("b"), 1),
            (5, Some("b"), USERS),
            (6, Some("c"), 1),
        ];
        let expected = vec![
            slice((1, 2), ("", ""), USERS + 1),
            slice((3, 5), ("a", "b"), 2 * USERS),
            slice((6, 6), ("c", "c"), 1),
        ];
        assert_eq!(cut(&groups).unwrap(), expected);
    }

    #[test]
    fn without_users_there_is_one_slice_of_no_rows() {
        let slices = cut(&[]).unwrap();
        assert_eq!(slices, vec![Slice::default()]);
        let views =
            SlicedViews { by_group: vec!["users".to_owned()], by_account: vec!["accounts".to_owned()] };
        assert!(slices[0].ranges(&views).iter().all(|range| range.between.is_none()));
    }

    #[test]
    fn groups_out_of_order_are_refused() {
        assert!(cut(&[(2, Some("a"), 1), (1, Some("b"), 1)]).is_err());
        assert!(cut(&[(1, Some("b"), 1), (2, Some("a"), 1)]).is_err());
        assert!(cut(&[(1, Some("a"), USERS), (2, None, 1)]).is_err());
    }
}
