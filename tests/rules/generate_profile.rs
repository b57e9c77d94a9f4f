//! Random profiles and facts.

use crate::instant::{BoundaryZone, DAY, printed};
use crate::profile::{Cohort, Coverage, Facts, Population, Profile, SignIn, Term, Word};
use crate::random::Random;
use crate::sample;

/// What is publicly known: window, products, populations, exemptions, handling.
pub fn profile(random: &mut Random) -> Profile {
    let zone = random.pick(&[
        BoundaryZone::Unstated,
        BoundaryZone::Unstated,
        BoundaryZone::Offset(120),
        BoundaryZone::Named(chrono_tz::America::Los_Angeles),
    ]);
    let kinds = random.pick(&[vec!["marketplace", "private"], vec!["private"], vec!["marketplace"]]);
    let providers = random.pick(&[vec!["customer"], vec!["customer", "vendor"], vec!["vendor"]]);
    let handling = ["rotate", "consider", "none"];
    let affected = random.pick(&[vec!["support", "chat"], vec!["support"], vec!["chat"]]);
    Profile {
        from: random.pick(&[
            None,
            Some("2016-09-01".into()),
            Some("2016-09-01".into()),
            Some("2016-09-01T00:00:00Z".into()),
        ]),
        until: random.pick(&["2016-11-01".into(), "2016-11-01".into(), "2016-11-01T00:00:00Z".into()]),
        clear_from: random.pick(&[None, Some("2016-11-02".into()), Some("2016-11-02".into())]),
        zone,
        affected_products: affected,
        unaffected_products: random.pick(&[vec!["sell", "smooch"], vec!["sell"]]),
        sign_ins: sign_ins(random),
        populations: populations(random),
        exempt: random.some_of(&["rotated", "sso", "no_password"], 85),
        app_kinds: kinds,
        provided_by: providers,
        api_clients: vec![
            ("basic_password", random.pick(&["reconnect", "reconnect", "none"])),
            ("api_token", random.pick(&["rotate", "rotate", "rotate", "consider"])),
            ("oauth", random.pick(&["rotate", "rotate", "consider", "none"])),
            ("chat_api_token", random.pick(&handling)),
        ],
        cohorts: cohorts(random),
        ..sample::zendesk_2016()
    }
}

fn sign_ins(random: &mut Random) -> Vec<SignIn> {
    let mut sign_ins = vec![
        SignIn { id: "support", products: vec!["support", "guide", "talk"] },
        SignIn { id: "chat", products: vec!["chat"] },
    ];
    if random.percent(40) {
        sign_ins.push(SignIn { id: "explore", products: vec!["explore"] });
    }
    sign_ins
}

fn populations(random: &mut Random) -> Vec<Population> {
    let mut populations = Vec::new();
    for role in ["agent", "end_user", "agent"] {
        if populations.is_empty() || random.percent(60) {
            let sign_ins = random.pick(&[vec!["support", "chat"], vec!["support"], vec!["chat"]]);
            populations.push(Population { role, sign_ins, only_active: random.percent(50) });
        }
    }
    populations
}

fn cohorts(random: &mut Random) -> Vec<Cohort> {
    if random.percent(50) {
        return sample::cohorts();
    }
    let is = |word| Term { negated: false, word };
    let not = |word| Term { negated: true, word };
    let cohort = |id, when, notify| Cohort { id, when, notify };
    vec![
        cohort("outside_quiet", vec![is(Word::Window("outside")), not(Word::Actions)], false),
        cohort("doubtful", vec![is(Word::Access("undetermined")), is(Word::Known), is(Word::Actions)], true),
        cohort("told", vec![not(Word::Exposure("not_exposed"))], true),
        cohort("others", vec![is(Word::Always)], true),
    ]
}

/// Table, kind, role and column that a declaration may speak of.
type Coverable = (&'static str, Option<&'static str>, Option<&'static str>, Option<&'static str>);

/// Some more than once, so that they are declared more often.
const COVERABLE: [Coverable; 17] = [
    ("accounts", None, None, Some("products")),
    ("accounts", None, None, Some("products")),
    ("accessed", None, None, None),
    ("sso", None, None, None),
    ("sso", None, None, None),
    ("users", None, None, None),
    ("app_installations", None, None, None),
    ("certificates", None, None, None),
    ("api_clients", None, None, None),
    ("users", None, None, None),
    ("credential_changes", Some("password"), Some("agent"), None),
    ("credential_changes", Some("password"), Some("end_user"), None),
    ("credential_changes", Some("password"), None, None),
    ("credential_changes", Some("app_credential"), None, None),
    ("credential_changes", Some("api_token"), None, None),
    ("credential_changes", Some("oauth_token"), None, None),
    ("credential_changes", None, None, None),
];

/// What is declared: with and without each coverage, reaching as_of and the window or not, accepted or not.
pub fn facts(random: &mut Random, profile: &Profile, as_of: i64) -> Facts {
    let until_lo = profile.window_until().lo;
    let kept = random.pick(&[40, 75, 75, 100]);
    let mut coverages = Vec::new();
    for (table, kind, role, column) in random.some_of(&COVERABLE, kept) {
        let to = as_of + random.pick(&[0, 0, 0, 0, 0, DAY, DAY, -1]);
        // A coverage that ends before it begins is a mistake of the facts, also where as_of lies before the window's end.
        let from = (until_lo + random.pick(&[0, 0, -DAY, -DAY, -1, 1])).min(to - DAY);
        coverages.push(Coverage {
            table: table.into(),
            kind: kind.map(String::from),
            role: role.map(String::from),
            column: column.map(String::from),
            from: (table == "credential_changes").then(|| printed(from)),
            to: printed(to),
            accepted: random.percent(25),
        });
    }
    coverages.dedup_by(|a, b| (&a.table, &a.kind, &a.role) == (&b.table, &b.kind, &b.role));
    let stated = coverages.is_empty() || random.percent(80);
    Facts { as_of: stated.then(|| printed(as_of)), coverages }
}
