//! Distance between a doubtful reading and a plate, weighted by the usual errors of cameras.

use crate::plate::Plate;

/// Largest distance at which a reading may be of the plate.
pub const MOST: u32 = 3;

/// Cost of a confusion that is usual for cameras; `OTHER` is the cost of any other difference.
const CONFUSED: u32 = 1;
const OTHER: u32 = 2;

/// Characters that look alike on a dirty plate. `I` and `O` are digits already.
const ALIKE: [&str; 7] = ["8B3", "0DQ", "2Z", "5S", "1LT", "6G", "VYU"];

/// The least cost of errors that turn `plate` into `reading`: 0 if they are equal, absent if it exceeds [`MOST`].
pub fn difference(reading: &Plate, plate: &Plate) -> Option<u32> {
    let (reading, plate): (Vec<char>, Vec<char>) =
        (reading.as_str().chars().collect(), plate.as_str().chars().collect());
    let mut above: Vec<u32> = (0..).step_by(OTHER as usize).take(plate.len() + 1).collect();
    for (row, read) in reading.iter().enumerate() {
        let mut least = vec![above.first().map_or(0, |cost| cost + OTHER)];
        for (column, stands) in plate.iter().enumerate() {
            let cost =
                |costs: &[u32], at: usize, more: u32| costs.get(at).map_or(u32::MAX, |cost| cost + more);
            let other = cost(&above, column, swapped(*read, *stands, row == 0 && column == 0));
            let missing = cost(&above, column + 1, OTHER);
            let extra = cost(&least, column, OTHER);
            least.push(other.min(missing).min(extra));
        }
        above = least;
    }
    above.last().copied().filter(|cost| *cost <= MOST)
}

/// Cost of reading `read` instead of `stands`. Any two provinces count as a usual confusion: their characters are the
/// hardest to read.
fn swapped(read: char, stands: char, is_province: bool) -> u32 {
    let alike = || ALIKE.iter().any(|group| group.contains(read) && group.contains(stands));
    match read == stands {
        true => 0,
        false if is_province && !read.is_ascii() && !stands.is_ascii() => CONFUSED,
        false if alike() => CONFUSED,
        false => OTHER,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn between(reading: &str, plate: &str) -> Option<u32> {
        difference(&Plate::parse(reading).unwrap(), &Plate::parse(plate).unwrap())
    }

    #[test]
    fn what_cameras_confuse_is_near_and_the_rest_is_not() {
        assert_eq!(between("鲁B12345", "鲁B12345"), Some(0));
        assert_eq!(between("鲁B8Z345", "鲁BB2345"), Some(2));
        assert_eq!(between("皖B12345", "鲁B12345"), Some(1));
        assert_eq!(between("鲁B12345", "鲁B12346"), Some(2));
        assert_eq!(between("鲁B12345", "鲁BD12345"), Some(2), "one too few");
        assert_eq!(between("鲁BD12345", "鲁B12345"), Some(2), "one too many");
        assert_eq!(between("皖BB2345", "鲁B82346"), None);
        assert_eq!(between("鲁B12345", "鲁B12467"), None);
        assert_eq!(between("鲁B12345", "沪A99999"), None);
    }

    proptest! {
        #[test]
        fn it_is_the_same_both_ways(a in "鲁[A-H][A-HJ-NP-Z0-9]{5}", b in "[鲁沪]B[A-HJ-NP-Z0-9]{5}") {
            let (a, b) = (Plate::parse(&a).unwrap(), Plate::parse(&b).unwrap());
            prop_assert_eq!(difference(&a, &b), difference(&b, &a));
            prop_assert_eq!(difference(&a, &b) == Some(0), a == b);
        }
    }
}
