//! Reads and checks `incident.toml`.

use std::collections::BTreeSet;

use super::cohort;
use super::profile::{DataClass, Dates, Exempt, Legal, Population, Profile, SignIn, StatedDate};
use super::vocabulary::{
    APP_KINDS, CLIENT_OF_PASSWORD, CLIENTS_OF_TOKEN, EXEMPTIONS, HANDLINGS_OF_PASSWORD, HANDLINGS_OF_TOKEN,
    INCIDENT_KINDS, PROVIDERS, ROLES, is_word, queries,
};
use super::window::{Window, zone};
use crate::base::instant::{Zone, date_or_instant};
use crate::base::toml_file::{self, Section};
use crate::base::{Result, text};

/// What each query can't do without: with nothing said there, it would clear whom nobody said to be clear.
const NEEDS: [(&str, &str); 9] = [
    ("account_exposure", "scope"),
    ("user_passwords", "sign_in"),
    ("user_passwords", "passwords"),
    ("app_credentials", "apps"),
    ("certificates", "certificates"),
    ("api_clients", "api_clients"),
    ("data_subjects", "data_classes"),
    ("account_summary", "cohort"),
    ("notifications", "cohort"),
];

const EXPECTED_DATE: &str =
    "a date like \"2019-09-24\", or an instant with offset like \"2019-09-24T10:00:00Z\"";
const EXPECTED_PRODUCT: &str =
    "a product as tables name it: lower case, without blanks around it and without `;`";

impl Profile {
    /// Reads a profile; `name` is how the user knows the file.
    ///
    /// # Errors
    /// All mistakes of the file at once, each with line, column and key.
    pub fn parse(name: &str, text: &str) -> Result<Self> {
        toml_file::read(name, text, |file| profile(file))
    }
}

fn profile(file: &Section<'_>) -> Profile {
    file.format(1);
    let incident = file.required_section("incident");
    let queries = incident.as_ref().map(queries_to_run).unwrap_or_default();
    require_what_queries_need(file, &queries);
    let of_incident = |key: &str| incident.as_ref().and_then(|s| s.required_text(key)).unwrap_or_default();
    let texts = |key: &str| incident.as_ref().map(|s| s.texts(key)).unwrap_or_default();
    let sign_ins = sign_ins(&file.sections("sign_in"));
    let passwords = file.section("passwords");
    let scope = file.section("scope");
    let (affected_products, unaffected_products) = scope.as_ref().map(products_of_scope).unwrap_or_default();
    Profile {
        id: incident.as_ref().map(id).unwrap_or_default(),
        title: of_incident("title"),
        kind: incident.as_ref().map(kinds).unwrap_or_default(),
        vendor: of_incident("vendor"),
        public_sources: texts("public_sources"),
        not_found: texts("not_found"),
        queries,
        window: file.required_section("window").map_or(Window::UNREAD, |s| Window::read(&s)),
        dates: file.section("dates").map(|s| dates(&s)).unwrap_or_default(),
        affected_products,
        unaffected_products,
        data_classes: data_classes(file),
        populations: passwords.as_ref().map(|s| populations(s, &sign_ins)).unwrap_or_default(),
        exempt: passwords.as_ref().map(exempt).unwrap_or_default(),
        sign_ins,
        app_kinds: file.section("apps").map(|s| some_of(&s, "kinds", &APP_KINDS)).unwrap_or_default(),
        certificate_providers: file
            .section("certificates")
            .map(|s| some_of(&s, "provided_by", &PROVIDERS))
            .unwrap_or_default(),
        client_handling: file.section("api_clients").map(|s| client_handling(&s)).unwrap_or_default(),
        cohorts: cohort::read(&file.sections("cohort")),
        legal: file.section("legal").map(|s| legal(&s)).unwrap_or_default(),
    }
}

fn require_what_queries_need(file: &Section<'_>, queries: &[String]) {
    for (index, (query, section)) in NEEDS.iter().enumerate() {
        let asked_before =
            NEEDS.iter().take(index).any(|(q, s)| s == section && queries.iter().any(|x| x == q));
        if queries.iter().any(|known| known == query) && !asked_before {
            file.require(section, &format!("a section: the query `{query}` needs it"));
        }
    }
}

fn id(incident: &Section<'_>) -> String {
    let id = incident.required_text("id").unwrap_or_default();
    if !id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
        incident.mistake("id", "is no id", "lower-case letters, digits and `-`");
    }
    id
}

fn kinds(incident: &Section<'_>) -> Vec<String> {
    some_of(incident, "kind", &INCIDENT_KINDS)
}

fn queries_to_run(incident: &Section<'_>) -> Vec<String> {
    let known = queries();
    some_of(incident, "queries", &known)
}

/// Some of the known words: at least one, none twice.
fn some_of(section: &Section<'_>, key: &str, known: &[&str]) -> Vec<String> {
    section.required_texts(key);
    let words = section.each_of(key, known);
    refuse_twice(section, key);
    words
}

/// No item of an array may stand there twice.
fn refuse_twice(section: &Section<'_>, key: &str) {
    let items = section.texts(key);
    let mut earlier = BTreeSet::new();
    for (index, item) in items.iter().enumerate() {
        if !earlier.insert(item) {
            let what = format!("`{}` is listed twice", text::excerpt(item));
            section.item_mistake(key, index, &what, "each once");
        }
    }
}

fn products(section: &Section<'_>, key: &str) -> Vec<String> {
    let products = section.texts(key);
    for (index, product) in products.iter().enumerate() {
        if product.contains(';') || !is_word(product) {
            let what = format!("`{}` is no product", text::excerpt(product));
            section.item_mistake(key, index, &what, EXPECTED_PRODUCT);
        }
    }
    refuse_twice(section, key);
    products
}

fn products_of_scope(scope: &Section<'_>) -> (Vec<String>, Vec<String>) {
    scope.required_texts("affected_products");
    let affected = products(scope, "affected_products");
    let unaffected = products(scope, "unaffected_products");
    let listed: BTreeSet<&String> = affected.iter().collect();
    for (index, product) in unaffected.iter().enumerate() {
        if listed.contains(product) {
            let what = format!("`{}` is an affected product too", text::excerpt(product));
            scope.item_mistake("unaffected_products", index, &what, "each product in one list only");
        }
    }
    (affected, unaffected)
}

fn sign_ins(sections: &[Section<'_>]) -> Vec<SignIn> {
    let mut sign_ins: Vec<SignIn> = Vec::with_capacity(sections.len());
    let mut ids = BTreeSet::new();
    for section in sections {
        let id = section.required_text("id").unwrap_or_default();
        if !id.is_empty() && !ids.insert(id.clone()) {
            section.mistake("id", "is the id of an earlier sign-in", "an id of its own");
        }
        section.required_texts("products");
        sign_ins.push(SignIn { id, products: products(section, "products") });
    }
    sign_ins
}

fn data_classes(file: &Section<'_>) -> Vec<DataClass> {
    let classes = file.section("data_classes");
    let ids = classes.as_ref().map(Section::keys).unwrap_or_default();
    let known: Vec<&str> = ids.iter().map(String::as_str).collect();
    let authentication = file.section("access").map(|access| {
        refuse_twice(&access, "authentication_classes");
        access.each_of("authentication_classes", &known)
    });
    let authentication: BTreeSet<String> = authentication.unwrap_or_default().into_iter().collect();
    let mut found = Vec::with_capacity(ids.len());
    for id in &ids {
        if let Some(class) = classes.as_ref().and_then(|classes| data_class(classes, id)) {
            found.push(DataClass { authentication: authentication.contains(id), ..class });
        }
    }
    found
}

fn data_class(classes: &Section<'_>, id: &str) -> Option<DataClass> {
    if !is_word(id) {
        classes.mistake(id, "is no data class", "a class as tables name it: lower case, no blanks around it");
    }
    let class = classes.section(id)?;
    let flag = |key: &str| {
        class.require(key, "true or false");
        class.boolean(key).unwrap_or_default()
    };
    Some(DataClass {
        id: id.to_owned(),
        title: class.required_text("title").unwrap_or_default(),
        secret: flag("secret"),
        personal: flag("personal"),
        authentication: false,
    })
}

fn populations(passwords: &Section<'_>, sign_ins: &[SignIn]) -> Vec<Population> {
    passwords.require("population", "at least one [[passwords.population]]");
    let known: Vec<&str> = sign_ins.iter().map(|sign_in| sign_in.id.as_str()).collect();
    let population = |section: &Section<'_>| {
        section.require("role", "`agent` or `end_user`");
        Population {
            role: section.one_of("role", &ROLES).unwrap_or_default(),
            sign_ins: some_of(section, "sign_in", &known),
            only_active: section.boolean("only_active").unwrap_or(false),
        }
    };
    passwords.sections("population").iter().map(population).collect()
}

fn exempt(passwords: &Section<'_>) -> Exempt {
    refuse_twice(passwords, "exempt");
    let exempt = passwords.each_of("exempt", &EXEMPTIONS);
    let names = |word: &str| exempt.iter().any(|exempt| exempt == word);
    Exempt { rotated: names("rotated"), sso: names("sso"), no_password: names("no_password") }
}

/// A client that signs in with a password goes with its user; one with a token of its own never does (3-rules, 5).
fn client_handling(section: &Section<'_>) -> Vec<(String, String)> {
    let of_password = [(CLIENT_OF_PASSWORD, HANDLINGS_OF_PASSWORD.as_slice())];
    let of_token = CLIENTS_OF_TOKEN.map(|kind| (kind, HANDLINGS_OF_TOKEN.as_slice()));
    let mut handling = Vec::with_capacity(of_password.len() + of_token.len());
    for (kind, allowed) in of_password.into_iter().chain(of_token) {
        section.require(kind, "what must be done with clients of this kind");
        if let Some(word) = section.one_of(kind, allowed) {
            handling.push((kind.to_owned(), word));
        }
    }
    handling
}

fn dates(section: &Section<'_>) -> Dates {
    let zone = zone(section);
    Dates {
        discovered_at: date(section, "discovered_at", &zone),
        determined_at: date(section, "determined_at", &zone),
        disclosed_at: date(section, "disclosed_at", &zone),
        ended_at: date(section, "ended_at", &zone),
    }
}

fn date(section: &Section<'_>, key: &str, zone: &Zone) -> Option<StatedDate> {
    let written = section.text(key)?;
    match date_or_instant(&written, zone) {
        Ok(interval) => Some(StatedDate { written, interval }),
        Err(reject) => {
            section.mistake(key, &format!("is {reject}"), EXPECTED_DATE);
            None
        }
    }
}

fn legal(section: &Section<'_>) -> Legal {
    Legal {
        measures_before: section.texts("measures_before"),
        measures_after: section.texts("measures_after"),
        likely_consequences: section.texts("likely_consequences"),
    }
}
