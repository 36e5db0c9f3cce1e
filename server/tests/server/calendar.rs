//! Calendars: what is stored, what operators see and change, what the commands read and print.

mod api;
mod commands;
mod independent;
mod lists;
mod site;
mod store;
mod warning;

use chrono::NaiveDate;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}
