//! The demo's output: addresses at the start, then events.

use domain::pickup::PickupPhase;
use simulator::district::{InventedDistrict, TRY_PLATE};
use simulator::traffic::TrafficProgress;
use tokio::sync::mpsc;

use super::login::{DemoPerson, PersonRole};
use super::robot::ObservedArrival;
use crate::assembly::ListenAddresses;

/// Prints addresses and log-ins.
pub(super) fn welcome(addresses: &ListenAddresses, invented: &InventedDistrict, people: &[DemoPerson]) {
    let ListenAddresses { people: phones, server, mqtt, cameras: _ } = addresses;
    let garages = invented.district.garages.len();
    let spaces: u32 = invented.district.garages.iter().map(|garage| garage.capacity).sum();
    println!("Shared parking, demo: {garages} garages, {spaces} spaces. Ctrl-C stops it.");
    println!();
    println!("  start (pick a person)   http://{phones}/");
    println!("  teacher                 http://{phones}/teacher");
    println!("  parent                  http://{phones}/parent");
    println!("  waiting hall            http://{phones}/hall");
    println!("  operator                http://{server}/operator");
    println!("  open spaces             http://{server}/spaces");
    println!("  open spaces, JSON       http://{server}/api/public/v3/parking-sites");
    println!("  gate controllers        mqtt://{mqtt}");
    println!();
    println!("Log in by picking a person on the start page, for example:");
    for role in [PersonRole::Teacher, PersonRole::Hall, PersonRole::Guardian] {
        if let Some(person) = example(people, role) {
            println!("  {:<9} {} ({})", format!("{role:?}").to_lowercase(), person.name, person.label);
        }
    }
    println!("Your own car for the lanes try-in and try-out: {TRY_PLATE}");
    println!();
}

/// An example person of a role; for guardians the family of the car for manual trials.
fn example(people: &[DemoPerson], role: PersonRole) -> Option<&DemoPerson> {
    let mut of_role = people.iter().filter(|person| person.role == role);
    let first = of_role.clone().next();
    of_role.find(|person| person.key.ends_with("-try")).or(first)
}

/// Forwards the robots' arrivals to the school's cars and to the screen.
pub(super) async fn fork(
    mut seen: mpsc::Receiver<ObservedArrival>,
    screen: mpsc::Sender<ObservedArrival>,
    school: mpsc::Sender<ObservedArrival>,
) {
    while let Some(news) = seen.recv().await {
        // A full screen queue loses a line. The cars must not miss a hand-over, so this waits for their queue.
        let _ = screen.try_send(news.clone());
        if school.send(news).await.is_err() {
            return;
        }
    }
}

/// Prints the events at the gates and on the teachers' phones until both channels are closed.
pub(super) async fn lines(
    mut gates: mpsc::Receiver<TrafficProgress>,
    mut phones: mpsc::Receiver<ObservedArrival>,
    quiet: bool,
) {
    loop {
        let line = tokio::select! {
            Some(progress) = gates.recv() => progress.to_string(),
            Some(ObservedArrival { arrival }) = phones.recv() => match phase(arrival.phase) {
                Some(what) => format!("{}   {} {} {what}", arrival.changed_at.local_hhmmss(), arrival.class_name, arrival.pupil),
                None => continue,
            },
            else => return,
        };
        if !quiet {
            println!("{line}");
        }
    }
}

fn phase(phase: PickupPhase) -> Option<&'static str> {
    match phase {
        PickupPhase::Claimed => Some("家长自报到达 (here, by hand)"),
        PickupPhase::Waiting => Some("家长已到 (arrived)"),
        PickupPhase::Released => Some("已放行 (released)"),
        PickupPhase::HandedOver => Some("已交接 (handed over)"),
        PickupPhase::Rejected => None,
    }
}
