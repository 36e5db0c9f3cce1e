//! The reason for an operator's action: one rule for every such field.

/// Such as 台风, 盘点, 停电.
const SHORTEST: usize = 2;

/// Longest reason that is stored and shown in lists.
pub(super) const LONGEST: usize = 500;

/// The reason, trimmed; `None` if it has fewer than 2 characters or more than `longest`.
pub(super) fn reason(text: &str, longest: usize) -> Option<String> {
    // PostgreSQL accepts no NUL.
    let reason = text.replace('\0', "").trim().to_owned();
    (SHORTEST..=longest).contains(&reason.chars().count()).then_some(reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_characters_are_a_reason_and_one_is_none() {
        for good in ["台风", " 盘点 ", "停电", "ok"] {
            assert_eq!(reason(good, LONGEST).as_deref(), Some(good.trim()));
        }
        for bad in ["", "   ", "风", " x\0 "] {
            assert_eq!(reason(bad, LONGEST), None, "{bad:?}");
        }
        assert!(reason(&"因".repeat(500), LONGEST).is_some() && reason(&"因".repeat(501), LONGEST).is_none());
    }
}
