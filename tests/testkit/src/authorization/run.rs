//! Sends every row of a table as every identity.
//!
//! A refused identity sees no personal data and changes no row of the database. An identity that passes sees what the
//! sights grant. No response contains a token of any identity.

use super::call::{MatrixCall, MatrixIdentity, MatrixReply};
use super::dump::{self, TableDump};
use super::sight::{LeakDetector, SightRow};
use super::table::{MatrixRow, MatrixSide};

/// A door of a running process.
pub trait MatrixTarget {
    /// Every identity in the order of the columns, with new sessions: a row may end one.
    fn identities(&self) -> impl Future<Output = Vec<MatrixIdentity>>;

    /// The request of a row, with objects that exist.
    fn call(&self, row: &MatrixRow) -> impl Future<Output = MatrixCall>;

    fn send(&self, call: &MatrixCall, identity: &MatrixIdentity) -> impl Future<Output = MatrixReply>;

    /// The database, once no earlier request has work left.
    fn dump(&self) -> impl Future<Output = TableDump>;
}

struct MatrixRun<'a, T> {
    target: &'a T,
    detector: LeakDetector,
    letters: Vec<char>,
    faults: Vec<String>,
}

/// Every difference between the tables and the door.
pub async fn faults(
    target: &impl MatrixTarget,
    rows: &[MatrixRow],
    sights: Vec<SightRow>,
    letters: &str,
) -> Vec<String> {
    let mut run = MatrixRun {
        target,
        detector: LeakDetector::new(sights),
        letters: letters.chars().filter(|letter| *letter != ' ').collect(),
        faults: Vec::new(),
    };
    let has_rows = target.dump().await.values().any(|rows| !rows.is_empty());
    assert!(has_rows, "the dump finds the database's tables");
    for row in rows {
        run.row(row).await;
    }
    let unseen = run.detector.never_seen(&run.letters);
    run.faults.extend(unseen);
    run.faults
}

impl<T: MatrixTarget> MatrixRun<'_, T> {
    async fn row(&mut self, row: &MatrixRow) {
        let identities = self.target.identities().await;
        let call = self.target.call(row).await;
        self.refused(row, &identities, &call).await;
        let mut first = Some(call);
        for column in row.columns(MatrixSide::Passed) {
            let call = match first.take() {
                Some(first) => first,
                None => self.target.call(row).await,
            };
            let reply = self.send(row, column, &identities, &call).await;
            for leak in self.detector.in_response(column, reply.text()) {
                self.fault(row, column, &format!("a response shows: {leak}"), &reply);
            }
        }
    }

    async fn refused(&mut self, row: &MatrixRow, identities: &[MatrixIdentity], call: &MatrixCall) {
        let before = self.target.dump().await;
        for column in row.columns(MatrixSide::Refused) {
            let reply = self.send(row, column, identities, call).await;
            for leak in self.detector.in_refusal(reply.text()) {
                self.fault(row, column, &format!("a refusal shows: {leak}"), &reply);
            }
        }
        let changed = dump::changed(&before, &self.target.dump().await);
        if !changed.is_empty() {
            self.faults.push(format!("{}: refused requests have changed {changed:?}", row.title()));
        }
    }

    async fn send(
        &mut self,
        row: &MatrixRow,
        column: usize,
        identities: &[MatrixIdentity],
        call: &MatrixCall,
    ) -> MatrixReply {
        let reply = self.target.send(call, &identities[column]).await;
        if !row.expects(column, reply.status, reply.code()) {
            self.fault(row, column, &format!("not `{:?}`", row.answers[column]), &reply);
        }
        if identities.iter().flat_map(MatrixIdentity::tokens).any(|token| reply.text().contains(token)) {
            self.fault(row, column, "a response shows a token", &reply);
        }
        reply
    }

    fn fault(&mut self, row: &MatrixRow, column: usize, what: &str, reply: &MatrixReply) {
        let (letter, body) = (self.letters[column], reply.body.to_string());
        let body: String = body.chars().take(300).collect();
        self.faults.push(format!("{} as `{letter}`: {what}; {} {body}", row.title(), reply.status));
    }
}
