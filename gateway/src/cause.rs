//! Formats the causes of an error in one line. The `Display` of our errors never repeats its cause.

use std::error::Error;

/// The causes below `error`, outermost first; empty where there are none.
pub(crate) fn causes(error: &dyn Error) -> String {
    let mut texts = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        texts.push(cause.to_string());
        next = cause.source();
    }
    texts.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("outer")]
    struct Outer(#[source] Middle);

    #[derive(Debug, thiserror::Error)]
    #[error("middle")]
    struct Middle(#[source] std::io::Error);

    #[test]
    fn every_cause_is_named_and_the_error_itself_is_not() {
        let error = Outer(Middle(std::io::Error::other("refused")));
        assert_eq!(causes(&error), "middle: refused");
    }
}
