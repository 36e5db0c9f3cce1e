//! A purged reservation loses its person; the reservation itself stays.

use std::time::Duration;

use domain::allocation::entry::EntryPhase;
use server::app::purge::purge;
use store::reservation::ReservationCreator;

use crate::allocation::place::{AllocationFixture, span};

const DAY: Duration = Duration::from_secs(24 * 3600);

contract!(finished_reservations_lose_their_person_and_plate, |f| async {
    let place = AllocationFixture::open(f, 2).await;
    let gone = place.reserve(0, "a", span("16:00", "17:00")).await;
    place.settle_at("18:00").await;
    assert_eq!(place.notices(0).await.len(), 1);
    f.clock.advance(DAY * 29);
    purge(&place.app).await.unwrap();
    assert_eq!(place.stored(gone.entry.id).await.entry.person, Some(place.people[0]));
    f.clock.advance(DAY * 2);
    purge(&place.app).await.unwrap();
    let left = place.stored(gone.entry.id).await;
    assert_eq!((left.entry.phase(), left.entry.person, &left.entry.plate), (EntryPhase::NoShow, None, &None));
    assert_eq!((left.details.made_by, left.details.plate_enc), (ReservationCreator::Forgotten, None));
    assert!(place.notices(0).await.is_empty());
});
