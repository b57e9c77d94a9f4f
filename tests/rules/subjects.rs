//! Queries 3 to 6: app credentials, certificates, API clients, data subjects.

use std::collections::BTreeSet;

use crate::exposure::Exposure;
use crate::passwords::{Password, basis, first, rotates};
use crate::state::{Access, App, Certificate, Change, Client, State, User, known};
use crate::value::UNKNOWN;
use crate::verdict::{Row, first_true};

/// A verdict on something of an account that may have to be replaced.
pub struct Subject {
    pub account_id: Option<String>,
    pub state: &'static str,
    pub reason: &'static str,
    pub action: &'static str,
    pub row: Row,
}

pub const APP_COLUMNS: [&str; 13] = [
    "account_id",
    "installation_id",
    "app_name",
    "kind",
    "state",
    "reason",
    "action",
    "basis",
    "credential_names",
    "source",
    "record",
    "change_source",
    "change_record",
];

/// Changes of a kind that name the subject, of no account or its own, not only requested.
fn changes_of<'a>(
    kind: &str,
    subject_id: &str,
    account_id: &Option<String>,
    state: &'a State<'_>,
) -> Vec<&'a Change> {
    let is_its = |change: &&Change| {
        change.kind.as_deref() == Some(kind)
            && change.subject_id.as_deref() == Some(subject_id)
            && change.may_be_of(account_id)
            && !change.is_requested()
    };
    state.changes.iter().filter(is_its).collect()
}

fn is_outside(account: Option<&Exposure>) -> bool {
    account.is_some_and(|account| account.window == "outside")
}

fn is_out_of_scope(account: Option<&Exposure>) -> bool {
    account.is_some_and(|account| account.scope == "no")
}

fn scope_unknown(account: Option<&Exposure>) -> bool {
    account.is_none_or(|account| account.scope == "unknown")
}

fn has_end_doubt(account: Option<&Exposure>) -> bool {
    account.is_some_and(|account| account.end_doubt)
}

/// Query 3. `covered`: changes of kind app_credential.
pub fn app(app: &App, account: Option<&Exposure>, state: &State<'_>, covered: bool) -> Subject {
    let window = &state.window;
    let mut changes = changes_of("app_credential", &app.installation_id, &app.account_id, state);
    changes.extend(&app.own_changes);
    let rotation = first(changes.iter().copied().filter(|change| rotates(change, state)));
    let maybe_rotated = changes.iter().any(|change| !window.before(change.changed_at));
    let affected = &state.profile.app_kinds;
    let holds_both_kinds = affected.contains(&"marketplace") && affected.contains(&"private");
    let kind = known(&app.kind);

    let (reason, verdict) = first_true(&[
        ("INSTALLED_AFTER_WINDOW", "clear", window.after(app.installed_at)),
        ("ACCOUNT_OUTSIDE_WINDOW", "clear", is_outside(account)),
        ("PRODUCT_NOT_AFFECTED", "clear", is_out_of_scope(account)),
        ("KIND_NOT_AFFECTED", "clear", kind.is_some_and(|kind| !affected.contains(&kind))),
        ("NO_CREDENTIALS", "clear", app.holds_credentials == Some(false)),
        ("CREDENTIALS_ROTATED", "clear", rotation.is_some()),
        ("INSTALLED_UNKNOWN", "undetermined", app.installed_at.is_none()),
        ("INSTALLED_ON_EDGE", "undetermined", window.on_edge(app.installed_at)),
        ("ACCOUNT_ON_EDGE", "undetermined", has_end_doubt(account)),
        ("PRODUCT_UNKNOWN", "undetermined", scope_unknown(account)),
        ("KIND_UNKNOWN", "undetermined", kind.is_none() && !holds_both_kinds),
        ("CREDENTIALS_UNKNOWN", "undetermined", app.holds_credentials.is_none()),
        ("ROTATION_ON_EDGE", "undetermined", maybe_rotated),
        ("CHANGES_NOT_COVERED", "undetermined", !covered),
        ("REMOVED_NOT_ROTATED", "must_act", window.done(app.removed_at)),
        ("NOT_ROTATED", "must_act", true),
    ]);
    let action = match verdict {
        "clear" => "none",
        _ if window.done(app.removed_at) => "revoke_credential",
        _ => "rotate_credential",
    };
    let row = Row::new(&app.account_id, &app.installation_id)
        .maybe("account_id", &app.account_id)
        .text("installation_id", &app.installation_id)
        .maybe("app_name", &app.app_name)
        .maybe("kind", &app.kind)
        .text("state", verdict)
        .text("reason", reason)
        .text("action", action)
        .text("basis", basis(account))
        .list("credential_names", &app.credential_names)
        .place("source", "record", Some(&app.place))
        .place("change_source", "change_record", rotation.as_ref().map(|change| &change.place));
    Subject { account_id: app.account_id.clone(), state: verdict, reason, action, row }
}

pub const CERTIFICATE_COLUMNS: [&str; 13] = [
    "account_id",
    "certificate_id",
    "subject",
    "state",
    "reason",
    "action",
    "basis",
    "not_after",
    "not_after_latest",
    "fingerprint_sha256",
    "key_sha256",
    "source",
    "record",
];

/// Keys of certificates that were there, and that may have been there, in the window.
pub struct Keys<'a> {
    exposed: BTreeSet<&'a String>,
    doubtful: BTreeSet<&'a String>,
}

impl<'a> Keys<'a> {
    pub fn new(state: &'a State<'_>, account: impl Fn(&Option<String>) -> Option<&'a Exposure>) -> Self {
        let window = &state.window;
        let in_reach = |c: &&Certificate| {
            !is_outside(account(&c.account_id)) && !is_out_of_scope(account(&c.account_id))
        };
        let keys = |uploaded: &dyn Fn(&Certificate) -> bool| {
            let certificates = state.certificates.iter().filter(in_reach).filter(|c| uploaded(c));
            certificates.filter_map(|c| c.key_sha256.as_ref()).collect()
        };
        Self {
            exposed: keys(&|c| window.before(c.uploaded_at)),
            doubtful: keys(&|c| c.uploaded_at.is_none() || window.on_edge(c.uploaded_at)),
        }
    }
}

/// Query 4.
pub fn certificate(
    c: &Certificate,
    account: Option<&Exposure>,
    state: &State<'_>,
    keys: &Keys<'_>,
) -> Subject {
    let window = &state.window;
    let after = window.after(c.uploaded_at);
    let key = c.key_sha256.as_ref();
    let exposed = key.is_some_and(|key| keys.exposed.contains(key));
    let doubtful = key.is_some_and(|key| keys.doubtful.contains(key));
    let valid_still = c.not_after.is_some_and(|end| end.lo >= window.as_of);
    let may_be_expired = c.not_after.is_none_or(|end| end.lo < window.as_of);
    let earlier_without_key = state.certificates.iter().any(|other| {
        c.account_id.is_some()
            && other.account_id == c.account_id
            && !window.after(other.uploaded_at)
            && (c.key_sha256.is_none() || other.key_sha256.is_none())
    });
    let replaced_by_event = changes_of("certificate", &c.certificate_id, &c.account_id, state)
        .into_iter()
        .any(|change| rotates(change, state));
    let affected = &state.profile.provided_by;
    let holds_both = affected.contains(&"customer") && affected.contains(&"vendor");
    let provider = c.provided_by.as_deref().unwrap_or("customer");
    let provider_unknown = provider == UNKNOWN;

    let (reason, verdict) = first_true(&[
        ("REVOKED", "clear", window.done(c.revoked_at)),
        ("EXPIRED", "clear", c.not_after.is_some_and(|end| end.hi < window.as_of)),
        ("KEY_REUSED", "must_act", after && exposed && valid_still && !window.pending(c.revoked_at)),
        ("KEY_MAYBE_REUSED", "undetermined", after && (exposed || doubtful)),
        ("KEY_NOT_COMPARED", "undetermined", after && earlier_without_key),
        ("UPLOADED_AFTER_WINDOW", "clear", after),
        ("ACCOUNT_OUTSIDE_WINDOW", "clear", is_outside(account)),
        ("PRODUCT_NOT_AFFECTED", "clear", is_out_of_scope(account)),
        ("PROVIDER_NOT_AFFECTED", "clear", !provider_unknown && !affected.contains(&provider)),
        ("UPLOADED_UNKNOWN", "undetermined", c.uploaded_at.is_none()),
        ("UPLOADED_ON_EDGE", "undetermined", window.on_edge(c.uploaded_at)),
        ("ACCOUNT_ON_EDGE", "undetermined", has_end_doubt(account)),
        ("PRODUCT_UNKNOWN", "undetermined", scope_unknown(account)),
        ("PROVIDER_UNKNOWN", "undetermined", provider_unknown && !holds_both),
        ("REVOKED_ON_EDGE", "undetermined", window.pending(c.revoked_at)),
        ("VALIDITY_UNKNOWN", "undetermined", may_be_expired),
        ("REPLACED_NOT_REVOKED", "must_act", window.done(c.replaced_at) || replaced_by_event),
        ("VALID_EXPOSED", "must_act", true),
    ]);
    let action = match (verdict, reason) {
        ("clear", _) => "none",
        (_, "REPLACED_NOT_REVOKED") => "revoke_certificate",
        _ => "replace_certificate",
    };
    let row = Row::new(&c.account_id, &c.certificate_id)
        .maybe("account_id", &c.account_id)
        .text("certificate_id", &c.certificate_id)
        .maybe("subject", &c.subject)
        .text("state", verdict)
        .text("reason", reason)
        .text("action", action)
        .text("basis", basis(account))
        .instant("not_after", "not_after_latest", c.not_after)
        .maybe("fingerprint_sha256", &c.fingerprint_sha256)
        .maybe("key_sha256", &c.key_sha256)
        .place("source", "record", Some(&c.place));
    Subject { account_id: c.account_id.clone(), state: verdict, reason, action, row }
}

pub const CLIENT_COLUMNS: [&str; 10] =
    ["account_id", "client_id", "user_id", "kind", "state", "reason", "action", "basis", "source", "record"];

/// Query 5. `user`: the verdict on the client's user; `covered`: changes of its token's kind.
pub fn client(
    c: &Client,
    account: Option<&Exposure>,
    user: Option<&Password>,
    state: &State<'_>,
    covered: impl Fn(&str) -> bool,
) -> Subject {
    let window = &state.window;
    let kind = known(&c.kind);
    let handling = kind.map(|kind| state.profile.handling(kind));
    let token = if kind == Some("oauth") { "oauth_token" } else { "api_token" };
    let changes = changes_of(token, &c.client_id, &c.account_id, state);
    let rotated = changes.iter().any(|change| rotates(change, state));
    let maybe_rotated = changes.iter().any(|change| !window.before(change.changed_at));
    let reconnect = handling == Some("reconnect");
    let revoked_on_edge = window.pending(c.revoked_at);
    let user_is = |state: &str| user.is_some_and(|user| user.state == state);

    let tests = [
        ("CLIENT_REVOKED", "clear", "none", window.done(c.revoked_at)),
        ("KIND_UNKNOWN", "undetermined", "reconnect", kind.is_none()),
        ("EXEMPT_KIND", "clear", "none", handling == Some("none")),
        ("USER_UNKNOWN", "undetermined", "reconnect", reconnect && user.is_none()),
        ("USER_NEEDS_NO_ROTATION", "clear", "none", reconnect && user_is("clear")),
        ("REVOKED_ON_EDGE", "undetermined", "reconnect", reconnect && revoked_on_edge),
        ("USER_UNDETERMINED", "undetermined", "reconnect", reconnect && user_is("undetermined")),
        ("PASSWORD_ROTATES", "must_act", "reconnect", reconnect),
        ("CREATED_AFTER_WINDOW", "clear", "none", window.after(c.created_at)),
        ("ACCOUNT_OUTSIDE_WINDOW", "clear", "none", is_outside(account)),
        ("PRODUCT_NOT_AFFECTED", "clear", "none", is_out_of_scope(account)),
        ("TOKEN_NOT_AFFECTED", "clear", "consider_rotation", handling == Some("consider")),
        ("TOKEN_ROTATED", "clear", "none", rotated),
        ("CREATED_UNKNOWN", "undetermined", "rotate_token", c.created_at.is_none()),
        ("CREATED_ON_EDGE", "undetermined", "rotate_token", window.on_edge(c.created_at)),
        ("ACCOUNT_ON_EDGE", "undetermined", "rotate_token", has_end_doubt(account)),
        ("PRODUCT_UNKNOWN", "undetermined", "rotate_token", scope_unknown(account)),
        ("TOKEN_REVOKED_ON_EDGE", "undetermined", "rotate_token", revoked_on_edge),
        ("ROTATION_ON_EDGE", "undetermined", "rotate_token", maybe_rotated),
        ("CHANGES_NOT_COVERED", "undetermined", "rotate_token", !covered(token)),
        ("TOKEN_EXPOSED", "must_act", "rotate_token", true),
    ];
    let (reason, verdict) = first_true(&tests.map(|(reason, state, _, holds)| (reason, state, holds)));
    let action = tests.iter().find(|test| test.0 == reason).map_or("reconnect", |test| test.2);
    let row = Row::new(&c.account_id, &c.client_id)
        .maybe("account_id", &c.account_id)
        .text("client_id", &c.client_id)
        .maybe("user_id", &c.user_id)
        .maybe("kind", &c.kind)
        .text("state", verdict)
        .text("reason", reason)
        .text("action", action)
        .text("basis", basis(account))
        .place("source", "record", Some(&c.place));
    Subject { account_id: c.account_id.clone(), state: verdict, reason, action, row }
}

pub const DATA_COLUMNS: [&str; 9] =
    ["account_id", "user_id", "state", "reason", "classes", "role", "country", "source", "record"];

/// Query 6. `covered`: coverage of `accessed`.
pub fn data_subject(user: &User, account: Option<&Exposure>, state: &State<'_>, covered: bool) -> Subject {
    let window = &state.window;
    let of_account: Vec<&Access> =
        state.accessed.iter().filter(|row| Some(&row.account_id) == user.account_id.as_ref()).collect();
    let is_personal =
        |row: &&&Access| state.profile.class(&row.data_class).is_some_and(|class| class.personal);
    let is_unnamed = |row: &&&Access| state.profile.class(&row.data_class).is_none();
    let personal: Vec<&&Access> = of_account.iter().filter(is_personal).collect();
    let unnamed: Vec<&&Access> = of_account.iter().filter(is_unnamed).collect();
    let all_of_it = personal.iter().any(|row| row.extent.as_deref() == Some("all"));
    let was_there = window.before(user.created_at) && !window.may_have_ended_before(user.deleted_at);

    let (reason, verdict) = first_true(&[
        ("CREATED_AFTER_WINDOW", "not_read", window.after(user.created_at)),
        ("ENDED_BEFORE_WINDOW", "not_read", window.ended_before(user.deleted_at)),
        ("ACCOUNT_DATA_READ", "read", all_of_it && was_there),
        ("ACCOUNT_PARTLY_READ", "undetermined", !personal.is_empty() || !unnamed.is_empty()),
        ("ACCOUNT_UNKNOWN", "undetermined", account.is_none()),
        ("ACCOUNT_OUTSIDE_WINDOW", "not_read", is_outside(account)),
        ("PRODUCT_NOT_AFFECTED", "not_read", is_out_of_scope(account)),
        ("ACCOUNT_NOT_READ", "not_read", covered),
        ("ACCESS_NOT_ESTABLISHED", "undetermined", true),
    ]);
    let classes: BTreeSet<&String> = personal.iter().chain(&unnamed).map(|row| &row.data_class).collect();
    let row = Row::new(&user.account_id, &user.user_id)
        .maybe("account_id", &user.account_id)
        .text("user_id", &user.user_id)
        .text("state", verdict)
        .text("reason", reason)
        .list("classes", &classes)
        .maybe("role", &user.role)
        .maybe("country", &user.country)
        .place("source", "record", Some(&user.place));
    Subject { account_id: user.account_id.clone(), state: verdict, reason, action: "none", row }
}
