use proptest::prelude::*;

use super::*;

const LIMIT: usize = 1_000;

fn split(content_type: Option<&str>, stream: &[u8], cuts: &[usize]) -> Vec<StreamPart> {
    let mut splitter = EventStreamSplitter::new(content_type, LIMIT);
    let (mut parts, mut from) = (Vec::new(), 0);
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (stream.len() + 1)).collect();
    cuts.sort_unstable();
    for cut in cuts.into_iter().chain([stream.len()]) {
        parts.extend(splitter.push(&stream[from..cut]));
        from = cut;
    }
    parts.extend(splitter.finish());
    parts
}

fn part(content_type: &str, body: &[u8]) -> StreamPart {
    StreamPart { content_type: Some(content_type.to_owned()), body: body.to_vec(), is_truncated: false }
}

/// The shape of Dahua's manual ("HTTP API", `snapManager.cgi`): lengths without the line end after the body.
#[test]
fn dahua_sends_lengths_heartbeats_and_pictures_that_hold_the_boundary() {
    let picture = b"\xff\xd8\r\n--myboundary\r\nContent-Type: text/plain\r\n\r\nfalse\xff\xd9";
    let mut stream = b"\r\n\r\n--myboundary\r\nContent-Type: text/plain\r\nContent-Length: 36\r\n\r\nEvents[0].Code=TrafficJunction\r\nA=B\r\n\r\n".to_vec();
    stream.extend(
        format!("\r\n--myboundary\r\nContent-Type: image/jpeg\r\nContent-Length:{}\r\n\r\n", picture.len())
            .bytes(),
    );
    stream.extend(picture);
    stream.extend(b"--myboundary\r\nContent-Type: text/plain\r\nContent-Length:9\r\n\r\nHeartbeat\r\n\r\n");
    let parts = split(Some("multipart/x-mixed-replace; boundary=myboundary"), &stream, &[]);
    let wanted = [
        part("text/plain", b"Events[0].Code=TrafficJunction\r\nA=B"),
        part("image/jpeg", picture),
        part("text/plain", b"Heartbeat"),
    ];
    assert_eq!(parts, wanted);
}

/// A DVR-208G-M1 writes the dashes into its header; older firmware sends no length.
#[test]
fn a_document_without_a_length_does_not_wait_for_the_next_part() {
    let xml = b"<?xml version=\"1.0\"?>\n<EventNotificationAlert version=\"2.0\">\n<eventType>ANPR</eventType>\n</EventNotificationAlert>\r\n";
    let mut splitter = EventStreamSplitter::new(Some("multipart/mixed; boundary=--boundary"), LIMIT);
    assert_eq!(splitter.push(b"--boundary\r\nContent-Type: application/xml; charset=\"UTF-8\"\r\n\r\n"), []);
    let parts = splitter.push(xml);
    assert_eq!(parts.len(), 1);
    assert!(parts[0].body.ends_with(b"</EventNotificationAlert>"));
    let parts =
        splitter.push(b"--boundary\r\nContent-Type: application/json\r\n\r\n{\"eventType\":\n{\"a\":1}}\r\n");
    assert_eq!(parts, [part("application/json", b"{\"eventType\":\n{\"a\":1}}")]);
    assert_eq!(splitter.push(b"\r\n--boundary--\r\n"), []);
    assert_eq!(splitter.finish(), None);
}

#[test]
fn text_lines_without_a_length_end_with_a_pause() {
    let mut splitter = EventStreamSplitter::new(None, LIMIT);
    assert_eq!(
        splitter.push(b"--b\r\nContent-Type: text/plain\r\n\r\nEvents[0].Code=TrafficJunction\r\n"),
        []
    );
    assert_eq!(splitter.pause(), Some(part("text/plain", b"Events[0].Code=TrafficJunction")));
    assert_eq!(splitter.pause(), None);
    let parts = splitter.push(b"--b\r\nContent-Type: text/plain\r\n\r\nHeartbeat");
    assert_eq!(parts, [part("text/plain", b"Heartbeat")]);
}

#[test]
fn wrong_lengths_and_boundaries_lose_nothing() {
    let long = b"--x\r\nContent-Type: text/plain\r\nContent-Length: 500\r\n\r\nCode=A\r\n--x\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nCode=B\r\n--x\r\n";
    let parts = split(Some("multipart/mixed; boundary=another"), long, &[]);
    let stray = StreamPart { content_type: None, body: b"de=B".to_vec(), is_truncated: false };
    assert_eq!(parts, [part("text/plain", b"Code=A"), part("text/plain", b"Co"), stray]);
    let page = split(None, b"<html>Unauthorized</html>", &[]);
    assert_eq!(page[0].body, b"<html>Unauthorized</html>");
}

#[test]
fn a_part_over_the_limit_is_cut_and_flagged() {
    for length in ["", "Content-Length: 5000\r\n"] {
        let mut stream = format!("--b\r\nContent-Type: image/jpeg\r\n{length}\r\n").into_bytes();
        stream.extend(vec![7; 5_000]);
        stream.extend(b"\r\n--b\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\nHeartbeat");
        let parts = split(None, &stream, &[100, 3_000]);
        assert_eq!(parts.len(), 2, "{length:?}");
        assert_eq!((parts[0].body.len(), parts[0].is_truncated), (LIMIT, true));
        assert_eq!(parts[1], part("text/plain", b"Heartbeat"));
    }
}

/// A part as bytes, with the expected result.
fn any_part() -> impl Strategy<Value = (Vec<u8>, StreamPart)> {
    let text = "[a-zA-Z0-9=\\[\\]. ]{1,40}(\r\n[a-zA-Z-]{1,20}=[a-z0-9-]{1,20}){0,3}";
    let text = (text, any::<bool>()).prop_map(|(text, has_length)| {
        let text = text.trim().to_owned() + "x";
        let length = if has_length { format!("Content-Length: {}\r\n", text.len()) } else { String::new() };
        let bytes = format!("Content-Type: text/plain\r\n{length}\r\n{text}").into_bytes();
        (bytes, part("text/plain", text.as_bytes()))
    });
    let picture =
        (prop::collection::vec(any::<u8>(), 1..1_500), any::<bool>()).prop_map(|(body, with_boundary)| {
            let mut body = body;
            if with_boundary {
                body.extend(b"\r\n--myboundary\r\n\r\n");
            }
            let mut bytes =
                format!("Content-Type: image/jpeg\r\nContent-Length: {}\r\n\r\n", body.len()).into_bytes();
            bytes.extend(&body);
            let is_truncated = body.len() > LIMIT;
            body.truncate(LIMIT);
            (bytes, StreamPart { content_type: Some("image/jpeg".to_owned()), body, is_truncated })
        });
    prop_oneof![text, picture]
}

proptest! {
    #[test]
    fn the_parts_are_the_same_however_the_stream_is_cut(
        all in prop::collection::vec(any_part(), 1..6),
        cuts in prop::collection::vec(any::<usize>(), 0..40),
        is_named: bool,
    ) {
        let mut stream = Vec::new();
        for (bytes, _) in &all {
            stream.extend(b"--myboundary\r\n");
            stream.extend(bytes);
            stream.extend(b"\r\n");
        }
        stream.extend(b"--myboundary--\r\n");
        let name = is_named.then_some("multipart/x-mixed-replace; boundary=\"myboundary\"");
        let parts = split(name, &stream, &cuts);
        let wanted: Vec<StreamPart> = all.into_iter().map(|(_, part)| part).collect();
        prop_assert_eq!(parts, wanted);
    }

    #[test]
    fn bytes_of_any_kind_are_split_without_a_panic_and_within_the_limit(
        stream in prop::collection::vec(prop_oneof![any::<u8>(), prop::sample::select(b"-b\r\n:\0".to_vec())], 0..3_000),
        cuts in prop::collection::vec(any::<usize>(), 0..20),
    ) {
        for part in split(Some("multipart/mixed; boundary=b"), &stream, &cuts) {
            prop_assert!(part.body.len() <= MAX_STRAY);
        }
    }
}
