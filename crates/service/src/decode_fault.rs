//! Why a document could not be read, without any value of it: a plate, a name or an openid in a wrong place must not
//! reach a log, an error text or an unsealed column.
//!
//! serde's messages quote the value at fault: ``unknown variant `鲁B12345`, expected `plate` or `pass` ``. What follows
//! the last `, expected ` is written by the program, all before it may be the sender's.

use std::fmt;

/// Beginnings of messages that quote a value.
const QUOTING: [&str; 5] =
    ["invalid type: ", "invalid value: ", "invalid length ", "unknown variant ", "unknown field "];

/// Ends of messages without an expectation.
const EXPECTS_NOTHING: [&str; 2] = ["there are no fields", "there are no variants"];

const EXPECTED: &str = ", expected ";

/// The error of a JSON document, in words that hold nothing of the document but its positions.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct JsonDecodeFault {
    text: String,
    line: usize,
    column: usize,
}

impl JsonDecodeFault {
    /// The fault without its position.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for JsonDecodeFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)?;
        match self.line {
            0 => Ok(()),
            line => write!(f, " at line {line} column {}", self.column),
        }
    }
}

impl From<&serde_json::Error> for JsonDecodeFault {
    fn from(error: &serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        let (message, position) = (error.to_string(), format!(" at line {line} column {column}"));
        let message = message.strip_suffix(&position).unwrap_or(&message);
        Self { text: without_values(message), line, column }
    }
}

impl From<serde_json::Error> for JsonDecodeFault {
    fn from(error: serde_json::Error) -> Self {
        Self::from(&error)
    }
}

/// A message of serde without the values that it quotes. A message may begin with the field, as in
/// `` `kind`: unknown variant ... ``.
pub fn without_values(message: &str) -> String {
    let found = QUOTING.iter().filter_map(|kind| message.find(kind).map(|at| (at, *kind))).min();
    let Some((at, kind)) = found else { return message.to_owned() };
    let before = message.get(..at).unwrap_or_default();
    let kind = kind.trim_end_matches([' ', ':']);
    let expected = match EXPECTS_NOTHING.iter().any(|end| message.ends_with(end)) {
        true => None,
        false => message.rsplit_once(EXPECTED).map(|(_, expected)| expected),
    };
    match expected {
        Some(expected) => format!("{before}{kind}{EXPECTED}{expected}"),
        None => format!("{before}{kind}"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;
    use serde::de::DeserializeOwned;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum SentKind {
        Plate,
        Pass,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct EmptyObject {}

    #[derive(Debug, Deserialize)]
    enum NoVariant {}

    fn fault<T: DeserializeOwned + fmt::Debug>(json: &str) -> String {
        JsonDecodeFault::from(serde_json::from_str::<T>(json).unwrap_err()).text().to_owned()
    }

    #[test]
    fn a_fault_names_what_is_expected_and_no_value() {
        assert_eq!(fault::<SentKind>(r#""鲁B12345""#), "unknown variant, expected `plate` or `pass`");
        assert_eq!(fault::<u8>(r#""王小满""#), "invalid type, expected u8");
        assert_eq!(fault::<u8>("13800138000"), "invalid value, expected u8");
        assert_eq!(fault::<(u8, u8)>("[1]"), "invalid length, expected a tuple of size 2");
        assert_eq!(fault::<BTreeMap<String, u8>>("{"), "EOF while parsing an object");
        let error = serde_json::from_str::<u8>("\n true").unwrap_err();
        assert!(JsonDecodeFault::from(error).to_string().contains("expected u8 at line 2 column"));
    }

    #[test]
    fn a_value_that_looks_like_an_expectation_is_not_shown_either() {
        for json in [
            r#"{", expected 鲁B12345": 1}"#,
            r#"{"invalid type: , expected 鲁B12345": 1}"#,
            r#"{"鲁B12345": 1}"#,
        ] {
            assert!(!fault::<EmptyObject>(json).contains("12345"), "{}", fault::<EmptyObject>(json));
        }
        assert!(!fault::<NoVariant>(r#"", expected 鲁B12345""#).contains("12345"));
        assert!(!fault::<SentKind>(r#"", expected 鲁B12345""#).contains("12345"));
        assert!(!fault::<u8>(r#"", expected 鲁B12345, there are no fields""#).contains("12345"));
    }

    #[test]
    fn a_message_with_its_field_keeps_the_field() {
        let message = "`kind`: unknown variant `鲁B12345`, expected `plate` or `pass`";
        assert_eq!(without_values(message), "`kind`: unknown variant, expected `plate` or `pass`");
        assert_eq!(without_values("missing field `plate`"), "missing field `plate`");
    }
}
