//! Expected plates that resemble a doubtful reading. A person chooses from them; a candidate never opens a barrier.

use super::Audience;
use super::plan::AccessPlan;
use crate::plate::Plate;
use crate::plate_likeness::difference;
use crate::time::Timestamp;

/// A plate that is expected today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlateCandidate {
    pub plate: Plate,
    pub audience: Audience,
    /// Start of its reservation; absent for a plate with a permit only.
    pub reserved_from: Option<Timestamp>,
    /// Distance from the reading, as [`difference`] returns it.
    pub difference: u32,
}

/// Sorted by distance from the reading; at equal distance a reservation comes before a permit.
pub fn candidates(plan: &AccessPlan, reading: &Plate, at: Timestamp) -> Vec<PlateCandidate> {
    let mut found: Vec<PlateCandidate> =
        reserved(plan, reading, at).chain(permitted(plan, reading, at)).collect();
    found.sort_by(|a, b| {
        let rank = |it: &PlateCandidate| (it.difference, it.reserved_from.is_none(), it.audience);
        rank(a).cmp(&rank(b)).then_with(|| a.plate.cmp(&b.plate))
    });
    let mut seen = std::collections::HashSet::new();
    found.retain(|candidate| seen.insert(candidate.plate.clone()));
    found
}

fn reserved(plan: &AccessPlan, reading: &Plate, at: Timestamp) -> impl Iterator<Item = PlateCandidate> {
    let today = move |from: Timestamp| from <= at || from.local_date() == at.local_date();
    let expected =
        plan.sharing.reservations.iter().filter(move |r| at < r.enter_until && today(r.enter_from));
    expected.filter_map(move |reservation| {
        let plate = reservation.plate.as_ref()?;
        Some(PlateCandidate {
            plate: plate.clone(),
            audience: reservation.audience,
            reserved_from: Some(reservation.from),
            difference: difference(reading, plate)?,
        })
    })
}

fn permitted(plan: &AccessPlan, reading: &Plate, at: Timestamp) -> impl Iterator<Item = PlateCandidate> {
    let today = move |from: Timestamp| from <= at || from.local_date() == at.local_date();
    let open: Vec<Audience> = plan
        .openings
        .iter()
        .filter(|opening| at < opening.to && today(opening.from))
        .map(|opening| opening.audience)
        .collect();
    plan.permits.iter().filter_map(move |(plate, audiences)| {
        let audience = audiences.iter().find(|audience| open.contains(audience))?;
        Some(PlateCandidate {
            plate: plate.clone(),
            audience: *audience,
            reserved_from: None,
            difference: difference(reading, plate)?,
        })
    })
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeSet, HashMap};

    use super::super::plan::{PlannedOpening, PlannedReservation, SharingPlan};
    use super::*;
    use crate::ids::{PoolId, ReservationId};

    fn plate(text: &str) -> Plate {
        Plate::parse(text).unwrap()
    }

    fn hour(hour: i64) -> Timestamp {
        // 00:00 in China is 16:00 of the day before in UTC.
        Timestamp::from_micros((hour - 8) * 3_600_000_000)
    }

    fn plan() -> AccessPlan {
        let permits =
            [("鲁B12345", Audience::Pickup), ("鲁B12346", Audience::Staff), ("鲁B99999", Audience::Pickup)];
        let reservation = PlannedReservation {
            id: ReservationId::nil(),
            plate: Some(plate("鲁B1234S")),
            plate_color: None,
            audience: Audience::Public,
            pool: PoolId::parse("main").unwrap(),
            from: hour(18),
            to: hour(20),
            enter_from: hour(17),
            enter_until: hour(19),
        };
        AccessPlan {
            capacity: 10,
            openings: vec![
                PlannedOpening::new(Audience::Pickup, hour(15), hour(17)),
                PlannedOpening::new(Audience::Staff, hour(31), hour(41)),
            ],
            permits: permits
                .map(|(text, audience)| (plate(text), BTreeSet::from([audience])))
                .into_iter()
                .collect::<HashMap<_, _>>(),
            colors: Default::default(),
            valid_until: hour(48),
            standing: None,
            sharing: SharingPlan { reservations: vec![reservation], ..SharingPlan::default() },
        }
    }

    fn found(reading: &str, at: Timestamp) -> Vec<String> {
        candidates(&plan(), &plate(reading), at).into_iter().map(|found| found.plate.to_string()).collect()
    }

    #[test]
    fn only_who_is_expected_today_is_a_candidate_and_the_nearest_comes_first() {
        assert_eq!(found("鲁B12345", hour(14)), ["鲁B12345", "鲁B1234S"]);
        assert_eq!(found("鲁B1234S", hour(14)), ["鲁B1234S", "鲁B12345"]);
        assert_eq!(found("鲁B12345", hour(17)), ["鲁B1234S"], "pickup is over");
        assert_eq!(found("鲁B12345", hour(19)), Vec::<String>::new());
        assert_eq!(found("沪A88888", hour(14)), Vec::<String>::new());
        assert_eq!(found("鲁B12346", hour(32)), ["鲁B12346"], "tomorrow the staff is");
    }
}
