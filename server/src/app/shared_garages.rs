//! Garages with spaces to reserve.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::access::Audience;
use domain::allocation::AllocationBook;
use domain::ids::GarageId;
use domain::time::Timestamp;
use protocol::reservation::query::SharedGaragesQuery;
use protocol::reservation::{SharedGarage, SharedGarages};

use super::reservation::ReservationError;
use super::session::PersonCaller;
use super::{App, allocation, directory, public_sites, standing};
use store::garage::StoredGarage;

/// Audiences with bookable windows, by garage.
pub type BookableGarages = Vec<(GarageId, BTreeSet<Audience>)>;

/// Garages at which the caller may reserve as any audience, or as the requested one.
pub async fn list(
    app: &App,
    caller: &PersonCaller,
    asked: &SharedGaragesQuery,
) -> Result<SharedGarages, ReservationError> {
    let standing = standing::of(app, caller).await?;
    let (directory, bookable) = (directory::read(app).await?, bookable(app).await?);
    let sites = public_sites::snapshot(app).await?;
    let mut garages = Vec::new();
    for (id, audiences) in bookable.iter() {
        let mine: Vec<Audience> = audiences
            .iter()
            .copied()
            .filter(|audience| asked.audience.is_none_or(|wanted| wanted == *audience))
            .filter(|audience| standing.may_look(id, *audience))
            .collect();
        if let Some(garage) = directory.get(id).filter(|_| !mine.is_empty()) {
            let site = sites.sites.iter().find(|site| site.site.id == garage.number);
            garages.push(shared(garage, mine, site.and_then(|site| site.site.realtime_free_capacity)));
        }
    }
    Ok(SharedGarages { garages })
}

fn shared(garage: &StoredGarage, audiences: Vec<Audience>, open: Option<u32>) -> SharedGarage {
    SharedGarage {
        id: garage.id.clone(),
        name: garage.name.clone(),
        name_en: garage.name_en.clone(),
        address: garage.address.clone(),
        lat: directory::degrees(garage.lat_e6),
        lon: directory::degrees(garage.lon_e6),
        audiences,
        open,
    }
}

/// The same for every caller, so it is cached for some seconds.
async fn bookable(app: &App) -> Result<Arc<BookableGarages>, ReservationError> {
    let known = &app.read_cache.bookable;
    if let Some(bookable) = known.get(&()) {
        return Ok(bookable);
    }
    let began = known.begin_read();
    let mut found = BookableGarages::new();
    for garage in &directory::read(app).await?.garages {
        let now = app.now();
        match allocation::read(app, &garage.id, |book| audiences(book, now)).await {
            Ok(audiences) => found.push((garage.id.clone(), audiences)),
            Err(allocation::AllocationError::NoSuchGarage) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let bookable = Arc::new(found);
    known.put(began, (), Arc::clone(&bookable));
    Ok(bookable)
}

fn audiences(book: &AllocationBook, now: Timestamp) -> BTreeSet<Audience> {
    let openings = book.layout().openings.iter();
    let ahead = openings.filter(|opening| opening.terms.bookable && opening.span.until().timestamp() > now);
    ahead.map(|opening| opening.audience).collect()
}
