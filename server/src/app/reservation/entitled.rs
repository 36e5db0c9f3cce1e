//! Whether a person may reserve as an audience: as the public with an own plate; as a parent in the windows of the
//! children's classes; as staff or resident with a plate that has the permit.

use domain::access::Audience;
use domain::allocation::layout::PlateKey;
use domain::allocation::refusal::ReservationRefusal;
use domain::ids::{GarageId, PoolId};
use domain::minute::MinuteSpan;
use domain::shared_window::check_class_time;

use super::{ReservationError, openings};
use crate::app::App;
use crate::app::standing::PersonEntitlements;

/// Checks that the plate is the person's own and that the person may reserve as this audience at this garage.
pub(super) fn check(
    standing: &PersonEntitlements,
    garage: &GarageId,
    audience: Audience,
    plate: &PlateKey,
) -> Result<(), ReservationError> {
    if !standing.owns(plate) {
        return Err(ReservationError::NotYourPlate);
    }
    if !standing.may_bring(garage, audience, plate) {
        return Err(ReservationError::NotEntitled);
    }
    Ok(())
}

/// Checks that a parent's stay lies in the part of the window for a class of an own child. Other audiences have no
/// parts.
pub(super) async fn check_times(
    app: &App,
    standing: &PersonEntitlements,
    garage: &GarageId,
    asked: (Audience, Option<&PoolId>),
    span: MinuteSpan,
) -> Result<(), ReservationError> {
    let refused = times_refused(app, standing, garage, asked, &[span]).await?;
    refused.into_iter().flatten().next().map_or(Ok(()), |refusal| Err(refusal.into()))
}

/// The refusal of each of several stays, if any.
pub(super) async fn times_refused(
    app: &App,
    standing: &PersonEntitlements,
    garage: &GarageId,
    (audience, pool): (Audience, Option<&PoolId>),
    spans: &[MinuteSpan],
) -> Result<Vec<Option<ReservationRefusal>>, ReservationError> {
    if audience != Audience::Pickup {
        return Ok(vec![None; spans.len()]);
    }
    let (classes, hours) = (standing.classes_at(garage), openings::of(app, garage).await?);
    Ok(spans.iter().map(|span| check_class_time(&hours.open, &classes, pool, *span).err()).collect())
}
