//! Query strings and path parameters; the problem names the invalid one.

pub use service::http::{ApiPath, ApiQuery};
