//! Arrival times: in bunches, as traffic lights let cars go, densest somewhat before the middle.

use std::time::Duration;

use rand::Rng;

/// Cars that one green light lets through at most.
const BUNCH: usize = 6;

/// `count` instants in `0..=over`, in order.
pub(super) fn bunched(count: usize, over: Duration, rng: &mut impl Rng) -> Vec<Duration> {
    let mut times = Vec::with_capacity(count);
    while times.len() < count {
        let size = rng.random_range(1..=BUNCH).min(count - times.len());
        let mut at = over.mul_f64(centre(rng));
        for _ in 0..size {
            times.push(at.min(over));
            at += Duration::from_secs_f64(rng.random_range(0.4..1.6));
        }
    }
    times.sort_unstable();
    times
}

/// A fraction of the whole time; the mean of two draws makes a hill, the square leans it to the front.
fn centre(rng: &mut impl Rng) -> f64 {
    let hill: f64 = f64::midpoint(rng.random(), rng.random());
    hill.powf(1.2)
}

/// A pause with the given mean, as between independent cars; five times that at most.
pub(super) fn exponential(mean: Duration, rng: &mut impl Rng) -> Duration {
    let uniform: f64 = rng.random_range(f64::EPSILON..1.0);
    mean.mul_f64((-uniform.ln()).min(5.0))
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    #[test]
    fn all_cars_come_in_time_and_in_bunches() {
        let over = Duration::from_secs(100);
        let times = bunched(90, over, &mut StdRng::seed_from_u64(1));
        assert_eq!(times.len(), 90);
        assert!(times.is_sorted());
        assert!(times.iter().all(|t| *t <= over));
        let close =
            times.iter().zip(times.iter().skip(1)).filter(|(a, b)| **b - **a < Duration::from_secs(1));
        assert!(close.count() > 30);
        assert_eq!(times, bunched(90, over, &mut StdRng::seed_from_u64(1)));
    }
}
