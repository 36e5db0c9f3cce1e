//! Measures how fast the server hands out the list of open spaces, beside nginx with the same bytes as a file.
//!
//! - [`server`]: our server's process, its garages, and the gateways that send to it during the rounds
//! - [`nginx`]: Debian's, with the bytes that our server has answered
//! - [`load`]: `wrk`, and what it has found
//! - [`report`]: figures for people and for programs
//!
//! One program requests from both over the same number of connections that stay open, in turns: ours, nginx, nginx, ours.

mod load;
mod nginx;
pub mod report;
mod server;

use std::time::Duration;

use load::FeedLoad;
use nginx::NginxFileServer;
use report::{FeedContestant, FeedFindings, FeedRound};
use server::FeedServer;

/// Configuration of the bench.
#[derive(Debug, Clone)]
pub struct FeedBenchOptions {
    /// Of a district; a scenario for each.
    pub garages: Vec<usize>,
    pub connections: usize,
    /// Of one round.
    pub seconds: u64,
    /// Turns of ours, nginx, nginx, ours.
    pub passes: usize,
    /// Passages at the gates during a round, each of which changes a count.
    pub passages_per_s: u32,
}

pub async fn run(options: &FeedBenchOptions) -> FeedFindings {
    let mut rounds = Vec::new();
    for garages in &options.garages {
        eprintln!("starting a server with {garages} garages");
        let ours = FeedServer::start(*garages, options.passages_per_s).await;
        let bytes = ours.answer().await;
        let file = NginxFileServer::start(&bytes).await;
        for gzip in [false, true] {
            for _ in 0..options.passes {
                for place in
                    [FeedContestant::Ours, FeedContestant::Nginx, FeedContestant::Nginx, FeedContestant::Ours]
                {
                    let url = match place {
                        FeedContestant::Ours => ours.url(),
                        FeedContestant::Nginx => file.url(),
                    };
                    let load =
                        FeedLoad { url, gzip, connections: options.connections, seconds: options.seconds };
                    let measured = load.run().await;
                    let round = FeedRound { garages: *garages, gzip, place, measured };
                    eprintln!("{round}");
                    rounds.push(round);
                    // Connections of the round before are gone.
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
            }
        }
        file.stop().await;
        ours.stop().await;
    }
    FeedFindings::new(rounds)
}
