//! How the code speaks: type names that explain themselves, plain words in comments, short files.
//!
//! `cargo test --workspace --test tidy language -- --nocapture` prints the figures.

use std::collections::BTreeMap;

use crate::repository::{RepositoryFile, files, none};

/// Largest share of type names of one word, in percent.
const ONE_WORD_PERCENT: usize = 25;
/// Largest share of type definitions whose name another type has too, in percent.
const SHARED_NAME_PERCENT: usize = 20;
/// Lines of the file that 95 of 100 files do not exceed.
const FILE_LINES: usize = 250;
/// Words of conversation, which comments do without: the trade has a verb for each.
const LOOSE_WORDS: [&str; 17] = [
    "told",
    "tell",
    "tells",
    "hear",
    "hears",
    "heard",
    "say",
    "says",
    "said",
    "ask",
    "asks",
    "asked",
    "whoever",
    "nobody",
    "somebody",
    "everybody",
    "meanwhile",
];

/// Sources without integration tests and without modules of unit tests.
fn sources() -> Vec<RepositoryFile> {
    let mut sources = files(".rs");
    sources.retain(|file| file.path.contains("/src/") && !is_test_module(&file.path));
    for file in &mut sources {
        if let Some(at) = inline_tests(&file.text) {
            file.text.truncate(at);
        }
    }
    sources
}

fn is_test_module(path: &str) -> bool {
    path.ends_with("/tests.rs")
        || path.ends_with("_tests.rs")
        || path.rsplit_once("/src/").is_some_and(|(_, below)| below.contains("/tests/"))
}

fn inline_tests(text: &str) -> Option<usize> {
    let attribute = "\n#[cfg(test)]\nmod ";
    let at = text.find(attribute)?;
    let name = text.get(at + attribute.len()..)?.lines().next()?;
    name.ends_with('{').then_some(at)
}

/// The name that a line of code defines a type by.
fn defined_type(line: &str) -> Option<&str> {
    let mut rest = line.trim_start();
    if let Some(after) = rest.strip_prefix("pub") {
        rest = match after.strip_prefix('(') {
            Some(scope) => scope.split_once(')')?.1,
            None => after,
        };
        rest = rest.strip_prefix(' ')?;
    }
    let (keyword, rest) = rest.split_once(' ')?;
    if !["struct", "enum", "trait", "type"].contains(&keyword) {
        return None;
    }
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    rest.get(..end).filter(|name| name.starts_with(|c: char| c.is_ascii_uppercase()))
}

fn comment(line: &str) -> Option<&str> {
    line.trim_start().strip_prefix("//").map(|text| text.trim_start_matches(['/', '!', ' ']))
}

fn percent(part: usize, whole: usize) -> usize {
    part * 100 / whole.max(1)
}

#[test]
fn type_names_explain_themselves_and_are_unique() {
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in sources() {
        for name in file.text.lines().filter_map(defined_type) {
            places.entry(name.to_owned()).or_default().push(file.path.clone());
        }
    }
    let all: usize = places.values().map(Vec::len).sum();
    assert!(all > 1_000, "the types are found");
    let is_one_word = |name: &str| name.chars().filter(char::is_ascii_uppercase).count() == 1;
    let one_word: usize =
        places.iter().filter(|(name, _)| is_one_word(name)).map(|(_, places)| places.len()).sum();
    let shared: usize = places.values().map(Vec::len).filter(|count| *count > 1).sum();
    let (one_word, shared) = (percent(one_word, all), percent(shared, all));
    println!("{all} types: names of one word {one_word} %, names of several types {shared} %");
    let repeated = places.iter().filter(|(_, places)| places.len() > 1);
    let repeated: Vec<_> = repeated.map(|(name, places)| format!("{name}: {}", places.join(", "))).collect();
    assert!(shared <= SHARED_NAME_PERCENT, "names of several types: {shared} %\n  {}", repeated.join("\n  "));
    assert!(one_word <= ONE_WORD_PERCENT, "names of one word: {one_word} %");
}

#[test]
fn comments_use_the_words_of_the_trade() {
    let mut faults = Vec::new();
    for file in sources() {
        for (number, line) in file.text.lines().enumerate() {
            let Some(text) = comment(line) else { continue };
            let words = text.split(|c: char| !c.is_alphanumeric() && c != '_').map(str::to_lowercase);
            let loose: Vec<_> = words.filter(|word| LOOSE_WORDS.contains(&word.as_str())).collect();
            if !loose.is_empty() {
                faults.push(format!("{}:{}: {}", file.path, number + 1, loose.join(", ")));
            }
        }
    }
    none("words of conversation in comments", &faults);
}

#[test]
fn files_are_short() {
    let mut lines: Vec<usize> = sources().iter().map(|file| file.text.lines().count()).collect();
    lines.sort_unstable();
    let at = |share: usize| lines.get(lines.len() * share / 100).copied().unwrap_or_default();
    println!(
        "lines of a file: median {}, p95 {}, longest {}",
        at(50),
        at(95),
        lines.last().copied().unwrap_or_default()
    );
    assert!(at(95) <= FILE_LINES, "95 of 100 files have at most {FILE_LINES} lines; now {}", at(95));
}
