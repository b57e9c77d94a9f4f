//! Query 2, `user_passwords`.

use crate::exposure::Exposure;
use crate::sign_on::{self, SignIns};
use crate::state::{Change, State, User};
use crate::verdict::{Row, first_true, yes_no};

pub struct Password {
    pub user_id: String,
    pub account_id: Option<String>,
    pub state: &'static str,
    pub reason: &'static str,
    pub action: &'static str,
    pub member: Option<bool>,
    pub sso: Option<bool>,
    /// done(deleted_at)
    pub is_deleted: bool,
    pub row: Row,
}

pub const COLUMNS: [&str; 15] = [
    "account_id",
    "user_id",
    "role",
    "state",
    "reason",
    "action",
    "basis",
    "member",
    "sso",
    "rotated_at",
    "rotated_at_latest",
    "source",
    "record",
    "change_source",
    "change_record",
];

/// What coverage says about the exports that this query looks at.
pub struct Covered<'a> {
    pub products: bool,
    pub sso: bool,
    /// Changes of kind `password`, by role.
    pub changes: &'a dyn Fn(Option<&str>) -> bool,
}

pub fn verdict(
    user: &User,
    account: Option<&Exposure>,
    state: &State<'_>,
    covered: &Covered<'_>,
) -> Password {
    let window = &state.window;
    let exempt = |name: &str| state.profile.exempt.contains(&name);
    let sign_on::Member { member, role_and_sign_in } = sign_on::member(user, state, covered.products);
    let sso = sign_on::sso(user, state, covered.sso);
    let changes = changes(user, state);
    let rotation = rotation(user, &changes, state);
    let maybe_rotated = changes.iter().any(|change| !window.before(change.changed_at));
    let in_doubt = member.is_none();

    let (reason, verdict) = first_true(&[
        ("CREATED_AFTER_WINDOW", "clear", window.after(user.created_at)),
        ("ACCOUNT_OUTSIDE_WINDOW", "clear", account.is_some_and(|a| a.window == "outside")),
        ("USER_DELETED", "clear", window.done(user.deleted_at)),
        ("NOT_IN_POPULATION", "clear", member == Some(false)),
        ("NO_PASSWORD", "clear", user.has_password == Some(false) && exempt("no_password")),
        ("SSO_ENFORCED", "clear", sso == Some(true) && exempt("sso")),
        ("PASSWORD_ROTATED", "clear", rotation.is_some() && exempt("rotated")),
        ("CREATED_UNKNOWN", "undetermined", user.created_at.is_none()),
        ("CREATED_ON_EDGE", "undetermined", window.on_edge(user.created_at)),
        ("ACCOUNT_ON_EDGE", "undetermined", account.is_some_and(|a| a.end_doubt)),
        ("DELETED_ON_EDGE", "undetermined", window.pending(user.deleted_at)),
        ("ACCOUNT_UNKNOWN", "undetermined", in_doubt && account.is_none_or(|a| !a.listed)),
        ("ROLE_UNKNOWN", "undetermined", in_doubt && user.known_role().is_none()),
        ("ACTIVE_UNKNOWN", "undetermined", in_doubt && role_and_sign_in),
        ("PRODUCT_UNKNOWN", "undetermined", in_doubt),
        ("SSO_UNPROVEN", "undetermined", sso.is_none() && exempt("sso")),
        ("CHANGE_ON_EDGE", "undetermined", maybe_rotated && exempt("rotated")),
        ("CHANGES_NOT_COVERED", "undetermined", !(covered.changes)(user.known_role()) && exempt("rotated")),
        ("NOT_ROTATED", "must_act", true),
    ]);
    let action = if verdict == "clear" { "none" } else { "rotate_password" };
    let row = Row::new(&user.account_id, &user.user_id)
        .maybe("account_id", &user.account_id)
        .text("user_id", &user.user_id)
        .maybe("role", &user.role)
        .text("state", verdict)
        .text("reason", reason)
        .text("action", action)
        .text("basis", basis(account))
        .text("member", yes_no(member))
        .text("sso", yes_no(sso))
        .instant("rotated_at", "rotated_at_latest", rotation.as_ref().and_then(|change| change.changed_at))
        .place("source", "record", Some(&user.place))
        .place("change_source", "change_record", rotation.as_ref().map(|change| &change.place));
    Password {
        user_id: user.user_id.clone(),
        account_id: user.account_id.clone(),
        state: verdict,
        reason,
        action,
        member,
        sso,
        is_deleted: window.done(user.deleted_at),
        row,
    }
}

/// Why it is asked for: `accessed` or `precaution`.
pub fn basis(account: Option<&Exposure>) -> &'static str {
    if account.is_some_and(|account| account.exposure == "accessed") { "accessed" } else { "precaution" }
}

fn changes(user: &User, state: &State<'_>) -> Vec<Change> {
    let is_of_user = |change: &&Change| {
        change.kind.as_deref() == Some("password")
            && change.user_id.as_ref() == Some(&user.user_id)
            && change.may_be_of(&user.account_id)
            && !change.is_requested()
    };
    state.changes.iter().filter(is_of_user).chain(&user.own_changes).cloned().collect()
}

/// When `rotated`: the first of the changes that count.
fn rotation(user: &User, changes: &[Change], state: &State<'_>) -> Option<Change> {
    let needed = sign_on::needed(user, state).filter(|needed| !needed.is_empty())?;
    let counting = || changes.iter().filter(|change| rotates(change, state));
    let proven: Vec<&str> = counting().flat_map(|change| proves(change, user, state)).collect();
    let is_rotated = needed.iter().all(|sign_in| proven.contains(sign_in));
    is_rotated.then(|| first(counting())).flatten()
}

/// Known effect, after and done.
pub fn rotates(change: &Change, state: &State<'_>) -> bool {
    let window = &state.window;
    change.has_known_effect() && window.after(change.changed_at) && window.done(change.changed_at)
}

/// The change with the least lo, then least hi, then source, record.
pub fn first<'a>(changes: impl Iterator<Item = &'a Change>) -> Option<Change> {
    changes.min_by_key(|change| (change.changed_at, change.place.clone())).cloned()
}

/// The sign-ins that the change proves.
fn proves(change: &Change, user: &User, state: &State<'_>) -> Vec<&'static str> {
    let of_user = SignIns::of_user(user, state);
    let of_account = SignIns::of_account(state.account(&user.account_id), state);
    match &change.product {
        Some(product) => state.profile.sign_ins_holding(product),
        None if user.product.is_some() || of_account.is_one() => of_user.held,
        None => Vec::new(),
    }
}
