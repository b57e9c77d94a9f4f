//! The commands of the pages run, and print what the pages show.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use super::pages::{self, Block, Page, root};

#[test]
fn the_commands_of_every_page_run_and_print_what_it_shows() {
    let pages: Mutex<Vec<Page>> =
        Mutex::new(pages::all().into_iter().filter(|page| !runs(page).is_empty()).collect());
    assert!(pages.lock().unwrap().iter().any(|page| page.name == "README.md"), "the README shows no command");
    let wrong = Mutex::new(Vec::new());
    let work = || {
        loop {
            let Some(page) = pages.lock().unwrap().pop() else { return };
            if let Err(difference) = try_page(&page) {
                wrong.lock().unwrap().push(difference);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(work);
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn the_tour_of_the_readme_leaves_lists() {
    let page = pages::all().into_iter().find(|page| page.name == "README.md").unwrap();
    let folder = Folder::make();
    folder.try_all(&page).unwrap();
    let lists = folder.path().join("case/out/0001/lists");
    assert!(fs::read_dir(&lists).unwrap().count() > 0, "no list in {}", lists.display());
}

#[test]
fn every_make_target_that_is_named_exists() {
    let makefile = fs::read_to_string(root().join("Makefile")).unwrap();
    let blocks: String = pages::all().iter().flat_map(Page::blocks).map(|block| block.text).collect();
    let targets: Vec<&str> =
        blocks.lines().filter_map(|line| line.strip_prefix("make ")?.split_whitespace().next()).collect();
    assert!(targets.contains(&"demo") && targets.contains(&"test"), "{targets:?}");
    for target in targets {
        assert!(makefile.contains(&format!("\n{target}:")), "make {target}");
    }
}

#[test]
fn the_picture_is_there_and_loads_nothing() {
    let picture = fs::read_to_string(root().join("docs/demo.svg")).unwrap();
    assert!(picture.len() < 60_000, "{} bytes", picture.len());
    assert!(picture.contains("highwater demo"));
    let references = ["href", "url(", "@import", "<script"];
    assert!(!references.iter().any(|what| picture.contains(what)), "a picture that loads something");
}

/// A picture of another version of the program misleads whoever looks at it first.
#[test]
fn the_picture_shows_what_the_demo_prints() {
    let picture = fs::read_to_string(root().join("docs/demo.svg")).unwrap();
    let shown = lines_of_picture(&picture);
    let (success, said) = Folder::make().shell(&["-uc", "highwater demo 2>/dev/null"]);
    assert!(success, "{said}");
    let printed: Vec<String> = ["$ highwater demo"].into_iter().chain(said.lines()).map(plain).collect();
    assert_eq!(
        shown.iter().filter(|line| *line == "…").count(),
        1,
        "docs/demo.svg leaves out one part: `make picture`"
    );
    assert!(shown.len() > 70, "{} lines are no answer", shown.len());
    let (shown, printed): (Vec<&str>, Vec<&str>) =
        (shown.iter().map(String::as_str).collect(), printed.iter().map(String::as_str).collect());
    let differs = shown.iter().zip(&printed).find(|(shown, printed)| !alike(shown, printed));
    assert!(
        agree(&shown, &printed),
        "docs/demo.svg is of another output: `make picture` draws it anew (first {differs:?})"
    );
}

/// The words of each line of the picture: its texts by their height, from left to right.
fn lines_of_picture(picture: &str) -> Vec<String> {
    let value = |text: &str, key: &str| -> Option<f64> {
        text.split_once(&format!(" {key}=\""))?.1.split_once('"')?.0.parse().ok()
    };
    let mut lines: Vec<(f64, String)> = Vec::new();
    for text in picture.lines().filter(|line| line.starts_with("<text ")) {
        let y = value(text, "y").unwrap();
        let words = text.split_once('>').unwrap().1.trim_end_matches("</text>");
        match lines.last_mut() {
            Some((height, line)) if *height == y => line.push_str(&format!(" {words}")),
            _ => lines.push((y, words.to_owned())),
        }
    }
    let unescape = |text: &str| {
        let pairs = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&amp;", "&")];
        pairs.iter().fold(text.to_owned(), |text, (escaped, plain)| text.replace(escaped, plain))
    };
    // Blank lines have no text, and stand between lines that are further apart.
    let height = lines.windows(2).map(|two| two[1].0 - two[0].0).fold(f64::INFINITY, f64::min);
    let mut all = Vec::new();
    let mut next = lines.first().map_or(0.0, |line| line.0);
    for (y, line) in lines {
        while y - next > height / 2.0 {
            all.push(String::new());
            next += height;
        }
        all.push(plain(&unescape(&line)));
        next += height;
    }
    all
}

/// A line's words, one blank apart; the run and the version that it names are others in each version.
fn plain(line: &str) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    match words.as_slice() {
        ["run", _, "highwater", _] => "run … highwater …".to_owned(),
        _ => words.join(" "),
    }
}

/// The checker itself: what it must take, and what it must not.
#[test]
fn a_page_that_shows_what_no_command_printed_is_found() {
    for (shown, printed, same) in [
        ("one\ntwo\n", "one\ntwo\n", true),
        ("one\n…\nlast\n", "one\n2\n3\nlast\n", true),
        ("one\n…\nlast\n", "one\nlast\n", true),
        ("a … c\n", "a b c\n", true),
        ("one\n", "one\ntwo\n", false),
        ("one\ntwo\n", "one\n", false),
        ("…\nlast\n", "one\n", false),
        ("a … c\n", "a b d\n", false),
        ("", "something\n", false),
    ] {
        let (shown, printed): (Vec<&str>, Vec<&str>) = (shown.lines().collect(), printed.lines().collect());
        assert_eq!(agree(&shown, &printed), same, "{shown:?} {printed:?}");
    }
}

/// The blocks of a page that run. Those that begin with `make` build the program that is tried here.
fn runs(page: &Page) -> Vec<Block> {
    let blocks = page.blocks().into_iter();
    blocks
        .filter(|b| ["sh", "console"].contains(&b.language.as_str()) && !b.text.starts_with("make"))
        .collect()
}

fn try_page(page: &Page) -> Result<(), String> {
    Folder::make().try_all(page)
}

/// An empty folder with the sample data in it, where a page's commands run.
struct Folder(tempfile::TempDir);

impl Folder {
    fn make() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(root().join("sample_data"), folder.path().join("sample_data")).unwrap();
        Self(folder)
    }

    fn path(&self) -> PathBuf {
        self.0.path().to_owned()
    }

    fn try_all(&self, page: &Page) -> Result<(), String> {
        for block in runs(page) {
            let tried =
                if block.language == "sh" { self.try_script(&block) } else { self.try_console(&block) };
            tried.map_err(|difference| format!("{}:{}: {difference}", page.name, block.line))?;
        }
        Ok(())
    }

    fn try_script(&self, block: &Block) -> Result<(), String> {
        let (success, said) = self.shell(&["-euc", &block.text]);
        if success { Ok(()) } else { Err(format!("failed:\n{}{said}", block.text)) }
    }

    fn try_console(&self, block: &Block) -> Result<(), String> {
        let (before, commands) = block.text.split_once("$ ").ok_or("no line begins with `$ `")?;
        assert!(before.is_empty(), "output before the first command: {before}");
        for part in commands.split("\n$ ") {
            let (command, shown) = part.split_once('\n').unwrap_or((part, ""));
            let (success, said) = self.shell(&["-uc", command]);
            let (shown, printed): (Vec<&str>, Vec<&str>) =
                (shown.trim_end().lines().collect(), said.lines().collect());
            if !success {
                return Err(format!("$ {command}\nfailed:\n{said}"));
            }
            if !agree(&shown, &printed) {
                return Err(format!("$ {command}\nprinted\n{said}"));
            }
        }
        Ok(())
    }

    /// Whether it ended well, and all that it said, in the order in which it was said.
    fn shell(&self, arguments: &[&str]) -> (bool, String) {
        let [options, script] = arguments else { panic!("{arguments:?}") };
        let beside = Path::new(env!("CARGO_BIN_EXE_highwater")).parent().unwrap();
        let mut shell = Command::new("sh");
        shell.arg(options).arg(format!("exec 2>&1\n{script}")).current_dir(self.path());
        shell.env("PATH", format!("{}:{}", beside.display(), std::env::var("PATH").unwrap()));
        shell.env("HOME", self.path()).env("LC_ALL", "C").env_remove("NO_COLOR");
        let output = shell.output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

/// Whether the lines that are shown stand for those that were printed. Blanks at the ends of lines don't matter.
fn agree(shown: &[&str], printed: &[&str]) -> bool {
    match (shown, printed) {
        ([], []) => true,
        (["…", rest @ ..], _) => (0..=printed.len()).any(|skipped| agree(rest, &printed[skipped..])),
        ([first, rest @ ..], [line, others @ ..]) => {
            alike(first.trim_end(), line.trim_end()) && agree(rest, others)
        }
        _ => false,
    }
}

fn alike(shown: &str, printed: &str) -> bool {
    let parts: Vec<&str> = shown.split('…').collect();
    let [first, middle @ .., last] = parts.as_slice() else { return shown == printed };
    let Some(mut rest) = printed.strip_prefix(first) else { return false };
    for part in middle {
        let Some((_, after)) = rest.split_once(part) else { return false };
        rest = after;
    }
    rest.ends_with(last)
}
