//! Examples, one file a subject, and `properties`: random histories, judged minute by minute by `oracle` through `checks`.

mod checks;
mod clock;
mod facts;
mod ground;
mod history;
mod oracle;
mod properties;
mod reads;
mod requests;
mod waiting;
