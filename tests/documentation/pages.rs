//! The pages, and what can be found in one.

use std::fs;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub struct Page {
    /// As it is named from the root of the repository.
    pub name: String,
    pub path: PathBuf,
    pub text: String,
}

pub struct Block {
    /// What stands behind the opening fence.
    pub language: String,
    pub text: String,
    /// Of its first line, from 1.
    pub line: usize,
}

pub fn all() -> Vec<Page> {
    let written =
        WalkDir::new(root().join("docs")).sort_by_file_name().into_iter().map(|entry| entry.unwrap());
    let docs =
        written.map(|entry| entry.into_path()).filter(|path| path.extension().is_some_and(|e| e == "md"));
    let top = ["README.md", "CONTRIBUTING.md"].map(|name| root().join(name));
    top.into_iter().chain(docs).map(Page::read).collect()
}

impl Page {
    fn read(path: PathBuf) -> Self {
        let name = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
        Self { text: fs::read_to_string(&path).unwrap(), name, path }
    }

    /// Its fenced blocks.
    pub fn blocks(&self) -> Vec<Block> {
        let (mut blocks, mut open): (Vec<Block>, Option<Block>) = (Vec::new(), None);
        for (number, line) in self.text.lines().enumerate() {
            match (&mut open, line.strip_prefix("```")) {
                (Some(_), Some(_)) => blocks.extend(open.take()),
                (Some(block), None) => {
                    block.text.push_str(line);
                    block.text.push('\n');
                }
                (None, Some(language)) => {
                    open =
                        Some(Block { language: language.to_owned(), text: String::new(), line: number + 2 });
                }
                (None, None) => {}
            }
        }
        assert!(open.is_none(), "{}: a block that does not end", self.name);
        blocks
    }

    /// Its lines outside fenced blocks, with their numbers from 1.
    pub fn prose(&self) -> Vec<(usize, &str)> {
        let mut fenced = false;
        let outside = self.text.lines().enumerate().filter(|(_, line)| {
            let fence = line.starts_with("```");
            fenced ^= fence;
            !fenced && !fence
        });
        outside.map(|(number, line)| (number + 1, line)).collect()
    }

    /// What stands between single back quotes in its prose, with the numbers of the lines.
    pub fn quoted(&self) -> Vec<(usize, &str)> {
        self.prose()
            .into_iter()
            .flat_map(|(line, text)| quoted(text).into_iter().map(move |q| (line, q)))
            .collect()
    }
}

/// What stands between single back quotes.
pub fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}
