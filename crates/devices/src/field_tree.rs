//! The fields of a message independent of its format: a make reads JSON, XML, a form or a multipart body with the same look-ups.
//!
//! Names are compared without case. A field of another type than documented is converted if possible (`"87"` is 87), else it is absent.

use std::collections::VecDeque;

/// A value or a group of fields, in the order of the message.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum FieldTree {
    Null,
    Bool(bool),
    /// As written in the message.
    Number(String),
    Text(String),
    List(Vec<FieldTree>),
    /// Names may repeat.
    Fields(Vec<(String, FieldTree)>),
    /// A picture in its own part.
    Picture,
}

/// Texts are cut to this number of bytes: longer ones are pictures and other attachments.
pub(crate) const LONGEST_TEXT: usize = 4 * 1024;

/// Most fields and values of one message; the rest is ignored. A complete reading has some 200.
pub(crate) const MOST_FIELDS: usize = 20_000;

/// Deepest nesting; deeper groups are ignored.
pub(crate) const DEEPEST: usize = 48;

/// The text, cut to [`LONGEST_TEXT`].
pub(crate) fn bounded(text: &str) -> String {
    let mut end = text.len().min(LONGEST_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default().to_owned()
}

impl FieldTree {
    /// The direct children; those of a list's elements count as the list's own.
    fn inner(&self) -> Vec<(&str, &Self)> {
        match self {
            Self::Fields(fields) => fields.iter().map(|(name, value)| (name.as_str(), value)).collect(),
            Self::List(items) => items.iter().flat_map(Self::inner).collect(),
            _ => Vec::new(),
        }
    }

    /// The nearest field with this name at any depth; one with a value precedes an empty one.
    pub(crate) fn find(&self, name: &str) -> Option<&Self> {
        let mut empty = None;
        let mut groups = VecDeque::from([self]);
        while let Some(group) = groups.pop_front() {
            for (own, value) in group.inner() {
                if own.eq_ignore_ascii_case(name) {
                    if !value.is_empty() {
                        return Some(value);
                    }
                    empty = empty.or(Some(value));
                }
                groups.push_back(value);
            }
        }
        empty
    }

    /// All fields with this name, except those nested in another one.
    pub(crate) fn find_all<'a>(&'a self, name: &str) -> Vec<&'a Self> {
        let mut found = Vec::new();
        for (own, value) in self.inner() {
            if own.eq_ignore_ascii_case(name) {
                found.push(value);
            } else {
                found.extend(value.find_all(name));
            }
        }
        found
    }

    /// The outermost groups with one of these fields as a direct child.
    pub(crate) fn find_groups<'a>(&'a self, names: &[&str]) -> Vec<&'a Self> {
        let is_named = |own: &str| names.iter().any(|name| own.eq_ignore_ascii_case(name));
        match self {
            Self::Fields(fields) if fields.iter().any(|(name, _)| is_named(name)) => vec![self],
            Self::Fields(fields) => fields.iter().flat_map(|(_, value)| value.find_groups(names)).collect(),
            Self::List(items) => items.iter().flat_map(|item| item.find_groups(names)).collect(),
            _ => Vec::new(),
        }
    }

    /// This group of fields, or the groups of a list.
    pub(crate) fn groups(&self) -> Vec<&Self> {
        match self {
            Self::Fields(fields) if !fields.is_empty() => vec![self],
            Self::List(items) => items.iter().flat_map(Self::groups).collect(),
            _ => Vec::new(),
        }
    }

    pub(crate) const fn is_group(&self) -> bool {
        matches!(self, Self::Fields(_) | Self::List(_))
    }

    /// The direct child with this name; one with a value precedes an empty one.
    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        let inner = self.inner();
        let named =
            || inner.iter().filter(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| *value);
        named().find(|value| !value.is_empty()).or_else(|| named().next())
    }

    /// The value of the first of these names that has one, at any depth.
    pub(crate) fn find_text(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| self.find(name)?.text())
    }

    /// The value of the first of these names that has one, among the direct children.
    pub(crate) fn own_text(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| self.get(name)?.text())
    }

    /// The field's value as text; `None` for empty values and groups. A list of one value has that value.
    pub(crate) fn text(&self) -> Option<String> {
        if let Self::List(items) = self {
            return items.first().filter(|_| items.len() == 1)?.text();
        }
        let text = match self {
            Self::Text(text) | Self::Number(text) => text.trim(),
            Self::Bool(true) => "1",
            Self::Bool(false) => "0",
            Self::Null | Self::List(_) | Self::Fields(_) | Self::Picture => "",
        };
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// A whole number in any notation: `87`, `"87"`, `87.0`.
    pub(crate) fn number(&self) -> Option<i64> {
        let text = self.text()?;
        if let Ok(number) = text.parse() {
            return Some(number);
        }
        let (whole, fraction) = text.split_once('.')?;
        fraction.bytes().all(|digit| digit == b'0').then(|| whole.parse().ok()).flatten()
    }

    /// A boolean in any notation.
    pub(crate) fn flag(&self) -> Option<bool> {
        match self.text()?.to_ascii_lowercase().as_str() {
            "1" | "true" | "yes" | "on" => Some(true),
            "0" | "false" | "no" | "off" => Some(false),
            _ => None,
        }
    }

    pub(crate) fn find_number(&self, name: &str) -> Option<i64> {
        self.find(name)?.number()
    }

    pub(crate) fn find_flag(&self, name: &str) -> Option<bool> {
        self.find(name)?.flag()
    }

    fn is_empty(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Text(text) | Self::Number(text) => text.trim().is_empty(),
            Self::List(items) => items.is_empty(),
            Self::Fields(fields) => fields.is_empty(),
            Self::Bool(_) | Self::Picture => false,
        }
    }

    /// Calls `visit` with each field's path (`a.b[].c`), its own name and its value.
    pub(crate) fn visit<'a>(&'a self, visit: &mut impl FnMut(&str, &'a str, &'a Self)) {
        self.visit_below("", visit);
    }

    fn visit_below<'a>(&'a self, path: &str, visit: &mut impl FnMut(&str, &'a str, &'a Self)) {
        match self {
            Self::Fields(fields) => {
                for (name, value) in fields {
                    let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                    visit(&path, name, value);
                    value.visit_below(&path, visit);
                }
            }
            Self::List(items) => {
                let path = format!("{path}[]");
                items.iter().for_each(|item| item.visit_below(&path, visit));
            }
            _ => {}
        }
    }
}
