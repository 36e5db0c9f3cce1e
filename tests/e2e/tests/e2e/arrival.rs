//! The main job: a car comes in, and everyone concerned is notified.

mod counts;
mod people;
mod refused;
mod resume;
use counts::{a_repeated_event_counts_once, the_open_spaces_move_by_one_and_back};
use e2e::district::DistrictKind;
use people::{a_car_of_two_children_tells_both_teachers, a_car_that_comes_in_is_on_the_teachers_phone};
use people::{a_claim_by_hand_is_confirmed, a_hand_over_is_seen_by_everybody, another_class_is_out_of_reach};
use refused::{an_unknown_plate_is_turned_away, an_unread_plate_waits_for_a_person};
use resume::a_phone_that_was_away_misses_nothing;

e2e::both_forms!(shared(super::DistrictKind::Demo):
    a_car_that_comes_in_is_on_the_teachers_phone,
    a_car_of_two_children_tells_both_teachers,
    a_hand_over_is_seen_by_everybody,
    a_claim_by_hand_is_confirmed,
    another_class_is_out_of_reach,
    the_open_spaces_move_by_one_and_back,
    a_repeated_event_counts_once,
    an_unknown_plate_is_turned_away,
    an_unread_plate_waits_for_a_person,
    a_phone_that_was_away_misses_nothing,
);
