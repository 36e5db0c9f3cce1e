use super::*;

#[test]
fn a_field_is_found_by_its_name_wherever_it_stands() {
    let json = br#"{"cmd":"x","payload":{"plateNum":"A1","list":[{"n":7},{"n":8}],"none":null,"yes":true}}"#;
    let fields = FlatFields::from_json(json).unwrap();
    assert_eq!(fields.text(&["plate_num"]), Some("A1"));
    assert_eq!(fields.number(&["n"]), Some(7), "the first of a list");
    assert_eq!(fields.text(&["none"]), None);
    assert_eq!(fields.text(&["yes"]), Some("1"));
    assert_eq!(fields.text(&["num"]), None, "a whole name, not its end");
    assert!(fields.resemble_reading());
}

#[test]
fn gbk_bom_nul_and_control_characters_leave_the_text_readable() {
    // "鲁B12345" in GBK.
    let mut body = b"\xef\xbb\xbf{\"plate\":\"\xc2\xb3B12".to_vec();
    body.extend(b"\x013\x0045\"}\0");
    let fields = FlatFields::from_json(&body).unwrap();
    assert_eq!(fields.text(&["plate"]), Some("鲁B12345"));
    let wanted = [
        DeviceQuirk::LeadingNul,
        DeviceQuirk::GbkText,
        DeviceQuirk::ByteOrderMark,
        DeviceQuirk::ControlCharacters,
    ];
    assert_eq!(fields.quirks, BTreeSet::from(wanted));
}

#[test]
fn a_form_is_read_value_by_value() {
    let fields = FlatFields::from_form(b"plate_num=%C2%B3B12345&car_logo=%E5%A4%A7%E4%BC%97&x=a+b%2&broken");
    assert_eq!(fields.text(&["plate_num"]), Some("鲁B12345"), "GBK");
    assert_eq!(fields.text(&["car_logo"]), Some("大众"), "UTF-8");
    assert_eq!(fields.text(&["x"]), Some("a b%2"));
    assert!(!fields.has(&["broken"]));
}

#[test]
fn times_are_read_in_each_unit() {
    let fields = FlatFields::from_form(
        b"s=1790000000&ms=1790000000123&f=1790000000.5&t=2026-09-21+12%3A00%3A00&zero=0&word=soon",
    );
    let micros = |name: &str| fields.time(&[name]).map(Timestamp::micros);
    assert_eq!(micros("s"), Some(1_790_000_000_000_000));
    assert_eq!(micros("ms"), Some(1_790_000_000_123_000));
    assert_eq!(micros("f"), Some(1_790_000_000_500_000));
    assert_eq!(fields.time(&["t"]), Some(Timestamp::parse("2026-09-21T12:00:00+08:00").unwrap()));
    assert_eq!((micros("zero"), micros("word")), (None, None));
}
