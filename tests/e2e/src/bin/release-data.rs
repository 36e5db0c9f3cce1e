//! Writes data of this revision for later versions to read. `tests/testkit/released/README.md` describes when to run it.
//!
//! `release-data district OUT` runs the separate form and writes the PostgreSQL database as `district.sql.gz`, its key as
//! `district.key`, and a gateway's folder with unsent records as `gateway.tar.gz`. `release-data demo FOLDER OUT` packs the
//! folder of a stopped demo as `demo.tar.gz`. Both write the numbers of rows as JSON.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::Parser;
use domain::access::Audience;
use domain::allocation::ReservationIntent;
use domain::ids::GarageId;
use domain::minute::{Minute, Minutes};
use domain::pickup::PickupAct;
use domain::time::Clock;
use e2e::district::{DistrictKind, FamilyCar, families, teacher};
use e2e::phone::PATIENCE;
use e2e::records;
use e2e::system::{SystemForm, SystemPart, SystemSetup, TestSystem};
use protocol::operator::NewCountAdjustment;
use protocol::people::ArrivalAct;
use protocol::reservation::NewReservation;
use serde_json::json;
use simulator::controller::ControllerHandle;
use simulator::district::{DRIVER_KEY, DRIVER_PLATE};
use store::Store;
use testkit::process::TestProgram;
use testkit::wait;

const SCHOOL: &str = "haifeng-b1";
const SHARED: &str = "shelter-south";
const SURE: u8 = 98;

#[derive(Parser)]
#[command(about = "Writes a database and a gateway folder of this revision, for tests of later revisions")]
enum ReleaseDataOptions {
    /// Runs the separate form: a database and the folder of one gateway
    District {
        /// Folder for the files; created if missing
        out: PathBuf,
    },
    /// Packs the data folder of a stopped demo
    Demo { folder: PathBuf, out: PathBuf },
}

fn main() -> anyhow::Result<()> {
    match ReleaseDataOptions::parse() {
        ReleaseDataOptions::District { out } => {
            fs::create_dir_all(&out)?;
            e2e::run(district(&out))
        }
        ReleaseDataOptions::Demo { folder, out } => {
            fs::create_dir_all(&out)?;
            e2e::run(demo(&folder, &out))
        }
    }
}

/// Packs the folder before it opens the database.
async fn demo(folder: &Path, out: &Path) -> anyhow::Result<()> {
    pack(folder, &out.join("demo.tar.gz"))?;
    let store = Store::open(&format!("sqlite:{}", folder.join("server.sqlite").display()), 1).await?;
    write_counts(&store, &out.join("demo.json")).await?;
    store.close().await;
    Ok(())
}

async fn district(out: &Path) -> anyhow::Result<()> {
    let mut system = TestSystem::start(SystemSetup::new(SystemForm::Separate, DistrictKind::Demo)).await;
    let school: GarageId = SCHOOL.parse()?;
    let cars = families(system.invented(), &school);
    let position = system.invented().sites.iter().position(|site| site.garage == school);
    let gateway = SystemPart::Gateway(position.context("the demo has the school's garage")?);
    enrol(&mut system, &school, gateway).await?;

    let used = cars.get(..12).context("the demo has more families")?;
    online(&system, &school, used).await?;
    system.terminate(SystemPart::Server).await;
    unsent(&system, &school, used).await?;
    for part in system.processes().into_iter().filter(|part| *part != SystemPart::Server) {
        system.terminate(part).await;
    }
    write_counts(&system.app().store, &out.join("district.json")).await?;
    fs::write(out.join("district.key"), STANDARD.encode(system.data_key()) + "\n")?;
    pack(&system.gateway_files(&school).data, &out.join("gateway.tar.gz"))?;
    dump(&system.database(), &out.join("district.sql"))
}

/// Enrols the gateway: the box makes its own credential, as an installed one does.
async fn enrol(system: &mut TestSystem, garage: &GarageId, gateway: SystemPart) -> anyhow::Result<()> {
    system.terminate(gateway).await;
    let files = system.gateway_files(garage);
    let text = fs::read_to_string(&files.config)?;
    let own: String =
        text.lines().filter(|line| !line.starts_with("token =")).map(|l| l.to_owned() + "\n").collect();
    fs::write(&files.config, own)?;
    let code = server::app::enrolment::create_code(system.app(), garage).await?.code;
    let path = files.config.with_extension("code");
    fs::write(&path, code)?;
    let program = TestProgram::named("gateway").args(["enroll", "--config"]).args([&files.config]);
    let mut child = program.args(["--code-file"]).args([&path]).start();
    let status = child.exit(PATIENCE).await;
    ensure!(status.success(), "the box does not enrol: {}", child.log());
    system.restart(gateway).await;
    Ok(())
}

async fn lane(system: &TestSystem, garage: &GarageId, lane: &str) -> ControllerHandle {
    system.controller(garage, &system.lane(garage, lane).device).await
}

/// Reads a plate in a lane and waits until the gateway has the event on its disk.
async fn drive(lane: &ControllerHandle, plate: &str) -> anyhow::Result<()> {
    let pending = lane.plate_read(Some(plate), SURE)?;
    tokio::time::timeout(PATIENCE, pending.acked).await??;
    Ok(())
}

/// Six cars come for children, two of them leave; a reserved car, a stranger, nonsense, a correction.
async fn online(system: &TestSystem, school: &GarageId, cars: &[FamilyCar]) -> anyhow::Result<()> {
    let (entry, exit) = (lane(system, school, "b1-in-1").await, lane(system, school, "b1-out-1").await);
    for family in cars.iter().take(6) {
        drive(&entry, &family.plate).await?;
    }
    hand_over(system, cars.first().context("a family")?).await?;
    for family in cars.iter().take(2) {
        drive(&exit, &family.plate).await?;
    }
    drive(&entry, "京A0ZZ98").await?;
    entry.publish_raw(entry.event_topic(), b"no JSON".to_vec()).await?;
    reserved(system).await?;
    correct(system).await?;
    wait::until(PATIENCE, "the server has what was sent", async || {
        let events = records::count(&system.app().store, "gate_event").await;
        let letters = records::count(&system.app().store, "dead_letter").await;
        (events >= 11 && letters >= 1).then_some(())
    })
    .await;
    Ok(())
}

async fn hand_over(system: &TestSystem, family: &FamilyCar) -> anyhow::Result<()> {
    let (name, class) = family.children.first().context("a child")?;
    let phone = system.log_in(teacher(system.invented(), class)).await;
    for act in [PickupAct::Release, PickupAct::HandOver] {
        let arrival = wait::until(PATIENCE, "the child is on the board", async || {
            let board = phone.board(class).await;
            board.arrivals.into_iter().find(|arrival| &arrival.pupil == name)
        })
        .await;
        let answer = phone.act(arrival.id, &ArrivalAct { act, seen: arrival.cursor }).await;
        ensure!(answer.status().is_success(), "{act:?}: {}", answer.text().await?);
    }
    Ok(())
}

/// One reservation that is used at once, and one for tomorrow.
async fn reserved(system: &TestSystem) -> anyhow::Result<()> {
    let garage: GarageId = SHARED.parse()?;
    let phone = system.log_in(DRIVER_KEY).await;
    let start = Minute::ceil(service::clock::SystemClock.now()) + Minutes(1);
    for (key, start) in [("today", start), ("tomorrow", start + Minutes(24 * 60))] {
        let body = NewReservation {
            audience: Audience::Public,
            pool: None,
            plate: DRIVER_PLATE.to_owned(),
            starts_at: start.timestamp(),
            ends_at: (start + Minutes(120)).timestamp(),
            wish: ReservationIntent::Confirm,
        };
        let answer = phone.post_once(&format!("/garages/{garage}/reservations"), key, &body).await;
        ensure!(answer.status().is_success(), "{key}: {}", answer.text().await?);
    }
    let gate = lane(system, &garage, "in").await;
    let pending = gate.plate_read(Some(DRIVER_PLATE), SURE)?;
    tokio::time::timeout(PATIENCE, pending.decided).await??;
    tokio::time::timeout(PATIENCE, gate.passed(&pending.event_id)?.acked).await??;
    Ok(())
}

async fn correct(system: &TestSystem) -> anyhow::Result<()> {
    let garage: GarageId = "shelter-east".parse()?;
    let console = system.operator("operator").await;
    let seen = wait::until(PATIENCE, "a first count", async || console.garage(&garage).await.occupied).await;
    let correction = NewCountAdjustment { occupied: 17, seen: Some(seen), reason: "人工清点".to_owned() };
    let answer = console.adjust(&garage, &correction, "correction").await;
    ensure!(answer.status().is_success(), "{}", answer.text().await?);
    Ok(())
}

/// Fills the gateway's outbox while the server is away: three entries, an exit, a stranger, nonsense.
async fn unsent(system: &TestSystem, school: &GarageId, cars: &[FamilyCar]) -> anyhow::Result<()> {
    let (entry, exit) = (lane(system, school, "b1-in-1").await, lane(system, school, "b1-out-1").await);
    for family in cars.iter().skip(6).take(3) {
        drive(&entry, &family.plate).await?;
    }
    drive(&exit, &cars.get(2).context("a family")?.plate).await?;
    drive(&entry, "京A0ZZ99").await?;
    entry.publish_raw(entry.event_topic(), b"no JSON either".to_vec()).await?;
    Ok(())
}

/// Tables whose rows are counted for later versions.
const COUNTED: [&str; 9] =
    ["gate_event", "visit", "arrival", "reservation", "dead_letter", "adjustment", "feed", "audit", "person"];

async fn write_counts(store: &Store, file: &Path) -> anyhow::Result<()> {
    let mut rows = serde_json::Map::new();
    for table in COUNTED {
        rows.insert(table.to_owned(), records::count(store, table).await.into());
    }
    let occupied: serde_json::Map<_, _> =
        records::occupied(store).await.into_iter().map(|(garage, cars)| (garage, cars.into())).collect();
    let counts = json!({ "rows": rows, "occupied": occupied });
    println!("{counts:#}");
    Ok(fs::write(file, format!("{counts:#}\n"))?)
}

fn pack(folder: &Path, archive: &Path) -> anyhow::Result<()> {
    let arguments = ["--create", "--gzip", "--sort=name", "--owner=0", "--group=0", "--file"];
    let done = Command::new("tar").args(arguments).arg(archive).arg("-C").arg(folder).arg(".").status()?;
    ensure!(done.success(), "{} cannot be packed", folder.display());
    Ok(())
}

/// Dumps the database as statements for any client; without the lines that only newer versions of `psql` understand.
fn dump(database: &str, file: &Path) -> anyhow::Result<()> {
    let arguments = ["--inserts", "--rows-per-insert=100", "--no-owner", "--no-privileges", "--no-comments"];
    let done = Command::new("pg_dump").args(arguments).arg(database).output()?;
    ensure!(done.status.success(), "pg_dump: {}", String::from_utf8_lossy(&done.stderr));
    let text = String::from_utf8(done.stdout)?;
    let plain = text.lines().filter(|line| !line.starts_with('\\'));
    fs::write(file, plain.map(|line| line.to_owned() + "\n").collect::<String>())?;
    let done = Command::new("gzip").args(["--best", "--no-name"]).arg(file).status()?;
    ensure!(done.success(), "{} cannot be packed", file.display());
    Ok(())
}
