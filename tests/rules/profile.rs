//! What is known of an incident and declared of a case, and how the program is told (TOML).

use crate::instant::{BoundaryZone, Interval, boundary, instant_with_offset};

#[derive(Clone, Debug)]
pub struct Profile {
    pub from: Option<String>,
    pub until: String,
    pub clear_from: Option<String>,
    pub zone: BoundaryZone,
    pub affected_products: Vec<&'static str>,
    pub unaffected_products: Vec<&'static str>,
    pub sign_ins: Vec<SignIn>,
    pub data_classes: Vec<DataClass>,
    pub authentication_classes: Vec<&'static str>,
    pub populations: Vec<Population>,
    /// Among `no_password`, `sso`, `rotated`.
    pub exempt: Vec<&'static str>,
    pub app_kinds: Vec<&'static str>,
    pub provided_by: Vec<&'static str>,
    /// Kind of API client and its handling.
    pub api_clients: Vec<(&'static str, &'static str)>,
    pub cohorts: Vec<Cohort>,
}

#[derive(Clone, Debug)]
pub struct SignIn {
    pub id: &'static str,
    pub products: Vec<&'static str>,
}

#[derive(Clone, Debug)]
pub struct DataClass {
    pub id: &'static str,
    pub personal: bool,
    pub secret: bool,
}

#[derive(Clone, Debug)]
pub struct Population {
    pub role: &'static str,
    pub sign_ins: Vec<&'static str>,
    pub only_active: bool,
}

#[derive(Clone, Debug)]
pub struct Cohort {
    pub id: &'static str,
    /// Terms that must all hold.
    pub when: Vec<Term>,
    pub notify: bool,
}

/// A word of a cohort's `when`, maybe negated.
#[derive(Clone, Debug)]
pub struct Term {
    pub negated: bool,
    pub word: Word,
}

#[derive(Clone, Debug)]
pub enum Word {
    Access(&'static str),
    Exposure(&'static str),
    Window(&'static str),
    Actions,
    Known,
    Always,
}

#[derive(Clone, Debug)]
pub struct Facts {
    pub as_of: Option<String>,
    pub coverages: Vec<Coverage>,
}

#[derive(Clone, Debug, Default)]
pub struct Coverage {
    pub table: String,
    pub kind: Option<String>,
    pub role: Option<String>,
    pub column: Option<String>,
    pub from: Option<String>,
    pub to: String,
    pub accepted: bool,
}

impl Profile {
    /// Whether the profile names the product, in `[scope]` or `[[sign_in]]`.
    pub fn names(&self, product: &str) -> bool {
        let in_scope = self.affected_products.iter().chain(&self.unaffected_products).any(|p| *p == product);
        in_scope || !self.sign_ins_holding(product).is_empty()
    }

    pub fn sign_ins_holding(&self, product: &str) -> Vec<&'static str> {
        self.sign_ins.iter().filter(|s| s.products.contains(&product)).map(|s| s.id).collect()
    }

    /// An affected product, or one that shares a sign-in with an affected product.
    pub fn is_affected(&self, product: &str) -> bool {
        let shares = |sign_in: &&SignIn| sign_in.products.contains(&product);
        self.affected_products.contains(&product)
            || self
                .sign_ins
                .iter()
                .filter(shares)
                .any(|s| s.products.iter().any(|p| self.affected_products.contains(p)))
    }

    pub fn class(&self, id: &str) -> Option<&DataClass> {
        self.data_classes.iter().find(|class| class.id == id)
    }

    pub fn handling(&self, kind: &str) -> &'static str {
        let named = self.api_clients.iter().find(|(named, _)| *named == kind);
        named.expect("the profile handles each kind of client").1
    }

    pub fn window_from(&self) -> Option<Interval> {
        self.from.as_deref().map(|from| boundary(from, self.zone))
    }

    /// The first possible instant of `until`, the last possible first instant of `clear_from` or else of `until`.
    pub fn window_until(&self) -> Interval {
        let until = boundary(&self.until, self.zone);
        let clear_from = self.clear_from.as_deref().map_or(until, |date| boundary(date, self.zone));
        Interval { lo: until.lo, hi: clear_from.hi }
    }
}

impl Facts {
    /// The facts' as_of, else the least `to` of the coverages.
    pub fn as_of(&self) -> i64 {
        let least = || self.coverages.iter().map(|coverage| instant_with_offset(&coverage.to).lo).min();
        let stated = self.as_of.as_deref().map(|at| instant_with_offset(at).lo);
        stated.or_else(least).expect("facts state as_of or a coverage")
    }
}

fn quoted(items: &[&str]) -> String {
    let items: Vec<String> = items.iter().map(|item| format!("{item:?}")).collect();
    format!("[{}]", items.join(", "))
}

fn key(name: &str, value: Option<&str>) -> String {
    value.map(|value| format!("{name} = {value:?}\n")).unwrap_or_default()
}

impl Profile {
    /// incident.toml.
    pub fn toml(&self) -> String {
        [self.head(), self.scope(), self.classes(), self.handled(), self.cohorts()].concat()
    }

    fn head(&self) -> String {
        let zone = match self.zone {
            BoundaryZone::Unstated => "unstated".to_string(),
            BoundaryZone::Named(zone) => zone.name().to_string(),
            BoundaryZone::Offset(m) => {
                format!("{}{:02}:{:02}", if m < 0 { '-' } else { '+' }, m.abs() / 60, m.abs() % 60)
            }
        };
        let head = "format = 1\n[incident]\nid = \"second-statement\"\ntitle = \"Generated\"\nkind = [\"confidentiality\"]\n\
             vendor = \"Nobody\"\npublic_sources = [\"none: generated\"]\n";
        let queries = quoted(&crate::verdict::QUERIES);
        format!(
            "{head}queries = {queries}\nnot_found = []\n\n[window]\n{}until = {:?}\n{}zone = {zone:?}\n\n",
            key("from", self.from.as_deref()),
            self.until,
            key("clear_from", self.clear_from.as_deref())
        )
    }

    fn scope(&self) -> String {
        let sign_ins = self.sign_ins.iter();
        let sign_ins =
            sign_ins.map(|s| format!("[[sign_in]]\nid = {:?}\nproducts = {}\n", s.id, quoted(&s.products)));
        format!(
            "[scope]\naffected_products = {}\nunaffected_products = {}\n\n{}\n",
            quoted(&self.affected_products),
            quoted(&self.unaffected_products),
            sign_ins.collect::<String>()
        )
    }

    fn classes(&self) -> String {
        let classes = self.data_classes.iter().map(|class| {
            format!(
                "{} = {{ title = \"Class {}\", secret = {}, personal = {} }}\n",
                class.id, class.id, class.secret, class.personal
            )
        });
        let authentication = quoted(&self.authentication_classes);
        format!(
            "[data_classes]\n{}\n[access]\nauthentication_classes = {authentication}\n\n",
            classes.collect::<String>()
        )
    }

    fn handled(&self) -> String {
        let populations = self.populations.iter().map(|p| {
            let sign_ins = quoted(&p.sign_ins);
            format!(
                "[[passwords.population]]\nrole = {:?}\nsign_in = {sign_ins}\nonly_active = {}\n",
                p.role, p.only_active
            )
        });
        let clients = self.api_clients.iter().map(|(kind, handling)| format!("{kind} = {handling:?}\n"));
        format!(
            "{}[passwords]\nexempt = {}\n\n[apps]\nkinds = {}\n\n[certificates]\nprovided_by = {}\n\n[api_clients]\n{}\n",
            populations.collect::<String>(),
            quoted(&self.exempt),
            quoted(&self.app_kinds),
            quoted(&self.provided_by),
            clients.collect::<String>()
        )
    }

    fn cohorts(&self) -> String {
        let cohorts = self.cohorts.iter().map(|cohort| {
            let when: Vec<String> = cohort.when.iter().map(Term::text).collect();
            let notify = if cohort.notify { "" } else { "notify = false\n" };
            let title = format!("Cohort {}", cohort.id);
            format!(
                "[[cohort]]\nid = {:?}\ntitle = {title:?}\nwhen = {:?}\n{notify}",
                cohort.id,
                when.join(" and ")
            )
        });
        cohorts.collect()
    }
}

impl Term {
    fn text(&self) -> String {
        let word = match self.word {
            Word::Access(value) => format!("access = '{value}'"),
            Word::Exposure(value) => format!("exposure = '{value}'"),
            Word::Window(value) => format!("window = '{value}'"),
            Word::Actions => "actions".into(),
            Word::Known => "known".into(),
            Word::Always => "always".into(),
        };
        if self.negated { format!("not {word}") } else { word }
    }
}

impl Facts {
    /// facts.toml.
    pub fn toml(&self) -> String {
        let declared = "[declared]\nby = \"the generator\"\nat = \"2019-10-02T09:00:00Z\"\n\n";
        let coverages = self.coverages.iter().map(Coverage::toml).collect::<String>();
        format!("format = 1\n{}\n{declared}{coverages}", key("as_of", self.as_of.as_deref()))
    }
}

impl Coverage {
    fn toml(&self) -> String {
        let accept = "accept = \"it does not matter here\"\naccepted_by = \"the generator\"\n";
        format!(
            "[[coverage]]\ntable = {:?}\n{}{}{}{}to = {:?}\nbasis = \"generated\"\n{}",
            self.table,
            key("kind", self.kind.as_deref()),
            key("role", self.role.as_deref()),
            key("column", self.column.as_deref()),
            key("from", self.from.as_deref()),
            self.to,
            if self.accepted { accept } else { "" }
        )
    }
}
