//! Names of types and words of comments.

use std::collections::BTreeMap;

use crate::repository::RepositoryFile;

/// Words of conversation, which comments do without: the trade has a verb for each.
pub const CONVERSATION_WORDS: [&str; 17] = [
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

/// How types are named.
#[derive(Debug, Default)]
pub struct TypeNameFigures {
    /// Definitions.
    pub all: usize,
    /// Definitions with a name of one word.
    pub one_word: usize,
    /// Definitions whose name another one has too.
    pub shared: usize,
    /// Files of each shared name.
    pub repeated: Vec<(String, Vec<String>)>,
}

pub fn type_names(sources: &[RepositoryFile]) -> TypeNameFigures {
    let mut places: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for file in sources {
        for name in file.text.lines().filter_map(defined_type) {
            places.entry(name).or_default().push(file.path.clone());
        }
    }
    let is_one_word = |name: &str| name.chars().filter(char::is_ascii_uppercase).count() == 1;
    let all = places.values().map(Vec::len).sum();
    let one_word = places.iter().filter(|(name, _)| is_one_word(name)).map(|(_, files)| files.len()).sum();
    let repeated: Vec<(String, Vec<String>)> = places
        .into_iter()
        .filter(|(_, files)| files.len() > 1)
        .map(|(name, files)| (name.to_owned(), files))
        .collect();
    let shared = repeated.iter().map(|(_, files)| files.len()).sum();
    TypeNameFigures { all, one_word, shared, repeated }
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

/// The text of a line that is a comment.
pub fn comment_of(line: &str) -> Option<&str> {
    line.trim_start().strip_prefix("//").map(|text| text.trim_start_matches(['/', '!', ' ']))
}

/// The words of a comment, and those of them that belong to conversation.
pub fn conversation_words(comment: &str) -> (usize, Vec<String>) {
    let words = comment.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty());
    let words: Vec<String> = words.map(str::to_lowercase).collect();
    let number = words.len();
    let loose = words.into_iter().filter(|word| CONVERSATION_WORDS.contains(&word.as_str())).collect();
    (number, loose)
}
