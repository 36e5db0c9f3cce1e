//! Rust text as the few tokens that paths consist of.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PathToken<'a> {
    Word(&'a str),
    /// `::`
    Separator,
    /// `{`
    Open,
    /// `}`
    Close,
    /// `,`
    Comma,
    /// `;`
    Semicolon,
    /// Any other character of code, or a literal.
    Other,
}

/// Tokens without blanks and comments.
pub(super) fn tokens(text: &str) -> Vec<PathToken<'_>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (length, token) = next(rest, first);
        tokens.extend(token);
        rest = rest.get(length..).unwrap_or_default();
    }
    tokens
}

/// Length in bytes of the first token, comment or blank, and the token.
fn next(rest: &str, first: char) -> (usize, Option<PathToken<'_>>) {
    use PathToken::{Close, Comma, Open, Other, Semicolon, Separator, Word};
    if first.is_whitespace() {
        return (first.len_utf8(), None);
    }
    if rest.starts_with("//") {
        return (rest.find('\n').unwrap_or(rest.len()), None);
    }
    if rest.starts_with("/*") {
        return (rest.find("*/").map_or(rest.len(), |at| at + 2), None);
    }
    if let Some(length) = literal(rest) {
        return (length, Some(Other));
    }
    if first.is_alphabetic() || first == '_' {
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        return (end, rest.get(..end).map(Word));
    }
    let token = match first {
        ':' if rest.starts_with("::") => return (2, Some(Separator)),
        '{' => Open,
        '}' => Close,
        ',' => Comma,
        ';' => Semicolon,
        _ => Other,
    };
    (first.len_utf8(), Some(token))
}

/// Length of a string or character literal at the beginning.
fn literal(rest: &str) -> Option<usize> {
    let after_prefix = rest.trim_start_matches(['b', 'c', 'r']);
    let prefix = rest.len() - after_prefix.len();
    let body = after_prefix.trim_start_matches('#');
    let hashes = after_prefix.len() - body.len();
    if prefix <= 2 && rest.get(..prefix)?.contains('r') && body.starts_with('"') {
        let end = format!("\"{}", "#".repeat(hashes));
        let start = prefix + hashes + 1;
        return Some(rest.get(start..)?.find(&end).map_or(rest.len(), |at| start + at + end.len()));
    }
    if prefix <= 1 && hashes == 0 && body.starts_with('"') {
        return Some(prefix + quoted(body, '"'));
    }
    let is_character = body.starts_with("'\\") || body.chars().nth(2) == Some('\'');
    (prefix <= 1 && hashes == 0 && body.starts_with('\'') && is_character)
        .then(|| prefix + quoted(body, '\''))
}

/// Length up to the closing quote.
fn quoted(body: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in body.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    body.len()
}

#[cfg(test)]
mod tests {
    use super::PathToken::{Close, Open, Other, Semicolon, Separator, Word};
    use super::*;

    #[test]
    fn comments_and_literals_contain_no_words() {
        let text = "use a::{b}; // c\nf(\"d::e \\\" g\", r#\"h\"#, '{', b'\\'', &'x i) /* j */";
        let kept = [
            Word("use"),
            Word("a"),
            Separator,
            Open,
            Word("b"),
            Close,
            Semicolon,
            Word("f"),
            Other,
            Other,
            PathToken::Comma,
            Other,
            PathToken::Comma,
            Other,
            PathToken::Comma,
            Other,
            PathToken::Comma,
            Other,
            Other,
            Word("x"),
            Word("i"),
            Other,
        ];
        assert_eq!(tokens(text), kept);
    }
}
