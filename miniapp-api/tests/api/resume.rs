//! Resuming by cursor: whatever breaks, nothing is lost and nothing comes twice.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::ids::ArrivalId;
use domain::pickup::PickupPhase;
use protocol::people::{ClassArrival, FeedCursor, StreamFrame};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use testkit::wait::until;

use crate::fake::class;
use crate::phone::{Phone, SOON};
use crate::world::World;

const CLASS: &str = "macau-road-1-1";

/// A phone that reconnects with its cursor and records every violation.
#[derive(Default)]
struct Screen {
    cursor: Option<FeedCursor>,
    shown: BTreeMap<ArrivalId, ClassArrival>,
}

impl Screen {
    fn take(&mut self, frame: StreamFrame<ClassArrival>) {
        match frame {
            StreamFrame::Live { cursor } => {
                assert!(Some(cursor) >= self.cursor, "live went back");
                self.cursor = Some(cursor);
            }
            StreamFrame::Arrival(arrival) => {
                assert!(Some(arrival.cursor) > self.cursor, "{} came twice or late", arrival.cursor);
                self.cursor = Some(arrival.cursor);
                self.shown.insert(arrival.id, arrival);
            }
        }
    }

    async fn watch(&mut self, world: &World, frames: usize) {
        let mut phone = self.connect(world).await;
        for _ in 0..frames {
            let Ok(frame) = tokio::time::timeout(Duration::from_millis(30), phone.next()).await else {
                break;
            };
            match frame {
                Ok(frame) => self.take(frame),
                Err(_) => break,
            }
        }
    }

    async fn connect(&self, world: &World) -> Phone {
        let after = self.cursor.map(|cursor| format!("?after={cursor}")).unwrap_or_default();
        let path = format!("/classes/{CLASS}/arrivals/stream{after}");
        Phone::connect(world.address, &path, "t1").await
    }
}

async fn play(seed: u64) {
    let world = World::start().await;
    world.server.lock().teacher("t1", &class(CLASS));
    world.server.lock().teacher("t2", &class(CLASS));
    // A colleague keeps the room and its ring alive in half of the runs.
    let mut colleague = None;
    if seed.is_multiple_of(2) {
        colleague = Some(world.stream(CLASS, "t2", None).await);
    }
    let mut random = StdRng::seed_from_u64(seed);
    let (mut screen, mut ids) = (Screen::default(), Vec::new());
    // Connect first with an empty board, whose frames may come in any order of arrival.
    screen.watch(&world, 1).await;
    for _ in 0..25 {
        for _ in 0..random.random_range(0..30) {
            change(&world, &mut ids, &mut random);
        }
        let watching = screen.watch(&world, random.random_range(0..40));
        let changing = async {
            for _ in 0..random.random_range(0..10) {
                change(&world, &mut ids, &mut random);
                tokio::task::yield_now().await;
            }
        };
        tokio::join!(watching, changing);
        if seed.is_multiple_of(3) {
            world.server.link.cut();
            until(SOON, "the cut to be felt", async || {
                (!world.readiness.failures().is_empty()).then_some(())
            })
            .await;
            world.server.link.pass();
        }
    }
    let expected = world.server.lock().arrivals.clone();
    until(SOON, "a complete screen", async || {
        screen.watch(&world, 1_000).await;
        (screen.shown == expected).then_some(())
    })
    .await;
    drop(colleague);
}

fn change(world: &World, ids: &mut Vec<ArrivalId>, random: &mut StdRng) {
    if ids.is_empty() || random.random_bool(0.6) {
        ids.push(world.server.arrive(&class(CLASS)));
    } else {
        let id = ids[random.random_range(0..ids.len())];
        world
            .server
            .set_phase(id, [PickupPhase::Released, PickupPhase::HandedOver][random.random_range(0..2)]);
    }
}

#[tokio::test]
async fn nothing_is_lost_and_nothing_comes_twice_over_random_disconnects() {
    for seed in 0..12 {
        play(seed).await;
    }
}
