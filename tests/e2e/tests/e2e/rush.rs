//! The rush: 1,500 parents request the same 107 spaces within ten seconds, through the mini-program's API in front of a server on
//! PostgreSQL. A parent without a space gets alternatives, and no space is reserved twice.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use domain::access::Audience;
use domain::allocation::ReservationIntent;
use domain::ids::{ClassId, GarageId, SchoolId};
use domain::plate::Plate;
use domain::time::Timestamp;
use domain::window::Weekdays;
use miniapp_api::config::{
    MiniappHttpConfig, MiniappLimitsConfig, MiniappLogConfig, ServerClientConfig, WechatConfig,
};
use protocol::district::{ChildSpec, ClassSpec, DistrictSpec, GarageSpec, PersonSpec, PupilSpec, SchoolSpec};
use protocol::problem::ProblemDetails;
use protocol::reservation::{NewReservation, Reservation};
use protocol::sharing::WindowSpec;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use reqwest::{Client, StatusCode};
use server::app::{App, import, service_token};
use service::clock::SystemClock;
use service::config::SecretSource;
use store::Store;
use store::seal::{SealPurpose, SealingKeyring, token_hash};
use testkit::postgres::TestDatabase;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

const PARENTS: usize = 1_500;
const SPACES: u32 = 107;
const WITHIN: Duration = Duration::from_secs(10);

/// One in so many joins the waiting list.
const WAITERS: usize = 10;

/// No claim about speed, only that every parent gets an answer: a debug build that has a seventh of two cores needs more than a
/// minute for so many.
const SURELY: Duration = Duration::from_secs(300);

/// Between a phone's first two attempts, doubled each time up to `SELDOM`.
const AGAIN: Duration = Duration::from_millis(500);
const SELDOM: Duration = Duration::from_secs(16);

fn garage() -> GarageId {
    GarageId::parse("school").unwrap()
}

fn plate(number: usize) -> Plate {
    Plate::parse(&format!("鲁B{number:05}")).unwrap()
}

fn key(number: usize) -> String {
    format!("parent-{number}")
}

fn garage_spec(id: &str, capacity: u32, lat: f64, audience: Audience) -> GarageSpec {
    GarageSpec {
        id: GarageId::parse(id).unwrap(),
        name: format!("{id}停车场"),
        name_en: id.to_owned(),
        operator_name: "Operator".to_owned(),
        address: "Qingdao".to_owned(),
        lat,
        lon: 120.38,
        capacity,
        pools: Vec::new(),
        windows: vec![WindowSpec::new(audience, Weekdays::ALL, 15 * 60, 120)],
        permits: Vec::new(),
        published: None,
    }
}

/// A school with a child for every parent, and two public garages near by.
fn district() -> DistrictSpec {
    let child = |n: usize| PupilSpec { key: format!("child-{n}"), name: format!("学生{n}") };
    let class = ClassSpec {
        id: ClassId::parse("c-1").unwrap(),
        name: "一(1)班".to_owned(),
        pupils: (0..PARENTS).map(child).collect(),
    };
    let parent = |n: usize| PersonSpec {
        key: key(n),
        name: format!("家长{n}"),
        children: vec![ChildSpec {
            pupil: format!("child-{n}"),
            relation: "母亲".to_owned(),
            blocked: false,
        }],
        plates: vec![plate(n)],
        ..PersonSpec::default()
    };
    DistrictSpec {
        garages: vec![
            garage_spec("school", SPACES, 36.06, Audience::Pickup),
            garage_spec("mall", 300, 36.065, Audience::Public),
            garage_spec("shelter", 200, 36.055, Audience::Public),
        ],
        schools: vec![SchoolSpec {
            id: SchoolId::parse("primary").unwrap(),
            name: "小学".to_owned(),
            garage: garage(),
            classes: vec![class],
            calendar: None,
        }],
        people: (0..PARENTS).map(parent).collect(),
        operators: Vec::new(),
        source: None,
    }
}

/// Sessions straight into the store; a parent's token is its key.
async fn log_everybody_in(app: &App) {
    let mut tx = app.store.begin().await.unwrap();
    let people = store::import::people(&mut tx).await.unwrap();
    let now = app.now();
    for n in 0..PARENTS {
        let person = &people[&app.keys.hash(SealPurpose::Key, &key(n))];
        let person = uuid::Uuid::parse_str(&person.id).unwrap();
        let ends = now + app.session_ttl;
        store::session::insert(&mut tx, &token_hash(&key(n)), person.into(), now, ends).await.unwrap();
    }
    tx.commit().await.unwrap();
}

fn miniapp(listen: SocketAddr, server: SocketAddr, token: SecretSource) -> miniapp_api::MiniappConfig {
    miniapp_api::MiniappConfig {
        http: MiniappHttpConfig {
            listen,
            operations_listen: None,
            allowed_origins: Vec::new(),
            trusted_proxies: Vec::new(),
        },
        server: ServerClientConfig { url: format!("http://{server}"), token: token.clone(), ca_file: None },
        wechat: WechatConfig {
            base_url: "http://127.0.0.1:9".to_owned(),
            appid: "none".to_owned(),
            secret: token,
        },
        limits: MiniappLimitsConfig::default(),
        log: MiniappLogConfig::default(),
    }
}

/// Starts the whole path from the phones to the database; returns the address for the phones.
async fn start(app: &App, shutdown: &CancellationToken, folder: &std::path::Path) -> SocketAddr {
    let bind = || TcpListener::bind("127.0.0.1:0");
    let (server, people) = (bind().await.unwrap(), bind().await.unwrap());
    let (server_at, people_at) = (server.local_addr().unwrap(), people.local_addr().unwrap());
    tokio::spawn(server::serve(app.clone(), server, Router::new(), shutdown.clone()));
    let secret = folder.join("service.token");
    std::fs::write(&secret, service_token::create(app, "miniapp-api").await.unwrap()).unwrap();
    let config = miniapp(people_at, server_at, SecretSource::File(secret));
    tokio::spawn(miniapp_api::run(config, people, Router::new(), shutdown.clone()));
    people_at
}

/// Tomorrow from 15:00 to 15:30.
fn wish(app: &App, n: usize) -> NewReservation {
    let tomorrow = app.now().local_date().succ_opt().unwrap();
    let at = |minute| Timestamp::from_local(tomorrow.and_hms_opt(15, minute, 0).unwrap());
    NewReservation {
        audience: Audience::Pickup,
        pool: None,
        plate: plate(n).as_str().to_owned(),
        starts_at: at(0),
        ends_at: at(30),
        wish: if n.is_multiple_of(WAITERS) {
            ReservationIntent::ConfirmOrWait
        } else {
            ReservationIntent::Confirm
        },
    }
}

enum Answer {
    Space,
    Waiting,
    /// Refused, with the next free start and, unless the machine is too slow for it, other garages.
    Helped {
        elsewhere: bool,
    },
}

/// Requests as a phone does: with the same key again when the machine is too busy for an answer.
async fn ask(client: Client, url: String, n: usize, body: NewReservation) -> (Answer, Duration) {
    let (asked, mut pause) = (Instant::now(), AGAIN);
    let (status, text) = loop {
        let request = client.post(&url).bearer_auth(key(n)).header("idempotency-key", format!("rush-{n}"));
        let answer = request.json(&body).timeout(SURELY).send().await.expect("an answer");
        if answer.status() != StatusCode::SERVICE_UNAVAILABLE || asked.elapsed() > SURELY {
            break (answer.status(), answer.bytes().await.unwrap());
        }
        tokio::time::sleep(pause.mul_f64(rand::random_range(0.5..1.5))).await;
        pause = (pause * 2).min(SELDOM);
    };
    let took = asked.elapsed();
    if status == StatusCode::CREATED {
        let reservation: Reservation = serde_json::from_slice(&text).unwrap();
        let waits = reservation.waiting_before.is_some();
        return (if waits { Answer::Waiting } else { Answer::Space }, took);
    }
    let problem: ProblemDetails = serde_json::from_slice(&text).unwrap();
    assert_eq!((status.as_u16(), problem.code.as_str()), (409, "full"), "{problem:?}");
    let help = problem.help.expect("help");
    let near: Vec<_> = help.alternatives.iter().map(|other| other.garage.as_str()).collect();
    // Alternatives that take too long are left out.
    assert!(near.is_empty() || near == ["mall", "shelter"] || near == ["shelter", "mall"], "{help:?}");
    assert!(help.next_start.is_some_and(|next| next >= body.ends_at), "{help:?}");
    (Answer::Helped { elsewhere: !near.is_empty() }, took)
}

/// When each parent sends the request: most of them at the beginning.
fn moments() -> Vec<Duration> {
    let mut random = StdRng::seed_from_u64(1530);
    (0..PARENTS).map(|_| WITHIN.mul_f64(random.random::<f64>().powi(2))).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_1500_parents_exactly_107_get_a_space_and_the_others_help() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (database, folder) = (TestDatabase::create().await, tempfile::tempdir().unwrap());
    let store = Store::open(&database.url(), 16).await.unwrap();
    let app = App::new(store, SealingKeyring::new(&[7; 32]).unwrap(), Arc::new(SystemClock));
    import::run(&app, &district()).await.unwrap();
    log_everybody_in(&app).await;
    let shutdown = CancellationToken::new();
    let url =
        format!("http://{}/api/v1/garages/school/reservations", start(&app, &shutdown, folder.path()).await);

    let (client, begin, mut asking) = (Client::new(), tokio::time::Instant::now(), JoinSet::new());
    for (n, moment) in moments().into_iter().enumerate() {
        let (client, url, body) = (client.clone(), url.clone(), wish(&app, n));
        asking.spawn(async move {
            tokio::time::sleep_until(begin + moment).await;
            ask(client, url, n, body).await
        });
    }
    let (mut spaces, mut waiting, mut helped, mut elsewhere, mut times) = (0, 0, 0, 0, Vec::new());
    while let Some(answered) = asking.join_next().await {
        let (answer, took) = answered.unwrap();
        times.push(took);
        match answer {
            Answer::Space => spaces += 1,
            Answer::Waiting => waiting += 1,
            Answer::Helped { elsewhere: known } => {
                helped += 1;
                elsewhere += usize::from(known);
            }
        }
    }
    times.sort_unstable();
    println!(
        "{PARENTS} parents in {WITHIN:?}: {spaces} spaces, {waiting} wait, {helped} helped ({elsewhere} with places near by); p50 {:?}, p99 {:?}, slowest {:?}",
        times[PARENTS / 2],
        times[PARENTS * 99 / 100],
        times[PARENTS - 1],
    );
    assert_eq!((spaces, spaces + waiting + helped), (SPACES as usize, PARENTS));
    assert!(elsewhere > 0, "nobody was told where else");
    assert_eq!(stored(&app, "confirmed").await, i64::from(SPACES));
    assert_eq!(stored(&app, "waiting").await, waiting as i64);
    shutdown.cancel();
}

/// Judged by the database, not by the answers.
async fn stored(app: &App, state: &str) -> i64 {
    let Store::Postgres(pool) = &app.store else { panic!("PostgreSQL was asked for") };
    let count = sqlx::query_scalar("select count(*) from reservation where state = $1");
    count.bind(state).fetch_one(pool).await.unwrap()
}
