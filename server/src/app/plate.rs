//! A person's own plates, used for reservations. A guardian's plate also opens the gate in the pickup window, so their
//! number is limited and each change is audited. A driver's plate opens nothing by itself.

use domain::ids::{PersonId, VehicleId};
use domain::plate::{Plate, PlateError};
use domain::vehicle::PlateColor;
use protocol::people::{MAX_PLATES, NewPlate, OwnPlate, OwnPlates};
use uuid::Uuid;

use super::App;
use super::audit::{AuditAction, record};
use super::session::PersonCaller;
use crate::context::ServerContext;
use store::seal::{SealError, SealPurpose, SealingKeyring};
use store::{StoreError, Tx, person};

#[derive(Debug, thiserror::Error)]
pub enum OwnPlateError {
    #[error(transparent)]
    Plate(#[from] PlateError),
    #[error("unknown plate colour")]
    Color,
    #[error("{MAX_PLATES} plates are registered already")]
    TooMany,
    #[error("this person has registered this plate already")]
    Taken,
    #[error("this person has no such plate")]
    NoSuchPlate,
    #[error("plates could not be read or written")]
    Store(#[from] StoreError),
}

impl From<SealError> for OwnPlateError {
    fn from(error: SealError) -> Self {
        Self::Store(error.into())
    }
}

pub async fn list(context: &ServerContext, caller: &PersonCaller) -> Result<OwnPlates, OwnPlateError> {
    let mut tx = context.store.begin_read().await?;
    Ok(OwnPlates { plates: of(&context.keys, &mut tx, caller.person).await? })
}

/// A person's plates, the oldest first.
pub(super) async fn of(
    keys: &SealingKeyring,
    tx: &mut Tx,
    person: PersonId,
) -> Result<Vec<OwnPlate>, StoreError> {
    let own = |vehicle: person::RegisteredVehicle| -> Result<OwnPlate, SealError> {
        let plate = keys.open(SealPurpose::Plate, &vehicle.plate_enc)?;
        Ok(OwnPlate { id: vehicle.id, plate, plate_color: vehicle.plate_color })
    };
    let vehicles = person::vehicles(tx, person).await?;
    Ok(vehicles.into_iter().map(own).collect::<Result<_, _>>()?)
}

pub async fn add(app: &App, caller: &PersonCaller, asked: &NewPlate) -> Result<OwnPlate, OwnPlateError> {
    let (plate, now) = (Plate::parse(&asked.plate)?, app.now());
    if asked.plate_color == Some(PlateColor::Other) {
        return Err(OwnPlateError::Color);
    }
    let sealed = app.keys.sealed(SealPurpose::Plate, plate.as_str())?;
    let id = VehicleId::from(Uuid::now_v7());
    let mut tx = app.store.begin().await?;
    person::lock(&mut tx, caller.person).await?;
    let count = person::vehicles(&mut tx, caller.person).await?.len();
    if !person::insert_vehicle(&mut tx, id, caller.person, &sealed, asked.plate_color, now).await? {
        return Err(OwnPlateError::Taken);
    }
    if i64::try_from(count).is_ok_and(|count| count >= MAX_PLATES) {
        return Err(OwnPlateError::TooMany);
    }
    record(&mut tx, now, caller.actor(), AuditAction::PlateAdd(id), "").await?;
    tx.commit().await?;
    app.read_cache.standings.invalidate(&caller.person);
    Ok(OwnPlate { id, plate: plate.as_str().to_owned(), plate_color: asked.plate_color })
}

pub async fn remove(app: &App, caller: &PersonCaller, id: VehicleId) -> Result<(), OwnPlateError> {
    let now = app.now();
    let mut tx = app.store.begin().await?;
    if !person::delete_vehicle(&mut tx, id, caller.person).await? {
        return Err(OwnPlateError::NoSuchPlate);
    }
    record(&mut tx, now, caller.actor(), AuditAction::PlateRemove(id), "").await?;
    tx.commit().await?;
    app.read_cache.standings.invalidate(&caller.person);
    Ok(())
}
