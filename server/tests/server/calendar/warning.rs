//! The monitor shows a missing list.

use testkit::wait;

use crate::common::StoreFixture;
use crate::common::http::ServedRouter;

#[tokio::test]
async fn a_missing_year_is_a_metric() {
    let fixture = StoreFixture::sqlite().await;
    let server = ServedRouter::start(fixture.app()).await;
    let metrics = || async {
        let text = server.client.get(server.url("/metrics")).send().await.unwrap().text().await.unwrap();
        text.contains(r#"calendar_missing_year{year="2027"} 1"#).then_some(())
    };
    wait::until(wait::PATIENCE, "the metric says that 2027 is missing", metrics).await;
}
