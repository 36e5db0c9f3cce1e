//! The open request and its response.

use crate::unknown::excerpt;

/// Requests a pulse at the channel's output.
pub(super) fn request(channel: u32) -> (&'static str, String, String) {
    let path = format!(
        "/cgi-bin/trafficSnap.cgi?action=openStrobe&channel={channel}&info.openType=Normal&info.plateNumber="
    );
    ("GET", path, String::new())
}

/// The camera responds `OK` or `Error`, both with a success status.
pub(super) fn confirm(body: &[u8]) -> Result<(), String> {
    let text = crate::text::decode(body, None).text;
    let text = text.trim();
    let word: String = text.chars().take_while(char::is_ascii_alphabetic).collect();
    if text.is_empty() || word.eq_ignore_ascii_case("ok") { Ok(()) } else { Err(excerpt(text)) }
}
