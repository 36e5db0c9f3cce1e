//! Parts die and come back. An event that a controller saw acknowledged stays stored, once; any other is sent again.

mod away;
mod back;
mod school;

use back::{a_phone_resumes_after_its_process_died, a_process_killed_under_load_loses_nothing};
use back::{a_second_start_continues_where_the_first_ended, a_stop_in_the_middle_loses_nothing};
use e2e::system::{SystemForm, SystemPart};

e2e::both_forms!(alone:
    a_process_killed_under_load_loses_nothing,
    a_phone_resumes_after_its_process_died,
    a_second_start_continues_where_the_first_ended,
    a_stop_in_the_middle_loses_nothing,
);

#[test]
fn gates_open_and_acknowledge_while_the_server_is_away() {
    e2e::run(away::cars_come_while_away(SystemPart::Server));
}

#[test]
fn gates_open_and_acknowledge_while_the_database_is_away() {
    e2e::run(away::cars_come_while_away(SystemPart::Database));
}

#[test]
fn a_broker_that_dies_loses_nothing() {
    e2e::run(back::killed_under_load(SystemForm::Separate, SystemPart::Broker));
}
