//! Many phones at once.

use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::fake::class;
use crate::phone::{Phone, SOON};
use crate::world::World;

const CLASS: &str = "macau-road-1-1";
const PHONES: usize = 1_000;
const ARRIVALS: usize = 5;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_phones_see_every_arrival_in_order() {
    let quiet = miniapp_api::hub::SocketLimits { feed_wait: Duration::from_secs(2), ..Default::default() };
    let world = World::with(quiet, crate::fake::SERVICE_TOKEN, 10).await;
    world.following().await;
    let mut phones = Vec::new();
    for n in 0..PHONES {
        let session = format!("t{n}");
        world.server.lock().teacher(&session, &class(CLASS));
        let path = format!("/classes/{CLASS}/arrivals/stream");
        let mut phone = Phone::connect(world.address, &path, &session).await;
        phone.board().await;
        phones.push(phone);
    }
    let reads_before = world.server.lock().calls.len();
    let started = Instant::now();
    let ids: Vec<_> = (0..ARRIVALS).map(|_| world.server.arrive(&class(CLASS))).collect();
    let mut watching = JoinSet::new();
    for mut phone in phones {
        let ids = ids.clone();
        watching.spawn(async move {
            for id in ids {
                assert_eq!(phone.arrival().await.id, id);
            }
        });
    }
    let all = async {
        while let Some(seen) = watching.join_next().await {
            seen.unwrap()
        }
    };
    tokio::time::timeout(SOON, all).await.expect("every phone in time");
    println!("{PHONES} phones had {ARRIVALS} arrivals after {:?}", started.elapsed());
    // One read serves all: the crowd causes no extra load on the server.
    assert!(world.server.lock().calls.len() - reads_before < 50);
}
