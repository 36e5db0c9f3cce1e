//! The paths that a source names, in `use` and in the code.

use super::lexer::{PathToken, tokens};

/// Each path of the text; the tree of a `use` gives one for each of its branches.
pub(super) fn paths(text: &str) -> Vec<Vec<&str>> {
    let tokens = tokens(text);
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        match token {
            PathToken::Word("use") => {
                at += 1;
                use_tree(&tokens, &mut at, Vec::new(), &mut found);
            }
            PathToken::Word(first) => {
                at += 1;
                let path = plain(&tokens, &mut at, first);
                if path.len() > 1 {
                    found.push(path);
                }
            }
            _ => at += 1,
        }
    }
    found
}

fn plain<'a>(tokens: &[PathToken<'a>], at: &mut usize, first: &'a str) -> Vec<&'a str> {
    let mut path = vec![first];
    while let Some([PathToken::Separator, PathToken::Word(word)]) = tokens.get(*at..*at + 2) {
        path.push(word);
        *at += 2;
    }
    path
}

/// Reads one branch of a tree, up to the comma, brace or semicolon that ends it.
fn use_tree<'a>(
    tokens: &[PathToken<'a>],
    at: &mut usize,
    mut path: Vec<&'a str>,
    found: &mut Vec<Vec<&'a str>>,
) {
    while let Some(token) = tokens.get(*at) {
        match token {
            PathToken::Word("as") => *at += 1,
            PathToken::Word(word) => path.push(word),
            PathToken::Open => {
                branches(tokens, at, &path, found);
                return;
            }
            PathToken::Comma | PathToken::Close | PathToken::Semicolon => break,
            PathToken::Separator | PathToken::Other => {}
        }
        *at += 1;
    }
    if !path.is_empty() {
        found.push(path);
    }
}

/// Reads the branches between braces, and the closing brace.
fn branches<'a>(tokens: &[PathToken<'a>], at: &mut usize, path: &[&'a str], found: &mut Vec<Vec<&'a str>>) {
    *at += 1;
    while let Some(token) = tokens.get(*at) {
        match token {
            PathToken::Close => {
                *at += 1;
                return;
            }
            PathToken::Comma => *at += 1,
            _ => use_tree(tokens, at, path.to_vec(), found),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_gives_a_path_for_each_branch() {
        let text = "pub use a::{b::{self, C}, d as e, f::*}; fn g() { crate::h::i(); }";
        let expected: Vec<Vec<&str>> = vec![
            vec!["a", "b", "self"],
            vec!["a", "b", "C"],
            vec!["a", "d"],
            vec!["a", "f"],
            vec!["crate", "h", "i"],
        ];
        assert_eq!(paths(text), expected);
    }
}
