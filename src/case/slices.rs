//! Where what goes account by account is cut: behind so many users, never within an account.

use arrow::array::{Array, AsArray};
use arrow::datatypes::Int64Type;
use arrow::record_batch::RecordBatch;

use crate::base::{Error, Result, library};
use crate::engine::canned::SlicedViews;
use crate::engine::{Cut, Range, Session};

/// The query of all groups of users in their order.
pub const GROUPS: &str = "classify/slices/user_groups.sql";

/// The last account of a slice and its last group of users.
#[derive(Clone, Debug, PartialEq, Eq)]
struct End {
    group: i64,
    /// Nothing for the users whose account is not known, who come first.
    account: Option<String>,
}

/// All accounts, cut into slices that follow one another: behind each of these ends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Slices {
    ends: Vec<End>,
}

impl Slices {
    /// Cuts behind so many users, and those of the account at the end.
    ///
    /// # Errors
    /// When the groups of users can't be read or are out of order.
    pub fn of(session: &Session, users_at_once: u64) -> Result<Self> {
        let mut cutter = Cutter::new(users_at_once);
        session.stream(library::read(GROUPS)?.text, &[], |groups| {
            for row in 0..groups.num_rows() {
                let (group, account, users) = cells(&groups, row)?;
                cutter.add(group, account, users)?;
            }
            Ok(())
        })?;
        Ok(Self { ends: cutter.ends })
    }

    /// Whether there is but one.
    #[must_use]
    pub fn is_one(&self) -> bool {
        self.ends.is_empty()
    }

    /// For each slice the rows of the views that belong to it.
    #[must_use]
    pub fn ranges(&self, views: &SlicedViews) -> Vec<Vec<Range>> {
        let above = std::iter::once(None).chain(self.ends.iter().map(Some));
        let up_to = self.ends.iter().map(Some).chain([None]);
        above.zip(up_to).map(|(above, up_to)| ranges(views, above, up_to)).collect()
    }
}

fn ranges(views: &SlicedViews, above: Option<&End>, up_to: Option<&End>) -> Vec<Range> {
    let group = |end: Option<&End>| end.map_or(Cut::Open, |end| Cut::At(end.group.into()));
    let by_group = views.by_group.iter().map(|view| Range {
        view: view.clone(),
        column: "group_number".to_owned(),
        above: group(above),
        up_to: group(up_to),
    });
    let account = |end: Option<&End>| match end {
        None => Cut::Open,
        Some(End { account: None, .. }) => Cut::Null,
        Some(End { account: Some(account), .. }) => Cut::At(account.as_str().into()),
    };
    let by_account = views.by_account.iter().map(|(view, column)| Range {
        view: view.clone(),
        column: column.clone(),
        above: account(above),
        up_to: account(up_to),
    });
    by_group.chain(by_account).collect()
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

struct Cutter {
    /// Users of a slice that is full.
    full: i64,
    /// Users of the slice that is open.
    users: i64,
    last: Option<End>,
    ends: Vec<End>,
}

impl Cutter {
    fn new(users: u64) -> Self {
        Self { full: i64::try_from(users).unwrap_or(i64::MAX), users: 0, last: None, ends: Vec::new() }
    }

    /// Adds the next group of users: into the slice that is open, or the next one when that is full and its last account over.
    fn add(&mut self, group: i64, account: Option<&str>, users: i64) -> Result<()> {
        if let Some(last) = &mut self.last {
            if group <= last.group || account < last.account.as_deref() {
                let what = "groups of users are not numbered in the order of their accounts";
                return Err(Error::failed(what));
            }
            let is_same = account == last.account.as_deref();
            // A statement that cuts can't hold a NUL.
            let may_end = last.account.as_deref().is_none_or(|account| !account.contains('\0'));
            if !is_same && self.users >= self.full && may_end {
                self.ends.push(last.clone());
                self.users = 0;
            }
            last.group = group;
            if !is_same {
                last.account = account.map(str::to_owned);
            }
        } else {
            self.last = Some(End { group, account: account.map(str::to_owned) });
        }
        self.users += users;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(groups: &[(i64, Option<&str>, i64)]) -> Result<Slices> {
        let mut cutter = Cutter::new(100);
        groups.iter().try_for_each(|(group, account, users)| cutter.add(*group, *account, *users))?;
        Ok(Slices { ends: cutter.ends })
    }

    fn end(group: i64, account: Option<&str>) -> End {
        End { group, account: account.map(str::to_owned) }
    }

    #[test]
    fn a_slice_ends_with_the_account_that_fills_it() {
        let groups = [
            (1, None, 100),
            (2, None, 1),
            (3, Some("a"), 99),
            (4, Some("b"), 1),
            (5, Some("b"), 100),
            (6, Some("c"), 1),
        ];
        assert_eq!(cut(&groups).unwrap().ends, [end(2, None), end(5, Some("b"))]);
        assert!(cut(&groups[3..4]).unwrap().is_one() && cut(&[]).unwrap().is_one());
    }

    #[test]
    fn nothing_is_cut_behind_an_account_that_no_statement_can_name() {
        let groups = [(1, Some("a\0"), 100), (2, Some("b"), 1), (3, Some("c"), 1)];
        assert_eq!(cut(&groups).unwrap().ends, [end(2, Some("b"))]);
    }

    #[test]
    fn slices_follow_one_another() {
        let slices = Slices { ends: vec![end(2, None), end(5, Some("b"))] };
        let views = SlicedViews {
            by_group: vec!["g".to_owned()],
            by_account: vec![("v".to_owned(), "a".to_owned())],
            rows_of: None,
        };
        let at = |account: &str| Cut::At(account.into());
        let range = |view: &str, column: &str, above, up_to| Range {
            view: view.to_owned(),
            column: column.to_owned(),
            above,
            up_to,
        };
        let both = |group: [Cut; 2], account: [Cut; 2]| {
            let ([g1, g2], [a1, a2]) = (group, account);
            vec![range("g", "group_number", g1, g2), range("v", "a", a1, a2)]
        };
        let group = |number: i64| Cut::At(number.into());
        let expected = [
            both([Cut::Open, group(2)], [Cut::Open, Cut::Null]),
            both([group(2), group(5)], [Cut::Null, at("b")]),
            both([group(5), Cut::Open], [at("b"), Cut::Open]),
        ];
        assert_eq!(slices.ranges(&views), expected);
    }

    #[test]
    fn groups_out_of_order_are_refused() {
        assert!(cut(&[(2, Some("a"), 1), (1, Some("b"), 1)]).is_err());
        assert!(cut(&[(1, Some("b"), 1), (2, Some("a"), 1)]).is_err());
        assert!(cut(&[(1, Some("a"), 100), (2, None, 1)]).is_err());
    }
}
