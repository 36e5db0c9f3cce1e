//! Personal names and their masked form for public screens.

/// The hall screen's form of a name: first character, stars, last character (`王*明`, `王*`).
///
/// Families recognise their own child by it; a stranger in the hall does not learn a full name.
pub fn masked(name: &str) -> String {
    let chars: Vec<char> = name.chars().filter(|c| !c.is_whitespace()).collect();
    match chars.as_slice() {
        [] => String::new(),
        [only] => format!("{only}*"),
        [first, _] => format!("{first}*"),
        [first, middle @ .., last] => format!("{first}{}{last}", "*".repeat(middle.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn names_keep_first_and_last_only() {
        for (name, mask) in
            [("王小明", "王*明"), ("王明", "王*"), ("欧阳小明", "欧**明"), ("王", "王*"), ("", "")]
        {
            assert_eq!(masked(name), mask);
        }
    }
}
