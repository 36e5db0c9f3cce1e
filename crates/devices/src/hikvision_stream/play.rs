//! Stream parts of a simulated camera, each with its boundary line and headers.

use domain::time::Timestamp;

pub const CONTENT_TYPE: &str = "multipart/mixed; boundary=boundary";

/// An alert with a reading, followed by its picture.
pub fn reading(number: u64, plate: Option<&str>, confidence: u8, at: Timestamp) -> Vec<u8> {
    let plate = plate.map_or_else(|| "unknown".to_owned(), |plate| format!("蓝{plate}"));
    let vehicle = format!(
        "<ANPR><country>59</country><licensePlate>{plate}</licensePlate><line>1</line><direction>forward</direction>\
         <confidenceLevel>{confidence}</confidenceLevel><plateColor>blue</plateColor><barrierGateCtrlType>0</barrierGateCtrlType>\
         <alarmDataType>0</alarmDataType></ANPR><UUID>{number:032x}</UUID>"
    );
    let mut bytes =
        part("application/xml; charset=\"UTF-8\"", alert("ANPR", "active", &vehicle, at).as_bytes());
    bytes.extend(part("image/jpeg", b"\xff\xd8\xff\xe0\r\n--boundary\r\n\xff\xd9"));
    bytes
}

pub fn heartbeat(at: Timestamp) -> Vec<u8> {
    part("application/xml; charset=\"UTF-8\"", alert("videoloss", "inactive", "", at).as_bytes())
}

fn alert(kind: &str, state: &str, content: &str, at: Timestamp) -> String {
    let date = format!("{}T{}+08:00", at.local_date(), at.local_hhmmss());
    format!(
        "<EventNotificationAlert version=\"2.0\" xmlns=\"http://www.hikvision.com/ver20/XMLSchema\">\r\n<ipAddress>192.168.1.64</ipAddress>\
         <portNo>80</portNo><protocol>HTTP</protocol><macAddress>44:47:cc:11:22:33</macAddress><channelID>1</channelID><dateTime>{date}</dateTime>\
         <activePostCount>1</activePostCount><eventType>{kind}</eventType><eventState>{state}</eventState>\
         <eventDescription>{kind} alarm</eventDescription>{content}\r\n</EventNotificationAlert>\r\n"
    )
}

fn part(content_type: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes =
        format!("--boundary\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\r\n", body.len())
            .into_bytes();
    bytes.extend_from_slice(body);
    bytes.extend_from_slice(b"\r\n");
    bytes
}
