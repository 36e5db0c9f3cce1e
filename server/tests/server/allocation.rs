//! Who gets which space, through the allocator and the gates, on both databases.

mod batch;
mod forgetting;
mod gate;
mod history;
mod keys;
mod life;
mod place;
mod plan;
mod reads;
mod replicas;
mod series;
mod stores;
mod strikes;
mod unseen;
mod waiting;
