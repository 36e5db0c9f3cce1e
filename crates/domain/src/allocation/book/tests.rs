//! Examples, one file a subject, and `properties`: random histories, judged minute by minute by `oracle` through `checks`.
//! `gate` compares the gate with the book.

mod checks;
mod clock;
mod facts;
mod gate;
mod ground;
mod history;
mod oracle;
mod properties;
mod reads;
mod requests;
mod waiting;
