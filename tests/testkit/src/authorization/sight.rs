//! Which identity sees which personal data. A line is `what | text | cells`; `cells` has `s` for an identity that sees
//! the text in some response, and `.` for one that never does.

use std::collections::BTreeSet;

#[derive(Debug, Clone)]
pub struct SightRow {
    pub what: &'static str,
    text: &'static str,
    pub cells: &'static str,
    seen_by: Vec<bool>,
}

impl SightRow {
    fn parse(line: &'static str) -> Self {
        let parts: Vec<&'static str> = line.split('|').map(str::trim).collect();
        let [what, text, cells] = parts[..] else { panic!("a sight has three parts: {line}") };
        let sees = |letter: char| match letter {
            's' => true,
            '.' => false,
            other => panic!("{other} is not a letter of a sight"),
        };
        let seen_by = cells.chars().filter(|letter| *letter != ' ').map(sees).collect();
        Self { what, text, cells, seen_by }
    }
}

/// The sights of `text`, with `columns` identities each.
pub fn parse(text: &'static str, columns: usize) -> Vec<SightRow> {
    let rows: Vec<SightRow> = text.lines().filter(|line| !line.is_empty()).map(SightRow::parse).collect();
    for row in &rows {
        assert_eq!(row.seen_by.len(), columns, "one letter for each identity: {}", row.what);
    }
    rows
}

/// Searches every response of a matrix.
pub struct LeakDetector {
    sights: Vec<SightRow>,
    seen: BTreeSet<(usize, usize)>,
}

impl LeakDetector {
    pub fn new(sights: Vec<SightRow>) -> Self {
        Self { sights, seen: BTreeSet::new() }
    }

    fn found<'a>(&'a self, response: &'a str) -> impl Iterator<Item = (usize, &'a SightRow)> {
        self.sights.iter().enumerate().filter(|(_, sight)| response.contains(sight.text))
    }

    /// Data in a response that refuses; it may have none, not even the caller's own.
    pub fn in_refusal(&self, response: &str) -> Vec<&'static str> {
        self.found(response).map(|(_, sight)| sight.what).collect()
    }

    /// Data in a response to an identity that may not see it.
    pub fn in_response(&mut self, column: usize, response: &str) -> Vec<&'static str> {
        let found: Vec<(usize, bool, &'static str)> =
            self.found(response).map(|(index, sight)| (index, sight.seen_by[column], sight.what)).collect();
        self.seen.extend(found.iter().map(|(index, ..)| (*index, column)));
        found.into_iter().filter(|(_, may, _)| !may).map(|(.., what)| what).collect()
    }

    /// Sights of the table that no response has shown: the table grants too much, or a row sees too little.
    pub fn never_seen(&self, letters: &[char]) -> Vec<String> {
        let mut faults = Vec::new();
        for (index, sight) in self.sights.iter().enumerate() {
            let granted = (0..letters.len()).filter(|column| sight.seen_by[*column]);
            let unseen = granted.filter(|column| !self.seen.contains(&(index, *column)));
            faults
                .extend(unseen.map(|column| format!("{}: `{}` never sees it", sight.what, letters[column])));
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sights_are_exact_in_both_directions() {
        let sights = parse("name | 钟离雀 | s .\nplate | BQ7M01 | s s", 2);
        let mut detector = LeakDetector::new(sights);
        assert_eq!(detector.in_refusal(r#"{"detail":"鲁BQ7M01"}"#), ["plate"]);
        assert_eq!(detector.in_response(0, "钟离雀"), Vec::<&str>::new());
        assert_eq!(detector.in_response(1, "钟离雀 鲁BQ7M01"), ["name"]);
        assert_eq!(detector.never_seen(&['A', 'B']), ["plate: `A` never sees it"]);
    }
}
