//! Stream parts of a simulated camera, each with its boundary line and headers.

use domain::time::Timestamp;

pub const CONTENT_TYPE: &str = "multipart/x-mixed-replace; boundary=myboundary";

/// A reading in the format of the maker's manual.
pub fn reading(number: u64, plate: Option<&str>, confidence: u8, at: Timestamp) -> Vec<u8> {
    let (plate, seconds, millis) =
        (plate.unwrap_or(""), at.micros().div_euclid(1_000_000), at.micros().rem_euclid(1_000_000) / 1_000);
    let text = format!(
        "Events[0].Channel=0\r\nEvents[0].EventBaseInfo.Code=TrafficJunction\r\nEvents[0].EventBaseInfo.Action=Pulse\r\nEvents[0].EventBaseInfo.Index=0\r\n\
         Events[0].GroupID={number}\r\nEvents[0].JunctionDirection=Obverse\r\nEvents[0].Lane=1\r\nEvents[0].Object.Confidence={confidence}\r\n\
         Events[0].Object.ObjectType=Plate\r\nEvents[0].Object.Text={plate}\r\nEvents[0].RealUTC={seconds}\r\nEvents[0].TrafficCar.PlateColor=Blue\r\n\
         Events[0].TrafficCar.PlateNumber={plate}\r\nEvents[0].UTCMS={millis}\r\n"
    );
    part("text/plain", text.as_bytes())
}

pub fn picture() -> Vec<u8> {
    part("image/jpeg", b"\xff\xd8\xff\xe0--myboundary\r\n\xff\xd9")
}

pub fn heartbeat() -> Vec<u8> {
    part("text/plain", b"Heartbeat")
}

fn part(content_type: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes =
        format!("--myboundary\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\r\n", body.len())
            .into_bytes();
    bytes.extend_from_slice(body);
    bytes.extend_from_slice(b"\r\n");
    bytes
}
