//! The error of a request or a file with an invalid field.

/// An invalid field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{field}`: {message}")]
pub struct InvalidField {
    /// Path of the field, such as `schools[0].classes[2].id`.
    pub field: String,
    pub message: String,
}
