//! Routes for an orchestrator and a monitor: liveness, readiness, metrics.

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use metrics_exporter_prometheus::PrometheusHandle;
use protocol::problem::ProblemDetails;
use serde_json::{Value, json};

use super::ProblemResponse;
use crate::readiness::ProcessReadiness;
use crate::telemetry;

/// `/healthz` (the process runs), `/readyz` (it can do its work) and `/metrics` (Prometheus text).
pub fn operational_routes(readiness: ProcessReadiness) -> Router {
    let metrics = Router::new().route("/metrics", get(metrics)).with_state(telemetry::metrics_recorder());
    Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .with_state(readiness)
        .merge(metrics)
}

async fn healthz() -> Json<Value> {
    Json(json!({ "status": "alive" }))
}

async fn readyz(State(readiness): State<ProcessReadiness>) -> Result<Json<Value>, ProblemResponse> {
    let failures = readiness.failures();
    if failures.is_empty() {
        return Ok(Json(json!({ "status": "ready" })));
    }
    let list: Vec<String> = failures.iter().map(|f| format!("{}: {}", f.check, f.why)).collect();
    Err(ProblemDetails::new(503, "not_ready", "Not ready").detail(list.join("; ")).into())
}

async fn metrics(State(handle): State<PrometheusHandle>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], handle.render())
}
