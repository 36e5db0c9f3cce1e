//! What people may do with the server: store contracts, use cases and HTTP, on both databases.

mod api;
mod commands;
mod district;
mod drivers;
mod feed;
mod guardians;
mod halls;
mod import;
mod secrecy;
mod sessions;
mod store_arrivals;
mod store_people;
mod teachers;
