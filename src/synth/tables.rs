//! The rows of each export: what a support system writes, and at some places what it should not have written.

use super::draw::Draws;
use super::line::{Line, Style};
use super::world::{
    Account, EXPORTED, FIRST_CERTIFICATE, FIRST_INSTALLATION, FIRST_USER, Kind, World, created, happened, id,
};

/// One export: its file, its header, how many rows it has, and what row N is.
pub(super) struct Export {
    pub file: &'static str,
    pub header: &'static str,
    pub rows: u64,
    pub write: fn(&World, u64, &mut Line),
}

/// All exports of a world, with so many changes.
pub(super) fn exports(world: &World, changes: u64) -> Vec<Export> {
    let export = |file, header, rows, write| Export { file, header, rows, write };
    vec![
        export("accounts.csv", ACCOUNTS, world.accounts, account),
        export("users.csv", USERS, world.users, user),
        export("credential_changes.csv", CHANGES, changes, change),
        export("app_installations.csv", INSTALLATIONS, world.installations, installation),
        export("certificates.csv", CERTIFICATES, world.certificates, certificate),
        export("api_clients.csv", CLIENTS, world.clients, client),
        export("sso.csv", SSO, world.accounts / 4, sso),
        export("accessed.csv", ACCESSED, world.accounts.div_ceil(50), accessed),
    ]
}

const ACCOUNTS: &str = "account_id,customer_id,name,subdomain,products,plan,status,created_at,activated_at,deleted_at,owner_name,owner_email,security_email,locale,time_zone,country";
const USERS: &str = "user_id,account_id,email,name,phone,role,product,active,suspended,created_at,last_login_at,password_changed_at,has_password,sso_only,deleted_at,locale,country";
const CHANGES: &str = "event_id,account_id,user_id,product,kind,subject_id,changed_at,effect,actor";
const INSTALLATIONS: &str = "installation_id,account_id,app_id,app_name,kind,installed_at,updated_at,removed_at,enabled,holds_credentials,credential_names,credentials_rotated_at";
const CERTIFICATES: &str = "certificate_id,account_id,provided_by,fingerprint_sha256,key_sha256,subject,names,serial,issuer,key_type,uploaded_at,not_before,not_after,revoked_at,replaced_at";
const CLIENTS: &str = "client_id,account_id,user_id,name,kind,created_at,last_used_at,revoked_at";
const SSO: &str = "account_id,population,product,enforced,bypass_allowed,since,until";
const ACCESSED: &str = "account_id,data_class,extent,determination,determined_at,evidence";

const FIRST_NAMES: [&str; 16] = [
    "Ingrid", "Seán", "Beatriz", "Jürgen", "Aiko", "Łukasz", "Fatima", "Noah", "Zoë", "Ravi", "Chloé",
    "Mateo", "서연", "Olga", "Tariq", "Ana",
];
const LAST_NAMES: [&str; 16] = [
    "Sæther",
    "O'Brien",
    "Conceição",
    "Groß",
    "Tanaka",
    "Wiśniewski",
    "Haddad",
    "Smith",
    "de Vries",
    "Patel",
    "Lefèvre",
    "García",
    "김",
    "Ivanova",
    "Aziz",
    "Silva, Jr.",
];
const LOCALES: [(&str, &str, &str); 8] = [
    ("en-US", "US", "America/Chicago"),
    ("en-GB", "GB", "Europe/London"),
    ("de-DE", "DE", "Europe/Berlin"),
    ("fr-FR", "FR", "Europe/Paris"),
    ("pt-BR", "BR", "America/Sao_Paulo"),
    ("ja-JP", "JP", "Asia/Tokyo"),
    ("nb-NO", "NO", "Europe/Oslo"),
    ("es-ES", "ES", "Europe/Madrid"),
];
const DAY: i64 = 86_400_000_000;

fn locale(draws: &mut Draws) -> (&'static str, &'static str, &'static str) {
    let index = draws.below(LOCALES.len() as u64);
    usize::try_from(index).ok().and_then(|index| LOCALES.get(index)).copied().unwrap_or_default()
}

fn name(draws: &mut Draws) -> String {
    format!("{} {}", draws.one_of(&FIRST_NAMES), draws.one_of(&LAST_NAMES))
}

fn boolean(draws: &mut Draws, of_a_million: u64) -> &'static str {
    if draws.happens(of_a_million) { "true" } else { "false" }
}

fn account(world: &World, row: u64, line: &mut Line) {
    let (account, mut draws) = world.account(row);
    let draws = &mut draws;
    let (locale, country, time_zone) = locale(draws);
    let activated = draws.happens(700_000).then(|| draws.instant(account.created, account.created + 3 * DAY));
    let deleted = happened(draws, 60_000, account.created);
    let is_dirty = draws.happens(world.dirt);
    let dirt = draws.below(5);
    let wrong = |number| is_dirty && dirt == number;
    let id = account.id();
    line.text(if wrong(0) { "" } else { &id }).numbered("C-", account.number + 10_000);
    line.text(&format!("{} {}, Ltd.", account.word, account.number)).text(&id);
    line.text(if wrong(1) { "support;zephyr" } else { account.products });
    line.text(draws.one_of(&["team", "professional", "enterprise"]));
    line.text(if wrong(2) {
        "dormant"
    } else {
        draws.one_of(&["active", "active", "active", "trial", "trial_expired", "suspended"])
    });
    if wrong(3) {
        line.unreadable();
    } else {
        line.instant((!wrong(4)).then_some(account.created), Style::Z);
    }
    line.instant(activated, Style::Offset).instant(deleted, Style::Date).text(&name(draws));
    line.text(&format!("owner@{}.example", account.id()));
    match draws.below(10) {
        0 => line.text(&format!("security@{}.example", account.id())),
        1 => line.text(&format!(" OWNER@{}.example", account.id())),
        2 if draws.happens(10_000) => line.text("not stated"),
        _ => line.empty(),
    };
    line.text(locale).text(time_zone).text(country).end();
}

fn user(world: &World, row: u64, line: &mut Line) {
    let start = line.len();
    let (user, mut draws) = world.user(row);
    let draws = &mut draws;
    let (locale, country, _) = locale(draws);
    let created = user.created;
    let changed = happened(draws, 250_000, created);
    let deleted = happened(draws, 40_000, created);
    let is_dirty = draws.happens(world.dirt);
    let dirt = draws.below(8);
    let wrong = |number| is_dirty && dirt == number;
    line.numbered("", id(FIRST_USER, user.number));
    match (wrong(0), wrong(1)) {
        (true, _) => line.empty(),
        (_, true) => line.numbered("gone-", user.account.number),
        _ => line.text(&user.account.id()),
    };
    line.text(&format!("user{}@{}.example", user.number, user.account.id())).text(&name(draws));
    if draws.happens(300_000) {
        line.numbered("+1 555 ", 1_000_000 + draws.below(9_000_000))
    } else {
        line.empty()
    };
    line.text(if wrong(2) {
        "supervisor"
    } else {
        draws.one_of(&[
            "end_user", "end_user", "end_user", "end_user", "end_user", "end_user", "agent", "admin",
        ])
    });
    line.text(user.product);
    line.text(if wrong(3) { "perhaps" } else { boolean(draws, 920_000) }).text(boolean(draws, 20_000));
    if wrong(4) {
        line.unreadable();
    } else {
        line.instant((!wrong(5)).then_some(created), Style::Utc);
    }
    line.instant(happened(draws, 600_000, created), Style::Seconds).instant(changed, Style::Local(0));
    line.text(if wrong(6) { "maybe" } else { boolean(draws, 880_000) }).text(boolean(draws, 50_000));
    line.instant(deleted, Style::Z).text(locale).text(country).end();
    if wrong(7) {
        line.repeat_from(start);
    }
}

fn change(world: &World, row: u64, line: &mut Line) {
    let start = line.len();
    let mut draws = world.draws(Kind::Changes, row);
    let draws = &mut draws;
    let is_dirty = draws.happens(world.dirt);
    let dirt = draws.below(6);
    let wrong = |number| is_dirty && dirt == number;
    line.numbered("ev", id(88_100_000, row));
    let whose = draws.below(50);
    let kind = draws.below(100);
    let (of_user, kind) = match kind {
        _ if wrong(0) => (true, "magic_link"),
        0..80 => (true, "password"),
        80..90 => (false, "app_credential"),
        90..94 => (false, "api_token"),
        94..97 => (false, "oauth_token"),
        97 => (false, "certificate"),
        _ => (false, "session"),
    };
    let subject = draws.below(match kind {
        "app_credential" => world.installations,
        "api_token" | "oauth_token" => world.clients,
        "certificate" => world.certificates,
        _ => world.users,
    });
    let (account, since) = owner(world, kind, subject);
    match whose {
        0 => line.empty(),
        1 => line.text("another-account"),
        _ => line.text(&account.id()),
    };
    if of_user && !wrong(1) {
        line.numbered("", id(FIRST_USER, subject))
    } else {
        line.empty()
    };
    line.text(if draws.happens(300_000) { draws.one_of(&["support", "support", "chat"]) } else { "" })
        .text(kind);
    match kind {
        "app_credential" => line.numbered("", id(FIRST_INSTALLATION, subject)),
        "api_token" | "oauth_token" => line.numbered("cl_", subject),
        "certificate" => line.numbered("", id(FIRST_CERTIFICATE, subject)),
        "session" => line.numbered("s", subject),
        _ => line.empty(),
    };
    if wrong(2) {
        line.unreadable();
    } else {
        let changed = draws.instant(since, EXPORTED + 3 * DAY);
        line.instant((!wrong(3)).then_some(changed), Style::Milliseconds);
    }
    line.text(if wrong(4) {
        "done"
    } else {
        draws.one_of(&["replaced", "replaced", "replaced", "invalidated", "requested"])
    });
    line.text(draws.one_of(&["user", "admin", "security-reset", "system"])).end();
    if wrong(5) {
        line.repeat_from(start);
    }
}

/// Whose the subject of a change is, and since when there is one.
fn owner(world: &World, kind: &str, subject: u64) -> (Account, i64) {
    match kind {
        "app_credential" => {
            let (installation, _) = world.installation(subject);
            (installation.account, installation.installed)
        }
        "api_token" | "oauth_token" => {
            let (user, _) = world.client(subject);
            (user.account, user.created)
        }
        "certificate" => {
            let (account, _) = world.account(world.draws(Kind::Certificates, subject).below(world.accounts));
            let created = account.created;
            (account, created)
        }
        _ => {
            let (user, _) = world.user(subject);
            (user.account, user.created)
        }
    }
}

fn installation(world: &World, row: u64, line: &mut Line) {
    const TOKYO: i64 = 9;
    let start = line.len();
    let (installation, mut draws) = world.installation(row);
    let draws = &mut draws;
    let (account, installed) = (installation.account, installation.installed);
    let is_dirty = draws.happens(world.dirt);
    let dirt = draws.below(6);
    let wrong = |number| is_dirty && dirt == number;
    line.numbered("", id(FIRST_INSTALLATION, row));
    if wrong(0) {
        line.text("gone-0")
    } else {
        line.text(&account.id())
    };
    line.numbered("", 10_000 + draws.skewed(2_000)).text(draws.one_of(&[
        "Slack Notifier",
        "Jira Bridge",
        "Time, tracked",
        "Export \"Pro\"",
    ]));
    line.text(if wrong(1) {
        "theme"
    } else {
        draws.one_of(&["marketplace", "marketplace", "marketplace", "private"])
    });
    if wrong(2) {
        line.unreadable();
    } else {
        line.instant((!wrong(3)).then_some(installed), Style::Local(TOKYO));
    }
    line.instant(happened(draws, 400_000, installed), Style::Local(TOKYO));
    line.instant(happened(draws, 150_000, installed), Style::Local(TOKYO));
    line.text(draws.one_of(&["on", "on", "off"]));
    line.text(if wrong(4) { "" } else { draws.one_of(&["yes", "yes", "no"]) });
    line.text(draws.one_of(&["API key", "API key;Webhook secret", ""]));
    line.instant(happened(draws, 100_000, installed), Style::Local(TOKYO)).end();
    if wrong(5) {
        line.repeat_from(start);
    }
}

fn certificate(world: &World, row: u64, line: &mut Line) {
    let mut draws = world.draws(Kind::Certificates, row);
    let draws = &mut draws;
    let (account, _) = world.account(draws.below(world.accounts));
    let uploaded = created(draws, account.created);
    let is_dirty = draws.happens(world.dirt);
    let dirt = draws.below(4);
    let wrong = |number| is_dirty && dirt == number;
    // Now and then a key is used again, by the certificate that follows.
    let key = if draws.happens(30_000) { row ^ 1 } else { row };
    line.numbered("", id(FIRST_CERTIFICATE, row)).text(&account.id());
    line.text(if wrong(0) { "reseller" } else { draws.one_of(&["customer", "customer", "vendor", ""]) });
    line.text(&digest(world, row, 1));
    if wrong(1) {
        line.empty()
    } else {
        line.text(&digest(world, key, 2))
    };
    line.text(&format!("CN=support.{}.example", account.id()))
        .text(&format!("support.{}.example", account.id()));
    line.numbered("", 1_000_000 + row).text("CN=Sample Issuing CA 3, O=Example Trust").text("RSA 2048");
    if wrong(2) {
        line.unreadable()
    } else {
        line.instant(Some(uploaded), Style::Fraction)
    };
    let ends = uploaded + 365 * DAY * i64::try_from(1 + draws.below(4)).unwrap_or(1);
    line.instant(Some(uploaded), Style::Date).instant((!wrong(3)).then_some(ends), Style::Date);
    line.instant(happened(draws, 100_000, uploaded), Style::Z)
        .instant(happened(draws, 150_000, uploaded), Style::Z)
        .end();
}

/// Something that looks like the hash of a certificate or key.
fn digest(world: &World, row: u64, of: u64) -> String {
    let mut draws = Draws::of(world.seed.wrapping_add(of), Kind::Certificates as u64, row);
    (0..4).map(|_| format!("{:016x}", draws.below(u64::MAX))).collect()
}

fn client(world: &World, row: u64, line: &mut Line) {
    const INDIA: i64 = 11;
    let (user, mut draws) = world.client(row);
    let draws = &mut draws;
    let number = user.number;
    let made = created(draws, user.account.created);
    let is_dirty = draws.happens(world.dirt);
    let dirt = draws.below(3);
    let wrong = |number| is_dirty && dirt == number;
    line.numbered("cl_", row).text(&user.account.id());
    if wrong(0) {
        line.empty()
    } else {
        line.numbered("", id(FIRST_USER, number))
    };
    line.text(draws.one_of(&["Sync", "Reporting", "Phone bridge"]));
    line.text(if wrong(1) {
        "saml"
    } else {
        draws.one_of(&["basic_password", "api_token", "oauth", "chat_api_token"])
    });
    line.instant((!wrong(2)).then_some(made), Style::DayFirst(INDIA));
    line.instant(happened(draws, 500_000, made), Style::DayFirst(INDIA));
    line.instant(happened(draws, 100_000, made), Style::DayFirst(INDIA)).end();
}

fn sso(world: &World, row: u64, line: &mut Line) {
    let mut draws = world.draws(Kind::Sso, row);
    let draws = &mut draws;
    let (account, _) = world.account(draws.below(world.accounts));
    let since = created(draws, account.created);
    let is_dirty = draws.happens(world.dirt);
    line.text(&account.id()).text(draws.one_of(&["agent", "end_user", "all"]));
    line.text(draws.one_of(&["", "", "", "support", "chat", "guide"]));
    line.text(if is_dirty { "?" } else { boolean(draws, 850_000) }).text(boolean(draws, 150_000));
    line.instant(draws.happens(800_000).then_some(since), Style::Offset);
    line.instant(happened(draws, 150_000, since), Style::Offset).end();
}

fn accessed(world: &World, row: u64, line: &mut Line) {
    const DETERMINED: i64 = EXPORTED - 8 * DAY;
    let mut draws = world.draws(Kind::Accessed, row);
    let draws = &mut draws;
    let (account, _) = world.account(draws.below(world.accounts));
    let later = draws.happens(100_000);
    line.text(&account.id());
    line.text(draws.one_of(&[
        "user_data",
        "user_data",
        "password_hashes",
        "app_settings",
        "tls_keys",
        "Chat Logs",
    ]));
    line.text(draws.one_of(&["all", "all", "some", ""]));
    line.text(if later { "second-determination" } else { "first-determination" });
    line.instant(Some(if later { DETERMINED + 4 * DAY } else { DETERMINED }), Style::Z);
    line.numbered("access records batch ", 1 + row / 1_000).end();
}
