//! `docs/commands/`: a page for each group of commands, made from the tables.
//!
//! The test fails when a page is not what the tables give; `FARAD_BLESS=1` writes the pages.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use farad_shell::Group;

use crate::assembly;

/// A page's name and text, by name. Groups of one prefix share a page.
fn pages() -> BTreeMap<String, String> {
    let mut pages = BTreeMap::new();
    let mut index =
        String::from("# Commands\n\nMade from the command tables; `?` shows the same at the prompt.\n\n");
    for group in assembly::registry().groups() {
        let name = file_name(group.prefix);
        let page: &mut String = pages.entry(name.clone()).or_default();
        if !page.is_empty() {
            page.push('\n');
        }
        let _ = writeln!(page, "# `{}`: {}", group.prefix, group.brief);
        rows(group, page);
        let _ = writeln!(index, "- [`{}`]({name}): {}", group.prefix, group.brief);
    }
    index.push_str(
        "- [The language](language.md): what surrounds commands, scripts, and how numbers are written\n",
    );
    pages.insert("README.md".to_owned(), index);
    pages.insert("language.md".to_owned(), language());
    pages
}

/// The notes on the language.
fn language() -> String {
    let cell = |text: &str| text.replace('|', "\\|");
    let mut page = String::from("# The language\n");
    for (asked, brief, lines) in farad_shell::cmd::topics().filter(|(_, _, lines)| !lines.is_empty()) {
        let _ = write!(page, "\n## `{asked}`: {brief}\n\n| | |\n|---|---|\n");
        for (form, brief) in lines {
            // A backtick in code stands between two.
            let mark = if form.contains('`') { "`` " } else { "`" };
            let end = if form.contains('`') { " ``" } else { "`" };
            let _ = writeln!(page, "| {mark}{}{end} | {} |", cell(form), cell(brief));
        }
    }
    page
}

fn rows(group: &Group, page: &mut String) {
    page.push_str("\n| command | |\n|---|---|\n");
    for row in group.rows {
        let usage = row.usage().replace('|', "\\|");
        let _ = writeln!(page, "| `{usage}` | {} |", row.brief.replace('|', "\\|"));
    }
    let examples: Vec<&str> = group.rows.iter().flat_map(|row| row.examples).copied().collect();
    if !examples.is_empty() {
        page.push_str("\nExamples:\n\n");
        for example in examples {
            let _ = writeln!(page, "    {example}");
        }
    }
}

/// A file's name for a prefix: its letters, others by their names.
fn file_name(prefix: &str) -> String {
    let mut name = String::new();
    for letter in prefix.chars() {
        match letter {
            '?' => name.push_str("question"),
            '=' => name.push_str("equals"),
            '/' => name.push_str("slash"),
            letter if letter.is_ascii_alphanumeric() => name.push(letter),
            letter => {
                let _ = write!(name, "u{:x}", u32::from(letter));
            }
        }
    }
    name + ".md"
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/commands")
}

#[test]
fn the_pages_are_what_the_tables_give() {
    let pages = pages();
    if std::env::var_os("FARAD_BLESS").is_some() {
        let _ = std::fs::remove_dir_all(folder());
        std::fs::create_dir_all(folder()).unwrap();
        for (name, text) in &pages {
            std::fs::write(folder().join(name), text).unwrap();
        }
    }
    let mut there: Vec<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    there.sort();
    assert_eq!(there, pages.keys().cloned().collect::<Vec<_>>(), "FARAD_BLESS=1 writes docs/commands");
    for (name, text) in pages {
        let written = std::fs::read_to_string(folder().join(&name)).unwrap();
        assert!(written == text, "docs/commands/{name} is not what the tables give: FARAD_BLESS=1 writes it");
    }
}
