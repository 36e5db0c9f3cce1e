//! The matrix as a document. A part between `<!-- NAME -->` and `<!-- end of NAME -->` is generated.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::IdentityGroup;
use super::sight::SightRow;
use super::table::MatrixRow;

/// `UPDATE_GOLDEN=1` rewrites the document instead of comparing it.
const UPDATE: &str = "UPDATE_GOLDEN";

/// The identities with their letters.
pub fn legend(groups: &[IdentityGroup]) -> String {
    let mut text = "| letter | identity |\n|---|---|\n".to_owned();
    for (letter, title) in groups.iter().copied().flatten() {
        writeln!(text, "| `{letter}` | {title} |").unwrap();
    }
    text
}

/// The rows of a door.
pub fn matrix(letters: &str, rows: &[MatrixRow]) -> String {
    block(letters, rows.iter().map(|row| (row.title(), row.cells)))
}

/// Who sees what.
pub fn sights(letters: &str, sights: &[SightRow]) -> String {
    block(letters, sights.iter().map(|sight| (sight.what.to_owned(), sight.cells)))
}

fn block<'a>(letters: &str, lines: impl Iterator<Item = (String, &'a str)>) -> String {
    let lines: Vec<(String, &str)> = lines.collect();
    let width = lines.iter().map(|(title, _)| title.chars().count()).max().unwrap_or(0);
    let mut text = format!("```text\n{:width$}  {letters}\n", "");
    for (title, cells) in lines {
        writeln!(text, "{title:width$}  {cells}").unwrap();
    }
    text.push_str("```\n");
    text
}

/// Compares the generated part `name` of a document, or rewrites it.
pub fn check(document: &Path, name: &str, generated: &str) {
    let written = fs::read_to_string(document).expect("the document is there");
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->"));
    let (head, rest) = written.split_once(&begin).unwrap_or_else(|| panic!("{begin} is missing"));
    let (present, tail) = rest.split_once(&end).unwrap_or_else(|| panic!("{end} is missing"));
    if std::env::var_os(UPDATE).is_some() {
        fs::write(document, format!("{head}{begin}{generated}{end}{tail}"))
            .expect("the document is writable");
        return;
    }
    let path = document.display();
    assert!(present == generated, "`{name}` of {path} is not current; run the test with {UPDATE}=1");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authorization::table;

    #[test]
    fn columns_stand_below_their_letters() {
        let rows = table::parse("GET /a | | 1 a |\nGET /longer | own | 1 4 |", 2);
        let text = "```text\n                   n A\nGET /a             1 a\nGET /longer (own)  1 4\n```\n";
        assert_eq!(matrix("n A", &rows), text);
    }
}
