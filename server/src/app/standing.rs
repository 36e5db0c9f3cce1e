//! A person's rights to reserve: own plates, children without a custody block against the person, permits of the
//! plates.

use std::sync::Arc;

use domain::access::Audience;
use domain::allocation::layout::PlateKey;
use domain::ids::{ClassId, GarageId, PersonId};

use super::App;
use super::session::PersonCaller;
use store::{StoreError, person};

/// A person's plates, children and permits, cached.
#[derive(Debug, Clone)]
pub struct PersonEntitlements {
    pub person: PersonId,
    pub plates: Vec<PlateKey>,
    /// Garage of each child's school, and the child's class.
    pub children: Vec<(GarageId, ClassId)>,
    /// Permits of the person's plates.
    pub permits: Vec<(GarageId, PlateKey, Audience)>,
}

impl PersonEntitlements {
    pub fn owns(&self, plate: &PlateKey) -> bool {
        self.plates.contains(plate)
    }

    /// Classes of the person's children that are picked up here.
    pub fn classes_at(&self, garage: &GarageId) -> Vec<ClassId> {
        self.children.iter().filter(|(at, _)| at == garage).map(|(_, class)| class.clone()).collect()
    }

    /// Whether the person may see the availability for this audience: any person may as the public, and parents before
    /// they have a plate.
    pub fn may_look(&self, garage: &GarageId, audience: Audience) -> bool {
        match audience {
            Audience::Public => true,
            Audience::Pickup => self.children.iter().any(|(at, _)| at == garage),
            Audience::Staff | Audience::Resident => {
                self.permits.iter().any(|(at, _, permitted)| at == garage && *permitted == audience)
            }
        }
    }

    /// Whether this plate is the person's own and has the right to this audience.
    pub fn may_bring(&self, garage: &GarageId, audience: Audience, plate: &PlateKey) -> bool {
        self.owns(plate)
            && match audience {
                Audience::Public => true,
                Audience::Pickup => self.children.iter().any(|(at, _)| at == garage),
                Audience::Staff | Audience::Resident => {
                    self.permits.iter().any(|(at, of, as_)| at == garage && of == plate && *as_ == audience)
                }
            }
    }
}

/// Reads the database at most every few seconds for one person.
pub async fn of(app: &App, caller: &PersonCaller) -> Result<Arc<PersonEntitlements>, StoreError> {
    let standings = &app.read_cache.standings;
    if let Some(known) = standings.get(&caller.person) {
        return Ok(known);
    }
    let began = standings.begin_read();
    let mut tx = app.store.begin_read().await?;
    let plates = person::plate_hashes(&mut tx, caller.person).await?;
    let children = person::children(&mut tx, caller.person).await?;
    let permits = person::permits(&mut tx, caller.person).await?;
    drop(tx);
    let standing = Arc::new(PersonEntitlements {
        person: caller.person,
        plates: plates.into_iter().map(PlateKey).collect(),
        children: children.into_iter().map(|child| (child.garage, child.class)).collect(),
        permits: permits
            .into_iter()
            .map(|permit| (permit.garage, PlateKey(permit.plate_hash), permit.audience))
            .collect(),
    });
    standings.put(began, caller.person, Arc::clone(&standing));
    Ok(standing)
}
