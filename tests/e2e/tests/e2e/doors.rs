//! Every interface refuses what it must, returns the reason, and stays intact.

mod http;
mod logs;
mod mqtt;
mod tokens;

use e2e::district::DistrictKind;
use http::{
    a_malformed_body_is_told_its_field, a_malformed_id_is_not_found_by_either_process,
    picking_a_person_is_the_demos_alone,
};
use logs::no_log_has_a_childs_name_or_a_secret;
use mqtt::{
    a_controller_has_its_own_topics_only, a_wrong_password_is_refused, garbage_becomes_a_dead_letter,
};
use tokens::{a_gateways_token_opens_its_garage_only, the_service_token_alone_reads_no_class};

e2e::both_forms!(shared(super::DistrictKind::Demo):
    a_wrong_password_is_refused,
    a_controller_has_its_own_topics_only,
    garbage_becomes_a_dead_letter,
    a_gateways_token_opens_its_garage_only,
    the_service_token_alone_reads_no_class,
    picking_a_person_is_the_demos_alone,
    a_malformed_body_is_told_its_field,
    a_malformed_id_is_not_found_by_either_process,
    no_log_has_a_childs_name_or_a_secret,
);
