use std::collections::BTreeSet;
use std::sync::Arc;

use domain::access::{AccessDecision, Audience, AudienceCounts, ReservationUse};
use domain::ids::{LaneId, ReservationId};
use domain::occupancy::LaneDirection;
use domain::time::Timestamp;
use proptest::prelude::*;
use protocol::mqtt::EventKind;
use protocol::uplink::{BatchReceipt, GateEvent, ServerCount, UplinkRecordContent};
use service::ProcessReadiness;
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::entry::{OutboxEntry, OutboxReply};
use super::writer::{EpochReply, EpochReplyContent, OutboxWriter, OutboxWriterInputs};
use super::*;
use crate::garage::GarageState;
use crate::metric::GatewayMetrics;

fn device() -> DeviceId {
    DeviceId::parse("in-1").unwrap()
}

fn entry(id: u8) -> OutboxEntry {
    let event_id = EventId::parse(&format!("e{id}")).unwrap();
    let event = GateEvent {
        event_id: event_id.clone(),
        kind: EventKind::Plate,
        lane: LaneId::parse("in").unwrap(),
        direction: LaneDirection::In,
        plate: Some("鲁B12345".into()),
        confidence: 99,
        occurred_at: Timestamp::from_micros(1),
        happened_at: Timestamp::from_micros(1),
        decision: Some(AccessDecision::open(None)),
        offline: false,
        related_event_id: None,
        delta: 1,
        vehicle: domain::vehicle::VehicleDetails::default(),
        time_replaced: false,
        uncertain_time: None,
        rereads: None,
    };
    let received_at = Timestamp::from_micros(2);
    OutboxEntry {
        device: device(),
        received_at,
        what: UplinkRecordContent::Event(event),
        delta: 1,
        audience: [None, Some(Audience::Public), Some(Audience::Pickup)][usize::from(id % 3)],
        answer: OutboxReply::Stored(event_id),
    }
}

/// A writer on a folder, as it runs in a gateway.
struct Running {
    entries: mpsc::Sender<OutboxEntry>,
    answers: mpsc::Receiver<(DeviceId, OutboxReply)>,
    receipts: watch::Sender<Option<EpochReply>>,
    waiting: watch::Receiver<i64>,
    reader: OutboxReader,
    task: JoinHandle<()>,
    _lock: File,
}

impl Running {
    async fn start(folder: &Path) -> Self {
        let outbox = OpenedOutbox::open(folder).await.unwrap();
        let garage = Arc::new(GarageState::restored(outbox.plan, outbox.ledger, outbox.known, outbox.stored));
        let (entries_in, entries) = mpsc::channel(64);
        let (answers_in, answers) = mpsc::channel(1024);
        let (receipts_in, receipts) = watch::channel(None);
        let (_, plans) = watch::channel(None);
        let (waiting_in, waiting) = watch::channel(outbox.backlog);
        let writer = OutboxWriter {
            file: outbox.file,
            db: outbox.write,
            last_seq: outbox.last_seq,
            backlog: outbox.backlog,
            behind: outbox.behind,
            garage,
            answers: answers_in,
            committed: Arc::new(Notify::new()),
            waiting: waiting_in,
            meter: GatewayMetrics::new(domain::ids::GarageId::parse("g").unwrap()),
            check: ProcessReadiness::new().check("outbox"),
        };
        let task = tokio::spawn(
            writer.run(OutboxWriterInputs { entries, receipts, plans }, CancellationToken::new()),
        );
        Self {
            entries: entries_in,
            answers,
            receipts: receipts_in,
            waiting,
            reader: outbox.reader,
            task,
            _lock: outbox.lock,
        }
    }

    /// Stores and waits for the answers.
    async fn append(&mut self, ids: &[u8]) {
        for id in ids {
            self.entries.send(entry(*id)).await.unwrap();
        }
        for _ in ids {
            self.answers.recv().await.unwrap();
        }
    }

    async fn ids(&mut self) -> (String, Vec<(i64, String)>) {
        let page = self.reader.after(0, 1000).await.unwrap();
        let event = |what: &UplinkRecordContent| match what {
            UplinkRecordContent::Event(event) => event.event_id.to_string(),
            UplinkRecordContent::DeadLetter(_) => "dead".to_owned(),
        };
        (page.epoch, page.records.iter().map(|r| (r.seq, event(&r.content))).collect())
    }

    async fn ack(&mut self, epoch: &str, acked_through: i64, occupied: i64, left: i64) {
        let receipt = BatchReceipt {
            acked_through,
            count: ServerCount { occupied, through_seq: acked_through, inside: None },
        };
        self.receipts.send_replace(Some(EpochReply {
            epoch: epoch.to_owned(),
            content: EpochReplyContent::Receipt(receipt),
        }));
        self.waiting.wait_for(|waiting| *waiting == left).await.unwrap();
    }

    /// As a power cut would: the task is gone, the file is what it is.
    async fn kill(self) {
        self.task.abort();
        let _ = self.task.await;
    }
}

#[tokio::test]
async fn places_go_on_after_all_rows_are_gone_and_the_gateway_has_restarted() {
    let dir = tempfile::tempdir().unwrap();
    let mut outbox = Running::start(dir.path()).await;
    outbox.append(&[1, 2]).await;
    let (epoch, _) = outbox.ids().await;
    outbox.ack(&epoch, 2, 40, 0).await;
    outbox.kill().await;
    let mut outbox = Running::start(dir.path()).await;
    outbox.append(&[3]).await;
    assert_eq!(outbox.ids().await, (epoch, vec![(3, "e3".to_owned())]));
}

#[tokio::test]
async fn a_repeated_event_leaves_no_gap_and_is_answered() {
    let dir = tempfile::tempdir().unwrap();
    let mut outbox = Running::start(dir.path()).await;
    outbox.append(&[1, 1, 2, 1]).await;
    outbox.append(&[2, 3]).await;
    let (_, rows) = outbox.ids().await;
    assert_eq!(rows, [(1, "e1".to_owned()), (2, "e2".to_owned()), (3, "e3".to_owned())]);
}

#[tokio::test]
async fn an_outbox_older_than_the_servers_receipt_starts_a_new_epoch() {
    let dir = tempfile::tempdir().unwrap();
    let mut outbox = Running::start(dir.path()).await;
    outbox.append(&[1, 2, 3]).await;
    let (old, _) = outbox.ids().await;
    outbox.ack(&old, 1, 1, 2).await;
    // An old copy of the file was restored; the server has seen 900 records of this epoch.
    outbox.receipts.send_replace(Some(EpochReply {
        epoch: old.clone(),
        content: EpochReplyContent::Receipt(BatchReceipt {
            acked_through: 900,
            count: ServerCount { occupied: 7, through_seq: 900, inside: None },
        }),
    }));
    outbox.append(&[4]).await;
    let (new, rows) = outbox.ids().await;
    assert_ne!(old, new);
    let seqs: Vec<i64> = rows.iter().map(|(seq, _)| *seq).collect();
    assert_eq!(seqs, [1, 2, 3]);
}

#[tokio::test]
async fn two_gateways_cannot_share_a_folder() {
    let dir = tempfile::tempdir().unwrap();
    let _first = OpenedOutbox::open(dir.path()).await.unwrap();
    assert!(matches!(OpenedOutbox::open(dir.path()).await, Err(OutboxError::InUse { .. })));
}

/// Opens what `change` makes of the file in a folder; the error's text, and what is in the file afterwards.
async fn refusal(change: impl AsyncFnOnce(&Path)) -> (String, Vec<u8>) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join(FILE);
    change(&file).await;
    let before = std::fs::read(&file).unwrap();
    let error = OpenedOutbox::open(dir.path()).await.err().expect("the outbox is refused");
    assert!(error.is_refusal(), "{error}");
    assert!(
        probe::look(dir.path()).await.is_err_and(|error| error.is_refusal()),
        "the self-test refuses it as well"
    );
    let after = std::fs::read(&file).unwrap();
    assert_eq!(before, after, "the file stays as it was");
    (error.to_string(), after)
}

async fn with_sql(file: &Path, sql: &'static str) {
    use sqlx::{ConnectOptions, Connection};
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file).create_if_missing(true);
    let mut db = options.connect().await.unwrap();
    sqlx::raw_sql(sql).execute(&mut db).await.unwrap();
    db.close().await.unwrap();
}

#[tokio::test]
async fn an_outbox_of_a_newer_format_is_refused() {
    let (error, _) =
        refusal(async |file| with_sql(file, "create table outbox (x); pragma user_version = 9000").await)
            .await;
    assert!(
        error.contains("format 9000, and this version knows formats 1 to 2. Start the newer version"),
        "{error}"
    );
}

#[tokio::test]
async fn a_database_of_another_program_is_no_outbox() {
    let (error, _) = refusal(async |file| with_sql(file, "create table customer (id integer)").await).await;
    assert!(error.contains("is no outbox of a gateway: it is the database of another program"), "{error}");
}

#[tokio::test]
async fn another_file_is_no_outbox() {
    let text = "a letter of several lines, longer than the header of a database\n".repeat(20);
    let (error, after) = refusal(async |file| std::fs::write(file, &text).unwrap()).await;
    assert!(error.contains("it is not an SQLite database") && error.contains("do not delete it"), "{error}");
    assert_eq!(after, text.as_bytes());
}

#[derive(Debug, Clone)]
enum Step {
    Append(Vec<u8>),
    /// Acknowledge so many of the rows that there are.
    Ack(usize),
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => prop::collection::vec(0u8..40, 1..6).prop_map(Step::Append),
        2 => (0usize..8).prop_map(Step::Ack),
        1 => Just(Step::Restart),
    ]
}

/// What the outbox must hold: the rows with their places, and the last place given.
#[derive(Default)]
struct Model {
    rows: Vec<(i64, String)>,
    last: i64,
    occupied: i64,
}

impl Model {
    fn append(&mut self, ids: &[u8]) {
        for id in ids {
            let id = format!("e{id}");
            if !self.rows.iter().any(|(_, known)| *known == id) {
                self.last += 1;
                self.rows.push((self.last, id));
            }
        }
    }

    fn ack(&mut self, count: usize) -> Option<i64> {
        let through = self.rows.get(count.min(self.rows.len()).checked_sub(1)?)?.0;
        let gone = self.rows.iter().filter(|(seq, _)| *seq <= through).count();
        self.occupied += i64::try_from(gone).unwrap();
        self.rows.retain(|(seq, _)| *seq > through);
        Some(through)
    }
}

async fn play(steps: Vec<Step>) {
    let dir = tempfile::tempdir().unwrap();
    let mut outbox = Running::start(dir.path()).await;
    let (epoch, _) = outbox.ids().await;
    let mut model = Model::default();
    for step in steps {
        match step {
            Step::Append(ids) => {
                outbox.append(&ids).await;
                model.append(&ids);
            }
            Step::Ack(count) => {
                if let Some(through) = model.ack(count) {
                    let left = i64::try_from(model.rows.len()).unwrap();
                    outbox.ack(&epoch, through, model.occupied, left).await;
                }
            }
            Step::Restart => {
                outbox.kill().await;
                outbox = Running::start(dir.path()).await;
            }
        }
        let (now, rows) = outbox.ids().await;
        assert_eq!((&now, &rows), (&epoch, &model.rows));
        let unique: BTreeSet<_> = rows.iter().map(|(_, id)| id).collect();
        assert_eq!(unique.len(), rows.len());
    }
    outbox.kill().await;
    let mut kept = OpenedOutbox::open(dir.path()).await.unwrap();
    let counted = rows::count(&mut kept.write).await.unwrap().map_or(0, |count| count.through_seq);
    assert_eq!(kept.behind, UncountedSum::added_up(&mut kept.write, counted, kept.last_seq).await.unwrap());
    assert_eq!(kept.backlog, i64::try_from(model.rows.len()).unwrap());
    let expected = model.occupied + i64::try_from(model.rows.len()).unwrap();
    assert_eq!(kept.ledger.occupied(), expected);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn no_order_of_append_ack_and_restart_loses_or_doubles(steps in prop::collection::vec(step(), 1..20)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(play(steps));
    }
}

#[tokio::test]
async fn a_restarted_gateway_knows_which_reservations_were_used() {
    let dir = tempfile::tempdir().unwrap();
    let id = ReservationId::from_u128(7);
    let mut used = entry(1);
    used.audience = Some(Audience::Public);
    if let UplinkRecordContent::Event(event) = &mut used.what {
        event.decision = Some(AccessDecision::Open {
            audience: Some(Audience::Public),
            reservation: Some(id),
            leave_by: None,
            because: None,
        });
    }
    let mut outbox = Running::start(dir.path()).await;
    let (epoch, _) = outbox.ids().await;
    outbox.append(&[2]).await;
    let inside = Some(AudienceCounts::default());
    let receipt =
        BatchReceipt { acked_through: 1, count: ServerCount { occupied: 0, through_seq: 1, inside } };
    outbox.receipts.send_replace(Some(EpochReply { epoch, content: EpochReplyContent::Receipt(receipt) }));
    outbox.waiting.wait_for(|waiting| *waiting == 0).await.unwrap();
    outbox.entries.send(used).await.unwrap();
    outbox.answers.recv().await.unwrap();
    outbox.kill().await;
    let kept = OpenedOutbox::open(dir.path()).await.unwrap();
    assert_eq!(kept.known.uses().get(&id), Some(&ReservationUse::Inside));
    assert_eq!(kept.ledger.inside(), Some(AudienceCounts { public: 1, ..AudienceCounts::default() }));
}

#[tokio::test]
async fn an_outbox_of_the_first_format_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let mut outbox = Running::start(dir.path()).await;
    outbox.append(&[1]).await;
    outbox.kill().await;
    let mut file = schema::connect(&dir.path().join(FILE)).await.unwrap();
    sqlx::raw_sql("alter table outbox drop column audience; pragma user_version = 1")
        .execute(&mut file)
        .await
        .unwrap();
    drop(file);
    let mut outbox = Running::start(dir.path()).await;
    outbox.append(&[2]).await;
    let (_, rows) = outbox.ids().await;
    assert_eq!(rows, [(1, "e1".to_owned()), (2, "e2".to_owned())]);
}
