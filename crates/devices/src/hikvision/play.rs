//! Posts of a simulated camera.

use domain::time::Timestamp;

use crate::device_time;

/// A reading as a part of a form next to a picture.
pub fn play(mac: &str, number: u64, plate: Option<&str>, at: Timestamp, kept: bool) -> Vec<u8> {
    let plate = plate.map_or("unknown".to_owned(), |plate| format!("蓝{plate}"));
    let (date, data_type) = (device_time::local_text(at).replace(' ', "T"), u8::from(kept));
    format!(
        "--boundary\r\nContent-Disposition: form-data; name=\"anpr.xml\"; filename=\"anpr.xml\"\r\nContent-Type: text/xml\r\n\r\n\
         <?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <EventNotificationAlert version=\"2.0\" xmlns=\"http://www.hikvision.com/ver20/XMLSchema\">\
         <ipAddress>192.168.1.66</ipAddress><macAddress>{mac}</macAddress><channelID>1</channelID><dateTime>{date}+08:00</dateTime>\
         <eventType>ANPR</eventType><eventState>active</eventState><ANPR><licensePlate>{plate}</licensePlate>\
         <confidenceLevel>97</confidenceLevel><barrierGateCtrlType>{data_type}</barrierGateCtrlType><alarmDataType>{data_type}</alarmDataType></ANPR>\
         <UUID>{number:032x}</UUID></EventNotificationAlert>\r\n\
         --boundary\r\nContent-Type: image/jpeg\r\n\r\n\u{fffd}JFIF\r\n--boundary--\r\n"
    )
    .into_bytes()
}
