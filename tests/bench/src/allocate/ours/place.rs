//! The database of a round: garages that are open all day, people with plates and sessions, the fill as rows.

use std::sync::Arc;

use domain::access::Audience;
use domain::allocation::entry::{BookEntry, EntryOrigin, EntryState};
use domain::allocation::layout::PlateKey;
use domain::calendar::DayKinds;
use domain::ids::{GarageId, PersonId, PoolId, WindowId};
use domain::minute::{Minute, MinuteSpan, Minutes};
use domain::plate::Plate;
use domain::shared_window::{DailyHours, LessonRule, SharedWindow, WindowRecurrence, WindowTerms};
use domain::time::{Clock, Timestamp};
use domain::window::Weekdays;
use protocol::district::{DistrictSpec, GarageSpec, PersonSpec};
use server::app::{App, import};
use service::clock::SystemClock;
use simulator::invent;
use store::reservation::{self, ReservationCreator, ReservationDetails, StoredReservation};
use store::seal::{SealPurpose, SealedValue, SealingKeyring};
use store::sharing_rules::SharingRules;
use store::{Store, book, pool, sharing_rules, window};
use tempfile::TempDir;
use testkit::postgres::{self, PostgresCluster};
use uuid::Uuid;

use super::{AllocatorDatabase, AllocatorSpaceChoice};
use crate::allocate::demand::{BenchReservation, BenchReservationId, DemandScale, FilledInterval};

/// People who reserve; each has many cars.
const PEOPLE: usize = 256;
/// Rows of one bulk insert.
const BULK: usize = 5_000;
/// As many as a small PostgreSQL gives to one of several servers: the server's default.
const CONNECTIONS: u32 = 8;
const DAY: u32 = 24 * 60;
/// A limit that is no limit.
const MANY: u32 = 1_000_000;

pub struct BenchDistrict {
    pub scale: DemandScale,
    pub spaces: AllocatorSpaceChoice,
    pub url: String,
    pub data_key: [u8; SealingKeyring::KEY_LEN],
    pub store: Store,
    /// Ids in the database.
    pub people: Vec<PersonId>,
    pub cars: Vec<BenchCar>,
    garages: Vec<GarageId>,
    _folder: TempDir,
    _database: Option<postgres::TestDatabase>,
}

pub struct BenchCar {
    pub plate: Plate,
    pub sealed: SealedValue,
    /// By place in [`BenchDistrict::people`].
    pub owner: usize,
}

pub fn garage_id(garage: usize) -> GarageId {
    GarageId::parse(&format!("g{garage}")).expect("an id")
}

/// The pool of one space.
pub fn pool_of(space: u16) -> PoolId {
    PoolId::parse(&format!("s{space}")).expect("an id")
}

fn main_pool() -> PoolId {
    PoolId::parse("main").expect("an id")
}

/// A garage has one window for each pool.
fn window_id(garage: usize, pool: &PoolId) -> WindowId {
    WindowId::parse(&format!("g{garage}-{pool}")).expect("an id")
}

impl BenchDistrict {
    pub async fn make(
        cluster: &PostgresCluster,
        database: AllocatorDatabase,
        (scale, spaces): (DemandScale, AllocatorSpaceChoice),
        cars: usize,
    ) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (url, database) = match database {
            AllocatorDatabase::Sqlite => {
                (format!("sqlite:{}", folder.path().join("bench.db").display()), None)
            }
            AllocatorDatabase::Postgres => {
                let database = postgres::TestDatabase::create_in(&cluster.url()).await;
                (database.url(), Some(database))
            }
        };
        let (mut data_key, [a, b]) = ([0; SealingKeyring::KEY_LEN], [Uuid::new_v4(), Uuid::new_v4()]);
        data_key.iter_mut().zip(a.as_bytes().iter().chain(b.as_bytes())).for_each(|(to, from)| *to = *from);
        let app = open(&url, &data_key).await;
        let plates = invent::PlateGenerator::new(1).take(cars);
        import::run(&app, &district(scale, &plates)).await.expect("the bench's district is a good one");
        let mut people = Vec::new();
        for person in 0..PEOPLE {
            let found = import::person_id(&app, &key(person)).await.expect("the database answers");
            people.push(found.expect("everybody was imported"));
        }
        let seal = |plate: &Plate| app.keys.sealed(SealPurpose::Plate, plate.as_str()).expect("a key");
        let car = |(n, plate): (usize, Plate)| BenchCar { sealed: seal(&plate), plate, owner: n % PEOPLE };
        let cars = plates.into_iter().enumerate().map(car).collect();
        let garages = (0..scale.garages).map(garage_id).collect();
        let store = app.store.clone();
        let place = Self {
            scale,
            spaces,
            url,
            data_key,
            store,
            people,
            cars,
            garages,
            _folder: folder,
            _database: database,
        };
        place.share().await;
        place
    }

    /// A replica on this database.
    pub async fn open(&self) -> App {
        open(&self.url, &self.data_key).await
    }

    pub fn garage(&self, garage: usize) -> &GarageId {
        self.garages.get(garage).expect("a garage of the scale")
    }

    pub fn car(&self, plate: u16) -> &BenchCar {
        self.cars.get(usize::from(plate)).expect("a car of the place")
    }

    pub fn owner(&self, car: &BenchCar) -> PersonId {
        *self.people.get(car.owner).expect("a car has an owner")
    }

    fn pools(&self) -> Vec<(PoolId, u32)> {
        match self.spaces {
            AllocatorSpaceChoice::Any => vec![(main_pool(), u32::from(self.scale.spaces))],
            AllocatorSpaceChoice::This => (0..self.scale.spaces).map(|space| (pool_of(space), 1)).collect(),
        }
    }

    /// Every pool all day for the public, without limits per person and plate.
    async fn share(&self) {
        let mut tx = self.store.begin().await.expect("the database takes writes");
        for (garage, id) in self.garages.iter().enumerate() {
            let row = |(id, size): &(PoolId, u32)| pool::StoredPool {
                id: id.clone(),
                name: id.to_string(),
                name_en: id.to_string(),
                size: *size,
                spaces: Vec::new(),
            };
            let pools = self.pools();
            book::open(&mut tx, id).await.expect("a book");
            pool::put(&mut tx, id, &pools.iter().map(row).collect::<Vec<_>>()).await.expect("pools");
            for (pool, size) in pools {
                let window = open_window(window_id(garage, &pool), pool, size);
                window::put(&mut tx, id, &window, SystemClock.now()).await.expect("a window");
            }
            let rules =
                SharingRules { live_per_person: MANY, live_per_plate: MANY, ..SharingRules::default() };
            sharing_rules::put(&mut tx, id, &rules).await.expect("rules");
        }
        tx.commit().await.expect("the district's sharing is committed");
    }

    /// As if each had been reserved and confirmed; cars of a garage are used from the first on.
    pub async fn fill(&self, origin: Timestamp, taken: &[FilledInterval]) -> Vec<BenchReservation> {
        let mut used = vec![0_u16; self.scale.garages];
        let mut tickets = Vec::with_capacity(taken.len());
        for rows in taken.chunks(BULK) {
            let mut stored = Vec::with_capacity(rows.len());
            for row in rows {
                let next = used.get_mut(row.garage).expect("a garage of the scale");
                stored.push(self.confirmed(origin, row, *next));
                tickets.push(BenchReservation {
                    id: BenchReservationId(stored.last().expect("just pushed").entry.id.as_uuid().as_u128()),
                    interval: row.interval,
                    space: row.space,
                    plate: *next,
                });
                *next += 1;
            }
            self.insert(&stored).await;
        }
        self.store.renew_statistics().await.expect("statistics");
        tickets
    }

    pub async fn insert(&self, rows: &[StoredReservation]) {
        let mut tx = self.store.begin().await.expect("the database takes writes");
        reservation::insert(&mut tx, rows).await.expect("rows of reservations");
        tx.commit().await.expect("rows are committed");
    }

    /// A row of a reservation by car `plate`.
    pub fn confirmed(&self, origin: Timestamp, taken: &FilledInterval, plate: u16) -> StoredReservation {
        let (start, end) = taken.interval.at(origin);
        let minute = |micros| Minute::floor(Timestamp::from_micros(micros));
        let span = MinuteSpan::new(minute(start), minute(end)).expect("an interval has a length");
        let pool = match self.spaces {
            AllocatorSpaceChoice::Any => main_pool(),
            AllocatorSpaceChoice::This => pool_of(taken.space),
        };
        let (car, now) = (self.car(plate), SystemClock.now());
        let owner = self.owner(car);
        let entry = BookEntry {
            id: Uuid::now_v7().into(),
            window: Some(window_id(taken.garage, &pool)),
            pool,
            audience: Audience::Public,
            origin: EntryOrigin::App,
            person: Some(owner),
            plate: Some(PlateKey(car.sealed.hash.clone())),
            span,
            state: EntryState::Confirmed { since: now },
            taken: Some(span),
            space: None,
            visit: None,
            reminded: false,
            created_at: now,
        };
        let details = ReservationDetails {
            made_by: ReservationCreator::Person(owner),
            client_key: None,
            series: None,
            plate_enc: Some(car.sealed.enc.clone()),
            state_since: now,
            changed_at: now,
        };
        StoredReservation { garage: self.garage(taken.garage).clone(), entry, details }
    }
}

/// One replica.
pub async fn open(url: &str, data_key: &[u8; SealingKeyring::KEY_LEN]) -> App {
    let store = Store::open(url, CONNECTIONS).await.expect("the bench's database opens");
    App::new(store, SealingKeyring::new(data_key).expect("a key"), Arc::new(SystemClock))
}

fn key(person: usize) -> String {
    format!("p{person}")
}

fn district(scale: DemandScale, plates: &[Plate]) -> DistrictSpec {
    let garage = |garage| GarageSpec {
        id: garage_id(garage),
        name: format!("车库{garage}"),
        name_en: format!("Garage {garage}"),
        operator_name: "示范区停车公司".to_owned(),
        address: "海风路".to_owned(),
        lat: 36.06,
        lon: 120.38,
        capacity: u32::from(scale.spaces),
        pools: Vec::new(),
        windows: Vec::new(),
        permits: Vec::new(),
        published: None,
    };
    let person = |person| PersonSpec {
        key: key(person),
        name: format!("车主{person}"),
        plates: plates.iter().skip(person).step_by(PEOPLE).cloned().collect(),
        ..PersonSpec::default()
    };
    DistrictSpec {
        garages: (0..scale.garages).map(garage).collect(),
        people: (0..PEOPLE).map(person).collect(),
        ..DistrictSpec::default()
    }
}

/// Open to the public all day, two weeks ahead, for stays of any length.
fn open_window(id: WindowId, pool: PoolId, quota: u32) -> SharedWindow {
    let terms = WindowTerms {
        min_stay: Minutes(1),
        max_stay: Minutes(DAY),
        horizon: Minutes(14 * DAY),
        lock_out: None,
        early: Minutes(10),
        grace: Minutes(15),
        notice: Minutes(15),
        bookable: true,
        walk_in: true,
    };
    let recurrence = WindowRecurrence {
        weekdays: Weekdays::ALL,
        kinds: DayKinds::ALL,
        lessons: LessonRule::AnyDay,
        first_day: None,
        last_day: None,
    };
    SharedWindow {
        id,
        pool,
        audience: Audience::Public,
        name: "public".to_owned(),
        recurrence,
        hours: DailyHours { start_minute: 0, length_minutes: DAY },
        quota,
        terms,
        stagger: Vec::new(),
    }
}
