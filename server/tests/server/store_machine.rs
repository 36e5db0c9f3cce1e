//! The store of gateways, events, visits, garages and operators, the same on both databases.

use std::collections::BTreeMap;

use crate::common::district::{MALL, MOTHER, SCHOOL, fill, garage, plate};
use crate::common::{MONDAY, StoreFixture, time};
use domain::ids::{DeviceId, EventId, GarageId};
use domain::occupancy::LaneDirection;
use protocol::mqtt::EventKind;
use sqlx::Row;
use store::garage::{self as garages, GarageCountChange};
use store::gate_event::{self, NewGateEventRow};
use store::gateway::{self, GatewayReport};
use store::seal::{SealPurpose, SealedValue};
use store::{adjustment, audit, operator, visit};
use uuid::Uuid;

contract!(the_schema_opens_twice, |fixture| async {
    fixture.replica().await.store.ping().await.unwrap();
});

/// Tables with their columns, without the columns' types.
async fn schema(fixture: &StoreFixture) -> BTreeMap<String, Vec<String>> {
    let pairs: Vec<(String, String)> = match &fixture.store {
        store::Store::Sqlite { read, .. } => {
            let sql = "select m.name, c.name from sqlite_master m join pragma_table_info(m.name) c \
                       where m.type = 'table' and m.name not like 'sqlite_%'";
            sqlx::query(sql).fetch_all(read).await.unwrap().iter().map(|r| (r.get(0), r.get(1))).collect()
        }
        store::Store::Postgres(pool) => {
            let sql = "select table_name::text, column_name::text from information_schema.columns \
                       where table_schema = 'public'";
            sqlx::query(sql).fetch_all(pool).await.unwrap().iter().map(|r| (r.get(0), r.get(1))).collect()
        }
    };
    let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (table, column) in pairs {
        tables.entry(table).or_default().push(column);
    }
    tables.values_mut().for_each(|columns| columns.sort());
    tables.remove("_sqlx_migrations");
    tables
}

#[tokio::test]
async fn both_databases_have_the_same_tables_and_columns() {
    let (sqlite, postgres) = (StoreFixture::sqlite().await, StoreFixture::postgres().await);
    let tables = schema(&sqlite).await;
    assert!(tables.contains_key("gate_event"));
    assert_eq!(tables, schema(&postgres).await);
}

contract!(a_gateway_remembers_how_far_its_sequence_is_committed, |fixture| async {
    fill(&fixture.app()).await;
    let school = garage(SCHOOL);
    let mut tx = fixture.store.begin().await.unwrap();
    let locked = gateway::lock(&mut tx, &[school.clone(), garage(MALL)]).await.unwrap();
    let ids: Vec<&str> = locked.iter().map(|gateway| gateway.garage.as_str()).collect();
    assert_eq!(ids, [MALL, SCHOOL], "in the order of their ids");
    assert_eq!((&locked[1].epoch, locked[1].acked_seq, locked[1].occupied), (&None, 0, None));
    let seen = GatewayReport {
        garage: &school,
        epoch: Some("a"),
        acked_seq: 7,
        at: time(MONDAY),
        backlog: 3,
        version: "1.0.0",
        plan_etag: None,
        alarms: &[],
    };
    gateway::record_reports(&mut tx, &[seen]).await.unwrap();
    let locked = gateway::lock(&mut tx, &[school]).await.unwrap();
    assert_eq!((locked[0].epoch.as_deref(), locked[0].acked_seq), (Some("a"), 7));
    let health = gateway::health(&mut tx).await.unwrap();
    let school = health.iter().find(|gateway| gateway.garage.as_str() == SCHOOL).unwrap();
    assert_eq!((school.last_seen_at, school.backlog), (Some(time(MONDAY)), 3));
});

contract!(counts_of_several_garages_change_in_one_statement, |fixture| async {
    fill(&fixture.app()).await;
    let change = |id, delta| GarageCountChange { garage: garage(id), delta };
    let mut tx = fixture.store.begin().await.unwrap();
    garages::set_count(&mut tx, &garage(MALL), 10, time(MONDAY)).await.unwrap();
    let changes = [change(SCHOOL, -1), change(MALL, 5)];
    let mut counts = garages::add_to_counts(&mut tx, &changes, time(MONDAY)).await.unwrap();
    counts.sort();
    assert_eq!(counts, [(garage(MALL), 15), (garage(SCHOOL), -1)]);
});

/// An event with only the fields that these tests check.
fn event<'a>(
    garage: &'a GarageId,
    device: &'a DeviceId,
    id: &'a EventId,
    plate: &'a SealedValue,
) -> NewGateEventRow<'a> {
    NewGateEventRow {
        garage,
        device,
        event_id: id,
        epoch: "a",
        seq: 1,
        lane: "in",
        direction: LaneDirection::In,
        kind: EventKind::Plate,
        plate: Some(plate),
        confidence: 97,
        occurred_at: time(MONDAY),
        received_at: time(MONDAY),
        stored_at: time(MONDAY),
        decision: None,
        offline: false,
        of: None,
        delta: 1,
        details: gate_event::ReadingDetails::default(),
    }
}

contract!(only_new_events_get_numbers, |fixture| async {
    fill(&fixture.app()).await;
    let (garage, device) = (garage(SCHOOL), DeviceId::parse("gate").unwrap());
    let plate = fixture.keys().sealed(SealPurpose::Plate, plate(MOTHER).as_str()).unwrap();
    let ids: Vec<EventId> = (0..250).map(|n| EventId::parse(&format!("e{n}")).unwrap()).collect();
    let rows: Vec<_> = ids.iter().map(|id| event(&garage, &device, id, &plate)).collect();
    let mut tx = fixture.store.begin().await.unwrap();
    assert_eq!(gate_event::insert(&mut tx, &rows[..120]).await.unwrap().len(), 120);
    let new = gate_event::insert(&mut tx, &rows).await.unwrap();
    assert_eq!(new.len(), 130);
    assert!(!new.contains_key(&(garage.clone(), device.clone(), ids[0].clone())));
    let key = (garage.clone(), device.clone(), ids[249].clone());
    let unknown = (garage.clone(), device.clone(), EventId::parse("x").unwrap());
    let cars = gate_event::readings::newest_by_id(&mut tx, &[key.clone(), unknown]).await.unwrap();
    assert_eq!(cars.len(), 1);
    assert_eq!(cars[&key].plate.as_ref(), Some(&plate));
});

contract!(an_unread_car_going_out_is_taken_for_an_unread_car_inside, |fixture| async {
    fill(&fixture.app()).await;
    let (garage, device) = (garage(SCHOOL), DeviceId::parse("gate").unwrap());
    let (id, sealed) =
        (EventId::parse("e1").unwrap(), fixture.keys().sealed(SealPurpose::Plate, MOTHER).unwrap());
    let mut tx = fixture.store.begin().await.unwrap();
    let new = gate_event::insert(&mut tx, &[event(&garage, &device, &id, &sealed)]).await.unwrap();
    let no = *new.values().next().unwrap();
    let at = time(MONDAY);
    let entry = |plate| visit::VisitEntry {
        garage: &garage,
        plate,
        audience: None,
        color: None,
        class: None,
        event: no,
        at,
    };
    visit::enter(&mut tx, &[entry(None), entry(Some(&sealed))]).await.unwrap();
    visit::leave(&mut tx, &[visit::VisitExit { garage: &garage, plate: None, color: None, event: no, at }])
        .await
        .unwrap();
    assert_eq!(visit::plates_inside(&mut tx, &garage).await.unwrap().len(), 1);
    assert_eq!(visit::of_plate(&mut tx, &garage, &sealed.hash).await.unwrap()[0].ended_by, None);
});

contract!(corrections_are_paged_by_their_ids, |fixture| async {
    fill(&fixture.app()).await;
    let (garage, mut tx) = (garage(SCHOOL), fixture.store.begin().await.unwrap());
    let operator = operator::by_username(&mut tx, "li").await.unwrap().unwrap().id;
    let ids: Vec<Uuid> = (0..3).map(|_| Uuid::now_v7()).collect();
    for id in &ids {
        let new = adjustment::NewAdjustmentRow {
            id: *id,
            garage: &garage,
            operator: &operator,
            idempotency_key: &id.to_string(),
            at: time(MONDAY),
            before: None,
            after: 1,
            reason: "count",
        };
        adjustment::insert(&mut tx, &new).await.unwrap();
    }
    let page = adjustment::page(&mut tx, &garage, None, 2).await.unwrap();
    assert_eq!(page.iter().map(|row| row.id).collect::<Vec<_>>(), [ids[2], ids[1]]);
    let rest = adjustment::page(&mut tx, &garage, Some(ids[1]), 2).await.unwrap();
    assert_eq!(rest.iter().map(|row| row.id).collect::<Vec<_>>(), [ids[0]]);
    assert!(operator::runs(&mut tx, &operator, &garage).await.unwrap());
});

/// SQLite ends a transaction by itself when it finds no room; PostgreSQL does not.
#[tokio::test]
async fn a_disk_that_was_full_is_written_again() {
    let fixture = StoreFixture::sqlite().await;
    let store::Store::Sqlite { write, .. } = &fixture.store else { unreachable!() };
    sqlx::query("pragma max_page_count = 1").execute(write).await.unwrap();
    let large = "x".repeat(4_000_000);
    let insert = async || {
        let mut tx = fixture.store.begin().await.unwrap();
        let entry = audit::AuditEntry {
            at: time(MONDAY),
            actor_kind: "test",
            actor_id: "test",
            action: "fill",
            subject: "disk",
            detail: &large,
        };
        audit::append(&mut tx, &entry).await?;
        tx.commit().await
    };
    for _ in 0..3 {
        let error = format!("{:?}", insert().await.unwrap_err());
        assert!(error.contains("full"), "{error}");
        let store::Store::Sqlite { write, .. } = &fixture.store else { unreachable!() };
        sqlx::query("pragma max_page_count = 1").execute(write).await.unwrap();
    }
    sqlx::query("pragma max_page_count = 1000000").execute(write).await.unwrap();
    insert().await.unwrap();
}
