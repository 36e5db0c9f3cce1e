//! The box's first contact, and the renewal of its credential with a crash at every point of it.

use gateway::{BoxEnrolmentError, BoxIdentityError, GatewayError};
use service::config::SecretText;
use testkit::wait;
use tokio_util::sync::CancellationToken;

use crate::controller::{SOON, plate};
use crate::district::Mood;
use crate::doorman::CODE;
use crate::site::{PARENT, Site};

async fn enrol(site: &Site, code: &str) -> Result<(), BoxEnrolmentError> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    gateway::enrol(&site.config(), &SecretText::new(code)).await
}

/// Until the server knows the credential of the box's file, and no other.
async fn settled(site: &Site, before: &str) {
    wait::until(SOON, "the new credential is in use", async || {
        let known = site.district.books(|b| (b.doorman.current.clone(), b.doorman.next.clone()));
        let file = site.credential();
        (known.0 != before && known.1.is_none() && file.contains(&known.0) && !file.contains("next"))
            .then_some(())
    })
    .await;
}

async fn records_go_on(site: &Site, event: &str) {
    let gate = site.controller("in").await;
    gate.send(&plate(event, PARENT)).await;
    wait::until(SOON, "the record at the server", async || {
        site.district.event_ids().contains(&event.to_owned()).then_some(())
    })
    .await;
}

fn current(site: &Site) -> String {
    site.district.books(|b| b.doorman.current.clone())
}

#[tokio::test]
async fn a_box_that_is_not_known_does_not_start_and_says_what_to_do() {
    let site = Site::unknown().await;
    let started = gateway::run(
        site.config(),
        std::sync::Arc::new(service::clock::SystemClock),
        CancellationToken::new(),
    )
    .await;
    assert!(matches!(started, Err(GatewayError::Identity(BoxIdentityError::NotEnrolled { .. }))));
    let refused = enrol(&site, "AAAAA-AAAAA").await.unwrap_err();
    assert!(matches!(refused, BoxEnrolmentError::Code(_)), "{refused}");
}

#[tokio::test]
async fn an_enrolment_whose_answer_was_lost_is_ended_with_the_same_code() {
    let mut site = Site::unknown().await;
    site.district.mood(Mood::Forgetful);
    assert!(matches!(enrol(&site, CODE).await, Err(BoxEnrolmentError::Call(_))));
    site.district.mood(Mood::Well);
    enrol(&site, CODE).await.unwrap();
    site.start().await;
    records_go_on(&site, "e1").await;
    assert!(matches!(enrol(&site, CODE).await, Err(BoxEnrolmentError::Running(_))), "while it runs");
}

#[tokio::test]
async fn a_gateway_renews_its_credential_when_it_is_asked() {
    let site = Site::enrolled().await;
    let before = current(&site);
    site.district.books(|b| b.doorman.asks = true);
    settled(&site, &before).await;
    assert_eq!(site.district.books(|b| b.doorman.offers), 1);
    records_go_on(&site, "e1").await;
}

#[tokio::test]
async fn a_crash_before_the_new_credential_was_used_locks_nobody_out() {
    let mut site = Site::enrolled().await;
    let before = current(&site);
    site.district.books(|b| b.doorman.asks = true);
    site.district.mood(Mood::Forgetful);
    wait::until(SOON, "an offer", async || site.district.books(|b| (b.doorman.offers > 0).then_some(())))
        .await;
    site.kill().await;
    assert!(site.credential().contains(&before) && site.credential().contains("next"));
    site.district.mood(Mood::Well);
    site.start().await;
    settled(&site, &before).await;
    records_go_on(&site, "e1").await;
}

#[tokio::test]
async fn a_crash_after_the_new_credential_was_used_locks_nobody_out() {
    let mut site = Site::enrolled().await;
    let before = current(&site);
    site.district.books(|b| b.doorman.asks = true);
    site.district.mood(Mood::Forgetful);
    wait::until(SOON, "an offer", async || site.district.books(|b| (b.doorman.offers > 0).then_some(())))
        .await;
    site.kill().await;
    // As with a folder that is put back from before the last write: the server knows only the next one.
    site.district.books(|b| b.doorman.use_next());
    site.district.mood(Mood::Well);
    site.start().await;
    settled(&site, &before).await;
    records_go_on(&site, "e1").await;
}
