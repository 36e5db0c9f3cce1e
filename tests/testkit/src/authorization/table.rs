//! Rows of a matrix.
//!
//! A line is `METHOD /path | object | cells | codes`. `cells` has one letter for each identity: `a` passes
//! authorization, `1` receives 401, `3` receives 403, `4` receives 404. `codes` are problem codes that a request of
//! the row receives although it has passed authorization; usually there are none.

use std::collections::BTreeSet;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatrixAnswer {
    Passed,
    Unauthenticated,
    Forbidden,
    NotFound,
}

impl MatrixAnswer {
    fn parse(letter: char) -> Self {
        match letter {
            'a' => Self::Passed,
            '1' => Self::Unauthenticated,
            '3' => Self::Forbidden,
            '4' => Self::NotFound,
            other => panic!("{other} is not a letter of the matrix"),
        }
    }

    const fn status(self) -> Option<u16> {
        match self {
            Self::Passed => None,
            Self::Unauthenticated => Some(401),
            Self::Forbidden => Some(403),
            Self::NotFound => Some(404),
        }
    }
}

#[derive(Debug, Clone)]
pub struct MatrixRow {
    /// `METHOD /path`, the path below the door's base.
    pub operation: &'static str,
    /// Which object the request names; empty if the operation has one kind of request.
    pub object: &'static str,
    /// As written, with spaces between groups.
    pub cells: &'static str,
    pub answers: Vec<MatrixAnswer>,
    codes: Vec<&'static str>,
}

impl MatrixRow {
    fn parse(line: &'static str) -> Self {
        let parts: Vec<&'static str> = line.split('|').map(str::trim).collect();
        let [operation, object, cells, codes] = parts[..] else {
            panic!("a row has four parts: {line}");
        };
        let answers = cells.chars().filter(|letter| *letter != ' ').map(MatrixAnswer::parse).collect();
        Self { operation, object, cells, answers, codes: codes.split_whitespace().collect() }
    }

    /// Identities that must be refused, or those that must pass.
    pub fn columns(&self, side: MatrixSide) -> Vec<usize> {
        let wanted =
            |answer: &MatrixAnswer| (*answer == MatrixAnswer::Passed) == (side == MatrixSide::Passed);
        (0..self.answers.len()).filter(|column| wanted(&self.answers[*column])).collect()
    }

    /// Whether a response is the one in the row; `code` is the problem's code.
    pub fn expects(&self, column: usize, status: u16, code: &str) -> bool {
        match self.answers[column].status() {
            Some(expected) => status == expected,
            None => (200..300).contains(&status) || self.codes.contains(&code),
        }
    }

    pub fn title(&self) -> String {
        if self.object.is_empty() {
            self.operation.to_owned()
        } else {
            format!("{} ({})", self.operation, self.object)
        }
    }
}

/// Half of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatrixSide {
    Refused,
    Passed,
}

/// The rows of `text`, with `columns` identities each. A pair of operation and object occurs once.
pub fn parse(text: &'static str, columns: usize) -> Vec<MatrixRow> {
    let rows: Vec<MatrixRow> = text.lines().filter(|line| !line.is_empty()).map(MatrixRow::parse).collect();
    let mut titles = BTreeSet::new();
    for row in &rows {
        assert_eq!(row.answers.len(), columns, "one letter for each identity: {}", row.title());
        assert!(titles.insert(row.title()), "twice in the table: {}", row.title());
    }
    rows
}

/// Faults between the rows of a door and the operations `METHOD /path` that its OpenAPI document has.
pub fn coverage_faults(base: &str, rows: &[MatrixRow], described: &BTreeSet<String>) -> Vec<String> {
    let operation = |row: &MatrixRow| row.operation.replacen(' ', &format!(" {base}"), 1);
    let listed: BTreeSet<String> = rows.iter().map(operation).collect();
    let proved = |row: &&MatrixRow| row.answers.contains(&MatrixAnswer::Passed);
    let proved: BTreeSet<String> = rows.iter().filter(proved).map(operation).collect();
    let missing = described.difference(&listed).map(|it| format!("{it}: no row in the matrix"));
    let gone = listed.difference(described).map(|it| format!("{it}: a row, but no such operation"));
    let idle = listed
        .difference(&proved)
        .map(|it| format!("{it}: no identity passes, so the request proves nothing"));
    missing.chain(gone).chain(idle).collect()
}

/// The operations `METHOD /path` of an OpenAPI document.
pub fn described_operations(document: &serde_json::Value) -> BTreeSet<String> {
    const METHODS: [&str; 7] = ["get", "put", "post", "delete", "patch", "head", "options"];
    let paths = document["paths"].as_object().expect("an OpenAPI document has paths");
    let operations = |(path, item): (&String, &serde_json::Value)| -> Vec<String> {
        let methods = item.as_object().expect("a path has operations").keys();
        let methods = methods.filter(|key| METHODS.contains(&key.as_str()));
        methods.map(|method| format!("{} {path}", method.to_uppercase())).collect()
    };
    paths.iter().flat_map(operations).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "\nGET /a | | 1 a3 |\nGET /b/{id} | own | 1 a4 | full\n";

    fn described(operations: &[&str]) -> BTreeSet<String> {
        operations.iter().map(|operation| (*operation).to_owned()).collect()
    }

    #[test]
    fn a_row_judges_statuses_and_the_codes_that_it_lists() {
        let rows = parse(TABLE, 3);
        let judged = |row: usize, column: usize, status, code| rows[row].expects(column, status, code);
        assert!(judged(0, 0, 401, "") && judged(0, 1, 204, "") && judged(0, 2, 403, ""));
        assert!(!judged(0, 1, 409, "full") && judged(1, 1, 409, "full") && !judged(1, 2, 403, ""));
        assert_eq!(rows[1].columns(MatrixSide::Refused), [0, 2]);
        assert_eq!(rows[1].columns(MatrixSide::Passed), [1]);
    }

    #[test]
    fn a_new_operation_and_a_removed_one_are_faults() {
        let rows = parse(TABLE, 3);
        let complete = described(&["GET /v1/a", "GET /v1/b/{id}"]);
        assert_eq!(coverage_faults("/v1", &rows, &complete), Vec::<String>::new());
        let grown = described(&["GET /v1/a", "GET /v1/b/{id}", "POST /v1/a"]);
        assert_eq!(coverage_faults("/v1", &rows, &grown), ["POST /v1/a: no row in the matrix"]);
        let shrunk = described(&["GET /v1/a"]);
        assert_eq!(coverage_faults("/v1", &rows, &shrunk), ["GET /v1/b/{id}: a row, but no such operation"]);
    }

    #[test]
    fn a_request_that_every_identity_is_refused_proves_nothing() {
        let rows = parse("GET /a | | 1 43 |", 3);
        assert_eq!(coverage_faults("", &rows, &described(&["GET /a"])).len(), 1);
    }
}
