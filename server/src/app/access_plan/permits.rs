//! Plates that may come in without a reservation: permits, and guardians of the schools that use the garage.
//!
//! Where pickup is staggered by class, a plate belongs to the groups of its children's classes. The plan carries
//! numbers of classes only; the mapping from number to class stays on the server.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::access::{Audience, ClassNumbers, PermitColors};
use domain::ids::{ClassId, GarageId};
use domain::plate::Plate;
use domain::vehicle::PlateColor;
use ring::digest;
use store::garage::PermittedPlate;
use store::seal::{SealPurpose, SealingKeyring};
use store::{StoreError, Tx, garage};

pub(super) type PermitsDigest = [u8; 32];

/// Permit rows as stored, sealed.
pub(super) struct PermitRows {
    permitted: Vec<PermittedPlate>,
    pub reservations: BTreeMap<String, PlateColor>,
    classes: Vec<(Vec<u8>, ClassId)>,
}

#[derive(Debug)]
pub(super) struct PlatePermits {
    pub audiences: HashMap<Plate, BTreeSet<Audience>>,
    pub colors: PermitColors,
    classes: HashMap<Plate, BTreeSet<ClassId>>,
}

impl PermitRows {
    pub(super) async fn read(tx: &mut Tx, garage: &GarageId) -> Result<Self, StoreError> {
        Ok(Self {
            permitted: garage::permitted_plates(tx, garage).await?,
            reservations: garage::reservation_colors(tx, garage).await?,
            classes: garage::plates_by_staggered_school(tx, garage).await?,
        })
    }

    /// Digest of the rows. A different order gives a different digest, which costs a rebuild and never yields a wrong
    /// plan.
    pub(super) fn digest(&self) -> PermitsDigest {
        let mut context = digest::Context::new(&digest::SHA256);
        for permitted in &self.permitted {
            context.update(&permitted.plate_enc);
            context.update(&[permitted.audience as u8, permitted.color.map_or(u8::MAX, |color| color as u8)]);
        }
        for (reservation, color) in &self.reservations {
            context.update(reservation.as_bytes());
            context.update(&[*color as u8]);
        }
        for (plate, class) in &self.classes {
            context.update(plate);
            context.update(class.as_str().as_bytes());
            context.update(&[0]);
        }
        context.finish().as_ref().try_into().unwrap_or_default()
    }

    pub(super) fn open(&self, keys: &SealingKeyring) -> Result<PlatePermits, StoreError> {
        let mut permits =
            PlatePermits { audiences: HashMap::new(), colors: PermitColors::new(), classes: HashMap::new() };
        let mut of_any_color = BTreeSet::new();
        for permitted in &self.permitted {
            let (plate, audience) = (opened(keys, &permitted.plate_enc)?, permitted.audience);
            permits.audiences.entry(plate.clone()).or_default().insert(audience);
            match permitted.color.filter(|color| *color != PlateColor::Other) {
                Some(color) => {
                    let colors = permits.colors.entry(plate).or_default();
                    colors.entry(audience).or_default().insert(color);
                }
                None => {
                    of_any_color.insert((plate, audience));
                }
            }
        }
        // A permit for every colour makes the restriction to one colour void.
        for (plate, audience) in of_any_color {
            if let Some(colors) = permits.colors.get_mut(&plate) {
                colors.remove(&audience);
            }
        }
        permits.colors.retain(|_, colors| !colors.is_empty());
        for (plate, class) in &self.classes {
            permits.classes.entry(opened(keys, plate)?).or_default().insert(class.clone());
        }
        Ok(permits)
    }
}

impl PlatePermits {
    /// Groups of the plates that have a class with a time of its own.
    pub(super) fn groups(&self, numbers: &ClassNumbers) -> BTreeMap<Plate, BTreeSet<u16>> {
        let of_plate = self.classes.iter();
        of_plate.filter_map(|(plate, classes)| Some((plate.clone(), numbers.groups_of(classes)?))).collect()
    }
}

pub(super) fn opened(keys: &SealingKeyring, plate: &[u8]) -> Result<Plate, StoreError> {
    let text = keys.open(SealPurpose::Plate, plate)?;
    Plate::parse(&text).map_err(|_| StoreError::Corrupt { column: "plate_enc" })
}
