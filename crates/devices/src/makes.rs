//! The makes of devices that a lane may have.

use domain::ids::MakeId;

use crate::make::DeviceMake;

/// All makes except the native protocol.
pub static MAKES: &[&dyn DeviceMake] = &[
    &crate::zhenshi::ZhenshiPushCamera,
    &crate::zhenshi::ZhenshiBrokerCamera,
    &crate::hikvision::HikvisionCamera,
    &crate::dahua::DahuaCamera,
    &crate::huaxia::HuaxiaCamera,
    &crate::huaxia_mode2::HuaxiaModeTwoMake,
    &crate::huaxia_mqtt::HuaxiaMqttMake,
    &crate::qianlima_mqtt::QianlimaMqttMake,
    &crate::hikvision_stream::HikvisionStreamMake,
    &crate::dahua_stream::DahuaStreamMake,
    &crate::frigate::FrigateMake,
];

/// The make with this id.
pub fn find(id: &str) -> Option<&'static dyn DeviceMake> {
    MAKES.iter().copied().find(|make| make.id() == id)
}

/// The wire id of a make of the table.
pub fn make_id(make: &dyn DeviceMake) -> MakeId {
    // A test checks that every id of the table parses.
    MakeId::parse(make.id()).unwrap_or_default()
}
