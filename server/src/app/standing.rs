//! What a person may reserve with and for: own plates, children that are not blocked for it, permits of the plates.

use std::sync::Arc;

use domain::access::Audience;
use domain::allocation::layout::PlateKey;
use domain::ids::{ClassId, GarageId};
use uuid::Uuid;

use super::App;
use super::session::Caller;
use crate::store::{StoreError, person};

/// A person's plates, children and permits as they were a moment ago.
#[derive(Debug, Clone)]
pub struct Standing {
    pub person: Uuid,
    pub plates: Vec<PlateKey>,
    /// The garage of each child's school, and the child's class.
    pub children: Vec<(GarageId, ClassId)>,
    /// Of the person's plates.
    pub permits: Vec<(GarageId, PlateKey, Audience)>,
}

impl Standing {
    pub fn owns(&self, plate: &PlateKey) -> bool {
        self.plates.contains(plate)
    }

    /// Classes of the person's children whose parents come in here.
    pub fn classes_at(&self, garage: &GarageId) -> Vec<ClassId> {
        self.children.iter().filter(|(at, _)| at == garage).map(|(_, class)| class.clone()).collect()
    }

    /// Audiences as which the person may come to a garage with some own plate; without a plate none.
    pub fn audiences_at(&self, garage: &GarageId) -> Vec<Audience> {
        let all = [Audience::Pickup, Audience::Staff, Audience::Resident, Audience::Public];
        all.into_iter().filter(|audience| self.is_entitled(garage, *audience)).collect()
    }

    fn is_entitled(&self, garage: &GarageId, audience: Audience) -> bool {
        self.plates.iter().any(|plate| self.may_bring(garage, audience, plate))
    }

    /// Whether this plate is the person's own and may be reserved for as this audience.
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

/// Read at most every few seconds for one person.
pub async fn of(app: &App, caller: &Caller) -> Result<Arc<Standing>, StoreError> {
    let standings = &app.doors.standings;
    if let Some(known) = standings.get(&caller.person) {
        return Ok(known);
    }
    let began = standings.begin();
    let mut tx = app.store.begin_read().await?;
    let plates = person::plate_hashes(&mut tx, caller.person).await?;
    let children = person::children(&mut tx, caller.person).await?;
    let permits = person::permits(&mut tx, caller.person).await?;
    drop(tx);
    let standing = Arc::new(Standing {
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
