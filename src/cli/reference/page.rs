//! One page of the reference, and its two forms: Markdown for `docs/`, plain text for the terminal.
//!
//! Text in blocks is Markdown's inline form. A link is written `[words](/path)`, from the repository's root: in a
//! file it is made relative, on the terminal only its words stay.

use crate::base::table;

/// Columns of text on the terminal.
const WIDTH: u16 = 100;

/// One page.
#[derive(Clone, Debug)]
pub struct Page {
    /// Its file, from the repository's root.
    pub path: String,
    /// Its title.
    pub title: String,
    blocks: Vec<Block>,
}

#[derive(Clone, Debug)]
enum Block {
    Heading(String),
    Text(String),
    Quote(String),
    List(Vec<String>),
    Steps(Vec<String>),
    Table(Vec<&'static str>, Vec<Vec<String>>),
    Code(&'static str, String),
}

impl Page {
    /// An empty page.
    pub(super) fn new(path: impl Into<String>, title: impl Into<String>) -> Self {
        Self { path: path.into(), title: title.into(), blocks: Vec::new() }
    }

    pub(super) fn heading(&mut self, words: impl Into<String>) {
        self.blocks.push(Block::Heading(words.into()));
    }

    pub(super) fn text(&mut self, words: impl Into<String>) {
        self.blocks.push(Block::Text(words.into()));
    }

    pub(super) fn quote(&mut self, words: impl Into<String>) {
        self.blocks.push(Block::Quote(words.into()));
    }

    pub(super) fn list(&mut self, items: Vec<String>) {
        self.blocks.push(Block::List(items));
    }

    /// A numbered list.
    pub(super) fn steps(&mut self, items: Vec<String>) {
        self.blocks.push(Block::Steps(items));
    }

    pub(super) fn table(&mut self, header: &[&'static str], rows: Vec<Vec<String>>) {
        self.blocks.push(Block::Table(header.to_vec(), rows));
    }

    pub(super) fn code(&mut self, language: &'static str, text: impl Into<String>) {
        self.blocks.push(Block::Code(language, text.into()));
    }

    /// The page as a file of `docs/`.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut text = format!("<!-- Generated: make docs -->\n# {}\n", self.title);
        for block in &self.blocks {
            let block = markdown(block);
            text.push('\n');
            text.push_str(&relative_links(&block, &self.path));
            text.push('\n');
        }
        text
    }

    /// The page for the terminal.
    #[must_use]
    pub fn plain(&self) -> String {
        let width = usize::from(WIDTH);
        let bold = anstyle::Style::new().bold();
        let mut text = format!("{bold}{}{bold:#}\n", self.title);
        for block in &self.blocks {
            text.push('\n');
            text.push_str(&match block {
                Block::Heading(words) => format!("{bold}{}{bold:#}", without_links(words)),
                Block::Text(words) => wrapped(words, "", "", width),
                Block::Quote(words) => wrapped(words, "    ", "    ", width),
                Block::List(items) => items_of(items, width, |_| "- ".to_owned()),
                Block::Steps(items) => items_of(items, width, |n| format!("{n:>2}. ")),
                Block::Table(header, rows) => {
                    let plain = |row: &Vec<String>| row.iter().map(|cell| without_links(cell)).collect();
                    table::render_within(WIDTH, header, &rows.iter().map(plain).collect::<Vec<_>>())
                }
                Block::Code(_, code) => indented(code),
            });
            text.push('\n');
        }
        text
    }
}

fn markdown(block: &Block) -> String {
    let lines = |items: Vec<String>| items.join("\n");
    match block {
        Block::Heading(words) => format!("## {words}"),
        Block::Text(words) => words.clone(),
        Block::Quote(words) => format!("> {words}"),
        Block::List(items) => lines(items.iter().map(|item| format!("- {item}")).collect()),
        Block::Steps(items) => {
            lines(items.iter().enumerate().map(|(i, item)| format!("{}. {item}", i + 1)).collect())
        }
        Block::Table(header, rows) => {
            let row = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
            let cell = |cell: &String| cell.replace('|', "\\|");
            let head = row(header.iter().map(|cell| (*cell).to_owned()).collect());
            let rule = row(header.iter().map(|_| "---".to_owned()).collect());
            let rows = rows.iter().map(|cells| row(cells.iter().map(cell).collect()));
            lines([head, rule].into_iter().chain(rows).collect())
        }
        Block::Code(language, code) => format!("```{language}\n{}\n```", code.trim_end()),
    }
}

fn relative_links(text: &str, from: &str) -> String {
    let mut parts = text.split("](/");
    let mut made = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (target, rest) = part.split_once(')').unwrap_or((part, ""));
        made.push_str(&format!("]({}){rest}", relative(from, target)));
    }
    made
}

/// The way from one file to another, both from the same root.
fn relative(from: &str, to: &str) -> String {
    let (file, anchor) = to.split_once('#').map_or((to, None), |(file, anchor)| (file, Some(anchor)));
    let folders: Vec<&str> = from.split('/').collect();
    let parts: Vec<&str> = file.split('/').collect();
    let last = folders.len().min(parts.len()) - 1;
    let shared = (0..last).take_while(|i| folders.get(*i) == parts.get(*i)).count();
    let up = "../".repeat(folders.len() - 1 - shared);
    let down = parts.iter().skip(shared).copied().collect::<Vec<_>>().join("/");
    match anchor {
        Some(anchor) if from == file => format!("#{anchor}"),
        Some(anchor) => format!("{up}{down}#{anchor}"),
        None => format!("{up}{down}"),
    }
}

/// Inline text without links' targets, backticks and stars.
fn without_links(text: &str) -> String {
    let mut parts = text.split("](/");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        plain.push_str(part.split_once(')').map_or("", |(_, rest)| rest));
    }
    plain.replace(['[', '`'], "").replace("**", "")
}

fn items_of(items: &[String], width: usize, mark: impl Fn(usize) -> String) -> String {
    let item = |(i, item): (usize, &String)| {
        let mark = mark(i + 1);
        wrapped(item, &mark, &" ".repeat(mark.chars().count()), width)
    };
    items.iter().enumerate().map(item).collect::<Vec<_>>().join("\n")
}

fn wrapped(text: &str, first: &str, next: &str, width: usize) -> String {
    let mut lines = vec![first.to_owned()];
    let mut is_begun = false;
    for word in without_links(text).split_whitespace() {
        let length = lines.last().map_or(0, |line| line.chars().count());
        if is_begun && length + 1 + word.chars().count() > width {
            lines.push(next.to_owned());
            is_begun = false;
        }
        if let Some(line) = lines.last_mut() {
            if is_begun {
                line.push(' ');
            }
            line.push_str(word);
            is_begun = true;
        }
    }
    lines.join("\n")
}

fn indented(text: &str) -> String {
    text.trim_end().lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}
