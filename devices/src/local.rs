//! Times that devices write as a garage's clock shows them, with or without a zone.

use chrono::NaiveDateTime;
use domain::time::Timestamp;

/// With a zone as that says, without one as local time; to the millisecond, if there are any.
pub(crate) fn time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(at) = Timestamp::parse(text) {
        return Some(at);
    }
    let local = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f"];
    let local = local.iter().find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())?;
    Some(Timestamp::from_local(local))
}
