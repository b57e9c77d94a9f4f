//! Exports that lack nothing and contradict nothing, a case over them, and what its run says.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use highwater::engine::canned::Need;
use serde_json::Value;
use tempfile::TempDir;

pub const INCIDENT: &str = "zendesk-2016";

pub fn highwater(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_highwater")).args(arguments).output().unwrap()
}

pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A folder of exports and the case beside it.
pub struct Job {
    pub folder: TempDir,
}

impl Job {
    pub fn new(files: &[(&str, &str)]) -> Self {
        let job = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(job.exports()).unwrap();
        for (name, content) in files {
            fs::write(job.exports().join(name), content).unwrap();
        }
        job
    }

    pub fn exports(&self) -> PathBuf {
        self.folder.path().join("exports")
    }

    pub fn case(&self) -> PathBuf {
        self.folder.path().join("case")
    }

    pub fn run(&self, more: &[&str]) -> Output {
        let (case, exports) = (self.case(), self.exports());
        let mut arguments =
            vec!["run", text(&case), text(&exports), "--incident", INCIDENT, "--threads", "1"];
        arguments.extend(more);
        highwater(&arguments)
    }

    pub fn record(&self) -> Value {
        serde_json::from_str(&fs::read_to_string(self.case().join("runs/0001/run.json")).unwrap()).unwrap()
    }

    /// Codes by severity.
    pub fn findings(&self, severities: &[&str]) -> Vec<String> {
        let record = self.record();
        let findings = record["findings"].as_array().unwrap().iter();
        let asked = findings.filter(|f| severities.contains(&f["severity"].as_str().unwrap()));
        asked.map(|f| format!("{}: {}", f["code"].as_str().unwrap(), f["details"])).collect()
    }
}

/// Facts that declare everything, as of 2019-10-02T12:00Z.
pub fn facts() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("queries/classify/fixtures/facts.toml"))
        .unwrap()
}

/// Customers that the incident did not reach, in exports that lack nothing and contradict nothing.
pub fn clean() -> Vec<(&'static str, String)> {
    let made = "2018-05-01T00:00:00Z";
    let later = "2018-06-01T00:00:00Z";
    let keys = ["ab".repeat(32), "cd".repeat(32)];
    vec![
        ("facts.toml", facts()),
        (
            "accounts.csv",
            format!(
                "account_id,customer_id,products,created_at,activated_at,deleted_at,owner_email,security_email\n\
                 a1,k1,support,{made},{made},,owner@one.example,security@one.example\n\
                 a2,k2,chat,{made},{made},,owner@two.example,\n"
            ),
        ),
        (
            "users.csv",
            format!(
                "user_id,account_id,product,role,active,created_at,password_changed_at,has_password,sso_only,deleted_at\n\
                 u1,a1,,agent,true,{made},{later},true,false,\n\
                 u2,a2,,end_user,true,{later},,true,false,\n"
            ),
        ),
        (
            "app_installations.csv",
            format!(
                "installation_id,account_id,kind,installed_at,removed_at,holds_credentials,credentials_rotated_at\n\
                 i1,a1,private,{later},,true,\n"
            ),
        ),
        (
            "certificates.csv",
            format!(
                "certificate_id,account_id,provided_by,key_sha256,uploaded_at,not_before,not_after,revoked_at,replaced_at\n\
                 c1,a1,customer,{},{later},{made},2030-01-01T00:00:00Z,,\n\
                 c2,a2,vendor,{},{later},{made},2030-01-01T00:00:00Z,,\n",
                keys[0], keys[1]
            ),
        ),
        (
            "api_clients.csv",
            format!("client_id,account_id,user_id,kind,created_at,revoked_at\nk1,a1,u1,oauth,{later},\n"),
        ),
        (
            "credential_changes.csv",
            format!(
                "account_id,user_id,product,kind,subject_id,changed_at,effect\na1,u1,,password,,{later},replaced\n"
            ),
        ),
        (
            "sso.csv",
            "account_id,population,product,enforced,bypass_allowed,since,until\na1,agent,,true,false,,\n"
                .to_owned(),
        ),
        // Determined after as_of: left out, and noted.
        (
            "accessed.csv",
            "account_id,data_class,extent,determined_at\na1,user_data,some,2019-10-03T00:00:00Z\n".to_owned(),
        ),
    ]
}

pub fn job(files: &[(&'static str, String)]) -> Job {
    let files: Vec<(&str, &str)> = files.iter().map(|(name, content)| (*name, content.as_str())).collect();
    Job::new(&files)
}

/// The clean files, with one of them replaced.
pub fn clean_but(name: &'static str, content: &str) -> Job {
    let mut files = clean();
    files.retain(|(file, _)| *file != name);
    files.push((name, content.to_owned()));
    job(&files)
}

/// What a run says of absent tables and columns: what is absent, and the words of what follows.
pub fn told_absent(job: &Job) -> BTreeMap<String, String> {
    let record = job.record();
    let findings = record["findings"].as_array().unwrap().iter();
    let absent = findings.filter(|f| f["code"].as_str().unwrap().ends_with("_ABSENT"));
    let details = absent.flat_map(|finding| finding["details"].as_array().unwrap().clone());
    details
        .filter_map(|detail| {
            detail
                .as_str()
                .unwrap()
                .split_once(": ")
                .map(|(place, words)| (place.to_owned(), words.to_owned()))
        })
        .collect()
}

/// The sample's exports, without the columns or tables that a need names.
pub fn sample_without(need: Option<&Need>) -> Job {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data").join(INCIDENT);
    let job = Job::new(&[]);
    fs::create_dir(job.exports().join("exports")).unwrap();
    fs::copy(sample.join("facts.toml"), job.exports().join("facts.toml")).unwrap();
    let mut custody = fs::read_to_string(sample.join("sources.toml")).unwrap();
    for entry in fs::read_dir(sample.join("exports")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        match left(&path, need) {
            Some(bytes) => fs::write(job.exports().join("exports").join(&name), bytes).unwrap(),
            None => custody = without_source(&custody, &name),
        }
    }
    fs::write(job.exports().join("sources.toml"), custody).unwrap();
    job
}

fn without_source(custody: &str, file: &str) -> String {
    let parts = custody.split("[[source]]").filter(|part| !part.contains(&format!("exports/{file}\"")));
    parts.collect::<Vec<_>>().join("[[source]]")
}

/// A file's bytes with the needed headers renamed; nothing when its table is needed as a whole.
fn left(path: &Path, need: Option<&Need>) -> Option<Vec<u8>> {
    let name = path.file_stem().unwrap().to_str().unwrap();
    let bytes = fs::read(path).unwrap();
    let end = bytes.iter().position(|b| *b == b'\n').unwrap();
    let (head, rest) = bytes.split_at(end);
    let mut head = String::from_utf8(head.to_vec()).unwrap();
    for place in need.iter().flat_map(|need| &need.one_of) {
        if name.split("-2019").next() != Some(place.table.as_str()) {
            continue;
        }
        let column = place.column.as_ref()?;
        let known = highwater::engine::tables::table(&place.table).unwrap().column(column).unwrap();
        let names: BTreeSet<String> = known.headers().map(folded).collect();
        let separator = if head.contains(';') { ";" } else { "," };
        let cells: Vec<String> = head
            .split(separator)
            .map(|cell| if names.contains(&folded(cell)) { "not_ours".to_owned() } else { cell.to_owned() })
            .collect();
        head = cells.join(separator);
    }
    Some([head.as_bytes(), rest].concat())
}

fn folded(header: &str) -> String {
    let plain = header.trim().trim_matches(['\u{feff}', '"']).to_lowercase();
    plain.chars().filter(|c| !" _-.\r".contains(*c)).collect()
}
