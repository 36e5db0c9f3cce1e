//! Selects which part dies when.
//!
//! Half of the gateways that die lose the server first. What a gateway has acknowledged is then only on its own disk, and a power
//! cut shows whether it was synced: with the server running, the records would be uploaded within milliseconds.

use std::collections::BTreeMap;
use std::time::Duration;

use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

use crate::system::{SystemPart, TestSystem};

/// Time between a restart and the next kill: sometimes before every client has connected again.
const LIFE_MS: std::ops::Range<u64> = 100..1_500;
/// How long a part stays dead.
const DEATH_MS: std::ops::Range<u64> = 0..700;

/// Number of kills by part; gateways count together.
pub type KillCounts = BTreeMap<&'static str, u32>;

const fn name(part: SystemPart) -> &'static str {
    match part {
        SystemPart::Standalone => "standalone",
        SystemPart::Gateway(_) => "gateway",
        SystemPart::Server => "server",
        SystemPart::Miniapp => "miniapp_api",
        SystemPart::Broker => "broker",
        SystemPart::Database => "database",
    }
}

/// Kills one part of every kind before any kind dies a second time.
pub async fn run(system: &mut TestSystem, kills: u32, rng: &mut StdRng) -> KillCounts {
    let mut killed = KillCounts::new();
    let mut deck = Vec::new();
    for cycle in 1..=kills {
        if deck.is_empty() {
            deck = one_of_each_kind(&system.parts(), rng);
        }
        let part = deck.pop().expect("a system has parts");
        pause(rng, LIFE_MS).await;
        let mut dying = vec![part];
        if matches!(part, SystemPart::Gateway(_)) && rng.random() {
            dying.insert(0, SystemPart::Server);
        }
        eprintln!("kill {cycle} of {kills}: {dying:?}");
        for (place, part) in dying.iter().enumerate() {
            if place > 0 {
                pause(rng, LIFE_MS).await;
            }
            system.kill9(*part);
            *killed.entry(name(*part)).or_default() += 1;
        }
        for part in dying.into_iter().rev() {
            pause(rng, DEATH_MS).await;
            system.restart(part).await;
        }
    }
    killed
}

fn one_of_each_kind(parts: &[SystemPart], rng: &mut StdRng) -> Vec<SystemPart> {
    let mut parts = parts.to_vec();
    parts.shuffle(rng);
    let mut kinds = BTreeMap::new();
    for part in parts {
        kinds.entry(name(part)).or_insert(part);
    }
    let mut deck: Vec<SystemPart> = kinds.into_values().collect();
    deck.shuffle(rng);
    deck
}

async fn pause(rng: &mut StdRng, range: std::ops::Range<u64>) {
    tokio::time::sleep(Duration::from_millis(rng.random_range(range))).await;
}
