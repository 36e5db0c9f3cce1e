//! The OpenAPI document of this API, served at `/api/openapi.json`; routes and types describe themselves.

use axum::Json;
use protocol::people::{Arrival, Frame, HallArrival};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Mini-program API",
        description = "For the WeChat mini-program and the pages that mimic it. Errors are RFC 9457 problems with a stable `code`."
    ),
    components(schemas(Frame<Arrival>, Frame<HallArrival>)),
    modifiers(&Session)
)]
struct Document;

struct Session;

impl Modify for Session {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("The token of POST /api/v1/sessions"))
            .build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("session", SecurityScheme::Http(bearer));
    }
}

/// The document without its routes.
pub fn head() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

pub async fn answer(document: utoipa::openapi::OpenApi) -> Json<utoipa::openapi::OpenApi> {
    Json(document)
}

/// The whole document, for `docs` and tests.
pub fn document() -> utoipa::openapi::OpenApi {
    super::described().split_for_parts().1
}
