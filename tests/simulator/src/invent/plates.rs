//! Number plates of Qingdao that are valid by form and invented.

use std::collections::HashSet;

use domain::plate::Plate;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// Serials have no I and no O.
const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ";

/// One new car in four is a new-energy one, with eight characters.
const NEW_ENERGY: f64 = 0.25;

/// An endless list of plates, each once.
#[derive(Debug)]
pub struct PlateGenerator {
    rng: StdRng,
    given: HashSet<Plate>,
}

impl PlateGenerator {
    pub fn new(seed: u64) -> Self {
        Self { rng: StdRng::seed_from_u64(seed), given: HashSet::new() }
    }

    /// The next plate. There are some 27 million of these forms; a program needs thousands.
    pub fn invent(&mut self) -> Plate {
        loop {
            if let Ok(plate) = Plate::parse(&self.text())
                && self.given.insert(plate.clone())
            {
                return plate;
            }
        }
    }

    /// The next `count` plates.
    pub fn take(&mut self, count: usize) -> Vec<Plate> {
        (0..count).map(|_| self.invent()).collect()
    }

    fn text(&mut self) -> String {
        let area = if self.rng.random_bool(0.75) { 'B' } else { 'U' };
        let number = self.rng.random_range(0..10_000);
        if self.rng.random_bool(NEW_ENERGY) {
            let energy = if self.rng.random_bool(0.8) { 'D' } else { 'F' };
            return format!("鲁{area}{energy}{}{number:04}", self.letter());
        }
        match self.rng.random_range(0..3) {
            0 => format!("鲁{area}{number:04}{}", self.letter()),
            1 => format!("鲁{area}{}{number:04}", self.letter()),
            _ => format!("鲁{area}{:03}{}{}", number % 1_000, self.letter(), self.letter()),
        }
    }

    fn letter(&mut self) -> char {
        let place = self.rng.random_range(0..LETTERS.len());
        LETTERS.get(place).map_or('A', |&letter| char::from(letter))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plates_are_valid_unique_and_some_are_of_new_energy() {
        let plates = PlateGenerator::new(1).take(10_000);
        let unique: HashSet<&Plate> = plates.iter().collect();
        assert_eq!(unique.len(), plates.len());
        let long = plates.iter().filter(|p| p.as_str().chars().count() == 8).count();
        assert!((2_000..3_000).contains(&long), "{long}");
        assert!(plates.iter().all(|p| p.as_str().starts_with("鲁B") || p.as_str().starts_with("鲁U")));
    }
}
