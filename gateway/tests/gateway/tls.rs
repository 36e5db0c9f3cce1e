//! TLS to a server with a certificate of a private authority. A gateway with the configured authority works; any other
//! reports the fault and sends its token to no server.

use std::path::PathBuf;

use domain::time::Clock;
use gateway::self_test::{self, SelfTestVerdict};
use service::clock::SystemClock;
use service::config::SecretText;
use testkit::tls::{TestAuthority, TlsFront};
use testkit::wait;

use crate::controller::{SOON, plate};
use crate::doorman::CODE;
use crate::site::{PARENT, Site, Way};

/// The site's server behind TLS, for the name `localhost`.
struct Secured {
    site: Site,
    authority: TestAuthority,
    front: TlsFront,
}

impl Secured {
    async fn new() -> Self {
        let (site, authority) = (Site::unknown().await, TestAuthority::new());
        let front = TlsFront::start(site.district.address, &authority, "DNS:localhost").await;
        Self { site, authority, front }
    }

    fn over(&mut self, host: &str, ca_file: Option<PathBuf>) {
        let url = format!("https://{host}:{}", self.front.address().port());
        self.site.way = Some(Way { url, ca_file });
    }

    /// The self-test's result for the server.
    async fn server_line(&self) -> (SelfTestVerdict, String) {
        let mut config = self.site.config();
        config.server.token = Some(SecretText::new("token"));
        let report = self_test::run(&config, std::time::Duration::ZERO, || SystemClock.now()).await;
        let line = report.checks.into_iter().find(|line| line.check == "server").unwrap();
        (line.verdict, line.found)
    }

    async fn refused(&self, why: &str) {
        let (verdict, found) = self.server_line().await;
        assert_eq!(verdict, SelfTestVerdict::Failed);
        assert!(found.contains("certificate") && found.contains(why), "{found}");
        let error = gateway::enrol(&self.site.config(), &SecretText::new(CODE)).await.unwrap_err();
        assert!(matches!(error, gateway::BoxEnrolmentError::Call(_)), "{error}");
        assert_eq!(self.site.district.books(|b| b.plan_polls), 0, "nothing has come through");
    }
}

#[tokio::test]
async fn a_gateway_works_through_tls_of_the_authority_that_it_is_told_of() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut secured = Secured::new().await;
    secured.over("localhost", Some(secured.authority.ca_file()));
    assert_eq!(secured.server_line().await.0, SelfTestVerdict::Ok);
    gateway::enrol(&secured.site.config(), &SecretText::new(CODE)).await.unwrap();
    secured.site.start().await;
    secured.site.served().await;
    let gate = secured.site.controller("in").await;
    gate.send(&plate("e1", PARENT)).await;
    wait::until(SOON, "the record", async || (secured.site.district.event_ids() == ["e1"]).then_some(()))
        .await;
}

#[tokio::test]
async fn an_authority_that_it_is_not_told_of_is_refused() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut secured = Secured::new().await;
    let other = TestAuthority::new();
    secured.over("localhost", Some(other.ca_file()));
    secured.refused("UnknownIssuer").await;
    secured.over("localhost", None);
    secured.refused("UnknownIssuer").await;
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut secured = Secured::new().await;
    secured.over("127.0.0.1", Some(secured.authority.ca_file()));
    secured.refused("not valid for name").await;
}
