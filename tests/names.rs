//! Names that must not stand where they would bind the program: incidents in code, registries in the repository.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects by failing; the lints let only functions marked as tests do so"
)]

use std::fs;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files of a folder, without what git and cargo keep in it.
fn files(folder: &Path) -> Vec<PathBuf> {
    let ours = |entry: &DirEntry| {
        entry.depth() != 1 || !(entry.file_name() == ".git" || entry.file_name() == "target")
    };
    let entries = WalkDir::new(folder).into_iter().filter_entry(ours).map(Result::unwrap);
    entries.filter(|entry| entry.file_type().is_file()).map(DirEntry::into_path).collect()
}

/// The files that hold one of the words, whatever their case, as `file: word`.
fn holding(files: Vec<PathBuf>, words: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files {
        let text = String::from_utf8_lossy(&fs::read(&file).unwrap()).to_lowercase();
        for word in words.iter().filter(|word| text.contains(&word.to_lowercase())) {
            found.push(format!("{}: {word}", file.strip_prefix(root()).unwrap().display()));
        }
    }
    found
}

/// Ids and vendors of the built-in incidents.
fn incident_names() -> Vec<String> {
    let mut names = Vec::new();
    for folder in fs::read_dir(root().join("queries/incidents")).unwrap() {
        let text = fs::read_to_string(folder.unwrap().path().join("incident.toml")).unwrap();
        let profile: toml::Table = text.parse().unwrap();
        for key in ["id", "vendor"] {
            names.push(profile["incident"][key].as_str().unwrap().to_owned());
        }
    }
    names
}

#[test]
fn no_incident_is_named_in_the_code() {
    let names = incident_names();
    assert!(!names.is_empty());
    let found = holding(files(&root().join("src")), &names);
    assert!(found.is_empty(), "an incident is data (1-overview):\n{}", found.join("\n"));
}

/// Clients of registries know where theirs is; a name here would send a closed network elsewhere.
#[test]
fn no_registry_is_named_in_the_repository() {
    let hosts = [
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("crates", "io"),
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("debian", "org"),
        ("ubuntu", "com"),
        ("golang", "org"),
        ("maven", "org"),
    ];
    let hosts = hosts.map(|(name, domain)| format!("{name}.{domain}"));
    // Written by cargo, which names the registry it resolved with.
    let ours = files(root()).into_iter().filter(|file| !file.ends_with("Cargo.lock")).collect();
    let found = holding(ours, &hosts);
    assert!(found.is_empty(), "{}", found.join("\n"));
}
