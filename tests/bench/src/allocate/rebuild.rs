//! What it costs to make a garage's book anew from the database, without and with a year of history. Each time in a
//! process of its own, so that the memory is the book's.

use std::process::Command;
use std::time::Instant;

use domain::allocation::entry::EntryState;
use domain::time::Timestamp;
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde::{Deserialize, Serialize};
use server::app::allocation;
use store::reservation::StoredReservation;
use testkit::postgres::PostgresCluster;
use uuid::Uuid;

use super::demand::{self, DemandScale, FilledInterval};
use super::ours::place::{self, BenchDistrict};
use super::ours::{AllocatorDatabase, AllocatorSpaceChoice};
use super::{processor, tomorrow};

const TIMES: usize = 5;
/// Rows of one bulk insert.
const BULK: usize = 5_000;
const DAY_MICROS: i64 = 24 * 3_600_000_000;

#[derive(Debug, Clone, Serialize)]
pub struct RebuildReport {
    pub database: &'static str,
    pub spaces: u16,
    /// Days ahead that are 95 % full.
    pub days: u32,
    pub history_days: u32,
    pub live_rows: usize,
    pub history_rows: usize,
    /// Each in a new process, in the order of the runs.
    pub without_history: Vec<RebuiltBook>,
    pub with_history: Vec<RebuiltBook>,
}

/// One book, made from the database.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct RebuiltBook {
    pub took_us: u64,
    /// By which the process grew: the book, and what reading it left behind.
    pub resident_bytes: u64,
    pub openings: usize,
}

/// A garage of 107 spaces, on both databases.
pub async fn run(cluster: &PostgresCluster, history_days: u32) -> Vec<RebuildReport> {
    let mut reports = Vec::new();
    for (database, name) in [(AllocatorDatabase::Sqlite, "sqlite"), (AllocatorDatabase::Postgres, "postgres")]
    {
        reports.push(report(cluster, database, name, history_days).await);
    }
    reports
}

async fn report(
    cluster: &PostgresCluster,
    database: AllocatorDatabase,
    name: &'static str,
    history_days: u32,
) -> RebuildReport {
    let scale = DemandScale { garages: 1, spaces: 107, days: 7, fill: 0.95 };
    let mut rng = StdRng::seed_from_u64(1);
    let taken = demand::fill(scale, &mut rng);
    let place = BenchDistrict::make(cluster, database, (scale, AllocatorSpaceChoice::Any), taken.len()).await;
    let origin = tomorrow();
    place.fill(origin, &taken).await;
    let without_history = books(&place);
    let past = demand::fill(DemandScale { days: history_days, ..scale }, &mut rng);
    let first = Timestamp::from_micros(origin.micros() - i64::from(history_days + 1) * DAY_MICROS);
    for rows in past.chunks(BULK) {
        let rows: Vec<StoredReservation> = rows.iter().map(|row| completed(&place, first, row)).collect();
        place.insert(&rows).await;
    }
    place.store.renew_statistics().await.expect("statistics");
    let report = RebuildReport {
        database: name,
        spaces: scale.spaces,
        days: scale.days,
        history_days,
        live_rows: taken.len(),
        history_rows: past.len(),
        without_history,
        with_history: books(&place),
    };
    eprintln!("  {report:?}");
    report
}

/// Over, as if the car had come and gone.
fn completed(place: &BenchDistrict, origin: Timestamp, taken: &FilledInterval) -> StoredReservation {
    let mut stored = place.confirmed(origin, taken, taken.space);
    let at = stored.entry.span.until().timestamp();
    stored.entry.state = EntryState::Completed { at };
    stored.entry.taken = None;
    stored.entry.visit = Some(Uuid::now_v7().into());
    stored.entry.created_at = stored.entry.span.from().timestamp();
    (stored.details.state_since, stored.details.changed_at) = (at, at);
    stored
}

fn books(place: &BenchDistrict) -> Vec<RebuiltBook> {
    (0..TIMES).map(|_| book_of(place)).collect()
}

/// This program once more.
fn book_of(place: &BenchDistrict) -> RebuiltBook {
    let program = std::env::current_exe().expect("this program has a path");
    let mut child = Command::new(program);
    let key = Uuid::from_slice(place.data_key.get(..16).unwrap_or_default()).expect("half a key");
    let rest = Uuid::from_slice(place.data_key.get(16..).unwrap_or_default()).expect("half a key");
    child.args(["book", "--database", &place.url, "--key", &format!("{}{}", key.simple(), rest.simple())]);
    let output = child.output().expect("this program runs again");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("a book's figures")
}

/// The child's task: opens the database, builds the book of the first garage, prints the cost.
pub async fn child(url: &str, key: &str) {
    let halves = key.split_at_checked(32).expect("a key has 64 digits");
    let half = |text: &str| Uuid::parse_str(text).expect("a key is hexadecimal").into_bytes();
    let data_key = [half(halves.0), half(halves.1)].concat().try_into().expect("32 bytes");
    let app = place::open(url, &data_key).await;
    let (before, started) = (processor::resident(), Instant::now());
    let garage = place::garage_id(0);
    let openings = allocation::read(&app, &garage, |book| book.layout().openings.len());
    let openings = openings.await.expect("the book is made");
    let took = started.elapsed();
    let book = RebuiltBook {
        took_us: u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
        resident_bytes: processor::resident().saturating_sub(before),
        openings,
    };
    println!("{}", serde_json::to_string(&book).expect("figures are JSON"));
}
