#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use devices::dahua_stream::play;
use devices::event_stream::EventStreamSplitter;
use devices::make::{DeviceConnection, InboundMessage};
use devices::makes;
use devices::message::MessageContent;
use domain::time::Timestamp;

use super::*;

const OPEN: &str =
    "/cgi-bin/trafficSnap.cgi?action=openStrobe&channel=1&info.openType=Normal&info.plateNumber=";

async fn camera(authentication: CameraAuthentication) -> StreamingCamera {
    let config = StreamingCameraConfig {
        username: "admin".into(),
        password: "secret".into(),
        authentication,
        content_type: play::CONTENT_TYPE.into(),
    };
    StreamingCamera::start(config).await.unwrap()
}

async fn get(camera: &StreamingCamera, path: &str, password: &str) -> reqwest::Response {
    // A second installation fails; any is enough.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    http.get(format!("http://{}{path}", camera.address()))
        .basic_auth("admin", Some(password))
        .send()
        .await
        .unwrap()
}

#[tokio::test]
async fn a_car_that_the_camera_sends_is_read_from_its_stream() {
    let camera = camera(CameraAuthentication::Basic).await;
    let dahua = makes::find("dahua-stream").unwrap();
    let DeviceConnection::Streams(stream) = dahua.connection() else { panic!("a stream") };
    let mut response = get(&camera, &(stream.path)(1), "secret").await;
    assert!(camera.streamed_times(1).await);

    let at = Timestamp::from_micros(1_790_000_000_000_000);
    assert_eq!(camera.send(play::heartbeat()), 1);
    camera.send(play::reading(7, Some("鲁B12345"), 97, at));
    camera.end_streams();

    let content_type = response.headers()["content-type"].to_str().unwrap().to_owned();
    let mut splitter = EventStreamSplitter::new(Some(&content_type), InboundMessage::MAX_BODY);
    let mut plates = Vec::new();
    while let Some(chunk) = response.chunk().await.unwrap() {
        for part in splitter.push(&chunk) {
            let message = InboundMessage {
                address: "/",
                method: "POST",
                content_type: part.content_type.as_deref(),
                body: &part.body,
                is_truncated: part.is_truncated,
                received_at: at,
                arrival: "1",
            };
            for content in dahua.decode(&message).contents {
                if let MessageContent::Reading(reading) = content {
                    plates.push(reading.plate);
                }
            }
        }
    }
    assert_eq!(plates, [Some("鲁B12345".to_owned())]);
}

#[tokio::test]
async fn a_busy_camera_opens_at_the_third_request() {
    let camera = camera(CameraAuthentication::Basic).await;
    camera.answer_openings(OpeningReply::Busy { times: 2 });
    for (status, opened) in [(503, 0), (503, 0), (200, 1), (200, 2)] {
        let response = get(&camera, OPEN, "secret").await;
        assert_eq!((response.status().as_u16(), camera.opened()), (status, opened));
    }
    assert_eq!(camera.requests().len(), 4);
}

#[tokio::test]
async fn an_error_in_a_successful_answer_opens_nothing() {
    let camera = camera(CameraAuthentication::Basic).await;
    camera.answer_openings(OpeningReply::Failed { body: "Error\r\nBad Request!\r\n".into() });
    let response = get(&camera, OPEN, "secret").await;
    assert_eq!(
        (response.status().as_u16(), response.text().await.unwrap().as_str()),
        (200, "Error\r\nBad Request!\r\n")
    );
    assert_eq!(camera.opened(), 0);
}

#[tokio::test]
async fn nothing_is_served_without_the_password() {
    for (authentication, scheme) in
        [(CameraAuthentication::Basic, "Basic "), (CameraAuthentication::Digest, "Digest ")]
    {
        let camera = camera(authentication).await;
        for path in [OPEN, "/ISAPI/Event/notification/alertStream"] {
            let response = get(&camera, path, "wrong").await;
            assert_eq!(response.status(), 401);
            assert!(response.headers()["www-authenticate"].to_str().unwrap().starts_with(scheme));
        }
        assert_eq!((camera.requests().len(), camera.opened(), camera.send("x")), (0, 0, 0));
    }
}
