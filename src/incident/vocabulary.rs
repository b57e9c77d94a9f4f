//! The closed words that profiles and facts may use, and the queries that there are.

use crate::base::library;

pub(super) const ROLES: [&str; 2] = ["agent", "end_user"];
pub(super) const INCIDENT_KINDS: [&str; 3] = ["confidentiality", "integrity", "availability"];
pub(super) const EXEMPTIONS: [&str; 3] = ["rotated", "sso", "no_password"];
pub(super) const APP_KINDS: [&str; 2] = ["marketplace", "private"];
pub(super) const PROVIDERS: [&str; 2] = ["customer", "vendor"];
pub(super) const CREDENTIAL_KINDS: [&str; 6] =
    ["password", "api_token", "oauth_token", "app_credential", "certificate", "session"];

/// A client that signs in with its user's password stops with it: it can only be told to reconnect, or nothing.
pub(super) const CLIENT_OF_PASSWORD: &str = "basic_password";
/// The other kinds of clients hold a token of their own.
pub(super) const CLIENTS_OF_TOKEN: [&str; 3] = ["api_token", "oauth", "chat_api_token"];
pub(super) const HANDLINGS_OF_PASSWORD: [&str; 2] = ["reconnect", "none"];
pub(super) const HANDLINGS_OF_TOKEN: [&str; 3] = ["rotate", "consider", "none"];

/// Tables of events: each has a time of its own, so a coverage of them has a beginning. All others hold state.
pub(super) const EVENTS: [&str; 3] = ["credential_changes", "auth_events", "two_factor_changes"];
/// The table whose coverage may be of one kind, and for one role.
pub(super) const CHANGES: &str = "credential_changes";

/// Whether a text is a word as tables store it: not empty, lower case, no white space around it.
pub(super) fn is_word(text: &str) -> bool {
    !text.is_empty() && text.trim() == text && !text.chars().any(char::is_uppercase)
}

/// The ids of the classify queries of the library.
pub(super) fn queries() -> Vec<&'static str> {
    library::list("classify", "toml").iter().map(|file| stem(file.path)).collect()
}

fn stem(path: &'static str) -> &'static str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.strip_suffix(".toml").unwrap_or(name)
}
