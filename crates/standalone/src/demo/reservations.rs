//! Reservations that the demo makes at its start: some for cars of the everyday traffic, some for cars that never arrive, one for the
//! demo's driver. Their idempotency keys contain the day and the plate: a second start on the same day adds none.

use anyhow::Context;
use domain::access::Audience;
use domain::allocation::ReservationIntent;
use domain::ids::GarageId;
use domain::minute::{Minute, Minutes};
use domain::plate::Plate;
use domain::time::Timestamp;
use protocol::district::GarageSpec;
use protocol::reservation::NewReservation;
use server::app::App;
use server::app::allocation::AllocationError;
use server::app::idempotency::IdempotencyKey;
use server::app::operator::{OperatorCaller, session};
use server::app::reservation::ReservationError;
use simulator::district::{DRIVER_KEY, DRIVER_PLATE, InventedDistrict};
use simulator::invent::PlateGenerator;

use super::traffic;

/// Number of reservations per garage; half of them are for cars of the everyday traffic.
const RESERVED: usize = 10;

const QUARTER: i64 = 15;

/// Makes the reservations. The server must be running, because it decides them.
pub(super) async fn reserve(app: &App, invented: &InventedDistrict) -> anyhow::Result<()> {
    let Some(operator) = invented.district.operators.first() else { return Ok(()) };
    let token = session::issue(app, &operator.username).await?;
    let operator = session::authenticate(app, &token).await?;
    for (n, garage) in invented.district.garages.iter().enumerate() {
        if garage.windows.iter().any(|window| window.audience == Audience::Public) {
            fill(app, &operator, garage, u64::try_from(n)?).await?;
        }
    }
    session::end(app, &operator).await?;
    drivers_own(app, &invented.district.garages).await
}

/// Reserves for the driver tomorrow, at the first garage with room.
async fn drivers_own(app: &App, garages: &[GarageSpec]) -> anyhow::Result<()> {
    let Some(person) = server::app::import::person_id(app, DRIVER_KEY).await? else { return Ok(()) };
    let session = server::app::session::issue(app, person).await?;
    let driver = server::app::session::authenticate(app, &session.token).await?;
    let plate = Plate::parse(DRIVER_PLATE).context("the driver's plate")?;
    let (key, new) = wish(app, &plate, (Minutes(24 * 60), Minutes(120)))?;
    for garage in garages {
        match server::app::reservation::reserve::reserve(app, &driver, &garage.id, &key, &new).await {
            Ok(_) => break,
            Err(error) => expected(error)?,
        }
    }
    Ok(())
}

/// Reserves for cars that arrive now and in the coming hours.
async fn fill(app: &App, operator: &OperatorCaller, garage: &GarageSpec, seed: u64) -> anyhow::Result<()> {
    let strangers = PlateGenerator::new(500 + seed).take(RESERVED / 2);
    let cars = traffic::visitors(seed).into_iter().take(RESERVED / 2).chain(strangers);
    for (n, plate) in cars.enumerate() {
        let n = u32::try_from(n)?;
        let length = Minutes(60 + 30 * (n % 5));
        let start = if n % 2 == 0 { Minutes(0) } else { Minutes(30 * (n + 1)) };
        one(app, operator, &garage.id, &plate, (start, length)).await?;
    }
    Ok(())
}

async fn one(
    app: &App,
    operator: &OperatorCaller,
    garage: &GarageId,
    plate: &Plate,
    when: (Minutes, Minutes),
) -> anyhow::Result<()> {
    let (key, new) = wish(app, plate, when)?;
    match server::app::operator::reservation::add(app, operator, garage, &key, &new).await {
        Ok(_) => Ok(()),
        Err(error) => expected(error),
    }
}

/// Key and body of a reservation that begins `later` after the next full quarter of an hour and lasts `length`.
fn wish(
    app: &App,
    plate: &Plate,
    (later, length): (Minutes, Minutes),
) -> anyhow::Result<(IdempotencyKey, NewReservation)> {
    let starts = quarter_after(app.clock.now()) + later;
    let new = NewReservation {
        audience: Audience::Public,
        pool: None,
        plate: plate.to_string(),
        starts_at: starts.timestamp(),
        ends_at: (starts + length).timestamp(),
        wish: ReservationIntent::Confirm,
    };
    let key = format!("demo-{}-{}", app.clock.now().local_date(), plate.as_str().escape_default());
    Ok((IdempotencyKey::parse(&key).context("a key of the demo")?, new))
}

/// Ignores the expected refusals: at night, at the end of a window, without a window, or with the key of an earlier start today.
fn expected(error: ReservationError) -> anyhow::Result<()> {
    match error {
        ReservationError::Refused { .. }
        | ReservationError::NotEntitled
        | ReservationError::Allocation(AllocationError::KeyReused(_)) => Ok(()),
        error => Err(error).context("a reservation of the demo"),
    }
}

fn quarter_after(now: Timestamp) -> Minute {
    let minute = Minute::ceil(now).get();
    Minute::new(minute + (QUARTER - minute.rem_euclid(QUARTER)) % QUARTER)
}
