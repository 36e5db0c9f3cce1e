//! The open request and its response.

use crate::make::InboundMessage;
use crate::unknown::excerpt;

pub(super) fn request(channel: u32) -> (&'static str, String, String) {
    let path = format!("/ISAPI/Parking/channels/{channel}/barrierGate");
    ("PUT", path, "<BarrierGate><ctrlMode>open</ctrlMode></BarrierGate>".to_owned())
}

/// `ResponseStatus`: a success status with another code than 1 (0 in old firmware) is a failure.
pub(super) fn confirm(body: &[u8]) -> Result<(), String> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(());
    }
    let response = crate::body::MessageBody::parse(&InboundMessage {
        address: "",
        method: "PUT",
        content_type: None,
        body,
        is_truncated: false,
        received_at: domain::time::Timestamp::from_micros(0),
        arrival: "",
    });
    let code = response.fields.find_number("statusCode");
    let text = response.fields.find_text(&["statusString"]);
    let is_ok = text.as_deref().map(|text| text.eq_ignore_ascii_case("ok"));
    match (code, is_ok) {
        (Some(0 | 1), None | Some(true)) | (None, Some(true)) => Ok(()),
        (None, None) => {
            Err(format!("a response without `statusCode`: {}", excerpt(&String::from_utf8_lossy(body))))
        }
        _ => {
            let detail = response.fields.find_text(&["subStatusCode", "errorMsg"]).unwrap_or_default();
            let code = code.map_or_else(|| "-".to_owned(), |code| code.to_string());
            Err(excerpt(&format!("statusCode {code}, {} {detail}", text.unwrap_or_default())))
        }
    }
}
