//! The order in which cars change arrivals: in sequence, with as many changes as possible in one statement.

use super::arrivals::PickupReading;
use super::movement::MovedCar;
use super::reread::RereadCar;
use domain::occupancy::LaneDirection;

/// Most children in one statement: with 23 columns each it stays far below the databases' limits of values.
const WAVE: usize = 500;

/// Steps that do not depend on each other; the waves are in the order of the passages.
pub(super) enum ArrivalWave<'a> {
    /// Each child occurs once.
    Read(Vec<&'a PickupReading<'a>>),
    /// Cars that have passed the entry after their reading.
    Entered(Vec<&'a MovedCar<'a>>),
    Left(Vec<&'a MovedCar<'a>>),
    /// A car with two readings.
    Reread(&'a RereadCar<'a>),
}

enum ArrivalStep<'a> {
    Read(&'a PickupReading<'a>),
    Moved(&'a MovedCar<'a>),
    Reread(&'a RereadCar<'a>),
}

/// Groups the changes into waves. Within one transaction a car may leave and come back, and two cars may come for one
/// child. Priority records come last.
pub(super) fn waves<'a>(
    readings: &'a [PickupReading<'a>],
    moved: &'a [MovedCar<'a>],
    rereads: &'a [RereadCar<'a>],
) -> Vec<ArrivalWave<'a>> {
    let mut steps: Vec<(usize, u8, ArrivalStep<'a>)> = Vec::new();
    steps.extend(readings.iter().map(|it| (it.index.unwrap_or(usize::MAX), 0, ArrivalStep::Read(it))));
    steps.extend(rereads.iter().map(|it| (it.index, 1, ArrivalStep::Reread(it))));
    let moved = moved.iter().filter(|it| it.direction == LaneDirection::Out || !it.by_reading);
    steps.extend(moved.map(|it| (it.index, 2, ArrivalStep::Moved(it))));
    // The sort is stable: the children of one car stay in their order.
    steps.sort_by_key(|(index, rank, _)| (*index, *rank));
    let mut waves = Vec::new();
    for (_, _, step) in steps {
        push(&mut waves, step);
    }
    waves
}

fn push<'a>(waves: &mut Vec<ArrivalWave<'a>>, step: ArrivalStep<'a>) {
    match (waves.last_mut(), step) {
        (Some(ArrivalWave::Read(wave)), ArrivalStep::Read(reading))
            if wave.len() < WAVE && wave.iter().all(|other| other.child.pupil != reading.child.pupil) =>
        {
            wave.push(reading);
        }
        (_, ArrivalStep::Read(reading)) => waves.push(ArrivalWave::Read(vec![reading])),
        (Some(ArrivalWave::Entered(wave)), ArrivalStep::Moved(car)) if car.direction == LaneDirection::In => {
            wave.push(car);
        }
        (Some(ArrivalWave::Left(wave)), ArrivalStep::Moved(car)) if car.direction == LaneDirection::Out => {
            wave.push(car);
        }
        (_, ArrivalStep::Moved(car)) => waves.push(match car.direction {
            LaneDirection::In => ArrivalWave::Entered(vec![car]),
            LaneDirection::Out => ArrivalWave::Left(vec![car]),
        }),
        (_, ArrivalStep::Reread(car)) => waves.push(ArrivalWave::Reread(car)),
    }
}
