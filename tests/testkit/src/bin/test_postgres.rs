//! Starts a PostgreSQL cluster for a test run, prints its URL, and stops it when standard input ends or a signal comes.
//! So the cluster never outlives its caller.

use std::io::{Read, Write, stdin, stdout};

use testkit::postgres::PostgresCluster;
use tokio::signal::unix::{SignalKind, signal};

fn main() -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let cluster = PostgresCluster::start();
    writeln!(stdout(), "{}", cluster.url())?;
    runtime.block_on(told_to_stop())?;
    drop(cluster);
    // A thread may still be reading standard input.
    runtime.shutdown_background();
    Ok(())
}

async fn told_to_stop() -> std::io::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let input_ended = tokio::task::spawn_blocking(|| stdin().read_to_end(&mut Vec::new()));
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        _ = input_ended => {}
    }
    Ok(())
}
