//! How the box gets its credential from the server: enrolment with a code, and renewal. The credential itself is in
//! [`crate::identity`].

mod enrol;
mod renewal;

pub use enrol::{BoxEnrolmentError, enrol};
pub(crate) use renewal::CredentialRenewalTask;
