//! Query 1, `account_exposure`.

use std::collections::BTreeSet;

use crate::state::{Access, Account, State};
use crate::verdict::{Row, Test, first_true, yes_no};

/// What the later queries ask of an account.
pub struct Exposure {
    pub account_id: String,
    pub exposure: &'static str,
    pub reason: &'static str,
    pub window: &'static str,
    pub access: &'static str,
    /// `yes`, `no` or `unknown`.
    pub scope: &'static str,
    pub end_doubt: bool,
    pub listed: bool,
    pub row: Row,
}

pub const COLUMNS: [&str; 11] = [
    "account_id",
    "exposure",
    "reason",
    "window",
    "access",
    "access_classes",
    "scope",
    "end_doubt",
    "listed",
    "source",
    "record",
];

/// What coverage says about the exports that this query looks at.
pub struct Covered {
    pub products: bool,
    pub accessed: bool,
}

pub fn verdict(account: &Account, state: &State<'_>, covered: &Covered) -> Exposure {
    let rows: Vec<&Access> =
        state.accessed.iter().filter(|row| row.account_id == account.account_id).collect();
    let is_authentication =
        |row: &&&Access| state.profile.authentication_classes.contains(&row.data_class.as_str());
    let authentication = rows.iter().find(is_authentication).is_some();
    let accessed = !rows.is_empty();

    let scope = if accessed { Some(true) } else { scope(account, state, covered.products) };
    let about_time = about_time(account, state);
    let mut tests: Vec<Test> = vec![
        ("AUTHENTICATION_ACCESSED", "accessed", authentication),
        ("DATA_ACCESSED", "accessed", accessed),
        ("PRODUCT_NOT_AFFECTED", "not_exposed", scope == Some(false)),
    ];
    tests.extend(about_time);
    tests.push(("PRODUCT_UNKNOWN", "undetermined", scope.is_none()));
    tests.push(("EXISTED_IN_WINDOW", "exposed", true));
    let (reason, exposure) = first_true(&tests);

    let (time_reason, time_state) = about_time.iter().find(|test| test.2).map_or(("", ""), |t| (t.0, t.1));
    let window = match (accessed, time_state) {
        (true, _) | (_, "") => "inside",
        (_, "not_exposed") => "outside",
        _ => "undetermined",
    };
    let end_doubt = !accessed && ["CHILD_YOUNGER_THAN_END", "ENDED_ON_EDGE"].contains(&time_reason);
    let access = match () {
        () if authentication => "authentication",
        () if accessed => "data",
        () if exposure == "not_exposed" || covered.accessed => "none",
        () => "undetermined",
    };
    let classes: BTreeSet<&String> = rows.iter().map(|row| &row.data_class).collect();
    let row = Row::new(&Some(account.account_id.clone()), "")
        .text("account_id", &account.account_id)
        .text("exposure", exposure)
        .text("reason", reason)
        .text("window", window)
        .text("access", access)
        .list("access_classes", &classes)
        .text("scope", yes_no(scope))
        .flag("end_doubt", end_doubt)
        .flag("listed", account.listed)
        .place("source", "record", account.place.as_ref());
    Exposure {
        account_id: account.account_id.clone(),
        exposure,
        reason,
        window,
        access,
        scope: yes_no(scope),
        end_doubt,
        listed: account.listed,
        row,
    }
}

/// Tests 4 to 10.
fn about_time(account: &Account, state: &State<'_>) -> [Test; 7] {
    let window = &state.window;
    let ended_before = window.ended_before(account.deleted_at);
    let after = window.after(account.created_at);
    let (child_before, child_inside) = children(account, state);
    [
        ("CHILD_YOUNGER_THAN_END", "undetermined", ended_before && child_inside),
        ("ENDED_BEFORE_WINDOW", "not_exposed", ended_before),
        ("CHILD_OLDER_THAN_ACCOUNT", "undetermined", after && child_before),
        ("CREATED_AFTER_WINDOW", "not_exposed", after),
        ("ENDED_ON_EDGE", "undetermined", window.may_have_ended_before(account.deleted_at)),
        ("CREATED_UNKNOWN", "undetermined", account.created_at.is_none() && !child_before),
        ("CREATED_ON_EDGE", "undetermined", window.on_edge(account.created_at) && !child_before),
    ]
}

/// `child_before` and `child_inside`: of its users, apps, certificates and its activation.
fn children(account: &Account, state: &State<'_>) -> (bool, bool) {
    let own = |id: &Option<String>| id.as_ref() == Some(&account.account_id);
    let users = state.users.iter().filter(|user| own(&user.account_id)).map(|user| user.created_at);
    let apps = state.apps.iter().filter(|app| own(&app.account_id)).map(|app| app.installed_at);
    let certificates = state.certificates.iter().filter(|c| own(&c.account_id)).map(|c| c.uploaded_at);
    let all: Vec<_> = users.chain(apps).chain(certificates).chain([account.activated_at]).collect();
    (all.iter().any(|x| state.window.before(*x)), all.iter().any(|x| state.window.inside(*x)))
}

fn scope(account: &Account, state: &State<'_>, products_covered: bool) -> Option<bool> {
    let is_unaffected = |p: &String| state.profile.unaffected_products.contains(&p.as_str());
    if account.products.iter().any(|product| state.profile.is_affected(product)) {
        Some(true)
    } else if !account.products.is_empty() && account.products.iter().all(is_unaffected) && products_covered {
        Some(false)
    } else {
        None
    }
}
